//! Somebody else takes over while whoever was led away from goes on answering, or says nothing at
//! all; and slots move to a node that has none yet.

use super::cluster::{Cluster, NODE};
use super::*;
use crate::store::contract::SLOT;

/// A takeover is noticed within this, on however busy a machine.
const NOTICED_MAX: Duration = Duration::from_secs(60);

/// A replica of the one master, with everything it has.
fn replica_of(master: &RedisServer) -> RedisServer {
    let replica = joined(master);
    let id = master.cli(&["CLUSTER", "MYID"]);
    replica.cli_until(&["CLUSTER", "REPLICATE", &id], "OK");
    replica.cli_until(&["INFO", "replication"], "master_link_status:up");
    replica
}

/// A node that has met the other and has no slot.
fn joined(master: &RedisServer) -> RedisServer {
    let node = RedisServer::start_with(&NODE);
    node.cli(&["CLUSTER", "MEET", "127.0.0.1", &master.port().to_string()]);
    node.cli_until(&["CLUSTER", "NODES"], &master.cli(&["CLUSTER", "MYID"]));
    master.cli_until(&["CLUSTER", "NODES"], &node.cli(&["CLUSTER", "MYID"]));
    node.cli_until(&["CLUSTER", "INFO"], "state:ok");
    node
}

/// Waits until a replica has every key of its master: what it lacks when it takes over is lost.
fn catches_up(replica: &RedisServer, master: &RedisServer) {
    replica.cli_until(&["DBSIZE"], master.cli(&["DBSIZE"]).trim());
}

async fn ends(bell: &mut Box<dyn Doorbell>) {
    let end = async { while bell.next().await.is_some() {} };
    tokio::time::timeout(NOTICED_MAX, end).await.expect("the line ends");
}

#[tokio::test]
async fn whoever_sees_no_majority_is_not_asked_the_way() {
    let cluster = Cluster::of_one();
    let lonely = RedisServer::start_with(&NODE);
    let url = format!("redis-cluster://127.0.0.1:{},{}", lonely.port(), cluster.hosts());
    let address = Address::parse(&url).expect("a URL");
    let span = Duration::from_secs(60);
    let spans = wires::Spans { connect: span, answer: span };
    assert_eq!(wires::seeds(&address, spans).await, address.hosts[1..]);
    let store = opened_with(&url, patient()).await;
    count(&store).await.expect("it goes in by the other");
}

#[tokio::test]
async fn a_master_that_stands_still_is_left_for_who_took_over() {
    let cluster = Cluster::of_one();
    let master = &cluster.servers[0];
    let replica = replica_of(master);
    let url = format!("{},127.0.0.1:{}", cluster.url(), replica.port());
    let store = opened_at(&url).await;
    back(|| count(&store)).await;
    catches_up(&replica, master);
    master.signal("STOP");
    replica.cli_until(&["CLUSTER", "FAILOVER", "TAKEOVER"], "OK");
    replica.cli_until(&["ROLE"], "master");
    // Whoever is asked says nothing, and nobody else says that somebody else is to be asked.
    back(|| count(&store)).await;
    assert!(counted(&store).await >= 1, "and it answers");
    master.signal("CONT");
}

#[tokio::test]
async fn a_takeover_without_a_single_failed_call_ends_the_line_of_the_bell() {
    let cluster = Cluster::of_one();
    let replica = replica_of(&cluster.servers[0]);
    let url = format!("{},127.0.0.1:{}", cluster.url(), replica.port());
    let store = opened_at(&url).await;
    back(|| count(&store)).await;
    let mut bell = back(|| store.doorbell()).await;
    catches_up(&replica, &cluster.servers[0]);
    // All are there all the time, and so is the connection that is listened to.
    replica.cli_until(&["CLUSTER", "FAILOVER", "TAKEOVER"], "OK");
    ends(&mut bell).await;
    let mut again = back(|| store.doorbell()).await;
    back(|| count(&store)).await;
    let heard = tokio::time::timeout(NOTICED_MAX, again.next()).await;
    assert!(matches!(heard, Ok(Some(Ring::Rang { .. }))), "{heard:?}");
}

#[tokio::test]
async fn a_master_that_only_its_sentinel_no_longer_reaches_is_left_though_it_answers() {
    let words = ["--appendonly", "yes", "--appendfsync", "always"];
    let master = RedisServer::start_with(&words);
    let port = master.port().to_string();
    let follows = ["--replicaof", "127.0.0.1", &port];
    let replica = RedisServer::start_with(&[&words[..], &follows[..]].concat());
    for server in [&master, &replica] {
        for (user, word) in [("watcher", ">seen"), ("shop", ">open")] {
            server.cli(&["ACL", "SETUSER", user, "on", word, "~*", "&*", "+@all"]);
        }
        // Sentinel falls back on this user, and takes a server for dead that refuses this.
        server.cli(&["ACL", "SETUSER", "default", "-ping"]);
    }
    let sentinel = RedisServer::sentinel(&[
        format!("sentinel monitor desk 127.0.0.1 {port} 1"),
        "sentinel auth-user desk watcher".to_owned(),
        "sentinel auth-pass desk seen".to_owned(),
        "sentinel down-after-milliseconds desk 1000".to_owned(),
        "sentinel failover-timeout desk 2000".to_owned(),
    ]);
    sentinel.cli_until(&["SENTINEL", "REPLICAS", "desk"], &replica.port().to_string());
    let url = format!("redis-sentinel://shop:open@127.0.0.1:{}/desk", sentinel.port());
    let store = opened_at(&url).await;
    back(|| count(&store)).await;
    let counters = store.keys.counters(&SLOT);
    replica.cli_until(&["HGET", &counters, "n"], "1");
    let mut bell = back(|| store.doorbell()).await;
    // Between Sentinel and the master nothing passes any more; to the store both answer.
    master.cli(&["ACL", "SETUSER", "watcher", "off"]);
    master.cli(&["CLIENT", "KILL", "USER", "watcher"]);
    replica.cli_until(&["ROLE"], "master");
    ends(&mut bell).await;
    assert!(master.cli(&["ROLE"]).starts_with("master"), "it knows nothing of it");
    let before = master.cli(&["HGET", &counters, "n"]);
    back(|| count(&store)).await;
    assert_eq!(master.cli(&["HGET", &counters, "n"]), before, "nothing goes there any more");
    assert_eq!(replica.cli(&["HGET", &counters, "n"]), counted(&store).await.to_string());
}

#[tokio::test]
async fn keys_that_move_to_a_node_without_any_slot_stay_within_reach() {
    let cluster = Cluster::of_one();
    let (source, target) = (&cluster.servers[0], joined(&cluster.servers[0]));
    let store = opened_at(&cluster.url()).await;
    back(|| count(&store)).await;
    let slot = source.cli(&["CLUSTER", "KEYSLOT", &format!("{{{SLOT}}}")]);
    let (from, to) = (source.cli(&["CLUSTER", "MYID"]), target.cli(&["CLUSTER", "MYID"]));
    target.cli_until(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from], "OK");
    source.cli_until(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to], "OK");
    let keys = source.cli(&["CLUSTER", "GETKEYSINSLOT", &slot, "1000"]);
    let keys: Vec<&str> = keys.lines().filter(|key| !key.is_empty()).collect();
    assert!(!keys.is_empty(), "else this proves nothing");
    let port = target.port().to_string();
    let words = ["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
    assert_eq!(source.cli(&[&words[..], &keys[..]].concat()), "OK");
    // All keys are there already, and the map of the cluster does not name that node. Whatever
    // concerns a key that is nowhere, as a new receipt, is refused there until the slot is its own.
    assert_eq!(counted(&store).await, 1);
    for server in [&target, source] {
        server.cli_until(&["CLUSTER", "SETSLOT", &slot, "NODE", &to], "OK");
    }
    back(|| count(&store)).await;
    assert!(counted(&store).await >= 2, "and after that");
}
