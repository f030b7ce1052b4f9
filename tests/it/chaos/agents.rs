//! An agent who looks after what is offered, takes it, answers twice and proposes the end.

use super::front::{Front, Way, with};
use super::history::Acknowledged;
use sanad::grpc::pb;
use sanad::grpc::pb::agent_service_client::AgentServiceClient;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tonic::{Code, Status};

/// Between two looks at the desk.
const PAUSE: Duration = Duration::from_millis(80);
/// An agent answers so often before proposing the end.
const ANSWERS: u32 = 2;

/// One agent.
pub struct Agent {
    name: String,
    key: String,
    front: Arc<Front>,
    way: Way,
    session: Option<pb::AgentSession>,
    number: u32,
    /// How often each conversation was answered.
    answered: BTreeMap<String, u32>,
}

impl Agent {
    /// One who is not there yet.
    pub fn new(front: &Arc<Front>, name: &str, number: usize) -> Agent {
        Agent {
            name: name.to_owned(),
            key: front.key(&format!("agent_{name}")),
            front: Arc::clone(front),
            way: Way::beginning_with(number),
            session: None,
            number: 0,
            answered: BTreeMap::new(),
        }
    }

    /// One whose requests are numbered from here on: another process may have made those before.
    pub fn numbered_from(self, number: u32) -> Agent {
        Agent { number, ..self }
    }

    /// Works until all is over.
    pub async fn work(mut self) -> Agent {
        while !self.front.is_over() {
            match self.session.clone() {
                None => self.sign_in().await,
                Some(session) => self.look(session).await,
            }
            tokio::time::sleep(PAUSE).await;
        }
        self
    }

    fn id(&mut self, what: &str) -> String {
        self.number += 1;
        format!("{what}{}", self.number)
    }

    async fn sign_in(&mut self) {
        let request = pb::SignInRequest {
            agent_id: self.name.clone(),
            request_id: self.id("in"),
            client: pb::ClientKind::Program.into(),
        };
        let key = self.key.clone();
        let call = |channel| {
            let request = with(request.clone(), &key);
            async move { AgentServiceClient::new(channel).sign_in(request).await }
        };
        let Ok(signed) = self.way.ask(&self.front, call).await else { return };
        let session = signed.into_inner().session.expect("a session");
        let request = pb::SetPresenceRequest {
            session: Some(session.clone()),
            request_id: self.id("p"),
            presence: pb::Presence::Available.into(),
            away_reason: String::new(),
        };
        let call = |channel| {
            let request = with(request.clone(), &key);
            async move { AgentServiceClient::new(channel).set_presence(request).await }
        };
        if self.way.ask(&self.front, call).await.is_ok() {
            self.session = Some(session);
        }
    }

    async fn look(&mut self, session: pb::AgentSession) {
        let request = pb::ListMyWorkRequest { session: Some(session.clone()) };
        let key = self.key.clone();
        let call = |channel| {
            let request = with(request.clone(), &key);
            async move { AgentServiceClient::new(channel).list_my_work(request).await }
        };
        let Ok(work) = self.way.ask(&self.front, call).await else {
            // The store went back to before the session, or somebody else has it.
            self.session = None;
            return;
        };
        let work = work.into_inner();
        let presence = work.agent.as_ref().map(pb::Agent::presence);
        if presence != Some(pb::Presence::Available) {
            self.session = None;
            return;
        }
        for offer in work.offers {
            self.accept(&session, offer).await;
        }
        for assignment in work.assignments {
            let _ = self.answer(&session, assignment).await;
        }
    }

    async fn accept(&mut self, session: &pb::AgentSession, offer: pb::Offer) {
        let request = pb::AcceptOfferRequest {
            session: Some(session.clone()),
            request_id: self.id("a"),
            conversation_id: offer.conversation_id.clone(),
            token: offer.token,
        };
        let key = self.key.clone();
        let call = |channel| {
            let request = with(request.clone(), &key);
            async move { AgentServiceClient::new(channel).accept_offer(request).await }
        };
        let accepted = self.way.ask(&self.front, call).await;
        let taken = accepted.ok().and_then(|told| told.into_inner().assignment);
        if let Some(token) = taken.and_then(|taken| taken.token) {
            self.front.history.taken(&offer.conversation_id, token, &self.name);
        }
    }

    async fn answer(
        &mut self,
        session: &pb::AgentSession,
        mine: pb::Assignment,
    ) -> Result<(), Status> {
        let Some(conversation) = mine.conversation else { return Ok(()) };
        if conversation.state() != pb::ConversationState::Human {
            return Ok(());
        }
        let id = conversation.conversation_id;
        let answered = self.answered.get(&id).copied().unwrap_or(0);
        let key = self.key.clone();
        if answered >= ANSWERS {
            let request = pb::ProposeResolutionRequest {
                session: Some(session.clone()),
                request_id: self.id("d"),
                conversation_id: id,
                token: mine.token,
                disposition: "solved".to_owned(),
            };
            let call = |channel| {
                let request = with(request.clone(), &key);
                async move { AgentServiceClient::new(channel).propose_resolution(request).await }
            };
            self.way.ask(&self.front, call).await?;
            return Ok(());
        }
        let request_id = self.id("s");
        let text = format!("{} answers, number {}", self.name, self.number);
        let request = pb::SendAgentMessageRequest {
            session: Some(session.clone()),
            request_id: request_id.clone(),
            conversation_id: id.clone(),
            token: mine.token,
            text: text.clone(),
            sent_at: None,
            parts: Vec::new(),
        };
        let call = |channel| {
            let request = with(request.clone(), &key);
            async move { AgentServiceClient::new(channel).send_agent_message(request).await }
        };
        match self.way.ask(&self.front, call).await {
            Ok(said) => {
                let said = said.into_inner();
                let durability = said.durability();
                let message = said.message.expect("it was saved");
                let said = Acknowledged::of(&id, &request_id, &text, &message, durability);
                self.front.history.acknowledged(&self.name, said);
                *self.answered.entry(id).or_default() += 1;
            }
            Err(status) => match status.code() {
                // Somebody else has it by now, it has ended, or the session is an old one.
                Code::Aborted | Code::FailedPrecondition | Code::NotFound => {}
                _ => self.front.history.wrong(format!("{}: {status}", self.name)),
            },
        }
        Ok(())
    }
}
