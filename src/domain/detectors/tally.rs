//! Adding up what one detector sees: each piece of evidence takes its share of what doubt is
//! left, so that many weak hints become a signal and no sum exceeds certainty.

use super::lexicon::Hits;
use super::signal::{Signal, SignalKind};
use super::together;
use crate::domain::language::{Evidence, Span};

/// Evidence gathered by one detector.
#[derive(Debug, Default)]
pub(super) struct Tally {
    strength: f32,
    evidence: Vec<Evidence>,
}

impl Tally {
    /// Begins with what a lexicon found.
    pub(super) fn of(hits: &Hits) -> Tally {
        Tally { strength: hits.strength(), evidence: hits.evidence() }
    }

    /// Adds a hint from around the words, if its weight says anything.
    pub(super) fn add(&mut self, kind: SignalKind, name: &str, weight: f32, span: Span) {
        if weight <= 0.0 {
            return;
        }
        self.strength = together(self.strength, weight);
        self.evidence.push(Evidence { span, what: format!("{}.{name}", kind.name()), weight });
    }

    /// Adds a hint from earlier turns: it has no place in this message.
    pub(super) fn add_earlier(&mut self, kind: SignalKind, name: &str, weight: f32) {
        self.add(kind, name, weight, Span { start: 0, end: 0 });
    }

    /// Adds the same hint so many times.
    pub(super) fn add_each(&mut self, kind: SignalKind, name: &str, weight: f32, times: u32) {
        let times = i32::try_from(times.min(TIMES_MAX)).unwrap_or_default();
        self.add_earlier(kind, name, 1.0 - (1.0 - weight).powi(times));
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.evidence.is_empty()
    }

    /// The finding; `None` if there is no evidence.
    pub(super) fn signal(mut self, kind: SignalKind) -> Option<Signal> {
        self.evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        (!self.evidence.is_empty()).then_some(Signal {
            kind,
            strength: self.strength,
            emergency: None,
            hazard: None,
            evidence: self.evidence,
        })
    }
}

/// More repetitions of one hint than this say nothing new.
const TIMES_MAX: u32 = 8;
