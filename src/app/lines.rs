//! What is told of the line: whether people could be asked, and where somebody stands. What each waiting
//! customer was told of it is remembered, so that a higher number comes with its reason, and for whom the
//! pool could not be reached, so that only they hear of a disturbance. Hints of this process: what it
//! has not told anybody it does not compare with, and what another process tried in vain it has not seen.

use super::App;
use crate::domain::ids::ConversationId;
use crate::domain::language::Language;
use crate::domain::pool::agent::Agent;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::line::{self, Rise, Told};
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many are remembered besides those who wait; then those who are gone are forgotten.
const SPARE: usize = 1_024;

/// So many are remembered for whom the pool could not be reached.
const UNREACHED_MAX: usize = 65_536;

/// What was told, and what could not be done.
#[derive(Debug, Default)]
pub(super) struct Lines {
    told: Mutex<BTreeMap<ConversationId, Told>>,
    /// Those for whom the pool was asked in vain.
    unreached: Mutex<BTreeSet<ConversationId>>,
}

impl Lines {
    /// The pool has learnt what this conversation needs.
    pub(super) fn is_reached(&self, id: &ConversationId) {
        locked(&self.unreached).remove(id);
    }

    /// The pool could not be told what this conversation needs.
    pub(super) fn is_not_reached(&self, id: &ConversationId) {
        let mut unreached = locked(&self.unreached);
        if unreached.len() >= UNREACHED_MAX {
            // Some were carried by other processes; whoever still waits is tried, and noted, again.
            unreached.clear();
        }
        unreached.insert(id.clone());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Whether the pool was asked for somebody in vain. Until it was, its answer is on its way.
    pub fn is_asked_in_vain(&self, id: &ConversationId) -> bool {
        locked(&self.lines.unreached).contains(id)
    }

    /// The number in line, and why it is higher than was told before, if it is: whoever looks next,
    /// and whoever missed a number in between, learns it too.
    pub fn place_in_line(&self, id: &ConversationId) -> Option<(u32, Option<Rise>)> {
        let standing = self.router().with_view(|view| line::standing(view, id))?;
        // It has its place, whoever carried it there.
        self.lines.is_reached(id);
        let mut told = locked(&self.lines.told);
        if told.len() > SPARE + 2 * self.router().waiting() {
            self.router().with_view(|view| told.retain(|id, _| view.item(id).is_some()));
        }
        let position = standing.position;
        let rise = match told.get_mut(id) {
            Some(told) => told.tell(standing),
            None => {
                told.insert(id.clone(), Told::first(standing));
                None
            }
        };
        Some((position, rise))
    }

    /// Whether a human who speaks this language could be asked now, and why it would take time.
    pub fn availability(&self, language: Language, at: Timestamp) -> (bool, DelayReason) {
        let rules = self.rules();
        let agents = self.router.agents();
        let speaks = |agent: &Agent| agent.profile.languages.contains_key(&language);
        if agents.iter().any(|agent| agent.takes_offers() && speaks(agent) && agent.room() > 0) {
            return (true, DelayReason::None);
        }
        let there: Vec<&Agent> = agents.iter().filter(|agent| agent.is_there()).collect();
        let delay = if there.iter().any(|agent| speaks(agent)) {
            DelayReason::AllBusy
        } else if !there.is_empty() {
            DelayReason::NoLanguage
        } else {
            match rules.routing.queues.first().hours.as_ref().filter(|hours| !hours.is_open(at)) {
                Some(hours) => DelayReason::OutsideHours { opens: hours.next_opening(at) },
                None => DelayReason::NobodySignedIn,
            }
        };
        (false, delay)
    }
}
