//! How time goes in a world. In a *rush* everything is always open, everybody is there, and customers
//! come one after the other. In a world of *weeks* queues keep hours, each in its own zone, with a
//! holiday and the night on which one zone's clock goes back; agents work in shifts; customers
//! come by day and by night, and what is promised comes due days later.

use super::random::Random;
use super::rules;
use crate::domain::language::Language;
use crate::domain::routing::hours::{Day, Hours, Span};
use crate::domain::routing::settings::{PromiseRules, QueueRules, Queues};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A rush begins here: an arbitrary day, the same for every seed.
const RUSH_BEGINS: Timestamp = Timestamp::from_millis(1_760_000_000_000);
/// Monday, 20 October 2025: on Tuesday the shop has a holiday, on Sunday London goes back.
const WEEKS_BEGIN: Timestamp = Timestamp::from_millis(1_760_918_400_000);
const HOLIDAY: &str = "2025-10-21";

/// The zone of the shop and of its agents.
const SHOP_ZONE: &str = "Asia/Riyadh";
/// The zone of the queue for bills.
const BILLING_ZONE: &str = "Europe/London";

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The pace of a world.
#[derive(Debug, Clone)]
pub(super) struct Course {
    /// When it begins.
    pub(super) begins: Timestamp,
    /// The faults stop after this in any case.
    pub(super) storm: Duration,
    /// A world that takes more steps than this has lost its way.
    pub(super) steps_max: u64,
    /// So long after that everything must have come to rest.
    pub(super) rest: Duration,
    /// How often instances compare both sides of every conversation.
    pub(super) audit: Duration,
    /// How often an agent looks at the desk, on average.
    pub(super) glance: Duration,
    /// Crashes, rewinds and jumps of the clock are so many times rarer than in a rush.
    pub(super) rarer: u64,
    /// What takes minutes in a rush takes so many times as long.
    pub(super) slower: u32,
    /// There is more to do than can be done.
    pub(super) overload: bool,
    tick: Duration,
    gap: Duration,
    /// The shifts of agents, in turn; without any they are always there.
    shifts: Vec<Hours>,
}

impl Course {
    /// Everybody comes at once.
    pub(super) fn rush() -> Self {
        Course {
            begins: RUSH_BEGINS,
            storm: 12 * HOUR,
            steps_max: 60_000_000,
            rest: 4 * HOUR,
            tick: SECOND,
            audit: 300 * SECOND,
            glance: 3 * SECOND / 2,
            rarer: 1,
            slower: 1,
            overload: false,
            gap: 1_275 * SECOND / 1_000,
            shifts: Vec::new(),
        }
    }

    /// A rush that lasts, and brings far more than two agents can do. The bound of overtaking is so short
    /// that waits are many times as long.
    pub(super) fn overload() -> Self {
        Course { overload: true, gap: SECOND, ..Course::rush() }
    }

    /// So many customers in so many weeks.
    pub(super) fn weeks(weeks: u32, conversations: usize) -> Self {
        let span = weeks * WEEK;
        Course {
            begins: WEEKS_BEGIN,
            storm: span,
            steps_max: u64::from(weeks) * 1_000_000_000,
            // Customers go on coming; what is promised on the last evening is due after days off.
            rest: span + WEEK,
            tick: 3 * SECOND,
            audit: HOUR,
            glance: 4 * SECOND,
            rarer: 40,
            slower: 60,
            overload: false,
            // By night a third as many come.
            gap: span * 2 / 3 / conversations.max(1) as u32,
            shifts: vec![
                shop_hours(&[(&WORKDAYS, "08:45-18:15")]),
                shop_hours(&[(&WORKDAYS, "13:00-22:15"), (&[Day::Fri], "15:30-22:15")]),
                shop_hours(&[(&[Day::Fri], "15:30-22:15"), (&WORKDAYS, "17:00-23:30")]),
            ],
        }
    }

    /// The rules of a world with so many agents.
    pub(super) fn rules(&self, agents: usize) -> Arc<Rules> {
        if self.overload {
            return Arc::new(overloaded(agents));
        }
        if self.shifts.is_empty() {
            return rules::rules(agents);
        }
        let mut rules = rules::make(agents);
        let hours = [self.general_hours(), self.billing_hours()];
        let mut queues: Vec<QueueRules> = rules.routing.queues.iter().cloned().collect();
        queues.iter_mut().zip(hours).for_each(|(queue, hours)| queue.hours = hours);
        rules.routing.queues = Queues::new(queues.remove(0), queues);
        rules.bot.ends.queue_wait_max = 2 * HOUR;
        rules.routing.promises = PromiseRules {
            callback_after: HOUR / 4,
            callback_window: HOUR / 2,
            callback_max: WEEK,
            answer_within: 8 * HOUR,
            follow_up_min: HOUR / 20,
            follow_up_max: WEEK,
            follow_up_ahead: HOUR / 4,
            warn_before: HOUR / 6,
            extension: 4 * HOUR,
            ..rules.routing.promises
        };
        Arc::new(rules)
    }

    /// When the first queue is open; `None`: always.
    pub(super) fn general_hours(&self) -> Option<Hours> {
        let table = [(&WORKDAYS[..], "09:00-22:00"), (&[Day::Fri][..], "16:00-22:00")];
        (!self.shifts.is_empty()).then(|| shop_hours(&table))
    }

    /// When the queue for bills is open; `None`: always.
    pub(super) fn billing_hours(&self) -> Option<Hours> {
        let days = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
        (!self.shifts.is_empty()).then(|| hours(BILLING_ZONE, &[(&days, "09:00-17:30")], &[]))
    }

    /// How often instances look after what is due, and the world is looked at: while nobody works,
    /// less often will do.
    pub(super) fn tick(&self, now: Timestamp) -> Duration {
        let night = (0..self.shifts.len()).all(|agent| self.off(agent, now).is_some());
        if night && !self.shifts.is_empty() { 3 * self.tick } else { self.tick }
    }

    /// How long until the next customer: fewer come while the shop is closed.
    pub(super) fn gap(&self, random: &Random, now: Timestamp) -> Duration {
        let mean = self.gap.as_millis() as u64;
        let night = self.general_hours().is_some_and(|hours| !hours.is_open(now));
        random.span(mean / 25, 49 * mean / 25) * if night { 3 } else { 1 }
    }

    /// How many agents there are, of so many.
    pub(super) fn agents(&self, drawn: usize) -> usize {
        if self.overload { 2 } else { drawn }
    }

    /// What the next customer speaks.
    pub(super) fn language(&self, random: &Random) -> Language {
        match self.overload {
            true => random.weighted(&[(11, Language::Ar), (1, Language::En)]),
            false => *random.pick(&Language::ALL),
        }
    }

    /// How long an agent is off before the next shift; `None` in a shift.
    pub(super) fn off(&self, agent: usize, now: Timestamp) -> Option<Duration> {
        let shift = self.shifts.get(agent % self.shifts.len().max(1))?;
        let begins = shift.next_opening(now)?;
        (begins > now).then(|| begins.since(now))
    }
}

/// Customers are patient, and credits small beside the waits.
fn overloaded(agents: usize) -> Rules {
    let mut rules = rules::make(agents);
    rules.bot.ends.queue_wait_max = HOUR / 2;
    rules.routing.credit_max = 60 * SECOND;
    rules
}

const WORKDAYS: [Day; 6] = [Day::Sat, Day::Sun, Day::Mon, Day::Tue, Day::Wed, Day::Thu];

fn shop_hours(table: &[(&[Day], &str)]) -> Hours {
    hours(SHOP_ZONE, table, &[HOLIDAY.to_owned()])
}

fn hours(zone: &str, table: &[(&[Day], &str)], closed: &[String]) -> Hours {
    let mut weekly: BTreeMap<Day, Vec<Span>> = BTreeMap::new();
    for (days, span) in table {
        let span: Span = span.parse().expect("a constant span");
        days.iter().for_each(|day| weekly.entry(*day).or_default().push(span));
    }
    Hours::new(zone, weekly, closed).expect("a constant table")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn in_weeks_queues_keep_hours_in_their_zones_and_agents_their_shifts() {
        let course = Course::weeks(2, 1_000);
        let (general, billing) = (course.general_hours().unwrap(), course.billing_hours().unwrap());
        // The Saturday that is a holiday of nobody, and the Tuesday that is the shop's alone.
        assert!(general.is_open(at("2025-10-18T07:00:00Z")));
        assert!(!general.is_open(at("2025-10-21T07:00:00Z")));
        assert!(billing.is_open(at("2025-10-21T08:30:00Z")));
        // On Monday the 27th London is an hour later than on Monday the 20th.
        assert!(billing.is_open(at("2025-10-20T08:30:00Z")));
        assert!(!billing.is_open(at("2025-10-27T08:30:00Z")));
        let begins = course.off(0, at("2025-10-20T16:00:00Z")).unwrap();
        assert_eq!(at("2025-10-20T16:00:00Z") + begins, at("2025-10-22T05:45:00Z"));
        assert_eq!(course.off(1, at("2025-10-20T16:00:00Z")), None);
    }

    #[test]
    fn in_a_rush_nothing_ever_closes() {
        let rush = Course::rush();
        assert!(rush.general_hours().is_none() && rush.billing_hours().is_none());
        assert_eq!(rush.off(3, RUSH_BEGINS), None);
    }
}
