//! Places in a customer's own words: what the matcher and the detectors point at when they say
//! why. Separate, because both need it and neither may know the other.

use serde::{Deserialize, Serialize};

/// A stretch of the original utterance in bytes. Both ends lie between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends; the byte here no longer belongs to it.
    pub end: u32,
}

impl Span {
    /// The words it stands for; empty if the span is not one of this text.
    pub fn of(self, original: &str) -> &str {
        original.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The least span that holds both.
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One reason for a finding: where it stands, what was seen there and how much it weighed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The place in the original utterance.
    pub span: Span,
    /// The id of the rule or the word (part) that counted.
    pub what: String,
    /// Its share of the decision; only to be compared within one finding.
    pub weight: f32,
}
