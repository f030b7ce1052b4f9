//! A store that goes back in time, wholly or in part, and one that is emptied: what is lost then
//! is lost, and it is noticed, told, said again, and both sides agree in the end.

use super::front::{Front, with};
use super::records::Records;
use super::{FLUSHED, LASTING, PREFIX, World, bless};
use crate::redis_server::RedisServer;
use sanad::grpc::pb;
use sanad::grpc::pb::send_message_request::Content;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_store_loses_by_going_back_in_time_is_told_and_said_again() {
    let mut redis = RedisServer::start_with(&FLUSHED);
    let store = format!("{}?prefix={PREFIX}", redis.url());
    bless(&store);
    let world = World::on(&store).await;
    world.suffers("an older file is restored", restored(&mut redis)).await;
    world.suffers("the pool alone goes back", rewound(&redis, "{p:")).await;
    world.suffers("the conversations alone go back", rewound(&redis, "{b")).await;
    let front = Arc::clone(&world.front);
    let rows = world.ends(&Records::on(vec![&redis], PREFIX), true).await;
    let lost: usize = rows.iter().map(|row| row.lost).sum();
    assert!(lost > 0, "nothing was lost: {rows:?}");
    emptied(&front, &redis).await;
}

/// Goes back by half a fault to what the file was.
async fn restored(redis: &mut RedisServer) {
    let copy = tempfile::tempdir().expect("a folder");
    let (file, older) = (redis.folder().join("appendonlydir"), copy.path().join("older"));
    redis.signal("STOP");
    copied(&file, &older);
    redis.signal("CONT");
    tokio::time::sleep(LASTING).await;
    redis.kill();
    std::fs::remove_dir_all(&file).expect("the newer file");
    copied(&older, &file);
    redis.restart();
}

fn copied(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-r").args([from, to]).status();
    assert!(done.expect("cp").success());
}

/// Lets the slots of this sort go back, as a failover does in which one master of several loses its
/// tail. Connections break at that, as they do then.
async fn rewound(redis: &RedisServer, slots: &str) {
    let (all, shadow) = (format!("{PREFIX}:{slots}*"), "shadow:");
    let kept = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
        redis.call('COPY', key, ARGV[2] .. key, 'REPLACE') end return 'kept'";
    assert_eq!(redis.cli(&["EVAL", kept, "0", &all, shadow]), "kept");
    tokio::time::sleep(LASTING).await;
    let back = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end
        for _, key in ipairs(redis.call('KEYS', ARGV[2] .. '*')) do
        redis.call('RENAME', key, string.sub(key, #ARGV[2] + 1)) end return 'back'";
    assert_eq!(redis.cli(&["EVAL", back, "0", &all, shadow]), "back");
    redis.cli(&["CLIENT", "KILL", "TYPE", "normal"]);
    redis.cli(&["CLIENT", "KILL", "TYPE", "pubsub"]);
}

/// It is emptied: whoever speaks then is told, and nothing is begun anew.
async fn emptied(front: &Front, redis: &RedisServer) {
    let mut chat = front.chat().await;
    let request = pb::StartConversationRequest {
        request_id: "start".to_owned(),
        device_id: "a-device-that-is-late".to_owned(),
        language: "en".to_owned(),
        ..Default::default()
    };
    let started = chat.start_conversation(request).await.expect("a conversation").into_inner();
    redis.cli(&["FLUSHALL"]);
    let request = pb::SendMessageRequest {
        conversation_id: started.conversation.expect("it stands somehow").conversation_id,
        request_id: "m1".to_owned(),
        content: Some(Content::Text("I want to talk to a human".to_owned())),
        sent_at: None,
        parts: Vec::new(),
    };
    let said = chat.send_message(with(request, &started.customer_token)).await;
    let said = said.expect("the bot still answers").into_inner();
    assert!(said.message.is_none(), "nothing was saved");
    assert_eq!((said.mode(), said.durability()), (pb::Mode::Isolated, pb::Durability::None));
    assert_eq!(redis.cli(&["DBSIZE"]), "0", "nothing is begun anew");
}
