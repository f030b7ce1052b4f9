//! The list of erasures as a simulated deployment keeps it: no process and no store loses it.

use crate::domain::ids::ConversationId;
use crate::ports::erasures::{Erasures, ErasuresError};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// In memory.
#[derive(Debug, Default)]
pub(super) struct Noted(Mutex<BTreeSet<ConversationId>>);

#[async_trait]
impl Erasures for Noted {
    async fn note(&self, conversations: &[ConversationId]) -> Result<(), ErasuresError> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.extend(conversations.iter().cloned());
        Ok(())
    }

    async fn noted(&self) -> Result<BTreeSet<ConversationId>, ErasuresError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
