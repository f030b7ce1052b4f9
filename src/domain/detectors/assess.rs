//! From findings to a decision: levels that rise with evidence and fall with every calm turn, and
//! the one reason that calls for people.

use super::refusal::Refusal;
use super::signal::{EmergencyKind, Signal, SignalKind, Withdrawal};
use super::window::{Levels, Window};
use super::{ALL, Detectors, together};
use crate::domain::language::{Evidence, Normalised, SocialAct, Variety};
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A customer's message with what is known of it before the detectors read it.
#[derive(Debug, Clone, Copy)]
pub struct Utterance<'a> {
    /// As written.
    pub text: &'a str,
    /// In comparable form.
    pub normalised: &'a Normalised,
    /// What it is written in.
    pub variety: Variety,
    /// Whether all of it is a greeting, thanks and the like.
    pub social: Option<SocialAct>,
    /// When it was said.
    pub at: Timestamp,
}

/// What the detectors make of one message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Assessment {
    /// All findings, the most urgent kind first.
    pub signals: Vec<Signal>,
    /// How high each signal stands now; the conversation keeps it for the next message.
    pub levels: Levels,
    /// Why the conversation should go to people, if it should.
    pub fired: Option<Fired>,
    /// Whether it takes back the wish for a person: it counts where one is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<Withdrawal>,
    /// What it says that the customer does not want.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
}

/// The reason for which a conversation should go to people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fired {
    /// The most urgent signal over its threshold.
    pub reason: SignalKind,
    /// For an emergency: what is in danger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyKind>,
    /// How high the signal stands.
    pub level: f32,
    /// What it was read from in this message and around it.
    pub evidence: Vec<Evidence>,
}

/// Reads one message in its conversation.
///
/// A level is what is left of the earlier one, joined with what this message shows. Only a kind
/// that this message itself shows can fire: a customer who has calmed down is left in peace.
pub fn assess(detectors: &Detectors, utterance: &Utterance, window: &Window) -> Assessment {
    let (signals, withdrawal, refusals) = read(detectors, utterance, window);
    let mut levels = Levels::default();
    for kind in SignalKind::ALL {
        let left = window.levels.get(kind) * detectors.settings().trigger(kind).decay;
        levels.set(kind, together(left, strength(&signals, kind)));
    }
    let fired =
        signals.iter().find(|signal| detectors.fires(signal, &levels)).map(|signal| Fired {
            reason: signal.kind,
            emergency: signal.emergency,
            level: levels.get(signal.kind),
            evidence: signal.evidence.clone(),
        });
    Assessment { signals, levels, fired, withdrawal, refusals }
}

fn read(
    detectors: &Detectors,
    utterance: &Utterance,
    window: &Window,
) -> (Vec<Signal>, Option<Withdrawal>, Vec<Refusal>) {
    if utterance.social.is_some_and(|act| act != SocialAct::Anger) {
        return (Vec::new(), None, Vec::new());
    }
    let message = detectors.read(utterance);
    let withdrawal = detectors.withdrawal(&message);
    let found = ALL.iter().filter_map(|detector| detector.detect(detectors, &message, window));
    (found.collect(), withdrawal, detectors.refusals(&message))
}

fn strength(signals: &[Signal], kind: SignalKind) -> f32 {
    signals.iter().find(|signal| signal.kind == kind).map_or(0.0, |signal| signal.strength)
}
