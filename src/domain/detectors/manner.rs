//! How a message is written rather than what it says: shouting, runs of punctuation, bursts of
//! messages. Weak hints each, read from the original text.

use super::window::{Speaker, Window};
use crate::domain::language::{Span, is_invisible};
use crate::domain::time::Timestamp;
use std::time::Duration;
use unicode_normalization::UnicodeNormalization;

/// When letters are shouting, and when marks are a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannerSettings {
    /// A message with fewer letters in words of capitals is not shouting: `OK`, `ATM`, `SMS`.
    pub shouting_letters_min: usize,
    /// The share of a message's letters that must be capitals in words of capitals.
    pub shouting_share_min: f32,
    /// So many `!` or `?` in a row are a run.
    pub run_marks_min: usize,
    /// So many messages in a row without an answer are a burst …
    pub burst_messages_min: usize,
    /// … if they came within this time.
    pub burst_within: Duration,
}

/// The part of the message that is shouted, if it is shouting. Arabic has no capitals.
pub(super) fn shouting(text: &str, settings: &MannerSettings) -> Option<Span> {
    // No accent makes a capital of another letter.
    if !text.chars().any(char::is_uppercase) {
        return None;
    }
    let mut letters = 0;
    let mut shouted = 0;
    let mut span: Option<Span> = None;
    for word in text.split_whitespace() {
        let (upper, all) = capitals(word);
        letters += all;
        if all > 1 && upper == all {
            shouted += all;
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            span = Some(wider(span, start, start + word.len()));
        }
    }
    let loud = shouted >= settings.shouting_letters_min
        && shouted as f32 >= settings.shouting_share_min * letters as f32;
    span.filter(|_| loud)
}

/// How many of a word's letters are capitals, and how many letters it has.
fn capitals(word: &str) -> (usize, usize) {
    if word.is_ascii() {
        let count = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
        return (count(u8::is_ascii_uppercase), count(u8::is_ascii_alphabetic));
    }
    // Composed, so that a letter counts as one however its accents were typed.
    let upper = word.nfc().filter(|c| c.is_uppercase()).count();
    (upper, word.nfc().filter(|c| c.is_alphabetic()).count())
}

/// The first long run of exclamation and question marks.
pub(super) fn run_of_marks(text: &str, settings: &MannerSettings) -> Option<Span> {
    let mut run: Option<(usize, usize)> = None;
    for (at, c) in text.char_indices() {
        if is_invisible(c) {
            continue;
        }
        if !matches!(c, '!' | '?' | '؟' | '！' | '？' | '‼' | '⁉') {
            run = None;
            continue;
        }
        let (start, marks) = run.unwrap_or((at, 0));
        if marks + 1 >= settings.run_marks_min {
            return Some(wider(None, start, at + c.len_utf8()));
        }
        run = Some((start, marks + 1));
    }
    None
}

/// Whether this message ends a burst: several in a row that nobody answered.
pub(super) fn is_burst(window: &Window, at: Timestamp, settings: &MannerSettings) -> bool {
    let earlier = window
        .turns
        .iter()
        .rev()
        .take_while(|turn| turn.by == Speaker::Customer)
        .filter(|turn| at.since(turn.at) <= settings.burst_within)
        .count();
    earlier + 1 >= settings.burst_messages_min
}

fn wider(span: Option<Span>, start: usize, end: usize) -> Span {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let start = span.map_or(place(start), |span| span.start);
    Span { start, end: place(end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::detectors::window::Turn;

    const SETTINGS: MannerSettings = MannerSettings {
        shouting_letters_min: 8,
        shouting_share_min: 0.5,
        run_marks_min: 3,
        burst_messages_min: 3,
        burst_within: Duration::from_secs(20),
    };

    #[test]
    fn shouting_is_many_capitals_not_an_abbreviation() {
        let check = |text: &str, shouted: Option<&str>| {
            let span = shouting(text, &SETTINGS);
            let found = span.map(|span| &text[span.start as usize..span.end as usize]);
            assert_eq!(found, shouted, "{text}");
        };
        check("WHERE IS MY ORDER", Some("WHERE IS MY ORDER"));
        check("please ANSWER ME NOW ok", Some("ANSWER ME NOW"));
        check("my ATM card", None);
        check("SMS OTP", None);
        check("وين طلبي", None);
        check("Where Is My Order", None);
    }

    #[test]
    fn a_run_of_marks_is_found_where_it_stands() {
        let check = |text: &str, run: Option<&str>| {
            let span = run_of_marks(text, &SETTINGS);
            let found = span.map(|span| &text[span.start as usize..span.end as usize]);
            assert_eq!(found, run, "{text}");
        };
        check("وين طلبي؟؟؟", Some("؟؟؟"));
        check("what?!! no", Some("?!!"));
        check("what? no! yes?", None);
        check("hi!!", None);
    }

    #[test]
    fn a_burst_is_several_messages_that_nobody_answered() {
        let turn =
            |by: Speaker, seconds: i64| Turn::of(by, "x", Timestamp::from_millis(seconds * 1000));
        let check = |turns: &[(Speaker, i64)], burst: bool| {
            let mut window = Window::default();
            turns.iter().for_each(|(by, seconds)| window.push(turn(*by, *seconds), 8));
            let at = Timestamp::from_millis(100_000);
            assert_eq!(is_burst(&window, at, &SETTINGS), burst, "{turns:?}");
        };
        check(&[(Speaker::Customer, 95), (Speaker::Customer, 97)], true);
        check(&[(Speaker::Customer, 95), (Speaker::Bot, 96), (Speaker::Customer, 97)], false);
        check(&[(Speaker::Customer, 50), (Speaker::Customer, 97)], false);
        check(&[], false);
    }
}
