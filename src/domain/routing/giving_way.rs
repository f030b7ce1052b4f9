//! Somebody in danger, and agents who have not answered an offer yet: an emergency never waits for an
//! answer about something else. Only when nobody can be asked without it.
//!
//! An ordinary offer gives way, the oldest first; what gave way keeps its place and its clock. Where none
//! can, because all that is open is about others in danger or must not give way, whoever has room for
//! one more is asked beside it, the one with the fewest open offers first.
//!
//! **Bounds.** One conversation gives way no more often in a stay than emergencies may follow each
//! other (`offers.emergency_run_max`), and an overdue one that was let pass after such a row keeps its
//! offer. Offer and withdrawal are one transaction, so that nothing is ever taken back for nothing. After
//! such a row nobody is asked beside an offer who could take an overdue ordinary conversation: else they
//! would never be free for it.

use super::bits::Bits;
use super::class::line_of;
use super::plan::{is_nobody_else, is_paused, may_have, turn_of};
use super::policies::Rank;
use super::view::{Helper, PoolView, Work};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::Holding;
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::time::Timestamp;

/// The ordinary conversation whose unanswered offer would give way to this work at this agent, if
/// there is one; ability aside.
pub(super) fn would_give_way<'a>(
    view: &'a PoolView,
    work: &Work,
    helper: &'a Helper,
    again: bool,
    at: Timestamp,
) -> Option<&'a Item> {
    let (agent, item) = (&helper.agent, &work.item);
    let in_the_way = item.band() > 0
        || !agent.takes_offers()
        || item.excluded.contains(&agent.id)
        || agent.held.contains_key(&item.conversation)
        || (!again && is_paused(work, &agent.id, at));
    if in_the_way {
        return None;
    }
    let mut offers = agent.held.iter().filter(|(_, held)| held.how == Holding::Offer);
    let ((other, held), None) = (offers.next()?, offers.next()) else { return None };
    let slot = view.item_slots.get(other)?;
    let other = view.items.get(*slot)?;
    let open = match &other.item.state {
        ItemState::Offered { agent: asked, until } => *asked == agent.id && at <= *until,
        ItemState::Waiting | ItemState::Assigned { .. } => false,
    };
    let yields = open
        && other.item.band() > 0
        && !other.let_pass
        && other.item.may_give_way(view.emergency_run_max);
    let room = agent.profile.capacity.saturating_sub(agent.load() - held.cost);
    (yields && room >= item.cost.max(1)).then_some(&other.item)
}

/// In which order agents are asked to let an offer go: who declined this work last, then by the age
/// of the offer.
pub(super) fn turn_to_give_way<'a>(
    work: &Work,
    helper: &'a Helper,
    other: &Item,
    at: Timestamp,
) -> (bool, Timestamp, &'a AgentId) {
    let id = &helper.agent.id;
    let since = other.seat.map_or(other.waiting_since, |seat| seat.since);
    (is_paused(work, id, at), since, id)
}

/// The agent whose unanswered offer gives way to this work: their slot, and whose offer it is.
pub(super) fn giver(
    view: &PoolView,
    work: &Work,
    among: &Bits,
    again: bool,
    at: Timestamp,
) -> Option<(u32, ConversationId)> {
    let class = view.classes.get(work.class)?;
    let givers = class.able.both(among).filter_map(|slot| {
        let helper = view.agents.get(slot)?;
        let other = would_give_way(view, work, helper, again, at)?;
        Some((turn_to_give_way(work, helper, other, at), slot, other))
    });
    let (_, slot, other) = givers.min_by_key(|(turn, _, _)| *turn)?;
    Some((slot, other.conversation.clone()))
}

/// Somebody in danger whom an agent with an open offer is asked for.
pub(super) struct LastResort {
    pub item: u32,
    pub agent: u32,
    /// Whose offer gives way to it; without any, both are open.
    pub instead_of: Option<ConversationId>,
}

/// Those in danger who are not asked for yet, in their order, each with an agent of their own.
pub(super) fn last_resorts(
    view: &PoolView,
    is_asked: impl Fn(u32) -> bool,
    at: Timestamp,
) -> Vec<LastResort> {
    let mut found = Vec::new();
    if view.emergencies.is_empty() || !view.pledged.any() {
        return found;
    }
    let mut pledged = view.pledged.clone();
    for item in view.emergencies.iter().map(|rung| rung.slot).filter(|item| !is_asked(*item)) {
        let Some(work) = view.items.get(item) else { continue };
        let again = !work.item.paused.is_empty() && is_nobody_else(view, work, at);
        let gives = giver(view, work, &pledged, again, at).map(|(agent, it)| (agent, Some(it)));
        let beside = || asked_beside(view, work, &pledged, again, at).map(|agent| (agent, None));
        let Some((agent, instead_of)) = gives.or_else(beside) else { continue };
        pledged.put(agent, false);
        found.push(LastResort { item, agent, instead_of });
    }
    found
}

/// The agent who is asked for this work beside what they are asked already.
pub(super) fn asked_beside(
    view: &PoolView,
    work: &Work,
    among: &Bits,
    again: bool,
    at: Timestamp,
) -> Option<u32> {
    let class = view.classes.get(work.class)?;
    let helpers = class.able.both(among).filter_map(|slot| Some((slot, view.agents.get(slot)?)));
    let able = helpers.filter(|(_, helper)| may_be_asked_beside(view, work, helper, again, at));
    let (slot, _) = able.min_by_key(|(_, helper)| turn_beside(work, helper, at))?;
    Some(slot)
}

/// Whether this agent may be asked for this work beside an offer they have to answer; ability aside.
pub(super) fn may_be_asked_beside(
    view: &PoolView,
    work: &Work,
    helper: &Helper,
    again: bool,
    at: Timestamp,
) -> bool {
    work.item.band() == 0
        && helper.agent.takes_offers()
        && helper.agent.has_live_offer()
        && helper.room > 0
        && may_have(helper, work, again, at)
        && !is_owed(view, helper, at)
}

/// In which order agents are asked beside their offers: who declined this work last, then by how many they
/// have to answer.
pub(super) fn turn_beside<'a>(
    work: &Work,
    helper: &'a Helper,
    at: Timestamp,
) -> (bool, usize, (bool, bool, Rank, &'a AgentId)) {
    let open = helper.agent.held.values().filter(|held| held.how == Holding::Offer).count();
    (is_paused(work, &helper.agent.id, at), open, turn_of(work, helper))
}

/// Whether a row of emergencies must let overdue work pass that this agent could take.
fn is_owed(view: &PoolView, helper: &Helper, at: Timestamp) -> bool {
    let overdue = (at - view.credit_max).as_millis();
    view.emergency_run >= view.emergency_run_max
        && helper.classes.iter().filter_map(|class| view.classes.get(class)).any(|class| {
            class.waiting[line_of(1, false)].first().is_some_and(|rung| rung.vt <= overdue)
        })
}
