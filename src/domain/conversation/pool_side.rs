//! What the pool says, in every state of the conversation. It may say it twice, late or out of
//! order: the token decides whether it still counts.

use super::block::{self, BlockEnd};
use super::command::{Decision, Receipt, Rejection};
use super::event::{Event, LeaveReason};
use super::ledger;
use super::state::{Conversation, Proposal, Proposer, State};
use super::supervision;
use super::turn::{Keeping, Turn};
use super::waiting;
use super::words::receipt_text;
use crate::domain::handoff::{Handoff, Token};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

type Decided = Result<Decision, Rejection>;

/// How an agent comes in.
pub(super) struct Joining<'a> {
    /// The name customers see.
    pub(super) name: &'a str,
    /// Milliseconds waited in all.
    pub(super) waited_ms: i64,
    /// Whom they passed over, if they took it by hand.
    pub(super) claimed_over: Option<&'a [ConversationId]>,
    /// Whether they took it over as a supervisor.
    pub(super) taken_over: bool,
}

pub(super) fn confirm_queued(
    rules: &Rules,
    c: &Conversation,
    receipt: &Receipt,
    at: Timestamp,
) -> Decided {
    let stale = Err(Rejection::Stale { current: c.token });
    match &c.state {
        State::Queued if c.token.term == receipt.term => {}
        State::Queued
        | State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => return stale,
    }
    if c.handoff.as_ref().is_some_and(|asked| asked.confirmed) {
        return stale;
    }
    let mut turn = Turn::new(rules, c, at);
    turn.happen(Event::Queued {
        term: receipt.term,
        queue: receipt.queue.clone(),
        position: receipt.position,
        delay: receipt.delay,
        eta: receipt.eta,
    });
    turn.happen(Event::PositionTold { position: receipt.position });
    let (key, text) = receipt_text(&turn, receipt);
    turn.notice_text(key, text);
    ledger::stand_by(&mut turn, receipt);
    if !c.handoff.as_ref().is_some_and(|asked| asked.returned) {
        waiting::offer(&mut turn, &receipt.delay, receipt.other_language);
    }
    Ok(turn.done())
}

pub(super) fn bind(
    rules: &Rules,
    c: &Conversation,
    token: Token,
    agent: &AgentId,
    joining: &Joining<'_>,
    at: Timestamp,
) -> Decided {
    let newer = token.term == c.token.term && token.attempt > c.token.attempt;
    // Each customer reads the name as their language writes it.
    let name = rules.routing.agent_name(agent, c.language).unwrap_or(joining.name);
    let mut turn = Turn::new(rules, c, at);
    let greeting = match &c.state {
        State::Queued | State::Human { .. } if newer && joining.taken_over => {
            supervision::take_over(&mut turn, token, agent)
        }
        State::Confirming(Proposal { by: Proposer::Agent { held: true, .. }, .. })
            if newer && joining.taken_over =>
        {
            // Whoever takes it over goes on with the customer, whatever was proposed.
            turn.happen(Event::ProposalDropped);
            supervision::take_over(&mut turn, token, agent)
        }
        State::Queued if newer => TextKey::AgentJoined,
        State::Human { agent: before } if newer && before == agent => TextKey::AgentJoined,
        State::Human { .. } if newer => TextKey::AgentChanged,
        State::Confirming(Proposal { by: Proposer::Agent { .. }, .. }) if newer => {
            // The old agent is gone and the customer is only asked for a yes: nobody is needed.
            turn.happen(Event::HoldEnded);
            turn.happen(Event::TokenAdvanced { token });
            turn.release();
            return Ok(turn.done());
        }
        State::Queued
        | State::Human { .. }
        | State::Confirming(_)
        | State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => return Err(Rejection::Stale { current: c.token }),
    };
    turn.happen(Event::AgentJoined {
        agent: agent.clone(),
        name: name.to_owned(),
        token,
        waited_ms: joining.waited_ms,
    });
    if let Some(overtaken) = joining.claimed_over {
        let overtaken = overtaken.to_vec();
        turn.happen(Event::Claimed { agent: agent.clone(), overtaken });
    }
    turn.notice(greeting, &[("agent", name.to_owned())]);
    Ok(turn.done())
}

pub(super) fn unbind(
    rules: &Rules,
    c: &Conversation,
    token: Token,
    agent: &AgentId,
    at: Timestamp,
) -> Decided {
    if token.term != c.token.term || token.attempt <= c.token.attempt {
        return Err(Rejection::Stale { current: c.token });
    }
    let mut turn = Turn::new(rules, c, at);
    match &c.state {
        State::Human { .. } => {
            let agent = agent.clone();
            turn.agent_leaves(agent, LeaveReason::Lost, token);
            turn.notice(TextKey::AgentLost, &[]);
        }
        State::Queued => turn.happen(Event::TokenAdvanced { token }),
        State::Confirming(Proposal { by: Proposer::Agent { .. }, .. }) => {
            turn.happen(Event::HoldEnded);
            turn.happen(Event::TokenAdvanced { token });
            turn.release();
        }
        State::Confirming(Proposal { by: Proposer::Bot, .. })
        | State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => return Err(Rejection::Stale { current: c.token }),
    }
    Ok(turn.done())
}

/// Whoever is only asked for a yes needs nobody: the proposal stands, and no colleague is sought.
pub(super) fn holder_gone(
    rules: &Rules,
    c: &Conversation,
    agent: &AgentId,
    at: Timestamp,
) -> Decided {
    match &c.state {
        State::Confirming(Proposal {
            by: Proposer::Agent { agent: holder, held: true }, ..
        }) if holder == agent => {}
        State::Confirming(_)
        | State::Queued
        | State::Human { .. }
        | State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => return Err(Rejection::WrongState { state: c.state.name() }),
    }
    let mut turn = Turn::new(rules, c, at);
    turn.release();
    turn.happen(Event::HoldEnded);
    Ok(turn.done())
}

/// After a loss of data the larger token wins and nothing goes backwards.
pub(super) fn catch_up(
    rules: &Rules,
    c: &Conversation,
    token: Token,
    place: Option<&(Handoff, String)>,
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    match place {
        // The pool holds a place of a newer stay: the handoff happened, and is made good.
        Some((handoff, headline)) if token.term > c.token.term => {
            block::overrule(&mut turn, BlockEnd::Overtaken);
            if c.has_ended().is_some() {
                turn.happen(Event::Reopened);
            }
            let stay = Token { term: token.term, attempt: 0 };
            let keeping = Keeping::returned();
            turn.request(stay, handoff.clone(), headline.clone(), keeping);
        }
        // The place of this stay is gone although somebody still waits or is owned: a new stay.
        None if token.term >= c.token.term && c.is_entangled() => {
            let reason = match &c.handoff {
                Some(asked) => asked.handoff.reason,
                None => crate::domain::handoff::HandoffReason::BotFailed,
            };
            let entry = c.handoff.as_ref().and_then(|asked| asked.handoff.entry.clone());
            // Of the two the newer: a stay that the pool never offered must not take it back.
            turn.happen(Event::TokenAdvanced { token: token.max(c.token) });
            turn.hand_off(reason, entry, Keeping::returned());
        }
        Some(_) | None => return Err(Rejection::Stale { current: c.token }),
    }
    Ok(turn.done())
}
