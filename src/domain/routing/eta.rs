//! How long it will take until a person comes: a range with what it rests on, or that it cannot be
//! known and why. Nothing is ever guessed from nothing.
//!
//! While all seats are taken, the time until the k-th of them is free is close to a gamma
//! distribution whose scale is the mean seat time divided by the number of seats: exact when the
//! remaining times are exponential, cautious when they vary less. The range runs from its tenth
//! to its ninetieth percentile, widened by the standard error of the mean, so that few samples
//! give a wide range.

use super::explain::waiting_ahead;
use super::pace::{Basis, Pace, Sample};
use super::plan::is_held;
use super::settings::RoutingRules;
use super::view::{PoolView, Work};
use crate::domain::ids::ConversationId;
use crate::domain::pool::item::ItemState;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The standard score of the ninetieth percentile.
const Z: f64 = 1.281_551_6;
/// Nobody is told a longer wait than this as if it could be known.
const KNOWN_MAX: Duration = Duration::from_secs(4 * 3_600);
/// The times that are told, in minutes: what is between them would pretend to be exact.
const MINUTES: [u64; 13] = [0, 1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120];

/// How long it will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "eta", rename_all = "snake_case")]
pub enum Eta {
    /// Between these, most likely.
    Known {
        /// In one case of ten it is shorter.
        low_ms: u64,
        /// In one case of ten it is longer.
        high_ms: u64,
        /// What it rests on.
        basis: Basis,
        /// On how many conversations.
        samples: u32,
    },
    /// It cannot be known.
    Unknown {
        /// Why not.
        why: EtaUnknown,
    },
}

/// Why it cannot be known how long it will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtaUnknown {
    /// The pool has no such place, or an agent has it already.
    NotWaiting,
    /// Nobody is there who could help.
    NobodyThere,
    /// The queue closes before the wait would be over.
    ClosesBefore,
    /// Too few conversations have been served lately to say anything.
    FewSamples,
    /// So long that the figure would mean nothing.
    TooFar,
}

/// A range as it is told: rounded outwards to times that do not pretend to be exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// At least, about; zero if it may be at once.
    pub low: Duration,
    /// At most, about.
    pub high: Duration,
}

impl Eta {
    /// Unknown for this reason.
    pub const fn unknown(why: EtaUnknown) -> Eta {
        Eta::Unknown { why }
    }

    /// What is said of receipts that were written before there were estimates.
    pub const fn of_old() -> Eta {
        Eta::unknown(EtaUnknown::FewSamples)
    }

    /// The range as it is told; `None` if it is not known.
    pub fn told(&self) -> Option<Told> {
        match self {
            Eta::Known { low_ms, high_ms, .. } => {
                Some(Told { low: rounded_down(*low_ms), high: rounded_up(*high_ms) })
            }
            Eta::Unknown { .. } => None,
        }
    }

    /// Whether `new` is worth telling to somebody who was told this: the told range no longer
    /// holds it, or is more than twice too long.
    pub fn is_moved_by(&self, new: &Eta) -> bool {
        match (self.told(), new.told(), new) {
            (Some(old), Some(now), Eta::Known { low_ms, high_ms, .. }) => {
                let (low, high) = (Duration::from_millis(*low_ms), Duration::from_millis(*high_ms));
                let holds = old.low <= low && high <= old.high;
                let tight = old.high <= now.high * 2;
                old != now && !(holds && tight)
            }
            (Some(_) | None, Some(_) | None, _) => self != new,
        }
    }
}

fn rounded_down(ms: u64) -> Duration {
    let minutes = ms / 60_000;
    let known = MINUTES.iter().rev().find(|step| **step <= minutes && minutes < 120);
    Duration::from_secs(60 * known.copied().unwrap_or(minutes / 60 * 60))
}

fn rounded_up(ms: u64) -> Duration {
    let minutes = ms.div_ceil(60_000).max(1);
    let known = MINUTES.iter().find(|step| **step >= minutes);
    Duration::from_secs(60 * known.copied().unwrap_or(minutes.div_ceil(60) * 60))
}

/// How long this conversation will wait from now on.
pub fn estimate(
    view: &PoolView,
    pace: &Pace,
    rules: &RoutingRules,
    conversation: &ConversationId,
    at: Timestamp,
) -> Eta {
    let slot = view.item_slots.get(conversation).copied();
    let known = slot.and_then(|slot| Some((slot, view.items.get(slot)?)));
    let Some((slot, work)) = known else { return Eta::unknown(EtaUnknown::NotWaiting) };
    let line = match work.item.state {
        ItemState::Waiting => waiting_ahead(view, work, slot) + 1,
        // A seat is kept for it already.
        ItemState::Offered { .. } => 0,
        ItemState::Assigned { .. } => return Eta::unknown(EtaUnknown::NotWaiting),
    };
    let seats = seats(view, work);
    if seats.all == 0 {
        return Eta::unknown(EtaUnknown::NobodyThere);
    }
    let needs = &work.item.handoff.needs;
    let Ok((basis, samples)) = pace.recent(needs, at) else {
        return Eta::unknown(EtaUnknown::FewSamples);
    };
    let hold = if is_held(view, work, at) { rules.offers.preferred_hold } else { Duration::ZERO };
    let (low_ms, high_ms) = range(line.saturating_sub(seats.free), seats.all, &samples);
    let high_ms = high_ms + hold.as_millis() as u64;
    let high = Duration::from_millis(high_ms);
    let hours = rules.queues.get(&needs.queue).and_then(|queue| queue.hours.as_ref());
    if high > KNOWN_MAX {
        Eta::unknown(EtaUnknown::TooFar)
    } else if hours.is_some_and(|hours| hours.is_open(at) && !hours.is_open(at + high)) {
        Eta::unknown(EtaUnknown::ClosesBefore)
    } else {
        Eta::Known { low_ms, high_ms, basis, samples: samples.len() as u32 }
    }
}

/// Conversations of this cost that the agents who could help may hold at once, and how many of
/// these places are free.
struct Seats {
    all: u32,
    free: u32,
}

fn seats(view: &PoolView, work: &Work) -> Seats {
    let mut seats = Seats { all: 0, free: 0 };
    let Some(class) = view.classes.get(work.class) else { return seats };
    let cost = work.item.cost.max(1);
    for helper in class.able.both(&view.takers).filter_map(|slot| view.agents.get(slot)) {
        if !work.item.excluded.contains(&helper.agent.id) {
            seats.all += helper.agent.profile.capacity / cost;
            seats.free += helper.room / cost;
        }
    }
    seats
}

/// The time until `before` seats have become free and the next offer is taken.
fn range(before: u32, seats: u32, samples: &[Sample]) -> (u64, u64) {
    let millis = |span: Duration| span.as_millis() as f64;
    let mut took: Vec<f64> = samples.iter().map(|sample| millis(sample.took)).collect();
    took.sort_by(f64::total_cmp);
    let count = samples.len() as f64;
    let mean = samples.iter().map(|sample| millis(sample.seat)).sum::<f64>() / count;
    let off = samples.iter().map(|sample| (millis(sample.seat) - mean).powi(2)).sum::<f64>();
    let error = (off / (count - 1.0).max(1.0) / count).sqrt();
    let waits = |mean: f64, z: f64| gamma(before, mean.max(0.0) / f64::from(seats.max(1)), z);
    let low = waits(mean - error, -Z) + took[took.len() / 10];
    let high = waits(mean + error, Z) + took[(took.len() * 9 / 10).min(took.len() - 1)];
    (low.max(0.0) as u64, high.max(0.0) as u64)
}

/// A percentile of the gamma distribution of this shape and scale, by Wilson and Hilferty.
fn gamma(shape: u32, scale: f64, z: f64) -> f64 {
    if shape == 0 {
        return 0.0;
    }
    let shape = f64::from(shape);
    let root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
    shape * scale * root.max(0.0).powi(3)
}
