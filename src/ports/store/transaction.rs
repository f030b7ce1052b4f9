//! What is read, and the change that is made from it: never from anything else.

use super::{
    BODY_BYTES_MAX, EntityKey, FORM_BYTES_MAX, Index, LogId, SNAPSHOT_SPAN, Slot, StoreError,
};
use crate::domain::time::Timestamp;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt;

/// A version of an entity. Compared for equality only, outside the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    /// `max(previous + 1, store time in ms)`.
    pub number: u64,
    /// Random, so that a rewound store cannot issue the same version twice.
    pub tag: u64,
}

/// What a load saw of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// The entity, as of this version.
    Present {
        /// Its version.
        version: Version,
        /// Its body: JSON, opaque to the store.
        body: Bytes,
    },
    /// No entity; `tombstone` is the version it was deleted at, if that is still remembered.
    Absent {
        /// The version of the deletion.
        tombstone: Option<Version>,
    },
}

/// One record of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its place in the log, from 1.
    pub seq: u64,
    /// Random; tells two histories with the same numbers apart.
    pub event_id: u128,
    /// JSON, opaque to the store.
    pub body: Bytes,
}

/// Part of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    /// The records asked for, in order.
    pub records: Vec<Record>,
    /// The seq of the newest record; 0 if the log is empty.
    pub head: u64,
    /// The seq of the oldest record that is still kept; 0 if the log is empty.
    pub oldest: u64,
}

/// What a transaction writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Creates or replaces an entity. Its key must have been loaded.
    Put {
        /// Which.
        key: EntityKey,
        /// The new body.
        body: Bytes,
    },
    /// Deletes an entity and leaves a tombstone. Its key must have been loaded. Deleting what is
    /// absent changes nothing.
    Delete {
        /// Which.
        key: EntityKey,
    },
    /// Appends one record. `seq` must be the log's head + 1, else the commit is a conflict.
    Append {
        /// Which log.
        log: LogId,
        /// The record.
        record: Record,
        /// Forget older records beyond this many; the newest record always stays, because the
        /// numbering goes on from it.
        keep: Option<u64>,
    },
    /// Forgets a whole log, if it is there; its next record is number 1 again.
    DropLog {
        /// Which log.
        log: LogId,
    },
    /// Adds a member to an ordered set or moves it.
    IndexPut {
        /// Which set.
        index: Index,
        /// The member.
        member: String,
        /// Its score.
        score: i64,
    },
    /// Removes a member from an ordered set, if it is there.
    IndexRemove {
        /// Which set.
        index: Index,
        /// The member.
        member: String,
    },
    /// Adds to a counter (which starts at 0 and never falls below it).
    CounterAdd {
        /// Which counter.
        counter: String,
        /// How much; may be negative.
        by: i64,
        /// If the sum would exceed this, the whole transaction is refused with
        /// [`StoreError::LimitReached`]. A subtraction is never refused: a limit that was lowered
        /// must not keep things from draining.
        limit: Option<i64>,
    },
}

/// A condition on an ordered set that must hold at commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreAtLeast {
    /// Which set.
    pub index: Index,
    /// The member, which must be there.
    pub member: String,
    /// Its score must be at least this.
    pub score: i64,
}

/// A change to one slot: all of it happens or none.
#[derive(Debug, Clone)]
pub struct Transaction {
    slot: Slot,
    checks: BTreeMap<EntityKey, Option<Version>>,
    conditions: Vec<ScoreAtLeast>,
    valid_until: Timestamp,
    writes: Vec<Write>,
    topics: Vec<String>,
    frees: bool,
    tag: u64,
    body_bytes_max: usize,
}

/// What was read, and with it what a commit will check.
#[derive(Debug, Clone)]
pub struct Snapshot {
    slot: Slot,
    at: Timestamp,
    entities: BTreeMap<EntityKey, Observed>,
    scores: BTreeMap<(Index, String), Option<i64>>,
}

impl Snapshot {
    /// Made by a store's `load`.
    pub fn new(
        slot: Slot,
        at: Timestamp,
        entities: BTreeMap<EntityKey, Observed>,
        scores: BTreeMap<(Index, String), Option<i64>>,
    ) -> Self {
        Snapshot { slot, at, entities, scores }
    }

    /// The store's time of the load: the `at` that is handed to the domain.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The slot that was read.
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// The entity under `key`, decoded; `None` if it was absent.
    ///
    /// # Panics
    /// If `key` was not part of the load: what was not read cannot be checked.
    pub fn get<T: DeserializeOwned>(&self, key: &EntityKey) -> Result<Option<T>, StoreError> {
        match self.observed(key) {
            Observed::Absent { .. } => Ok(None),
            Observed::Present { body, .. } => decode(key, body).map(Some),
        }
    }

    /// What was seen under `key`.
    ///
    /// # Panics
    /// If `key` was not part of the load.
    pub fn observed(&self, key: &EntityKey) -> &Observed {
        self.entities.get(key).unwrap_or_else(|| panic!("{key} was not part of the load"))
    }

    /// The score of `member` in `index`; `None` if it was not a member.
    ///
    /// # Panics
    /// If it was not part of the load.
    pub fn score(&self, index: Index, member: &str) -> Option<i64> {
        *self
            .scores
            .get(&(index, member.to_owned()))
            .unwrap_or_else(|| panic!("{}:{member} was not part of the load", index.0))
    }

    /// What was seen of this key alone: a change made from it is checked against nothing else.
    ///
    /// # Panics
    /// If `key` was not part of the load.
    pub fn only(&self, key: &EntityKey) -> Snapshot {
        let entities = [(key.clone(), self.observed(key).clone())].into();
        Snapshot { slot: self.slot.clone(), at: self.at, entities, scores: BTreeMap::new() }
    }

    /// Replaces the body of each entity that is there; for a store that wraps another one and keeps
    /// bodies there in a form of its own.
    pub fn change_bodies(
        &mut self,
        mut with: impl FnMut(&EntityKey, &Bytes) -> Result<Bytes, StoreError>,
    ) -> Result<(), StoreError> {
        for (key, observed) in &mut self.entities {
            if let Observed::Present { body, .. } = observed {
                *body = with(key, body)?;
            }
        }
        Ok(())
    }

    /// Adds what a second load of the same slot saw. The earlier time counts.
    pub fn join(mut self, later: Snapshot) -> Snapshot {
        assert_eq!(self.slot, later.slot, "a snapshot is of one slot");
        self.at = self.at.min(later.at);
        // What was read first stays the one that is checked: a change in between is a conflict.
        for (key, observed) in later.entities {
            self.entities.entry(key).or_insert(observed);
        }
        self.scores.extend(later.scores);
        self
    }

    /// Begins a change that will be checked against all of this. `tag` is fresh randomness.
    pub fn change(&self, tag: u64) -> Transaction {
        Transaction {
            slot: self.slot.clone(),
            checks: self
                .entities
                .iter()
                .map(|(key, observed)| {
                    let expected = match observed {
                        Observed::Present { version, .. } => Some(*version),
                        Observed::Absent { tombstone } => *tombstone,
                    };
                    (key.clone(), expected)
                })
                .collect(),
            conditions: Vec::new(),
            valid_until: self.at + SNAPSHOT_SPAN,
            writes: Vec::new(),
            topics: Vec::new(),
            frees: false,
            tag,
            body_bytes_max: BODY_BYTES_MAX,
        }
    }
}

impl Transaction {
    /// Replaces or creates an entity that was loaded.
    ///
    /// # Panics
    /// If `key` was not part of the load.
    pub fn put<T: Serialize>(&mut self, key: EntityKey, value: &T) -> &mut Self {
        assert!(self.checks.contains_key(&key), "{key} was not part of the load");
        self.writes.push(Write::Put { key, body: encode(value) });
        self
    }

    /// Deletes an entity that was loaded.
    ///
    /// # Panics
    /// If `key` was not part of the load.
    pub fn delete(&mut self, key: EntityKey) -> &mut Self {
        assert!(self.checks.contains_key(&key), "{key} was not part of the load");
        self.writes.push(Write::Delete { key });
        self
    }

    /// Appends a record to a log; see [`Write::Append`].
    pub fn append<T: Serialize>(
        &mut self,
        log: LogId,
        seq: u64,
        event_id: u128,
        value: &T,
        keep: Option<u64>,
    ) -> &mut Self {
        let record = Record { seq, event_id, body: encode(value) };
        self.writes.push(Write::Append { log, record, keep });
        self
    }

    /// Forgets a whole log; see [`Write::DropLog`].
    pub fn drop_log(&mut self, log: LogId) -> &mut Self {
        self.writes.push(Write::DropLog { log });
        self
    }

    /// Adds `member` to `index` or moves it.
    pub fn index_put(&mut self, index: Index, member: impl Into<String>, score: i64) -> &mut Self {
        self.writes.push(Write::IndexPut { index, member: member.into(), score });
        self
    }

    /// Removes `member` from `index`.
    pub fn index_remove(&mut self, index: Index, member: impl Into<String>) -> &mut Self {
        self.writes.push(Write::IndexRemove { index, member: member.into() });
        self
    }

    /// Adds to a counter; see [`Write::CounterAdd`].
    pub fn count(&mut self, counter: impl Into<String>, by: i64, limit: Option<i64>) -> &mut Self {
        self.writes.push(Write::CounterAdd { counter: counter.into(), by, limit });
        self
    }

    /// Demands that a score is still at least this when the change is made.
    pub fn require_score_at_least(
        &mut self,
        index: Index,
        member: impl Into<String>,
        score: i64,
    ) -> &mut Self {
        self.conditions.push(ScoreAtLeast { index, member: member.into(), score });
        self
    }

    /// Names something that readers may be waiting for. Carries no data.
    pub fn ring(&mut self, topic: impl Into<String>) -> &mut Self {
        self.topics.push(topic.into());
        self
    }

    /// Whether it ends or frees something: a store that is full takes it then all the same, though it
    /// notes more than it removes.
    pub fn frees_if(&mut self, frees: bool) -> &mut Self {
        self.frees = frees;
        self
    }

    /// Whether it ends or frees something.
    pub fn is_freeing(&self) -> bool {
        self.frees
    }

    /// The slot it touches.
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// For each key read: the version (or tombstone) it must still have; `None` = never existed.
    ///
    /// A present entity and a tombstone never share a version, so one comparison decides both.
    pub fn checks(&self) -> &BTreeMap<EntityKey, Option<Version>> {
        &self.checks
    }

    /// Conditions on ordered sets.
    pub fn conditions(&self) -> &[ScoreAtLeast] {
        &self.conditions
    }

    /// The store refuses the change after this time with [`StoreError::Stale`].
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// What is written, in order.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// Lets each write be replaced, in order; for a store that wraps another one and keeps bodies
    /// there in a form of its own, of [`FORM_BYTES_MAX`] at most.
    pub fn change_writes(&mut self, with: impl FnMut(&mut Write)) {
        self.body_bytes_max = FORM_BYTES_MAX;
        self.writes.iter_mut().for_each(with);
    }

    /// The largest body it may hold, in bytes.
    pub fn body_bytes_max(&self) -> usize {
        self.body_bytes_max
    }

    /// What is rung after the commit.
    pub fn topics(&self) -> &[String] {
        &self.topics
    }

    /// The random part of every version this transaction makes.
    pub fn tag(&self) -> u64 {
        self.tag
    }

    /// Whether it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// Encodes a body as it is stored.
pub fn encode<T: Serialize>(value: &T) -> Bytes {
    // Our own types with string keys only: there is no value of them that JSON cannot hold.
    Bytes::from(serde_json::to_vec(value).expect("a stored type must be representable as JSON"))
}

/// Decodes a body, naming what is damaged when it cannot be.
pub fn decode<T: DeserializeOwned>(what: impl fmt::Display, body: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body)
        .map_err(|e| StoreError::Damaged { what: what.to_string(), reason: e.to_string() })
}
