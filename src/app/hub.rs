//! Who waits for what to change. The doorbell carries no data and may lose rings; a poll of the
//! ring counters repairs what it lost, so that a waiter is at worst one poll late.

use super::keys::Topic;
use crate::ports::store::{Ring, Slot, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::watch;

type Watched = BTreeMap<(Slot, Topic), watch::Sender<()>>;

/// The waiters of this process.
#[derive(Default)]
pub struct Hub {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    watched: Watched,
    /// The newest ring counter that was heard of each watched slot.
    heard: BTreeMap<Slot, u64>,
}

/// One waiter. Dropping it forgets it.
pub struct Watch {
    key: (Slot, Topic),
    changes: watch::Receiver<()>,
    inner: Arc<Mutex<Inner>>,
}

impl Watch {
    /// Waits until the thing may have changed since the last call. Never misses a ring that came
    /// between two calls.
    pub async fn changed(&mut self) {
        // The sender lives in the hub for as long as this waiter does.
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut inner = lock(&self.inner);
        // Ours is the last receiver when the sender counts no other.
        if inner.watched.get(&self.key).is_some_and(|sender| sender.receiver_count() <= 1) {
            inner.watched.remove(&self.key);
        }
    }
}

impl Hub {
    /// Starts waiting for `topic` of `slot`.
    pub fn watch(&self, slot: Slot, topic: Topic) -> Watch {
        let key = (slot, topic);
        let mut inner = lock(&self.inner);
        let changes = match inner.watched.get(&key) {
            Some(sender) => sender.subscribe(),
            None => {
                let (sender, receiver) = watch::channel(());
                inner.watched.insert(key.clone(), sender);
                receiver
            }
        };
        Watch { key, changes, inner: Arc::clone(&self.inner) }
    }

    /// Passes a ring on to those it concerns.
    pub fn ring(&self, ring: &Ring) {
        let mut inner = lock(&self.inner);
        match ring {
            Ring::Missed => inner.watched.values().for_each(|sender| {
                sender.send_replace(());
            }),
            Ring::Rang { slot, counter, topics } => {
                let heard = inner.heard.insert(slot.clone(), *counter);
                let gap = heard.is_some_and(|heard| *counter > heard + 1);
                if gap {
                    inner.wake_slot(slot);
                } else {
                    let named = topics.iter().filter_map(|name| Topic::parse(name));
                    for topic in named.chain([Topic::Any]) {
                        if let Some(sender) = inner.watched.get(&(slot.clone(), topic)) {
                            sender.send_replace(());
                        }
                    }
                }
            }
        }
    }

    /// Compares the ring counters of the watched slots with what was heard, and wakes everyone in
    /// a slot that moved unheard. To be called about once a second.
    pub async fn repair(&self, store: &dyn Store) -> Result<(), StoreError> {
        let slots: Vec<Slot> = {
            let inner = lock(&self.inner);
            let mut slots: Vec<Slot> = inner.watched.keys().map(|(slot, _)| slot.clone()).collect();
            slots.dedup();
            slots
        };
        if slots.is_empty() {
            return Ok(());
        }
        let counters = store.ring_counters(&slots).await?;
        let mut inner = lock(&self.inner);
        for (slot, counter) in slots.into_iter().zip(counters) {
            if inner.heard.get(&slot).is_none_or(|heard| *heard < counter) {
                inner.heard.insert(slot.clone(), counter);
                inner.wake_slot(&slot);
            }
        }
        Ok(())
    }

    /// How many things are waited for.
    pub fn watched(&self) -> usize {
        lock(&self.inner).watched.len()
    }
}

impl Inner {
    fn wake_slot(&self, slot: &Slot) {
        for ((of, _), sender) in &self.watched {
            if of == slot {
                sender.send_replace(());
            }
        }
    }
}

fn lock(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    // Nothing panics while it holds the lock; were it so, the map would still be whole.
    inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
