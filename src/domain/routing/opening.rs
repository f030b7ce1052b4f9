//! How an opening time is told to a customer: day and time on the wall clock of the queue.

use super::hours::Hours;
use super::settings::RoutingRules;
use crate::domain::ids::QueueId;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;

/// For example "Sunday 22 Nov, 09:00" or «الأحد 22 نوفمبر، 09:00».
pub fn describe(hours: &Hours, opens: Timestamp, language: Language) -> String {
    on_the_wall(hours.wall_clock(opens), language)
}

/// A time as it is told to a customer of this queue: by its own clock, or by that of the first
/// queue which has one, or else by the world's, which is then named.
pub fn tell(
    rules: &RoutingRules,
    queue: Option<&QueueId>,
    at: Timestamp,
    language: Language,
) -> String {
    let own = queue.and_then(|queue| rules.queues.get(queue)).and_then(|it| it.hours.as_ref());
    let hours = own.or_else(|| rules.queues.iter().find_map(|queue| queue.hours.as_ref()));
    match hours {
        Some(hours) => describe(hours, at, language),
        None => {
            let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
            format!("{} UTC", on_the_wall(TimeZone::UTC.to_datetime(instant), language))
        }
    }
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
