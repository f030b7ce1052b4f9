//! What was said lies nowhere in the clear: not in the file of the store, not in Redis; and whoever has
//! lost the secret is told so before anything else happens.

use crate::redis_server::RedisServer;
use crate::service::Service;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::list_messages_request::After;
use sanad::grpc::pb::send_message_request::Content;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use tonic::Request;

const WORDS: &str = "my grandmother's blue teapot is lost, ابريق جدتي الازرق ضاع";
/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_secs(60);
const PARTS: [&str; 2] = ["teapot", "ابريق"];

fn sanad(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sanad")).args(words).output().unwrap()
}

/// A customer who has said it and asked for a person.
struct Customer {
    id: String,
    token: String,
}

impl Customer {
    async fn at(service: &Service, device: &str) -> Customer {
        let mut chat = service.chat().await;
        let request = pb::StartConversationRequest {
            request_id: "start".to_owned(),
            device_id: device.to_owned(),
            language: "en".to_owned(),
            ..Default::default()
        };
        let started = chat.start_conversation(request).await.unwrap().into_inner();
        let id = started.conversation.unwrap().conversation_id;
        let customer = Customer { id, token: started.customer_token };
        let request = pb::SendMessageRequest {
            conversation_id: customer.id.clone(),
            request_id: "m1".to_owned(),
            content: Some(Content::Text(WORDS.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        let said = chat.send_message(customer.with(request)).await.unwrap().into_inner();
        assert!(said.message.is_some());
        let (conversation_id, request_id) = (customer.id.clone(), "h1".to_owned());
        let request = pb::RequestHumanRequest { conversation_id, request_id };
        chat.request_human(customer.with(request)).await.unwrap();
        customer
    }

    fn with<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.token).parse().unwrap();
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    /// Whether nothing of it is told any more.
    async fn is_erased(&self, service: &Service) -> bool {
        self.reads(service).await.is_empty()
    }

    /// What the customer has said, as the service tells it.
    async fn reads(&self, service: &Service) -> Vec<String> {
        let request = pb::ListMessagesRequest {
            conversation_id: self.id.clone(),
            after: Some(After::AfterSequence(0)),
            page_size: 100,
            wait_ms: 0,
        };
        let page = service.chat().await.list_messages(self.with(request)).await.unwrap();
        let events = page.into_inner().events.into_iter();
        let messages = events.filter_map(|event| match event.body {
            Some(Body::MessageSent(sent)) => sent.text.map(|text| text.text),
            _ => None,
        });
        messages.filter(|text| text == WORDS).collect()
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

#[tokio::test]
async fn no_file_of_the_data_folder_shows_what_was_said_and_it_is_all_there_after_a_crash() {
    let mut service = Service::start();
    let customer = Customer::at(&service, "a-device-of-somebody").await;
    service.kill();
    let mut names_it = false;
    for file in files_in(&service.data()) {
        let bytes = std::fs::read(&file).unwrap();
        names_it |= holds(&bytes, &customer.id);
        let shown = PARTS.iter().find(|part| holds(&bytes, part));
        assert!(shown.is_none(), "{} shows {shown:?}", file.display());
    }
    assert!(names_it, "else what is not in the files proves nothing");
    service.kill_and_restart();
    assert_eq!(customer.reads(&service).await, [WORDS]);

    // Without the secret nothing is begun, and it is said what to do.
    service.kill();
    std::fs::remove_file(service.data().join("seal.secret")).unwrap();
    let data = service.data().display().to_string();
    let told = sanad(&["doctor", "--data", &data]);
    let text = [told.stdout, told.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(!told.status.success() && text.contains("copy seal.secret"), "{text}");
}

#[tokio::test]
async fn what_was_erased_does_not_come_back_with_an_older_file_of_the_store() {
    let mut service = Service::start();
    let gone = Customer::at(&service, "a-device-of-somebody").await;
    let stays = Customer::at(&service, "another-device-of-somebody").await;
    service.kill();
    let (file, older) = (service.data().join("sanad.redb"), service.data().join("older"));
    std::fs::copy(&file, &older).unwrap();
    service.kill_and_restart();
    let begun = tokio::time::Instant::now();
    while !gone.is_erased(&service).await {
        assert!(begun.elapsed() < PATIENCE, "it cannot be erased");
        let request = pb::EraseMyDataRequest {
            conversation_id: gone.id.clone(),
            request_id: "erase".to_owned(),
            identity_token: String::new(),
        };
        // Until the pool has let go, it is refused for the moment.
        if let Err(refused) = service.chat().await.erase_my_data(gone.with(request)).await {
            assert_eq!(refused.code(), tonic::Code::Unavailable, "{refused}");
        }
    }
    service.kill();
    std::fs::rename(&older, &file).unwrap();
    service.kill_and_restart();
    let begun = tokio::time::Instant::now();
    while !gone.is_erased(&service).await {
        assert!(begun.elapsed() < PATIENCE, "what was erased is there again");
    }
    assert_eq!(stays.reads(&service).await, [WORDS]);
}

#[tokio::test]
async fn on_redis_what_was_said_is_sealed_once_there_is_a_secret_and_the_rest_can_be_listed() {
    let redis = RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", "always"]);
    let store = redis.url();
    assert!(sanad(&["init", "--store", &store]).status.success());
    let mut service = Service::start_on(&store);
    let before = Customer::at(&service, "a-device-of-somebody").await;
    let bodies = |customer: &Customer| -> Vec<String> {
        let found = redis.cli(&["--scan", "--pattern", &format!("*{}*", customer.id)]);
        let entities = found.lines().filter(|key| redis.cli(&["TYPE", key]) == "hash");
        entities.map(|key| redis.cli(&["HGET", key, "body"])).collect()
    };
    assert!(bodies(&before).iter().any(|body| body.contains(PARTS[0])), "there is no secret yet");

    service.kill();
    let data = service.data().display().to_string();
    assert!(sanad(&["key", "seal", "--data", &data]).status.success());
    service.kill_and_restart();
    assert_eq!(before.reads(&service).await, [WORDS], "what was there is still read");
    let after = Customer::at(&service, "another-device-of-somebody").await;
    let sealed = bodies(&after);
    assert!(!sealed.is_empty());
    for body in &sealed {
        assert!(!PARTS.iter().any(|part| body.contains(part)), "{body}");
    }
    assert!(sealed.iter().any(|body| body.contains(r#""is":"queued""#)), "{sealed:?}");

    // An instance with a data folder of its own is refused before it serves anybody.
    let own = tempfile::tempdir().unwrap();
    let own = own.path().display().to_string();
    let told = sanad(&["serve", "--listen", "127.0.0.1:0", "--store", &store, "--data", &own]);
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(!told.status.success() && text.contains("copy seal.secret"), "{text}");
}
