//! How fast people have worked lately: for each requirement class the latest conversations they
//! had, with how long each took a seat. What an estimate rests on; bounded, and made only of what
//! is stored, so that every instance knows the same.

use crate::domain::handoff::Requirements;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The latest conversations that are remembered of a class.
pub const KEPT_MAX: usize = 64;
/// Classes that are remembered; beyond, the one that was served longest ago is forgotten.
pub const CLASSES_MAX: usize = 256;
/// Fewer than these say nothing.
pub const SAMPLES_MIN: usize = 5;
/// What is older says nothing about today.
pub const RECENT_SPAN: Duration = Duration::from_secs(14 * 86_400);

/// One conversation that a person has had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// What it asked for.
    pub needs: Requirements,
    /// How long it took.
    pub sample: Sample,
}

/// How long one conversation took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// From the offer until it was taken.
    pub took: Duration,
    /// From the offer until the seat was free for the next, writing up included.
    pub seat: Duration,
}

/// What an estimate rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Recent conversations of this queue with the same language and skills.
    Class,
    /// Recent conversations of this queue, whatever they asked for.
    Queue,
}

/// The latest conversations of each class.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    classes: BTreeMap<Requirements, BTreeMap<(Timestamp, String), Sample>>,
}

impl Pace {
    /// Learns of a conversation that ended then; `name` tells it from others. Returns the names
    /// that are remembered no longer.
    pub fn learn(&mut self, ended: Timestamp, name: String, served: Served) -> Vec<String> {
        let class = self.classes.entry(served.needs).or_default();
        class.insert((ended, name), served.sample);
        let mut forgotten = Vec::new();
        while class.len() > KEPT_MAX {
            forgotten.extend(class.pop_first().map(|((_, name), _)| name));
        }
        while self.classes.len() > CLASSES_MAX {
            let latest = |class: &BTreeMap<(Timestamp, String), Sample>| {
                class.last_key_value().map(|((ended, _), _)| *ended)
            };
            let oldest = self.classes.iter().min_by_key(|(_, class)| latest(class));
            let Some(needs) = oldest.map(|(needs, _)| needs.clone()) else { break };
            let names = self.classes.remove(&needs).into_iter().flatten();
            forgotten.extend(names.map(|((_, name), _)| name));
        }
        forgotten
    }

    /// The recent conversations like this one; of its whole queue where those are too few; `Err`
    /// with their number where even these say nothing.
    pub fn recent(&self, needs: &Requirements, at: Timestamp) -> Result<(Basis, Vec<Sample>), u32> {
        let is_recent = |ended: &Timestamp| at.since(*ended) <= RECENT_SPAN;
        let of = |wanted: &dyn Fn(&Requirements) -> bool| -> Vec<(Timestamp, Sample)> {
            let classes = self.classes.iter().filter(|(known, _)| wanted(known));
            let all = classes.flat_map(|(_, class)| class);
            all.filter(|((ended, _), _)| is_recent(ended)).map(|((e, _), s)| (*e, *s)).collect()
        };
        // How long a conversation takes does not hang on what else was agreed to.
        let alike = |known: &Requirements| {
            (&known.queue, known.language, &known.skills)
                == (&needs.queue, needs.language, &needs.skills)
        };
        let same = of(&alike);
        if same.len() >= SAMPLES_MIN {
            return Ok((Basis::Class, same.into_iter().map(|(_, sample)| sample).collect()));
        }
        let mut queue = of(&|known| known.queue == needs.queue);
        if queue.len() < SAMPLES_MIN {
            return Err(queue.len() as u32);
        }
        queue.sort_by_key(|(ended, _)| std::cmp::Reverse(*ended));
        queue.truncate(KEPT_MAX);
        Ok((Basis::Queue, queue.into_iter().map(|(_, sample)| sample).collect()))
    }

    /// How many conversations are remembered.
    pub fn len(&self) -> usize {
        self.classes.values().map(BTreeMap::len).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}
