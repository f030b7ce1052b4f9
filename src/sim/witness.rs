//! Stands between the faults and the store: whatever truly takes effect passes here, and the
//! checkers learn of it at once. Also reads the whole state again after a rewind or a restart.

use super::model::{Invariant, Known, Line, Model, hash_of};
use crate::app::keys;
use crate::domain::conversation::event::LoggedEvent;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{AgentId, ConversationId, CustomerId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::Place;
use crate::ports::store::*;
use async_trait::async_trait;
use futures::FutureExt;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The wrapper.
pub(super) struct Witness {
    inner: Mutex<Arc<dyn Store>>,
    model: Arc<Mutex<Model>>,
}

impl Witness {
    pub(super) fn new(inner: Arc<dyn Store>, model: Arc<Mutex<Model>>) -> Self {
        Witness { inner: Mutex::new(inner), model }
    }

    /// Another store takes the place of the present one: the same data after a restart.
    pub(super) fn replace(&self, inner: Arc<dyn Store>) {
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = inner;
    }

    pub(super) fn inner(&self) -> Arc<dyn Store> {
        Arc::clone(&self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot was put back: what is known of it is read again. What its log still has must be what
    /// it had.
    pub(super) fn resync(&self, slot: &Slot, buckets: u16) {
        let store = self.inner();
        match slot {
            Slot::Bucket(number) => {
                self.resync_bucket(&*store, slot, *number, buckets);
                self.resync_customers(&*store, slot, *number, buckets);
            }
            Slot::Pool(_) => self.resync_pool(&*store, slot),
            Slot::System => {}
        }
    }

    fn resync_bucket(&self, store: &dyn Store, slot: &Slot, number: u16, buckets: u16) {
        let mut model = self.model();
        let here = |id: &ConversationId| keys::bucket_of(id, buckets) == number;
        let ids: Vec<ConversationId> =
            model.conversations.keys().filter(|id| here(id)).cloned().collect();
        for id in ids {
            let Some(before) = model.conversations.remove(&id) else { continue };
            let to_load = [keys::conversation(&id), keys::outbox(&id)];
            let Some(snapshot) = at_once(store.load(slot, &to_load, &[])) else { continue };
            model.owed_to_pool.remove(&id);
            if let Observed::Present { body, .. } = snapshot.observed(&to_load[1])
                && let Some(owed) = model.decode::<crate::app::stored::Owed>(&to_load[1], body)
            {
                model.owed_to_pool.insert(id.clone(), owed.since);
            }
            let Observed::Present { body, .. } = snapshot.observed(&to_load[0]) else { continue };
            let Some(stored) = model.decode::<Conversation>(&to_load[0], body) else { continue };
            let Some(known) = read_again(&mut model, store, slot, stored) else { continue };
            let kept = match known.forgotten == before.forgotten {
                true => {
                    known.log.len() <= before.log.len()
                        && before.log.iter().zip(&known.log).all(|(before, now)| before == now)
                }
                // What was erased since is there again.
                false => known.forgotten == 0 && known.log.len() as u64 <= before.forgotten,
            };
            model.check(Invariant::Durable, kept, || format!("{id}: its log was rewritten"));
            model.conversations.insert(id, known);
        }
        let requests: BTreeSet<String> = model.requests.iter().cloned().collect();
        for request in requests {
            let key = EntityKey::new(Kind::Request, request.clone());
            let conversation = request.split('/').next().unwrap_or_default();
            let Ok(id) = ConversationId::parse(conversation) else { continue };
            if !here(&id) {
                continue;
            }
            let Some(snapshot) = at_once(store.load(slot, std::slice::from_ref(&key), &[])) else {
                continue;
            };
            if let Observed::Absent { .. } = snapshot.observed(&key) {
                model.requests.remove(&request);
            }
        }
    }

    fn resync_customers(&self, store: &dyn Store, slot: &Slot, number: u16, buckets: u16) {
        let mut model = self.model();
        for id in model.known_customers() {
            let Ok(customer) = CustomerId::parse(&id) else { continue };
            if keys::bucket_of_customer(&customer, buckets) != number {
                continue;
            }
            let key = keys::customer(&customer);
            let Some(snapshot) = at_once(store.load(slot, std::slice::from_ref(&key), &[])) else {
                continue;
            };
            let record = match snapshot.observed(&key) {
                Observed::Present { body, .. } => model.decode(&key, body),
                Observed::Absent { .. } => None,
            };
            model.record_is(&key, record);
        }
    }

    fn resync_pool(&self, store: &dyn Store, slot: &Slot) {
        let mut model = self.model();
        model.directives_lost();
        model.forget_what_was();
        let mut ids: BTreeSet<ConversationId> = model.places.keys().cloned().collect();
        ids.extend(model.conversations.keys().cloned());
        for id in ids {
            let to_load = [keys::place(&id), keys::outbox(&id)];
            let page = [(Index::PAGES, id.to_string())];
            let Some(snapshot) = at_once(store.load(slot, &to_load, &page)) else { continue };
            model.pages.said.remove(id.as_str());
            if let Some(until) = snapshot.score(Index::PAGES, id.as_str()) {
                model.pages.said.insert(id.to_string(), until);
            }
            model.places.remove(&id);
            model.owed_to_conversations.remove(&id);
            if let Observed::Present { body, .. } = snapshot.observed(&to_load[0])
                && let Some(place) = model.decode::<Place>(&to_load[0], body)
            {
                model.places.insert(id.clone(), place);
            }
            if let Observed::Present { body, .. } = snapshot.observed(&to_load[1])
                && let Some(owed) = model.decode::<crate::app::stored::Owed>(&to_load[1], body)
            {
                model.owed_to_conversations.insert(id, owed.since);
            }
        }
        for id in model.ever_agents.clone() {
            let key = keys::agent(&id);
            let score = [(Index::LEASES, id.to_string())];
            let Some(snapshot) = at_once(store.load(slot, std::slice::from_ref(&key), &score))
            else {
                continue;
            };
            model.agents.remove(&id);
            model.leases.remove(id.as_str());
            if let Some(until) = snapshot.score(Index::LEASES, id.as_str()) {
                model.leases.insert(id.to_string(), until);
            }
            if let Observed::Present { body, .. } = snapshot.observed(&key)
                && let Some(agent) = model.decode(&key, body)
            {
                model.agents.insert(id, agent);
            }
        }
    }

    /// Compares all that is known with all that is stored: nothing acknowledged is missing,
    /// nothing is there that was never written. Returns a hash of everything.
    pub(super) fn compare(&self, buckets: u16, pool: &Slot) -> u64 {
        let store = self.inner();
        let mut model = self.model();
        let mut hash = 0u64;
        let mut add = |bytes: &[u8]| hash = hash.rotate_left(5) ^ hash_of(bytes);
        let ids: Vec<ConversationId> = model.conversations.keys().cloned().collect();
        for id in ids {
            let slot = keys::bucket(keys::bucket_of(&id, buckets));
            let key = keys::conversation(&id);
            let loaded = at_once(store.load(&slot, std::slice::from_ref(&key), &[]));
            let stored = loaded.and_then(|snapshot| match snapshot.observed(&key) {
                Observed::Present { body, .. } => {
                    add(body);
                    model.decode::<Conversation>(&key, body)
                }
                Observed::Absent { .. } => None,
            });
            let same = stored.as_ref() == model.conversation(&id);
            model.check(Invariant::Durable, same, || format!("{id} is not stored as it was"));
            let Some(stored) = stored else { continue };
            let Some(known) = read_again(&mut model, &*store, &slot, stored) else { continue };
            let expected = model.conversations.get(&id).map(|known| known.log.clone());
            let same = expected.as_ref() == Some(&known.log);
            model.check(Invariant::Durable, same, || format!("{id}: its log is not as it was"));
            for line in &known.log {
                add(&line.event_id.to_le_bytes());
                add(&line.hash.to_le_bytes());
            }
        }
        for id in model.ever_agents.clone() {
            let key = keys::agent(&id);
            let loaded = at_once(store.load(pool, std::slice::from_ref(&key), &[]));
            let stored = loaded.and_then(|snapshot| match snapshot.observed(&key) {
                Observed::Present { body, .. } => model.decode::<Agent>(&key, body),
                Observed::Absent { .. } => None,
            });
            let same = stored.as_ref() == model.agents.get(&id);
            model.check(Invariant::Durable, same, || format!("{id} is not stored as they were"));
        }
        for index in [Index::AGENTS, Index::LEASES] {
            let listed = at_once(store.range(pool, index, None, i64::MAX, usize::MAX));
            for (_, id) in listed.into_iter().flatten() {
                let known = AgentId::parse(&id).is_ok_and(|id| model.agents.contains_key(&id));
                model.check(Invariant::Durable, known, || {
                    format!("{id} is in the list {index:?}, and is no agent")
                });
            }
        }
        let places: Vec<ConversationId> = model.places.keys().cloned().collect();
        for id in places {
            let key = keys::place(&id);
            let loaded = at_once(store.load(pool, std::slice::from_ref(&key), &[]));
            let stored = loaded.and_then(|snapshot| match snapshot.observed(&key) {
                Observed::Present { body, .. } => {
                    add(body);
                    model.decode::<Place>(&key, body)
                }
                Observed::Absent { .. } => None,
            });
            let same = stored.as_ref() == model.places.get(&id);
            model.check(Invariant::Durable, same, || {
                format!("the place of {id} is not stored as it was")
            });
        }
        hash
    }
}

/// Folds the whole stored log and compares it with the stored conversation.
fn read_again(
    model: &mut Model,
    store: &dyn Store,
    slot: &Slot,
    stored: Conversation,
) -> Option<Known> {
    let id = stored.id.clone();
    let log = keys::log(&id);
    let page = at_once(store.read_log(slot, &log, 0, usize::MAX))?;
    let mut known = Known {
        conversation: stored.clone(),
        log: Vec::new(),
        forgotten: 0,
        answers: BTreeSet::new(),
        heard: 0,
        endangered: false,
    };
    if stored.is_erased() {
        // Nothing is left to fold: only that, and when, it was erased.
        let mut records = page.records.iter();
        let last = records.next().filter(|record| record.seq == stored.seq);
        let holds = last.is_some() && records.next().is_none();
        model.check(Invariant::Private, holds, || format!("the log of {id} was not erased"));
        let record = last?;
        let logged = serde_json::from_slice::<LoggedEvent>(&record.body).ok()?;
        let hash = hash_of(&serde_json::to_vec(&logged).unwrap_or_default());
        known.log.push(Line { event_id: record.event_id, hash, token: stored.token });
        known.forgotten = stored.seq - 1;
        return Some(known);
    }
    let records: Vec<_> = page.records.iter().map(|record| (&log, record)).collect();
    let folded = model.fold(&id, None, &records, &mut known, None);
    model.check(Invariant::Fold, folded.as_ref() == Some(&stored), || {
        format!("{id}: the whole log folds into\n{folded:?}\nbut stored is\n{stored:?}")
    });
    Some(known)
}

/// The stores of the simulation never wait.
pub(super) fn at_once<T>(call: impl Future<Output = Result<T, StoreError>>) -> Option<T> {
    call.now_or_never().and_then(Result::ok)
}

#[async_trait]
impl Store for Witness {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        self.inner().load(slot, keys, scores).await
    }

    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError> {
        let seen = change.clone();
        let committed = self.inner().commit(change).await?;
        self.model().committed(&seen, committed.at);
        Ok(committed)
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        self.inner().read_log(slot, log, after, limit).await
    }

    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        self.inner().range(slot, index, after, up_to, limit).await
    }

    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.inner().claim_due(slot, limit, visibility).await
    }

    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError> {
        self.inner().ring_counters(slots).await
    }

    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError> {
        self.inner().counter(slot, counter).await
    }

    async fn pass(&self, slot: &Slot, topic: &str) -> Result<(), StoreError> {
        self.inner().pass(slot, topic).await
    }

    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError> {
        self.inner().doorbell().await
    }
}
