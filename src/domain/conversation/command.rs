//! What may be asked of a conversation, what comes of it, and why it may be refused.

use super::block::Block;
use super::event::Event;
use super::on_call::RingAnswer;
use super::satisfaction::{Measure, Part};
use super::state::Conversation;
use super::transfer::Transfer;
use super::waiting::WaitChoice;
use super::why::{NotBlocked, NotPassed};
use crate::domain::facts::Facts;
use crate::domain::handoff::{Handoff, Token};
use crate::domain::ids::{AgentId, ChannelId, ConversationId, CustomerId, PoolId, QueueId};
use crate::domain::language::{Language, is_blank};
use crate::domain::parts::{self, PartFault};
use crate::domain::pool::agent::Agent;
use crate::domain::reading::Reading;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::time::Timestamp;

/// A command.
#[derive(Debug, Clone)]
pub enum Command {
    /// Begins a conversation.
    Start(Start),
    /// The customer says something.
    CustomerSays {
        /// What.
        input: Input,
        /// What was understood of it, joined with the unanswered fragments before it.
        reading: Box<Reading>,
        /// Their number in line and why it takes time, if they wait and it is known.
        wait: Option<(u32, DelayReason)>,
    },
    /// The customer asks for a human (by a button).
    RequestHuman,
    /// The customer no longer wants one.
    CancelHumanRequest,
    /// The customer chooses something else than merely to wait.
    ChooseWait(WaitChoice),
    /// The customer answers the open proposal.
    Respond {
        /// Whether the matter is resolved.
        resolved: bool,
    },
    /// The customer comes back to what had ended.
    Reopen,
    /// The customer leaves.
    Leave,
    /// The pool has registered the place.
    ConfirmQueued(Receipt),
    /// The pool says that an agent has taken it.
    Bind {
        /// Under which token.
        token: Token,
        /// Who.
        agent: AgentId,
        /// The name customers see.
        name: String,
        /// Milliseconds waited in all.
        waited_ms: i64,
        /// Set if they took it by hand: who was before it in turn and could have been helped by them.
        claimed_over: Option<Vec<ConversationId>>,
        /// Whether a supervisor took it over, whoever had it.
        taken_over: bool,
    },
    /// The pool says that the agent is no longer there.
    Unbind {
        /// The token that replaces the agent's.
        token: Token,
        /// Who.
        agent: AgentId,
    },
    /// The agent who proposed and is held until the customer answers is no longer there.
    HolderGone {
        /// Who.
        agent: AgentId,
    },
    /// The agent says something.
    AgentSays {
        /// Who.
        agent: AgentId,
        /// Their token.
        token: Token,
        /// The words.
        text: String,
        /// What else.
        parts: Vec<parts::Part>,
    },
    /// The agent leaves a note for colleagues.
    AgentNotes {
        /// Who.
        agent: AgentId,
        /// Their token.
        token: Token,
        /// The words.
        text: String,
    },
    /// The agent reports that the customer abuses them.
    AgentReportsAbuse {
        /// Who.
        agent: AgentId,
        /// Their token.
        token: Token,
        /// What happened, for the supervisors; may be empty.
        note: String,
    },
    /// The agent proposes that the matter is resolved.
    AgentProposes {
        /// Who.
        agent: AgentId,
        /// Their token.
        token: Token,
        /// Their word for how it ended.
        disposition: String,
    },
    /// The agent promises to come back to it.
    AgentPromises {
        /// Who.
        agent: AgentId,
        /// Their token.
        token: Token,
        /// What.
        what: String,
        /// By when.
        due: Timestamp,
    },
    /// The agent gives it back to the queue.
    AgentReleases {
        /// Who.
        agent: AgentId,
        /// Their token.
        token: Token,
        /// A note for whoever takes it next.
        note: String,
    },
    /// The agent passes it on.
    AgentTransfers(Transfer),
    /// A supervisor puts it back into the queue.
    Requeue {
        /// A note for whoever takes it next; may be empty.
        note: String,
    },
    /// The customer says whether an answer of the bot helped.
    RateAnswer {
        /// The answer's place in the log.
        answer: u64,
        /// Whether it helped.
        helpful: bool,
    },
    /// The customer scores the conversation after its end.
    RateConversation {
        /// On which scale.
        measure: Measure,
        /// Whose part; `None` for whoever was asked about or served last.
        part: Option<Part>,
        /// The score.
        score: u32,
        /// A word with it; may be empty.
        comment: String,
    },
    /// A supervisor gives it to another agent, who is asked first.
    Reassign {
        /// To whom, as the pool knows them now.
        to: Box<Agent>,
        /// What they should know; may be empty.
        note: String,
    },
    /// A supervisor says something to the agent who owns it.
    Whisper {
        /// The supervisor.
        by: String,
        /// For whom it is meant; whoever owns it, if that does not matter.
        to: Option<AgentId>,
        /// The words.
        text: String,
    },
    /// The host site says whose conversation it is, and what it knows of them.
    Identify {
        /// Whose.
        customer: CustomerId,
        /// What is known.
        facts: Facts,
    },
    /// The customer is asked whether they would recommend us.
    AskForRecommendation,
    /// What was said is to be erased.
    Erase,
    /// A deadline may have come.
    Tick {
        /// What was understood of the unanswered fragments, if there are any.
        reading: Option<Box<Reading>>,
        /// Why it waits and how long that will take, if it waits.
        wait: Option<(DelayReason, Eta)>,
    },
    /// After a loss of data: the pool knows a newer token.
    CatchUp {
        /// The newest token the pool knows.
        token: Token,
        /// Why and what it needs, as the pool knows it, if the place is still there.
        handoff: Option<Box<(Handoff, String)>>,
    },
    /// What came of ringing somebody on call.
    OnCallAnswered {
        /// Which ring.
        ring: i64,
        /// What came of it.
        answer: RingAnswer,
    },
    /// The agent blocks the customer, who abuses them.
    AgentBlocks {
        /// Who.
        agent: AgentId,
        /// Their token.
        token: Token,
        /// Why, for the supervisor who looks at it.
        reason: String,
    },
    /// A supervisor has looked at the block.
    ReviewBlock {
        /// The supervisor.
        by: String,
        /// Whether it goes on; else it is lifted.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// The customer is blocked elsewhere, and the block goes on here.
    FollowBlock(Box<Block>),
    /// The customer's page has stayed closed while others went first: what was asked is kept.
    KeepQuestion,
}

impl Command {
    /// Whether it only ends or gives up something, or is the agent's step towards that: it is done also
    /// where nothing new can be kept. What a customer types is new, also where it comes to an end.
    pub fn frees(&self) -> bool {
        matches!(
            self,
            Command::Leave
                | Command::CancelHumanRequest
                | Command::Respond { resolved: true }
                | Command::AgentReleases { .. }
                | Command::AgentProposes { .. }
                | Command::AgentBlocks { .. }
                | Command::Erase
        )
    }
}

/// How a conversation begins.
#[derive(Debug, Clone)]
pub struct Start {
    /// Its id.
    pub conversation: ConversationId,
    /// The bucket it lives in.
    pub bucket: u16,
    /// The pool that helps it.
    pub pool: PoolId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The language the customer's client asked for, if it did.
    pub language: Option<Language>,
    /// The way the customer comes, if their client says so.
    pub channel: Option<ChannelId>,
}

/// What the customer says.
#[derive(Debug, Clone)]
pub enum Input {
    /// Words.
    Text(String),
    /// Something beside words, and the words with it; there may be none.
    Parts {
        /// The words.
        text: String,
        /// What else.
        parts: Vec<parts::Part>,
    },
    /// A button.
    Choice(String),
    /// "Say that again."
    SayAgain,
}

impl Input {
    /// The words, if there are any of the customer's own.
    pub fn words(&self) -> Option<&str> {
        match self {
            Input::Text(text) => Some(text),
            Input::Parts { text, .. } => Some(text.as_str()).filter(|text| !is_blank(text)),
            Input::Choice(_) | Input::SayAgain => None,
        }
    }

    /// What it carries beside words.
    pub fn parts(&self) -> &[parts::Part] {
        match self {
            Input::Parts { parts, .. } => parts,
            Input::Text(_) | Input::Choice(_) | Input::SayAgain => &[],
        }
    }
}

/// What the pool says of a place it has registered.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The term it is registered under.
    pub term: i64,
    /// In which queue.
    pub queue: QueueId,
    /// The position.
    pub position: u32,
    /// Why it takes time.
    pub delay: DelayReason,
    /// Whether somebody is there who could help in the other language.
    pub other_language: bool,
    /// How long it will take.
    pub eta: Eta,
}

/// What comes of a command. Nothing has happened yet: it must be committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What happens, in order.
    pub events: Vec<Event>,
    /// The conversation after it.
    pub next: Conversation,
    /// What the pool must do.
    pub effects: Vec<Effect>,
}

/// What the pool must do; carried by the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Give it a place under the present term.
    Enqueue,
    /// It no longer needs anyone under this term.
    Release {
        /// The term that ended.
        term: i64,
    },
}

/// Why a command was not followed. Nothing changes by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such conversation.
    #[error("there is no such conversation")]
    NotFound,
    /// It has begun already.
    #[error("the conversation has begun already")]
    Exists,
    /// This cannot be done in its state.
    #[error("this cannot be done while the conversation is {state}")]
    WrongState {
        /// The state's name.
        state: &'static str,
    },
    /// It stands in its queue as it is.
    #[error("it waits in its queue already, and its place is kept")]
    WaitsAlready,
    /// Someone else owns it.
    #[error("ownership was lost: the token ({}, {}) counts now", current.term, current.attempt)]
    OwnershipLost {
        /// The token that counts.
        current: Token,
    },
    /// It has been done already, or something newer has.
    #[error("a newer token counts: ({}, {})", current.term, current.attempt)]
    Stale {
        /// The token that counts.
        current: Token,
    },
    /// People have promised the customer something and must keep it first.
    #[error("a promise to the customer is open: answer it first")]
    PromiseOpen,
    /// It cannot be passed on like this.
    #[error("it cannot be passed on: {why}")]
    NotTransferable {
        /// Why not, and what to do instead.
        why: NotPassed,
    },
    /// The customer cannot be blocked.
    #[error("the customer cannot be blocked: {why}")]
    NotBlockable {
        /// Why not, and what to do instead.
        why: NotBlocked,
    },
    /// No block is open that could be reviewed so.
    #[error("there is no block here that waits for this: it is over, or somebody has looked at it")]
    NothingToReview,
    /// The rules do not name where it should go.
    #[error("the rules name no {what} {name:?}")]
    NoSuchDestination {
        /// `queue` or `skill`.
        what: &'static str,
        /// As it was named.
        name: String,
    },
    /// What the message carries is not allowed.
    #[error("{0}")]
    BadPart(#[from] PartFault),
    /// The choice is not one of those offered.
    #[error("this choice is not offered")]
    UnknownChoice,
    /// The time asked for is not one that can be promised.
    #[error("the time must lie between {earliest} and {latest}")]
    TimeNotPossible {
        /// The earliest that can be.
        earliest: Timestamp,
        /// The latest that can be.
        latest: Timestamp,
    },
    /// It ended too long ago to go on.
    #[error("the conversation ended at {ended} and can no longer be reopened; start a new one")]
    TooLateToReopen {
        /// When it ended.
        ended: Timestamp,
    },
    /// It belongs to another customer whom the host knows.
    #[error("this conversation belongs to another customer")]
    OtherCustomer,
    /// There is no such answer of the bot, or it was too long ago.
    #[error("there is no such answer of the bot, or it can no longer be rated")]
    NoSuchAnswer,
    /// The score is not on the scale.
    #[error("the score must lie between {least} and {most}")]
    NotOnThisScale {
        /// The lowest.
        least: u32,
        /// The highest.
        most: u32,
    },
    /// Nothing is due.
    #[error("nothing is due")]
    NotDue,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_step_towards_an_end_is_taken_where_nothing_new_is() {
        let (agent, token) = (AgentId::parse("sara").unwrap(), Token::default());
        let (disposition, reason) = ("solved".to_owned(), "threats".to_owned());
        let proposes = Command::AgentProposes { agent: agent.clone(), token, disposition };
        let blocks = Command::AgentBlocks { agent, token, reason };
        assert!(proposes.frees() && blocks.frees());
        assert!(!Command::RequestHuman.frees() && !Command::Respond { resolved: false }.frees());
    }
}
