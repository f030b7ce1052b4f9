//! A cluster whose slots move while it is used, and of which parts are away.

use super::records::Records;
use super::{FLUSHED, LASTING, PREFIX, World, bless, rounds};
use crate::redis_server::RedisServer;
use std::process::Command;

/// Everything of this deployment lies in these hash tags.
const TAGS: [&str; 8] = ["b0000", "b0001", "b0002", "b0003", "b0004", "b0005", "p:main", "sys"];
/// No failover is tested here, a node on a busy machine is not a node that is gone, and who has no
/// slot any more stays a master.
const NODE: [&str; 6] = [
    "--cluster-enabled",
    "yes",
    "--cluster-node-timeout",
    "30000",
    "--cluster-allow-replica-migration",
    "no",
];
/// So many keys are moved at once.
const KEYS_AT_ONCE: &str = "100";

struct Cluster {
    servers: Vec<RedisServer>,
    ids: Vec<String>,
}

impl Cluster {
    fn start() -> Cluster {
        let words = [&FLUSHED[..], &NODE[..]].concat();
        let servers: Vec<RedisServer> = (0..3).map(|_| RedisServer::start_with(&words)).collect();
        let hosts = servers.iter().map(|server| format!("127.0.0.1:{}", server.port()));
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(hosts)
            .args(["--cluster-replicas", "0", "--cluster-yes"])
            .output()
            .expect("redis-cli");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        servers.iter().for_each(|server| server.cli_until(&["CLUSTER", "INFO"], "state:ok"));
        let ids = servers.iter().map(|server| server.cli(&["CLUSTER", "MYID"])).collect();
        Cluster { servers, ids }
    }

    fn url(&self) -> String {
        let hosts = self.servers.iter().map(|server| format!("127.0.0.1:{}", server.port()));
        format!("redis-cluster://{}?prefix={PREFIX}", hosts.collect::<Vec<_>>().join(","))
    }

    /// A node joins that has no slot.
    fn is_joined(&mut self) {
        let node = RedisServer::start_with(&[&FLUSHED[..], &NODE[..]].concat());
        let first = self.servers[0].port().to_string();
        node.cli(&["CLUSTER", "MEET", "127.0.0.1", &first]);
        let id = node.cli(&["CLUSTER", "MYID"]);
        self.servers.iter().for_each(|server| server.cli_until(&["CLUSTER", "NODES"], &id));
        node.cli_until(&["CLUSTER", "INFO"], "state:ok");
        self.servers.push(node);
        self.ids.push(id);
    }

    /// Moves all slots that are used so many masters further.
    fn moves(&self, steps: usize) {
        self.moves_to(|from| (from + steps) % self.servers.len());
    }

    fn moves_to(&self, target: impl Fn(usize) -> usize) {
        for tag in TAGS {
            let slot = self.servers[0].cli(&["CLUSTER", "KEYSLOT", &format!("{{{tag}}}")]);
            let counts = self.servers.iter().map(|server| {
                let count = server.cli(&["CLUSTER", "COUNTKEYSINSLOT", &slot]);
                count.parse::<u64>().expect("a number")
            });
            let counts: Vec<u64> = counts.collect();
            let from = counts.iter().position(|count| *count > 0).expect("somebody has it");
            self.move_slot(&slot, from, target(from));
        }
    }

    fn move_slot(&self, slot: &str, from: usize, to: usize) {
        let (source, target) = (&self.servers[from], &self.servers[to]);
        let port = target.port().to_string();
        target.cli_until(&["CLUSTER", "SETSLOT", slot, "IMPORTING", &self.ids[from]], "OK");
        source.cli_until(&["CLUSTER", "SETSLOT", slot, "MIGRATING", &self.ids[to]], "OK");
        loop {
            let keys = source.cli(&["CLUSTER", "GETKEYSINSLOT", slot, KEYS_AT_ONCE]);
            let keys: Vec<&str> = keys.lines().filter(|key| !key.is_empty()).collect();
            if keys.is_empty() {
                break;
            }
            let words = ["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
            source.cli(&[&words[..], &keys[..]].concat());
        }
        for server in [target, source].into_iter().chain(&self.servers) {
            server.cli_until(&["CLUSTER", "SETSLOT", slot, "NODE", &self.ids[to]], "OK");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn slots_that_move_and_masters_that_are_away_lose_nothing() {
    let mut cluster = Cluster::start();
    bless(&cluster.url());
    let world = World::on(&cluster.url()).await;
    for _ in 0..rounds() {
        world.suffers("all slots move to another master", async { cluster.moves(1) }).await;
        world.suffers("and back again", async { cluster.moves(2) }).await;
        let one = async {
            cluster.servers[1].kill();
            tokio::time::sleep(LASTING).await;
            cluster.servers[1].restart();
        };
        world.suffers("kill -9 of one of three masters, restart", one).await;
        let all = async {
            cluster.servers.iter_mut().for_each(RedisServer::kill);
            tokio::time::sleep(LASTING).await;
            cluster.servers.iter_mut().for_each(RedisServer::restart);
        };
        world.suffers("kill -9 of all masters, restart", all).await;
    }
    let rows = world.ends(&Records::on(cluster.servers.iter().collect(), PREFIX), false).await;
    assert!(rows.iter().all(|row| row.lost == 0), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn slots_that_move_to_a_node_that_has_just_joined_lose_nothing() {
    let mut cluster = Cluster::start();
    bless(&cluster.url());
    let world = World::on(&cluster.url()).await;
    for _ in 0..rounds() {
        cluster.is_joined();
        let empty = cluster.servers.len() - 1;
        let moves = async { cluster.moves_to(|_| empty) };
        world.suffers("a node joins, and all slots move to it", moves).await;
        // Home to those whom the address names, whoever had what before.
        world.suffers("and away from it", async { cluster.moves_to(|_| 0) }).await;
    }
    let rows = world.ends(&Records::on(cluster.servers.iter().collect(), PREFIX), false).await;
    assert!(rows.iter().all(|row| row.lost == 0), "{rows:?}");
}
