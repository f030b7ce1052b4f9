//! The customer no longer wants the person they wait for, and says so in words or by a button. Clear
//! words end the wait at once; of others they are asked what they mean, and in danger always: there
//! nobody stops looking for help because of a word that was misread.

use super::event::{Choice, Event};
use super::state::State;
use super::turn::Turn;
use super::waiting::WaitChoice;
use crate::domain::detectors::{SignalKind, Withdrawal};
use crate::domain::reading::Reading;
use crate::domain::texts::TextKey;

/// What the words of somebody who waits mean for their request; `asked`: we have just asked whether
/// they take it back. Whether that was all they meant.
pub(super) fn hears(turn: &mut Turn<'_>, asked: bool, reading: &Reading) -> bool {
    let fired = reading.assessment.fired.as_ref().map(|fired| fired.reason);
    match reading.assessment.withdrawal {
        // "I need no agent who does not know, I want the manager."
        _ if fired == Some(SignalKind::HumanRequest) => return false,
        _ if asked && reading.affirms => cancel(turn),
        // Whoever says no to "shall I withdraw it?" waits on.
        _ if asked && (reading.denies || reading.declines) => {
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
pub(super) fn is_asked_by(options: &[Choice]) -> bool {
    options.first().is_some_and(|first| first.id == WaitChoice::Cancel.id())
}
