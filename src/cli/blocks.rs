//! Blocks in words, for the transcripts of staff and the supervisors' list.

use super::transcript::{Transcript, moment};
use super::words::{self, pick};
use crate::domain::language::Language;
use crate::grpc::pb;

/// An agent has blocked the customer.
pub fn begun(transcript: &Transcript, block: &pb::CustomerBlocked) -> String {
    let l = transcript.language;
    let until = block.until.as_ref().and_then(moment).unwrap_or_default();
    let blocked = pick(l, "the customer is blocked until", "أُوقف العميل حتى");
    match block.reason.as_str() {
        "" => format!("{blocked} {until}"),
        reason => format!("{blocked} {until}: {}", transcript.look.foreign(reason)),
    }
}

/// A supervisor has looked at it.
pub fn reviewed(transcript: &Transcript, review: &pb::BlockReviewed) -> String {
    let l = transcript.language;
    let what = match review.upheld {
        true => pick(l, "upheld the block", "أبقى الإيقاف"),
        false => pick(l, "lifted the block", "رفع الإيقاف"),
    };
    let by = transcript.look.foreign(&review.supervisor);
    let reason = transcript.look.foreign(&review.reason);
    format!("{} {by} {what}: {reason}", pick(l, "supervisor", "المشرف"))
}

/// Why a block is over.
pub fn ended(language: Language, why: pb::BlockEndReason) -> &'static str {
    use pb::BlockEndReason as E;
    let (en, ar) = match why {
        E::Unspecified | E::Overtaken => ("the block is over", "انتهى الإيقاف"),
        E::Served => ("the time of the block is over", "انتهت مدة الإيقاف"),
        E::Lifted => ("the block was lifted", "رُفع الإيقاف"),
        E::Lapsed => ("the block lapsed: nobody looked at it", "سقط الإيقاف ولم يراجعه أحد"),
        E::Danger => ("in danger: the block is over", "خطر: انتهى الإيقاف"),
    };
    pick(language, en, ar)
}

/// A block as a supervisor decides about it; the present is handed in, in seconds.
pub fn line(transcript: &Transcript, block: &pb::Block, now: i64) -> String {
    let l = transcript.language;
    let left = |at: &Option<prost_types::Timestamp>| {
        words::span(l, at.as_ref().map_or(0, |at| (at.seconds - now).max(0)))
    };
    let look = &transcript.look;
    let state = match block.review() {
        pb::BlockReview::Unspecified | pb::BlockReview::Awaited => {
            let look_within = pick(l, "waits for your look, lapses in", "ينتظر مراجعتك ويسقط بعد");
            format!("{look_within} {}", left(&block.review_by))
        }
        pb::BlockReview::Upheld => {
            let by = look.foreign(&block.reviewed_by);
            let ends = pick(l, "ends in", "ينتهي بعد");
            format!("{} {by} · {ends} {}", pick(l, "upheld by", "أبقاه"), left(&block.until))
        }
        pb::BlockReview::Lapsed => {
            pick(l, "lapsed: nobody looked at it", "سقط ولم يراجعه أحد").to_owned()
        }
    };
    let mut parts = vec![look.foreign(&block.conversation_id), look.foreign(&block.agent_id)];
    parts.push(format!("“{}”", look.foreign(&block.reason)));
    parts.push(state);
    if block.kept_messages > 0 {
        let kept = pick(l, "messages kept", "رسائل محفوظة");
        parts.push(format!("{kept} {}", block.kept_messages));
    }
    parts.join(" · ")
}
