//! Several instances on one Redis, as processes: one story from the question to the end, with an
//! instance killed and Redis killed in the middle of it.

// Other processes keep the real time.
#![allow(clippy::disallowed_methods)]

use crate::redis_server::RedisServer;
use crate::service::Service;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::send_message_request::Content;
use sanad::grpc::pb::subscribe_work_response::Frame;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tonic::{Code, Request, Status};

/// Nothing here takes so long; what does has gone wrong.
const PATIENCE: Duration = Duration::from_secs(60);

fn sanad(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sanad")).args(words).output().unwrap()
}

fn with<T>(message: T, secret: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    request
}

/// A customer, who may talk to any instance.
struct Customer {
    id: String,
    token: String,
}

impl Customer {
    async fn start(service: &Service, device: &str) -> Customer {
        let request = pb::StartConversationRequest {
            request_id: "start".to_owned(),
            device_id: device.to_owned(),
            language: "en".to_owned(),
            ..Default::default()
        };
        let started = service.chat().await.start_conversation(request).await.unwrap().into_inner();
        let id = started.conversation.unwrap().conversation_id;
        Customer { id, token: started.customer_token }
    }

    async fn say(
        &self,
        service: &Service,
        request_id: &str,
        text: &str,
    ) -> Result<pb::SendMessageResponse, Status> {
        let request = pb::SendMessageRequest {
            conversation_id: self.id.clone(),
            request_id: request_id.to_owned(),
            content: Some(Content::Text(text.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        Ok(service.chat().await.send_message(with(request, &self.token)).await?.into_inner())
    }

    /// Says it under one request id until it is saved.
    async fn say_until_saved(
        &self,
        service: &Service,
        request_id: &str,
        text: &str,
    ) -> pb::SendMessageResponse {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.say(service, request_id, text).await {
                Ok(said) if said.message.is_some() => return said,
                Ok(_) => {}
                Err(error) => assert_eq!(error.code(), Code::Unavailable, "{error}"),
            }
            assert!(Instant::now() < deadline, "it is never saved");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn events(&self, service: &Service) -> Vec<pb::Event> {
        let request = pb::ListMessagesRequest {
            conversation_id: self.id.clone(),
            after: Some(pb::list_messages_request::After::AfterSequence(0)),
            page_size: 0,
            wait_ms: 0,
        };
        let listed = service.chat().await.list_messages(with(request, &self.token)).await;
        listed.unwrap().into_inner().events
    }
}

async fn until<T>(
    work: &mut tonic::Streaming<pb::SubscribeWorkResponse>,
    pick: impl Fn(Frame) -> Option<T>,
) -> T {
    let picked = async {
        loop {
            let response = work.message().await.unwrap().expect("the stream goes on");
            if let Some(picked) = response.frame.and_then(&pick) {
                return picked;
            }
        }
    };
    tokio::time::timeout(PATIENCE, picked).await.expect("it comes")
}

fn text_of(event: &pb::Event) -> Option<String> {
    match &event.body {
        Some(Body::MessageSent(sent)) => sent.text.as_ref().map(|text| text.text.clone()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_on_one_redis_tell_one_story_through_the_death_of_one_and_of_redis() {
    let mut redis = RedisServer::start();
    let store = format!("{}/2?prefix=shop", redis.url());
    assert!(sanad(&["init", "--store", &store, "--buckets", "8"]).status.success());
    let mut first = Service::start_on(&store);
    let second = first.beside();

    // A question on one instance; an agent on the other.
    let customer = Customer::start(&first, "device-of-customer-1").await;
    let said = customer.say(&first, "m1", "how long does delivery take").await.unwrap();
    assert_eq!(said.durability(), pb::Durability::Durable, "this Redis flushes before it answers");
    let key = second.key("agent_sara");
    let mut desk = second.desk().await;
    let request = pb::SignInRequest {
        agent_id: "sara".to_owned(),
        request_id: "a1".to_owned(),
        client: pb::ClientKind::Program.into(),
    };
    let session = desk.sign_in(with(request, &key)).await.unwrap().into_inner().session.unwrap();
    let request =
        pb::SubscribeWorkRequest { sessions: vec![session.clone()], ..Default::default() };
    let mut work = desk.subscribe_work(with(request, &key)).await.unwrap().into_inner();
    let request = pb::SetPresenceRequest {
        session: Some(session.clone()),
        request_id: "a2".to_owned(),
        presence: pb::Presence::Available.into(),
        away_reason: String::new(),
    };
    desk.set_presence(with(request, &key)).await.unwrap();

    // From the bot to her, across the instances.
    let request = pb::RequestHumanRequest {
        conversation_id: customer.id.clone(),
        request_id: "m2".to_owned(),
    };
    let asked = first.chat().await.request_human(with(request, &customer.token)).await.unwrap();
    assert!(asked.into_inner().receipt.unwrap().status.unwrap().registered);
    let offer = until(&mut work, |frame| match frame {
        Frame::Offer(offer) => Some(offer),
        _ => None,
    });
    let offer = offer.await;
    assert_eq!(offer.conversation_id, customer.id);
    let request = pb::AcceptOfferRequest {
        session: Some(session.clone()),
        request_id: "a3".to_owned(),
        conversation_id: customer.id.clone(),
        token: offer.token,
    };
    desk.accept_offer(with(request, &key)).await.unwrap();
    customer.say(&first, "m3", "it has been two weeks").await.unwrap();
    let hears = |wanted: &'static str| {
        move |frame: Frame| match frame {
            Frame::ConversationEvent(told) => {
                told.event.as_ref().and_then(text_of).filter(|text| text == wanted)
            }
            _ => None,
        }
    };
    until(&mut work, hears("it has been two weeks")).await;

    // One instance dies; the customer goes on with the other.
    first.kill();
    customer.say(&second, "m4", "are you still there").await.unwrap();
    until(&mut work, hears("are you still there")).await;

    // Redis dies: nothing is promised, and the truth is told at once.
    let stranger = Customer::start(&second, "device-of-customer-2").await;
    redis.kill();
    let answers = |said: &pb::SendMessageResponse| {
        let outcome = |event: &pb::Event| match &event.body {
            Some(Body::MessageSent(sent)) => sent.outcome() == pb::Outcome::Answer,
            _ => false,
        };
        said.events.iter().filter(|event| outcome(event)).count()
    };
    let question = "how long does delivery take";
    let known = stranger.say(&second, "s0", question).await.unwrap();
    assert_eq!((known.mode(), answers(&known)), (pb::Mode::Isolated, 1), "the bot had it last");
    let owned = customer.say(&second, "m5", question).await.unwrap();
    assert_eq!((owned.mode(), answers(&owned)), (pb::Mode::Isolated, 0), "a person has it");
    let began = Instant::now();
    let unsaved = stranger.say(&second, "s1", "I want to talk to a human").await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(unsaved.mode(), pb::Mode::Isolated);
    assert_eq!(unsaved.durability(), pb::Durability::None);
    assert!(unsaved.message.is_none(), "nothing was saved");
    let told: Vec<String> = unsaved.events.iter().filter_map(text_of).collect();
    assert!(told.iter().any(|text| text.contains("regist")), "not yet registered: {told:?}");

    // Who comes only now is answered too, and nothing is said to be kept.
    let availability = pb::GetAvailabilityRequest::default();
    let there = second.chat().await.get_availability(availability).await.unwrap().into_inner();
    assert_eq!((there.mode(), there.human_available), (pb::Mode::Isolated, false));
    let request = pb::StartConversationRequest {
        request_id: "r0".to_owned(),
        device_id: "device-of-who-comes-late".to_owned(),
        language: "en".to_owned(),
        ..Default::default()
    };
    let begun = second.chat().await.start_conversation(request).await.unwrap().into_inner();
    assert_eq!((begun.mode(), begun.durability()), (pb::Mode::Isolated, pb::Durability::None));
    let told: Vec<String> = begun.events.iter().filter_map(text_of).collect();
    assert!(
        told.iter().any(|text| text.contains("cannot be saved") || text.contains("may be lost")),
        "{told:?}"
    );
    let newcomer =
        Customer { id: begun.conversation.unwrap().conversation_id, token: begun.customer_token };
    let unsaved = newcomer.say(&second, "n0", question).await.unwrap();
    assert_eq!((unsaved.mode(), answers(&unsaved)), (pb::Mode::Isolated, 1), "it is the bot's");
    let request =
        pb::RequestHumanRequest { conversation_id: newcomer.id.clone(), request_id: "n1".into() };
    let refused = second.chat().await.request_human(with(request, &newcomer.token)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unavailable);
    let words = refused.message();
    assert!(!words.contains("redis"), "no address is for customers: {words}");
    redis.restart();

    // What could not begin begins with the next call; from then on a token like any other opens it.
    newcomer.say_until_saved(&second, "n0", question).await;
    let saved = newcomer.say(&second, "n2", "thanks").await.unwrap();
    let newcomer = Customer { token: saved.customer_token, ..newcomer };
    let events = newcomer.events(&second).await;
    let asked = events.iter().filter_map(text_of).filter(|text| text == question).count();
    assert_eq!(asked, 1, "said twice, kept once");

    // It comes back: the same requests are saved once, and the story ends.
    stranger.say_until_saved(&second, "s1", "I want to talk to a human").await;
    customer.say_until_saved(&second, "m7", "hello again").await;
    until(&mut work, hears("hello again")).await;
    let request = pb::ProposeResolutionRequest {
        session: Some(session),
        request_id: "a4".to_owned(),
        conversation_id: customer.id.clone(),
        token: offer.token,
        disposition: "solved".to_owned(),
    };
    desk.propose_resolution(with(request, &key)).await.unwrap();
    let request = pb::RespondToResolutionRequest {
        conversation_id: customer.id.clone(),
        request_id: "m6".to_owned(),
        answer: pb::ResolutionAnswer::Confirm.into(),
    };
    let mut chat = second.chat().await;
    let settled = chat.respond_to_resolution(with(request, &customer.token)).await.unwrap();
    let settled = settled.into_inner().conversation.unwrap();
    assert_eq!(settled.state(), pb::ConversationState::Resolved);

    let events = customer.events(&second).await;
    let words: Vec<String> = events.iter().filter_map(text_of).collect();
    for acknowledged in ["how long does delivery take", "are you still there", "hello again"] {
        let count = words.iter().filter(|text| *text == acknowledged).count();
        assert_eq!(count, 1, "{acknowledged}: {words:?}");
    }
    drop(redis);
}

#[test]
fn a_redis_that_was_never_blessed_is_refused_and_blessed_once() {
    let redis = RedisServer::start();
    let url = redis.url();
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--store", &url];
    let refused = sanad(&serve);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("sanad init"), "{told}");
    assert!(sanad(&["init", "--store", &url]).status.success());
    let again = sanad(&["init", "--store", &url]);
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(!again.status.success() && told.contains("there already"), "{told}");
    redis.cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let told = String::from_utf8_lossy(&sanad(&serve).stderr).into_owned();
    assert!(told.contains("noeviction"), "{told}");
}

#[tokio::test]
async fn a_server_that_flushes_each_second_still_tells_whether_a_replica_follows() {
    let words = ["--appendonly", "yes", "--appendfsync", "everysec"];
    let redis = RedisServer::start_with(&words);
    let url = format!("{}?replicas=1", redis.url());
    assert!(sanad(&["init", "--store", &url]).status.success());
    let service = Service::start_on(&url);
    let customer = Customer::start(&service, "a-device-of-this-test").await;
    let mut number = 0;
    let mut until_mode = async |wanted: pb::Mode| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            number += 1;
            let id = format!("m{number}");
            let said = customer.say(&service, &id, "how long does delivery take").await.unwrap();
            assert_eq!(said.durability(), pb::Durability::Accepted, "the last second may be lost");
            if said.mode() == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "the mode stays {:?}", said.mode());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    until_mode(pb::Mode::Degraded).await;
    let port = redis.port().to_string();
    let _replica =
        RedisServer::start_with(&[&words[..], &["--replicaof", "127.0.0.1", &port]].concat());
    until_mode(pb::Mode::Normal).await;
}

/// What `/readyz` answers.
fn readiness(service: &Service) -> String {
    use std::io::{Read, Write};
    let host = service.address().trim_start_matches("http://");
    let mut line = std::net::TcpStream::connect(host).unwrap();
    let asked = format!("GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    line.write_all(asked.as_bytes()).unwrap();
    let mut told = String::new();
    line.read_to_string(&mut told).unwrap();
    told
}

#[tokio::test]
async fn what_a_redis_refuses_is_told_and_what_ends_something_is_done() {
    let redis = RedisServer::start();
    let url = redis.url();
    assert!(sanad(&["init", "--store", &url]).status.success());
    let service = Service::start_on(&url);
    let customer = Customer::start(&service, "a-device-of-this-test").await;
    let leaver = Customer::start(&service, "another-device-of-this-test").await;
    let said = customer.say_until_saved(&service, "m1", "how long does delivery take").await;
    assert_eq!(said.durability(), pb::Durability::Durable);
    let ready = async |wanted: &str| {
        let deadline = Instant::now() + PATIENCE;
        while !readiness(&service).starts_with(&format!("HTTP/1.1 {wanted}")) {
            assert!(Instant::now() < deadline, "not {wanted}: {}", readiness(&service));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };

    // It answers, and takes no writes.
    redis.cli(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    let said = customer.say(&service, "m2", "how long does delivery take").await.unwrap();
    assert_eq!((said.mode(), said.durability()), (pb::Mode::Isolated, pb::Durability::None));
    ready("503").await;
    let data = service.data();
    let doctor = ["doctor", "--no-scripts", "--store", &url, "--data", data.to_str().unwrap()];
    let told = String::from_utf8_lossy(&sanad(&doctor).stdout).into_owned();
    assert!(told.contains("takes no writes") && told.contains("min-replicas-to-write"), "{told}");
    redis.cli(&["CONFIG", "SET", "min-replicas-to-write", "0"]);
    ready("200").await;
    customer.say_until_saved(&service, "m2", "how long does delivery take").await;

    // It is full: who leaves may leave.
    redis.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let said = customer.say(&service, "m3", "how long does delivery take").await.unwrap();
    assert_eq!(said.durability(), pb::Durability::None);
    let (conversation_id, request_id) = (leaver.id.clone(), "end".to_owned());
    let ends = pb::EndConversationRequest { conversation_id, request_id };
    let ended = service.chat().await.end_conversation(with(ends, &leaver.token)).await.unwrap();
    assert_eq!(ended.into_inner().durability(), pb::Durability::Durable);
    redis.cli(&["CONFIG", "SET", "maxmemory", "0"]);

    // It keeps less than it did.
    redis.cli(&["CONFIG", "SET", "appendfsync", "everysec"]);
    redis.cli(&["CLIENT", "KILL", "TYPE", "normal"]);
    let said = customer.say_until_saved(&service, "m3", "how long does delivery take").await;
    assert_eq!(said.durability(), pb::Durability::Accepted, "nobody is told more than is so");

    // It stands still: who finds that out is told no other mode than who comes after.
    redis.signal("STOP");
    let asked = pb::GetAvailabilityRequest::default();
    let told = service.chat().await.get_availability(asked).await.unwrap().into_inner();
    redis.signal("CONT");
    assert_eq!((told.mode(), told.human_available), (pb::Mode::Isolated, false));
}

#[tokio::test]
async fn a_redis_that_drops_what_scripts_wrote_is_refused_and_its_loss_is_not_hidden() {
    let words = ["--appendonly", "yes", "--appendfsync", "always", "--user", "default", "off"];
    let admin = ["--user", "admin", "on", ">admin", "~*", "&*", "+@all"];
    let rights = "~shop:* &shop:* +@all -@admin -@dangerous +info +config|get +role +acl|dryrun";
    let shop = [&["--user", "shop", "on", ">secret"][..], &rights.split(' ').collect::<Vec<_>>()];
    let words = [&words[..], &admin, &shop.concat()].concat();
    let mut redis = RedisServer::start_as("admin", &words);
    let url = format!("redis://shop:secret@{}?prefix=shop", redis.host_and_port());
    let refused = sanad(&["init", "--store", &url]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    if redis.cli(&["INFO", "server"]).contains("server_name:valkey") {
        // It loads everything with all rights; whether it does is not asked of its name alone.
        assert!(refused.status.success(), "{told}");
        let service = Service::start_on(&url);
        let customer = Customer::start(&service, "a-device-of-this-test").await;
        let said = customer.say(&service, "m1", "how long does delivery take").await.unwrap();
        return assert_eq!(said.durability(), pb::Durability::Accepted);
    }
    assert!(!refused.status.success() && told.contains("user default off ~* &* +@all"), "{told}");

    // With the rights it is used, until somebody takes them away.
    redis.cli(&["ACL", "SETUSER", "default", "off", "~*", "&*", "+@all"]);
    assert!(sanad(&["init", "--store", &url]).status.success());
    let service = Service::start_on(&url);
    let customer = Customer::start(&service, "a-device-of-this-test").await;
    let said = customer.say(&service, "m1", "how long does delivery take").await.unwrap();
    assert_eq!(said.durability(), pb::Durability::Durable);
    redis.kill();
    redis.restart();
    let deadline = Instant::now() + PATIENCE;
    while !readiness(&service).starts_with("HTTP/1.1 503") {
        assert!(Instant::now() < deadline, "it calls itself ready: {}", readiness(&service));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let said = customer.say(&service, "m2", "how long does delivery take").await.unwrap();
    assert_eq!((said.mode(), said.durability()), (pb::Mode::Isolated, pb::Durability::None));
    let data = service.data();
    let doctor = ["doctor", "--no-scripts", "--store", &url, "--data", data.to_str().unwrap()];
    let told = String::from_utf8_lossy(&sanad(&doctor).stdout).into_owned();
    assert!(told.contains("drops what Sanad wrote"), "{told}");
}

#[test]
fn an_instance_with_a_secret_of_its_own_is_refused_and_told_which_file_to_copy() {
    let redis = RedisServer::start();
    let url = redis.url();
    assert!(sanad(&["init", "--store", &url]).status.success());
    let first = Service::start_on(&url);
    let second = first.beside();
    let stranger = Service::start_on("memory");
    let data = stranger.data();
    let data = data.to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--store", &url];
    let refused = sanad(&serve);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("copy server.secret"), "{told}");
    let examined = |service: &Service| {
        let data = service.data();
        let data = data.to_str().unwrap();
        let output = sanad(&["doctor", "--no-scripts", "--store", &url, "--data", data]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(examined(&stranger).contains("refuses to start"));
    assert!(examined(&second).contains("has the one of the deployment"));
    std::fs::copy(first.data().join("server.secret"), stranger.data().join("server.secret"))
        .unwrap();
    drop(stranger.moved_to(&url));
}
