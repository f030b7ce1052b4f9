//! Retention: conversations that ended long ago leave the store, to an archive or for good.
//!
//! The order makes every crash harmless. First the rows are archived and safe; then, for each
//! conversation, the records of its requests go; last, in one transaction that checks that it is
//! still what was archived, the conversation, its log and its list entries. A crash after any step
//! leaves a conversation that the next pass takes up again, at the price of a second row in the
//! archive, which whoever reads it recognises (see [`crate::ports::archive`]).

use super::App;
use super::conversations::Marked;
use super::error::{AppError, AppResult};
use super::keys::{self, Due, Topic};
use crate::domain::conversation::retention::may_leave;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::ConversationId;
use crate::domain::pool::item::Place;
use crate::domain::time::Timestamp;
use crate::ports::archive::{Archive, ArchiveError, Archived, ArchivedEvent, Whose};
use crate::ports::store::{
    ENTITIES_MAX, EntityKey, Index, Kind, Observed, Record, Slot, StoreError, Why, decode,
};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Conversations that are archived with one write.
const AT_ONCE: usize = 32;
/// Members read at once.
const PAGE: usize = 500;
/// Records read at once.
const RECORDS: usize = 500;

/// Which conversations leave, and where to.
#[derive(Clone)]
pub struct Retention {
    /// So long after their end.
    pub after: Duration,
    /// Where to; `None` = they are deleted.
    pub archive: Option<Arc<dyn Archive>>,
}

/// Why a pass ended early. What it has done is done; the next pass goes on.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The archive did not take the rows.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The store did not do it.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for RetentionError {
    fn from(error: StoreError) -> Self {
        RetentionError::App(error.into())
    }
}

/// A conversation that may leave, as it was read.
struct Leaving {
    id: ConversationId,
    /// Nothing of it is worth archiving.
    erased: bool,
    observed: Observed,
    row: Archived,
    requests: Vec<EntityKey>,
}

impl App {
    /// One pass over all conversations; returns how many have left.
    pub async fn retire(&self, retention: &Retention) -> Result<u64, RetentionError> {
        let mut left = 0;
        for number in 0..self.settings.buckets {
            left += match self.retire_in(&keys::bucket(number), retention).await {
                // What ended in the other buckets goes all the same.
                Err(RetentionError::App(AppError::Store(StoreError::Unavailable {
                    why: Why::Lost,
                    ..
                }))) => 0,
                gone => gone?,
            };
        }
        Ok(left)
    }

    async fn retire_in(&self, slot: &Slot, retention: &Retention) -> Result<u64, RetentionError> {
        let mut left = 0;
        let at = self.store.load(slot, &[], &[]).await?.at();
        let last = at - retention.after;
        // The index counts backwards in time: what is behind this place is old enough.
        let mut after = Some((-last.as_millis() - 1, "~".to_owned()));
        loop {
            let range = self.store.range(slot, Index::CONVERSATIONS, after, i64::MAX, PAGE);
            let page = range.await?;
            for ids in page.chunks(AT_ONCE) {
                left += self.retire_some(slot, ids, retention).await?;
            }
            if page.len() < PAGE {
                return Ok(left);
            }
            after = page.last().cloned();
        }
    }

    async fn retire_some(
        &self,
        slot: &Slot,
        ids: &[(i64, String)],
        retention: &Retention,
    ) -> Result<u64, RetentionError> {
        let mut leaving = Vec::new();
        for id in ids.iter().filter_map(|(_, id)| ConversationId::parse(id).ok()) {
            leaving.extend(self.leaving(slot, &id, retention.after).await?);
        }
        if let Some(archive) = &retention.archive
            && !leaving.is_empty()
        {
            let (erased, rest): (Vec<_>, Vec<_>) = leaving.iter().partition(|one| one.erased);
            let rows: Vec<Archived> = rest.iter().map(|one| one.row.clone()).collect();
            if !rows.is_empty() {
                archive.keep(&rows).await?;
            }
            // A crash between archiving and erasing may have left a row behind.
            forget(archive.as_ref(), erased.iter().map(|one| &one.id)).await?;
        }
        let mut left = 0;
        for one in leaving {
            let gone = self.let_go(slot, &one).await?;
            left += u64::from(gone);
            if let Some(archive) = retention.archive.as_deref().filter(|_| !gone)
                && self.was_erased(&one.id).await?
            {
                // It was erased while its row was written.
                forget(archive, [&one.id]).await?;
            }
        }
        Ok(left)
    }

    async fn was_erased(&self, id: &ConversationId) -> AppResult<bool> {
        match self.conversation(id).await {
            Ok(c) => Ok(c.is_erased()),
            Err(AppError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The conversation as it leaves, if it may.
    async fn leaving(
        &self,
        slot: &Slot,
        id: &ConversationId,
        after: Duration,
    ) -> AppResult<Option<Leaving>> {
        let key = keys::conversation(id);
        let to_load = [key.clone(), keys::outbox(id)];
        let snapshot = self.store.load(slot, &to_load, &[]).await?;
        let owes = matches!(snapshot.observed(&keys::outbox(id)), Observed::Present { .. });
        let Some(c) = snapshot.get::<Conversation>(&key)? else { return Ok(None) };
        if owes || !may_leave(&self.rules(), &c, after, snapshot.at()) {
            return Ok(None);
        }
        // The pool still has something of it: that is for the audit to settle first.
        if let Some(Place::Here(_)) = self.place(id).await? {
            return Ok(None);
        }
        let records = self.all_records(slot, id).await?;
        // What was erased has only the record of that.
        let complete = c.is_erased() || records.len() as u64 == c.seq;
        let Some(first) = records.first().filter(|_| complete) else {
            let reason = format!("its log has {} of {} events", records.len(), c.seq);
            return Err(StoreError::Damaged { what: key.to_string(), reason }.into());
        };
        let observed = snapshot.observed(&key).clone();
        let requests = self.requests_of(slot, id, &records).await?;
        let row = row(id, &observed, first.event_id, &records, snapshot.at())?;
        Ok(Some(Leaving { id: id.clone(), erased: c.is_erased(), observed, row, requests }))
    }

    pub(super) async fn all_records(
        &self,
        slot: &Slot,
        id: &ConversationId,
    ) -> AppResult<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        loop {
            let after = records.last().map_or(0, |record| record.seq);
            let page = self.store.read_log(slot, &keys::log(id), after, RECORDS).await?;
            let is_last = page.records.len() < RECORDS;
            records.extend(page.records);
            if is_last {
                return Ok(records);
            }
        }
    }

    /// The records of all requests about it: the log names those that made events, a list the rest.
    pub(super) async fn requests_of(
        &self,
        slot: &Slot,
        id: &ConversationId,
        records: &[Record],
    ) -> AppResult<Vec<EntityKey>> {
        let mut requests = Vec::new();
        for record in records {
            let marked: Marked = decode("a record", &record.body)?;
            requests.extend(marked.request.map(|name| EntityKey::new(Kind::Request, name)));
        }
        let listed = self.listed_requests(slot, id).await?;
        requests.extend(listed.into_iter().map(|name| EntityKey::new(Kind::Request, name)));
        requests.sort();
        requests.dedup();
        Ok(requests)
    }

    async fn listed_requests(&self, slot: &Slot, id: &ConversationId) -> AppResult<Vec<String>> {
        let score = keys::requests_score(id);
        let mut after = Some((score - 1, "~".to_owned()));
        let mut listed = Vec::new();
        loop {
            let page = self.store.range(slot, Index::REQUESTS, after, score, PAGE).await?;
            let ours = page.iter().map(|(_, name)| name);
            let ours = ours.filter(|name| name.starts_with(&format!("{id}/")));
            listed.extend(ours.cloned());
            if page.len() < PAGE {
                return Ok(listed);
            }
            after = page.last().cloned();
        }
    }

    /// Deletes it if it is still what was read; says whether it is gone.
    async fn let_go(&self, slot: &Slot, one: &Leaving) -> AppResult<bool> {
        let key = keys::conversation(&one.id);
        let marks = keys::read_marks(&one.id);
        let to_load = |requests: &[EntityKey]| {
            let mut to_load = vec![key.clone(), keys::outbox(&one.id), marks.clone()];
            to_load.extend(requests.iter().cloned());
            to_load
        };
        // The requests first: once the log is gone nothing names them any more.
        for requests in one.requests.chunks(ENTITIES_MAX - 3) {
            let snapshot = self.store.load(slot, &to_load(requests), &[]).await?;
            if *snapshot.observed(&key) != one.observed {
                return Ok(false);
            }
            let mut change = snapshot.change(self.tag());
            for request in requests {
                change.delete(request.clone());
                change.index_remove(Index::REQUESTS, request.id.clone());
            }
            if !self.committed(change).await? {
                return Ok(false);
            }
        }
        let mut recent = self.stripe_of(&one.id).lock().await;
        let snapshot = self.store.load(slot, &to_load(&[]), &[]).await?;
        if *snapshot.observed(&key) != one.observed {
            return Ok(false);
        }
        let mut change = snapshot.change(self.tag());
        change.delete(key.clone());
        change.delete(marks.clone());
        change.drop_log(keys::log(&one.id));
        for list in Index::OF_CONVERSATIONS {
            change.index_remove(list, one.id.as_str());
        }
        for due in [Due::Conversation(one.id.clone()), Due::Outbox(one.id.clone())] {
            change.index_remove(Index::DUE, due.member());
        }
        change.ring(Topic::Log(one.id.clone()).name());
        let gone = self.committed(change).await?;
        if gone {
            recent.forget(&one.id);
        }
        Ok(gone)
    }

    /// Whether a change was made; `false` if others were faster.
    async fn committed(&self, change: crate::ports::store::Transaction) -> AppResult<bool> {
        match self.store.commit(change).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict { .. } | StoreError::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

async fn forget(
    archive: &dyn Archive,
    ids: impl IntoIterator<Item = &ConversationId>,
) -> Result<(), ArchiveError> {
    let conversations: BTreeSet<String> = ids.into_iter().map(ToString::to_string).collect();
    if conversations.is_empty() {
        return Ok(());
    }
    archive.forget(&Whose { customer: None, conversations }).await.map(|_| ())
}

fn row(
    id: &ConversationId,
    observed: &Observed,
    generation: u128,
    records: &[Record],
    at: Timestamp,
) -> Result<Archived, StoreError> {
    let state = match observed {
        Observed::Present { body, .. } => raw(body)?,
        Observed::Absent { .. } => raw(b"null")?,
    };
    let event = |record: &Record| {
        let event_id = format!("{:032x}", record.event_id);
        Ok(ArchivedEvent { seq: record.seq, event_id, record: raw(&record.body)? })
    };
    Ok(Archived {
        conversation: id.to_string(),
        generation: format!("{generation:032x}"),
        head: records.last().map_or(0, |record| record.seq),
        archived_at: at,
        state,
        events: records.iter().map(event).collect::<Result<_, StoreError>>()?,
    })
}

/// The stored JSON as it is, so that nothing is lost by a version that knows less.
fn raw(body: &[u8]) -> Result<Value, StoreError> {
    decode("a stored value", body)
}
