//! One server and the wire to it.

use super::proxy::{Proxy, Wire};
use super::records::Records;
use super::{FLUSHED, LASTING, PREFIX, World, bless, rounds};
use crate::redis_server::RedisServer;
use std::process::{Command, Stdio};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_to_one_redis_and_its_wire_nothing_acknowledged_is_lost() {
    let busy = ["--busy-reply-threshold", "100"];
    let mut redis = RedisServer::start_with(&[&FLUSHED[..], &busy[..]].concat());
    bless(&format!("{}?prefix={PREFIX}", redis.url()));
    let proxy = Proxy::to(redis.port()).await;
    let world = World::on(&format!("redis://127.0.0.1:{}?prefix={PREFIX}", proxy.port())).await;
    for round in 1..=rounds() {
        wires(&world, &proxy).await;
        servers(&world, &mut redis).await;
        world.suffers("kill -9 of one of two instances", async { world.front.kill(1) }).await;
        if round < rounds() {
            world.front.start_again(1);
        }
    }
    let rows = world.ends(&Records::on(vec![&redis], PREFIX), false).await;
    for row in rows {
        // What came over a new connection before anybody looked at the server again is accepted only.
        assert!(row.lost == 0 && row.durable > 0, "{row:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_redis_that_flushes_once_a_second_loses_nothing_when_it_is_killed() {
    let words = ["--appendonly", "yes", "--appendfsync", "everysec"];
    let mut redis = RedisServer::start_with(&words);
    // Only newer ones can be asked whether their file is flushed.
    let asks = tells_flushed(&redis);
    let options = if asks { "&aof=wait" } else { "" };
    let store = format!("{}?prefix={PREFIX}{options}", redis.url());
    bless(&store);
    let world = World::on(&store).await;
    world.suffers("kill -9 of Redis, everysec, restart", killed(&mut redis)).await;
    let rows = world.ends(&Records::on(vec![&redis], PREFIX), false).await;
    for row in rows {
        assert!(row.lost == 0 && row.acknowledged > 0 && (row.durable > 0) == asks, "{row:?}");
    }
}

/// Whether it knows `WAITAOF`, which Redis has since 7.2.
fn tells_flushed(redis: &RedisServer) -> bool {
    redis.cli(&["COMMAND", "INFO", "WAITAOF"]).contains("waitaof")
}

async fn killed(redis: &mut RedisServer) {
    redis.kill();
    tokio::time::sleep(LASTING).await;
    redis.restart();
}

async fn wires(world: &World, proxy: &Proxy) {
    let faults = [
        ("link cut", Wire::Cut),
        ("link dead", Wire::Dead),
        ("replies lost after the commit", Wire::Deaf),
        ("link slow, 50 ms each way", Wire::Slow(Duration::from_millis(50))),
    ];
    for (name, wire) in faults {
        let spoilt = async {
            proxy.set(wire);
            tokio::time::sleep(LASTING).await;
            proxy.set(Wire::Whole);
        };
        world.suffers(name, spoilt).await;
    }
}

async fn servers(world: &World, redis: &mut RedisServer) {
    world.suffers("kill -9 of Redis, restart", killed(redis)).await;
    let stopped = async {
        redis.signal("STOP");
        tokio::time::sleep(LASTING * 2).await;
        redis.signal("CONT");
    };
    world.suffers("SIGSTOP of Redis", stopped).await;
    let disconnected = async {
        for _ in 0..10 {
            redis.cli(&["CLIENT", "KILL", "TYPE", "normal"]);
            redis.cli(&["CLIENT", "KILL", "TYPE", "pubsub"]);
            tokio::time::sleep(LASTING / 10).await;
        }
    };
    world.suffers("CLIENT KILL, ten times", disconnected).await;
    let busy = async {
        let mut script = Command::new("redis-cli")
            .args(["-p", &redis.port().to_string(), "EVAL", "while true do end", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-cli");
        redis.cli_until(&["PING"], "BUSY");
        tokio::time::sleep(LASTING).await;
        redis.cli_until(&["SCRIPT", "KILL"], "OK");
        script.wait().expect("an end");
    };
    world.suffers("BUSY with a script", busy).await;
    let full = async {
        redis.cli(&["CONFIG", "SET", "maxmemory", "1"]);
        tokio::time::sleep(LASTING).await;
        redis.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    };
    world.suffers("out of memory", full).await;
}
