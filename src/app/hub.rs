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
            Ring::Missed => inner.wake(|_| true),
            Ring::Passed { slot, topic } => {
                let sender =
                    Topic::parse(topic).and_then(|topic| inner.watched.get(&(slot.clone(), topic)));
                if let Some(sender) = sender {
                    sender.send_replace(());
                }
            }
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

    /// Compares the ring counters of the watched slots, and of these, with what was heard; wakes
    /// everyone in a slot that moved unheard or went back, and returns these slots, each with the
    /// counter up to which rings were lost, none where it went back.
    pub(super) async fn repair(
        &self,
        store: &dyn Store,
        also: Vec<Slot>,
    ) -> Result<Vec<(Slot, Option<u64>)>, StoreError> {
        let mut slots: BTreeMap<Slot, Option<u64>> = BTreeMap::new();
        {
            let inner = lock(&self.inner);
            let watched = inner.watched.keys().map(|(slot, _)| slot.clone());
            for slot in watched.chain(also) {
                let heard = inner.heard.get(&slot).copied();
                slots.insert(slot, heard);
            }
        }
        if slots.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<Slot> = slots.keys().cloned().collect();
        let counters = store.ring_counters(&asked).await?;
        let mut inner = lock(&self.inner);
        let mut lost = Vec::new();
        for ((slot, before), counter) in slots.into_iter().zip(counters) {
            // What rang since the question is newer than the answer: only what was heard before it
            // shows that the counter went back.
            let went_back = before.is_some_and(|before| counter < before);
            if went_back || inner.heard.get(&slot).is_none_or(|heard| *heard < counter) {
                inner.heard.insert(slot.clone(), counter);
                inner.wake_slot(&slot);
                lost.push((slot, (!went_back).then_some(counter)));
            }
        }
        Ok(lost)
    }

    /// How many things are waited for.
    pub fn watched(&self) -> usize {
        lock(&self.inner).watched.len()
    }
}

impl Inner {
    fn wake_slot(&self, slot: &Slot) {
        self.wake(|of| of == slot);
    }

    /// Wakes all who may have missed something. What passes by cannot be read again: whoever waits
    /// for that is not woken.
    fn wake(&self, concerns: impl Fn(&Slot) -> bool) {
        for ((slot, topic), sender) in &self.watched {
            if concerns(slot) && !topic.passes_by() {
                sender.send_replace(());
            }
        }
    }
}

fn lock(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    // Nothing panics while it holds the lock; were it so, the map would still be whole.
    inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ConversationId;
    use futures::FutureExt;

    #[test]
    fn what_passes_by_wakes_whom_it_concerns_and_what_was_missed_does_not() {
        let (hub, slot) = (Hub::default(), Slot::Bucket(1));
        let id = |id: &str| ConversationId::parse(id).unwrap();
        let mut typing = hub.watch(slot.clone(), Topic::CustomerTypes(id("c1")));
        let mut other = hub.watch(slot.clone(), Topic::CustomerTypes(id("c2")));
        let mut log = hub.watch(slot.clone(), Topic::Log(id("c1")));
        let topic = Topic::CustomerTypes(id("c1")).name();
        hub.ring(&Ring::Passed { slot: slot.clone(), topic });
        assert!(typing.changed().now_or_never().is_some());
        assert!(other.changed().now_or_never().is_none());
        assert!(log.changed().now_or_never().is_none(), "nothing was written");
        hub.ring(&Ring::Missed);
        assert!(log.changed().now_or_never().is_some());
        assert!(typing.changed().now_or_never().is_none(), "nobody is known to type");
        for counter in [1, 5] {
            hub.ring(&Ring::Rang { slot: slot.clone(), counter, topics: Vec::new() });
        }
        assert!(log.changed().now_or_never().is_some(), "rings were lost");
        assert!(typing.changed().now_or_never().is_none());
    }
}
