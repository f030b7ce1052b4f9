//! The customer says the same need again because the answer did not help, or says that they do: "I
//! already told you"; or the bot repeats itself, and that was no answer the first time. Asking
//! something new is no repetition, nor is sending a message twice before anybody answered.

use super::signal::{Signal, SignalKind};
use super::similarity::{Need, SimilaritySettings};
use super::tally::Tally;
use super::window::{Speaker, Turn, Window};
use super::{Detector, Detectors, Message};
use crate::domain::ids::EntryId;
use crate::domain::language::social;

/// How a need said again is recognised and weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct RepetitionSettings {
    /// Messages at least this similar say the same need, 0 to 1.
    pub similar_at: f32,
    /// How words are compared.
    pub similarity: SimilaritySettings,
    /// Each earlier message with the same need that got an answer.
    pub rephrased: f32,
    /// The bot had no answer to the earlier message.
    pub missed: f32,
    /// The bot gave the same answer twice to this need.
    pub same_answer: f32,
    /// The bot has just said word for word what it had said before, and the customer is not content.
    pub said_again: f32,
    /// The customer refused an answer; counts only with a need said again.
    pub refused_answer: f32,
}

pub(super) struct RepetitionDetector;

const KIND: SignalKind = SignalKind::Repetition;

impl Detector for RepetitionDetector {
    fn kind(&self) -> SignalKind {
        KIND
    }

    fn detect(&self, detectors: &Detectors, message: &Message, window: &Window) -> Option<Signal> {
        let settings = &detectors.settings().repetition;
        let mut tally = Tally::of(&message.find(detectors, KIND));
        let replies = replies_to_same_need(settings, message, window);
        if !replies.is_empty() {
            let times = u32::try_from(replies.len()).unwrap_or(u32::MAX);
            tally.add_each(KIND, "rephrased", settings.rephrased, times);
            if replies.iter().any(|reply| reply.missed) {
                tally.add_earlier(KIND, "missed", settings.missed);
            }
            if has_same_answer(&replies) {
                tally.add_earlier(KIND, "same_answer", settings.same_answer);
            }
            if window.refused_answers > 0 {
                tally.add_earlier(KIND, "refused_answer", settings.refused_answer);
            }
        }
        if has_just_said_again(window) && !social::affirm(message.utterance.normalised) {
            tally.add_earlier(KIND, "said_again", settings.said_again);
        }
        tally.signal(KIND)
    }
}

fn has_just_said_again(window: &Window) -> bool {
    let ours = window.turns.iter().rev().find(|turn| turn.by != Speaker::Customer);
    ours.is_some_and(|turn| turn.by == Speaker::Bot && turn.again)
}

/// Our first reply to each earlier message that said the same need.
fn replies_to_same_need<'a>(
    settings: &RepetitionSettings,
    message: &Message,
    window: &'a Window,
) -> Vec<&'a Turn> {
    let reply = |at: usize| window.turns.get(at + 1).filter(|turn| turn.by != Speaker::Customer);
    // Whether we replied is seen at a glance; messages are read only if we did.
    let replied = window.customer_turns().filter_map(|(at, turn)| Some((turn, reply(at)?)));
    let mut replied = replied.peekable();
    if replied.peek().is_none() {
        return Vec::new();
    }
    let words = &settings.similarity;
    let need = Need::of(message.utterance.normalised.words(), words);
    if !need.is_enough(words) {
        return Vec::new();
    }
    let says_same = |turn: &Turn| {
        let earlier = Need::of(turn.words.split(' '), words);
        earlier.is_enough(words) && need.similarity(&earlier) >= settings.similar_at
    };
    replied.filter(|(turn, _)| says_same(turn)).map(|(_, reply)| reply).collect()
}

fn has_same_answer(replies: &[&Turn]) -> bool {
    let answers: Vec<&EntryId> = replies.iter().filter_map(|turn| turn.answer.as_ref()).collect();
    answers.iter().enumerate().any(|(at, answer)| answers[..at].contains(answer))
}
