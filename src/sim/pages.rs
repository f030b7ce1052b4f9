//! The pages of simulated customers: who has one open, who walks away from it while they wait, and the
//! checkers that look whether those who are there are offered first, and nobody is passed by for ever.

use super::model::{Invariant, Model};
use super::world::World;
use crate::domain::conversation::promise::PromiseKind;
use crate::domain::conversation::state::State;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::pool::work::meets;
use crate::domain::routing::attendance::{AttendanceRules, may_stand_aside};
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// What a process knows of a page is at most so old.
const KNOWN_WITHIN: Duration = Duration::from_secs(30);
/// A page that was open for so long while its owner waited is known to every process.
const NOTICED_AFTER: Duration = Duration::from_secs(20);
/// Two who were planned for at once may be served in either order, as an agent's answer comes between;
/// that this happens more often in one world is no chance.
const PASSED_BY_CHANCE: u32 = 3;

/// What is true of the pages of a world.
#[derive(Clone, Default)]
pub(super) struct Pages {
    pages: BTreeMap<ConversationId, Page>,
    /// Up to when each page is open, as the store has it: in bad weather a page may come and go before
    /// anybody could say so.
    pub(super) said: BTreeMap<String, i64>,
    rules: AttendanceRules,
    /// Nothing goes wrong any more, or never did, since then.
    pub(super) calm: Option<Timestamp>,
    /// Whoever is there was passed by so often.
    passed_by: u32,
    /// Walks of customers who waited, offers of those who were gone, questions kept for them.
    pub(super) walks: u64,
    pub(super) offered: u64,
    pub(super) kept: u64,
}

#[derive(Clone, Copy)]
struct Page {
    opened: Timestamp,
    /// `None` while it is open.
    closed: Option<Timestamp>,
}

impl Pages {
    pub(super) fn new(rules: AttendanceRules) -> Self {
        Pages { rules, ..Pages::default() }
    }

    pub(super) fn opens(&mut self, id: &ConversationId, at: Timestamp) {
        self.pages.insert(id.clone(), Page { opened: at, closed: None });
    }

    pub(super) fn closes(&mut self, id: &ConversationId, at: Timestamp) {
        if let Some(page) = self.pages.get_mut(id) {
            page.closed = Some(at);
        }
    }

    /// A customer was told something.
    pub(super) fn told(&mut self, key: &str) {
        self.kept += u64::from(key == TextKey::QuestionKeptPageClosed.name());
    }

    /// How often customers walked away, were offered all the same, and had their question kept.
    pub(super) fn counts(&self) -> [(&'static str, u64); 3] {
        [("walks", self.walks), ("offered", self.offered), ("kept", self.kept)]
    }

    /// For how long the page is certainly known to be closed; `None` if it is not.
    /// Pages are told of only while their owners wait.
    fn gone_for(&self, item: &Item, at: Timestamp) -> Option<Duration> {
        let page = self.pages.get(&item.conversation)?;
        let noticed = page.opened.max(item.waiting_since) + NOTICED_AFTER;
        let closed = page.closed.filter(|closed| *closed >= noticed)?;
        let said = self.said.get(item.conversation.as_str()).copied()?;
        let gone = closed.max(Timestamp::from_millis(said)) + self.rules.gone_after;
        (at > gone + KNOWN_WITHIN).then(|| at.since(gone))
    }

    /// Whether every process takes the customer for gone, within the time in which others go first.
    fn stands_aside(&self, item: &Item, at: Timestamp) -> bool {
        self.gone_for(item, at).is_some_and(|gone| gone + KNOWN_WITHIN < self.rules.aside_for)
    }

    /// An open page that nobody has said to be open, although its owner has waited long enough.
    fn unsaid(&self, item: &Item, at: Timestamp) -> bool {
        let open = self.pages.get(&item.conversation).filter(|page| page.closed.is_none());
        let said = self.said.get(item.conversation.as_str()).copied();
        open.is_some_and(|page| at.since(page.opened.max(item.waiting_since)) > NOTICED_AFTER)
            && said.is_none_or(|said| Timestamp::from_millis(said) < at)
    }

    /// Whether the customer is there for certain: the page is open, or none was ever opened.
    fn is_there(&self, id: &ConversationId, at: Timestamp) -> bool {
        self.pages
            .get(id)
            .is_none_or(|page| page.closed.is_none() && at.since(page.opened) > KNOWN_WITHIN)
    }
}

impl Model {
    /// Whether some process may take the customer for gone, so that others go first.
    pub(super) fn may_be_gone(&self, id: &ConversationId) -> bool {
        let page = self.pages.pages.get(id);
        // That they are back is learnt within a while, too.
        let is_back = page.is_some_and(|page| self.now < page.opened + KNOWN_WITHIN);
        let said = self.pages.said.get(id.as_str()).copied();
        is_back
            || said.is_some_and(|said| {
                let (rules, closed) = (&self.pages.rules, Timestamp::from_millis(said));
                let gone = closed + rules.gone_after;
                // A process that has started anew counts from its own beginning.
                let counted = closed.max(self.pages.calm.unwrap_or(self.now));
                let back = counted + rules.gone_after + rules.aside_for + KNOWN_WITHIN;
                gone < self.now + KNOWN_WITHIN && self.now < back
            })
    }

    /// Whoever is gone is offered only while nobody who is there could be helped by this agent.
    pub(super) fn judge_order(&mut self, item: &Item, agent: &AgentId, at: Timestamp) {
        if !may_stand_aside(item) || !self.pages.stands_aside(item, at) {
            return;
        }
        self.pages.offered += 1;
        if self.pages.calm.is_none_or(|calm| at < calm + 2 * KNOWN_WITHIN) {
            return;
        }
        let Some(agent) = self.agents.get(agent).cloned() else { return };
        let there = self.places.values().find_map(|place| match place {
            Place::Here(other) if other.state == ItemState::Waiting => {
                let free = other.band() > 0
                    && other.cost <= item.cost
                    && other.preferred.is_none()
                    && !other.excluded.contains(&agent.id)
                    && !other.paused.contains_key(&agent.id)
                    && !agent.held.contains_key(&other.conversation)
                    && at.since(other.waiting_since) > KNOWN_WITHIN
                    && self.pages.is_there(&other.conversation, at)
                    && meets(&agent, &other.handoff.needs);
                free.then(|| other.conversation.clone())
            }
            Place::Here(_) | Place::Gone { .. } => None,
        });
        self.pages.passed_by += u32::from(there.is_some());
        let holds = self.pages.passed_by < PASSED_BY_CHANCE;
        self.check(Invariant::NoStarve, holds, || {
            let gone = &item.conversation;
            format!("{gone}, who is gone, was offered to {} before {there:?}", agent.id)
        });
    }

    /// Whoever waits with an open page is known to be there.
    pub(super) fn judge_present(&mut self, at: Timestamp) {
        let Some(calm) = self.pages.calm else { return };
        if at < calm + NOTICED_AFTER {
            return;
        }
        let here = |place: &Place| match place {
            Place::Here(item) => self.pages.unsaid(item, at).then(|| item.conversation.clone()),
            Place::Gone { .. } => None,
        };
        let unsaid = self.places.values().find_map(here);
        self.check(Invariant::NoStarve, unsaid.is_none(), || {
            format!("the page of {unsaid:?} is open, and nobody says so")
        });
    }

    /// Whoever was passed by for as long as may be has been promised an answer.
    pub(super) fn judge_absent(&mut self, at: Timestamp) {
        let Some(calm) = self.pages.calm else { return };
        let passed = self.pages.rules.aside_for + 2 * KNOWN_WITHIN;
        if self.pages.rules.aside_for.is_zero() || at < calm + passed {
            return;
        }
        let waiting: Vec<ConversationId> = self
            .places
            .values()
            .filter_map(|place| match place {
                Place::Here(item) => Some(item),
                Place::Gone { .. } => None,
            })
            .filter(|item| item.state == ItemState::Waiting && may_stand_aside(item))
            .filter(|item| at.since(item.waiting_since) > passed)
            .filter(|item| self.pages.gone_for(item, at).is_some_and(|gone| gone > passed))
            .map(|item| item.conversation.clone())
            .collect();
        for id in waiting {
            let Some(c) = self.conversation(&id) else { continue };
            if !c.handoff.as_ref().is_some_and(|asked| asked.confirmed) {
                continue;
            }
            let open = c.promise.as_ref().filter(|open| open.kind != PromiseKind::Wait);
            let holds = open.is_some() || c.is_in_danger() || c.state != State::Queued;
            self.check(Invariant::NoStarve, holds, || {
                format!("{id} is gone, was passed by for long enough, and nothing was kept")
            });
        }
    }
}

/// A page is open for as long as this lives; on which instance is chance.
pub(super) struct OpenPage {
    world: Rc<World>,
    id: ConversationId,
    _attached: Option<crate::app::attending::Attached>,
}

impl OpenPage {
    pub(super) fn on(world: &Rc<World>, number: usize, id: &ConversationId) -> OpenPage {
        let app = world.instances[number].app.borrow();
        let attached = app.as_ref().map(|app| app.attach(id));
        world.model().pages.opens(id, world.now());
        OpenPage { world: Rc::clone(world), id: id.clone(), _attached: attached }
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let now = self.world.now();
        self.world.model().pages.closes(&self.id, now);
    }
}
