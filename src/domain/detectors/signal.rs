//! What a detector finds: its kind, how strong it is, and what it was read from.

use crate::domain::language::Evidence;
use serde::{Deserialize, Serialize};

/// What may be wrong between the customer and the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// The customer asks for a person.
    HumanRequest,
    /// The customer is angry or has lost patience.
    Frustration,
    /// The customer is lost.
    Confusion,
    /// The customer says the same need again because the answer did not help.
    Repetition,
    /// Somebody or something is in danger now.
    Emergency,
    /// The customer insults or threatens.
    Abuse,
}

impl SignalKind {
    /// All kinds.
    pub const ALL: [SignalKind; 6] = [
        SignalKind::HumanRequest,
        SignalKind::Frustration,
        SignalKind::Confusion,
        SignalKind::Repetition,
        SignalKind::Emergency,
        SignalKind::Abuse,
    ];

    /// The name used in config, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            SignalKind::HumanRequest => "human_request",
            SignalKind::Frustration => "frustration",
            SignalKind::Confusion => "confusion",
            SignalKind::Repetition => "repetition",
            SignalKind::Emergency => "emergency",
            SignalKind::Abuse => "abuse",
        }
    }

    /// The place of this kind in [`SignalKind::ALL`].
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// What is in danger; each kind has its own text, contacts and queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmergencyKind {
    /// Life or health.
    Life,
    /// Money that is being lost now.
    Money,
    /// Property that is being damaged or is lost now.
    Property,
}

impl EmergencyKind {
    /// All kinds, the gravest first.
    pub const ALL: [EmergencyKind; 3] =
        [EmergencyKind::Life, EmergencyKind::Money, EmergencyKind::Property];

    /// The name used in config, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            EmergencyKind::Life => "life",
            EmergencyKind::Money => "money",
            EmergencyKind::Property => "property",
        }
    }
}

/// A danger to life that has steps of its own; every other has the general ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hazard {
    /// Somebody speaks of harming themselves.
    SelfHarm,
    /// Something was swallowed that must not be.
    Swallowed,
    /// Gas escapes, or what a fire gives off.
    Gas,
    /// Something burns.
    Fire,
}

impl Hazard {
    /// All of them; of several in one message the first gives the steps.
    pub const ALL: [Hazard; 4] = [Hazard::SelfHarm, Hazard::Swallowed, Hazard::Gas, Hazard::Fire];

    /// The name used in config.
    pub const fn name(self) -> &'static str {
        match self {
            Hazard::SelfHarm => "self_harm",
            Hazard::Swallowed => "swallowed",
            Hazard::Gas => "gas",
            Hazard::Fire => "fire",
        }
    }
}

/// Whether words take back the wish for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// Beyond doubt.
    Clear,
    /// Perhaps: they could mean something else.
    Perhaps,
}

/// One detector's finding in one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What was found.
    pub kind: SignalKind,
    /// How sure, 0 to 1.
    pub strength: f32,
    /// For an emergency: what is in danger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyKind>,
    /// For a danger to life with steps of its own: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazard: Option<Hazard>,
    /// What it was read from, the strongest first: spans of the original utterance with the id of
    /// the rule; evidence from earlier turns has an empty span.
    pub evidence: Vec<Evidence>,
}
