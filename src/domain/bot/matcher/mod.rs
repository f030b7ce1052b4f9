//! Which FAQ entry a message asks for, and whether to answer it at all.
//!
//! Patterns and exact examples win outright; else a linear classifier, trained from the examples
//! when the rules are loaded, proposes entries and says how well it knows the message. Training
//! and finding are deterministic: the same examples and the same message always give the same
//! answer with the same score.

mod exact;

use self::exact::Exact;
use crate::domain::ids::EntryId;
use crate::domain::language::{Evidence, Normalised, Variety};
use serde::{Deserialize, Serialize};

/// Longest list of candidates a match carries.
pub const CANDIDATES_MAX: usize = 5;

/// One example of how customers ask for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// As customers write it.
    pub text: String,
    /// What it is written in.
    pub variety: Variety,
}

/// An entry as the matcher learns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingEntry {
    /// The entry's id.
    pub id: EntryId,
    /// How customers ask for it.
    pub examples: Vec<Example>,
    /// Expressions over the normalised text that mean this entry for certain.
    pub patterns: Vec<String>,
}

/// When to answer, when to ask back, when to say that we do not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MatcherSettings {
    /// From this score on the best entry is answered straight away. Default 0.5.
    pub sure_at: f32,
    /// Below this score the message is not known. Between the two the customer is asked which
    /// entry is meant. Default 0.3, which is where [`MatcherSettings::reject_own_share`] of the
    /// entries' own examples, each held out of training, would fall below.
    pub unsure_at: f32,
    /// If the runner-up comes this near to the best, the customer is asked. Default 0.1.
    pub clarify_margin: f32,
    /// How many entries to offer when asking. Default 3.
    pub choices_max: usize,
    /// The share of own examples that may be taken for unknown: the price paid for telling
    /// foreign matters from ours. Default 0.05.
    pub reject_own_share: f32,
}

impl Default for MatcherSettings {
    fn default() -> Self {
        Self {
            sure_at: 0.5,
            unsure_at: 0.3,
            clarify_margin: 0.1,
            choices_max: 3,
            reject_own_share: 0.05,
        }
    }
}

/// What to do with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It asks for this entry.
    Sure(EntryId),
    /// It asks for one of these, best first; at least one.
    Unsure(Vec<EntryId>),
    /// None of the entries is meant.
    Unknown,
}

/// An entry that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The entry.
    pub entry: EntryId,
    /// How likely it is meant, from 0 to 1; on the scale of the settings.
    pub score: f32,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The message is one of the examples.
    Exact,
    /// A pattern matched.
    Pattern,
    /// It resembles examples.
    Examples,
    /// Nothing in it is known.
    None,
}

/// The matcher's finding about one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// What to do.
    pub verdict: Verdict,
    /// The entries that may be meant, best first, at most [`CANDIDATES_MAX`].
    pub candidates: Vec<Candidate>,
    /// What the verdict rests on.
    pub basis: Basis,
    /// The words and parts of words that carried the best candidate, weightiest first.
    pub evidence: Vec<Evidence>,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern {} of entry {entry} cannot be used: {reason}", index + 1)]
pub struct PatternError {
    /// The entry it belongs to.
    pub entry: EntryId,
    /// Its place among the entry's patterns, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// All entries, ready to be found. Built once when the rules are loaded.
#[derive(Debug, Clone)]
pub struct Matcher {
    entries: Vec<EntryId>,
    settings: MatcherSettings,
    exact: Exact,
}

impl Matcher {
    /// Learns the entries. Fails only for a pattern that cannot be compiled.
    pub fn train(
        entries: &[TrainingEntry],
        settings: &MatcherSettings,
    ) -> Result<Matcher, PatternError> {
        Ok(Matcher {
            entries: entries.iter().map(|entry| entry.id.clone()).collect(),
            settings: settings.clone(),
            exact: Exact::new(entries)?,
        })
    }

    /// Finds the entry that a message asks for.
    pub fn find(&self, n: &Normalised, _variety: Variety) -> Match {
        match self.exact.find(n) {
            Some(certain) => self.certain(certain),
            None => Match {
                verdict: Verdict::Unknown,
                candidates: Vec::new(),
                basis: Basis::None,
                evidence: Vec::new(),
            },
        }
    }

    /// A match beyond doubt, unless several entries claim the same words.
    fn certain(&self, found: exact::Certain) -> Match {
        let ids: Vec<EntryId> =
            found.entries.iter().filter_map(|entry| self.entries.get(*entry)).cloned().collect();
        let candidates = ids
            .iter()
            .take(CANDIDATES_MAX)
            .map(|id| Candidate { entry: id.clone(), score: 1.0 })
            .collect();
        let verdict = match ids.as_slice() {
            [only] => Verdict::Sure(only.clone()),
            _ => Verdict::Unsure(ids.into_iter().take(self.settings.choices_max.max(1)).collect()),
        };
        Match { verdict, candidates, basis: found.basis, evidence: found.evidence }
    }
}
