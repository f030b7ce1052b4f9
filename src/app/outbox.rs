//! The outbox: carries from one authority to the other what one transaction cannot touch.
//!
//! An entry says only *that* something is owed. Delivery looks at the source again and carries
//! its present state over, so that entries cannot be out of order, and a later state makes an
//! earlier one unnecessary. The other side compares tokens, so that delivering twice changes
//! nothing. An entry is removed only if it is still the one that was seen at the beginning.

use super::App;
use super::error::{AppError, AppResult};
use super::keys::{self, Due};
use super::listing::unless_lost;
use super::pool::settled;
use super::stats::Stats;
use super::stored::Owed;
use crate::domain::conversation::command::{Command, Receipt, Rejection};
use crate::domain::conversation::handle::arrival;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::command::WorkCommand;
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::routing::delay::DelayReason;
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Slot, Snapshot, StoreError};

/// After so many refusals by a side that answered, an entry waits for a person.
const REFUSALS_MAX: u32 = 20;

/// What came of carrying something over.
enum Carried {
    /// The other side has it.
    Yes,
    /// The other side does not take it.
    Refused,
}

/// What the customer is told once the place is registered.
enum Told {
    /// They know already, or wait no longer.
    Nothing,
    /// Where they stand.
    Receipt(Receipt),
    /// They have no number any more: an agent has them, and of that they hear next.
    AgentNext,
}

impl App {
    /// Carries a conversation's state to the pool: a place if it waits, a release if it no longer
    /// needs anyone. Whether that failed is remembered, so that whoever waits for it is told.
    pub async fn deliver_to_pool(&self, bucket: u16, id: &ConversationId) -> AppResult<()> {
        let carried = self.carry_to_pool(bucket, id).await;
        match &carried {
            Ok(Carried::Yes) => self.lines.is_reached(id),
            Ok(Carried::Refused) | Err(AppError::Store(_)) => self.lines.is_not_reached(id),
            // Somebody else changes it at this moment, or there is nothing to carry.
            Err(_) => {}
        }
        carried.map(|_| ())
    }

    async fn carry_to_pool(&self, bucket: u16, id: &ConversationId) -> AppResult<Carried> {
        let slot = keys::bucket(bucket);
        let to_load = [keys::conversation(id), keys::outbox(id)];
        let snapshot = self.store.load(&slot, &to_load, &[]).await?;
        let entry = snapshot.only(&keys::outbox(id));
        if snapshot.get::<Owed>(&keys::outbox(id))?.is_none() {
            return Ok(Carried::Yes);
        }
        let Some(c) = snapshot.get::<Conversation>(&keys::conversation(id))? else {
            return Err(AppError::NotFound { what: "conversation" });
        };
        let command = self.owed_to_pool(&c, snapshot.at());
        let mut told = Told::Nothing;
        if let Some(command) = command {
            match self.work(id, &command).await {
                Ok(_) => {}
                Err(AppError::Refused(refusal)) if settled(&refusal) => {}
                Err(AppError::Refused(refusal)) => {
                    self.refused(&slot, id, &entry, refusal.to_string()).await?;
                    return Ok(Carried::Refused);
                }
                Err(error) => return Err(error),
            }
            told = self.receipt(&c, snapshot.at()).await?;
        }
        match told {
            Told::Nothing => {}
            Told::Receipt(receipt) => match self.confirm_queued(id, receipt).await {
                Ok(()) | Err(AppError::Rejected(Rejection::Stale { .. })) => {}
                Err(error) => return Err(error),
            },
            // The entry stays: should the agent be gone before the customer hears of them, there is
            // a number to tell then.
            Told::AgentNext => return Ok(Carried::Yes),
        }
        self.settle(id, &entry).await?;
        Ok(Carried::Yes)
    }

    /// Carries a place's state to its conversation: who has taken it, or that they are gone.
    pub async fn deliver_to_conversation(&self, id: &ConversationId) -> AppResult<()> {
        let slot = self.pool_slot();
        let to_load = [keys::place(id), keys::outbox(id)];
        let snapshot = self.store.load(&slot, &to_load, &[]).await?;
        let entry = snapshot.only(&keys::outbox(id));
        if snapshot.get::<Owed>(&keys::outbox(id))?.is_none() {
            return Ok(());
        }
        if let Some(Place::Here(item)) = snapshot.get::<Place>(&keys::place(id))? {
            let command = self.owed_to_conversation(&item).await?;
            let bucket = keys::bucket_of(id, self.settings.buckets);
            match self.run_quietly(id, command).await {
                Ok(owes) => {
                    if owes {
                        self.deliver_to_pool(bucket, id).await.ok();
                    }
                }
                Err(AppError::Rejected(Rejection::Stale { .. } | Rejection::NotFound)) => {}
                Err(AppError::Rejected(rejection)) => {
                    return self.refused(&slot, id, &entry, rejection.to_string()).await;
                }
                Err(error) => return Err(error),
            }
        }
        self.settle(id, &entry).await
    }

    /// What the pool must do for the conversation as it is.
    pub(super) fn owed_to_pool(
        &self,
        c: &Conversation,
        issued_at: Timestamp,
    ) -> Option<WorkCommand> {
        use crate::domain::conversation::state::State;
        let rules = self.rules();
        match &c.state {
            State::Queued => arrival(&rules, c)
                .map(|arrival| WorkCommand::Enqueue { arrival: Box::new(arrival), issued_at }),
            // Whoever owns it is known to the pool: it told us.
            State::Human { .. } => None,
            State::Confirming(_) if c.owner().is_some() => None,
            State::Confirming(_)
            | State::Bot
            | State::Pending { .. }
            | State::Blocked
            | State::Resolved { .. }
            | State::Closed { .. } => Some(WorkCommand::Release { term: c.token.term }),
        }
    }

    /// What the conversation must learn of its place as it is.
    async fn owed_to_conversation(&self, item: &Item) -> AppResult<Command> {
        match &item.state {
            ItemState::Assigned { agent } => {
                let name = match self.agent(agent).await {
                    Ok(agent) => agent.profile.name,
                    // They were removed meanwhile; their id is all that is left of them.
                    Err(AppError::NotFound { .. }) => agent.to_string(),
                    Err(error) => return Err(error),
                };
                Ok(bind(item, agent, name))
            }
            ItemState::Waiting | ItemState::Offered { .. } => {
                let nobody = AgentId::parse("nobody").ok();
                let conversation = self.conversation(&item.conversation).await?;
                let agent = conversation.owner().cloned().or(nobody);
                let agent = agent.ok_or(AppError::NotFound { what: "agent" })?;
                Ok(Command::Unbind { token: item.spent_token(), agent })
            }
        }
    }

    async fn receipt(&self, c: &Conversation, at: Timestamp) -> AppResult<Told> {
        let Some(asked) = c.handoff.as_ref().filter(|asked| !asked.confirmed) else {
            return Ok(Told::Nothing);
        };
        if c.state != State::Queued {
            return Ok(Told::Nothing);
        }
        let is_in_line = |item: &Item| {
            item.token.term == c.token.term && !matches!(item.state, ItemState::Assigned { .. })
        };
        if !self.router.with_view(|view| view.item(&c.id).is_some_and(is_in_line)) {
            // Another process changed it, or this one's picture is being drawn anew.
            self.refresh_place(&c.id).await?;
        }
        let (position, delay) = self.waiting_status(&c.id, at);
        let Some(position) = position else { return Ok(Told::AgentNext) };
        let needs = asked.handoff.needs.clone();
        let other_language = matches!(delay, DelayReason::NoLanguage | DelayReason::AnotherNeeded)
            && needs.also.is_none()
            && self
                .router
                .somebody_meets(&needs.in_languages(c.language.other().into()), &c.kept_out());
        Ok(Told::Receipt(Receipt {
            term: c.token.term,
            queue: asked.handoff.needs.queue.clone(),
            position,
            delay,
            other_language,
            eta: self.eta(&c.id, at),
        }))
    }

    async fn confirm_queued(&self, id: &ConversationId, receipt: Receipt) -> AppResult<()> {
        self.run_quietly(id, Command::ConfirmQueued(receipt)).await.map(|_| ())
    }

    /// Removes the entry, unless something newer is owed by now: the commit looks whether it is
    /// still the one that was seen at the beginning.
    async fn settle(&self, id: &ConversationId, entry: &Snapshot) -> AppResult<()> {
        let mut change = entry.change(self.tag());
        change.delete(keys::outbox(id));
        change.index_remove(Index::DUE, Due::Outbox(id.clone()).member());
        match self.store.commit(change).await {
            Ok(_) => {
                Stats::add(&self.stats.delivered);
                Ok(())
            }
            // Something newer is owed and has its own due entry, or it took so long that the sweeper
            // looks again.
            Err(StoreError::Conflict { .. } | StoreError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Counts a refusal by a side that answered; after too many the entry is parked, visibly.
    async fn refused(
        &self,
        slot: &Slot,
        id: &ConversationId,
        entry: &Snapshot,
        because: String,
    ) -> AppResult<()> {
        let key = keys::outbox(id);
        let snapshot = self.store.load(slot, std::slice::from_ref(&key), &[]).await?;
        if snapshot.observed(&key) != entry.observed(&key) {
            return Ok(());
        }
        let Some(mut owed) = snapshot.get::<Owed>(&key)? else { return Ok(()) };
        owed.refusals += 1;
        owed.refused_because = Some(because);
        let mut change = snapshot.change(self.tag());
        change.put(key, &owed);
        if owed.refusals >= REFUSALS_MAX {
            change.index_remove(Index::DUE, Due::Outbox(id.clone()).member());
            change.index_put(Index::PARKED, id.as_str(), snapshot.at().as_millis());
            Stats::add(&self.stats.parked);
        }
        match self.store.commit(change).await {
            Ok(_) | Err(StoreError::Conflict { .. } | StoreError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Entries that wait for a person, with the last refusal. What a lost slot owed nobody can tell; the
    /// others' are told all the same.
    pub async fn parked(&self) -> AppResult<Vec<(Slot, ConversationId, Owed)>> {
        const LISTED_MAX: usize = 100;
        let mut parked = Vec::new();
        for slot in self.slots() {
            let members = self.store.range(&slot, Index::PARKED, None, i64::MAX, LISTED_MAX);
            let members = unless_lost(members.await.map_err(AppError::from))?;
            for id in members.iter().filter_map(|(_, id)| ConversationId::parse(id).ok()) {
                let key = keys::outbox(&id);
                let snapshot = self.store.load(&slot, std::slice::from_ref(&key), &[]).await?;
                if let Some(owed) = snapshot.get::<Owed>(&key)? {
                    parked.push((slot.clone(), id, owed));
                }
            }
        }
        Ok(parked)
    }

    /// Tries a parked entry again.
    pub async fn unpark(&self, slot: &Slot, id: &ConversationId) -> AppResult<()> {
        let key = keys::outbox(id);
        let snapshot = self.store.load(slot, std::slice::from_ref(&key), &[]).await?;
        if snapshot.get::<Owed>(&key)?.is_none() {
            return Err(AppError::NotFound { what: "parked entry" });
        }
        let mut change = snapshot.change(self.tag());
        change.put(key, &Owed::new(snapshot.at()));
        change.index_remove(Index::PARKED, id.as_str());
        let due = Due::Outbox(id.clone()).member();
        change.index_put(Index::DUE, due, snapshot.at().as_millis());
        self.store.commit(change).await?;
        Ok(())
    }
}

/// What a conversation is told when an agent has it.
pub(super) fn bind(item: &Item, agent: &AgentId, name: String) -> Command {
    Command::Bind {
        token: item.token,
        agent: agent.clone(),
        name,
        waited_ms: item.waited_ms,
        claimed_over: item.claimed_over.clone(),
        taken_over: item.taken_over,
    }
}
