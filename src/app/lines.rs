//! What is told of the line: whether people could be asked, and where somebody stands. The best number
//! each waiting customer was told is remembered, so that a higher one comes with its reason: not the
//! last one, because an answer may be lost on its way, and its reason with it. A hint of this process:
//! what it has not told anybody it does not compare with.

use super::App;
use crate::domain::ids::ConversationId;
use crate::domain::language::Language;
use crate::domain::pool::agent::Agent;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::line::{self, Rise, Standing};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// So many are remembered besides those who wait; then those who are gone are forgotten.
const SPARE: usize = 1_024;

/// Where each stood best of all that they were told.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<BTreeMap<ConversationId, Standing>>);

impl App {
    /// The number in line, and why it is higher than the best that was told before, if it is: whoever
    /// looks next, and whoever missed a number in between, learns it too.
    pub fn place_in_line(&self, id: &ConversationId) -> Option<(u32, Option<Rise>)> {
        let standing = self.router().with_view(|view| line::standing(view, id))?;
        let mut told = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rise = told.get(id).and_then(|best| standing.rise_over(best));
        if told.len() > SPARE + 2 * self.router().waiting() {
            self.router().with_view(|view| told.retain(|id, _| view.item(id).is_some()));
        }
        if rise.is_none() {
            told.insert(id.clone(), standing);
        }
        Some((standing.position, rise))
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
