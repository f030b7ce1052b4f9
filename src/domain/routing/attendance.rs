//! Whether a customer's page is open. A hint and never a truth: it rests on streams that are attached
//! at this moment, and a page may be closed while its owner waits beside the telephone. Agents and
//! supervisors see it; no promise, no ownership, no place and no offer depends on it.

use crate::domain::time::Timestamp;
use std::time::Duration;

/// What ops decide about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttendanceRules {
    /// Whose page has been closed for so long is gone; until then they are away.
    pub gone_after: Duration,
}

impl Default for AttendanceRules {
    fn default() -> Self {
        AttendanceRules { gone_after: Duration::from_secs(120) }
    }
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
