//! A customer who talks, asks for people, waits, confirms and comes again, reads with a resume
//! token, and says again what the store has lost.

use super::front::{Front, Way, with};
use super::history::Acknowledged;
use futures::future::BoxFuture;
use sanad::grpc::pb;
use sanad::grpc::pb::chat_service_client::ChatServiceClient;
use sanad::grpc::pb::list_messages_request::After;
use sanad::grpc::pb::send_message_request::Content;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::{Code, Status};

/// Between two things a customer does.
const PAUSE: Duration = Duration::from_millis(30);

/// One conversation, as its customer knows it.
#[derive(Clone, Default)]
struct Talk {
    /// Which request began it.
    begun: u32,
    id: String,
    token: String,
    resume: String,
    state: pb::ConversationState,
    /// The place and the id of the newest message that was acknowledged.
    newest: Option<(u64, Vec<u8>)>,
}

/// One customer.
pub struct Customer {
    pub name: String,
    front: Arc<Front>,
    way: Way,
    number: u32,
    talk: Talk,
    /// Conversations that have ended.
    past: Vec<Talk>,
}

impl Customer {
    /// One who has not begun yet.
    pub fn new(front: &Arc<Front>, number: usize) -> Customer {
        Customer {
            name: format!("device-of-customer-{number}"),
            front: Arc::clone(front),
            way: Way::beginning_with(number),
            number: 0,
            talk: Talk::default(),
            past: Vec::new(),
        }
    }

    /// Lives until all is over; what was begun is brought to its end, and all that was ever said
    /// is looked at once more.
    pub async fn live(mut self) -> Customer {
        while !self.front.is_over() {
            self.go_on().await;
            tokio::time::sleep(PAUSE).await;
        }
        for number in 0..self.past.len() {
            std::mem::swap(&mut self.talk, &mut self.past[number]);
            self.read().await;
            std::mem::swap(&mut self.talk, &mut self.past[number]);
        }
        self.read().await;
        self
    }

    async fn go_on(&mut self) {
        use pb::ConversationState as S;
        self.number += 1;
        match self.talk.state {
            S::Unspecified | S::Resolved | S::Closed => {
                let next = Talk { begun: self.talk.begun + 1, ..Talk::default() };
                let ended = std::mem::replace(&mut self.talk, next);
                self.past.extend(Some(ended).filter(|ended| !ended.id.is_empty()));
                self.start().await;
            }
            S::Bot if self.number.is_multiple_of(5) => self.ask_for_a_person().await,
            S::Confirming => self.confirm().await,
            S::Bot | S::Queued | S::Human | S::Pending | S::Blocked => {
                let (id, n) = (format!("m{}", self.number), self.number);
                let text = format!("{}: how long does delivery take, number {n}", self.name);
                self.say(&id, &text).await;
            }
        }
        self.read().await;
    }

    /// Begins the conversation, or gets it back: the same request gives the same one.
    async fn start(&mut self) {
        let request = pb::StartConversationRequest {
            request_id: format!("start-{}", self.talk.begun),
            device_id: self.name.clone(),
            language: "en".to_owned(),
            ..Default::default()
        };
        let call = |channel| {
            let request = request.clone();
            async move { ChatServiceClient::new(channel).start_conversation(request).await }
        };
        let started = self.way.ask(&self.front, call).await.expect("a conversation").into_inner();
        let conversation = started.conversation.expect("it stands somehow");
        self.talk.token = started.customer_token;
        self.talk.resume = started.resume_token;
        self.talk.state = conversation.state();
        self.talk.id = conversation.conversation_id;
    }

    /// Says it until it is saved.
    async fn say(&mut self, id: &str, text: &str) {
        let request = pb::SendMessageRequest {
            conversation_id: self.talk.id.clone(),
            request_id: id.to_owned(),
            content: Some(Content::Text(text.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        let (front, token) = (Arc::clone(&self.front), self.talk.token.clone());
        let call = |channel| {
            let request = with(request.clone(), &token);
            let front = Arc::clone(&front);
            async move {
                let said =
                    ChatServiceClient::new(channel).send_message(request).await?.into_inner();
                if said.message.is_none() {
                    front.history.unsaved();
                    check_unsaved(&front, &said);
                    return Err(Status::unavailable("not saved"));
                }
                Ok(said)
            }
        };
        match self.way.ask(&self.front, call).await {
            Ok(said) => {
                let durability = said.durability();
                let message = said.message.expect("it was saved");
                self.talk.state = said.conversation.map_or(self.talk.state, |c| c.state());
                self.talk.newest = Some((message.sequence, message.event_id.clone()));
                let said = Acknowledged::of(&self.talk.id, id, text, &message, durability);
                self.front.history.acknowledged(&self.name, said);
            }
            Err(status) => self.refused(&status).await,
        }
    }

    /// As [`Customer::say`], which may lead here again.
    fn say_again<'a>(&'a mut self, id: &'a str, text: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(self.say(id, text))
    }

    async fn ask_for_a_person(&mut self) {
        let request = pb::RequestHumanRequest {
            conversation_id: self.talk.id.clone(),
            request_id: format!("h{}", self.number),
        };
        let token = self.talk.token.clone();
        let call = |channel| {
            let request = with(request.clone(), &token);
            async move { ChatServiceClient::new(channel).request_human(request).await }
        };
        match self.way.ask(&self.front, call).await {
            Ok(asked) => {
                let asked = asked.into_inner().conversation;
                self.talk.state = asked.map_or(self.talk.state, |c| c.state());
            }
            Err(status) => self.refused(&status).await,
        }
    }

    async fn confirm(&mut self) {
        let request = pb::RespondToResolutionRequest {
            conversation_id: self.talk.id.clone(),
            request_id: format!("y{}", self.number),
            answer: pb::ResolutionAnswer::Confirm.into(),
        };
        let token = self.talk.token.clone();
        let call = |channel| {
            let request = with(request.clone(), &token);
            async move { ChatServiceClient::new(channel).respond_to_resolution(request).await }
        };
        match self.way.ask(&self.front, call).await {
            Ok(answered) => {
                let answered = answered.into_inner().conversation;
                self.talk.state = answered.map_or(self.talk.state, |c| c.state());
            }
            Err(status) => self.refused(&status).await,
        }
    }

    /// The state was another one, or the conversation is gone with the store's last moments.
    async fn refused(&mut self, status: &Status) {
        match status.code() {
            Code::NotFound => self.compare().await,
            Code::FailedPrecondition | Code::Aborted => self.read().await,
            _ => self.front.history.wrong(format!("{}: {status}", self.name)),
        }
    }

    /// Reads on from the token. Whoever cannot go on is told, and compares.
    async fn read(&mut self) {
        if self.talk.id.is_empty() {
            return;
        }
        let page = self.page(After::ResumeToken(self.talk.resume.clone())).await;
        match page {
            Ok(page) if page.reset.is_none() && !self.differs(&page) => {
                self.talk.state = page.conversation.as_ref().map_or(self.talk.state, |c| c.state());
                self.talk.resume = page.resume_token;
            }
            Ok(_) => self.compare().await,
            Err(status) if status.code() == Code::NotFound => self.compare().await,
            Err(status) => self.front.history.wrong(format!("{} cannot read: {status}", self.name)),
        }
    }

    /// Whether the newest message that was acknowledged is not where it was.
    fn differs(&self, page: &pb::ListMessagesResponse) -> bool {
        let Some((sequence, id)) = &self.talk.newest else { return false };
        let head = page.conversation.as_ref().map_or(0, |c| c.head_sequence);
        let other = |event: &pb::Event| event.sequence == *sequence && event.event_id != *id;
        head < *sequence || page.events.iter().any(other)
    }

    async fn page(&mut self, after: After) -> Result<pb::ListMessagesResponse, Status> {
        let request = pb::ListMessagesRequest {
            conversation_id: self.talk.id.clone(),
            after: Some(after),
            page_size: 200,
            wait_ms: 0,
        };
        let token = self.talk.token.clone();
        let call = |channel| {
            let request = with(request.clone(), &token);
            async move { ChatServiceClient::new(channel).list_messages(request).await }
        };
        Ok(self.way.ask(&self.front, call).await?.into_inner())
    }

    /// The store went on differently: what it no longer has is said again, under the same ids.
    async fn compare(&mut self) {
        let began = Instant::now();
        self.talk.newest = None;
        self.start().await;
        let mut there = BTreeSet::new();
        let mut after = 0;
        loop {
            let Ok(page) = self.page(After::AfterSequence(after)).await else { return };
            there.extend(page.events.into_iter().map(|event| (event.sequence, event.event_id)));
            self.talk.resume = page.resume_token;
            if page.through_sequence == after {
                break;
            }
            after = page.through_sequence;
        }
        let is_lost = |said: &Acknowledged| {
            said.conversation == self.talk.id
                && said.at < began
                && !there.contains(&(said.sequence, said.event_id.clone()))
        };
        let lost = self.front.history.lost(true, is_lost);
        for said in lost.iter().filter(|said| said.request.starts_with('m')) {
            self.say_again(&said.request, &said.text).await;
        }
    }
}

/// While nothing is saved, nobody may be told that they stand in a queue.
fn check_unsaved(front: &Front, said: &pb::SendMessageResponse) {
    if said.mode() != pb::Mode::Isolated || said.durability() != pb::Durability::None {
        front.history.wrong(format!("unsaved, and told otherwise: {:?}", said.mode()));
    }
    let queued = |event: &pb::Event| matches!(event.body, Some(pb::event::Body::Queued(_)));
    if said.events.iter().any(queued) {
        front.history.wrong("told of a queue while nothing is saved".to_owned());
    }
}
