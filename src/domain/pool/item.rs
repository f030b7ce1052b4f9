//! A conversation's place in a pool: waiting, offered, assigned; or the memory that it is gone.

use crate::domain::handoff::{Handoff, Priority, Token};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One conversation's place in the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Whose place it is.
    pub conversation: ConversationId,
    /// The bucket the conversation lives in, to reach it again.
    pub bucket: u16,
    /// The newest token the pool knows or has issued.
    pub token: Token,
    /// Where it stands.
    pub state: ItemState,
    /// Why it is here and what it needs.
    pub handoff: Handoff,
    /// One sentence for the agent: need, what was tried, mood.
    pub headline: String,
    /// When the present wait began.
    pub waiting_since: Timestamp,
    /// Milliseconds waited before that, in earlier waits of the same episode.
    pub waited_ms: i64,
    /// Of these, those of waits that are over: reported already, and not part of the present one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waited_before_ms: i64,
    /// How much earlier than its arrival it is treated, in ms; bounded by the rules.
    pub credit_ms: i64,
    /// Who declined or let it lapse, and until when they are not offered it again.
    pub paused: BTreeMap<AgentId, Timestamp>,
    /// Who must not get it (denied twice, passed it on).
    pub excluded: BTreeSet<AgentId>,
    /// In an emergency: when whoever declined may be asked again, if nobody else is left. Not their
    /// pause, which would let somebody in danger wait for it; not at once, so that a program which
    /// declines by itself is not asked without end.
    #[serde(default)]
    pub asked_again_from: Option<Timestamp>,
    /// Who is asked first, and until when others are held back.
    pub preferred: Option<Preferred>,
    /// Units of capacity it takes.
    pub cost: u32,
    /// How often an offer of it ended without being taken.
    pub untaken: u32,
    /// How often in this stay an offer of it gave way to somebody in danger.
    #[serde(default)]
    pub gave_way: u32,
    /// Set while it is owned by whoever took it by hand: who was before it in turn and could have
    /// been helped by them.
    #[serde(default)]
    pub claimed_over: Option<Vec<ConversationId>>,
    /// Whether whoever owns it took it over as a supervisor.
    #[serde(default)]
    pub taken_over: bool,
    /// Promises broken to this customer.
    #[serde(default)]
    pub broken: u32,
    /// Whether something was promised to this customer that is still to be kept.
    #[serde(default)]
    pub promised: bool,
    /// The seat that is taken for it while it is offered or owned.
    #[serde(default)]
    pub seat: Option<Seat>,
}

impl Item {
    /// Work that waits since then under a new term, with nothing behind it yet.
    pub fn new(
        conversation: ConversationId,
        bucket: u16,
        term: i64,
        handoff: Handoff,
        waiting_since: Timestamp,
    ) -> Item {
        Item {
            conversation,
            bucket,
            token: Token { term, attempt: 0 },
            state: ItemState::Waiting,
            handoff,
            headline: String::new(),
            waiting_since,
            waited_ms: 0,
            waited_before_ms: 0,
            credit_ms: 0,
            paused: BTreeMap::new(),
            excluded: BTreeSet::new(),
            asked_again_from: None,
            preferred: None,
            cost: 1,
            untaken: 0,
            gave_way: 0,
            claimed_over: None,
            taken_over: false,
            broken: 0,
            promised: false,
            seat: None,
        }
    }
}

/// Whether a count is not worth writing down.
pub(in crate::domain) fn is_zero(count: &i64) -> bool {
    *count == 0
}

/// Since when an agent's seat is taken for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Since the offer.
    pub since: Timestamp,
    /// When the agent took it; `None` while they think about it.
    pub taken: Option<Timestamp>,
}

/// An agent who is asked first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferred {
    /// Who.
    pub agent: AgentId,
    /// Others wait until then.
    pub until: Timestamp,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum ItemState {
    /// In its queue.
    Waiting,
    /// Offered to one agent, who has until `until` to answer.
    Offered {
        /// To whom.
        agent: AgentId,
        /// Until when.
        until: Timestamp,
    },
    /// Taken by one agent.
    Assigned {
        /// By whom.
        agent: AgentId,
    },
}

/// What the pool knows under a conversation's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "place", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // Nearly every place is `Here`; a box would only cost.
pub enum Place {
    /// It is here.
    Here(Item),
    /// It is gone; kept for a while so that late messages about it are recognised as late.
    Gone {
        /// The newest token that was seen.
        token: Token,
        /// Since when.
        since: Timestamp,
    },
}

/// How long a [`Place::Gone`] is kept. Messages older than [`DELIVERY_SPAN`] are refused, so this
/// outlives all that could still arrive.
pub const GONE_SPAN: Duration = Duration::from_secs(60 * 60);
/// A message between conversation and pool that is older than this is refused and sent afresh.
pub const DELIVERY_SPAN: Duration = Duration::from_secs(10 * 60);

impl Place {
    /// The newest token the pool has seen or issued.
    pub fn token(&self) -> Token {
        match self {
            Place::Here(item) => item.token,
            Place::Gone { token, .. } => *token,
        }
    }

    /// When it must be looked at again by itself.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match self {
            Place::Here(item) => match &item.state {
                ItemState::Waiting | ItemState::Assigned { .. } => None,
                ItemState::Offered { until, .. } => Some(*until),
            },
            Place::Gone { since, .. } => Some(*since + GONE_SPAN),
        }
    }
}

impl Item {
    /// Since when the customer waits, told as one span: earlier waits of the same matter count, the
    /// time with an agent between them does not. The one clock that everybody is shown.
    pub fn waits_since(&self) -> Timestamp {
        Timestamp::from_millis(self.waiting_since.as_millis() - self.waited_ms)
    }

    /// Its place as a point in time: earlier goes first. Never changes while it waits, because
    /// everyone's wait grows at the same pace.
    pub fn virtual_time(&self) -> i64 {
        self.waits_since().as_millis() - self.credit_ms
    }

    /// 0 for emergencies, 1 for the rest: the smaller goes first whatever the virtual time.
    pub fn band(&self) -> u8 {
        match self.handoff.priority {
            Priority::Emergency => 0,
            Priority::Low | Priority::Normal | Priority::High => 1,
        }
    }

    /// Whether an offer of it, without an answer, may give way to somebody in danger: never an
    /// emergency, and nobody for ever.
    pub fn may_give_way(&self, emergency_run_max: u32) -> bool {
        self.band() > 0 && self.gave_way < emergency_run_max.max(1)
    }

    /// The newest token under which nobody can take it any more. While it is offered that is the
    /// one before the offer's: whoever takes the offer must find the conversation behind it.
    pub fn spent_token(&self) -> Token {
        match &self.state {
            ItemState::Waiting | ItemState::Assigned { .. } => self.token,
            ItemState::Offered { .. } => Token { attempt: self.token.attempt - 1, ..self.token },
        }
    }

    /// The agent who holds it: by an offer or by assignment.
    pub fn holder(&self) -> Option<&AgentId> {
        match &self.state {
            ItemState::Offered { agent, .. } | ItemState::Assigned { agent } => Some(agent),
            ItemState::Waiting => None,
        }
    }
}
