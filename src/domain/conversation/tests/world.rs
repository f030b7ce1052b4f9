//! One conversation that is led from its beginning by real commands, so that every state a test
//! looks at is one that can be reached.

use crate::domain::conversation::command::{Command, Decision, Input, Receipt, Rejection, Start};
use crate::domain::conversation::deadline::next_deadline;
use crate::domain::conversation::handle::handle;
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, PoolId, QueueId};
use crate::domain::language::Language;
use crate::domain::reading;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// A conversation, the rules it lives by, and the time.
#[derive(Clone)]
pub struct Story {
    pub rules: Arc<Rules>,
    pub c: Option<Conversation>,
    pub at: Timestamp,
}

pub fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

pub fn start() -> Command {
    Command::Start(Start {
        conversation: ConversationId::parse("c1").unwrap(),
        bucket: 0,
        pool: PoolId::parse("support").unwrap(),
        customer: CustomerId::parse("mona").unwrap(),
        language: Some(Language::En),
        channel: None,
    })
}

pub fn receipt(term: i64) -> Command {
    Command::ConfirmQueued(Receipt {
        term,
        queue: QueueId::parse("general").unwrap(),
        position: 2,
        delay: DelayReason::AllBusy,
        other_language: false,
        eta: Eta::of_old(),
    })
}

impl Story {
    /// Nothing yet.
    pub fn new() -> Self {
        let rules = crate::sim::rules::rules(2);
        Story { rules, c: None, at: Timestamp::from_millis(1_000_000_000) }
    }

    pub fn token(&self) -> Token {
        self.c.as_ref().map(|c| c.token).unwrap_or_default()
    }

    pub fn deadline(&self) -> Option<Timestamp> {
        self.c.as_ref().and_then(|c| next_deadline(&self.rules, c))
    }

    /// What a command would do now.
    pub fn answer(&self, command: &Command, at: Timestamp) -> Result<Decision, Rejection> {
        handle(&self.rules, self.c.as_ref(), command, at)
    }

    /// It happens, a second later.
    pub fn then(mut self, command: &Command) -> Self {
        self.at = self.at + Duration::from_secs(1);
        match self.answer(command, self.at) {
            Ok(decision) => self.c = Some(decision.next),
            Err(rejection) => panic!("{command:?} in {:?}: {rejection}", self.c),
        }
        self
    }

    /// The customer says this.
    pub fn says(self, text: &str) -> Self {
        let command = self.saying(text);
        self.then(&command)
    }

    /// What the application makes of words: they are read together with the open fragments.
    pub fn saying(&self, text: &str) -> Command {
        let burst = self.c.iter().flat_map(|c| &c.memory.burst);
        let mut whole: Vec<&str> = burst.map(|fragment| fragment.text.as_str()).collect();
        whole.push(text);
        let reading = self.read(&whole.join("\n"));
        Command::CustomerSays { input: Input::Text(text.to_owned()), reading, wait: None }
    }

    /// What the application makes of a button.
    pub fn pressing(&self, input: Input) -> Command {
        Command::CustomerSays { input, reading: self.read(""), wait: None }
    }

    /// A tick as the application makes it: with a reading where something is unanswered.
    pub fn tick(&self) -> Command {
        let burst = self.c.iter().flat_map(|c| &c.memory.burst);
        let whole: Vec<&str> = burst.map(|fragment| fragment.text.as_str()).collect();
        let reading = (!whole.is_empty()).then(|| self.read(&whole.join("\n")));
        Command::Tick { reading, wait: Some((DelayReason::AllBusy, Eta::of_old())) }
    }

    /// Time passes until something is due, and it is done.
    pub fn until_due(mut self) -> Self {
        let due = self.deadline().unwrap();
        let command = self.tick();
        self.c = Some(self.answer(&command, due).unwrap().next);
        self.at = due;
        self
    }

    fn read(&self, text: &str) -> Box<reading::Reading> {
        let window = self.c.as_ref().map(|c| c.memory.earlier().into_owned()).unwrap_or_default();
        Box::new(reading::read(&self.rules, text, &window, self.at))
    }
}
