//! What may go wrong with a call or a ring, and the plans that decide it: by a seed, by a script, or
//! by a function of the simulator's own.

use crate::ports::store::*;
use std::collections::BTreeMap;
use std::fmt;

/// Which call of [`Store`] it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// [`Store::load`].
    Load,
    /// [`Store::commit`].
    Commit,
    /// [`Store::read_log`].
    ReadLog,
    /// [`Store::range`].
    Range,
    /// [`Store::claim_due`].
    ClaimDue,
    /// [`Store::ring_counters`].
    RingCounters,
    /// [`Store::counter`].
    Counter,
    /// [`Store::doorbell`].
    Doorbell,
}

impl Op {
    /// Whether it changes anything.
    pub const fn writes(self) -> bool {
        match self {
            Op::Commit | Op::ClaimDue => true,
            Op::Load | Op::ReadLog | Op::Range | Op::RingCounters | Op::Counter | Op::Doorbell => {
                false
            }
        }
    }
}

/// One call, as a plan sees it. `Display` gives a label that names what the call is about, such as
/// `commit p:support: put i:c1, delete o:c1/enqueue/5, due c1=1700, ring items`.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// Its number, from 1, among the calls of one [`Faulty`](super::Faulty), in the order they were first polled.
    pub number: u64,
    /// Which call it is.
    pub op: Op,
    /// The slot it is about, unless it is about several or none.
    pub slot: Option<&'c Slot>,
    /// The change, if it is a commit.
    pub change: Option<&'c Transaction>,
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = match self.op {
            Op::Load => "load",
            Op::Commit => "commit",
            Op::ReadLog => "read_log",
            Op::Range => "range",
            Op::ClaimDue => "claim_due",
            Op::RingCounters => "ring_counters",
            Op::Counter => "counter",
            Op::Doorbell => "doorbell",
        };
        out.write_str(op)?;
        if let Some(slot) = self.slot {
            write!(out, " {slot}")?;
        }
        let mut separator = ": ";
        for write in self.change.map_or(&[][..], Transaction::writes) {
            out.write_str(separator)?;
            separator = ", ";
            match write {
                Write::Put { key, .. } => write!(out, "put {key}")?,
                Write::Delete { key } => write!(out, "delete {key}")?,
                Write::Append { log, record, .. } => {
                    write!(out, "append {} {}", log.0, record.seq)?
                }
                Write::DropLog { log } => write!(out, "drop {}", log.0)?,
                Write::IndexPut { index, member, score } => {
                    write!(out, "{} {member}={score}", index.0)?;
                }
                Write::IndexRemove { index, member } => write!(out, "{} -{member}", index.0)?,
                Write::CounterAdd { counter, by, .. } => write!(out, "count {counter} {by:+}")?,
            }
        }
        for topic in self.change.map_or(&[][..], Transaction::topics) {
            write!(out, "{separator}ring {topic}")?;
            separator = ", ";
        }
        Ok(())
    }
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It is not done; this is the answer. See [`Fault::conflict`] and [`Fault::unavailable`].
    Refused(StoreError),
    /// It is done, but instead of its answer the caller learns that the store did not answer.
    LostReply,
    /// It is never done and never answered. Whoever drops the caller has crashed it.
    HangBefore,
    /// It is done and never answered.
    HangAfter,
    /// Before it is done, its slot is remembered as it is (see [`Faulty::mark`](super::Faulty::mark)).
    Mark,
    /// Before it is done, its slot is put back (see [`Faulty::rewind`](super::Faulty::rewind)).
    Rewind,
}

impl Fault {
    /// Refused because of a conflict that nobody caused.
    pub fn conflict() -> Self {
        Fault::Refused(StoreError::Conflict { what: "an injected conflict".to_owned() })
    }

    /// Refused because the store cannot be reached.
    pub fn unavailable() -> Self {
        Fault::Refused(injected(false))
    }
}

pub(super) fn injected(maybe_applied: bool) -> StoreError {
    StoreError::Unavailable {
        maybe_applied,
        why: Why::Away,
        reason: "an injected fault".to_owned(),
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fate {
    /// How many times the call is pending before anything is done.
    pub polls_before: u32,
    /// What goes wrong.
    pub fault: Fault,
    /// How many times the call is pending after it was done and before it is answered.
    pub polls_after: u32,
}

impl From<Fault> for Fate {
    fn from(fault: Fault) -> Self {
        Fate { fault, ..Fate::default() }
    }
}

/// What becomes of a ring on its way to one listener.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RingFate {
    /// It is heard.
    #[default]
    Heard,
    /// It is lost.
    Lost,
    /// It is heard twice.
    Doubled,
    /// It is heard after the next one.
    Late,
    /// Instead of it, the listener hears that rings were missed.
    Missed,
}

/// Decides what goes wrong. A function from a call to its fate is a plan, too.
pub trait Plan: Send {
    /// The fate of a call.
    fn call(&mut self, call: &Call<'_>) -> Fate;

    /// The fate of a ring.
    fn ring(&mut self, ring: &Ring) -> RingFate {
        let _ = ring;
        RingFate::Heard
    }
}

impl<F: FnMut(&Call<'_>) -> Fate + Send> Plan for F {
    fn call(&mut self, call: &Call<'_>) -> Fate {
        self(call)
    }
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Plan for NoFaults {
    fn call(&mut self, _: &Call<'_>) -> Fate {
        Fate::default()
    }
}

/// Exactly these calls go wrong, by number.
#[derive(Debug, Clone, Default)]
pub struct Script(pub BTreeMap<u64, Fate>);

impl Script {
    /// One call goes wrong.
    pub fn once(number: u64, fate: impl Into<Fate>) -> Self {
        Script(BTreeMap::from([(number, fate.into())]))
    }
}

impl Plan for Script {
    fn call(&mut self, call: &Call<'_>) -> Fate {
        self.0.remove(&call.number).unwrap_or_default()
    }
}

/// How often what goes wrong, each in so many of ten thousand calls (or rings).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// A commit is refused with a conflict.
    pub conflict: u32,
    /// A commit is refused as stale.
    pub stale: u32,
    /// A call is refused as unavailable.
    pub unavailable: u32,
    /// The answer is lost.
    pub lost_reply: u32,
    /// It hangs before it is done.
    pub hang_before: u32,
    /// It hangs after it was done.
    pub hang_after: u32,
    /// Its slot is marked.
    pub mark: u32,
    /// Its slot is put back to the mark.
    pub rewind: u32,
    /// It is delayed before it is done, and independently after that.
    pub delay: u32,
    /// By at most so many polls.
    pub delay_polls_max: u32,
    /// A ring is lost.
    pub ring_lost: u32,
    /// A ring is doubled.
    pub ring_doubled: u32,
    /// A ring is late.
    pub ring_late: u32,
    /// A ring is replaced by [`Ring::Missed`].
    pub ring_missed: u32,
}

/// Things go wrong at random, the same for the same seed for ever.
#[derive(Debug, Clone)]
pub struct Seeded {
    state: u64,
    rates: Rates,
}

impl Seeded {
    /// A plan.
    pub fn new(seed: u64, rates: Rates) -> Self {
        Seeded { state: seed, rates }
    }

    /// The splitmix64 generator, written out so that a seed means the same in ten years.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// The first thing whose rate is drawn; rates of different things add up.
    fn draw<T: Clone>(&mut self, things: &[(u32, T)]) -> Option<T> {
        let mut drawn = self.below(10_000) as u32;
        for (rate, thing) in things {
            match drawn.checked_sub(*rate) {
                None => return Some(thing.clone()),
                Some(rest) => drawn = rest,
            }
        }
        None
    }

    fn delay(&mut self) -> u32 {
        let delayed = self.draw(&[(self.rates.delay, ())]).is_some();
        if delayed { 1 + self.below(u64::from(self.rates.delay_polls_max)) as u32 } else { 0 }
    }
}

impl Plan for Seeded {
    fn call(&mut self, call: &Call<'_>) -> Fate {
        let Rates { conflict, stale, .. } = self.rates;
        let (conflict, stale) = if call.op == Op::Commit { (conflict, stale) } else { (0, 0) };
        let fault = self.draw(&[
            (conflict, Fault::conflict()),
            (stale, Fault::Refused(StoreError::Stale)),
            (self.rates.unavailable, Fault::unavailable()),
            (self.rates.lost_reply, Fault::LostReply),
            (self.rates.hang_before, Fault::HangBefore),
            (self.rates.hang_after, Fault::HangAfter),
            (self.rates.mark, Fault::Mark),
            (self.rates.rewind, Fault::Rewind),
        ]);
        Fate {
            polls_before: self.delay(),
            fault: fault.unwrap_or_default(),
            polls_after: self.delay(),
        }
    }

    fn ring(&mut self, _: &Ring) -> RingFate {
        let fate = self.draw(&[
            (self.rates.ring_lost, RingFate::Lost),
            (self.rates.ring_doubled, RingFate::Doubled),
            (self.rates.ring_late, RingFate::Late),
            (self.rates.ring_missed, RingFate::Missed),
        ]);
        fate.unwrap_or_default()
    }
}
