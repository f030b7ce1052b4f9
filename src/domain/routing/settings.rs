//! The checked rules of routing, as plain values: queues, priorities, offers, leases, costs.
//! Files and their syntax are the config's affair.

use super::alerts::AlertRules;
use super::attendance::AttendanceRules;
use super::blocks::BlockRules;
use super::hours::Hours;
use super::on_call::OnCallRules;
use super::policies::{LeastLoaded, Policy};
use crate::domain::bot::entry::FaqEntry;
use crate::domain::handoff::{HandoffReason, Languages, Priority, Requirements};
use crate::domain::ids::{AgentId, PoolId, QueueId, SkillId};
use crate::domain::language::Language;
use crate::domain::pool::agent::Profile;
use crate::domain::texts::PerLanguage;
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Everything ops decide about routing in one pool.
#[derive(Debug, Clone)]
pub struct RoutingRules {
    /// The pool they are for.
    pub pool: PoolId,
    /// In which order free agents are asked.
    pub policy: &'static dyn Policy,
    /// The names of skills that may be used.
    pub skills: BTreeSet<SkillId>,
    /// The queues.
    pub queues: Queues,
    /// Where each reason leads.
    pub reasons: BTreeMap<HandoffReason, Route>,
    /// How much earlier than its arrival work is treated.
    pub credits: Credits,
    /// Extra credit of work that came back because its agent was lost.
    pub credit_returned: Duration,
    /// The most credit anything can have: the bound of all overtaking.
    pub credit_max: Duration,
    /// How offers are made.
    pub offers: OfferRules,
    /// How agents' presence is noticed.
    pub leases: LeaseRules,
    /// What happens when an agent does not answer.
    pub agent_silence: SilenceRules,
    /// How long an ended conversation still takes its place at the agent's.
    pub wrap_up: Duration,
    /// What customers may be promised.
    pub promises: PromiseRules,
    /// Units of capacity a conversation takes.
    pub costs: Costs,
    /// Agents declared in the file; read-only to the API.
    pub agents: Vec<DeclaredAgent>,
    /// When supervisors are alerted.
    pub alerts: AlertRules,
    /// Who is rung for somebody in danger whom no colleague has.
    pub on_call: OnCallRules,
    /// Whether and for how long agents may block who abuses them.
    pub blocks: Option<BlockRules>,
    /// What it means that a customer's page is closed.
    pub attendance: AttendanceRules,
}

/// The queues of a pool, in the order of the file. There is always one, so that nobody who needs
/// a human is ever without a place.
#[derive(Debug, Clone)]
pub struct Queues {
    first: QueueRules,
    rest: Vec<QueueRules>,
}

/// One queue.
#[derive(Debug, Clone)]
pub struct QueueRules {
    /// Its id.
    pub id: QueueId,
    /// What customers and agents see.
    pub title: PerLanguage<String>,
    /// Required skills with the least level (1–5).
    pub skills: BTreeMap<SkillId, u8>,
    /// When it is open; `None` = always.
    pub hours: Option<Hours>,
    /// Where its work goes while it is closed.
    pub fallback: Option<QueueId>,
    /// Its topics are answered by people only.
    pub human_first: bool,
}

/// Where a reason leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// To which queue.
    pub queue: QueueId,
    /// How urgent it is there.
    pub priority: Priority,
}

/// Credit by priority. An emergency has none: it is a band of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credits {
    /// Of low priority.
    pub low: Duration,
    /// Of normal priority.
    pub normal: Duration,
    /// Of high priority.
    pub high: Duration,
}

/// How offers are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferRules {
    /// How long an agent has to answer.
    pub timeout: Duration,
    /// So many unanswered offers in a row turn an agent away.
    pub unanswered_until_away: u32,
    /// No new offer to whoever declined for so long.
    pub cool_down_after_decline: Duration,
    /// No new offer to whoever let one lapse for so long.
    pub cool_down_after_expiry: Duration,
    /// The same work is not offered again to whoever declined it for so long, unless nobody else
    /// is left to ask.
    pub decliner_pause: Duration,
    /// Whoever declined somebody in danger is asked again after so long at most, if nobody else is
    /// left to ask.
    pub emergency_again_max: Duration,
    /// How long the preferred agent is waited for.
    pub preferred_hold: Duration,
    /// After so many emergency offers in a row one over-age ordinary conversation goes first.
    pub emergency_run_max: u32,
}

/// How agents' presence is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseRules {
    /// How often an agent's client says it is there.
    pub heartbeat: Duration,
    /// How long one heartbeat lasts.
    pub length: Duration,
    /// How long one lasts in a browser, which may put a page to sleep.
    pub browser_length: Duration,
    /// How long a suspect agent keeps what they hold.
    pub grace: Duration,
    /// The same when so many vanish at once that the line is more likely broken than they gone.
    pub outage_grace: Duration,
}

/// What happens when an agent leaves a customer's message unanswered, counted from that message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SilenceRules {
    /// The agent is reminded.
    pub nudge: Duration,
    /// A supervisor is told.
    pub supervisor: Duration,
    /// The conversation goes back to its queue, at its old place.
    pub requeue: Duration,
}

/// What customers may be promised, and how a promise is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromiseRules {
    /// A callback for which no time was named comes after this, if the queue is open.
    pub callback_after: Duration,
    /// A person is there within this of the time that was told.
    pub callback_window: Duration,
    /// So far ahead a callback may be asked for.
    pub callback_max: Duration,
    /// A left question is answered within this of the next opening.
    pub answer_within: Duration,
    /// The least and the most an agent may promise.
    pub follow_up_min: Duration,
    /// See `follow_up_min`.
    pub follow_up_max: Duration,
    /// What an agent promised comes back so long before it is due.
    pub follow_up_ahead: Duration,
    /// The customer is told so long before the time that it will be late.
    pub warn_before: Duration,
    /// The new time that is told then is so much later.
    pub extension: Duration,
    /// How much earlier than it came a conversation is treated for each broken promise.
    pub credit_broken: Duration,
}

/// Units of capacity a conversation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    /// Usually.
    pub default: u32,
    /// After abuse.
    pub abusive: u32,
}

/// An agent declared in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredAgent {
    /// Who.
    pub id: AgentId,
    /// What they can do.
    pub profile: Profile,
    /// The name customers see, as each language writes it.
    pub names: PerLanguage<String>,
}

impl RoutingRules {
    /// The name a customer of this language sees, if the agent is declared here.
    pub fn agent_name(&self, id: &AgentId, language: Language) -> Option<&str> {
        let declared = self.agents.iter().find(|agent| agent.id == *id)?;
        Some(declared.names.get(language))
    }

    /// Rules with these queues and the usual values of everything else; every reason leads to the
    /// first queue.
    pub fn new(pool: PoolId, queues: Queues) -> Self {
        let seconds = Duration::from_secs;
        let first = queues.first().id.clone();
        let route = |reason| (reason, Route::usual(reason, first.clone()));
        RoutingRules {
            pool,
            policy: &LeastLoaded,
            skills: BTreeSet::new(),
            reasons: HandoffReason::ALL.into_iter().map(route).collect(),
            queues,
            credits: Credits { low: seconds(0), normal: seconds(30), high: seconds(120) },
            credit_returned: seconds(120),
            credit_max: seconds(600),
            offers: OfferRules {
                timeout: seconds(30),
                unanswered_until_away: 3,
                cool_down_after_decline: seconds(5),
                cool_down_after_expiry: seconds(30),
                decliner_pause: seconds(600),
                emergency_again_max: seconds(5),
                preferred_hold: seconds(60),
                emergency_run_max: 5,
            },
            leases: LeaseRules {
                heartbeat: seconds(10),
                length: seconds(30),
                browser_length: seconds(90),
                grace: seconds(60),
                outage_grace: seconds(300),
            },
            agent_silence: SilenceRules {
                nudge: seconds(60),
                supervisor: seconds(120),
                requeue: seconds(240),
            },
            wrap_up: seconds(20),
            promises: PromiseRules {
                callback_after: seconds(3_600),
                callback_window: seconds(1_800),
                callback_max: seconds(7 * 86_400),
                answer_within: seconds(4 * 3_600),
                follow_up_min: seconds(300),
                follow_up_max: seconds(30 * 86_400),
                follow_up_ahead: seconds(1_800),
                warn_before: seconds(300),
                extension: seconds(1_800),
                credit_broken: seconds(300),
            },
            costs: Costs { default: 1, abusive: 2 },
            agents: Vec::new(),
            alerts: AlertRules::default(),
            on_call: OnCallRules::default(),
            blocks: None,
            attendance: AttendanceRules::default(),
        }
    }

    /// An entry as its queue has it: where people come first, they do for all of its topics.
    pub fn with_queue(&self, mut entry: FaqEntry) -> FaqEntry {
        let queue = entry.queue.as_ref().and_then(|queue| self.queues.get(queue));
        entry.human_first |= queue.is_some_and(|queue| queue.human_first);
        entry
    }

    /// A queue is closed until then, whatever its hours say. One that is always open takes the
    /// clock of the first that has one.
    pub fn close(&mut self, queue: &QueueId, until: Timestamp) {
        let clock = self.queues.iter().find_map(|queue| queue.hours.as_ref());
        let always = clock.map_or_else(Hours::always, Hours::always_by_its_clock);
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.hours.get_or_insert(always).shut(until);
        }
    }

    /// Every queue but these is open at every hour, by the clock of its own hours.
    pub fn open_all_but(&mut self, these: &BTreeSet<QueueId>) {
        let all = std::iter::once(&mut self.queues.first).chain(&mut self.queues.rest);
        for queue in all.filter(|queue| !these.contains(&queue.id)) {
            queue.hours = queue.hours.as_ref().map(Hours::always_by_its_clock);
        }
    }

    /// How much earlier than its arrival work of this priority is treated.
    pub fn credit(&self, priority: Priority) -> Duration {
        let credit = match priority {
            Priority::Low => self.credits.low,
            Priority::Normal => self.credits.normal,
            Priority::High => self.credits.high,
            Priority::Emergency => Duration::ZERO,
        };
        credit.min(self.credit_max)
    }
}

impl Queues {
    /// From the first queue, which takes what has no other place, and the rest.
    pub fn new(first: QueueRules, rest: Vec<QueueRules>) -> Self {
        Queues { first, rest }
    }

    /// From a list in the order of the file; `None` if it is empty.
    pub fn from_list(list: Vec<QueueRules>) -> Option<Self> {
        let mut list = list.into_iter();
        Some(Queues { first: list.next()?, rest: list.collect() })
    }

    /// The one that takes what has no other place.
    pub fn first(&self) -> &QueueRules {
        &self.first
    }

    /// All, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &QueueRules> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    fn get_mut(&mut self, id: &QueueId) -> Option<&mut QueueRules> {
        std::iter::once(&mut self.first).chain(&mut self.rest).find(|queue| queue.id == *id)
    }

    /// The one of that id.
    pub fn get(&self, id: &QueueId) -> Option<&QueueRules> {
        self.iter().find(|queue| queue.id == *id)
    }
}

impl QueueRules {
    /// A queue that is always open and requires nothing but a language.
    pub fn always_open(id: QueueId, title: PerLanguage<String>) -> Self {
        let (skills, human_first) = (BTreeMap::new(), false);
        QueueRules { id, title, skills, hours: None, fallback: None, human_first }
    }

    /// What an agent must offer to serve it in this language.
    pub fn needs(&self, languages: impl Into<Languages>) -> Requirements {
        let languages = languages.into();
        Requirements {
            queue: self.id.clone(),
            language: languages.own,
            also: languages.beside(),
            skills: self.skills.clone(),
        }
    }

    /// Whether it is open.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.hours.as_ref().is_none_or(|hours| hours.is_open(at))
    }
}

impl Route {
    /// The usual urgency of a reason, in that queue.
    pub fn usual(reason: HandoffReason, queue: QueueId) -> Self {
        let priority = match reason {
            HandoffReason::HumanRequest
            | HandoffReason::Confusion
            | HandoffReason::NotUnderstood
            | HandoffReason::Abuse
            | HandoffReason::HumanFirst
            | HandoffReason::BotFailed => Priority::Normal,
            HandoffReason::Frustration
            | HandoffReason::Repetition
            | HandoffReason::DeniedTwice
            | HandoffReason::Reopened => Priority::High,
            HandoffReason::EmergencyLife
            | HandoffReason::EmergencyMoney
            | HandoffReason::EmergencyProperty => Priority::Emergency,
        };
        Route { queue, priority }
    }
}

impl Costs {
    /// The cost of a conversation that was handed off for this reason.
    pub fn of(&self, reason: HandoffReason) -> u32 {
        if reason == HandoffReason::Abuse { self.abusive } else { self.default }
    }
}
