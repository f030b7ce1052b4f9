//! The contract on real servers: one alone and a cluster of three masters.

// Other processes keep the real time.
#![allow(clippy::disallowed_methods)]

mod cluster;
mod faults;
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

/// A fresh deployment on the shared server.
pub async fn blessed() -> Address {
    blessed_at(&server().url()).await
}

/// A fresh deployment on a server.
async fn blessed_at(url: &str) -> Address {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let join = if url.contains('?') { '&' } else { '?' };
    let address = Address::parse(&format!("{url}{join}prefix=t{number}")).expect("a URL");
    deployment::init(address.clone(), 4).await.expect("a blessing");
    address
}

/// A store on a fresh deployment, by the server's clock.
async fn opened_at(url: &str) -> Arc<RedisStore> {
    let store = RedisStore::open(blessed_at(url).await, Options::default()).await;
    Arc::new(store.expect("a store"))
}

async fn subject_at(url: &str) -> Subject {
    let clock = ManualClock::start();
    let options = Options { clock: Some(clock.clone()), ..Options::default() };
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
    let mut change = store.load(&slot, &[], &[]).await?.change(rand::random());
    change.count("n", 1, None);
    store.commit(change).await
}

async fn counted(store: &RedisStore) -> i64 {
    store.counter(&crate::store::contract::SLOT, "n").await.expect("a counter")
}
