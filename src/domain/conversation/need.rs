//! What the customer needs, in their own words, and whether it was answered. What the machine answers
//! while somebody waits for a person is settled with that: they wait for what they needed before.

use super::event::Event;
use super::state::{Conversation, Need, State};
use crate::domain::bot::outcome::Outcome;

/// A need is quoted up to so many characters.
const QUOTED_CHARS_MAX: usize = 90;

/// Keeps what an event says of the need; `heard` are the words it may be about.
pub(super) fn fold(c: &mut Conversation, event: &Event, heard: impl Fn(&Conversation) -> String) {
    match event {
        Event::Understood { need, refused, .. } => {
            let before = Need { said: c.memory.need.clone(), answered: c.memory.need_answered };
            if *need {
                c.memory.need = Some(heard(c));
                c.memory.need_answered = false;
            } else if *refused {
                c.memory.need_answered = false;
            }
            if !waits_for_a_person(c) {
                c.memory.need_before = None;
            } else if *need || c.memory.asking.is_none() {
                // A detail that was asked for belongs to the question it was asked for.
                c.memory.need_before = Some(before);
            }
        }
        Event::SlotFilled { slot, .. } => {
            // What came between, such as where to look for the number, is over with the number.
            let asked = c.memory.asked_last.as_ref().filter(|asked| asked.slot == *slot);
            if let Some(need) = asked.and_then(|asked| asked.need.clone()) {
                c.memory.need = Some(need);
                c.memory.need_answered = false;
            }
        }
        Event::BotSaid { outcome: Outcome::Answer, .. } => match c.memory.need_before.take() {
            Some(before) => {
                (c.memory.need, c.memory.need_answered) = (before.said, before.answered);
            }
            None => c.memory.need_answered = true,
        },
        Event::ResolutionDenied | Event::AnswerRated { helpful: false, .. } => {
            c.memory.need_answered = false;
        }
        _ => {}
    }
}

/// The words in one line, cut to what is quoted of them.
pub fn quoted(said: &str) -> String {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut need: String = said.chars().take(QUOTED_CHARS_MAX).collect();
    if need.len() < said.len() {
        need.push('…');
    }
    need
}

fn waits_for_a_person(c: &Conversation) -> bool {
    match c.state {
        State::Queued | State::Pending { .. } | State::Blocked => true,
        State::Bot
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => false,
    }
}
