//! What the conversation remembers for the detectors: the last turns, a few counts, and how high
//! each signal stood. The conversation keeps it and hands it in; nothing here is computed.

use super::signal::SignalKind;
use crate::domain::ids::EntryId;
use crate::domain::language::normalise;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much of what a customer says is kept, in characters: enough to see a need said again, little
/// enough that a conversation stays small in the store.
const TURN_CHARS_MAX: usize = 300;

/// Who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// The bot.
    Bot,
    /// A human agent.
    Agent,
}

/// One earlier turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who spoke.
    pub by: Speaker,
    /// What the customer said in its first `TURN_CHARS_MAX` characters, as messages are compared:
    /// its normalised words. Nothing of what we said, which is compared with nothing.
    #[serde(default)]
    pub words: String,
    /// When.
    pub at: Timestamp,
    /// The entry a bot's turn answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<EntryId>,
    /// The bot had no answer here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
    /// The bot said here word for word what it had said before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

impl Turn {
    /// Somebody said this.
    pub fn of(by: Speaker, text: &str, at: Timestamp) -> Turn {
        let words = match by {
            Speaker::Customer => normalise(cut(text)).joined(),
            Speaker::Bot | Speaker::Agent => String::new(),
        };
        Turn { by, words, at, answer: None, missed: false, again: false }
    }
}

/// As much of a text as is kept.
pub fn cut(text: &str) -> &str {
    text.char_indices().nth(TURN_CHARS_MAX).map_or(text, |(end, _)| &text[..end])
}

/// What happened before the message that is being assessed. The message itself is not in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Window {
    /// The last turns, the newest last.
    pub turns: Vec<Turn>,
    /// How often in a row the bot had no answer.
    pub misses: u32,
    /// How often the customer said that an answer was not it, in this episode.
    pub refused_answers: u32,
    /// How often the customer denied that the matter is resolved, in this episode.
    pub denied: u32,
    /// How often this episode was handed to people already.
    pub handoffs: u32,
    /// Since when the customer waits for a word from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// How high each signal stood after the last message.
    #[serde(default)]
    pub levels: Levels,
}

impl Window {
    /// Adds a turn and forgets the oldest beyond `turns_max`.
    pub fn push(&mut self, turn: Turn, turns_max: usize) {
        self.turns.push(turn);
        let too_many = self.turns.len().saturating_sub(turns_max);
        self.turns.drain(..too_many);
    }

    /// The customer's earlier turns, the newest first, each with its place in `turns`.
    pub(super) fn customer_turns(&self) -> impl Iterator<Item = (usize, &Turn)> {
        self.turns.iter().enumerate().rev().filter(|(_, turn)| turn.by == Speaker::Customer)
    }
}

/// How high each signal stands, 0 to 1; a kind not named stands at 0.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Levels(BTreeMap<SignalKind, f32>);

/// Below this a level is forgotten, so that a calm conversation carries no numbers.
const LEVEL_MIN: f32 = 0.01;

impl Levels {
    /// The level of one kind.
    pub fn get(&self, kind: SignalKind) -> f32 {
        self.0.get(&kind).copied().unwrap_or(0.0)
    }

    /// Sets the level of one kind.
    pub fn set(&mut self, kind: SignalKind, level: f32) {
        if level < LEVEL_MIN {
            self.0.remove(&kind);
        } else {
            self.0.insert(kind, level.min(1.0));
        }
    }

    /// Whether none is above zero.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The levels above zero.
    pub fn iter(&self) -> impl Iterator<Item = (SignalKind, f32)> {
        self.0.iter().map(|(kind, level)| (*kind, *level))
    }
}
