//! How queues and agents stand at one moment, for those who look after the whole. Computed from what
//! the store holds, not from a matcher's picture: any instance says the same.

use super::delay::{DelayReason, delay_reason};
use super::explain::{QueueStats, queue_stats};
use super::settings::RoutingRules;
use super::view::PoolView;
use crate::domain::ids::{ConversationId, QueueId};
use crate::domain::pool::agent::{Agent, Lease, Presence};
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::time::Timestamp;

/// How everything stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overview {
    /// The queues in the order of the rules; those that the rules no longer name come last.
    pub queues: Vec<QueueOverview>,
    /// The sums.
    pub totals: Totals,
}

/// How one queue stands.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueOverview {
    /// Which.
    pub id: QueueId,
    /// Who waits, is offered, is owned.
    pub stats: QueueStats,
    /// Of those who wait, who has waited longest.
    pub oldest: Option<ConversationId>,
    /// Why that one waits.
    pub delay: Option<DelayReason>,
    /// Those who wait and are in danger, and since when the first of them has.
    pub emergencies: (u32, Option<Timestamp>),
    /// Since when the first of those has waited whom nobody can be asked for now.
    pub unasked: Option<Timestamp>,
    /// Since when the first of those in danger has waited whom nobody has taken, asked for or not.
    pub untaken: Option<Timestamp>,
}

/// The sums over all queues and agents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many wait.
    pub waiting: u32,
    /// How many offers are out.
    pub offered: u32,
    /// How many are owned.
    pub owned: u32,
    /// Agents who take offers.
    pub available: u32,
    /// Agents who are away.
    pub away: u32,
    /// Agents who finish what they hold.
    pub draining: u32,
    /// Agents whose client is not heard of.
    pub suspect: u32,
    /// Units that are free with agents who take offers.
    pub units_free: u32,
}

/// How everything stands at this moment.
pub fn overview(rules: &RoutingRules, items: &[Item], agents: &[Agent], at: Timestamp) -> Overview {
    let mut view = PoolView::new(rules);
    agents.iter().for_each(|agent| view.upsert_agent(agent.clone()));
    items.iter().for_each(|item| view.upsert_item(item.clone()));
    let mut stats = queue_stats(&view, rules);
    let mut queues: Vec<QueueOverview> = Vec::new();
    let declared = rules.queues.iter().map(|queue| queue.id.clone());
    for id in declared.collect::<Vec<_>>() {
        let of = stats.remove(&id).unwrap_or_default();
        queues.push(queue(id, of, items));
    }
    queues.extend(stats.into_iter().map(|(id, of)| queue(id, of, items)));
    for queue in &mut queues {
        let oldest = queue.oldest.as_ref();
        queue.delay = oldest.map(|oldest| delay_reason(&view, rules, oldest, at));
        let urgent = items
            .iter()
            .filter(|item| item.band() == 0 && item.handoff.needs.queue == queue.id)
            .filter(|item| !matches!(item.state, ItemState::Assigned { .. }));
        let nobody =
            |item: &&Item| delay_reason(&view, rules, &item.conversation, at) != DelayReason::None;
        queue.untaken = urgent.clone().map(Item::waits_since).min();
        queue.unasked = urgent.filter(nobody).map(Item::waits_since).min();
    }
    Overview { queues, totals: totals(items, agents) }
}

fn queue(id: QueueId, stats: QueueStats, items: &[Item]) -> QueueOverview {
    let waiting = || {
        items.iter().filter(|item| item.handoff.needs.queue == id).filter(|item| match item.state {
            ItemState::Waiting => true,
            ItemState::Offered { .. } | ItemState::Assigned { .. } => false,
        })
    };
    let oldest = waiting().min_by_key(|item| (item.waits_since(), item.conversation.clone()));
    let oldest = oldest.map(|item| item.conversation.clone());
    let urgent = || waiting().filter(|item| item.band() == 0);
    let emergencies = (urgent().count() as u32, urgent().map(Item::waits_since).min());
    QueueOverview { id, stats, oldest, delay: None, emergencies, unasked: None, untaken: None }
}

fn totals(items: &[Item], agents: &[Agent]) -> Totals {
    let mut totals = Totals::default();
    for item in items {
        match item.state {
            ItemState::Waiting => totals.waiting += 1,
            ItemState::Offered { .. } => totals.offered += 1,
            ItemState::Assigned { .. } => totals.owned += 1,
        }
    }
    for agent in agents.iter().filter(|agent| agent.is_there()) {
        match (&agent.lease, &agent.presence) {
            (Lease::Suspect { .. }, _) => totals.suspect += 1,
            (Lease::Live, Presence::Available) => {
                totals.available += 1;
                totals.units_free += agent.room();
            }
            (Lease::Live, Presence::Away { .. }) => totals.away += 1,
            (Lease::Live, Presence::Draining) => totals.draining += 1,
            (Lease::Live | Lease::Lost, _) => {}
        }
    }
    totals
}
