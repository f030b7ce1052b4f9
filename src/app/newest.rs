//! Which conversations nobody else has written since this process did, as far as rings tell. While
//! the store is away only these are known to stand as they were written here: of any other a human
//! may be the owner by now.

use super::App;
use super::error::AppResult;
use super::keys::Topic;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::store::{Ring, Slot};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// For so long this process goes by what it wrote last while the store cannot tell who owns a
/// conversation.
const KNOWN_SPAN: Duration = Duration::from_secs(10 * 60);

/// So many are kept for each slot; the one that was written longest ago goes first.
const KEPT_MAX: usize = 256;

/// The conversations whose last word is this process's.
#[derive(Debug, Default)]
pub(super) struct Newest {
    slots: Mutex<BTreeMap<Slot, Written>>,
}

#[derive(Debug, Default)]
struct Written {
    /// The slot's ring counter after this process's last write of each.
    counters: BTreeMap<ConversationId, u64>,
    /// The newest ring of the slot that was heard.
    heard: u64,
}

impl Newest {
    /// This process has written; `counter` is the slot's ring counter after it.
    pub(super) fn wrote(&self, slot: &Slot, id: &ConversationId, counter: u64) {
        let mut slots = self.lock();
        let written = slots.entry(slot.clone()).or_default();
        if written.heard > counter {
            // A later ring was faster than the receipt, and may have been about this one.
            written.counters.remove(id);
            return;
        }
        written.counters.insert(id.clone(), counter);
        if written.counters.len() > KEPT_MAX {
            let oldest = written.counters.iter().min_by_key(|(_, counter)| **counter);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                written.counters.remove(&oldest);
            }
        }
    }

    /// Something rang: whatever others wrote is theirs.
    pub(super) fn hear(&self, ring: &Ring) {
        let mut slots = self.lock();
        match ring {
            Ring::Missed => slots.clear(),
            Ring::Passed { .. } => {}
            Ring::Rang { slot, counter, topics } => {
                let Some(written) = slots.get_mut(slot) else { return };
                let is_lost = *counter > written.heard + 1 && written.heard > 0;
                written.heard = written.heard.max(*counter);
                if is_lost {
                    written.counters.retain(|_, ours| *ours >= *counter);
                }
                for topic in topics.iter().filter_map(|name| Topic::parse(name)) {
                    if let Topic::Log(id) = topic
                        && written.counters.get(&id).is_some_and(|ours| ours < counter)
                    {
                        written.counters.remove(&id);
                    }
                }
            }
        }
    }

    /// Rings of a slot were lost: all up to this counter, or its counter went back.
    fn lost(&self, slot: &Slot, up_to: Option<u64>) {
        let mut slots = self.lock();
        match (slots.get_mut(slot), up_to) {
            (Some(written), Some(counter)) => {
                written.heard = written.heard.max(counter);
                written.counters.retain(|_, ours| *ours >= counter);
            }
            (Some(_), None) => {
                slots.remove(slot);
            }
            (None, _) => {}
        }
    }

    fn is_ours(&self, slot: &Slot, id: &ConversationId) -> bool {
        self.lock().get(slot).is_some_and(|written| written.counters.contains_key(id))
    }

    fn slots(&self) -> Vec<Slot> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Slot, Written>> {
        // Nothing panics while it holds the lock; were it so, the map would still be whole.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// The conversation as this process wrote it last, for the time in which the store is away;
    /// `None` if that is too long ago to go by, or others may have written it since.
    pub async fn last_known(&self, id: &ConversationId, at: Timestamp) -> Option<Conversation> {
        if !self.newest.is_ours(&self.slot_of(id), id) {
            return None;
        }
        let known = self.stripe_of(id).lock().await.last(id)?;
        (at.since(known.last_event_at) <= KNOWN_SPAN).then_some(known)
    }

    /// Compares the ring counters with what was heard: a lost ring must not leave anyone waiting. To
    /// be called about once a second.
    pub async fn repair_rings(&self) -> AppResult<()> {
        let lost = self.hub.repair(self.store.as_ref(), self.newest.slots()).await?;
        lost.into_iter().for_each(|(slot, up_to)| self.newest.lost(&slot, up_to));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys;

    fn id(name: &str) -> ConversationId {
        ConversationId::parse(name).unwrap()
    }

    fn rang(counter: u64, of: &[&str]) -> Ring {
        let topics = of.iter().map(|name| Topic::Log(id(name)).name()).collect();
        Ring::Rang { slot: keys::bucket(0), counter, topics }
    }

    /// What of `c1` is ours after this process wrote it at 5, heard that, and then heard these.
    fn ours_after(rings: &[Ring]) -> bool {
        let (newest, slot) = (Newest::default(), keys::bucket(0));
        newest.wrote(&slot, &id("c1"), 5);
        newest.hear(&rang(5, &["c1"]));
        rings.iter().for_each(|ring| newest.hear(ring));
        newest.is_ours(&slot, &id("c1"))
    }

    #[test]
    fn what_others_wrote_or_may_have_written_is_not_ours() {
        assert!(ours_after(&[]));
        assert!(ours_after(&[rang(6, &["c2"])]), "another conversation");
        assert!(ours_after(&[rang(5, &["c1"])]), "our own ring, twice");
        assert!(!ours_after(&[rang(6, &["c1"])]));
        assert!(!ours_after(&[rang(7, &["c2"])]), "the sixth was lost");
        assert!(!ours_after(&[Ring::Missed]));
    }

    #[test]
    fn a_ring_that_is_faster_than_the_receipt_counts() {
        let (newest, slot) = (Newest::default(), keys::bucket(0));
        newest.wrote(&slot, &id("c2"), 1);
        newest.hear(&rang(2, &["c1"]));
        newest.hear(&rang(3, &["c1"]));
        newest.wrote(&slot, &id("c1"), 2);
        assert!(!newest.is_ours(&slot, &id("c1")));
    }

    #[test]
    fn of_lost_rings_only_what_was_written_after_them_is_ours() {
        let (newest, slot) = (Newest::default(), keys::bucket(0));
        newest.wrote(&slot, &id("c1"), 5);
        newest.wrote(&slot, &id("c2"), 7);
        newest.lost(&slot, Some(7));
        assert!(!newest.is_ours(&slot, &id("c1")));
        assert!(newest.is_ours(&slot, &id("c2")));
        newest.lost(&slot, None);
        assert!(!newest.is_ours(&slot, &id("c2")), "the counter went back");
    }

    #[test]
    fn only_the_newest_are_kept() {
        let (newest, slot) = (Newest::default(), keys::bucket(0));
        for number in 0..=KEPT_MAX as u64 {
            newest.wrote(&slot, &id(&format!("c{number}")), number + 1);
        }
        assert!(!newest.is_ours(&slot, &id("c0")));
        assert!(newest.is_ours(&slot, &id("c1")));
    }
}
