//! How true the estimates are: each range that a customer was told beside the wait that followed.
//! Waits that ended otherwise than by a person's coming are counted apart: nobody knows how long
//! they would have been.

use super::model::Model;
use crate::domain::ids::ConversationId;
use crate::domain::routing::eta::{Eta, Told};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// Ranges that were told, and what came of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Backtest {
    open: BTreeMap<ConversationId, (Timestamp, Told)>,
    /// The errors of those that were met by a person, in ms from the middle of the range.
    errors: Vec<u64>,
    within: u64,
    longer: u64,
    shorter: u64,
    /// Receipts for which no time was known.
    unknown: u64,
    /// Told, and the wait ended otherwise.
    otherwise: u64,
}

impl Backtest {
    fn told(&mut self, id: &ConversationId, eta: &Eta, at: Timestamp) {
        self.ended(id);
        match eta.told() {
            Some(told) => {
                self.open.insert(id.clone(), (at, told));
            }
            None => self.unknown += 1,
        }
    }

    fn joined(&mut self, id: &ConversationId, at: Timestamp) {
        let Some((since, told)) = self.open.remove(id) else { return };
        let wait = at.since(since);
        let middle = (told.low + told.high) / 2;
        self.errors.push(wait.abs_diff(middle).as_millis() as u64);
        match (wait < told.low, wait > told.high) {
            (true, _) => self.shorter += 1,
            (_, true) => self.longer += 1,
            (false, false) => self.within += 1,
        }
    }

    fn ended(&mut self, id: &ConversationId) {
        self.otherwise += u64::from(self.open.remove(id).is_some());
    }

    /// Adds what another world has come to.
    pub(super) fn add(&mut self, other: &Backtest) {
        self.errors.extend(&other.errors);
        self.within += other.within;
        self.longer += other.longer;
        self.shorter += other.shorter;
        self.unknown += other.unknown;
        self.otherwise += other.otherwise + other.open.len() as u64;
    }

    /// For the report: how many, how many of a hundred in the range, and the median error.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let met = self.errors.len() as u64;
        let percent = |count: u64| format!("{} %", (count * 1_000 / met.max(1)) as f64 / 10.0);
        let mut errors = self.errors.clone();
        errors.sort_unstable();
        let median = errors.get(errors.len() / 2).copied().unwrap_or(0);
        vec![
            ("met", met.to_string()),
            ("in range", percent(self.within)),
            ("longer", percent(self.longer)),
            ("shorter", percent(self.shorter)),
            ("median error", format!("{:.1} s", Duration::from_millis(median).as_secs_f64())),
            ("not met", self.otherwise.to_string()),
            ("unknown", self.unknown.to_string()),
        ]
    }
}

impl Model {
    /// A place was registered, and the customer told how long it takes.
    pub(super) fn wait_told(&mut self, id: &ConversationId, eta: &Eta, at: Timestamp) {
        self.backtest.told(id, eta, at);
    }

    /// A person came.
    pub(super) fn wait_met(&mut self, id: &ConversationId, at: Timestamp) {
        self.backtest.joined(id, at);
    }

    /// The wait ended otherwise.
    pub(super) fn wait_ended(&mut self, id: &ConversationId) {
        self.backtest.ended(id);
    }
}
