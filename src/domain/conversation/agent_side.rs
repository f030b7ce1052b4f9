//! What agents and supervisors do, in every state. Only the holder of the token speaks as agent.

use super::command::{Decision, Rejection};
use super::event::{Event, LeaveReason};
use super::ledger;
use super::state::{Conversation, Proposal, Proposer, State};
use super::turn::{Keeping, Turn};
use crate::domain::handoff::{HandoffReason, Token};
use crate::domain::ids::AgentId;
use crate::domain::parts::{self, Part};
use crate::domain::routing::route::redirect;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

type Decided = Result<Decision, Rejection>;

/// In which way the caller holds the conversation.
pub(super) enum Held {
    Owned,
    Confirming,
}

pub(super) fn says(
    rules: &Rules,
    c: &Conversation,
    agent: &AgentId,
    token: Token,
    said: (&str, &[Part]),
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    holder(c, agent, token)?;
    let (text, parts) = said;
    parts::check(&rules.bot.parts, parts)?;
    let (agent, name) = (agent.clone(), c.agent_name.clone());
    turn.happen(Event::AgentSaid { agent, text: text.to_owned(), name, parts: parts.to_vec() });
    Ok(turn.done())
}

pub(super) fn notes(
    rules: &Rules,
    c: &Conversation,
    agent: &AgentId,
    token: Token,
    text: &str,
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    holder(c, agent, token)?;
    turn.happen(Event::Noted { agent: Some(agent.clone()), text: text.to_owned() });
    Ok(turn.done())
}

pub(super) fn proposes(
    rules: &Rules,
    c: &Conversation,
    agent: &AgentId,
    token: Token,
    disposition: &str,
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    match holder(c, agent, token)? {
        Held::Owned => {}
        Held::Confirming => return Err(Rejection::WrongState { state: c.state.name() }),
    }
    ledger::nothing_open(c)?;
    turn.happen(Event::ResolutionProposed {
        by: Proposer::Agent { agent: agent.clone(), held: true },
        disposition: Some(disposition.to_owned()),
        name: c.agent_name.clone(),
    });
    let name = c.agent_name.clone().unwrap_or_else(|| agent.to_string());
    turn.notice(TextKey::AgentProposedResolution, &[("agent", name)]);
    Ok(turn.done())
}

pub(super) fn releases(
    rules: &Rules,
    c: &Conversation,
    agent: &AgentId,
    token: Token,
    note: &str,
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    holder(c, agent, token)?;
    if !note.is_empty() {
        turn.happen(Event::Noted { agent: Some(agent.clone()), text: note.to_owned() });
    }
    back_to_queue(&mut turn, agent, LeaveReason::Released, TextKey::AgentReleased);
    Ok(turn.done())
}

pub(super) fn requeue(rules: &Rules, c: &Conversation, note: &str, at: Timestamp) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    if !note.is_empty() && c.has_ended().is_none() {
        turn.happen(Event::Noted { agent: None, text: note.to_owned() });
    }
    match &c.state {
        State::Bot => turn.hand_off_with_words(HandoffReason::HumanRequest, None),
        // It has its place: a new stay would tell the customer all of it again. What a colleague
        // should know is kept.
        State::Queued if note.is_empty() => return Err(Rejection::WaitsAlready),
        State::Queued => {}
        State::Pending { .. } => ledger::come_back(&mut turn, true),
        State::Human { agent } => {
            let agent = agent.clone();
            back_to_queue(&mut turn, &agent, LeaveReason::Requeued, TextKey::AgentReleased);
        }
        State::Confirming(Proposal { by: Proposer::Agent { agent, held: true }, .. }) => {
            let agent = agent.clone();
            back_to_queue(&mut turn, &agent, LeaveReason::Requeued, TextKey::AgentReleased);
        }
        State::Confirming(Proposal { by: Proposer::Bot, .. })
        | State::Confirming(Proposal { by: Proposer::Agent { held: false, .. }, .. }) => {
            turn.happen(Event::ProposalDropped);
            turn.hand_off_with_words(HandoffReason::HumanRequest, None);
        }
        // Who lifts a block says why.
        State::Blocked | State::Resolved { .. } | State::Closed { .. } => {
            return Err(Rejection::WrongState { state: c.state.name() });
        }
    }
    Ok(turn.done())
}

/// Takes the conversation from its agent and puts it back with its place kept.
pub(super) fn back_to_queue(turn: &mut Turn<'_>, agent: &AgentId, why: LeaveReason, told: TextKey) {
    let token = turn.c.token;
    turn.agent_leaves(agent.clone(), why, token);
    turn.notice(told, &[]);
    again(turn, Keeping::returned());
}

/// Back into the queue for the same reason, with the wait so far.
pub(super) fn again(turn: &mut Turn<'_>, keeping: Keeping) {
    let Some(handoff) = turn.c.handoff.as_ref().map(|asked| asked.handoff.clone()) else {
        return turn.hand_off(HandoffReason::HumanRequest, None, keeping);
    };
    // Where a colleague has sent it, it stays, with what was asked of the next one.
    let (queue, languages) = (handoff.needs.queue.clone(), turn.c.languages());
    match redirect(&turn.rules.routing, &handoff, &queue, languages, turn.at) {
        Some(mut kept) => {
            for (skill, least) in &handoff.needs.skills {
                let level = kept.needs.skills.entry(skill.clone()).or_insert(*least);
                *level = (*level).max(*least);
            }
            turn.hand_over(kept, keeping);
        }
        // The rules no longer name the queue: the reason leads on.
        None => turn.hand_off(handoff.reason, handoff.entry, keeping),
    }
}

/// Whether this agent holds the conversation under this very token.
pub(super) fn holder(c: &Conversation, agent: &AgentId, token: Token) -> Result<Held, Rejection> {
    let lost = || Err(Rejection::OwnershipLost { current: c.token });
    let held = match &c.state {
        State::Human { agent: owner } if owner == agent => Held::Owned,
        State::Confirming(Proposal {
            by: Proposer::Agent { agent: owner, held: true }, ..
        }) if owner == agent => Held::Confirming,
        State::Human { .. }
        | State::Confirming(_)
        | State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => return lost(),
    };
    if token == c.token { Ok(held) } else { lost() }
}
