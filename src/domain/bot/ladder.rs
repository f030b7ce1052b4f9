//! The ladder: what the bot does with what it has understood. It answers what it is sure of, asks
//! once when it wavers, says so when it does not know, and steps aside in time.

use super::matcher::Verdict;
use super::outcome::Outcome;
use crate::domain::conversation::state::Memory;
use crate::domain::detectors::{EmergencyKind, Fired, Signal, SignalKind};
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::EntryId;
use crate::domain::language::social::{LAST, SocialAct};
use crate::domain::reading::Reading;
use crate::domain::rules::BotRules;

/// Fragments joined at most; a longer burst is answered as it is.
const FRAGMENTS_MAX: usize = 8;
/// How often the same slot is asked for.
const SLOT_ASKED_MAX: u32 = 2;

/// The bot's next step.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Wait a moment: this looks like part of a thought.
    Wait,
    /// Answer a greeting, thanks and the like.
    Social(SocialAct),
    /// A "yes" to an offer of help: ask what it is about.
    Affirmed,
    /// A "no" to an offer of help, or a "no thanks": take leave politely. Says nothing about
    /// whether the matter is resolved.
    Declined,
    /// A plain "no" to an answer: ask what is still missing.
    Refused,
    /// Ask whether that settled it.
    ProposeEnd,
    /// Answer from this entry.
    Answer(EntryId),
    /// Take the value for the slot that was asked for, then answer.
    FillSlot {
        /// For which entry.
        entry: EntryId,
        /// Which slot.
        slot: String,
        /// With what.
        value: String,
    },
    /// Ask for the slot once more.
    AskSlotAgain {
        /// For which entry.
        entry: EntryId,
        /// Which slot.
        slot: String,
    },
    /// Ask what is wanted instead of what the customer said that they do not want.
    AskInstead,
    /// Ask which of these is meant.
    Clarify(Vec<EntryId>),
    /// Say that it was not understood.
    NotKnown,
    /// Ask for a human.
    HandOff(HandoffReason, Option<EntryId>),
}

/// Chooses the next step for words of the customer. `may_wait` is false once the quiet time of a
/// burst is over.
pub fn next_step(bot: &BotRules, memory: &Memory, reading: &Reading, may_wait: bool) -> Step {
    if let Some(fired) = &reading.assessment.fired
        && !is_for_the_bot_first(bot, memory, reading, fired)
    {
        return Step::HandOff(reason_of(fired), sure_entry(reading));
    }
    if let Some(step) = fill_slot(bot, memory, reading) {
        return step;
    }
    if let Some(step) = picked(bot, memory, reading) {
        return step;
    }
    let said = Said::of(reading);
    let wait = may_wait && is_fragment(bot, memory, reading);
    match (said, &reading.matched.verdict) {
        (Said::Words, Verdict::Sure(entry)) if !(wait && is_guess(bot, reading)) => {
            return answer(bot, entry.clone());
        }
        // Also "hi", "no" and "my order" are often only the first line of a thought.
        _ if wait => return Step::Wait,
        _ => {}
    }
    if memory.asking.is_some() && reading.changes_mind && !is_known(reading) {
        return Step::AskInstead;
    }
    match (said, &reading.matched.verdict) {
        (Said::Social(act), _) => social(act, memory),
        (Said::Yes, _) => yes(bot, memory),
        (Said::NoThanks, _) => Step::Declined,
        (Said::No, _) => no(bot, memory, reading),
        (Said::More, _) => Step::Affirmed,
        (Said::Words, _) if reading.refused.is_some() => Step::AskInstead,
        // "It is not solved", of something that we do not know: there is nothing to guess at.
        (Said::Words, Verdict::Unknown) if reading.unhelped && memory.asking.is_none() => {
            refused(bot, memory)
        }
        (Said::Words, Verdict::Unsure(_)) if memory.window.misses == 0 => {
            match near_enough(bot, reading) {
                near if near.is_empty() => ask_again_or_miss(bot, memory),
                // "Where is it now", when we have just asked for its number, is no new question.
                near if memory.asking.as_ref().is_some_and(|it| near.contains(&it.entry)) => {
                    ask_again_or_miss(bot, memory)
                }
                near => Step::Clarify(near),
            }
        }
        (Said::Words, Verdict::Sure(_) | Verdict::Unsure(_) | Verdict::Unknown) => {
            ask_again_or_miss(bot, memory)
        }
    }
}

/// Whether the lost customer asks something that the bot can answer, and it has not tried yet: who is
/// still lost after that gets a person.
fn is_for_the_bot_first(bot: &BotRules, memory: &Memory, reading: &Reading, fired: &Fired) -> bool {
    let Verdict::Sure(entry) = &reading.matched.verdict else { return false };
    let is_human_first = bot.entries.get(entry).is_none_or(|entry| entry.human_first);
    let has_tried =
        !matches!(memory.last_outcome, None | Some(Outcome::Greeting | Outcome::Social));
    fired.reason == SignalKind::Confusion && !has_tried && !is_human_first
}

/// What kind of thing was said.
#[derive(Clone, Copy)]
enum Said {
    Social(SocialAct),
    Yes,
    No,
    NoThanks,
    More,
    Words,
}

impl Said {
    fn of(reading: &Reading) -> Said {
        match reading.social {
            Some(act) => Said::Social(act),
            None if reading.declines => Said::NoThanks,
            // "I don't need an agent any more" where none is awaited.
            None if takes_back(reading) => Said::NoThanks,
            None if reading.affirms => Said::Yes,
            None if reading.denies => Said::No,
            None if reading.has_more && !is_known(reading) => Said::More,
            None => Said::Words,
        }
    }
}

fn takes_back(reading: &Reading) -> bool {
    reading.assessment.withdrawal.is_some() && !is_known(reading)
}

fn is_known(reading: &Reading) -> bool {
    matches!(reading.matched.verdict, Verdict::Sure(_))
}

/// The topic that was offered and is chosen by its place: "the second one".
fn picked(bot: &BotRules, memory: &Memory, reading: &Reading) -> Option<Step> {
    let place = reading.picks.filter(|_| memory.asking.is_none())?;
    let mut offered = memory.choices.iter().filter(|id| bot.entries.contains_key(id));
    let entry = if place == LAST { offered.next_back() } else { offered.nth(place) };
    entry.map(|entry| answer(bot, entry.clone()))
}

/// What a yes means depends on what the bot said last.
fn yes(bot: &BotRules, memory: &Memory) -> Step {
    if memory.asking.is_some() {
        return ask_again_or_miss(bot, memory);
    }
    match (memory.last_outcome, memory.choices.as_slice()) {
        (Some(Outcome::Clarify), [only]) => answer(bot, only.clone()),
        (Some(Outcome::Clarify), [_, _, ..]) => Step::Clarify(memory.choices.clone()),
        (Some(Outcome::Answer), _) if may_propose(memory) => Step::ProposeEnd,
        _ => Step::Affirmed,
    }
}

/// A no refuses an answer or a guess; to an offer of help it is no failure at all, unless it says
/// that nothing has helped.
fn no(bot: &BotRules, memory: &Memory, reading: &Reading) -> Step {
    if memory.asking.is_some() {
        return ask_again_or_miss(bot, memory);
    }
    let Some(outcome) = memory.last_outcome else { return declined(bot, memory, reading) };
    match outcome {
        Outcome::Answer => refused(bot, memory),
        Outcome::Clarify | Outcome::NotKnown => miss(bot, memory, HandoffReason::NotUnderstood),
        Outcome::Greeting
        | Outcome::Social
        | Outcome::AskSlot
        | Outcome::Handoff
        | Outcome::Emergency
        | Outcome::SayAgain => declined(bot, memory, reading),
    }
}

/// "No" to an offer of help takes leave; whoever says that it is not solved is not sent away.
fn declined(bot: &BotRules, memory: &Memory, reading: &Reading) -> Step {
    if reading.unhelped { refused(bot, memory) } else { Step::Declined }
}

/// What we said has not helped: ask what is missing, and step aside in time.
fn refused(bot: &BotRules, memory: &Memory) -> Step {
    match miss(bot, memory, HandoffReason::Repetition) {
        Step::NotKnown => Step::Refused,
        step => step,
    }
}

/// Whether a topic was only guessed from so few words that the next line may well say more.
fn is_guess(bot: &BotRules, reading: &Reading) -> bool {
    reading.matched.basis.is_likeness() && reading.tail_tokens <= bot.ladder.short_tokens_max
}

/// The topics that are near enough to be offered: "which of these?" between strangers only annoys.
pub fn near_enough(bot: &BotRules, reading: &Reading) -> Vec<EntryId> {
    let Verdict::Unsure(wavering) = &reading.matched.verdict else { return Vec::new() };
    let candidates = reading.matched.candidates.iter();
    let near: Vec<&EntryId> = candidates
        .filter(|found| found.score >= bot.ladder.clarify_at)
        .map(|found| &found.entry)
        .collect();
    wavering.iter().filter(|entry| near.contains(entry)).cloned().collect()
}

/// The step for an entry that the customer chose by a button or that was recognised for sure.
pub fn answer(bot: &BotRules, entry: EntryId) -> Step {
    match bot.entries.get(&entry) {
        Some(known) if known.human_first => Step::HandOff(HandoffReason::HumanFirst, Some(entry)),
        Some(_) => Step::Answer(entry),
        // The rules changed under a button that is still on the screen.
        None => Step::NotKnown,
    }
}

/// The reason a fired signal stands for.
pub fn reason_of(fired: &Fired) -> HandoffReason {
    match fired.reason {
        SignalKind::HumanRequest => HandoffReason::HumanRequest,
        SignalKind::Frustration => HandoffReason::Frustration,
        SignalKind::Confusion => HandoffReason::Confusion,
        SignalKind::Repetition => HandoffReason::Repetition,
        SignalKind::Abuse => HandoffReason::Abuse,
        SignalKind::Emergency => match fired.emergency {
            // An emergency of unknown kind is treated as the gravest.
            Some(EmergencyKind::Life) | None => HandoffReason::EmergencyLife,
            Some(EmergencyKind::Money) => HandoffReason::EmergencyMoney,
            Some(EmergencyKind::Property) => HandoffReason::EmergencyProperty,
        },
    }
}

/// The topic that was spoken of. "I want a human" resembles the question who we are, and is no topic.
fn sure_entry(reading: &Reading) -> Option<EntryId> {
    let calls = |signal: &Signal| signal.kind == SignalKind::HumanRequest;
    let is_wish = reading.matched.basis.is_likeness()
        && !reading.states_need
        && reading.assessment.signals.iter().any(calls);
    match &reading.matched.verdict {
        Verdict::Sure(_) if is_wish => None,
        Verdict::Sure(entry) => Some(entry.clone()),
        Verdict::Unsure(_) | Verdict::Unknown => None,
    }
}

/// The value for the detail that was asked for, if this message gives it.
pub fn fill_slot(bot: &BotRules, memory: &Memory, reading: &Reading) -> Option<Step> {
    let Some(asking) = &memory.asking else {
        return late_value(bot, memory, reading).or_else(|| another_value(bot, memory, reading));
    };
    let slots = &bot.entries.get(&asking.entry)?.slots;
    let rule = slots.iter().find(|slot| slot.name == asking.slot)?;
    let value = rule.value_in(&reading.normalised)?;
    Some(Step::FillSlot { entry: asking.entry.clone(), slot: asking.slot.clone(), value })
}

/// Other words that may stand beside a value that comes late: "found it, here: 7654321".
const WORDS_BESIDE_VALUE_MAX: usize = 3;

/// What was asked for earlier and comes a message late: "I have to look" came between. Whoever by now
/// asks something else that we know is answered that.
pub fn late_value(bot: &BotRules, memory: &Memory, reading: &Reading) -> Option<Step> {
    let asked = memory.asked_last.as_ref()?;
    let slots = &bot.entries.get(&asked.entry)?.slots;
    let rule = slots.iter().find(|slot| slot.name == asked.slot)?;
    let value = rule.pattern.find(&reading.normalised)?;
    let is_word = |word: &&str| word.chars().any(char::is_alphabetic);
    let beside = [&reading.normalised[..value.start()], &reading.normalised[value.end()..]];
    let words = beside.iter().flat_map(|text| text.split_whitespace()).filter(is_word).count();
    let asks_other = match &reading.matched.verdict {
        Verdict::Sure(entry) => *entry != asked.entry && words > 0,
        Verdict::Unsure(_) | Verdict::Unknown => false,
    };
    (words <= WORDS_BESIDE_VALUE_MAX && !asks_other).then(|| Step::FillSlot {
        entry: asked.entry.clone(),
        slot: asked.slot.clone(),
        value: value.as_str().to_owned(),
    })
}

/// A bare number after an answer that was made with another one: the answer is wanted for this.
fn another_value(bot: &BotRules, memory: &Memory, reading: &Reading) -> Option<Step> {
    if reading.normalised.chars().any(char::is_alphabetic) {
        return None;
    }
    let entry = memory.last_answer.clone()?;
    let mut slots = bot.entries.get(&entry)?.slots.iter();
    slots.find_map(|rule| {
        let value = rule.value_in(&reading.normalised)?;
        let is_other = memory.slots.get(&rule.name).is_some_and(|before| *before != value);
        let (entry, slot) = (entry.clone(), rule.name.clone());
        is_other.then_some(Step::FillSlot { entry, slot, value })
    })
}

fn social(act: SocialAct, memory: &Memory) -> Step {
    match act {
        // Neither is a yes; but it is the moment to ask.
        SocialAct::Thanks | SocialAct::Goodbye if may_propose(memory) => Step::ProposeEnd,
        SocialAct::Thanks
        | SocialAct::Goodbye
        | SocialAct::Greeting
        | SocialAct::Acknowledgement
        | SocialAct::Attention
        | SocialAct::Emoji
        | SocialAct::Anger => Step::Social(act),
    }
}

/// Whether the customer may be asked now whether their matter is settled.
pub fn may_propose(memory: &Memory) -> bool {
    memory.last_answer.is_some() && !memory.proposed
}

fn is_fragment(bot: &BotRules, memory: &Memory, reading: &Reading) -> bool {
    !reading.finished
        && reading.tokens <= bot.ladder.fragment_tokens_max * (memory.burst.len() + 1)
        && memory.burst.len() < FRAGMENTS_MAX
}

fn ask_again_or_miss(bot: &BotRules, memory: &Memory) -> Step {
    match &memory.asking {
        Some(asking) if asking.times < SLOT_ASKED_MAX => {
            Step::AskSlotAgain { entry: asking.entry.clone(), slot: asking.slot.clone() }
        }
        Some(_) | None => miss(bot, memory, HandoffReason::NotUnderstood),
    }
}

fn miss(bot: &BotRules, memory: &Memory, reason: HandoffReason) -> Step {
    if memory.window.misses + 1 >= bot.ladder.misses_until_human {
        Step::HandOff(reason, None)
    } else {
        Step::NotKnown
    }
}
