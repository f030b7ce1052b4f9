//! Chance that is the same for the same seed for ever: the splitmix64 generator, written out so
//! that no library can change it.

use crate::ports::clock::Chance;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random numbers.
pub(super) struct Random(AtomicU64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(AtomicU64::new(mix(seed.wrapping_add(STRIDE))))
    }

    /// Another stream, so that what one actor draws does not change what others draw.
    pub(super) fn fork(&self) -> Random {
        Random::new(self.next())
    }

    pub(super) fn next(&self) -> u64 {
        let state = self.0.fetch_add(STRIDE, Ordering::Relaxed);
        mix(state.wrapping_add(STRIDE))
    }

    /// A number below `bound`; 0 if there is none.
    pub(super) fn below(&self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// A number from `low` to `high`, both possible.
    pub(super) fn between(&self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `rate` of ten thousand cases.
    pub(super) fn happens(&self, rate: u32) -> bool {
        rate > 0 && self.below(10_000) < u64::from(rate)
    }

    pub(super) fn pick<'a, T>(&self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len() as u64) as usize]
    }

    /// One of these, each as likely as its weight says. At least one weight must not be 0.
    pub(super) fn weighted<T: Copy>(&self, things: &[(u32, T)]) -> T {
        let total: u32 = things.iter().map(|(weight, _)| weight).sum();
        let mut drawn = self.below(u64::from(total)) as u32;
        for (weight, thing) in things {
            match drawn.checked_sub(*weight) {
                None => return *thing,
                Some(rest) => drawn = rest,
            }
        }
        things[things.len() - 1].1
    }

    /// A span from `low` to `high` milliseconds.
    pub(super) fn span(&self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }
}

impl Chance for Random {
    fn bits(&self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }
}

/// Derives an independent seed.
pub(super) fn mix(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
