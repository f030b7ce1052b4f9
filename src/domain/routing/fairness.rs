//! Who is served worst, beside who is served best: how long the latest waits of each group were,
//! and how many left before a person came. A mean over everybody hides the few whom nobody serves.

use crate::domain::handoff::{Handoff, Origin, Priority};
use crate::domain::ids::QueueId;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// The latest waits that are remembered of a kind.
pub const KEPT_MAX: usize = 256;
/// Kinds that are remembered; beyond, the one that waited longest ago is forgotten.
pub const KINDS_MAX: usize = 256;
/// A group with fewer waits than these is shown and not judged.
pub const JUDGED_MIN: usize = 5;

/// One wait that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waited {
    /// Whose.
    pub kind: Kind,
    /// How long, from when they began to wait; waits before it count by themselves.
    pub span: Duration,
    /// Whether a person came; else the customer left, or chose something else than to wait.
    pub met: bool,
}

/// What sort of customer waited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// In which queue.
    pub queue: QueueId,
    /// For which language.
    pub language: Language,
    /// How urgent.
    pub priority: Priority,
    /// Where the customer came from.
    pub origin: Origin,
}

impl Kind {
    /// Of this handoff.
    pub fn of(handoff: &Handoff) -> Kind {
        let (queue, language) = (handoff.needs.queue.clone(), handoff.needs.language);
        Kind { queue, language, priority: handoff.priority, origin: handoff.origin.clone() }
    }
}

/// Waits by when they ended and whose they were: how long, and whether a person came.
type Ended = BTreeMap<(Timestamp, String), (Duration, bool)>;

/// The latest waits of each kind.
#[derive(Debug, Clone, Default)]
pub struct Waits {
    kinds: BTreeMap<Kind, Ended>,
}

/// By what customers are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    /// How urgent.
    Priority,
    /// The language.
    Language,
    /// The queue.
    Queue,
    /// The way they came.
    Channel,
    /// Whether the host site has said who they are.
    Known,
}

impl Trait {
    const ALL: [Trait; 5] =
        [Trait::Priority, Trait::Language, Trait::Queue, Trait::Channel, Trait::Known];

    /// What a group of this kind has in common.
    fn name(self, kind: &Kind) -> String {
        match self {
            Trait::Priority => priority_name(kind.priority).to_owned(),
            Trait::Language => kind.language.tag().to_owned(),
            Trait::Queue => kind.queue.to_string(),
            Trait::Channel => {
                kind.origin.channel.as_ref().map(ToString::to_string).unwrap_or_default()
            }
            Trait::Known => if kind.origin.known { "known" } else { "new" }.to_owned(),
        }
    }
}

/// One group of customers who have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub name: String,
    /// Waits that a person ended.
    pub met: u32,
    /// Waits that ended otherwise.
    pub left: u32,
    /// Half of those who were met waited no longer.
    pub median: Duration,
    /// Nine of ten of those who were met waited no longer.
    pub p90: Duration,
}

impl Group {
    /// How many of a thousand left before a person came.
    pub fn left_per_mille(&self) -> u32 {
        self.left * 1_000 / (self.met + self.left).max(1)
    }

    /// Whether there are enough waits to judge.
    pub fn is_judged(&self) -> bool {
        (self.met + self.left) as usize >= JUDGED_MIN
    }
}

/// The groups of one trait, the worst served first; those with too few waits last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// By what they are told apart.
    pub by: Trait,
    /// The groups.
    pub groups: Vec<Group>,
}

impl Waits {
    /// Learns of a wait that ended then; `name` tells it from others. Returns the names that are
    /// remembered no longer.
    pub fn learn(&mut self, ended: Timestamp, name: String, waited: Waited) -> Vec<String> {
        let kind = self.kinds.entry(waited.kind).or_default();
        kind.insert((ended, name), (waited.span, waited.met));
        let mut forgotten = Vec::new();
        while kind.len() > KEPT_MAX {
            forgotten.extend(kind.pop_first().map(|((_, name), _)| name));
        }
        while self.kinds.len() > KINDS_MAX {
            let latest = |(_, waits): &(&Kind, &BTreeMap<(Timestamp, String), _>)| {
                waits.last_key_value().map(|((ended, _), _)| *ended)
            };
            let Some(oldest) = self.kinds.iter().min_by_key(latest).map(|(kind, _)| kind.clone())
            else {
                break;
            };
            let gone = self.kinds.remove(&oldest).into_iter().flatten();
            forgotten.extend(gone.map(|((_, name), _)| name));
        }
        forgotten
    }

    /// The groups of each trait, the worst served first.
    pub fn compare(&self) -> Vec<Comparison> {
        let compared = |by| Comparison { by, groups: self.groups(by) };
        Trait::ALL.into_iter().map(compared).collect()
    }

    fn groups(&self, by: Trait) -> Vec<Group> {
        let mut named: BTreeMap<String, Vec<(Duration, bool)>> = BTreeMap::new();
        for (kind, waits) in &self.kinds {
            named.entry(by.name(kind)).or_default().extend(waits.values());
        }
        let mut groups: Vec<Group> =
            named.into_iter().map(|(name, waits)| group(name, &waits)).collect();
        let worse = |group: &Group| {
            let served = (group.p90, group.left_per_mille(), group.median);
            (!group.is_judged(), std::cmp::Reverse(served))
        };
        groups.sort_by_key(worse);
        groups
    }
}

fn group(name: String, waits: &[(Duration, bool)]) -> Group {
    let mut met: Vec<Duration> =
        waits.iter().filter(|(_, met)| *met).map(|(span, _)| *span).collect();
    met.sort_unstable();
    let at = |tenths: usize| {
        let place = (met.len() * tenths).div_ceil(10).saturating_sub(1);
        met.get(place).copied().unwrap_or_default()
    };
    let left = (waits.len() - met.len()) as u32;
    Group { name, met: met.len() as u32, left, median: at(5), p90: at(9) }
}

/// The name used in reports and notes.
pub fn priority_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Emergency => "emergency",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waited(queue: &str, language: Language, seconds: u64, met: bool) -> Waited {
        let queue = QueueId::parse(queue).unwrap();
        let origin = Origin { channel: None, known: language == Language::En };
        let kind = Kind { queue, language, priority: Priority::Normal, origin };
        Waited { kind, span: Duration::from_secs(seconds), met }
    }

    fn learn(waits: &mut Waits, all: impl IntoIterator<Item = Waited>) {
        for (number, one) in all.into_iter().enumerate() {
            let name = format!("{:?}{number}", one.kind);
            waits.learn(Timestamp::from_millis(number as i64), name, one);
        }
    }

    #[test]
    fn the_worst_served_stands_first_and_who_is_few_is_not_judged() {
        let mut waits = Waits::default();
        learn(&mut waits, (1..=100).map(|s| waited("care", Language::Ar, s, true)));
        learn(&mut waits, (1..=8).map(|s| waited("care", Language::En, s * 100, s % 4 != 0)));
        learn(&mut waits, (1..=3).map(|_| waited("rare", Language::En, 9_000, true)));
        let compared = waits.compare();
        let languages = &compared[1];
        assert_eq!(languages.by, Trait::Language);
        let names: Vec<&str> = languages.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["en", "ar"]);
        let arabic = &languages.groups[1];
        assert_eq!((arabic.met, arabic.left), (100, 0));
        assert_eq!((arabic.median.as_secs(), arabic.p90.as_secs()), (50, 90));
        let queues: Vec<(&str, bool)> =
            compared[2].groups.iter().map(|g| (g.name.as_str(), g.is_judged())).collect();
        assert_eq!(queues, [("care", true), ("rare", false)]);
        assert_eq!(languages.groups[0].left_per_mille(), 181);
        let known: Vec<&str> = compared[4].groups.iter().map(|g| g.name.as_str()).collect();
        assert_eq!((compared[4].by, known), (Trait::Known, vec!["known", "new"]));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut waits = Waits::default();
        let name = |number: usize| format!("n{number}");
        let forgotten: usize = (0..KEPT_MAX + 7)
            .map(|number| {
                let ended = Timestamp::from_millis(number as i64);
                waits.learn(ended, name(number), waited("care", Language::Ar, 1, true)).len()
            })
            .sum();
        assert_eq!(forgotten, 7);
    }
}
