//! A call of the port as one script call: which keys it declares and with which arguments. Every
//! key that a script touches is declared here, once.

use super::keys::{Keys, Score};
use super::scripts::{Call, Script};
use crate::domain::time::Timestamp;
use crate::ports::store::{
    EntityKey, Index, LogId, Slot, TOMBSTONE_SPAN, Transaction, Version, Write,
};
use crate::store::stored::SWEEP_MAX;
use std::collections::HashMap;
use std::time::Duration;

/// For how long the receipt of a transaction is kept. A transaction is refused as stale long
/// before, so a copy of it that comes later still can do no harm.
const RECEIPT_SPAN: Duration = Duration::from_secs(10);
/// A claim that lasts longer than this is for ever.
const VISIBILITY_MAX: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Who asks, and what time it is there.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The deployment.
    pub deployment: &'a str,
    /// The time, if not the server's counts.
    pub given: Option<Timestamp>,
    /// The latest time seen in this slot.
    pub floor: Timestamp,
}

impl Asked<'_> {
    fn begin(&self, call: &mut Call) {
        call.arg(self.deployment);
        call.arg(self.given.map_or_else(String::new, |at| at.as_millis().to_string()));
        call.arg(self.floor.as_millis().to_string());
    }
}

/// The version as it is stored.
pub fn version_text(version: Option<Version>) -> String {
    version.map_or_else(String::new, |version| format!("{}-{:016x}", version.number, version.tag))
}

/// Declares each key once and says at which place it stands.
struct Declared<'a> {
    call: &'a mut Call,
    places: HashMap<String, usize>,
}

impl Declared<'_> {
    fn arg(&mut self, key: String) {
        let next = self.call.keys() + 1;
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => {
                self.call.key(&key);
                self.places.insert(key, next);
                next
            }
        };
        self.call.arg(place.to_string());
    }
}

/// A transaction. `id` makes sure that it happens once.
pub fn commit(keys: &Keys, asked: &Asked<'_>, change: &Transaction, id: u128) -> Call {
    let slot = change.slot();
    let mut call = Call::new(match growth(change) {
        Growth::None => Script::CommitAnyway,
        Growth::Some => Script::Commit,
        Growth::Conversation => Script::CommitNew,
    });
    call.key(&keys.head(slot)).key(&keys.gone(slot)).key(&keys.gone_until(slot));
    call.key(&keys.counters(slot)).key(&keys.far(slot)).key(&keys.once(slot, id));
    asked.begin(&mut call);
    call.arg(change.valid_until().as_millis().to_string());
    call.arg(format!("{:016x}", change.tag()));
    call.arg(TOMBSTONE_SPAN.as_millis().to_string());
    call.arg(SWEEP_MAX.to_string());
    call.arg(RECEIPT_SPAN.as_millis().to_string());
    call.arg(keys.bell());
    call.arg(slot.to_string());
    call.arg(change.topics().join(" "));
    let mut declared = Declared { call: &mut call, places: HashMap::new() };
    declared.call.arg(change.checks().len().to_string());
    for (key, expected) in change.checks() {
        declared.arg(keys.entity(slot, key));
        declared.call.arg(key.to_string()).arg(version_text(*expected));
    }
    declared.call.arg(change.conditions().len().to_string());
    for condition in change.conditions() {
        let score = Score::of(condition.score);
        declared.arg(keys.index(slot, condition.index));
        declared.call.arg(condition.index.0).arg(condition.member.as_str());
        declared.call.arg(score.number).arg(score.text.unwrap_or_default());
    }
    declared.call.arg(change.writes().len().to_string());
    for write in change.writes() {
        encode_write(keys, slot, write, &mut declared);
    }
    call
}

fn encode_write(keys: &Keys, slot: &Slot, write: &Write, to: &mut Declared<'_>) {
    match write {
        Write::Put { key, body } => {
            to.call.arg("put");
            to.arg(keys.entity(slot, key));
            to.call.arg(key.to_string()).bytes(body);
        }
        Write::Delete { key } => {
            to.call.arg("delete");
            to.arg(keys.entity(slot, key));
            to.call.arg(key.to_string());
        }
        Write::Append { log, record, keep } => {
            to.call.arg("append");
            to.arg(keys.log(slot, log));
            to.call.arg(log.0.as_str()).arg(record.seq.to_string());
            to.call.arg(format!("{:032x}", record.event_id)).bytes(&record.body);
            // The newest record always stays.
            let keep = keep.map(|keep| keep.clamp(1, i64::MAX as u64).to_string());
            to.call.arg(keep.unwrap_or_default());
        }
        Write::DropLog { log } => {
            to.call.arg("drop");
            to.arg(keys.log(slot, log));
        }
        Write::IndexPut { index, member, score } => {
            let score = Score::of(*score);
            to.call.arg("index");
            to.arg(keys.index(slot, *index));
            to.call.arg(index.0).arg(member.as_str());
            to.call.arg(score.number).arg(score.text.unwrap_or_default());
        }
        Write::IndexRemove { index, member } => {
            to.call.arg("leave");
            to.arg(keys.index(slot, *index));
            to.call.arg(index.0).arg(member.as_str());
        }
        Write::CounterAdd { counter, by, limit } => {
            to.call.arg("count").arg(counter.as_str()).arg(by.to_string());
            to.call.arg(limit.map_or_else(String::new, |limit| limit.to_string()));
        }
    }
}

/// What a change takes of the server's memory that nobody gives back soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Growth {
    /// Nothing to speak of: it passes although memory is full. What the service does by itself delivers,
    /// ends or frees what is there already, and without it the server could never be drained; what
    /// somebody ends or gives up is the same. What is remembered of an agent's requests is bounded.
    None,
    /// Something: a customer's message, or whatever else is asked for under a request id of its own (its
    /// record is new). It waits while memory is full, and can be sent again.
    Some,
    /// A conversation, which will grow: it waits a little earlier, so that there is room for those that
    /// are there.
    Conversation,
}

fn growth(change: &Transaction) -> Growth {
    use crate::ports::store::Kind;
    let is_new = |key: &EntityKey| matches!(change.checks().get(key), Some(None));
    let of = |write: &Write| match write {
        Write::Put { key, .. } => match key.kind {
            Kind::Conversation if is_new(key) => Growth::Conversation,
            Kind::Request if is_new(key) && matches!(change.slot(), Slot::Bucket(_)) => {
                Growth::Some
            }
            Kind::Customer if is_new(key) => Growth::Some,
            // The next mark says more.
            Kind::ReadMarks => Growth::Some,
            Kind::Conversation
            | Kind::Request
            | Kind::Customer
            | Kind::Outbox
            | Kind::Item
            | Kind::Agent
            | Kind::Fence
            | Kind::Deployment
            | Kind::Alerts
            | Kind::Directives => Growth::None,
        },
        Write::Append { .. }
        | Write::Delete { .. }
        | Write::DropLog { .. }
        | Write::IndexPut { .. }
        | Write::IndexRemove { .. }
        | Write::CounterAdd { .. } => Growth::None,
    };
    match change.is_freeing() {
        true => Growth::None,
        false => change.writes().iter().map(of).max().unwrap_or(Growth::None),
    }
}

/// A load.
pub fn load(
    keys: &Keys,
    asked: &Asked<'_>,
    slot: &Slot,
    entities: &[EntityKey],
    scores: &[(Index, String)],
) -> Call {
    let mut call = Call::new(Script::Load);
    call.key(&keys.head(slot)).key(&keys.gone(slot)).key(&keys.far(slot));
    asked.begin(&mut call);
    call.arg(entities.len().to_string());
    for key in entities {
        call.key(&keys.entity(slot, key)).arg(key.to_string());
    }
    let mut declared = Declared { call: &mut call, places: HashMap::new() };
    for (index, member) in scores {
        declared.arg(keys.index(slot, *index));
        declared.call.arg(index.0).arg(member.as_str());
    }
    call
}

/// A claim of what is due.
pub fn claim(
    keys: &Keys,
    asked: &Asked<'_>,
    slot: &Slot,
    limit: usize,
    visibility: Duration,
) -> Call {
    let mut call = Call::new(Script::Claim);
    call.key(&keys.head(slot)).key(&keys.index(slot, Index::DUE)).key(&keys.far(slot));
    asked.begin(&mut call);
    call.arg(limit.to_string()).arg(visibility.min(VISIBILITY_MAX).as_millis().to_string());
    call
}

/// A page of an ordered set.
pub fn range(
    keys: &Keys,
    asked: &Asked<'_>,
    slot: &Slot,
    index: Index,
    after: Option<&(i64, String)>,
    up_to: i64,
    limit: usize,
) -> Call {
    let mut call = Call::new(Script::Range);
    call.key(&keys.head(slot)).key(&keys.index(slot, index));
    asked.begin(&mut call);
    match after {
        Some((score, member)) => {
            let score = Score::of(*score);
            let member = score.member(member);
            call.arg(score.number).arg(member);
        }
        None => _ = call.arg("").arg(""),
    }
    let end = Score::of(up_to);
    call.arg(end.number.as_str()).arg(end.end()).arg(limit.to_string());
    call
}

/// A page of a log; nothing but its ends if `from` is `None`.
pub fn read_log(
    keys: &Keys,
    asked: &Asked<'_>,
    slot: &Slot,
    log: &LogId,
    from: Option<u64>,
    limit: usize,
) -> Call {
    let mut call = Call::new(Script::ReadLog);
    call.key(&keys.head(slot)).key(&keys.log(slot, log));
    asked.begin(&mut call);
    call.arg(from.map_or_else(String::new, |from| from.to_string())).arg(limit.to_string());
    call
}
