//! The way from a reason to a queue: which one, how urgent, and what its agents must offer.

use super::settings::{QueueRules, Route, RoutingRules};
use crate::domain::handoff::{Handoff, HandoffReason, Languages, Origin, Requirements};
use crate::domain::ids::{EntryId, QueueId, SkillId};
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What is known when a conversation wants a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Why.
    pub reason: HandoffReason,
    /// The topic it was about, where one was found.
    pub entry: Option<EntryId>,
    /// The queue which that topic names as its own.
    pub entry_queue: Option<QueueId>,
    /// The languages of which the agent must speak one.
    pub languages: Languages,
    /// Skills needed beyond those of the queue.
    pub skills: BTreeMap<SkillId, u8>,
    /// When the human was asked for.
    pub requested_at: Timestamp,
    /// Who asks.
    pub origin: Origin,
}

/// Where a conversation goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// What the pool is told.
    pub handoff: Handoff,
    /// Units of capacity it takes.
    pub cost: u32,
    /// Set if it does not go where it was meant to.
    pub detour: Option<Detour>,
}

/// Why a conversation does not go where it was meant to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// Where it was meant to go.
    pub wanted: QueueId,
    /// Why it does not.
    pub why: DetourReason,
}

/// Why a queue was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetourReason {
    /// The rules name no such queue.
    Missing,
    /// It is closed now and names another one for that case.
    Closed,
}

/// Where a conversation goes, and with what. There is always an answer: a queue that the rules do
/// not name, or that is closed and names another for that case, is replaced, and this is said.
pub fn route(rules: &RoutingRules, wish: Wish, at: Timestamp) -> Routed {
    let usual = || Route::usual(wish.reason, rules.queues.first().id.clone());
    let route = rules.reasons.get(&wish.reason).cloned().unwrap_or_else(usual);
    // A topic's own queue knows it best; but in an emergency the danger decides, not the topic.
    let own = wish.entry_queue.filter(|_| !wish.reason.is_emergency());
    let (queue, detour) = settle(rules, own.unwrap_or(route.queue.clone()), &route.queue, at);
    let mut skills = queue.skills.clone();
    for (skill, least) in wish.skills {
        let level = skills.entry(skill).or_insert(least);
        *level = (*level).max(least);
    }
    let needs = queue.needs(wish.languages);
    Routed {
        handoff: Handoff {
            reason: wish.reason,
            priority: route.priority,
            needs: Requirements { skills, ..needs },
            entry: wish.entry,
            requested_at: wish.requested_at,
            origin: wish.origin,
        },
        cost: rules.costs.of(wish.reason),
        detour,
    }
}

/// The same need in another queue, with what that queue asks for; `None` if the rules do not name
/// it. A closed queue leads to the one it names for that case.
pub fn redirect(
    rules: &RoutingRules,
    handoff: &Handoff,
    queue: &QueueId,
    languages: Languages,
    at: Timestamp,
) -> Option<Handoff> {
    let wanted = rules.queues.get(queue)?;
    let (queue, _) = settle(rules, wanted.id.clone(), &wanted.id, at);
    let needs = queue.needs(languages);
    Some(Handoff { needs, ..handoff.clone() })
}

/// The queue to use instead of `wanted`, if it cannot be used itself.
fn settle<'a>(
    rules: &'a RoutingRules,
    wanted: QueueId,
    otherwise: &QueueId,
    at: Timestamp,
) -> (&'a QueueRules, Option<Detour>) {
    let Some(queue) = rules.queues.get(&wanted) else {
        let next = rules.queues.get(otherwise).unwrap_or(rules.queues.first());
        let next = open_one(rules, next, at).unwrap_or(next);
        return (next, Some(Detour { wanted, why: DetourReason::Missing }));
    };
    match open_one(rules, queue, at) {
        Some(open) if open.id != wanted => {
            (open, Some(Detour { wanted, why: DetourReason::Closed }))
        }
        // If all are closed the customer waits where they belong.
        Some(_) | None => (queue, None),
    }
}

/// The first open queue on the way from `queue` along the declared fallbacks.
fn open_one<'a>(
    rules: &'a RoutingRules,
    queue: &'a QueueRules,
    at: Timestamp,
) -> Option<&'a QueueRules> {
    let mut seen = BTreeSet::new();
    let mut next = Some(queue);
    while let Some(queue) = next {
        if queue.is_open(at) {
            return Some(queue);
        }
        // Fallbacks may lead round in a circle.
        if !seen.insert(&queue.id) {
            return None;
        }
        next = queue.fallback.as_ref().and_then(|id| rules.queues.get(id));
    }
    None
}
