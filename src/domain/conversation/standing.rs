//! How a conversation stands for the agent who owns it: since when the customer waits for a word,
//! how much of theirs is unanswered, and what happens next if nobody does anything.

use super::deadline::state_deadline;
use super::state::{Conversation, Proposal, Proposer, Silence, State};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;

/// How a conversation stands for its agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Since when the customer waits for the agent; `None` if the ball is with the customer.
    pub waiting_since: Option<Timestamp>,
    /// Messages of the customer since an agent last wrote.
    pub unanswered: u32,
    /// What happens next by itself, and when.
    pub next: Option<(Timestamp, NextStep)>,
}

/// What happens by itself if nobody does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// The agent is reminded.
    Nudge,
    /// The supervisors are told.
    TellSupervisors,
    /// The conversation goes back to its queue.
    TakeBack,
    /// The silent customer is asked whether it is settled, and the agent is free.
    AskCustomer,
    /// The agent is no longer held for the answer to the proposal.
    EndHold,
    /// The customer is reminded of the proposal.
    Remind,
    /// It is closed without an answer.
    Close,
}

/// How it stands; `None` if no agent owns it.
pub fn standing(rules: &Rules, c: &Conversation) -> Option<Standing> {
    c.owner()?;
    let next = state_deadline(rules, c).zip(next_step(rules, c));
    Some(Standing { waiting_since: c.unanswered_since, unanswered: c.unanswered, next })
}

fn next_step(rules: &Rules, c: &Conversation) -> Option<NextStep> {
    match &c.state {
        State::Human { .. } => Some(match (c.unanswered_since, c.silence) {
            (Some(_), Silence::None) => NextStep::Nudge,
            (Some(_), Silence::Nudged) => NextStep::TellSupervisors,
            (Some(_), Silence::Escalated) => NextStep::TakeBack,
            (None, _) => NextStep::AskCustomer,
        }),
        State::Confirming(proposal) => Some(confirming_step(rules, proposal)),
        State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => None,
    }
}

fn confirming_step(rules: &Rules, proposal: &Proposal) -> NextStep {
    let ends = &rules.bot.ends;
    let (recall, step) = if proposal.reminders < ends.reminders_max {
        (proposal.recalled_at + ends.remind_after, NextStep::Remind)
    } else {
        (proposal.recalled_at + ends.close_after, NextStep::Close)
    };
    match proposal.by {
        Proposer::Agent { held: true, .. } if proposal.since + ends.hold <= recall => {
            NextStep::EndHold
        }
        Proposer::Agent { .. } | Proposer::Bot => step,
    }
}
