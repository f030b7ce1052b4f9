//! Who says something and who is typing: the calls of both sides, beside the other handlers.

use super::agent::{AgentDesk, Right};
use super::chat::Chat;
use super::context;
use super::encode::{self, Reader};
use super::parts;
use super::pb;
use super::refusals::{customer_status, status};
use crate::app::typing::TYPING_SPAN;
use crate::domain::conversation::event::Event;
use tonic::{Request, Response, Status};

/// A sign that this party is typing.
pub fn sign(party: pb::Party) -> pb::Typing {
    pb::Typing { party: party.into(), lasts: Some(encode::duration(TYPING_SPAN)) }
}

impl Chat {
    pub(super) async fn types(
        &self,
        request: Request<pb::SetTypingRequest>,
    ) -> Result<Response<pb::SetTypingResponse>, Status> {
        let id = self.own(&request, &request.get_ref().conversation_id)?;
        let at = (self.context.now)();
        let passed_on = self.context.app.customer_types(&id, at).await.map_err(customer_status)?;
        Ok(Response::new(pb::SetTypingResponse { passed_on }))
    }
}

impl AgentDesk {
    pub(super) async fn says(
        &self,
        request: Request<pb::SendAgentMessageRequest>,
    ) -> Result<Response<pb::SendAgentMessageResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let Right { agent, conversation, token } = &right;
        let parts = parts::read(asked.parts.clone())?;
        let contents = right.contents(&parts::contents("say", &asked.text, &parts));
        let request = context::request(&asked.request_id, agent.id.as_str(), &contents)?;
        let app = &self.context.app;
        let said = (asked.text.clone(), parts);
        let done = app.agent_says(conversation, request, agent.id.clone(), *token, said);
        let done = done.await.map_err(status)?;
        let said = done.events.iter().find(|l| matches!(l.logged.event, Event::AgentSaid { .. }));
        Ok(Response::new(pb::SendAgentMessageResponse {
            message: said.and_then(|said| encode::event(app, said, None, Reader::Agent)),
            durability: self.context.durability(&done).await.into(),
            conversation: self.context.conversation(&done),
        }))
    }

    pub(super) async fn types(
        &self,
        request: Request<pb::SetAgentTypingRequest>,
    ) -> Result<Response<pb::SetAgentTypingResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let (app, at) = (&self.context.app, (self.context.now)());
        let types = app.agent_types(&right.conversation, &right.agent.id, right.token, at);
        let passed_on = types.await.map_err(status)?;
        Ok(Response::new(pb::SetAgentTypingResponse { passed_on }))
    }
}
