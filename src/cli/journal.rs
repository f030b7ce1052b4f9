//! What a reader of a conversation has shown already. Events reach it by two roads, the answers of
//! calls and the stream; each must be shown once, in order where that is possible, and none lost.

use crate::grpc::pb::Event;
use std::collections::BTreeMap;

/// Merges answers and stream into what is to be shown.
#[derive(Debug, Default)]
pub struct Journal {
    /// The stream has accounted for everything up to here.
    through: u64,
    /// Shown from an answer before the stream came so far, with the event's id: after a failure
    /// the same place may hold something else, which must be shown.
    early: BTreeMap<u64, Vec<u8>>,
    /// From answers, waiting for the stream to bring what lies before.
    held: BTreeMap<u64, Event>,
}

impl Journal {
    /// For a reader who has seen everything up to `through`.
    pub fn new(through: u64) -> Journal {
        Journal { through, ..Journal::default() }
    }

    /// Takes the events of one answer; returns what is to be shown now.
    pub fn answer(&mut self, events: Vec<Event>) -> Vec<Event> {
        for event in events {
            if event.sequence > self.through && !self.early.contains_key(&event.sequence) {
                self.held.insert(event.sequence, event);
            }
        }
        self.release()
    }

    /// Takes one event of the stream; returns what is to be shown now.
    pub fn stream(&mut self, event: Event) -> Vec<Event> {
        let sequence = event.sequence;
        if sequence <= self.through {
            return Vec::new();
        }
        let mut show = self.before(sequence);
        self.held.remove(&sequence);
        let doubled = self.early.get(&sequence).is_some_and(|id| *id == event.event_id);
        if !doubled {
            show.push(event);
        }
        show.extend(self.account(sequence));
        show
    }

    /// Everything up to `sequence` is accounted for, whether this reader may see it or not.
    pub fn account(&mut self, sequence: u64) -> Vec<Event> {
        let mut show = self.before(sequence.saturating_add(1));
        self.through = self.through.max(sequence);
        self.early = self.early.split_off(&self.through.saturating_add(1));
        show.extend(self.release());
        show
    }

    /// Begins anew from a snapshot. `replace` if what was shown is void; otherwise only what is
    /// new of it is shown.
    pub fn reset(&mut self, head: u64, events: Vec<Event>, replace: bool) -> Vec<Event> {
        let seen = |event: &Event| {
            event.sequence <= self.through || self.early.contains_key(&event.sequence)
        };
        let show = events.into_iter().filter(|event| replace || !seen(event)).collect();
        *self = Journal::new(head);
        show
    }

    /// Whether the stream has accounted for everything up to here.
    pub fn reached(&self, sequence: u64) -> bool {
        self.through >= sequence
    }

    /// Whether something waits for the stream.
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Gives out what waits for the stream, which takes too long: late in order beats never.
    pub fn flush(&mut self) -> Vec<Event> {
        let events: Vec<Event> = std::mem::take(&mut self.held).into_values().collect();
        self.early.extend(events.iter().map(|event| (event.sequence, event.event_id.clone())));
        events
    }

    fn before(&mut self, sequence: u64) -> Vec<Event> {
        let later = self.held.split_off(&sequence);
        let show = self.flush();
        self.held = later;
        show
    }

    /// The events of an answer belong together, so the first of them decides.
    fn release(&mut self) -> Vec<Event> {
        let early = self.early.last_key_value().map_or(0, |(sequence, _)| *sequence);
        let next = self.through.max(early).saturating_add(1);
        match self.held.first_key_value() {
            Some((first, _)) if *first <= next => self.flush(),
            Some(_) | None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(sequence: u64) -> Event {
        Event { sequence, event_id: vec![sequence as u8], ..Event::default() }
    }

    enum Step {
        Answer(&'static [u64]),
        Stream(u64),
        Account(u64),
        Flush,
    }
    use Step::{Account, Answer, Flush, Stream};

    fn check(steps: &[(Step, &[u64])]) {
        let mut journal = Journal::default();
        for (number, (step, expected)) in steps.iter().enumerate() {
            let shown = match step {
                Answer(all) => journal.answer(all.iter().copied().map(event).collect()),
                Stream(one) => journal.stream(event(*one)),
                Account(through) => journal.account(*through),
                Flush => journal.flush(),
            };
            let shown: Vec<u64> = shown.iter().map(|event| event.sequence).collect();
            assert_eq!(shown, *expected, "step {number}");
        }
    }

    #[test]
    fn what_an_answer_showed_the_stream_does_not_show_again() {
        check(&[
            (Answer(&[1, 2]), &[1, 2]),
            (Stream(1), &[]),
            (Stream(2), &[]),
            (Stream(3), &[3]),
            (Stream(3), &[]),
            (Answer(&[3]), &[]),
        ]);
    }

    #[test]
    fn an_answer_waits_for_what_lies_before_it() {
        check(&[
            (Stream(1), &[1]),
            (Answer(&[3, 5]), &[]),
            (Stream(2), &[2, 3, 5]),
            (Stream(3), &[]),
            (Account(4), &[]),
            (Stream(5), &[]),
        ]);
        check(&[(Answer(&[2]), &[]), (Account(1), &[2]), (Stream(2), &[])]);
        check(&[(Answer(&[3]), &[]), (Stream(3), &[3])]);
    }

    #[test]
    fn a_stream_that_is_late_holds_nothing_up_for_ever_and_loses_nothing() {
        check(&[
            (Answer(&[3]), &[]),
            (Flush, &[3]),
            (Stream(1), &[1]),
            (Stream(2), &[2]),
            (Stream(3), &[]),
        ]);
    }

    #[test]
    fn what_stands_in_the_same_place_after_a_failure_is_shown() {
        let mut journal = Journal::default();
        journal.answer(vec![event(1)]);
        let other = Event { event_id: vec![99], ..event(1) };
        assert_eq!(journal.stream(other).len(), 1);
    }

    #[test]
    fn a_snapshot_shows_what_is_new_or_all_if_the_past_is_void() {
        for (replace, expected) in [(false, vec![3]), (true, vec![2, 3])] {
            let mut journal = Journal::new(2);
            let shown = journal.reset(3, vec![event(2), event(3)], replace);
            let shown: Vec<u64> = shown.iter().map(|event| event.sequence).collect();
            assert_eq!(shown, expected);
            assert!(journal.stream(event(3)).is_empty());
        }
    }
}
