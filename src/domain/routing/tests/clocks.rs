//! Opening hours against an oracle that knows no zones' rules: it walks through the days minute by
//! minute and looks at the clock on the wall. On the days on which clocks change.

use crate::domain::routing::hours::{Day, Hours};
use crate::domain::time::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Days on which a clock changes, forwards and back: at night, at midnight, by half an hour, and by
/// none; and where it never does.
const CHANGES: [(&str, &str); 10] = [
    ("Europe/Berlin", "2027-03-28"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2027-03-14"),
    ("America/New_York", "2026-11-01"),
    ("Africa/Cairo", "2027-04-30"),
    ("Africa/Cairo", "2026-10-29"),
    ("Asia/Beirut", "2027-03-28"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2027-04-04"),
    ("Asia/Riyadh", "2026-11-23"),
];

const MINUTE: i64 = 60_000;

fn midnight_utc(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond()
}

fn wall(zone: &TimeZone, millis: i64) -> DateTime {
    zone.to_datetime(jiff::Timestamp::from_millisecond(millis).unwrap())
}

/// The first minute at which the wall shows this or something later.
fn first(zone: &TimeZone, shown: DateTime) -> i64 {
    let begin = midnight_utc(shown.date()) - 24 * 60 * MINUTE;
    let mut minutes = (0..3 * 24 * 60).map(|count| begin + count * MINUTE);
    minutes.find(|at| wall(zone, *at) >= shown).unwrap()
}

/// Whether a span that begins on this date holds that minute.
fn holds(zone: &TimeZone, date: Date, (from, to): (u16, u16), at: i64) -> bool {
    let on = |date: Date, minute: u16| date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
    let next = date.tomorrow().unwrap();
    let end = if to > from { on(date, to) } else { on(next, to) };
    first(zone, on(date, from)) <= at && at < first(zone, end)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]
    #[test]
    fn it_is_open_when_the_clock_on_the_wall_says_so_also_when_it_changes(
        change in 0..CHANGES.len(),
        from in 0u16..1_440,
        length in 1u16..1_439,
        offset in -90i64..1_530,
        holiday in any::<bool>(),
    ) {
        let (name, date) = CHANGES[change];
        let (zone, date) = (TimeZone::get(name).unwrap(), date.parse::<Date>().unwrap());
        let to = (from + length) % 1_440;
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let span = format!("{}-{}", clock(from), clock(to)).parse().unwrap();
        let weekly: BTreeMap<Day, _> = Day::ALL.map(|day| (day, vec![span])).into();
        let closed = if holiday { vec![date.to_string()] } else { Vec::new() };
        let hours = Hours::new(name, weekly, &closed).unwrap();

        let at = first(&zone, date.at(0, 0, 0, 0)) + offset * MINUTE;
        let days = [date.yesterday().unwrap(), date, date.tomorrow().unwrap()];
        let is_open = days.into_iter().any(|day| {
            !(holiday && day == date) && holds(&zone, day, (from, to), at)
        });
        prop_assert_eq!(hours.is_open(Timestamp::from_millis(at)), is_open, "{} {} at {}", name, span_text(from, to), wall(&zone, at));
        // What is told as the next opening is open, and nothing before it is.
        let opens = hours.next_opening(Timestamp::from_millis(at)).unwrap();
        prop_assert!(hours.is_open(opens));
        if !is_open {
            prop_assert!(!hours.is_open(Timestamp::from_millis(opens.as_millis() - MINUTE)));
        }
    }
}

fn span_text(from: u16, to: u16) -> String {
    format!("{from}-{to}")
}
