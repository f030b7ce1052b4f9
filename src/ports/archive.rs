//! The archive port: where ended conversations go when they leave the store.
//!
//! A row is written before the conversation is deleted, so that a crash in between leaves it in
//! both places and the next pass writes it again. Whoever reads an archive therefore keeps, of the
//! rows of one conversation and generation, the one with the most events.

use crate::domain::ids::CustomerId;
use crate::domain::time::Timestamp;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

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

/// Whose rows are looked for: those of a known customer, and those of conversations by their id.
#[derive(Debug, Clone, Default)]
pub struct Whose {
    /// The customer.
    pub customer: Option<CustomerId>,
    /// Conversations, whoever's they are.
    pub conversations: BTreeSet<String>,
}

/// What of a row says whose it is.
#[derive(Debug, Deserialize)]
pub struct Owned {
    /// The conversation's id.
    pub conversation: String,
    /// As much of its state as names the customer.
    state: Option<Owner>,
}

#[derive(Debug, Deserialize)]
struct Owner {
    customer: Option<String>,
}

impl Whose {
    /// Whether a row is one of these.
    pub fn covers(&self, row: &Owned) -> bool {
        let customer = row.state.as_ref().and_then(|state| state.customer.as_deref());
        let is_theirs = self.customer.as_ref().is_some_and(|id| customer == Some(id.as_str()));
        is_theirs || self.conversations.contains(&row.conversation)
    }

    /// Whether a piece of a row, which cannot be read, names one of these.
    pub fn is_named_in(&self, piece: &str) -> bool {
        let named = |id: &str| piece.contains(id);
        self.customer.as_ref().is_some_and(|id| named(id.as_str()))
            || self.conversations.iter().any(|id| named(id))
    }
}

/// Why an archive did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Rows were not written.
    #[error("the archive {place} was not written: {reason}; the conversations stay in the store")]
    NotWritten {
        /// Where.
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// Rows were not found or not erased.
    #[error("the archive {place} was not searched to its end: {reason}; what it holds stays there")]
    NotSearched {
        /// Where.
        place: String,
        /// What went wrong.
        reason: String,
    },
}

/// Keeps what leaves the store.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Writes rows down; when this returns `Ok` they survive a loss of power.
    async fn keep(&self, rows: &[Archived]) -> Result<(), ArchiveError>;

    /// Their rows, each life of a conversation once.
    async fn find(&self, whose: &Whose) -> Result<Vec<Archived>, ArchiveError>;

    /// Takes their rows out, the broken ones too; returns which conversations these were. When this
    /// returns `Ok` no loss of power brings them back.
    async fn forget(&self, whose: &Whose) -> Result<BTreeSet<String>, ArchiveError>;
}
