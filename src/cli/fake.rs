//! A small server for the tests of the clients: real sockets, one conversation, and the failures a
//! network has. It keeps its state when it is killed, as a real one does.

mod server;

use crate::grpc::pb::chat_service_server::{ChatService, ChatServiceServer};
use crate::grpc::pb::event::Body;
use crate::grpc::pb::subscribe_events_response::Frame;
use crate::grpc::pb::{self, *};
use crate::grpc::status::Refusal;
use futures::stream::BoxStream;
pub use server::{Running, any_port};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

pub fn text(words: &str) -> Option<LocalizedText> {
    Some(LocalizedText { text: words.to_owned(), ..LocalizedText::default() })
}

pub fn said(party: Party, name: &str, words: &str) -> Event {
    let author = Participant { party: party.into(), name: name.to_owned(), ..Default::default() };
    let message = MessageSent { text: text(words), ..Default::default() };
    Event { author: Some(author), body: Some(Body::MessageSent(message)), ..Event::default() }
}

/// What goes wrong, on purpose.
#[derive(Default)]
pub struct Faults {
    /// Each stream ends with an error after so many events; then they hold.
    pub streams_end_after: VecDeque<usize>,
    /// So many sends are done, but their answers are lost.
    pub answers_lost: usize,
    /// No conversation can be begun.
    pub away: bool,
    /// So many sends are answered without being saved.
    pub unsaved: usize,
    /// Each call that is told in `calls` is answered only when this is notified.
    pub hold: Option<Arc<Notify>>,
    /// What is a customer's own is refused.
    pub refuses: bool,
}

/// One conversation.
#[derive(Default)]
pub struct Desk {
    pub events: Vec<Event>,
    pub faults: Faults,
    /// What the customer sent, by request id.
    pub requests: BTreeMap<String, SendMessageResponse>,
    pub choices_taken: Vec<String>,
    pub waiting: Option<QueueStatus>,
    /// How far the customer has read.
    pub read: watch::Sender<u64>,
    /// How far each side has read, as streams are told.
    pub marks: Option<ReadMarks>,
    /// How often a stream was opened, with the tokens.
    pub tokens: Vec<String>,
    /// The customer's other conversation, if they have one.
    pub other: Option<Conversation>,
    /// What was asked for, a message with its conversation and its words.
    pub calls: watch::Sender<Vec<String>>,
    /// All of it is gone, and streams end.
    pub erased: bool,
    /// How many conversations were begun; their ids are c1, c2, ….
    pub begun: usize,
    /// Those that the store has lost.
    pub lost: Vec<String>,
}

impl Desk {
    pub fn add(&mut self, mut event: Event) -> Event {
        event.sequence = self.events.len() as u64 + 1;
        event.event_id = vec![event.sequence as u8; 16];
        self.events.push(event.clone());
        event
    }
}

/// The customer's side of the fake.
#[derive(Clone)]
pub struct FakeChat {
    desk: Arc<Mutex<Desk>>,
    bell: Arc<watch::Sender<()>>,
}

impl FakeChat {
    pub fn new() -> FakeChat {
        FakeChat { desk: Arc::default(), bell: Arc::new(watch::Sender::new(())) }
    }

    pub fn serve(&self, address: SocketAddr) -> Running {
        let service = ChatServiceServer::new(self.clone());
        Running::start(address, || tonic::transport::Server::builder().add_service(service))
    }

    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap()
    }

    /// Something happens without the customer's doing.
    pub fn happen(&self, event: Event) {
        self.desk().add(event);
        self.bell.send_replace(());
    }

    /// The store loses these conversations, and what was said.
    pub fn lose(&self, ids: &[&str]) {
        let mut desk = self.desk();
        desk.lost = ids.iter().map(|id| (*id).to_owned()).collect();
        desk.events.clear();
        drop(desk);
        self.bell.send_replace(());
    }

    fn kept(&self, id: &str) -> Result<(), Status> {
        match self.desk().lost.iter().any(|lost| lost == id) {
            true => Err(Refusal::NoLongerKept.into()),
            false => Ok(()),
        }
    }

    pub fn queue(&self, status: Option<QueueStatus>) {
        self.desk().waiting = status;
        self.bell.send_replace(());
    }

    pub fn read(&self, marks: ReadMarks) {
        self.desk().marks = Some(marks);
        self.bell.send_replace(());
    }

    /// A call has come; it is answered when the test lets it be.
    async fn come(&self, call: String) {
        let hold = self.desk().faults.hold.clone();
        self.desk().calls.send_modify(|calls| calls.push(call));
        if let Some(hold) = hold {
            hold.notified().await;
        }
    }

    /// Waits until this call has come.
    pub async fn until_asked(&self, call: &str) {
        let mut calls = self.desk().calls.subscribe();
        let come = calls.wait_for(|calls| calls.iter().any(|come| come == call));
        let come = tokio::time::timeout(Duration::from_secs(20), come).await;
        assert!(come.is_ok(), "{call:?} was not asked for, but {:?}", *self.desk().calls.borrow());
    }

    fn turn(&self, content: send_message_request::Content) -> SendMessageResponse {
        use send_message_request::Content;
        let mut desk = self.desk();
        let (words, later) = match content {
            Content::Text(words) => (words.clone(), words == "later"),
            Content::ChoiceId(id) => {
                desk.choices_taken.push(id.clone());
                (format!("chose {id}"), false)
            }
            Content::SayAgain(_) => ("again".to_owned(), false),
        };
        let saved = desk.faults.unsaved == 0;
        let own = said(Party::Customer, "", &words);
        let mut answer = said(Party::Bot, "Sanad", &format!("about {words}"));
        if let (Some(Body::MessageSent(message)), "which") = (&mut answer.body, words.as_str()) {
            message.choices = ["order", "refund"]
                .map(|id| Choice { id: id.to_owned(), title: text(&format!("My {id}")) })
                .into();
        }
        if let (Some(Body::MessageSent(message)), "wait") = (&mut answer.body, words.as_str()) {
            message.choices = ["wait:callback", "wait:leave_question"]
                .map(|id| Choice { id: id.to_owned(), title: text(id) })
                .into();
        }
        if !saved {
            desk.faults.unsaved -= 1;
            let (message, events) = (Some(own), vec![answer]);
            let (durability, mode) = (Durability::None.into(), Mode::Isolated.into());
            return SendMessageResponse { message, events, durability, mode, ..Default::default() };
        }
        let message = Some(desk.add(own));
        let events = if later { Vec::new() } else { vec![desk.add(answer.clone())] };
        drop(desk);
        self.bell.send_replace(());
        if later {
            let fake = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                fake.happen(answer);
            });
        }
        let durability = Durability::Durable.into();
        SendMessageResponse {
            message,
            events,
            bot_pending: later,
            durability,
            ..Default::default()
        }
    }

    async fn stream(
        self,
        id: String,
        token: String,
        frames: mpsc::Sender<Result<SubscribeEventsResponse, Status>>,
    ) {
        let mut bell = self.bell.subscribe();
        let mut next: usize = token.parse().unwrap_or(0);
        let mut left = {
            let mut desk = self.desk();
            desk.tokens.push(token);
            desk.faults.streams_end_after.pop_front()
        };
        let attached = Attached { next_sequence: next as u64 + 1, ..Attached::default() };
        let mut read = None;
        let frame = |token: String, frame| {
            Ok(SubscribeEventsResponse { resume_token: token, frame: Some(frame) })
        };
        let mut told = None;
        let _ = frames.send(frame(String::new(), Frame::Attached(attached))).await;
        loop {
            if let Err(lost) = self.kept(&id) {
                let _ = frames.send(Err(lost)).await;
                return;
            }
            if self.desk().erased {
                let _ = frames.send(Err(Status::not_found("it was erased"))).await;
                return;
            }
            let (events, waiting, marks) = {
                let desk = self.desk();
                let events = desk.events[next.min(desk.events.len())..].to_vec();
                (events, desk.waiting.clone(), desk.marks)
            };
            for event in events {
                if left == Some(0) {
                    let _ = frames.send(Err(Status::unavailable("the line broke"))).await;
                    return;
                }
                left = left.map(|left| left - 1);
                next = event.sequence as usize;
                let _ = frames.send(frame(next.to_string(), Frame::Event(event))).await;
            }
            if let (Some(status), true) = (&waiting, waiting != told) {
                let _ = frames.send(frame(String::new(), Frame::QueueStatus(status.clone()))).await;
            }
            told = waiting;
            if let (Some(moved), true) = (marks, marks != read) {
                let _ = frames.send(frame(String::new(), Frame::ReadMarks(moved))).await;
            }
            read = marks;
            tokio::select! {
                _ = bell.changed() => {}
                () = frames.closed() => return,
            }
        }
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn absent<T>() -> Answer<T> {
    Err(Status::unimplemented("the fake does not do this"))
}

#[tonic::async_trait]
impl ChatService for FakeChat {
    type SubscribeEventsStream = BoxStream<'static, Result<SubscribeEventsResponse, Status>>;

    async fn start_conversation(
        &self,
        request: Request<StartConversationRequest>,
    ) -> Answer<StartConversationResponse> {
        if self.desk().faults.away {
            return Err(Status::unavailable("the store is away"));
        }
        let language = request.into_inner().language;
        let greeting = said(Party::Bot, "Sanad", "hello, I am a machine");
        let events = vec![self.desk().add(greeting)];
        self.desk().begun += 1;
        let conversation = Some(Conversation {
            conversation_id: format!("c{}", self.desk().begun),
            state: ConversationState::Bot.into(),
            language,
            ..Default::default()
        });
        Ok(Response::new(StartConversationResponse {
            conversation,
            customer_token: "token".into(),
            events,
            resume_token: "1".into(),
            ..Default::default()
        }))
    }

    async fn send_message(
        &self,
        request: Request<SendMessageRequest>,
    ) -> Answer<SendMessageResponse> {
        if request.metadata().get("authorization").is_none_or(|value| value != "Bearer token") {
            return Err(Status::unauthenticated("no token"));
        }
        let request = request.into_inner();
        if let Some(send_message_request::Content::Text(words)) = &request.content {
            self.come(format!("{}: {words}", request.conversation_id)).await;
        }
        self.kept(&request.conversation_id)?;
        let known = self.desk().requests.get(&request.request_id).cloned();
        let answer = match known {
            Some(answer) => answer,
            None => self.turn(request.content.unwrap()),
        };
        let mut desk = self.desk();
        if answer.durability() != Durability::None {
            desk.requests.insert(request.request_id, answer.clone());
        }
        if desk.faults.answers_lost > 0 {
            desk.faults.answers_lost -= 1;
            return Err(Status::unavailable("the answer was lost"));
        }
        Ok(Response::new(answer))
    }

    async fn subscribe_events(
        &self,
        request: Request<SubscribeEventsRequest>,
    ) -> Answer<Self::SubscribeEventsStream> {
        let (sender, frames) = mpsc::channel(16);
        let SubscribeEventsRequest { conversation_id, resume_token } = request.into_inner();
        self.kept(&conversation_id)?;
        tokio::spawn(self.clone().stream(conversation_id, resume_token, sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(frames))))
    }

    async fn request_human(&self, _: Request<RequestHumanRequest>) -> Answer<RequestHumanResponse> {
        let status = QueueStatus { registered: true, position: 2, ..Default::default() };
        self.queue(Some(status.clone()));
        let conversation = Some(Conversation {
            state: ConversationState::Queued.into(),
            queue_status: Some(status),
            ..Default::default()
        });
        Ok(Response::new(RequestHumanResponse { conversation, ..Default::default() }))
    }

    async fn respond_to_resolution(
        &self,
        request: Request<RespondToResolutionRequest>,
    ) -> Answer<RespondToResolutionResponse> {
        if request.into_inner().answer() != ResolutionAnswer::Confirm {
            return absent();
        }
        let system = Participant { party: Party::System.into(), ..Default::default() };
        let body = Body::ResolutionConfirmed(pb::ResolutionConfirmed {});
        let event = Event { author: Some(system), body: Some(body), ..Event::default() };
        let events = vec![self.desk().add(event)];
        self.bell.send_replace(());
        Ok(Response::new(RespondToResolutionResponse { events, ..Default::default() }))
    }

    async fn get_availability(
        &self,
        _: Request<GetAvailabilityRequest>,
    ) -> Answer<GetAvailabilityResponse> {
        absent()
    }

    async fn list_messages(&self, _: Request<ListMessagesRequest>) -> Answer<ListMessagesResponse> {
        absent()
    }

    async fn cancel_human_request(
        &self,
        _: Request<CancelHumanRequestRequest>,
    ) -> Answer<CancelHumanRequestResponse> {
        absent()
    }

    async fn choose_wait_option(
        &self,
        _: Request<ChooseWaitOptionRequest>,
    ) -> Answer<ChooseWaitOptionResponse> {
        absent()
    }

    async fn get_queue_status(
        &self,
        _: Request<GetQueueStatusRequest>,
    ) -> Answer<GetQueueStatusResponse> {
        absent()
    }

    async fn reopen_conversation(
        &self,
        _: Request<ReopenConversationRequest>,
    ) -> Answer<ReopenConversationResponse> {
        absent()
    }

    async fn identify_customer(
        &self,
        _: Request<IdentifyCustomerRequest>,
    ) -> Answer<IdentifyCustomerResponse> {
        self.come("identify".to_owned()).await;
        Ok(Response::new(IdentifyCustomerResponse::default()))
    }

    async fn list_my_conversations(
        &self,
        request: Request<ListMyConversationsRequest>,
    ) -> Answer<ListMyConversationsResponse> {
        let other = self.desk().other.clone().filter(|_| !request.into_inner().only_open);
        let conversations = other
            .map(|other| MyConversation { conversation: Some(other), ..MyConversation::default() });
        let conversations = Vec::from_iter(conversations);
        Ok(Response::new(ListMyConversationsResponse { conversations }))
    }

    async fn resume_conversation(
        &self,
        _: Request<ResumeConversationRequest>,
    ) -> Answer<ResumeConversationResponse> {
        self.come("resume".to_owned()).await;
        if self.desk().faults.refuses {
            return Err(Status::permission_denied("it is not theirs"));
        }
        let (conversation, customer_token) = (self.desk().other.clone(), "token".to_owned());
        let resumed =
            ResumeConversationResponse { conversation, customer_token, ..Default::default() };
        Ok(Response::new(resumed))
    }

    type ExportMyDataStream = BoxStream<'static, Result<ExportMyDataResponse, Status>>;

    async fn export_my_data(
        &self,
        _: Request<ExportMyDataRequest>,
    ) -> Answer<Self::ExportMyDataStream> {
        absent()
    }

    async fn erase_my_data(&self, _: Request<EraseMyDataRequest>) -> Answer<EraseMyDataResponse> {
        {
            let mut desk = self.desk();
            desk.erased = !desk.faults.refuses;
        }
        self.bell.send_replace(());
        self.come("erase".to_owned()).await;
        if !self.desk().erased {
            return Err(Status::permission_denied("it is not theirs"));
        }
        Ok(Response::new(EraseMyDataResponse { conversations: 1, ..Default::default() }))
    }

    async fn rate_answer(&self, _: Request<RateAnswerRequest>) -> Answer<RateAnswerResponse> {
        absent()
    }

    async fn rate_conversation(
        &self,
        _: Request<RateConversationRequest>,
    ) -> Answer<RateConversationResponse> {
        absent()
    }

    async fn mark_read(&self, request: Request<MarkReadRequest>) -> Answer<MarkReadResponse> {
        self.desk().read.send_replace(request.into_inner().through_sequence);
        Ok(Response::new(MarkReadResponse::default()))
    }

    async fn set_typing(&self, _: Request<SetTypingRequest>) -> Answer<SetTypingResponse> {
        absent()
    }

    async fn end_conversation(
        &self,
        _: Request<EndConversationRequest>,
    ) -> Answer<EndConversationResponse> {
        absent()
    }
}
