//! Which number each waiting customer was told last, so that one that rises comes with its reason. A
//! hint of this process: what it has not told anybody it does not compare with.

use super::App;
use crate::domain::ids::ConversationId;
use crate::domain::routing::line::{self, Rise, Standing};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// So many are remembered besides those who wait; then those who are gone are forgotten.
const SPARE: usize = 1_024;

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<BTreeMap<ConversationId, Told>>);

#[derive(Debug, Clone, Copy)]
struct Told {
    standing: Standing,
    /// Why the number is higher than the one before it.
    rise: Option<Rise>,
}

impl App {
    /// The number in line, and why it is higher than the one that was told before, if it is. The
    /// reason stays with the number, so that whoever looks next learns it too.
    pub fn place_in_line(&self, id: &ConversationId) -> Option<(u32, Option<Rise>)> {
        let standing = self.router().with_view(|view| line::standing(view, id))?;
        let mut told = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rise = match told.get(id) {
            Some(before) if before.standing.position == standing.position => before.rise,
            Some(before) => standing.rise_over(&before.standing),
            None => None,
        };
        if told.len() > SPARE + 2 * self.router().waiting() {
            self.router().with_view(|view| told.retain(|id, _| view.item(id).is_some()));
        }
        told.insert(id.clone(), Told { standing, rise });
        Some((standing.position, rise))
    }
}
