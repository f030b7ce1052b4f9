//! The reference store: plain maps behind one lock, nothing durable, nothing hidden. Other stores
//! are compared with it, and the simulator runs on it, so it prefers the obvious to the fast. It
//! has no thread, no randomness and no clock but the one handed in.

use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::store::*;
use crate::store::doorbell::Hub;
use crate::store::stored::{self, Rewind, StoreClock, Stored};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keeps everything in memory.
pub struct MemoryStore {
    slots: Arc<Mutex<Slots>>,
    clock: StoreClock,
    hub: Hub,
}

/// A slot behind `Arc` is copied only when it is written while a checkpoint still holds it.
type Slots = BTreeMap<Slot, Arc<SlotState>>;

impl MemoryStore {
    /// An empty store.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        MemoryStore {
            slots: Arc::default(),
            clock: StoreClock::new(clock, Timestamp::ZERO),
            hub: Hub::new(),
        }
    }

    fn read<T>(&self, slot: &Slot, read: impl FnOnce(&SlotState) -> T) -> T {
        match lock(&self.slots).get(slot) {
            Some(state) => read(state),
            None => read(&SlotState::default()),
        }
    }
}

/// A panic while the lock was held can only come from a failed assertion of a reader: the maps are
/// whole.
fn lock(slots: &Mutex<Slots>) -> MutexGuard<'_, Slots> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an explorer of all states needs.
#[cfg(test)]
impl MemoryStore {
    /// The same contents, going on apart from these under another clock.
    pub(crate) fn fork(&self, clock: Arc<dyn Clock>) -> MemoryStore {
        MemoryStore {
            slots: Arc::new(Mutex::new(lock(&self.slots).clone())),
            clock: StoreClock::new(clock, Timestamp::ZERO),
            hub: Hub::with_capacity(1),
        }
    }

    /// Puts a slot back to what it was in another one.
    pub(crate) fn put_back(&self, slot: &Slot, before: &MemoryStore) {
        let kept = lock(&before.slots).get(slot).cloned().unwrap_or_default();
        lock(&self.slots).insert(slot.clone(), kept);
    }

    /// A hash of everything that a decision may depend on: no versions, no logs, which entities
    /// repeat, and not who has been the matcher how often.
    pub(crate) fn digest(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        for (slot, state) in lock(&self.slots).iter() {
            slot.to_string().hash(&mut hasher);
            let there = state.entities.iter().filter(|(key, _)| key.kind != Kind::Fence);
            for (key, stored) in there.filter(|(_, stored)| stored.body.is_some()) {
                (key.to_string(), &stored.body).hash(&mut hasher);
            }
            for (index, set) in &state.indexes {
                if ![Index::LEADER, Index::SERVED].contains(index) {
                    (index.0, &set.ordered).hash(&mut hasher);
                }
            }
            state.counters.hash(&mut hasher);
        }
        hasher.finish()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        stored::check_load_size(slot, keys.len(), scores.len())?;
        self.read(slot, |state| {
            let observed = |key: &EntityKey| Stored::observed(state.entities.get(key));
            let entities = keys.iter().map(|key| (key.clone(), observed(key))).collect();
            let scores = scores
                .iter()
                .map(|(index, member)| ((*index, member.clone()), state.score(*index, member)))
                .collect();
            Ok(Snapshot::new(slot.clone(), self.clock.now(), entities, scores))
        })
    }

    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError> {
        stored::check_size(&change)?;
        let mut slots = lock(&self.slots);
        let at = self.clock.now();
        let state = slots.entry(change.slot().clone()).or_default();
        state.check(&change, at)?;
        let state = Arc::make_mut(state);
        state.perform(&change, at);
        state.sweep(at);
        // Rung under the lock, so that listeners hear a slot's rings in their order.
        self.hub.ring(change.slot(), state.rings, change.topics());
        Ok(Committed { at, counter: state.rings })
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        Ok(self.read(slot, |state| {
            let Some(log) = state.logs.get(log) else {
                return LogPage::default();
            };
            let oldest = log.front().map_or(0, |record| record.seq);
            let known = after.saturating_add(1).saturating_sub(oldest) as usize;
            LogPage {
                records: log.iter().skip(known).take(limit).cloned().collect(),
                head: log.back().map_or(0, |record| record.seq),
                oldest,
            }
        }))
    }

    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(self.read(slot, |state| {
            let Some(set) = state.indexes.get(&index) else {
                return Vec::new();
            };
            let after = after.map_or(Unbounded, Excluded);
            set.ordered
                .range((after, Unbounded))
                .take_while(|(score, _)| *score <= up_to)
                .take(limit)
                .cloned()
                .collect()
        }))
    }

    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut slots = lock(&self.slots);
        let now = self.clock.now();
        let Some(state) = slots.get_mut(slot) else {
            return Ok(Vec::new());
        };
        let due = state.due(now, limit);
        if due.is_empty() {
            return Ok(due);
        }
        let set = Arc::make_mut(state).indexes.entry(Index::DUE).or_default();
        for claimed in &due {
            set.put(&claimed.member, (now + visibility).as_millis());
        }
        Ok(due)
    }

    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError> {
        Ok(slots.iter().map(|slot| self.read(slot, |state| state.rings)).collect())
    }

    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError> {
        Ok(self.read(slot, |state| state.counter(counter)))
    }

    async fn pass(&self, slot: &Slot, topic: &str) -> Result<(), StoreError> {
        self.hub.pass(slot, topic);
        Ok(())
    }

    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError> {
        Ok(self.hub.listen())
    }
}

impl Rewind for MemoryStore {
    fn checkpoint(&self, slot: &Slot) -> Box<dyn Fn() + Send + Sync> {
        let kept = lock(&self.slots).get(slot).cloned().unwrap_or_default();
        let (slots, slot) = (self.slots.clone(), slot.clone());
        // Time is not put back: the store that takes over has a clock of its own.
        Box::new(move || {
            lock(&slots).insert(slot.clone(), kept.clone());
        })
    }
}

#[derive(Debug, Clone, Default)]
struct SlotState {
    entities: BTreeMap<EntityKey, Stored>,
    /// Which tombstones may be forgotten after which time, soonest first.
    tombstones: BTreeMap<(Timestamp, EntityKey), Version>,
    logs: BTreeMap<LogId, VecDeque<Record>>,
    indexes: BTreeMap<Index, OrderedSet>,
    counters: BTreeMap<String, i64>,
    rings: u64,
}

impl SlotState {
    /// Everything that could speak against `change`; after this it cannot fail.
    fn check(&self, change: &Transaction, at: Timestamp) -> Result<(), StoreError> {
        stored::check_fresh(change, at)?;
        for (key, expected) in change.checks() {
            if self.entities.get(key).map(|stored| stored.version) != *expected {
                return Err(stored::entity_conflict(key));
            }
        }
        for ScoreAtLeast { index, member, score } in change.conditions() {
            if self.score(*index, member).is_none_or(|found| found < *score) {
                return Err(stored::score_conflict(*index, member));
            }
        }
        self.check_writes(change)
    }

    /// A write may depend on an earlier one of the same transaction: heads and sums are carried
    /// along.
    fn check_writes(&self, change: &Transaction) -> Result<(), StoreError> {
        let mut heads = BTreeMap::new();
        let mut sums = BTreeMap::new();
        for write in change.writes() {
            match write {
                Write::Append { log, record, .. } => {
                    let head = heads.entry(log).or_insert_with(|| self.head(log));
                    if record.seq != *head + 1 {
                        return Err(stored::log_conflict(log));
                    }
                    *head = record.seq;
                }
                Write::DropLog { log } => {
                    heads.insert(log, 0);
                }
                Write::CounterAdd { counter, by, limit } => {
                    let sum = sums.entry(counter).or_insert_with(|| self.counter(counter));
                    *sum = stored::add_to_counter(counter, *sum, *by, *limit)?;
                }
                Write::Put { .. }
                | Write::Delete { .. }
                | Write::IndexPut { .. }
                | Write::IndexRemove { .. } => {}
            }
        }
        Ok(())
    }

    fn perform(&mut self, change: &Transaction, at: Timestamp) {
        for write in change.writes() {
            match write {
                Write::Put { key, body } => {
                    let version = self.next_version(key, at, change.tag());
                    self.entities.insert(key.clone(), Stored { version, body: Some(body.clone()) });
                }
                Write::Delete { key } => self.delete(key, at, change.tag()),
                Write::Append { log, record, keep } => {
                    let records = self.logs.entry(log.clone()).or_default();
                    records.push_back(record.clone());
                    let keep = keep.map_or(usize::MAX, |keep| keep.max(1) as usize);
                    records.drain(..records.len().saturating_sub(keep));
                }
                Write::DropLog { log } => {
                    self.logs.remove(log);
                }
                Write::IndexPut { index, member, score } => {
                    self.indexes.entry(*index).or_default().put(member, *score);
                }
                Write::IndexRemove { index, member } => {
                    self.indexes.entry(*index).or_default().remove(member);
                }
                Write::CounterAdd { counter, by, limit } => {
                    let sum = stored::add_to_counter(counter, self.counter(counter), *by, *limit)
                        .expect("checked before the first write");
                    self.counters.insert(counter.clone(), sum);
                }
            }
        }
        self.rings += u64::from(!change.topics().is_empty());
    }

    fn delete(&mut self, key: &EntityKey, at: Timestamp, tag: u64) {
        if self.entities.get(key).is_some_and(|stored| stored.body.is_some()) {
            let version = self.next_version(key, at, tag);
            self.entities.insert(key.clone(), Stored { version, body: None });
            let until = stored::forget_tombstone_at(version, at);
            self.tombstones.insert((until, key.clone()), version);
        }
    }

    fn next_version(&self, key: &EntityKey, at: Timestamp, tag: u64) -> Version {
        let previous = self.entities.get(key).map(|stored| stored.version);
        stored::next_version(previous, at, tag)
    }

    /// Forgets tombstones whose time is over, a bounded number at once.
    fn sweep(&mut self, now: Timestamp) {
        for _ in 0..stored::SWEEP_MAX {
            let Some(first) = self.tombstones.first_entry().filter(|first| first.key().0 < now)
            else {
                return;
            };
            let ((_, key), version) = first.remove_entry();
            // The entity may have been created again, and even deleted again, since.
            let tombstone = Stored { version, body: None };
            if self.entities.get(&key) == Some(&tombstone) {
                self.entities.remove(&key);
            }
        }
    }

    /// The members of [`Index::DUE`] whose time has come.
    fn due(&self, now: Timestamp, limit: usize) -> Vec<Claimed> {
        let Some(set) = self.indexes.get(&Index::DUE) else {
            return Vec::new();
        };
        set.ordered
            .iter()
            .take_while(|(score, _)| *score <= now.as_millis())
            .take(limit)
            .map(|(score, member)| Claimed {
                member: member.clone(),
                due: Timestamp::from_millis(*score),
            })
            .collect()
    }

    fn head(&self, log: &LogId) -> u64 {
        self.logs.get(log).and_then(VecDeque::back).map_or(0, |record| record.seq)
    }

    fn score(&self, index: Index, member: &str) -> Option<i64> {
        self.indexes.get(&index)?.scores.get(member).copied()
    }

    fn counter(&self, counter: &str) -> i64 {
        self.counters.get(counter).copied().unwrap_or(0)
    }
}

/// Members with a score, found by either.
#[derive(Debug, Clone, Default)]
struct OrderedSet {
    scores: BTreeMap<String, i64>,
    ordered: BTreeSet<(i64, String)>,
}

impl OrderedSet {
    fn put(&mut self, member: &str, score: i64) {
        self.remove(member);
        self.scores.insert(member.to_owned(), score);
        self.ordered.insert((score, member.to_owned()));
    }

    fn remove(&mut self, member: &str) {
        if let Some(score) = self.scores.remove(member) {
            self.ordered.remove(&(score, member.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::{ManualClock, SLOT, Subject, key};

    async fn subject() -> Subject {
        subject_and_store().0
    }

    crate::contract! { contract, subject }

    #[tokio::test]
    async fn a_slot_is_put_back_and_no_version_comes_twice() {
        let (subject, store) = subject_and_store();
        subject.put(&key("a"), 1).await;
        let back = store.checkpoint(&SLOT);
        subject.put(&key("a"), 2).await;
        let lost = subject.version(&key("a")).await;
        back();
        assert_eq!(subject.value(&key("a")).await, Some(1));
        subject.put(&key("a"), 3).await;
        let new = subject.version(&key("a")).await;
        assert_ne!(new, lost, "the tag tells them apart");
        assert_eq!(new.map(|version| version.number), lost.map(|version| version.number));
        back();
        assert_eq!(subject.value(&key("a")).await, Some(1), "a checkpoint serves again");
    }

    #[tokio::test]
    async fn other_slots_are_not_put_back() {
        let (subject, store) = subject_and_store();
        let back = store.checkpoint(&Slot::System);
        subject.put(&key("a"), 1).await;
        back();
        assert_eq!(subject.value(&key("a")).await, Some(1));
    }

    fn subject_and_store() -> (Subject, Arc<MemoryStore>) {
        let clock = ManualClock::start();
        let store = Arc::new(MemoryStore::new(clock.clone()));
        (Subject::new(store.clone(), clock, ()), store)
    }
}
