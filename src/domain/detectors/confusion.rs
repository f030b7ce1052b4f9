//! The customer is lost: does not follow the answer, does not know what is asked for, or does not
//! know how to go on.

use super::signal::{Signal, SignalKind};
use super::tally::Tally;
use super::window::Window;
use super::{Detector, Detectors, Message};

/// What counts besides words. These add to words, they are not confusion by themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfusionSettings {
    /// Each time in a row the bot had no answer.
    pub miss: f32,
    /// Each answer that the customer refused.
    pub refused_answer: f32,
}

pub(super) struct ConfusionDetector;

const KIND: SignalKind = SignalKind::Confusion;

impl Detector for ConfusionDetector {
    fn kind(&self) -> SignalKind {
        KIND
    }

    fn detect(&self, detectors: &Detectors, message: &Message, window: &Window) -> Option<Signal> {
        let settings = &detectors.settings().confusion;
        let mut tally = Tally::of(&message.find(detectors, KIND));
        if tally.is_empty() {
            return None;
        }
        tally.add_each(KIND, "miss", settings.miss, window.misses);
        tally.add_each(KIND, "refused_answer", settings.refused_answer, window.refused_answers);
        tally.signal(KIND)
    }
}
