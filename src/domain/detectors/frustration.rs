//! The customer is angry or has lost patience. Most frustration carries no angry word: broken
//! promises, "still", refused answers and waiting say it, so what happened before counts as much
//! as what is said.

use super::manner::{self, MannerSettings};
use super::signal::{Signal, SignalKind};
use super::tally::Tally;
use super::window::Window;
use super::{Detector, Detectors, Message};
use crate::domain::language::{SocialAct, Span, angry_face};
use std::time::Duration;

/// What counts besides words. None of these fires alone; two or three together do.
#[derive(Debug, Clone, PartialEq)]
pub struct FrustrationSettings {
    /// Most of the message is in capitals.
    pub shouting: f32,
    /// A run of `!` or `?`.
    pub marks: f32,
    /// An angry face: 😡, 🤬 and the like, beside words.
    pub angry_face: f32,
    /// An angry face and no word.
    pub angry_face_alone: f32,
    /// Several messages in a row that nobody answered.
    pub burst: f32,
    /// Each time in a row the bot had no answer.
    pub miss: f32,
    /// Each answer that the customer refused.
    pub refused_answer: f32,
    /// Each time the customer denied that the matter is resolved.
    pub denied: f32,
    /// Each earlier handoff of this episode.
    pub handoff: f32,
    /// The customer has waited for our word longer than `waited_min`.
    pub waited: f32,
    /// See `waited`.
    pub waited_min: Duration,
    /// What shouting, runs and bursts are.
    pub manner: MannerSettings,
}

pub(super) struct FrustrationDetector;

const KIND: SignalKind = SignalKind::Frustration;

impl Detector for FrustrationDetector {
    fn kind(&self) -> SignalKind {
        KIND
    }

    fn detect(&self, detectors: &Detectors, message: &Message, window: &Window) -> Option<Signal> {
        let settings = &detectors.settings().frustration;
        let mut tally = Tally::of(&message.find(detectors, KIND));
        add_manner(&mut tally, settings, message, window);
        tally.add_each(KIND, "miss", settings.miss, window.misses);
        tally.add_each(KIND, "refused_answer", settings.refused_answer, window.refused_answers);
        tally.add_each(KIND, "denied", settings.denied, window.denied);
        tally.add_each(KIND, "handoff", settings.handoff, window.handoffs);
        let waited = window.waiting_since.map(|since| message.utterance.at.since(since));
        if waited.is_some_and(|waited| waited >= settings.waited_min) {
            tally.add_earlier(KIND, "waited", settings.waited);
        }
        tally.signal(KIND)
    }
}

fn add_manner(
    tally: &mut Tally,
    settings: &FrustrationSettings,
    message: &Message,
    window: &Window,
) {
    let text = message.utterance.text;
    if let Some(span) = manner::shouting(text, &settings.manner) {
        tally.add(KIND, "shouting", settings.shouting, span);
    }
    if let Some(span) = manner::run_of_marks(text, &settings.manner) {
        tally.add(KIND, "marks", settings.marks, span);
    }
    if let Some(face) = angry_face(text) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span { start: place(face.start), end: place(face.end) };
        let weight = match message.utterance.social {
            Some(SocialAct::Anger) => settings.angry_face_alone,
            Some(_) | None => settings.angry_face,
        };
        tally.add(KIND, "angry_face", weight, span);
    }
    if manner::is_burst(window, message.utterance.at, &settings.manner) {
        tally.add_earlier(KIND, "burst", settings.burst);
    }
}
