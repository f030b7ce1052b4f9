//! Commands to the pool: one place and the agents it concerns, or one agent, a transaction each.

use super::error::{AppError, AppResult};
use super::keys::{self, Due, Topic};
use super::pace::{self, Note};
use super::requests::Once;
use super::stats::Stats;
use super::stored::Owed;
use super::{App, TRIES_MAX};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::command::{AgentCommand, Case, PoolDecision, PoolRefusal, WorkCommand};
use crate::domain::pool::item::Place;
use crate::domain::time::Timestamp;
use crate::ports::store::{EntityKey, Index, Slot, Snapshot, StoreError, Transaction};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The inline path has so long before the sweeper takes an outbox entry up.
const INLINE_SPAN: Duration = Duration::from_secs(2);
/// Records kept of an agent's inbox.
const INBOX_KEPT: u64 = 1_000;

/// What came of a command to the pool.
#[derive(Debug, Clone)]
pub struct PoolDone {
    /// When, by the store's clock.
    pub at: Timestamp,
    /// The place after it.
    pub place: Option<Place>,
    /// Whether the conversation must be told.
    pub owes: bool,
}

/// What came of a command to an agent.
#[derive(Debug, Clone)]
pub(super) struct AgentDone {
    /// The agent as they are now.
    pub(super) agent: Agent,
    /// The session the command began or belonged to.
    pub(super) session: u64,
}

impl App {
    pub(super) fn pool_slot(&self) -> Slot {
        keys::pool(&self.rules().routing.pool)
    }

    /// Runs a command about one place.
    pub(super) async fn work(
        &self,
        conversation: &ConversationId,
        command: &WorkCommand,
    ) -> AppResult<PoolDone> {
        self.work_once(conversation, command, None).await
    }

    /// Runs a command about one place; a request that was made before is refused as
    /// [`PoolRefusal::Duplicate`].
    pub(super) async fn work_once(
        &self,
        conversation: &ConversationId,
        command: &WorkCommand,
        once: Option<&Once>,
    ) -> AppResult<PoolDone> {
        let slot = self.pool_slot();
        // Who acts is known from the command; who holds it is learned from the first load.
        let mut concerned: BTreeSet<AgentId> = actor(command).into_iter().cloned().collect();
        for _ in 0..TRIES_MAX {
            let rules = self.rules();
            let snapshot = self.load_case(&slot, conversation, command, &concerned, once).await?;
            if let Some(once) = once
                && once.seen(&snapshot)?.is_some()
            {
                return Err(PoolRefusal::Duplicate.into());
            }
            let place: Option<Place> = snapshot.get(&keys::place(conversation))?;
            if let Some(Place::Here(item)) = &place
                && let Some(holder) = item.holder()
                && concerned.insert(holder.clone())
            {
                continue;
            }
            let case = case_of(&snapshot, conversation, place, &concerned)?;
            let at = snapshot.at();
            let mut decision = (self.machines.work)(&rules.routing, &case, command, at)?;
            let mut change = snapshot.change(self.tag());
            if let WorkCommand::Offer { agent }
            | WorkCommand::Claim { agent, .. }
            | WorkCommand::TakeOver { agent } = command
            {
                // Whoever is offered or takes something must still be there when it is written.
                let now = snapshot.at().as_millis();
                change.require_score_at_least(Index::LEASES, agent.as_str(), now);
            }
            self.write(&mut change, snapshot.at(), Some(conversation), &mut decision);
            if let Some(once) = once {
                once.remember(&snapshot, &mut change, 0)?;
            }
            match self.store.commit(change).await {
                Ok(committed) => {
                    let place = decision.place.clone().unwrap_or(case.place);
                    let owes = decision.message.is_some();
                    self.router.learn(committed.counter, conversation, &decision);
                    return Ok(PoolDone { at: committed.at, place, owes });
                }
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {
                    Stats::add(&self.stats.retries);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }

    /// Runs a command about one agent. `lease_until` moves their lease in the same transaction.
    pub(super) async fn agent_work(
        &self,
        id: &AgentId,
        command: &AgentCommand,
        lease_until: impl Fn(&Agent, Timestamp) -> Option<Timestamp>,
    ) -> AppResult<Agent> {
        Ok(self.agent_work_once(id, command, lease_until, None).await?.agent)
    }

    /// Runs a command about one agent; a request that was made before changes nothing.
    pub(super) async fn agent_work_once(
        &self,
        id: &AgentId,
        command: &AgentCommand,
        lease_until: impl Fn(&Agent, Timestamp) -> Option<Timestamp>,
        once: Option<&Once>,
    ) -> AppResult<AgentDone> {
        let slot = self.pool_slot();
        let key = keys::agent(id);
        let mut to_load = vec![key.clone()];
        to_load.extend(once.map(Once::key));
        for _ in 0..TRIES_MAX {
            let rules = self.rules();
            let snapshot = self.store.load(&slot, &to_load, &[]).await?;
            let at = snapshot.at();
            let before: Option<Agent> = snapshot.get(&key)?;
            if let Some(once) = once
                && let Some(session) = once.seen(&snapshot)?
            {
                let agent = before.ok_or(AppError::NotFound { what: "agent" })?;
                return Ok(AgentDone { agent, session });
            }
            let mut decision =
                (self.machines.agent)(&rules.routing, id, before.as_ref(), command, at)?;
            let mut change = snapshot.change(self.tag());
            self.write(&mut change, at, None, &mut decision);
            let Some(agent) = decision.agents.get(id).cloned() else {
                return Err(AppError::NotFound { what: "agent" });
            };
            if let Some(until) = lease_until(&agent, at) {
                change.index_put(Index::LEASES, id.as_str(), until.as_millis());
            }
            if let Some(once) = once {
                once.remember(&snapshot, &mut change, agent.incarnation)?;
            }
            match self.store.commit(change).await {
                Ok(committed) => {
                    self.router.learn_agents(committed.counter, &decision);
                    let session = agent.incarnation;
                    return Ok(AgentDone { agent, session });
                }
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {
                    Stats::add(&self.stats.retries);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }

    /// An agent as they are.
    pub async fn agent(&self, id: &AgentId) -> AppResult<Agent> {
        let key = keys::agent(id);
        let snapshot = self.store.load(&self.pool_slot(), std::slice::from_ref(&key), &[]).await?;
        snapshot.get(&key)?.ok_or(AppError::NotFound { what: "agent" })
    }

    /// A place as it is.
    pub async fn place(&self, conversation: &ConversationId) -> AppResult<Option<Place>> {
        let key = keys::place(conversation);
        let snapshot = self.store.load(&self.pool_slot(), std::slice::from_ref(&key), &[]).await?;
        Ok(snapshot.get(&key)?)
    }

    async fn load_case(
        &self,
        slot: &Slot,
        conversation: &ConversationId,
        command: &WorkCommand,
        concerned: &BTreeSet<AgentId>,
        once: Option<&Once>,
    ) -> AppResult<Snapshot> {
        let mut to_load: Vec<EntityKey> =
            vec![keys::place(conversation), keys::outbox(conversation)];
        to_load.extend(concerned.iter().map(keys::agent));
        to_load.extend(once.map(Once::key));
        if let WorkCommand::Offer { .. } = command {
            // A matcher that was replaced meanwhile offers nothing.
            to_load.push(keys::fence());
        }
        let snapshot = self.store.load(slot, &to_load, &[]).await?;
        if let WorkCommand::Offer { .. } = command {
            self.check_fence(&snapshot)?;
        }
        Ok(snapshot)
    }

    /// Everything a decision writes, in one transaction.
    pub(super) fn write(
        &self,
        change: &mut Transaction,
        at: Timestamp,
        conversation: Option<&ConversationId>,
        decision: &mut PoolDecision,
    ) {
        for (agent, event) in &decision.inbox {
            if let Some(agent) = decision.agents.get_mut(agent) {
                agent.inbox_head += 1;
                let (log, seq) = (keys::inbox(&agent.id), agent.inbox_head);
                change.append(log, seq, self.chance.bits(), event, Some(INBOX_KEPT));
                change.ring(Topic::Inbox(agent.id.clone()).name());
            }
        }
        for agent in decision.agents.values() {
            change.put(keys::agent(&agent.id), agent);
            change.index_put(Index::AGENTS, agent.id.as_str(), 0);
            let due = Due::Agent(agent.id.clone()).member();
            match agent.next_deadline() {
                Some(deadline) => change.index_put(Index::DUE, due, deadline.as_millis()),
                None => change.index_remove(Index::DUE, due),
            };
            change.ring(Topic::Agent(agent.id.clone()).name());
        }
        let Some(conversation) = conversation else { return };
        let notes = decision.served.clone().map(Note::Served).into_iter();
        for note in notes.chain(decision.waited.clone().map(Note::Waited)) {
            pace::note(change, conversation, &note, at);
        }
        if let Some(place) = &decision.place {
            write_place(change, conversation, place.as_ref());
        }
        if decision.message.is_some() {
            change.put(keys::outbox(conversation), &Owed::new(at));
            let due = Due::Outbox(conversation.clone()).member();
            change.index_put(Index::DUE, due, (at + INLINE_SPAN).as_millis());
        }
    }
}

pub(super) fn write_place(
    change: &mut Transaction,
    conversation: &ConversationId,
    place: Option<&Place>,
) {
    let id = conversation.as_str();
    match place {
        Some(place) => change.put(keys::place(conversation), place),
        None => change.delete(keys::place(conversation)),
    };
    match place {
        Some(Place::Here(item)) => change.index_put(Index::ITEMS, id, item.virtual_time()),
        Some(Place::Gone { .. }) | None => change.index_remove(Index::ITEMS, id),
    };
    let due = Due::Place(conversation.clone()).member();
    match place.and_then(Place::next_deadline) {
        // The place may be used until its deadline, so it is over only after it.
        Some(deadline) => change.index_put(Index::DUE, due, deadline.as_millis() + 1),
        None => change.index_remove(Index::DUE, due),
    };
    change.ring(Topic::Place(conversation.clone()).name());
}

fn actor(command: &WorkCommand) -> Option<&AgentId> {
    match command {
        WorkCommand::Offer { agent }
        | WorkCommand::Claim { agent, .. }
        | WorkCommand::TakeOver { agent }
        | WorkCommand::Accept { agent, .. }
        | WorkCommand::Decline { agent, .. }
        | WorkCommand::Rescind { agent }
        | WorkCommand::GiveWay { agent }
        | WorkCommand::Lose { agent }
        | WorkCommand::Adopt { agent, .. } => Some(agent),
        // They may still write up what comes back to them.
        WorkCommand::Enqueue { arrival, .. } => arrival.preferred.as_ref(),
        WorkCommand::Expire
        | WorkCommand::Release { .. }
        | WorkCommand::Regain { .. }
        | WorkCommand::Forget => None,
    }
}

fn case_of(
    snapshot: &Snapshot,
    conversation: &ConversationId,
    place: Option<Place>,
    concerned: &BTreeSet<AgentId>,
) -> AppResult<Case> {
    let mut agents = BTreeMap::new();
    for id in concerned {
        if let Some(agent) = snapshot.get::<Agent>(&keys::agent(id))? {
            agents.insert(id.clone(), agent);
        }
    }
    Ok(Case { conversation: conversation.clone(), place, agents })
}

/// Whether a refusal means that the thing is done or overtaken, so that nothing is left to do.
pub(super) fn settled(refusal: &PoolRefusal) -> bool {
    match refusal {
        PoolRefusal::Duplicate | PoolRefusal::Stale { .. } => true,
        PoolRefusal::TooLate
        | PoolRefusal::OfferGone { .. }
        | PoolRefusal::NotDue
        | PoolRefusal::WrongState { .. }
        | PoolRefusal::NotEligible { .. }
        | PoolRefusal::NoSuchAgent
        | PoolRefusal::Superseded
        | PoolRefusal::NotSignedIn
        | PoolRefusal::Leaving => false,
    }
}
