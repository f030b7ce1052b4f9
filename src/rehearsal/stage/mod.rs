//! The stage: one customer, the agents of the rules, and a clock that only the script moves.

mod clock;
mod customer;
mod draw;
mod others;
mod seen;
mod staff;

pub use seen::Seen;

use super::given;
use super::on_call::ScriptLine;
use crate::app::attending::Attached;
use crate::app::conversations::Request;
use crate::app::error::{AppError, AppResult};
use crate::app::requests::Once;
use crate::app::{App, Settings};
use crate::config::script::{Action, Script};
use crate::domain::conversation::command::Input;
use crate::domain::conversation::event::Choice;
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::directives::What;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, RequestId};
use crate::domain::language::Language;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::store::Index;
use crate::store::memory::MemoryStore;
use clock::{Counted, ScriptClock};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Between the lines of a burst.
const BETWEEN_LINES: Duration = Duration::from_millis(200);
/// Agents who are there give a sign of life at least this often.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// So many conversations were served lately, where the script says how long they took.
const RECENT_SERVED: u32 = 20;
/// Rounds of work at one moment; more would be a circle.
const ROUNDS_MAX: usize = 100;
/// Moments at which something is due within one wait; a script that needs more is too long.
const MOMENTS_MAX: usize = 200_000;

pub struct Stage {
    app: App,
    clock: Arc<ScriptClock>,
    id: ConversationId,
    /// The agents who are there, with their session.
    present: BTreeMap<AgentId, u64>,
    /// The buttons that were offered last.
    choices: Vec<Choice>,
    /// The customer's page, while it is open.
    page: Option<Attached>,
    /// How far the log was read.
    read: u64,
    /// Where in the log the customer's messages stand.
    written: Vec<u64>,
    /// How many conversations the customer has begun.
    begun: u32,
    /// Other customers who have come so far.
    others: u32,
    /// Requests of agents, supervisors and ops so far.
    requests: u64,
    /// Which agent last looked for an answer, and to what.
    about: Option<(AgentId, String)>,
    /// What the last repair found, or left.
    faults: Option<u32>,
    /// What was handed out to the customer since the last look.
    exported: Vec<String>,
    language: Option<Language>,
    survey: Option<Measure>,
}

impl Stage {
    pub async fn open(rules: &Arc<Rules>, script: &Script) -> AppResult<Stage> {
        let clock = Arc::new(ScriptClock::at(script.at));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let settings = Settings {
            buckets: 1,
            instance: "rehearsal".to_owned(),
            utterance_chars_max: 100_000,
            waiting_max: usize::MAX,
        };
        let rules = &given::rules_of(rules, script);
        let app = App::new(store, Arc::new(rules.clone()), Arc::new(Counted::default()), settings);
        let app = app.ringing_over(Arc::new(ScriptLine(script.on_call.clone())));
        app.recover().await?;
        let mut stage = Stage {
            id: draw::id(rules, script.survey, 0)?,
            app,
            clock,
            present: BTreeMap::new(),
            choices: Vec::new(),
            page: None,
            read: 0,
            written: Vec::new(),
            begun: 1,
            others: 0,
            requests: 0,
            about: None,
            faults: None,
            exported: Vec::new(),
            language: script.language,
            survey: script.survey,
        };
        if let Some(seat) = script.recent {
            stage.app.remember_served(RECENT_SERVED, seat).await?;
        }
        for agent in &script.agents {
            stage.sign_in(agent).await?;
        }
        stage.others_ask(script.others).await?;
        if script.facts.is_empty() {
            let customer = name("customer", CustomerId::parse)?;
            stage.app.start(stage.id.clone(), customer, script.language).await?;
        } else {
            let customer = name("rehearsal", CustomerId::known)?;
            let (id, facts) = (stage.id.clone(), script.facts.clone());
            stage.app.start_known(id, customer, script.language, facts).await?;
        }
        Ok(stage)
    }

    /// Does what the step says. What is refused is seen; an error is a sentence that says why the
    /// script cannot go on.
    pub async fn act(&mut self, action: &Action) -> Result<Seen, String> {
        self.faults = None;
        let done = match action {
            Action::CustomerWrites(lines) => self.write(lines).await,
            Action::CustomerSends(text, parts) => {
                let input = Input::Parts { text: text.clone(), parts: parts.clone() };
                self.app.say(&self.id, None, input).await.map(|_| ())
            }
            Action::Customer(what) => self.customer(*what).await,
            Action::CustomerLogsIn(key, facts) => self.log_in(key, facts).await,
            Action::Agent(agent, what) => self.agent(agent, what).await,
            Action::Supervisor(supervisor, what) => self.supervisor(supervisor, what).await,
            Action::Others(count) => self.others_ask(*count).await,
            Action::OthersWrite(texts) => self.others_write(texts).await,
            Action::Wait(span) => self.wait(*span).await,
            Action::Ops(what, span) => self.direct(what, *span).await,
            Action::LosesTimer => self.lose_timer().await,
            Action::Look => Ok(()),
        };
        self.settle().await.map_err(|error| error.to_string())?;
        let refused = done.err().map(|error| error.to_string());
        self.look(refused).await.map_err(|error| error.to_string())
    }

    async fn write(&mut self, lines: &[String]) -> AppResult<()> {
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                self.wait(BETWEEN_LINES).await?;
            }
            self.app.say(&self.id, None, Input::Text(line.clone())).await?;
        }
        // The bot may be waiting for the rest of the thought; there is no more.
        let due = self.app.conversation(&self.id).await?.memory.reply_due;
        match due {
            Some(due) => self.wait(due.since(self.clock.now())).await,
            None => Ok(()),
        }
    }

    async fn direct(&mut self, what: &What, span: Duration) -> AppResult<()> {
        let now = self.clock.now();
        let contents = format!("{what:?}");
        let once = self.once("admin", "script", &contents)?;
        let by = ("admin/script".to_owned(), String::new());
        self.app.learn_directives().await?;
        self.app.direct(what.clone(), now + span, by, &once).await.map(|_| ())
    }

    /// Each is a request of its own, however many there are at one moment.
    fn once(&mut self, role: &str, who: &str, what: &str) -> AppResult<Once> {
        self.requests += 1;
        let id = format!("{role}-{}", self.requests);
        let request = Request::new(name(&id, RequestId::parse)?, who, what);
        Ok(Once::of_staff(role, who, request))
    }

    /// Lets time pass, stopping wherever something is due.
    async fn wait(&mut self, span: Duration) -> AppResult<()> {
        let until = self.clock.now() + span;
        for _ in 0..MOMENTS_MAX {
            self.settle().await?;
            let now = self.clock.now();
            if now >= until {
                return Ok(());
            }
            let mut next = until;
            if !self.present.is_empty() {
                next = next.min(now + HEARTBEAT);
            }
            if let Some(due) = self.next_due().await? {
                next = next.min(due.max(now + Duration::from_millis(1)));
            }
            self.clock.set(next);
            // What is in force ends by the clock, as each instance reads it again and again.
            self.app.learn_directives().await?;
            self.app.learn_pace().await?;
            for (agent, session) in &self.present {
                self.app.heartbeat(agent, *session).await.ok();
            }
        }
        Err(AppError::Contended)
    }

    async fn next_due(&self) -> AppResult<Option<Timestamp>> {
        let mut next: Option<i64> = None;
        for slot in self.app.slots() {
            for index in [Index::DUE, Index::LEASES] {
                let first = self.app.store().range(&slot, index, None, i64::MAX, 1).await?;
                let due = first.first().map(|(score, _)| {
                    // A lease is over only after its last moment.
                    if index == Index::LEASES { score + 1 } else { *score }
                });
                next = [next, due].into_iter().flatten().min();
            }
        }
        let wake = self.app.router().next_wake().map(Timestamp::as_millis);
        Ok([next, wake].into_iter().flatten().min().map(Timestamp::from_millis))
    }

    /// Does all that is due at this moment.
    async fn settle(&self) -> AppResult<()> {
        for _ in 0..ROUNDS_MAX {
            let mut done = 0;
            for slot in self.app.slots() {
                done += self.app.sweep(&slot).await?;
            }
            for owed in self.app.rings_owed().await {
                done += 1;
                if let Some(answer) = self.app.ring(&owed).await? {
                    self.app.on_call_answered(&owed, answer).await?;
                }
            }
            self.app.watch_leases().await?;
            self.app.renew_pages().await?;
            self.app.learn_pages().await?;
            self.app.match_now().await;
            if done == 0 {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn name<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> AppResult<T> {
    parse(text).map_err(|_| AppError::NotFound { what: "valid name" })
}
