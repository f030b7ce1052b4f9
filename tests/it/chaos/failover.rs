//! Another server takes over: what a replica had is kept, and what it had not heard of was never
//! called durable.

use super::records::Records;
use super::{FLUSHED, LASTING, PREFIX, World, bless, rounds};
use crate::redis_server::RedisServer;

/// Two servers, of which one is the master, and who watches them.
struct Pair {
    servers: [RedisServer; 2],
    master: usize,
    sentinel: RedisServer,
}

impl Pair {
    fn start() -> Pair {
        let first = RedisServer::start_with(&FLUSHED);
        let port = first.port().to_string();
        let second =
            RedisServer::start_with(&[&FLUSHED[..], &["--replicaof", "127.0.0.1", &port]].concat());
        let sentinel = RedisServer::sentinel(&[
            format!("sentinel monitor desk 127.0.0.1 {port} 1"),
            "sentinel down-after-milliseconds desk 2000".to_owned(),
            "sentinel failover-timeout desk 2000".to_owned(),
        ]);
        let pair = Pair { servers: [first, second], master: 0, sentinel };
        pair.follows();
        let replica = pair.servers[1].port().to_string();
        pair.sentinel.cli_until(&["SENTINEL", "REPLICAS", "desk"], &replica);
        pair
    }

    fn url(&self) -> String {
        let port = self.sentinel.port();
        format!("redis-sentinel://127.0.0.1:{port}/desk?prefix={PREFIX}&replicas=1")
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
