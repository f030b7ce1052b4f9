//! Somebody in danger, and agents who have not answered an ordinary offer yet: such an offer gives
//! way, so that an emergency never waits for an answer about something else. Only when nobody can be
//! asked without it; the oldest offer first. What gave way keeps its place and its clock.
//!
//! **Bounds.** One conversation gives way no more often in a stay than emergencies may follow each
//! other (`offers.emergency_run_max`), and an overdue one that was let pass after such a row keeps its
//! offer. Offer and withdrawal are one transaction, so that nothing is ever taken back for nothing.

use super::bits::Bits;
use super::plan::is_paused;
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
