//! What is kept of a customer is erased: in the store and in the archive. Every step can be done
//! again, so that whoever was interrupted asks once more.
//!
//! The store comes first: what retention archives of a conversation while it is being erased is
//! taken out by retention itself, which sees afterwards that it is erased.
//!
//! What is erased is noted outside the store before (see [`crate::ports::erasures`]), and erased again
//! where a store that was restored from an earlier copy still has it.

use super::customers::CustomerRecord;
use super::error::{AppError, AppResult};
use super::keys;
use super::{App, TRIES_MAX};
use crate::domain::conversation::command::Command;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::pool::item::Place;
use crate::ports::archive::{Archive, Whose};
use crate::ports::erasures::Erasures;
use crate::ports::store::{ENTITIES_MAX, Index, StoreError};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Conversations in the store.
    pub conversations: usize,
    /// Conversations in the archive.
    pub archived: usize,
}

/// What could not be erased again; doing it again goes on there.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// How many conversations.
    pub conversations: usize,
    /// Why: one of the reasons, and not the passing one where there is another.
    pub why: AppError,
    /// Whether some of it may succeed in a moment. What is lost or damaged will not.
    pub is_passing: bool,
}

impl Left {
    fn of(error: AppError) -> Left {
        let is_passing = match &error {
            AppError::Contended => true,
            AppError::Store(error) => !error.is_local(),
            _ => false,
        };
        Left { conversations: 1, why: error, is_passing }
    }

    fn and(self, other: Left) -> Left {
        let why = if self.why == AppError::Contended { other.why } else { self.why };
        let conversations = self.conversations + other.conversations;
        Left { conversations, why, is_passing: self.is_passing || other.is_passing }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "conversations left: {}; {}", self.conversations, self.why)
    }
}

/// Conversations whose erasure this process has begun and not ended.
#[derive(Debug, Default)]
pub(super) struct Erasing(Mutex<BTreeSet<ConversationId>>);

impl Erasing {
    fn locked(&self) -> MutexGuard<'_, BTreeSet<ConversationId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// The same application with a list of what was erased.
    pub fn noting_erasures_in(mut self, list: Arc<dyn Erasures>) -> Self {
        self.erasures = list;
        self
    }

    /// Erases again what was noted as erased and is in the store all the same: with an earlier copy of
    /// it, or because whoever erased it died amid it. Returns how many conversations these were, and
    /// what is left, if anything is.
    pub async fn erase_again(&self) -> AppResult<(usize, Option<Left>)> {
        Ok(self.erase_each(self.erasures.noted().await?).await)
    }

    /// Goes on with the erasures that this process began and did not end: whoever asked gave up.
    pub async fn erase_given_up(&self) -> (usize, Option<Left>) {
        let begun = self.erasing.locked().iter().cloned().collect::<Vec<_>>();
        self.erase_each(begun).await
    }

    async fn erase_each(
        &self,
        ids: impl IntoIterator<Item = ConversationId>,
    ) -> (usize, Option<Left>) {
        let (mut count, mut left) = (0, None::<Left>);
        for id in ids {
            match self.erase_one_again(&id).await {
                Ok(was_there) => count += usize::from(was_there),
                // The others need not wait for one that the pool still holds, or that is lost.
                Err(error) => {
                    let one = Left::of(error);
                    left = Some(left.map_or(one.clone(), |left| left.and(one)));
                }
            }
        }
        (count, left)
    }

    /// Takes all that was ever noted out of an archive, which may be an earlier copy too.
    pub async fn erase_archived_again(&self, archive: &dyn Archive) -> AppResult<usize> {
        let noted = self.erasures.noted().await?;
        if noted.is_empty() {
            return Ok(0);
        }
        let conversations = noted.iter().map(ConversationId::to_string).collect();
        Ok(archive.forget(&Whose { customer: None, conversations }).await?.len())
    }

    async fn erase_one_again(&self, id: &ConversationId) -> AppResult<bool> {
        let c = match self.conversation(id).await {
            Ok(c) => c,
            Err(AppError::NotFound { .. }) => {
                self.erasing.locked().remove(id);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let customer = c.customer.clone();
        // What is erased already may lack its last steps.
        let was_there = self.erase_in_store(c).await?;
        if was_there {
            // Not before: as long as it is there, whoever erases the customer must find it.
            self.strike_from_record(&customer, id).await?;
        }
        Ok(was_there)
    }

    /// Takes a conversation out of what is kept of its customer, and with the last one all of it.
    async fn strike_from_record(
        &self,
        customer: &CustomerId,
        id: &ConversationId,
    ) -> AppResult<()> {
        let struck = |record: &mut CustomerRecord| {
            let before = record.conversations.len();
            record.conversations.retain(|other| other != id);
            record.conversations.len() < before
        };
        self.change_record(customer, |record, _| struck(record)).await?;
        let (snapshot, key) = self.look_up(customer).await?;
        let is_empty = |record: CustomerRecord| record.conversations.is_empty();
        if snapshot.get(&key)?.is_some_and(is_empty) {
            let mut change = snapshot.change(self.tag());
            change.delete(key);
            self.store().commit(change).await?;
        }
        Ok(())
    }

    /// Erases one conversation: ends it if it is open, waits until nobody holds it, and forgets
    /// what was said. Doing it again changes nothing.
    pub async fn erase_conversation(
        &self,
        id: &ConversationId,
        archive: Option<&dyn Archive>,
    ) -> AppResult<Erased> {
        let (is_kept, conversations) = match self.conversation(id).await {
            Ok(c) => {
                self.note_erasure(std::slice::from_ref(&c)).await?;
                (true, usize::from(self.erase_in_store(c).await?))
            }
            Err(AppError::NotFound { .. }) => (false, 0),
            Err(error) => return Err(error),
        };
        let conversation = BTreeSet::from([id.to_string()]);
        let whose = Whose { customer: None, conversations: conversation };
        let archived = self.erase_archived(archive, &whose).await?;
        match is_kept || archived > 0 {
            true => Ok(Erased { conversations, archived }),
            false => Err(AppError::NotFound { what: "conversation" }),
        }
    }

    /// Erases all that is kept of a customer. Doing it again goes on where it stopped.
    pub async fn erase_customer(
        &self,
        customer: &CustomerId,
        archive: Option<&dyn Archive>,
    ) -> AppResult<Erased> {
        let mut conversations = 0;
        for _ in 0..TRIES_MAX {
            let (first, key) = self.look_up(customer).await?;
            let record: CustomerRecord = first.get(&key)?.unwrap_or_default();
            let mut theirs = Vec::new();
            for id in &record.conversations {
                match self.conversation(id).await {
                    // What is erased is nobody's; whoever was interrupted after it goes on there.
                    Ok(c) if c.customer == *customer || c.is_erased() => theirs.push(c),
                    // Never theirs, or archived already.
                    Ok(_) | Err(AppError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            self.note_erasure(&theirs).await?;
            for c in theirs {
                conversations += usize::from(self.erase_in_store(c).await?);
            }
            // By the customer's id, which every row bears: rows that were written since are found too.
            let whose = Whose { customer: Some(customer.clone()), ..Whose::default() };
            let archived = self.erase_archived(archive, &whose).await?;
            let (now, _) = self.look_up(customer).await?;
            if now.observed(&key) != first.observed(&key) {
                // A conversation has been begun or become theirs meanwhile.
                continue;
            }
            let mut change = now.change(self.tag());
            change.delete(key);
            match self.store().commit(change).await {
                Ok(_) => return Ok(Erased { conversations, archived }),
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }

    /// Notes what is about to be erased: even if this process dies now, it will be.
    async fn note_erasure(&self, conversations: &[Conversation]) -> AppResult<()> {
        let fresh = conversations.iter().filter(|c| !c.is_erased());
        let ids: Vec<ConversationId> = fresh.map(|c| c.id.clone()).collect();
        // What cannot be noted is refused, and not carried out later without a note.
        self.erasures.note(&ids).await?;
        self.erasing.locked().extend(ids);
        Ok(())
    }

    /// Which conversations lie in the archive is known only when they have been taken out.
    async fn erase_archived(
        &self,
        archive: Option<&dyn Archive>,
        whose: &Whose,
    ) -> AppResult<usize> {
        let forgotten = erase_in_archive(archive, whose).await?;
        let ids: Vec<ConversationId> =
            forgotten.iter().filter_map(|id| ConversationId::parse(id).ok()).collect();
        self.erasures.note(&ids).await?;
        Ok(forgotten.len())
    }

    /// Says whether there was something to erase.
    async fn erase_in_store(&self, c: Conversation) -> AppResult<bool> {
        let was_there = self.erase_to_the_end(&c).await?;
        self.erasing.locked().remove(&c.id);
        Ok(was_there)
    }

    async fn erase_to_the_end(&self, c: &Conversation) -> AppResult<bool> {
        let id = &c.id;
        if c.is_erased() {
            // Whoever was interrupted after the erasure asks once more.
            self.erase_requests(id).await?;
            self.forget_read_marks(id).await?;
            return Ok(false);
        }
        if c.has_ended().is_none() {
            self.see_ended(id).await?;
        }
        if let Some(Place::Here(_)) = self.place(id).await? {
            // The pool has not let go yet: its place still holds the customer's need.
            return Err(AppError::Contended);
        }
        self.list_requests(id).await?;
        self.command(id, None, Command::Erase).await?;
        // After it: until then a request that came again would not be known, and take effect anew.
        self.erase_requests(id).await?;
        // After it too, when none can be set any more.
        self.forget_read_marks(id).await?;
        Ok(true)
    }

    /// Ends an open conversation, unless another erasure of the same has ended it meanwhile: this one
    /// goes on all the same, because that one may have died since.
    async fn see_ended(&self, id: &ConversationId) -> AppResult<()> {
        match self.command(id, None, Command::Leave).await {
            Err(refused @ AppError::Rejected(_)) => {
                match self.conversation(id).await?.has_ended().is_some() {
                    true => Ok(()),
                    false => Err(refused),
                }
            }
            ran => ran.map(|_| ()),
        }
    }

    /// The log names its requests, and goes: what they are is noted where it stays.
    async fn list_requests(&self, id: &ConversationId) -> AppResult<()> {
        let slot = keys::bucket(keys::bucket_of(id, self.settings().buckets));
        let records = self.all_records(&slot, id).await?;
        let requests = self.requests_of(&slot, id, &records).await?;
        for requests in requests.chunks(ENTITIES_MAX) {
            let snapshot = self.store().load(&slot, &[], &[]).await?;
            let mut change = snapshot.change(self.tag());
            for request in requests {
                let score = keys::requests_score(id);
                change.index_put(Index::REQUESTS, request.id.clone(), score);
            }
            self.store().commit(change).await?;
        }
        Ok(())
    }

    /// The records of its requests hold digests of what was said.
    async fn erase_requests(&self, id: &ConversationId) -> AppResult<()> {
        let slot = keys::bucket(keys::bucket_of(id, self.settings().buckets));
        let requests = self.requests_of(&slot, id, &[]).await?;
        for requests in requests.chunks(ENTITIES_MAX) {
            let snapshot = self.store().load(&slot, requests, &[]).await?;
            let mut change = snapshot.change(self.tag());
            for request in requests {
                change.delete(request.clone());
                change.index_remove(Index::REQUESTS, request.id.clone());
            }
            self.store().commit(change).await?;
        }
        Ok(())
    }
}

async fn erase_in_archive(
    archive: Option<&dyn Archive>,
    whose: &Whose,
) -> AppResult<BTreeSet<String>> {
    match archive {
        Some(archive) => Ok(archive.forget(whose).await?),
        None => Ok(BTreeSet::new()),
    }
}
