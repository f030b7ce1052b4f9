//! Single values: durations, numbers, ids, dates, patterns, texts. Each is parsed here, once, into a
//! type that cannot be wrong.

use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::{At, Languages, Text, listed};
use crate::domain::handoff::Priority;
use crate::domain::ids::IdError;
use crate::domain::texts::{PerLanguage, placeholders};
use crate::domain::time::Timestamp;
use regex::{Regex, RegexBuilder};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The largest compiled form of one pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Durations by the unit that ends them, the longest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The priorities by the names of the files.
pub const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("normal", Priority::Normal),
    ("high", Priority::High),
    ("emergency", Priority::Emergency),
];

/// A duration within limits; the limits are written as ops would write them.
pub fn duration(
    text: &Text,
    key: &str,
    limits: RangeInclusive<&'static str>,
    problems: &mut Problems,
) -> Option<Duration> {
    let Some(millis) = millis(&text.value) else {
        problems.add(Problem::new(Code::BadDuration, &text.place).with("value", &text.value));
        return None;
    };
    // The limits are ours: one that is no duration allows nothing, and every test would see it.
    let (least, most) = (millis_of(limits.start()), millis_of(limits.end()));
    if !(least..=most).contains(&millis) {
        let problem = out_of_range(&text.place, key, &text.value, limits.start(), limits.end());
        problems.add(problem);
        return None;
    }
    Some(Duration::from_millis(millis))
}

fn millis_of(limit: &str) -> u64 {
    millis(limit).unwrap_or(u64::MAX)
}

fn millis(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// A duration as ops would write it.
pub fn shown(duration: Duration) -> String {
    let millis = duration.as_millis() as u64;
    let unit =
        UNITS.into_iter().find(|(_, factor)| millis.is_multiple_of(*factor) && millis >= *factor);
    unit.map_or("0s".to_owned(), |(name, factor)| format!("{}{name}", millis / factor))
}

/// A number within limits.
pub fn number<T: PartialOrd + Display + Copy>(
    number: &At<T>,
    key: &str,
    limits: RangeInclusive<T>,
    problems: &mut Problems,
) -> Option<T> {
    if limits.contains(&number.value) {
        return Some(number.value);
    }
    let problem = out_of_range(&number.place, key, &number.value, limits.start(), limits.end());
    problems.add(problem);
    None
}

fn out_of_range(
    place: &Place,
    key: &str,
    value: &dyn Display,
    least: &dyn Display,
    most: &dyn Display,
) -> Problem {
    Problem::new(Code::OutOfRange, place)
        .with("key", key)
        .with("value", value)
        .with("least", least)
        .with("most", most)
}

/// Notes it when `lower` is above `upper`. Both are names and values.
pub fn in_order<T: PartialOrd>(
    lower: (&str, Option<T>, String),
    upper: (&str, Option<T>, String),
    place: &Place,
    problems: &mut Problems,
) {
    let (Some(low), Some(high)) = (&lower.1, &upper.1) else { return };
    if low > high {
        problems.add(
            Problem::new(Code::OutOfOrder, place)
                .with("lower", lower.0)
                .with("lower_value", lower.2)
                .with("upper", upper.0)
                .with("upper_value", upper.2),
        );
    }
}

/// An id.
pub fn id<T>(
    text: &Text,
    parse: impl Fn(&str) -> Result<T, IdError>,
    problems: &mut Problems,
) -> Option<T> {
    match parse(&text.value) {
        Ok(id) => Some(id),
        Err(error) => {
            let problem = Problem::new(Code::BadId, &text.place).with("value", &text.value);
            problems.add(problem.with("reason", error));
            None
        }
    }
}

/// A text that is not empty.
pub fn said(text: &Text, problems: &mut Problems) -> Option<String> {
    if text.value.trim().is_empty() {
        problems.add(Problem::new(Code::EmptyText, &text.place));
        return None;
    }
    Some(text.value.clone())
}

/// A text in both languages.
pub fn both(texts: &Languages<Text>, problems: &mut Problems) -> Option<PerLanguage<String>> {
    let ar = texts.ar.as_ref().and_then(|text| said(text, problems));
    let en = texts.en.as_ref().and_then(|text| said(text, problems));
    Some(PerLanguage { ar: ar?, en: en? })
}

/// One of a closed list.
pub fn one_of<T: Copy>(
    text: &Text,
    known: &[(&'static str, T)],
    problems: &mut Problems,
) -> Option<T> {
    let found = known.iter().find(|(name, _)| *name == text.value).map(|(_, value)| *value);
    if found.is_none() {
        let names = || known.iter().map(|(name, _)| *name);
        problems.add(
            Problem::new(Code::NotOneOf, &text.place)
                .with("value", &text.value)
                .with("known", listed(names()))
                .suggest(&text.value, names()),
        );
    }
    found
}

/// A regular expression that does not fit everything.
pub fn pattern(text: &Text, problems: &mut Problems) -> Option<Regex> {
    let built = RegexBuilder::new(&text.value).size_limit(PATTERN_BYTES_MAX).build();
    let problem = match built {
        Ok(regex) if !regex.is_match("") => return Some(regex),
        Ok(_) => Problem::new(Code::PatternMatchesAll, &text.place),
        Err(error) => {
            Problem::new(Code::BadPattern, &text.place).with("reason", pattern_reason(&error))
        }
    };
    problems.add(problem.with("pattern", &text.value));
    None
}

/// The last line of the library's report: the ones before it repeat the pattern with a mark.
fn pattern_reason(error: &regex::Error) -> String {
    let report = error.to_string();
    let last = report.lines().next_back().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// The placeholders of a text; a brace that is not closed is noted.
pub fn braces<'a>(text: &'a Text, example: &str, problems: &mut Problems) -> Vec<&'a str> {
    let names = placeholders(&text.value);
    let unclosed = text.value.rfind('{').is_some_and(|open| !text.value[open..].contains('}'));
    if unclosed {
        problems.add(
            Problem::new(Code::BrokenBrace, &text.place).with("example", format!("{{{example}}}")),
        );
    }
    names
}

/// A point in time with its offset from UTC.
pub fn instant(text: &Text, problems: &mut Problems) -> Option<Timestamp> {
    match text.value.parse::<jiff::Timestamp>() {
        Ok(instant) => Some(Timestamp::from_millis(instant.as_millisecond())),
        Err(error) => {
            problems.add(bad_date(text, &error));
            None
        }
    }
}

/// A date.
pub fn date(text: &Text, problems: &mut Problems) -> Option<jiff::civil::Date> {
    match text.value.parse() {
        Ok(date) => Some(date),
        Err(error) => {
            problems.add(bad_date(text, &error));
            None
        }
    }
}

fn bad_date(text: &Text, error: &dyn Display) -> Problem {
    Problem::new(Code::BadDate, &text.place).with("value", &text.value).with("reason", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_numbers_with_a_unit_and_are_shown_as_they_are_written() {
        for (text, expected) in [
            ("1200ms", Some(1_200)),
            ("30s", Some(30_000)),
            ("5m", Some(300_000)),
            ("2h", Some(7_200_000)),
            ("7d", Some(604_800_000)),
            ("0s", Some(0)),
            ("30", None),
            ("s", None),
            ("1.5s", None),
            ("-1s", None),
            ("5 m", None),
            ("99999999999999999999d", None),
            ("9999999999999999d", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
            if let Some(millis) = expected {
                assert_eq!(shown(Duration::from_millis(millis)), text);
            }
        }
    }
}
