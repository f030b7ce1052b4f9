//! Lets the service follow how its store does: the phase, and what the log says of it. A change is told
//! once; parts that go and come, one by one or the same again and again, are told at most each second, so
//! that an outage of many is not a flood.

use super::stores::Opened;
use crate::grpc::lifecycle::{Lifecycle, Phase};
use crate::ports::store::Slot;
use crate::store::redis::link::Health;
use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Between two lines about the same trouble that grows or shrinks.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Between two lines that differ in nothing but the reason: those who try find now this, now that.
const REASON_EVERY: Duration = Duration::from_secs(10);

/// Lets the service's phase follow the store's health, and says when the store comes back.
pub(super) fn follow(opened: &Opened, lifecycle: &Arc<Lifecycle>, came_back: &Arc<Notify>) {
    let Some(mut health) = opened.health.clone() else { return };
    let (lifecycle, came_back) = (Arc::clone(lifecycle), Arc::clone(came_back));
    tokio::spawn(async move {
        let (mut teller, mut before) = (Teller::default(), Health::Well);
        loop {
            let now = health.borrow_and_update().clone();
            if comes_back(&before, &now) {
                came_back.notify_one();
            }
            before.clone_from(&now);
            lifecycle.enter(phase(&now));
            match teller.tell(&now, Instant::now()) {
                Some(Line { is_error: true, text }) => tracing::error!("{text}"),
                Some(Line { is_error: false, text }) => tracing::info!("{text}"),
                None => {}
            }
            let changed = match teller.again_at {
                None => health.changed().await,
                Some(at) => tokio::select! {
                    changed = health.changed() => changed,
                    () = sleep_until(at) => Ok(()),
                },
            };
            if changed.is_err() {
                return;
            }
        }
    });
}

/// Whether something answers or takes writes again that did not. What is lost may stay so for ever: the end
/// of everything else that was wrong is an end all the same.
fn comes_back(before: &Health, now: &Health) -> bool {
    match (before, now) {
        (Health::Lost(before), Health::Lost(now)) => before.iter().any(|slot| !now.contains(slot)),
        (Health::Lost(_), now) => !is_away(now),
        (before, now) => is_away(before) && !is_away(now),
    }
}

/// Whether some of what is there cannot be reached or written. What is lost is not there.
fn is_away(health: &Health) -> bool {
    match health {
        Health::Well | Health::Thin(_) | Health::Lost(_) => false,
        Health::Full(_) | Health::Barred(_) | Health::Partly(_) | Health::Away(_) => true,
    }
}

fn phase(health: &Health) -> Phase {
    match health {
        Health::Well => Phase::Serving,
        // Whose conversations are in other slots is not concerned; a pool concerns everybody.
        Health::Lost(slots) if slots.iter().all(|slot| matches!(slot, Slot::Bucket(_))) => {
            Phase::Serving
        }
        Health::Thin(_) | Health::Full(_) | Health::Partly(_) | Health::Lost(_) => Phase::Degraded,
        Health::Barred(_) | Health::Away(_) => Phase::Isolated,
    }
}

/// One line of the log.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    is_error: bool,
    text: String,
}

/// Knows what was told last.
#[derive(Default)]
struct Teller {
    told: Health,
    /// When something of each sort was told last.
    last: HashMap<Discriminant<Health>, Instant>,
    /// When something is to be told that had to wait.
    again_at: Option<Instant>,
}

impl Teller {
    /// What is to be said now, if anything.
    fn tell(&mut self, health: &Health, now: Instant) -> Option<Line> {
        self.again_at = None;
        if self.told == *health {
            return None;
        }
        let sort = discriminant(health);
        let every = match health {
            Health::Thin(_) | Health::Full(_) | Health::Barred(_) | Health::Away(_)
                if sort == discriminant(&self.told) =>
            {
                REASON_EVERY
            }
            // A part that comes and goes is each time another sort than was told.
            _ => TELL_EVERY,
        };
        let next = self.last.get(&sort).map(|last| *last + every).filter(|next| now < *next);
        if next.is_some() {
            self.again_at = next;
            return None;
        }
        let text = match health {
            Health::Well => over(&self.told).to_owned(),
            trouble => words(trouble),
        };
        let line = Line { is_error: !self.is_better(health), text };
        self.told = health.clone();
        self.last.insert(sort, now);
        Some(line)
    }

    /// Whether less is wrong than was told.
    fn is_better(&self, health: &Health) -> bool {
        match (&self.told, health) {
            (_, Health::Well) | (Health::Away(_), Health::Partly(_)) => true,
            (Health::Partly(before), Health::Partly(now))
            | (Health::Lost(before), Health::Lost(now)) => now.len() < before.len(),
            _ => false,
        }
    }
}

/// What is said where this is over.
fn over(trouble: &Health) -> &'static str {
    match trouble {
        Health::Thin(_) => "what is saved is as safe again as it should be",
        Health::Full(_) => "the store has room again",
        Health::Barred(_) => "the store takes writes again",
        Health::Lost(_) => "what the store held is there again",
        Health::Well | Health::Partly(_) | Health::Away(_) => "the store is back",
    }
}

fn words(health: &Health) -> String {
    let some = |slots: &[Slot]| {
        let first = slots.first().map(Slot::to_string).unwrap_or_default();
        let slots = slots.len();
        format!("{slots} {}, {first} first", if slots == 1 { "slot" } else { "slots" })
    };
    match health {
        Health::Well => over(health).to_owned(),
        Health::Thin(reason) => format!("what is saved is less safe than it should be: {reason}"),
        Health::Full(reason) => format!("the store is full: what is new is not saved: {reason}"),
        Health::Barred(reason) => {
            format!("the store takes no writes; the bot answers, nothing is saved: {reason}")
        }
        Health::Partly(slots) => format!("part of the store does not answer: {}", some(slots)),
        Health::Lost(slots) => {
            format!("part of what the store held is gone, the rest goes on: {}", some(slots))
        }
        Health::Away(reason) => {
            format!("the store is away; the bot answers, nothing is saved: {reason}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PoolId;

    fn partly(count: u16) -> Health {
        Health::Partly((0..count).map(Slot::Bucket).collect())
    }

    #[test]
    fn an_outage_of_many_parts_is_a_few_lines_and_what_heals_is_no_error() {
        let (mut teller, began) = (Teller::default(), Instant::now());
        // They go within a second, and come back within the next.
        let mut lines = Vec::new();
        for n in 1..=64 {
            lines.extend(teller.tell(&partly(n), began + Duration::from_millis(n.into())));
        }
        assert!(lines.len() == 1 && lines[0].is_error, "{lines:?}");
        // What waited is told when its time has come.
        let again_at = teller.again_at.expect("63 were not told");
        let grown = teller.tell(&partly(64), again_at).expect("a line");
        assert!(grown.is_error && grown.text.contains("64 slots, b0000"), "{grown:?}");
        for n in 1..64 {
            let now = again_at + Duration::from_millis(n.into());
            assert_eq!(teller.tell(&partly(64 - n), now), None);
        }
        let again_at = teller.again_at.expect("one part is still away");
        let healed = teller.tell(&partly(1), again_at).expect("a line");
        assert!(!healed.is_error && healed.text.contains("1 slot,"), "{healed:?}");
        assert_eq!(teller.tell(&partly(1), again_at + TELL_EVERY), None, "once");
        let well = teller.tell(&Health::Well, again_at).expect("at once");
        assert_eq!(well, Line { is_error: false, text: "the store is back".to_owned() });
    }

    #[test]
    fn a_part_that_comes_and_goes_is_not_a_line_each_time() {
        let (mut teller, began) = (Teller::default(), Instant::now());
        let mut lines = Vec::new();
        for n in 0..3_000_u64 {
            let health = if n % 2 == 0 { partly(1) } else { Health::Well };
            lines.extend(teller.tell(&health, began + Duration::from_millis(n)));
        }
        assert_eq!(lines.len(), 6, "each second that it goes, and that it is back: {lines:?}");
        // What stays is told, though late.
        let end = began + Duration::from_millis(3_000);
        let stays = teller.tell(&partly(1), end).expect("a second has passed");
        assert!(stays.is_error, "{stays:?}");
        assert_eq!(teller.tell(&Health::Well, end), None);
        let again_at = teller.again_at.expect("that it is back was not told");
        assert!(!teller.tell(&Health::Well, again_at).expect("a line").is_error);
    }

    #[test]
    fn the_end_of_an_outage_is_made_good_also_where_something_stays_lost() {
        let lost = |slots: &[u16]| Health::Lost(slots.iter().copied().map(Slot::Bucket).collect());
        let outages = [
            Health::Away("a".into()),
            Health::Barred("b".into()),
            Health::Full("f".into()),
            partly(2),
        ];
        for outage in outages {
            assert!(!comes_back(&lost(&[7]), &outage), "{outage:?}");
            for end in [lost(&[7]), Health::Well, Health::Thin("t".into())] {
                assert!(comes_back(&outage, &end), "{outage:?} {end:?}");
            }
        }
        assert!(
            !comes_back(&Health::Well, &lost(&[7])) && !comes_back(&lost(&[7]), &lost(&[7, 8]))
        );
        assert!(comes_back(&lost(&[7]), &Health::Well) && comes_back(&lost(&[7, 8]), &lost(&[8])));
        assert!(!comes_back(&Health::Thin("t".into()), &Health::Well));
    }

    #[test]
    fn an_outage_whose_reasons_take_turns_is_not_a_line_for_each() {
        let (mut teller, began) = (Teller::default(), Instant::now());
        let mut lines = Vec::new();
        for second in 0..25 {
            let reason = ["timed out", "refused"][usize::from(second % 2 == 1)];
            let now = began + Duration::from_secs(second);
            lines.extend(teller.tell(&Health::Away(reason.to_owned()), now));
        }
        assert_eq!(lines.len(), 3, "{lines:?}");
    }

    #[test]
    fn another_trouble_is_told_at_once() {
        let (mut teller, now) = (Teller::default(), Instant::now());
        for health in [Health::Thin("t".into()), Health::Full("f".into()), Health::Away("a".into())]
        {
            let line = teller.tell(&health, now).expect("a line");
            assert!(line.is_error && line.text == words(&health), "{line:?}");
        }
    }

    #[test]
    fn what_was_never_away_is_not_told_to_be_back() {
        let ends = [
            (Health::Thin("t".into()), "as safe again"),
            (Health::Full("f".into()), "room again"),
            (Health::Barred("b".into()), "takes writes again"),
            (Health::Away("a".into()), "is back"),
        ];
        for (trouble, says) in ends {
            let (mut teller, now) = (Teller::default(), Instant::now());
            teller.tell(&trouble, now);
            let line = teller.tell(&Health::Well, now).expect("a line");
            assert!(!line.is_error && line.text.contains(says), "{line:?}");
        }
    }

    #[test]
    fn a_lost_bucket_is_not_everybodys_trouble() {
        assert_eq!(phase(&Health::Lost(vec![Slot::Bucket(7)])), Phase::Serving);
        let pool = Slot::Pool(PoolId::parse("main").unwrap());
        assert_eq!(phase(&Health::Lost(vec![Slot::Bucket(7), pool])), Phase::Degraded);
        assert_eq!(phase(&Health::Barred("MISCONF".into())), Phase::Isolated);
    }
}
