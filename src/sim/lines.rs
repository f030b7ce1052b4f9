//! The number in line that a customer is told: a process that tells a higher one than before says why.

use super::model::Invariant;
use super::world::World;
use crate::app::App;
use crate::domain::ids::ConversationId;
use crate::domain::routing::line::Rise;
use std::sync::{Arc, Weak};

/// A number that was told.
#[derive(Clone)]
pub(super) struct Told {
    by: Weak<App>,
    position: u32,
    rise: Option<Rise>,
}

impl Told {
    /// What this process tells now; `None` unless they are in line.
    pub(super) fn by(app: &Arc<App>, id: &ConversationId) -> Option<Told> {
        let (position, rise) = app.place_in_line(id)?;
        Some(Told { by: Arc::downgrade(app), position, rise })
    }

    /// Compares it with what was told before; another process knows nothing of that.
    pub(super) fn judge(&self, world: &World, id: &ConversationId, before: Option<Told>) {
        let Some(before) = before.filter(|before| before.by.ptr_eq(&self.by)) else { return };
        let (from, to) = (before.position, self.position);
        world.model().check(Invariant::Position, to <= from || self.rise.is_some(), || {
            format!("{id}: from number {from} to {to}, and nobody says why")
        });
    }
}
