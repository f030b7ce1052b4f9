//! What has happened in a conversation, in the past tense. The log is made of these.

pub use super::audience::Audience;
use super::block::BlockEnd;
use super::promise::{Fate, Promise};
use super::satisfaction::{Measure, Part, Survey};
use super::state::{CloseReason, Proposer};
use crate::domain::bot::outcome::Outcome;
use crate::domain::detectors::{EmergencyKind, Levels, Signal};
use crate::domain::facts::Facts;
use crate::domain::handoff::{Handoff, HandoffReason, Token};
use crate::domain::ids::{
    AgentId, ChannelId, ConversationId, CustomerId, EntryId, PoolId, QueueId, RulesVersion,
};
use crate::domain::language::{Language, Variety};
use crate::domain::parts;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that has happened, with its time and who may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedEvent {
    /// When, by the store's clock.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// A button that leads to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the client sends back.
    pub id: String,
    /// What stands on it.
    pub title: String,
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The conversation began.
    Started {
        /// Its id.
        conversation: ConversationId,
        /// The bucket it lives in.
        bucket: u16,
        /// The pool that helps it.
        pool: PoolId,
        /// Whose it is.
        customer: CustomerId,
        /// What we answer in until the customer writes in another language.
        language: Language,
        /// The way the customer came, if their client said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelId>,
    },
    /// The customer said something.
    CustomerSaid {
        /// The words; for a choice, what stood on the button.
        text: String,
        /// The choice, if a button was pressed.
        choice: Option<String>,
        /// The language the conversation goes on in.
        language: Language,
        /// Whether this message was in the other one.
        other_language: bool,
        /// What came with the words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<parts::Part>,
    },
    /// What was understood, and by which rules: the evidence of the bot's next step.
    Understood {
        /// The rules.
        rules: RulesVersion,
        /// What it was written in.
        variety: Variety,
        /// Entries that came into question, best first, with scores.
        candidates: Vec<(EntryId, f32)>,
        /// What the detectors noticed.
        signals: Vec<Signal>,
        /// Their levels over the conversation.
        levels: Levels,
        /// Whether the customer said that the last answer was not it.
        refused: bool,
        /// Whether it says what the customer needs, and not only how they feel or whom they want.
        #[serde(default)]
        need: bool,
    },
    /// The bot waits for the rest of a thought.
    FragmentKept {
        /// The words.
        text: String,
        /// When it answers if nothing more comes.
        reply_due: Timestamp,
    },
    /// The bot said something.
    BotSaid {
        /// What kind of reply.
        outcome: Outcome,
        /// The words.
        text: String,
        /// In which language.
        language: Language,
        /// The entry it answers from.
        entry: Option<EntryId>,
        /// Buttons.
        choices: Vec<Choice>,
        /// The rules.
        rules: RulesVersion,
        /// What it asks for.
        slot: Option<String>,
    },
    /// The customer told something an answer needs.
    SlotFilled {
        /// Which slot.
        slot: String,
        /// With what.
        value: String,
    },
    /// Sanad itself said something: a notice, not an answer.
    Notice {
        /// Which text (the key of the text files).
        key: String,
        /// The words.
        text: String,
        /// In which language.
        language: Language,
    },
    /// A human was asked for.
    HandoffRequested {
        /// The term of the stay in the queue that begins.
        token: Token,
        /// Why and what it needs.
        handoff: Handoff,
        /// One sentence for the agent.
        headline: String,
        /// Whether it came back from an agent who was lost or silent.
        returned: bool,
        /// Who is asked first.
        preferred: Option<AgentId>,
        /// Who must not get it again.
        exclude: Option<AgentId>,
    },
    /// The pool has durably registered the place.
    Queued {
        /// The term.
        term: i64,
        /// In which queue.
        queue: QueueId,
        /// The position then.
        position: u32,
        /// Why it takes time.
        delay: DelayReason,
        /// How long it will take.
        #[serde(default = "Eta::of_old")]
        eta: Eta,
    },
    /// The customer was told a position.
    PositionTold {
        /// Which.
        position: u32,
    },
    /// The customer was told that it takes very long.
    LongWaitTold,
    /// The customer was offered something else than merely to wait.
    WaitOptionsOffered {
        /// The words before the choices.
        text: String,
        /// In which language.
        language: Language,
        /// The choices.
        options: Vec<Choice>,
    },
    /// The customer agreed to be helped in the other language.
    OtherLanguageAgreed {
        /// Which.
        language: Language,
    },
    /// Something was promised.
    PromiseMade {
        /// What, by whom and until when.
        promise: Promise,
    },
    /// The customer was told that it takes longer, before the time was over.
    PromiseLate {
        /// Which promise.
        number: u32,
        /// The new time.
        due: Timestamp,
    },
    /// A promise was kept, broken or given up.
    PromiseEnded {
        /// Which promise.
        number: u32,
        /// How.
        fate: Fate,
    },
    /// The customer no longer wants a human.
    HandoffCancelled,
    /// An agent is here.
    AgentJoined {
        /// Who.
        agent: AgentId,
        /// The name customers see.
        name: String,
        /// The token to speak with.
        token: Token,
        /// Milliseconds waited in all.
        waited_ms: i64,
    },
    /// The agent had taken it from the queue by hand.
    Claimed {
        /// Who.
        agent: AgentId,
        /// Who was before it in turn and could have been helped by them.
        overtaken: Vec<ConversationId>,
    },
    /// An agent is no longer here.
    AgentLeft {
        /// Who.
        agent: AgentId,
        /// Why.
        why: LeaveReason,
        /// The token that counts from now on.
        token: Token,
        /// The name the customer knew them by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The pool has moved on to a newer token while the conversation still waits.
    TokenAdvanced {
        /// The token that counts from now on.
        token: Token,
    },
    /// The agent said something.
    AgentSaid {
        /// Who.
        agent: AgentId,
        /// The words.
        text: String,
        /// The name the customer knew them by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// What came with the words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<parts::Part>,
    },
    /// A note for colleagues.
    Noted {
        /// The agent who wrote it; `None` if it was a supervisor.
        agent: Option<AgentId>,
        /// The words.
        text: String,
    },
    /// The agent was reminded that the customer waits.
    AgentNudged {
        /// Who.
        agent: AgentId,
    },
    /// The supervisors were told.
    SupervisorAlerted {
        /// Of what.
        what: Alert,
    },
    /// Somebody proposed that the matter is resolved.
    ResolutionProposed {
        /// Who.
        by: Proposer,
        /// The agent's word for how it ended.
        disposition: Option<String>,
        /// The name the customer knows them by, if it was an agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The proposal no longer stands: the customer went on with something else.
    ProposalDropped,
    /// The agent is no longer held for the answer.
    HoldEnded,
    /// The open proposal was recalled.
    Reminded,
    /// The customer said yes.
    ResolutionConfirmed,
    /// The customer said no.
    ResolutionDenied,
    /// It ended without a yes.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// It goes on; a new episode begins.
    Reopened,
    /// The customer said whether an answer of the bot helped.
    AnswerRated {
        /// The answer's place in the log.
        answer: u64,
        /// The entry it rests on.
        entry: EntryId,
        /// Whether it helped.
        helpful: bool,
    },
    /// The customer was asked how it went.
    SurveyAsked {
        /// What is measured, and of whom.
        survey: Survey,
        /// The words.
        text: String,
        /// In which language.
        language: Language,
        /// The scores.
        choices: Vec<Choice>,
    },
    /// The customer scored the conversation.
    ConversationRated {
        /// On which scale.
        measure: Measure,
        /// Whose part.
        part: Part,
        /// The score.
        score: u32,
        /// A word with it; may be empty.
        comment: String,
    },
    /// The end was none: the customer came back with the same matter.
    ClosedFalsely {
        /// The agent who had helped, if one had.
        agent: Option<AgentId>,
        /// The bot's last answer.
        entry: Option<EntryId>,
    },
    /// A supervisor said something to the agent who owns it.
    Whispered {
        /// The supervisor.
        by: String,
        /// To whom.
        to: AgentId,
        /// The words.
        text: String,
    },
    /// A supervisor took it over.
    TakenOver {
        /// By whom.
        agent: AgentId,
        /// From whom, if somebody had it.
        from: Option<AgentId>,
    },
    /// Somebody on call is rung.
    OnCallRung {
        /// What is in danger.
        kind: EmergencyKind,
        /// Who is rung.
        target: String,
        /// Which ring it is; never issued again.
        ring: i64,
        /// Which one of this round, from 1.
        attempt: u32,
    },
    /// The target could not be rung.
    OnCallFailed {
        /// Which ring.
        ring: i64,
        /// Why.
        why: String,
    },
    /// Somebody on call said that they are there.
    OnCallReached {
        /// Which ring they answered.
        ring: i64,
        /// Who.
        name: String,
    },
    /// All were rung and nobody has answered.
    OnCallMissed {
        /// How many rings there were.
        attempts: u32,
    },
    /// The host site said whose conversation it is.
    CustomerIdentified {
        /// Who.
        customer: CustomerId,
    },
    /// The host site told something of the customer; it replaces what it told before.
    FactsTold {
        /// What.
        facts: Facts,
    },
    /// What was said before is erased, in the log too.
    Erased,
    /// An agent has blocked the customer: no person is reached from here for a time.
    CustomerBlocked {
        /// Who.
        agent: AgentId,
        /// Why, in the agent's words; not for the customer.
        reason: String,
        /// Until when.
        until: Timestamp,
        /// By when a supervisor must have looked at it.
        review_by: Timestamp,
    },
    /// A supervisor has looked at the block.
    BlockReviewed {
        /// Who.
        by: String,
        /// Whether it goes on.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// The block is over.
    BlockEnded {
        /// Why.
        why: BlockEnd,
    },
}

/// Why an agent is no longer here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// Their line is gone.
    Lost,
    /// They gave it back.
    Released,
    /// They did not answer.
    Silent,
    /// The customer denied their proposal twice.
    DeniedTwice,
    /// A supervisor took it from them.
    Requeued,
    /// The customer ended or no longer needs them.
    Ended,
    /// They passed it on to people.
    Transferred,
    /// They passed it back to the bot.
    ToBot,
    /// They promised to come back to it.
    Promised,
    /// A supervisor took it over.
    TakenOver,
    /// They blocked the customer.
    Blocked,
}

/// What supervisors are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// An agent does not answer.
    AgentSilent,
    /// A customer is in danger while an agent owns the conversation.
    Emergency(HandoffReason),
    /// A customer waits very long.
    LongWait,
    /// A promise was broken.
    PromiseBroken,
    /// An agent reports abuse.
    AbuseReported,
    /// Somebody in danger waits, and nobody on call was reached.
    NobodyReached,
    /// An agent has blocked a customer: somebody must look at it.
    BlockAwaitsReview,
    /// A block is over because nobody has looked at it in time.
    BlockLapsed,
}
