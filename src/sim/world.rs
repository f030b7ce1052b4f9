//! One simulated world: a store, one or two instances of the application on it, and everyone who
//! uses them. This file holds the world together; who lives in it stands beside it.

use super::course::Course;
use super::executor::{Executor, Owner, Step, VirtualClock, answer};
use super::faults::{Counted, Tally, Weather, judge};
use super::model::{Invariant, Model};
use super::mutant::Mutant;
use super::noted::Noted;
use super::on_call::{OnTheWay, SimLine};
use super::random::Random;
use super::witness::Witness;
use super::{SimOptions, StoreKind};
use crate::app::error::{AppError, AppResult};
use crate::app::{App, Settings, keys};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::erasures::Erasures;
use crate::ports::store::{Slot, Store};
use crate::store::embedded::EmbeddedStore;
use crate::store::embedded::disk::Disk;
use crate::store::faulty::Faulty;
use crate::store::memory::MemoryStore;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Callers wait so long for an answer.
const CALL_SPAN: Duration = Duration::from_secs(20);

/// Everything in one world.
pub(super) struct World {
    pub(super) options: SimOptions,
    pub(super) conversations: usize,
    pub(super) course: Course,
    pub(super) random: Random,
    pub(super) executor: Executor,
    pub(super) rules: Arc<Rules>,
    pub(super) witness: Arc<Witness>,
    pub(super) ground: Ground,
    pub(super) instances: Vec<Instance>,
    pub(super) weather: Cell<Weather>,
    pub(super) tally: Tally,
    /// Customers who have nothing more to do.
    pub(super) finished: Cell<usize>,
    /// Commands that were given, each counted once however often it was sent.
    pub(super) commands: Cell<u64>,
    pub(super) restarts: Cell<u64>,
    pub(super) shifts: Cell<u64>,
    /// Differences that audits have made good, in lives that are over.
    pub(super) repairs: Cell<u64>,
    /// Faults have stopped: from now on agents do their work.
    pub(super) quiet: Cell<bool>,
    pub(super) over: Cell<bool>,
    /// Answers of those on call that are still to come.
    pub(super) on_the_way: OnTheWay,
    noted: Arc<Noted>,
    clock: Arc<VirtualClock>,
    model: Arc<Mutex<Model>>,
}

/// What the instances stand on.
pub(super) enum Ground {
    Memory(Arc<MemoryStore>),
    Embedded(Disk),
}

/// One instance of the application.
#[derive(Default)]
pub(super) struct Instance {
    pub(super) app: RefCell<Option<Arc<App>>>,
    pub(super) faulty: RefCell<Option<Arc<Faulty>>>,
    pub(super) serving: Cell<bool>,
    /// Rises with each crash: what belongs to an earlier life is over.
    pub(super) life: Cell<u64>,
}

/// Why a call did not do what was asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trouble {
    /// The application said why.
    App(AppError),
    /// No answer came; it may have been done all the same.
    Lost,
}

impl Trouble {
    /// Whether the same call may succeed later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Trouble::Lost => true,
            Trouble::App(error) => match error {
                AppError::Store(_) | AppError::Contended | AppError::Overloaded { .. } => true,
                AppError::NotFound { .. }
                | AppError::Rejected(_)
                | AppError::Refused(_)
                | AppError::OwnershipLost { .. }
                | AppError::RequestMismatch
                | AppError::TooLong { .. }
                | AppError::Empty
                | AppError::NotReadable(_)
                | AppError::TooManyOfCustomer { .. }
                | AppError::Archive(_)
                | AppError::Erasures(_)
                | AppError::DeclaredInConfig
                | AppError::StillBusy { .. }
                | AppError::NotTaken(_) => false,
            },
        }
    }
}

impl World {
    /// A world of its own for this seed.
    pub(super) fn new(options: &SimOptions, seed: u64, conversations: usize) -> Rc<World> {
        let random = Random::new(seed);
        let course = options.course(conversations);
        let clock = Arc::new(VirtualClock::starting_at(course.begins));
        let (ground, store, may_rewind): (_, Arc<dyn Store>, _) = match options.store {
            StoreKind::Memory => {
                let memory = Arc::new(MemoryStore::new(clock.clone()));
                let store = Mutant::weaken(options.mutant, Arc::clone(&memory) as Arc<dyn Store>);
                (Ground::Memory(memory), store, true)
            }
            StoreKind::Embedded => {
                let disk = Disk::new();
                let store = plug(&disk, clock.clone());
                (Ground::Embedded(disk), store, false)
            }
        };
        // A file has one process; what stands elsewhere may have several.
        let instances = if may_rewind { 1 + random.below(2) } else { 1 };
        let calm = !options.faults || random.below(8) == 0;
        let drawn = Weather::drawn(&random, may_rewind);
        let weather = if calm { Weather::calm() } else { drawn };
        let agents = course.agents(2 + random.below(5) as usize);
        let rules = course.rules(agents);
        let mut model = Model::new(seed, &rules);
        model.steady = weather.is_steady();
        let model = Arc::new(Mutex::new(model));
        Rc::new(World {
            options: options.clone(),
            conversations,
            executor: Executor::new(Arc::clone(&clock)),
            rules,
            course,
            witness: Arc::new(Witness::new(store, Arc::clone(&model))),
            ground,
            instances: (0..instances).map(|_| Instance::default()).collect(),
            weather: Cell::new(weather),
            tally: Tally::default(),
            finished: Cell::new(0),
            commands: Cell::new(0),
            restarts: Cell::new(0),
            shifts: Cell::new(0),
            repairs: Cell::new(0),
            quiet: Cell::new(calm),
            over: Cell::new(false),
            on_the_way: OnTheWay::default(),
            noted: Arc::default(),
            random,
            clock,
            model,
        })
    }

    /// Lets it happen.
    pub(super) fn run(self: &Rc<Self>) {
        self.executor.spawn(Owner::World, super::director::direct(Rc::clone(self)));
        let random = self.random.fork();
        let mut steps = 0;
        while !self.over.get() && steps < self.course.steps_max {
            steps += 1;
            let turn = |owner| judge(&self.weather.get(), &random, &self.tally, owner);
            let step = self.executor.step(&random, turn);
            if step == Step::Over {
                break;
            }
            if step == Step::Went && random.happens(2_000) {
                // Work takes time.
                self.clock.advance(random.span(0, 3));
            }
            let mut model = self.model();
            model.step = steps;
            model.now = self.clock.now();
            if !model.violations.is_empty() {
                break;
            }
        }
        let over = self.over.get();
        let mut model = self.model();
        let found = !model.violations.is_empty();
        model.check(Invariant::Liveness, over || found, || {
            format!("the world was not over after {steps} steps")
        });
        drop(model);
        // Futures hold the world; let go of them.
        self.executor.kill(Owner::World);
        for number in 0..self.instances.len() {
            self.executor.kill(Owner::Instance(number));
            self.bury(number);
        }
    }

    pub(super) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.executor.now()
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.now().since(self.course.begins)
    }

    pub(super) async fn sleep(&self, span: Duration) {
        self.executor.sleep(span).await;
    }

    /// The clock jumps forward.
    pub(super) fn jump(&self, by: Duration) {
        let from = self.now();
        self.clock.advance(by);
        self.model().jumped(from, self.now());
    }

    pub(super) fn command_given(&self) {
        self.commands.set(self.commands.get() + 1);
    }

    pub(super) fn shift_ended(&self) {
        self.shifts.set(self.shifts.get() + 1);
    }

    /// An instance that serves, at random.
    pub(super) fn anyone(&self, random: &Random) -> Option<usize> {
        let serving: Vec<usize> = (0..self.instances.len())
            .filter(|number| self.instances[*number].serving.get())
            .collect();
        (!serving.is_empty()).then(|| *random.pick(&serving))
    }

    /// A call on an instance, as a task of that instance: it may crash with it.
    pub(super) async fn call<T: 'static>(
        &self,
        number: usize,
        work: impl AsyncFnOnce(Arc<App>) -> AppResult<T> + 'static,
    ) -> Result<T, Trouble> {
        self.call_within(number, CALL_SPAN, work).await
    }

    pub(super) async fn call_within<T: 'static>(
        &self,
        number: usize,
        span: Duration,
        work: impl AsyncFnOnce(Arc<App>) -> AppResult<T> + 'static,
    ) -> Result<T, Trouble> {
        let Some(app) = self.instances[number].app.borrow().clone() else {
            return Err(Trouble::Lost);
        };
        let (asker, answer) = answer();
        self.executor.spawn(Owner::Instance(number), async move {
            let done = work(app).await;
            asker.give(done);
        });
        match answer.within(&self.executor, span).await {
            Some(done) => done.map_err(Trouble::App),
            None => Err(Trouble::Lost),
        }
    }

    /// The same on whichever instance serves.
    pub(super) async fn call_any<T: 'static>(
        &self,
        random: &Random,
        work: impl AsyncFnOnce(Arc<App>) -> AppResult<T> + 'static,
    ) -> Result<T, Trouble> {
        match self.anyone(random) {
            Some(number) => self.call(number, work).await,
            None => Err(Trouble::Lost),
        }
    }

    /// Ends the life of an instance's application.
    pub(super) fn bury(&self, number: usize) {
        if let Some(app) = self.instances[number].app.borrow_mut().take() {
            let repairs = app.stats().repairs.load(std::sync::atomic::Ordering::Relaxed);
            self.repairs.set(self.repairs.get() + repairs);
        }
    }

    /// A new life of an instance.
    pub(super) fn new_app(&self, number: usize) -> Arc<App> {
        let seed = self.random.next();
        let plan = Counted::new(seed, self.weather.get().rates, self.tally.clone());
        let store: Arc<dyn Store> = Arc::clone(&self.witness) as Arc<dyn Store>;
        let faulty = Arc::new(Faulty::new(store, plan));
        *self.instances[number].faulty.borrow_mut() = Some(Arc::clone(&faulty));
        let settings = Settings {
            buckets: self.options.buckets,
            instance: format!("instance{number}"),
            utterance_chars_max: 2_000,
            waiting_max: 10_000,
        };
        let rules = Arc::new(Arc::clone(&self.rules));
        let app = App::new(faulty, rules, Arc::new(self.random.fork()), settings);
        let line = SimLine {
            model: Arc::clone(&self.model),
            random: self.random.fork(),
            on_the_way: self.on_the_way.clone(),
        };
        let list = Arc::clone(&self.noted) as Arc<dyn Erasures>;
        let app = app.ringing_over(Arc::new(line)).noting_erasures_in(list);
        Arc::new(app.on_machines(Mutant::machines(self.options.mutant)))
    }

    /// All slots with state.
    pub(super) fn slots(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = (0..self.options.buckets).map(keys::bucket).collect();
        slots.push(self.pool());
        slots
    }

    pub(super) fn pool(&self) -> Slot {
        keys::pool(&self.rules.routing.pool)
    }

    /// The disk after a power failure, opened again.
    pub(super) fn reopen(&self, disk: &Disk) {
        let random = self.random.fork();
        disk.lose_power(|| random.below(2) == 0);
        self.witness.replace(plug(disk, self.clock.clone()));
    }
}

fn plug(disk: &Disk, clock: Arc<VirtualClock>) -> Arc<dyn Store> {
    // A disk that was only written by the store, and loses power only as disks do, can be opened.
    Arc::new(EmbeddedStore::stepped(disk.plug(), clock).expect("a disk that can be opened"))
}
