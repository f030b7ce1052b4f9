//! Who the agents are: declared, alive, removed, and what their inbox tells. What they do in a
//! session is in [`super::sessions`]; what they say in a conversation is a command to it.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use super::requests::Once;
use crate::domain::ids::AgentId;
use crate::domain::pool::agent::{Agent, Lease, Profile};
use crate::domain::pool::command::{AgentCommand, InboxEvent, PoolRefusal};
use crate::domain::pool::presence::check_session;
use crate::domain::pool::work::held_live;
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, StoreError};
use std::time::Duration;

/// One record of an agent's inbox.
pub struct InboxRecord {
    /// Its place in the inbox.
    pub seq: u64,
    /// Tells two histories with the same numbers apart.
    pub event_id: u128,
    /// What it says.
    pub event: InboxEvent,
}

impl App {
    /// Brings the agents of the config into the pool. Who is no longer declared keeps what they
    /// have and is from then on an agent like any registered one.
    pub async fn declare_agents(&self) -> AppResult<()> {
        let rules = self.rules();
        for declared in &rules.routing.agents {
            let known = match self.agent(&declared.id).await {
                Ok(agent) => Some(agent),
                Err(AppError::NotFound { .. }) => None,
                // No other agent, and nobody's customers, must wait for this one.
                Err(AppError::Store(StoreError::Damaged { .. })) => continue,
                Err(error) => return Err(error),
            };
            if known.is_none_or(|agent| agent.profile != declared.profile) {
                let command = AgentCommand::SetProfile(declared.profile.clone());
                self.agent_work(&declared.id, &command, |_, _| None).await?;
            }
        }
        Ok(())
    }

    /// Adds an agent; `None` if there is one of that id already.
    pub async fn register_agent(
        &self,
        id: &AgentId,
        profile: Profile,
        once: &Once,
    ) -> AppResult<Option<Agent>> {
        self.check_not_declared(id)?;
        match self.agent(id).await {
            Ok(_) if !self.seen_in_pool(once).await? => return Ok(None),
            Ok(_) | Err(AppError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        self.set_profile_once(id, profile, once).await.map(Some)
    }

    /// Replaces what a registered agent can do.
    pub async fn update_agent(
        &self,
        id: &AgentId,
        profile: Profile,
        once: &Once,
    ) -> AppResult<Agent> {
        self.check_not_declared(id)?;
        self.agent(id).await?;
        self.set_profile_once(id, profile, once).await
    }

    /// Removes a registered agent: at once if they hold nothing, else when they have finished it.
    /// Returns whether they still hold something.
    pub async fn remove_agent_once(&self, id: &AgentId, once: &Once) -> AppResult<bool> {
        self.check_not_declared(id)?;
        match self.agent(id).await {
            Ok(_) => {}
            // Gone by now, and this very request has asked for it.
            Err(AppError::NotFound { .. }) if self.seen_in_pool(once).await? => return Ok(false),
            Err(error) => return Err(error),
        }
        let done = self.agent_work_once(id, &AgentCommand::Leave, |_, _| None, Some(once)).await;
        match done {
            Ok(_) | Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
            Err(error) => return Err(error),
        }
        self.rescind_offers(id).await?;
        match self.remove_agent(id).await {
            Ok(()) | Err(AppError::NotFound { .. }) => Ok(false),
            // They are busy, or something changes right now: the next look at the leases goes on.
            Err(AppError::StillBusy { .. } | AppError::Contended) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Removes those who leave and have finished what they held.
    pub(super) async fn remove_leaving(&self) -> AppResult<()> {
        for id in self.router.leaving() {
            match self.remove_agent(&id).await {
                Ok(())
                | Err(
                    AppError::NotFound { .. }
                    | AppError::StillBusy { .. }
                    | AppError::Contended
                    | AppError::DeclaredInConfig,
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn set_profile_once(
        &self,
        id: &AgentId,
        profile: Profile,
        once: &Once,
    ) -> AppResult<Agent> {
        let command = AgentCommand::SetProfile(profile);
        let done = self.agent_work_once(id, &command, |_, _| None, Some(once)).await?;
        self.match_now().await;
        Ok(done.agent)
    }

    fn check_not_declared(&self, id: &AgentId) -> AppResult<()> {
        if self.rules().routing.agents.iter().any(|declared| declared.id == *id) {
            return Err(AppError::DeclaredInConfig);
        }
        Ok(())
    }

    /// Whether this very request was followed before.
    pub(super) async fn seen_in_pool(&self, once: &Once) -> AppResult<bool> {
        let snapshot = self.store.load(&self.pool_slot(), &[once.key()], &[]).await?;
        Ok(once.seen(&snapshot)?.is_some())
    }

    /// Removes an agent who holds nothing.
    async fn remove_agent(&self, id: &AgentId) -> AppResult<()> {
        self.check_not_declared(id)?;
        let key = keys::agent(id);
        let slot = self.pool_slot();
        let requests = Once::key_of(id);
        let snapshot = self.store.load(&slot, &[key.clone(), requests.clone()], &[]).await?;
        let Some(agent) = snapshot.get::<Agent>(&key)? else {
            return Err(AppError::NotFound { what: "agent" });
        };
        let held = held_live(&agent).len();
        if held > 0 {
            return Err(AppError::StillBusy { held });
        }
        let mut change = snapshot.change(self.tag());
        change.delete(key);
        change.delete(requests);
        change.drop_log(keys::inbox(id));
        for index in [Index::AGENTS, Index::LEASES] {
            change.index_remove(index, id.as_str());
        }
        change.index_remove(Index::DUE, keys::Due::Agent(id.clone()).member());
        change.ring(keys::Topic::Agent(id.clone()).name());
        self.store.commit(change).await?;
        self.distrust_view();
        Ok(())
    }

    /// A sign of life; any call of an agent is one.
    pub async fn heartbeat(&self, id: &AgentId, incarnation: u64) -> AppResult<Timestamp> {
        let slot = self.pool_slot();
        let agent = self.agent(id).await?;
        check_session(&agent, incarnation)?;
        let lease = lease_of(&agent);
        if agent.lease != Lease::Live {
            let command = AgentCommand::Heartbeat { incarnation };
            match self.agent_work(id, &command, |_, at| Some(at + lease)).await {
                Ok(_) => self.match_now().await,
                Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
                Err(error) => return Err(error),
            }
        }
        // Only the score moves: a heartbeat never competes with an offer.
        let snapshot = self.store.load(&slot, &[], &[]).await?;
        let until = snapshot.at() + lease;
        let mut change = snapshot.change(self.tag());
        change.index_put(Index::LEASES, id.as_str(), until.as_millis());
        // Nor does it list somebody who was removed meanwhile; nothing else can conflict with it.
        change.require_score_at_least(Index::AGENTS, id.as_str(), 0);
        match self.store.commit(change).await {
            Ok(_) => Ok(until),
            Err(StoreError::Conflict { .. }) => Err(AppError::NotFound { what: "agent" }),
            Err(error) => Err(error.into()),
        }
    }

    /// At most `limit` records of an agent's inbox after `after`, and its head.
    pub async fn read_inbox(
        &self,
        id: &AgentId,
        after: u64,
        limit: usize,
    ) -> AppResult<(Vec<InboxRecord>, u64)> {
        let page = self.store.read_log(&self.pool_slot(), &keys::inbox(id), after, limit).await?;
        let records = page.records.iter().map(|record| {
            let what = || format!("inbox record {} of {id}", record.seq);
            Ok(InboxRecord {
                seq: record.seq,
                event_id: record.event_id,
                event: crate::ports::store::decode(what(), &record.body)?,
            })
        });
        Ok((records.collect::<Result<Vec<_>, StoreError>>()?, page.head))
    }
}

/// How long the agent's silence is no reason to worry.
pub(super) fn lease_of(agent: &Agent) -> Duration {
    Duration::from_millis(agent.lease_ms.max(0) as u64)
}
