//! What needs no judgement: a message that is one of the examples word for word, and patterns.

use super::{Basis, Clue, Ground, PatternError, TrainingEntry};
use crate::domain::language::word_map::WordMap;
use crate::domain::language::{Evidence, Normalised, normalise};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// The longest pattern accepted, in bytes.
pub const PATTERN_BYTES_MAX: usize = 2_000;

/// The most memory one compiled pattern may take. Matching takes time linear in the message
/// whatever the pattern; this bounds the factor.
const PATTERN_MEMORY_MAX: usize = 1 << 20;

/// The most memory that all of them may take once more, to be looked for together.
const TOGETHER_MEMORY_MAX: usize = 16 << 20;

/// Examples by their words, and patterns in the order of the entries.
#[derive(Debug, Clone)]
pub(super) struct Exact {
    examples: WordMap<Vec<usize>>,
    patterns: Vec<(usize, usize, Regex)>,
    /// All patterns at once: most messages match none, which one look tells. `None` if there are
    /// too many to be looked for together.
    any: Option<RegexSet>,
}

/// The entries that certainly are meant; more than one only if they share the same words.
pub(super) struct Certain {
    pub(super) entries: Vec<usize>,
    pub(super) basis: Basis,
    pub(super) evidence: Vec<Evidence>,
}

impl Exact {
    pub(super) fn new(entries: &[TrainingEntry]) -> Result<Exact, PatternError> {
        let mut exact = Exact { examples: WordMap::default(), patterns: Vec::new(), any: None };
        for (at, entry) in entries.iter().enumerate() {
            for example in &entry.examples {
                let words = normalise(&example.text).joined();
                // An example of nothing but punctuation says nothing.
                if words.is_empty() {
                    continue;
                }
                let owners = exact.examples.entry(&words);
                if owners.last() != Some(&at) {
                    owners.push(at);
                }
            }
            for (index, pattern) in entry.patterns.iter().enumerate() {
                let compiled = compile(pattern).map_err(|reason| PatternError {
                    entry: entry.id.clone(),
                    index,
                    reason,
                })?;
                exact.patterns.push((at, index, compiled));
            }
        }
        exact.any = together(&exact.patterns);
        Ok(exact)
    }

    pub(super) fn find(&self, n: &Normalised) -> Option<Certain> {
        self.by_example(n).or_else(|| self.by_pattern(n))
    }

    /// What of a message is an entry's beyond doubt.
    pub(super) fn grounds(&self, n: &Normalised, entry: usize) -> Vec<Ground> {
        let ground =
            |clue, range| Ground { clue, spans: vec![n.original_span(range)], weight: 1.0 };
        let words = n.joined();
        if self.examples.get(&words).is_some_and(|entries| entries.contains(&entry)) {
            return vec![ground(Clue::Example(words), 0..n.text.len())];
        }
        let own = self.patterns.iter().filter(|(owner, ..)| *owner == entry);
        let hit = |(_, index, pattern): &(usize, usize, Regex)| {
            Some(ground(Clue::Pattern(index + 1), pattern.find(&n.text)?.range()))
        };
        own.filter_map(hit).collect()
    }

    fn by_example(&self, n: &Normalised) -> Option<Certain> {
        let words = n.joined();
        let entries = self.examples.get(&words)?.clone();
        let evidence =
            vec![Evidence { span: n.original_span(0..n.text.len()), what: words, weight: 1.0 }];
        Some(Certain { entries, basis: Basis::Exact, evidence })
    }

    fn by_pattern(&self, n: &Normalised) -> Option<Certain> {
        if self.any.as_ref().is_some_and(|any| !any.is_match(&n.text)) {
            return None;
        }
        let (mut entries, mut evidence) = (Vec::new(), Vec::new());
        for (entry, index, pattern) in &self.patterns {
            let Some(hit) = pattern.find(&n.text) else { continue };
            if !entries.contains(entry) {
                entries.push(*entry);
            }
            evidence.push(Evidence {
                span: n.original_span(hit.range()),
                what: format!("pattern {}", index + 1),
                weight: 1.0,
            });
        }
        (!entries.is_empty()).then_some(Certain { entries, basis: Basis::Pattern, evidence })
    }
}

fn together(patterns: &[(usize, usize, Regex)]) -> Option<RegexSet> {
    RegexSetBuilder::new(patterns.iter().map(|(_, _, pattern)| pattern.as_str()))
        .case_insensitive(true)
        .size_limit(TOGETHER_MEMORY_MAX)
        .dfa_size_limit(TOGETHER_MEMORY_MAX)
        .build()
        .ok()
}

fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(format!("it is longer than {PATTERN_BYTES_MAX} bytes"));
    }
    let compiled = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(PATTERN_MEMORY_MAX)
        .dfa_size_limit(PATTERN_MEMORY_MAX)
        .build()
        .map_err(|error| error.to_string())?;
    if compiled.is_match("") {
        return Err("it matches a message without words".to_owned());
    }
    Ok(compiled)
}
