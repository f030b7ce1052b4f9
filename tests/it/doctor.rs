//! `sanad doctor` and `sanad repair` as processes, on a server's file, on a running server, and on
//! real Redis servers: one, behind a Sentinel, a Cluster, over TLS.

// Other processes keep the real time.
#![allow(clippy::disallowed_methods)]

use crate::redis_server::RedisServer;
use crate::service::Service;
use serde_json::Value;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn sanad(service: &Service, words: &[&str]) -> Output {
    let data = service.data();
    Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(words)
        .args(["--data", &data.to_string_lossy()])
        .env_remove("SANAD_SERVER")
        .output()
        .unwrap()
}

/// Examines; the exit code, and each code that was found with its severity.
fn doctor(service: &Service, words: &[&str]) -> (i32, Vec<(String, String)>) {
    examined(service, &[&["--no-scripts"], words].concat())
}

fn examined(service: &Service, words: &[&str]) -> (i32, Vec<(String, String)>) {
    let words = [&["doctor", "--format", "json"], words].concat();
    let output = sanad(service, &words);
    let told: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let findings = told["findings"].as_array().unwrap().iter();
    let word = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let found = findings.map(|f| (word(f, "code"), word(f, "severity"))).collect();
    (output.status.code().unwrap(), found)
}

fn has(found: &[(String, String)], code: &str, severity: &str) -> bool {
    found.iter().any(|(c, s)| c == code && s == severity)
}

#[test]
fn a_running_server_is_asked_and_a_stopped_ones_file_is_read() {
    let mut service = Service::start();
    let address = service.address().to_owned();
    let (_, found) = examined(&service, &["--server", &address]);
    for code in ["config_sound", "scripts_hold", "server_asked", "leader", "latency", "disk_room"] {
        let there = found.iter().any(|(found, _)| found == code);
        assert!(there, "{code}: {found:?}");
    }
    assert!(has(&found, "sides_agree", "fine"), "{found:?}");
    let output = sanad(&service, &["repair", "c1", "--server", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no such conversation"), "{output:?}");
    // Nobody listens where the settings say, and the file is locked.
    let (code, found) = doctor(&service, &["--server", "http://127.0.0.1:1"]);
    assert!(code == 2 && has(&found, "server_away", "trouble"), "{found:?}");
    assert!(service.terminate());
    let (_, found) = doctor(&service, &[]);
    assert!(has(&found, "store_open", "fine"), "{found:?}");
    assert!(
        found.iter().any(|(code, _)| ["leader", "no_leader", "never_led"].contains(&code.as_str())),
        "{found:?}"
    );
}

#[test]
fn a_redis_is_examined_from_empty_to_unsafe() {
    let redis = RedisServer::start();
    let url = format!("{}?prefix=shop", redis.url());
    let store = ["--store", url.as_str()];
    let idle = Service::start_on("memory");
    let (code, found) = doctor(&idle, &store);
    assert!(code == 2 && has(&found, "store_refused", "trouble"), "{found:?}");
    assert!(has(&found, "redis_keeps", "fine"), "servers that are refused are told of: {found:?}");
    let init = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(["init", "--buckets", "8"])
        .args(store)
        .output();
    assert!(init.unwrap().status.success());
    let (code, found) = doctor(&idle, &store);
    assert!(code == 1 && has(&found, "never_led", "attention"), "{found:?}");
    let service = Service::start_on(&url);
    let deadline = Instant::now() + Duration::from_secs(30);
    let found = loop {
        let (_, found) = doctor(&service, &store);
        if has(&found, "leader", "fine") {
            break found;
        }
        assert!(Instant::now() < deadline, "{found:?}");
    };
    let fine = [
        "slots_reached",
        "outbox_empty",
        "due_in_time",
        "nothing_parked",
        "nobody_in_danger",
        "clock",
    ];
    assert!(fine.iter().all(|code| has(&found, code, "fine")), "{found:?}");
    assert!(has(&found, "redis_memory_unbounded", "attention"), "{found:?}");
    redis.cli(&["CONFIG", "SET", "appendfsync", "everysec"]);
    redis.cli(&["CONFIG", "SET", "maxmemory", "900mb"]);
    let (code, found) = doctor(&service, &store);
    assert!(code == 1 && has(&found, "redis_keeps", "attention"), "{found:?}");
    assert!(has(&found, "redis_memory", "fine"), "{found:?}");
    redis.cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let (code, found) = doctor(&service, &store);
    assert!(code == 2 && has(&found, "redis_version", "trouble"), "{found:?}");
    let asked = ["--server", service.address()];
    let (_, found) = doctor(&service, &asked);
    assert!(has(&found, "redis_version", "trouble"), "the server tells the same: {found:?}");
}

#[test]
fn a_lost_slot_and_a_damaged_record_are_told_for_what_they_are_and_the_rest_is_examined() {
    let redis = RedisServer::start();
    let url = format!("{}?prefix=shop", redis.url());
    let mut service = served(&url);
    let (_, found) = examined_until_led(&service, &url);
    assert!(has(&found, "slots_reached", "fine"), "{found:?}");
    // In each bucket, since its id says in which it is looked for.
    for bucket in 0..8 {
        let key = |name: &str| format!("shop:{{b{bucket:04}}}:{name}");
        let version = "1-0000000000000001";
        redis.cli(&["HSET", &key("c:c1"), "version", version, "body", "{\"broken"]);
        redis.cli(&["ZADD", &key("index:entangled"), "1", "c1"]);
    }
    let (code, found) = doctor(&service, &["--store", &url]);
    assert!(code == 2 && times(&found, "damaged", "trouble") == 1, "{found:?}");
    assert!(!has(&found, "store_away", "trouble"), "{found:?}");
    for code in ["slots_reached", "outbox_empty", "nothing_parked", "nobody_in_danger"] {
        assert!(has(&found, code, "fine"), "{code}: {found:?}");
    }
    let output = sanad(&service, &["repair", "c1", "--server", service.address()]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() == Some(1) && told.contains("c:c1 is damaged"), "{output:?}");
    // Not where c1 belongs: that it is damaged is still to be told.
    redis.cli(&["DEL", "shop:{b0004}:head"]);
    let (code, found) = doctor(&service, &["--store", &url]);
    assert!(code == 2 && times(&found, "slots_lost", "trouble") == 1, "{found:?}");
    assert!(!has(&found, "store_away", "trouble"), "{found:?}");
    assert!(has(&found, "nothing_parked", "fine"), "{found:?}");
    assert_eq!(times(&found, "damaged", "trouble"), 1, "{found:?}");
    // Neither keeps another instance from starting, nor from matching and answering for the rest.
    service.kill_and_restart();
    let (_, found) = examined_until_led(&service, &url);
    assert!(times(&found, "slots_lost", "trouble") == 1, "{found:?}");
    // Where nothing is damaged, the sides of the rest agree.
    for bucket in 0..8 {
        let key = |name: &str| format!("shop:{{b{bucket:04}}}:{name}");
        redis.cli(&["DEL", &key("c:c1"), &key("index:entangled")]);
    }
    let (_, found) = doctor(&service, &["--store", &url]);
    for code in ["nothing_parked", "sides_agree", "nobody_in_danger"] {
        assert!(has(&found, code, "fine"), "{code}: {found:?}");
    }
}

/// Begins a deployment there and serves it.
fn served(store: &str) -> Service {
    let made = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(["init", "--buckets", "8", "--store", store])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Service::start_on(store)
}

/// Begins a deployment there, serves it, and examines it until somebody matches.
fn examined_while_served(store: &str) -> (i32, Vec<(String, String)>) {
    examined_until_led(&served(store), store)
}

fn examined_until_led(service: &Service, store: &str) -> (i32, Vec<(String, String)>) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let (code, found) = doctor(service, &["--store", store]);
        if has(&found, "leader", "fine") {
            return (code, found);
        }
        assert!(Instant::now() < deadline, "{found:?}");
    }
}

/// How often a finding of this kind stands there.
fn times(found: &[(String, String)], code: &str, severity: &str) -> usize {
    found.iter().filter(|(c, s)| c == code && s == severity).count()
}

#[test]
fn behind_a_sentinel_the_master_is_examined_and_a_missing_replica_is_told() {
    let master = RedisServer::start();
    let port = master.port().to_string();
    let sentinel = RedisServer::sentinel(&[format!("sentinel monitor desk 127.0.0.1 {port} 1")]);
    let store = format!("redis-sentinel://127.0.0.1:{}/desk?prefix=shop", sentinel.port());
    let (code, found) = examined_while_served(&store);
    assert!(code == 1 && has(&found, "redis_replicas", "attention"), "{found:?}");
    let _replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &port]);
    master.cli_until(&["INFO", "replication"], "state=online");
    let idle = Service::start_on("memory");
    let (_, found) = doctor(&idle, &["--store", &store]);
    for code in ["redis_replicas", "redis_version", "redis_keeps", "slots_reached", "clock"] {
        assert!(has(&found, code, "fine"), "{code}: {found:?}");
    }
}

#[test]
fn in_a_cluster_every_master_is_examined() {
    let words = ["--appendonly", "yes", "--appendfsync", "always", "--cluster-enabled", "yes"];
    let servers: Vec<RedisServer> = (0..3).map(|_| RedisServer::start_with(&words)).collect();
    let hosts: Vec<String> = servers.iter().map(RedisServer::host_and_port).collect();
    let made = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(&hosts)
        .args(["--cluster-replicas", "0", "--cluster-yes"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
    servers.iter().for_each(|server| server.cli_until(&["CLUSTER", "INFO"], "state:ok"));
    let store = format!("redis-cluster://{}?prefix=shop", hosts.join(","));
    let (code, found) = examined_while_served(&store);
    assert_eq!(code, 1, "{found:?}");
    assert_eq!(times(&found, "redis_version", "fine"), 3, "{found:?}");
    assert_eq!(times(&found, "redis_replicas", "attention"), 3, "{found:?}");
    assert!(has(&found, "slots_reached", "fine"), "{found:?}");
    servers[1].cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let idle = Service::start_on("memory");
    let (code, found) = doctor(&idle, &["--store", &store]);
    assert_eq!((code, times(&found, "redis_version", "trouble")), (2, 1), "{found:?}");
}

#[test]
fn over_tls_a_redis_is_examined_by_whoever_trusts_it() {
    let pems = concat!(env!("CARGO_MANIFEST_DIR"), "/src/grpc/server/testdata");
    let (cert, key) = (format!("{pems}/localhost.cert.pem"), format!("{pems}/localhost.key.pem"));
    let port = crate::redis_server::free_port();
    let tls = ["--tls-port", &port.to_string(), "--tls-auth-clients", "no"];
    let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &cert];
    let words = ["--appendonly", "yes", "--appendfsync", "always"];
    let _redis = RedisServer::start_with(&[&words[..], &tls[..], &files[..]].concat());
    let store = format!("rediss://localhost:{port}?prefix=shop&ca={cert}");
    let (_, found) = examined_while_served(&store);
    for code in ["redis_version", "redis_keeps", "slots_reached", "outbox_empty"] {
        assert!(has(&found, code, "fine"), "{code}: {found:?}");
    }
    let stranger = format!("rediss://localhost:{port}?prefix=shop");
    let idle = Service::start_on("memory");
    let (code, found) = doctor(&idle, &["--store", &stranger]);
    assert!(code == 2 && has(&found, "store_away", "trouble"), "{found:?}");
}
