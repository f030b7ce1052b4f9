//! What a change does to the table: first everything that could speak against it, then the writes,
//! which can fail only together with the file.

use super::read::{self, Failure};
use super::rows;
use crate::domain::time::Timestamp;
use crate::ports::store::*;
use crate::store::stored::{self, Stored};
use redb::{ReadableTable, StorageError, Table};
use std::collections::BTreeMap;
use std::time::Duration;

/// The table as the writer has it.
pub type Rows<'t> = Table<'t, &'static [u8], &'static [u8]>;

/// Makes a change, or leaves the table as it was with [`Failure::Refused`]. Returns the slot's
/// ring counter.
pub fn commit(rows: &mut Rows<'_>, change: &Transaction, at: Timestamp) -> Result<u64, Failure> {
    check(rows, change, at)?;
    let mut writer = Writer { rows, slot: change.slot(), tag: change.tag(), at };
    let counter = writer.perform(change).map_err(|failure| match failure {
        // Part of the change may be in the table already: the whole group must go.
        Failure::Refused(error) => Failure::File(StorageError::Corrupted(error.to_string())),
        Failure::File(error) => Failure::File(error),
    })?;
    sweep(rows, change.slot(), at)?;
    Ok(counter)
}

/// Takes what is due and hides it for a while.
pub fn claim(
    rows: &mut Rows<'_>,
    slot: &Slot,
    limit: usize,
    visibility: Duration,
    now: Timestamp,
) -> Result<Vec<Claimed>, Failure> {
    let due = read::due(rows, slot, limit, now)?;
    let hidden = (now + visibility).as_millis();
    for Claimed { member, due } in &due {
        rows.remove(rows::ordered(slot, Index::DUE, due.as_millis(), member).as_slice())?;
        insert_member(rows, slot, Index::DUE, member, hidden)?;
    }
    Ok(due)
}

/// Forgets tombstones of a slot whose time is over, a bounded number at once.
fn sweep(rows: &mut Rows<'_>, slot: &Slot, now: Timestamp) -> Result<(), StorageError> {
    let (first, over) = (rows::tombstones_prefix(slot), rows::tombstones_until(slot, now));
    for _ in 0..stored::SWEEP_MAX {
        let Some(queued) = rows.range(first.as_slice()..over.as_slice())?.next() else {
            return Ok(());
        };
        let (queue_row, version) = {
            let (key, value) = queued?;
            (key.value().to_vec(), rows::decode_version(value.value()).map_err(bad_queue)?.0)
        };
        let entity_row =
            rows::entity_of_tombstone(slot, &queue_row, first.len()).map_err(bad_queue)?;
        // The entity may have been created again, and even deleted again, since.
        let tombstone = rows::encode_stored(&Stored { version, body: None });
        let same = rows.get(entity_row.as_slice())?.is_some_and(|value| value.value() == tombstone);
        if same {
            rows.remove(entity_row.as_slice())?;
        }
        rows.remove(queue_row.as_slice())?;
    }
    Ok(())
}

fn bad_queue(bad: rows::BadRow) -> StorageError {
    StorageError::Corrupted(format!("a row of the queue of tombstones: {}", bad.0))
}

fn check(rows: &Rows<'_>, change: &Transaction, at: Timestamp) -> Result<(), Failure> {
    stored::check_fresh(change, at)?;
    let slot = change.slot();
    for (key, expected) in change.checks() {
        let found = read::entity(rows, slot, key)?.map(|stored| stored.version);
        if found != *expected {
            return Err(stored::entity_conflict(key).into());
        }
    }
    for ScoreAtLeast { index, member, score } in change.conditions() {
        if read::score(rows, slot, *index, member)?.is_none_or(|found| found < *score) {
            return Err(stored::score_conflict(*index, member).into());
        }
    }
    check_writes(rows, change)
}

/// A write may depend on an earlier one of the same transaction: heads and sums are carried along.
fn check_writes(rows: &Rows<'_>, change: &Transaction) -> Result<(), Failure> {
    let slot = change.slot();
    let mut heads = BTreeMap::new();
    let mut sums = BTreeMap::new();
    for write in change.writes() {
        match write {
            Write::Append { log, record, .. } => {
                let head = match heads.get(log) {
                    Some(head) => *head,
                    None => read::log_ends(rows, slot, log)?.1,
                };
                if record.seq != head + 1 {
                    return Err(stored::log_conflict(log).into());
                }
                heads.insert(log, record.seq);
            }
            Write::DropLog { log } => {
                heads.insert(log, 0);
            }
            Write::CounterAdd { counter, by, limit } => {
                let value = match sums.get(counter) {
                    Some(sum) => *sum,
                    None => read::counter(rows, slot, counter)?,
                };
                sums.insert(counter, stored::add_to_counter(counter, value, *by, *limit)?);
            }
            Write::Put { .. }
            | Write::Delete { .. }
            | Write::IndexPut { .. }
            | Write::IndexRemove { .. } => {}
        }
    }
    Ok(())
}

/// Writes one change.
struct Writer<'r, 't> {
    rows: &'r mut Rows<'t>,
    slot: &'r Slot,
    tag: u64,
    at: Timestamp,
}

impl Writer<'_, '_> {
    fn perform(&mut self, change: &Transaction) -> Result<u64, Failure> {
        for write in change.writes() {
            match write {
                Write::Put { key, body } => self.put(key, Some(body.clone()))?,
                Write::Delete { key } => self.delete(key)?,
                Write::Append { log, record, keep } => self.append(log, record, *keep)?,
                Write::DropLog { log } => self.forget_records(log, 0, u64::MAX)?,
                Write::IndexPut { index, member, score } => {
                    self.index_remove(*index, member)?;
                    insert_member(self.rows, self.slot, *index, member, *score)?;
                }
                Write::IndexRemove { index, member } => self.index_remove(*index, member)?,
                Write::CounterAdd { counter, by, limit } => {
                    let value = read::counter(self.rows, self.slot, counter)?;
                    let sum = stored::add_to_counter(counter, value, *by, *limit)?;
                    let row = rows::counter(self.slot, counter);
                    self.rows.insert(row.as_slice(), sum.to_le_bytes().as_slice())?;
                }
            }
        }
        self.ring(change)
    }

    fn ring(&mut self, change: &Transaction) -> Result<u64, Failure> {
        let rings = read::rings(self.rows, self.slot)?;
        if change.topics().is_empty() {
            return Ok(rings);
        }
        let rings = rings + 1;
        self.rows.insert(rows::rings(self.slot).as_slice(), rings.to_le_bytes().as_slice())?;
        Ok(rings)
    }

    fn put(&mut self, key: &EntityKey, body: Option<bytes::Bytes>) -> Result<(), Failure> {
        let previous = read::entity(self.rows, self.slot, key)?.map(|stored| stored.version);
        let version = stored::next_version(previous, self.at, self.tag);
        let row = rows::entity(self.slot, key);
        if body.is_none() {
            let until = stored::forget_tombstone_at(version, self.at);
            let queue_row = rows::tombstone(self.slot, until, key);
            self.rows.insert(queue_row.as_slice(), rows::encode_version(version).as_slice())?;
        }
        let value = rows::encode_stored(&Stored { version, body });
        self.rows.insert(row.as_slice(), value.as_slice())?;
        Ok(())
    }

    fn delete(&mut self, key: &EntityKey) -> Result<(), Failure> {
        let found = read::entity(self.rows, self.slot, key)?;
        if found.is_some_and(|stored| stored.body.is_some()) {
            self.put(key, None)?;
        }
        Ok(())
    }

    fn append(&mut self, log: &LogId, record: &Record, keep: Option<u64>) -> Result<(), Failure> {
        let row = rows::record(self.slot, log, record.seq);
        self.rows.insert(row.as_slice(), rows::encode_record(record).as_slice())?;
        match keep {
            Some(keep) => self.forget_records(log, 0, record.seq.saturating_sub(keep.max(1))),
            None => Ok(()),
        }
    }

    /// Removes the records from `first` up to and with `last`.
    fn forget_records(&mut self, log: &LogId, first: u64, last: u64) -> Result<(), Failure> {
        let (low, high) = (rows::record(self.slot, log, first), rows::record(self.slot, log, last));
        self.rows.retain_in(low.as_slice()..=high.as_slice(), |_, _| false)?;
        Ok(())
    }

    fn index_remove(&mut self, index: Index, member: &str) -> Result<(), Failure> {
        if let Some(score) = read::score(self.rows, self.slot, index, member)? {
            self.rows.remove(rows::member(self.slot, index, member).as_slice())?;
            let row = rows::ordered(self.slot, index, score, member);
            self.rows.remove(row.as_slice())?;
        }
        Ok(())
    }
}

fn insert_member(
    rows: &mut Rows<'_>,
    slot: &Slot,
    index: Index,
    member: &str,
    score: i64,
) -> Result<(), Failure> {
    let row = rows::member(slot, index, member);
    rows.insert(row.as_slice(), score.to_le_bytes().as_slice())?;
    rows.insert(rows::ordered(slot, index, score, member).as_slice(), [].as_slice())?;
    Ok(())
}
