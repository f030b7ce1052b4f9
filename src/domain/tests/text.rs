//! Any text at all, through everything that reads a customer's words: nothing panics, what is
//! pointed at stands in the text, and what nobody can see makes no difference.

use crate::domain::bot::matcher::Verdict;
use crate::domain::detectors::{Fired, SignalKind, Window};
use crate::domain::language::{Evidence, SocialAct, Variety, normalise};
use crate::domain::reading::{Reading, grounds, read};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use proptest::prelude::*;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// Directions, joiners, fillers: what senders and keyboards strew into a text.
const UNSEEN: [char; 16] = [
    '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}',
    '\u{202e}', '\u{2060}', '\u{2066}', '\u{2067}', '\u{2069}', '\u{61c}', '\u{feff}', '\u{ad}',
];

const WORDS: [&str; 26] = [
    "where",
    "is",
    "my",
    "order",
    "THIS",
    "IS",
    "TERRIBLE",
    "human",
    "ambulance",
    "don't",
    "he'll",
    "cafe\u{301}",
    "وين",
    "طلبي",
    "أُريدُ",
    "إلغاء",
    "الطَّلَبِ",
    "موظف",
    "زفت",
    "شكراااا",
    "12345",
    "٣٤٥",
    "wen",
    "talabi",
    "نعم",
    "thanks",
];

const MARKS: [&str; 10] = [" ", " ", "  ", "؟", "???", "!!!", ".", "…", ":)", "\n"];

fn rules() -> Arc<Rules> {
    crate::sim::rules::rules(2)
}

fn reading(rules: &Rules, text: &str) -> Reading {
    read(rules, text, &Window::default(), Timestamp::ZERO)
}

/// What a reading comes to, without the places it points at.
type Outcome = (
    (Variety, Option<SocialAct>, bool, bool, Verdict),
    (Vec<(SignalKind, f32)>, Option<SignalKind>),
    (String, usize, bool),
);

fn outcome(rules: &Rules, text: &str) -> Outcome {
    let reading = reading(rules, text);
    let signals = reading.assessment.signals.iter();
    (
        (reading.variety, reading.social, reading.affirms, reading.denies, reading.matched.verdict),
        (
            signals.map(|signal| (signal.kind, signal.strength)).collect(),
            reading.assessment.fired.as_ref().map(|fired: &Fired| fired.reason),
        ),
        (reading.normalised, reading.tokens, reading.finished),
    )
}

/// What customers write: words and marks, with some letters of any kind between them.
fn written() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned),
        6 => prop::sample::select(&MARKS[..]).prop_map(str::to_owned),
        1 => "[à-ÿ\u{300}-\u{32f}آ-ي\u{64b}-\u{655}가-각ｶ-ﾟﷺ‼😀-😂]{1,4}",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// The same with something unseen before some of its characters and at its end.
fn strewn() -> impl Strategy<Value = (String, String)> {
    let places = prop::collection::vec((any::<prop::sample::Index>(), 0..UNSEEN.len()), 1..8);
    (written(), places).prop_map(|(text, places)| {
        let mut letters: Vec<char> = text.chars().collect();
        for (place, mark) in places {
            letters.insert(place.index(letters.len() + 1), UNSEEN[mark]);
        }
        (text, letters.into_iter().collect())
    })
}

fn stands_in(text: &str, evidence: &Evidence) {
    let (start, end) = (evidence.span.start as usize, evidence.span.end as usize);
    assert!(text.get(start..end).is_some(), "{evidence:?} does not stand in {text:?}");
}

fn points_into(text: &str) {
    let normalised = normalise(text);
    for (at, c) in normalised.text.char_indices() {
        let span = normalised.original_span(at..at + c.len_utf8());
        assert!(!span.of(text).is_empty(), "{c:?} comes from nowhere in {text:?}");
    }
    let reading = reading(&rules(), text);
    reading.matched.evidence.iter().for_each(|evidence| stands_in(text, evidence));
    let signals = reading.assessment.signals.iter().flat_map(|signal| &signal.evidence);
    let fired = reading.assessment.fired.iter().flat_map(|fired| &fired.evidence);
    signals.chain(fired).for_each(|evidence| stands_in(text, evidence));
    let grounds = grounds(&rules(), text, &reading);
    for span in grounds.iter().flat_map(|it| &it.clues).flat_map(|clue| &clue.spans) {
        assert!(!span.of(text).is_empty(), "{span:?} does not stand in {text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_read_and_pointed_into(text in any::<String>()) {
        points_into(&text);
    }

    #[test]
    fn what_customers_write_is_read_and_pointed_into((text, strewn) in strewn()) {
        points_into(&text);
        points_into(&strewn);
    }

    #[test]
    fn texts_that_are_canonically_equal_are_read_alike(text in written()) {
        let rules = rules();
        let plain = outcome(&rules, &text);
        prop_assert_eq!(&outcome(&rules, &text.nfc().collect::<String>()), &plain);
        prop_assert_eq!(&outcome(&rules, &text.nfd().collect::<String>()), &plain);
    }

    #[test]
    fn what_nobody_sees_makes_no_difference((text, strewn) in strewn()) {
        let rules = rules();
        prop_assert_eq!(outcome(&rules, &strewn), outcome(&rules, &text), "{:?}", strewn);
    }
}

#[test]
fn a_mark_of_direction_behind_a_question_leaves_it_a_question() {
    let rules = rules();
    for text in ["وين طلبي؟", "وين طلبي؟\u{200f}", "where is it?\u{200e} \u{202c}", "why\u{2026}"]
    {
        assert!(reading(&rules, text).finished, "{text:?}");
    }
    assert!(!reading(&rules, "وين طلبي").finished);
}
