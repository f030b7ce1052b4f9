//! What a customer is told who looks at a conversation that waits: a process that tells a higher number
//! in line than before says why, and all of it is true.

use super::model::Invariant;
use super::told::Wait;
use super::world::World;
use crate::app::App;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::ConversationId;
use crate::domain::routing::line::Rise;
use std::sync::{Arc, Weak};

/// Why it takes time, and for how long, as a customer is shown it; `None` before the pool has them.
pub(super) fn shown(app: &App, c: &Conversation) -> Option<Wait> {
    let registered = c.handoff.as_ref().is_some_and(|asked| asked.confirmed);
    if c.state != State::Queued || !registered {
        return None;
    }
    let (position, delay) = app.waiting_status(&c.id, c.last_event_at);
    Some(Wait { position, delay, eta: app.eta(&c.id, c.last_event_at) })
}

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
