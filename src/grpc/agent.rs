//! `AgentService`: what an agent's desk calls, and a platform that acts for many agents. Each call
//! checks that the caller may act for the agent and that the session is the newest, decodes, asks
//! the application, encodes; nothing is decided here.

use super::audit;
use super::auth::Principal;
use super::blocks;
use super::context::{Context, conversation_id, id, request};
use super::decode::{self, CODE_CHARS_MAX};
use super::desk;
use super::encode::{self, Reader};
use super::encode_agent;
use super::frames::Frames;
use super::pb;
use super::pb::agent_service_server::AgentService;
use super::refusals::status;
use super::status::Refusal;
use super::work_stream;
use crate::app::conversations;
use crate::app::requests::Once;
use crate::domain::conversation::command::Command;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, RequestId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::Place;
use crate::domain::routing::opening;
use std::collections::BTreeMap;
use std::time::Duration;
use tonic::{Request, Response, Status};

/// The most sessions of one stream of work.
const SESSIONS_MAX: usize = 1_000;
/// Agents on a page, usually and at most.
const AGENTS_PAGE: (usize, usize) = (100, 1_000);

/// The handlers.
pub struct AgentDesk {
    pub(super) context: Context,
}

/// What every call about a conversation names: whose session, which conversation, which right.
pub(super) struct Right {
    pub(super) agent: Agent,
    pub(super) conversation: ConversationId,
    pub(super) token: Token,
}

impl AgentDesk {
    /// Handlers on this application.
    pub fn new(context: Context) -> Self {
        AgentDesk { context }
    }

    /// The agent of the session, if the caller may act for them and the session still counts. A
    /// sign of life.
    async fn session<T>(
        &self,
        request: &Request<T>,
        session: Option<&pb::AgentSession>,
    ) -> Result<Agent, Status> {
        let (agent, incarnation) = decode::session(session)?;
        Principal::of(request).may_act_for(&agent)?;
        self.context.app.session(&agent, incarnation).await.map_err(status)
    }

    pub(super) async fn right<T>(
        &self,
        request: &Request<T>,
        session: Option<&pb::AgentSession>,
        conversation: &str,
        token: Option<&pb::OwnershipToken>,
    ) -> Result<Right, Status> {
        let conversation = conversation_id(conversation)?;
        let token = decode::token(token)?;
        let agent = self.session(request, session).await?;
        Ok(Right { agent, conversation, token })
    }

    /// Runs a command of the agent to the conversation.
    async fn command(
        &self,
        right: &Right,
        request_id: &str,
        asked: &str,
        command: Command,
    ) -> Result<conversations::Done, Status> {
        let token = right.token;
        let asked = format!("{asked} {} {}", token.term, token.attempt);
        let request = request(request_id, right.agent.id.as_str(), &asked)?;
        self.context.app.command(&right.conversation, request, command).await.map_err(status)
    }

    fn mode(&self) -> i32 {
        self.context.mode().into()
    }
}

#[tonic::async_trait]
impl AgentService for AgentDesk {
    async fn sign_in(
        &self,
        request: Request<pb::SignInRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        let asked = request.get_ref();
        let agent = id("agent_id", &asked.agent_id, AgentId::parse)?;
        Principal::of(&request).may_act_for(&agent)?;
        let rules = self.context.app.rules();
        let leases = &rules.routing.leases;
        let (lease, client) = match asked.client() {
            pb::ClientKind::Browser => (leases.browser_length, "browser"),
            pb::ClientKind::Program | pb::ClientKind::Unspecified => (leases.length, "program"),
        };
        let once = once(&agent, &asked.request_id, &format!("sign_in {client}"))?;
        let app = &self.context.app;
        let done = app.sign_in(&agent, lease, Some(&once)).await.map_err(status)?;
        app.match_now().await;
        let (agent_id, incarnation) = (agent.to_string(), done.incarnation);
        Ok(Response::new(pb::SignInResponse {
            session: Some(pb::AgentSession { agent_id, incarnation }),
            lease: Some(encode::duration(lease)),
            heartbeat_every: Some(encode::duration(leases.heartbeat)),
            agent: self.context.agent(&done.agent),
            mode: self.mode(),
            time_zone: opening::zone(&rules.routing, None),
        }))
    }

    async fn set_presence(
        &self,
        request: Request<pb::SetPresenceRequest>,
    ) -> Result<Response<pb::SetPresenceResponse>, Status> {
        let asked = request.get_ref();
        // The session is checked with the change itself: a repetition must get its first answer.
        let (agent, incarnation) = decode::session(asked.session.as_ref())?;
        Principal::of(&request).may_act_for(&agent)?;
        let presence = decode::presence(asked.presence(), &asked.away_reason)?;
        let contents = format!("presence {incarnation} {presence:?}");
        let once = once(&agent, &asked.request_id, &contents)?;
        let done = self.context.app.set_presence(&agent, incarnation, presence, Some(&once));
        let agent = done.await.map_err(status)?;
        Ok(Response::new(pb::SetPresenceResponse { agent: self.context.agent(&agent) }))
    }

    async fn heartbeat(
        &self,
        request: Request<pb::HeartbeatRequest>,
    ) -> Result<Response<pb::HeartbeatResponse>, Status> {
        let agent = self.session(&request, request.get_ref().session.as_ref()).await?;
        let lease = Duration::from_millis(agent.lease_ms.max(0) as u64);
        Ok(Response::new(pb::HeartbeatResponse {
            lease: Some(encode::duration(lease)),
            presence: encode_agent::presence(&agent.presence).into(),
            mode: self.mode(),
        }))
    }

    type SubscribeWorkStream = Frames<pb::SubscribeWorkResponse>;

    async fn subscribe_work(
        &self,
        request: Request<pb::SubscribeWorkRequest>,
    ) -> Result<Response<Self::SubscribeWorkStream>, Status> {
        let caller = Principal::of(&request);
        let asked = request.get_ref();
        if asked.sessions.is_empty() || asked.sessions.len() > SESSIONS_MAX {
            let what = format!("name from 1 to {SESSIONS_MAX} sessions");
            return Err(decode::wrong("sessions", what));
        }
        let mut sessions = BTreeMap::new();
        for session in &asked.sessions {
            let (agent, incarnation) = decode::session(Some(session))?;
            caller.may_act_for(&agent)?;
            if sessions.insert(agent, incarnation).is_some() {
                return Err(decode::wrong("sessions", "name each agent once"));
            }
        }
        let mut places = BTreeMap::new();
        for (conversation, token) in &asked.resume_tokens {
            places.insert(conversation_id(conversation)?, decode::place(token)?);
        }
        let frames = work_stream::open(self.context.clone(), sessions, places).await?;
        Ok(Response::new(frames))
    }

    async fn accept_offer(
        &self,
        request: Request<pb::AcceptOfferRequest>,
    ) -> Result<Response<pb::AcceptOfferResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let Right { agent, conversation, token } = &right;
        let once = once(&agent.id, &asked.request_id, &right.contents("accept"))?;
        let app = &self.context.app;
        let c = app.accept(&agent.id, conversation, *token, Some(&once)).await.map_err(status)?;
        let since = match app.place(conversation).await.map_err(status)? {
            Some(Place::Here(item)) => Some(item.waiting_since),
            Some(Place::Gone { .. }) | None => None,
        };
        let assignment = encode_agent::assignment(app, &c, *token, since);
        Ok(Response::new(pb::AcceptOfferResponse { assignment: Some(assignment) }))
    }

    async fn decline_offer(
        &self,
        request: Request<pb::DeclineOfferRequest>,
    ) -> Result<Response<pb::DeclineOfferResponse>, Status> {
        let asked = request.get_ref();
        let reason = decode::at_most("reason", &asked.reason, CODE_CHARS_MAX)?;
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let Right { agent, conversation, token } = &right;
        let once = once(&agent.id, &asked.request_id, &right.contents("decline"))?;
        let done = self.context.app.decline(&agent.id, conversation, *token, Some(&once));
        done.await.map_err(status)?;
        tracing::debug!(
            agent.id = %agent.id,
            conversation.id = %conversation,
            decline.reason = reason,
            "an agent declined an offer"
        );
        Ok(Response::new(pb::DeclineOfferResponse {}))
    }

    async fn list_waiting(
        &self,
        request: Request<pb::ListWaitingRequest>,
    ) -> Result<Response<pb::ListWaitingResponse>, Status> {
        let asked = request.get_ref();
        let agent = self.session(&request, asked.session.as_ref()).await?;
        Ok(Response::new(desk::waiting(&self.context, &agent, asked.page_size)))
    }

    async fn claim_conversation(
        &self,
        request: Request<pb::ClaimConversationRequest>,
    ) -> Result<Response<pb::ClaimConversationResponse>, Status> {
        let asked = request.get_ref();
        let conversation = conversation_id(&asked.conversation_id)?;
        let agent = self.session(&request, asked.session.as_ref()).await?;
        let once = once(&agent.id, &asked.request_id, &format!("claim {conversation}"))?;
        desk::claim(&self.context, &agent, &conversation, &once).await.map(Response::new)
    }

    async fn get_handoff_packet(
        &self,
        request: Request<pb::GetHandoffPacketRequest>,
    ) -> Result<Response<pb::GetHandoffPacketResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let screen = decode::language(&asked.language)?;
        let app = &self.context.app;
        let packet = app.packet(&right.agent.id, &right.conversation, right.token, screen);
        let packet = encode_agent::packet(app, packet.await.map_err(status)?);
        Ok(Response::new(pb::GetHandoffPacketResponse { packet: Some(packet) }))
    }

    async fn send_agent_message(
        &self,
        request: Request<pb::SendAgentMessageRequest>,
    ) -> Result<Response<pb::SendAgentMessageResponse>, Status> {
        self.says(request).await
    }

    async fn set_agent_typing(
        &self,
        request: Request<pb::SetAgentTypingRequest>,
    ) -> Result<Response<pb::SetAgentTypingResponse>, Status> {
        self.types(request).await
    }

    async fn mark_agent_read(
        &self,
        request: Request<pb::MarkAgentReadRequest>,
    ) -> Result<Response<pb::MarkAgentReadResponse>, Status> {
        self.reads(request).await
    }

    async fn propose_resolution(
        &self,
        request: Request<pb::ProposeResolutionRequest>,
    ) -> Result<Response<pb::ProposeResolutionResponse>, Status> {
        let asked = request.get_ref();
        let disposition = decode::at_most("disposition", &asked.disposition, CODE_CHARS_MAX)?;
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let contents = format!("propose {disposition}");
        let (agent, token) = (right.agent.id.clone(), right.token);
        let command = Command::AgentProposes { agent, token, disposition };
        let done = self.command(&right, &asked.request_id, &contents, command).await?;
        Ok(Response::new(pb::ProposeResolutionResponse {
            events: self.context.events(&done.events, Reader::Agent),
            conversation: self.context.conversation(&done),
        }))
    }

    async fn release_conversation(
        &self,
        request: Request<pb::ReleaseConversationRequest>,
    ) -> Result<Response<pb::ReleaseConversationResponse>, Status> {
        let asked = request.get_ref();
        let chars_max = self.context.app.settings().utterance_chars_max;
        let note = decode::at_most("note", &asked.note, chars_max)?;
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let contents = format!("release {note}");
        let (agent, token) = (right.agent.id.clone(), right.token);
        let command = Command::AgentReleases { agent, token, note };
        let done = self.command(&right, &asked.request_id, &contents, command).await?;
        Ok(Response::new(pb::ReleaseConversationResponse {
            events: self.context.events(&done.events, Reader::Agent),
            conversation: self.context.conversation(&done),
        }))
    }

    async fn promise_follow_up(
        &self,
        request: Request<pb::PromiseFollowUpRequest>,
    ) -> Result<Response<pb::PromiseFollowUpResponse>, Status> {
        let asked = request.get_ref();
        let chars_max = self.context.app.settings().utterance_chars_max;
        let what = decode::at_most("what", asked.what.trim(), chars_max)?;
        if what.is_empty() {
            return Err(decode::empty("what", "say what the customer is promised"));
        }
        let due = decode::time("due", asked.due.as_ref())?;
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        let contents = format!("promise {} {what}", due.as_millis());
        let (agent, token) = (right.agent.id.clone(), right.token);
        let command = Command::AgentPromises { agent, token, what, due };
        let done = self.command(&right, &asked.request_id, &contents, command).await?;
        Ok(Response::new(pb::PromiseFollowUpResponse {
            events: self.context.events(&done.events, Reader::Agent),
            conversation: self.context.conversation(&done),
        }))
    }

    async fn suggest_replies(
        &self,
        request: Request<pb::SuggestRepliesRequest>,
    ) -> Result<Response<pb::SuggestRepliesResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        desk::suggest(&self.context, &right, asked).await.map(Response::new)
    }

    async fn add_note(
        &self,
        request: Request<pb::AddNoteRequest>,
    ) -> Result<Response<pb::AddNoteResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        desk::note(&self.context, &right, asked).await.map(Response::new)
    }

    async fn transfer_conversation(
        &self,
        request: Request<pb::TransferConversationRequest>,
    ) -> Result<Response<pb::TransferConversationResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        desk::transfer(&self.context, &right, asked).await.map(Response::new)
    }

    async fn report_abuse(
        &self,
        request: Request<pb::ReportAbuseRequest>,
    ) -> Result<Response<pb::ReportAbuseResponse>, Status> {
        let asked = request.get_ref();
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        desk::report_abuse(&self.context, &right, asked).await.map(Response::new)
    }

    async fn block_customer(
        &self,
        request: Request<pb::BlockCustomerRequest>,
    ) -> Result<Response<pb::BlockCustomerResponse>, Status> {
        let (caller, asked) = (Principal::of(&request), request.get_ref());
        let (named, token) = (asked.session.as_ref(), asked.token.as_ref());
        let right = self.right(&request, named, &asked.conversation_id, token).await?;
        blocks::block(&self.context, &caller, &right, asked).await.map(Response::new)
    }

    async fn end_wrap_up(
        &self,
        request: Request<pb::EndWrapUpRequest>,
    ) -> Result<Response<pb::EndWrapUpResponse>, Status> {
        let asked = request.get_ref();
        let conversation = conversation_id(&asked.conversation_id)?;
        let (agent, incarnation) = decode::session(asked.session.as_ref())?;
        Principal::of(&request).may_act_for(&agent)?;
        let once = once(&agent, &asked.request_id, &format!("end wrap-up {conversation}"))?;
        let done = self.context.app.end_wrap_up_once(&agent, incarnation, conversation, &once);
        let agent = self.context.agent(&done.await.map_err(status)?);
        Ok(Response::new(pb::EndWrapUpResponse { agent }))
    }

    async fn list_my_work(
        &self,
        request: Request<pb::ListMyWorkRequest>,
    ) -> Result<Response<pb::ListMyWorkResponse>, Status> {
        let agent = self.session(&request, request.get_ref().session.as_ref()).await?;
        desk::work(&self.context, &agent).await.map(Response::new)
    }

    async fn list_agents(
        &self,
        request: Request<pb::ListAgentsRequest>,
    ) -> Result<Response<pb::ListAgentsResponse>, Status> {
        let asked = request.get_ref();
        let size = decode::page_size(asked.page_size, AGENTS_PAGE.0, AGENTS_PAGE.1);
        // The token is the last id of the page before.
        let after = asked.page_token.as_str();
        let all = self.context.app.router().agents();
        let mut rest = all.iter().filter(|agent| agent.id.as_str() > after).peekable();
        let shown = rest.by_ref().take(size).filter_map(|agent| self.context.agent(agent));
        let agents: Vec<pb::Agent> = shown.collect();
        let last = agents.last().and_then(|agent| agent.profile.as_ref());
        let next_page_token = match (rest.peek(), last) {
            (Some(_), Some(last)) => last.agent_id.clone(),
            (Some(_) | None, _) => String::new(),
        };
        Ok(Response::new(pb::ListAgentsResponse { agents, next_page_token }))
    }

    async fn register_agent(
        &self,
        request: Request<pb::RegisterAgentRequest>,
    ) -> Result<Response<pb::RegisterAgentResponse>, Status> {
        let asked = request.get_ref();
        let app = &self.context.app;
        let (agent, profile) = decode::profile(asked.profile.as_ref(), &app.rules().routing)?;
        let contents = format!("register {agent} {profile:?}");
        let once = staff_once(&request, &asked.request_id, &contents)?;
        let done = app.register_agent(&agent, profile, &once).await.map_err(status)?;
        let done = done.ok_or(Refusal::Exists { what: "agent" })?;
        audit::changed(&Principal::of(&request), "RegisterAgent", agent.as_str());
        Ok(Response::new(pb::RegisterAgentResponse { agent: self.context.agent(&done) }))
    }

    async fn update_agent(
        &self,
        request: Request<pb::UpdateAgentRequest>,
    ) -> Result<Response<pb::UpdateAgentResponse>, Status> {
        let asked = request.get_ref();
        let app = &self.context.app;
        let (agent, profile) = decode::profile(asked.profile.as_ref(), &app.rules().routing)?;
        let contents = format!("update {agent} {profile:?}");
        let once = staff_once(&request, &asked.request_id, &contents)?;
        let done = app.update_agent(&agent, profile, &once).await.map_err(status)?;
        audit::changed(&Principal::of(&request), "UpdateAgent", agent.as_str());
        Ok(Response::new(pb::UpdateAgentResponse { agent: self.context.agent(&done) }))
    }

    async fn remove_agent(
        &self,
        request: Request<pb::RemoveAgentRequest>,
    ) -> Result<Response<pb::RemoveAgentResponse>, Status> {
        let asked = request.get_ref();
        let agent = id("agent_id", &asked.agent_id, AgentId::parse)?;
        let once = staff_once(&request, &asked.request_id, &format!("remove {agent}"))?;
        let done = self.context.app.remove_agent_once(&agent, &once).await;
        let draining = done.map_err(status)?;
        audit::changed(&Principal::of(&request), "RemoveAgent", agent.as_str());
        Ok(Response::new(pb::RemoveAgentResponse { draining }))
    }
}

impl Right {
    /// What is asked, with what it is asked of: the same request id means exactly this.
    pub(super) fn contents(&self, what: &str) -> String {
        let Right { conversation, token, .. } = self;
        format!("{what} {conversation} {} {}", token.term, token.attempt)
    }
}

/// A request of an agent that changes the pool.
fn once(agent: &AgentId, request_id: &str, contents: &str) -> Result<Once, Status> {
    let request = id("request_id", request_id, RequestId::parse)?;
    let request = conversations::Request::new(request, agent.as_str(), contents);
    Ok(Once::of_agent(agent, request))
}

/// A request of somebody who looks after agents or deliveries.
pub(super) fn staff_once<T>(
    request: &Request<T>,
    request_id: &str,
    contents: &str,
) -> Result<Once, Status> {
    let caller = Principal::of(request);
    let (role, subject) = audit::named(&caller);
    let id = id("request_id", request_id, RequestId::parse)?;
    Ok(Once::of_staff(role, subject, conversations::Request::new(id, subject, contents)))
}
