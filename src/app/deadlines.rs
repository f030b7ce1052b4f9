//! The sweeper: what is due is taken up by whoever comes first, done again until it is done, and
//! never held in memory only.

use super::App;
use super::conversations::Done;
use super::error::{AppError, AppResult};
use super::keys::{self, Due};
use super::records::pass_over_damaged;
use super::stats::Stats;
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::conversation::deadline::next_deadline;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Lease};
use crate::domain::pool::command::{AgentCommand, PoolRefusal, Vanished, WorkCommand};
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::pool::work::held_live;
use crate::domain::reading;
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Slot, StoreError};
use std::time::Duration;

/// Entries taken at once.
const TAKEN_MAX: usize = 32;
/// How long a taken entry is hidden from others. If it is not done by then, it is taken again.
pub(super) const VISIBILITY: Duration = Duration::from_secs(10);
/// Leases that end within this time of each other end together.
const AT_ONCE: Duration = Duration::from_secs(1);

impl App {
    /// Does what is due in one slot; returns how many entries were taken.
    pub async fn sweep(&self, slot: &Slot) -> AppResult<usize> {
        let claimed = self.store.claim_due(slot, TAKEN_MAX, VISIBILITY).await?;
        let count = claimed.len();
        for entry in claimed {
            let Some(due) = Due::parse(&entry.member) else { continue };
            // What fails stays due and is taken again after its time of hiding.
            self.perform(slot, &due).await.ok();
        }
        Ok(count)
    }

    async fn perform(&self, slot: &Slot, due: &Due) -> AppResult<()> {
        match (slot, due) {
            (Slot::Bucket(_), Due::Conversation(id)) => self.tick(slot, id).await,
            (Slot::Bucket(bucket), Due::Outbox(id)) => {
                self.deliver_to_pool(*bucket, id).await?;
                self.match_now().await;
                Ok(())
            }
            (Slot::Pool(_), Due::Outbox(id)) => self.deliver_to_conversation(id).await,
            (Slot::Pool(_), Due::Place(id)) => {
                self.place_due(id).await?;
                self.match_now().await;
                Ok(())
            }
            (Slot::Pool(_), Due::Agent(id)) => {
                self.agent_work(id, &AgentCommand::WrapUpOver, |_, _| None).await?;
                self.match_now().await;
                Ok(())
            }
            (Slot::Bucket(_), Due::Place(_) | Due::Agent(_))
            | (Slot::Pool(_), Due::Conversation(_))
            | (Slot::System, _) => Ok(()),
        }
    }

    /// A conversation's own deadline.
    pub(super) async fn tick(&self, slot: &Slot, id: &ConversationId) -> AppResult<()> {
        let rules = self.rules();
        let done = self
            .run(id, None, |conversation, at| {
                let c = conversation.ok_or(Rejection::NotFound)?;
                let reading = (!c.memory.burst.is_empty()).then(|| {
                    Box::new(reading::read(&rules, &c.memory.joined(""), &c.memory.earlier(), at))
                });
                let wait = || (self.waiting_status(id, at).1, self.eta(id, at));
                let wait = (c.state == State::Queued).then(wait);
                Ok(Command::Tick { reading, wait })
            })
            .await;
        match done {
            Ok(Done { .. }) => Ok(()),
            // It was not due (any more): the entry goes back to where the state says.
            Err(AppError::Rejected(Rejection::NotDue)) => self.rearm(slot, id).await,
            Err(error) => Err(error),
        }
    }

    /// Puts a conversation's due entry to where its state says.
    pub(super) async fn rearm(&self, slot: &Slot, id: &ConversationId) -> AppResult<()> {
        let key = keys::conversation(id);
        let snapshot = self.store.load(slot, std::slice::from_ref(&key), &[]).await?;
        let Some(c) = snapshot.get::<Conversation>(&key)? else { return Ok(()) };
        let mut change = snapshot.change(self.tag());
        let member = Due::Conversation(id.clone()).member();
        match next_deadline(&self.rules(), &c) {
            Some(deadline) => change.index_put(Index::DUE, member, deadline.as_millis()),
            None => change.index_remove(Index::DUE, member),
        };
        match self.store.commit(change).await {
            Ok(_) | Err(StoreError::Conflict { .. } | StoreError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A place's own deadline.
    pub(super) async fn place_due(&self, id: &ConversationId) -> AppResult<()> {
        let command = match self.place(id).await? {
            Some(Place::Here(item)) => match item.state {
                ItemState::Offered { .. } => WorkCommand::Expire,
                ItemState::Waiting | ItemState::Assigned { .. } => return Ok(()),
            },
            Some(Place::Gone { .. }) => WorkCommand::Forget,
            None => return Ok(()),
        };
        match self.work(id, &command).await {
            Ok(_) | Err(AppError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Looks after leases: who has not been heard of becomes suspect and is offered nothing; after
    /// the grace time their conversations go back, one a transaction. Says how many vanished when
    /// they are so many that the line is more likely broken than they gone.
    pub async fn watch_leases(&self) -> AppResult<Option<Vanished>> {
        const LOOKED_AT_MAX: usize = 100;
        let slot = self.pool_slot();
        let now = self.store_now().await?;
        let over = now.as_millis() - 1;
        let over = self.store.range(&slot, Index::LEASES, None, over, LOOKED_AT_MAX).await?;
        let mut ended = Vec::with_capacity(over.len());
        for id in over.iter().filter_map(|(_, id)| AgentId::parse(id).ok()) {
            match self.agent(&id).await {
                Ok(agent) => ended.push(agent),
                // The others' customers must not wait for this one.
                Err(AppError::Store(StoreError::Damaged { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        let among = self.vanished(&ended, now).await?;
        for agent in &ended {
            self.lease_over(agent, among).await?;
        }
        if !ended.is_empty() {
            self.match_now().await;
        }
        self.remove_leaving().await?;
        let outage = among.is_outage().then_some(among);
        outage.iter().for_each(|_| Stats::add(&self.stats.outages));
        Ok(outage)
    }

    /// How many were there until now and are not heard of, or will not be in a moment.
    async fn vanished(&self, ended: &[Agent], now: Timestamp) -> AppResult<Vanished> {
        let live = ended.iter().filter(|agent| agent.lease == Lease::Live).count();
        if live == 0 {
            return Ok(Vanished { ended: 0, of: 0 });
        }
        let leases = self.members(&self.pool_slot(), Index::LEASES).await?;
        let before = |at: Timestamp| leases.partition_point(|(score, _)| *score < at.as_millis());
        let soon = before(now + AT_ONCE) - before(now);
        Ok(Vanished { ended: live + soon, of: leases.len() })
    }

    async fn lease_over(&self, agent: &Agent, among: Vanished) -> AppResult<()> {
        let id = &agent.id;
        match agent.lease {
            Lease::Live => {
                let command = AgentCommand::LeaseEnded { among };
                self.agent_work(id, &command, |agent, at| Some(agent.kept_until(at))).await?;
                self.rescind_offers(id).await
            }
            Lease::Suspect { .. } => {
                match self.agent_work(id, &AgentCommand::GraceOver, |_, _| None).await {
                    Ok(_) => self.lose_all(id).await,
                    Err(AppError::Refused(PoolRefusal::NotDue)) => Ok(()),
                    Err(error) => Err(error),
                }
            }
            // A crash came between being lost and giving everything back.
            Lease::Lost => self.lose_all(id).await,
        }
    }

    /// Takes back every offer that waits for this agent's answer.
    pub(super) async fn rescind_offers(&self, id: &AgentId) -> AppResult<()> {
        for conversation in held_live(&self.agent(id).await?) {
            let rescind = WorkCommand::Rescind { agent: id.clone() };
            pass_over_damaged(self.settled_work(&conversation, &rescind).await)?;
        }
        Ok(())
    }

    /// Gives back everything an agent holds who is no longer there. The lease entry goes last, so
    /// that a crash in between is made good by the next look at the leases.
    pub(crate) async fn lose_all(&self, id: &AgentId) -> AppResult<()> {
        for conversation in held_live(&self.agent(id).await?) {
            // What only waits for the customer's yes is no colleague's to take up. Everything else
            // refuses this, and goes back.
            let gone = Command::HolderGone { agent: id.clone() };
            self.command(&conversation, None, gone).await.ok();
            let lose = WorkCommand::Lose { agent: id.clone() };
            pass_over_damaged(self.settled_work(&conversation, &lose).await)?;
            self.deliver_to_conversation(&conversation).await.ok();
        }
        let key = keys::agent(id);
        let snapshot = self.store.load(&self.pool_slot(), std::slice::from_ref(&key), &[]).await?;
        let agent: Option<Agent> = snapshot.get(&key)?;
        if agent.is_some_and(|agent| agent.lease == Lease::Lost && held_live(&agent).is_empty()) {
            let mut change = snapshot.change(self.tag());
            change.index_remove(Index::LEASES, id.as_str());
            self.store.commit(change).await?;
        }
        Ok(())
    }

    async fn settled_work(&self, id: &ConversationId, command: &WorkCommand) -> AppResult<()> {
        match self.work(id, command).await {
            Ok(_) => Ok(()),
            Err(AppError::Refused(refusal)) if super::pool::settled(&refusal) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gives every signed-in agent a whole lease from now: while we were away they could not reach
    /// us, and that must not count against them.
    pub(super) async fn extend_leases(&self) -> AppResult<()> {
        let slot = self.pool_slot();
        for (_, id) in self.members(&self.pool_slot(), Index::LEASES).await? {
            let Ok(id) = AgentId::parse(&id) else { continue };
            pass_over_damaged(self.extend_lease(&slot, &id).await)?;
        }
        Ok(())
    }

    async fn extend_lease(&self, slot: &Slot, id: &AgentId) -> AppResult<()> {
        let key = keys::agent(id);
        let snapshot = self.store.load(slot, std::slice::from_ref(&key), &[]).await?;
        let agent: Option<Agent> = snapshot.get(&key)?;
        let Some(agent) = agent.filter(|agent| agent.lease == Lease::Live) else { return Ok(()) };
        let until = snapshot.at() + Duration::from_millis(agent.lease_ms.max(0) as u64);
        let mut change = snapshot.change(self.tag());
        change.index_put(Index::LEASES, id.as_str(), until.as_millis());
        self.store.commit(change).await?;
        Ok(())
    }
}
