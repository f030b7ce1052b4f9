//! What is said while the store is away: the bot answers from its rules and says that nothing is
//! saved. It never says that a human was asked for, because nothing is registered.

use super::App;
use super::begin::Opening;
use super::conversations::{Done, Logged};
use super::error::AppResult;
use crate::domain::bot::entry::FaqEntry;
use crate::domain::bot::ladder::{self, Step};
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::LoggedEvent;
use crate::domain::conversation::social_text;
use crate::domain::conversation::state::{Conversation, Memory, State};
use crate::domain::facts;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::language::{self, Language, Variety};
use crate::domain::reading::{self, Reading};
use crate::domain::rules::Rules;
use crate::domain::texts::{TextKey, fill};
use crate::domain::time::Timestamp;

impl App {
    /// A conversation as it would begin now. Nothing of it is kept, and its events have no place in
    /// any log.
    pub fn begun_unsaved(
        &self,
        id: ConversationId,
        customer: CustomerId,
        opening: Opening,
        at: Timestamp,
    ) -> AppResult<Done> {
        let start = Command::Start(self.start_of(id, customer, opening));
        let begun = (self.machines.conversation)(&self.rules(), None, &start, at)?;
        let unplaced = |event| Logged { seq: 0, event_id: 0, logged: LoggedEvent { at, event } };
        let events = begun.events.into_iter().map(unplaced).collect();
        Ok(Done { conversation: begun.next, events })
    }

    /// That nothing is saved.
    pub fn told_unsaved(&self, language: Language) -> Option<String> {
        self.rules().texts.wordings(language, TextKey::NotSaved, None, &[]).into_iter().next()
    }

    /// Texts for a message that could not be saved. `known` is the conversation where it could at
    /// least be read; where it could not, a human may own it, and the bot gives no answer.
    pub fn answer_unsaved(
        &self,
        known: Option<&Conversation>,
        text: &str,
        at: Timestamp,
    ) -> Vec<(Language, String, Outcome)> {
        let rules = self.rules();
        let memory = known.map_or_else(Memory::default, |c| c.memory.clone());
        let reading = reading::read(&rules, text, &memory.window, at);
        let language = known.map_or_else(|| language_of(&rules, text), |c| c.language);
        let words = |key: TextKey, values: &[(&str, String)]| {
            rules.texts.wordings(language, key, None, values).into_iter().next()
        };
        let mut said = Vec::new();
        match ladder::next_step(&rules.bot, &memory, &reading, false) {
            Step::HandOff(reason, _) => {
                if let Some(kind) = reason.emergency() {
                    let contacts = rules.bot.contacts.get(&kind);
                    let contacts = contacts.map(|texts| texts.get(language).clone());
                    let values = [("contacts", contacts.unwrap_or_default())];
                    let signals = &reading.assessment.signals;
                    let hazard = signals.iter().find_map(|signal| signal.hazard);
                    let told = words(TextKey::safety(kind, hazard), &values);
                    said.extend(told.map(|text| (text, Outcome::Emergency)));
                }
                let text = words(TextKey::NotYetRegistered, &[]);
                said.extend(text.map(|text| (text, Outcome::Handoff)));
            }
            step => {
                let own = known.filter(|c| c.state == State::Bot);
                said.extend(own.and_then(|c| of_the_bot(&rules, c, &reading, step)));
            }
        }
        said.extend(self.told_unsaved(language).map(|text| (text, Outcome::Social)));
        said.into_iter().map(|(text, outcome)| (language, text, outcome)).collect()
    }
}

/// What the bot says by itself. What it asks for it cannot remember: a choice is written out, and an
/// answer that needs a detail comes to whoever writes both in one message.
fn of_the_bot(
    rules: &Rules,
    c: &Conversation,
    reading: &Reading,
    step: Step,
) -> Option<(String, Outcome)> {
    let entries = &rules.bot.entries;
    let words = |key| rules.texts.wordings(c.language, key, None, &[]).into_iter().next();
    let social = |key| words(key).map(|text| (text, Outcome::Social));
    match step {
        Step::Answer(entry) => answer(entries.get(&entry)?, c, reading, None),
        Step::FillSlot { entry, slot, value } => {
            answer(entries.get(&entry)?, c, reading, Some((slot, value)))
        }
        Step::AskSlotAgain { .. } => {
            words(TextKey::AskSlotAgain).map(|text| (text, Outcome::AskSlot))
        }
        Step::Social(act) => social(social_text(act)),
        Step::Affirmed => social(TextKey::AskNeed),
        Step::Declined => social(TextKey::NothingElse),
        Step::Refused => {
            words(TextKey::ResolutionDeniedBotFirst).map(|text| (text, Outcome::NotKnown))
        }
        // It was asked for a moment ago, and is understood once it can be saved.
        Step::Clarify(_) | Step::NotKnown if is_detail(rules, &reading.normalised) => None,
        Step::AskInstead => words(TextKey::ClarifyRefused).map(|text| (text, Outcome::Clarify)),
        Step::Clarify(topics) => {
            let key = if topics.len() == 1 { TextKey::ClarifyOne } else { TextKey::ClarifyAsk };
            let titles = topics.iter().filter_map(|id| entries.get(id));
            let titles = titles.map(|entry| format!("\n• {}", entry.title.get(c.language)));
            Some((words(key)? + &titles.collect::<String>(), Outcome::Clarify))
        }
        Step::NotKnown => words(TextKey::NotKnownFirst).map(|text| (text, Outcome::NotKnown)),
        // The answer to a question whether it is settled would be lost.
        Step::ProposeEnd | Step::Wait | Step::HandOff(..) => None,
    }
}

/// Whether it is nothing but what some answer needs.
fn is_detail(rules: &Rules, text: &str) -> bool {
    let mut slots = rules.bot.entries.values().flat_map(|entry| &entry.slots);
    slots.any(|rule| rule.value_in(text).is_some_and(|value| value == text.trim()))
}

/// The first answer of an entry, or the question for what it needs and nobody has told.
fn answer(
    entry: &FaqEntry,
    c: &Conversation,
    reading: &Reading,
    given: Option<(String, String)>,
) -> Option<(String, Outcome)> {
    let mut values: Vec<(&str, String)> = Vec::new();
    for rule in &entry.slots {
        let given = given.iter().find(|(slot, _)| *slot == rule.name).map(|(_, told)| told.clone());
        let before = || c.memory.slots.get(&rule.name).cloned();
        let fact = || c.facts.get(&rule.name).and_then(|fact| rule.value_in(&fact.to_string()));
        let told =
            given.or_else(|| rule.value_in(&reading.normalised)).or_else(before).or_else(fact);
        let Some(value) = told else {
            return Some((rule.ask.get(c.language).clone(), Outcome::AskSlot));
        };
        values.push((&rule.name, value));
    }
    let mut wordings = entry.answers.get(c.language).iter();
    let text = wordings.find_map(|text| facts::filled(text, &c.facts))?;
    Some((fill(&text, &values), Outcome::Answer))
}

fn language_of(rules: &Rules, text: &str) -> Language {
    match language::detect(text) {
        Variety::English => Language::En,
        Variety::Arabizi => rules.bot.arabizi,
        Variety::Arabic | Variety::Mixed | Variety::Unknown => Language::Ar,
    }
}
