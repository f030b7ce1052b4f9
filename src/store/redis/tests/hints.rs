//! What whoever writes a wrong address is told by real servers: what is wrong and what to do, once.

use super::cluster::NODE;
use super::*;

/// Opens a store there; what it says instead, which names the address once.
async fn told(url: &str) -> String {
    let address = Address::parse(url).expect("a URL");
    let patience = Patience { call: Duration::from_secs(3), ..patient() };
    let opened =
        RedisStore::open(address.clone(), Options { patience, ..Options::default() }).await;
    let told = opened.map(drop).expect_err("it is refused").to_string();
    assert_eq!(told.matches(&address.to_string()).count(), 1, "{told}");
    told
}

#[tokio::test]
async fn nobody_there_a_replica_and_a_right_too_few_are_told_apart() {
    let port = super::server::free_port();
    let nobody = told(&format!("redis://127.0.0.1:{port}")).await;
    assert!(nobody.contains("is it running"), "{nobody}");

    let master = RedisServer::start();
    let (port, of) =
        (master.port().to_string(), format!("a replica of 127.0.0.1:{}", master.port()));
    let replica =
        RedisServer::start_with(&["--appendonly", "yes", "--replicaof", "127.0.0.1", &port]);
    replica.cli_until(&["INFO", "replication"], "master_link_status:up");
    let follows = told(&replica.url()).await;
    assert!(follows.contains(&of), "{follows}");

    let rights = "~* &* +@all -info";
    let words =
        [&["ACL", "SETUSER", "shop", "on", ">secret"][..], &rights.split(' ').collect::<Vec<_>>()];
    master.cli(&words.concat());
    let as_user = |password: &str| master.url().replace("//", &format!("//shop:{password}@"));
    let lacks = told(&as_user("secret")).await;
    assert!(lacks.contains("user shop lacks a right (here `+info`)"), "{lacks}");
    let wrong = told(&as_user("guess")).await;
    assert!(wrong.contains("user or password of the URL is not right"), "{wrong}");
}

#[tokio::test]
async fn a_name_that_sentinels_do_not_know_and_sentinels_that_are_away_are_told_apart() {
    let master = RedisServer::start();
    let line = format!("sentinel monitor desk 127.0.0.1 {} 1", master.port());
    let mut sentinel = RedisServer::sentinel(&[line]);
    let url = format!("redis-sentinel://127.0.0.1:{}/shop", sentinel.port());
    let unknown = told(&url).await;
    assert!(unknown.contains("SENTINEL MASTERS"), "{unknown}");
    sentinel.kill();
    let away = told(&url).await;
    assert!(away.contains("are the Sentinels running"), "{away}");
}

#[tokio::test]
async fn a_cluster_without_a_server_for_its_slots_says_so() {
    let alone = RedisServer::start_with(&NODE);
    let down = told(&format!("redis-cluster://127.0.0.1:{}", alone.port())).await;
    assert!(down.contains("CLUSTER INFO"), "{down}");
}

#[tokio::test]
async fn an_authority_that_is_missing_or_unknown_is_named() {
    let pems = concat!(env!("CARGO_MANIFEST_DIR"), "/src/grpc/server/testdata");
    let (cert, key) = (format!("{pems}/localhost.cert.pem"), format!("{pems}/localhost.key.pem"));
    let port = super::server::free_port();
    let tls = ["--tls-port", &port.to_string(), "--tls-auth-clients", "no"];
    let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &cert];
    let _server = RedisServer::start_with(&[&tls[..], &files[..]].concat());
    let url = format!("rediss://localhost:{port}");
    let unknown = told(&url).await;
    assert!(unknown.contains("?ca=FILE"), "{unknown}");
    let missing = told(&format!("{url}?ca=/nowhere/authority.pem")).await;
    assert!(
        missing.contains("/nowhere/authority.pem") && missing.contains("PEM file"),
        "{missing}"
    );
}
