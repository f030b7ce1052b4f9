//! "Let me talk to somebody": the customer asks for a person. Words decide; what happened before
//! only makes a half-spoken wish clearer.

use super::signal::{Signal, SignalKind};
use super::tally::Tally;
use super::window::Window;
use super::{Detector, Detectors, Message};

/// What counts besides words. These add to words, they never ask for a person alone.
#[derive(Debug, Clone, PartialEq)]
pub struct HumanRequestSettings {
    /// Each time in a row the bot had no answer.
    pub miss: f32,
    /// Each answer that the customer refused.
    pub refused_answer: f32,
    /// People were in this conversation already.
    pub handoff: f32,
}

pub(super) struct HumanRequestDetector;

const KIND: SignalKind = SignalKind::HumanRequest;

impl Detector for HumanRequestDetector {
    fn kind(&self) -> SignalKind {
        KIND
    }

    fn detect(&self, detectors: &Detectors, message: &Message, window: &Window) -> Option<Signal> {
        let settings = &detectors.settings().human_request;
        let mut tally = Tally::of(&message.find(detectors, KIND));
        if tally.is_empty() {
            return None;
        }
        tally.add_each(KIND, "miss", settings.miss, window.misses);
        tally.add_each(KIND, "refused_answer", settings.refused_answer, window.refused_answers);
        tally.add_each(KIND, "handoff", settings.handoff, window.handoffs);
        tally.signal(KIND)
    }
}
