//! What the bot does about what a customer said: answers, asks back, keeps a fragment, hands over.

use super::banners;
use super::command::Input;
use super::event::{Choice, Event};
use super::state::Proposer;
use super::survey;
use super::turn::{Keeping, Turn};
use super::words::social_text;
use crate::domain::bot::entry::{FaqEntry, SlotRule};
use crate::domain::bot::ladder::{self, Step};
use crate::domain::bot::outcome::Outcome;
use crate::domain::detectors::Speaker;
use crate::domain::facts;
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::EntryId;
use crate::domain::language::social::SocialAct;
use crate::domain::reading::Reading;
use crate::domain::texts::{TextKey, fill};

/// The bot's answer to what was said: now, or when the quiet time of a burst is over.
pub(super) fn bot_turn(
    turn: &mut Turn<'_>,
    input: &Input,
    chosen: Option<&FaqEntry>,
    reading: &Reading,
    may_wait: bool,
) {
    banners::with_topic(turn, chosen, reading);
    let bot = &turn.rules.bot;
    let step = match (input, chosen) {
        (_, Some(entry)) => ladder::answer(bot, entry.id.clone()),
        (Input::SayAgain, None) => {
            if say_again(turn) {
                return;
            }
            Step::Social(SocialAct::Attention)
        }
        (Input::Text(_) | Input::Parts { .. } | Input::Choice(_), None) => {
            ladder::next_step(bot, &turn.c.memory, reading, may_wait)
        }
    };
    take(turn, step, input, reading);
}

/// Repeats what was said last, if anything was.
pub(super) fn say_again(turn: &mut Turn<'_>) -> bool {
    let Some(text) = turn.c.memory.last_said.clone() else { return false };
    let again = turn.text(TextKey::SayAgain, None, &[("text", text)]);
    turn.bot_says(Outcome::SayAgain, again, None, Vec::new(), None);
    true
}

fn take(turn: &mut Turn<'_>, step: Step, input: &Input, reading: &Reading) {
    match step {
        Step::Wait => {
            let text = input.words().unwrap_or_default().to_owned();
            let reply_due = turn.at + turn.rules.bot.ladder.burst_quiet;
            turn.happen(Event::FragmentKept { text, reply_due });
        }
        Step::Social(act) => {
            let text = turn.text(social_text(act), None, &[]);
            turn.bot_says(Outcome::Social, text, None, Vec::new(), None);
        }
        Step::Affirmed => {
            let key = match turn.c.memory.last_outcome {
                Some(Outcome::NotKnown) => TextKey::AskNeedOrPerson,
                _ => TextKey::AskNeed,
            };
            let text = turn.text(key, None, &[]);
            turn.bot_says(Outcome::Social, text, None, Vec::new(), None);
        }
        Step::Declined => take_leave(turn),
        Step::Refused => {
            let text = turn.text(TextKey::ResolutionDeniedBotFirst, None, &[]);
            turn.bot_says(Outcome::NotKnown, text, None, Vec::new(), None);
        }
        Step::ProposeEnd => {
            let text = turn.text(TextKey::BotProposesResolution, None, &[]);
            turn.bot_says(Outcome::Social, text, None, Vec::new(), None);
            turn.happen(Event::ResolutionProposed {
                by: Proposer::Bot,
                disposition: None,
                name: None,
            });
        }
        Step::Answer(entry) => answer(turn, &entry, reading),
        Step::FillSlot { entry, slot, value } => {
            turn.happen(Event::SlotFilled { slot, value });
            answer(turn, &entry, reading);
        }
        Step::AskSlotAgain { entry, slot } => {
            let text = turn.text(TextKey::AskSlotAgain, None, &[]);
            turn.bot_says(Outcome::AskSlot, text, Some(entry), Vec::new(), Some(slot));
        }
        Step::AskInstead => ask_back(turn, TextKey::ClarifyRefused, &[]),
        Step::Clarify(entries) => clarify(turn, &entries),
        Step::NotKnown => {
            let wordings =
                turn.rules.texts.wordings(turn.c.language, TextKey::NotKnownFirst, None, &[]);
            match turn.unsent(wordings) {
                Some(text) => turn.bot_says(Outcome::NotKnown, text, None, Vec::new(), None),
                None => turn.hand_off_with_words(HandoffReason::NotUnderstood, None),
            }
        }
        Step::HandOff(HandoffReason::HumanFirst, Some(entry)) => human_first(turn, entry),
        Step::HandOff(reason, entry) => turn.hand_off_with_words(reason, entry),
    }
}

/// Politely, and without a claim that anything is resolved: after an answer that was never asked
/// about, it is asked now, for whoever cares to say.
fn take_leave(turn: &mut Turn<'_>) {
    let leave = turn.text(TextKey::NothingElse, None, &[]);
    if !ladder::may_propose(&turn.c.memory) {
        return turn.bot_says(Outcome::Social, leave, None, Vec::new(), None);
    }
    let question = turn.text(TextKey::BotProposesResolution, None, &[]);
    let text = format!("{leave} {question}");
    turn.bot_says(Outcome::Social, text, None, Vec::new(), None);
    turn.happen(Event::ResolutionProposed { by: Proposer::Bot, disposition: None, name: None });
}

/// Answers with a wording that was not sent yet; when there is none left, the answer has not
/// helped and a person is sought.
fn answer(turn: &mut Turn<'_>, id: &EntryId, reading: &Reading) {
    let Some(entry) = turn.rules.bot.entries.get(id) else { return };
    for rule in &entry.slots {
        if !has_slot(turn, rule, reading) {
            let ask = rule.ask.get(turn.c.language).clone();
            let text = turn
                .unsent(vec![ask])
                .unwrap_or_else(|| turn.text(TextKey::AskSlotAgain, None, &[]));
            let slot = Some(rule.name.clone());
            return turn.bot_says(Outcome::AskSlot, text, Some(id.clone()), Vec::new(), slot);
        }
    }
    match unseen_answer(turn, entry) {
        Some(text) => {
            let mut choices = choices(turn, &entry.quick_replies);
            choices.extend(survey::rating_choices(turn));
            turn.bot_says(Outcome::Answer, text, Some(id.clone()), choices, None);
        }
        None => turn.hand_off_with_words(HandoffReason::Repetition, Some(id.clone())),
    }
}

/// Whether what an answer needs is known: from the message, else from what was told before, which
/// is mentioned, else from the fact of the same name that the host site tells. Nobody is asked for
/// what is known.
pub(super) fn has_slot(turn: &mut Turn<'_>, rule: &SlotRule, reading: &Reading) -> bool {
    let found = |text: &str| rule.value_in(text);
    let before = turn.c.memory.slots.get(&rule.name).cloned();
    let value = match (found(&reading.normalised), before) {
        (Some(now), Some(before)) if now == before => return true,
        (Some(now), _) => Some(now),
        (None, Some(before)) => {
            let mention = [("value", before)];
            let key = TextKey::SlotRemembered;
            let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &mention);
            if let Some(text) = turn.unsent(wordings) {
                turn.notice_text(key, text);
            }
            return true;
        }
        (None, None) => {
            let fact = turn.c.facts.get(&rule.name);
            fact.and_then(|fact| found(&fact.to_string())).or_else(|| sent_alone(turn, rule))
        }
    };
    let Some(value) = value else { return false };
    turn.happen(Event::SlotFilled { slot: rule.name.clone(), value });
    true
}

/// Messages of the customer in which a value is looked for that was sent before we knew what for: the
/// one before, and the choice by which they then told us.
const SENT_ALONE_TURNS: usize = 2;

/// A value that stood alone in one of the last messages: "7654321", and then "where is my order".
fn sent_alone(turn: &Turn<'_>, rule: &SlotRule) -> Option<String> {
    let turns = turn.c.memory.window.turns.iter().rev();
    let said = turns.filter(|turn| turn.by == Speaker::Customer).take(SENT_ALONE_TURNS);
    let alone = said.filter(|turn| !turn.words.chars().any(char::is_alphabetic));
    let mut values = alone.filter_map(|turn| rule.value_in(&turn.words));
    values.next()
}

fn clarify(turn: &mut Turn<'_>, entries: &[EntryId]) {
    let key = match entries {
        [_] => TextKey::ClarifyOne,
        _ => TextKey::ClarifyAsk,
    };
    ask_back(turn, key, entries);
}

/// Asks in words that were not used yet; when there are none left, a person is sought.
fn ask_back(turn: &mut Turn<'_>, key: TextKey, entries: &[EntryId]) {
    let wordings = turn.rules.texts.wordings(turn.c.language, key, None, &[]);
    match turn.unsent(wordings) {
        Some(text) => {
            let choices = choices(turn, entries);
            turn.bot_says(Outcome::Clarify, text, None, choices, None);
        }
        None => turn.hand_off_with_words(HandoffReason::NotUnderstood, None),
    }
}

/// Acknowledges in the entry's own words, then hands over without answering.
fn human_first(turn: &mut Turn<'_>, id: EntryId) {
    let own = turn.rules.bot.entries.get(&id);
    let text = own
        .and_then(|entry| unseen_answer(turn, entry))
        .unwrap_or_else(|| turn.text(TextKey::HandoffAcknowledgeHumanFirst, None, &[]));
    turn.bot_says(Outcome::Handoff, text, Some(id.clone()), Vec::new(), None);
    turn.hand_off(HandoffReason::HumanFirst, Some(id), Keeping::default());
}

/// The first answer of an entry that the customer has not seen in this episode, neither plain nor
/// marked as the machine's: a mark does not make an old answer a new one.
pub(super) fn unseen_answer(turn: &Turn<'_>, entry: &FaqEntry) -> Option<String> {
    let marks = [TextKey::QueuedBotAnswerPrefix, TextKey::BlockedBotAnswerPrefix];
    let marks = marks.map(|key| turn.rules.texts.wordings(turn.c.language, key, None, &[]));
    let marks: Vec<String> = marks.into_iter().flatten().collect();
    answer_texts(turn, entry).into_iter().find(|text| {
        !turn.was_sent(text) && !marks.iter().any(|mark| turn.was_sent(&marked(mark, text)))
    })
}

pub(super) fn marked(mark: &str, text: &str) -> String {
    format!("{mark} {text}")
}

fn answer_texts(turn: &Turn<'_>, entry: &FaqEntry) -> Vec<String> {
    let values: Vec<(&str, String)> =
        turn.c.memory.slots.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    // A wording that needs a fact nobody has told is left out; `check` sees to it that others stay.
    let wordings = entry.answers.get(turn.c.language).iter();
    let known = wordings.filter_map(|text| facts::filled(text, &turn.c.facts));
    known.map(|text| fill(&text, &values)).collect()
}

fn choices(turn: &Turn<'_>, entries: &[EntryId]) -> Vec<Choice> {
    entries
        .iter()
        .filter_map(|id| turn.rules.bot.entries.get(id))
        .map(|entry| Choice {
            id: entry.id.to_string(),
            title: entry.title.get(turn.c.language).clone(),
        })
        .collect()
}
