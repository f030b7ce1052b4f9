//! Whose conversation it is: claimed at login, told about by the host, and in the end forgotten.

use super::command::{Decision, Rejection};
use super::event::Event;
use super::state::{CloseReason, Conversation, Memory, State};
use super::turn::Turn;
use crate::domain::facts::Facts;
use crate::domain::ids::CustomerId;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;

/// The host site says whose conversation it is, and what it knows of them.
pub(super) fn identify(
    rules: &Rules,
    c: &Conversation,
    customer: &CustomerId,
    facts: &Facts,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    if c.customer != *customer {
        if c.customer.is_known() {
            return Err(Rejection::OtherCustomer);
        }
        turn.happen(Event::CustomerIdentified { customer: customer.clone() });
    }
    if c.facts != *facts {
        turn.happen(Event::FactsTold { facts: facts.clone() });
    }
    Ok(turn.done())
}

/// What was said is forgotten. Only what has ended can be: nobody may still speak in it.
pub(super) fn erase(rules: &Rules, c: &Conversation, at: Timestamp) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    if c.has_ended().is_none() {
        return Err(Rejection::WrongState { state: c.state.name() });
    }
    if !c.is_erased() {
        turn.happen(Event::Erased);
    }
    Ok(turn.done())
}

/// All that is personal is gone; what is left says how the service did, not to whom.
pub(super) fn forget(c: &mut Conversation, at: Timestamp) {
    c.customer = CustomerId::erased();
    c.facts = Facts::new();
    c.memory = Memory::default();
    c.handoff = None;
    c.promise = None;
    c.preferred = None;
    c.agent_name = None;
    c.block = None;
    c.satisfaction.open = None;
    c.satisfaction.candidates.clear();
    c.state = State::Closed { reason: CloseReason::Erased, since: at };
}
