//! A store whose contents cannot be read without a secret that lies elsewhere. It wraps another one:
//! what customers, agents and the bot said, and all that was concluded from it, is sealed before it
//! is written and opened after it is read. Copies of the store (its files, a dump, a replica, a backup)
//! are then worth nothing to whoever lacks the secret, and pages that the store has not yet used again
//! after an erasure show nothing.
//!
//! A sealed body is the whole body under one field, `sealed`, beside plain copies of the fields that
//! people and other systems look at (`readable.rs`): where a conversation stands, what a pool holds. The
//! copies are for reading only; nothing here believes them. What was written before sealing began is
//! read as it is and sealed when it is next written.

mod archive;
mod readable;
mod seals;
#[cfg(test)]
mod tests;

use crate::ports::store::*;
use crate::store::stored::check_size;
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

pub use archive::{SealedArchive, is_sealed};
use readable::Form;
pub use seals::{SECRET_BYTES, Seals};

/// The wrapper.
pub struct SealedStore {
    inner: Arc<dyn Store>,
    seals: Arc<Seals>,
}

impl SealedStore {
    /// Seals what is written to `inner` from now on.
    pub fn new(inner: Arc<dyn Store>, seals: Arc<Seals>) -> Self {
        SealedStore { inner, seals }
    }

    fn seal_write(&self, write: &mut Write) {
        match write {
            Write::Put { key, body } => {
                if let Some(form) = Form::of_entity(key) {
                    *body = self.seals.seal(&form, body);
                }
            }
            Write::Append { log, record, .. } => {
                if let Some(form) = Form::of_record(log, record.seq, record.event_id) {
                    record.body = self.seals.seal(&form, &record.body);
                }
            }
            Write::Delete { .. }
            | Write::DropLog { .. }
            | Write::IndexPut { .. }
            | Write::IndexRemove { .. }
            | Write::CounterAdd { .. } => {}
        }
    }

    fn open_entity(&self, key: &EntityKey, body: &Bytes) -> Result<Bytes, StoreError> {
        match Form::of_entity(key) {
            Some(form) => self.seals.open(&form, body),
            None => Ok(body.clone()),
        }
    }
}

#[async_trait]
impl Store for SealedStore {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        let mut snapshot = self.inner.load(slot, keys, scores).await?;
        snapshot.change_bodies(|key, body| self.open_entity(key, body))?;
        Ok(snapshot)
    }

    async fn commit(&self, mut change: Transaction) -> Result<Committed, StoreError> {
        // What is too large by itself must not depend on whether it is sealed.
        check_size(&change)?;
        change.change_writes(|write| self.seal_write(write));
        self.inner.commit(change).await
    }

    async fn is_replicated(&self, slot: &Slot, log: &LogId, seq: u64, event_id: u128) -> bool {
        self.inner.is_replicated(slot, log, seq, event_id).await
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        let mut page = self.inner.read_log(slot, log, after, limit).await?;
        for record in &mut page.records {
            if let Some(form) = Form::of_record(log, record.seq, record.event_id) {
                record.body = self.seals.open(&form, &record.body)?;
            }
        }
        Ok(page)
    }

    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        self.inner.range(slot, index, after, up_to, limit).await
    }

    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.inner.claim_due(slot, limit, visibility).await
    }

    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError> {
        self.inner.ring_counters(slots).await
    }

    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError> {
        self.inner.counter(slot, counter).await
    }

    async fn pass(&self, slot: &Slot, topic: &str) -> Result<(), StoreError> {
        self.inner.pass(slot, topic).await
    }

    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError> {
        self.inner.doorbell().await
    }
}
