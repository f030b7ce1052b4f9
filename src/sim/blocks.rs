//! The checker of blocks: nobody in danger is ever kept from people, no person comes while a block is in
//! force, and every block ends, in the way its review says.

use super::model::{Invariant, Model};
use super::phrases;
use crate::domain::conversation::block::{BlockEnd, Review, in_force};
use crate::domain::conversation::event::{Alert, Event};
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// When nothing fails, what is due is done within this.
const LATE_MAX: Duration = Duration::from_secs(30);

/// Whether an event says that the customer is in danger, as far as the log tells.
pub(super) fn tells_of_danger(event: &Event) -> bool {
    match event {
        Event::HandoffRequested { handoff, .. } => handoff.reason.is_emergency(),
        Event::SupervisorAlerted { what: Alert::Emergency(_) } => true,
        _ => false,
    }
}

/// Whether these words reach a block although they speak of danger.
pub(super) fn danger_is_blocked(c: Option<&Conversation>, said: &str) -> bool {
    c.is_some_and(|c| c.state == State::Blocked) && phrases::is_danger(said)
}

impl Model {
    /// An event of a conversation that concerns blocks. `c` is the conversation before it, and
    /// `endangered` whether its log tells of danger in this episode.
    pub(super) fn judge_block(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        endangered: bool,
        (event, at): (&Event, Timestamp),
    ) {
        let open = c.and_then(in_force);
        let holds = match event {
            Event::CustomerBlocked { until, review_by, .. } => {
                let in_time = at < *review_by || self.is_reviewed_elsewhere(*until, *review_by);
                open.is_none() && !endangered && in_time && at < *until && review_by <= until
            }
            Event::BlockReviewed { .. } => open.is_some(),
            Event::BlockEnded { why } => open.is_some_and(|open| match why {
                BlockEnd::Served => at >= open.until && open.review != Review::Awaited,
                BlockEnd::Lapsed => at >= open.review_by && open.review == Review::Awaited,
                BlockEnd::Lifted | BlockEnd::Danger | BlockEnd::Overtaken => true,
            }),
            Event::HandoffRequested { .. } | Event::AgentJoined { .. } => open.is_none(),
            _ => true,
        };
        self.check(Invariant::Block, holds, || {
            format!("{id}: {event:?} (in danger: {endangered}) in {c:?}")
        });
    }

    /// Whether such a block has been looked at where it began: it follows its customer as it stands.
    fn is_reviewed_elsewhere(&self, until: Timestamp, review_by: Timestamp) -> bool {
        let blocks =
            self.conversations.values().filter_map(|known| known.conversation.block.as_ref());
        let mut same = blocks.filter(|block| (block.until, block.review_by) == (until, review_by));
        same.any(|block| block.review != Review::Awaited)
    }

    /// When nothing fails any more: no block stands longer than it may.
    pub(super) fn blocks_in_time(&mut self, now: Timestamp) {
        let overdue = self.conversations.values().find_map(|known| {
            let block = in_force(&known.conversation)?;
            let late = now.since(block.ends_at()) > LATE_MAX;
            late.then(|| (known.conversation.id.clone(), block.clone()))
        });
        self.check(Invariant::Block, overdue.is_none(), || {
            format!("a block does not end: {overdue:?}")
        });
    }
}
