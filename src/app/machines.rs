//! The pure machines that the application runs, as values. They are values so that the simulation
//! can take one guard out of one of them, and so prove that it would notice.

use crate::domain::conversation::command::{Command, Decision, Rejection};
use crate::domain::conversation::handle;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::AgentId;
use crate::domain::pool::agent::Agent;
use crate::domain::pool::command::{AgentCommand, Case, PoolDecision, PoolRefusal, WorkCommand};
use crate::domain::pool::{presence, work};
use crate::domain::routing::plan::{self, Offer};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::routing::view::PoolView;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;

/// Decides what a command does to a conversation.
pub type ConversationMachine =
    fn(&Rules, Option<&Conversation>, &Command, Timestamp) -> Result<Decision, Rejection>;
/// Decides what a command does to a place.
pub type WorkMachine =
    fn(&RoutingRules, &Case, &WorkCommand, Timestamp) -> Result<PoolDecision, PoolRefusal>;
/// Decides what a command does to an agent.
pub type AgentMachine = fn(
    &RoutingRules,
    &AgentId,
    Option<&Agent>,
    &AgentCommand,
    Timestamp,
) -> Result<PoolDecision, PoolRefusal>;

/// Decides which offers are made now.
pub type PlanMachine = fn(&mut PoolView, &RoutingRules, Timestamp) -> Vec<Offer>;

/// The machines.
#[derive(Debug, Clone, Copy)]
pub struct Machines {
    /// Of a conversation.
    pub conversation: ConversationMachine,
    /// Of a place.
    pub work: WorkMachine,
    /// Of an agent.
    pub agent: AgentMachine,
    /// Of the matcher.
    pub plan: PlanMachine,
}

impl Default for Machines {
    fn default() -> Self {
        Machines {
            conversation: handle::handle,
            work: work::handle,
            agent: presence::handle,
            plan: plan::plan,
        }
    }
}
