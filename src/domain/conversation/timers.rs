//! What time alone does, in every state.

use super::agent_side::{again, back_to_queue};
use super::block;
use super::bot_side::bot_turn;
use super::command::{Decision, Input, Rejection};
use super::customer_side::understood;
use super::deadline::next_deadline;
use super::event::{Alert, Event, LeaveReason};
use super::ledger;
use super::on_call;
use super::state::{CloseReason, Conversation, Proposal, Proposer, Silence, State};
use super::survey;
use super::turn::{Keeping, Turn};
use super::waiting;
use super::words::danger_text;
use crate::domain::ids::AgentId;
use crate::domain::reading::Reading;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

/// Does what is due. One step a call: the next deadline follows from the state it leaves.
pub(super) fn tick(
    rules: &Rules,
    c: &Conversation,
    reading: Option<&Reading>,
    wait: Option<&(DelayReason, Eta)>,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    if next_deadline(rules, c).is_none_or(|due| at < due) {
        return Err(Rejection::NotDue);
    }
    let mut turn = Turn::new(rules, c, at);
    if on_call::deadline(rules, c).is_some_and(|due| due <= at) {
        on_call::due(&mut turn);
        return Ok(turn.done());
    }
    if block::deadline(c).is_some_and(|due| due <= at) {
        block::due(&mut turn);
        return Ok(turn.done());
    }
    if ledger::deadline(rules, c).is_some_and(|due| due <= at)
        && let Some(promise) = &c.promise
    {
        ledger::due(&mut turn, promise, wait);
        return Ok(turn.done());
    }
    match &c.state {
        State::Bot => bot_due(&mut turn, reading)?,
        State::Queued => {
            let was_excluding = !turn.c.kept_out().is_empty();
            let delay = wait.map_or(&DelayReason::AllBusy, |(delay, _)| delay);
            let (key, text) = match turn.c.is_in_danger() {
                true => danger_text(&turn, delay),
                false => (TextKey::MaxWaitReached, turn.text(TextKey::MaxWaitReached, None, &[])),
            };
            turn.notice_text(key, text);
            turn.happen(Event::LongWaitTold);
            turn.happen(Event::SupervisorAlerted { what: Alert::LongWait });
            waiting::offer(&mut turn, delay, false);
            if was_excluding {
                // The pool must learn that nobody is excluded any more.
                again(&mut turn, Keeping::returned());
            }
        }
        State::Human { agent } => human_due(&mut turn, &agent.clone()),
        State::Confirming(proposal) => confirming_due(&mut turn, &proposal.clone()),
        State::Pending { .. } | State::Blocked | State::Resolved { .. } | State::Closed { .. } => {
            return Err(Rejection::NotDue);
        }
    }
    Ok(turn.done())
}

fn bot_due(turn: &mut Turn<'_>, reading: Option<&Reading>) -> Result<(), Rejection> {
    if turn.c.memory.reply_due.is_none() {
        turn.happen(Event::Closed { reason: CloseReason::Timeout });
        turn.notice(TextKey::ClosedIdle, &[]);
        survey::ask_after_end(turn);
        return Ok(());
    }
    // Without a reading of the fragments there is nothing to answer yet.
    let reading = reading.ok_or(Rejection::NotDue)?;
    let fragments = turn.c.memory.burst.iter().map(|fragment| fragment.text.as_str());
    let input = Input::Text(fragments.collect::<Vec<_>>().join("\n"));
    understood(turn, reading, None, false);
    bot_turn(turn, &input, None, reading, false);
    Ok(())
}

fn human_due(turn: &mut Turn<'_>, agent: &AgentId) {
    match (turn.c.unanswered_since, turn.c.silence) {
        (Some(_), Silence::None) => turn.happen(Event::AgentNudged { agent: agent.clone() }),
        (Some(_), Silence::Nudged) => {
            turn.happen(Event::SupervisorAlerted { what: Alert::AgentSilent });
        }
        (Some(_), Silence::Escalated) => {
            back_to_queue(turn, agent, LeaveReason::Silent, TextKey::AgentSilentRequeued);
        }
        (None, _) => {
            // The customer is silent: the agent is freed, and the customer is asked.
            turn.release();
            let by = Proposer::Agent { agent: agent.clone(), held: false };
            let disposition = Some("customer_silent".to_owned());
            let name = turn.c.agent_name.clone();
            turn.happen(Event::ResolutionProposed { by, disposition, name });
            turn.notice(TextKey::ReminderUnconfirmed, &[]);
        }
    }
}

fn confirming_due(turn: &mut Turn<'_>, proposal: &Proposal) {
    let ends = &turn.rules.bot.ends;
    let held = matches!(proposal.by, Proposer::Agent { held: true, .. });
    if held && turn.at >= proposal.since + ends.hold {
        turn.release();
        turn.happen(Event::HoldEnded);
    } else if proposal.reminders < ends.reminders_max {
        turn.happen(Event::Reminded);
        turn.notice(TextKey::ReminderUnconfirmed, &[]);
    } else {
        if held {
            turn.release();
        }
        turn.happen(Event::Closed { reason: CloseReason::Timeout });
        turn.notice(TextKey::ClosedUnconfirmed, &[]);
        survey::ask_after_end(turn);
    }
}
