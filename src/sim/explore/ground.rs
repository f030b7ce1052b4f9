//! One state of the small world: what the store has, what the checkers know, the time, and what was
//! used up; and how an act leads from one state to another, whole, cut off by the death of its
//! process, or with another act between two of its calls.

use super::super::model::{Invariant, Model, Violation};
use super::super::mutant::Mutant;
use super::super::random::Random;
use super::super::witness::Witness;
use super::Bounds;
use super::acts::{Act, Kind, Turn, perform};
use super::ran::{Cut, Ran};
use crate::app::{App, Settings, keys};
use crate::domain::conversation::state::State;
use crate::domain::ids::{ConversationId, CustomerId, RulesVersion};
use crate::domain::language::Language;
use crate::domain::pool::agent::Presence;
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::rules::RulesSource;
use crate::ports::store::{Index, Slot, Store};
use crate::store::faulty::{Call, Fate, Fault, Faulty, Op};
use crate::store::memory::MemoryStore;
use futures::FutureExt;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The time at which every world begins.
const BEGINNING: Timestamp = Timestamp::from_millis(1_760_000_000_000);
/// A sign of life of an agent lasts so long: longer than an offer.
const LEASE: Duration = Duration::from_secs(20);
/// Deliveries that settle everything, at most.
const ROUNDS_MAX: usize = 8;

/// Before and after a reload: other spans, another version.
static RULES: LazyLock<[Arc<Rules>; 2]> = LazyLock::new(|| {
    let mut before = super::super::rules::make(2);
    let able = before.routing.agents[0].profile.clone();
    for agent in &mut before.routing.agents {
        let name = agent.profile.name.clone();
        agent.profile = crate::domain::pool::agent::Profile { name, capacity: 1, ..able.clone() };
    }
    let mut after = before.clone();
    after.version = RulesVersion::parse("reloaded").expect("a constant id");
    after.routing.offers.timeout = Duration::from_secs(7);
    after.bot.ends.queue_wait_max = Duration::from_secs(40);
    [Arc::new(before), Arc::new(after)]
});

/// One state.
#[derive(Clone)]
pub(super) struct Ground {
    store: Arc<MemoryStore>,
    model: Model,
    at: Timestamp,
    spent: BTreeMap<Kind, u8>,
    reloaded: bool,
    mark: Option<(Slot, Arc<MemoryStore>)>,
    /// How many acts led here, so that chance is not the same twice.
    acts: u64,
}

/// A clock that stands where it is put.
struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// The rules that count, for all processes.
struct Live(AtomicBool);

impl RulesSource for Live {
    fn current(&self) -> Arc<Rules> {
        Arc::clone(&RULES[usize::from(self.0.load(Ordering::Relaxed))])
    }
}

/// The calls of the store that an act has made.
type Calls = Arc<Mutex<Vec<(Op, Option<Slot>)>>>;

/// A state that is being changed.
struct Running<'b> {
    bounds: &'b Bounds,
    clock: Arc<Still>,
    store: Arc<MemoryStore>,
    model: Arc<Mutex<Model>>,
    witness: Arc<Witness>,
    live: Arc<Live>,
    mark: Option<(Slot, Arc<MemoryStore>)>,
    spent: BTreeMap<Kind, u8>,
    chance: Random,
}

pub(super) fn conversation() -> ConversationId {
    ConversationId::parse("c1").expect("a constant id")
}

fn pool() -> Slot {
    keys::pool(&RULES[0].routing.pool)
}

impl Ground {
    /// A conversation with the bot; both agents are there.
    pub(super) fn beginning(bounds: &Bounds) -> Ground {
        let clock = Arc::new(Still(AtomicI64::new(BEGINNING.as_millis())));
        let ground = Ground {
            store: Arc::new(MemoryStore::new(clock)),
            model: Model::new(0, &RULES[0]),
            at: BEGINNING,
            spent: BTreeMap::new(),
            reloaded: false,
            mark: None,
            acts: 0,
        };
        let running = ground.running(bounds);
        let app = running.app(None, &Arc::default());
        let begun = async {
            app.recover().await?;
            let customer = CustomerId::parse("customer").expect("a constant id");
            app.start(conversation(), customer, Some(Language::Ar)).await?;
            for agent in &RULES[0].routing.agents {
                // The first session is an old one from the beginning.
                app.sign_in(&agent.id, LEASE, None).await?;
                let session = app.sign_in(&agent.id, LEASE, None).await?.incarnation;
                app.set_presence(&agent.id, session, Presence::Available, None).await?;
            }
            crate::app::error::AppResult::Ok(())
        };
        begun.now_or_never().expect("it never waits").expect("nothing fails");
        drop(app);
        running.ends(ground.acts)
    }

    /// The same after these acts, without any other order of them.
    pub(super) fn after(self, bounds: &Bounds, acts: &[Act]) -> Ground {
        let mut ground =
            acts.iter().fold(self, |ground, act| ground.run(bounds, act, &Cut::None).ground);
        ground.spent.clear();
        ground
    }

    /// The states in which it is when the process that does this dies after one of its changes.
    pub(super) fn dying(&self, bounds: &Bounds, act: &Act) -> Vec<Ground> {
        let deaths = self.run(bounds, act, &Cut::None).deaths();
        let died = |call| self.run(bounds, act, &Cut::After(call)).ground;
        let mut grounds: Vec<Ground> = deaths.into_iter().map(died).collect();
        grounds.iter_mut().for_each(|ground| ground.spent.clear());
        grounds
    }

    /// So many steps of time later; what is due is done at once.
    pub(super) fn later(mut self, bounds: &Bounds, mut steps: usize) -> Ground {
        while steps > 0 {
            let time = self.time(bounds);
            let due = time.iter().find(|act| !matches!(act, Act::Passes(_)));
            steps -= usize::from(due.is_none());
            let Some(act) = due.or(time.first()) else { break };
            self = self.run(bounds, act, &Cut::None).ground;
            self.spent.clear();
        }
        self
    }

    /// Agents and the sessions that count.
    pub(super) fn sessions(&self) -> Vec<(crate::domain::ids::AgentId, u64)> {
        let agents = self.model.agents.values();
        agents.map(|agent| (agent.id.clone(), agent.incarnation)).collect()
    }

    /// Whom the place was offered to, the latest last.
    pub(super) fn hands(
        &self,
    ) -> Vec<(crate::domain::ids::AgentId, crate::domain::handoff::Token)> {
        let offered = self.model.offered.iter();
        offered.map(|((_, token), agent)| (agent.clone(), *token)).collect()
    }

    /// The first thing that does not hold.
    pub(super) fn violation(&self) -> Option<Violation> {
        self.model.violations.first().cloned()
    }

    /// Two states with the same digest are one.
    pub(super) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.store.digest().hash(&mut hasher);
        (self.at, &self.spent, self.reloaded).hash(&mut hasher);
        self.model.offered.hash(&mut hasher);
        if let Some((slot, store)) = &self.mark {
            (slot, store.digest()).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// What can happen next.
    pub(super) fn acts(&self, bounds: &Bounds) -> Vec<Act> {
        let mut acts = vec![Act::Asks(0), Act::Says(0), Act::Cancels, Act::Leaves, Act::Reloads];
        acts.push(Act::Requeues);
        let sent = |kind: Kind| self.spent.contains_key(&kind);
        acts.extend(sent(Kind::FirstAsk).then_some(Act::Asks(1)));
        acts.extend(sent(Kind::FirstSay).then_some(Act::Says(1)));
        let id = conversation();
        if self.model.owed_to_pool.contains_key(&id) {
            acts.push(Act::ToPool);
        }
        if self.model.owed_to_conversations.contains_key(&id) {
            acts.push(Act::ToConversation);
        }
        let state = self.model.conversation(&id).map(|c| c.state.clone());
        if let Some(State::Confirming(_)) = state {
            acts.extend([Act::Answers(true), Act::Answers(false)]);
        }
        if let Some(Place::Here(item)) = self.model.places.get(&id)
            && item.state == ItemState::Waiting
        {
            acts.push(Act::Matches);
        }
        for (agent, token) in self.hands().into_iter().rev().take(2) {
            acts.push(Act::Accepts(agent.clone(), token));
            acts.push(Act::Declines(agent.clone(), token));
            acts.push(Act::Speaks(agent.clone(), token));
            acts.push(Act::Proposes(agent.clone(), token));
            acts.push(Act::Releases(agent, token));
        }
        for (agent, known) in &self.model.agents {
            for session in [known.incarnation, known.incarnation.saturating_sub(1)] {
                acts.push(Act::Turns(agent.clone(), session, Turn::Away));
                acts.push(Act::Turns(agent.clone(), session, Turn::Gone));
            }
        }
        acts.extend([Act::Marks(keys::bucket(0)), Act::Marks(pool())]);
        acts.extend(self.mark.is_some().then_some(Act::Rewinds));
        acts.retain(|act| self.may(bounds, act));
        acts.extend(self.time(bounds));
        acts
    }

    fn may(&self, bounds: &Bounds, act: &Act) -> bool {
        let kind = act.kind();
        kind.is_none_or(|kind| self.spent.get(&kind).copied().unwrap_or(0) < bounds.of(kind))
    }

    /// What time brings: the next moment at which something is due, the end of the next lease, and
    /// what is due by now.
    fn time(&self, bounds: &Bounds) -> Vec<Act> {
        if bounds.of(Kind::Pass) == 0 {
            return Vec::new();
        }
        let of = |slot: &Slot, index| -> Vec<i64> {
            let found = self.store.range(slot, index, None, i64::MAX, 100).now_or_never();
            let found = found.and_then(Result::ok).unwrap_or_default();
            found.into_iter().map(|(score, _)| score).collect()
        };
        let (slots, now) = ([keys::bucket(0), pool()], self.at.as_millis());
        let mut later: Vec<i64> = Vec::new();
        let mut acts = Vec::new();
        for slot in &slots {
            let due = of(slot, Index::DUE);
            later.extend(due.iter().filter(|at| **at > now).min());
            acts.extend(due.iter().any(|at| *at <= now).then(|| Act::Sweeps(slot.clone())));
        }
        let leases = of(&pool(), Index::LEASES);
        acts.extend(leases.iter().any(|at| *at < now).then_some(Act::Watches));
        later = later.into_iter().min().into_iter().collect();
        later.extend(leases.iter().map(|at| at + 1).filter(|at| *at > now).min());
        later.dedup();
        let passes = later.into_iter().map(|at| Act::Passes(Timestamp::from_millis(at)));
        acts.extend(passes.filter(|act| self.may(bounds, act)));
        acts
    }

    /// Runs an act.
    pub(super) fn run(&self, bounds: &Bounds, act: &Act, cut: &Cut) -> Ran {
        let mut running = self.running(bounds);
        let calls = Arc::new(Mutex::new(Vec::new()));
        let moves = running.moves_world(act);
        if !moves {
            running.begins(act);
            let app = running.app(Some(cut), &calls);
            let (once, model) = (running.once(), Arc::clone(&running.model));
            let id = conversation();
            let mut future = pin!(perform(act, &app, &id, once, &model));
            let mut context = Context::from_waker(Waker::noop());
            // What is refused has changed nothing; what it is refused for is the machine's matter.
            if let (Poll::Pending, Cut::Before(_, other)) =
                (future.as_mut().poll(&mut context), cut)
            {
                running.whole(other);
                let _ = future.poll(&mut context).is_ready();
            }
        }
        let calls = std::mem::take(&mut *lock(&calls));
        Ran { ground: running.ends(self.acts), calls, moves }
    }

    /// Delivers everything that is owed; both sides must agree then.
    pub(super) fn settles(&self, bounds: &Bounds) -> Ground {
        let mut running = self.running(bounds);
        let id = conversation();
        for _ in 0..ROUNDS_MAX {
            let (to_pool, to_conversation) = {
                let model = lock(&running.model);
                (
                    model.owed_to_pool.contains_key(&id),
                    model.owed_to_conversations.contains_key(&id),
                )
            };
            if to_pool {
                running.whole(&Act::ToPool);
            }
            if to_conversation {
                running.whole(&Act::ToConversation);
            }
        }
        let mut model = lock(&running.model);
        let owed = (model.owed_to_pool.clone(), model.owed_to_conversations.clone());
        let none = owed.0.is_empty() && owed.1.is_empty();
        model.check(Invariant::Outbox, none, || format!("owed and never delivered: {owed:?}"));
        model.agreement();
        drop(model);
        running.ends(self.acts)
    }

    fn running<'b>(&self, bounds: &'b Bounds) -> Running<'b> {
        let clock = Arc::new(Still(AtomicI64::new(self.at.as_millis())));
        let store = Arc::new(self.store.fork(clock.clone()));
        let mut known = self.model.clone();
        known.now = self.at;
        let model = Arc::new(Mutex::new(known));
        let plain = Arc::clone(&store) as Arc<dyn Store>;
        let weakened = Mutant::weaken(bounds.mutant, plain);
        Running {
            bounds,
            clock,
            store,
            witness: Arc::new(Witness::new(weakened, Arc::clone(&model))),
            model,
            live: Arc::new(Live(AtomicBool::new(self.reloaded))),
            mark: self.mark.clone(),
            spent: self.spent.clone(),
            chance: Random::new(self.acts),
        }
    }
}

impl Running<'_> {
    fn once(&self) -> bool {
        self.bounds.mutant != Some(Mutant::RequestIdIgnored)
    }

    /// A process of its own.
    fn app(&self, cut: Option<&Cut>, calls: &Calls) -> App {
        let (cut, calls) = (cut.cloned().unwrap_or(Cut::None), Arc::clone(calls));
        let faulty =
            Faulty::new(Arc::clone(&self.witness) as Arc<dyn Store>, move |call: &Call<'_>| {
                lock(&calls).push((call.op, call.slot.cloned()));
                match &cut {
                    Cut::After(number) if *number == call.number => Fate::from(Fault::HangAfter),
                    Cut::Before(number, _) if *number == call.number => {
                        Fate { polls_before: 1, ..Fate::default() }
                    }
                    Cut::None | Cut::After(_) | Cut::Before(..) => Fate::default(),
                }
            });
        let settings = Settings {
            buckets: 1,
            instance: "one".to_owned(),
            utterance_chars_max: 2_000,
            waiting_max: 100,
        };
        let rules = Arc::clone(&self.live) as Arc<dyn RulesSource>;
        let app = App::new(Arc::new(faulty), rules, Arc::new(self.chance.fork()), settings);
        app.on_machines(Mutant::machines(self.bounds.mutant))
    }

    /// Counts it, and tells the checkers what the customer means by it.
    fn begins(&mut self, act: &Act) {
        let repeated = act.kind().is_some_and(|kind| self.spent.contains_key(&kind));
        if matches!(act, Act::Says(_)) && !repeated {
            lock(&self.model).saying(&conversation());
        }
        if matches!(act, Act::Answers(true)) {
            lock(&self.model).says_yes(&conversation());
        }
        if let Some(kind) = act.kind() {
            *self.spent.entry(kind).or_default() += 1;
        }
    }

    /// A whole act.
    fn whole(&mut self, act: &Act) {
        if self.moves_world(act) {
            return;
        }
        self.begins(act);
        let app = self.app(None, &Arc::default());
        let once = self.once();
        let done = perform(act, &app, &conversation(), once, &self.model).now_or_never();
        assert!(done.is_some(), "{act:?} waits for something");
    }

    /// Does what is no process's doing; false if the act is one's.
    fn moves_world(&mut self, act: &Act) -> bool {
        match act {
            Act::Passes(at) => {
                self.clock.0.store(at.as_millis(), Ordering::Relaxed);
                lock(&self.model).now = *at;
            }
            Act::Reloads => _ = self.live.0.fetch_xor(true, Ordering::Relaxed),
            Act::Marks(slot) => {
                self.mark = Some((slot.clone(), Arc::new(self.store.fork(self.clock.clone()))));
            }
            Act::Rewinds => self.rewinds(),
            Act::Asks(_)
            | Act::Says(_)
            | Act::Answers(_)
            | Act::Cancels
            | Act::Leaves
            | Act::ToPool
            | Act::ToConversation
            | Act::Matches
            | Act::Accepts(..)
            | Act::Declines(..)
            | Act::Speaks(..)
            | Act::Proposes(..)
            | Act::Releases(..)
            | Act::Requeues
            | Act::Turns(..)
            | Act::Sweeps(_)
            | Act::Watches => return false,
        }
        self.begins(act);
        true
    }

    fn rewinds(&mut self) {
        let Some((slot, before)) = self.mark.take() else { return };
        self.store.put_back(&slot, &before);
        {
            let mut model = lock(&self.model);
            model.disturbed = true;
            model.rewinds += 1;
        }
        self.witness.resync(&slot, 1);
        let app = self.app(None, &Arc::default());
        let skips = self.bounds.mutant == Some(Mutant::AuditSkipped);
        let made_good = async {
            match skips {
                true => app.declare_agents().await,
                false => app.recover().await,
            }
        };
        let made_good = made_good.now_or_never().expect("it never waits");
        let mut model = lock(&self.model);
        model.check(Invariant::Liveness, made_good.is_ok(), || format!("{made_good:?}"));
        model.disturbed = false;
        model.agreement();
    }

    fn ends(self, acts: u64) -> Ground {
        let model = lock(&self.model).clone();
        Ground {
            store: self.store,
            model,
            at: self.clock.now(),
            spent: self.spent,
            reloaded: self.live.0.load(Ordering::Relaxed),
            mark: self.mark,
            acts: acts + 1,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
