//! What keeps an agent from getting a place: by an offer of the matcher, by their own hand, or as a
//! supervisor.

use super::agent::{Agent, Lease, Presence};
use super::item::Item;
use super::why::Hindrance;
use super::work::meets;
use crate::domain::time::Timestamp;

/// Why this item cannot be offered to this agent now; `None` if it can.
pub fn offer_hindrance(item: &Item, agent: &Agent, at: Timestamp) -> Option<Hindrance> {
    if !agent.takes_offers() {
        Some(Hindrance::NotAvailable)
    } else if !meets(agent, &item.handoff.needs) {
        Some(Hindrance::LacksNeeds)
    } else if item.excluded.contains(&agent.id) {
        Some(Hindrance::Excluded)
    } else if agent.has_live_offer() && item.band() > 0 {
        // Nobody in danger waits for an answer about somebody else.
        Some(Hindrance::OtherOffer)
    } else if agent.room() < item.cost {
        Some(Hindrance::NoRoom)
    } else if at < agent.paused_until && item.band() > 0 {
        // Nobody in danger waits for a colleague's cool-down.
        Some(Hindrance::CoolingDown)
    } else if agent.held.contains_key(&item.conversation) {
        Some(Hindrance::WritingUp)
    } else {
        None
    }
}

/// Why an agent cannot take this item from the queue by hand; `None` if they can.
pub fn claim_hindrance(item: &Item, agent: &Agent) -> Option<Hindrance> {
    if agent.presence == Presence::Offline || agent.lease != Lease::Live {
        Some(Hindrance::NotSignedIn)
    } else if agent.presence == Presence::Draining || agent.leaving {
        Some(Hindrance::Draining)
    } else if !meets(agent, &item.handoff.needs) {
        Some(Hindrance::LacksNeeds)
    } else if item.excluded.contains(&agent.id) {
        Some(Hindrance::Excluded)
    } else if agent.room() < item.cost {
        Some(Hindrance::NoRoom)
    } else if agent.held.contains_key(&item.conversation) {
        Some(Hindrance::WritingUp)
    } else {
        None
    }
}

/// Why a supervisor cannot take this over; `None` if they can. What they still write up of it, or are
/// offered of it, gives way.
pub fn take_over_hindrance(item: &Item, agent: &Agent) -> Option<Hindrance> {
    let theirs = agent.held.get(&item.conversation).map_or(0, |held| held.cost);
    if agent.presence == Presence::Offline || agent.lease != Lease::Live {
        Some(Hindrance::NotSignedIn)
    } else if agent.leaving {
        Some(Hindrance::Removed)
    } else if agent.load() - theirs + item.cost > agent.profile.capacity {
        Some(Hindrance::NoRoom)
    } else {
        None
    }
}
