//! The checked rules, as one value with one version. Made by `config`, read by everything else.

use super::bot::entry::FaqEntry;
use super::bot::matcher::Matcher;
use super::conversation::seen::MarksKept;
use super::detectors::{Detectors, EmergencyKind};
use super::directives::Banner;
use super::ids::{EntryId, RulesVersion};
use super::language::Language;
use super::parts::PartRules;
use super::routing::settings::RoutingRules;
use super::texts::{PerLanguage, Texts};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Everything that ops decide. Never changed in place: a new version replaces an old one whole.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The hash of the files it was made of.
    pub version: RulesVersion,
    /// What the bot knows and how it behaves.
    pub bot: BotRules,
    /// Recognises entries; trained from their examples and patterns.
    pub matcher: Arc<Matcher>,
    /// Notice who needs a person.
    pub detectors: Arc<Detectors>,
    /// Queues, skills, priorities, offers.
    pub routing: RoutingRules,
    /// What Sanad itself says.
    pub texts: Arc<Texts>,
    /// What customers are told while something is wrong; laid over the files by directives.
    pub banners: Vec<Banner>,
}

/// What the bot knows and how it behaves.
#[derive(Debug, Clone)]
pub struct BotRules {
    /// Its name.
    pub name: PerLanguage<String>,
    /// What it can answer.
    pub entries: BTreeMap<EntryId, FaqEntry>,
    /// How far it tries.
    pub ladder: LadderRules,
    /// How conversations end.
    pub ends: EndRules,
    /// What Arabic in Latin letters is answered in.
    pub arabizi: Language,
    /// Whom to call in an emergency; one text per kind, never empty.
    pub contacts: BTreeMap<EmergencyKind, PerLanguage<String>>,
    /// Whom it asks how it went, and how often.
    pub satisfaction: SatisfactionRules,
    /// The facts that answers may use.
    pub facts: BTreeSet<String>,
    /// What messages may carry beside words.
    pub parts: PartRules,
    /// Whose reading is kept and shown to the other side.
    pub read_marks: MarksKept,
}

/// How far the bot tries before it steps aside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LadderRules {
    /// Misses on one topic until a person is sought (a clarification counts as one).
    pub misses_until_human: u32,
    /// How long the bot waits for the rest of a thought.
    pub burst_quiet: Duration,
    /// A message of at most so many tokens that is not understood may be part of a thought.
    pub fragment_tokens_max: usize,
    /// A line of so few words waits for the next one even if a topic fits, unless it is one of the
    /// examples word for word.
    pub short_tokens_max: usize,
    /// Topics that score less are not offered when the customer is asked which is meant.
    pub clarify_at: f32,
}

/// Whom the bot asks how it went. By default nobody.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SatisfactionRules {
    /// Whether an answer carries buttons to rate it.
    pub answer_buttons: bool,
    /// The share of ended conversations asked how satisfied they are.
    pub csat_share: f32,
    /// The share asked how easy it was.
    pub ces_share: f32,
    /// The share whose customer, if the host knows them, is asked for a recommendation.
    pub nps_share: f32,
    /// But no customer more often than this.
    pub nps_every: Duration,
    /// Whoever comes back with the same matter within this time says that the end was none.
    pub false_closure_window: Duration,
}

/// How conversations end. Silence is never success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndRules {
    /// Nothing said in a conversation with the bot for so long: closed.
    pub idle_close: Duration,
    /// A proposal without an answer is recalled after this, and again after this.
    pub remind_after: Duration,
    /// At most so many reminders.
    pub reminders_max: u32,
    /// After the last reminder: closed, unanswered.
    pub close_after: Duration,
    /// How long the agent is held for the answer to a proposal.
    pub hold: Duration,
    /// How long after its end a conversation may be reopened.
    pub reopen_window: Duration,
    /// After so long in a queue the customer is told, and told their choices.
    pub queue_wait_max: Duration,
}
