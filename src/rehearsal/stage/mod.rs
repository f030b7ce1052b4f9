//! The stage: one customer, the agents of the rules, and a clock that only the script moves.

use super::on_call::{self, ScriptLine};
use crate::app::attending::Attached;
use crate::app::conversations::{Logged, Request};
use crate::app::error::{AppError, AppResult};
use crate::app::requests::Once;
use crate::app::{App, Settings};
use crate::config::script::{Action, AgentAction, CustomerAction, Script};
use crate::domain::conversation::command::{Command, Input};
use crate::domain::conversation::event::{Choice, Event};
use crate::domain::conversation::satisfaction::{Measure, draw};
use crate::domain::conversation::state::{Conversation, text_hash};
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::directives::What;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, RequestId};
use crate::domain::language::Language;
use crate::domain::pool::agent::Presence;
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::routing::delay::DelayReason;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::clock::{Chance, Clock};
use crate::ports::store::Index;
use crate::store::memory::MemoryStore;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Between the lines of a burst.
const BETWEEN_LINES: Duration = Duration::from_millis(200);
/// Agents who are there give a sign of life at least this often.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Ids tried until one is drawn as a script wants it.
const DRAWS_MAX: u32 = 10_000;
/// So many conversations were served lately, where the script says how long they took.
const RECENT_SERVED: u32 = 20;
/// Rounds of work at one moment; more would be a circle.
const ROUNDS_MAX: usize = 100;
/// Moments at which something is due within one wait; a script that needs more is too long.
const MOMENTS_MAX: usize = 200_000;

/// What can be seen after a step.
pub struct Seen {
    /// The conversation.
    pub conversation: Conversation,
    /// What has happened in the step.
    pub events: Vec<Event>,
    /// The position, if it waits.
    pub position: Option<u32>,
    /// Why it waits.
    pub delay: DelayReason,
}

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
    read: u64,
}

impl Stage {
    pub async fn open(rules: &Arc<Rules>, script: &Script) -> AppResult<Stage> {
        let clock = Arc::new(ScriptClock(AtomicI64::new(script.at.as_millis())));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let settings = Settings {
            buckets: 1,
            instance: "rehearsal".to_owned(),
            utterance_chars_max: 100_000,
            waiting_max: usize::MAX,
        };
        let rules = &on_call::with_those_of(rules, &script.on_call);
        let app = App::new(store, Arc::new(rules.clone()), Arc::new(Counted::default()), settings);
        let app = app.ringing_over(Arc::new(ScriptLine(script.on_call.clone())));
        app.recover().await?;
        let id = drawn(rules, script.survey)?;
        let customer = name("customer", CustomerId::parse)?;
        let (present, choices) = (BTreeMap::new(), Vec::new());
        let mut stage = Stage { app, clock, id, present, choices, page: None, read: 0 };
        if let Some(seat) = script.recent {
            stage.app.remember_served(RECENT_SERVED, seat).await?;
        }
        for agent in &script.agents {
            stage.sign_in(agent).await?;
        }
        for number in 0..script.others {
            stage.another_customer(number, script.language).await?;
        }
        if script.facts.is_empty() {
            stage.app.start(stage.id.clone(), customer, script.language).await?;
        } else {
            let customer = name("rehearsal", CustomerId::known)?;
            let (id, facts) = (stage.id.clone(), script.facts.clone());
            stage.app.start_known(id, customer, script.language, facts).await?;
        }
        Ok(stage)
    }

    /// Does what the step says; an error is a sentence that says why it was not possible.
    pub async fn act(&mut self, action: &Action) -> Result<Seen, String> {
        match action {
            Action::CustomerWrites(lines) => self.write(lines).await,
            Action::Customer(what) => self.customer(*what).await,
            Action::Agent(agent, what) => self.agent(agent, what).await,
            Action::Wait(span) => self.wait(*span).await,
            Action::Ops(what, span) => self.direct(what, *span).await,
            Action::Look => Ok(()),
        }
        .map_err(|error| error.to_string())?;
        self.settle().await.map_err(|error| error.to_string())?;
        self.look().await.map_err(|error| error.to_string())
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

    /// Each is a request of its own, named by its time and what it says.
    async fn direct(&mut self, what: &What, span: Duration) -> AppResult<()> {
        let now = self.clock.now();
        let contents = format!("{what:?}");
        let id = format!("ops-{}-{:x}", now.as_millis(), text_hash(&contents));
        let request = Request::new(name(&id, RequestId::parse)?, "script", &contents);
        let once = Once::of_staff("admin", "script", request);
        let by = ("admin/script".to_owned(), String::new());
        self.app.learn_directives().await?;
        self.app.direct(what.clone(), now + span, by, &once).await.map(|_| ())
    }

    async fn customer(&mut self, what: CustomerAction) -> AppResult<()> {
        let command = match what {
            CustomerAction::Confirm => Command::Respond { resolved: true },
            CustomerAction::Deny => Command::Respond { resolved: false },
            CustomerAction::RequestHuman => Command::RequestHuman,
            CustomerAction::CancelRequest => Command::CancelHumanRequest,
            CustomerAction::Leave => Command::Leave,
            CustomerAction::Reopen => Command::Reopen,
            CustomerAction::Callback => Command::ChooseWait(WaitChoice::Callback { at: None }),
            CustomerAction::LeaveQuestion => Command::ChooseWait(WaitChoice::LeaveQuestion),
            CustomerAction::OtherLanguage => Command::ChooseWait(WaitChoice::OtherLanguage),
            CustomerAction::KeepWaiting => Command::ChooseWait(WaitChoice::Wait),
            CustomerAction::Helpful => self.rate(true).await?,
            CustomerAction::NotHelpful => self.rate(false).await?,
            CustomerAction::Score(score) => {
                let open = self.app.conversation(&self.id).await?.satisfaction.open;
                let measure = open.map_or(Measure::Csat, |open| open.measure);
                let (part, comment) = (None, String::new());
                Command::RateConversation { measure, part, score, comment }
            }
            CustomerAction::OpenPage => {
                self.page = Some(self.app.attach(&self.id));
                return Ok(());
            }
            CustomerAction::ClosePage => {
                self.page = None;
                return Ok(());
            }
            CustomerAction::SayAgain => {
                return self.app.say(&self.id, None, Input::SayAgain).await.map(|_| ());
            }
            CustomerAction::Choose(number) => {
                let chosen = self.choices.get((number as usize).saturating_sub(1));
                let chosen = chosen.ok_or(AppError::NotFound { what: "choice of that number" })?;
                let input = Input::Choice(chosen.id.clone());
                return self.app.say(&self.id, None, input).await.map(|_| ());
            }
        };
        self.app.command(&self.id, None, command).await.map(|_| ())
    }

    async fn rate(&self, helpful: bool) -> AppResult<Command> {
        let answers = self.app.conversation(&self.id).await?.satisfaction.answers;
        let last = answers.last().ok_or(AppError::NotFound { what: "answer of the bot" })?;
        Ok(Command::RateAnswer { answer: last.seq, helpful })
    }

    async fn agent(&mut self, agent: &AgentId, what: &AgentAction) -> AppResult<()> {
        let agent = agent.clone();
        match what {
            AgentAction::SignIn => self.sign_in(&agent).await,
            AgentAction::SignOut => {
                let session = self.session(&agent)?;
                self.present.remove(&agent);
                self.app.set_presence(&agent, session, Presence::Offline, None).await.map(|_| ())
            }
            AgentAction::Away => {
                let away = Presence::Away { reason: "script".to_owned() };
                self.app.set_presence(&agent, self.session(&agent)?, away, None).await.map(|_| ())
            }
            AgentAction::Vanish => {
                self.present.remove(&agent);
                Ok(())
            }
            AgentAction::Accept => {
                let token = self.offered_to(&agent).await?;
                self.app.accept(&agent, &self.id, token, None).await.map(|_| ())
            }
            AgentAction::Decline => {
                let token = self.offered_to(&agent).await?;
                self.app.decline(&agent, &self.id, token, None).await
            }
            AgentAction::TakeOver => {
                let request = name(&format!("take{}", self.read), RequestId::parse)?;
                let request = Request::new(request, agent.as_str(), "take over");
                let once = Once::of_staff("supervisor", agent.as_str(), request);
                self.app.take_over_once(&agent, &self.id, &once).await.map(|_| ())
            }
            AgentAction::Block => {
                let (by, reason) = ((agent, self.token().await?), "script".to_owned());
                self.app.block_customer(&self.id, None, by, reason).await.map(|_| ())
            }
            AgentAction::Uphold | AgentAction::Lift => {
                let by = (agent.as_str(), *what == AgentAction::Uphold);
                self.app.review_block(&self.id, None, by, "script").await.map(|_| ())
            }
            AgentAction::Release => {
                let (token, note) = (self.token().await?, String::new());
                let command = Command::AgentReleases { agent, token, note };
                self.app.command(&self.id, None, command).await.map(|_| ())
            }
            AgentAction::Transfers(to) => {
                let (token, note) = (self.token().await?, String::new());
                let passed = self.app.transfer(&self.id, None, agent, token, to.clone(), note);
                passed.await.map(|_| ())
            }
            AgentAction::Says(text) => {
                let (token, said) = (self.token().await?, (text.clone(), Vec::new()));
                let said = self.app.agent_says(&self.id, None, agent, token, said);
                said.await.map(|_| ())
            }
            AgentAction::Promises(what, span) => {
                let (token, due) = (self.token().await?, self.clock.now() + *span);
                let command = Command::AgentPromises { agent, token, what: what.clone(), due };
                self.app.command(&self.id, None, command).await.map(|_| ())
            }
            AgentAction::Proposes(disposition) => {
                let (token, disposition) = (self.token().await?, disposition.clone());
                let command = Command::AgentProposes { agent, token, disposition };
                self.app.command(&self.id, None, command).await.map(|_| ())
            }
        }
    }

    async fn sign_in(&mut self, agent: &AgentId) -> AppResult<()> {
        let lease = self.app.rules().routing.leases.length;
        let session = self.app.sign_in(agent, lease, None).await?.incarnation;
        self.app.set_presence(agent, session, Presence::Available, None).await?;
        self.present.insert(agent.clone(), session);
        Ok(())
    }

    /// Somebody else asks for a person, and is taken by whoever is there.
    async fn another_customer(&mut self, number: u32, language: Option<Language>) -> AppResult<()> {
        let id = name(&format!("other-{number}"), ConversationId::parse)?;
        let customer = name(&format!("other-customer-{number}"), CustomerId::parse)?;
        self.app.start(id.clone(), customer, language).await?;
        self.app.command(&id, None, Command::RequestHuman).await?;
        self.settle().await?;
        if let Some(Place::Here(item)) = self.app.place(&id).await?
            && let ItemState::Offered { agent, .. } = &item.state
        {
            self.app.accept(agent, &id, item.token, None).await?;
            self.settle().await?;
        }
        Ok(())
    }

    fn session(&self, agent: &AgentId) -> AppResult<u64> {
        self.present.get(agent).copied().ok_or(AppError::NotFound { what: "signed-in agent" })
    }

    async fn token(&self) -> AppResult<Token> {
        Ok(self.app.conversation(&self.id).await?.token)
    }

    async fn offered_to(&self, agent: &AgentId) -> AppResult<Token> {
        match self.app.place(&self.id).await? {
            Some(Place::Here(item)) => match item.state {
                ItemState::Offered { agent: asked, .. } if asked == *agent => Ok(item.token),
                ItemState::Offered { .. } | ItemState::Waiting | ItemState::Assigned { .. } => {
                    Err(AppError::NotFound { what: "offer to this agent" })
                }
            },
            Some(Place::Gone { .. }) | None => {
                Err(AppError::NotFound { what: "offer to this agent" })
            }
        }
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

    async fn look(&mut self) -> AppResult<Seen> {
        let conversation = self.app.conversation(&self.id).await?;
        let (logged, head) = self.app.read_log(&self.id, self.read, usize::MAX).await?;
        self.read = head;
        let events: Vec<Event> =
            logged.into_iter().map(|Logged { logged, .. }| logged.event).collect();
        let offered = events.iter().rev().find_map(|event| match event {
            Event::BotSaid { choices, .. } if !choices.is_empty() => Some(choices.clone()),
            Event::WaitOptionsOffered { options, .. } => Some(options.clone()),
            Event::SurveyAsked { choices, .. } => Some(choices.clone()),
            _ => None,
        });
        if let Some(offered) = offered {
            self.choices = offered;
        }
        let (position, delay) = self.app.waiting_status(&self.id, self.clock.now());
        Ok(Seen { conversation, events, position, delay })
    }
}

/// An id with which the draw after an end says what the script wants.
fn drawn(rules: &Rules, wanted: Option<Measure>) -> AppResult<ConversationId> {
    let shares = &rules.bot.satisfaction;
    let (csat, ces) = (shares.csat_share, shares.csat_share + shares.ces_share);
    for number in 0..DRAWS_MAX {
        let id = name(&format!("rehearsal{number}"), ConversationId::parse)?;
        let fits = match (draw(&id, 1), wanted) {
            (drawn, Some(Measure::Csat)) => drawn < csat,
            (drawn, Some(Measure::Ces)) => drawn >= csat && drawn < ces,
            (_, Some(Measure::Nps)) => false,
            (drawn, None) => drawn >= ces,
        };
        if fits {
            return Ok(id);
        }
    }
    match wanted {
        // Everybody is asked by these rules; then the script's customer is, too.
        None => name("rehearsal", ConversationId::parse),
        Some(_) => Err(AppError::NotFound { what: "share of this survey in bot.yaml" }),
    }
}

fn name<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> AppResult<T> {
    parse(text).map_err(|_| AppError::NotFound { what: "valid name" })
}

/// A clock that only the script moves.
struct ScriptClock(AtomicI64);

impl ScriptClock {
    fn set(&self, at: Timestamp) {
        self.0.store(at.as_millis(), Ordering::Relaxed);
    }
}

impl Clock for ScriptClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Chance that is none: the same script always goes the same way.
#[derive(Default)]
struct Counted(AtomicU64);

impl Chance for Counted {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
