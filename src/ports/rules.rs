//! Where the live rules come from. They may be replaced at any time; whoever asks keeps the
//! version it was given for the whole of one decision.

use crate::domain::rules::Rules;
use std::sync::Arc;

/// The live rules.
pub trait RulesSource: Send + Sync {
    /// The version that counts now.
    fn current(&self) -> Arc<Rules>;
}

/// Rules that never change, for tests and simulations.
impl RulesSource for Arc<Rules> {
    fn current(&self) -> Arc<Rules> {
        Arc::clone(self)
    }
}
