//! A cluster in which each master has a replica: masters die, or are kept apart from the majority.
//! A replica takes over; what it had not heard of was never called durable, and is told.

use super::net::Net;
use super::records::Records;
use super::{FLUSHED, LASTING, PREFIX, World, bless, rounds};
use crate::redis_server::RedisServer;
use std::process::Command;

/// Masters and replicas.
const SERVERS: usize = 6;
/// After this without an answer from a master the others elect its replica.
const NODE: [&str; 4] = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];

struct Replicated {
    servers: Vec<RedisServer>,
}

impl Replicated {
    fn of(servers: Vec<RedisServer>) -> Replicated {
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(servers.iter().map(RedisServer::host_and_port))
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .expect("redis-cli");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let cluster = Replicated { servers };
        cluster.servers.iter().for_each(|server| {
            server.cli_until(&["CLUSTER", "INFO"], "state:ok");
            server.cli_until(&["CLUSTER", "INFO"], &format!("known_nodes:{SERVERS}"));
        });
        while cluster.masters().len() != SERVERS / 2 {
            std::thread::sleep(crate::redis_server::LOOK_AGAIN);
        }
        cluster.masters().into_iter().for_each(|master| cluster.is_followed(master));
        cluster
    }

    fn url(&self) -> String {
        let hosts: Vec<String> = self.servers.iter().map(RedisServer::host_and_port).collect();
        format!("redis-cluster://{}?prefix={PREFIX}&replicas=1", hosts.join(","))
    }

    fn is_master(&self, number: usize) -> bool {
        self.servers[number].cli(&["ROLE"]).starts_with("master")
    }

    fn masters(&self) -> Vec<usize> {
        (0..self.servers.len()).filter(|number| self.is_master(*number)).collect()
    }

    /// The master that has the pool, and its replica.
    fn of_the_pool(&self) -> (usize, usize) {
        let slot = self.servers[0].cli(&["CLUSTER", "KEYSLOT", "{p:main}"]);
        let has = |number: &usize| {
            self.servers[*number].cli(&["CLUSTER", "COUNTKEYSINSLOT", &slot]) != "0"
        };
        let master = self.masters().into_iter().find(has).expect("somebody has it");
        (master, self.replica_of(master).expect("it has a replica"))
    }

    fn replica_of(&self, master: usize) -> Option<usize> {
        let of = self.servers[master].host_and_port();
        let (host, port) = of.split_once(':').expect("host and port");
        (0..self.servers.len()).find(|number| {
            let told = self.servers[*number].cli(&["INFO", "replication"]);
            told.contains(&format!("master_host:{host}\r"))
                && told.contains(&format!("master_port:{port}\r"))
        })
    }

    /// Its replica has everything and hears more.
    fn is_followed(&self, master: usize) {
        self.servers[master].cli_until(&["INFO", "replication"], "state=online");
    }

    /// It is a replica now and has everything.
    fn follows(&self, number: usize) {
        self.servers[number].cli_until(&["INFO", "replication"], "role:slave");
        self.servers[number].cli_until(&["INFO", "replication"], "master_link_status:up");
    }

    fn takes_over(&self, number: usize) {
        self.servers[number].cli_until(&["ROLE"], "master");
    }

    /// The replica hears nothing any more, and all still know of each other.
    fn cut(&self, master: usize) {
        let master = &self.servers[master];
        master.cli(&["ACL", "SETUSER", "default", "-psync", "-sync"]);
        master.cli(&["CLIENT", "KILL", "TYPE", "replica"]);
        master.cli_until(&["INFO", "replication"], "connected_slaves:0");
    }

    fn records(&self) -> Records<'_> {
        Records::on(
            self.masters().into_iter().map(|number| &self.servers[number]).collect(),
            PREFIX,
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_a_cluster_a_failover_takes_nothing_that_was_called_durable() {
    let words = [&FLUSHED[..], &NODE[..]].concat();
    let servers = (0..SERVERS).map(|_| RedisServer::start_with(&words)).collect();
    let mut cluster = Replicated::of(servers);
    bless(&cluster.url());
    let world = World::on(&cluster.url()).await;
    for _ in 0..rounds() {
        let (master, replica) = cluster.of_the_pool();
        let killed = async {
            cluster.servers[master].kill();
            cluster.takes_over(replica);
        };
        world.suffers("kill -9 of a master; its replica takes over", killed).await;
        let back = async {
            cluster.servers[master].restart();
            cluster.follows(master);
        };
        world.suffers("it comes back as a replica", back).await;
        let (master, replica) = (replica, master);
        let cut = async {
            cluster.cut(master);
            tokio::time::sleep(LASTING).await;
            cluster.servers[master].kill();
            cluster.takes_over(replica);
        };
        world.suffers("its replication is cut, then kill -9", cut).await;
        let back = async {
            cluster.servers[master].restart();
            cluster.follows(master);
        };
        world.suffers("it comes back as a replica", back).await;
    }
    let rows = world.ends(&cluster.records(), true).await;
    assert!(rows.iter().all(|row| row.lost_durable == 0), "{rows:?}");
    assert!(rows[0].durable > 0, "with replicas at hand answers are durable: {rows:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_minority_accepts_is_never_called_durable_and_its_loss_is_told() {
    let Some(net) = Net::of(SERVERS) else { return };
    let words = [&FLUSHED[..], &NODE[..], &["--protected-mode", "no"]].concat();
    let start = |number| RedisServer::start_within(&net.space(number), &net.host(number), &words);
    let cluster = Replicated::of((0..SERVERS).map(start).collect());
    bless(&cluster.url());
    let world = World::on(&cluster.url()).await;
    for _ in 0..rounds() {
        let (master, replica) = cluster.of_the_pool();
        let parted = async {
            net.part(master);
            cluster.takes_over(replica);
            tokio::time::sleep(LASTING).await;
        };
        world.suffers("a master is kept apart from the others", parted).await;
        let healed = async {
            net.heal(master);
            cluster.follows(master);
        };
        world.suffers("it comes back as a replica", healed).await;
    }
    let rows = world.ends(&cluster.records(), true).await;
    assert!(rows.iter().all(|row| row.lost_durable == 0), "{rows:?}");
}
