//! Which conversations may leave the store: only those that are over for everybody.

use super::deadline::next_deadline;
use super::state::Conversation;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// Whether a conversation may leave the store `after` its end. As long as it can be reopened it
/// stays, whatever `after` says, and with anything owed to the customer it stays too.
pub fn may_leave(rules: &Rules, c: &Conversation, after: Duration, at: Timestamp) -> bool {
    let Some(ended) = c.has_ended() else { return false };
    let span = after.max(rules.bot.ends.reopen_window);
    c.promise.is_none()
        && !c.is_entangled()
        && next_deadline(rules, c).is_none()
        && at.since(ended.max(c.last_event_at)) > span
}
