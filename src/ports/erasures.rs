//! The list of what was erased, kept outside the store. A store that is restored from an earlier copy
//! holds again what was erased since, and nothing in it says so: only what lies elsewhere can tell.

use crate::domain::ids::ConversationId;
use async_trait::async_trait;
use std::collections::BTreeSet;

/// Why the list did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the list of erasures {place} cannot be used: {reason}; nothing more was erased")]
pub struct ErasuresError {
    /// Where.
    pub place: String,
    /// What went wrong.
    pub reason: String,
}

/// Remembers which conversations were erased. Their ids say nothing about anybody.
#[async_trait]
pub trait Erasures: Send + Sync {
    /// Notes conversations before they are erased; when this returns `Ok` the note survives a loss of
    /// power.
    async fn note(&self, conversations: &[ConversationId]) -> Result<(), ErasuresError>;

    /// All that were ever noted.
    async fn noted(&self) -> Result<BTreeSet<ConversationId>, ErasuresError>;
}

/// Remembers nothing: for a store that is never restored.
#[derive(Debug, Clone, Copy)]
pub struct NoErasures;

#[async_trait]
impl Erasures for NoErasures {
    async fn note(&self, _: &[ConversationId]) -> Result<(), ErasuresError> {
        Ok(())
    }

    async fn noted(&self) -> Result<BTreeSet<ConversationId>, ErasuresError> {
        Ok(BTreeSet::new())
    }
}
