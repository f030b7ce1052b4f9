//! Making promises, telling the customer in time that one will be late, and owning up to a broken
//! one. A broken promise moves the place forward and alerts the supervisors.

use super::agent_side::{Held, again, holder};
use super::command::{Decision, Receipt, Rejection};
use super::event::{Event, LeaveReason};
use super::promise::{Fate, Promise, PromiseKind, PromiseOwner};
use super::state::{Conversation, State};
use super::turn::{Keeping, Turn};
use super::words::{delay_sentence, told_wait};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, QueueId};
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::routing::opening;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// When the open promise must be looked at: once to warn, once when it is broken.
pub(super) fn deadline(rules: &Rules, c: &Conversation) -> Option<Timestamp> {
    let promise = c.promise.as_ref()?;
    match &c.state {
        State::Pending { .. } => Some(promise.returns_at),
        State::Queued | State::Human { .. } if promise.late => Some(promise.due),
        State::Queued | State::Human { .. } => {
            // Not at once when it comes back: whoever serves it gets half of the time.
            let half = promise.due.since(promise.returns_at) / 2;
            Some(promise.due - rules.routing.promises.warn_before.min(half))
        }
        State::Bot
        | State::Blocked
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => None,
    }
}

/// Does what is due; the caller has compared the time.
pub(super) fn due(turn: &mut Turn<'_>, promise: &Promise, wait: Option<&(DelayReason, Eta)>) {
    match (&turn.c.state, promise.late) {
        (State::Pending { .. }, _) => {
            turn.notice(TextKey::PromiseTime, &[]);
            come_back(turn, true);
        }
        (_, false) if turn.at < promise.due => tell_late(turn, promise, wait),
        // Too late to tell it before the time is over: nobody looked for too long.
        (_, false | true) => break_it(turn, promise),
    }
}

/// Back into its queue with the wait so far; whoever gave the promise is asked first. What comes
/// back by itself (`returned`) is treated like other work that comes back; a customer who asks for
/// it earlier gains nothing over those who stayed.
pub(super) fn come_back(turn: &mut Turn<'_>, returned: bool) {
    let promise = turn.c.promise.as_ref();
    let preferred = promise.and_then(|promise| promise.agent().cloned());
    again(turn, Keeping { returned, preferred, exclude: None });
}

/// The customer hears the new time and the reason before they ask.
fn tell_late(turn: &mut Turn<'_>, promise: &Promise, wait: Option<&(DelayReason, Eta)>) {
    let longer = wait.and_then(|(_, eta)| eta.told()).filter(|_| promise.kind == PromiseKind::Wait);
    let more = match longer {
        // What is known by now, and not less than what it has shown itself to be wrong by.
        Some(told) => told.high,
        None => turn.rules.routing.promises.extension,
    };
    let due = in_open_hours(turn, promise.due, more);
    let why = match (&turn.c.state, wait) {
        (State::Human { .. }, _) | (_, None) => with_agent(turn),
        (_, Some((delay, _))) => delay_sentence(turn, delay),
    };
    let time = tell_time(turn, due);
    turn.happen(Event::PromiseLate { number: promise.number, due });
    turn.notice(TextKey::PromiseLate, &[("due", time), ("why", why)]);
}

fn with_agent(turn: &Turn<'_>) -> String {
    let agent = turn.c.agent_name.clone();
    match agent {
        Some(agent) => turn.text(TextKey::DelayWithAgent, None, &[("agent", agent)]),
        None => turn.text(TextKey::DelayAllBusy, None, &[]),
    }
}

fn break_it(turn: &mut Turn<'_>, promise: &Promise) {
    turn.happen(Event::PromiseEnded { number: promise.number, fate: Fate::Broken });
    turn.notice(TextKey::PromiseBroken, &[]);
    if turn.c.state == State::Queued {
        // The pool must learn of the credit.
        come_back(turn, false);
    }
}

/// Makes a promise; an older one gives way to it, because the customer asked for this one.
pub(super) fn promise(
    turn: &mut Turn<'_>,
    kind: PromiseKind,
    owner: PromiseOwner,
    what: String,
    times: (Timestamp, Timestamp),
) {
    if let Some(open) = turn.c.promise.clone() {
        turn.happen(Event::PromiseEnded { number: open.number, fate: Fate::Withdrawn });
    }
    let (returns_at, due) = times;
    if turn.c.state == State::Queued && returns_at > turn.at {
        turn.release();
    }
    let number = turn.c.promised + 1;
    let made_at = turn.at;
    let promise = Promise { number, kind, owner, what, made_at, returns_at, due, late: false };
    turn.happen(Event::PromiseMade { promise });
    if turn.c.state == State::Queued && kind != PromiseKind::Wait {
        // Whoever was promised something no longer stands aside: the pool must learn of it.
        turn.renew_place();
    }
}

/// A wait that was told in a message is a promise of the queue like any other: its upper end is due.
pub(super) fn stand_by(turn: &mut Turn<'_>, receipt: &Receipt) {
    let (Some(told), Some(queue)) = (told_wait(&turn.c, receipt), queue_of(&turn.c)) else {
        return;
    };
    let owner = PromiseOwner::Queue { queue };
    promise(turn, PromiseKind::Wait, owner, String::new(), (turn.at, turn.at + told.high));
}

/// Refuses what would end or renew a promise that people have not kept yet.
pub(super) fn nothing_open(c: &Conversation) -> Result<(), Rejection> {
    if c.promise.is_some() { Err(Rejection::PromiseOpen) } else { Ok(()) }
}

/// A promise may have been so long on its way since its time was reckoned; never more than half of
/// the least that can be promised.
const ON_ITS_WAY_MAX: Duration = Duration::from_secs(30);

/// An agent says "give us two days": the matter stays theirs, their hands are free, and it comes
/// back in time to be kept.
pub(super) fn follow_up(
    rules: &Rules,
    c: &Conversation,
    (agent, token): (&AgentId, Token),
    what: &str,
    due: Timestamp,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    match holder(c, agent, token)? {
        Held::Owned => {}
        Held::Confirming => return Err(Rejection::WrongState { state: c.state.name() }),
    }
    nothing_open(c)?;
    let promises = &rules.routing.promises;
    let (earliest, latest) = (at + promises.follow_up_min, at + promises.follow_up_max);
    // Whoever says "in five minutes" says it a moment before it is heard.
    let on_its_way = ON_ITS_WAY_MAX.min(promises.follow_up_min / 2);
    if due + on_its_way < earliest || due > latest {
        return Err(Rejection::TimeNotPossible { earliest, latest });
    }
    // In time to be kept, but not at once.
    let ahead = promises.follow_up_ahead.min(due.since(at) / 2);
    turn.release();
    turn.agent_leaves(agent.clone(), LeaveReason::Promised, token);
    let owner = PromiseOwner::Agent { agent: agent.clone() };
    promise(&mut turn, PromiseKind::FollowUp, owner, what.to_owned(), (due - ahead, due));
    let name = c.agent_name.clone().unwrap_or_else(|| agent.to_string());
    let values = [("agent", name), ("what", what.to_owned()), ("due", tell_time(&turn, due))];
    turn.notice(TextKey::FollowUpPromised, &values);
    Ok(turn.done())
}

/// When its queue has been open for so long from then on: what is closed keeps no promise.
pub(super) fn in_open_hours(turn: &Turn<'_>, from: Timestamp, span: Duration) -> Timestamp {
    let queue = queue_of(&turn.c).and_then(|queue| turn.rules.routing.queues.get(&queue));
    let hours = queue.and_then(|queue| queue.hours.as_ref());
    hours.and_then(|hours| hours.after_open(from, span)).unwrap_or(from + span)
}

/// The queue it waits in or waited in last.
pub(super) fn queue_of(c: &Conversation) -> Option<QueueId> {
    c.handoff.as_ref().map(|asked| asked.handoff.needs.queue.clone())
}

/// A time as this customer is told it.
pub(super) fn tell_time(turn: &Turn<'_>, time: Timestamp) -> String {
    opening::tell(&turn.rules.routing, queue_of(&turn.c).as_ref(), time, turn.c.language)
}
