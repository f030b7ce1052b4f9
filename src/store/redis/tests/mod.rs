//! The contract on real servers: one alone and a cluster of three masters.

// Other processes keep the real time.
#![allow(clippy::disallowed_methods)]

mod cluster;
mod faults;
mod flushed;
mod hints;
mod reloading;
mod replicas;
mod settings;
mod takeovers;
mod ways;

use super::server::RedisServer;
use super::*;
use crate::store::contract::{ManualClock, Subject};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// One server serves all rules; each has a prefix of its own.
fn server() -> &'static RedisServer {
    static SERVER: OnceLock<RedisServer> = OnceLock::new();
    SERVER.get_or_init(RedisServer::start)
}

/// On a busy machine a server may take its time; where no fault is tested that is none.
pub fn patient() -> Patience {
    Patience {
        call: Duration::from_secs(50),
        attempt: Duration::from_secs(20),
        connect: Duration::from_secs(20),
        breaker: Duration::from_millis(50),
        replicas: Duration::from_secs(10),
        flush: Duration::from_secs(10),
    }
}

/// A fresh deployment on the shared server.
pub async fn blessed() -> Address {
    blessed_at(&server().url()).await
}

/// A fresh deployment on the shared cluster.
pub async fn blessed_in_cluster() -> Address {
    blessed_at(&cluster::cluster().url()).await
}

/// A fresh deployment on a server.
async fn blessed_at(url: &str) -> Address {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let join = if url.contains('?') { '&' } else { '?' };
    let address = Address::parse(&format!("{url}{join}prefix=t{number}")).expect("a URL");
    deployment::init(address.clone(), 4, patient()).await.expect("a blessing");
    address
}

/// A store on a fresh deployment, by the server's clock, with as much patience as a service has.
async fn opened_at(url: &str) -> Arc<RedisStore> {
    opened_with(url, Patience::default()).await
}

async fn opened_with(url: &str, patience: Patience) -> Arc<RedisStore> {
    let address = blessed_at(url).await;
    let options = || Options { patience, ..Options::default() };
    let store = back(|| RedisStore::open(address.clone(), options())).await;
    Arc::new(store)
}

async fn subject_at(url: &str) -> Subject {
    let clock = ManualClock::start();
    let options = Options { clock: Some(clock.clone()), patience: patient(), ..Default::default() };
    let store = RedisStore::open(blessed_at(url).await, options).await.expect("a store");
    Subject::new(Arc::new(store), clock, ())
}

async fn subject() -> Subject {
    subject_at(&server().url()).await
}

crate::contract! { contract, subject }

/// Adds one to a counter, checking nothing: sent twice it would count twice.
async fn count(store: &RedisStore) -> Result<Committed, StoreError> {
    let slot = crate::store::contract::SLOT;
    loop {
        let mut change = store.load(&slot, &[], &[]).await?.change(rand::random());
        change.count("n", 1, None).ring("n");
        match store.commit(change).await {
            // On a busy machine a moment may be long; nothing was done.
            Err(StoreError::Stale) => {}
            done => return done,
        }
    }
}

/// Tries until it works, as the loops of the application do.
async fn back<T, E: std::fmt::Display, F>(call: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, E>>,
{
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        match call().await {
            Ok(done) => return done,
            Err(error) => {
                assert!(tokio::time::Instant::now() < deadline, "it stays away: {error}");
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn counted(store: &RedisStore) -> i64 {
    store.counter(&crate::store::contract::SLOT, "n").await.expect("a counter")
}
