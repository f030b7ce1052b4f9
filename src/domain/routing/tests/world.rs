//! Small pools to try things on.

use crate::domain::handoff::{Handoff, HandoffReason, Priority, Requirements, Token};
use crate::domain::ids::{AgentId, ConversationId, PoolId, QueueId, SkillId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Held, Holding, Lease, Presence, Profile};
use crate::domain::pool::item::{Item, ItemState, Preferred, Seat};
use crate::domain::routing::plan::Offer;
use crate::domain::routing::settings::{QueueRules, Queues, RoutingRules};
use crate::domain::routing::view::PoolView;
use crate::domain::texts::PerLanguage;
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

pub fn ms(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub fn s(seconds: i64) -> Timestamp {
    ms(seconds * 1_000)
}

pub fn conversation(id: &str) -> ConversationId {
    ConversationId::parse(id).unwrap()
}

pub fn agent_id(id: &str) -> AgentId {
    AgentId::parse(id).unwrap()
}

pub fn queue(id: &str) -> QueueId {
    QueueId::parse(id).unwrap()
}

pub fn skill(id: &str) -> SkillId {
    SkillId::parse(id).unwrap()
}

pub fn queue_rules(id: &str, skills: &[(&str, u8)]) -> QueueRules {
    let title = PerLanguage { ar: id.to_owned(), en: id.to_owned() };
    let skills = skills.iter().map(|(name, level)| (skill(name), *level)).collect();
    QueueRules { skills, ..QueueRules::always_open(queue(id), title) }
}

/// Two queues: `care` for everything, `safety` for whoever knows safety at level 3.
pub fn rules() -> RoutingRules {
    let rest = vec![queue_rules("safety", &[("safety", 3)])];
    RoutingRules::new(PoolId::parse("main").unwrap(), Queues::new(queue_rules("care", &[]), rest))
}

/// Available, both languages, capacity 1, idle since the beginning.
pub fn agent(id: &str) -> Agent {
    let profile = Profile {
        name: id.to_owned(),
        languages: Language::ALL.map(|language| (language, 5)).into(),
        skills: BTreeMap::new(),
        capacity: 1,
        declared: false,
    };
    let mut agent = Agent::new(agent_id(id), profile, Timestamp::ZERO);
    (agent.presence, agent.lease) = (Presence::Available, Lease::Live);
    agent
}

/// Waits in `care` for someone who speaks Arabic.
pub fn item(id: &str, since: i64) -> Item {
    let handoff = Handoff {
        reason: HandoffReason::HumanRequest,
        priority: Priority::Normal,
        needs: Requirements {
            queue: queue("care"),
            language: Language::Ar,
            also: None,
            skills: BTreeMap::new(),
        },
        entry: None,
        requested_at: s(since),
        origin: Default::default(),
    };
    Item::new(conversation(id), 0, since, handoff, s(since))
}

pub fn emergency(id: &str, since: i64) -> Item {
    let mut item = item(id, since);
    item.handoff.priority = Priority::Emergency;
    item
}

pub fn preferring(mut item: Item, agent: &str, until: i64) -> Item {
    item.preferred = Some(Preferred { agent: agent_id(agent), until: s(until) });
    item
}

pub fn declined_by(mut item: Item, agent: &str, until: i64) -> Item {
    item.paused.insert(agent_id(agent), s(until));
    item
}

pub fn holding(mut agent: Agent, conversation_id: &str, how: Holding) -> Agent {
    let held = Held::given(Token::default(), 1, how);
    agent.held.insert(conversation(conversation_id), held);
    agent
}

pub fn view(rules: &RoutingRules, agents: Vec<Agent>, items: Vec<Item>) -> PoolView {
    let mut view = PoolView::new(rules);
    agents.into_iter().for_each(|agent| view.upsert_agent(agent));
    items.into_iter().for_each(|item| view.upsert_item(item));
    view
}

/// The pool follows the offer, and the view is told.
pub fn follow(view: &mut PoolView, offer: &Offer, at: Timestamp) {
    let mut item = view.item(&offer.conversation).unwrap().clone();
    let mut agent = view.agent(&offer.agent).unwrap().clone();
    if let Some(other) = &offer.instead_of {
        let mut other = view.item(other).unwrap().clone();
        agent.held.remove(&other.conversation);
        (other.state, other.seat, other.gave_way) = (ItemState::Waiting, None, other.gave_way + 1);
        view.upsert_item(other);
    }
    item.token = item.token.next_attempt(at);
    item.state = ItemState::Offered { agent: agent.id.clone(), until: offer.until };
    item.seat = Some(Seat { since: at, taken: None });
    let held = Held::given(item.token, item.cost, Holding::Offer);
    agent.held.insert(item.conversation.clone(), held);
    view.upsert_item(item);
    view.upsert_agent(agent);
}
