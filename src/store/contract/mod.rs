//! The suite that every store passes: one function for each rule of [`crate::ports::store`],
//! named as the rule it proves. [`contract!`](crate::contract) makes a test of each for one store.
//!
//! A store's clock is handed in, so a [`Subject`] is a store together with a clock the rules may
//! move. No rule sleeps.

use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::store::*;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

pub mod counters;
pub mod entities;
pub mod indexes;
pub mod limits;
pub mod logs;

/// Makes one test of each rule of the contract: `contract! { memory, subject }`, where `subject`
/// is an async function that returns a fresh [`Subject`].
#[macro_export]
macro_rules! contract {
    ($name:ident, $subject:ident) => {
        mod $name {
            use super::$subject as subject;
            $crate::contract! { @tests entities: [
                what_is_put_is_loaded_back
                an_unknown_entity_is_absent
                a_change_of_what_was_read_is_a_conflict
                a_change_of_what_was_only_read_is_a_conflict
                what_was_created_since_is_a_conflict
                what_was_created_and_deleted_since_is_a_conflict
                what_was_deleted_and_created_again_since_is_a_conflict
                what_was_absent_comes_and_goes_and_is_a_conflict
                of_many_changes_to_one_snapshot_exactly_one_is_made
                versions_never_repeat
                versions_follow_the_stores_clock
                a_deletion_leaves_a_tombstone
                deleting_what_is_absent_changes_nothing
                a_tombstone_stays_for_its_span_and_no_longer
                an_old_tombstone_does_not_take_a_newer_one_along
                an_old_tombstone_does_not_take_its_successor_along
                writes_of_one_transaction_happen_in_order
                a_joined_snapshot_checks_what_was_read_first
                a_change_that_writes_nothing_is_checked
                slots_do_not_see_each_other
            ] }
            $crate::contract! { @tests limits: [
                a_snapshot_is_good_for_its_span_and_no_longer
                the_stores_time_never_goes_back
                a_load_is_not_before_what_it_shows
                too_large_a_load_is_refused
                too_many_checks_are_refused
                too_many_writes_are_refused
                too_large_a_body_is_refused
                a_refused_write_takes_all_others_along
            ] }
            $crate::contract! { @tests logs: [
                a_log_gives_back_what_was_appended
                a_log_has_no_gaps_and_no_doubles
                two_records_of_one_transaction_follow_each_other
                a_log_is_read_in_pages
                a_log_that_is_kept_short_forgets_its_oldest
                the_newest_record_always_stays
                a_dropped_log_begins_again
                the_end_of_a_long_log_is_read
            ] }
            $crate::contract! { @tests indexes: [
                members_come_by_score_and_then_by_name
                a_range_is_read_in_pages
                a_range_ends_at_its_highest_score
                a_member_moves_and_leaves
                a_load_reads_scores
                a_score_that_must_hold_is_checked
                what_is_due_is_claimed_once
                a_claim_takes_the_longest_due_first
                a_claim_leaves_what_is_not_due
                a_claim_lapses
                what_was_claimed_may_be_moved_or_removed
                a_claim_rings_no_bell
            ] }
            $crate::contract! { @tests counters: [
                a_counter_starts_at_zero_and_adds
                a_counter_never_falls_below_zero
                a_limit_refuses_the_whole_change
                a_limit_counts_all_of_one_transaction
                a_limit_does_not_keep_a_counter_from_falling
                a_ring_raises_its_slots_counter_by_one
                a_listener_hears_what_changed
                a_listener_does_not_hear_what_did_not_happen
                all_listeners_hear
                what_passes_by_is_heard_and_moves_no_counter
            ] }
        }
    };
    (@tests $family:ident: [$($rule:ident)*]) => {
        mod $family {
            $(
                #[tokio::test]
                async fn $rule() {
                    $crate::store::contract::$family::$rule(&super::subject().await).await;
                }
            )*
        }
    };
}

/// A clock that stands still until it is moved.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows when the rules begin.
    pub fn start() -> Arc<Self> {
        Arc::new(ManualClock::at(START))
    }

    /// A clock that shows `at`.
    pub fn at(at: Timestamp) -> Self {
        ManualClock(AtomicI64::new(at.as_millis()))
    }

    /// Moves it on.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_millis() as i64, Ordering::SeqCst);
    }

    /// Sets it, also back.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A store under test.
pub struct Subject {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// What must live as long as the store, such as its folder.
    _keep: Box<dyn Any + Send + Sync>,
    tags: AtomicU64,
}

/// The slot that the rules play in.
pub const SLOT: Slot = Slot::Bucket(7);
/// When the rules begin.
pub const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

impl Subject {
    /// A store that goes by `clock`, and what must live as long as it.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<ManualClock>,
        keep: impl Any + Send + Sync,
    ) -> Self {
        Subject { store, clock, _keep: Box::new(keep), tags: AtomicU64::new(1) }
    }

    /// A fresh version tag.
    pub fn tag(&self) -> u64 {
        self.tags.fetch_add(1, Ordering::SeqCst)
    }

    /// Loads entities of [`SLOT`].
    pub async fn load(&self, keys: &[EntityKey]) -> Snapshot {
        self.store.load(&SLOT, keys, &[]).await.expect("a load")
    }

    /// Loads `keys` and commits what `write` makes of it.
    pub async fn change(
        &self,
        keys: &[EntityKey],
        write: impl FnOnce(&mut Transaction),
    ) -> Result<Committed, StoreError> {
        self.change_from(&self.load(keys).await, write).await
    }

    /// Commits what `write` makes of a snapshot.
    pub async fn change_from(
        &self,
        snapshot: &Snapshot,
        write: impl FnOnce(&mut Transaction),
    ) -> Result<Committed, StoreError> {
        let mut change = snapshot.change(self.tag());
        write(&mut change);
        self.store.commit(change).await
    }

    /// Writes `value` under `key`.
    pub async fn put(&self, key: &EntityKey, value: u32) {
        let put = |change: &mut Transaction| {
            change.put(key.clone(), &value);
        };
        self.change(std::slice::from_ref(key), put).await.expect("a put");
    }

    /// Deletes `key`.
    pub async fn delete(&self, key: &EntityKey) {
        let delete = |change: &mut Transaction| {
            change.delete(key.clone());
        };
        self.change(std::slice::from_ref(key), delete).await.expect("a deletion");
    }

    /// The value under `key`.
    pub async fn value(&self, key: &EntityKey) -> Option<u32> {
        self.load(std::slice::from_ref(key)).await.get(key).expect("a number")
    }

    /// The version under `key`, of an entity or of its tombstone.
    pub async fn version(&self, key: &EntityKey) -> Option<Version> {
        match self.load(std::slice::from_ref(key)).await.observed(key) {
            Observed::Present { version, .. } => Some(*version),
            Observed::Absent { tombstone } => *tombstone,
        }
    }

    /// All members of an index of [`SLOT`].
    pub async fn members(&self, index: Index) -> Vec<(i64, String)> {
        self.store.range(&SLOT, index, None, i64::MAX, usize::MAX).await.expect("a range")
    }

    /// All of a log of [`SLOT`].
    pub async fn log(&self, log: &LogId) -> LogPage {
        self.store.read_log(&SLOT, log, 0, usize::MAX).await.expect("a page")
    }

    /// The ring counter of [`SLOT`].
    pub async fn rings(&self) -> u64 {
        self.store.ring_counters(&[SLOT]).await.expect("ring counters")[0]
    }

    /// The value of a counter of [`SLOT`].
    pub async fn counter(&self, counter: &str) -> i64 {
        self.store.counter(&SLOT, counter).await.expect("a counter")
    }
}

/// A key to play with.
pub fn key(id: &str) -> EntityKey {
    EntityKey::new(Kind::Conversation, id)
}

/// A log to play with.
pub fn log_id(id: &str) -> LogId {
    LogId(id.to_owned())
}

/// Asserts a conflict over `what`.
pub fn assert_conflict(result: Result<Committed, StoreError>, what: &str) {
    assert_eq!(result, Err(StoreError::Conflict { what: what.to_owned() }));
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_rule_is_run() {
        let list = include_str!("mod.rs");
        let families = [
            include_str!("counters.rs"),
            include_str!("entities.rs"),
            include_str!("indexes.rs"),
            include_str!("limits.rs"),
            include_str!("logs.rs"),
        ];
        for line in families.iter().flat_map(|text| text.lines()) {
            if let Some(rest) = line.strip_prefix("pub async fn ") {
                let rule = rest.split('(').next().unwrap_or(rest);
                let listed = list.lines().any(|line| line.trim() == rule);
                assert!(listed, "the rule {rule} is missing in the list of contract!");
            }
        }
    }
}
