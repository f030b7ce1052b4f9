//! The checker of what the report of fairness is made of: each wait that ends is noted once, in the very
//! transaction that ends it, with how long it was and whether a person came; nothing else is.

use super::model::{Invariant, Model};
use super::scene::is_in_line;
use crate::app::pace::wait_noted;
use crate::domain::ids::ConversationId;
use crate::domain::pool::item::{Item, Place};
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Transaction, Write};
use std::time::Duration;

impl Model {
    /// Of the one place that changes here; `adopted` is made good by an audit, of which nobody knows how
    /// long it was waited for.
    pub(super) fn judge_noted(
        &mut self,
        id: &ConversationId,
        next: Option<&Place>,
        (change, at, adopted): (&Transaction, Timestamp, bool),
    ) {
        let noted: Vec<(Duration, bool)> = change
            .writes()
            .iter()
            .filter_map(|write| match write {
                Write::IndexPut { index: Index::SERVED, member, .. } => wait_noted(member),
                Write::IndexPut { .. }
                | Write::IndexRemove { .. }
                | Write::Put { .. }
                | Write::Delete { .. }
                | Write::Append { .. }
                | Write::DropLog { .. }
                | Write::CounterAdd { .. } => None,
            })
            .map(|waited| (waited.span, waited.met))
            .collect();
        let waited = self.item(id).filter(|item| is_in_line(item)).map(|item| so_far(item, at));
        let expected: Vec<(Duration, bool)> = match next {
            // Whoever is taken from the bot, or from an agent, has not waited.
            Some(Place::Here(item)) if !is_in_line(item) && !adopted => {
                waited.map(|span| (span, true)).into_iter().collect()
            }
            Some(Place::Here(_)) => Vec::new(),
            Some(Place::Gone { .. }) => waited.map(|span| (span, false)).into_iter().collect(),
            None => Vec::new(),
        };
        self.check(Invariant::Reported, noted == expected, || {
            format!("{id} becomes {next:?}: noted as waits are {noted:?}, over are {expected:?}")
        });
    }
}

/// The present wait: what it was before this place was taken anew, and since then.
fn so_far(item: &Item, at: Timestamp) -> Duration {
    let before = (item.waited_ms - item.waited_before_ms).max(0);
    Duration::from_millis(before.unsigned_abs()) + at.since(item.waiting_since)
}
