//! What the checkers know: a copy of the stored state in decoded form, kept up to date by every
//! commit that took effect, and the violations found so far. It never asks the application.

use super::backtest::Backtest;
use super::directives::Decided;
use super::on_call::Rings;
use super::overtaking::Overtaking;
use super::pages::Pages;
use super::past::Past;
use super::privacy::Privacy;
use crate::app::conversations::Logged;
use crate::domain::conversation::state::{Conversation, text_hash};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::Place;
use crate::domain::routing::hours::Hours;
use crate::domain::routing::settings::QueueRules;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

/// More than these are not kept: the first one says what is wrong.
const VIOLATIONS_MAX: usize = 3;

/// What must always hold, by the names of the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Only the owner speaks as agent, and the pool counts them.
    OneOwner,
    /// An agent's load is what they hold, and no more than they can hold.
    Load,
    /// Who waits is in exactly one queue.
    OneQueue,
    /// The pool is never behind what a conversation believes of it.
    PoolAhead,
    /// A log has no gaps.
    Gapless,
    /// A request has one effect and one answer.
    Once,
    /// The bot is silent where humans speak.
    SilentBot,
    /// Only the customer's yes resolves.
    HonestEnd,
    /// Who can be helped is helped.
    NoStarve,
    /// What was acknowledged stays.
    Durable,
    /// The bot answers each burst once.
    Answered,
    /// What is owed stays owed until it is done.
    Outbox,
    /// What is out of date changes nothing.
    Fenced,
    /// The log folds into the entity.
    Fold,
    /// No answer comes twice in an episode.
    NeverTwice,
    /// What was promised is kept, or the customer is told before it is late.
    Promise,
    /// Who is on call is rung only while somebody in danger waits, and nobody is said to be reached
    /// who has not answered.
    OnCall,
    /// Nobody in danger is kept from people, and every block ends.
    Block,
    /// What is a customer's is found by them and read by nobody else, and what they had erased is gone.
    Private,
    /// What ops decide counts while it is in force, and not after.
    Directed,
    /// Supervisors are told of each thing that they must look at, once.
    Alerted,
    /// The number a waiting customer is told rises only with a reason.
    Position,
    /// What a waiting customer is told of the wait is true.
    Told,
    /// Nobody is overtaken beyond the credit, and nobody who waits loses their place.
    Overtaken,
    /// A report says what the logs say.
    Reported,
    /// When the faults stop, everything comes to its end.
    Liveness,
}

impl Invariant {
    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Invariant::OneOwner => "one_owner",
            Invariant::Load => "load",
            Invariant::OneQueue => "one_queue",
            Invariant::PoolAhead => "pool_ahead",
            Invariant::Gapless => "gapless",
            Invariant::Once => "once",
            Invariant::SilentBot => "silent_bot",
            Invariant::HonestEnd => "honest_end",
            Invariant::NoStarve => "no_starve",
            Invariant::Durable => "durable",
            Invariant::Answered => "answered",
            Invariant::Outbox => "outbox",
            Invariant::Fenced => "fenced",
            Invariant::Fold => "fold",
            Invariant::NeverTwice => "never_twice",
            Invariant::Promise => "promise",
            Invariant::OnCall => "on_call",
            Invariant::Block => "block",
            Invariant::Private => "private",
            Invariant::Directed => "directed",
            Invariant::Alerted => "alerted",
            Invariant::Position => "position",
            Invariant::Told => "told",
            Invariant::Overtaken => "overtaken",
            Invariant::Reported => "reported",
            Invariant::Liveness => "liveness",
        }
    }
}

/// Something that must never happen, and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The seed of the world it happened in: that world alone happens again with it.
    pub seed: u64,
    /// The step of that world.
    pub step: u64,
    /// The simulated time.
    pub at: Timestamp,
    /// What does not hold.
    pub invariant: Invariant,
    /// What happened.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { seed, step, at, invariant, what } = self;
        write!(out, "seed {seed} step {step} at {at}: {}: {what}", invariant.name())
    }
}

/// One conversation as the store has it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) conversation: Conversation,
    pub(super) log: Vec<Line>,
    /// So many records before these are gone: the conversation was erased.
    pub(super) forgotten: u64,
    /// Answers the customer has seen in this episode.
    pub(super) answers: BTreeSet<String>,
    /// Messages of the customer in the log.
    pub(super) heard: u64,
    /// The log tells of danger in this episode.
    pub(super) endangered: bool,
}

/// One record of a log, as far as it must be recognised again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) event_id: u128,
    pub(super) hash: u64,
    /// The token that counted when it was written.
    pub(super) token: Token,
}

/// What customers have done that the log does not say by itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Deeds {
    /// Messages they have begun to send.
    pub(super) said: u64,
    /// When they last said yes, in words or by a button.
    pub(super) yes: Option<Timestamp>,
}

/// How often what was done.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts(pub(super) BTreeMap<&'static str, u64>);

impl Counts {
    pub(super) fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

/// All that is known.
#[derive(Clone)]
pub(super) struct Model {
    pub(super) seed: u64,
    pub(super) step: u64,
    pub(super) now: Timestamp,
    pub(super) checks: u64,
    pub(super) violations: Vec<Violation>,
    pub(super) conversations: BTreeMap<ConversationId, Known>,
    pub(super) requests: BTreeSet<String>,
    /// What conversations owe the pool, and since when.
    pub(super) owed_to_pool: BTreeMap<ConversationId, Timestamp>,
    pub(super) places: BTreeMap<ConversationId, Place>,
    pub(super) agents: BTreeMap<AgentId, Agent>,
    /// Everybody who ever was one: in a store that goes back, who was removed is there again.
    pub(super) ever_agents: BTreeSet<AgentId>,
    /// From when to when the clock jumped last, with the jumps shortly before.
    pub(super) jumped: Option<(Timestamp, Timestamp)>,
    /// How often somebody was removed: who comes again begins anew.
    pub(super) removals: u64,
    /// What the pool owes conversations, and since when.
    pub(super) owed_to_conversations: BTreeMap<ConversationId, Timestamp>,
    pub(super) leases: BTreeMap<String, i64>,
    /// Every token that was ever offered, and to whom; also across rewinds.
    pub(super) offered: BTreeMap<(ConversationId, Token), AgentId>,
    pub(super) deeds: BTreeMap<ConversationId, Deeds>,
    /// A slot was rewound, and the audit has not yet made both sides agree.
    pub(super) disturbed: bool,
    /// Rises with each rewind.
    pub(super) rewinds: u64,
    /// Offers made, handoffs begun.
    pub(super) offers: u64,
    /// Ordinary offers that gave way to somebody in danger.
    pub(super) gave_way: u64,
    pub(super) handoffs: u64,
    /// Handoffs to a queue that was closed.
    pub(super) after_hours: u64,
    pub(super) resolved: u64,
    /// When queues are open that are not always.
    pub(super) hours: BTreeMap<QueueId, Hours>,
    /// Promises made, told late, and ended, by how.
    pub(super) backtest: Backtest,
    pub(super) promises: BTreeMap<&'static str, u64>,
    /// Who was rung, and what came of it.
    pub(super) rings: Rings,
    /// Whose page is open.
    pub(super) pages: Pages,
    /// While things go wrong nothing stands still and no clock jumps.
    pub(super) steady: bool,
    /// What places and agents were a while ago.
    pub(super) past: Past,
    /// Why it takes time, as it was told.
    pub(super) told: Counts,
    /// Who went before whom.
    pub(super) overtaking: Overtaking,
    /// What ops have decided.
    pub(super) directives: Decided,
    /// What people did beside talking, for the report.
    pub(super) desk: Counts,
    /// What is whose, and its traces.
    pub(super) privacy: Privacy,
    /// Nobody is asked for a recommendation sooner than so long after the last time.
    pub(super) nps_every: Duration,
}

impl Model {
    pub(super) fn new(seed: u64, rules: &Rules) -> Self {
        let routing = &rules.routing;
        let hours_of = |queue: &QueueRules| Some((queue.id.clone(), queue.hours.clone()?));
        Model {
            seed,
            step: 0,
            now: Timestamp::ZERO,
            checks: 0,
            violations: Vec::new(),
            conversations: BTreeMap::new(),
            requests: BTreeSet::new(),
            owed_to_pool: BTreeMap::new(),
            places: BTreeMap::new(),
            agents: BTreeMap::new(),
            ever_agents: BTreeSet::new(),
            removals: 0,
            jumped: None,
            owed_to_conversations: BTreeMap::new(),
            leases: BTreeMap::new(),
            offered: BTreeMap::new(),
            deeds: BTreeMap::new(),
            disturbed: false,
            rewinds: 0,
            offers: 0,
            gave_way: 0,
            handoffs: 0,
            after_hours: 0,
            hours: routing.queues.iter().filter_map(hours_of).collect(),
            resolved: 0,
            backtest: Backtest::default(),
            promises: BTreeMap::new(),
            rings: Rings::default(),
            pages: Pages::new(routing.attendance),
            steady: false,
            past: Past::default(),
            told: Counts::default(),
            overtaking: Overtaking::new(routing.credit_max),
            directives: Decided::default(),
            desk: Counts::default(),
            privacy: Privacy::default(),
            nps_every: rules.bot.satisfaction.nps_every,
        }
    }

    /// Counts a check; what does not hold is written down.
    pub(super) fn check(
        &mut self,
        invariant: Invariant,
        holds: bool,
        what: impl FnOnce() -> String,
    ) {
        self.checks += 1;
        if !holds && self.violations.len() < VIOLATIONS_MAX {
            let (seed, step, at) = (self.seed, self.step, self.now);
            self.violations.push(Violation { seed, step, at, invariant, what: what() });
        }
    }

    /// Whether this queue is open then.
    pub(super) fn is_open(&self, queue: &QueueId, at: Timestamp) -> bool {
        self.hours.get(queue).is_none_or(|hours| hours.is_open(at))
    }

    /// A customer begins to say something.
    pub(super) fn saying(&mut self, id: &ConversationId) {
        self.deeds.entry(id.clone()).or_default().said += 1;
    }

    /// It was refused for good: it will never be in the log.
    pub(super) fn unsaid(&mut self, id: &ConversationId) {
        let deeds = self.deeds.entry(id.clone()).or_default();
        deeds.said = deeds.said.saturating_sub(1);
    }

    /// A customer says yes.
    pub(super) fn says_yes(&mut self, id: &ConversationId) {
        let now = self.now;
        self.deeds.entry(id.clone()).or_default().yes = Some(now);
    }

    /// A caller was told that these events are stored.
    pub(super) fn acknowledged(&mut self, id: &ConversationId, events: &[Logged]) {
        for Logged { seq, logged: event, .. } in events {
            let hash = hash_of(&serde_json::to_vec(event).unwrap_or_default());
            let line = self.line(id, *seq);
            let holds = line.is_some_and(|line| line.hash == hash) || self.is_forgotten(id, *seq);
            self.check(Invariant::Durable, holds, || {
                format!("event {seq} of {id} was acknowledged and is not in the log: {event:?}")
            });
        }
    }

    /// A record of a log.
    pub(super) fn line(&self, id: &ConversationId, seq: u64) -> Option<Line> {
        let known = self.conversations.get(id)?;
        known.log.get(seq.checked_sub(known.forgotten + 1)? as usize).copied()
    }

    /// Whether a record was erased since.
    pub(super) fn is_forgotten(&self, id: &ConversationId, seq: u64) -> bool {
        self.conversations.get(id).is_some_and(|known| seq <= known.forgotten)
    }

    /// The conversation, if it is stored.
    pub(super) fn conversation(&self, id: &ConversationId) -> Option<&Conversation> {
        self.conversations.get(id).map(|known| &known.conversation)
    }
}

/// A hash by which bytes are recognised again.
pub(super) fn hash_of(bytes: &[u8]) -> u64 {
    text_hash(&String::from_utf8_lossy(bytes))
}
