//! The store port: one transaction primitive over *slots*.
//!
//! All state lives in slots. A transaction touches one slot only and is all-or-nothing:
//! check versions, then put or delete entities, append to logs, move index entries, add to
//! counters, ring the doorbell. Business rules never live behind this trait, so an adapter
//! stays small, and the same contract suite ([`crate::store::contract`]) holds for all of them.
//!
//! The rules that keep it honest:
//! - A [`Transaction`] is made only from the [`Snapshot`] it read. Every version that was read is
//!   checked at commit, also of what is not written; that something was absent is checked too.
//! - Versions never repeat: `max(previous + 1, store time in ms)` beside a random tag, kept in
//!   tombstones when an entity is deleted (for at least [`TOMBSTONE_SPAN`]).
//! - A transaction is good until [`Transaction::valid_until`] by the store's clock; a paused
//!   process cannot act on what it saw long ago.
//! - Reads of logs, ranges and counters are not checked; what depends on them says so with
//!   [`Transaction::require_score_at_least`] or re-reads.

use crate::domain::ids::PoolId;
use crate::domain::time::Timestamp;
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How long after its load a snapshot may still be committed, by the store's clock.
pub const SNAPSHOT_SPAN: Duration = Duration::from_secs(2);
/// How long the version of a deleted entity is remembered at least.
pub const TOMBSTONE_SPAN: Duration = Duration::from_secs(60 * 60);
/// The most entities one transaction may check or write.
pub const ENTITIES_MAX: usize = 64;
/// The most writes of one transaction, of any sort.
pub const WRITES_MAX: usize = 256;
/// The largest body of one entity or log record, in bytes.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// A group of state that one transaction may touch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Conversations are hashed into buckets; their number is fixed per deployment.
    Bucket(u16),
    /// One capacity domain: its agents, queue items and offers.
    Pool(PoolId),
    /// What belongs to the deployment as a whole.
    System,
}

impl fmt::Display for Slot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Slot::Bucket(number) => write!(out, "b{number:04}"),
            Slot::Pool(pool) => write!(out, "p:{pool}"),
            Slot::System => write!(out, "sys"),
        }
    }
}

/// What sort of thing an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A conversation (bucket).
    Conversation,
    /// The record of one request id and its answer (any slot).
    Request,
    /// An intent that must be carried out in another slot (bucket or pool).
    Outbox,
    /// A conversation's place in a queue (pool).
    Item,
    /// A human agent's profile, presence and held work (pool).
    Agent,
    /// Who may match in this pool (pool).
    Fence,
    /// What the deployment remembers about itself (system).
    Deployment,
}

impl Kind {
    /// A short, stable tag for keys.
    pub const fn tag(self) -> &'static str {
        match self {
            Kind::Conversation => "c",
            Kind::Request => "r",
            Kind::Outbox => "o",
            Kind::Item => "i",
            Kind::Agent => "a",
            Kind::Fence => "f",
            Kind::Deployment => "d",
        }
    }
}

/// The name of one entity within its slot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    /// What sort of thing it is.
    pub kind: Kind,
    /// Its id: made of ids and `/`, never of customers' text.
    pub id: String,
}

impl EntityKey {
    /// A key from its parts.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        EntityKey { kind, id: id.into() }
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.kind.tag(), self.id)
    }
}

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

/// A named ordered set of a slot: members with a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(pub &'static str);

impl Index {
    /// When something must be looked at again; the score is a time in ms.
    pub const DUE: Index = Index("due");
    /// Agents' leases; the score is the time in ms at which a lease ends.
    pub const LEASES: Index = Index("leases");
    /// The matcher's lease; the score is the time in ms at which it ends.
    pub const LEADER: Index = Index("leader");
    /// All items of a pool that wait, are offered or assigned.
    pub const ITEMS: Index = Index("items");
    /// All agents of a pool.
    pub const AGENTS: Index = Index("agents");
    /// Conversations of a bucket that a pool also holds something of (for the audit).
    pub const ENTANGLED: Index = Index("entangled");
    /// All conversations of a bucket, the latest first: the score is minus the time of the last
    /// event in ms.
    pub const CONVERSATIONS: Index = Index("conversations");
    /// Outbox entries that were refused too often and wait for a person.
    pub const PARKED: Index = Index("parked");
    /// Bucket: conversations with an open promise; score = when it is due.
    pub const PROMISES: Index = Index("promises");
}

/// A named log of a slot: records numbered 1, 2, 3 … without gaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub String);

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
    tag: u64,
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
            tag,
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

/// The receipt of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The store's time of the commit.
    pub at: Timestamp,
    /// The slot's ring counter after it: it rises by one with each commit that names a topic, and
    /// only then, so that a jump between two rings always means that rings were lost.
    pub counter: u64,
}

/// A due entry that was claimed: nobody else sees it until the claim lapses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The member of [`Index::DUE`].
    pub member: String,
    /// When it was due.
    pub due: Timestamp,
}

/// What the doorbell says. It carries no data and may be lost, doubled or late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ring {
    /// A commit named these topics.
    Rang {
        /// The slot that changed.
        slot: Slot,
        /// Its ring counter after the change: a jump says that rings were lost.
        counter: u64,
        /// What changed.
        topics: Vec<String>,
    },
    /// Rings were lost: look everywhere.
    Missed,
}

/// Listens to the doorbell.
#[async_trait]
pub trait Doorbell: Send {
    /// Waits for the next ring; `None` when the store is gone.
    async fn next(&mut self) -> Option<Ring>;
}

/// Why a store call did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Something read has changed since. Nothing was written; load and handle again.
    #[error("{what} changed since it was read")]
    Conflict {
        /// The key, set or log that differed.
        what: String,
    },
    /// The snapshot is too old to act on. Nothing was written; load and handle again.
    #[error("the snapshot is older than {} s", SNAPSHOT_SPAN.as_secs())]
    Stale,
    /// A counter's limit. Nothing was written.
    #[error("the limit of {limit} for {counter} is reached")]
    LimitReached {
        /// Which counter.
        counter: String,
        /// Its limit.
        limit: i64,
    },
    /// The store cannot be reached or does not answer.
    #[error("the store is not available: {reason}")]
    Unavailable {
        /// Whether a commit may have happened all the same.
        maybe_applied: bool,
        /// What went wrong, for operators.
        reason: String,
    },
    /// What is stored cannot be understood.
    #[error("{what} is damaged: {reason}")]
    Damaged {
        /// Which key or file.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A load or transaction exceeds [`ENTITIES_MAX`], [`WRITES_MAX`] or [`BODY_BYTES_MAX`].
    #[error("the change is too large: {0}")]
    TooLarge(String),
}

/// The one port to durable state.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads entities and scores of one slot at one moment, at most [`ENTITIES_MAX`] of each.
    ///
    /// The snapshot's time is not before any change it shows, so that what is decided from it
    /// never seems to happen before what was decided already.
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError>;

    /// Makes a change; when this returns `Ok`, it is as durable as the store promises.
    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError>;

    /// Reads at most `limit` records with `seq > after`.
    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError>;

    /// At most `limit` members in (score, member) order, strictly after `after` (if given), with
    /// score ≤ `up_to`.
    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError>;

    /// Takes at most `limit` members of [`Index::DUE`] whose time has come (by the store's clock)
    /// and moves each `visibility` into the future, so that nobody else takes them meanwhile. Those
    /// due longest come first. A claim rings no bell.
    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError>;

    /// The ring counter of each slot (see [`Committed::counter`]). Repairs lost rings.
    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError>;

    /// The value of a counter; 0 if it was never touched.
    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError>;

    /// Starts listening; rings before this call are not heard.
    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError>;
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
