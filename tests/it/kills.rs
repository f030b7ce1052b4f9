//! The process is killed under load, again and again: nothing acknowledged is lost or doubled, and
//! every log is gapless. A few kills here; `SANAD_KILLS=300 cargo test --test it kills` for more.

use crate::service::Service;
use sanad::grpc::pb::{
    self, chat_service_client::ChatServiceClient, send_message_request::Content,
};
use std::collections::BTreeMap;
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Code, Request};

const CUSTOMERS: usize = 8;
/// How long a customer talks before the process is killed, in ms, in turn.
const LIVES: [u64; 4] = [150, 400, 250, 700];

/// One customer and what the service has told them.
struct Customer {
    name: String,
    token: String,
    conversation: String,
    /// Request id → the sequence that was acknowledged.
    acknowledged: BTreeMap<String, u64>,
    /// What was sent and never answered: it may have happened or not.
    unknown: Vec<(String, String)>,
    sent: u32,
}

impl Customer {
    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.token).parse().unwrap();
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    /// Starts the conversation; the same request id gives the same one.
    async fn start(&mut self, chat: &mut ChatServiceClient<Channel>) -> Result<(), tonic::Status> {
        let request = pb::StartConversationRequest {
            request_id: "start".to_owned(),
            device_id: self.name.clone(),
            language: "en".to_owned(),
            ..Default::default()
        };
        let started = chat.start_conversation(request).await?.into_inner();
        self.token = started.customer_token;
        self.conversation = started.conversation.unwrap().conversation_id;
        Ok(())
    }

    async fn send(
        &mut self,
        chat: &mut ChatServiceClient<Channel>,
        request_id: &str,
        text: &str,
    ) -> Result<(), tonic::Status> {
        let request = self.request(pb::SendMessageRequest {
            conversation_id: self.conversation.clone(),
            request_id: request_id.to_owned(),
            content: Some(Content::Text(text.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        });
        let sequence = chat.send_message(request).await?.into_inner().message.unwrap().sequence;
        let known = self.acknowledged.insert(request_id.to_owned(), sequence);
        assert!(known.is_none_or(|known| known == sequence), "{request_id} has two places");
        Ok(())
    }

    /// Talks until the service is gone.
    async fn talk(mut self, mut chat: ChatServiceClient<Channel>) -> Customer {
        if self.conversation.is_empty() && self.start(&mut chat).await.is_err() {
            return self;
        }
        loop {
            self.sent += 1;
            let id = format!("m{}", self.sent);
            let text = match self.sent % 7 {
                0 => "I want to talk to a human".to_owned(),
                _ => format!("how long does delivery take, number {}", self.sent),
            };
            if self.send(&mut chat, &id, &text).await.is_err() {
                self.unknown.push((id, text));
                return self;
            }
        }
    }

    /// Everything acknowledged is there once, the log has no gap, and what was unknown can be sent
    /// again without being doubled.
    async fn check(&mut self, chat: &mut ChatServiceClient<Channel>) {
        if self.conversation.is_empty() {
            return;
        }
        for (id, text) in std::mem::take(&mut self.unknown) {
            self.send(chat, &id, &text).await.unwrap();
        }
        let mut seen: BTreeMap<u64, pb::Event> = BTreeMap::new();
        let mut after = 0;
        loop {
            let request = self.request(pb::ListMessagesRequest {
                conversation_id: self.conversation.clone(),
                after: Some(pb::list_messages_request::After::AfterSequence(after)),
                page_size: 0,
                wait_ms: 0,
            });
            let page = chat.list_messages(request).await.unwrap().into_inner();
            for event in page.events {
                assert!(event.sequence > after, "{} came after {after}", event.sequence);
                seen.insert(event.sequence, event);
            }
            if page.through_sequence == after {
                assert_eq!(after, page.conversation.unwrap().head_sequence, "a gap at the end");
                break;
            }
            after = page.through_sequence;
        }
        let customer = |event: &pb::Event| {
            event.author.as_ref().is_some_and(|author| author.party() == pb::Party::Customer)
                && matches!(event.body, Some(pb::event::Body::MessageSent(_)))
        };
        let said = seen.values().filter(|event| customer(event)).count();
        assert_eq!(said, self.acknowledged.len(), "{}: lost or doubled", self.name);
        for (id, sequence) in &self.acknowledged {
            assert!(seen.get(sequence).is_some_and(customer), "{id} at {sequence} is lost");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_when_the_process_is_killed() {
    let kills: usize =
        std::env::var("SANAD_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let mut service = Service::start();
    let mut customers: Vec<Customer> = (0..CUSTOMERS)
        .map(|number| Customer {
            name: format!("device-of-customer-{number}"),
            token: String::new(),
            conversation: String::new(),
            acknowledged: BTreeMap::new(),
            unknown: Vec::new(),
            sent: 0,
        })
        .collect();
    for kill in 0..kills {
        let mut talks = Vec::new();
        for customer in std::mem::take(&mut customers) {
            let chat = service.chat().await;
            talks.push(tokio::spawn(customer.talk(chat)));
        }
        // The load must run for a while before the process dies; nothing is waited for here.
        tokio::time::sleep(Duration::from_millis(LIVES[kill % LIVES.len()])).await;
        service.kill_and_restart();
        for talk in talks {
            customers.push(talk.await.unwrap());
        }
        let mut chat = service.chat().await;
        for customer in &mut customers {
            customer.check(&mut chat).await;
        }
    }
    let acknowledged: usize = customers.iter().map(|customer| customer.acknowledged.len()).sum();
    assert!(acknowledged > kills, "only {acknowledged} messages were acknowledged");
    println!("{kills} kills, {acknowledged} acknowledged messages, 0 lost, 0 doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_loses_nothing_and_ends_well() {
    let mut service = Service::start();
    let mut chat = service.chat().await;
    let request = pb::StartConversationRequest {
        request_id: "start".to_owned(),
        device_id: "a-device-of-nobody".to_owned(),
        language: "ar".to_owned(),
        ..Default::default()
    };
    let started = chat.start_conversation(request.clone()).await.unwrap().into_inner();
    assert!(service.terminate(), "SIGTERM ends the process with success");
    service.kill_and_restart();
    let again = service.chat().await.start_conversation(request).await.unwrap().into_inner();
    let id = |started: pb::StartConversationResponse| started.conversation.unwrap().conversation_id;
    assert_eq!(id(started), id(again));
    assert!(service.data().join("keys").is_dir());
    let error = service.chat().await.list_messages(pb::ListMessagesRequest::default()).await;
    assert_eq!(error.unwrap_err().code(), Code::Unauthenticated);
    assert!(service.address().starts_with("http://127.0.0.1:"));
}

#[test]
fn a_balancer_sees_that_an_instance_goes_before_its_door_closes() {
    let mut service = Service::start_with("drain_notice: 3s");
    assert_eq!(service.page("/readyz").unwrap(), 200);
    service.ask_to_stop();
    let mut told = service.page("/readyz");
    // Until the signal has arrived it is ready.
    while matches!(told, Ok(200)) {
        std::thread::sleep(std::time::Duration::from_millis(10));
        told = service.page("/readyz");
    }
    assert_eq!(told.expect("the door is open still"), 503);
    assert_eq!(service.page("/healthz").unwrap(), 200, "it lives and serves");
    assert!(service.terminate(), "then it ends well");
}
