//! What may be asked of a pool, and what comes of it. Data only; the rules are in
//! [`super::work`] (items) and [`super::presence`] (agents).

use super::agent::{Agent, Presence, Profile};
use super::item::Place;
use super::why::{Gone, Hindrance};
use crate::domain::handoff::{Handoff, HandoffReason, Token};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::routing::fairness::Waited;
use crate::domain::routing::pace::Served;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one conversation's place and of the agents it concerns, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Whose place.
    pub conversation: ConversationId,
    /// The place, if the pool knows one.
    pub place: Option<Place>,
    /// The holder and the agent who acts, as far as there are any.
    pub agents: BTreeMap<AgentId, Agent>,
}

/// What a conversation says of itself when it enters the pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The bucket it lives in.
    pub bucket: u16,
    /// The term of this stay.
    pub term: i64,
    /// Why and what it needs.
    pub handoff: Handoff,
    /// One sentence for the agent.
    pub headline: String,
    /// When this wait began.
    pub waiting_since: Timestamp,
    /// Milliseconds waited before, in this episode.
    pub waited_ms: i64,
    /// Of these, those of waits that are over: whoever waits anew began the present one after them.
    #[serde(default)]
    pub waited_before_ms: i64,
    /// Who is asked first.
    pub preferred: Option<AgentId>,
    /// Who must not get it.
    pub excluded: BTreeSet<AgentId>,
    /// From whom it came back: others are asked first.
    #[serde(default)]
    pub avoided: BTreeSet<AgentId>,
    /// Units of capacity it takes.
    pub cost: u32,
    /// Extra credit for work that came back.
    pub returned: bool,
    /// Promises broken to this customer: each moves the place forward.
    #[serde(default)]
    pub broken: u32,
    /// Whether something was promised to this customer that is still to be kept.
    #[serde(default)]
    pub promised: bool,
}

/// A command about one place.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkCommand {
    /// The conversation enters a queue. An older stay ends by this.
    Enqueue {
        /// What it says of itself.
        arrival: Box<Arrival>,
        /// When the message was made; too old ones are refused.
        issued_at: Timestamp,
    },
    /// The matcher offers it to an agent.
    Offer {
        /// To whom.
        agent: AgentId,
    },
    /// An agent takes it from the queue by hand, without an offer.
    Claim {
        /// Who.
        agent: AgentId,
        /// Who is before it in turn and could have been helped by them: kept for all to see.
        overtaken: Vec<ConversationId>,
    },
    /// A supervisor takes it, whoever has it.
    TakeOver {
        /// Their desk.
        agent: AgentId,
    },
    /// The agent takes it.
    Accept {
        /// Who.
        agent: AgentId,
        /// The token of the offer.
        token: Token,
    },
    /// The agent does not want it.
    Decline {
        /// Who.
        agent: AgentId,
        /// The token of the offer.
        token: Token,
    },
    /// The time to answer may be over.
    Expire,
    /// The offer is taken back: the agent turned away or is no longer there.
    Rescind {
        /// From whom.
        agent: AgentId,
    },
    /// The offer, not answered yet, gives way to somebody in danger.
    GiveWay {
        /// At whom.
        agent: AgentId,
    },
    /// The agent who owned it is lost or signed out.
    Lose {
        /// Who.
        agent: AgentId,
    },
    /// The conversation no longer needs anyone.
    Release {
        /// The term that ended.
        term: i64,
    },
    /// After a loss of data: the conversation has an owner whom the pool does not know of.
    Adopt {
        /// What the conversation says of itself.
        arrival: Box<Arrival>,
        /// Who owns it.
        agent: AgentId,
        /// Under which token.
        token: Token,
    },
    /// After a loss of data: the conversation waits again under a token that the pool has lost.
    Regain {
        /// The token the conversation has learned from the pool before.
        token: Token,
    },
    /// The memory of a gone place has served its time.
    Forget,
}

/// A command about one agent.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentCommand {
    /// Declares or registers them, or changes what they can do.
    SetProfile(Profile),
    /// A new session begins; an older one is fenced.
    SignIn {
        /// How long a heartbeat of this session lasts, in ms.
        lease_ms: i64,
    },
    /// They choose to be there, away, draining or gone.
    SetPresence {
        /// The session.
        incarnation: u64,
        /// What they choose.
        presence: Presence,
    },
    /// A sign of life.
    Heartbeat {
        /// The session.
        incarnation: u64,
    },
    /// They finish what they hold, take nothing new and are then removed.
    Leave,
    /// The lease ran out.
    LeaseEnded {
        /// How many leases ended with it.
        among: Vanished,
    },
    /// The grace time of a suspect agent may be over.
    GraceOver,
    /// A wrap-up may be over.
    WrapUpOver,
    /// They have finished writing up a conversation.
    EndWrapUp {
        /// The session.
        incarnation: u64,
        /// Which conversation.
        conversation: ConversationId,
    },
}

/// How many leases ended at the same moment, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vanished {
    /// Leases that ended.
    pub ended: usize,
    /// Leases there were.
    pub of: usize,
}

impl Vanished {
    /// Fewer leases than this say nothing about what is behind it.
    const LEAST: usize = 5;
    /// More than this share (in percent) does not go home in the same second.
    const SHARE: usize = 20;

    /// One agent alone.
    pub const ALONE: Vanished = Vanished { ended: 1, of: 1 };

    /// Whether so many vanished at once that the line is more likely broken than the agents gone.
    pub const fn is_outage(self) -> bool {
        self.of >= Self::LEAST && self.ended * 100 > self.of * Self::SHARE
    }
}

/// What comes of a command. Nothing has happened yet: it must be committed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PoolDecision {
    /// The new place, if it changed.
    pub place: Option<Option<Place>>,
    /// Agents that changed.
    pub agents: BTreeMap<AgentId, Agent>,
    /// What agents must learn, in order.
    pub inbox: Vec<(AgentId, InboxEvent)>,
    /// What the conversation must learn.
    pub message: Option<ToConversation>,
    /// How long a person had it, if one has given it up by this.
    pub served: Option<Served>,
    /// How long it waited, if its wait is over by this.
    pub waited: Option<Waited>,
}

/// What the pool tells a conversation; delivered through the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tell", rename_all = "snake_case")]
pub enum ToConversation {
    /// An agent has taken it.
    Bind {
        /// Under which token.
        token: Token,
        /// Who.
        agent: AgentId,
        /// The name customers see.
        name: String,
        /// Milliseconds waited in all.
        waited_ms: i64,
    },
    /// The agent is no longer there.
    Unbind {
        /// The token that replaces the agent's.
        token: Token,
        /// Who.
        agent: AgentId,
    },
}

/// What an agent's inbox says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum InboxEvent {
    /// Something is offered.
    Offered {
        /// Which conversation.
        conversation: ConversationId,
        /// The token to answer with.
        token: Token,
        /// Until when.
        until: Timestamp,
        /// Why a human is needed.
        reason: HandoffReason,
    },
    /// An offer ended without being taken.
    OfferEnded {
        /// Which conversation.
        conversation: ConversationId,
        /// The token of the offer.
        token: Token,
        /// How.
        how: OfferEnd,
    },
    /// A conversation is theirs.
    Assigned {
        /// Which conversation.
        conversation: ConversationId,
        /// The token to speak with.
        token: Token,
    },
    /// A conversation is no longer theirs.
    Unassigned {
        /// Which conversation.
        conversation: ConversationId,
        /// Why.
        why: UnassignReason,
    },
    /// Their presence changed.
    PresenceChanged {
        /// To what.
        presence: Presence,
    },
    /// A newer session has begun; this one is over for good.
    Superseded {
        /// The session that counts now.
        incarnation: u64,
    },
}

/// How an offer ended without being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    /// The agent declined.
    Declined,
    /// The time to answer ran out.
    Expired,
    /// It was taken back.
    Rescinded,
}

/// Why a conversation is no longer an agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnassignReason {
    /// It ended or no longer needs a human.
    Ended,
    /// It went back to a queue.
    Requeued,
    /// The agent was lost or signed out.
    Lost,
    /// A supervisor took it over.
    TakenOver,
}

/// Why a command was not followed. Nothing changes by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PoolRefusal {
    /// It has been done already; the caller may go on as after success.
    #[error("this has been done already")]
    Duplicate,
    /// A newer token counts.
    #[error("a newer token counts: ({}, {})", current.term, current.attempt)]
    Stale {
        /// The token that counts.
        current: Token,
    },
    /// The message is too old to be believed; send it afresh.
    #[error("the message is older than the delivery span; it must be sent afresh")]
    TooLate,
    /// The offer is not (or no longer) this agent's.
    #[error("the offer is gone: {why}")]
    OfferGone {
        /// What happened to it.
        why: Gone,
    },
    /// It is not the time yet.
    #[error("it is not due yet")]
    NotDue,
    /// The place is not in a state in which this can be done.
    #[error("the place is {}", state.replace('_', " "))]
    WrongState {
        /// In which it is, as a code.
        state: &'static str,
    },
    /// The agent may not be offered this now.
    #[error("the agent cannot take it: {why}")]
    NotEligible {
        /// Why not.
        why: Hindrance,
    },
    /// There is no such agent.
    #[error("there is no such agent")]
    NoSuchAgent,
    /// A newer session of this agent has begun.
    #[error("a newer session has begun")]
    Superseded,
    /// The agent is not signed in.
    #[error("the agent is not signed in")]
    NotSignedIn,
    /// The agent is being removed.
    #[error("the agent is being removed and takes nothing new")]
    Leaving,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_who_vanish_at_once_have_not_gone_home() {
        for (ended, of, outage) in [
            (1, 1, false),
            (4, 4, false),
            (1, 5, false),
            (2, 5, true),
            (20, 100, false),
            (21, 100, true),
        ] {
            assert_eq!(Vanished { ended, of }.is_outage(), outage, "{ended} of {of}");
        }
    }
}
