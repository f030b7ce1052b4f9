//! Time and chance, handed in so that a simulation can own both.

use crate::domain::time::Timestamp;

/// Where time comes from. A store stamps everything with its own clock; nothing else is trusted.
pub trait Clock: Send + Sync {
    /// The present, never earlier than what was returned before.
    fn now(&self) -> Timestamp;
}

/// Where randomness comes from: ids and version tags.
pub trait Chance: Send + Sync {
    /// 128 fresh random bits.
    fn bits(&self) -> u128;
}
