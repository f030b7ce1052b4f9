//! What must hold after a step.

use crate::config::problem::Place;
use crate::config::raw::At;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::event::Alert;
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::state::CloseReason;
use crate::domain::detectors::SignalKind;
use crate::domain::handoff::{HandoffReason, Priority};
use crate::domain::ids::{AgentId, EntryId, QueueId};
use crate::domain::language::Language;
use crate::domain::routing::eta::{Eta, EtaUnknown};
use crate::domain::routing::pace::Basis;

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
    /// What the wait that is told rests on, or why it cannot be known, by its name.
    pub eta: Option<At<&'static str>>,
    /// Who is offered it.
    pub offered_to: Option<At<AgentId>>,
    /// Parts of what the agent reads who has it or is offered it.
    pub agent_reads: Vec<At<String>>,
    /// Parts of what that agent is offered to answer.
    pub suggests: Vec<At<String>>,
    /// Messages of the customer that the agent has not read.
    pub unread: Option<At<u32>>,
    /// What supervisors are told of since the step: all of these.
    pub alerts: Vec<At<&'static str>>,
    /// How many faults a repair finds, or has left.
    pub faults: Option<At<u32>>,
    /// Why the step was refused: part of it.
    pub refused: Option<At<String>>,
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
pub const SURVEYS: [(&str, Option<Measure>); 4] = [
    (Measure::Csat.name(), Some(Measure::Csat)),
    (Measure::Ces.name(), Some(Measure::Ces)),
    (Measure::Nps.name(), Some(Measure::Nps)),
    ("none", None),
];

/// Why a wait is long, by the names of the files.
pub const DELAY_REASONS: [&str; 11] = [
    "none",
    "all_busy",
    "others_asked",
    "preferred_busy",
    "another_needed",
    "no_language",
    "no_skill",
    "outside_hours",
    "emergencies_ahead",
    "nobody_signed_in",
    "offers_not_taken",
];

/// How long a wait will take: what that rests on, or why it cannot be known.
pub const ETAS: [&str; 7] =
    ["class", "queue", "not_waiting", "nobody_there", "closes_before", "few_samples", "too_far"];

/// The name of an estimate in the files.
pub fn eta_name(eta: &Eta) -> &'static str {
    match eta {
        Eta::Known { basis: Basis::Class, .. } => "class",
        Eta::Known { basis: Basis::Queue, .. } => "queue",
        Eta::Unknown { why: EtaUnknown::NotWaiting } => "not_waiting",
        Eta::Unknown { why: EtaUnknown::NobodyThere } => "nobody_there",
        Eta::Unknown { why: EtaUnknown::ClosesBefore } => "closes_before",
        Eta::Unknown { why: EtaUnknown::FewSamples } => "few_samples",
        Eta::Unknown { why: EtaUnknown::TooFar } => "too_far",
    }
}

/// What supervisors are told of, by the names of the files.
pub const ALERTS: [&str; 8] = [
    "agent_silent",
    "emergency",
    "long_wait",
    "promise_broken",
    "abuse_reported",
    "nobody_reached",
    "block_awaits_review",
    "block_lapsed",
];

/// The name of one of them.
pub fn alert_name(alert: &Alert) -> &'static str {
    match alert {
        Alert::AgentSilent => "agent_silent",
        Alert::Emergency(_) => "emergency",
        Alert::LongWait => "long_wait",
        Alert::PromiseBroken => "promise_broken",
        Alert::AbuseReported => "abuse_reported",
        Alert::NobodyReached => "nobody_reached",
        Alert::BlockAwaitsReview => "block_awaits_review",
        Alert::BlockLapsed => "block_lapsed",
    }
}
