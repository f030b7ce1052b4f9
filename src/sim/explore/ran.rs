//! An act that was run: what came of it, and where it can be interrupted so that something else
//! comes of it.

use super::acts::Act;
use super::ground::Ground;
use crate::ports::store::Slot;
use crate::store::faulty::Op;

/// Where an act is interrupted; calls are counted from 1.
#[derive(Debug, Clone)]
pub(super) enum Cut {
    None,
    /// Its process dies when this call of the store was done.
    After(u64),
    /// Another act comes before this call.
    Before(u64, Act),
}

/// An act that was run.
pub(super) struct Ran {
    pub(super) ground: Ground,
    /// Its calls of the store.
    pub(super) calls: Vec<(Op, Option<Slot>)>,
    /// Whether it moves the world itself.
    pub(super) moves: bool,
}

impl Ran {
    /// Calls after which its process may die and leave something else than a whole act.
    pub(super) fn deaths(&self) -> Vec<u64> {
        let changes = self.calls.iter().zip(1..).filter(|((op, _), _)| op.writes());
        let mut changes: Vec<u64> = changes.map(|(_, number)| number).collect();
        changes.pop();
        changes
    }

    /// Calls before which `other` may come and be noticed: something that it changes was read
    /// already, and what was read is now gone by.
    pub(super) fn gaps(&self, other: &Ran) -> Vec<u64> {
        let changed = |slot: &Option<Slot>| {
            other.moves || other.calls.iter().any(|(op, of)| op.writes() && of == slot)
        };
        let is_gap = |number: &usize| {
            let (op, slot) = &self.calls[*number];
            let goes_by_it = op.writes() || *slot != self.calls[*number - 1].1;
            let read = &self.calls[..*number];
            goes_by_it && read.iter().any(|(_, slot)| slot.is_some() && changed(slot))
        };
        (1..self.calls.len()).filter(is_gap).map(|number| number as u64 + 1).collect()
    }
}
