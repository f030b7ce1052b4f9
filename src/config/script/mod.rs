//! Scripted conversations in their checked form: typed steps and what must hold after each. The
//! rehearsal plays them against rules before those go live.

mod deeds;
mod expect;

pub use deeds::{AgentAction, CustomerAction, Moment, SupervisorAction};
pub use expect::{
    ALERTS, DELAY_REASONS, ETAS, Expectation, ExpectedOutcome, SURVEYS, StateName, alert_name,
    eta_name,
};

use super::problem::Place;
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::seen::MarksKept;
use crate::domain::directives::What;
use crate::domain::facts::Facts;
use crate::domain::ids::{AgentId, QueueId};
use crate::domain::language::Language;
use crate::domain::parts::{Part, PartRules};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::rules::{EndRules, LadderRules, SatisfactionRules};
use crate::domain::time::Timestamp;
use std::collections::BTreeSet;
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
    /// What it takes for granted, whatever the files say.
    pub given: Given,
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

/// What a script takes for granted. It stands with the script, so that whoever tunes hours or
/// patience for the shop breaks no script that is about something else.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Routing as the script wants it.
    pub routing: Option<RoutingRules>,
    /// The bot's file as the script wants it, as far as a script may.
    pub bot: Option<GivenBot>,
    /// Queues whose own hours count; all others are open as long as the script lasts.
    pub hours: HoursThatCount,
}

/// Whose opening hours count in a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HoursThatCount {
    /// Every queue's: the script says when it begins.
    #[default]
    All,
    /// Only of those for which the script gives hours.
    Of(BTreeSet<QueueId>),
}

/// What a script may take for granted of the bot's file. What would need other training, and
/// what is the shop's word to somebody in danger, is not among it.
#[derive(Debug, Clone)]
pub struct GivenBot {
    /// How far it tries.
    pub ladder: LadderRules,
    /// How conversations end.
    pub ends: EndRules,
    /// Whom it asks how it went.
    pub satisfaction: SatisfactionRules,
    /// What messages may carry beside words.
    pub parts: PartRules,
    /// Whose reading is kept.
    pub read_marks: MarksKept,
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
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The customer writes; several texts are a burst sent within a second.
    CustomerWrites(Vec<String>),
    /// The customer writes, or writes nothing, and sends something with it.
    CustomerSends(String, Vec<Part>),
    /// The customer does something else.
    Customer(CustomerAction),
    /// The host site says who the customer is, and what it knows of them.
    CustomerLogsIn(String, Facts),
    /// An agent does something.
    Agent(AgentId, AgentAction),
    /// A supervisor does something.
    Supervisor(AgentId, SupervisorAction),
    /// So many other customers ask for a person.
    Others(u32),
    /// Other customers write, each of them one of these.
    OthersWrite(Vec<String>),
    /// Time passes.
    Wait(Duration),
    /// Ops put something in force for so long.
    Ops(What, Duration),
    /// The machine forgets when the conversation is due next, as after damage to the store.
    LosesTimer,
    /// Nothing; the step only looks.
    Look,
}
