//! The ways to a server: TLS, a user with few rights, a database, Sentinels.

use super::*;

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
    assert_eq!(store.deployment().safety, deployment::Safety::Doubtful, "it may not ask for more");
    assert_eq!(server.cli(&["DBSIZE"]), "0", "the first database is not touched");
    let wrong = Address::parse(&format!("redis://desk:wrong@127.0.0.1:{}", server.port()));
    let refused = RedisStore::open(wrong.expect("a URL"), Options::default()).await;
    assert!(matches!(refused, Err(OpenError::Unreachable { .. })));
}

/// A Sentinel that watches a server, by the name of the host.
fn watching(host: &str, port: u16, more: &[&str]) -> RedisServer {
    let mut lines: Vec<String> = more.iter().map(|line| (*line).to_owned()).collect();
    lines.push(format!("sentinel monitor desk {host} {port} 1"));
    lines.push("sentinel down-after-milliseconds desk 2000".to_owned());
    lines.push("sentinel failover-timeout desk 5000".to_owned());
    RedisServer::sentinel(&lines)
}

#[tokio::test]
async fn behind_a_sentinel_another_server_takes_over() {
    let mut master = RedisServer::start();
    let at = master.port().to_string();
    let replica = RedisServer::start_with(&[
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--replicaof",
        "127.0.0.1",
        &at,
    ]);
    let sentinel = watching("127.0.0.1", master.port(), &[]);
    let its_port = replica.port().to_string();
    sentinel.cli_until(&["SENTINEL", "REPLICAS", "desk"], &its_port);
    let store = opened_at(&format!("redis-sentinel://127.0.0.1:{}/desk", sentinel.port())).await;
    assert_eq!(store.deployment().safety, deployment::Safety::OnOne, "another may take over");
    count(&store).await.expect("a commit");
    let replicated = store.keys.counters(&crate::store::contract::SLOT);
    replica.cli_until(&["HGET", &replicated, "n"], "1");
    master.kill();
    back(|| count(&store)).await;
    // A try whose reply was lost may have counted too.
    assert!(counted(&store).await >= 2, "what was replicated is there, and it goes on");
    assert_eq!(replica.cli(&["HGET", &replicated, "n"]), counted(&store).await.to_string());
}

#[tokio::test]
async fn over_tls_behind_a_sentinel_whose_authority_is_named() {
    let (cert, key) = (format!("{PEMS}/localhost.cert.pem"), format!("{PEMS}/localhost.key.pem"));
    let tls = super::super::server::free_port();
    let tls_port = tls.to_string();
    let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &cert];
    let words = ["--appendonly", "yes", "--tls-auth-clients", "no", "--tls-port", &tls_port];
    let _server = RedisServer::start_with(&[&words[..], &files[..]].concat());
    let sentinel_tls = super::super::server::free_port();
    let lines = [
        format!("tls-port {sentinel_tls}"),
        format!("tls-cert-file {cert}"),
        format!("tls-key-file {key}"),
        format!("tls-ca-cert-file {cert}"),
        "tls-auth-clients no".to_owned(),
        "tls-replication yes".to_owned(),
        "sentinel resolve-hostnames yes".to_owned(),
        "sentinel announce-hostnames yes".to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let sentinel = watching("localhost", tls, &lines);
    // Sentinel has to have met the server once.
    sentinel.cli_until(&["SENTINEL", "MASTER", "desk"], "role-reported\nmaster");
    let url = format!("rediss-sentinel://localhost:{sentinel_tls}/desk");
    let store = opened_at(&format!("{url}?ca={cert}")).await;
    count(&store).await.expect("a commit");
    let stranger = Address::parse(&format!("{url}?prefix=x")).expect("a URL");
    let refused = RedisStore::open(stranger, Options::default()).await;
    assert!(matches!(refused, Err(OpenError::Unreachable { .. })), "nobody vouches for it");
}
