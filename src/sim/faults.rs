//! How much goes wrong in one world, drawn from its seed: some worlds are calm, some lose every
//! tenth answer, so that each kind of trouble is met alone and together with others.

use super::executor::{Owner, Turn};
use super::random::Random;
use crate::ports::store::{Ring, StoreError};
use crate::store::faulty::{Call, Fate, Fault, Plan, Rates, RingFate, Seeded};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What goes wrong in one world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    pub(super) rates: Rates,
    /// A task of an instance crashes at one of its waits, in ten thousand turns.
    pub(super) task_crash: u32,
    /// A task stands still for a while, in ten thousand turns.
    pub(super) freeze: u32,
    /// Seconds between crashes of an instance, on average; 0 = none.
    pub(super) instance_crash: u64,
    /// Seconds between rewinds of a slot, on average; 0 = none.
    pub(super) rewind: u64,
    /// Seconds between jumps of the clock, on average; 0 = none.
    pub(super) clock_jump: u64,
}

impl Weather {
    /// Nothing goes wrong; calls still take turns with others.
    pub(super) fn calm() -> Self {
        let rates = Rates { delay: 3_000, delay_polls_max: 2, ..Rates::default() };
        let (task_crash, freeze) = (0, 0);
        Weather { rates, task_crash, freeze, instance_crash: 0, rewind: 0, clock_jump: 0 }
    }

    /// Whether nothing stands still and no clock jumps: then no process is wrong for long, whatever
    /// else fails.
    pub(super) fn is_steady(&self) -> bool {
        self.freeze == 0 && self.clock_jump == 0
    }

    /// Drawn for one world.
    pub(super) fn drawn(random: &Random, may_rewind: bool) -> Self {
        let some = |high: u32| match random.below(3) {
            0 => 0,
            _ => random.below(u64::from(high) + 1) as u32,
        };
        let every = |low: u64, high: u64| match random.below(3) {
            0 => 0,
            _ => random.between(low, high),
        };
        Weather {
            rates: Rates {
                conflict: some(300),
                stale: some(100),
                unavailable: some(200),
                lost_reply: some(200),
                delay: 3_000 + some(4_000),
                delay_polls_max: 1 + some(8),
                ring_lost: some(3_000),
                ring_doubled: some(500),
                ring_late: some(500),
                ring_missed: some(100),
                ..Rates::default()
            },
            task_crash: some(60),
            freeze: some(15),
            instance_crash: every(60, 600),
            rewind: if may_rewind { every(120, 900) } else { 0 },
            clock_jump: every(120, 900),
        }
    }
}

/// Counts what went wrong, by kind.
#[derive(Clone, Default)]
pub(super) struct Tally(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Tally {
    pub(super) fn add(&self, kind: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
    }

    pub(super) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A seeded plan whose faults are counted.
pub(super) struct Counted {
    plan: Seeded,
    tally: Tally,
}

impl Counted {
    pub(super) fn new(seed: u64, rates: Rates, tally: Tally) -> Self {
        Counted { plan: Seeded::new(seed, rates), tally }
    }
}

impl Plan for Counted {
    fn call(&mut self, call: &Call<'_>) -> Fate {
        let fate = self.plan.call(call);
        let kind = match &fate.fault {
            Fault::None => None,
            Fault::Refused(StoreError::Conflict { .. }) => Some("conflict"),
            Fault::Refused(StoreError::Stale) => Some("stale"),
            Fault::Refused(
                StoreError::Unavailable { .. }
                | StoreError::LimitReached { .. }
                | StoreError::Damaged { .. }
                | StoreError::TooLarge(_),
            ) => Some("unavailable"),
            Fault::LostReply => Some("lost reply"),
            Fault::HangBefore | Fault::HangAfter => Some("hang"),
            Fault::Mark => Some("mark"),
            Fault::Rewind => Some("rewind"),
        };
        kind.into_iter().for_each(|kind| self.tally.add(kind));
        fate
    }

    fn ring(&mut self, ring: &Ring) -> RingFate {
        let fate = self.plan.ring(ring);
        match fate {
            RingFate::Heard => {}
            RingFate::Lost => self.tally.add("ring lost"),
            RingFate::Doubled => self.tally.add("ring doubled"),
            RingFate::Late => self.tally.add("ring late"),
            RingFate::Missed => self.tally.add("rings missed"),
        }
        fate
    }
}

/// What becomes of a task whose turn it is.
pub(super) fn judge(weather: &Weather, random: &Random, tally: &Tally, owner: Owner) -> Turn {
    match owner {
        Owner::World => Turn::Run,
        Owner::Instance(_) if random.happens(weather.task_crash) => {
            tally.add("task crash");
            Turn::Crash
        }
        Owner::Instance(_) if random.happens(weather.freeze) => {
            tally.add("task frozen");
            let high = *random.pick(&[300, 1_500, 4_000, 60_000, 900_000]);
            Turn::Freeze(random.span(20, high))
        }
        Owner::Instance(_) => Turn::Run,
    }
}
