//! A message without words: a photo, a place, a link. The machine cannot look into it and says so. It
//! is neither yes nor no, it is no miss, and there is nothing in it that detectors could read; people
//! see it as it is.

use super::after_end::may_come_back;
use super::block;
use super::command::{Decision, Rejection};
use super::customer_side::resume_with;
use super::event::Event;
use super::ledger;
use super::promise::PromiseKind;
use super::state::{Conversation, Proposer, State, text_hash};
use super::survey;
use super::turn::Turn;
use crate::domain::parts::Part;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

/// Something came without a word about it.
pub(super) fn came(
    rules: &Rules,
    c: &Conversation,
    parts: &[Part],
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    match &c.state {
        State::Bot => {
            record(&mut turn, parts);
            tell(&mut turn);
        }
        // Kept for whoever answers.
        State::Queued | State::Human { .. } => record(&mut turn, parts),
        State::Blocked => {
            record(&mut turn, parts);
            block::kept(&mut turn);
        }
        State::Pending { .. } => {
            record(&mut turn, parts);
            let follow_up = PromiseKind::FollowUp;
            // Who has promised to come back to it wants to see what came.
            if c.promise.as_ref().is_some_and(|promise| promise.kind == follow_up) {
                turn.notice(TextKey::PromiseTime, &[]);
                ledger::come_back(&mut turn, false);
            }
        }
        State::Confirming(proposal) => {
            record(&mut turn, parts);
            turn.happen(Event::ProposalDropped);
            match &proposal.by {
                Proposer::Bot => tell(&mut turn),
                Proposer::Agent { held: true, .. } => {}
                Proposer::Agent { agent, held: false } => resume_with(&mut turn, agent.clone()),
            }
        }
        State::Resolved { since } | State::Closed { since, .. } => {
            may_come_back(rules, *since, at)?;
            survey::came_back(&mut turn, false);
            turn.happen(Event::Reopened);
            record(&mut turn, parts);
            match c.preferred.clone() {
                _ if turn.c.state == State::Blocked => block::kept(&mut turn),
                Some(agent) => resume_with(&mut turn, agent),
                None => tell(&mut turn),
            }
        }
    }
    Ok(turn.done())
}

fn record(turn: &mut Turn<'_>, parts: &[Part]) {
    let (language, other_language) = (turn.c.language, false);
    let (text, choice, parts) = (String::new(), None, parts.to_vec());
    turn.happen(Event::CustomerSaid { text, choice, language, other_language, parts });
}

/// Says that the machine cannot look into it; once for a row of them.
fn tell(turn: &mut Turn<'_>) {
    let key = TextKey::PartsKept;
    let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &[]);
    let last = turn.c.memory.sent.last().copied();
    if !wordings.iter().any(|wording| last == Some(text_hash(wording))) {
        turn.notice(key, &[]);
    }
}
