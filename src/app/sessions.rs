//! What an agent's session does once for each request, and the sign of life in each of its calls.
//! What the commands mean is in [`super::agents`]; here they are made safe to repeat.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use super::requests::Once;
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Lease, Presence, Profile};
use crate::domain::pool::command::{AgentCommand, PoolRefusal, WorkCommand};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::pool::presence::check_session;
use crate::domain::pool::work::held_live;
use crate::domain::time::Timestamp;
use crate::ports::store::Index;
use std::time::Duration;

/// A session that has begun.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The agent as they are now.
    pub agent: Agent,
    /// The session this request began; by now a newer one may count.
    pub incarnation: u64,
}

/// What an agent is offered and owns, as pool and conversations have it.
#[derive(Debug, Clone, Default)]
pub struct HeldWork {
    /// Offered, with the end of the time to answer.
    pub offers: Vec<(Item, Timestamp)>,
    /// Owned, with the conversation.
    pub owned: Vec<(Item, Conversation)>,
}

impl App {
    /// What an agent is offered and owns.
    pub async fn held_work(&self, agent: &Agent) -> AppResult<HeldWork> {
        let mut work = HeldWork::default();
        for id in held_live(agent) {
            let Some(Place::Here(item)) = self.place(&id).await? else { continue };
            match item.state.clone() {
                ItemState::Offered { agent: to, until } if to == agent.id => {
                    work.offers.push((item, until));
                }
                ItemState::Assigned { agent: owner } if owner == agent.id => {
                    let conversation = self.conversation(&id).await?;
                    work.owned.push((item, conversation));
                }
                // It has moved on since the agent was read; the inbox tells.
                ItemState::Offered { .. } | ItemState::Assigned { .. } | ItemState::Waiting => {}
            }
        }
        Ok(work)
    }

    /// The agent of a session that counts; refuses what an older session says. A sign of life: it
    /// renews the lease when a good part of it is used up. A renewal that fails for the moment
    /// fails nothing else, because the next call brings another.
    pub async fn session(&self, id: &AgentId, incarnation: u64) -> AppResult<Agent> {
        let key = keys::agent(id);
        let scores = [(Index::LEASES, id.to_string())];
        let keys = std::slice::from_ref(&key);
        let snapshot = self.store.load(&self.pool_slot(), keys, &scores).await?;
        let agent: Agent = snapshot.get(&key)?.ok_or(AppError::NotFound { what: "agent" })?;
        check_session(&agent, incarnation)?;
        let left = snapshot.score(Index::LEASES, id.as_str()).unwrap_or(0);
        let left = left - snapshot.at().as_millis();
        if agent.lease == Lease::Live && left > agent.lease_ms / 4 * 3 {
            return Ok(agent);
        }
        match self.heartbeat(id, incarnation).await {
            Err(AppError::Refused(refusal)) => Err(refusal.into()),
            Ok(_) | Err(_) => Ok(agent),
        }
    }

    /// Begins a session, once for each request: a repeated one gets the session it began.
    pub async fn sign_in_once(
        &self,
        id: &AgentId,
        lease: Duration,
        once: &Once,
    ) -> AppResult<SignedIn> {
        let command = AgentCommand::SignIn { lease_ms: lease.as_millis() as i64 };
        let done = self.agent_work_once(id, &command, |_, at| Some(at + lease), Some(once)).await?;
        Ok(SignedIn { agent: done.agent, incarnation: done.session })
    }

    /// Says whether the agent is there, once for each request: a late repetition does not undo
    /// what was said after it.
    pub async fn set_presence_once(
        &self,
        id: &AgentId,
        incarnation: u64,
        presence: Presence,
        once: &Once,
    ) -> AppResult<Agent> {
        let gone = presence == Presence::Offline;
        let command = AgentCommand::SetPresence { incarnation, presence: presence.clone() };
        let done = self.agent_work_once(
            id,
            &command,
            |agent, at| Some(if gone { at } else { at + lease_of(agent) }),
            Some(once),
        );
        let agent = match done.await {
            Ok(done) => done.agent,
            Err(AppError::Refused(PoolRefusal::Duplicate)) => self.agent(id).await?,
            Err(error) => return Err(error),
        };
        // By what they are now: these finish what an interrupted first attempt has left.
        match &agent.presence {
            Presence::Available => {}
            Presence::Away { .. } | Presence::Draining => self.rescind_offers(id).await?,
            Presence::Offline => self.lose_all(id).await?,
        }
        self.match_now().await;
        Ok(agent)
    }

    /// Takes an offer, once for each request. `Ok` only when the conversation itself says that it
    /// is the agent's.
    pub async fn accept_once(
        &self,
        id: &AgentId,
        conversation: &ConversationId,
        token: Token,
        once: &Once,
    ) -> AppResult<Conversation> {
        let command = WorkCommand::Accept { agent: id.clone(), token };
        match self.work_once(conversation, &command, Some(once)).await {
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

    /// Turns an offer down, once for each request.
    pub async fn decline_once(
        &self,
        id: &AgentId,
        conversation: &ConversationId,
        token: Token,
        once: &Once,
    ) -> AppResult<()> {
        let command = WorkCommand::Decline { agent: id.clone(), token };
        match self.work_once(conversation, &command, Some(once)).await {
            Ok(_) | Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
            Err(error) => return Err(error),
        }
        self.match_now().await;
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
}

fn lease_of(agent: &Agent) -> Duration {
    Duration::from_millis(agent.lease_ms.max(0) as u64)
}
