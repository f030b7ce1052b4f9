//! Time and chance of the real world.

use crate::domain::time::Timestamp;
use crate::ports::clock::{Chance, Clock};
use std::sync::atomic::{AtomicI64, Ordering};

/// The clock of this machine, never going back while the process runs.
#[derive(Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // The one place where time enters.
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let millis = since.map_or(0, |since| since.as_millis() as i64);
        let latest = self.latest.fetch_max(millis, Ordering::Relaxed);
        Timestamp::from_millis(millis.max(latest))
    }
}

/// The operating system's randomness.
pub struct SystemChance;

impl Chance for SystemChance {
    fn bits(&self) -> u128 {
        rand::random()
    }
}
