//! The application on one store, by a clock and a chance of its own, doing what it is told and telling all
//! that can be seen of it.

use super::super::{now, redis};
use super::{AGENTS, Act, CUSTOMERS, Hand, WORDS};
use crate::app::conversations::Request;
use crate::app::requests::Once;
use crate::app::{App, Settings};
use crate::domain::conversation::command::{Command, Input};
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::state::State;
use crate::domain::conversation::transfer::Wanted;
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, QueueId, RequestId, SkillId};
use crate::domain::pool::agent::Presence;
use crate::domain::pool::item::Place;
use crate::domain::rules::Rules;
use crate::ports::clock::{Chance, Clock};
use crate::ports::store::{Index, Slot, Store};
use crate::store::contract::ManualClock;
use crate::store::embedded::EmbeddedStore;
use crate::store::embedded::disk::Disk;
use crate::store::memory::MemoryStore;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const BUCKETS: u16 = 4;

/// Chance that is the same for the same beginning.
struct Counted(AtomicU64);

impl Chance for Counted {
    fn bits(&self) -> u128 {
        let next = u128::from(self.0.fetch_add(1, Ordering::Relaxed));
        // Spread over all bits, and never the same twice.
        (next + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    }
}

/// What the application stands on.
pub enum Ground {
    Memory(Arc<MemoryStore>),
    Embedded(Disk),
    Redis(redis::address::Address),
}

/// The application on one store.
pub struct Side {
    ground: Ground,
    clock: Arc<ManualClock>,
    chance: Arc<dyn Chance>,
    rules: Arc<Rules>,
    app: Option<App>,
    /// The sessions that were begun last.
    sessions: [u64; AGENTS],
    requests: u64,
}

fn tell(what: impl Debug) -> String {
    format!("{what:?}")
}

fn conversation(number: usize) -> ConversationId {
    ConversationId::parse(&format!("c{number}")).expect("a constant id")
}

fn agent(number: usize) -> AgentId {
    AgentId::parse(&format!("agent{number}")).expect("a constant id")
}

impl Side {
    pub fn on(ground: impl FnOnce(&Arc<ManualClock>) -> Ground) -> Side {
        let clock = ManualClock::start();
        let mut side = Side {
            ground: ground(&clock),
            clock,
            chance: Arc::new(Counted(AtomicU64::new(0))),
            rules: crate::sim::rules::rules(AGENTS),
            app: None,
            sessions: [0; AGENTS],
            requests: 0,
        };
        now(side.restart());
        side
    }

    async fn restart(&mut self) {
        // The old process ends before the new one begins.
        self.app = None;
        let clock = Arc::clone(&self.clock);
        let store: Arc<dyn Store> = match &self.ground {
            Ground::Memory(store) => Arc::clone(store) as Arc<dyn Store>,
            Ground::Embedded(disk) => {
                Arc::new(EmbeddedStore::stepped(disk.plug(), clock).expect("the same store"))
            }
            Ground::Redis(address) => {
                let clock = Some(clock as Arc<dyn Clock>);
                let options = redis::Options {
                    clock,
                    patience: redis::tests::patient(),
                    ..Default::default()
                };
                let store = redis::RedisStore::open(address.clone(), options).await;
                Arc::new(store.expect("the same store"))
            }
        };
        let settings = Settings {
            buckets: BUCKETS,
            instance: "one".to_owned(),
            utterance_chars_max: 2_000,
            waiting_max: 100,
        };
        let rules = Arc::new(Arc::clone(&self.rules));
        let app = App::new(store, rules, Arc::clone(&self.chance), settings);
        app.recover().await.expect("it can be made ready");
        self.app = Some(app);
    }

    fn app(&self) -> &App {
        self.app.as_ref().expect("a process")
    }

    /// A request of its own.
    fn fresh(&mut self, who: &str) -> Request {
        self.requests += 1;
        let id = RequestId::parse(&format!("fresh{}", self.requests)).expect("a constant id");
        Request::new(id, who, "something")
    }

    /// Who holds the place, and under which token; else whom it was last passed by.
    async fn holder(&self, id: &ConversationId) -> (AgentId, Token) {
        match self.app().place(id).await {
            Ok(Some(Place::Here(item))) => {
                (item.holder().cloned().unwrap_or_else(|| agent(0)), item.token)
            }
            Ok(Some(gone)) => (agent(0), gone.token()),
            Ok(None) | Err(_) => (agent(0), Token::default()),
        }
    }

    /// The conversation of this number, or the next for which this may do something: else most of what
    /// is drawn would merely be refused.
    async fn fitting(&self, number: usize, fits: impl Fn(&State) -> bool) -> usize {
        for number in (0..CUSTOMERS).map(|next| (number + next) % CUSTOMERS) {
            if let Ok(found) = self.app().conversation(&conversation(number)).await
                && fits(&found.state)
            {
                return number;
            }
        }
        number
    }

    /// Does it, and tells what it was answered.
    async fn does(&mut self, act: &Act) -> String {
        let by_customer = |id: u8, contents: &str| {
            let name = RequestId::parse(&format!("r{id}")).expect("a constant id");
            Some(Request::new(name, "customer", contents))
        };
        let plain = |command: Command, c: usize| (conversation(c), command);
        let (id, command) = match act {
            Act::Start(c, language) => {
                let customer = CustomerId::parse(&format!("customer{c}")).expect("a constant id");
                return tell(self.app().start(conversation(*c), customer, Some(*language)).await);
            }
            Act::Say(c, words, request) => {
                let words = WORDS[*words];
                let input = Input::Text(words.to_owned());
                let request = by_customer(*request, words);
                return tell(self.app().say(&conversation(*c), request, input).await);
            }
            Act::Ask(c, request) => {
                let request = by_customer(100 + *request, "ask");
                let done =
                    self.app().command(&conversation(*c), request, Command::RequestHuman).await;
                return tell(done);
            }
            Act::Cancel(c) => plain(Command::CancelHumanRequest, *c),
            Act::Wait(c, choice) => {
                let choices = [
                    WaitChoice::Wait,
                    WaitChoice::Callback { at: None },
                    WaitChoice::LeaveQuestion,
                    WaitChoice::OtherLanguage,
                ];
                plain(Command::ChooseWait(choices[*choice]), *c)
            }
            Act::Respond(c, resolved) => {
                let c = self.fitting(*c, |state| matches!(state, State::Confirming(_))).await;
                plain(Command::Respond { resolved: *resolved }, c)
            }
            Act::Reopen(c) => plain(Command::Reopen, *c),
            Act::Leave(c) => plain(Command::Leave, *c),
            Act::RateAnswer(c, helpful) => {
                let found = self.app().conversation(&conversation(*c)).await.ok();
                let answer = found.and_then(|c| c.satisfaction.answers.last().map(|last| last.seq));
                let answer = answer.unwrap_or(0);
                plain(Command::RateAnswer { answer, helpful: *helpful }, *c)
            }
            Act::Score(c, score) => {
                let (measure, part, comment) = (Measure::Csat, None, "a word".to_owned());
                plain(Command::RateConversation { measure, part, score: *score, comment }, *c)
            }
            Act::Requeue(c) => plain(Command::Requeue { note: String::new() }, *c),
            Act::Hand(c, hand, stale) => {
                let c = self.fitting(*c, |state| matches!(state, State::Human { .. })).await;
                return self.hand(c, *hand, *stale).await;
            }
            Act::Whisper(c) => {
                let (by, text) = ("main".to_owned(), "look here".to_owned());
                return tell(self.app().whisper(&conversation(*c), None, by, None, text).await);
            }
            Act::Reassign(c, to) => {
                let done =
                    self.app().reassign(&conversation(*c), None, &agent(*to), String::new()).await;
                return tell(done);
            }
            Act::Review(c, upheld) => {
                let review = ("main", *upheld);
                let done = self.app().review_block(&conversation(*c), None, review, "seen").await;
                return tell(done);
            }
            Act::SignIn(..)
            | Act::Presence(..)
            | Act::Heartbeat(_)
            | Act::Accept(_)
            | Act::Decline(_)
            | Act::Claim(..)
            | Act::TakeOver(..)
            | Act::EndWrapUp(..) => return self.at_the_desk(act).await,
            Act::Later(ms) => return self.later(Duration::from_millis(*ms)).await,
            Act::Restart => {
                self.restart().await;
                return String::new();
            }
        };
        tell(self.app().command(&id, None, command).await)
    }

    /// What agents do in the pool.
    async fn at_the_desk(&mut self, act: &Act) -> String {
        match act {
            Act::SignIn(a, request) => {
                let name = RequestId::parse(&format!("in{request}")).expect("a constant id");
                let once = Once::of_agent(&agent(*a), Request::new(name, "agent", "sign in"));
                let lease = self.rules.routing.leases.length;
                let signed = self.app().sign_in(&agent(*a), lease, Some(&once)).await;
                if let Ok(signed) = &signed {
                    self.sessions[*a] = signed.incarnation;
                }
                tell(signed)
            }
            Act::Presence(a, presence) => {
                let away = Presence::Away { reason: "tea".to_owned() };
                let all = [Presence::Available, away, Presence::Draining, Presence::Offline];
                let once = Once::of_agent(&agent(*a), self.fresh("agent"));
                let (session, presence) = (self.sessions[*a], all[*presence].clone());
                let (app, by) = (self.app(), agent(*a));
                tell(app.set_presence(&by, session, presence, Some(&once)).await)
            }
            Act::Heartbeat(a) => tell(self.app().heartbeat(&agent(*a), self.sessions[*a]).await),
            Act::Accept(c) => {
                let c = self.fitting(*c, |state| matches!(state, State::Queued)).await;
                let (by, token) = self.holder(&conversation(c)).await;
                let once = Once::of_agent(&by, self.fresh("agent"));
                tell(self.app().accept(&by, &conversation(c), token, Some(&once)).await)
            }
            Act::Decline(c) => {
                let (by, token) = self.holder(&conversation(*c)).await;
                tell(self.app().decline(&by, &conversation(*c), token, None).await)
            }
            Act::Claim(a, c) => {
                let once = Once::of_agent(&agent(*a), self.fresh("agent"));
                let app = self.app();
                tell((
                    app.claimable(&agent(*a)).len(),
                    app.claim_once(&agent(*a), &conversation(*c), &once).await,
                ))
            }
            Act::TakeOver(a, c) => {
                let once = Once::of_agent(&agent(*a), self.fresh("agent"));
                tell(self.app().take_over_once(&agent(*a), &conversation(*c), &once).await)
            }
            Act::EndWrapUp(a, c) => {
                let once = Once::of_agent(&agent(*a), self.fresh("agent"));
                let (session, c) = (self.sessions[*a], conversation(*c));
                tell(self.app().end_wrap_up_once(&agent(*a), session, c, &once).await)
            }
            _ => unreachable!("the others are done elsewhere"),
        }
    }

    /// What agents do to conversations.
    async fn hand(&mut self, c: usize, hand: Hand, stale: Option<usize>) -> String {
        let id = conversation(c);
        let (mut by, mut token) = self.holder(&id).await;
        if let Some(stale) = stale {
            by = agent(stale);
            token.attempt -= 1;
        }
        let request = Some(self.fresh("agent"));
        let app = self.app();
        let (agent, note) = (by.clone(), "a note".to_owned());
        let wanted = match hand {
            Hand::ToAgent(to) => Some(Wanted::Agent(self::agent(to))),
            Hand::ToQueue => Some(Wanted::Queue(QueueId::parse("billing").expect("an id"))),
            Hand::ToSkill => Some(Wanted::Skill(SkillId::parse("billing").expect("an id"), 1)),
            Hand::ToBot => Some(Wanted::Bot),
            _ => None,
        };
        if let Some(to) = wanted {
            return tell(app.transfer(&id, request, by, token, to, note).await);
        }
        let command = match hand {
            Hand::Reply => {
                let said = ("here you are".to_owned(), Vec::new());
                return tell(app.agent_says(&id, request, by, token, said).await);
            }
            Hand::Note => return tell(app.note(&id, request, by, token, note).await),
            Hand::Block => {
                return tell(app.block_customer(&id, request, (by, token), note).await);
            }
            Hand::Propose => {
                Command::AgentProposes { agent, token, disposition: "solved".to_owned() }
            }
            Hand::Release => Command::AgentReleases { agent, token, note },
            Hand::Promise => {
                let due = self.clock.now() + Duration::from_secs(600);
                Command::AgentPromises { agent, token, what: note, due }
            }
            _ => Command::AgentReportsAbuse { agent, token, note },
        };
        tell(app.command(&id, request, command).await)
    }

    /// Time passes, and everything that looks after itself does so, as in a service.
    async fn later(&self, span: Duration) -> String {
        self.clock.advance(span);
        let app = self.app();
        let mut told = Vec::new();
        for slot in app.slots() {
            loop {
                let swept = app.sweep(&slot).await;
                told.push(tell(&swept));
                if !matches!(swept, Ok(1..)) {
                    break;
                }
            }
        }
        told.push(tell(app.watch_leases().await));
        app.match_now().await;
        told.push(tell(app.watch_alerts().await));
        told.join(" ")
    }

    /// How everything stands.
    async fn everything(&self) -> Vec<String> {
        let app = self.app();
        let mut told = Vec::new();
        for number in 0..CUSTOMERS {
            let id = conversation(number);
            told.push(tell(app.conversation(&id).await));
            told.push(tell(app.read_log(&id, 0, 1_000).await));
            told.push(tell(app.place(&id).await));
            told.push(tell(app.explain_wait(&id).await));
            told.push(tell(app.waiting_status(&id, self.clock.now())));
        }
        for number in 0..AGENTS {
            let found = app.agent(&agent(number)).await.expect("a declared agent");
            told.push(tell(app.held_work(&found).await));
            let inbox = app.read_inbox(&agent(number), 0, 1_000).await.expect("an inbox");
            let records = inbox.0.iter().map(|one| tell((one.seq, one.event_id, &one.event)));
            told.push(records.collect::<Vec<_>>().join(" "));
            told.push(tell(app.router().agent(&agent(number))));
            told.push(tell(found));
        }
        told.push(tell(app.queues()));
        told.push(tell(app.list_conversations(None, 100, |_| true).await));
        told.push(tell(app.list_promises(100, false).await));
        told.push(tell(app.list_blocks(100).await));
        told.push(tell(app.parked().await));
        let everywhere = [Index::DUE, Index::ITEMS, Index::AGENTS, Index::LEASES, Index::SERVED];
        for slot in app.slots() {
            for index in everywhere.into_iter().chain(Index::OF_CONVERSATIONS) {
                told.push(tell((&slot, index, self.members(&slot, index).await)));
            }
        }
        told
    }

    async fn members(&self, slot: &Slot, index: Index) -> Vec<(i64, String)> {
        let all = self.app().store().range(slot, index, None, i64::MAX, 1_000).await;
        all.expect("an index")
    }

    /// Lives through it; what it was answered to each act, and how everything stood now and then.
    pub fn lives(mut self, acts: &[Act]) -> Vec<Vec<String>> {
        const LOOKS_EVERY: usize = 8;
        now(async {
            let mut told = Vec::new();
            for (number, act) in acts.iter().enumerate() {
                let mut answer = vec![self.does(act).await];
                if number % LOOKS_EVERY == LOOKS_EVERY - 1 || number + 1 == acts.len() {
                    answer.extend(self.everything().await);
                }
                told.push(answer);
            }
            told
        })
    }
}
