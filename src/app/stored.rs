//! What the application itself stores beside the domain's own things.

use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// The record of one request: the same id with the same contents gets the first answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// A hash of what was asked.
    pub fingerprint: u64,
    /// The first event it made; 0 if it made none.
    pub from_seq: u64,
    /// The last event it made; 0 if it made none.
    pub to_seq: u64,
}

/// Something is owed to the other side. It names no content: delivery looks at the source again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// Since when.
    pub since: Timestamp,
    /// How often the other side answered and refused.
    pub refusals: u32,
    /// The last refusal, for whoever looks at a parked entry.
    pub refused_because: Option<String>,
}

impl Owed {
    /// Owed from now on.
    pub fn new(since: Timestamp) -> Self {
        Owed { since, refusals: 0, refused_because: None }
    }
}

/// Who may match in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatcherFence {
    /// Rises with each takeover; an offer made under an older one is refused.
    pub fence: u64,
    /// The instance that matches.
    pub leader: String,
}
