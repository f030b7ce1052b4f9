//! How an opening time is told to a customer: day and time on the wall clock of the queue.

use super::hours::Hours;
use super::settings::RoutingRules;
use crate::domain::ids::QueueId;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;

/// For example "Sunday 22 Nov, 09:00" or «الأحد 22 نوفمبر، 09:00»; in an hour that comes twice, because
/// the clock is put back, "Sunday 25 Oct, 02:30 (UTC+02)".
pub fn describe(hours: &Hours, opens: Timestamp, language: Language) -> String {
    let told = on_the_wall(hours.wall_clock(opens), language);
    match hours.repeated_by(opens) {
        Some(offset) => format!("{told} (UTC{offset})"),
        None => told,
    }
}

/// A time as it is told to a customer of this queue: by its own clock, or by that of the first
/// queue which has one, or else by the world's, which is then named.
pub fn tell(
    rules: &RoutingRules,
    queue: Option<&QueueId>,
    at: Timestamp,
    language: Language,
) -> String {
    match clock(rules, queue) {
        Some(hours) => describe(hours, at, language),
        None => {
            let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
            format!("{} UTC", on_the_wall(TimeZone::UTC.to_datetime(instant), language))
        }
    }
}

/// The zone of the clock by which times are told to a customer of this queue; empty where it is the
/// world's, which is named with each.
pub fn zone(rules: &RoutingRules, queue: Option<&QueueId>) -> String {
    clock(rules, queue).map(|hours| hours.zone().to_owned()).unwrap_or_default()
}

/// The hours whose clock counts for a customer of this queue.
fn clock<'a>(rules: &'a RoutingRules, queue: Option<&QueueId>) -> Option<&'a Hours> {
    let own = queue.and_then(|queue| rules.queues.get(queue)).and_then(|it| it.hours.as_ref());
    own.or_else(|| rules.queues.iter().find_map(|queue| queue.hours.as_ref()))
}

/// The moment the day ends by the clock of this queue, or of the first that has one, or of the world.
pub fn end_of_day(rules: &RoutingRules, queue: Option<&QueueId>, at: Timestamp) -> Timestamp {
    let ends = clock(rules, queue).cloned().unwrap_or_else(Hours::always).end_of_day(at);
    ends.unwrap_or(at + std::time::Duration::from_secs(86_400))
}

fn on_the_wall(wall: DateTime, language: Language) -> String {
    let (day, month) = (wall.day(), month(wall.month(), language));
    let weekday = weekday(wall.weekday(), language);
    let comma = match language {
        Language::Ar => "،",
        Language::En => ",",
    };
    format!("{weekday} {day} {month}{comma} {:02}:{:02}", wall.hour(), wall.minute())
}

fn weekday(day: Weekday, language: Language) -> &'static str {
    let (ar, en) = match day {
        Weekday::Monday => ("الاثنين", "Monday"),
        Weekday::Tuesday => ("الثلاثاء", "Tuesday"),
        Weekday::Wednesday => ("الأربعاء", "Wednesday"),
        Weekday::Thursday => ("الخميس", "Thursday"),
        Weekday::Friday => ("الجمعة", "Friday"),
        Weekday::Saturday => ("السبت", "Saturday"),
        Weekday::Sunday => ("الأحد", "Sunday"),
    };
    match language {
        Language::Ar => ar,
        Language::En => en,
    }
}

fn month(number: i8, language: Language) -> &'static str {
    const AR: [&str; 12] = [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ];
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let index = usize::try_from(number - 1).unwrap_or(0).min(11);
    match language {
        Language::Ar => AR[index],
        Language::En => EN[index],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::routing::hours::{Day, Span};
    use std::collections::BTreeMap;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn hours(zone: &str, weekly: &[(&str, &str)], closed: &[&str]) -> Hours {
        let mut week: BTreeMap<Day, Vec<Span>> = BTreeMap::new();
        for (day, span) in weekly {
            week.entry(day.parse().unwrap()).or_default().push(span.parse().unwrap());
        }
        let closed: Vec<_> = closed.iter().map(|&date| date.to_owned()).collect();
        Hours::new(zone, week, &closed).unwrap()
    }

    /// From a moment: the next opening as it is told, in English and in Arabic.
    fn check(hours: &Hours, moment: &str, told: Option<(&str, &str)>) {
        let opens = hours.next_opening(at(moment));
        let said = |language| opens.map(|opens| describe(hours, opens, language));
        let told = told.map(|(en, ar)| (en.to_owned(), ar.to_owned()));
        assert_eq!(said(Language::En).zip(said(Language::Ar)), told, "from {moment}");
    }

    #[test]
    fn the_clock_of_told_times_has_the_name_of_its_zone() {
        assert_eq!(hours("Asia/Riyadh", &[], &[]).zone(), "Asia/Riyadh");
        assert_eq!(Hours::always().zone(), "UTC");
    }

    #[test]
    fn an_opening_is_told_by_the_wall_clock_of_the_queue() {
        let riyadh = hours("Asia/Riyadh", &[("sun", "09:00-22:00")], &[]);
        let told = ("Sunday 22 Nov, 09:00", "الأحد 22 نوفمبر، 09:00");
        check(&riyadh, "2026-11-21T10:00:00Z", Some(told));
        // The same moment is another day where it is read in another zone.
        let auckland = hours("Pacific/Auckland", &[("mon", "00:30-06:00")], &[]);
        let told = ("Monday 23 Nov, 00:30", "الاثنين 23 نوفمبر، 00:30");
        check(&auckland, "2026-11-22T10:00:00Z", Some(told));
        let kathmandu = hours("Asia/Kathmandu", &[("fri", "08:15-09:00")], &[]);
        assert_eq!(
            kathmandu.next_opening(at("2027-01-01T00:00:00Z")),
            Some(at("2027-01-01T02:30:00Z"))
        );
        check(
            &kathmandu,
            "2027-01-01T00:00:00Z",
            Some(("Friday 1 Jan, 08:15", "الجمعة 1 يناير، 08:15")),
        );
    }

    #[test]
    fn a_night_that_lasts_is_open_now_and_a_holiday_takes_only_the_nights_that_begin_on_it() {
        let night = [("mon", "22:00-02:00"), ("tue", "22:00-02:00"), ("wed", "22:00-02:00")];
        let nights = hours("Asia/Riyadh", &night, &["2026-11-24"]);
        // 01:30 in Riyadh, in the night that began on Monday.
        let told = ("Tuesday 24 Nov, 01:30", "الثلاثاء 24 نوفمبر، 01:30");
        check(&nights, "2026-11-23T22:30:00Z", Some(told));
        let told = ("Wednesday 25 Nov, 22:00", "الأربعاء 25 نوفمبر، 22:00");
        check(&nights, "2026-11-23T23:00:00Z", Some(told));
    }

    #[test]
    fn where_the_clock_jumps_the_time_told_is_one_that_the_clock_shows() {
        // In Berlin on 2027-03-28 there is no 02:30: the clock goes from 02:00 to 03:00.
        let gap = hours("Europe/Berlin", &[("sun", "02:30-05:00")], &[]);
        let told = ("Sunday 28 Mar, 03:00", "الأحد 28 مارس، 03:00");
        check(&gap, "2027-03-27T12:00:00Z", Some(told));
        // On 2026-10-25 there are two: it opens at the first.
        let fold = hours("Europe/Berlin", &[("sun", "02:30-04:00")], &[]);
        assert_eq!(fold.next_opening(at("2026-10-24T12:00:00Z")), Some(at("2026-10-25T00:30:00Z")));
        let told = ("Sunday 25 Oct, 02:30 (UTC+02)", "الأحد 25 أكتوبر، 02:30 (UTC+02)");
        check(&fold, "2026-10-24T12:00:00Z", Some(told));
        // The second, an hour later, and the time after both, which comes once.
        let told = |moment: &str| describe(&fold, at(moment), Language::En);
        assert_eq!(told("2026-10-25T01:30:00Z"), "Sunday 25 Oct, 02:30 (UTC+01)");
        assert_eq!(told("2026-10-25T02:00:00Z"), "Sunday 25 Oct, 03:00");
    }

    #[test]
    fn what_never_opens_is_promised_to_nobody() {
        check(&hours("UTC", &[], &[]), "2026-11-22T00:00:00Z", None);
    }

    #[test]
    fn every_day_and_month_has_a_name_of_its_own_in_both_languages() {
        let always: Vec<_> = Day::ALL.iter().map(|day| (day.name(), "00:00-24:00")).collect();
        let always = hours("UTC", &always, &[]);
        for language in Language::ALL {
            let mut said = std::collections::BTreeSet::new();
            for month in 1..=12 {
                let opens = at(&format!("2026-{month:02}-07T09:05:00Z"));
                let told = describe(&always, opens, language);
                assert!(told.ends_with("09:05"), "{told}");
                said.insert(told.split(' ').nth(2).unwrap().to_owned());
            }
            assert_eq!(said.len(), 12, "{said:?}");
            let days = (1..=7).map(|day| at(&format!("2026-11-0{day}T00:00:00Z")));
            let days: std::collections::BTreeSet<_> = days
                .map(|day| describe(&always, day, language).split(' ').next().unwrap().to_owned())
                .collect();
            assert_eq!(days.len(), 7, "{days:?}");
        }
    }
}
