//! What a customer means by a time: `15:30`, `tomorrow 9:00`, `in 2h`, in either language. Pure; the
//! present is handed in, on the clock by which the customer writes. What could mean two things is not
//! understood.

use jiff::civil::{Date, Time};
use jiff::{Span, Zoned};

/// Why no time was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It names no time, or more than one.
    Unclear,
    /// That is over.
    Past,
}

/// The moment that is meant, in seconds since the epoch.
pub fn parse(text: &str, now: &Zoned) -> Result<i64, Fault> {
    let words = words(text);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.retain(|word| !matches!(*word, "at" | "on" | "o'clock" | "الساعة" | "الساعه" | "في"));
    if let Some(("in" | "after" | "بعد", length)) =
        words.split_first().map(|(first, rest)| (*first, rest))
    {
        let minutes = length_of(length).ok_or(Fault::Unclear)?;
        let due = Span::new().try_minutes(minutes).and_then(|span| now.checked_add(span));
        let due = due.map_err(|_| Fault::Unclear)?;
        return Ok(due.timestamp().as_second());
    }
    let (day, clock) = match words.split_first() {
        Some((first, rest)) => match day_of(first, now) {
            Some(day) => (Some(day), rest),
            None => (None, &words[..]),
        },
        None => return Err(Fault::Unclear),
    };
    let time = time_of(clock).ok_or(Fault::Unclear)?;
    let at = |date: Date| {
        let due = date.to_datetime(time).to_zoned(now.time_zone().clone());
        due.map(|due| due.timestamp().as_second()).map_err(|_| Fault::Unclear)
    };
    let present = now.timestamp().as_second();
    match day {
        Some(day) => at(day)?,
        // A bare time is the next one: what is over today is meant for tomorrow.
        None if at(now.date())? > present => at(now.date())?,
        None => at(now.date().tomorrow().map_err(|_| Fault::Unclear)?)?,
    }
    .checked_sub(present)
    .filter(|left| *left > 0)
    .map(|left| present + left)
    .ok_or(Fault::Past)
}

/// Words in small letters, in the digits and letters that are read below; `2h` is two words.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for piece in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '،')) {
        let mut before: Option<bool> = None;
        for c in piece.chars().flat_map(char::to_lowercase) {
            let c = match c {
                '٠'..='٩' => char::from(b'0' + (u32::from(c) - u32::from('٠')) as u8),
                'أ' | 'إ' | 'آ' => 'ا',
                // Marks above and below letters.
                '\u{064B}'..='\u{0652}' => continue,
                c => c,
            };
            let is_figure = c.is_ascii_digit() || matches!(c, ':' | '-' | '.');
            match words.last_mut() {
                Some(word) if before == Some(is_figure) => word.push(c),
                _ => words.push(c.to_string()),
            }
            before = Some(is_figure);
        }
    }
    words
}

/// Minutes: `2 h 30 min`, `ساعتين`.
fn length_of(words: &[&str]) -> Option<i64> {
    let joining = |word: &&&str| matches!(**word, "a" | "an" | "and" | "و");
    let words: Vec<&str> = words.iter().filter(|word| !joining(word)).copied().collect();
    let (mut minutes, mut rest) = (0_i64, &words[..]);
    while let Some((first, others)) = rest.split_first() {
        let (many, unit, others) = match first.parse::<i64>() {
            Ok(many) => (many, others.first()?, others.get(1..)?),
            Err(_) => (1, first, others),
        };
        let each = match *unit {
            "m" | "min" | "mins" | "minute" | "minutes" | "د" | "دقيقة" | "دقيقه" | "دقائق" => {
                1
            }
            "h" | "hour" | "hours" | "س" | "ساعة" | "ساعه" | "ساعات" => 60,
            "ساعتين" => 120,
            "d" | "day" | "days" | "يوم" | "ايام" => 24 * 60,
            "يومين" => 48 * 60,
            _ => return None,
        };
        minutes = minutes.checked_add(many.checked_mul(each)?)?;
        rest = others;
    }
    (minutes > 0).then_some(minutes)
}

fn day_of(word: &str, now: &Zoned) -> Option<Date> {
    match word {
        "today" | "اليوم" => Some(now.date()),
        "tomorrow" | "غدا" | "بكرة" | "بكره" | "بكرا" => now.date().tomorrow().ok(),
        other => other.parse().ok(),
    }
}

/// `15:30`, `3 pm`, `٩ صباحا`. A bare `9` could be either half of the day.
fn time_of(words: &[&str]) -> Option<Time> {
    let (figures, half) = match words {
        [figures] => (figures, None),
        [figures, half] => (figures, Some(half)),
        _ => return None,
    };
    let (hour, minute) = match figures.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour.parse::<i8>().ok()?, minute),
        Some(_) => return None,
        None => (figures.parse::<i8>().ok()?, if half.is_some() { "0" } else { return None }),
    };
    let hour = match half.copied() {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some("am" | "ص" | "صباحا" | "الصبح") => hour % 12,
        Some("pm" | "م" | "مساء") => hour % 12 + 12,
        // Noon and afternoon have hours of their own.
        Some("الظهر") if matches!(hour, 12 | 1..=3) => hour % 12 + 12,
        Some("العصر") if (3..=6).contains(&hour) => hour + 12,
        Some(_) => return None,
    };
    Time::new(hour, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday afternoon in Riyadh.
    fn now() -> Zoned {
        "2026-11-23T14:05:00+03:00[Asia/Riyadh]".parse().unwrap()
    }

    #[test]
    fn times_are_understood_as_they_are_written_and_what_is_unclear_is_not_guessed() {
        for (text, expected) in [
            ("15:30", Ok("2026-11-23 15:30")),
            ("١٥:٣٠", Ok("2026-11-23 15:30")),
            ("at 3:30 pm", Ok("2026-11-23 15:30")),
            ("3PM", Ok("2026-11-23 15:00")),
            ("الساعة ٤ مساءً", Ok("2026-11-23 16:00")),
            ("15.30", Ok("2026-11-23 15:30")),
            ("12 pm", Ok("2026-11-24 12:00")),
            ("12 am", Ok("2026-11-24 00:00")),
            ("9:00", Ok("2026-11-24 09:00")),
            ("14:05", Ok("2026-11-24 14:05")),
            ("tomorrow 9:00", Ok("2026-11-24 09:00")),
            ("tomorrow at 9am", Ok("2026-11-24 09:00")),
            ("غدًا ٩:٠٠", Ok("2026-11-24 09:00")),
            ("غدا الساعة 9 صباحاً", Ok("2026-11-24 09:00")),
            ("بكرة ٩ ص", Ok("2026-11-24 09:00")),
            ("today 18:00", Ok("2026-11-23 18:00")),
            ("2026-11-30 10:15", Ok("2026-11-30 10:15")),
            ("in 2h", Ok("2026-11-23 16:05")),
            ("in 2 hours and 30 min", Ok("2026-11-23 16:35")),
            ("in an hour", Ok("2026-11-23 15:05")),
            ("in 90min", Ok("2026-11-23 15:35")),
            ("بعد ساعتين", Ok("2026-11-23 16:05")),
            ("بعد ٣ ساعات", Ok("2026-11-23 17:05")),
            ("بعد ٤٥ دقيقة", Ok("2026-11-23 14:50")),
            ("in 1 day", Ok("2026-11-24 14:05")),
            ("today 9:00", Err(Fault::Past)),
            ("tomorrow 2 الظهر", Ok("2026-11-24 14:00")),
            ("tomorrow 12 الظهر", Ok("2026-11-24 12:00")),
            ("غدا 4 العصر", Ok("2026-11-24 16:00")),
            ("غدا 11 الظهر", Err(Fault::Unclear)),
            ("غدا 9 العصر", Err(Fault::Unclear)),
            ("2026-11-22 10:00", Err(Fault::Past)),
            ("9", Err(Fault::Unclear)),
            ("tomorrow", Err(Fault::Unclear)),
            ("غدا", Err(Fault::Unclear)),
            ("soon", Err(Fault::Unclear)),
            ("in 2 and 30 min", Err(Fault::Unclear)),
            ("in 5", Err(Fault::Unclear)),
            ("in 0 min", Err(Fault::Unclear)),
            ("in 99999999999 days", Err(Fault::Unclear)),
            ("25:00", Err(Fault::Unclear)),
            ("9:7", Err(Fault::Unclear)),
            ("9:75", Err(Fault::Unclear)),
            ("15:30 pm", Err(Fault::Unclear)),
            ("-3:30", Err(Fault::Unclear)),
            ("9:00 or 10:00", Err(Fault::Unclear)),
            ("", Err(Fault::Unclear)),
        ] {
            let at = parse(text, &now()).map(|seconds| {
                let at = jiff::Timestamp::from_second(seconds).unwrap();
                at.to_zoned(now().time_zone().clone()).strftime("%Y-%m-%d %H:%M").to_string()
            });
            assert_eq!(at.as_deref(), expected.as_ref().map(|it| *it), "{text:?}");
        }
    }

    #[test]
    fn a_day_on_which_the_clock_is_changed_keeps_the_time_that_was_named() {
        let now: Zoned = "2026-03-28T20:00:00+01:00[Europe/Paris]".parse().unwrap();
        let at = parse("tomorrow 9:00", &now).unwrap();
        let at = jiff::Timestamp::from_second(at).unwrap().to_zoned(now.time_zone().clone());
        assert_eq!(at.strftime("%d %H:%M %z").to_string(), "29 09:00 +0200");
    }
}
