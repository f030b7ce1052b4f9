//! What the company has promised a customer: by whom, what, and until when. One promise is open at
//! a time; how it ended is in the log. Here is what a promise is and what events do to it; the
//! rules of making and keeping are in `ledger`.

use super::event::Event;
use super::state::{Conversation, State};
use crate::domain::ids::{AgentId, QueueId};
use crate::domain::language::{self, social};
use crate::domain::parts::Part;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A promise that is neither kept nor broken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Which one of this conversation, from 1.
    pub number: u32,
    /// What kind.
    pub kind: PromiseKind,
    /// Who has to keep it.
    pub owner: PromiseOwner,
    /// What was promised, in the words of whoever asked for it or gave it; may be empty.
    pub what: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the conversation goes back to its queue by itself.
    pub returns_at: Timestamp,
    /// By when it must be kept, as the customer was told last.
    pub due: Timestamp,
    /// Whether the customer has been told that it takes longer than was said at first.
    pub late: bool,
}

/// What kind of promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseKind {
    /// A person will be there; kept when one takes the conversation.
    Callback,
    /// A question that was left will be answered; kept by a person's words that are more than a
    /// greeting.
    Answer,
    /// An agent said "give us two days"; kept by a person's words that are more than a greeting.
    FollowUp,
    /// A waiting customer was told how long it takes; kept when a person takes the conversation.
    Wait,
}

/// Who has to keep a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum PromiseOwner {
    /// Whoever serves this queue.
    Queue {
        /// Which.
        queue: QueueId,
    },
    /// The agent who gave it.
    Agent {
        /// Who.
        agent: AgentId,
    },
}

/// How a promise ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// In time.
    Kept,
    /// In the time that the customer was told when the first one could not be held.
    KeptLate,
    /// Not in time.
    Broken,
    /// The customer no longer wants it.
    Withdrawn,
}

impl Fate {
    /// The name used in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Fate::Kept => "kept",
            Fate::KeptLate => "kept_late",
            Fate::Broken => "broken",
            Fate::Withdrawn => "withdrawn",
        }
    }
}

impl Promise {
    /// The fate it has if it is kept now. What comes after the time is broken, also when nobody
    /// has looked at the clock yet.
    pub fn kept(&self, at: Timestamp) -> Fate {
        match (at > self.due, self.late) {
            (true, _) => Fate::Broken,
            (false, true) => Fate::KeptLate,
            (false, false) => Fate::Kept,
        }
    }

    /// The agent who gave it.
    pub fn agent(&self) -> Option<&AgentId> {
        match &self.owner {
            PromiseOwner::Agent { agent } => Some(agent),
            PromiseOwner::Queue { .. } => None,
        }
    }
}

/// Whether words can be the answer that was promised: all but what is nothing more than a greeting,
/// "one moment" and the like. A bare "done" or "no" may be all there is to say.
fn says_something(text: &str, parts: &[Part]) -> bool {
    let words = language::normalise(text);
    let is_courtesy = social::social_act(&words, text).is_some();
    !parts.is_empty() || !is_courtesy || social::affirm(&words) || social::deny(&words)
}

/// What an event means for the open promise: every way to keep or to give up one is here, so that
/// no path through the machine can forget it.
pub fn fate_by(promise: &Promise, event: &Event, at: Timestamp) -> Option<Fate> {
    match event {
        Event::AgentJoined { .. } => match promise.kind {
            PromiseKind::Callback | PromiseKind::Wait => Some(promise.kept(at)),
            PromiseKind::Answer | PromiseKind::FollowUp => None,
        },
        Event::AgentSaid { text, parts, .. } => match promise.kind {
            PromiseKind::Callback | PromiseKind::Wait => Some(promise.kept(at)),
            PromiseKind::Answer | PromiseKind::FollowUp => {
                says_something(text, parts).then(|| promise.kept(at))
            }
        },
        Event::HandoffCancelled
        | Event::ResolutionConfirmed
        | Event::Closed { .. }
        | Event::Reopened => Some(Fate::Withdrawn),
        Event::Started { .. }
        | Event::CustomerSaid { .. }
        | Event::Understood { .. }
        | Event::FragmentKept { .. }
        | Event::BotSaid { .. }
        | Event::SlotFilled { .. }
        | Event::Notice { .. }
        | Event::HandoffRequested { .. }
        | Event::Queued { .. }
        | Event::PositionTold { .. }
        | Event::LongWaitTold
        | Event::AgentLeft { .. }
        | Event::Claimed { .. }
        | Event::TakenOver { .. }
        | Event::Whispered { .. }
        | Event::TokenAdvanced { .. }
        | Event::Noted { .. }
        | Event::AgentNudged { .. }
        | Event::SupervisorAlerted { .. }
        | Event::ResolutionProposed { .. }
        | Event::ProposalDropped
        | Event::HoldEnded
        | Event::Reminded
        | Event::ResolutionDenied
        | Event::WaitOptionsOffered { .. }
        | Event::OtherLanguageAgreed { .. }
        | Event::PromiseMade { .. }
        | Event::PromiseLate { .. }
        | Event::PromiseEnded { .. }
        | Event::AnswerRated { .. }
        | Event::SurveyAsked { .. }
        | Event::ConversationRated { .. }
        | Event::ClosedFalsely { .. }
        | Event::OnCallRung { .. }
        | Event::OnCallFailed { .. }
        | Event::OnCallReached { .. }
        | Event::OnCallMissed { .. }
        | Event::CustomerIdentified { .. }
        | Event::FactsTold { .. }
        | Event::CustomerBlocked { .. }
        | Event::BlockReviewed { .. }
        | Event::BlockEnded { .. }
        | Event::Erased => None,
    }
}

/// Whether something is promised that this event does not settle.
pub(super) fn is_owed_after(c: &Conversation, event: &Event, at: Timestamp) -> bool {
    c.promise.as_ref().is_some_and(|open| fate_by(open, event, at).is_none())
}

/// Folds an event of the ledger into the conversation.
pub(super) fn made(c: &mut Conversation, promise: &Promise, at: Timestamp) {
    c.promised = c.promised.max(promise.number);
    c.promise = Some(promise.clone());
    if promise.returns_at > at {
        c.state = State::Pending { since: at };
    }
}

/// The customer was told a later time.
pub(super) fn late(c: &mut Conversation, due: Timestamp) {
    if let Some(promise) = &mut c.promise {
        promise.due = due;
        promise.late = true;
    }
}

/// It is over.
pub(super) fn ended(c: &mut Conversation, fate: Fate) {
    c.promise = None;
    if fate == Fate::Broken {
        c.broken += 1;
    }
}
