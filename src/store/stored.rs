//! What all stores keep and issue alike: the versioned form of an entity, the versions and times
//! themselves, and the limits. It is separate so that the same rule cannot come out differently
//! in two stores.

use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::store::{
    ENTITIES_MAX, EntityKey, Index, LogId, Observed, Slot, StoreError, TOMBSTONE_SPAN, Transaction,
    Version, WRITES_MAX, Write,
};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The most expired tombstones that one write removes in passing.
pub const SWEEP_MAX: usize = 32;

/// What a store keeps under one key: an entity, or the memory that there was one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its version; of a tombstone, the version of the deletion.
    pub version: Version,
    /// Its body; `None` makes it a tombstone.
    pub body: Option<Bytes>,
}

impl Stored {
    /// As a load reports it.
    pub fn observed(stored: Option<&Stored>) -> Observed {
        match stored {
            None => Observed::Absent { tombstone: None },
            Some(Stored { version, body: None }) => Observed::Absent { tombstone: Some(*version) },
            Some(Stored { version, body: Some(body) }) => {
                Observed::Present { version: *version, body: body.clone() }
            }
        }
    }
}

/// The version that follows `previous` in a commit at `at`.
pub fn next_version(previous: Option<Version>, at: Timestamp, tag: u64) -> Version {
    let by_time = at.as_millis().max(0) as u64;
    let number = previous.map_or(by_time, |version| by_time.max(version.number + 1));
    Version { number, tag }
}

/// When a tombstone may be forgotten.
///
/// An entity that was written more often than once a millisecond has a version ahead of the
/// clock. Its tombstone stays until the clock has caught up, so that the version of a later entity
/// of that name is greater all the same.
pub fn forget_tombstone_at(version: Version, deleted_at: Timestamp) -> Timestamp {
    let ahead = i64::try_from(version.number).unwrap_or(i64::MAX);
    deleted_at.max(Timestamp::from_millis(ahead)) + TOMBSTONE_SPAN
}

/// The conflict over an entity.
pub fn entity_conflict(key: &EntityKey) -> StoreError {
    StoreError::Conflict { what: key.to_string() }
}

/// The conflict over the score of a member.
pub fn score_conflict(index: Index, member: &str) -> StoreError {
    StoreError::Conflict { what: format!("{}:{member}", index.0) }
}

/// The conflict over the next number of a log.
pub fn log_conflict(log: &LogId) -> StoreError {
    StoreError::Conflict { what: format!("log {}", log.0) }
}

/// The sum of a counter after `by`; refused if it would exceed `limit`.
pub fn add_to_counter(
    counter: &str,
    value: i64,
    by: i64,
    limit: Option<i64>,
) -> Result<i64, StoreError> {
    let sum = value.saturating_add(by).max(0);
    match limit {
        Some(limit) if by >= 0 && sum > limit => {
            Err(StoreError::LimitReached { counter: counter.to_owned(), limit })
        }
        Some(_) | None => Ok(sum),
    }
}

/// Refuses a load of more than a store reads at once.
pub fn check_load_size(slot: &Slot, keys: usize, scores: usize) -> Result<(), StoreError> {
    if keys > ENTITIES_MAX || scores > ENTITIES_MAX {
        return Err(StoreError::TooLarge(format!(
            "a load of {keys} entities and {scores} scores of {slot}; at most {ENTITIES_MAX} each"
        )));
    }
    Ok(())
}

/// Refuses a transaction that would keep a store busy for too long.
pub fn check_size(change: &Transaction) -> Result<(), StoreError> {
    let (checks, writes) = (change.checks().len(), change.writes().len());
    if checks > ENTITIES_MAX {
        return Err(StoreError::TooLarge(format!(
            "{checks} entities are checked, at most {ENTITIES_MAX}"
        )));
    }
    if writes > WRITES_MAX {
        return Err(StoreError::TooLarge(format!("{writes} writes, at most {WRITES_MAX}")));
    }
    for write in change.writes() {
        let (what, bytes) = match write {
            Write::Put { key, body } => (key.to_string(), body.len()),
            Write::Append { log, record, .. } => (format!("log {}", log.0), record.body.len()),
            Write::Delete { .. }
            | Write::DropLog { .. }
            | Write::IndexPut { .. }
            | Write::IndexRemove { .. }
            | Write::CounterAdd { .. } => continue,
        };
        let most = change.body_bytes_max();
        if bytes > most {
            return Err(StoreError::TooLarge(format!(
                "{what} would have {bytes} bytes, at most {most}"
            )));
        }
    }
    Ok(())
}

/// Refuses a transaction that was prepared too long ago.
pub fn check_fresh(change: &Transaction, at: Timestamp) -> Result<(), StoreError> {
    if at > change.valid_until() { Err(StoreError::Stale) } else { Ok(()) }
}

/// The store's own time: a clock that never goes back, not even behind what an earlier process of
/// the same store has seen.
pub struct StoreClock {
    clock: Arc<dyn Clock>,
    last: AtomicI64,
}

impl StoreClock {
    /// Time by `clock`, but never before `last_seen`.
    pub fn new(clock: Arc<dyn Clock>, last_seen: Timestamp) -> Self {
        StoreClock { clock, last: AtomicI64::new(last_seen.as_millis()) }
    }

    /// The present, never earlier than any answer before.
    pub fn now(&self) -> Timestamp {
        let present = self.clock.now().as_millis();
        let before = self.last.fetch_max(present, Ordering::SeqCst);
        Timestamp::from_millis(before.max(present))
    }
}

/// A store whose slots can be put back to an earlier state, as a failover that loses the newest
/// writes does.
pub trait Rewind: Send + Sync {
    /// Remembers the slot as it is; calling the result puts it back.
    fn checkpoint(&self, slot: &Slot) -> Box<dyn Fn() + Send + Sync>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::ManualClock;

    #[test]
    fn a_version_follows_the_clock_and_never_falls_behind_the_previous() {
        let at = Timestamp::from_millis(1_000);
        let check = |previous: Option<u64>, expected: u64| {
            let previous = previous.map(|number| Version { number, tag: 1 });
            assert_eq!(next_version(previous, at, 7), Version { number: expected, tag: 7 });
        };
        check(None, 1_000);
        check(Some(3), 1_000);
        check(Some(1_000), 1_001);
        check(Some(5_000), 5_001);
    }

    #[test]
    fn a_tombstone_ahead_of_the_clock_is_kept_longer() {
        let at = Timestamp::from_millis(1_000);
        let check = |number, expected: i64| {
            let until = forget_tombstone_at(Version { number, tag: 1 }, at);
            assert_eq!(until, Timestamp::from_millis(expected) + TOMBSTONE_SPAN);
        };
        check(900, 1_000);
        check(9_000, 9_000);
    }

    #[test]
    fn the_stores_time_never_goes_back() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(500)));
        let store_clock = StoreClock::new(clock.clone(), Timestamp::from_millis(700));
        assert_eq!(store_clock.now().as_millis(), 700, "an earlier process had seen this");
        clock.set(Timestamp::from_millis(900));
        assert_eq!(store_clock.now().as_millis(), 900);
        clock.set(Timestamp::from_millis(100));
        assert_eq!(store_clock.now().as_millis(), 900);
    }
}
