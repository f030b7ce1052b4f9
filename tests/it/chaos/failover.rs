//! Another server takes over: what a replica had is kept, and what it had not heard of was never
//! called durable.

use super::records::Records;
use super::{FLUSHED, LASTING, PREFIX, World, bless, rounds};
use crate::redis_server::RedisServer;
use std::time::{Duration, Instant};

/// It is noticed who leads within this, on however busy a machine.
const LEFT_MAX: Duration = Duration::from_secs(60);

/// Two servers, of which one is the master, and who watches them.
struct Pair {
    servers: [RedisServer; 2],
    master: usize,
    sentinel: RedisServer,
    /// As whom the instances come, as a URL has it.
    shop: &'static str,
}

/// As whom a Sentinel watches, where it can be kept from a server that others reach.
const WATCHER: &str = "watcher";

impl Pair {
    fn start() -> Pair {
        Pair::watched(&[], "")
    }

    /// Watched by somebody who can be kept from one of them while everybody else reaches both.
    fn watched_apart() -> Pair {
        let watcher = format!("sentinel auth-user desk {WATCHER}");
        Pair::watched(&[watcher, "sentinel auth-pass desk seen".to_owned()], "shop:open@")
    }

    fn watched(more: &[String], shop: &'static str) -> Pair {
        let first = RedisServer::start_with(&FLUSHED);
        let port = first.port().to_string();
        let second =
            RedisServer::start_with(&[&FLUSHED[..], &["--replicaof", "127.0.0.1", &port]].concat());
        for server in [&first, &second].into_iter().filter(|_| !more.is_empty()) {
            for (user, word) in [(WATCHER, ">seen"), ("shop", ">open")] {
                server.cli(&["ACL", "SETUSER", user, "on", word, "~*", "&*", "+@all"]);
            }
            // Sentinel falls back on this user, and takes a server for dead that refuses this.
            server.cli(&["ACL", "SETUSER", "default", "-ping"]);
        }
        let lines = [
            format!("sentinel monitor desk 127.0.0.1 {port} 1"),
            "sentinel down-after-milliseconds desk 2000".to_owned(),
            "sentinel failover-timeout desk 2000".to_owned(),
        ];
        let sentinel = RedisServer::sentinel(&[&lines[..], more].concat());
        let pair = Pair { servers: [first, second], master: 0, sentinel, shop };
        pair.follows();
        let replica = pair.servers[1].port().to_string();
        pair.sentinel.cli_until(&["SENTINEL", "REPLICAS", "desk"], &replica);
        pair
    }

    fn url(&self) -> String {
        let port = self.sentinel.port();
        let shop = self.shop;
        format!("redis-sentinel://{shop}127.0.0.1:{port}/desk?prefix={PREFIX}&replicas=1")
    }

    /// The replica has everything and hears more.
    fn follows(&self) {
        let replica = &self.servers[1 - self.master];
        replica.cli_until(&["INFO", "replication"], "role:slave");
        replica.cli_until(&["INFO", "replication"], "master_link_status:up");
    }

    /// The replica hears nothing any more, and Sentinel still hears both.
    fn cut(&self) {
        let master = &self.servers[self.master];
        master.cli(&["ACL", "SETUSER", "default", "-psync", "-sync"]);
        master.cli(&["CLIENT", "KILL", "TYPE", "replica"]);
        master.cli_until(&["INFO", "replication"], "connected_slaves:0");
    }

    /// The master dies and the other takes over.
    fn fails_over(&mut self) {
        self.servers[self.master].kill();
        self.master = 1 - self.master;
        self.servers[self.master].cli_until(&["ROLE"], "master");
    }

    /// Nothing passes between Sentinel and the master any more; the other takes over. To whoever
    /// else asks, both answer, and each says that it leads.
    fn is_parted(&mut self) {
        let left = &self.servers[self.master];
        left.cli(&["ACL", "SETUSER", WATCHER, "off"]);
        left.cli(&["CLIENT", "KILL", "USER", WATCHER]);
        self.master = 1 - self.master;
        self.servers[self.master].cli_until(&["ROLE"], "master");
    }

    /// Sentinel finds who led before, and makes them follow.
    fn is_joined_again(&self) {
        self.servers[1 - self.master].cli(&["ACL", "SETUSER", WATCHER, "on"]);
        self.follows();
    }

    /// Nobody asks this server any more, though it answers.
    async fn is_left(&self, number: usize) {
        let deadline = Instant::now() + LEFT_MAX;
        let mut before = self.scripts_of(number);
        loop {
            tokio::time::sleep(LASTING).await;
            let now = self.scripts_of(number);
            if now == before {
                return;
            }
            assert!(Instant::now() < deadline, "it is asked and asked: {before}, {now}");
            before = now;
        }
    }

    /// How many scripts this server has run.
    fn scripts_of(&self, number: usize) -> String {
        let told = self.servers[number].cli(&["INFO", "commandstats"]);
        let of = |line: &&str| line.starts_with("cmdstat_evalsha:");
        let line = told.lines().find(of).unwrap_or_default();
        line.split(',').next().unwrap_or_default().to_owned()
    }

    /// Who was killed comes back as a replica.
    fn is_whole_again(&mut self) {
        let port = self.servers[self.master].port().to_string();
        let other = &mut self.servers[1 - self.master];
        other.restart();
        // Sentinel would say so too, and waits for long before it does.
        other.cli(&["REPLICAOF", "127.0.0.1", &port]);
        self.follows();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failover_takes_nothing_that_was_called_durable() {
    let mut pair = Pair::start();
    bless(&pair.url());
    let world = World::on(&pair.url()).await;
    for _ in 0..rounds() {
        world.suffers("kill -9 of the master", async { pair.fails_over() }).await;
        world.suffers("it comes back as a replica", async { pair.is_whole_again() }).await;
        let cut = async {
            pair.cut();
            tokio::time::sleep(LASTING).await;
            pair.fails_over();
        };
        world.suffers("replication cut, then kill -9 of the master", cut).await;
        world.suffers("it comes back as a replica", async { pair.is_whole_again() }).await;
    }
    let master = &pair.servers[pair.master];
    let rows = world.ends(&Records::on(vec![master], PREFIX), true).await;
    assert!(rows.iter().all(|row| row.lost_durable == 0), "{rows:?}");
    assert!(rows[0].durable > 0, "with a replica at hand answers are durable: {rows:?}");
    let cut = rows.iter().find(|row| row.fault.contains("cut")).expect("a row");
    assert!(cut.durable < cut.acknowledged, "without one they are not: {cut:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_master_that_only_sentinel_no_longer_reaches_is_left_though_it_answers() {
    let mut pair = Pair::watched_apart();
    bless(&pair.url());
    let world = World::on(&pair.url()).await;
    for _ in 0..rounds() {
        world.suffers("a master is kept from Sentinel only", async { pair.is_parted() }).await;
        let left = 1 - pair.master;
        assert!(pair.servers[left].cli(&["ROLE"]).starts_with("master"), "it knows nothing of it");
        pair.is_left(left).await;
        world.suffers("it is found and follows", async { pair.is_joined_again() }).await;
    }
    let master = &pair.servers[pair.master];
    let rows = world.ends(&Records::on(vec![master], PREFIX), true).await;
    assert!(rows.iter().all(|row| row.lost_durable == 0), "{rows:?}");
}
