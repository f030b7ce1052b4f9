//! What the scripts answer, as the port's own types. An answer that cannot be read is damage, and
//! says where.

use super::keys;
use crate::domain::time::Timestamp;
use crate::ports::store::{
    Claimed, Committed, EntityKey, Index, LogId, LogPage, Observed, Record, Slot, Snapshot,
    StoreError, Version,
};
use bytes::Bytes;
use redis::Value;
use std::collections::BTreeMap;

/// What a script says of the slot before anything else.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The slot is ours; this is the rest of the answer.
    Told(Vec<Value>),
    /// The slot has no head, or another deployment's.
    Unknown {
        /// Whose it is; empty if nobody's.
        deployment: String,
    },
    /// A restart of the server dropped what was written in the slot.
    Torn,
    /// A check failed, and nothing was written.
    Refused(StoreError),
}

fn damaged(what: impl Into<String>, found: &impl std::fmt::Debug) -> StoreError {
    let mut reason = format!("{found:?}");
    // Bodies do not belong into messages for operators.
    reason.truncate(reason.char_indices().nth(80).map_or(reason.len(), |(at, _)| at));
    StoreError::Damaged { what: what.into(), reason: format!("unexpected: {reason}") }
}

fn list(what: &str, value: Value) -> Result<Vec<Value>, StoreError> {
    match value {
        Value::Array(items) => Ok(items),
        other => Err(damaged(what, &other)),
    }
}

/// Bytes as they are.
pub fn bytes(value: &Value) -> Option<Bytes> {
    match value {
        Value::BulkString(bytes) => Some(Bytes::copy_from_slice(bytes)),
        _ => None,
    }
}

/// A text, also where Redis answers with a number.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes.clone()).ok(),
        Value::SimpleString(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number<T: std::str::FromStr>(what: &str, value: Option<&Value>) -> Result<T, StoreError> {
    let parsed = value.and_then(text).and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| damaged(what, &value))
}

/// The beginning of an answer.
pub fn answer(slot: &Slot, value: Value) -> Result<Answer, StoreError> {
    let what = slot.to_string();
    let mut items = list(&what, value)?;
    let status = items.first().and_then(text).unwrap_or_default();
    let detail = |at: usize| items.get(at).and_then(text).unwrap_or_default();
    match status.as_str() {
        "ok" => {
            items.remove(0);
            Ok(Answer::Told(items))
        }
        "unknown" => Ok(Answer::Unknown { deployment: detail(1) }),
        "torn" => Ok(Answer::Torn),
        "stale" => Ok(Answer::Refused(StoreError::Stale)),
        "conflict" => Ok(Answer::Refused(StoreError::Conflict { what: detail(1) })),
        "limit" => {
            let limit = number(&what, items.get(2))?;
            Ok(Answer::Refused(StoreError::LimitReached { counter: detail(1), limit }))
        }
        _ => Err(damaged(what, &status)),
    }
}

/// The time at the head of an answer.
pub fn at(slot: &Slot, told: &[Value]) -> Result<Timestamp, StoreError> {
    number(&slot.to_string(), told.first()).map(Timestamp::from_millis)
}

/// The receipt of a transaction.
pub fn committed(slot: &Slot, told: &[Value]) -> Result<Committed, StoreError> {
    let counter = number(&slot.to_string(), told.get(1))?;
    Ok(Committed { at: at(slot, told)?, counter })
}

/// A version; `None` for nothing.
pub fn version(what: &str, value: &Value) -> Result<Option<Version>, StoreError> {
    if *value == Value::Nil {
        return Ok(None);
    }
    let parsed = text(value).and_then(|text| {
        let (number, tag) = text.split_once('-')?;
        Some(Version { number: number.parse().ok()?, tag: u64::from_str_radix(tag, 16).ok()? })
    });
    parsed.map(Some).ok_or_else(|| damaged(format!("the version of {what}"), value))
}

/// What a load saw.
pub fn snapshot(
    slot: &Slot,
    entities: &[EntityKey],
    scores: &[(Index, String)],
    told: &[Value],
) -> Result<Snapshot, StoreError> {
    let mut rest = told.iter().skip(1);
    let mut next = || rest.next().ok_or_else(|| damaged(slot.to_string(), &"a short answer"));
    let mut seen = BTreeMap::new();
    for key in entities {
        let version = version(&key.to_string(), next()?)?;
        let observed = match (version, bytes(next()?)) {
            (Some(version), Some(body)) => Observed::Present { version, body },
            (tombstone, None) => Observed::Absent { tombstone },
            (None, Some(_)) => return Err(damaged(key.to_string(), &"a body without a version")),
        };
        seen.insert(key.clone(), observed);
    }
    let mut found = BTreeMap::new();
    for (index, member) in scores {
        let score = score(next()?).ok_or_else(|| damaged(index.0, member))?;
        found.insert((*index, member.clone()), score);
    }
    Ok(Snapshot::new(slot.clone(), at(slot, told)?, seen, found))
}

/// A score as `load` tells it: nothing, a double, or the sortable text of one that is not exact.
fn score(value: &Value) -> Option<Option<i64>> {
    if *value == Value::Nil {
        return Some(None);
    }
    let text = text(value)?;
    match text.strip_prefix('~') {
        Some(far) => keys::parse_far(far).map(Some),
        None => keys::parse_score(&text, "").map(|(score, _)| Some(score)),
    }
}

/// Members with their scores, told as pairs in one list.
pub fn members(index: Index, told: Vec<Value>) -> Result<Vec<(i64, String)>, StoreError> {
    let items = list(index.0, told.into_iter().nth(1).unwrap_or(Value::Nil))?;
    let pair = |pair: &[Value]| {
        let (member, score) = (text(pair.first()?)?, text(pair.get(1)?)?);
        keys::parse_score(&score, &member)
    };
    items
        .chunks(2)
        .map(|chunk| pair(chunk).ok_or_else(|| damaged(format!("index {}", index.0), &chunk)))
        .collect()
}

/// What was claimed.
pub fn claimed(told: Vec<Value>) -> Result<Vec<Claimed>, StoreError> {
    let claimed = |(due, member)| Claimed { member, due: Timestamp::from_millis(due) };
    Ok(members(Index::DUE, told)?.into_iter().map(claimed).collect())
}

/// A page of a log.
pub fn page(log: &LogId, told: &[Value]) -> Result<LogPage, StoreError> {
    let what = format!("log {}", log.0);
    let records = told.get(3).cloned().unwrap_or(Value::Nil);
    let records = list(&what, records)?
        .into_iter()
        .map(|entry| record(&entry).ok_or_else(|| damaged(what.as_str(), &entry)));
    Ok(LogPage {
        records: records.collect::<Result<_, _>>()?,
        head: number(&what, told.get(1))?,
        oldest: number(&what, told.get(2))?,
    })
}

/// A stream's entry: its id, then names and values in turn.
pub fn record(entry: &Value) -> Option<Record> {
    let Value::Array(parts) = entry else { return None };
    let id = text(parts.first()?)?;
    let Value::Array(fields) = parts.get(1)? else { return None };
    let field = |name: &str| {
        let at = fields.chunks(2).find(|pair| text(&pair[0]).as_deref() == Some(name))?;
        at.get(1).and_then(bytes)
    };
    let event_id = String::from_utf8(field("event")?.to_vec()).ok()?;
    Some(Record {
        seq: id.split_once('-')?.0.parse().ok()?,
        event_id: u128::from_str_radix(&event_id, 16).ok()?,
        body: field("body")?,
    })
}
