//! The people of the bench: a platform whose agents take each offer at once, answer each message
//! and then propose the end; when it is confirmed, their place is free again.

use super::story::TO_AGENT;
use crate::cli::connect::{KeyArgs, Secured, ask, fresh_id};
use crate::domain::ids::SkillId;
use crate::grpc::keys::Role;
use crate::grpc::pb::agent_service_client::AgentServiceClient;
use crate::grpc::pb::subscribe_work_response::Frame;
use crate::grpc::pb::{
    AcceptOfferRequest, AgentProfile, AgentSession, ConversationEvent, EndWrapUpRequest,
    HeartbeatRequest, Offer, OwnershipToken, Party, Presence, ProposeResolutionRequest,
    RegisterAgentRequest, SendAgentMessageRequest, SetPresenceRequest, SignInRequest,
    SubscribeWorkRequest, event,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tonic::transport::Channel;
use tonic::{Response, Status, Streaming};

const AGENTS: usize = 20;
/// Conversations of one agent at a time: so many that nobody waits for want of agents.
const CAPACITY: u32 = 50;

/// A platform's way to its agents.
pub type Desk = AgentServiceClient<Secured>;

/// The agents, and what they hold.
pub struct Staff {
    desk: Desk,
    cases: Mutex<BTreeMap<String, Case>>,
}

struct Case {
    asked: Instant,
    offered: Option<Instant>,
    owned: Option<Instant>,
    owner: Option<(AgentSession, OwnershipToken)>,
    answered: usize,
}

impl Staff {
    /// Brings the agents in and lets them work until the channel is gone.
    pub async fn sign_in(
        channel: Channel,
        data: &Path,
        skills: &BTreeSet<SkillId>,
    ) -> anyhow::Result<Arc<Staff>> {
        let mut desk = desk(channel, data)?;
        let mut sessions = Vec::new();
        for number in 0..AGENTS {
            sessions.push(begin(&mut desk, number, skills).await?);
        }
        let request =
            SubscribeWorkRequest { sessions: sessions.clone(), resume_tokens: Default::default() };
        let work = desk.subscribe_work(request).await?.into_inner();
        let staff = Arc::new(Staff { desk: desk.clone(), cases: Mutex::default() });
        tokio::spawn(Arc::clone(&staff).work(work, sessions.clone()));
        tokio::spawn(stay_alive(desk, sessions));
        Ok(staff)
    }

    /// A customer is about to ask for a person.
    pub fn expect(&self, conversation: &str, asked: Instant) {
        let case = Case { asked, offered: None, owned: None, owner: None, answered: 0 };
        self.cases().insert(conversation.to_owned(), case);
    }

    /// How long it took until the offer was seen, and until it was accepted.
    pub fn spans_of(&self, conversation: &str) -> Option<(Duration, Duration)> {
        let cases = self.cases();
        let case = cases.get(conversation)?;
        Some((case.offered?.duration_since(case.asked), case.owned?.duration_since(case.asked)))
    }

    /// The customer has confirmed the end: nothing is left to write up, so the place is free again.
    pub async fn close(&self, conversation: &str) {
        let Some(case) = self.cases().remove(conversation) else { return };
        let Some((session, _)) = case.owner else { return };
        let request = EndWrapUpRequest {
            session: Some(session),
            request_id: fresh_id(),
            conversation_id: conversation.to_owned(),
        };
        heard(self.desk.clone().end_wrap_up(ask(request)).await);
    }

    fn cases(&self) -> MutexGuard<'_, BTreeMap<String, Case>> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn work(
        self: Arc<Self>,
        mut work: Streaming<crate::grpc::pb::SubscribeWorkResponse>,
        sessions: Vec<AgentSession>,
    ) {
        let of = |agent: &str| sessions.iter().find(|session| session.agent_id == agent).cloned();
        while let Ok(Some(frame)) = work.message().await {
            let session = of(&frame.agent_id);
            match (frame.frame, session) {
                (Some(Frame::Offer(offer)), Some(session)) => {
                    tokio::spawn(Arc::clone(&self).accept(session, offer));
                }
                (Some(Frame::ConversationEvent(heard)), Some(_)) => {
                    if is_of_customer(&heard) {
                        tokio::spawn(Arc::clone(&self).answer(heard.conversation_id));
                    }
                }
                (Some(_) | None, _) => {}
            }
        }
    }

    async fn accept(self: Arc<Self>, session: AgentSession, offer: Offer) {
        if let Some(case) = self.cases().get_mut(&offer.conversation_id) {
            case.offered.get_or_insert_with(Instant::now);
            // The customer may write before the answer to the acceptance is here.
            case.owner = offer.token.map(|token| (session.clone(), token));
        }
        let request = AcceptOfferRequest {
            session: Some(session),
            request_id: fresh_id(),
            conversation_id: offer.conversation_id.clone(),
            token: offer.token,
        };
        let accepted = heard(self.desk.clone().accept_offer(ask(request)).await);
        if let (Some(_), Some(case)) = (accepted, self.cases().get_mut(&offer.conversation_id)) {
            case.owned.get_or_insert_with(Instant::now);
        }
    }

    async fn answer(self: Arc<Self>, conversation_id: String) {
        let (session, token, answered) = {
            let mut cases = self.cases();
            let Some(case) = cases.get_mut(&conversation_id) else { return };
            let Some((session, token)) = case.owner.clone() else { return };
            case.answered += 1;
            (session, token, case.answered)
        };
        let request = SendAgentMessageRequest {
            session: Some(session.clone()),
            request_id: fresh_id(),
            conversation_id: conversation_id.clone(),
            token: Some(token),
            text: "I have looked it up: it is on its way and comes tomorrow.".to_owned(),
            sent_at: None,
            parts: Vec::new(),
        };
        let mut desk = self.desk.clone();
        heard(desk.send_agent_message(ask(request)).await);
        if answered == TO_AGENT {
            let request = ProposeResolutionRequest {
                session: Some(session),
                request_id: fresh_id(),
                conversation_id,
                token: Some(token),
                disposition: "solved".to_owned(),
            };
            heard(desk.propose_resolution(ask(request)).await);
        }
    }
}

/// What was answered; a customer who gets nothing counts it, so it is only said here.
fn heard<T>(answer: Result<Response<T>, Status>) -> Option<T> {
    answer.inspect_err(|status| eprintln!("an agent: {status}")).ok().map(Response::into_inner)
}

fn is_of_customer(heard: &ConversationEvent) -> bool {
    heard.event.as_ref().is_some_and(|event| {
        let said = matches!(event.body, Some(event::Body::MessageSent(_)));
        said && event.author.as_ref().is_some_and(|author| author.party() == Party::Customer)
    })
}

/// The desk of the platform whose key is in this folder.
pub fn desk(channel: Channel, data: &Path) -> anyhow::Result<Desk> {
    let keys = KeyArgs { key: None, data: data.to_owned() };
    Ok(AgentServiceClient::with_interceptor(channel, keys.read(Role::Platform, "main")?))
}

/// Registers an agent and signs them in.
pub async fn begin(
    desk: &mut Desk,
    number: usize,
    skills: &BTreeSet<SkillId>,
) -> anyhow::Result<AgentSession> {
    let agent_id = format!("bench-{number}");
    let profile = AgentProfile {
        agent_id: agent_id.clone(),
        name: format!("Agent {number}"),
        languages: [("ar".to_owned(), 5), ("en".to_owned(), 5)].into(),
        skills: skills.iter().map(|skill| (skill.to_string(), 5)).collect(),
        capacity: CAPACITY,
    };
    let register = RegisterAgentRequest { request_id: fresh_id(), profile: Some(profile) };
    desk.register_agent(ask(register)).await?;
    let sign_in = SignInRequest { agent_id, request_id: fresh_id(), client: 2 };
    let session = desk.sign_in(ask(sign_in)).await?.into_inner().session;
    let presence = SetPresenceRequest {
        session: session.clone(),
        request_id: fresh_id(),
        presence: Presence::Available.into(),
        away_reason: String::new(),
    };
    desk.set_presence(ask(presence)).await?;
    session.ok_or_else(|| anyhow::anyhow!("no session was given to an agent"))
}

async fn stay_alive(mut desk: Desk, sessions: Vec<AgentSession>) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        for session in &sessions {
            let beat = HeartbeatRequest { session: Some(session.clone()) };
            if desk.heartbeat(ask(beat)).await.is_err() {
                return;
            }
        }
    }
}
