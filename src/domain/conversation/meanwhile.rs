//! What the machine still does for a customer who waits for a person or was promised one: it answers
//! what it is asked, marked as the machine's, asks for a detail that such an answer needs, and says
//! of the rest that it is kept: nobody writes into silence.

use super::bot_side::{has_slot, marked, unseen_answer};
use super::ledger::tell_time;
use super::on_call;
use super::promise::PromiseKind;
use super::state::State;
use super::turn::Turn;
use super::words::{delay_sentence, social_text};
use crate::domain::bot::entry::{FaqEntry, SlotRule};
use crate::domain::bot::ladder::{self, Step};
use crate::domain::bot::matcher::Verdict;
use crate::domain::bot::outcome::Outcome;
use crate::domain::ids::EntryId;
use crate::domain::language::social::SocialAct;
use crate::domain::reading::Reading;
use crate::domain::routing::delay::DelayReason;
use crate::domain::texts::TextKey;

/// Answers what is asked, and says of everything else that a person will read it.
pub(super) fn answer_while_waiting(
    turn: &mut Turn<'_>,
    chosen: Option<&FaqEntry>,
    reading: &Reading,
    wait: Option<(u32, DelayReason)>,
) {
    let before = turn.so_far();
    answer(turn, chosen, reading);
    if turn.so_far() == before {
        acknowledge(turn, reading, wait);
    }
}

/// In other words each time and, but for danger, not for ever.
fn acknowledge(turn: &mut Turn<'_>, reading: &Reading, wait: Option<(u32, DelayReason)>) {
    if reading.tokens == 0 && reading.social.is_none() {
        // A button: there are no words to keep.
        return;
    }
    if turn.c.is_in_danger() {
        return on_call::hear(turn);
    }
    if reading.social == Some(SocialAct::Attention) {
        return still_here(turn, wait);
    }
    let due = turn.c.promise.as_ref().map(|promise| tell_time(turn, promise.due));
    let bare = reading.affirms || reading.denies || reading.declines;
    let (key, values) = match (reading.social, due) {
        // A bare yes or no is nothing to keep; it is heard all the same.
        (None, None) if bare => (TextKey::AlreadyQueued, Vec::new()),
        // "Ok" to being asked for is no end of the talk: the place is kept.
        (Some(SocialAct::Acknowledgement), None) => (TextKey::AlreadyQueued, Vec::new()),
        // They have a person coming already: there is nothing to ask an angry face for.
        (Some(SocialAct::Anger) | None, Some(due)) => {
            (TextKey::HeardWhilePromised, vec![("due", due)])
        }
        (Some(SocialAct::Anger) | None, None) => (TextKey::HeardWhileWaiting, Vec::new()),
        (Some(act), _) => (social_text(act), Vec::new()),
    };
    let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &values);
    if let Some(text) = turn.unsent(wordings) {
        turn.notice_text(key, text);
    }
}

/// "Are you there?", "I am still here": every time what they are there for, which is their place and why
/// it takes time, or what they were promised.
fn still_here(turn: &mut Turn<'_>, wait: Option<(u32, DelayReason)>) {
    if let Some(open) = turn.c.promise.clone()
        && open.kind != PromiseKind::Wait
    {
        let due = tell_time(turn, open.due);
        return turn.notice(TextKey::StillPromised, &[("due", due)]);
    }
    let key = TextKey::StillWaiting;
    let stands = wait.map(|(position, delay)| {
        let position = turn.text(TextKey::QueuePosition, Some(u64::from(position)), &[]);
        format!(" {position} {}", delay_sentence(turn, &delay))
    });
    let stands = stands.unwrap_or_default();
    let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &[]);
    let wordings: Vec<_> = wordings.iter().map(|here| format!("{here}{stands}")).collect();
    let first = wordings.first().cloned().unwrap_or_default();
    let text = turn.unsent(wordings).unwrap_or(first);
    turn.notice_text(key, text);
}

/// Answers what is asked, if the machine can; says nothing of anything else.
pub(super) fn answer(turn: &mut Turn<'_>, chosen: Option<&FaqEntry>, reading: &Reading) {
    let wanted = match (&reading.matched.verdict, chosen) {
        (_, Some(entry)) => Some(entry.id.clone()),
        (Verdict::Sure(id), None) if reading.social.is_none() => Some(id.clone()),
        (Verdict::Sure(_) | Verdict::Unsure(_) | Verdict::Unknown, None) => None,
    };
    let Some(id) = asked_detail(turn, reading).or(wanted) else { return };
    let Some(entry) = turn.rules.bot.entries.get(&id) else { return };
    if entry.human_first {
        return;
    }
    for rule in &entry.slots {
        if !has_slot(turn, rule, reading) {
            return ask(turn, &id, rule);
        }
    }
    if let Some(text) = unseen_answer(turn, entry) {
        let text = as_machine(turn, &text);
        turn.bot_says(Outcome::Answer, text, Some(id), Vec::new(), None);
    }
}

/// The entry whose detail was asked for, if this message gives it.
fn asked_detail(turn: &Turn<'_>, reading: &Reading) -> Option<EntryId> {
    let memory = &turn.c.memory;
    let Some(asking) = memory.asking.as_ref() else {
        return match ladder::late_value(&turn.rules.bot, memory, reading)? {
            Step::FillSlot { entry, .. } => Some(entry),
            _ => None,
        };
    };
    let slots = &turn.rules.bot.entries.get(&asking.entry)?.slots;
    let rule = slots.iter().find(|slot| slot.name == asking.slot)?;
    rule.pattern.find(&reading.normalised).map(|_| asking.entry.clone())
}

/// Once is enough: whoever does not give it waits for the person.
fn ask(turn: &mut Turn<'_>, id: &EntryId, rule: &SlotRule) {
    let text = as_machine(turn, rule.ask.get(turn.c.language));
    if !turn.was_sent(&text) {
        let slot = Some(rule.name.clone());
        turn.bot_says(Outcome::AskSlot, text, Some(id.clone()), Vec::new(), slot);
    }
}

fn as_machine(turn: &Turn<'_>, text: &str) -> String {
    let key = match turn.c.state {
        State::Blocked => TextKey::BlockedBotAnswerPrefix,
        State::Queued
        | State::Pending { .. }
        | State::Bot
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => TextKey::QueuedBotAnswerPrefix,
    };
    let mark = turn.text(key, None, &[]);
    marked(&mark, text)
}
