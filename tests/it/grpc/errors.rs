//! Every code a client can meet, as gRPC tells it and as gRPC-Web tells it.

use super::world::*;
use sanad::app::keys;
use sanad::domain::ids::ConversationId;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::store::faulty::{Call, Fate, Fault, Faulty, NoFaults};
use sanad::store::memory::MemoryStore;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_types::StatusExt;

struct Case {
    path: &'static str,
    message: Vec<u8>,
    secret: Option<String>,
    timeout: Option<&'static str>,
    code: Code,
    reason: &'static str,
}

#[tokio::test]
async fn every_code_is_told_alike_over_grpc_and_grpc_web() {
    let clock = TestClock::new();
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let faulty = Arc::new(Faulty::new(store, NoFaults));
    let world = World::on(faulty.clone(), clock).await;
    let sara = world.agent("sara").await;
    let old = sara.session.clone();
    let newer = world.agent("sara").await;
    let customer = world.customer().await;
    customer.say("good evening").await;
    let broken = world.customer().await;
    damage(&world, &broken.conversation()).await;
    for case in cases(&world, &newer, &old, &customer, &broken).await {
        check(&world, &case).await;
    }
    faulty.set_plan(|_: &Call<'_>| Fate::from(Fault::unavailable()));
    let status = |secret: &str| Case {
        path: "/sanad.v1.ChatService/GetQueueStatus",
        message: bytes(&pb::GetQueueStatusRequest { conversation_id: customer.id.clone() }),
        secret: Some(secret.to_owned()),
        timeout: None,
        code: Code::Unavailable,
        reason: "UNAVAILABLE",
    };
    check(&world, &status(&customer.token)).await;
}

async fn cases(
    world: &World,
    sara: &Agent<'_>,
    old: &pb::AgentSession,
    customer: &Customer<'_>,
    broken: &Customer<'_>,
) -> Vec<Case> {
    let admin = world.key(Role::Admin, "main");
    let case = |path, message, secret: Option<&str>, code, reason| Case {
        path,
        message,
        secret: secret.map(str::to_owned),
        timeout: None,
        code,
        reason,
    };
    let token = Some(customer.token.as_str());
    let say = |text: &str, request_id: &str| pb::SendMessageRequest {
        conversation_id: customer.id.clone(),
        request_id: request_id.to_owned(),
        content: Some(pb::send_message_request::Content::Text(text.to_owned())),
        sent_at: None,
        parts: Vec::new(),
    };
    world.chat().send_message(with(say("hello", "used"), &customer.token)).await.unwrap();
    let queue_status = |id: &str| bytes(&pb::GetQueueStatusRequest { conversation_id: id.into() });
    let profile = pb::AgentProfile {
        agent_id: "lina".to_owned(),
        name: "Lina".to_owned(),
        languages: [("ar".to_owned(), 5)].into(),
        capacity: 1,
        ..Default::default()
    };
    let register = |request_id: &str| pb::RegisterAgentRequest {
        request_id: request_id.to_owned(),
        profile: Some(profile.clone()),
    };
    world.agents().register_agent(with(register("first"), &admin)).await.unwrap();
    let cancel = pb::CancelHumanRequestRequest {
        conversation_id: customer.id.clone(),
        request_id: "c1".to_owned(),
    };
    let message = pb::SendAgentMessageRequest {
        session: sara.session(),
        request_id: "m1".to_owned(),
        conversation_id: customer.id.clone(),
        token: Some(pb::OwnershipToken { term: 1, attempt: 1 }),
        text: "mine?".to_owned(),
        sent_at: None,
        parts: Vec::new(),
    };
    let superseded = pb::ListMyWorkRequest { session: Some(old.clone()) };
    let poll = pb::ListMessagesRequest {
        conversation_id: customer.id.clone(),
        after: Some(pb::list_messages_request::After::AfterSequence(1_000)),
        page_size: 0,
        wait_ms: 20_000,
    };
    vec![
        case(
            "/sanad.v1.ChatService/GetQueueStatus",
            queue_status(&customer.id),
            None,
            Code::Unauthenticated,
            "CREDENTIALS_MISSING",
        ),
        case(
            "/sanad.v1.AdminService/GetRules",
            Vec::new(),
            Some(&sara.key),
            Code::PermissionDenied,
            "ROLE_NOT_ALLOWED",
        ),
        case(
            "/sanad.v1.ChatService/SendMessage",
            bytes(&say("", "empty")),
            token,
            Code::InvalidArgument,
            "FIELD_INVALID",
        ),
        case(
            "/sanad.v1.ChatService/SendMessage",
            bytes(&say(" \u{200b}\u{202e}\0 ", "nothing-to-see")),
            token,
            Code::InvalidArgument,
            "FIELD_INVALID",
        ),
        case(
            "/sanad.v1.ChatService/SendMessage",
            bytes(&say("something else", "used")),
            token,
            Code::InvalidArgument,
            "REQUEST_ID_REUSED",
        ),
        case(
            "/sanad.v1.ChatService/GetQueueStatus",
            queue_status(&broken.id),
            token,
            Code::NotFound,
            "NOT_FOUND",
        ),
        case(
            "/sanad.v1.AgentService/RegisterAgent",
            bytes(&register("second")),
            Some(&admin),
            Code::AlreadyExists,
            "EXISTS",
        ),
        case(
            "/sanad.v1.ChatService/CancelHumanRequest",
            bytes(&cancel),
            token,
            Code::FailedPrecondition,
            "WRONG_STATE",
        ),
        case(
            "/sanad.v1.AgentService/SendAgentMessage",
            bytes(&message),
            Some(&sara.key),
            Code::Aborted,
            "OWNERSHIP_LOST",
        ),
        case(
            "/sanad.v1.AgentService/ListMyWork",
            bytes(&superseded),
            Some(&sara.key),
            Code::Aborted,
            "SESSION_SUPERSEDED",
        ),
        case(
            "/sanad.v1.ChatService/SendMessage",
            bytes(&say(&"x".repeat(100_000), "large")),
            token,
            Code::ResourceExhausted,
            "TOO_LARGE",
        ),
        case(
            "/sanad.v1.ChatService/EraseEverything",
            Vec::new(),
            token,
            Code::Unimplemented,
            "NO_SUCH_CALL",
        ),
        case(
            "/sanad.v1.ChatService/GetQueueStatus",
            queue_status(&broken.id),
            Some(&broken.token),
            Code::Internal,
            "INTERNAL",
        ),
        Case {
            timeout: Some("80m"),
            ..case(
                "/sanad.v1.ChatService/ListMessages",
                bytes(&poll),
                token,
                Code::DeadlineExceeded,
                "DEADLINE_EXCEEDED",
            )
        },
    ]
}

/// Writes what nobody can read in place of a conversation.
async fn damage(world: &World, id: &ConversationId) {
    let (store, key) = (world.app.store(), keys::conversation(id));
    let slot = keys::bucket(keys::bucket_of(id, world.app.settings().buckets));
    let snapshot = store.load(&slot, std::slice::from_ref(&key), &[]).await.unwrap();
    let mut change = snapshot.change(99);
    change.put(key, &"this is no conversation");
    store.commit(change).await.unwrap();
}

async fn check(world: &World, case: &Case) {
    let Case { path, message, secret, timeout, code, reason } = case;
    let secret = secret.as_deref();
    let answer = raw_call(world.channel(), path, message.clone(), secret, *timeout).await;
    let status = answer.expect_err(path);
    assert_eq!(refusal(&status), (*code, (*reason).to_owned()), "{path}: {status}");
    let web = over_grpc_web(world, case).await;
    let told = format!("grpc-status: {}", *code as i32);
    let told_in_frame = format!("grpc-status:{}", *code as i32);
    assert!(web.contains(&told) || web.contains(&told_in_frame), "{path}: {web}");
}

/// The same call as a browser makes it, over HTTP/1.1.
async fn over_grpc_web(world: &World, case: &Case) -> String {
    let mut frame = vec![0];
    frame.extend((case.message.len() as u32).to_be_bytes());
    frame.extend(&case.message);
    let secret = case.secret.as_ref();
    let mut head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/grpc-web+proto\r\n\
         X-Grpc-Web: 1\r\nContent-Length: {}\r\nConnection: close\r\n",
        case.path,
        world.address,
        frame.len()
    );
    if let Some(secret) = secret {
        head.push_str(&format!("Authorization: Bearer {secret}\r\n"));
    }
    if let Some(timeout) = case.timeout {
        head.push_str(&format!("Grpc-Timeout: {timeout}\r\n"));
    }
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    // A server that has answered already may not read the rest.
    stream.write_all(&frame).await.ok();
    let mut answer = Vec::new();
    soon(stream.read_to_end(&mut answer)).await.ok();
    String::from_utf8_lossy(&answer).to_lowercase()
}

/// What a sentence needs is told beside the reason, so that every client can say it in its language.
#[tokio::test]
async fn a_message_that_is_too_long_is_refused_with_the_limit_and_with_what_it_has() {
    let world = World::open().await;
    let customer = world.customer().await;
    let request = pb::SendMessageRequest {
        conversation_id: customer.id.clone(),
        request_id: world.fresh(),
        content: Some(pb::send_message_request::Content::Text("x".repeat(9_000))),
        sent_at: None,
        parts: Vec::new(),
    };
    let refused = world.chat().send_message(with(request, &customer.token)).await.unwrap_err();
    let facts = refused.get_details_error_info().unwrap().metadata;
    let fact = |name: &str| facts[name].as_str();
    assert_eq!((fact("field"), fact("problem")), ("text", "too_long"));
    assert_eq!((fact("max"), fact("got")), ("4000", "9000"));
}
