//! How far people have read, kept beside the conversation as one small entity that is written over: no
//! event, no turn and no deadline knows of it, so that no turn costs a commit more. It is written only
//! while the conversation is what was looked at, and leaves with it: nothing of it outlives an erasure
//! or the retention.
//!
//! It lies in the slot of the log it speaks of. A store that loses its last moments loses a mark no
//! later than the words it was set after, so that nothing new is ever taken for read.

use super::error::{AppError, AppResult};
use super::hub::Watch;
use super::keys::{self, Topic};
use super::{App, TRIES_MAX};
use crate::domain::conversation::seen::{ReadMarks, Side};
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::ports::store::{Observed, Slot, StoreError};

impl App {
    /// How far each side has read, as far as that may be shown; `None` if nothing is.
    pub async fn read_marks(&self, id: &ConversationId) -> AppResult<Option<ReadMarks>> {
        let (key, kept) = (keys::read_marks(id), self.rules().bot.read_marks);
        let snapshot =
            self.store.load(&self.slot_of_marks(id), std::slice::from_ref(&key), &[]).await?;
        Ok(kept.shown(snapshot.get(&key)?.unwrap_or_default()))
    }

    /// Rings when somebody has read on in this conversation.
    pub fn watch_read_marks(&self, id: &ConversationId) -> Watch {
        self.hub.watch(self.slot_of_marks(id), Topic::ReadMarks(id.clone()))
    }

    /// The customer has read up to here.
    pub async fn customer_reads(
        &self,
        id: &ConversationId,
        through: u64,
    ) -> AppResult<Option<ReadMarks>> {
        self.mark_read(id, Side::Customer, through, |_| Ok(())).await
    }

    /// The agent who owns this conversation under this token has read up to here; nobody else says so.
    pub async fn agent_reads(
        &self,
        id: &ConversationId,
        agent: &AgentId,
        token: Token,
        through: u64,
    ) -> AppResult<Option<ReadMarks>> {
        let owns = |c: &Conversation| match c.owner() == Some(agent) && c.token == token {
            true => Ok(()),
            false => Err(AppError::OwnershipLost { current: c.token }),
        };
        self.mark_read(id, Side::Agent, through, owns).await
    }

    async fn mark_read(
        &self,
        id: &ConversationId,
        side: Side,
        through: u64,
        may: impl Fn(&Conversation) -> AppResult<()>,
    ) -> AppResult<Option<ReadMarks>> {
        let slot = self.slot_of_marks(id);
        let to_load = [keys::conversation(id), keys::read_marks(id)];
        let [conversation, key] = &to_load;
        for _ in 0..TRIES_MAX {
            let snapshot = self.store.load(&slot, &to_load, &[]).await?;
            let c: Conversation =
                snapshot.get(conversation)?.ok_or(AppError::NotFound { what: "conversation" })?;
            may(&c)?;
            let kept = self.rules().bot.read_marks;
            let before: ReadMarks = snapshot.get(key)?.unwrap_or_default();
            let after = before.moved(side, through, c.seq)?;
            if after == before || !kept.keeps(side) || c.is_erased() {
                return Ok(kept.shown(before));
            }
            // Checked against the conversation too: were it erased or gone meanwhile, nothing may
            // be left behind.
            let mut change = snapshot.change(self.tag());
            change.put(key.clone(), &after);
            change.ring(Topic::ReadMarks(id.clone()).name());
            match self.store.commit(change).await {
                Ok(_) => return Ok(kept.shown(after)),
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }

    /// Forgets how far an erased conversation was read. What was erased is marked no more.
    pub(super) async fn forget_read_marks(&self, id: &ConversationId) -> AppResult<()> {
        let (slot, key) = (self.slot_of_marks(id), keys::read_marks(id));
        let snapshot = self.store.load(&slot, std::slice::from_ref(&key), &[]).await?;
        if let Observed::Present { .. } = snapshot.observed(&key) {
            let mut change = snapshot.change(self.tag());
            change.delete(key);
            self.store.commit(change).await?;
        }
        Ok(())
    }

    fn slot_of_marks(&self, id: &ConversationId) -> Slot {
        keys::bucket(keys::bucket_of(id, self.settings.buckets))
    }
}
