//! What opens something is never written down: not in a log, however much is logged, and not in
//! what a refused caller is told. Nor are the words of a customer.

use crate::service::Service;
use sanad::domain::facts::{Fact, Facts};
use sanad::domain::time::Timestamp;
use sanad::grpc::identity::HostIdentity;
use sanad::grpc::pb::agent_service_client::AgentServiceClient;
use sanad::grpc::pb::chat_service_client::ChatServiceClient;
use sanad::grpc::pb::send_message_request::Content;
use sanad::grpc::{keys, pb};
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Request, Status};

const WORDS: &str = "my grandmother's blue teapot";
const FACT: &str = "teapot-collector-481216";

/// A key of the staff that was never made.
const WRONG_KEY: &str = "sanad_agent_sara_1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a7988";

fn with<T>(message: T, secret: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    request
}

/// The customer's calls, good and bad; what the bad ones are told.
struct Customer {
    chat: ChatServiceClient<Channel>,
    id: String,
    token: String,
    resume_token: String,
    identity: String,
}

impl Customer {
    async fn begin(service: &Service, identity: String) -> Customer {
        let mut chat = service.chat().await;
        let request = pb::StartConversationRequest {
            request_id: "start".to_owned(),
            identity_token: identity.clone(),
            ..Default::default()
        };
        let started = chat.start_conversation(request).await.unwrap().into_inner();
        Customer {
            chat,
            id: started.conversation.unwrap().conversation_id,
            token: started.customer_token,
            resume_token: started.resume_token,
            identity,
        }
    }

    async fn say(&mut self, id: &str, request_id: &str, secret: &str) -> Result<(), Status> {
        let request = pb::SendMessageRequest {
            conversation_id: id.to_owned(),
            request_id: request_id.to_owned(),
            content: Some(Content::Text(WORDS.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        self.chat.send_message(with(request, secret)).await.map(|_| ())
    }

    async fn subscribe(&mut self, resume_token: &str, secret: &str) -> Result<(), Status> {
        let request = pb::SubscribeEventsRequest {
            conversation_id: self.id.clone(),
            resume_token: resume_token.to_owned(),
        };
        self.chat.subscribe_events(with(request, secret)).await?.into_inner().message().await?;
        Ok(())
    }

    async fn resume(&mut self, identity: &str) -> Result<(), Status> {
        let request = pb::ResumeConversationRequest {
            identity_token: identity.to_owned(),
            conversation_id: self.id.clone(),
        };
        self.chat.resume_conversation(request).await.map(|_| ())
    }

    /// Everything in the wrong place, and everything a little changed.
    async fn err(&mut self, key: &str) -> Vec<Status> {
        let (id, token, identity) = (self.id.clone(), self.token.clone(), self.identity.clone());
        let place = self.resume_token.clone();
        let changed = |text: &str| text[..text.len() - 1].to_owned();
        vec![
            self.say(&id, "r9", &changed(&token)).await.unwrap_err(),
            self.say(&id, "r9", key).await.unwrap_err(),
            self.say(&token, "r9", &token).await.unwrap_err(),
            self.say(&id, &token, &token).await.unwrap_err(),
            self.say(&id, &identity, &token).await.unwrap_err(),
            self.subscribe(&token, &token).await.unwrap_err(),
            self.subscribe(&changed(&place), &token).await.unwrap_err(),
            self.subscribe(&place, &identity).await.unwrap_err(),
            self.resume(&changed(&identity)).await.unwrap_err(),
            self.resume(&token).await.unwrap_err(),
            self.resume(key).await.unwrap_err(),
        ]
    }
}

/// An agent's calls, good and bad; what the bad ones are told.
async fn agent_calls(desk: &mut AgentServiceClient<Channel>, key: &str) -> Vec<Status> {
    let sign_in = |agent: &str| pb::SignInRequest {
        agent_id: agent.to_owned(),
        request_id: "in".to_owned(),
        client: pb::ClientKind::Program.into(),
    };
    let signed = desk.sign_in(with(sign_in("sara"), key)).await.unwrap().into_inner();
    let request = pb::SubscribeWorkRequest {
        sessions: vec![signed.session.unwrap()],
        resume_tokens: Default::default(),
    };
    let work = desk.subscribe_work(with(request, key)).await.unwrap();
    work.into_inner().message().await.unwrap();
    let changed = &key[..key.len() - 1];
    vec![
        desk.sign_in(with(sign_in(key), key)).await.unwrap_err(),
        desk.sign_in(with(sign_in("omar"), key)).await.unwrap_err(),
        desk.sign_in(with(sign_in("sara"), changed)).await.unwrap_err(),
        desk.sign_in(with(sign_in("sara"), WRONG_KEY)).await.unwrap_err(),
    ]
}

/// The part of a token or key that nobody can guess: its end. What chance made may contain any sign
/// that separates parts of a key.
fn end_of(secret: &str) -> String {
    let last = secret.rsplit('.').next().unwrap();
    last[last.len().saturating_sub(20)..].to_owned()
}

#[tokio::test]
async fn no_token_key_or_word_of_a_customer_is_in_the_log_or_in_a_refusal_at_any_level() {
    let mut service = Service::start_talkative();
    let host = keys::host_key(&service.data().join("host.secret")).unwrap().unwrap();
    let now = Timestamp::from_millis(jiff::Timestamp::now().as_millisecond());
    let facts = Facts::from([("hobby".to_owned(), Fact::Text(FACT.to_owned()))]);
    let identity = HostIdentity::new(Some(host.clone()), "sanad", Duration::from_secs(3600));
    let identity = identity.mint("user-17", &facts, now + Duration::from_secs(60)).unwrap();
    let key = service.key("agent_sara");

    let mut customer = Customer::begin(&service, identity.clone()).await;
    let (id, token) = (customer.id.clone(), customer.token.clone());
    customer.say(&id, "r1", &token).await.unwrap();
    let place = customer.resume_token.clone();
    customer.subscribe(&place, &token).await.unwrap();
    customer.resume(&identity).await.unwrap();
    let mut told = customer.err(&key).await;
    told.extend(agent_calls(&mut service.desk().await, &key).await);
    assert!(service.terminate());

    let log = service.log();
    // Else what is not in it proves nothing.
    assert!(log.contains(" TRACE ") && log.contains(" DEBUG "), "it was not talkative");
    let told = format!("{told:?}");
    let payload = identity.split('.').nth(1).unwrap().to_owned();
    let secrets = [
        ("the customer token", end_of(&token)),
        ("the host's signature", end_of(&identity)),
        ("what the host signed", payload),
        ("what the host told", FACT.to_owned()),
        ("the resume token", place),
        ("the agent's key", end_of(&key)),
        ("a wrong key", end_of(WRONG_KEY)),
        ("the host's key", String::from_utf8(host).unwrap()),
        ("the customer's words", "teapot".to_owned()),
    ];
    for (what, secret) in secrets {
        // A changed secret has all but its last character; a part of one is too much.
        let part = &secret[..secret.len().min(secret.len() * 3 / 4).max(6)];
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(part)).take(3).collect();
        assert!(lines.is_empty(), "{what} is in the log: {lines:#?}");
        assert!(!told.contains(part), "{what} is told to whoever is refused: {told}");
    }
}
