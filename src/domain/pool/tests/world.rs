//! A small pool that is led by real commands: places, agents, and the time.

use crate::domain::handoff::{Handoff, HandoffReason, Priority, Requirements, Token};
use crate::domain::ids::{AgentId, ConversationId, PoolId, QueueId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Presence, Profile};
use crate::domain::pool::command::{
    AgentCommand, Arrival, Case, PoolDecision, PoolRefusal, WorkCommand,
};
use crate::domain::pool::item::Place;
use crate::domain::pool::{presence, work};
use crate::domain::routing::settings::{QueueRules, Queues, RoutingRules};
use crate::domain::texts::PerLanguage;
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A pool.
#[derive(Debug, Clone)]
pub struct Pool {
    pub rules: RoutingRules,
    pub places: BTreeMap<ConversationId, Place>,
    pub agents: BTreeMap<AgentId, Agent>,
    pub at: Timestamp,
}

pub fn conversation(id: &str) -> ConversationId {
    ConversationId::parse(id).unwrap()
}

pub fn agent(id: &str) -> AgentId {
    AgentId::parse(id).unwrap()
}

pub fn profile(capacity: u32) -> Profile {
    Profile {
        name: "Somebody".to_owned(),
        languages: Language::ALL.map(|language| (language, 3)).into(),
        skills: BTreeMap::new(),
        capacity,
        declared: false,
    }
}

pub fn arrival(term: i64) -> Box<Arrival> {
    Box::new(Arrival {
        bucket: 0,
        term,
        handoff: Handoff {
            reason: HandoffReason::HumanRequest,
            priority: Priority::Normal,
            needs: Requirements {
                queue: QueueId::parse("care").unwrap(),
                language: Language::Ar,
                also: None,
                skills: BTreeMap::new(),
            },
            entry: None,
            requested_at: Timestamp::from_millis(term),
            origin: Default::default(),
        },
        headline: "wants a human".to_owned(),
        waiting_since: Timestamp::from_millis(term),
        waited_ms: 0,
        waited_before_ms: 0,
        preferred: None,
        excluded: BTreeSet::new(),
        avoided: BTreeSet::new(),
        cost: 1,
        returned: false,
        broken: 0,
        promised: false,
    })
}

impl Pool {
    /// Nobody and nothing in it yet.
    pub fn new() -> Self {
        let care = QueueId::parse("care").unwrap();
        let title = PerLanguage { ar: "العناية".to_owned(), en: "Care".to_owned() };
        let queues = Queues::new(QueueRules::always_open(care, title), Vec::new());
        Pool {
            rules: RoutingRules::new(PoolId::parse("main").unwrap(), queues),
            places: BTreeMap::new(),
            agents: BTreeMap::new(),
            at: Timestamp::from_millis(1_000_000),
        }
    }

    /// An agent of that capacity signs in and is available.
    pub fn with(mut self, name: &str, capacity: u32) -> Self {
        let id = agent(name);
        self.done_by(&id, &AgentCommand::SetProfile(profile(capacity)));
        self.done_by(&id, &AgentCommand::SignIn { lease_ms: 30_000 });
        let incarnation = self.agents[&id].incarnation;
        let presence = Presence::Available;
        self.done_by(&id, &AgentCommand::SetPresence { incarnation, presence });
        self
    }

    /// What the machine says to a command about a place, as the application asks it: with the
    /// holder and whoever acts.
    pub fn work(
        &self,
        id: &ConversationId,
        command: &WorkCommand,
        at: Timestamp,
    ) -> Result<PoolDecision, PoolRefusal> {
        let case = Case {
            conversation: id.clone(),
            place: self.places.get(id).cloned(),
            agents: self.agents.clone(),
        };
        work::handle(&self.rules, &case, command, at)
    }

    /// What the machine says to a command about an agent.
    pub fn agent_work(
        &self,
        id: &AgentId,
        command: &AgentCommand,
        at: Timestamp,
    ) -> Result<PoolDecision, PoolRefusal> {
        presence::handle(&self.rules, id, self.agents.get(id), command, at)
    }

    /// What was decided about a place is so from now on.
    pub fn follow(&mut self, id: &ConversationId, decision: PoolDecision) {
        self.agents.extend(decision.agents);
        match decision.place {
            None => {}
            Some(None) => drop(self.places.remove(id)),
            Some(Some(place)) => drop(self.places.insert(id.clone(), place)),
        }
    }

    /// A command about a place is followed, a second later.
    pub fn then(mut self, id: &str, command: &WorkCommand) -> Self {
        self.at = self.at + Duration::from_secs(1);
        let id = conversation(id);
        let decision = self.work(&id, command, self.at).unwrap();
        self.follow(&id, decision);
        self
    }

    /// A command about an agent is followed.
    pub fn done_by(&mut self, id: &AgentId, command: &AgentCommand) {
        let decision = self.agent_work(id, command, self.at).unwrap();
        self.agents.extend(decision.agents);
    }

    /// The newest token the pool knows of a conversation.
    pub fn token(&self, id: &str) -> Token {
        self.places.get(&conversation(id)).map(Place::token).unwrap_or_default()
    }
}
