//! What agents do: sign in, answer offers, leave. What they say in a conversation is a command to
//! the conversation; here is their standing in the pool.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use super::requests::Once;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Presence, Profile};
use crate::domain::pool::command::{AgentCommand, InboxEvent, PoolRefusal, WorkCommand};
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
                Err(error) => return Err(error),
            };
            if known.is_none_or(|agent| agent.profile != declared.profile) {
                let command = AgentCommand::SetProfile(declared.profile.clone());
                self.agent_work(&declared.id, &command, |_, _| None).await?;
            }
        }
        Ok(())
    }

    /// Registers an agent or changes what they can do.
    pub async fn set_profile(&self, id: &AgentId, profile: Profile) -> AppResult<Agent> {
        if self.rules().routing.agents.iter().any(|declared| declared.id == *id) {
            return Err(AppError::DeclaredInConfig);
        }
        self.agent_work(id, &AgentCommand::SetProfile(profile), |_, _| None).await
    }

    /// Removes an agent who holds nothing.
    pub async fn remove_agent(&self, id: &AgentId) -> AppResult<()> {
        if self.rules().routing.agents.iter().any(|declared| declared.id == *id) {
            return Err(AppError::DeclaredInConfig);
        }
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

    /// Begins a session; an older one is fenced from now on.
    pub async fn sign_in(&self, id: &AgentId, lease: Duration) -> AppResult<Agent> {
        let command = AgentCommand::SignIn { lease_ms: lease.as_millis() as i64 };
        self.agent_work(id, &command, |_, at| Some(at + lease)).await
    }

    /// Says whether the agent is there, away, draining or gone.
    pub async fn set_presence(
        &self,
        id: &AgentId,
        incarnation: u64,
        presence: Presence,
    ) -> AppResult<Agent> {
        let gone = presence == Presence::Offline;
        let command = AgentCommand::SetPresence { incarnation, presence: presence.clone() };
        let lease_until = move |agent: &Agent, at: Timestamp| {
            // Who is gone is looked at by the next watch of the leases, should we crash here.
            Some(if gone { at } else { at + Duration::from_millis(agent.lease_ms.max(0) as u64) })
        };
        let agent = match self.agent_work(id, &command, lease_until).await {
            Ok(agent) => agent,
            Err(AppError::Refused(PoolRefusal::Duplicate)) => self.agent(id).await?,
            Err(error) => return Err(error),
        };
        match presence {
            Presence::Available => {}
            Presence::Away { .. } | Presence::Draining => self.rescind_offers(id).await?,
            Presence::Offline => self.lose_all(id).await?,
        }
        self.match_now().await;
        Ok(agent)
    }

    /// A sign of life; any call of an agent is one.
    pub async fn heartbeat(&self, id: &AgentId, incarnation: u64) -> AppResult<Timestamp> {
        let slot = self.pool_slot();
        let agent = self.agent(id).await?;
        check_session(&agent, incarnation)?;
        let lease = Duration::from_millis(agent.lease_ms.max(0) as u64);
        if agent.lease != crate::domain::pool::agent::Lease::Live {
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
        self.store.commit(change).await?;
        Ok(until)
    }

    /// Takes an offer. `Ok` only when the conversation itself says that it is the agent's.
    pub async fn accept(
        &self,
        id: &AgentId,
        conversation: &ConversationId,
        token: Token,
    ) -> AppResult<Conversation> {
        let command = WorkCommand::Accept { agent: id.clone(), token };
        match self.work(conversation, &command).await {
            Ok(_) | Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
            Err(error) => return Err(error),
        }
        self.deliver_to_conversation(conversation).await?;
        let c = self.conversation(conversation).await?;
        if c.owner() == Some(id) && c.token == token {
            Ok(c)
        } else {
            Err(AppError::OwnershipLost { current: c.token })
        }
    }

    /// Turns an offer down.
    pub async fn decline(
        &self,
        id: &AgentId,
        conversation: &ConversationId,
        token: Token,
    ) -> AppResult<()> {
        self.work(conversation, &WorkCommand::Decline { agent: id.clone(), token }).await?;
        self.match_now().await;
        Ok(())
    }

    /// A supervisor puts a conversation back into its queue.
    pub async fn requeue(&self, conversation: &ConversationId) -> AppResult<Conversation> {
        let command = Command::Requeue { note: String::new() };
        Ok(self.command(conversation, None, command).await?.conversation)
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
