//! The time zone of this terminal: what `TZ` says, or else the machine; and that of the shop, for its
//! staff. Only for showing times; nothing is decided by it.

use jiff::Zoned;
use jiff::tz::TimeZone;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{LazyLock, PoisonError, RwLock};

/// The zone of this terminal; UTC where none can be found.
pub fn here() -> TimeZone {
    static HERE: LazyLock<TimeZone> =
        LazyLock::new(|| zone(std::env::var_os("TZ"), std::fs::read_link("/etc/localtime").ok()));
    // Tests read the same everywhere.
    if cfg!(test) { TimeZone::UTC } else { HERE.clone() }
}

/// By whose clock the shop lives, as its server has told its staff.
#[cfg(not(test))]
static SHOP: RwLock<Option<TimeZone>> = RwLock::new(None);

// Tests run beside each other, each on a thread of its own.
#[cfg(test)]
thread_local! {
    static SHOP: RwLock<Option<TimeZone>> = const { RwLock::new(None) };
}

/// The server tells its staff by whose clock the shop lives; empty where it does not.
pub fn shop_is_in(name: &str) {
    let zone = TimeZone::get(name).ok();
    let tell = |shop: &RwLock<_>| *shop.write().unwrap_or_else(PoisonError::into_inner) = zone;
    with_shop(tell);
}

/// The zone in which times are shown: the shop's where it is known, else that of this terminal.
pub fn shown() -> TimeZone {
    let known = |shop: &RwLock<Option<TimeZone>>| {
        shop.read().unwrap_or_else(PoisonError::into_inner).clone()
    };
    with_shop(known).unwrap_or_else(here)
}

#[cfg(not(test))]
fn with_shop<T>(look: impl FnOnce(&RwLock<Option<TimeZone>>) -> T) -> T {
    look(&SHOP)
}

#[cfg(test)]
fn with_shop<T>(look: impl FnOnce(&RwLock<Option<TimeZone>>) -> T) -> T {
    SHOP.with(look)
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
    fn times_are_shown_by_the_shops_clock_once_it_is_known_and_by_the_terminals_else() {
        // A thread of its own: what it learns is nothing for other tests.
        let shown = |told: &'static [&'static str]| {
            let learns = move || {
                told.iter().for_each(|name| shop_is_in(name));
                let at = jiff::Timestamp::UNIX_EPOCH.to_zoned(shown());
                at.strftime("%H %Q").to_string()
            };
            std::thread::spawn(learns).join().unwrap()
        };
        assert_eq!(shown(&[]), "00 UTC");
        assert_eq!(shown(&["Asia/Riyadh"]), "03 Asia/Riyadh");
        assert_eq!(shown(&["Asia/Riyadh", ""]), "00 UTC", "it has no hours any more");
        assert_eq!(shown(&["Asia/Nowhere"]), "00 UTC");
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
