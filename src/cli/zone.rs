//! The time zone of this terminal: what `TZ` says, or else the machine. Only for showing times;
//! nothing is decided by it.

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
