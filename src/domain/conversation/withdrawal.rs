//! The customer no longer wants the person they wait for, and says so in words or by a button. Clear
//! words end the wait at once; of others they are asked what they mean, and in danger always: there
//! nobody stops looking for help because of a word that was misread.

use super::event::{Choice, Event};
use super::state::{Conversation, State};
use super::turn::Turn;
use super::waiting::WaitChoice;
use crate::domain::detectors::{SignalKind, Withdrawal};
use crate::domain::reading::Reading;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// For so long a bare yes answers the question whether they take their request back. Later it may be
/// about anything, and they are asked again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10 * 60);

/// Whether the customer was asked if they take their request back, and has not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// They were not, or it is settled.
    None,
    /// Just now: a yes is a yes.
    Fresh,
    /// Long ago.
    Old,
}

impl Question {
    /// How it stands before what the customer says at this moment.
    pub(super) fn of(c: &Conversation, at: Timestamp) -> Question {
        match c.memory.withdrawing_since {
            _ if !c.memory.withdrawing => Question::None,
            Some(asked_at) if at.since(asked_at) <= ANSWERED_WITHIN => Question::Fresh,
            Some(_) | None => Question::Old,
        }
    }
}

/// Keeps whether the question is open. Whatever the customer says or chooses next answers it, and
/// whatever they are told after it stands between it and their yes.
pub(super) fn fold(c: &mut Conversation, event: &Event, at: Timestamp) {
    let asks = match event {
        Event::WaitOptionsOffered { options, .. } => is_asked_by(options),
        Event::CustomerSaid { .. }
        | Event::BotSaid { .. }
        | Event::Notice { .. }
        | Event::PromiseMade { .. }
        | Event::OtherLanguageAgreed { .. }
        | Event::HandoffRequested { .. }
        | Event::HandoffCancelled
        | Event::AgentJoined { .. }
        | Event::Closed { .. } => false,
        _ => return,
    };
    c.memory.withdrawing = asks;
    c.memory.withdrawing_since = asks.then_some(at);
}

/// What the words of somebody who waits mean for their request. Whether that was all they meant.
pub(super) fn hears(turn: &mut Turn<'_>, asked: Question, reading: &Reading) -> bool {
    let fired = reading.assessment.fired.as_ref().map(|fired| fired.reason);
    match reading.assessment.withdrawal {
        // "I need no agent who does not know, I want the manager."
        _ if fired == Some(SignalKind::HumanRequest) => return false,
        _ if asked == Question::Fresh && reading.affirms => cancel(turn),
        _ if asked == Question::Old && reading.affirms => ask(turn),
        // Whoever says no to "shall I withdraw it?" waits on.
        _ if asked != Question::None && (reading.denies || reading.declines) => {
            turn.notice(TextKey::WithdrawalRefused, &[]);
        }
        Some(Withdrawal::Clear) if !turn.c.is_in_danger() => cancel(turn),
        Some(Withdrawal::Clear | Withdrawal::Perhaps) => ask(turn),
        None => return false,
    }
    true
}

/// Nobody is looked for any more; the machine is there again.
pub(super) fn cancel(turn: &mut Turn<'_>) {
    if let State::Queued = turn.c.state {
        turn.release();
    }
    turn.happen(Event::HandoffCancelled);
    turn.notice(TextKey::HandoffCancelled, &[]);
}

fn ask(turn: &mut Turn<'_>) {
    let key = match turn.c.is_in_danger() {
        true => TextKey::WithdrawalAskedInDanger,
        false => TextKey::WithdrawalAsked,
    };
    let options = [WaitChoice::Cancel, WaitChoice::Wait].map(|choice| choice.offered(turn));
    let text = turn.text(key, None, &[]);
    let (language, options) = (turn.c.language, options.to_vec());
    turn.happen(Event::WaitOptionsOffered { text, language, options });
}

/// Whether an offer of choices asks this and nothing else.
fn is_asked_by(options: &[Choice]) -> bool {
    options.first().is_some_and(|first| first.id == WaitChoice::Cancel.id())
}
