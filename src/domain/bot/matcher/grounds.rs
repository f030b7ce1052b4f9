//! Why an entry was proposed, for whoever asks: the words, the pairs of words and the letters that
//! carried it and the one behind it. Nothing of it is worked out where a message is only answered.

use super::model::{Letters, Traces};
use super::{Candidate, Heard, Matcher};
use crate::domain::ids::EntryId;
use crate::domain::language::common::says_nothing;
use crate::domain::language::{Normalised, Span, Variety};
use std::borrow::Cow;
use std::fmt;

/// The best candidate and the runner-up are explained.
const EXPLAINED: usize = 2;

/// So many clues explain one of them.
const CLUES_MAX: usize = 6;

/// Clues of a smaller share explain nothing.
const SHARE_MIN: f32 = 0.02;

/// Why an entry was proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Grounds {
    /// The entry.
    pub entry: EntryId,
    /// What spoke for it, weightiest first.
    pub clues: Vec<Ground>,
}

/// One thing that spoke for an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// What it is.
    pub clue: Clue,
    /// Where it stands in the customer's own words: one place, or two of a pair.
    pub spans: Vec<Span>,
    /// Its share of all that spoke for the entry.
    pub weight: f32,
}

/// What can speak for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clue {
    /// A word, as it was read: in another script or language than it was written in, if examples
    /// are in that.
    Word(String),
    /// A word that no example has, and one of the entry's examples that means nearly the same.
    Near(String, String),
    /// Two words that say together what neither says by itself.
    Pair(String, String),
    /// Some letters of a word that no example has; `…` stands for the rest of it.
    Letters(String),
    /// The message is an example, in these words.
    Example(String),
    /// A pattern, by its number among the entry's from 1.
    Pattern(usize),
}

impl fmt::Display for Clue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clue::Word(text) | Clue::Letters(text) | Clue::Example(text) => f.write_str(text),
            Clue::Near(word, to) => write!(f, "{word} ≈ {to}"),
            Clue::Pair(one, other) => write!(f, "{one} + {other}"),
            Clue::Pattern(number) => write!(f, "pattern {number}"),
        }
    }
}

impl Ground {
    /// The least stretch of the message that holds all of it.
    pub fn span(&self) -> Span {
        let joined = self.spans.iter().copied().reduce(Span::join);
        joined.unwrap_or(Span { start: 0, end: 0 })
    }
}

/// The words of a message as they were read.
struct Read<'w> {
    words: Vec<&'w str>,
    /// For each of them, the message's word that it stands for.
    of: Vec<usize>,
    variety: Variety,
}

impl<'w> Read<'w> {
    fn new(heard: &'w Heard<'_>, n: &'w Normalised, variety: Variety) -> Read<'w> {
        let (words, variety): (Vec<&str>, _) = match heard {
            Heard::AsWritten => (n.words().collect(), variety),
            Heard::InArabic(words) => (words.iter().map(Cow::as_ref).collect(), Variety::Arabic),
            Heard::Crossed(said) => {
                let words = said.words().collect();
                return Read { words, of: said.of().collect(), variety: said.variety() };
            }
        };
        Read { of: (0..words.len()).collect(), words, variety }
    }

    /// Where a word stands in the message.
    fn span(&self, word: u16, n: &Normalised) -> Span {
        n.original_span(n.tokens[self.of[usize::from(word)]].range.clone())
    }

    /// Where letters of a word stand; the whole word, if it was not read as it is written.
    fn span_of_letters(&self, letters: &Letters, n: &Normalised) -> Span {
        let word = self.words[usize::from(letters.word)];
        let token = self.of[usize::from(letters.word)];
        if n.token(token) != word {
            return self.span(letters.word, n);
        }
        let begin = n.tokens[token].range.start;
        let byte = |at| word.char_indices().nth(at).map_or(word.len(), |(byte, _)| byte);
        n.original_span(begin + byte(letters.place.start)..begin + byte(letters.place.end))
    }

    /// Letters of a word, with a mark for the rest of it.
    fn letters(&self, letters: &Letters) -> String {
        let word = self.words[usize::from(letters.word)];
        let (start, end) = (letters.place.start, letters.place.end);
        let before = if start > 0 { "…" } else { "" };
        let after = if end < word.chars().count() { "…" } else { "" };
        let own: String = word.chars().skip(start).take(end - start).collect();
        format!("{before}{own}{after}")
    }
}

impl Matcher {
    /// Why the first two of these candidates were proposed for a message. Of a verdict beyond doubt
    /// there is no runner-up but one that claims the very same words.
    pub fn grounds(
        &self,
        n: &Normalised,
        variety: Variety,
        candidates: &[Candidate],
    ) -> Vec<Grounds> {
        let is_certain = self.exact.find(n).is_some();
        let heard = (!is_certain).then(|| self.heard(n, variety).1);
        let read = heard.as_ref().map(|heard| Read::new(heard, n, variety));
        let grounds = |candidate: &Candidate| {
            let entry = self.entries.iter().position(|id| *id == candidate.entry)?;
            let clues = match &read {
                None => self.exact.grounds(n, entry),
                Some(read) => self.clues(read, n, entry),
            };
            Some(Grounds { entry: candidate.entry.clone(), clues })
        };
        candidates.iter().take(EXPLAINED).filter_map(grounds).collect()
    }

    fn clues(&self, read: &Read<'_>, n: &Normalised, entry: usize) -> Vec<Ground> {
        let Traces { mut words, pairs, letters, near } =
            self.model.traces(&read.words, read.variety, entry);
        let own = |word: u16| read.words[usize::from(word)].to_owned();
        let mut clues = Vec::new();
        for ((one, other), weight) in pairs {
            if read.of[usize::from(one)] == read.of[usize::from(other)] {
                // One word of the customer's that is said in two.
                words[usize::from(one)] += weight;
                continue;
            }
            let spans = vec![read.span(one, n), read.span(other, n)];
            clues.push(Ground { clue: Clue::Pair(own(one), own(other)), spans, weight });
        }
        for (word, weight) in (0_u16..).zip(words) {
            if says_nothing(n.token(read.of[usize::from(word)])) {
                continue;
            }
            let clue = match near.get(&word) {
                Some(to) => Clue::Near(own(word), to.clone()),
                None => Clue::Word(own(word)),
            };
            clues.push(Ground { clue, spans: vec![read.span(word, n)], weight });
        }
        clues.extend(letters.iter().map(|letters| Ground {
            clue: Clue::Letters(read.letters(letters)),
            spans: vec![read.span_of_letters(letters, n)],
            weight: letters.weight,
        }));
        shares(clues)
    }
}

/// The weightiest that speak for the entry, as shares of all that do.
fn shares(mut clues: Vec<Ground>) -> Vec<Ground> {
    clues.retain(|clue| clue.weight > 0.0);
    let total: f32 = clues.iter().map(|clue| clue.weight).sum();
    clues.iter_mut().for_each(|clue| clue.weight /= total);
    clues.retain(|clue| clue.weight >= SHARE_MIN);
    clues.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.span().cmp(&b.span())));
    clues.truncate(CLUES_MAX);
    clues
}
