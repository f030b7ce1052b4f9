//! What places and agents were a while ago. A process may tell customers what was true a moment before, and
//! learns of each thing by itself: its picture mixes what is with what was just now.

use super::model::Model;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::{Item, Place};
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// So long it is kept.
const KEPT: Duration = Duration::from_secs(20 * 60);
/// So much of each thing is kept although it is older: the clock may jump.
const KEPT_MIN: usize = 8;

/// What was, and when it ceased to be.
#[derive(Clone)]
struct Versions<T>(VecDeque<(Timestamp, Option<T>)>);

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Versions(VecDeque::new())
    }
}

impl<T: PartialEq> Versions<T> {
    fn add(&mut self, was: Option<T>, at: Timestamp) {
        self.0.push_back((at, was));
        let old = |(ended, _): &(Timestamp, Option<T>)| at.since(*ended) > KEPT;
        while self.0.len() > KEPT_MIN && self.0.front().is_some_and(old) {
            self.0.pop_front();
        }
    }

    fn since(&self, from: Timestamp) -> impl Iterator<Item = Option<&T>> {
        self.0
            .iter()
            .rev()
            .take_while(move |(ended, _)| *ended >= from)
            .map(|(_, was)| was.as_ref())
    }
}

/// How old a process's picture of the pool may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    /// At most so old.
    Within(Duration),
    /// A task stands still, or the clock jumps: nobody can say.
    OfAnyAge,
}

impl Picture {
    fn known_since(self, at: Timestamp) -> Timestamp {
        match self {
            Picture::Within(span) => at - span,
            Picture::OfAnyAge => at - KEPT,
        }
    }
}

/// When nothing goes wrong.
const OLD_IN_CALM: Duration = Duration::from_secs(15);
/// When rings, answers and whole processes are lost.
const OLD_IN_BAD_WEATHER: Duration = Duration::from_secs(60);

/// The past of one pool.
#[derive(Clone, Default)]
pub(super) struct Past {
    items: BTreeMap<ConversationId, Versions<Item>>,
    agents: BTreeMap<AgentId, Versions<Agent>>,
    /// Nothing is known of what was before.
    pub(super) begins: Timestamp,
}

impl Past {
    /// When this place changed last; `None` if that is not known.
    pub(super) fn changed(&self, id: &ConversationId) -> Option<Timestamp> {
        self.items.get(id)?.0.back().map(|(ended, _)| *ended)
    }
}

impl Model {
    /// How old the pictures of processes may be now.
    pub(super) fn pictures(&self) -> Picture {
        match self.pages.calm {
            Some(calm) if self.now >= calm + OLD_IN_CALM => Picture::Within(OLD_IN_CALM),
            Some(_) | None if self.steady => Picture::Within(OLD_IN_BAD_WEATHER),
            Some(_) | None => Picture::OfAnyAge,
        }
    }

    /// Since when something must have been so for every process to know it now. What was looked at before a
    /// jump of the clock may be told after it.
    pub(super) fn known_since(&self, at: Timestamp) -> Timestamp {
        let known = self.pictures().known_since(at);
        self.jumped.filter(|(_, to)| *to >= known).map_or(known, |(from, _)| known.min(from))
    }

    /// The clock jumped.
    pub(super) fn jumped(&mut self, from: Timestamp, to: Timestamp) {
        let before = self.jumped.filter(|(_, ended)| from.since(*ended) <= KEPT);
        self.jumped = Some((before.map_or(from, |(first, _)| first), to));
    }

    /// These are about to change.
    pub(super) fn remember_what_was<'a>(
        &mut self,
        places: impl Iterator<Item = &'a ConversationId>,
        agents: impl Iterator<Item = &'a AgentId>,
    ) {
        let now = self.now;
        for id in places {
            let was = here(self.places.get(id)).cloned();
            self.past.items.entry(id.clone()).or_default().add(was, now);
        }
        for id in agents {
            let was = self.agents.get(id).cloned();
            self.past.agents.entry(id.clone()).or_default().add(was, now);
        }
    }

    /// The pool is what it was once: what was seen meanwhile says nothing any more.
    pub(super) fn forget_what_was(&mut self) {
        self.past = Past { begins: self.now, ..Past::default() };
    }

    /// What was at this place at any time since then; now first.
    pub(super) fn items_since(&self, id: &ConversationId, from: Timestamp) -> Vec<Option<&Item>> {
        let now = here(self.places.get(id));
        let before = self.past.items.get(id).into_iter().flat_map(|was| was.since(from));
        std::iter::once(now).chain(before).collect()
    }

    /// Sessions are counted from here: anew in a store that went back, and for who comes again.
    pub(super) fn sessions_epoch(&self) -> (u64, u64) {
        (self.rewinds, self.removals)
    }

    /// Whether this agent could do all that they can now since then.
    pub(super) fn is_as_it_was(&self, agent: &Agent, since: Timestamp) -> bool {
        let mut before =
            self.past.agents.get(&agent.id).into_iter().flat_map(|was| was.since(since));
        before.all(|was| was.is_some_and(|was| was.profile == agent.profile))
    }

    /// What each agent was at any time since then; `None`: not known.
    pub(super) fn agents_since(&self, from: Timestamp) -> Vec<Vec<Option<&Agent>>> {
        let ids: BTreeSet<&AgentId> = self.agents.keys().chain(self.past.agents.keys()).collect();
        let of = |id: &AgentId| {
            let before = self.past.agents.get(id).into_iter().flat_map(|was| was.since(from));
            std::iter::once(self.agents.get(id)).chain(before).collect()
        };
        ids.into_iter().map(of).collect()
    }

    /// Every place that anything was at since then.
    pub(super) fn places_since(&self, from: Timestamp) -> BTreeSet<&ConversationId> {
        let lately =
            self.past.items.iter().filter(move |(_, was)| was.since(from).next().is_some());
        self.places.keys().chain(lately.map(|(id, _)| id)).collect()
    }
}

/// What stands there.
pub(super) fn here(place: Option<&Place>) -> Option<&Item> {
    match place {
        Some(Place::Here(item)) => Some(item),
        Some(Place::Gone { .. }) | None => None,
    }
}
