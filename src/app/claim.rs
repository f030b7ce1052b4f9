//! Taking work from the queue by hand. Who is passed over is seen in the matcher's picture and kept
//! in the conversation; whether the agent may take it is decided by the pool.

use super::App;
use super::error::{AppError, AppResult};
use super::requests::Once;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::command::{PoolRefusal, WorkCommand};
use crate::domain::pool::item::Place;
use crate::domain::pool::why::Hindrance;
use crate::domain::routing::claim::Claimable;

impl App {
    /// What an agent could take by hand, the one who would be next first.
    pub fn claimable(&self, agent: &AgentId) -> Vec<Claimable> {
        self.router.claimable(agent)
    }

    /// Takes a waiting conversation by hand, once for each request. `Ok` only when the conversation
    /// itself says that it is the agent's.
    pub async fn claim_once(
        &self,
        agent: &AgentId,
        conversation: &ConversationId,
        once: &Once,
    ) -> AppResult<Conversation> {
        let overtaken = match self.router.overtaken(agent, conversation) {
            Ok(overtaken) => overtaken,
            Err(_) if self.owns(agent, conversation).await? => Vec::new(),
            Err(_) => {
                let why = Hindrance::EmergencyWaits;
                return Err(PoolRefusal::NotEligible { why }.into());
            }
        };
        let passed_over = overtaken.len();
        let command = WorkCommand::Claim { agent: agent.clone(), overtaken };
        match self.work_once(conversation, &command, Some(once)).await {
            Ok(_) => tracing::info!(
                agent.id = %agent,
                conversation.id = %conversation,
                claim.overtaken = passed_over,
                "an agent took a conversation by hand"
            ),
            Err(AppError::Refused(PoolRefusal::Duplicate)) => {}
            Err(error) => return Err(error),
        }
        self.deliver_to_conversation(conversation).await?;
        let c = self.conversation(conversation).await?;
        if c.owner() == Some(agent) {
            Ok(c)
        } else {
            Err(AppError::OwnershipLost { current: c.token })
        }
    }

    /// Whether the pool has given the conversation to this agent already.
    async fn owns(&self, agent: &AgentId, conversation: &ConversationId) -> AppResult<bool> {
        Ok(match self.place(conversation).await? {
            Some(Place::Here(item)) => item.holder() == Some(agent),
            Some(Place::Gone { .. }) | None => false,
        })
    }
}
