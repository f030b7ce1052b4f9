//! A small executor that owns time and order: it picks at random which of the tasks that could go
//! on does, can drop a task at any of its waits (that is a crash), and moves the clock when nobody
//! can go on. Nothing here is faster or fairer than it must be, but everything is repeatable.

use super::random::Random;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// The simulated time.
pub(super) struct VirtualClock(AtomicI64);

impl VirtualClock {
    pub(super) fn starting_at(at: Timestamp) -> Self {
        VirtualClock(AtomicI64::new(at.as_millis()))
    }

    pub(super) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as i64, Ordering::Relaxed);
    }

    fn advance_to(&self, at: Timestamp) {
        self.0.fetch_max(at.as_millis(), Ordering::Relaxed);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Whose task it is. The world's own tasks never crash; an instance's may, alone or all at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    World,
    Instance(usize),
}

/// What becomes of a task that could go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Run,
    /// It never goes on: its future is dropped where it stands.
    Crash,
    /// It goes on after this time only.
    Freeze(Duration),
}

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Went,
    /// Nobody could go on, so the clock was moved to the next timer.
    Waited,
    /// Nobody can ever go on.
    Over,
}

/// The executor. Clones are the same one.
#[derive(Clone)]
pub(super) struct Executor(Rc<Inner>);

struct Inner {
    clock: Arc<VirtualClock>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    timers: RefCell<BTreeMap<(Timestamp, u64), Waker>>,
    ready: Arc<Mutex<Ready>>,
    next: Cell<u64>,
}

/// Who can go on: a set, because the order in which one event wakes its listeners is not ours to
/// choose (tokio's `watch` draws it by chance) and must not matter.
type Ready = BTreeSet<u64>;

struct Task {
    owner: Owner,
    /// Absent while it is being polled.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    flag: Arc<Flag>,
    frozen_until: Timestamp,
}

struct Flag {
    id: u64,
    ready: Arc<Mutex<Ready>>,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        lock(&self.ready).insert(self.id);
    }
}

impl Executor {
    pub(super) fn new(clock: Arc<VirtualClock>) -> Self {
        Executor(Rc::new(Inner {
            clock,
            tasks: RefCell::default(),
            timers: RefCell::default(),
            ready: Arc::default(),
            next: Cell::new(0),
        }))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(super) fn spawn(&self, owner: Owner, future: impl Future<Output = ()> + 'static) {
        let id = self.fresh();
        let flag = Arc::new(Flag { id, ready: Arc::clone(&self.0.ready) });
        let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
        let task = Task {
            owner,
            future: Some(future),
            flag: Arc::clone(&flag),
            frozen_until: Timestamp::ZERO,
        };
        self.0.tasks.borrow_mut().insert(id, task);
        flag.wake();
    }

    /// Waits for some simulated time.
    pub(super) async fn sleep(&self, span: Duration) {
        self.sleep_until(self.now() + span).await;
    }

    pub(super) async fn sleep_until(&self, until: Timestamp) {
        poll_fn(|context| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            self.wake_at(until, context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Drops every task of an instance where it stands; returns how many there were.
    pub(super) fn kill(&self, owner: Owner) -> usize {
        let mut tasks = self.0.tasks.borrow_mut();
        let doomed: Vec<u64> =
            tasks.iter().filter(|(_, task)| task.owner == owner).map(|(id, _)| *id).collect();
        let dropped: Vec<_> = doomed.iter().filter_map(|id| tasks.remove(id)).collect();
        drop(tasks);
        // Only now: dropping a future may wake others.
        dropped.len()
    }

    /// Lets every frozen task go on.
    pub(super) fn thaw(&self) {
        let now = self.now();
        for task in self.0.tasks.borrow_mut().values_mut() {
            if task.frozen_until > now {
                task.frozen_until = Timestamp::ZERO;
                Arc::clone(&task.flag).wake();
            }
        }
    }

    /// One step: one task goes on, or the clock moves.
    pub(super) fn step(&self, random: &Random, judge: impl FnOnce(Owner) -> Turn) -> Step {
        self.fire_timers();
        let Some(id) = self.draw(random) else { return self.move_clock() };
        let mut tasks = self.0.tasks.borrow_mut();
        let now = self.0.clock.now();
        let Some(task) = tasks.get_mut(&id) else { return Step::Went };
        let turn = match now < task.frozen_until {
            true => Turn::Freeze(task.frozen_until.since(now)),
            false => judge(task.owner),
        };
        match turn {
            Turn::Run => {
                let (future, flag) = (task.future.take(), Arc::clone(&task.flag));
                drop(tasks);
                if let Some(future) = future {
                    self.poll(id, future, flag);
                }
            }
            Turn::Crash => {
                let dropped = tasks.remove(&id);
                drop(tasks);
                drop(dropped);
            }
            Turn::Freeze(span) => {
                task.frozen_until = now + span;
                let waker = Waker::from(Arc::clone(&task.flag));
                drop(tasks);
                self.wake_at(now + span, waker);
            }
        }
        Step::Went
    }

    fn poll(&self, id: u64, mut future: Pin<Box<dyn Future<Output = ()>>>, flag: Arc<Flag>) {
        let waker = Waker::from(flag);
        let done = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        let mut tasks = self.0.tasks.borrow_mut();
        if done {
            let finished = tasks.remove(&id);
            drop(tasks);
            drop((finished, future));
        } else if let Some(task) = tasks.get_mut(&id) {
            task.future = Some(future);
        } else {
            // It was killed while it ran.
            drop(tasks);
            drop(future);
        }
    }

    fn draw(&self, random: &Random) -> Option<u64> {
        let mut ready = lock(&self.0.ready);
        if ready.is_empty() {
            return None;
        }
        let drawn = random.below(ready.len() as u64) as usize;
        let id = ready.iter().nth(drawn).copied()?;
        ready.remove(&id);
        Some(id)
    }

    fn fire_timers(&self) {
        let now = self.0.clock.now();
        loop {
            let mut timers = self.0.timers.borrow_mut();
            let Some(first) = timers.first_entry().filter(|first| first.key().0 <= now) else {
                return;
            };
            let waker = first.remove();
            drop(timers);
            waker.wake();
        }
    }

    fn move_clock(&self) -> Step {
        match self.0.timers.borrow().keys().next() {
            Some((at, _)) => {
                self.0.clock.advance_to(*at);
                Step::Waited
            }
            None => Step::Over,
        }
    }

    fn wake_at(&self, at: Timestamp, waker: Waker) {
        let id = self.fresh();
        self.0.timers.borrow_mut().insert((at, id), waker);
    }

    fn fresh(&self) -> u64 {
        self.0.next.set(self.0.next.get() + 1);
        self.0.next.get()
    }
}

/// The answer to a call that runs as a task of its own: it may crash without an answer.
pub(super) struct Answer<T>(Rc<RefCell<Pending<T>>>);

/// The other end of an [`Answer`].
pub(super) struct Asker<T>(Rc<RefCell<Pending<T>>>);

struct Pending<T> {
    answer: Option<T>,
    lost: bool,
    waker: Option<Waker>,
}

/// Two ends of one answer.
pub(super) fn answer<T>() -> (Asker<T>, Answer<T>) {
    let pending = Rc::new(RefCell::new(Pending { answer: None, lost: false, waker: None }));
    (Asker(Rc::clone(&pending)), Answer(pending))
}

impl<T> Asker<T> {
    /// Gives the answer.
    pub(super) fn give(self, answer: T) {
        self.0.borrow_mut().answer = Some(answer);
    }
}

impl<T> Drop for Asker<T> {
    fn drop(&mut self) {
        let mut pending = self.0.borrow_mut();
        pending.lost = pending.answer.is_none();
        if let Some(waker) = pending.waker.take() {
            waker.wake();
        }
    }
}

impl<T> Answer<T> {
    /// The answer; `None` if it was lost or did not come in time.
    pub(super) async fn within(self, executor: &Executor, span: Duration) -> Option<T> {
        let until = executor.now() + span;
        let mut timer = std::pin::pin!(executor.sleep_until(until));
        poll_fn(|context| {
            let mut pending = self.0.borrow_mut();
            if let Some(answer) = pending.answer.take() {
                return Poll::Ready(Some(answer));
            }
            if pending.lost || timer.as_mut().poll(context).is_ready() {
                return Poll::Ready(None);
            }
            pending.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
