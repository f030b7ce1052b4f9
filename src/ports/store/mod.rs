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

mod names;
mod transaction;
pub mod whole;

use crate::domain::time::Timestamp;
use async_trait::async_trait;
pub use names::*;
use std::time::Duration;
pub use transaction::*;

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

/// The largest form of such a body that a wrapping store keeps in its place, in bytes.
pub const FORM_BYTES_MAX: usize = 2 * BODY_BYTES_MAX;

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
    /// Something passed by: nothing changed, and there is nothing to read.
    Passed {
        /// The slot of what it is about.
        slot: Slot,
        /// What passed.
        topic: String,
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

/// Why a store is not available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It cannot be reached or does not answer.
    Away,
    /// It is full: what is new is refused, what frees something is not.
    Full,
    /// It answers and takes no writes.
    Barred,
    /// It answers, and what this slot held is gone.
    Lost,
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
    /// The store cannot be reached, does not answer, or does not do it.
    #[error("the store is not available: {reason}")]
    Unavailable {
        /// Whether a commit may have happened all the same.
        maybe_applied: bool,
        /// What sort of trouble it is.
        why: Why,
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

impl StoreError {
    /// Whether it concerns only what was asked for: a slot that has lost what it held, or a record that
    /// cannot be understood. Whoever walks over everything goes on with the rest.
    pub fn is_local(&self) -> bool {
        match self {
            StoreError::Unavailable { why, .. } => *why == Why::Lost,
            StoreError::Damaged { .. } => true,
            StoreError::Conflict { .. }
            | StoreError::Stale
            | StoreError::LimitReached { .. }
            | StoreError::TooLarge(_) => false,
        }
    }

    /// The same, where it is known that nothing was written.
    pub fn not_applied(self) -> StoreError {
        match self {
            StoreError::Unavailable { why, reason, .. } => {
                StoreError::Unavailable { maybe_applied: false, why, reason }
            }
            other => other,
        }
    }
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

    /// Whether a record that was committed would still be there if the server that answered were
    /// lost for good, as far as the deployment asks for that. A store on one machine has nothing to
    /// add to what a commit promises.
    async fn is_replicated(&self, slot: &Slot, log: &LogId, seq: u64, event_id: u128) -> bool {
        let _ = (slot, log, seq, event_id);
        true
    }

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

    /// Tells whoever listens now, on every instance, that something passes by. Nothing is stored, and
    /// nothing repairs what is lost.
    async fn pass(&self, slot: &Slot, topic: &str) -> Result<(), StoreError>;

    /// Starts listening; rings before this call are not heard.
    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError>;
}
