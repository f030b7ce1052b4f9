//! What supervisors do in a conversation: whisper to its agent, give it to another one, take it over.
//! None of it is a short cut: who speaks changes only by the token that conversation and pool share.

use super::agent_side::holder;
use super::command::{Decision, Rejection};
use super::event::{Alert, Event, LeaveReason};
use super::state::{Conversation, State};
use super::transfer::can_take;
use super::turn::{Keeping, Turn};
use crate::domain::handoff::Token;
use crate::domain::ids::AgentId;
use crate::domain::pool::agent::Agent;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

/// Words for the agent alone. They change nothing, and the customer never sees them.
pub(super) fn whisper(
    rules: &Rules,
    c: &Conversation,
    by: &str,
    (to, text): (Option<&AgentId>, &str),
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let Some(owner) = c.owner() else {
        return Err(Rejection::WrongState { state: c.state.name() });
    };
    // What is meant for one agent must not reach the next one.
    if to.is_some_and(|to| to != owner) {
        return Err(Rejection::OwnershipLost { current: c.token });
    }
    let mut turn = Turn::new(rules, c, at);
    let (by, to, text) = (by.to_owned(), owner.clone(), text.to_owned());
    turn.happen(Event::Whispered { by, to, text });
    Ok(turn.done())
}

/// The supervisors are told once, until one of them has taken it over. What becomes of it is theirs
/// to decide: the agent goes on or passes it on.
pub(super) fn report_abuse(
    rules: &Rules,
    c: &Conversation,
    (agent, token): (&AgentId, Token),
    note: &str,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    holder(c, agent, token)?;
    if !note.is_empty() {
        turn.happen(Event::Noted { agent: Some(agent.clone()), text: note.to_owned() });
    }
    if c.abuse_reported.is_none() {
        turn.happen(Event::SupervisorAlerted { what: Alert::AbuseReported });
    }
    Ok(turn.done())
}

/// Another agent is asked first; whoever had it is free as soon as the pool learns of the new term.
pub(super) fn reassign(
    rules: &Rules,
    c: &Conversation,
    to: &Agent,
    note: &str,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let wrong = Rejection::WrongState { state: c.state.name() };
    // Whom nobody has asked a human for must be put into a queue first.
    let (Some(asked), true) = (&c.handoff, c.is_entangled()) else { return Err(wrong) };
    let mut handoff = asked.handoff.clone();
    handoff.needs = handoff.needs.in_languages(c.languages());
    can_take(c, c.owner(), to, &handoff)?;
    let mut turn = Turn::new(rules, c, at);
    if !note.is_empty() {
        turn.happen(Event::Noted { agent: None, text: note.to_owned() });
    }
    if let Some(owner) = c.owner().cloned() {
        let (why, token) = (LeaveReason::Requeued, c.token);
        turn.agent_leaves(owner, why, token);
    }
    let shown = rules.routing.agent_name(&to.id, c.language);
    let name = shown.map_or_else(|| to.profile.name.clone(), str::to_owned);
    turn.notice(TextKey::ReassignedToAgent, &[("agent", name)]);
    let preferred = Some(to.id.clone());
    turn.hand_over(handoff, Keeping { returned: true, preferred, exclude: None });
    Ok(turn.done())
}

/// Writes down who took it from whom, and frees whoever had it; what greets the customer then.
pub(super) fn take_over(turn: &mut Turn<'_>, token: Token, agent: &AgentId) -> TextKey {
    let from = match &turn.c.state {
        State::Human { agent: before } if before != agent => Some(before.clone()),
        State::Human { .. }
        | State::Queued
        | State::Confirming(_)
        | State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => None,
    };
    turn.happen(Event::TakenOver { agent: agent.clone(), from: from.clone() });
    let Some(before) = from else { return TextKey::AgentJoined };
    turn.agent_leaves(before, LeaveReason::TakenOver, token);
    TextKey::AgentChanged
}
