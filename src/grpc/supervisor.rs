//! `SupervisorService`: what supervisors see and how they step in. Each call decodes, asks the
//! application, encodes; every one that looks into a conversation or changes something leaves a line
//! in the audit trail.

use super::agent::staff_once;
use super::audit;
use super::auth::Principal;
use super::blocks;
use super::chat_stream;
use super::context::{Context, conversation_id, id, request};
use super::decode;
use super::encode::{self, Reader};
use super::encode_agent;
use super::frames::Frames;
use super::on_call;
use super::overview_stream;
use super::pb;
use super::pb::supervisor_service_server::SupervisorService;
use super::refusals::status;
use super::status::Refusal;
use crate::app::error::AppError;
use crate::domain::conversation::event::Event;
use crate::domain::ids::AgentId;
use crate::domain::pool::item::Place;
use futures::StreamExt;
use futures::stream::BoxStream;
use tonic::{Request, Response, Status};

/// The handlers.
pub struct Supervisor {
    context: Context,
}

impl Supervisor {
    /// Handlers on this application.
    pub fn new(context: Context) -> Self {
        Supervisor { context }
    }

    /// Whether the desk has a name for customers to read. That of the key is none: keys are named for
    /// those who make them.
    async fn has_name(&self, desk: &AgentId, subject: &str) -> Result<bool, Status> {
        match self.context.app.agent(desk).await {
            Ok(agent) => Ok(agent.profile.name != subject),
            Err(AppError::NotFound { .. }) => Ok(false),
            Err(error) => Err(status(error)),
        }
    }
}

#[tonic::async_trait]
impl SupervisorService for Supervisor {
    type SubscribeOverviewStream = Frames<pb::SubscribeOverviewResponse>;

    async fn subscribe_overview(
        &self,
        _: Request<pb::SubscribeOverviewRequest>,
    ) -> Result<Response<Self::SubscribeOverviewStream>, Status> {
        Ok(Response::new(overview_stream::open(self.context.clone()).await?))
    }

    type WatchConversationStream =
        BoxStream<'static, Result<pb::WatchConversationResponse, Status>>;

    async fn watch_conversation(
        &self,
        request: Request<pb::WatchConversationRequest>,
    ) -> Result<Response<Self::WatchConversationStream>, Status> {
        let asked = request.get_ref();
        let id = conversation_id(&asked.conversation_id)?;
        let place = decode::place(&asked.resume_token)?;
        let opened = chat_stream::open(self.context.clone(), id.clone(), Reader::Examiner, place);
        let frames = opened.await?;
        audit::looked(&Principal::of(&request), "WatchConversation", id.as_str());
        Ok(Response::new(frames.map(|frame| frame.map(watched)).boxed()))
    }

    async fn whisper(
        &self,
        request: Request<pb::WhisperRequest>,
    ) -> Result<Response<pb::WhisperResponse>, Status> {
        let caller = Principal::of(&request);
        let asked = request.get_ref();
        let conversation = conversation_id(&asked.conversation_id)?;
        let to = match asked.agent_id.as_str() {
            "" => None,
            to => Some(id("agent_id", to, AgentId::parse)?),
        };
        let (role, subject) = audit::named(&caller);
        let contents = format!("whisper {:?} {}", asked.agent_id, asked.text);
        let request = self::request(&asked.request_id, &format!("{role}/{subject}"), &contents)?;
        let (app, text) = (&self.context.app, asked.text.clone());
        let done = app.whisper(&conversation, request, subject.to_owned(), to, text).await;
        let done = done.map_err(status)?;
        audit::changed(&caller, "Whisper", conversation.as_str());
        let said = done.events.iter().find(|l| matches!(l.logged.event, Event::Whispered { .. }));
        let whisper = said.and_then(|said| encode::event(app, said, None, Reader::Examiner));
        Ok(Response::new(pb::WhisperResponse { whisper }))
    }

    async fn open_desk(
        &self,
        request: Request<pb::OpenDeskRequest>,
    ) -> Result<Response<pb::OpenDeskResponse>, Status> {
        let caller = Principal::of(&request);
        let asked = request.get_ref();
        let name = decode::at_most("name", asked.name.trim(), decode::NAME_CHARS_MAX)?;
        let desk = own_desk(&caller)?;
        let once = staff_once(&request, &asked.request_id, &format!("desk {name}"))?;
        let (_, subject) = audit::named(&caller);
        let name = Some(name).filter(|name| !name.is_empty());
        if name.is_none() && !self.has_name(&desk, subject).await? {
            let what =
                "customers read it when a conversation is taken over: say the name of a person";
            return Err(decode::empty("name", what));
        }
        let opened = self.context.app.open_desk(&desk, name, subject, &once).await;
        let agent = self.context.agent(&opened.map_err(status)?);
        Ok(Response::new(pb::OpenDeskResponse { agent }))
    }

    async fn acknowledge_on_call(
        &self,
        request: Request<pb::AcknowledgeOnCallRequest>,
    ) -> Result<Response<pb::AcknowledgeOnCallResponse>, Status> {
        Ok(Response::new(on_call::acknowledge(&self.context, &request).await?))
    }

    async fn list_blocks(
        &self,
        request: Request<pb::ListBlocksRequest>,
    ) -> Result<Response<pb::ListBlocksResponse>, Status> {
        Ok(Response::new(blocks::list(&self.context, request.get_ref()).await?))
    }

    async fn review_block(
        &self,
        request: Request<pb::ReviewBlockRequest>,
    ) -> Result<Response<pb::ReviewBlockResponse>, Status> {
        Ok(Response::new(blocks::review(&self.context, &request).await?))
    }

    async fn take_over(
        &self,
        request: Request<pb::TakeOverRequest>,
    ) -> Result<Response<pb::TakeOverResponse>, Status> {
        let caller = Principal::of(&request);
        let asked = request.get_ref();
        let conversation = conversation_id(&asked.conversation_id)?;
        let (desk, incarnation) = decode::session(asked.session.as_ref())?;
        // Nobody takes over for somebody else.
        if own_desk(&caller)? != desk {
            return Err(Refusal::NotFound { what: "agent" }.into());
        }
        let once = staff_once(&request, &asked.request_id, &format!("take over {conversation}"))?;
        let app = &self.context.app;
        app.session(&desk, incarnation).await.map_err(status)?;
        let c = app.take_over_once(&desk, &conversation, &once).await.map_err(status)?;
        audit::changed(&caller, "TakeOver", conversation.as_str());
        let since = match app.place(&conversation).await.map_err(status)? {
            Some(Place::Here(item)) => Some(item.waiting_since),
            Some(Place::Gone { .. }) | None => None,
        };
        let assignment = encode_agent::assignment(app, &c, c.token, since);
        Ok(Response::new(pb::TakeOverResponse { assignment: Some(assignment) }))
    }

    async fn reassign(
        &self,
        request: Request<pb::ReassignRequest>,
    ) -> Result<Response<pb::ReassignResponse>, Status> {
        let caller = Principal::of(&request);
        let asked = request.get_ref();
        let conversation = conversation_id(&asked.conversation_id)?;
        let to = id("agent_id", &asked.agent_id, AgentId::parse)?;
        let chars_max = self.context.app.settings().utterance_chars_max;
        let note = decode::at_most("note", &asked.note, chars_max)?;
        let (role, subject) = audit::named(&caller);
        let contents = format!("reassign {to} {note}");
        let request = self::request(&asked.request_id, &format!("{role}/{subject}"), &contents)?;
        let done = self.context.app.reassign(&conversation, request, &to, note).await;
        let done = done.map_err(status)?;
        audit::changed(&caller, "Reassign", conversation.as_str());
        Ok(Response::new(pb::ReassignResponse {
            conversation: self.context.conversation(&done),
            events: self.context.events(&done.events, Reader::Examiner),
        }))
    }
}

fn own_desk(caller: &Principal) -> Result<AgentId, Refusal> {
    let what = "the subject of this key is too long for a desk; use a key with a shorter one";
    caller.own_desk().ok_or_else(|| Refusal::Field {
        field: "authorization",
        what: what.to_owned(),
        facts: Vec::new(),
    })
}

/// The customer's frames as a supervisor gets them; nothing is hidden from them, so that none says
/// that something was.
fn watched(frame: pb::SubscribeEventsResponse) -> pb::WatchConversationResponse {
    use pb::subscribe_events_response::Frame as From;
    use pb::watch_conversation_response::Frame;
    let pb::SubscribeEventsResponse { resume_token, frame } = frame;
    let frame = frame.map(|frame| match frame {
        From::Attached(attached) => Frame::Attached(attached),
        From::Reset(reset) => Frame::Reset(reset),
        From::Event(event) => Frame::Event(event),
        From::Advanced(pb::Advanced { through_sequence: head_sequence }) => {
            Frame::Heartbeat(pb::StreamHeartbeat { head_sequence })
        }
        From::QueueStatus(status) => Frame::QueueStatus(status),
        From::Heartbeat(beat) => Frame::Heartbeat(beat),
        From::Moved(moved) => Frame::Moved(moved),
        From::Typing(typing) => Frame::Typing(typing),
        From::ReadMarks(marks) => Frame::ReadMarks(marks),
    });
    pb::WatchConversationResponse { resume_token, frame }
}
