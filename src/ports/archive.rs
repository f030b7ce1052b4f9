//! The archive port: where ended conversations go when they leave the store.
//!
//! A row is written before the conversation is deleted, so that a crash in between leaves it in
//! both places and the next pass writes it again. Whoever reads an archive therefore keeps, of the
//! rows of one conversation and generation, the one with the most events.

use crate::domain::time::Timestamp;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One conversation as it leaves the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Archived {
    /// Its id.
    pub conversation: String,
    /// Which life of this id it was: the event id of its first event.
    pub generation: String,
    /// The number of its last event.
    pub head: u64,
    /// When it was written down.
    pub archived_at: Timestamp,
    /// The conversation as it was stored.
    pub state: Value,
    /// All its events, in order.
    pub events: Vec<ArchivedEvent>,
}

/// One event of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ArchivedEvent {
    /// Its place in the log.
    pub seq: u64,
    /// Tells two histories with the same numbers apart.
    pub event_id: String,
    /// The event as it was stored, with its time.
    pub record: Value,
}

/// Why rows were not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the archive {place} was not written: {reason}; the conversations stay in the store")]
pub struct ArchiveError {
    /// Where.
    pub place: String,
    /// What went wrong.
    pub reason: String,
}

/// Keeps what leaves the store.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Writes rows down; when this returns `Ok` they survive a loss of power.
    async fn keep(&self, rows: &[Archived]) -> Result<(), ArchiveError>;
}
