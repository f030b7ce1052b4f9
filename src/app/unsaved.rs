//! What is said while the store is away: the bot answers from its rules and says that nothing is
//! saved. It never says that a human was asked for, because nothing is registered.

use super::App;
use super::conversations::{Done, Logged, Opening};
use super::error::AppResult;
use crate::domain::bot::ladder::{self, Step};
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::LoggedEvent;
use crate::domain::conversation::state::{Conversation, Memory, State};
use crate::domain::facts;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::language::{self, Language, Variety};
use crate::domain::reading;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
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
        let bot_owns = known.is_some_and(|c| c.state == State::Bot);
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
            Step::Answer(entry) if bot_owns => {
                let entry = rules.bot.entries.get(&entry).filter(|entry| entry.slots.is_empty());
                let told = known.map(|c| c.facts.clone()).unwrap_or_default();
                let wordings = entry.into_iter().flat_map(|entry| entry.answers.get(language));
                let answer = wordings.filter_map(|text| facts::filled(text, &told)).next();
                said.extend(answer.map(|text| (text, Outcome::Answer)));
            }
            Step::Answer(_)
            | Step::Wait
            | Step::Social(_)
            | Step::Affirmed
            | Step::Declined
            | Step::Refused
            | Step::ProposeEnd
            | Step::FillSlot { .. }
            | Step::AskSlotAgain { .. }
            | Step::Clarify(_)
            | Step::NotKnown => {}
        }
        said.extend(self.told_unsaved(language).map(|text| (text, Outcome::Social)));
        said.into_iter().map(|(text, outcome)| (language, text, outcome)).collect()
    }
}

fn language_of(rules: &Rules, text: &str) -> Language {
    match language::detect(text) {
        Variety::English => Language::En,
        Variety::Arabizi => rules.bot.arabizi,
        Variety::Arabic | Variety::Mixed | Variety::Unknown => Language::Ar,
    }
}
