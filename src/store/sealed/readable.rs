//! What of a stored body is sealed, under whose key, and which of its fields stay readable beside
//! that. A kind that is not named here is written down with the reason why it holds nothing of
//! customers, so that a new kind cannot be forgotten: the match has no wildcard.

use crate::ports::store::{EntityKey, Kind, LogId};

/// Of a conversation: what it takes to find it and to see where it stands.
const OF_CONVERSATION: &[&str] = &[
    "id",
    "bucket",
    "pool",
    "customer",
    "language",
    "channel",
    "state",
    "token",
    "seq",
    "episode",
    "created_at",
    "last_event_at",
    "unanswered_since",
    "unanswered",
];
/// Of the record of a request: which events it made; its fingerprint is made from what was said.
const OF_REQUEST: &[&str] = &["from_seq", "to_seq"];
/// Of a place: all but the sentence for the agent.
const OF_ITEM: &[&str] = &[
    "place",
    "conversation",
    "bucket",
    "token",
    "state",
    "handoff",
    "waiting_since",
    "waited_ms",
    "credit_ms",
    "paused",
    "excluded",
    "asked_again_from",
    "preferred",
    "cost",
    "untaken",
    "gave_way",
    "claimed_over",
    "taken_over",
    "broken",
    "promised",
    "seat",
    "since",
];
/// Of a record in a conversation's log: when, and which request made it.
const OF_RECORD: &[&str] = &["at", "request"];

/// How one body is sealed.
pub(super) struct Form<'a> {
    /// The conversation whose key seals it.
    pub subject: &'a str,
    /// What and where it is; a seal is good nowhere else.
    pub place: String,
    /// Its fields that are copied in the clear.
    pub readable: &'static [&'static str],
}

impl<'a> Form<'a> {
    /// Of an entity; `None` if it is not sealed.
    pub fn of_entity(key: &'a EntityKey) -> Option<Form<'a>> {
        let (subject, readable) = match key.kind {
            Kind::Conversation => (key.id.as_str(), OF_CONVERSATION),
            Kind::Request => (key.id.split('/').next().unwrap_or_default(), OF_REQUEST),
            Kind::Item => (key.id.as_str(), OF_ITEM),
            // What is owed and by whom work is done: ids, times and counts.
            Kind::Outbox | Kind::Agent | Kind::Fence | Kind::Deployment | Kind::Alerts => {
                return None;
            }
            // Ids of conversations, and what ops have written for everybody to read.
            Kind::Customer | Kind::Directives => return None,
            // Two sequences: that somebody has read, and no word of what.
            Kind::ReadMarks => return None,
        };
        Some(Form { subject, place: key.to_string(), readable })
    }

    /// Of a record; `None` if it is not sealed: an agent's inbox names conversations and nothing
    /// that was said in them.
    pub fn of_record(log: &'a LogId, seq: u64, event_id: u128) -> Option<Form<'a>> {
        let subject = log.0.strip_prefix("l/")?;
        let place = format!("{}/{seq}/{event_id:032x}", log.0);
        Some(Form { subject, place, readable: OF_RECORD })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::apply::apply;
    use crate::domain::conversation::event::Event;
    use crate::domain::handoff::{Handoff, HandoffReason, Origin, Priority, Requirements, Token};
    use crate::domain::ids::{ChannelId, ConversationId, CustomerId, PoolId, QueueId};
    use crate::domain::language::Language;
    use crate::domain::pool::item::{Item, Place};
    use crate::domain::time::Timestamp;
    use serde::Serialize;
    use std::collections::BTreeSet;

    const AT: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn fields(of: &impl Serialize) -> BTreeSet<String> {
        let value = serde_json::to_value(of).unwrap();
        value.as_object().unwrap().keys().cloned().collect()
    }

    fn id() -> ConversationId {
        ConversationId::parse("c1").unwrap()
    }

    /// A field that was renamed would quietly be sealed.
    #[test]
    fn what_stays_readable_is_there_under_these_names() {
        let event = Event::Started {
            conversation: id(),
            bucket: 0,
            pool: PoolId::parse("main").unwrap(),
            customer: CustomerId::parse("x-1").unwrap(),
            language: Language::En,
            channel: ChannelId::parse("web").ok(),
        };
        let c = apply(None, &event, AT).unwrap();
        let fields_of_c = fields(&c);
        for name in OF_CONVERSATION {
            assert!(fields_of_c.contains(*name), "a conversation has no {name}: {fields_of_c:?}");
        }
        let needs = Requirements {
            queue: QueueId::parse("care").unwrap(),
            language: Language::En,
            also: None,
            skills: Default::default(),
        };
        let handoff = Handoff {
            reason: HandoffReason::HumanRequest,
            priority: Priority::Normal,
            needs,
            entry: None,
            requested_at: AT,
            origin: Origin::default(),
        };
        let mut of_places = fields(&Place::Here(Item::new(id(), 0, 1, handoff, AT)));
        of_places.extend(fields(&Place::Gone { token: Token::default(), since: AT }));
        let hidden: Vec<&String> =
            of_places.iter().filter(|name| !OF_ITEM.contains(&name.as_str())).collect();
        assert_eq!(hidden, ["headline"], "the sentence for the agent alone is sealed");
        for name in OF_ITEM {
            assert!(of_places.contains(*name), "a place has no {name}: {of_places:?}");
        }
    }
}
