//! What the customer says or does after the end: a kind word is returned and changes nothing, all
//! else takes the matter up again, with the human who knows it if there was one.

use super::block;
use super::bot_side::bot_turn;
use super::command::{Decision, Input, Rejection};
use super::customer_side::{record, resume_or_rescue, resume_with};
use super::event::Event;
use super::state::{Conversation, State};
use super::survey;
use super::turn::Turn;
use crate::domain::bot::entry::FaqEntry;
use crate::domain::language::social::SocialAct;
use crate::domain::reading::Reading;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

/// A bare number of so many digits says nothing by itself.
const STRAY_DIGITS_MAX: usize = 2;

/// The customer writes.
pub(super) fn says(
    turn: &mut Turn<'_>,
    input: &Input,
    chosen: Option<&FaqEntry>,
    reading: &Reading,
) {
    if is_courtesy(input, reading) {
        record(turn, input, chosen, reading);
        return once(turn, TextKey::NothingElse);
    }
    if is_stray(input, reading) {
        record(turn, input, chosen, reading);
        return once(turn, TextKey::StrayAfterEnd);
    }
    let ended = turn.c.clone();
    survey::came_back(turn, survey::says_not_settled(&ended, reading));
    turn.happen(Event::Reopened);
    record(turn, input, chosen, reading);
    if turn.c.state == State::Blocked {
        return block::says(turn, chosen, reading);
    }
    match ended.preferred {
        // A human knows the matter: it goes on with them.
        Some(agent) => resume_or_rescue(turn, agent, reading),
        None => bot_turn(turn, input, chosen, reading, true),
    }
}

/// The customer asks for it to be taken up again.
pub(super) fn reopen(
    rules: &Rules,
    c: &Conversation,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    match &c.state {
        State::Resolved { since } | State::Closed { since, .. } => {
            may_come_back(rules, *since, at)?;
            survey::came_back(&mut turn, true);
            turn.happen(Event::Reopened);
            match c.preferred.clone() {
                _ if turn.c.state == State::Blocked => block::still_blocked(&mut turn),
                Some(agent) => resume_with(&mut turn, agent),
                None => turn.notice(TextKey::Reopened, &[]),
            }
            Ok(turn.done())
        }
        State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_) => Err(Rejection::WrongState { state: c.state.name() }),
    }
}

/// Thanks, goodbye, "ok" and the like are no reason to begin again, and to call a person back for
/// them least of all. A greeting or «؟؟؟» is one: somebody wants something.
fn is_courtesy(input: &Input, reading: &Reading) -> bool {
    let is_typed = matches!(input, Input::Text(_));
    let is_kind = match reading.social {
        Some(SocialAct::Greeting | SocialAct::Attention | SocialAct::Anger) => false,
        // A thumb is kind, an angry face is not.
        Some(
            SocialAct::Thanks | SocialAct::Goodbye | SocialAct::Acknowledgement | SocialAct::Emoji,
        ) => true,
        None => reading.declines || reading.affirms,
    };
    is_typed && is_kind && reading.assessment.fired.is_none()
}

/// A score that came too late, a number of a choice that is gone, a stray key: nobody is called
/// back for that. A longer number may be one of an order.
fn is_stray(input: &Input, reading: &Reading) -> bool {
    let words = &reading.normalised;
    let is_bare = reading.social.is_none() && !words.chars().any(char::is_alphabetic);
    let digits = words.chars().filter(|letter| letter.is_numeric()).count();
    matches!(input, Input::Text(_)) && is_bare && digits <= STRAY_DIGITS_MAX
}

/// In a sentence that asks nothing, and not for ever.
fn once(turn: &mut Turn<'_>, key: TextKey) {
    let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &[]);
    if let Some(text) = turn.unsent(wordings) {
        turn.notice_text(key, text);
    }
}

/// Whether it is not too late for that.
pub(super) fn may_come_back(
    rules: &Rules,
    ended: Timestamp,
    at: Timestamp,
) -> Result<(), Rejection> {
    if at.since(ended) > rules.bot.ends.reopen_window {
        return Err(Rejection::TooLateToReopen { ended });
    }
    Ok(())
}
