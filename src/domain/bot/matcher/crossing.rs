//! A message in a language that an entry has no example in: it is said in the other language, word
//! by word by the [`dictionary`], and read again. Where every entry has examples in both languages
//! nothing of this happens.

use super::model::{Lesson, Reading, is_arabic};
use super::{MatcherSettings, TrainingEntry};
use crate::domain::language::common::is_common;
use crate::domain::language::dictionary::{self, EXPRESSION_WORDS_MAX, Sense};
use crate::domain::language::{Evidence, Language, Normalised, Variety, language_of};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A message said in the other language is answered from this score on. Measured on 3,000 messages
/// each of the training parts of ArBanking77 and Banking77, asked of the 77 entries with ten
/// examples each in the other language: of what scored so much, 94 of 100 were answered right where
/// the examples were English, 90 where they were Arabic; at 0.8 it was 89 and 84. Of the Arabic ones
/// asked of three shops that have nothing to do with banks 0.1 to 2.0 of 100 scored so much.
const SURE_AT: f32 = 0.92;

/// From this certainty on the customer is asked which entry is meant: the right one was among the
/// best three in 84 and 78 of 100. At 0.4 that would be no different, but twice as many questions
/// would be taken for theirs by the three shops: 28 to 48 of 100 instead of 9 to 24.
const UNSURE_AT: f32 = 0.6;

/// The settings under which a message said in the other language is judged: never laxer than those
/// for one as it is written.
pub(super) fn settings(settings: &MatcherSettings) -> MatcherSettings {
    MatcherSettings {
        sure_at: settings.sure_at.max(SURE_AT),
        unsure_at: settings.unsure_at.max(UNSURE_AT),
        ..settings.clone()
    }
}

/// What is needed to read messages across languages.
#[derive(Debug, Clone)]
pub(super) struct Crossing {
    /// For each entry, the languages in which it has no example.
    lacks: Vec<Vec<Language>>,
    /// How the examples say a sense: the word that most of them use. Only in a language that some
    /// message must be said in.
    said: BTreeMap<Language, BTreeMap<Sense, String>>,
}

/// The words of a message in the other language.
pub(super) struct Said {
    language: Language,
    words: Vec<String>,
    /// For each of them, the message's word that it stands for.
    of: Vec<u16>,
}

impl Said {
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The message's words that they stand for.
    pub(super) fn of(&self) -> impl Iterator<Item = usize> {
        self.of.iter().map(|of| usize::from(*of))
    }

    pub(super) fn variety(&self) -> Variety {
        match self.language {
            Language::Ar => Variety::Arabic,
            Language::En => Variety::English,
        }
    }

    /// Lets a reading of these words point at the words of the message.
    pub(super) fn point_back(&self, reading: &mut Reading) {
        let back = |word: &mut u16| *word = self.of.get(usize::from(*word)).copied().unwrap_or(0);
        for place in &mut reading.places {
            back(&mut place.word);
            back(&mut place.last);
        }
        reading.pieces.iter_mut().for_each(|(_, word)| back(word));
        reading.coverage.point_back(back);
    }

    /// Names in the evidence what the message's words were taken for.
    pub(super) fn name(&self, evidence: &mut [Evidence], n: &Normalised) {
        for found in evidence {
            let at = (0..n.tokens.len())
                .find(|at| n.original_span(n.tokens[*at].range.clone()) == found.span);
            let meant = self.words().zip(&self.of).filter(|(_, of)| at == Some(usize::from(**of)));
            found.what = meant.map(|(word, _)| word).collect::<Vec<_>>().join(" ");
        }
    }
}

/// The language a message is written in, if that is known.
fn language(variety: Variety) -> Option<Language> {
    match variety {
        Variety::Arabic | Variety::Mixed | Variety::Arabizi => Some(Language::Ar),
        Variety::English => Some(Language::En),
        Variety::Unknown => None,
    }
}

impl Crossing {
    pub(super) fn new(entries: &[TrainingEntry], lessons: &[Lesson]) -> Crossing {
        let lacks: Vec<Vec<Language>> = entries.iter().map(lacking).collect();
        let wanted = |spoken: &Language| lacks.iter().any(|lacks| lacks.contains(spoken));
        let said = Language::ALL.into_iter().filter(wanted).map(|spoken| {
            let other = spoken.other();
            (other, commonest(lessons, other))
        });
        Crossing { said: said.collect(), lacks }
    }

    /// Whether an entry has no example in the language of such a message, but has some.
    pub(super) fn is_foreign(&self, entry: usize, variety: Variety) -> bool {
        language(variety).is_some_and(|language| self.lacks[entry].contains(&language))
    }

    /// Words of a message in the language that it is not written in: each as the examples say it,
    /// else as the dictionary does; a word that is not known stays. `None` if every entry has
    /// examples in the message's own language.
    pub(super) fn said(&self, words: &[Cow<'_, str>], variety: Variety) -> Option<Said> {
        let language = language(variety)?.other();
        let examples = self.said.get(&language)?;
        let words: Vec<&str> = words.iter().map(Cow::as_ref).collect();
        let mut said = Said { language, words: Vec::new(), of: Vec::new() };
        let mut at = 0;
        while at < words.len() {
            let (expression, length) = expression(&words[at..], examples, language);
            for word in expression.split(' ').filter(|word| !word.is_empty()) {
                said.words.push(word.to_owned());
                said.of.push(at as u16);
            }
            at += length;
        }
        Some(said)
    }
}

/// The languages in which an entry that has examples has none. Patterns are none: they are written
/// for certain words, and whoever writes no examples wants no likeness.
fn lacking(entry: &TrainingEntry) -> Vec<Language> {
    let has = |spoken: &Language| {
        entry.examples.iter().any(|example| language(example.variety) == Some(*spoken))
    };
    let lacking = Language::ALL.into_iter().filter(|spoken| !has(spoken));
    if entry.examples.is_empty() { Vec::new() } else { lacking.collect() }
}

/// How the next words of a message are said, and how many of them that is.
fn expression<'w>(
    words: &[&'w str],
    examples: &'w BTreeMap<Sense, String>,
    language: Language,
) -> (&'w str, usize) {
    if language_of(words[0]) == Some(language) {
        return (words[0], 1);
    }
    for length in (1..=EXPRESSION_WORDS_MAX.min(words.len())).rev() {
        let senses = dictionary::senses(&words[..length]);
        let in_examples = senses.iter().find_map(|sense| examples.get(sense));
        let in_general = senses.first().and_then(|sense| sense.words(language).first());
        if let Some(said) = in_examples.or(in_general) {
            return (said, length);
        }
    }
    // What has no word of its own there, such as "the", is left out.
    (if is_common(words[0]) { "" } else { words[0] }, 1)
}

/// For each sense the word by which most examples in a language say it; of equals the first met.
fn commonest(lessons: &[Lesson], language: Language) -> BTreeMap<Sense, String> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let of_language = |lesson: &&Lesson| match language {
        Language::Ar => is_arabic(lesson.variety),
        Language::En => lesson.variety == Variety::English,
    };
    let words = lessons.iter().filter(of_language).flat_map(|lesson| &lesson.words);
    for (at, word) in words.enumerate() {
        counts.entry(word).or_insert((0, usize::MAX - at)).0 += 1;
    }
    let mut best: BTreeMap<Sense, ((usize, usize), &str)> = BTreeMap::new();
    for (word, count) in counts {
        for sense in dictionary::senses(&[word]) {
            let best = best.entry(*sense).or_insert((count, word));
            if count > best.0 {
                *best = (count, word);
            }
        }
    }
    best.into_iter().map(|(sense, (_, word))| (sense, word.to_owned())).collect()
}

#[cfg(test)]
mod tests;
