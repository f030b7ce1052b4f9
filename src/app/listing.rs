//! Lists for those who look after the deployment: conversations, the latest first, and deliveries
//! that wait for a person.

use super::App;
use super::error::{AppError, AppResult};
use super::keys::{self, Due};
use super::requests::Once;
use super::stored::Owed;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::ConversationId;
use crate::domain::pool::item::{ItemState, Place};
use crate::ports::store::{Index, Slot, StoreError, Why};
use futures::future::try_join_all;

/// So many conversations are looked at for one page; where few fit, a page may be short.
const LOOKED_AT_MAX: usize = 1_000;
/// Members of an index read at once.
const READ_AT_ONCE: usize = 1_000;
/// Conversations loaded at once.
const LOADED_AT_ONCE: usize = 32;

/// A place in the list of conversations: what comes after it is next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListPlace {
    /// Minus the time of the last event in ms.
    pub score: i64,
    /// The conversation.
    pub id: String,
}

/// A page of conversations.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The conversations, the latest first.
    pub conversations: Vec<Conversation>,
    /// Where to go on; `None` at the end.
    pub next: Option<ListPlace>,
}

/// A delivery that was refused too often and waits for a person.
#[derive(Debug, Clone)]
pub struct Parked {
    /// The side that owes.
    pub slot: Slot,
    /// The conversation.
    pub conversation: ConversationId,
    /// What is owed: `enqueue`, `release`, `bind` or `unbind`.
    pub step: &'static str,
    /// How often it was refused, and the last refusal.
    pub owed: Owed,
}

/// What a slot told; nothing if it has lost what it held, so that a list shows what is there in the
/// others.
pub(super) fn unless_lost<T: Default>(told: AppResult<T>) -> AppResult<T> {
    match told {
        Err(AppError::Store(StoreError::Unavailable { why: Why::Lost, .. })) => Ok(T::default()),
        told => told,
    }
}

impl App {
    /// All members of an index with their scores, the least first, read page by page.
    pub(super) async fn members(&self, slot: &Slot, index: Index) -> AppResult<Vec<(i64, String)>> {
        let mut members = Vec::new();
        loop {
            let after = members.last().cloned();
            let page = self.store.range(slot, index, after, i64::MAX, READ_AT_ONCE).await?;
            let is_last = page.len() < READ_AT_ONCE;
            members.extend(page);
            if is_last {
                return Ok(members);
            }
        }
    }

    /// Conversations after a place, the latest first; `wanted` says which to list.
    pub async fn list_conversations(
        &self,
        after: Option<ListPlace>,
        limit: usize,
        wanted: impl Fn(&State) -> bool,
    ) -> AppResult<Listed> {
        let mut listed = Listed { conversations: Vec::new(), next: after };
        let mut looked_at = 0;
        while looked_at < LOOKED_AT_MAX {
            let page =
                self.latest(Index::CONVERSATIONS, listed.next.clone(), LOADED_AT_ONCE).await?;
            let is_last = page.len() < LOADED_AT_ONCE;
            looked_at += page.len();
            for place in page {
                let Ok(id) = ConversationId::parse(&place.id) else { continue };
                listed.next = Some(place);
                match self.conversation(&id).await {
                    Ok(c) if wanted(&c.state) => listed.conversations.push(c),
                    // Removed since the index was read.
                    Ok(_) | Err(AppError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
                if listed.conversations.len() >= limit {
                    return Ok(listed);
                }
            }
            if is_last {
                listed.next = None;
                break;
            }
        }
        Ok(listed)
    }

    /// The places of an index of conversations after a place, over all buckets.
    pub(super) async fn latest(
        &self,
        index: Index,
        after: Option<ListPlace>,
        limit: usize,
    ) -> AppResult<Vec<ListPlace>> {
        let slots: Vec<Slot> = (0..self.settings.buckets).map(keys::bucket).collect();
        let pages = slots.iter().map(async |slot| {
            let after = after.clone().map(|place| (place.score, place.id));
            let page = self.store.range(slot, index, after, i64::MAX, limit).await;
            unless_lost(page.map_err(AppError::from))
        });
        let pages = try_join_all(pages).await?;
        let mut places: Vec<ListPlace> =
            pages.into_iter().flatten().map(|(score, id)| ListPlace { score, id }).collect();
        places.sort();
        places.truncate(limit);
        Ok(places)
    }

    /// Deliveries that wait for a person, with what they want to do.
    pub async fn list_parked(&self, limit: usize) -> AppResult<Vec<Parked>> {
        let mut parked = Vec::new();
        for (slot, conversation, owed) in self.parked().await?.into_iter().take(limit) {
            let step = match &slot {
                Slot::Bucket(_) => match self.conversation(&conversation).await?.state {
                    State::Queued => "enqueue",
                    State::Bot
                    | State::Pending { .. }
                    | State::Blocked
                    | State::Human { .. }
                    | State::Confirming(_)
                    | State::Resolved { .. }
                    | State::Closed { .. } => "release",
                },
                Slot::Pool(_) | Slot::System => match self.place(&conversation).await? {
                    Some(Place::Here(item)) => match item.state {
                        ItemState::Assigned { .. } => "bind",
                        ItemState::Waiting | ItemState::Offered { .. } => "unbind",
                    },
                    Some(Place::Gone { .. }) | None => "unbind",
                },
            };
            parked.push(Parked { slot, conversation, step, owed });
        }
        Ok(parked)
    }

    /// Tries a parked delivery again, once for each request. `to_pool` says which side owes.
    pub async fn unpark_once(
        &self,
        id: &ConversationId,
        to_pool: bool,
        once: &Once,
    ) -> AppResult<()> {
        let slot = if to_pool {
            keys::bucket(keys::bucket_of(id, self.settings.buckets))
        } else {
            self.pool_slot()
        };
        let key = keys::outbox(id);
        let parked = [(Index::PARKED, id.to_string())];
        let snapshot = self.store.load(&slot, &[key.clone(), once.key()], &parked).await?;
        if once.seen(&snapshot)?.is_some() {
            return Ok(());
        }
        let owed = snapshot.get::<Owed>(&key)?;
        if owed.is_none() || snapshot.score(Index::PARKED, id.as_str()).is_none() {
            return Err(AppError::NotFound { what: "parked entry" });
        }
        let mut change = snapshot.change(self.tag());
        change.put(key, &Owed::new(snapshot.at()));
        change.index_remove(Index::PARKED, id.as_str());
        let due = Due::Outbox(id.clone()).member();
        change.index_put(Index::DUE, due, snapshot.at().as_millis());
        once.remember(&snapshot, &mut change, 0)?;
        self.store.commit(change).await?;
        Ok(())
    }
}
