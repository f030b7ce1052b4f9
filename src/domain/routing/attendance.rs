//! Whether a customer's page is open. A hint and never a truth: it rests on streams that are attached
//! at this moment, and a page may be closed while its owner waits beside the telephone. Agents and
//! supervisors see it; no promise, no ownership and no place depends on it.
//!
//! Offers do, within a bound: whoever is gone *stands aside*. The place and the clock stay as they
//! are, but an agent's time goes first to those who are there. That ends when the page is opened again,
//! or when it has lasted so long that the question is kept as if it had been left; then it goes in turn
//! again. So nobody is passed by without bound, and with nobody else there nobody waits for it at all.

use crate::domain::pool::item::Item;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// What ops decide about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttendanceRules {
    /// Whose page has been closed for so long is gone; until then they are away.
    pub gone_after: Duration,
    /// Whoever is gone lets those who are there go first for so long; zero = it makes no difference.
    pub aside_for: Duration,
}

impl Default for AttendanceRules {
    fn default() -> Self {
        AttendanceRules {
            gone_after: Duration::from_secs(120),
            aside_for: Duration::from_secs(600),
        }
    }
}

/// Whether those who are there go before a customer, because this one is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// They do not: the page is open, was closed only a short while ago, or was never seen.
    No,
    /// They do, at most until then.
    Until(Timestamp),
    /// They did for as long as they may. What was asked is kept, and goes in turn.
    Over,
}

impl Aside {
    /// From the time up to which a page was last known to be open.
    pub fn of(rules: &AttendanceRules, open_until: Option<Timestamp>, at: Timestamp) -> Aside {
        let Some(closed) = open_until else { return Aside::No };
        let gone = closed + rules.gone_after;
        let end = gone + rules.aside_for;
        match rules.aside_for.is_zero() || at < gone {
            true => Aside::No,
            false if at < end => Aside::Until(end),
            false => Aside::Over,
        }
    }
}

/// Whose work may stand aside at all: not in danger, not where something was promised, and not
/// where a promise was broken before.
pub fn may_stand_aside(item: &Item) -> bool {
    item.band() > 0 && !item.promised && item.broken == 0
}

/// Whether a customer is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attendance {
    /// No page of theirs was ever seen: they may be on a line that holds no stream.
    Unknown,
    /// A page is open.
    Attached,
    /// The page was closed a short while ago.
    Away,
    /// It was closed a while ago.
    Gone,
}

impl Attendance {
    /// From the time up to which a page was last known to be open.
    pub fn of(rules: &AttendanceRules, open_until: Option<Timestamp>, at: Timestamp) -> Attendance {
        match open_until {
            None => Attendance::Unknown,
            Some(until) if until >= at => Attendance::Attached,
            Some(until) if at.since(until) < rules.gone_after => Attendance::Away,
            Some(_) => Attendance::Gone,
        }
    }

    /// Whether their page is known to be closed. Of whom nothing is known nothing is said.
    pub fn is_absent(self) -> bool {
        match self {
            Attendance::Away | Attendance::Gone => true,
            Attendance::Unknown | Attendance::Attached => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_gone_stands_aside_for_a_time_and_whoever_was_never_seen_does_not() {
        let at = Timestamp::from_millis;
        let rules = AttendanceRules::default();
        let never = AttendanceRules { aside_for: Duration::ZERO, ..rules };
        let (closed, end) = (Some(at(10_000)), at(730_000));
        for (open_until, now, expected) in [
            (None, 9_000_000, Aside::No),
            (closed, 129_999, Aside::No),
            (closed, 130_000, Aside::Until(end)),
            (closed, 729_999, Aside::Until(end)),
            (closed, 730_000, Aside::Over),
        ] {
            assert_eq!(Aside::of(&rules, open_until, at(now)), expected, "{now}");
            assert_eq!(Aside::of(&never, open_until, at(now)), Aside::No, "{now}");
        }
    }

    #[test]
    fn a_page_is_open_then_away_then_gone_and_unknown_is_never_absent() {
        let rules = AttendanceRules::default();
        let at = Timestamp::from_millis;
        let until = Some(at(10_000));
        for (open_until, now, expected) in [
            (None, 1_000_000, Attendance::Unknown),
            (until, 9_000, Attendance::Attached),
            (until, 10_000, Attendance::Attached),
            (until, 10_001, Attendance::Away),
            (until, 129_999, Attendance::Away),
            (until, 130_000, Attendance::Gone),
        ] {
            assert_eq!(Attendance::of(&rules, open_until, at(now)), expected, "{now}");
        }
        assert!(!Attendance::Unknown.is_absent() && !Attendance::Attached.is_absent());
    }
}
