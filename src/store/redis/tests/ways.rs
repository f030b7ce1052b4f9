//! The ways to a server: TLS, a user with few rights, a database, Sentinels.

use super::*;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The certificate of `localhost` that the tests of the public API use too.
const PEMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/grpc/server/testdata");

#[tokio::test]
async fn over_tls_to_a_server_whose_authority_is_named() {
    let port = super::super::server::free_port();
    let (cert, key) = (format!("{PEMS}/localhost.cert.pem"), format!("{PEMS}/localhost.key.pem"));
    let _server = RedisServer::start_with(&[
        "--appendonly",
        "yes",
        "--tls-port",
        &port.to_string(),
        "--tls-cert-file",
        &cert,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &cert,
        "--tls-auth-clients",
        "no",
    ]);
    let store = opened_at(&format!("rediss://localhost:{port}?ca={cert}")).await;
    count(&store).await.expect("a commit");
    let stranger = Address::parse(&format!("rediss://localhost:{port}?prefix=x")).expect("a URL");
    let refused = RedisStore::open(stranger, Options::default()).await;
    assert!(matches!(refused, Err(OpenError::Unreachable { .. })), "nobody vouches for it");
}

#[tokio::test]
async fn as_a_user_who_may_do_no_more_than_is_needed_in_a_database_of_its_own() {
    let server = RedisServer::start();
    server.cli(&[
        "ACL",
        "SETUSER",
        "desk",
        "on",
        ">secret",
        "~t*",
        "&t*",
        "-@all",
        "+evalsha",
        "+eval",
        "+@read",
        "+@write",
        "+@pubsub",
        "+info",
        "+time",
        "+ping",
        "+select",
        "-@dangerous",
        "+info",
    ]);
    let store = opened_at(&format!("redis://desk:secret@127.0.0.1:{}/3", server.port())).await;
    count(&store).await.expect("a commit");
    store.doorbell().await.expect("a bell");
    assert_eq!(store.deployment().safety, deployment::Safety::Written, "it may not ask for more");
    assert_eq!(server.cli(&["DBSIZE"]), "0", "the first database is not touched");
    let wrong = Address::parse(&format!("redis://desk:wrong@127.0.0.1:{}", server.port()));
    let refused = RedisStore::open(wrong.expect("a URL"), Options::default()).await;
    assert!(matches!(refused, Err(OpenError::Unreachable { .. })));
}

/// A Sentinel, ended with the test.
struct Sentinel {
    child: Child,
    port: u16,
}

impl Sentinel {
    fn watching(folder: &Path, master: u16) -> Sentinel {
        let port = super::super::server::free_port();
        let config = folder.join("sentinel.conf");
        let text = format!(
            "port {port}\ndir {}\nsentinel monitor desk 127.0.0.1 {master} 1\n\
             sentinel down-after-milliseconds desk 500\nsentinel failover-timeout desk 5000\n",
            folder.display()
        );
        std::fs::write(&config, text).expect("a file");
        let child = Command::new("redis-server")
            .arg(&config)
            .arg("--sentinel")
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server");
        Sentinel { child, port }
    }

    fn ask(&self, words: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new("redis-cli").args(["-p", &port]).args(words).output();
        String::from_utf8_lossy(&output.expect("redis-cli").stdout).into_owned()
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn behind_a_sentinel_another_server_takes_over() {
    let mut master = RedisServer::start();
    let at = master.port().to_string();
    let replica =
        RedisServer::start_with(&["--appendonly", "yes", "--replicaof", "127.0.0.1", &at]);
    let folder = tempfile::tempdir().expect("a folder");
    let sentinel = Sentinel::watching(folder.path(), master.port());
    let patience = std::time::Instant::now() + Duration::from_secs(40);
    let soon = || assert!(std::time::Instant::now() < patience, "it takes too long");
    while !sentinel.ask(&["SENTINEL", "REPLICAS", "desk"]).contains(&replica.port().to_string()) {
        soon();
    }
    let store = opened_at(&format!("redis-sentinel://127.0.0.1:{}/desk", sentinel.port)).await;
    count(&store).await.expect("a commit");
    let replicated = store.keys.counters(&crate::store::contract::SLOT);
    while replica.cli(&["HGET", &replicated, "n"]) != "1" {
        soon();
    }
    master.kill();
    while count(&store).await.is_err() {
        soon();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(counted(&store).await, 2, "what was replicated is there, and it goes on");
    assert_eq!(replica.cli(&["HGET", &replicated, "n"]), "2");
}
