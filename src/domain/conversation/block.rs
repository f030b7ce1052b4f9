//! A block: for a time no person is reached from this conversation, because the agent who had it was
//! abused. It is a decision about people's time and not about the customer: what they write is kept,
//! the machine goes on answering, and danger ends the block at once.
//!
//! A supervisor looks at each one. What nobody looks at in time is over: nobody is kept out by
//! somebody's word alone.

use super::agent_side::{Held, again, holder};
use super::command::{Decision, Rejection};
use super::customer_side::is_question;
use super::event::{Alert, Event, LeaveReason};
use super::ledger;
use super::meanwhile;
use super::state::{Conversation, State};
use super::turn::{Keeping, Turn};
use super::why::NotBlocked;
use crate::domain::bot::entry::FaqEntry;
use crate::domain::bot::ladder;
use crate::domain::handoff::{HandoffReason, Token};
use crate::domain::ids::AgentId;
use crate::domain::reading::Reading;
use crate::domain::routing::blocks::BlockRules;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

type Decided = Result<Decision, Rejection>;

/// A block that is in force, or one that lapsed and that nobody has taken notice of yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The agent who asked for it.
    pub agent: AgentId,
    /// Why, in their words.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// By when a supervisor must have looked at it.
    pub review_by: Timestamp,
    /// How far that is.
    pub review: Review,
}

/// What supervisors have made of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Review {
    /// Nobody has looked yet.
    Awaited,
    /// A supervisor has looked and holds it to be right.
    Upheld {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// Nobody has looked in time: it is over.
    Lapsed,
}

/// Why a block is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockEnd {
    /// Its time is.
    Served,
    /// A supervisor lifted it.
    Lifted,
    /// No supervisor looked at it in time.
    Lapsed,
    /// The customer is in danger.
    Danger,
    /// The pool knows of a later stay: after a loss of data, and it was over already.
    Overtaken,
}

impl BlockEnd {
    /// The name in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            BlockEnd::Served => "served",
            BlockEnd::Lifted => "lifted",
            BlockEnd::Lapsed => "lapsed",
            BlockEnd::Danger => "danger",
            BlockEnd::Overtaken => "overtaken",
        }
    }
}

impl Block {
    /// Whether it keeps people out.
    pub fn is_in_force(&self) -> bool {
        match self.review {
            Review::Awaited | Review::Upheld { .. } => true,
            Review::Lapsed => false,
        }
    }

    /// When it ends by itself, as it stands.
    pub fn ends_at(&self) -> Timestamp {
        match self.review {
            Review::Awaited => self.review_by.min(self.until),
            Review::Upheld { .. } | Review::Lapsed => self.until,
        }
    }
}

/// The block that is in force, if one is: also in what was left and may be reopened.
pub fn in_force(c: &Conversation) -> Option<&Block> {
    c.block.as_ref().filter(|block| block.is_in_force())
}

/// When a block must be looked at again.
pub(super) fn deadline(c: &Conversation) -> Option<Timestamp> {
    in_force(c).map(Block::ends_at)
}

/// The agent who owns it blocks the customer. The rules must allow it, and whoever was in danger in
/// this episode is never kept from people.
pub(super) fn begin(
    rules: &Rules,
    c: &Conversation,
    (agent, token): (&AgentId, Token),
    reason: &str,
    at: Timestamp,
) -> Decided {
    match holder(c, agent, token)? {
        Held::Owned => {}
        Held::Confirming => return Err(Rejection::WrongState { state: c.state.name() }),
    }
    let no = |why| Err(Rejection::NotBlockable { why });
    let Some(limits) = &rules.routing.blocks else {
        return no(NotBlocked::NoBlocks);
    };
    if c.endangered {
        return no(NotBlocked::Emergency);
    }
    if reason.trim().is_empty() {
        return no(NotBlocked::NoReason);
    }
    ledger::nothing_open(c)?;
    let mut turn = Turn::new(rules, c, at);
    turn.release();
    turn.agent_leaves(agent.clone(), LeaveReason::Blocked, token);
    take_effect(&mut turn, limits, agent, reason);
    Ok(turn.done())
}

fn take_effect(turn: &mut Turn<'_>, limits: &BlockRules, agent: &AgentId, reason: &str) {
    let at = turn.at;
    turn.happen(Event::CustomerBlocked {
        agent: agent.clone(),
        reason: reason.to_owned(),
        until: at + limits.length,
        review_by: at + limits.review_within.min(limits.length),
    });
    turn.happen(Event::SupervisorAlerted { what: Alert::BlockAwaitsReview });
    tell(turn, TextKey::CustomerBlocked);
}

/// A known customer who is blocked elsewhere begins a new conversation: the block goes on in it, with
/// the same times.
pub(super) fn follow(rules: &Rules, c: &Conversation, block: &Block, at: Timestamp) -> Decided {
    let may = c.state == State::Bot && !c.endangered && c.block.is_none();
    if !may || block.ends_at() <= at || !block.is_in_force() {
        return Err(Rejection::NotBlockable { why: NotBlocked::NothingToFollow });
    }
    let mut turn = Turn::new(rules, c, at);
    let Block { agent, reason, until, review_by, review, .. } = block.clone();
    turn.happen(Event::CustomerBlocked { agent, reason, until, review_by });
    if let Review::Upheld { by, reason } = review {
        turn.happen(Event::BlockReviewed { by, upheld: true, reason });
    }
    tell(&mut turn, TextKey::StillBlocked);
    Ok(turn.done())
}

/// A supervisor has looked at it. It may be lifted as long as it is in force, also after it was upheld.
pub(super) fn review(
    rules: &Rules,
    c: &Conversation,
    (by, upheld): (&str, bool),
    reason: &str,
    at: Timestamp,
) -> Decided {
    let block = in_force(c).ok_or(Rejection::NothingToReview)?;
    if upheld && block.review != Review::Awaited {
        return Err(Rejection::NothingToReview);
    }
    let mut turn = Turn::new(rules, c, at);
    let (by, reason) = (by.to_owned(), reason.to_owned());
    turn.happen(Event::BlockReviewed { by, upheld, reason });
    if !upheld {
        end(&mut turn, BlockEnd::Lifted);
    }
    Ok(turn.done())
}

/// Its time has come; the caller has compared it.
pub(super) fn due(turn: &mut Turn<'_>) {
    let Some(block) = in_force(&turn.c) else { return };
    match block.review {
        Review::Awaited => end(turn, BlockEnd::Lapsed),
        Review::Upheld { .. } | Review::Lapsed => end(turn, BlockEnd::Served),
    }
}

/// Ends a block. Whoever was kept out wrongly, or has written meanwhile, is owed a person's answer
/// and gets the place back; anybody else goes on with the machine.
fn end(turn: &mut Turn<'_>, why: BlockEnd) {
    let was_waiting = turn.c.state == State::Blocked;
    let has_written = turn.c.unanswered > 0;
    turn.happen(Event::BlockEnded { why });
    let (told, back) = match why {
        BlockEnd::Served if has_written => (TextKey::BlockOverQueued, true),
        BlockEnd::Served => (TextKey::BlockOver, false),
        BlockEnd::Lifted => (TextKey::BlockLifted, true),
        BlockEnd::Lapsed => {
            turn.happen(Event::SupervisorAlerted { what: Alert::BlockLapsed });
            (TextKey::BlockLapsed, true)
        }
        // What is to be done in danger, or where it stands in the queue, is said next.
        BlockEnd::Danger | BlockEnd::Overtaken => return,
    };
    // Who has left is not called back.
    if was_waiting {
        turn.notice(told, &[]);
        if back {
            again(turn, Keeping::returned());
        }
    }
}

/// The customer writes while they are blocked. Danger ends the block before anything else; questions
/// are answered as the machine's; of the rest it is said that it is kept, and until when.
pub(super) fn says(turn: &mut Turn<'_>, chosen: Option<&FaqEntry>, reading: &Reading) {
    let fired = reading.assessment.fired.as_ref().map(ladder::reason_of);
    if let Some(reason) = fired.filter(|reason| reason.is_emergency()) {
        overrule(turn, BlockEnd::Danger);
        return turn.hand_off_with_words(reason, None);
    }
    if fired == Some(HandoffReason::HumanRequest) && !is_question(reading) {
        return still_blocked(turn);
    }
    let before = turn.so_far();
    meanwhile::answer(turn, chosen, reading);
    if turn.so_far() == before && reading.tokens > 0 {
        kept(turn);
    }
}

/// What came is kept: said in other words each time, and not for ever.
pub(super) fn kept(turn: &mut Turn<'_>) {
    let (key, values) = (TextKey::StillBlocked, values(turn));
    let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &values);
    if let Some(text) = turn.unsent(wordings) {
        turn.notice_text(key, text);
    }
}

/// A person was asked for: each time the truth.
pub(super) fn still_blocked(turn: &mut Turn<'_>) {
    tell(turn, TextKey::StillBlocked);
}

/// Something stronger ends it: nothing is said of the block itself.
pub(super) fn overrule(turn: &mut Turn<'_>, why: BlockEnd) {
    if in_force(&turn.c).is_some() {
        end(turn, why);
    }
}

fn tell(turn: &mut Turn<'_>, key: TextKey) {
    let values = values(turn);
    turn.notice(key, &values);
}

/// Until when, and how somebody is reached otherwise.
fn values(turn: &Turn<'_>) -> [(&'static str, String); 2] {
    let until = turn.c.block.as_ref().map_or(turn.at, |block| block.until);
    let otherwise = turn.rules.routing.blocks.as_ref();
    let otherwise = otherwise.map(|limits| limits.otherwise.get(turn.c.language).clone());
    [("until", ledger::tell_time(turn, until)), ("otherwise", otherwise.unwrap_or_default())]
}

/// Folds what concerns blocks into the conversation.
pub(super) fn fold(c: &mut Conversation, event: &Event, at: Timestamp) {
    if let Event::CustomerBlocked { agent, reason, until, review_by } = event {
        c.block = Some(Block {
            agent: agent.clone(),
            reason: reason.clone(),
            since: at,
            until: *until,
            review_by: *review_by,
            review: Review::Awaited,
        });
        c.state = State::Blocked;
        c.unanswered = 0;
        // What was told is the answer to the pieces of a thought before it: none is due later.
        c.memory.burst.clear();
        c.memory.reply_due = None;
    } else if let Event::BlockReviewed { by, upheld: true, reason } = event {
        let review = Review::Upheld { by: by.clone(), reason: reason.clone() };
        set_review(c, review);
    } else if let Event::BlockEnded { why } = event {
        match why {
            BlockEnd::Lapsed => set_review(c, Review::Lapsed),
            BlockEnd::Served | BlockEnd::Lifted | BlockEnd::Danger | BlockEnd::Overtaken => {
                c.block = None;
            }
        }
        if c.state == State::Blocked {
            c.state = State::Bot;
        }
    } else if let Event::HandoffRequested { handoff, .. } = event {
        c.endangered |= handoff.reason.is_emergency();
    } else if let Event::SupervisorAlerted { what: Alert::Emergency(_) } = event {
        c.endangered = true;
    } else if let Event::AgentJoined { .. } | Event::HandoffCancelled | Event::Closed { .. } = event
    {
        // Somebody has it again, or nobody wants it any more: that it lapsed is no longer open.
        c.block = c.block.take().filter(Block::is_in_force);
    } else if let Event::Reopened = event {
        c.endangered = false;
    }
}

/// After a reopening: a block that still runs goes on.
pub(super) fn goes_on(c: &mut Conversation) {
    if in_force(c).is_some() {
        c.state = State::Blocked;
    }
}

fn set_review(c: &mut Conversation, review: Review) {
    if let Some(block) = &mut c.block {
        block.review = review;
    }
}
