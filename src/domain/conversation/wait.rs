//! The clock of a wait, and who is not to end it.

use super::event::{Event, LeaveReason};
use super::state::{Conversation, State};
use crate::domain::time::Timestamp;

/// Folds what an event says of the wait, before the event changes the state.
pub(super) fn fold(c: &mut Conversation, event: &Event) {
    match event {
        Event::HandoffRequested { returned, preferred, .. } => {
            if c.state != State::Queued {
                c.waited_before_ms = c.waited_ms;
            }
            // Asked for by name, for another reason than the colleague's, or at another time: then
            // also from them.
            let goes_on = match &c.state {
                State::Queued | State::Human { .. } | State::Confirming(_) => *returned,
                State::Bot
                | State::Pending { .. }
                | State::Blocked
                | State::Resolved { .. }
                | State::Closed { .. } => false,
            };
            if preferred.is_some() || !goes_on {
                c.passed_on = None;
            }
        }
        Event::AgentLeft { agent, why: LeaveReason::Transferred, .. } => {
            c.passed_on = Some(agent.clone());
        }
        Event::AgentLeft { why: LeaveReason::Lost, .. } => c.waited_before_ms = c.waited_ms,
        Event::Reopened => {
            c.waited_before_ms = 0;
            c.passed_on = None;
        }
        // Better whoever passed it on than nobody at all.
        Event::LongWaitTold | Event::AgentJoined { .. } => c.passed_on = None,
        _ => {}
    }
}

/// A wait that ends without an agent still counts as waited.
pub(super) fn end_wait(c: &mut Conversation, at: Timestamp) {
    if let (State::Queued, Some(asked)) = (&c.state, &c.handoff) {
        c.waited_ms += at.since(asked.waiting_since).as_millis() as i64;
    }
    c.memory.window.waiting_since = None;
}
