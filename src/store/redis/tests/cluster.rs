//! The contract on a cluster of three masters, and what is different there.

use super::*;
use std::process::Command;

/// Masters that share the hash slots.
pub struct Cluster {
    pub servers: Vec<RedisServer>,
}

/// No failover is tested here, and a node on a busy machine is not a node that is gone.
pub const NODE: [&str; 6] =
    ["--appendonly", "yes", "--cluster-enabled", "yes", "--cluster-node-timeout", "30000"];

impl Cluster {
    fn start() -> Cluster {
        let servers: Vec<RedisServer> = (0..3).map(|_| RedisServer::start_with(&NODE)).collect();
        let hosts = servers.iter().map(|server| format!("127.0.0.1:{}", server.port()));
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(hosts)
            .args(["--cluster-replicas", "0", "--cluster-yes"])
            .output()
            .expect("redis-cli");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        servers.iter().for_each(|server| server.cli_until(&["CLUSTER", "INFO"], "state:ok"));
        Cluster { servers }
    }

    /// One master that has all hash slots.
    pub fn of_one() -> Cluster {
        let server = RedisServer::start_with(&NODE);
        assert_eq!(server.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
        server.cli_until(&["CLUSTER", "INFO"], "state:ok");
        Cluster { servers: vec![server] }
    }

    pub fn url(&self) -> String {
        format!("redis-cluster://{}", self.hosts())
    }

    /// As a URL lists them.
    pub fn hosts(&self) -> String {
        let hosts: Vec<String> = self.servers.iter().map(RedisServer::host_and_port).collect();
        hosts.join(",")
    }
}

pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

async fn subject() -> Subject {
    subject_at(&cluster().url()).await
}

crate::contract! { contract, subject }

#[tokio::test]
async fn a_cluster_is_not_taken_for_one_server() {
    let node = Address::parse(&cluster().servers[0].url()).expect("a URL");
    let refused = deployment::init(node, 4, patient()).await;
    assert!(matches!(refused, Err(OpenError::Shape { .. })), "{refused:?}");
    let alone = server().url().replace("redis://", "redis-cluster://");
    let refused = deployment::init(Address::parse(&alone).expect("a URL"), 4, patient()).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn each_master_is_told_of_by_where_it_is() {
    let address = blessed_in_cluster().await;
    let told = report::report(address).await.expect("a report");
    let mut names: Vec<String> = told.servers.into_iter().map(|server| server.name).collect();
    let mut hosts: Vec<String> = cluster().servers.iter().map(RedisServer::host_and_port).collect();
    names.sort();
    hosts.sort();
    assert_eq!(names, hosts);
    let told = report::report(blessed().await).await.expect("a report");
    assert_eq!(told.servers[0].name, server().host_and_port());
}

#[tokio::test]
async fn slots_spread_over_the_masters() {
    let store = opened_with(&cluster().url(), patient()).await;
    for bucket in 0..64 {
        store.load(&Slot::Bucket(bucket), &[], &[]).await.expect("a load");
    }
    let prefix = format!("{}:*:head", store.link.address().prefix);
    let counts: Vec<usize> = cluster()
        .servers
        .iter()
        .map(|server| server.cli(&["KEYS", &prefix]).lines().filter(|l| !l.is_empty()).count())
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), 64);
    assert!(counts.iter().all(|count| *count > 5), "{counts:?}");
}

#[tokio::test]
async fn an_answer_that_nothing_was_done_is_believed_also_in_a_cluster() {
    let cluster = Cluster::of_one();
    let store = opened_at(&cluster.url()).await;
    let slot = Slot::Bucket(7);
    let other = EntityKey::new(crate::ports::store::Kind::Item, "x");
    let seen = store.load(&slot, std::slice::from_ref(&other), &[]).await.expect("a load");
    // The hash slot is on its way to another node, and so are some of its keys.
    let hash_slot = cluster.servers[0].cli(&["CLUSTER", "KEYSLOT", "{b0007}"]);
    let target = RedisServer::start_with(&NODE);
    let (port, node) = (target.port().to_string(), target.cli(&["CLUSTER", "MYID"]));
    cluster.servers[0].cli(&["CLUSTER", "MEET", "127.0.0.1", &port]);
    cluster.servers[0].cli_until(&["CLUSTER", "NODES"], &node);
    cluster.servers[0].cli_until(&["CLUSTER", "SETSLOT", &hash_slot, "MIGRATING", &node], "OK");
    // On a busy machine no answer may come in time, and then the part is given a rest; here it is the
    // answer that is looked at.
    let answer = || async {
        let mut change = seen.change(1);
        change.put(other.clone(), &1);
        let failed = store.commit(change).await.expect_err("its keys are on two nodes");
        let StoreError::Unavailable { maybe_applied, reason, .. } = failed else {
            panic!("{failed}")
        };
        if reason.contains("in time") { Err(reason) } else { Ok((maybe_applied, reason)) }
    };
    let (maybe_applied, reason) = back(answer).await;
    assert!(!maybe_applied && reason.contains("TryAgain"), "{maybe_applied} {reason}");
    let health = store.health();
    let partly = Health::Partly(vec![slot.clone()]);
    assert_eq!(*health.borrow(), partly, "a part is away, and the rest is not");
    cluster.servers[0].cli(&["CLUSTER", "SETSLOT", &hash_slot, "STABLE"]);
    back(|| store.load(&slot, &[], &[])).await;
    assert_eq!(*health.borrow(), Health::Well);
}

#[tokio::test]
async fn a_cluster_that_is_gone_as_a_whole_is_away_and_not_away_in_part() {
    let mut cluster = Cluster::of_one();
    let store = opened_at(&cluster.url()).await;
    let slots = [Slot::System, Slot::Bucket(1), Slot::Bucket(2)];
    for slot in &slots {
        store.load(slot, &[], &[]).await.expect("a load");
    }
    let health = store.health();
    assert_eq!(*health.borrow(), Health::Well);
    cluster.servers[0].kill();
    for slot in &slots {
        store.load(slot, &[], &[]).await.expect_err("nobody is there");
    }
    assert!(matches!(&*health.borrow(), Health::Away(_)), "{:?}", *health.borrow());
    cluster.servers[0].restart();
    for slot in &slots {
        back(|| store.load(slot, &[], &[])).await;
    }
    assert_eq!(*health.borrow(), Health::Well);
}

#[tokio::test]
async fn a_cluster_that_is_gone_is_away_also_where_nobody_asks_for_each_part() {
    let mut cluster = Cluster::of_one();
    let store = opened_at(&cluster.url()).await;
    // The deployment is looked up at the start, and no more after it.
    for slot in [Slot::System, Slot::Bucket(1), Slot::Bucket(2)] {
        store.load(&slot, &[], &[]).await.expect("a load");
    }
    cluster.servers[0].kill();
    store.load(&Slot::Bucket(1), &[], &[]).await.expect_err("nobody is there");
    let mut health = store.health();
    let away = health.wait_for(|health| matches!(health, Health::Away(_)));
    tokio::time::timeout(Duration::from_secs(60), away)
        .await
        .expect("it is told although nobody asked for the other parts")
        .expect("it is there");
}

#[tokio::test]
async fn while_a_cluster_is_gone_the_first_who_asks_waits_and_nobody_after_them() {
    let mut cluster = Cluster::of_one();
    let store = opened_at(&cluster.url()).await;
    store.load(&Slot::Bucket(1), &[], &[]).await.expect("a load");
    cluster.servers[0].kill();
    store.load(&Slot::Bucket(1), &[], &[]).await.expect_err("nobody is there");
    // Far longer than the pause between two tries, one of which takes as long as a call may.
    let patience = Patience::default();
    let deadline = tokio::time::Instant::now() + 3 * patience.call;
    while tokio::time::Instant::now() < deadline {
        let began = tokio::time::Instant::now();
        store.load(&Slot::Bucket(1), &[], &[]).await.expect_err("nobody is there");
        assert!(began.elapsed() < patience.call / 2, "{:?}", began.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // It comes back without anybody asking.
    let mut health = store.health();
    cluster.servers[0].restart();
    let well = health.wait_for(|health| *health == Health::Well);
    tokio::time::timeout(Duration::from_secs(60), well)
        .await
        .expect("in time")
        .expect("it is there");
    store.load(&Slot::Bucket(1), &[], &[]).await.expect("a load");
}

#[tokio::test]
async fn a_seed_that_stands_still_does_not_keep_the_others_away() {
    let cluster = Cluster::of_one();
    let frozen = RedisServer::start_with(&NODE);
    frozen.signal("STOP");
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", frozen.port(), cluster.servers[0].port());
    let store = opened_at(&format!("redis-cluster://{hosts}")).await;
    count(&store).await.expect("a commit");
}

#[tokio::test]
async fn whom_another_way_in_leads_to_is_looked_at_before_more_is_promised() {
    let store = opened_with(&cluster().url(), patient()).await;
    let (ways, mut settings) = (store.link.ways(), store.settings());
    store.link.renew();
    let found = async {
        while store.link.ways() == ways {
            settings.changed().await.expect("a store");
        }
    };
    tokio::time::timeout(patient().call, found).await.expect("another way in");
}
