//! A human agent as the pool sees one: what they can do, whether they are there, what they hold.

use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, IdError, SkillId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an agent can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name customers see.
    pub name: String,
    /// Languages with level 1–5.
    pub languages: BTreeMap<Language, u8>,
    /// Skills with level 1–5.
    pub skills: BTreeMap<SkillId, u8>,
    /// Units of work they can hold at once.
    pub capacity: u32,
    /// Declared in the config, and so read-only to the API.
    pub declared: bool,
}

/// One human agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// What they can do.
    pub profile: Profile,
    /// What they chose to be.
    pub presence: Presence,
    /// Whether they are really there.
    pub lease: Lease,
    /// Rises with each sign-in; an older session is fenced by it.
    pub incarnation: u64,
    /// How long one heartbeat of this session lasts, in ms.
    pub lease_ms: i64,
    /// Offers, conversations and wrap-ups: what takes their capacity.
    pub held: BTreeMap<ConversationId, Held>,
    /// Since when they have had nothing new; the longest idle is asked first.
    pub idle_since: Timestamp,
    /// Offers in a row that they let lapse.
    pub unanswered: u32,
    /// No new offers before this (cool-down).
    pub paused_until: Timestamp,
    /// The newest record of their inbox.
    pub inbox_head: u64,
    /// They are removed as soon as they hold nothing.
    #[serde(default)]
    pub leaving: bool,
}

/// What an agent chose to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Presence {
    /// Takes offers.
    Available,
    /// Takes none for now.
    Away {
        /// Why; free text of the agent, or [`AWAY_UNANSWERED`].
        reason: String,
    },
    /// Finishes what they have and takes nothing new.
    Draining,
    /// Not signed in.
    Offline,
}

/// The reason of an [`Presence::Away`] that the pool itself set after unanswered offers.
pub const AWAY_UNANSWERED: &str = "unanswered_offers";

/// How the ids of supervisors' desks begin; no other agent's may.
pub const DESKS_OF_SUPERVISORS: [&str; 2] = ["supervisor-", "admin-"];

/// The id of somebody who is no supervisor.
pub fn ordinary_id(text: &str) -> Result<AgentId, IdError> {
    match DESKS_OF_SUPERVISORS.into_iter().find(|prefix| text.starts_with(prefix)) {
        Some(prefix) => Err(IdError::Reserved(prefix)),
        None => AgentId::parse(text),
    }
}

/// Whether an agent is really there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Lease {
    /// Heartbeats arrive.
    Live,
    /// The lease ran out; no new offers, what they hold is kept for the grace time.
    Suspect {
        /// So long what they hold is kept.
        until: Timestamp,
    },
    /// Gone; what they held goes back, one conversation at a time.
    Lost,
}

impl Agent {
    /// Until when an agent who is not heard of keeps what they hold.
    pub fn kept_until(&self, at: Timestamp) -> Timestamp {
        match self.lease {
            Lease::Suspect { until } => until,
            Lease::Live | Lease::Lost => at,
        }
    }
}

/// Something that takes an agent's capacity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The token it was offered under.
    pub token: Token,
    /// Units it takes, fixed at the offer.
    pub cost: u32,
    /// In which way it is held.
    pub how: Holding,
    /// Found to be theirs already when the pool had lost it: it may exceed the capacity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
}

impl Held {
    /// What is given to them here.
    pub fn given(token: Token, cost: u32, how: Holding) -> Held {
        Held { token, cost, how, adopted: false }
    }
}

/// In which way an agent holds something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Holding {
    /// Offered, not answered yet.
    Offer,
    /// Theirs.
    Owned,
    /// Ended; they write it up until then.
    WrapUp {
        /// Until when.
        until: Timestamp,
    },
}

impl Agent {
    /// An agent who has never signed in.
    pub fn new(id: AgentId, profile: Profile, at: Timestamp) -> Self {
        Agent {
            id,
            profile,
            presence: Presence::Offline,
            lease: Lease::Lost,
            incarnation: 0,
            lease_ms: 0,
            held: BTreeMap::new(),
            idle_since: at,
            unanswered: 0,
            paused_until: Timestamp::ZERO,
            inbox_head: 0,
            leaving: false,
        }
    }

    /// Units held: offers, conversations and wrap-ups.
    pub fn load(&self) -> u32 {
        self.held.values().map(|held| held.cost).sum()
    }

    /// Units that were given to them here. Never more than the capacity of the day they were given;
    /// what was found to be theirs already comes on top.
    pub fn given(&self) -> u32 {
        self.held.values().filter(|held| !held.adopted).map(|held| held.cost).sum()
    }

    /// Units still free.
    pub fn room(&self) -> u32 {
        self.profile.capacity.saturating_sub(self.load())
    }

    /// Whether an offer is waiting for their answer.
    pub fn has_live_offer(&self) -> bool {
        self.held.values().any(|held| held.how == Holding::Offer)
    }

    /// Whether they are there and take offers at all (room and cool-down aside).
    pub fn takes_offers(&self) -> bool {
        self.presence == Presence::Available && self.lease == Lease::Live
    }

    /// Whether they are signed in, in whatever presence.
    pub fn is_signed_in(&self) -> bool {
        self.presence != Presence::Offline && self.lease != Lease::Lost
    }

    /// Whether this is the desk of a supervisor, who watches and steps in.
    pub fn is_supervisors_desk(&self) -> bool {
        DESKS_OF_SUPERVISORS.iter().any(|prefix| self.id.as_str().starts_with(prefix))
    }

    /// Whether customers may count on them: a supervisor who only watches is not there for them.
    pub fn is_there(&self) -> bool {
        self.is_signed_in() && (!self.is_supervisors_desk() || self.takes_offers())
    }

    /// When the agent must be looked at again by themselves: the first wrap-up to end.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.held
            .values()
            .filter_map(|held| match held.how {
                Holding::WrapUp { until } => Some(until),
                Holding::Offer | Holding::Owned => None,
            })
            .min()
    }
}
