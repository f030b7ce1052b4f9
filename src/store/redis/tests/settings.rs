//! Settings that are changed while the servers are in use: what is promised follows them.

use super::*;
use crate::store::contract::SLOT;
use crate::store::redis::deployment::Safety;

/// Much longer than anything here may take.
const BOUND: Duration = Duration::from_secs(60);
/// No test lasts so long: only what asks for it lets somebody look.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

async fn watched(server: &RedisServer, look_every: Duration) -> RedisStore {
    let address = blessed_at(&server.url()).await;
    let options = Options { patience: patient(), look_every, ..Options::default() };
    RedisStore::open(address, options).await.expect("a store")
}

/// Waits until so much is kept, and the servers do as that says.
async fn keeps(store: &RedisStore, safety: Safety, says: Option<&str>) {
    let (mut settings, mut health) = (store.settings(), store.health());
    let seen = async {
        settings.wait_for(|settings| settings.safety() == safety).await.expect("a store");
        let told = |health: &Health| match (health, says) {
            (Health::Well, None) => true,
            (Health::Thin(reason), Some(says)) => reason.contains(says),
            _ => false,
        };
        health.wait_for(told).await.expect("a store");
    };
    let seen = tokio::time::timeout(BOUND, seen).await;
    seen.unwrap_or_else(|_| panic!("{safety:?} {says:?}: {:?}", *store.settings().borrow()));
}

#[tokio::test]
async fn what_is_promised_follows_the_settings_of_the_server() {
    let server = RedisServer::start();
    let store = watched(&server, Duration::from_millis(50)).await;
    keeps(&store, Safety::Flushed, None).await;
    let checks = [
        ("appendfsync", "everysec", "always", Safety::Written, "appendfsync always"),
        ("appendonly", "no", "yes", Safety::Memory, "appendonly yes"),
        ("maxmemory-policy", "allkeys-lru", "noeviction", Safety::Memory, "noeviction"),
    ];
    for (name, worse, better, safety, says) in checks {
        assert_eq!(server.cli(&["CONFIG", "SET", name, worse]), "OK");
        keeps(&store, safety, Some(says)).await;
        assert_eq!(server.cli(&["CONFIG", "SET", name, better]), "OK");
        keeps(&store, Safety::Flushed, None).await;
    }
}

#[tokio::test]
async fn whoever_is_connected_to_anew_is_looked_at_before_more_is_promised() {
    let mut server = RedisServer::start();
    let store = watched(&server, NEVER).await;
    count(&store).await.expect("a commit");
    server.cli(&["CONFIG", "SET", "appendfsync", "everysec"]);
    server.cli(&["CLIENT", "KILL", "TYPE", "normal"]);
    count(&store).await.expect("a commit, over another connection");
    let told = store.settings().borrow().safety();
    assert_ne!(told, Safety::Flushed, "also by the first answer that came over it");
    keeps(&store, Safety::Written, Some("appendfsync always")).await;
    // A restart brings back what it was started with.
    server.kill();
    server.restart();
    back(|| store.load(&SLOT, &[], &[])).await;
    keeps(&store, Safety::Flushed, None).await;
}
