//! When a conversation must be looked at again if nothing else happens. Derived from the state
//! alone, so that there is exactly one due entry per conversation and nothing to keep in step.

use super::block;
use super::ledger;
use super::on_call;
use super::state::{Asked, Conversation, Proposal, Proposer, Silence, State};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;

/// The next time at which [`super::command::Command::Tick`] has something to do.
pub fn next_deadline(rules: &Rules, c: &Conversation) -> Option<Timestamp> {
    let promise = ledger::deadline(rules, c);
    let ring = on_call::deadline(rules, c);
    let block = block::deadline(c);
    [state_deadline(rules, c), promise, ring, block].into_iter().flatten().min()
}

/// When the state itself has something to do.
pub(super) fn state_deadline(rules: &Rules, c: &Conversation) -> Option<Timestamp> {
    let ends = &rules.bot.ends;
    match &c.state {
        State::Bot => Some(c.memory.reply_due.unwrap_or(c.last_event_at + ends.idle_close)),
        State::Queued => match &c.handoff {
            Some(asked) if !asked.long_wait_told => Some(long_wait(rules, asked)),
            Some(_) | None => None,
        },
        State::Human { .. } => {
            let silence = &rules.routing.agent_silence;
            Some(match (c.unanswered_since, c.silence) {
                (Some(since), Silence::None) => since + silence.nudge,
                (Some(since), Silence::Nudged) => since + silence.supervisor,
                (Some(since), Silence::Escalated) => since + silence.requeue,
                // The ball is with the customer: an agent's place is not held for ever.
                (None, _) => c.last_event_at + ends.idle_close,
            })
        }
        State::Confirming(proposal) => Some(confirming_deadline(rules, proposal)),
        // The promise and the block have their own times.
        State::Pending { .. } | State::Blocked | State::Resolved { .. } | State::Closed { .. } => {
            None
        }
    }
}

/// When somebody has waited very long: counted from the opening for those who came before it, and
/// never told while nobody can be there.
fn long_wait(rules: &Rules, asked: &Asked) -> Timestamp {
    let queue = rules.routing.queues.get(&asked.handoff.needs.queue);
    let hours = queue.and_then(|queue| queue.hours.as_ref());
    let open = |at: Timestamp| hours.and_then(|hours| hours.next_opening(at)).unwrap_or(at);
    open(open(asked.waiting_since) + rules.bot.ends.queue_wait_max)
}

fn confirming_deadline(rules: &Rules, proposal: &Proposal) -> Timestamp {
    let ends = &rules.bot.ends;
    let recall = if proposal.reminders < ends.reminders_max {
        proposal.recalled_at + ends.remind_after
    } else {
        proposal.recalled_at + ends.close_after
    };
    match proposal.by {
        Proposer::Agent { held: true, .. } => recall.min(proposal.since + ends.hold),
        Proposer::Agent { held: false, .. } | Proposer::Bot => recall,
    }
}
