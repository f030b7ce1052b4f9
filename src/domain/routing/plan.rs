//! Which offers to make now.
//!
//! Work is taken in the order of its places (whoever is gone after those who are there, for a time:
//! see [`super::attendance`]), and each is offered to the first free agent who may have it, in the
//! order of the policy; an agent gets one offer at a time. Somebody in danger is also offered to
//! agents who cool down after an offer they did not take, after all others; then an ordinary offer
//! without an answer gives way to them, and else they are offered beside what is open (see
//! `giving_way.rs`). [`plan_all`] says this of the whole pool. [`plan`] gives the same result but looks
//! only at what changed since the last one (see [`super::view`]): a freed place costs a look at the heads
//! of the classes that its agent is able to serve, an arrival a look through the free agents.

use super::bits::Bits;
use super::class::{Rung, line_of};
use super::giving_way::{LastResort, last_resorts};
use super::policies::Rank;
use super::settings::RoutingRules;
use super::view::{Helper, Order, PoolView, Work, is_ready};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::item::ItemState;
use crate::domain::pool::work::speaks_own;
use crate::domain::time::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::ops::Bound;

/// Up to so many changes are looked at one by one; beyond that, everything is.
const CHANGES_SINGLY_MAX: usize = 1024;

/// A proposal to the pool: offer this conversation to that agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What to offer.
    pub conversation: ConversationId,
    /// To whom.
    pub agent: AgentId,
    /// The token the decision rests on; if the pool knows a newer one, it is void.
    pub basis: Token,
    /// Until when the agent has to answer.
    pub until: Timestamp,
    /// Why this and why them.
    pub why: Why,
    /// Whose unanswered offer to this agent gives way to it.
    pub instead_of: Option<ConversationId>,
}

/// Why an offer is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Why it is the turn of this conversation.
    pub turn: Turn,
    /// Why this agent.
    pub choice: Choice,
    /// Milliseconds waited in all, in this episode.
    pub waited_ms: u64,
    /// What the agent held, in units.
    pub load: u32,
    /// What the agent can hold, in units.
    pub capacity: u32,
}

/// Why it is the turn of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It is an emergency.
    Emergency,
    /// It has waited so long that a row of emergencies must let it pass.
    OverAge,
    /// Nothing that this agent could take comes before it.
    InOrder,
    /// The customer is gone, but nobody who is there could be helped by this agent.
    NobodyThere,
}

/// Why an agent is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// They are the preferred one.
    Preferred,
    /// They are the first by the policy of that name.
    Policy(&'static str),
    /// They did not take it before, but nobody else is left to ask.
    NobodyElse,
    /// They have not answered an ordinary offer, which gives way to somebody in danger.
    GivesWay,
    /// They have an offer to answer, and room for somebody in danger besides.
    Beside,
}

/// The offers to make now, from what changed since the last plan.
pub fn plan(view: &mut PoolView, rules: &RoutingRules, at: Timestamp) -> Vec<Offer> {
    view.advance(at);
    // After a start everything is new: then the lines of the classes are the shorter way.
    let fresh = (view.dirty_items.len() <= CHANGES_SINGLY_MAX).then(|| {
        let mut fresh = Askable::default();
        for slot in &view.dirty_agents {
            fresh.free.put(*slot, view.free.has(*slot));
            fresh.cooling.put(*slot, view.cooling.has(*slot));
        }
        fresh
    });
    let order = std::mem::take(&mut view.order);
    let all = Askable { free: view.free.clone(), cooling: view.cooling.clone() };
    let mut round = Round { view, rules, at: view.now, order, all, fresh };
    let matches = round.run();
    let offers = matches.iter().filter_map(|found| round.offer(found)).collect();
    let mut order = std::mem::take(&mut round.order);
    let asked = |found: &Match| {
        let helper = view.agents.get(found.agent).filter(|_| view.free.has(found.agent))?;
        Some(((helper.rank, helper.agent.id.clone()), found.agent))
    };
    order.extend(matches.iter().filter_map(asked));
    view.order = order;
    view.pledges_changed = false;
    view.dirty_items = matches.iter().map(|found| found.item).collect();
    view.dirty_agents = matches.iter().map(|found| found.agent).collect();
    offers
}

/// The offers to make now, from the whole pool. The same as [`plan`], at a higher price and without
/// touching the view.
pub fn plan_all(view: &PoolView, rules: &RoutingRules, at: Timestamp) -> Vec<Offer> {
    let at = at.max(view.now);
    let (mut all, mut order) = (Askable::default(), Order::new());
    for (slot, helper) in view.agents.iter().filter(|(_, helper)| is_ready(helper)) {
        let cools = helper.agent.paused_until > at;
        all.cooling.put(slot, cools);
        all.free.put(slot, !cools);
        if !cools {
            order.insert((helper.rank, helper.agent.id.clone()), slot);
        }
    }
    let mut round = Round { view, rules, at, order, all, fresh: None };
    let matches = round.run();
    matches.iter().filter_map(|found| round.offer(found)).collect()
}

/// Whether this work is still kept from everyone but its preferred agent. An absent agent is not
/// waited for, and in an emergency nobody is.
pub(super) fn is_held(view: &PoolView, work: &Work, at: Timestamp) -> bool {
    let Some(preferred) = &work.item.preferred else { return false };
    if work.item.band() == 0 || preferred.until <= at {
        return false;
    }
    let Some(slot) = view.agent_slots.get(&preferred.agent) else { return false };
    let able = view.classes.get(work.class).is_some_and(|class| class.able.has(*slot));
    able && view.takers.has(*slot)
        && !work.item.excluded.contains(&preferred.agent)
        && !is_paused(work, &preferred.agent, at)
}

/// Whether this agent did not take this work a short while ago.
pub(super) fn is_paused(work: &Work, agent: &AgentId, at: Timestamp) -> bool {
    work.item.paused.get(agent).is_some_and(|until| *until > at)
}

/// Whether everyone who takes offers and may have this work has not taken it: then those are asked
/// again, rather than letting the customer wait for nobody. In an emergency whoever has no room is
/// nobody either: those who declined are asked again, rather than waiting for a seat.
pub(super) fn is_nobody_else(view: &PoolView, work: &Work, at: Timestamp) -> bool {
    let Some(class) = view.classes.get(work.class) else { return false };
    let urgent = work.item.band() == 0;
    if urgent && work.item.asked_again_from.is_some_and(|from| from > at) {
        return false;
    }
    !class.able.both(&view.takers).any(|slot| {
        view.agents.get(slot).is_some_and(|helper| {
            let id = &helper.agent.id;
            !work.item.excluded.contains(id)
                && !is_paused(work, id, at)
                && (!urgent || has_room(helper, work))
        })
    })
}

/// Whether this agent has a seat for this work, and does not still write it up.
fn has_room(helper: &Helper, work: &Work) -> bool {
    helper.room >= work.item.cost.max(1) && !helper.agent.held.contains_key(&work.item.conversation)
}

/// Agents who can be asked.
#[derive(Default)]
struct Askable {
    /// For anything.
    free: Bits,
    /// In an emergency only, after those who are free.
    cooling: Bits,
}

impl Askable {
    /// Those who can be asked for work of this band.
    fn sets(&self, band: u8) -> impl Iterator<Item = &Bits> {
        std::iter::once(&self.free).chain((band == 0).then_some(&self.cooling))
    }

    fn take_out(&mut self, agent: u32) {
        self.free.put(agent, false);
        self.cooling.put(agent, false);
    }
}

/// One planning: who is still free, and what may still be theirs.
struct Round<'a> {
    view: &'a PoolView,
    rules: &'a RoutingRules,
    at: Timestamp,
    /// Free agents not asked yet, in order.
    order: Order,
    /// Those who can be asked.
    all: Askable,
    /// Of these, the ones unchanged work has to be compared with; `None` = all.
    fresh: Option<Askable>,
}

/// One found pair.
struct Match {
    item: u32,
    agent: u32,
    turn: Turn,
    choice: Choice,
    instead_of: Option<ConversationId>,
}

/// The lines of one kind, merged: the heads of those that are worth looking at.
struct Lines<'a> {
    heads: BinaryHeap<Reverse<(&'a Rung, Source)>>,
    line: usize,
}

/// Where a head comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// The line of this class.
    Class(u32),
    /// Changed work, looked at by itself.
    Changed,
}

impl<'a> Round<'a> {
    fn run(&mut self) -> Vec<Match> {
        let changed = self.changed();
        let classes = self.served();
        let mut emergencies = self.lines(0, &classes, &changed);
        let mut ordinary = self.lines(1, &classes, &changed);
        let mut aside = self.lines(2, &classes, &changed);
        let mut run = self.view.emergency_run;
        // Work that no newcomer could overtake any more, whatever its credit.
        let over_age = (self.at - self.rules.credit_max).as_millis();
        let mut found = Vec::new();
        loop {
            if run >= self.rules.offers.emergency_run_max.max(1)
                && let Some(next) = self.next(&mut ordinary, Turn::OverAge, over_age)
            {
                run = 0;
                found.push(next);
                continue;
            }
            if let Some(next) = self.next(&mut emergencies, Turn::Emergency, i64::MAX) {
                run = run.saturating_add(1);
                found.push(next);
                continue;
            }
            let next = self.next(&mut ordinary, Turn::InOrder, i64::MAX);
            let next = next.or_else(|| self.next(&mut aside, Turn::NobodyThere, i64::MAX));
            let Some(next) = next else { break };
            run = 0;
            found.push(next);
        }
        self.ask_beside_offers(&mut found);
        found
    }

    /// Somebody in danger for whom nobody can be asked at once.
    fn ask_beside_offers(&self, found: &mut Vec<Match>) {
        let asked: BTreeSet<u32> = found.iter().map(|found| found.item).collect();
        let resorts = last_resorts(self.view, |item| asked.contains(&item), self.at);
        found.extend(resorts.into_iter().map(|resort| {
            let yields = resort.instead_of.is_some();
            let choice = if yields { Choice::GivesWay } else { Choice::Beside };
            let LastResort { item, agent, instead_of } = resort;
            Match { item, agent, turn: Turn::Emergency, choice, instead_of }
        }));
    }

    /// Waiting work that changed and is looked at by itself, with the line it stands in.
    fn changed(&self) -> Vec<(usize, Rung)> {
        if self.fresh.is_none() {
            return Vec::new();
        }
        let work = self.view.dirty_items.iter().filter_map(|slot| {
            let work = self.view.items.get(*slot)?;
            let line = line_of(work.item.band(), work.aside);
            (work.item.state == ItemState::Waiting).then(|| (line, Rung::of(&work.item, *slot)))
        });
        work.collect()
    }

    /// The classes that somebody who can be asked is able to serve. Without anyone new there is none:
    /// then only changed work can find someone.
    fn served(&self) -> Bits {
        let view = self.view;
        let mut served = Bits::default();
        if self.fresh.is_some() {
            let helpers = view.dirty_agents.iter().filter_map(|slot| self.helper(*slot));
            helpers.for_each(|helper| served.add(&helper.classes));
            return served;
        }
        for (slot, class) in view.classes.iter() {
            let anyone = self.all.sets(0).any(|askable| class.able.meets(askable));
            served.put(slot, anyone);
        }
        served
    }

    /// The lines of these classes that have something to look at.
    fn lines<'b>(&self, line: usize, classes: &Bits, changed: &'b [(usize, Rung)]) -> Lines<'b>
    where
        'a: 'b,
    {
        let view = self.view;
        let worth = classes.iter().filter_map(|slot| {
            let first = view.classes.get(slot)?.waiting[line].first()?;
            Some(Reverse((first, Source::Class(slot))))
        });
        let changed = changed.iter().filter(|(here, _)| *here == line);
        let changed = changed.map(|(_, rung)| Reverse((rung, Source::Changed)));
        Lines { heads: worth.chain(changed).collect(), line }
    }

    /// The next work of these lines, no younger than `limit`, that someone free may have. What
    /// nobody may have now is passed over for good: within a round nobody becomes free.
    fn next<'b>(&mut self, lines: &mut Lines<'b>, turn: Turn, limit: i64) -> Option<Match>
    where
        'a: 'b,
    {
        let view: &'b PoolView = self.view;
        loop {
            let Reverse((rung, source)) = *lines.heads.peek()?;
            if rung.vt > limit {
                return None;
            }
            lines.heads.pop();
            let found = match source {
                Source::Changed => self.choose(rung.slot, false),
                Source::Class(class) => {
                    if !self.is_anyone_for(class, rung.band) {
                        continue;
                    }
                    lines.push_after(view, rung, class);
                    if self.is_changed(rung.slot) {
                        continue;
                    }
                    self.choose(rung.slot, true)
                }
            };
            if let Some((agent, choice)) = found {
                self.ask(agent);
                return Some(Match { item: rung.slot, agent, turn, choice, instead_of: None });
            }
        }
    }

    fn is_changed(&self, item: u32) -> bool {
        self.fresh.is_some() && self.view.dirty_items.contains(&item)
    }

    /// Whether unchanged work of this class may still find anyone.
    fn is_anyone_for(&self, class: u32, band: u8) -> bool {
        let among = self.fresh.as_ref().unwrap_or(&self.all);
        let Some(class) = self.view.classes.get(class) else { return false };
        let roomy = |slot| self.helper(slot).is_some_and(|helper| helper.room >= class.key.cost);
        among.sets(band).any(|askable| class.able.both(askable).any(roomy))
    }

    /// The agent to ask for this work, if there is one.
    fn choose(&self, item: u32, unchanged: bool) -> Option<(u32, Choice)> {
        let view = self.view;
        let work = view.items.get(item)?;
        let class = view.classes.get(work.class)?;
        let among = self.fresh.as_ref().filter(|_| unchanged).unwrap_or(&self.all);
        let again = !work.item.paused.is_empty() && is_nobody_else(view, work, self.at);
        let suits = |slot: u32| {
            among.free.has(slot)
                && class.able.has(slot)
                && self.helper(slot).is_some_and(|helper| may_have(helper, work, again, self.at))
        };
        if let Some(preferred) = &work.item.preferred {
            let slot = view.agent_slots.get(&preferred.agent).copied();
            if let Some(slot) = slot.filter(|slot| suits(*slot)) {
                return Some((slot, Choice::Preferred));
            }
            if is_held(view, work, self.at) {
                return None;
            }
        }
        let usual =
            if again { Choice::NobodyElse } else { Choice::Policy(self.rules.policy.name()) };
        // Whoever speaks the customer's own language comes before those they merely agreed to.
        let of_own = |slot: u32| {
            let needs = &work.item.handoff.needs;
            self.helper(slot).is_some_and(|helper| speaks_own(&helper.agent, needs)) && suits(slot)
        };
        let agreed = work.item.handoff.needs.also.is_some();
        let first = agreed.then(|| self.first(&class.able, &among.free, of_own)).flatten();
        if let Some(agent) = first.or_else(|| self.first(&class.able, &among.free, suits)) {
            return Some((agent, usual));
        }
        if work.item.band() > 0 {
            return None;
        }
        // Nobody in danger waits for a cool-down; whoever has just let an offer pass comes last.
        let cooling = class.able.both(&among.cooling);
        let cooling = cooling.filter_map(|slot| Some((slot, self.helper(slot)?)));
        let cooling = cooling.filter(|(_, helper)| may_have(helper, work, again, self.at));
        let (agent, helper) = cooling.min_by_key(|(_, helper)| turn_of(work, helper))?;
        let first = work.item.preferred.as_ref();
        let preferred = first.is_some_and(|first| first.agent == helper.agent.id);
        Some((agent, if preferred { Choice::Preferred } else { usual }))
    }

    /// The first in order among those who suit: by going through the order, or, where few come
    /// into question, through these.
    fn first(&self, able: &Bits, among: &Bits, suits: impl Fn(u32) -> bool) -> Option<u32> {
        if !able.share_more_than(among, self.order.len().isqrt()) {
            let those = able.both(among).filter(|slot| suits(*slot));
            return those.min_by_key(|slot| {
                self.helper(*slot).map(|helper| (helper.rank, &helper.agent.id))
            });
        }
        self.order.values().copied().find(|slot| suits(*slot))
    }

    /// This agent has got an offer.
    fn ask(&mut self, agent: u32) {
        self.all.take_out(agent);
        if let Some(fresh) = &mut self.fresh {
            fresh.take_out(agent);
        }
        if let Some(helper) = self.view.agents.get(agent) {
            self.order.remove(&(helper.rank, helper.agent.id.clone()));
        }
    }

    fn helper(&self, slot: u32) -> Option<&'a Helper> {
        self.view.agents.get(slot)
    }

    fn offer(&self, found: &Match) -> Option<Offer> {
        let item = &self.view.items.get(found.item)?.item;
        let agent = &self.view.agents.get(found.agent)?.agent;
        Some(Offer {
            conversation: item.conversation.clone(),
            agent: agent.id.clone(),
            basis: item.token,
            until: self.at + self.rules.offers.timeout,
            why: Why {
                turn: found.turn,
                choice: found.choice,
                waited_ms: self.at.since(item.waits_since()).as_millis() as u64,
                load: agent.load(),
                capacity: agent.profile.capacity,
            },
            instead_of: found.instead_of.clone(),
        })
    }
}

impl<'b> Lines<'b> {
    /// The next of a class's line stands at its head.
    fn push_after(&mut self, view: &'b PoolView, rung: &'b Rung, class: u32) {
        let Some(found) = view.classes.get(class) else { return };
        let rest = (Bound::Excluded(rung), Bound::Unbounded);
        if let Some(next) = found.waiting[self.line].range(rest).next() {
            self.heads.push(Reverse((next, Source::Class(class))));
        }
    }
}

/// The order in which agents are asked for this work, cool-downs aside.
pub(super) fn turn_of<'a>(work: &Work, helper: &'a Helper) -> (bool, bool, Rank, &'a AgentId) {
    let first = work.item.preferred.as_ref().map(|preferred| &preferred.agent);
    let other_language = !speaks_own(&helper.agent, &work.item.handoff.needs);
    (first != Some(&helper.agent.id), other_language, helper.rank, &helper.agent.id)
}

/// Whether this agent may have this work, ability and cool-down aside.
pub(super) fn may_have(helper: &Helper, work: &Work, again: bool, at: Timestamp) -> bool {
    let id = &helper.agent.id;
    helper.room >= work.item.cost
        && !work.item.excluded.contains(id)
        && (again || !is_paused(work, id, at))
        // They still write up this very conversation.
        && !helper.agent.held.contains_key(&work.item.conversation)
}
