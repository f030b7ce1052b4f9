//! Why a conversation waits, in words a customer can be told. Separate from
//! [`super::explain`], which speaks of single agents and is not for customers.

use super::explain::{Lack, Verdict, WhyNot, inability, rivals, verdict, waiting};
use super::giving_way::{asked_beside, giver};
use super::plan::{is_held, is_nobody_else};
use super::settings::RoutingRules;
use super::view::{Helper, PoolView, Work};
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Why a conversation waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum DelayReason {
    /// It does not wait, or nothing keeps it from being offered at once.
    None,
    /// Everyone who could help is busy, or away for the moment.
    AllBusy,
    /// Somebody who has room for it is being asked about another conversation: nobody is asked about
    /// two at once.
    OthersAsked,
    /// The agent who is meant for it has their hands full, and is waited for a while before others
    /// are asked.
    PreferredBusy,
    /// No agent who is signed in speaks the language.
    NoLanguage,
    /// No agent who is signed in and speaks the language knows enough.
    NoSkill,
    /// Its queue is closed and nobody is there.
    OutsideHours {
        /// When it opens; `None` if that is not in sight.
        opens: Option<Timestamp>,
    },
    /// Emergencies go first.
    EmergenciesAhead,
    /// No agent is signed in.
    NobodySignedIn,
    /// It was offered, and not taken.
    OffersNotTaken,
    /// Whoever is there and able is not to have it again, and nobody else is.
    AnotherNeeded,
}

impl DelayReason {
    /// Whether nobody is there who could take it.
    pub const fn is_for_want_of_people(&self) -> bool {
        match self {
            DelayReason::NoLanguage
            | DelayReason::NoSkill
            | DelayReason::OutsideHours { .. }
            | DelayReason::NobodySignedIn
            | DelayReason::AnotherNeeded => true,
            DelayReason::None
            | DelayReason::AllBusy
            | DelayReason::OthersAsked
            | DelayReason::PreferredBusy
            | DelayReason::EmergenciesAhead
            | DelayReason::OffersNotTaken => false,
        }
    }
}

/// Why this conversation waits.
pub fn delay_reason(
    view: &PoolView,
    rules: &RoutingRules,
    conversation: &ConversationId,
    at: Timestamp,
) -> DelayReason {
    let Some(work) = waiting(view, conversation) else { return DelayReason::None };
    let Some(class) = view.classes.get(work.class) else { return DelayReason::None };
    let able = || class.able.both(&view.takers).filter_map(|slot| view.agents.get(slot));
    if !able().any(|helper| !work.item.excluded.contains(&helper.agent.id)) {
        return nobody_able(view, rules, work, at);
    }
    if is_held(view, work, at) {
        return held_for_one(view, work, at);
    }
    let mut rivals = rivals(view, work.class).filter_map(|rival| view.classes.get(rival));
    if work.item.band() > 0 && rivals.any(|class| !class.waiting[0].is_empty()) {
        return DelayReason::EmergenciesAhead;
    }
    let again = is_nobody_else(view, work, at);
    if able().any(|helper| verdict(view, work, helper, again, at) == Verdict::Eligible)
        || giver(view, work, &view.pledged, again, at).is_some()
        || asked_beside(view, work, &view.pledged, again, at).is_some()
    {
        DelayReason::None
    } else if work.item.untaken > 0 {
        DelayReason::OffersNotTaken
    } else if able().any(|helper| only_answers_first(view, work, helper, again, at)) {
        DelayReason::OthersAsked
    } else {
        DelayReason::AllBusy
    }
}

/// Whether nothing keeps them from it but what they are asked already, about somebody else.
fn only_answers_first(
    view: &PoolView,
    work: &Work,
    helper: &Helper,
    again: bool,
    at: Timestamp,
) -> bool {
    !helper.agent.held.contains_key(&work.item.conversation)
        && verdict(view, work, helper, again, at) == Verdict::Not(WhyNot::LiveOffer)
}

/// It waits for one agent: either it is offered to them next, or they cannot have it yet. Others who
/// could are told of truly: they are there, and it is not their turn yet.
fn held_for_one(view: &PoolView, work: &Work, at: Timestamp) -> DelayReason {
    let preferred = work.item.preferred.as_ref();
    let slot = preferred.and_then(|preferred| view.agent_slots.get(&preferred.agent));
    let agent = slot.and_then(|slot| view.agents.get(*slot));
    match agent.map(|helper| verdict(view, work, helper, false, at)) {
        Some(Verdict::Eligible) => DelayReason::None,
        Some(_) | None => DelayReason::PreferredBusy,
    }
}

/// Why nobody who takes offers is able to help.
fn nobody_able(view: &PoolView, rules: &RoutingRules, work: &Work, at: Timestamp) -> DelayReason {
    let needs = &work.item.handoff.needs;
    let hours = rules.queues.get(&needs.queue).and_then(|queue| queue.hours.as_ref());
    if let Some(closed) = hours.filter(|hours| !hours.is_open(at)) {
        return DelayReason::OutsideHours { opens: closed.next_opening(at) };
    }
    // Whoever comes closest decides what is missing. Who lacks nothing is away, or is not to have it
    // again: then it is not their language or their skill that is missing, but somebody else.
    let present = view.agents.iter().filter(|(slot, _)| view.present.has(*slot));
    let is_excluded = |helper: &Helper| work.item.excluded.contains(&helper.agent.id);
    let missing = present.map(|(_, helper)| match inability(helper, needs) {
        Some(Lack::Language(_)) => (0, DelayReason::NoLanguage),
        Some(Lack::Skill { .. }) => (1, DelayReason::NoSkill),
        None if is_excluded(helper) => (2, DelayReason::AnotherNeeded),
        None => (3, DelayReason::AllBusy),
    });
    let closest = missing.max_by_key(|(closeness, _)| *closeness);
    closest.map_or(DelayReason::NobodySignedIn, |(_, reason)| reason)
}
