//! What stored things are called: slots, entities, ordered sets, logs.

use crate::domain::ids::PoolId;
use std::fmt;

/// A group of state that one transaction may touch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Conversations are hashed into buckets; their number is fixed per deployment.
    Bucket(u16),
    /// One capacity domain: its agents, queue items and offers.
    Pool(PoolId),
    /// What belongs to the deployment as a whole.
    System,
}

impl Slot {
    /// The slot of a name as it is printed; `None` if it is not one.
    pub fn parse(name: &str) -> Option<Slot> {
        if name == "sys" {
            return Some(Slot::System);
        }
        if let Some(pool) = name.strip_prefix("p:") {
            return PoolId::parse(pool).ok().map(Slot::Pool);
        }
        name.strip_prefix('b')?.parse().ok().map(Slot::Bucket)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Slot::Bucket(number) => write!(out, "b{number:04}"),
            Slot::Pool(pool) => write!(out, "p:{pool}"),
            Slot::System => write!(out, "sys"),
        }
    }
}

/// What sort of thing an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A conversation (bucket).
    Conversation,
    /// The record of one request id and its answer (any slot).
    Request,
    /// An intent that must be carried out in another slot (bucket or pool).
    Outbox,
    /// A conversation's place in a queue (pool).
    Item,
    /// A human agent's profile, presence and held work (pool).
    Agent,
    /// Who may match in this pool (pool).
    Fence,
    /// What the deployment remembers about itself (system).
    Deployment,
    /// The alerts that stand (pool).
    Alerts,
    /// A customer whom the host site knows, with their conversations (bucket).
    Customer,
    /// What ops have decided outside the rules (pool).
    Directives,
    /// How far people have read a conversation (bucket).
    ReadMarks,
}

impl Kind {
    /// A short, stable tag for keys.
    pub const fn tag(self) -> &'static str {
        match self {
            Kind::Conversation => "c",
            Kind::Request => "r",
            Kind::Outbox => "o",
            Kind::Item => "i",
            Kind::Agent => "a",
            Kind::Fence => "f",
            Kind::Deployment => "d",
            Kind::Alerts => "w",
            Kind::Customer => "k",
            Kind::Directives => "v",
            Kind::ReadMarks => "s",
        }
    }
}

/// The name of one entity within its slot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    /// What sort of thing it is.
    pub kind: Kind,
    /// Its id: made of ids and `/`, never of customers' text.
    pub id: String,
}

impl EntityKey {
    /// A key from its parts.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        EntityKey { kind, id: id.into() }
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.kind.tag(), self.id)
    }
}

/// A named ordered set of a slot: members with a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(pub &'static str);

impl Index {
    /// When something must be looked at again; the score is a time in ms.
    pub const DUE: Index = Index("due");
    /// Agents' leases; the score is the time in ms at which a lease ends.
    pub const LEASES: Index = Index("leases");
    /// The matcher's lease; the score is the time in ms at which it ends.
    pub const LEADER: Index = Index("leader");
    /// All items of a pool that wait, are offered or assigned.
    pub const ITEMS: Index = Index("items");
    /// All agents of a pool.
    pub const AGENTS: Index = Index("agents");
    /// Conversations of a bucket that a pool also holds something of (for the audit).
    pub const ENTANGLED: Index = Index("entangled");
    /// All conversations of a bucket, the latest first: the score is minus the time of the last
    /// event in ms.
    pub const CONVERSATIONS: Index = Index("conversations");
    /// Outbox entries that were refused too often and wait for a person.
    pub const PARKED: Index = Index("parked");
    /// Bucket: conversations with an open promise; score = when it is due.
    pub const PROMISES: Index = Index("promises");
    /// Bucket: conversations with a block that is in force or lapsed without a look; score = when it
    /// ends.
    pub const BLOCKS: Index = Index("blocks");
    /// Bucket: records of requests that made no events, so that nothing in a log names them; the
    /// score keeps those of one conversation together.
    pub const REQUESTS: Index = Index("requests");
    /// Bucket: conversations of which a report on satisfaction has something to tell, the latest
    /// first; the score is minus the time of the last such thing in ms.
    pub const SATISFACTION: Index = Index("satisfaction");
    /// Pool: conversations whose customers' pages are open; score = the time in ms up to which that is
    /// known.
    pub const PAGES: Index = Index("pages");
    /// Pool: how long people had their latest conversations; score = when each ended.
    pub const SERVED: Index = Index("served");
    /// Bucket: all lists whose members are conversations; one that leaves the store leaves them all.
    pub const OF_CONVERSATIONS: [Index; 6] = [
        Index::CONVERSATIONS,
        Index::ENTANGLED,
        Index::PROMISES,
        Index::BLOCKS,
        Index::PARKED,
        Index::SATISFACTION,
    ];
}

/// A named log of a slot: records numbered 1, 2, 3 … without gaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub String);
