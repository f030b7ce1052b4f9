//! Scripted conversations in their checked form: typed steps and what must hold after each. The
//! rehearsal plays them against rules before those go live.

use super::problem::Place;
use super::raw::At;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::state::CloseReason;
use crate::domain::conversation::transfer::Wanted;
use crate::domain::detectors::SignalKind;
use crate::domain::directives::What;
use crate::domain::facts::Facts;
use crate::domain::handoff::{HandoffReason, Priority};
use crate::domain::ids::{AgentId, EntryId, QueueId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// One scripted conversation.
#[derive(Debug, Clone)]
pub struct Script {
    /// What must hold, as a sentence.
    pub name: String,
    /// Where its name stands.
    pub place: Place,
    /// When it begins.
    pub at: Timestamp,
    /// Agents who are signed in and available when it begins.
    pub agents: Vec<AgentId>,
    /// The language the customer's client asks for.
    pub language: Option<Language>,
    /// What the host site tells of the customer; with it they are known.
    pub facts: Facts,
    /// What the draw after an end says: which question is asked, or none.
    pub survey: Option<Measure>,
    /// So many other customers have asked for a person before; agents who are there have taken as
    /// many of them as they can hold.
    pub others: u32,
    /// How long an agent had each of the latest conversations; `None` if there were none.
    pub recent: Option<Duration>,
    /// Who is on call, one after the other; nobody, if there is none.
    pub on_call: Vec<OnCallAnswer>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// What somebody on call does when they are rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnCallAnswer {
    /// Cannot be rung.
    Fails,
    /// Does not answer.
    Silent,
    /// Says at once that they are there: their name.
    Reached(String),
}

impl OnCallAnswer {
    /// As the files write it: `fails`, `silent` or `reached NAME`.
    pub fn parse(text: &str) -> Option<OnCallAnswer> {
        match text.trim() {
            "fails" => Some(OnCallAnswer::Fails),
            "silent" => Some(OnCallAnswer::Silent),
            other => {
                let name = other.strip_prefix("reached ")?.trim();
                (!name.is_empty()).then(|| OnCallAnswer::Reached(name.to_owned()))
            }
        }
    }
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// What happens.
    pub action: Action,
    /// What must hold afterwards.
    pub expect: Option<Expectation>,
}

/// What happens in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The customer writes; several texts are a burst sent within a second.
    CustomerWrites(Vec<String>),
    /// The customer does something else.
    Customer(CustomerAction),
    /// An agent does something.
    Agent(AgentId, AgentAction),
    /// Time passes.
    Wait(Duration),
    /// Ops put something in force for so long.
    Ops(What, Duration),
    /// Nothing; the step only looks.
    Look,
}

/// What a customer does besides writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerAction {
    /// Says that it is solved.
    Confirm,
    /// Says that it is not.
    Deny,
    /// Presses the button for a human.
    RequestHuman,
    /// No longer wants one.
    CancelRequest,
    /// Leaves.
    Leave,
    /// Comes back to what had ended.
    Reopen,
    /// Asks for the last words again.
    SayAgain,
    /// Chooses to be called back.
    Callback,
    /// Leaves the question.
    LeaveQuestion,
    /// Accepts the other language.
    OtherLanguage,
    /// Chooses to wait.
    KeepWaiting,
    /// Presses a button, from 1.
    Choose(u32),
    /// Says that the bot's last answer helped.
    Helpful,
    /// Says that it did not.
    NotHelpful,
    /// Opens the page.
    OpenPage,
    /// Closes it.
    ClosePage,
    /// Scores the conversation, on the scale of the question.
    Score(u32),
}

impl CustomerAction {
    /// Those without a number, by the names of the files.
    pub const NAMES: [(&str, CustomerAction); 15] = [
        ("confirm", CustomerAction::Confirm),
        ("deny", CustomerAction::Deny),
        ("request_human", CustomerAction::RequestHuman),
        ("cancel_request", CustomerAction::CancelRequest),
        ("leave", CustomerAction::Leave),
        ("reopen", CustomerAction::Reopen),
        ("say_again", CustomerAction::SayAgain),
        ("callback", CustomerAction::Callback),
        ("leave_question", CustomerAction::LeaveQuestion),
        ("other_language", CustomerAction::OtherLanguage),
        ("keep_waiting", CustomerAction::KeepWaiting),
        ("helpful", CustomerAction::Helpful),
        ("not_helpful", CustomerAction::NotHelpful),
        ("open_page", CustomerAction::OpenPage),
        ("close_page", CustomerAction::ClosePage),
    ];
}

/// What an agent does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentAction {
    /// Comes.
    SignIn,
    /// Goes.
    SignOut,
    /// Takes no offers.
    Away,
    /// Takes the offer.
    Accept,
    /// Declines it.
    Decline,
    /// Gives the conversation back.
    Release,
    /// Stops sending heartbeats.
    Vanish,
    /// Takes it over, whoever has it, as a supervisor.
    TakeOver,
    /// Blocks the customer.
    Block,
    /// Upholds the block, as a supervisor.
    Uphold,
    /// Lifts the block, as a supervisor.
    Lift,
    /// Writes.
    Says(String),
    /// Promises something by so long from now.
    Promises(String, Duration),
    /// Proposes that it is solved, with a disposition.
    Proposes(String),
    /// Passes it on.
    Transfers(Wanted),
}

impl AgentAction {
    /// Those without words, by the names of the files.
    pub const NAMES: [&str; 11] = [
        "sign_in",
        "sign_out",
        "away",
        "accept",
        "decline",
        "release",
        "vanish",
        "take_over",
        "block",
        "uphold",
        "lift",
    ];

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<AgentAction> {
        Some(match name {
            "sign_in" => AgentAction::SignIn,
            "sign_out" => AgentAction::SignOut,
            "away" => AgentAction::Away,
            "accept" => AgentAction::Accept,
            "decline" => AgentAction::Decline,
            "release" => AgentAction::Release,
            "vanish" => AgentAction::Vanish,
            "take_over" => AgentAction::TakeOver,
            "block" => AgentAction::Block,
            "uphold" => AgentAction::Uphold,
            "lift" => AgentAction::Lift,
            _ => return None,
        })
    }
}

/// What must hold after a step; what is `None` may be anything.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Where it stands.
    pub place: Place,
    /// What the bot made of it.
    pub outcome: Option<At<ExpectedOutcome>>,
    /// Which entry it answered with.
    pub entry: Option<At<EntryId>>,
    /// The language of the answer.
    pub language: Option<At<Language>>,
    /// Who has the conversation.
    pub state: Option<At<StateName>>,
    /// Why it was closed.
    pub close_reason: Option<At<CloseReason>>,
    /// Why it was handed to people.
    pub reason: Option<At<HandoffReason>>,
    /// Where it waits.
    pub queue: Option<At<QueueId>>,
    /// How urgent it is.
    pub priority: Option<At<Priority>>,
    /// Its place in the queue, from 1.
    pub position: Option<At<u32>>,
    /// What the detectors found: all of these.
    pub signals: Vec<At<SignalKind>>,
    /// Parts of what the customer must read since the step.
    pub says: Vec<At<String>>,
    /// What the customer must not read.
    pub says_not: Vec<At<String>>,
    /// Which entries are offered, in order.
    pub choices: Option<Vec<At<EntryId>>>,
    /// Whose conversation it is.
    pub owner: Option<At<AgentId>>,
    /// Why the wait is long, by its name.
    pub delay_reason: Option<At<&'static str>>,
    /// Which question the customer was asked, by its name, or `none`.
    pub survey: Option<At<&'static str>>,
    /// Whether an end before turned out to be none.
    pub closed_falsely: Option<At<bool>>,
}

/// What the bot should have made of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedOutcome {
    /// This.
    Is(Outcome),
    /// It said nothing new since the step.
    Silent,
    /// It had no turn.
    NoTurn,
}

impl ExpectedOutcome {
    /// All, by the names of the files.
    pub const NAMES: [(&str, ExpectedOutcome); 11] = [
        (Outcome::Greeting.name(), ExpectedOutcome::Is(Outcome::Greeting)),
        (Outcome::Social.name(), ExpectedOutcome::Is(Outcome::Social)),
        (Outcome::Answer.name(), ExpectedOutcome::Is(Outcome::Answer)),
        (Outcome::Clarify.name(), ExpectedOutcome::Is(Outcome::Clarify)),
        (Outcome::AskSlot.name(), ExpectedOutcome::Is(Outcome::AskSlot)),
        (Outcome::NotKnown.name(), ExpectedOutcome::Is(Outcome::NotKnown)),
        (Outcome::Handoff.name(), ExpectedOutcome::Is(Outcome::Handoff)),
        (Outcome::Emergency.name(), ExpectedOutcome::Is(Outcome::Emergency)),
        (Outcome::SayAgain.name(), ExpectedOutcome::Is(Outcome::SayAgain)),
        ("silent", ExpectedOutcome::Silent),
        ("none", ExpectedOutcome::NoTurn),
    ];
}

/// The state of a conversation, without what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateName {
    /// With the bot.
    Bot,
    /// Waiting for a human.
    Queued,
    /// Promised for later.
    Pending,
    /// With a human.
    Human,
    /// Somebody asked whether it is solved.
    Confirming,
    /// The customer said yes.
    Resolved,
    /// Ended without a yes.
    Closed,
    /// Kept from people for a time.
    Blocked,
}

impl StateName {
    /// All, by the names of the files.
    pub const NAMES: [(&str, StateName); 8] = [
        ("bot", StateName::Bot),
        ("queued", StateName::Queued),
        ("pending", StateName::Pending),
        ("human", StateName::Human),
        ("confirming", StateName::Confirming),
        ("resolved", StateName::Resolved),
        ("closed", StateName::Closed),
        ("blocked", StateName::Blocked),
    ];

    /// The name as in the core's states, logs and errors.
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, state)| *state == self);
        found.map_or("", |(name, _)| name)
    }
}

/// What a customer may be asked, by the names of the files.
pub const SURVEYS: [(&str, Option<Measure>); 3] = [
    (Measure::Csat.name(), Some(Measure::Csat)),
    (Measure::Ces.name(), Some(Measure::Ces)),
    ("none", None),
];

/// Why a wait is long, by the names of the files.
pub const DELAY_REASONS: [&str; 9] = [
    "none",
    "all_busy",
    "preferred_busy",
    "no_language",
    "no_skill",
    "outside_hours",
    "emergencies_ahead",
    "nobody_signed_in",
    "offers_not_taken",
];
