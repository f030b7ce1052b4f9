//! The checkers of the pool: each step of a place, what agents hold, and who is offered what.

use super::checks::handled_at;
use super::model::{Invariant, Model};
use super::past::here;
use crate::domain::directives::Directives;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Holding};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Kind, Transaction, Write};

impl Model {
    pub(super) fn pool_changed(&mut self, change: &Transaction) {
        let at = handled_at(change);
        self.judge_marks(change);
        let mut places: Vec<(ConversationId, Option<Place>)> = Vec::new();
        let mut agents: Vec<Agent> = Vec::new();
        let mut removed: Vec<AgentId> = Vec::new();
        let mut settled = None;
        for write in change.writes() {
            match write {
                Write::Put { key, body } => match key.kind {
                    Kind::Item => {
                        let next: Option<Place> = self.decode(key, body);
                        places.extend(ConversationId::parse(&key.id).ok().map(|id| (id, next)));
                    }
                    Kind::Agent => agents.extend(self.decode::<Agent>(key, body)),
                    Kind::Outbox => self.owes(key, body, false),
                    Kind::Directives => {
                        if let Some(list) = self.decode::<Directives>(key, body) {
                            self.directives_changed(&list, at);
                        }
                    }
                    Kind::Conversation
                    | Kind::Request
                    | Kind::Fence
                    | Kind::Deployment
                    | Kind::Alerts
                    | Kind::Customer
                    | Kind::ReadMarks => {}
                },
                Write::Delete { key } => match key.kind {
                    Kind::Item => {
                        places.extend(ConversationId::parse(&key.id).ok().map(|id| (id, None)));
                    }
                    Kind::Outbox => settled = ConversationId::parse(&key.id).ok(),
                    Kind::Agent => removed.extend(AgentId::parse(&key.id).ok()),
                    Kind::Conversation
                    | Kind::Request
                    | Kind::Fence
                    | Kind::Deployment
                    | Kind::Alerts
                    | Kind::Customer
                    | Kind::Directives
                    | Kind::ReadMarks => {}
                },
                Write::IndexPut { .. }
                | Write::IndexRemove { .. }
                | Write::Append { .. }
                | Write::DropLog { .. }
                | Write::CounterAdd { .. } => {}
            }
        }
        let owes = change
            .writes()
            .iter()
            .any(|write| matches!(write, Write::Put { key, .. } if key.kind == Kind::Outbox));
        let mut adopts = false;
        let ids = places.iter().map(|(id, _)| id);
        let names = agents.iter().map(|it| &it.id).chain(&removed);
        self.remember_what_was(ids, names);
        self.gives_way(&places, at);
        for (id, next) in &places {
            let adopted = self.judge_place(id, next.as_ref(), at, owes);
            self.judge_noted(id, next.as_ref(), (change, at, adopted));
            adopts |= adopted;
        }
        self.places_and_agents(places, agents, adopts);
        removed.iter().for_each(|id| self.agent_removed(id));
        self.remember_scores(change);
        if let Some(id) = settled
            && self.owed_to_conversations.remove(&id).is_some()
        {
            self.settled_with_conversation(&id);
        }
    }

    /// The one transaction of two places: an ordinary offer gives way to somebody in danger, at the same
    /// agent, and keeps its place.
    fn gives_way(&mut self, places: &[(ConversationId, Option<Place>)], at: Timestamp) {
        if places.len() <= 1 {
            return;
        }
        let gave = places.iter().find_map(|(id, next)| match (self.places.get(id), next) {
            (Some(Place::Here(old)), Some(Place::Here(next))) => {
                let back = next.state == ItemState::Waiting;
                back.then(|| (id, old.clone(), next.clone()))
            }
            (Some(_) | None, Some(_) | None) => None,
        });
        let Some((id, old, next)) = gave else {
            self.check(Invariant::Fenced, false, || format!("{places:?} change at once"));
            return;
        };
        let (agent, open) = match &old.state {
            ItemState::Offered { agent, until } => (Some(agent.clone()), at <= *until),
            ItemState::Waiting | ItemState::Assigned { .. } => (None, false),
        };
        let urgent = places.iter().filter_map(|(_, next)| match next {
            Some(Place::Here(item)) if item.band() == 0 => item.holder().cloned(),
            Some(Place::Here(_) | Place::Gone { .. }) | None => None,
        });
        let same = agent.is_some() && urgent.collect::<Vec<_>>() == Vec::from_iter(agent.clone());
        let kept = next.virtual_time() == old.virtual_time()
            && (next.untaken, next.gave_way) == (old.untaken, old.gave_way + 1);
        let holds = places.len() == 2 && open && same && kept && old.band() > 0;
        self.check(Invariant::Fenced, holds, || format!("{id} gave way: {old:?}, {places:?}"));
        self.gave_way += 1;
        if let Some(agent) = agent.and_then(|agent| self.agents.get_mut(&agent)) {
            agent.held.remove(id);
        }
        self.places.insert(id.clone(), Place::Here(next));
    }

    fn remember_scores(&mut self, change: &Transaction) {
        for write in change.writes() {
            match write {
                Write::IndexPut { index: Index::PAGES, member, score } => {
                    self.pages.said.insert(member.clone(), *score);
                }
                Write::IndexRemove { index: Index::PAGES, member } => {
                    self.pages.said.remove(member);
                }
                Write::IndexPut { index: Index::LEASES, member, score } => {
                    self.leases.insert(member.clone(), *score);
                }
                Write::IndexRemove { index: Index::LEASES, member } => {
                    self.leases.remove(member);
                }
                Write::IndexPut { .. }
                | Write::IndexRemove { .. }
                | Write::Put { .. }
                | Write::Delete { .. }
                | Write::Append { .. }
                | Write::DropLog { .. }
                | Write::CounterAdd { .. } => {}
            }
        }
    }

    /// Whether this step of a place is allowed; returns whether it is an adoption.
    fn judge_place(
        &mut self,
        id: &ConversationId,
        next: Option<&Place>,
        at: Timestamp,
        owes: bool,
    ) -> bool {
        let before = self.places.get(id).cloned();
        let Some(next) = next else {
            let gone = !matches!(before, Some(Place::Here(_)));
            self.check(Invariant::OneQueue, gone, || format!("the place of {id} was deleted"));
            return false;
        };
        let token = before.as_ref().map(Place::token).unwrap_or_default();
        self.check(Invariant::Fenced, next.token() >= token, || {
            format!("{id}: the pool's token fell from {token:?} to {:?}", next.token())
        });
        let Place::Here(item) = next else { return false };
        if let Some(Place::Gone { token, .. }) = &before {
            self.check(Invariant::Fenced, item.token.term > token.term, || {
                format!("{id}: a place of term {} came back after it was gone", token.term)
            });
        }
        let old = match &before {
            Some(Place::Here(old)) => Some(old),
            Some(Place::Gone { .. }) | None => None,
        };
        self.judge_place_kept(old, item);
        match (&item.state, old.map(|old| &old.state)) {
            (ItemState::Waiting, Some(ItemState::Assigned { .. })) => {
                let newer = old.is_some_and(|old| item.token > old.token);
                self.check(Invariant::Fenced, newer, || {
                    format!("{id}: taken from its agent without a new token")
                });
                false
            }
            (ItemState::Waiting, _) => false,
            (ItemState::Offered { agent, .. }, Some(ItemState::Waiting)) => {
                self.judge_offer(id, item, agent, at);
                false
            }
            (ItemState::Offered { .. }, _) => {
                self.check(Invariant::OneOwner, false, || format!("{id}: offered while taken"));
                false
            }
            (ItemState::Assigned { agent }, Some(ItemState::Offered { agent: asked, until }))
                // The conversation must be told of it; of what it says itself it need not.
                if owes && old.is_some_and(|old| old.token == item.token) =>
            {
                let holds = agent == asked && at <= *until;
                self.check(Invariant::Fenced, holds, || {
                    format!("{id}: {agent} accepted at {at} what {asked} had until {until}")
                });
                false
            }
            // Taken by hand: under a right of its own, and within what the agent can hold.
            (ItemState::Assigned { .. }, Some(ItemState::Waiting)) if owes => {
                let newer = old.is_some_and(|old| item.token > old.token);
                self.check(Invariant::Fenced, newer, || {
                    format!("{id}: taken by hand without a new token")
                });
                false
            }
            // Taken over: whoever had it, the right is a new one, and the agent has room for it.
            (ItemState::Assigned { .. }, Some(_)) if owes && item.taken_over => {
                let newer = old.is_some_and(|old| item.token > old.token);
                self.check(Invariant::Fenced, newer, || {
                    format!("{id}: taken over without a new token")
                });
                false
            }
            (ItemState::Assigned { .. }, _) => true,
        }
    }

    fn judge_offer(&mut self, id: &ConversationId, item: &Item, agent: &AgentId, at: Timestamp) {
        self.offers += 1;
        let key = (id.clone(), item.token);
        let holder = self.offered.entry(key).or_insert_with(|| agent.clone()).clone();
        self.check(Invariant::Fenced, holder == *agent, || {
            format!("{id}: token {:?} was offered to {holder} and to {agent}", item.token)
        });
        let lease = self.leases.get(agent.as_str()).copied().unwrap_or(0);
        let live = lease >= at.as_millis();
        self.check(Invariant::Fenced, live, || {
            format!("{id}: offered at {at} to {agent} whose lease ended at {lease}ms")
        });
        self.judge_order(item, agent, at);
        self.judge_turn_of(item, agent, at);
        let known = self.agents.get(agent).cloned();
        let takes = known.as_ref().is_some_and(|agent| {
            // Somebody in danger may be asked for beside another offer.
            let asked = agent.has_live_offer() && item.band() > 0;
            agent.takes_offers() && !asked && agent.room() >= item.cost
        });
        self.check(Invariant::Load, takes, || {
            format!("{id}: offered to {agent} who takes nothing: {known:?}")
        });
    }

    /// Puts the changes down and compares what agents hold with who holds the place.
    fn places_and_agents(
        &mut self,
        places: Vec<(ConversationId, Option<Place>)>,
        agents: Vec<Agent>,
        adopts: bool,
    ) {
        let mut touched: Vec<AgentId> = Vec::new();
        for agent in agents {
            let before = self.agents.get(&agent.id).cloned();
            let given_before = before.as_ref().map_or(0, Agent::given);
            let (given, capacity) = (agent.given(), agent.profile.capacity);
            self.check(Invariant::Load, given <= capacity.max(given_before), || {
                format!("{} was given {given} of {capacity} units: {:?}", agent.id, agent.held)
            });
            let was_adopted = |id| {
                let held = before.as_ref().and_then(|before| before.held.get(id));
                held.is_some_and(|held| held.adopted)
            };
            let mut adopted = agent.held.iter().filter(|(_, held)| held.adopted);
            let excused = adopts || adopted.all(|(id, _)| was_adopted(id));
            self.check(Invariant::Load, excused, || {
                format!("{} was given what is called adopted: {:?}", agent.id, agent.held)
            });
            touched.push(agent.id.clone());
            self.ever_agents.insert(agent.id.clone());
            self.agents.insert(agent.id.clone(), agent);
        }
        let ids: Vec<ConversationId> = places.iter().map(|(id, _)| id.clone()).collect();
        for (id, next) in places {
            match next {
                Some(place) => self.places.insert(id, place),
                None => self.places.remove(&id),
            };
        }
        for id in ids {
            self.place_is_held(&id);
            self.both_sides(&id);
        }
        for agent in touched {
            self.agent_holds(&agent);
        }
    }

    /// Nobody is removed who still has somebody.
    fn agent_removed(&mut self, id: &AgentId) {
        self.removals += 1;
        let holds =
            self.agents.remove(id).filter(|agent| agent.held.values().any(|h| is_live(&h.how)));
        self.check(Invariant::Load, holds.is_none(), || {
            format!("{id} was removed with what they hold: {holds:?}")
        });
    }

    /// What stands at the place of a conversation.
    pub(super) fn item(&self, id: &ConversationId) -> Option<&Item> {
        here(self.places.get(id))
    }

    /// Exactly its holder holds a place, under its very token, at its very cost.
    pub(super) fn place_is_held(&mut self, id: &ConversationId) {
        let item = self.item(id).cloned();
        let holders: Vec<AgentId> = self
            .agents
            .values()
            .filter(|agent| agent.held.get(id).is_some_and(|held| is_live(&held.how)))
            .map(|agent| agent.id.clone())
            .collect();
        let expected: Vec<AgentId> =
            item.as_ref().and_then(Item::holder).cloned().into_iter().collect();
        self.check(Invariant::Load, holders == expected, || {
            format!("{id}: held by {holders:?}, the place says {expected:?}")
        });
        let (Some(item), Some(holder)) = (item, expected.first()) else { return };
        let Some(held) = self.agents.get(holder).and_then(|agent| agent.held.get(id)) else {
            return;
        };
        let same = held.token == item.token
            && held.cost == item.cost
            && match item.state {
                ItemState::Offered { .. } => held.how == Holding::Offer,
                ItemState::Assigned { .. } => held.how == Holding::Owned,
                ItemState::Waiting => false,
            };
        let held = held.clone();
        self.check(Invariant::Load, same, || {
            format!("{id}: {holder} holds {held:?}, the place says {item:?}")
        });
    }

    fn agent_holds(&mut self, id: &AgentId) {
        let Some(agent) = self.agents.get(id) else { return };
        let held: Vec<ConversationId> = agent
            .held
            .iter()
            .filter(|(_, held)| is_live(&held.how))
            .map(|(conversation, _)| conversation.clone())
            .collect();
        for conversation in held {
            self.place_is_held(&conversation);
        }
    }
}

fn is_live(how: &Holding) -> bool {
    match how {
        Holding::Offer | Holding::Owned => true,
        Holding::WrapUp { .. } => false,
    }
}
