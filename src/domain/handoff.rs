//! What travels with a conversation from the bot to the people: why, what it needs, and the
//! two-part token that says whose word counts.

use super::detectors::EmergencyKind;
use super::ids::{ChannelId, EntryId, QueueId, SkillId};
use super::language::Language;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The ownership token `(term, attempt)`, ordered lexicographically.
///
/// `term` is issued only by the conversation, each time it enters a queue; `attempt` only by the
/// pool, on each offer and each forced requeue. Both contain the time, so that a store that lost
/// its tail cannot issue a used token again.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Token {
    /// Which stay in a queue this is; 0 = never queued.
    pub term: i64,
    /// Which attempt to find an agent within that stay.
    pub attempt: i64,
}

impl Token {
    /// The token of the next stay in a queue.
    pub fn next_term(self, at: Timestamp) -> Token {
        Token { term: (self.term + 1).max(at.as_millis()), attempt: 0 }
    }

    /// The token of the next attempt within this stay.
    pub fn next_attempt(self, at: Timestamp) -> Token {
        Token { attempt: (self.attempt + 1).max(at.as_millis() - self.term), ..self }
    }
}

/// Why a conversation was handed to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoffReason {
    /// The customer asked for a person.
    HumanRequest,
    /// The customer is angry or has lost patience.
    Frustration,
    /// The customer is lost.
    Confusion,
    /// The bot did not understand twice.
    NotUnderstood,
    /// The customer says the same thing again because the answer did not help.
    Repetition,
    /// The customer insults; a person decides what to do.
    Abuse,
    /// Danger to life or health.
    EmergencyLife,
    /// Money is being lost now.
    EmergencyMoney,
    /// Property is being damaged now.
    EmergencyProperty,
    /// The customer denied twice that the matter is resolved.
    DeniedTwice,
    /// The topic is answered by people only.
    HumanFirst,
    /// The customer came back to a matter that had ended.
    Reopened,
    /// The bot could not do its work.
    BotFailed,
}

impl HandoffReason {
    /// All of them, in the order of the routing file.
    pub const ALL: [HandoffReason; 13] = [
        HandoffReason::HumanRequest,
        HandoffReason::Frustration,
        HandoffReason::Confusion,
        HandoffReason::NotUnderstood,
        HandoffReason::Repetition,
        HandoffReason::Abuse,
        HandoffReason::EmergencyLife,
        HandoffReason::EmergencyMoney,
        HandoffReason::EmergencyProperty,
        HandoffReason::DeniedTwice,
        HandoffReason::HumanFirst,
        HandoffReason::Reopened,
        HandoffReason::BotFailed,
    ];

    /// The name used in config, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            HandoffReason::HumanRequest => "human_request",
            HandoffReason::Frustration => "frustration",
            HandoffReason::Confusion => "confusion",
            HandoffReason::NotUnderstood => "not_understood",
            HandoffReason::Repetition => "repetition",
            HandoffReason::Abuse => "abuse",
            HandoffReason::EmergencyLife => "emergency_life",
            HandoffReason::EmergencyMoney => "emergency_money",
            HandoffReason::EmergencyProperty => "emergency_property",
            HandoffReason::DeniedTwice => "denied_twice",
            HandoffReason::HumanFirst => "human_first",
            HandoffReason::Reopened => "reopened",
            HandoffReason::BotFailed => "bot_failed",
        }
    }

    /// Whether this is one of the emergencies.
    pub const fn is_emergency(self) -> bool {
        self.emergency().is_some()
    }

    /// What is in danger, if this is an emergency.
    pub const fn emergency(self) -> Option<EmergencyKind> {
        match self {
            HandoffReason::EmergencyLife => Some(EmergencyKind::Life),
            HandoffReason::EmergencyMoney => Some(EmergencyKind::Money),
            HandoffReason::EmergencyProperty => Some(EmergencyKind::Property),
            HandoffReason::HumanRequest
            | HandoffReason::Frustration
            | HandoffReason::Confusion
            | HandoffReason::NotUnderstood
            | HandoffReason::Repetition
            | HandoffReason::Abuse
            | HandoffReason::DeniedTwice
            | HandoffReason::HumanFirst
            | HandoffReason::Reopened
            | HandoffReason::BotFailed => None,
        }
    }
}

/// How urgent waiting work is. Emergency is a band of its own; the others differ by credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// No credit.
    Low,
    /// The usual.
    Normal,
    /// Treated as if it had come a while earlier.
    High,
    /// Before everything that is not an emergency.
    Emergency,
}

/// What an agent must offer to be eligible.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Requirements {
    /// The queue it waits in.
    pub queue: QueueId,
    /// The language of the customer, which the agent must speak (level ≥ 1).
    pub language: Language,
    /// The one they agreed to be helped in as well: an agent of either may serve, of their own first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also: Option<Language>,
    /// Required skills with the least level (1–5).
    pub skills: BTreeMap<SkillId, u8>,
}

impl Requirements {
    /// The languages of which an agent must speak one, the customer's own first.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        [self.language].into_iter().chain(self.also)
    }

    /// The same need in these languages.
    #[must_use]
    pub fn in_languages(self, languages: Languages) -> Requirements {
        Requirements { language: languages.own, also: languages.beside(), ..self }
    }
}

/// The languages in which a customer can be helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Languages {
    /// Their own.
    pub own: Language,
    /// Another one, if they agreed to it. It is added to their own and never takes its place.
    pub also: Option<Language>,
}

impl Languages {
    /// The one beside their own, if it is another.
    pub fn beside(&self) -> Option<Language> {
        self.also.filter(|other| *other != self.own)
    }
}

impl From<Language> for Languages {
    fn from(own: Language) -> Languages {
        Languages { own, also: None }
    }
}

/// What the pool is told about a conversation that wants an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
    /// Why.
    pub reason: HandoffReason,
    /// How urgent.
    pub priority: Priority,
    /// What it needs.
    pub needs: Requirements,
    /// The topic it was about, where one was found.
    pub entry: Option<EntryId>,
    /// When the human was asked for.
    pub requested_at: Timestamp,
    /// Who asks, as far as it matters to whether all are served alike.
    #[serde(default)]
    pub origin: Origin,
}

/// Where a customer comes from. Routing does not look at it: it is there to see, afterwards, whether
/// everybody was served alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The way they came, if their client said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Whether the host site has said who they are.
    #[serde(default)]
    pub known: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_only_grows_even_when_the_clock_goes_back() {
        let at = Timestamp::from_millis;
        let first = Token::default().next_term(at(1_000));
        let offered = first.next_attempt(at(1_500));
        assert_eq!(offered, Token { term: 1_000, attempt: 500 });
        assert!(offered.next_attempt(at(200)) > offered);
        assert!(offered.next_term(at(10)) > offered);
    }
}
