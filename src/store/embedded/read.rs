//! Reads of single things from the table, the same for readers and for the writer, which must see
//! what it has just written.

use super::rows::{self, BadRow};
use crate::domain::time::Timestamp;
use crate::ports::store::*;
use crate::store::stored::Stored;
use redb::{ReadableTable, StorageError};
use std::ops::Bound::{Excluded, Included, Unbounded};

/// The table, as a reader or the writer has it.
pub trait Rows: ReadableTable<&'static [u8], &'static [u8]> {}
impl<T: ReadableTable<&'static [u8], &'static [u8]>> Rows for T {}

/// Why something could not be read or written.
#[derive(Debug)]
pub enum Failure {
    /// The file does not do what it should; whoever writes must stop.
    File(StorageError),
    /// The transaction may not be made, or one row makes no sense.
    Refused(StoreError),
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Failure::File(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Refused(error)
    }
}

fn damaged(what: impl ToString) -> impl FnOnce(BadRow) -> Failure {
    move |bad| {
        let (what, reason) = (what.to_string(), bad.0.to_owned());
        Failure::Refused(StoreError::Damaged { what, reason })
    }
}

/// The entity or tombstone under a key.
pub fn entity(rows: &impl Rows, slot: &Slot, key: &EntityKey) -> Result<Option<Stored>, Failure> {
    let Some(value) = rows.get(rows::entity(slot, key).as_slice())? else {
        return Ok(None);
    };
    rows::decode_stored(value.value()).map(Some).map_err(damaged(format_args!("{slot} {key}")))
}

/// The entity or tombstone of this kind and id.
pub fn named(rows: &impl Rows, slot: &Slot, name: &str) -> Result<Option<Stored>, Failure> {
    let Some(value) = rows.get(rows::named(slot, name).as_slice())? else {
        return Ok(None);
    };
    rows::decode_stored(value.value()).map(Some).map_err(damaged(format_args!("{slot} {name}")))
}

/// The score of a member.
pub fn score(
    rows: &impl Rows,
    slot: &Slot,
    index: Index,
    member: &str,
) -> Result<Option<i64>, Failure> {
    number(rows, &rows::member(slot, index, member), || format!("{slot} {}:{member}", index.0))
}

/// The value of a counter.
pub fn counter(rows: &impl Rows, slot: &Slot, counter: &str) -> Result<i64, Failure> {
    let what = || format!("{slot} counter {counter}");
    Ok(number(rows, &rows::counter(slot, counter), what)?.unwrap_or(0))
}

/// The ring counter of a slot.
pub fn rings(rows: &impl Rows, slot: &Slot) -> Result<u64, Failure> {
    let what = || format!("{slot} ring counter");
    Ok(number(rows, &rows::rings(slot), what)?.unwrap_or(0) as u64)
}

/// The last time that was issued with a write.
pub fn last_time(rows: &impl Rows) -> Result<Timestamp, Failure> {
    let last = number(rows, rows::LAST_ROW, || "the last time".to_owned())?;
    Ok(last.map_or(Timestamp::ZERO, Timestamp::from_millis))
}

fn number(
    rows: &impl Rows,
    row: &[u8],
    what: impl FnOnce() -> String,
) -> Result<Option<i64>, Failure> {
    let Some(value) = rows.get(row)? else {
        return Ok(None);
    };
    rows::decode_number(value.value()).map(Some).map_err(|bad| damaged(what())(bad))
}

/// The numbers of the oldest and the newest record of a log; zeros if it is empty.
pub fn log_ends(rows: &impl Rows, slot: &Slot, log: &LogId) -> Result<(u64, u64), Failure> {
    // Where a log begins and ends is where its rows do: no second place could say otherwise.
    let (low, high) = (rows::record(slot, log, 0), rows::record(slot, log, u64::MAX));
    let mut records = rows.range(low.as_slice()..=high.as_slice())?;
    let seq =
        |key: &[u8]| rows::split_seq(key).map_err(damaged(format_args!("{slot} log {}", log.0)));
    let Some(oldest) = records.next() else {
        return Ok((0, 0));
    };
    let oldest = seq(oldest?.0.value())?;
    let newest = match records.next_back() {
        Some(newest) => seq(newest?.0.value())?,
        None => oldest,
    };
    Ok((oldest, newest))
}

/// Part of a log.
pub fn log_page(
    rows: &impl Rows,
    slot: &Slot,
    log: &LogId,
    after: u64,
    limit: usize,
) -> Result<LogPage, Failure> {
    let (oldest, head) = log_ends(rows, slot, log)?;
    let mut page = LogPage { records: Vec::new(), head, oldest };
    let (low, high) = (rows::record(slot, log, after), rows::record(slot, log, u64::MAX));
    let bounds = (Excluded(low.as_slice()), Included(high.as_slice()));
    if low < high {
        for entry in rows.range::<&[u8]>(bounds)?.take(limit) {
            let (key, value) = entry?;
            let record = rows::split_seq(key.value())
                .and_then(|seq| rows::decode_record(seq, value.value()))
                .map_err(damaged(format_args!("{slot} log {}", log.0)))?;
            page.records.push(record);
        }
    }
    Ok(page)
}

/// Members in order; see [`Store::range`].
pub fn range(
    rows: &impl Rows,
    slot: &Slot,
    index: Index,
    after: Option<(i64, String)>,
    up_to: i64,
    limit: usize,
) -> Result<Vec<(i64, String)>, Failure> {
    let prefix = rows::ordered_prefix(slot, index);
    let low = match &after {
        Some((score, member)) => rows::ordered(slot, index, *score, member),
        None => prefix.clone(),
    };
    let mut members = Vec::new();
    // No upper bound is needed: the first row of something else ends it.
    for entry in rows.range::<&[u8]>((Excluded(low.as_slice()), Unbounded))? {
        let (key, _) = entry?;
        if members.len() >= limit || !key.value().starts_with(&prefix) {
            break;
        }
        let (score, member) = rows::split_ordered(key.value(), prefix.len())
            .map_err(damaged(format_args!("{slot} {}", index.0)))?;
        if score > up_to {
            break;
        }
        members.push((score, member));
    }
    Ok(members)
}

/// The members of [`Index::DUE`] whose time has come.
pub fn due(
    rows: &impl Rows,
    slot: &Slot,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<Claimed>, Failure> {
    let due = range(rows, slot, Index::DUE, None, now.as_millis(), limit)?;
    let claimed = |(score, member)| Claimed { member, due: Timestamp::from_millis(score) };
    Ok(due.into_iter().map(claimed).collect())
}
