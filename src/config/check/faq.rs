//! FAQ entries: what the bot answers and by what it recognises a topic.

use super::names::Names;
use super::value;
use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::faq::{Entry, Faq, Slot};
use crate::config::raw::{At, Languages, Text};
use crate::domain::bot::entry::{FaqEntry, SlotRule};
use crate::domain::facts::{Facts, filled, placeholder};
use crate::domain::ids::{EntryId, QueueId};
use crate::domain::language::normalise;
use crate::domain::texts::PerLanguage;
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The most entries.
pub const ENTRIES_MAX: usize = 2_000;
/// The most examples of one list of an entry: a bound for mistakes, far above what imported sets have.
const EXAMPLES_MAX: usize = 20_000;
/// The most patterns of one entry.
const PATTERNS_MAX: usize = 32;
/// The most slots of one entry.
const SLOTS_MAX: usize = 8;
/// The most wordings of one answer in one language.
const ANSWERS_MAX: usize = 20;
/// The most buttons under an answer.
const QUICK_REPLIES_MAX: usize = 8;
/// Wordings that never saying the same twice needs at least.
const ANSWERS_MIN: usize = 2;
/// Fewer examples than this are warned about.
const EXAMPLES_FEW: usize = 5;

/// One checked entry with what the matcher learns from.
#[derive(Debug, Clone)]
pub struct CheckedEntry {
    /// What the bot answers.
    pub entry: FaqEntry,
    /// Examples with the name of their list: `ar`, `en` or `arabizi`.
    pub examples: Vec<(&'static str, String)>,
    /// Patterns as they are written.
    pub patterns: Vec<Text>,
    /// By when somebody is to look at it again, and where that is written.
    pub review: Option<Review>,
}

/// By when somebody is to look at an entry again.
#[derive(Debug, Clone)]
pub struct Review {
    /// Which entry.
    pub entry: EntryId,
    /// The last day.
    pub by: jiff::civil::Date,
    /// Where it is written.
    pub place: Place,
}

impl Review {
    /// The warning, if the day has passed everywhere on earth.
    pub fn overdue(&self, at: Timestamp) -> Option<Problem> {
        let now = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        let latest = jiff::tz::TimeZone::fixed(jiff::tz::offset(-12));
        let is_over = latest.to_datetime(now).date() > self.by;
        let problem = Problem::new(Code::ReviewOverdue, &self.place).with("id", &self.entry);
        is_over.then(|| problem.with("date", self.by))
    }
}

/// Checks all entries of all files.
pub fn check(files: &[Faq], names: &Names, problems: &mut Problems) -> Option<Vec<CheckedEntry>> {
    let entries: Vec<&Entry> =
        files.iter().filter_map(|file| file.entries.as_ref()).flatten().collect();
    if let Some(beyond) = entries.get(ENTRIES_MAX) {
        problems.add(too_many(&beyond.place, entries.len(), ENTRIES_MAX));
    }
    same_examples(&entries, problems);
    let checked: Vec<Option<CheckedEntry>> =
        entries.iter().map(|entry| check_entry(entry, names, problems)).collect();
    checked.into_iter().collect()
}

fn check_entry(raw: &Entry, names: &Names, problems: &mut Problems) -> Option<CheckedEntry> {
    let id = raw.id.as_ref().and_then(|id| value::id(id, EntryId::parse, problems));
    let name = raw.id.as_ref().map_or("?", |id| id.value.as_str());
    let title = raw.title.as_ref().and_then(|title| value::both(title, problems));
    let examples = examples(raw, name, problems);
    let patterns = patterns(raw, problems);
    let slots = slots(raw, name, problems);
    let answers = raw.answers.as_ref().and_then(|answers| {
        let slots = raw.slots.as_deref().unwrap_or_default();
        check_answers(answers, name, slots, names, problems)
    });
    let quick_replies = quick_replies(raw, name, names, problems);
    let queue = optional(raw.queue.as_ref(), |queue| {
        names.queues.expect(queue, Code::UnknownQueue, problems)?;
        value::id(queue, QueueId::parse, problems)
    });
    let reviewed = optional(raw.review_by.as_ref(), |text| {
        value::date(text, problems).map(|by| (by, text.place.clone()))
    });
    let id = id?;
    let review = reviewed?.map(|(by, place)| Review { entry: id.clone(), by, place });
    let entry = FaqEntry {
        id,
        title: title?,
        answers: answers?,
        quick_replies: quick_replies?,
        slots: slots?,
        human_first: raw.human_first.unwrap_or(false),
        is_need: raw.is_need.unwrap_or(true),
        queue: queue?,
    };
    Some(CheckedEntry { entry, examples: examples?, patterns: patterns?, review })
}

/// `Some(None)` for what is absent; `None` for what is wrong.
fn optional<R, T>(raw: Option<&R>, check: impl FnOnce(&R) -> Option<T>) -> Option<Option<T>> {
    match raw {
        None => Some(None),
        Some(raw) => check(raw).map(Some),
    }
}

fn too_many(place: &Place, count: usize, count_max: usize) -> Problem {
    Problem::new(Code::TooMany, place).with("count", count).with("count_max", count_max)
}

/// Notes it when a list is longer than it may be.
fn limited(list: &[Text], count_max: usize, problems: &mut Problems) {
    if let Some(beyond) = list.get(count_max) {
        problems.add(too_many(&beyond.place, list.len(), count_max));
    }
}

fn examples(
    raw: &Entry,
    name: &str,
    problems: &mut Problems,
) -> Option<Vec<(&'static str, String)>> {
    let mut all = Vec::new();
    for (list, texts) in raw.examples.iter().flat_map(|examples| examples.lists()) {
        limited(texts, EXAMPLES_MAX, problems);
        all.extend(texts.iter().map(|text| value::said(text, problems).map(|said| (list, said))));
    }
    let place = raw.id.as_ref().map_or(&raw.place, |id| &id.place);
    let patterns = raw.patterns.as_ref().map_or(0, Vec::len);
    if all.is_empty() && patterns == 0 {
        problems.add(Problem::new(Code::NothingToMatch, place).with("id", name));
        return None;
    }
    if all.len() < EXAMPLES_FEW && patterns == 0 {
        let few = Problem::new(Code::FewExamples, place).with("id", name);
        problems.add(few.with("count", all.len()));
    }
    all.into_iter().collect()
}

/// An example under two entries teaches the matcher nothing but doubt.
fn same_examples(entries: &[&Entry], problems: &mut Problems) {
    let mut seen: BTreeMap<String, (&str, &Place)> = BTreeMap::new();
    for entry in entries {
        let Some(id) = &entry.id else { continue };
        let texts = entry.examples.iter().flat_map(|examples| examples.lists());
        for text in texts.flat_map(|(_, texts)| texts) {
            let form = normalise(&text.value).text.trim().to_owned();
            match seen.get(&form) {
                Some((other, place)) if *other != id.value => problems.add(
                    Problem::new(Code::ExampleTwice, &text.place)
                        .with("example", &text.value)
                        .with("id", &id.value)
                        .with("other", other)
                        .also(place),
                ),
                Some(_) => {}
                None => {
                    seen.insert(form, (&id.value, &text.place));
                }
            }
        }
    }
}

fn patterns(raw: &Entry, problems: &mut Problems) -> Option<Vec<Text>> {
    let patterns = raw.patterns.as_deref().unwrap_or_default();
    limited(patterns, PATTERNS_MAX, problems);
    let checked: Vec<Option<Text>> =
        patterns.iter().map(|text| checked_pattern(text, problems).map(|_| text.clone())).collect();
    checked.into_iter().collect()
}

/// Patterns meet simplified text, so letters that it never holds are a mistake that never shows.
fn checked_pattern(text: &Text, problems: &mut Problems) -> Option<regex::Regex> {
    let folded =
        |letter: char| normalise(letter.encode_utf8(&mut [0; 4])).text != letter.to_string();
    let arabic = |letter: &char| matches!(letter, '\u{0600}'..='\u{06FF}') && folded(*letter);
    if let Some(letter) = text.value.chars().find(arabic) {
        let problem = Problem::new(Code::PatternNeverFits, &text.place);
        problems.add(problem.with("letter", letter).with("pattern", &text.value));
    }
    value::pattern(text, problems)
}

fn slots(raw: &Entry, name: &str, problems: &mut Problems) -> Option<Vec<SlotRule>> {
    let slots = raw.slots.as_deref().unwrap_or_default();
    if let Some(beyond) = slots.get(SLOTS_MAX) {
        problems.add(too_many(&beyond.place, slots.len(), SLOTS_MAX));
    }
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for slot in slots.iter().filter_map(|slot| slot.name.as_ref()) {
        if let Some(first) = seen.insert(&slot.value, &slot.place) {
            let problem = Problem::new(Code::DuplicateSlot, &slot.place).also(first);
            problems.add(problem.with("slot", &slot.value).with("id", name));
        }
    }
    let checked: Vec<Option<SlotRule>> =
        slots.iter().map(|slot| check_slot(slot, problems)).collect();
    checked.into_iter().collect()
}

fn check_slot(raw: &Slot, problems: &mut Problems) -> Option<SlotRule> {
    let name = raw.name.as_ref().and_then(|name| value::id(name, EntryId::parse, problems));
    let pattern = raw.pattern.as_ref().and_then(|text| checked_pattern(text, problems));
    let ask = raw.ask.as_ref().and_then(|ask| value::both(ask, problems));
    Some(SlotRule { name: name?.as_str().to_owned(), pattern: pattern?, ask: ask? })
}

fn check_answers(
    raw: &Languages<Vec<Text>>,
    name: &str,
    slots: &[Slot],
    names: &Names,
    problems: &mut Problems,
) -> Option<PerLanguage<Vec<String>>> {
    let slots: Vec<&str> = slots
        .iter()
        .filter_map(|slot| slot.name.as_ref())
        .map(|name| name.value.as_str())
        .collect();
    let mut one = |language: &'static str, texts: &Option<Vec<Text>>| -> Option<Vec<String>> {
        let texts = texts.as_ref()?;
        limited(texts, ANSWERS_MAX, problems);
        // Wordings that a customer can be sent of whom nothing is known.
        let always = texts.iter().filter(|text| filled(&text.value, &Facts::new()).is_some());
        let always = always.count();
        if always < ANSWERS_MIN {
            let place = texts.first().map_or(&raw.place, |text| &text.place);
            let problem = Problem::new(Code::TooFewAnswers, place).with("id", name);
            problems.add(problem.with("count", always).with("language", language));
        }
        same_answers(texts, name, problems);
        let said: Vec<Option<String>> =
            texts.iter().map(|text| check_answer(text, name, &slots, names, problems)).collect();
        said.into_iter().collect()
    };
    let (ar, en) = (one("ar", &raw.ar), one("en", &raw.en));
    Some(PerLanguage { ar: ar?, en: en? })
}

fn check_answer(
    text: &Text,
    name: &str,
    slots: &[&str],
    names: &Names,
    problems: &mut Problems,
) -> Option<String> {
    let example = slots.first().copied().unwrap_or("order_number");
    for slot in value::braces(text, example, problems) {
        if let Some((fact, _)) = placeholder(slot) {
            let fact = At { value: fact.to_owned(), place: text.place.clone() };
            names.facts.expect(&fact, Code::UnknownFact, problems);
            continue;
        }
        if !slots.contains(&slot) {
            problems.add(
                Problem::new(Code::UnknownSlot, &text.place)
                    .with("slot", format!("{{{slot}}}"))
                    .with("id", name)
                    .suggest(slot, slots.iter().copied()),
            );
        }
    }
    value::said(text, problems)
}

fn same_answers(texts: &[Text], name: &str, problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for text in texts {
        if let Some(first) = seen.insert(text.value.trim(), &text.place) {
            let problem = Problem::new(Code::SameAnswer, &text.place).also(first);
            problems.add(problem.with("id", name));
        }
    }
}

fn quick_replies(
    raw: &Entry,
    name: &str,
    names: &Names,
    problems: &mut Problems,
) -> Option<Vec<EntryId>> {
    let replies = raw.quick_replies.as_deref().unwrap_or_default();
    limited(replies, QUICK_REPLIES_MAX, problems);
    let mut seen = BTreeSet::from([name]);
    let checked: Vec<Option<EntryId>> = replies
        .iter()
        .map(|reply| {
            if !seen.insert(&reply.value) {
                let problem = Problem::new(Code::QuickReplyTwice, &reply.place);
                problems.add(problem.with("id", &reply.value));
            }
            names.entries.expect(reply, Code::UnknownEntry, problems)?;
            value::id(reply, EntryId::parse, problems)
        })
        .collect();
    checked.into_iter().collect()
}
