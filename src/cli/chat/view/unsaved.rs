//! What was shown before it could be saved. Its saved form is not shown again: it is known by the request
//! that it belongs to and by its place in the conversation. Words alone tell nothing: the bot may say the
//! same once more, and that is to be read.

use crate::cli::chat::facts::{party, spoken};
use crate::grpc::pb::{Event, Party};
use std::collections::{BTreeMap, BTreeSet};

/// Who said what.
type Said = (Party, String);

/// What was shown of calls that could not be saved.
#[derive(Debug, Default)]
pub struct Unsaved {
    /// By the request that is sent again until it is saved.
    open: BTreeMap<String, Shown>,
    /// Places whose events are on the screen.
    places: BTreeSet<u64>,
    /// Saved, and the bot has yet to answer.
    awaiting: Vec<Shown>,
}

/// What was shown of one call and has no place yet.
#[derive(Debug, Default)]
struct Shown {
    said: Vec<Said>,
    /// The place of the customer's own message, once it is known; 0 where the call has none.
    own: Option<u64>,
}

impl Shown {
    fn takes(&mut self, said: &Said) -> bool {
        let at = self.said.iter().position(|shown| shown == said);
        at.map(|at| self.said.remove(at)).is_some()
    }
}

impl Unsaved {
    /// This was shown of a call that could not be saved.
    pub fn shown(&mut self, request: &str, said: Said) {
        self.open.entry(request.to_owned()).or_default().said.push(said);
    }

    /// The call was saved, with its own message at `own`, and these events.
    pub fn saved(&mut self, request: &str, own: u64, events: &[Event], bot_pending: bool) {
        let Some(mut shown) = self.open.remove(request) else { return };
        for event in events {
            if spoken(event).is_some_and(|said| shown.takes(&said)) {
                self.places.insert(event.sequence);
            }
        }
        if bot_pending && !shown.said.is_empty() {
            self.awaiting.push(Shown { own: Some(own), ..shown });
        }
    }

    /// The call was refused: nothing of it will be saved.
    pub fn refused(&mut self, request: &str) {
        self.open.remove(request);
    }

    /// What was saved is void.
    pub fn begin_anew(&mut self) {
        self.places.clear();
        self.awaiting.clear();
    }

    /// Whether this event is on the screen already.
    pub fn hides(&mut self, event: &Event) -> bool {
        if self.places.remove(&event.sequence) {
            return true;
        }
        let Some(said) = spoken(event) else { return false };
        if party(event) == Party::Customer {
            // The stream may be faster than the answer.
            let mut open = self.open.values_mut();
            let its = open.find_map(|shown| shown.takes(&said).then_some(shown));
            return its.map(|it| it.own = Some(event.sequence)).is_some();
        }
        let at = event.sequence;
        let behind = |shown: &Shown| match shown.own {
            Some(own) => own < at,
            None => shown.said.iter().all(|(party, _)| *party != Party::Customer),
        };
        let hidden = self.open.values_mut().any(|shown| behind(shown) && shown.takes(&said));
        let answered = self.awaiting.iter().position(behind);
        // The answer that was awaited has come, whether it says the same or not.
        let answered = answered.map(|first| self.awaiting.remove(first));
        hidden || answered.is_some_and(|mut shown| shown.takes(&said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::said;

    fn event(sequence: u64, party: Party, words: &str) -> Event {
        Event { sequence, ..said(party, "", words) }
    }

    /// "hello" was answered with "about it" and could not be saved.
    fn unsaved() -> Unsaved {
        let mut unsaved = Unsaved::default();
        unsaved.shown("r1", (Party::Customer, "hello".to_owned()));
        unsaved.shown("r1", (Party::Bot, "about it".to_owned()));
        unsaved
    }

    #[test]
    fn what_is_saved_is_not_shown_twice_and_the_same_words_later_are() {
        let (own, reply) = (event(5, Party::Customer, "hello"), event(6, Party::Bot, "about it"));
        let mut early = unsaved();
        early.saved("r1", 5, &[own.clone(), reply.clone()], false);
        assert!(early.hides(&own) && early.hides(&reply));
        assert!(!early.hides(&event(7, Party::Customer, "hello")));
        assert!(!early.hides(&event(8, Party::Bot, "about it")));
        // The stream is faster than the answer.
        let mut early = unsaved();
        assert!(early.hides(&own) && early.hides(&reply));
        early.saved("r1", 5, &[own, reply], false);
        assert!(!early.hides(&event(8, Party::Bot, "about it")));
    }

    #[test]
    fn a_reply_that_became_another_one_hides_nothing_later() {
        let mut early = unsaved();
        let own = event(5, Party::Customer, "hello");
        early.saved("r1", 5, &[own, event(6, Party::Bot, "something else")], false);
        assert!(!early.hides(&event(6, Party::Bot, "something else")));
        assert!(!early.hides(&event(9, Party::Bot, "about it")), "it is news by then");
    }

    #[test]
    fn before_it_is_saved_the_same_words_of_somebody_else_are_shown() {
        let mut early = unsaved();
        assert!(!early.hides(&event(4, Party::Bot, "about it")), "its question is not there yet");
        early.refused("r1");
        assert!(!early.hides(&event(5, Party::Customer, "hello")));
    }

    #[test]
    fn a_reply_that_comes_after_its_answer_is_hidden_once() {
        for (words, hidden) in [("about it", true), ("another", false)] {
            let mut early = unsaved();
            early.saved("r1", 5, &[event(5, Party::Customer, "hello")], true);
            assert_eq!(early.hides(&event(6, Party::Bot, words)), hidden);
            assert!(!early.hides(&event(7, Party::Bot, "about it")), "the reply was there");
        }
    }

    #[test]
    fn what_has_no_words_of_the_customer_is_hidden_where_it_was_saved() {
        let mut early = Unsaved::default();
        early.shown("r1", (Party::Bot, "a person is asked".to_owned()));
        let notice = event(6, Party::Bot, "a person is asked");
        early.saved("r1", 0, std::slice::from_ref(&notice), false);
        assert!(early.hides(&notice) && !early.hides(&event(7, Party::Bot, "a person is asked")));
    }
}
