//! The yardstick of what is durable: bare commits of the embedded store, each of the size of a bot
//! turn, with nothing in front of them. As many at once as there are customers for the peak, and
//! at the rate of the measured turns for the latency.

use super::Bench;
use super::child::Workplace;
use super::load::{Caller, Closed, Open, Pace};
use super::meter::{self, Meter};
use super::report::{Commits, Measured};
use crate::cli::system::SystemClock;
use crate::ports::store::{EntityKey, Kind, LogId, Slot, Store, StoreError};
use crate::store::embedded::{EmbeddedStore, Options};
use std::sync::Arc;
use std::time::Duration;

/// Of the size of a stored conversation.
const BODY_BYTES: usize = 1_500;
/// Of the size of the events of a turn.
const LINE_BYTES: usize = 300;

/// Measures both.
pub async fn measure(
    place: &Workplace,
    options: &Bench,
    per_second: f64,
    span: Duration,
) -> anyhow::Result<Commits> {
    let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(
        place.folder.join("bare.redb"),
        &Options { create: true, ..Options::default() },
        Arc::new(SystemClock::default()),
    )?);
    let committer = || Committer(Arc::clone(&store));
    let closed = Closed { at_once: options.customers as usize, span };
    let peak = Measured::here(closed.run(committer).await?);
    let same_rate = Measured::here(Open { per_second, span }.run(committer).await?);
    Ok(Commits { peak, same_rate })
}

/// Commits one change after the other, each to an entity of its own.
struct Committer(Arc<dyn Store>);

impl Caller for Committer {
    fn calls(&self) -> f64 {
        1.0
    }

    async fn visit(&mut self, mut pace: Pace, meter: &mut Meter) {
        let begun = pace.next().await;
        match self.commit().await {
            Ok(()) => meter.count(meter::Kind::Commit, begun),
            Err(error) => meter.fail(format!("commit: {error}")),
        }
    }
}

impl Committer {
    async fn commit(&self) -> Result<(), StoreError> {
        let id = format!("{:032x}", rand::random::<u128>());
        let key = EntityKey::new(Kind::Conversation, id.clone());
        let snapshot = self.0.load(&Slot::Bucket(0), std::slice::from_ref(&key), &[]).await?;
        let mut change = snapshot.change(rand::random());
        change.put(key, &"x".repeat(BODY_BYTES));
        for seq in 1..=2 {
            let line = "x".repeat(LINE_BYTES);
            change.append(LogId(id.clone()), seq, rand::random(), &line, None);
        }
        self.0.commit(change).await.map(|_| ())
    }
}
