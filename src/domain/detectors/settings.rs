//! What the detectors are told by the config files, checked in form but not yet compiled. Plain
//! data: the files' own shape lives in `config`, the compiled shape in `lexicon`.

use super::abuse::AbuseSettings;
use super::confusion::ConfusionSettings;
use super::emergency::EmergencySettings;
use super::frustration::FrustrationSettings;
use super::human_request::HumanRequestSettings;
use super::learnt::LearntSettings;
use super::phrase::PhraseError;
use super::refusal::RefusalSettings;
use super::repetition::RepetitionSettings;
use super::signal::{EmergencyKind, Hazard, SignalKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The settings of all detectors.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectorSettings {
    /// How many turns a conversation remembers for the detectors.
    pub window_turns: usize,
    /// When a level of the kind fires; one a kind, in the order of [`SignalKind::ALL`].
    pub triggers: [TriggerSettings; 6],
    /// The words and phrases of the kind; one a kind, in the order of [`SignalKind::ALL`].
    pub lexicons: [LexiconSettings; 6],
    /// What the learnt weights count for the kind, if they do; in the order of
    /// [`SignalKind::ALL`].
    pub learnt: [Option<LearntSettings>; 6],
    /// What counts besides words when a person is asked for.
    pub human_request: HumanRequestSettings,
    /// What counts besides words for frustration.
    pub frustration: FrustrationSettings,
    /// What counts besides words for confusion.
    pub confusion: ConfusionSettings,
    /// How a need said again is recognised.
    pub repetition: RepetitionSettings,
    /// How an emergency is weighed.
    pub emergency: EmergencySettings,
    /// What counts besides words for abuse.
    pub abuse: AbuseSettings,
}

impl DetectorSettings {
    /// When a kind fires.
    pub fn trigger(&self, kind: SignalKind) -> &TriggerSettings {
        &self.triggers[kind.index()]
    }

    /// The words of a kind.
    pub fn lexicon(&self, kind: SignalKind) -> &LexiconSettings {
        &self.lexicons[kind.index()]
    }
}

/// When a level becomes a reason to bring in people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TriggerSettings {
    /// The level from which on the kind fires, 0 to 1.
    pub threshold: f32,
    /// The share of a level that is left after one more message of the customer, 0 to 1.
    pub decay: f32,
    /// The least strength the message itself must show for its kind to fire, 0 to 1.
    pub fresh_min: f32,
}

/// Texts by the variety of language they belong to. All are looked for in every message; the
/// names keep the files readable and tell Latin spellings of Arabic from English.
pub type Phrases = BTreeMap<Dialect, Vec<String>>;

/// The varieties in which lexicons are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// English.
    En,
    /// Modern Standard Arabic, and what all Arabs write.
    Msa,
    /// Arabic of the Gulf.
    Gulf,
    /// Arabic of Egypt and Sudan.
    Egyptian,
    /// Arabic of Syria, Lebanon, Jordan and Palestine.
    Levantine,
    /// Arabic of any country in Latin letters and digits.
    Arabizi,
}

impl Dialect {
    /// The name used in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::En => "en",
            Dialect::Msa => "msa",
            Dialect::Gulf => "gulf",
            Dialect::Egyptian => "egyptian",
            Dialect::Levantine => "levantine",
            Dialect::Arabizi => "arabizi",
        }
    }
}

/// The words and phrases of one detector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LexiconSettings {
    /// Lists that phrases refer to as `<name>`.
    pub words: BTreeMap<String, Phrases>,
    /// What the detector looks for.
    pub rules: Vec<RuleSettings>,
    /// Phrases whose words mean something else; what stands in them is not looked at again.
    pub harmless: Phrases,
    /// Phrases that turn what follows them into its opposite.
    pub negations: Phrases,
    /// How many words may stand between a negation and what it negates.
    pub negation_reach: usize,
    /// Phrases in which a word of negation negates nothing: "no doubt", «بعد ما».
    pub affirmations: Phrases,
    /// Phrases that take back what the detector looks for; their words are not looked at again.
    pub withdrawals: WithdrawalSettings,
    /// The wish in so many words: neither harmless phrases nor withdrawals reach over where it begins.
    pub wishes: Phrases,
    /// How customers say what else they do not want.
    pub refusals: RefusalSettings,
}

/// How the wish for a person is taken back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WithdrawalSettings {
    /// Phrases that take it back beyond doubt.
    pub clear: Phrases,
    /// Phrases that perhaps do.
    pub perhaps: Phrases,
}

/// Phrases that say the same thing with the same weight.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSettings {
    /// Its name within the detector.
    pub id: String,
    /// How much one of its phrases says, 0 to 1.
    pub strength: f32,
    /// For an emergency: what is in danger.
    pub emergency: Option<EmergencyKind>,
    /// For a danger to life with steps of its own: which.
    pub hazard: Option<Hazard>,
    /// Whether a negation before it takes it back.
    pub negatable: bool,
    /// It counts only in messages of at most so many words: a longer one says what it is about.
    pub words_max: Option<usize>,
    /// The phrases.
    pub phrases: Phrases,
}

/// A phrase of a lexicon that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} of {}: the phrase {phrase:?} cannot be read: {reason}", detector.name())]
pub struct LexiconError {
    /// Whose lexicon.
    pub detector: SignalKind,
    /// Where in the detector's file, such as `rules[3].gulf[0]`.
    pub path: String,
    /// The phrase as written.
    pub phrase: String,
    /// What is wrong with it.
    pub reason: PhraseError,
}
