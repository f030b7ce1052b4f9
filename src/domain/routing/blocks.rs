//! For how long an agent may block a customer who abuses them, and how soon a supervisor must have
//! looked at it. Without these rules nobody is blocked: abuse is then reported only.

use crate::domain::texts::PerLanguage;
use std::time::Duration;

/// What ops decide about blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRules {
    /// How long a block lasts.
    pub length: Duration,
    /// A block that no supervisor has looked at within this is over. Never longer than `length`.
    pub review_within: Duration,
    /// How whoever is blocked reaches somebody otherwise.
    pub otherwise: PerLanguage<String>,
}
