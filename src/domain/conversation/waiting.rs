//! What a customer may do instead of merely waiting: be called back, leave the question, or accept
//! an agent of the other language; and what their words mean while they are promised something.

use super::command::{Decision, Input, Rejection};
use super::customer_side::is_question;
use super::event::{Choice, Event};
use super::ledger::{come_back, in_open_hours, promise, queue_of, tell_time};
use super::meanwhile::answer_while_waiting;
use super::promise::{Fate, PromiseKind, PromiseOwner};
use super::state::{Conversation, State};
use super::turn::Turn;
use super::withdrawal::{self, Question};
use crate::domain::bot::entry::FaqEntry;
use crate::domain::bot::ladder;
use crate::domain::bot::matcher::Verdict;
use crate::domain::handoff::HandoffReason;
use crate::domain::reading::Reading;
use crate::domain::routing::delay::DelayReason;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

/// What the customer chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitChoice {
    /// To wait.
    Wait,
    /// To be called back.
    Callback {
        /// When; without it, as soon as there is somebody to do it.
        at: Option<Timestamp>,
    },
    /// To leave the question and go.
    LeaveQuestion,
    /// To be helped by somebody who speaks the other language.
    OtherLanguage,
    /// To wait no longer and want no person.
    Cancel,
}

/// The ids of the quick replies. A colon cannot stand in the id of an entry, so none can be taken
/// for an entry.
const CHOICES: [(&str, TextKey); 5] = [
    ("wait:wait", TextKey::WaitOptionWait),
    ("wait:callback", TextKey::WaitOptionCallback),
    ("wait:leave_question", TextKey::WaitOptionLeaveQuestion),
    ("wait:other_language", TextKey::WaitOptionOtherLanguage),
    ("wait:cancel", TextKey::WaitOptionCancel),
];

impl WaitChoice {
    /// The choice behind a quick reply.
    pub fn of(input: &Input) -> Option<WaitChoice> {
        let Input::Choice(id) = input else { return None };
        match id.strip_prefix("wait:")? {
            "wait" => Some(WaitChoice::Wait),
            "callback" => Some(WaitChoice::Callback { at: None }),
            "leave_question" => Some(WaitChoice::LeaveQuestion),
            "other_language" => Some(WaitChoice::OtherLanguage),
            "cancel" => Some(WaitChoice::Cancel),
            _ => None,
        }
    }

    /// Its quick reply.
    pub const fn id(&self) -> &'static str {
        match self {
            WaitChoice::Wait => CHOICES[0].0,
            WaitChoice::Callback { .. } => CHOICES[1].0,
            WaitChoice::LeaveQuestion => CHOICES[2].0,
            WaitChoice::OtherLanguage => CHOICES[3].0,
            WaitChoice::Cancel => CHOICES[4].0,
        }
    }

    /// Its quick reply, with what stands on it.
    pub(super) fn offered(&self, turn: &Turn<'_>) -> Choice {
        Choice { id: self.id().to_owned(), title: title(turn, self.id()) }
    }
}

/// The customer chooses, by a call of its own.
pub(super) fn choose(
    rules: &Rules,
    c: &Conversation,
    choice: &WaitChoice,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    take(&mut turn, choice)?;
    Ok(turn.done())
}

/// The customer presses a quick reply: it is in the log as their own word.
pub(super) fn press(
    rules: &Rules,
    c: &Conversation,
    choice: &WaitChoice,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    let title = title(&turn, choice.id());
    let (language, other_language) = (c.language, false);
    let (text, pressed, parts) = (title, Some(choice.id().to_owned()), Vec::new());
    turn.happen(Event::CustomerSaid { text, choice: pressed, language, other_language, parts });
    take(&mut turn, choice)?;
    Ok(turn.done())
}

fn take(turn: &mut Turn<'_>, choice: &WaitChoice) -> Result<(), Rejection> {
    let is_pending = match &turn.c.state {
        State::Queued => false,
        State::Pending { .. } => true,
        State::Bot
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => {
            return Err(Rejection::WrongState { state: turn.c.state.name() });
        }
    };
    match choice {
        WaitChoice::Wait if is_pending => wait_after_all(turn),
        // Somebody may work on after closing: then colleagues are asked at once.
        WaitChoice::Wait => match closed_until(turn).filter(|_| nobody_is_there(&turn.c)) {
            Some(opens) => turn.notice(TextKey::WaitChosenClosed, &[("opens", opens)]),
            None => turn.notice(TextKey::WaitChosen, &[]),
        },
        WaitChoice::Callback { .. } | WaitChoice::LeaveQuestion if is_fixed(&turn.c) => {
            return Err(Rejection::UnknownChoice);
        }
        WaitChoice::Callback { at } => call_back(turn, *at)?,
        WaitChoice::LeaveQuestion => leave_question(turn)?,
        WaitChoice::OtherLanguage => other_language(turn),
        WaitChoice::Cancel => withdrawal::cancel(turn),
    }
    Ok(())
}

/// In danger nobody is put off; and what an agent promised is not exchanged for something else.
fn is_fixed(c: &Conversation) -> bool {
    let given = c.promise.as_ref().is_some_and(|promise| promise.kind == PromiseKind::FollowUp);
    given || c.is_in_danger()
}

/// Whoever would rather wait than be called back is back in line; what an agent has promised stays
/// promised.
fn wait_after_all(turn: &mut Turn<'_>) {
    if let Some(open) = turn.c.promise.clone()
        && open.kind != PromiseKind::FollowUp
    {
        turn.happen(Event::PromiseEnded { number: open.number, fate: Fate::Withdrawn });
    }
    turn.notice(TextKey::PromiseTime, &[]);
    come_back(turn, false);
}

fn call_back(turn: &mut Turn<'_>, wanted: Option<Timestamp>) -> Result<(), Rejection> {
    let promises = turn.rules.routing.promises;
    let (earliest, latest) = (turn.at, turn.at + promises.callback_max);
    if wanted.is_some_and(|wanted| wanted <= earliest || wanted > latest) {
        return Err(Rejection::TimeNotPossible { earliest, latest });
    }
    let open = next_opening(turn, turn.at)?;
    let soonest = turn.at + promises.callback_after;
    let from = match wanted {
        // A time at which nobody is there becomes the next one at which somebody is.
        Some(wanted) => next_opening(turn, wanted)?,
        None if open > turn.at => open,
        None => next_opening(turn, soonest)?,
    };
    let due = in_open_hours(turn, from, promises.callback_window);
    promise(turn, PromiseKind::Callback, owner(&turn.c)?, turn.need(), (from, due));
    let (told_from, told_due) = (tell_time(turn, from), tell_time(turn, due));
    let values = [("from", told_from), ("due", told_due)];
    match wanted {
        // Told another time than they asked for, they are told why.
        Some(wanted) if from > wanted => {
            let [from, due] = values;
            let wanted = ("wanted", tell_time(turn, wanted));
            turn.notice(TextKey::CallbackMoved, &[wanted, from, due]);
        }
        None if open > turn.at || from > soonest => {
            turn.notice(TextKey::CallbackAtOpening, &values)
        }
        Some(_) | None => turn.notice(TextKey::CallbackPromised, &values),
    }
    Ok(())
}

fn leave_question(turn: &mut Turn<'_>) -> Result<(), Rejection> {
    keep_question(turn, TextKey::QuestionKept)
}

/// The page of the customer has stayed closed while those who were there went first. Nobody is
/// passed by for ever: what they asked is kept as if they had left it, and they read so when they
/// come back.
pub(super) fn keep_for_the_absent(
    rules: &Rules,
    c: &Conversation,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    if c.state != State::Queued {
        return Err(Rejection::WrongState { state: c.state.name() });
    }
    if is_fixed(c) || c.promise.as_ref().is_some_and(|open| open.kind != PromiseKind::Wait) {
        return Err(Rejection::PromiseOpen);
    }
    if !c.handoff.as_ref().is_some_and(|asked| asked.confirmed) {
        // Nobody was told of a place yet.
        return Err(Rejection::NotDue);
    }
    let mut turn = Turn::new(rules, c, at);
    keep_question(&mut turn, TextKey::QuestionKeptPageClosed)?;
    Ok(turn.done())
}

fn keep_question(turn: &mut Turn<'_>, told: TextKey) -> Result<(), Rejection> {
    // While it is open the question keeps its place in the queue; the customer need not stay.
    let from = next_opening(turn, turn.at)?;
    let due = in_open_hours(turn, from, turn.rules.routing.promises.answer_within);
    if let State::Pending { .. } = turn.c.state
        && from == turn.at
    {
        come_back(turn, false);
    }
    promise(turn, PromiseKind::Answer, owner(&turn.c)?, turn.need(), (from, due));
    let due = tell_time(turn, due);
    turn.notice(told, &[("due", due)]);
    Ok(())
}

/// Only the customer can say that another language will do.
fn other_language(turn: &mut Turn<'_>) {
    let language = turn.c.language.other();
    if turn.c.agreed_language == Some(language) {
        return turn.notice(TextKey::OtherLanguageAgreed, &[]);
    }
    turn.happen(Event::OtherLanguageAgreed { language });
    come_back(turn, false);
    turn.notice(TextKey::OtherLanguageAgreed, &[]);
}

fn owner(c: &Conversation) -> Result<PromiseOwner, Rejection> {
    let queue = queue_of(c).ok_or(Rejection::WrongState { state: c.state.name() })?;
    Ok(PromiseOwner::Queue { queue })
}

/// When the queue is open next; a queue that is not known to open promises nothing.
fn next_opening(turn: &Turn<'_>, from: Timestamp) -> Result<Timestamp, Rejection> {
    let queue = queue_of(&turn.c).and_then(|queue| turn.rules.routing.queues.get(&queue));
    match queue.and_then(|queue| queue.hours.as_ref()) {
        Some(hours) => hours.next_opening(from).ok_or(Rejection::UnknownChoice),
        None => Ok(from),
    }
}

fn nobody_is_there(c: &Conversation) -> bool {
    c.handoff.as_ref().is_some_and(|asked| asked.nobody_there)
}

/// When the team is back, as it is told, if its queue is closed now.
fn closed_until(turn: &Turn<'_>) -> Option<String> {
    let opens = next_opening(turn, turn.at).ok().filter(|opens| *opens > turn.at)?;
    Some(tell_time(turn, opens))
}

/// Offers the choices that can be kept here; in danger there is nothing to choose.
pub(super) fn offer(turn: &mut Turn<'_>, delay: &DelayReason, other_language: bool) {
    let promised = turn.c.promise.as_ref().is_some_and(|open| open.kind != PromiseKind::Wait);
    if *delay == DelayReason::None || is_fixed(&turn.c) || promised {
        return;
    }
    let opens = next_opening(turn, turn.at).is_ok();
    let offered = |choice: &WaitChoice| match choice {
        WaitChoice::Wait => true,
        WaitChoice::Callback { .. } | WaitChoice::LeaveQuestion => opens,
        WaitChoice::OtherLanguage => other_language,
        WaitChoice::Cancel => true,
    };
    let all = [
        WaitChoice::Wait,
        WaitChoice::Callback { at: None },
        WaitChoice::LeaveQuestion,
        WaitChoice::OtherLanguage,
        WaitChoice::Cancel,
    ];
    let options: Vec<Choice> =
        all.iter().filter(|choice| offered(choice)).map(|choice| choice.offered(turn)).collect();
    if options.len() > 1 {
        // Never first: an offer that begins with it asks for nothing else.
        let text = turn.text(TextKey::WaitOptions, None, &[]);
        turn.happen(Event::WaitOptionsOffered { text, language: turn.c.language, options });
    }
}

fn title(turn: &Turn<'_>, id: &str) -> String {
    let found = CHOICES.iter().find(|(known, _)| *known == id);
    let key = found.map_or(TextKey::WaitOptionWait, |(_, key)| *key);
    let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &[]);
    wordings.into_iter().next().unwrap_or_default()
}

/// Words while something is promised. They are kept for whoever keeps the promise; a wish for a
/// person, danger, or news for the agent who promised bring the conversation back at once. What
/// anybody may ask, and the machine surely knows, is no news.
pub(super) fn pending_turn(
    turn: &mut Turn<'_>,
    input: &Input,
    chosen: Option<&FaqEntry>,
    reading: &Reading,
    withdrawal: Question,
) {
    let reason = reading.assessment.fired.as_ref().map(ladder::reason_of);
    if let Some(danger) = reason.filter(|reason| reason.is_emergency()) {
        return turn.hand_off_with_words(danger, None);
    }
    if withdrawal::hears(turn, withdrawal, reading) {
        return;
    }
    if reason == Some(HandoffReason::HumanRequest) && !is_question(reading) {
        turn.notice(TextKey::PromiseTime, &[]);
        return come_back(turn, false);
    }
    let follow_up = PromiseKind::FollowUp;
    let is_news = turn.c.promise.as_ref().is_some_and(|promise| promise.kind == follow_up)
        && input.words().is_some()
        && reading.social.is_none()
        && !asks_what_anybody_may(turn, chosen, reading);
    if is_news {
        turn.notice(TextKey::PromiseTime, &[]);
        return come_back(turn, false);
    }
    answer_while_waiting(turn, chosen, reading, None);
}

/// Whether this is a question with one answer for everybody. One that needs a detail of the customer's
/// may well be what was promised; and what only resembles a question may be news.
fn asks_what_anybody_may(turn: &Turn<'_>, chosen: Option<&FaqEntry>, reading: &Reading) -> bool {
    let asked = match &reading.matched.verdict {
        Verdict::Sure(id) if is_question(reading) => turn.rules.bot.entries.get(id),
        Verdict::Sure(_) | Verdict::Unsure(_) | Verdict::Unknown => None,
    };
    chosen.or(asked).is_some_and(|entry| !entry.human_first && entry.slots.is_empty())
}
