//! The contract on a real server.

use super::server::RedisServer;
use super::*;
use crate::store::contract::{ManualClock, Subject};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;

/// One server serves all rules; each has a prefix of its own.
fn server() -> &'static RedisServer {
    static SERVER: OnceLock<RedisServer> = OnceLock::new();
    SERVER.get_or_init(RedisServer::start)
}

/// A fresh deployment on the shared server.
pub async fn fresh(clock: Option<Arc<dyn Clock>>) -> RedisStore {
    fresh_at(&server().url(), clock).await
}

async fn fresh_at(url: &str, clock: Option<Arc<dyn Clock>>) -> RedisStore {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let address = Address::parse(&format!("{url}?prefix=t{number}")).expect("a URL");
    deployment::init(address.clone(), 4).await.expect("a blessing");
    let options = Options { clock, ..Options::default() };
    RedisStore::open(address, options).await.expect("a store")
}

async fn subject() -> Subject {
    let clock = ManualClock::start();
    Subject::new(Arc::new(fresh(Some(clock.clone())).await), clock, ())
}

crate::contract! { contract, subject }
