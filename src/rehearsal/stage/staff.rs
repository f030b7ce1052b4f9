//! What agents and supervisors do, and what may befall a conversation of theirs.

use super::Stage;
use crate::app::error::{AppError, AppResult};
use crate::app::keys;
use crate::config::script::{AgentAction, SupervisorAction};
use crate::domain::conversation::command::Command;
use crate::domain::handoff::Token;
use crate::domain::ids::AgentId;
use crate::domain::pool::agent::{Held, Holding, Presence};
use crate::domain::pool::item::{ItemState, Place};
use crate::ports::clock::Clock;
use crate::ports::store::Index;

impl Stage {
    pub(super) async fn agent(&mut self, agent: &AgentId, what: &AgentAction) -> AppResult<()> {
        let agent = agent.clone();
        match what {
            AgentAction::SignIn => self.sign_in(&agent).await,
            AgentAction::SignOut => {
                let session = self.session(&agent)?;
                self.present.remove(&agent);
                self.app.set_presence(&agent, session, Presence::Offline, None).await.map(|_| ())
            }
            AgentAction::Available => self.is_now(&agent, Presence::Available).await,
            AgentAction::Drain => self.is_now(&agent, Presence::Draining).await,
            AgentAction::Away => {
                self.is_now(&agent, Presence::Away { reason: "script".to_owned() }).await
            }
            AgentAction::Vanish => {
                self.present.remove(&agent);
                Ok(())
            }
            AgentAction::Accept => {
                let token = self.offered_to(&agent).await?;
                self.app.accept(&agent, &self.id, token, None).await.map(|_| ())
            }
            AgentAction::Decline => {
                let token = self.offered_to(&agent).await?;
                self.app.decline(&agent, &self.id, token, None).await
            }
            AgentAction::Claim => {
                let once = self.once("agent", agent.as_str(), "claim")?;
                self.app.claim_once(&agent, &self.id, &once).await.map(|_| ())
            }
            AgentAction::Read => {
                let (token, through) = (self.token().await?, self.read);
                self.app.agent_reads(&self.id, &agent, token, through).await.map(|_| ())
            }
            AgentAction::EndWrapUp => self.end_wrap_ups(&agent).await,
            AgentAction::Block => {
                let (by, reason) = ((agent, self.token().await?), "script".to_owned());
                self.app.block_customer(&self.id, None, by, reason).await.map(|_| ())
            }
            AgentAction::Release => {
                let (token, note) = (self.token().await?, String::new());
                let command = Command::AgentReleases { agent, token, note };
                self.app.command(&self.id, None, command).await.map(|_| ())
            }
            AgentAction::Transfers(to) => {
                let (token, note) = (self.token().await?, String::new());
                let passed = self.app.transfer(&self.id, None, agent, token, to.clone(), note);
                passed.await.map(|_| ())
            }
            AgentAction::Says(text, parts) => {
                let (token, said) = (self.token().await?, (text.clone(), parts.clone()));
                let said = self.app.agent_says(&self.id, None, agent, token, said);
                said.await.map(|_| ())
            }
            AgentAction::Notes(text) => {
                let (token, text) = (self.token().await?, text.clone());
                self.app.note(&self.id, None, agent, token, text).await.map(|_| ())
            }
            AgentAction::ReportsAbuse(note) => {
                let (token, note) = (self.token().await?, note.clone());
                let command = Command::AgentReportsAbuse { agent, token, note };
                self.app.command(&self.id, None, command).await.map(|_| ())
            }
            AgentAction::LooksUp(about) => {
                let token = match self.offer().await? {
                    Some((asked, token)) if asked == agent => token,
                    Some(_) | None => self.token().await?,
                };
                self.app.suggest_replies(&agent, &self.id, token, about).await?;
                self.about = Some((agent, about.clone()));
                Ok(())
            }
            AgentAction::Promises(what, span) => {
                let (token, due) = (self.token().await?, self.clock.now() + *span);
                let command = Command::AgentPromises { agent, token, what: what.clone(), due };
                self.app.command(&self.id, None, command).await.map(|_| ())
            }
            AgentAction::Proposes(disposition) => {
                let (token, disposition) = (self.token().await?, disposition.clone());
                let command = Command::AgentProposes { agent, token, disposition };
                self.app.command(&self.id, None, command).await.map(|_| ())
            }
        }
    }

    pub(super) async fn supervisor(
        &mut self,
        supervisor: &AgentId,
        what: &SupervisorAction,
    ) -> AppResult<()> {
        let by = supervisor.as_str();
        match what {
            SupervisorAction::TakeOver => {
                let once = self.once("supervisor", by, "take over")?;
                self.app.take_over_once(supervisor, &self.id, &once).await.map(|_| ())
            }
            SupervisorAction::Requeue => {
                self.app.requeue(&self.id, None, String::new()).await.map(|_| ())
            }
            SupervisorAction::Uphold | SupervisorAction::Lift => {
                let by = (by, *what == SupervisorAction::Uphold);
                self.app.review_block(&self.id, None, by, "script").await.map(|_| ())
            }
            SupervisorAction::LookForRepair | SupervisorAction::Repair => {
                let apply = *what == SupervisorAction::Repair;
                let repaired = self.app.repair(&self.id, apply).await?;
                self.faults = Some(repaired.left.len() as u32);
                Ok(())
            }
            SupervisorAction::Whispers(text) => {
                let said = self.app.whisper(&self.id, None, by.to_owned(), None, text.clone());
                said.await.map(|_| ())
            }
            SupervisorAction::Reassigns(to) => {
                self.app.reassign(&self.id, None, to, String::new()).await.map(|_| ())
            }
        }
    }

    /// What becomes due is listed apart from the conversation; damage may take the one and leave the
    /// other.
    pub(super) async fn lose_timer(&mut self) -> AppResult<()> {
        let slot = keys::bucket(keys::bucket_of(&self.id, self.app.settings().buckets));
        let snapshot = self.app.store().load(&slot, &[], &[]).await?;
        let mut change = snapshot.change(self.read);
        change.index_remove(Index::DUE, keys::Due::Conversation(self.id.clone()).member());
        self.app.store().commit(change).await?;
        Ok(())
    }

    async fn is_now(&self, agent: &AgentId, presence: Presence) -> AppResult<()> {
        self.app.set_presence(agent, self.session(agent)?, presence, None).await.map(|_| ())
    }

    /// Whatever they still write up is written up.
    async fn end_wrap_ups(&mut self, agent: &AgentId) -> AppResult<()> {
        let held = self.app.agent(agent).await?.held;
        let is_written_up = |held: &Held| matches!(held.how, Holding::WrapUp { .. });
        let ended = held.iter().filter(|(_, held)| is_written_up(held)).map(|(id, _)| id.clone());
        let ended: Vec<_> = ended.collect();
        if ended.is_empty() {
            return Err(AppError::NotFound { what: "conversation that is being written up" });
        }
        for id in ended {
            let once = self.once("agent", agent.as_str(), id.as_str())?;
            self.app.end_wrap_up_once(agent, self.session(agent)?, id, &once).await?;
        }
        Ok(())
    }

    pub(super) async fn sign_in(&mut self, agent: &AgentId) -> AppResult<()> {
        let lease = self.app.rules().routing.leases.length;
        let session = self.app.sign_in(agent, lease, None).await?.incarnation;
        self.app.set_presence(agent, session, Presence::Available, None).await?;
        self.present.insert(agent.clone(), session);
        Ok(())
    }

    fn session(&self, agent: &AgentId) -> AppResult<u64> {
        self.present.get(agent).copied().ok_or(AppError::NotFound { what: "signed-in agent" })
    }

    async fn token(&self) -> AppResult<Token> {
        Ok(self.app.conversation(&self.id).await?.token)
    }

    async fn offered_to(&self, agent: &AgentId) -> AppResult<Token> {
        match self.offer().await? {
            Some((asked, token)) if asked == *agent => Ok(token),
            Some(_) | None => Err(AppError::NotFound { what: "offer to this agent" }),
        }
    }

    /// Who is offered it, and under which token.
    pub(super) async fn offer(&self) -> AppResult<Option<(AgentId, Token)>> {
        Ok(match self.app.place(&self.id).await? {
            Some(Place::Here(item)) => match item.state {
                ItemState::Offered { agent, .. } => Some((agent, item.token)),
                ItemState::Waiting | ItemState::Assigned { .. } => None,
            },
            Some(Place::Gone { .. }) | None => None,
        })
    }
}
