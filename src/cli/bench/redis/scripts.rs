//! The yardstick on Redis: the bare transaction script, of the size of a bot turn, sent over the
//! one connection as a server sends it, with nothing in front of it: no call, no reading, no rules,
//! and not even a look at what was there before.

use crate::cli::bench::load::{Caller, Closed, Pace};
use crate::cli::bench::meter::{self, Meter};
use crate::cli::bench::report::Measured;
use crate::domain::time::Timestamp;
use crate::ports::store::{EntityKey, Index, Kind, LogId, Observed, Slot, Snapshot, Store};
use crate::ports::store::{StoreError, Transaction};
use crate::store::redis::address::Address;
use crate::store::redis::{Options, RedisStore};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Of the size of a stored conversation in its middle.
const BODY_BYTES: usize = 2_200;
/// Of the size of the events of a turn.
const LINE_BYTES: [usize; 3] = [350, 450, 450];
/// Of the size of the record of a request.
const RECORD_BYTES: usize = 60;

/// Measures as many at once.
pub async fn measure(url: &str, closed: Closed) -> anyhow::Result<Measured> {
    let store = RedisStore::open(Address::parse(url)?, Options::default()).await?;
    let latest = store.load(&Slot::Bucket(0), &[], &[]).await?.at();
    let bench = Arc::new(Scripts {
        buckets: store.deployment().buckets,
        store,
        latest: AtomicI64::new(latest.as_millis()),
    });
    Ok(Measured::here(closed.run(|| Sender(Arc::clone(&bench))).await?))
}

struct Scripts {
    store: RedisStore,
    buckets: u16,
    /// The server's time as of the last answer.
    latest: AtomicI64,
}

/// Sends one script after the other, each for a conversation of its own.
struct Sender(Arc<Scripts>);

impl Caller for Sender {
    fn calls(&self) -> f64 {
        1.0
    }

    async fn visit(&mut self, mut pace: Pace, meter: &mut Meter) {
        let begun = pace.next().await;
        match self.send().await {
            Ok(()) => meter.count(meter::Kind::Script, begun),
            Err(error) => meter.fail(format!("script: {error}")),
        }
    }
}

impl Sender {
    async fn send(&self) -> Result<(), StoreError> {
        let at = Timestamp::from_millis(self.0.latest.load(Ordering::Relaxed));
        let change = turn(self.0.buckets, at);
        let done = self.0.store.commit(change).await?;
        self.0.latest.fetch_max(done.at.as_millis(), Ordering::Relaxed);
        Ok(())
    }
}

/// What a bot turn writes, of a conversation that is not there yet.
fn turn(buckets: u16, at: Timestamp) -> Transaction {
    let id = format!("{:022x}", rand::random::<u64>());
    let slot = Slot::Bucket(rand::random_range(0..buckets));
    let key = EntityKey::new(Kind::Conversation, id.clone());
    let request = EntityKey::new(Kind::Request, format!("{id}/{id}/{:032x}", 0));
    let outbox = EntityKey::new(Kind::Outbox, id.clone());
    let absent = |key: &EntityKey| (key.clone(), Observed::Absent { tombstone: None });
    let read = [&key, &request, &outbox].map(absent);
    let mut change = Snapshot::new(slot, at, read.into(), BTreeMap::new()).change(rand::random());
    change.put(key, &"x".repeat(BODY_BYTES));
    change.put(request, &"x".repeat(RECORD_BYTES));
    for (seq, bytes) in (1..).zip(LINE_BYTES) {
        change.append(LogId(format!("l/{id}")), seq, rand::random(), &"x".repeat(bytes), None);
    }
    change.index_put(Index::CONVERSATIONS, id.clone(), -at.as_millis());
    change.index_put(Index::DUE, format!("c/{id}"), at.as_millis() + 3_600_000);
    change.ring(format!("l/{id}"));
    change
}
