//! Time and chance of a script.

use crate::domain::time::Timestamp;
use crate::ports::clock::{Chance, Clock};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A clock that only the script moves.
pub(super) struct ScriptClock(AtomicI64);

impl ScriptClock {
    pub(super) fn at(at: Timestamp) -> Self {
        ScriptClock(AtomicI64::new(at.as_millis()))
    }

    pub(super) fn set(&self, at: Timestamp) {
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
pub(super) struct Counted(AtomicU64);

impl Chance for Counted {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
