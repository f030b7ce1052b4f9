//! What an agent's session does: it begins, answers offers, changes its presence, and each of its
//! calls is a sign of life. Safe to repeat where the caller names the request.

use super::App;
use super::agents::lease_of;
use super::error::{AppError, AppResult};
use super::keys;
use super::requests::Once;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Lease, Presence};
use crate::domain::pool::command::{AgentCommand, InboxEvent, OfferEnd, PoolRefusal, WorkCommand};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::pool::presence::check_session;
use crate::domain::pool::why::Gone;
use crate::domain::pool::work::held_live;
use crate::domain::time::Timestamp;
use crate::ports::store::Index;
use std::time::Duration;

/// In so many of an agent's latest records the end of an offer is looked for.
const INBOX_LOOK: usize = 100;

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

    /// Begins a session, once for each request: a repeated one gets the session it began. An older
    /// session is fenced from now on.
    pub async fn sign_in(
        &self,
        id: &AgentId,
        lease: Duration,
        once: Option<&Once>,
    ) -> AppResult<SignedIn> {
        let command = AgentCommand::SignIn { lease_ms: lease.as_millis() as i64 };
        let done = self.agent_work_once(id, &command, |_, at| Some(at + lease), once).await?;
        Ok(SignedIn { agent: done.agent, incarnation: done.session })
    }

    /// Says whether the agent is there, once for each request: a late repetition does not undo
    /// what was said after it.
    pub async fn set_presence(
        &self,
        id: &AgentId,
        incarnation: u64,
        presence: Presence,
        once: Option<&Once>,
    ) -> AppResult<Agent> {
        // Who is gone is looked at by the next watch of the leases, should we crash here.
        let gone = presence == Presence::Offline;
        let command = AgentCommand::SetPresence { incarnation, presence: presence.clone() };
        let done = self.agent_work_once(
            id,
            &command,
            |agent, at| Some(if gone { at } else { at + lease_of(agent) }),
            once,
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
            Presence::Offline => {
                self.give_back_all(&agent).await;
                self.lose_all(id).await?;
            }
        }
        self.match_now().await;
        Ok(agent)
    }

    /// Who signs out hands back what they own, and its customers are told so. What is in the way of
    /// that is left for losing it, which asks nobody.
    async fn give_back_all(&self, agent: &Agent) {
        for conversation in held_live(agent) {
            let Ok(c) = self.conversation(&conversation).await else { continue };
            if !matches!(&c.state, State::Human { agent: owner } if *owner == agent.id) {
                continue;
            }
            let (agent, token) = (agent.id.clone(), c.token);
            let gives = Command::AgentReleases { agent, token, note: String::new() };
            match self.command(&conversation, None, gives).await {
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(%error, conversation.id = %conversation, "lost instead")
                }
            }
        }
    }

    /// Takes an offer, once for each request. `Ok` only when the conversation itself says that it
    /// is the agent's.
    pub async fn accept(
        &self,
        id: &AgentId,
        conversation: &ConversationId,
        token: Token,
        once: Option<&Once>,
    ) -> AppResult<Conversation> {
        let command = WorkCommand::Accept { agent: id.clone(), token };
        match self.work_once(conversation, &command, once).await {
            Ok(_) | Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
            Err(AppError::Refused(PoolRefusal::OfferGone { why })) => {
                let why = self.what_ended(id, conversation, token, why).await?;
                return Err(PoolRefusal::OfferGone { why }.into());
            }
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

    /// Why an offer is gone: the pool knows where the conversation is now, and the agent's inbox whether
    /// it was they who let the offer go.
    async fn what_ended(
        &self,
        id: &AgentId,
        conversation: &ConversationId,
        token: Token,
        why: Gone,
    ) -> AppResult<Gone> {
        match why {
            Gone::Back | Gone::AskedElsewhere => {}
            Gone::Lapsed
            | Gone::Declined
            | Gone::Taken
            | Gone::Replaced
            | Gone::NotWaiting
            | Gone::Accepted => return Ok(why),
        }
        let before = self.agent(id).await?.inbox_head.saturating_sub(INBOX_LOOK as u64);
        let (records, _) = self.read_inbox(id, before, INBOX_LOOK).await?;
        let ended = records.into_iter().rev().find_map(|record| match record.event {
            InboxEvent::OfferEnded { conversation: of, token: under, how } => {
                (of == *conversation && under == token).then_some(how)
            }
            InboxEvent::Offered { .. }
            | InboxEvent::Assigned { .. }
            | InboxEvent::Unassigned { .. }
            | InboxEvent::PresenceChanged { .. }
            | InboxEvent::Superseded { .. } => None,
        });
        Ok(match ended {
            Some(OfferEnd::Expired) => Gone::Lapsed,
            Some(OfferEnd::Declined) => Gone::Declined,
            Some(OfferEnd::Rescinded) | None => why,
        })
    }

    /// Turns an offer down, once for each request.
    pub async fn decline(
        &self,
        id: &AgentId,
        conversation: &ConversationId,
        token: Token,
        once: Option<&Once>,
    ) -> AppResult<()> {
        let command = WorkCommand::Decline { agent: id.clone(), token };
        match self.work_once(conversation, &command, once).await {
            Ok(_) | Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
            Err(error) => return Err(error),
        }
        self.match_now().await;
        Ok(())
    }
}
