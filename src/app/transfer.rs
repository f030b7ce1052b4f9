//! Passing a conversation on. Whether a colleague can take it is looked up in the pool before; the
//! rules about it are the conversation's.

use super::App;
use super::conversations::{Done, Request};
use super::error::{AppError, AppResult};
use crate::domain::conversation::command::Command;
use crate::domain::conversation::transfer::{Destination, Transfer, Wanted};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};

impl App {
    /// Passes a conversation on, once for each request.
    pub async fn transfer(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        agent: AgentId,
        token: Token,
        to: Wanted,
        note: String,
    ) -> AppResult<Done> {
        let to = match to {
            Wanted::Agent(colleague) => match self.agent(&colleague).await {
                Ok(colleague) => Destination::Agent(Box::new(colleague)),
                // A colleague who was removed since is no reason to refuse a repetition.
                Err(error @ AppError::NotFound { .. }) => {
                    let known = self.first_answer(id, &request).await?;
                    return known.ok_or(error);
                }
                Err(error) => return Err(error),
            },
            Wanted::Queue(queue) => Destination::Queue(queue),
            Wanted::Skill(skill, level) => Destination::Skill { skill, level },
            Wanted::Bot => Destination::Bot,
        };
        let transfer = Transfer { agent, token, to, note };
        self.command(id, request, Command::AgentTransfers(transfer)).await
    }
}
