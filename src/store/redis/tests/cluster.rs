//! The contract on a cluster of three masters, and what is different there.

use super::*;
use std::process::Command;

/// Three masters that share the hash slots.
struct Cluster {
    servers: Vec<RedisServer>,
}

impl Cluster {
    fn start() -> Cluster {
        let settings =
            ["--appendonly", "yes", "--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
        let servers: Vec<RedisServer> =
            (0..3).map(|_| RedisServer::start_with(&settings)).collect();
        let hosts = servers.iter().map(|server| format!("127.0.0.1:{}", server.port()));
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(hosts)
            .args(["--cluster-replicas", "0", "--cluster-yes"])
            .output()
            .expect("redis-cli");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let deadline = std::time::Instant::now() + Duration::from_secs(30);
        for server in &servers {
            while !server.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok") {
                assert!(std::time::Instant::now() < deadline, "the cluster does not come up");
            }
        }
        Cluster { servers }
    }

    fn url(&self) -> String {
        let hosts: Vec<String> =
            self.servers.iter().map(|server| format!("127.0.0.1:{}", server.port())).collect();
        format!("redis-cluster://{}", hosts.join(","))
    }
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

async fn subject() -> Subject {
    subject_at(&cluster().url()).await
}

crate::contract! { contract, subject }

#[tokio::test]
async fn a_cluster_is_not_taken_for_one_server() {
    let node = Address::parse(&cluster().servers[0].url()).expect("a URL");
    let refused = deployment::init(node, 4).await;
    assert!(matches!(refused, Err(OpenError::Shape { .. })), "{refused:?}");
    let alone = server().url().replace("redis://", "redis-cluster://");
    let refused = deployment::init(Address::parse(&alone).expect("a URL"), 4).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn slots_spread_over_the_masters() {
    let store = opened_at(&cluster().url()).await;
    for bucket in 0..64 {
        store.load(&Slot::Bucket(bucket), &[], &[]).await.expect("a load");
    }
    let prefix = format!("{}:*:head", store.link.address().prefix);
    let counts: Vec<usize> = cluster()
        .servers
        .iter()
        .map(|server| server.cli(&["KEYS", &prefix]).lines().filter(|l| !l.is_empty()).count())
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), 64);
    assert!(counts.iter().all(|count| *count > 5), "{counts:?}");
}
