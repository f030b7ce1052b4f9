//! A store that fails on purpose. It wraps another one, and a [`Plan`] decides the fate of each
//! call: refused, delayed, its answer lost, hanging for ever before or after it was done, the slot
//! put back to an earlier state; and of each ring: lost, doubled, late. Plans are seeded or
//! scripted, and nothing here knows a clock, a thread or other randomness, so that what went wrong
//! once goes wrong again.
//!
//! Wrap it once for each simulated instance, around one store that they share: then the instances
//! fail apart from each other.

pub mod plan;

use crate::ports::store::*;
use crate::store::stored::Rewind;
use async_trait::async_trait;
pub use plan::{Call, Fate, Fault, NoFaults, Op, Plan, Rates, RingFate, Script, Seeded};
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, pending, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// Puts a slot back.
type Restore = Box<dyn Fn() + Send + Sync>;

/// The wrapper.
pub struct Faulty {
    inner: Arc<dyn Store>,
    rewinder: Option<Arc<dyn Rewind>>,
    fate: Arc<Mutex<Decider>>,
    marks: Mutex<BTreeMap<Slot, Restore>>,
}

struct Decider {
    plan: Box<dyn Plan>,
    calls: u64,
}

impl Faulty {
    /// Wraps `inner`.
    pub fn new(inner: Arc<dyn Store>, plan: impl Plan + 'static) -> Self {
        Faulty {
            inner,
            rewinder: None,
            fate: Arc::new(Mutex::new(Decider { plan: Box::new(plan), calls: 0 })),
            marks: Mutex::default(),
        }
    }

    /// Makes [`Fault::Mark`] and [`Fault::Rewind`] possible; `rewinder` is the wrapped store.
    pub fn with_rewind(mut self, rewinder: Arc<dyn Rewind>) -> Self {
        self.rewinder = Some(rewinder);
        self
    }

    /// Another plan from now on: for the quiet after the faults, or the other way round.
    pub fn set_plan(&self, plan: impl Plan + 'static) {
        lock(&self.fate).plan = Box::new(plan);
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        lock(&self.fate).calls
    }

    /// Remembers a slot as it is, instead of what was remembered of it before. Does nothing
    /// without [`Faulty::with_rewind`].
    pub fn mark(&self, slot: &Slot) {
        if let Some(rewinder) = &self.rewinder {
            lock(&self.marks).insert(slot.clone(), rewinder.checkpoint(slot));
        }
    }

    /// Puts a slot back to what was remembered, as a failover does that loses the newest writes.
    /// Returns false if nothing was.
    pub fn rewind(&self, slot: &Slot) -> bool {
        match lock(&self.marks).get(slot) {
            Some(restore) => {
                restore();
                true
            }
            None => false,
        }
    }

    fn decide(&self, op: Op, slot: Option<&Slot>, change: Option<&Transaction>) -> Fate {
        let decider = &mut *lock(&self.fate);
        decider.calls += 1;
        decider.plan.call(&Call { number: decider.calls, op, slot, change })
    }

    async fn suffer<T>(
        &self,
        fate: Fate,
        op: Op,
        slot: Option<&Slot>,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        stay_pending(fate.polls_before).await;
        match (&fate.fault, slot) {
            (Fault::Refused(error), _) => return Err(error.clone()),
            (Fault::HangBefore, _) => return pending().await,
            (Fault::Mark, Some(slot)) => self.mark(slot),
            (Fault::Rewind, Some(slot)) => _ = self.rewind(slot),
            (Fault::Mark | Fault::Rewind, None)
            | (Fault::None | Fault::LostReply | Fault::HangAfter, _) => {}
        }
        let result = call.await;
        stay_pending(fate.polls_after).await;
        match fate.fault {
            Fault::LostReply => Err(plan::injected(op.writes())),
            Fault::HangAfter => pending().await,
            Fault::None | Fault::Refused(_) | Fault::HangBefore | Fault::Mark | Fault::Rewind => {
                result
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets everybody else go first, so many times.
async fn stay_pending(mut polls: u32) {
    poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[async_trait]
impl Store for Faulty {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        let fate = self.decide(Op::Load, Some(slot), None);
        self.suffer(fate, Op::Load, Some(slot), self.inner.load(slot, keys, scores)).await
    }

    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError> {
        let slot = change.slot().clone();
        let fate = self.decide(Op::Commit, Some(&slot), Some(&change));
        self.suffer(fate, Op::Commit, Some(&slot), self.inner.commit(change)).await
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        let fate = self.decide(Op::ReadLog, Some(slot), None);
        let call = self.inner.read_log(slot, log, after, limit);
        self.suffer(fate, Op::ReadLog, Some(slot), call).await
    }

    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let fate = self.decide(Op::Range, Some(slot), None);
        let call = self.inner.range(slot, index, after, up_to, limit);
        self.suffer(fate, Op::Range, Some(slot), call).await
    }

    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        let fate = self.decide(Op::ClaimDue, Some(slot), None);
        let call = self.inner.claim_due(slot, limit, visibility);
        self.suffer(fate, Op::ClaimDue, Some(slot), call).await
    }

    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError> {
        let fate = self.decide(Op::RingCounters, None, None);
        self.suffer(fate, Op::RingCounters, None, self.inner.ring_counters(slots)).await
    }

    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError> {
        let fate = self.decide(Op::Counter, Some(slot), None);
        self.suffer(fate, Op::Counter, Some(slot), self.inner.counter(slot, counter)).await
    }

    async fn pass(&self, slot: &Slot, topic: &str) -> Result<(), StoreError> {
        self.inner.pass(slot, topic).await
    }

    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError> {
        let fate = self.decide(Op::Doorbell, None, None);
        let inner = self.suffer(fate, Op::Doorbell, None, self.inner.doorbell()).await?;
        let (fate, heard) = (self.fate.clone(), VecDeque::new());
        Ok(Box::new(FaultyDoorbell { inner, fate, heard, late: None }))
    }
}

struct FaultyDoorbell {
    inner: Box<dyn Doorbell>,
    fate: Arc<Mutex<Decider>>,
    /// What is heard next, before anything new.
    heard: VecDeque<Ring>,
    late: Option<Ring>,
}

#[async_trait]
impl Doorbell for FaultyDoorbell {
    async fn next(&mut self) -> Option<Ring> {
        loop {
            if let Some(ring) = self.heard.pop_front() {
                return Some(ring);
            }
            let ring = self.inner.next().await?;
            let overdue = self.late.take();
            match lock(&self.fate).plan.ring(&ring) {
                RingFate::Heard => self.heard.push_back(ring),
                RingFate::Lost => {}
                RingFate::Doubled => self.heard.extend([ring.clone(), ring]),
                RingFate::Late => self.late = Some(ring),
                RingFate::Missed => self.heard.push_back(Ring::Missed),
            }
            self.heard.extend(overdue);
        }
    }
}

#[cfg(test)]
mod tests;
