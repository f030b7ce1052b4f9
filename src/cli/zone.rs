//! The time zone of this terminal: what `TZ` says, or else the machine. Only for showing times;
//! nothing is decided by it.

use jiff::Zoned;
use jiff::tz::TimeZone;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The zone of this terminal; UTC where none can be found.
pub fn here() -> TimeZone {
    static HERE: LazyLock<TimeZone> =
        LazyLock::new(|| zone(std::env::var_os("TZ"), std::fs::read_link("/etc/localtime").ok()));
    // Tests read the same everywhere.
    if cfg!(test) { TimeZone::UTC } else { HERE.clone() }
}

/// Whether text tells a time of day.
pub fn tells_time(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit();
    text.as_bytes()
        .windows(5)
        .any(|it| digit(it[0]) && digit(it[1]) && it[2] == b':' && digit(it[3]) && digit(it[4]))
}

/// The zone of that name, if its clock shows another time than the one here.
pub fn elsewhere(name: &str, now: i64) -> Option<Zoned> {
    elsewhere_than(&here(), name, now)
}

fn elsewhere_than(here: &TimeZone, name: &str, now: i64) -> Option<Zoned> {
    let now = jiff::Timestamp::from_second(now).ok()?;
    let there = now.to_zoned(TimeZone::get(name).ok()?);
    (there.offset() != here.to_offset(now)).then_some(there)
}

fn zone(wish: Option<OsString>, link: Option<PathBuf>) -> TimeZone {
    let wish = wish.and_then(|wish| wish.into_string().ok()).filter(|wish| !wish.is_empty());
    let wished = wish.as_deref().and_then(|wish| named(wish.trim_start_matches(':')));
    let machine = || {
        let link = link?.into_os_string().into_string().ok()?;
        named(link.split_once("zoneinfo/")?.1)
    };
    wished.or_else(machine).unwrap_or(TimeZone::UTC)
}

/// A name such as `Asia/Riyadh`, or a rule such as `<+03>-3`.
fn named(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).or_else(|_| TimeZone::posix(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_elsewhere_only_where_its_clock_shows_another_time() {
        let riyadh = TimeZone::get("Asia/Riyadh").unwrap();
        let shown =
            |name| elsewhere_than(&riyadh, name, 0).map(|at| at.strftime("%H:%M").to_string());
        assert_eq!(shown("Europe/London").as_deref(), Some("01:00"));
        assert_eq!(shown("Asia/Kuwait"), None, "another name of the same time");
        assert_eq!(shown("Asia/Nowhere"), None);
        assert_eq!(shown(""), None, "the texts name it themselves");
    }

    #[test]
    fn a_time_of_day_is_told_by_digits_around_a_colon() {
        assert!(tells_time("Sunday 22 Nov, 09:00") && tells_time("الأحد 22 نوفمبر، 09:00."));
        assert!(!tells_time("order 1234: on its way") && !tells_time("3:5") && !tells_time("سند"));
    }

    #[test]
    fn the_zone_is_the_terminals_or_the_machines_or_utc() {
        let of = |wish: &str, link: &str| {
            let link = (!link.is_empty()).then(|| PathBuf::from(link));
            let zone = zone(Some(wish.into()), link);
            let at = jiff::Timestamp::UNIX_EPOCH.to_zoned(zone);
            at.strftime("%H %Q").to_string()
        };
        assert_eq!(of("Asia/Riyadh", "/usr/share/zoneinfo/Europe/Paris"), "03 Asia/Riyadh");
        assert_eq!(of(":Asia/Riyadh", ""), "03 Asia/Riyadh");
        assert_eq!(of("", "../usr/share/zoneinfo/Africa/Cairo"), "02 Africa/Cairo");
        assert_eq!(of("<+03>-3", ""), "03 +0300");
        assert_eq!(of("nowhere", ""), "00 UTC");
    }
}
