//! What the customer says that they do not want: "I don't want to cancel my order" resembles the question
//! how to cancel it, for the matcher knows no "not". So what is refused is read by itself. If the topic
//! that was found stands in it, the rest of the message decides; and if that says nothing, the customer
//! is asked what they want instead.
//!
//! What would not be found without the refusal is no victim of it: "I don't want this order any more" asks
//! to cancel, and "this order any more" does not.

use super::entry::FaqEntry;
use super::matcher::{Basis, Match, Matcher, Verdict};
use crate::domain::detectors::Refusal;
use crate::domain::ids::EntryId;
use crate::domain::language::{Normalised, Variety, normalise};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is refused says a topic from this score on: "return the shoes" may ask for a return or for how
/// long one may.
const WITHIN_SCORE_MIN: f32 = 0.3;

/// What was found in a message once it is known what it refuses.
#[derive(Debug, Clone)]
pub struct Heard {
    /// What it asks for.
    pub matched: Match,
    /// What it refuses, if it asks for nothing else.
    pub refused: Option<EntryId>,
    /// The message with blanks for what it refuses, if the rest decided.
    pub rest: Option<String>,
}

/// Hears what was `found` in the light of what the message refuses.
pub fn heard(
    entries: &BTreeMap<EntryId, FaqEntry>,
    matcher: &Matcher,
    (text, n, variety): (&str, &Normalised, Variety),
    found: Match,
    refusals: &[Refusal],
) -> Heard {
    let topics = match (&found.verdict, found.basis) {
        // Who wrote the example knew what it says.
        (_, Basis::Exact) | (Verdict::Unknown, _) => &[],
        (Verdict::Sure(topic), _) => std::slice::from_ref(topic),
        (Verdict::Unsure(topics), _) => topics.as_slice(),
    };
    // What people look after they are told, in whatever words.
    let people_answer = |id: &EntryId| entries.get(id).is_some_and(|entry| entry.human_first);
    let read = |text: &str| matcher.find(&normalise(text), variety);
    let within = |refusal: &Refusal| {
        let span = bytes(n, &refusal.refused).and_then(|range| text.get(range)).unwrap_or_default();
        let inner = read(span);
        let is_known = inner.verdict != Verdict::Unknown;
        let said = inner.candidates.into_iter();
        said.filter(move |one| is_known && one.score >= WITHIN_SCORE_MIN).map(|one| one.entry)
    };
    let is_victim = |topic: &EntryId| topics.contains(topic) && !people_answer(topic);
    let open = if topics.is_empty() { &[] } else { refusals };
    let Some(topic) = open.iter().flat_map(within).find(is_victim) else {
        return Heard { matched: found, refused: None, rest: None };
    };
    // Blanks keep every other word where it stands, so that evidence points at it.
    let mut left = text.to_owned();
    for range in refusals.iter().filter_map(|refusal| bytes(n, &refusal.words)) {
        left.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    let mut rest = read(&left);
    match &mut rest.verdict {
        Verdict::Sure(_) => return Heard { matched: rest, refused: None, rest: Some(left) },
        Verdict::Unsure(topics) => topics.retain(|one| *one != topic),
        Verdict::Unknown => {}
    }
    match &rest.verdict {
        Verdict::Unsure(topics) if !topics.is_empty() => {
            Heard { matched: rest, refused: None, rest: Some(left) }
        }
        Verdict::Sure(_) | Verdict::Unsure(_) | Verdict::Unknown => {
            let matched = Match { verdict: Verdict::Unknown, ..found };
            Heard { matched, refused: Some(topic), rest: None }
        }
    }
}

/// Where these words stand in the message as written.
fn bytes(n: &Normalised, words: &Range<usize>) -> Option<Range<usize>> {
    let (first, last) = (n.tokens.get(words.start)?, n.tokens.get(words.end.checked_sub(1)?)?);
    let span = n.original_span(first.range.start..last.range.end);
    Some(span.start as usize..span.end as usize)
}

#[cfg(test)]
mod tests;
