//! When a queue is open: a weekly table in one time zone, with dated exceptions.
//!
//! Each span of the table is one stretch of real time, from the moment the wall clock first shows
//! its start to the moment it first shows its end. So on the day the clock goes back a stretch is
//! neither interrupted nor doubled; and where the clock jumps over a start or an end, the jump
//! itself takes its place. A span that lies wholly within a jump does not occur on that day.

use crate::domain::time::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

/// How many days ahead the next opening is looked for; beyond that it counts as never.
pub const DAYS_AHEAD_MAX: u32 = 400;

const MINUTES_A_DAY: u16 = 24 * 60;

/// So many stretches of open time may one span reach over; more count as never.
const STRETCHES_MAX: u32 = 1_000;

/// When a queue is open. The zone is resolved once, when this is made.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: TimeZone,
    weekly: BTreeMap<Day, Vec<Span>>,
    closed: BTreeSet<Date>,
    /// Closed until then, whatever the table says.
    shut_until: Option<Timestamp>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// A stretch of a day, in minutes since midnight. One that ends at or before its start ends on
/// the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: u16,
    to: u16,
}

/// Why hours cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// No such time zone.
    #[error("there is no time zone {0:?}; write a name such as Asia/Riyadh")]
    UnknownZone(String),
    /// Not a span.
    #[error("{0:?} is not a span; write it as 09:00-17:30")]
    NotASpan(String),
    /// A span that begins when it ends.
    #[error("the span {0:?} has no length; for a whole day write 00:00-24:00")]
    EmptySpan(String),
    /// Not a day.
    #[error("{0:?} is not a day; write one of mon, tue, wed, thu, fri, sat, sun")]
    NotADay(String),
    /// Not a date.
    #[error("{0:?} is not a date; write it as 2027-03-30")]
    NotADate(String),
}

impl Hours {
    /// Hours in the zone of that name. A day that is not in the table is closed; a closed date
    /// takes away the spans that *begin* on it, not the end of the night before.
    pub fn new(
        zone: &str,
        weekly: BTreeMap<Day, Vec<Span>>,
        closed: &[String],
    ) -> Result<Self, HoursError> {
        let unknown = |_| HoursError::UnknownZone(zone.to_owned());
        let date = |text: &String| text.parse().map_err(|_| HoursError::NotADate(text.clone()));
        let mut hours = Hours {
            zone: TimeZone::get(zone).map_err(unknown)?,
            weekly,
            closed: closed.iter().map(date).collect::<Result<_, _>>()?,
            shut_until: None,
        };
        hours.weekly.values_mut().for_each(|spans| spans.sort());
        Ok(hours)
    }

    /// Open at every hour, by the world's clock.
    pub fn always() -> Self {
        let whole = Span { from: 0, to: MINUTES_A_DAY };
        let weekly = Day::ALL.map(|day| (day, vec![whole])).into();
        Hours { zone: TimeZone::UTC, weekly, closed: BTreeSet::new(), shut_until: None }
    }

    /// Open at every hour, by the clock of these.
    pub fn always_by_its_clock(&self) -> Self {
        Hours { zone: self.zone.clone(), ..Hours::always() }
    }

    /// Closed until then, whatever the table says.
    pub fn shut(&mut self, until: Timestamp) {
        self.shut_until = self.shut_until.max(Some(until));
    }

    /// The moment the next day begins on its clock.
    pub fn end_of_day(&self, at: Timestamp) -> Option<Timestamp> {
        self.moment(self.wall_clock(at).date(), MINUTES_A_DAY)
    }

    /// Whether it is open.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.opening_within(at, 0) == Some(at)
    }

    /// The name of its zone.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// What the clock on the wall of the queue shows.
    pub fn wall_clock(&self, at: Timestamp) -> DateTime {
        let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
        self.zone.to_datetime(instant)
    }

    /// How far that clock is from the world's, where it shows this time twice: when it is put back an
    /// hour comes again, and only this tells one from the other.
    pub fn repeated_by(&self, at: Timestamp) -> Option<Offset> {
        let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
        match self.zone.to_ambiguous_timestamp(self.wall_clock(at)).offset() {
            AmbiguousOffset::Fold { .. } => Some(self.zone.to_offset(instant)),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
        }
    }

    /// The first moment from `at` on when it is open: `at` itself if it is open then; `None` if it
    /// does not open within [`DAYS_AHEAD_MAX`] days.
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        self.opening_within(at, DAYS_AHEAD_MAX)
    }

    /// The moment by which it has been open for so long from `at` on: what takes two hours, begun an
    /// hour before it closes, is done an hour after it opens again. `None` if that is too far ahead.
    pub fn after_open(&self, at: Timestamp, span: Duration) -> Option<Timestamp> {
        let (mut at, mut left) = (at, span);
        for _ in 0..STRETCHES_MAX {
            let (opens, closes) = self.stretch_within(at, DAYS_AHEAD_MAX)?;
            let lasts = closes.since(opens);
            if left <= lasts {
                return Some(opens + left);
            }
            (at, left) = (closes, left - lasts);
        }
        None
    }

    fn opening_within(&self, at: Timestamp, days: u32) -> Option<Timestamp> {
        self.stretch_within(at, days).map(|(opens, _)| opens)
    }

    /// The first stretch in which it is open, from `at` on.
    fn stretch_within(&self, at: Timestamp, days: u32) -> Option<(Timestamp, Timestamp)> {
        let at = self.shut_until.map_or(at, |until| at.max(until));
        let instant = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        // A span of yesterday may still last.
        let mut date = self.zone.to_datetime(instant).date().yesterday().ok()?;
        for _ in 0..days + 2 {
            if let Some(stretch) = self.stretch_on(date, at) {
                return Some(stretch);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// The first stretch from `at` on of the spans that begin on `date`.
    fn stretch_on(&self, date: Date, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        if self.closed.contains(&date) {
            return None;
        }
        let spans = self.weekly.get(&Day::of(date.weekday()))?;
        spans.iter().find_map(|span| {
            let start = self.moment(date, span.from)?;
            let end = self.moment(date, span.end())?;
            (start < end && at < end).then(|| (start.max(at), end))
        })
    }

    /// The moment the wall clock first shows `minute` of `date`, or jumps over it.
    fn moment(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let next = if minute >= MINUTES_A_DAY { date.tomorrow().ok()? } else { date };
        let minute = minute % MINUTES_A_DAY;
        let shown: DateTime = next.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        let instant = match self.zone.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(shown).ok()?,
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(shown).ok()?,
            AmbiguousOffset::Gap { before, .. } => {
                // By the old offset the jump is over by now, so it is the last one before.
                let after = before.to_timestamp(shown).ok()? + jiff::SignedDuration::from_secs(1);
                self.zone.preceding(after).next()?.timestamp()
            }
        };
        Some(Timestamp::from_millis(instant.as_millisecond()))
    }
}

impl Day {
    /// All, from Monday.
    pub const ALL: [Day; 7] =
        [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

    /// The name in the routing file.
    pub const fn name(self) -> &'static str {
        match self {
            Day::Mon => "mon",
            Day::Tue => "tue",
            Day::Wed => "wed",
            Day::Thu => "thu",
            Day::Fri => "fri",
            Day::Sat => "sat",
            Day::Sun => "sun",
        }
    }

    fn of(weekday: Weekday) -> Day {
        match weekday {
            Weekday::Monday => Day::Mon,
            Weekday::Tuesday => Day::Tue,
            Weekday::Wednesday => Day::Wed,
            Weekday::Thursday => Day::Thu,
            Weekday::Friday => Day::Fri,
            Weekday::Saturday => Day::Sat,
            Weekday::Sunday => Day::Sun,
        }
    }
}

impl FromStr for Day {
    type Err = HoursError;
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let found = Day::ALL.into_iter().find(|day| day.name() == text);
        found.ok_or_else(|| HoursError::NotADay(text.to_owned()))
    }
}

impl Span {
    /// In minutes since the midnight its day begins with.
    fn end(self) -> u16 {
        if self.to <= self.from { self.to + MINUTES_A_DAY } else { self.to }
    }
}

impl FromStr for Span {
    type Err = HoursError;
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let wrong = || HoursError::NotASpan(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let from = minute(from).filter(|from| *from < MINUTES_A_DAY).ok_or_else(wrong)?;
        let to = minute(to).ok_or_else(wrong)?;
        if from == to {
            return Err(HoursError::EmptySpan(text.to_owned()));
        }
        Ok(Span { from, to })
    }
}

/// `HH:MM` as minutes since midnight, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse::<u16>().ok() } else { None }
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= MINUTES_A_DAY).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn hours(zone: &str, weekly: &[(&str, &[&str])], closed: &[&str]) -> Hours {
        let spans = |spans: &[&str]| spans.iter().map(|span| span.parse().unwrap()).collect();
        let weekly = weekly.iter().map(|(day, list)| (day.parse().unwrap(), spans(list))).collect();
        let closed: Vec<_> = closed.iter().map(|&date| date.to_owned()).collect();
        Hours::new(zone, weekly, &closed).unwrap()
    }

    /// For each moment: the next opening; the moment itself stands for "open".
    fn check(hours: &Hours, table: &[(&str, Option<&str>)]) {
        for (moment, opening) in table {
            let (moment, opening) = (at(moment), opening.map(at));
            assert_eq!(hours.next_opening(moment), opening, "from {moment}");
            assert_eq!(hours.is_open(moment), opening == Some(moment), "open at {moment}");
        }
    }

    #[test]
    fn a_shop_opens_by_its_own_clock_and_not_on_closed_dates() {
        let week: &[(&str, &[&str])] =
            &[("mon", &["14:00-18:00", "09:00-12:00"]), ("tue", &["09:00-12:00"])];
        check(
            &hours("Asia/Riyadh", week, &["2026-11-24"]),
            &[
                ("2026-11-23T05:59:59.999Z", Some("2026-11-23T06:00:00Z")),
                ("2026-11-23T06:00:00Z", Some("2026-11-23T06:00:00Z")),
                ("2026-11-23T08:59:59.999Z", Some("2026-11-23T08:59:59.999Z")),
                ("2026-11-23T09:00:00Z", Some("2026-11-23T11:00:00Z")),
                ("2026-11-23T15:00:00Z", Some("2026-11-30T06:00:00Z")),
            ],
        );
    }

    #[test]
    fn a_span_over_midnight_belongs_to_the_day_it_begins_on() {
        let week: &[(&str, &[&str])] = &[("mon", &["22:00-02:00"]), ("tue", &["22:00-02:00"])];
        check(
            &hours("UTC", week, &["2026-11-24"]),
            &[
                ("2026-11-24T01:59:59Z", Some("2026-11-24T01:59:59Z")),
                ("2026-11-24T02:00:00Z", Some("2026-11-30T22:00:00Z")),
                ("2026-11-25T01:00:00Z", Some("2026-11-30T22:00:00Z")),
            ],
        );
    }

    #[test]
    fn where_the_clock_jumps_forward_the_jump_takes_the_place_of_what_it_skips() {
        // In Berlin on 2027-03-28 the clock goes from 02:00 to 03:00, at 01:00 UTC.
        let starts: &[(&str, &[&str])] = &[("sun", &["02:30-05:00"])];
        check(
            &hours("Europe/Berlin", starts, &[]),
            &[
                ("2027-03-28T00:59:59Z", Some("2027-03-28T01:00:00Z")),
                ("2027-03-28T02:59:59Z", Some("2027-03-28T02:59:59Z")),
                ("2027-03-28T03:00:00Z", Some("2027-04-04T00:30:00Z")),
            ],
        );
        let ends: &[(&str, &[&str])] = &[("sun", &["01:00-02:30"])];
        check(
            &hours("Europe/Berlin", ends, &[]),
            &[
                ("2027-03-28T00:59:59Z", Some("2027-03-28T00:59:59Z")),
                ("2027-03-28T01:00:00Z", Some("2027-04-03T23:00:00Z")),
            ],
        );
        let within: &[(&str, &[&str])] = &[("sun", &["02:10-02:50"])];
        check(
            &hours("Europe/Berlin", within, &[]),
            &[("2027-03-28T00:30:00Z", Some("2027-04-04T00:10:00Z"))],
        );
    }

    #[test]
    fn where_the_clock_goes_back_a_span_is_neither_interrupted_nor_doubled() {
        // In Berlin on 2026-10-25 the clock goes from 03:00 to 02:00, at 01:00 UTC.
        let starts: &[(&str, &[&str])] = &[("sun", &["02:30-04:00"])];
        check(
            &hours("Europe/Berlin", starts, &[]),
            &[
                ("2026-10-25T00:29:59Z", Some("2026-10-25T00:30:00Z")),
                ("2026-10-25T01:10:00Z", Some("2026-10-25T01:10:00Z")),
                ("2026-10-25T02:59:59Z", Some("2026-10-25T02:59:59Z")),
                ("2026-10-25T03:00:00Z", Some("2026-11-01T01:30:00Z")),
            ],
        );
        let ends: &[(&str, &[&str])] = &[("sun", &["01:00-02:30"])];
        check(
            &hours("Europe/Berlin", ends, &[]),
            &[
                ("2026-10-25T00:29:59Z", Some("2026-10-25T00:29:59Z")),
                ("2026-10-25T01:10:00Z", Some("2026-11-01T00:00:00Z")),
            ],
        );
    }

    #[test]
    fn a_table_of_whole_days_is_always_open_and_an_empty_one_never() {
        let whole: &[&str] = &["00:00-24:00"];
        let week: Vec<_> = Day::ALL.iter().map(|day| (day.name(), whole)).collect();
        let moments = ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2027-03-28T01:00:00Z"];
        for moment in moments {
            check(&hours("Europe/Berlin", &week, &[]), &[(moment, Some(moment))]);
            check(&hours("Europe/Berlin", &[], &[]), &[(moment, None)]);
        }
        assert!(!hours("UTC", &week, &[]).is_open(Timestamp::FAR), "beyond every calendar");
    }

    #[test]
    fn open_time_is_counted_over_nights_and_holidays() {
        let day: &[&str] = &["09:00-22:00"];
        let week = [("mon", day), ("tue", day), ("wed", day)];
        let shop = hours("Asia/Riyadh", &week, &["2026-11-24"]);
        let after =
            |from: &str, minutes: u64| shop.after_open(at(from), Duration::from_secs(60 * minutes));
        // Monday 21:30 in Riyadh.
        assert_eq!(after("2026-11-23T18:30:00Z", 30), Some(at("2026-11-23T19:00:00Z")));
        assert_eq!(after("2026-11-23T18:30:00Z", 40), Some(at("2026-11-25T06:10:00Z")));
        // Closed: it begins when it opens.
        assert_eq!(after("2026-11-23T20:00:00Z", 5), Some(at("2026-11-25T06:05:00Z")));
        assert_eq!(after("2026-11-23T06:00:00Z", 14 * 60), Some(at("2026-11-25T07:00:00Z")));
        let always = Hours::always();
        let from = at("2026-11-23T23:30:00Z");
        let week = Duration::from_secs(7 * 86_400);
        assert_eq!(always.after_open(from, week), Some(from + week));
        assert_eq!(hours("UTC", &[], &[]).after_open(from, week), None);
    }

    #[test]
    fn what_is_shut_opens_when_its_hours_allow_it_again() {
        let mut hours = hours("Asia/Riyadh", &[("mon", &["09:00-12:00"])], &[]);
        // Monday in the middle of the hours, until the day ends there.
        let noon = at("2026-11-23T07:00:00Z");
        assert_eq!(hours.end_of_day(noon), Some(at("2026-11-23T21:00:00Z")));
        hours.shut(at("2026-11-23T21:00:00Z"));
        check(&hours, &[("2026-11-23T07:00:00Z", Some("2026-11-30T06:00:00Z"))]);
        let mut always = hours.always_by_its_clock();
        always.shut(at("2026-11-23T08:00:00Z"));
        check(
            &always,
            &[
                ("2026-11-23T07:59:59Z", Some("2026-11-23T08:00:00Z")),
                ("2026-11-23T08:00:00Z", Some("2026-11-23T08:00:00Z")),
            ],
        );
    }

    #[test]
    fn what_is_not_hours_is_refused_with_the_text_that_stands_there() {
        for (text, empty) in [("9:00-12:00", false), ("09:00", false), ("08:00-08:00", true)] {
            let wrong = if empty { HoursError::EmptySpan } else { HoursError::NotASpan };
            assert_eq!(text.parse::<Span>(), Err(wrong(text.to_owned())));
        }
        for text in ["24:00-01:00", "09:60-10:00", "09:00-24:01", "+9:00-12:00", "a-b"] {
            assert_eq!(text.parse::<Span>(), Err(HoursError::NotASpan(text.to_owned())));
        }
        assert_eq!("monday".parse::<Day>(), Err(HoursError::NotADay("monday".to_owned())));
        let none = BTreeMap::new;
        let zone = Hours::new("Asia/Nowhere", none(), &[]).unwrap_err();
        assert_eq!(zone, HoursError::UnknownZone("Asia/Nowhere".to_owned()));
        let date = Hours::new("UTC", none(), &["30.3.2027".to_owned()]).unwrap_err();
        assert_eq!(date, HoursError::NotADate("30.3.2027".to_owned()));
    }
}
