//! The customer insults or threatens. Swearing at a thing is anger, not abuse; what is aimed at
//! whoever answers is. A person decides what to do: the bot never scolds.

use super::signal::{Signal, SignalKind};
use super::tally::Tally;
use super::window::Window;
use super::{Detector, Detectors, Message};

/// What counts besides words.
#[derive(Debug, Clone, PartialEq)]
pub struct AbuseSettings {
    /// The message before this one was abusive too; counts only with words.
    pub repeated: f32,
    /// The level from which on an earlier message counts as abusive.
    pub repeated_from: f32,
}

pub(super) struct AbuseDetector;

const KIND: SignalKind = SignalKind::Abuse;

impl Detector for AbuseDetector {
    fn kind(&self) -> SignalKind {
        KIND
    }

    fn detect(&self, detectors: &Detectors, message: &Message, window: &Window) -> Option<Signal> {
        let settings = &detectors.settings().abuse;
        let mut tally = Tally::of(&message.find(detectors, KIND));
        if !tally.is_empty() && window.levels.get(KIND) >= settings.repeated_from {
            tally.add_earlier(KIND, "repeated", settings.repeated);
        }
        tally.signal(KIND)
    }
}
