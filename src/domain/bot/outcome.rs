//! What kind of reply the bot gave.

use serde::{Deserialize, Serialize};

/// The outcomes of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The first words of a conversation.
    Greeting,
    /// A greeting, thanks and the like, answered in kind.
    Social,
    /// An answer from an entry.
    Answer,
    /// A question between a few entries.
    Clarify,
    /// A question for something an answer needs.
    AskSlot,
    /// Not understood.
    NotKnown,
    /// A person is sought.
    Handoff,
    /// A safety text, and a person is sought before all others.
    Emergency,
    /// The earlier words once more, on request.
    SayAgain,
}

impl Outcome {
    /// The name used in config, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Greeting => "greeting",
            Outcome::Social => "social",
            Outcome::Answer => "answer",
            Outcome::Clarify => "clarify",
            Outcome::AskSlot => "ask_slot",
            Outcome::NotKnown => "not_known",
            Outcome::Handoff => "handoff",
            Outcome::Emergency => "emergency",
            Outcome::SayAgain => "say_again",
        }
    }
}
