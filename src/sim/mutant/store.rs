//! The store without one of its guards. It renews a change: the same writes as if they had been
//! decided from what is there now.

use super::Mutant;
use crate::app::keys::Due;
use crate::domain::ids::ConversationId;
use crate::ports::store::*;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// A store without one of its guards.
pub(super) struct Weakened {
    inner: Arc<dyn Store>,
    mutant: Mutant,
}

impl Weakened {
    pub(super) fn new(inner: Arc<dyn Store>, mutant: Mutant) -> Self {
        Weakened { inner, mutant }
    }

    /// The same change as if it had been decided from what is there now.
    async fn renewed(&self, change: &Transaction) -> Result<Option<Transaction>, StoreError> {
        let keys: Vec<EntityKey> = change.checks().keys().cloned().collect();
        let snapshot = self.inner.load(change.slot(), &keys, &[]).await?;
        let mut renewed = snapshot.change(change.tag());
        let same = renewed.checks() == change.checks();
        let in_time = snapshot.at() <= change.valid_until();
        if (self.mutant != Mutant::VersionsIgnored && !same)
            || (self.mutant != Mutant::ExpiryIgnored && !in_time)
        {
            return Ok(None);
        }
        if self.mutant != Mutant::LeaseIgnored {
            for condition in change.conditions() {
                let ScoreAtLeast { index, member, score } = condition.clone();
                renewed.require_score_at_least(index, member, score);
            }
        }
        let stays = self.mutant == Mutant::ErasedStays;
        let unlisted = self.mutant == Mutant::ReportUnlisted;
        for write in change.writes() {
            match write.clone() {
                Write::Append { log, record, .. } if stays => {
                    copy(&Write::Append { log, record, keep: None }, &mut renewed);
                }
                Write::IndexPut { index: Index::SATISFACTION, .. } if unlisted => {}
                write => copy(&write, &mut renewed),
            }
        }
        change.topics().iter().for_each(|topic| {
            renewed.ring(topic.clone());
        });
        Ok(Some(renewed))
    }

    /// Strikes off what the change has just put down as owed.
    async fn clear_outbox(&self, change: &Transaction) -> Result<(), StoreError> {
        for write in change.writes() {
            let Write::Put { key, .. } = write else { continue };
            if key.kind != Kind::Outbox {
                continue;
            }
            let slot = change.slot();
            let snapshot = self.inner.load(slot, std::slice::from_ref(key), &[]).await?;
            let mut clear = snapshot.change(change.tag());
            clear.delete(key.clone());
            if let Ok(id) = ConversationId::parse(&key.id) {
                clear.index_remove(Index::DUE, Due::Outbox(id).member());
            }
            self.inner.commit(clear).await?;
        }
        Ok(())
    }
}

fn copy(write: &Write, change: &mut Transaction) {
    let value = |body: &[u8]| {
        serde_json::from_slice::<serde_json::Value>(body).unwrap_or(serde_json::Value::Null)
    };
    match write.clone() {
        Write::Put { key, body } => change.put(key, &value(&body)),
        Write::Delete { key } => change.delete(key),
        Write::Append { log, record, keep } => {
            change.append(log, record.seq, record.event_id, &value(&record.body), keep)
        }
        Write::DropLog { log } => change.drop_log(log),
        Write::IndexPut { index, member, score } => change.index_put(index, member, score),
        Write::IndexRemove { index, member } => change.index_remove(index, member),
        Write::CounterAdd { counter, by, limit } => change.count(counter, by, limit),
    };
}

#[async_trait]
impl Store for Weakened {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        self.inner.load(slot, keys, scores).await
    }

    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError> {
        if self.mutant == Mutant::OutboxClearedEarly {
            let committed = self.inner.commit(change.clone()).await?;
            self.clear_outbox(&change).await?;
            return Ok(committed);
        }
        match self.renewed(&change).await? {
            Some(renewed) => self.inner.commit(renewed).await,
            None => self.inner.commit(change).await,
        }
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        self.inner.read_log(slot, log, after, limit).await
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
