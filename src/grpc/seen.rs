//! How far people have read: the calls of both sides, and the marks on their way to streams.

use super::agent::AgentDesk;
use super::chat::Chat;
use super::pb;
use super::refusals::{customer_status, status};
use crate::app::App;
use crate::app::error::AppResult;
use crate::domain::conversation::seen::ReadMarks;
use crate::domain::ids::ConversationId;
use tonic::{Request, Response, Status};

/// The marks on the wire.
pub(super) fn marks(marks: ReadMarks) -> pb::ReadMarks {
    pb::ReadMarks { customer_through_sequence: marks.customer, agent_through_sequence: marks.agent }
}

/// How far each side has read, where that is kept.
pub(super) async fn of(app: &App, id: &ConversationId) -> AppResult<Option<pb::ReadMarks>> {
    Ok(app.read_marks(id).await?.map(marks))
}

/// Says in what an agent holds how far it was read.
pub(super) async fn tell_in(app: &App, assignments: &mut [pb::Assignment]) -> AppResult<()> {
    for c in assignments.iter_mut().filter_map(|assignment| assignment.conversation.as_mut()) {
        if let Ok(id) = ConversationId::parse(&c.conversation_id) {
            c.read_marks = of(app, &id).await?;
        }
    }
    Ok(())
}

impl Chat {
    pub(super) async fn reads(
        &self,
        request: Request<pb::MarkReadRequest>,
    ) -> Result<Response<pb::MarkReadResponse>, Status> {
        let asked = request.get_ref();
        let id = self.own(&request, &asked.conversation_id)?;
        let read = self.context.app.customer_reads(&id, asked.through_sequence).await;
        let read_marks = read.map_err(customer_status)?.map(marks);
        Ok(Response::new(pb::MarkReadResponse { read_marks }))
    }
}

impl AgentDesk {
    pub(super) async fn reads(
        &self,
        request: Request<pb::MarkAgentReadRequest>,
    ) -> Result<Response<pb::MarkAgentReadResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let (app, through) = (&self.context.app, asked.through_sequence);
        let read = app.agent_reads(&right.conversation, &right.agent.id, right.token, through);
        let read_marks = read.await.map_err(status)?.map(marks);
        Ok(Response::new(pb::MarkAgentReadResponse { read_marks }))
    }
}
