//! The agent's calls, one after the other in the order they were asked for, each repeated under the
//! same request id until it is answered; and the sign of life beside them.

use super::input::Onward;
use super::work::Target;
use crate::cli::connect::{Secured, ask, patiently, reason_of, transient};
use crate::cli::parts::Draft;
use crate::domain::language::Language;
use crate::grpc::pb::agent_service_client::AgentServiceClient;
use crate::grpc::pb::transfer_conversation_request::To;
use crate::grpc::pb::{
    AcceptOfferRequest, AddNoteRequest, AgentSession, Assignment, BackToBot, BlockCustomerRequest,
    ClaimConversationRequest, DeclineOfferRequest, EndWrapUpRequest, GetHandoffPacketRequest,
    HandoffPacket, HeartbeatRequest, ListWaitingRequest, MarkAgentReadRequest, Presence,
    PromiseFollowUpRequest, ProposeResolutionRequest, ReleaseConversationRequest,
    ReportAbuseRequest, SendAgentMessageRequest, SetAgentTypingRequest, SetPresenceRequest,
    SkillNeed, SuggestRepliesRequest, SuggestedReply, TransferConversationRequest,
    WaitingConversation,
};
use std::time::Duration;
use tokio::sync::mpsc;
use tonic::{Code, Response, Status};

/// Something the agent wants done; one call each.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Accept an offer.
    Accept(Target),
    /// See who could be taken by hand.
    Waiting,
    /// Take a waiting conversation by hand.
    Claim(String),
    /// Decline an offer.
    Decline(Target, String),
    /// Read the packet.
    Packet(Target),
    /// Write to the customer.
    Say(Target, String),
    /// Send the customer something beside words.
    Send(Target, Draft),
    /// Show the customer that something is being typed.
    Typing(Target),
    /// Tell the customer that the agent has read up to here.
    Read(Target, u64),
    /// See what might be answered.
    Suggest(Target, String),
    /// Leave a note for colleagues.
    Note(Target, String),
    /// Tell the supervisors that the customer abuses.
    Abuse(Target, String),
    /// Block the customer.
    Block(Target, String),
    /// Ask the customer whether it is settled.
    Propose(Target, String),
    /// Promise to come back to it by this time, in seconds since the epoch.
    Promise(Target, i64, String),
    /// Give the conversation back.
    Release(Target, String),
    /// Pass the conversation on.
    Transfer(Target, Onward, String),
    /// The time for writing this conversation up may end.
    EndWrapUp(String),
    /// Take work, or take none.
    Presence(Presence, String),
}

impl Deed {
    /// For sentences of the form "the server refused …".
    pub fn what(&self) -> &'static str {
        match self {
            Deed::Accept(_) => "to accept the offer",
            Deed::Waiting => "who waits",
            Deed::Claim(_) => "to take the conversation",
            Deed::Decline(_, _) => "to decline the offer",
            Deed::Packet(_) => "the packet",
            Deed::Say(_, _) | Deed::Send(_, _) => "the message",
            Deed::Typing(_) => "the sign",
            Deed::Read(_, _) => "the mark",
            Deed::Suggest(_, _) => "suggested replies",
            Deed::Note(_, _) => "the note",
            Deed::Abuse(_, _) => "the report",
            Deed::Block(_, _) => "to block the customer",
            Deed::Propose(_, _) => "to propose an end",
            Deed::Promise(_, _, _) => "the promise",
            Deed::Release(_, _) => "to give the conversation back",
            Deed::Transfer(_, _, _) => "to pass the conversation on",
            Deed::EndWrapUp(_) => "to end the writing up",
            Deed::Presence(_, _) => "the presence",
        }
    }

    /// Whether the agent lets the conversation go by it.
    pub fn lets_go(&self) -> bool {
        match self {
            Deed::Promise(_, _, _)
            | Deed::Block(_, _)
            | Deed::Release(_, _)
            | Deed::Transfer(_, _, _) => true,
            Deed::Accept(_)
            | Deed::Waiting
            | Deed::Claim(_)
            | Deed::Decline(_, _)
            | Deed::Packet(_)
            | Deed::Say(_, _)
            | Deed::Send(_, _)
            | Deed::Typing(_)
            | Deed::Read(_, _)
            | Deed::Suggest(_, _)
            | Deed::Note(_, _)
            | Deed::Abuse(_, _)
            | Deed::Propose(_, _)
            | Deed::EndWrapUp(_)
            | Deed::Presence(_, _) => false,
        }
    }

    /// What it is about, if it is about one conversation.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Deed::Accept(target)
            | Deed::Decline(target, _)
            | Deed::Packet(target)
            | Deed::Say(target, _)
            | Deed::Send(target, _)
            | Deed::Typing(target)
            | Deed::Read(target, _)
            | Deed::Suggest(target, _)
            | Deed::Note(target, _)
            | Deed::Abuse(target, _)
            | Deed::Block(target, _)
            | Deed::Propose(target, _)
            | Deed::Promise(target, _, _)
            | Deed::Release(target, _)
            | Deed::Transfer(target, _, _) => Some(target),
            Deed::Waiting | Deed::Claim(_) | Deed::EndWrapUp(_) | Deed::Presence(_, _) => None,
        }
    }
}

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Made once, kept for all repetitions.
    pub request_id: String,
    /// What is wanted.
    pub deed: Deed,
}

/// What a call brought.
#[derive(Debug, Clone)]
pub enum Brought {
    /// Nothing that need be shown.
    Nothing,
    /// The conversation is the agent's.
    Assigned(Box<Assignment>),
    /// Who could be taken by hand.
    Waiting(Vec<WaitingConversation>),
    /// What might be answered.
    Replies(Vec<SuggestedReply>),
    /// The packet.
    Packet(Box<HandoffPacket>),
}

/// What becomes of a call.
#[derive(Debug)]
pub enum Report {
    /// The server cannot be reached; it is tried again.
    Waiting,
    /// It was done.
    Done(Deed, Brought),
    /// The server said no.
    Refused(Deed, Status),
    /// The session is over: another one has begun, or the server gave this one up.
    SessionOver(Status),
}

/// Makes the calls until nobody asks for more.
pub async fn work(
    client: AgentServiceClient<Secured>,
    session: AgentSession,
    language: Language,
    mut asked: mpsc::Receiver<Asked>,
    reports: mpsc::Sender<Report>,
) {
    while let Some(asked) = asked.recv().await {
        let waiting = || {
            // Telling is a courtesy: a full channel has more important things in it.
            let _ = reports.try_send(Report::Waiting);
        };
        let call = || call(client.clone(), session.clone(), language, asked.clone());
        let report = match patiently(waiting, call).await {
            Ok(brought) => Report::Done(asked.deed, brought),
            Err(status) if superseded(&status) => Report::SessionOver(status),
            Err(status) => Report::Refused(asked.deed, status),
        };
        if reports.send(report).await.is_err() {
            return;
        }
    }
}

/// Tells the server from time to time that this desk lives.
pub async fn beat(
    mut client: AgentServiceClient<Secured>,
    session: AgentSession,
    every: Duration,
    reports: mpsc::Sender<Report>,
) {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = reports.closed() => return,
            _ = interval.tick() => {}
        }
        let request = HeartbeatRequest { session: Some(session.clone()) };
        match client.heartbeat(ask(request)).await {
            Ok(_) => {}
            // The stream tells the agent that the server is away; the next beat comes by itself.
            Err(status) if transient(&status) || status.code() == Code::ResourceExhausted => {}
            Err(status) => {
                let _ = reports.send(Report::SessionOver(status)).await;
                return;
            }
        }
    }
}

/// Whether another session of the same agent has begun.
pub fn superseded(status: &Status) -> bool {
    reason_of(status) == "SESSION_SUPERSEDED"
}

async fn call(
    mut client: AgentServiceClient<Secured>,
    session: AgentSession,
    language: Language,
    asked: Asked,
) -> Result<Brought, Status> {
    let (session, request_id) = (Some(session), asked.request_id);
    match asked.deed {
        Deed::Accept(Target { conversation_id, token, .. }) => {
            let token = Some(token);
            let request = AcceptOfferRequest { session, request_id, conversation_id, token };
            let answer = client.accept_offer(ask(request)).await.map(Response::into_inner)?;
            let assigned = answer.assignment.map(Box::new).map(Brought::Assigned);
            return Ok(assigned.unwrap_or(Brought::Nothing));
        }
        Deed::Waiting => {
            let request = ListWaitingRequest { session, page_size: 0 };
            let answer = client.list_waiting(ask(request)).await?;
            return Ok(Brought::Waiting(answer.into_inner().waiting));
        }
        Deed::Claim(conversation_id) => {
            let request = ClaimConversationRequest { session, request_id, conversation_id };
            let answer = client.claim_conversation(ask(request)).await.map(Response::into_inner)?;
            let assigned = answer.assignment.map(Box::new).map(Brought::Assigned);
            return Ok(assigned.unwrap_or(Brought::Nothing));
        }
        Deed::Packet(Target { conversation_id, token, .. }) => {
            let token = Some(token);
            let language = language.tag().to_owned();
            let request = GetHandoffPacketRequest { session, conversation_id, token, language };
            let answer = client.get_handoff_packet(ask(request)).await.map(Response::into_inner)?;
            let packet = answer.packet.map(Box::new).map(Brought::Packet);
            return Ok(packet.unwrap_or(Brought::Nothing));
        }
        Deed::Decline(Target { conversation_id, token, .. }, reason) => {
            let token = Some(token);
            let request =
                DeclineOfferRequest { session, request_id, conversation_id, token, reason };
            client.decline_offer(ask(request)).await?;
        }
        Deed::Say(Target { conversation_id, token, .. }, text) => {
            let (token, sent_at, parts) = (Some(token), None, Vec::new());
            let request = SendAgentMessageRequest {
                session,
                request_id,
                conversation_id,
                token,
                text,
                sent_at,
                parts,
            };
            client.send_agent_message(ask(request)).await?;
        }
        Deed::Send(Target { conversation_id, token, .. }, draft) => {
            let request = SendAgentMessageRequest {
                session,
                request_id,
                conversation_id,
                token: Some(token),
                parts: vec![draft.part().map_err(Status::invalid_argument)?],
                ..Default::default()
            };
            client.send_agent_message(ask(request)).await?;
        }
        Deed::Typing(Target { conversation_id, token, .. }) => {
            let token = Some(token);
            let request = SetAgentTypingRequest { session, conversation_id, token };
            client.set_agent_typing(ask(request)).await?;
        }
        Deed::Read(Target { conversation_id, token, .. }, through_sequence) => {
            let token = Some(token);
            let request =
                MarkAgentReadRequest { session, conversation_id, token, through_sequence };
            client.mark_agent_read(ask(request)).await?;
        }
        Deed::Suggest(Target { conversation_id, token, .. }, about) => {
            let token = Some(token);
            let request = SuggestRepliesRequest { session, conversation_id, token, about };
            let answer = client.suggest_replies(ask(request)).await?;
            return Ok(Brought::Replies(answer.into_inner().replies));
        }
        Deed::Note(Target { conversation_id, token, .. }, text) => {
            let token = Some(token);
            let request = AddNoteRequest { session, request_id, conversation_id, token, text };
            client.add_note(ask(request)).await?;
        }
        Deed::Abuse(Target { conversation_id, token, .. }, note) => {
            let token = Some(token);
            let request = ReportAbuseRequest { session, request_id, conversation_id, token, note };
            client.report_abuse(ask(request)).await?;
        }
        Deed::Block(Target { conversation_id, token, .. }, reason) => {
            let token = Some(token);
            let request =
                BlockCustomerRequest { session, request_id, conversation_id, token, reason };
            client.block_customer(ask(request)).await?;
        }
        Deed::Propose(Target { conversation_id, token, .. }, disposition) => {
            let token = Some(token);
            let request = ProposeResolutionRequest {
                session,
                request_id,
                conversation_id,
                token,
                disposition,
            };
            client.propose_resolution(ask(request)).await?;
        }
        Deed::Promise(Target { conversation_id, token, .. }, seconds, what) => {
            let due = Some(prost_types::Timestamp { seconds, nanos: 0 });
            let token = Some(token);
            let request =
                PromiseFollowUpRequest { session, request_id, conversation_id, token, what, due };
            client.promise_follow_up(ask(request)).await?;
        }
        Deed::Release(Target { conversation_id, token, .. }, note) => {
            let token = Some(token);
            let request =
                ReleaseConversationRequest { session, request_id, conversation_id, token, note };
            client.release_conversation(ask(request)).await?;
        }
        Deed::Transfer(Target { conversation_id, token, .. }, to, note) => {
            let (token, to) = (Some(token), Some(onward(to)));
            let request = TransferConversationRequest {
                session,
                request_id,
                conversation_id,
                token,
                note,
                to,
            };
            client.transfer_conversation(ask(request)).await?;
        }
        Deed::EndWrapUp(conversation_id) => {
            let request = EndWrapUpRequest { session, request_id, conversation_id };
            client.end_wrap_up(ask(request)).await?;
        }
        Deed::Presence(presence, away_reason) => {
            let presence = presence.into();
            let request = SetPresenceRequest { session, request_id, presence, away_reason };
            client.set_presence(ask(request)).await?;
        }
    }
    Ok(Brought::Nothing)
}

fn onward(to: Onward) -> To {
    match to {
        Onward::Agent(id) => To::AgentId(id),
        Onward::Queue(id) => To::QueueId(id),
        Onward::Skill(skill_id) => To::Skill(SkillNeed { skill_id, level: 0 }),
        Onward::Bot => To::Bot(BackToBot {}),
    }
}
