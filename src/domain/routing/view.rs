//! The matcher's picture of one pool, kept up to date change by change. It holds nothing that is
//! not in the store, may be stale, and may be thrown away at any time: an offer made from it
//! counts only once the pool has accepted it.
//!
//! **Clean and dirty.** The picture remembers which agents and which waiting work changed since
//! the last plan. Between the others no match is possible, because the last plan would have made
//! it; so a plan need only look at pairs with a changed side. What a plan matched stays dirty until
//! the picture is told what became of it: an offer that got lost is proposed again.

use super::attendance::may_stand_aside;
use super::bits::Bits;
use super::class::{Class, ClassKey, Rung};
use super::policies::Rank;
use super::ranking::Ranking;
use super::settings::RoutingRules;
use super::slots::Slots;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Classes without work are kept for the next time up to this number; then they are dropped.
pub const CLASSES_KEPT_MAX: usize = 1024;

/// One pool as the matcher sees it.
#[derive(Debug, Clone)]
pub struct PoolView {
    ranking: Ranking,
    pub(super) items: Slots<Work>,
    pub(super) item_slots: BTreeMap<ConversationId, u32>,
    pub(super) agents: Slots<Helper>,
    pub(super) agent_slots: BTreeMap<AgentId, u32>,
    pub(super) classes: Slots<Class>,
    pub(super) class_slots: BTreeMap<ClassKey, u32>,
    /// Agents who are signed in.
    pub(super) present: Bits,
    /// Agents who take offers at all, busy or not.
    pub(super) takers: Bits,
    /// Agents who could be offered anything now; the same as in `order`.
    pub(super) free: Bits,
    /// Agents who only cool down: no hindrance in an emergency, and asked last.
    pub(super) cooling: Bits,
    /// Agents who take offers and have one to answer: an ordinary one gives way to an emergency.
    pub(super) pledged: Bits,
    /// Free agents in the order they are asked.
    pub(super) order: Order,
    pub(super) dirty_agents: BTreeSet<u32>,
    pub(super) dirty_items: BTreeSet<u32>,
    /// Whose customers are gone, so that those who are there go first.
    asides: BTreeSet<ConversationId>,
    /// Emergencies that wait, in their order.
    pub(super) emergencies: BTreeSet<Rung>,
    /// Whether something may have changed since the last plan for agents with an open offer, whom
    /// somebody in danger may be offered to.
    pub(super) pledges_changed: bool,
    /// Waiting emergencies that somebody declined: whether anybody else is left to ask changes with
    /// every agent.
    declined_emergencies: BTreeSet<u32>,
    /// When something becomes possible without any change: the end of a pause or a hold.
    wakes: BTreeSet<(Timestamp, Sleeper)>,
    /// How much work nobody has yet.
    unassigned: usize,
    /// So many emergency offers in a row let overdue ordinary work pass.
    pub(super) emergency_run_max: u32,
    pub(super) credit_max: Duration,
    /// Emergency offers since the last ordinary one.
    pub(super) emergency_run: u32,
    /// The latest time this view has planned for.
    pub(super) now: Timestamp,
}

/// Agents in the order they are asked.
pub(super) type Order = BTreeMap<(Rank, AgentId), u32>;

/// Work in the picture.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub item: Item,
    pub class: u32,
    /// Whether it stands aside while it waits.
    pub aside: bool,
    /// Whether its offer was made because a row of emergencies let it pass: it does not give way.
    pub let_pass: bool,
    wake: Option<Timestamp>,
}

/// An agent in the picture.
#[derive(Debug, Clone)]
pub(super) struct Helper {
    pub agent: Agent,
    pub rank: Rank,
    /// See [`Ranking::breadth`].
    breadth: u32,
    pub room: u32,
    /// The classes they are able to serve: what [`Class::able`] says, read from their side.
    pub classes: Bits,
    wake: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sleeper {
    Agent(u32),
    Item(u32),
}

impl PoolView {
    /// An empty pool under these rules.
    pub fn new(rules: &RoutingRules) -> Self {
        PoolView {
            ranking: Ranking::new(rules),
            items: Slots::default(),
            item_slots: BTreeMap::new(),
            agents: Slots::default(),
            agent_slots: BTreeMap::new(),
            classes: Slots::default(),
            class_slots: BTreeMap::new(),
            present: Bits::default(),
            takers: Bits::default(),
            free: Bits::default(),
            cooling: Bits::default(),
            pledged: Bits::default(),
            order: BTreeMap::new(),
            dirty_agents: BTreeSet::new(),
            dirty_items: BTreeSet::new(),
            asides: BTreeSet::new(),
            emergencies: BTreeSet::new(),
            pledges_changed: false,
            declined_emergencies: BTreeSet::new(),
            wakes: BTreeSet::new(),
            unassigned: 0,
            emergency_run_max: rules.offers.emergency_run_max.max(1),
            credit_max: rules.credit_max,
            emergency_run: 0,
            now: Timestamp::ZERO,
        }
    }

    /// The rules changed: everyone is ranked anew. Work keeps what it asks for.
    pub fn set_rules(&mut self, rules: &RoutingRules) {
        self.ranking = Ranking::new(rules);
        self.emergency_run_max = rules.offers.emergency_run_max.max(1);
        self.credit_max = rules.credit_max;
        self.pledges_changed = true;
        self.order.clear();
        for (slot, helper) in self.agents.iter_mut() {
            helper.breadth = self.ranking.breadth(&helper.agent);
            helper.rank = self.ranking.rank(&helper.agent, helper.breadth);
            if self.free.has(slot) {
                self.order.insert((helper.rank, helper.agent.id.clone()), slot);
            }
        }
    }

    /// Work is as it says here.
    pub fn upsert_item(&mut self, item: Item) {
        let known = self.item_slots.get(&item.conversation).copied();
        let class = self.class_for(known, &item);
        let aside = self.asides.contains(&item.conversation) && may_stand_aside(&item);
        let slot = match known {
            Some(slot) => {
                self.note_offer(slot, &item);
                self.detach_item(slot, Some(class));
                slot
            }
            None => {
                let id = item.conversation.clone();
                let work = Work { item: item.clone(), class, aside, let_pass: false, wake: None };
                let slot = self.items.put(work);
                self.item_slots.insert(id, slot);
                slot
            }
        };
        if let Some(class) = self.classes.get_mut(class) {
            class.put(&item, slot, aside, true);
        }
        if item.state == ItemState::Waiting {
            self.dirty_items.insert(slot);
            if item.band() == 0 {
                self.emergencies.insert(Rung::of(&item, slot));
                if !item.paused.is_empty() {
                    self.declined_emergencies.insert(slot);
                }
            }
        }
        if item.holder().is_some() && item.band() > 0 {
            self.pledges_changed |= !self.emergencies.is_empty();
        }
        if let Some(work) = self.items.get_mut(slot) {
            work.item = item;
            work.class = class;
            work.aside = aside;
            self.unassigned += usize::from(is_unassigned(&work.item));
        }
        self.set_item_wake(slot);
    }

    /// The customers of these conversations are gone: their work stands aside, as far as it may. It
    /// keeps its place, and whose customer came back stands in line as before.
    pub fn set_asides(&mut self, asides: BTreeSet<ConversationId>) {
        let before = std::mem::replace(&mut self.asides, asides);
        let changed: Vec<u32> = before
            .symmetric_difference(&self.asides)
            .filter_map(|id| self.item_slots.get(id).copied())
            .collect();
        for slot in changed {
            let Some(work) = self.items.get_mut(slot) else { continue };
            let Some(class) = self.classes.get_mut(work.class) else { continue };
            class.put(&work.item, slot, work.aside, false);
            let aside = self.asides.contains(&work.item.conversation);
            work.aside = aside && may_stand_aside(&work.item);
            class.put(&work.item, slot, work.aside, true);
            if work.item.state == ItemState::Waiting {
                self.dirty_items.insert(slot);
            }
        }
    }

    /// Whose customers are gone.
    pub fn asides(&self) -> &BTreeSet<ConversationId> {
        &self.asides
    }

    /// Whether it waits and those who are there go first.
    pub fn stands_aside(&self, conversation: &ConversationId) -> bool {
        let work = self.item_slots.get(conversation).and_then(|slot| self.items.get(*slot));
        work.is_some_and(|work| work.aside && work.item.state == ItemState::Waiting)
    }

    /// Work is no longer here.
    pub fn remove_item(&mut self, conversation: &ConversationId) {
        if let Some(slot) = self.item_slots.remove(conversation) {
            self.detach_item(slot, None);
            self.items.take(slot);
        }
    }

    /// An agent is as they say here.
    pub fn upsert_agent(&mut self, agent: Agent) {
        let slot = match self.agent_slots.get(&agent.id) {
            Some(&slot) => slot,
            None => self.add_agent(&agent),
        };
        let Some(helper) = self.agents.get_mut(slot) else { return };
        let new_profile = helper.agent.profile != agent.profile;
        if new_profile {
            helper.breadth = self.ranking.breadth(&agent);
        }
        if self.free.has(slot) {
            self.order.remove(&(helper.rank, agent.id.clone()));
        }
        helper.rank = self.ranking.rank(&agent, helper.breadth);
        helper.room = agent.room();
        helper.agent = agent;
        if new_profile {
            self.set_able(slot);
        }
        self.set_standing(slot);
        self.set_free(slot);
        self.dirty_items.extend(&self.declined_emergencies);
        self.pledges_changed |= self.pledged.has(slot) && !self.emergencies.is_empty();
    }

    /// An agent is no longer known.
    pub fn remove_agent(&mut self, id: &AgentId) {
        let Some(slot) = self.agent_slots.remove(id) else { return };
        let Some(helper) = self.agents.get_mut(slot) else { return };
        self.order.remove(&(helper.rank, id.clone()));
        if let Some(wake) = helper.wake.take() {
            self.wakes.remove(&(wake, Sleeper::Agent(slot)));
        }
        self.wake_particular(slot);
        self.agents.take(slot);
        self.free.put(slot, false);
        self.cooling.put(slot, false);
        self.pledged.put(slot, false);
        self.takers.put(slot, false);
        self.present.put(slot, false);
        self.dirty_agents.remove(&slot);
        for (_, class) in self.classes.iter_mut() {
            class.able.put(slot, false);
        }
    }

    /// The work of a conversation.
    pub fn item(&self, conversation: &ConversationId) -> Option<&Item> {
        let slot = self.item_slots.get(conversation)?;
        self.items.get(*slot).map(|work| &work.item)
    }

    /// An agent.
    pub fn agent(&self, id: &AgentId) -> Option<&Agent> {
        let slot = self.agent_slots.get(id)?;
        self.agents.get(*slot).map(|helper| &helper.agent)
    }

    /// How much work waits or is offered. It is not counted each time: every beginning of a
    /// conversation asks.
    pub fn waiting(&self) -> usize {
        self.unassigned
    }

    /// All work, by conversation.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.item_slots.values().filter_map(|slot| self.items.get(*slot)).map(|work| &work.item)
    }

    /// How many conversations are in the pool.
    pub fn items_len(&self) -> usize {
        self.item_slots.len()
    }

    /// All agents, by id.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        let helpers = self.agent_slots.values().filter_map(|slot| self.agents.get(*slot));
        helpers.map(|helper| &helper.agent)
    }

    /// When a plan may find something new although nothing changed: a pause or hold ends.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.wakes.first().map(|(wake, _)| *wake)
    }

    /// Whether something changed since the last plan.
    pub fn is_dirty(&self) -> bool {
        !self.dirty_agents.is_empty() || !self.dirty_items.is_empty() || self.pledges_changed
    }

    /// Lets time pass: whoever and whatever slept until now is looked at again. Time never goes
    /// back, as the store's does not.
    pub(super) fn advance(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        while let Some(&(wake, sleeper)) = self.wakes.first() {
            if wake > self.now {
                break;
            }
            self.wakes.remove(&(wake, sleeper));
            match sleeper {
                Sleeper::Agent(slot) => {
                    if let Some(helper) = self.agents.get_mut(slot) {
                        helper.wake = None;
                    }
                    self.set_free(slot);
                }
                Sleeper::Item(slot) => {
                    if let Some(work) = self.items.get_mut(slot) {
                        work.wake = None;
                    }
                    self.dirty_items.insert(slot);
                    self.set_item_wake(slot);
                }
            }
        }
    }

    /// Counts emergencies in a row as they are offered, by whichever matcher.
    fn note_offer(&mut self, slot: u32, new: &Item) {
        let due = (self.now - self.credit_max).as_millis();
        let full = self.emergency_run >= self.emergency_run_max;
        let Some(work) = self.items.get_mut(slot) else { return };
        if work.item.state == ItemState::Waiting && new.state != ItemState::Waiting {
            work.let_pass = full && new.band() > 0 && new.virtual_time() <= due;
            self.emergency_run =
                if new.band() == 0 { self.emergency_run.saturating_add(1) } else { 0 };
        }
    }

    /// Takes work out of every index but the list itself.
    fn detach_item(&mut self, slot: u32, next_class: Option<u32>) {
        let Some(work) = self.items.get_mut(slot) else { return };
        if let Some(wake) = work.wake.take() {
            self.wakes.remove(&(wake, Sleeper::Item(slot)));
        }
        self.dirty_items.remove(&slot);
        // What goes may have been owed a turn before somebody in danger.
        self.pledges_changed |= !self.emergencies.is_empty();
        self.declined_emergencies.remove(&slot);
        if work.item.band() == 0 {
            self.emergencies.remove(&Rung::of(&work.item, slot));
        }
        self.unassigned -= usize::from(is_unassigned(&work.item));
        let class_slot = work.class;
        let too_many = self.classes.len() > CLASSES_KEPT_MAX;
        let Some(class) = self.classes.get_mut(class_slot) else { return };
        class.put(&work.item, slot, work.aside, false);
        if too_many && class.is_empty() && next_class != Some(class_slot) {
            self.drop_class(class_slot);
        }
    }

    fn set_item_wake(&mut self, slot: u32) {
        let Some(work) = self.items.get_mut(slot) else { return };
        if work.item.state != ItemState::Waiting {
            return;
        }
        let hold = work.item.preferred.iter().map(|preferred| preferred.until);
        let again = work.item.asked_again_from;
        let ends = work.item.paused.values().copied().chain(hold).chain(again);
        work.wake = ends.filter(|end| *end > self.now).min();
        if let Some(wake) = work.wake {
            self.wakes.insert((wake, Sleeper::Item(slot)));
        }
    }

    fn add_agent(&mut self, agent: &Agent) -> u32 {
        let breadth = self.ranking.breadth(agent);
        let rank = self.ranking.rank(agent, breadth);
        let agent = agent.clone();
        let id = agent.id.clone();
        let classes = Bits::default();
        let helper = Helper { agent, rank, breadth, room: 0, classes, wake: None };
        let slot = self.agents.put(helper);
        self.agent_slots.insert(id, slot);
        self.set_able(slot);
        slot
    }

    /// Notes whether an agent is there and takes offers.
    fn set_standing(&mut self, slot: u32) {
        let Some(helper) = self.agents.get(slot) else { return };
        let (present, takes) = (helper.agent.is_there(), helper.agent.takes_offers());
        if self.takers.has(slot) && !takes {
            self.wake_particular(slot);
        }
        self.present.put(slot, present);
        self.takers.put(slot, takes);
    }

    /// Whoever leaves is no longer waited for, and may leave nobody but those who declined. So
    /// work that this matters to is looked at again. (Whoever comes makes nothing possible but what
    /// they can take themselves.)
    pub(super) fn wake_particular(&mut self, slot: u32) {
        let Some(helper) = self.agents.get(slot) else { return };
        for class in helper.classes.iter().filter_map(|class| self.classes.get(class)) {
            self.dirty_items.extend(&class.particular);
        }
    }

    /// Notes whether an agent could be offered something now, or when.
    fn set_free(&mut self, slot: u32) {
        let Some(helper) = self.agents.get_mut(slot) else { return };
        if let Some(wake) = helper.wake.take() {
            self.wakes.remove(&(wake, Sleeper::Agent(slot)));
        }
        let ready = is_ready(helper);
        let cools = ready && helper.agent.paused_until > self.now;
        self.free.put(slot, ready && !cools);
        self.cooling.put(slot, cools);
        let agent = &helper.agent;
        self.pledged.put(slot, agent.takes_offers() && agent.has_live_offer());
        if ready {
            self.dirty_agents.insert(slot);
        } else {
            self.dirty_agents.remove(&slot);
        }
        if ready && !cools {
            self.order.insert((helper.rank, helper.agent.id.clone()), slot);
        }
        if cools {
            helper.wake = Some(helper.agent.paused_until);
            self.wakes.insert((helper.agent.paused_until, Sleeper::Agent(slot)));
        }
    }
}

/// Whether nobody has this work yet.
fn is_unassigned(item: &Item) -> bool {
    match item.state {
        ItemState::Waiting | ItemState::Offered { .. } => true,
        ItemState::Assigned { .. } => false,
    }
}

/// Whether they could be offered something, cool-down aside. One offer at a time, and nothing to
/// whoever is full.
pub(super) fn is_ready(helper: &Helper) -> bool {
    helper.agent.takes_offers() && !helper.agent.has_live_offer() && helper.room > 0
}
