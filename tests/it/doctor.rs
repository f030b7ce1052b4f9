//! `sanad doctor` and `sanad repair` as processes, on a server's file, on a running server, and on
//! a real Redis.

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
    assert!(found.iter().any(|(code, _)| code == "leader" || code == "no_leader"), "{found:?}");
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
    assert!(code == 1 && has(&found, "no_leader", "attention"), "{found:?}");
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
