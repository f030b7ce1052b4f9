//! Which FAQ entry a message asks for, and whether to answer it at all.
//!
//! Patterns and exact examples win outright; else a linear classifier, trained from the examples
//! when the rules are loaded, proposes entries and says how well it knows the message. For entries
//! with examples in one language only, a message in the other is said in theirs. Training
//! and finding are deterministic: the same examples and the same message always give the same
//! answer with the same score.

mod coverage;
mod crossing;
mod evidence;
mod exact;
mod examples;
mod features;
mod grounds;
mod index;
mod known;
mod learnt;
mod model;
mod pointing;
mod softmax;
mod sparse;
mod vocabulary;

pub use self::grounds::{Clue, Ground, Grounds};

use self::coverage::Near;
use self::crossing::{Crossing, Said};
use self::exact::Exact;
use self::known::Known;
use self::model::{Lesson, Model, Reading};
use crate::domain::ids::EntryId;
use crate::domain::language::arabizi::{ArabicWords, spelled};
use crate::domain::language::common::says_nothing;
use crate::domain::language::dictionary;
use crate::domain::language::loans;
use crate::domain::language::{Evidence, Normalised, Variety, normalise};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::LazyLock;

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
    /// From this score on the best entry is answered straight away. Default 0.55.
    pub sure_at: f32,
    /// Below this the message is not known: counted over the scores of all entries together, which
    /// is the certainty that the message is about our matters at all. Between the two the customer
    /// is asked which entry is meant. Default 0.3, where the share
    /// [`MatcherSettings::reject_own_share`] of the entries' own examples would fall below, each
    /// scored without its own help.
    pub unsure_at: f32,
    /// Unless the best is ahead of the runner-up by this much, the customer is asked. Default 0.2.
    pub clarify_margin: f32,
    /// How many entries to offer when asking. Default 3.
    pub choices_max: usize,
    /// The share of own examples that may be taken for unknown: the price paid for telling
    /// foreign matters from ours. Default 0.05.
    pub reject_own_share: f32,
    /// Whether English words are also known by what they mean, from a table that comes with the
    /// program, so that a message finds an entry whose examples say it in other words. Default yes.
    pub word_vectors: bool,
}

impl Default for MatcherSettings {
    fn default() -> Self {
        Self {
            sure_at: 0.55,
            unsure_at: 0.3,
            clarify_margin: 0.2,
            choices_max: 3,
            reject_own_share: 0.05,
            word_vectors: true,
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

impl Verdict {
    /// How much it says.
    fn sureness(&self) -> u8 {
        match self {
            Verdict::Unknown => 0,
            Verdict::Unsure(_) => 1,
            Verdict::Sure(_) => 2,
        }
    }
}

/// An entry that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The entry.
    pub entry: EntryId,
    /// How likely it is meant, from 0 to 1; on the scale of the settings. The scores of all
    /// entries together, candidates or not, are at most 1.
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
    /// It resembles examples of the other language: its words mean what theirs do.
    OtherLanguage,
    /// Nothing in it is known.
    None,
}

impl Basis {
    /// Whether it is only like what was given, in whichever language.
    pub fn is_likeness(self) -> bool {
        match self {
            Basis::Examples | Basis::OtherLanguage => true,
            Basis::Exact | Basis::Pattern | Basis::None => false,
        }
    }
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

impl Match {
    /// Whether this says more than what was found of the message as it is written: it is as sure of it at
    /// least, and its best is likelier.
    fn beats(&self, as_written: &Match) -> bool {
        let best = |found: &Match| found.candidates.first().map_or(0.0, |best| best.score);
        self.verdict.sureness() >= as_written.verdict.sureness() && best(self) > best(as_written)
    }
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
    model: Model,
    known: Known,
    arabic: ArabicWords,
    crossing: Crossing,
}

/// In which words a message was found.
enum Heard<'w> {
    /// In its own.
    AsWritten,
    /// In Arabic letters, word for word.
    InArabic(Vec<Cow<'w, str>>),
    /// In the other language.
    Crossed(Said),
}

/// What the classifier makes of one reading of a message.
struct Opinion {
    reading: Reading,
    near: Vec<Near>,
    scores: Vec<f32>,
    best: usize,
    certainty: f32,
}

impl Matcher {
    /// Learns the entries. Fails only for a pattern that cannot be compiled.
    pub fn train(
        entries: &[TrainingEntry],
        settings: &MatcherSettings,
    ) -> Result<Matcher, PatternError> {
        Matcher::recall(entries, settings, &[]).map(|(matcher, _)| matcher)
    }

    /// Takes over what was [learnt](Matcher::learnt) from the very same entries and settings;
    /// learns them anew if these bytes are not whole. Tells whether they were.
    pub fn recall(
        entries: &[TrainingEntry],
        settings: &MatcherSettings,
        learnt: &[u8],
    ) -> Result<(Matcher, bool), PatternError> {
        let exact = Exact::new(entries)?;
        let (lessons, arabic) = lessons(entries);
        let crossing = Crossing::new(entries, &lessons);
        let recalled = learnt::decode(learnt, entries.len());
        let is_recalled = recalled.is_some();
        let (model, known) = recalled.unwrap_or_else(|| {
            let (model, rows, alone, softmax) =
                Model::train(&lessons, entries.len(), settings.word_vectors);
            let known = Known::learn(&model, &rows, &alone, softmax, settings);
            (model, known)
        });
        let entries = entries.iter().map(|entry| entry.id.clone()).collect();
        let settings = settings.clone();
        Ok((Matcher { entries, settings, exact, model, known, arabic, crossing }, is_recalled))
    }

    /// What was learnt, to be recalled instead of learning it again.
    pub fn learnt(&self) -> Vec<u8> {
        learnt::encode(&self.model, &self.known)
    }

    /// Finds the entry that a message asks for.
    pub fn find(&self, n: &Normalised, variety: Variety) -> Match {
        if let Some(certain) = self.exact.find(n) {
            return self.certain(certain);
        }
        self.likeness(n, variety)
    }

    /// Finds the entry whose examples a message resembles, whatever is one or matches a pattern.
    pub fn likeness(&self, n: &Normalised, variety: Variety) -> Match {
        self.heard(n, variety).0
    }

    /// The same, and the words in which it was found.
    fn heard<'n>(&self, n: &'n Normalised, variety: Variety) -> (Match, Heard<'n>) {
        if n.words().all(says_nothing) {
            return (unknown(Vec::new(), Vec::new()), Heard::AsWritten);
        }
        let as_written = self.opinion(n.words(), variety);
        let in_arabic = match variety {
            Variety::Arabizi => Some(arabic_words(n.words(), &self.arabic)),
            Variety::Arabic => loans::in_arabic(&n.words().collect::<Vec<_>>()),
            Variety::English | Variety::Mixed | Variety::Unknown => None,
        };
        let spelled_out = in_arabic
            .as_ref()
            .and_then(|words| self.opinion(words.iter().map(Cow::as_ref), Variety::Arabic));
        let is_clearer = match (&as_written, &spelled_out) {
            (Some(one), Some(other)) => other.certainty > one.certainty,
            (None, Some(_)) => true,
            (Some(_) | None, None) => false,
        };
        let (opinion, heard) = match in_arabic {
            Some(words) if is_clearer => (spelled_out, Heard::InArabic(words)),
            Some(_) | None => (as_written, Heard::AsWritten),
        };
        let found = match &opinion {
            Some(opinion) => self.judge(opinion, &self.settings, Basis::Examples, n),
            None => unknown(Vec::new(), Vec::new()),
        };
        match self.crossed(n, variety) {
            Some((crossed, said)) if crossed.beats(&found) => (crossed, Heard::Crossed(said)),
            Some(_) | None => (found, heard),
        }
    }

    /// What the classifier makes of these words; `None` if it knows nothing in them.
    fn opinion<'w>(
        &self,
        words: impl Iterator<Item = &'w str>,
        variety: Variety,
    ) -> Option<Opinion> {
        self.opinion_of(self.model.read(words, variety), variety)
    }

    /// What the classifier makes of a reading; `None` if there is nothing in it.
    fn opinion_of(&self, reading: Reading, variety: Variety) -> Option<Opinion> {
        if reading.features.is_empty() {
            return None;
        }
        let mut scores = vec![0.0; self.entries.len()];
        self.model.weights().scores(reading.sparse(), &mut scores);
        let best = ranked(&scores, 1).first().copied()?;
        let near = reading.coverage.near(self.model.vocabulary(), best, &[]);
        let raw = known::raw(scores[best], reading.coverage.share(&near));
        let certainty = self.known.certainty(raw, variety);
        // Settling tells which entry it is, not how well the message is known.
        self.model.examples().settle(&reading.values[..reading.directions()], &mut scores);
        let best = ranked(&scores, 1).first().copied()?;
        Some(Opinion { reading, near, scores, best, certainty })
    }

    /// What is found when the message is said in the other language, if that is an entry that has
    /// no example in its own.
    fn crossed(&self, n: &Normalised, variety: Variety) -> Option<(Match, Said)> {
        let words = match variety {
            Variety::Arabizi => arabic_words(n.words(), &DICTIONARY_WORDS),
            _ => n.words().map(Cow::Borrowed).collect(),
        };
        let said = self.crossing.said(&words, variety)?;
        let mut reading = self.model.read(said.words(), said.variety());
        said.point_back(&mut reading);
        let opinion = self.opinion_of(reading, said.variety())?;
        if !self.crossing.is_foreign(opinion.best, variety) {
            return None;
        }
        let settings = crossing::settings(&self.settings);
        let mut found = self.judge(&opinion, &settings, Basis::OtherLanguage, n);
        said.name(&mut found.evidence, n);
        Some((found, said))
    }

    /// Answer, ask which is meant, or say that it is not known.
    fn judge(
        &self,
        opinion: &Opinion,
        settings: &MatcherSettings,
        basis: Basis,
        n: &Normalised,
    ) -> Match {
        let shares = self.known.shares(&opinion.scores);
        let candidates: Vec<Candidate> = ranked(&opinion.scores, CANDIDATES_MAX)
            .into_iter()
            .map(|entry| Candidate {
                entry: self.entries[entry].clone(),
                score: opinion.certainty * shares[entry],
            })
            .collect();
        let evidence = evidence::evidence(&self.model, opinion, n);
        if opinion.certainty < settings.unsure_at {
            return unknown(candidates, evidence);
        }
        let score = |place: usize| candidates.get(place).map_or(0.0, |one| one.score);
        let ahead = score(0) - score(1) >= settings.clarify_margin;
        let verdict = if ahead && score(0) >= settings.sure_at {
            Verdict::Sure(self.entries[opinion.best].clone())
        } else {
            let choices = candidates.iter().take(settings.choices_max.max(1));
            Verdict::Unsure(choices.map(|choice| choice.entry.clone()).collect())
        };
        Match { verdict, candidates, basis, evidence }
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

fn unknown(candidates: Vec<Candidate>, evidence: Vec<Evidence>) -> Match {
    Match { verdict: Verdict::Unknown, candidates, basis: Basis::None, evidence }
}

/// The Arabic words that Arabizi may stand for where no example is in Arabic.
static DICTIONARY_WORDS: LazyLock<ArabicWords> = LazyLock::new(|| {
    let mut words = ArabicWords::default();
    dictionary::arabic_words().for_each(|word| words.add(word));
    words
});

/// The entries with the highest scores, best first; of equals the earlier.
fn ranked(scores: &[f32], count: usize) -> Vec<usize> {
    let mut best: Vec<usize> = Vec::with_capacity(count + 1);
    for (entry, score) in scores.iter().enumerate() {
        if best.len() == count && best.last().is_some_and(|last| scores[*last] >= *score) {
            continue;
        }
        let place = best.partition_point(|other| scores[*other] >= *score);
        if place < count {
            best.insert(place, entry);
            best.truncate(count);
        }
    }
    best
}

/// The examples as lessons, and the Arabic words they use. An Arabizi example teaches twice: as
/// written, and spelled in Arabic letters, so that each script finds the other.
fn lessons(entries: &[TrainingEntry]) -> (Vec<Lesson>, ArabicWords) {
    let mut lessons = Vec::new();
    let mut arabic = ArabicWords::default();
    for (entry, training) in entries.iter().enumerate() {
        for example in &training.examples {
            let n = normalise(&example.text);
            n.words().for_each(|word| arabic.add(word));
            let words = n.words().map(str::to_owned).collect();
            lessons.push(Lesson { entry, variety: example.variety, words });
        }
    }
    for at in 0..lessons.len() {
        let Lesson { entry, variety: Variety::Arabizi, words } = &lessons[at] else { continue };
        let spelled = arabic_words(words.iter().map(String::as_str), &arabic);
        let words = spelled.into_iter().map(Cow::into_owned).collect();
        lessons.push(Lesson { entry: *entry, variety: Variety::Arabic, words });
    }
    (lessons, arabic)
}

/// Arabizi words in Arabic letters: as examples spell them, else by rule. The result has one word
/// for each given, for evidence to point at.
fn arabic_words<'w>(
    words: impl Iterator<Item = &'w str>,
    known: &ArabicWords,
) -> Vec<Cow<'w, str>> {
    words
        .map(|word| match known.read(word) {
            _ if matches!(word, "el" | "al" | "il") => Cow::Borrowed("ال"),
            Some(arabic) => Cow::Owned(arabic.to_owned()),
            None => match spelled(word) {
                spelled if spelled.is_empty() => Cow::Borrowed(word),
                spelled => Cow::Owned(spelled),
            },
        })
        .collect()
}

#[cfg(test)]
mod tests;
