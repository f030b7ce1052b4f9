//! The names under which things are stored. One place, so that nothing is spelled twice.

use crate::domain::ids::{AgentId, ConversationId, CustomerId, PoolId, RequestId};
use crate::ports::store::{EntityKey, Kind, LogId, Slot};

/// The bucket a conversation lives in, of `buckets`.
pub fn bucket_of(conversation: &ConversationId, buckets: u16) -> u16 {
    spread(conversation.as_str(), buckets)
}

fn spread(id: &str, buckets: u16) -> u16 {
    let hash = crate::domain::conversation::state::text_hash(id);
    // FNV leaves similar ids close together; these steps spread them (the finaliser of MurmurHash3).
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    ((hash ^ (hash >> 33)) % u64::from(buckets.max(1))) as u16
}

/// The bucket that a customer's record lives in, of `buckets`.
pub fn bucket_of_customer(customer: &CustomerId, buckets: u16) -> u16 {
    spread(customer.as_str(), buckets)
}

/// The slot of a bucket.
pub fn bucket(number: u16) -> Slot {
    Slot::Bucket(number)
}

/// The slot of a pool.
pub fn pool(id: &PoolId) -> Slot {
    Slot::Pool(id.clone())
}

/// A conversation.
pub fn conversation(id: &ConversationId) -> EntityKey {
    EntityKey::new(Kind::Conversation, id.as_str())
}

/// The record of one caller's request about a conversation.
pub fn request(conversation: &ConversationId, who: &str, request: &RequestId) -> EntityKey {
    EntityKey::new(Kind::Request, format!("{conversation}/{who}/{request}"))
}

/// What a conversation owes its pool, or a pool a conversation. One entry each: delivery looks at
/// the source again, so that only the newest state is ever carried over.
pub fn outbox(conversation: &ConversationId) -> EntityKey {
    EntityKey::new(Kind::Outbox, conversation.as_str())
}

/// How far people have read a conversation.
pub fn read_marks(conversation: &ConversationId) -> EntityKey {
    EntityKey::new(Kind::ReadMarks, conversation.as_str())
}

/// A conversation's place in a pool.
pub fn place(conversation: &ConversationId) -> EntityKey {
    EntityKey::new(Kind::Item, conversation.as_str())
}

/// The record of a customer whom the host site knows.
pub fn customer(id: &CustomerId) -> EntityKey {
    EntityKey::new(Kind::Customer, id.as_str())
}

/// An agent.
pub fn agent(id: &AgentId) -> EntityKey {
    EntityKey::new(Kind::Agent, id.as_str())
}

/// Who may match in a pool.
pub fn fence() -> EntityKey {
    EntityKey::new(Kind::Fence, "matcher")
}

/// The alerts that stand in a pool.
pub fn alerts() -> EntityKey {
    EntityKey::new(Kind::Alerts, "alerts")
}

/// What ops have decided outside the rules.
pub fn directives() -> EntityKey {
    EntityKey::new(Kind::Directives, "in-force")
}

/// Where the requests of a conversation that made no events stand in [`Index::REQUESTS`]: together,
/// so that they are found without looking at all others, and within what every store holds exactly.
///
/// [`Index::REQUESTS`]: crate::ports::store::Index::REQUESTS
pub fn requests_score(conversation: &ConversationId) -> i64 {
    let hash = crate::domain::conversation::state::text_hash(conversation.as_str());
    (hash >> 12) as i64
}

/// A conversation's log.
pub fn log(id: &ConversationId) -> LogId {
    LogId(format!("l/{id}"))
}

/// An agent's inbox.
pub fn inbox(id: &AgentId) -> LogId {
    LogId(format!("i/{id}"))
}

/// What is due, by its member in the due index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A conversation's own deadline (bucket).
    Conversation(ConversationId),
    /// What is owed to the other side (bucket or pool).
    Outbox(ConversationId),
    /// A place's own deadline (pool).
    Place(ConversationId),
    /// An agent's own deadline (pool).
    Agent(AgentId),
}

impl Due {
    /// The member of the due index.
    pub fn member(&self) -> String {
        match self {
            Due::Conversation(id) => format!("c/{id}"),
            Due::Outbox(id) => format!("o/{id}"),
            Due::Place(id) => format!("p/{id}"),
            Due::Agent(id) => format!("a/{id}"),
        }
    }

    /// What a member stands for; `None` if it is not one of ours.
    pub fn parse(member: &str) -> Option<Due> {
        let (kind, id) = member.split_once('/')?;
        match kind {
            "c" => ConversationId::parse(id).ok().map(Due::Conversation),
            "o" => ConversationId::parse(id).ok().map(Due::Outbox),
            "p" => ConversationId::parse(id).ok().map(Due::Place),
            "a" => AgentId::parse(id).ok().map(Due::Agent),
            _ => None,
        }
    }
}

/// What readers may wait for, by its doorbell topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A conversation's log moved.
    Log(ConversationId),
    /// A place changed.
    Place(ConversationId),
    /// An agent changed.
    Agent(AgentId),
    /// An agent's inbox moved.
    Inbox(AgentId),
    /// The alerts changed.
    Alerts,
    /// The customer of a conversation is typing.
    CustomerTypes(ConversationId),
    /// The agent of a conversation is typing.
    AgentTypes(ConversationId),
    /// Somebody has read on in a conversation.
    ReadMarks(ConversationId),
    /// Anything in the slot changed. Not rung by itself: every ring is one of these too.
    Any,
}

impl Topic {
    /// Whether nothing stands behind it that could be read.
    pub fn passes_by(&self) -> bool {
        match self {
            Topic::CustomerTypes(_) | Topic::AgentTypes(_) => true,
            Topic::Log(_)
            | Topic::Place(_)
            | Topic::Agent(_)
            | Topic::Inbox(_)
            | Topic::Alerts
            | Topic::ReadMarks(_)
            | Topic::Any => false,
        }
    }

    /// The topic as the doorbell names it.
    pub fn name(&self) -> String {
        match self {
            Topic::Log(id) => format!("l/{id}"),
            Topic::Place(id) => format!("p/{id}"),
            Topic::Agent(id) => format!("a/{id}"),
            Topic::Inbox(id) => format!("i/{id}"),
            Topic::Alerts => "w/alerts".to_owned(),
            Topic::CustomerTypes(id) => format!("tc/{id}"),
            Topic::AgentTypes(id) => format!("ta/{id}"),
            Topic::ReadMarks(id) => format!("s/{id}"),
            Topic::Any => "*".to_owned(),
        }
    }

    /// What a topic's name stands for; `None` if it is not one of ours.
    pub fn parse(name: &str) -> Option<Topic> {
        let (kind, id) = name.split_once('/')?;
        match kind {
            "l" => ConversationId::parse(id).ok().map(Topic::Log),
            "p" => ConversationId::parse(id).ok().map(Topic::Place),
            "a" => AgentId::parse(id).ok().map(Topic::Agent),
            "i" => AgentId::parse(id).ok().map(Topic::Inbox),
            "w" => Some(Topic::Alerts),
            "tc" => ConversationId::parse(id).ok().map(Topic::CustomerTypes),
            "ta" => ConversationId::parse(id).ok().map(Topic::AgentTypes),
            "s" => ConversationId::parse(id).ok().map(Topic::ReadMarks),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_members_and_topics_are_read_back_as_written() {
        let conversation = ConversationId::parse("abc").unwrap();
        let agent = AgentId::parse("sara").unwrap();
        for due in [
            Due::Conversation(conversation.clone()),
            Due::Outbox(conversation.clone()),
            Due::Place(conversation.clone()),
            Due::Agent(agent.clone()),
        ] {
            assert_eq!(Due::parse(&due.member()), Some(due));
        }
        for topic in [
            Topic::Log(conversation.clone()),
            Topic::Place(conversation.clone()),
            Topic::CustomerTypes(conversation.clone()),
            Topic::AgentTypes(conversation.clone()),
            Topic::ReadMarks(conversation),
            Topic::Agent(agent.clone()),
            Topic::Inbox(agent),
            Topic::Alerts,
        ] {
            assert_eq!(Topic::parse(&topic.name()), Some(topic));
        }
        assert_eq!(Due::parse("x/abc"), None);
    }

    #[test]
    fn conversations_spread_over_the_buckets() {
        let mut counts = [0; 4];
        for number in 0..4_000 {
            let id = ConversationId::parse(&format!("c{number}")).unwrap();
            counts[usize::from(bucket_of(&id, 4))] += 1;
        }
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }
}
