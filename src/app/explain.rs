//! How a message would be read and answered: the real machine, run on a conversation that exists
//! nowhere. Nothing is stored and nobody is told.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use crate::domain::bot::matcher::Grounds;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::command::{Command, Decision, Input, Start};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::handle::handle;
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::{ConversationId, CustomerId, EntryId, RulesVersion};
use crate::domain::language::Language;
use crate::domain::reading::{self, Reading};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;

/// How a message would be read and answered.
#[derive(Debug, Clone)]
pub struct Explained {
    /// How it is read.
    pub reading: Reading,
    /// Why the best candidate and the one behind it were proposed.
    pub grounds: Vec<Grounds>,
    /// What the bot would answer in.
    pub language: Language,
    /// What the bot would do.
    pub outcome: Option<Outcome>,
    /// The entry it would answer from.
    pub entry: Option<EntryId>,
    /// Why it would hand over.
    pub reason: Option<HandoffReason>,
    /// What it would say, in which language.
    pub says: Vec<(Language, String)>,
    /// What stands on the buttons below it.
    pub choices: Vec<String>,
    /// The rules.
    pub rules: RulesVersion,
}

impl App {
    /// What would happen if this were the first message of a conversation.
    pub fn explain_message(
        &self,
        text: &str,
        language: Option<Language>,
        at: Timestamp,
    ) -> AppResult<Explained> {
        self.check_text(text)?;
        explained(&self.rules(), text, language, at)
    }
}

/// The same by these rules, wherever they live.
pub fn explained(
    rules: &Rules,
    text: &str,
    language: Option<Language>,
    at: Timestamp,
) -> AppResult<Explained> {
    let begun = begin(rules, language, at)?;
    let reading = reading::read(rules, text, &begun.memory.window, at);
    let command = Command::CustomerSays {
        input: Input::Text(text.to_owned()),
        reading: Box::new(reading.clone()),
        wait: None,
    };
    let said = handle(rules, Some(&begun), &command, at)?;
    let decision = patiently(rules, said, &reading)?;
    let mut explained = Explained {
        grounds: reading::grounds(rules, text, &reading),
        reading,
        language: decision.next.language,
        outcome: None,
        entry: None,
        reason: None,
        says: Vec::new(),
        choices: Vec::new(),
        rules: rules.version.clone(),
    };
    decision.events.into_iter().for_each(|event| explained.learn(event));
    Ok(explained)
}

impl Explained {
    fn learn(&mut self, event: Event) {
        if let Event::BotSaid { outcome, text, language, entry, choices, .. } = event {
            self.says.push((language, text));
            self.choices.extend(choices.into_iter().map(|choice| choice.title));
            self.entry = self.entry.take().or(entry);
            self.outcome = self.outcome.or(Some(outcome));
        } else if let Event::HandoffRequested { handoff, .. } = event {
            self.reason = Some(handoff.reason);
        }
    }
}

fn begin(rules: &Rules, language: Option<Language>, at: Timestamp) -> AppResult<Conversation> {
    let nobody = AppError::NotFound { what: "conversation" };
    let (Ok(conversation), Ok(customer)) =
        (ConversationId::parse("explained"), CustomerId::parse("nobody"))
    else {
        return Err(nobody);
    };
    let start = Start {
        bucket: keys::bucket_of(&conversation, 1),
        conversation,
        pool: rules.routing.pool.clone(),
        customer,
        language,
        channel: None,
    };
    Ok(handle(rules, None, &Command::Start(start), at)?.next)
}

/// If the bot waits for the rest of a thought, nothing more comes.
fn patiently(rules: &Rules, said: Decision, reading: &Reading) -> AppResult<Decision> {
    let Some(due) = said.next.memory.reply_due else { return Ok(said) };
    let command = Command::Tick { reading: Some(Box::new(reading.clone())), wait: None };
    Ok(handle(rules, Some(&said.next), &command, due)?)
}
