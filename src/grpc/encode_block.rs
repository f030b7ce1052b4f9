//! Blocks, as they are said on the wire. Who asked for one and why is shown to staff alone.

use super::encode::{Reader, timestamp};
use super::pb;
use super::pb::event::Body;
use crate::domain::conversation::block::{Block, BlockEnd, Review, in_force};
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;

/// The customer was blocked.
pub fn blocked(
    (agent, reason): (&AgentId, &str),
    until: Timestamp,
    review_by: Timestamp,
    reader: Reader,
) -> Body {
    let until = Some(timestamp(until));
    Body::CustomerBlocked(match reader {
        Reader::Customer => pb::CustomerBlocked { until, ..Default::default() },
        Reader::Agent | Reader::Owner | Reader::Examiner => pb::CustomerBlocked {
            until,
            review_by: Some(timestamp(review_by)),
            agent_id: agent.to_string(),
            reason: reason.to_owned(),
        },
    })
}

/// A supervisor has looked at it.
pub fn reviewed(by: &str, upheld: bool, reason: &str) -> Body {
    let (supervisor, reason) = (by.to_owned(), reason.to_owned());
    Body::BlockReviewed(pb::BlockReviewed { supervisor, upheld, reason })
}

/// It is over.
pub fn ended(why: BlockEnd) -> Body {
    let reason = match why {
        BlockEnd::Served => pb::BlockEndReason::Served,
        BlockEnd::Lifted => pb::BlockEndReason::Lifted,
        BlockEnd::Lapsed => pb::BlockEndReason::Lapsed,
        BlockEnd::Danger => pb::BlockEndReason::Danger,
        BlockEnd::Overtaken => pb::BlockEndReason::Overtaken,
    };
    Body::BlockEnded(pb::BlockEnded { reason: reason.into() })
}

/// Until when the customer is blocked, if they are.
pub fn until(c: &Conversation) -> Option<prost_types::Timestamp> {
    in_force(c).map(|block| timestamp(block.until))
}

/// A block as supervisors see it.
pub fn block(c: &Conversation, block: &Block) -> pb::Block {
    let (review, reviewed_by, review_reason) = match &block.review {
        Review::Awaited => (pb::BlockReview::Awaited, String::new(), String::new()),
        Review::Upheld { by, reason } => (pb::BlockReview::Upheld, by.clone(), reason.clone()),
        Review::Lapsed => (pb::BlockReview::Lapsed, String::new(), String::new()),
    };
    pb::Block {
        conversation_id: c.id.to_string(),
        agent_id: block.agent.to_string(),
        reason: block.reason.clone(),
        blocked_at: Some(timestamp(block.since)),
        until: Some(timestamp(block.until)),
        review_by: Some(timestamp(block.review_by)),
        review: review.into(),
        reviewed_by,
        review_reason,
        kept_messages: if block.is_in_force() { c.unanswered } else { 0 },
    }
}
