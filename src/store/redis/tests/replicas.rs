//! What may be called durable where another server can take over: only what replicas have.

use super::*;
use crate::store::contract::SLOT;

const FLUSHED: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

fn replica_of(master: &RedisServer) -> RedisServer {
    let port = master.port().to_string();
    let replica =
        RedisServer::start_with(&[&FLUSHED[..], &["--replicaof", "127.0.0.1", &port]].concat());
    replica.cli_until(&["INFO", "replication"], "master_link_status:up");
    replica
}

/// Writes one record and tells its place and id.
async fn say(store: &RedisStore, seq: u64) -> (LogId, u64, u128) {
    let (log, event_id) = (LogId("l/x".to_owned()), u128::from(seq) + 7);
    let mut change = store.load(&SLOT, &[], &[]).await.expect("a load").change(seq);
    change.append(log.clone(), seq, event_id, &seq, None);
    store.commit(change).await.expect("a commit");
    (log, seq, event_id)
}

#[tokio::test]
async fn what_a_replica_does_not_have_is_not_called_durable() {
    let master = RedisServer::start();
    let mut replica = replica_of(&master);
    let store = opened_with(&format!("{}?replicas=1", master.url()), patient()).await;
    assert_eq!(store.deployment().safety, deployment::Safety::Flushed);
    let (log, seq, id) = say(&store, 1).await;
    assert!(store.is_replicated(&SLOT, &log, seq, id).await);
    assert!(!store.is_replicated(&SLOT, &log, seq, id + 1).await, "another history");
    let health = store.health();
    assert!(matches!(&*health.borrow(), Health::Thin(_)), "{:?}", *health.borrow());
    // After a refusal nobody waits for a moment.
    back(|| async { store.is_replicated(&SLOT, &log, seq, id).await.then_some(()).ok_or("thin") })
        .await;
    let mut told = health.clone();
    let well = told.wait_for(|health| *health == Health::Well);
    tokio::time::timeout(patient().call, well).await.expect("in time").expect("a store");

    replica.kill();
    master.cli_until(&["INFO", "replication"], "connected_slaves:0");
    let hasty = Patience { replicas: Duration::from_millis(100), ..patient() };
    let options = Options { patience: hasty, ..Options::default() };
    let address = store.link.address().clone();
    let store = RedisStore::open(address, options).await.expect("a store");
    let (log, seq, id) = say(&store, 2).await;
    assert!(!store.is_replicated(&SLOT, &log, seq, id).await, "it is saved, on one server");
    let health = store.health();
    assert!(
        matches!(&*health.borrow(), Health::Thin(reason) if reason.contains("0 of 1")),
        "{:?}",
        *health.borrow()
    );
    replica.restart();
    back(|| async { store.is_replicated(&SLOT, &log, seq, id).await.then_some(()).ok_or("thin") })
        .await;
    let mut health = health;
    let well = health.wait_for(|health| *health == Health::Well);
    tokio::time::timeout(patient().call, well).await.expect("it has caught up").expect("a store");
}

#[tokio::test]
async fn a_replica_that_follows_and_stands_still_does_not_have_what_it_was_not_heard_to_have() {
    let master = RedisServer::start();
    let replica = replica_of(&master);
    master.cli_until(&["INFO", "replication"], "state=online");
    let hasty = Patience { replicas: Duration::from_millis(100), ..patient() };
    let store = opened_with(&format!("{}?replicas=1", master.url()), hasty).await;
    replica.signal("STOP");
    let (log, seq, id) = say(&store, 1).await;
    assert!(!store.is_replicated(&SLOT, &log, seq, id).await, "it is connected, and has it not");
    replica.signal("CONT");
    back(|| async { store.is_replicated(&SLOT, &log, seq, id).await.then_some(()).ok_or("thin") })
        .await;
}

#[tokio::test]
async fn connections_that_broke_cost_no_answer_its_claim() {
    let master = RedisServer::start();
    let _replica = replica_of(&master);
    master.cli_until(&["INFO", "replication"], "state=online");
    let store = opened_with(&format!("{}?replicas=1", master.url()), patient()).await;
    let (log, seq, id) = say(&store, 1).await;
    for _ in 0..3 {
        // As many as there are connections that are kept.
        for _ in 0..8 {
            assert!(store.is_replicated(&SLOT, &log, seq, id).await);
            assert_eq!(*store.health().borrow(), Health::Well);
        }
        master.cli(&["CLIENT", "KILL", "TYPE", "normal"]);
    }
}

#[tokio::test]
async fn who_follows_is_known_without_anybody_who_says_something() {
    let bound = Duration::from_secs(60);
    let master = RedisServer::start();
    let mut replica = replica_of(&master);
    master.cli_until(&["INFO", "replication"], "state=online");
    let hasty = Patience { replicas: Duration::from_millis(100), ..patient() };
    let store = opened_with(&format!("{}?replicas=1", master.url()), hasty).await;
    let (log, seq, id) = say(&store, 1).await;
    let mut health = store.health();
    for asks in [false, true] {
        replica.kill();
        let thin = health.wait_for(|health| matches!(health, Health::Thin(_)));
        tokio::time::timeout(bound, thin).await.expect("in time").expect("a store");
        if asks {
            assert!(!store.is_replicated(&SLOT, &log, seq, id).await);
        }
        replica.restart();
        let well = health.wait_for(|health| *health == Health::Well);
        tokio::time::timeout(bound, well).await.expect("in time").expect("a store");
    }
    assert!(store.is_replicated(&SLOT, &log, seq, id).await);
}

#[tokio::test]
async fn whoever_waits_has_written_since_newer_servers_wait_for_nothing_else() {
    let master = RedisServer::start();
    let _replica = replica_of(&master);
    let store = opened_with(&format!("{}?replicas=1", master.url()), patient()).await;
    let (log, seq, id) = say(&store, 1).await;
    let written = |server: &RedisServer| -> u64 {
        let told = server.cli(&["INFO", "commandstats"]);
        let line = told.lines().find_map(|line| line.strip_prefix("cmdstat_hset:calls="));
        line.and_then(|rest| rest.split(',').next()?.parse().ok()).expect("HSET was called")
    };
    let before = written(&master);
    assert!(store.is_replicated(&SLOT, &log, seq, id).await);
    assert_eq!(written(&master), before + 1, "on the connection that waits");
}

#[tokio::test]
async fn who_asks_for_no_replicas_waits_for_none() {
    let store = opened_at(&server().url()).await;
    let nothing = LogId("l/none".to_owned());
    assert!(store.is_replicated(&SLOT, &nothing, 1, 1).await);
}
