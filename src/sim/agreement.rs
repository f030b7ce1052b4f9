//! The checkers that compare both sides, conversation and pool: at each commit, when something
//! owed is struck off, and, once it is quiet, whether everything has come to rest.

use super::model::{Invariant, Model};
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::routing::explain::{self, Verdict};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::routing::view::PoolView;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Longer than this nothing is owed when nothing fails.
const OWED_MAX: Duration = Duration::from_secs(30);
/// Longer than this no reply is overdue when nothing fails.
const REPLY_LATE_MAX: Duration = Duration::from_secs(12);
/// So many looks in a row, a second apart, at the same chance not taken are too many.
const LOOKS_MAX: u32 = 4;

/// Who could take whom, with what the agent held at the last looks, and how many looks that was.
pub(super) type Idle = BTreeMap<(AgentId, ConversationId), (Vec<ConversationId>, u32)>;

impl Model {
    /// The pool is never behind what the conversation believes of it, and counts the owner.
    pub(super) fn both_sides(&mut self, id: &ConversationId) {
        if self.disturbed {
            return;
        }
        let Some(c) = self.conversation(id) else { return };
        let (token, owner) = (c.token, c.owner().cloned());
        let place = self.places.get(id).cloned();
        let known = place.as_ref().map(Place::token).unwrap_or_default();
        let (entangled, state) = (c.is_entangled(), c.state.name());
        // A place of a later stay that is gone is what is left of a bucket's lost tail.
        let gone = matches!(place, Some(Place::Gone { .. }));
        let relic = known.term > token.term && gone;
        // A stay that has ended is behind none of its attempts, also one that the pool has lost.
        let ended = known.term == token.term && gone;
        let ahead = known.term < token.term
            || (known.term == token.term && known >= token)
            || ((relic || ended) && !entangled);
        self.check(Invariant::PoolAhead, ahead, || {
            format!("{id}: the conversation has {token:?} ({state}), the pool {place:?}")
        });
        let Some(owner) = owner else { return };
        let counted = known > token
            || matches!(&place, Some(Place::Here(item))
                if item.token == token
                    && item.state == ItemState::Assigned { agent: owner.clone() });
        self.check(Invariant::OneOwner, counted, || {
            format!("{id}: {owner} speaks under {token:?}, but the pool says {place:?}")
        });
    }

    /// The conversation's entry was struck off: the pool must know what it was told.
    pub(super) fn settled_with_pool(&mut self, id: &ConversationId) {
        if self.disturbed {
            return;
        }
        let Some(c) = self.conversation(id).cloned() else { return };
        let place = self.places.get(id).cloned();
        let told = self.owed_to_pool.contains_key(id) || pool_knows(&c, place.as_ref());
        self.check(Invariant::Outbox, told, || {
            format!("{id}: nothing is owed to the pool any more, which has {place:?} for {c:?}")
        });
    }

    /// The pool's entry was struck off: the conversation must know what it was told.
    pub(super) fn settled_with_conversation(&mut self, id: &ConversationId) {
        if self.disturbed {
            return;
        }
        let Some(Place::Here(item)) = self.places.get(id).cloned() else { return };
        let Some(c) = self.conversation(id).cloned() else { return };
        let newer = c.token.term > item.token.term;
        let told = match &item.state {
            ItemState::Assigned { .. } => c.token >= item.token || !c.is_entangled(),
            ItemState::Waiting | ItemState::Offered { .. } => c.owner().is_none(),
        };
        self.check(Invariant::Outbox, newer || told, || {
            format!("{id}: nothing is owed to the conversation any more, {c:?} for {item:?}")
        });
    }

    /// What must hold when nothing fails any more; to be looked at about once a second.
    pub(super) fn quiet(&mut self, rules: &RoutingRules, idle: &mut Idle) {
        let now = self.now;
        let owed = self.owed_to_pool.iter().chain(&self.owed_to_conversations);
        let oldest = owed.min_by_key(|(_, since)| **since).map(|(id, since)| (id.clone(), *since));
        let late = oldest.filter(|(_, since)| now.since(*since) > OWED_MAX);
        self.check(Invariant::Outbox, late.is_none(), || format!("owed for too long: {late:?}"));
        let overdue = self.conversations.values().find_map(|known| {
            let c = &known.conversation;
            let due = c.memory.reply_due.filter(|_| c.state == State::Bot)?;
            (now.since(due) > REPLY_LATE_MAX).then(|| (c.id.clone(), due))
        });
        self.check(Invariant::Answered, overdue.is_none(), || {
            format!("no reply came: {overdue:?}")
        });
        self.promises_in_time(now);
        self.blocks_in_time(now);
        self.judge_present(now);
        self.judge_absent(now);
        self.no_starve(rules, idle);
    }

    /// Nobody waits whom an idle agent could take: of two who stand so for some looks, the agent
    /// is given something or the customer goes to another one.
    fn no_starve(&mut self, rules: &RoutingRules, idle: &mut Idle) {
        let mut view = PoolView::new(rules);
        self.agents.values().for_each(|agent| view.upsert_agent(agent.clone()));
        let mut waiting = Vec::new();
        for (id, place) in &self.places {
            if let Place::Here(item) = place {
                view.upsert_item(item.clone());
                if item.state == ItemState::Waiting {
                    waiting.push(id.clone());
                }
            }
        }
        let mut chances = BTreeSet::new();
        for id in waiting {
            for (agent, verdict) in explain::why(&view, &id, self.now).unwrap_or_default() {
                let lease = self.leases.get(agent.as_str());
                let live = lease.is_some_and(|until| *until > self.now.as_millis());
                if live && verdict == Verdict::Eligible {
                    chances.insert((agent, id.clone()));
                }
            }
        }
        idle.retain(|chance, _| chances.contains(chance));
        for chance in chances {
            let (agent, id) = &chance;
            let held: Vec<ConversationId> = match self.agents.get(agent) {
                Some(known) => known.held.keys().cloned().collect(),
                None => Vec::new(),
            };
            let (before, looks) = idle.entry(chance.clone()).or_default();
            // Who is given one thing after the other is not idle.
            *looks = if *before == held { *looks + 1 } else { 1 };
            *before = held;
            let holds = *looks < LOOKS_MAX;
            let place = self.places.get(id).cloned();
            self.check(Invariant::NoStarve, holds, || {
                format!("{id} waits although {agent} could take it: {place:?}")
            });
        }
    }

    /// Both sides agree about every conversation; for when nothing is owed.
    pub(super) fn agreement(&mut self) {
        let ids: Vec<ConversationId> = self.conversations.keys().cloned().collect();
        for id in ids {
            if self.owed_to_pool.contains_key(&id) || self.owed_to_conversations.contains_key(&id) {
                continue;
            }
            self.both_sides(&id);
            let Some(c) = self.conversation(&id).cloned() else { continue };
            let place = self.places.get(&id).cloned();
            self.check(Invariant::OneQueue, agrees(&c, place.as_ref()), || {
                format!("{id}: the conversation {c:?} and the place {place:?} do not agree")
            });
        }
    }

    /// Everything has come to its end.
    pub(super) fn at_rest(&mut self) {
        let open =
            self.conversations.values().filter(|known| known.conversation.has_ended().is_none());
        let open: Vec<&Conversation> = open.map(|known| &known.conversation).collect();
        let (count, first) = (open.len(), open.first().map(|c| format!("{c:?}")));
        self.check(Invariant::Liveness, count == 0, || {
            format!("{count} conversations did not come to an end, such as {first:?}")
        });
        let held = self.agents.values().find(|agent| !agent.held.is_empty()).cloned();
        self.check(Invariant::Load, held.is_none() || count > 0, || {
            format!("everything has ended, but an agent still holds something: {held:?}")
        });
    }

    /// How many conversations have not ended.
    pub(super) fn open(&self) -> usize {
        let known = self.conversations.values();
        known.filter(|known| known.conversation.has_ended().is_none()).count()
    }
}

/// Whether the pool knows at least what this conversation has to tell it.
fn pool_knows(c: &Conversation, place: Option<&Place>) -> bool {
    let term = place.map(|place| place.token().term);
    match &c.state {
        State::Queued => term.is_some_and(|term| term >= c.token.term),
        State::Human { .. } => true,
        State::Confirming(_) if c.owner().is_some() => true,
        State::Confirming(_)
        | State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => match place {
            Some(Place::Here(item)) => item.token.term > c.token.term,
            Some(Place::Gone { .. }) | None => true,
        },
    }
}

/// Whether both sides say the same.
fn agrees(c: &Conversation, place: Option<&Place>) -> bool {
    match (&c.state, place) {
        (State::Queued, Some(Place::Here(item))) => {
            item.token.term == c.token.term
                && match item.state {
                    ItemState::Waiting | ItemState::Offered { .. } => true,
                    ItemState::Assigned { .. } => false,
                }
        }
        (State::Queued, Some(Place::Gone { .. }) | None) => false,
        (_, Some(Place::Here(item))) => match c.owner() {
            Some(owner) => {
                item.token == c.token && item.state == ItemState::Assigned { agent: owner.clone() }
            }
            None => false,
        },
        (_, Some(Place::Gone { .. }) | None) => c.owner().is_none(),
    }
}
