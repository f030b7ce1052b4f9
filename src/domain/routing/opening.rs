//! How an opening time is told to a customer: day and time on the wall clock of the queue.

use super::hours::Hours;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use jiff::civil::Weekday;

/// For example "Sunday 22 Nov, 09:00" or «الأحد 22 نوفمبر، 09:00».
pub fn describe(hours: &Hours, opens: Timestamp, language: Language) -> String {
    let wall = hours.wall_clock(opens);
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
