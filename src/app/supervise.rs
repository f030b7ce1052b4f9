//! Supervisors step in: at a desk of their own they take a conversation over, through the same two
//! slots, token and outbox as every agent; or they whisper, or give it to somebody else.

use super::App;
use super::conversations::{Done, Request};
use super::error::{AppError, AppResult};
use super::keys;
use super::requests::Once;
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Profile};
use crate::domain::pool::command::{AgentCommand, PoolRefusal, WorkCommand};
use std::collections::BTreeMap;

/// So many units a supervisor can serve beside watching.
const DESK_CAPACITY: u32 = 8;

impl App {
    /// A supervisor's own desk, made at the first time; once for each request.
    pub async fn open_desk(
        &self,
        desk: &AgentId,
        name: Option<String>,
        otherwise: &str,
        once: &Once,
    ) -> AppResult<Agent> {
        let known = match self.agent(desk).await {
            Ok(agent) => Some(agent),
            Err(AppError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        let before = known.as_ref().map(|agent| agent.profile.name.clone());
        let profile = Profile {
            name: name.or(before).unwrap_or_else(|| otherwise.to_owned()),
            // Whoever steps in decides themselves whether they can speak with the customer.
            languages: Language::ALL.map(|language| (language, 5)).into(),
            skills: BTreeMap::new(),
            capacity: DESK_CAPACITY,
            declared: false,
        };
        let command = AgentCommand::SetProfile(profile);
        Ok(self.agent_work_once(desk, &command, |_, _| None, Some(once)).await?.agent)
    }

    /// Takes a conversation over, once for each request. `Ok` only when the conversation itself
    /// says that it is theirs.
    pub async fn take_over_once(
        &self,
        desk: &AgentId,
        id: &ConversationId,
        once: &Once,
    ) -> AppResult<Conversation> {
        if !self.seen_in_pool(once).await? {
            self.make_it_takeable(id).await?;
            match self
                .work_once(id, &WorkCommand::TakeOver { agent: desk.clone() }, Some(once))
                .await
            {
                Ok(_) | Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
                Err(error) => return Err(error),
            }
            // Whoever had it has room now.
            self.match_now().await;
        }
        self.deliver_to_conversation(id).await?;
        let c = self.conversation(id).await?;
        if c.owner() == Some(desk) {
            Ok(c)
        } else {
            Err(AppError::OwnershipLost { current: c.token })
        }
    }

    /// What the pool does not know of yet is put into a queue first: only from there can anybody
    /// take it.
    async fn make_it_takeable(&self, id: &ConversationId) -> AppResult<()> {
        let c = self.conversation(id).await?;
        let state = c.state.name();
        match &c.state {
            // A block is lifted first, with a reason.
            State::Blocked | State::Resolved { .. } | State::Closed { .. } => {
                return Err(Rejection::WrongState { state }.into());
            }
            State::Queued | State::Human { .. } => {}
            State::Confirming(_) if c.owner().is_some() => {}
            State::Bot | State::Pending { .. } | State::Confirming(_) => {
                match self.requeue(id, None, String::new()).await {
                    // The customer, or somebody else, was faster.
                    Ok(_) | Err(AppError::Rejected(Rejection::WaitsAlready)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        self.deliver_to_pool(keys::bucket_of(id, self.settings.buckets), id).await
    }

    /// Puts a conversation back into its queue, with what the next agent should know.
    pub async fn requeue(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        note: String,
    ) -> AppResult<Done> {
        self.command(id, request, Command::Requeue { note }).await
    }

    /// Says something to the agent who owns it.
    pub async fn whisper(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        by: String,
        to: Option<AgentId>,
        text: String,
    ) -> AppResult<Done> {
        self.check_text(&text)?;
        self.command(id, request, Command::Whisper { by, to, text }).await
    }

    /// Gives it to another agent, who is asked first.
    pub async fn reassign(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        to: &AgentId,
        note: String,
    ) -> AppResult<Done> {
        match self.agent(to).await {
            Ok(to) => {
                let command = Command::Reassign { to: Box::new(to), note };
                self.command(id, request, command).await
            }
            // An agent who was removed since is no reason to refuse a repetition.
            Err(error @ AppError::NotFound { .. }) => {
                self.first_answer(id, &request).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the time for writing up, once for each request.
    pub async fn end_wrap_up_once(
        &self,
        id: &AgentId,
        incarnation: u64,
        conversation: ConversationId,
        once: &Once,
    ) -> AppResult<Agent> {
        let command = AgentCommand::EndWrapUp { incarnation, conversation };
        let agent = match self.agent_work_once(id, &command, |_, _| None, Some(once)).await {
            Ok(done) => done.agent,
            Err(AppError::Refused(PoolRefusal::Duplicate)) => self.agent(id).await?,
            Err(error) => return Err(error),
        };
        self.match_now().await;
        Ok(agent)
    }
}
