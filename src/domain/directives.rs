//! What ops decide at once, outside the rules and their gate: a banner while something is wrong, a
//! queue closed for today, an entry that is not answered. Each has an author and an end, and is laid
//! over the rules; the machines see rules only and do not know where they come from.

use super::ids::{EntryId, QueueId};
use super::language::Language;
use super::rules::Rules;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// The most that may be in force at once: more is a matter for the rules.
pub const DIRECTIVES_MAX: usize = 32;
/// The longest one may last; what is to stay belongs into the rules.
pub const SPAN_MAX: Duration = Duration::from_secs(30 * 86_400);

/// Something ops have decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// Tells it from others, from 1.
    pub number: u64,
    /// What it does.
    pub what: What,
    /// Who decided it: the role and the subject of their key.
    pub author: String,
    /// Why, for colleagues; may be empty.
    pub note: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; then it ends by itself.
    pub until: Timestamp,
}

/// What a directive does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Customers are told something at the greeting and with the topics it concerns.
    Banner {
        /// In Arabic.
        ar: String,
        /// In English.
        en: String,
        /// The entries it concerns; without any, all.
        topics: BTreeSet<EntryId>,
    },
    /// A queue is closed, whatever its hours say.
    QueueClosed {
        /// Which.
        queue: QueueId,
    },
    /// An entry is not answered: whoever asks for it is offered a person.
    EntryOff {
        /// Which.
        entry: EntryId,
    },
}

/// A banner as the machines see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// In Arabic.
    pub ar: String,
    /// In English.
    pub en: String,
    /// The entries it concerns; without any, all.
    pub topics: BTreeSet<EntryId>,
}

impl Banner {
    /// In this language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Ar => &self.ar,
            Language::En => &self.en,
        }
    }
}

/// All that is in force, and what has ended a short while ago.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directives {
    /// The number of the latest.
    latest: u64,
    list: Vec<Directive>,
}

/// Why a directive is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The rules name no such thing.
    #[error("the rules name no {what} {name:?}")]
    Unknown {
        /// `queue` or `entry`.
        what: &'static str,
        /// As it was named.
        name: String,
    },
    /// Its end is not one that can be.
    #[error("it must end after now and within {} days", SPAN_MAX.as_secs() / 86_400)]
    BadEnd,
    /// A banner needs words in both languages.
    #[error("a banner needs words in Arabic and in English")]
    NoWords,
    /// There are too many.
    #[error("{DIRECTIVES_MAX} are in force already: lift one first")]
    TooMany,
}

impl Directives {
    /// What is in force at this time, the oldest first.
    pub fn in_force(&self, at: Timestamp) -> impl Iterator<Item = &Directive> {
        self.list.iter().filter(move |directive| directive.until > at)
    }

    /// When the next one ends.
    pub fn next_end(&self, at: Timestamp) -> Option<Timestamp> {
        self.in_force(at).map(|directive| directive.until).min()
    }

    /// Takes one more; what has ended is forgotten. Returns its number.
    pub fn take(
        &mut self,
        rules: &Rules,
        (what, until): (What, Timestamp),
        (author, note): (String, String),
        at: Timestamp,
    ) -> Result<u64, NotTaken> {
        if until <= at || until > at + SPAN_MAX {
            return Err(NotTaken::BadEnd);
        }
        check(rules, &what)?;
        self.list.retain(|known| known.until > at);
        if self.list.len() >= DIRECTIVES_MAX {
            return Err(NotTaken::TooMany);
        }
        self.latest += 1;
        let directive = Directive { number: self.latest, what, author, note, since: at, until };
        self.list.push(directive);
        Ok(self.latest)
    }

    /// Ends one now; `None` if it is not in force.
    pub fn lift(&mut self, number: u64, at: Timestamp) -> Option<Directive> {
        let known = self.list.iter().position(|it| it.number == number && it.until > at)?;
        Some(self.list.remove(known))
    }

    /// The rules as they are under all that is in force.
    pub fn over(&self, rules: &Arc<Rules>, at: Timestamp) -> Arc<Rules> {
        if self.in_force(at).next().is_none() {
            return Arc::clone(rules);
        }
        let mut changed = Rules::clone(rules);
        for directive in self.in_force(at) {
            lay_over(&mut changed, directive);
        }
        Arc::new(changed)
    }
}

fn check(rules: &Rules, what: &What) -> Result<(), NotTaken> {
    let entry = |id: &EntryId| match rules.bot.entries.contains_key(id) {
        true => Ok(()),
        false => Err(NotTaken::Unknown { what: "entry", name: id.to_string() }),
    };
    match what {
        What::Banner { ar, en, topics } => {
            if ar.trim().is_empty() || en.trim().is_empty() {
                return Err(NotTaken::NoWords);
            }
            topics.iter().try_for_each(entry)
        }
        What::QueueClosed { queue } => match rules.routing.queues.get(queue) {
            Some(_) => Ok(()),
            None => Err(NotTaken::Unknown { what: "queue", name: queue.to_string() }),
        },
        What::EntryOff { entry: id } => entry(id),
    }
}

/// What the rules no longer name is passed over: they may have changed since.
fn lay_over(rules: &mut Rules, directive: &Directive) {
    match &directive.what {
        What::Banner { ar, en, topics } => {
            rules.banners.push(Banner { ar: ar.clone(), en: en.clone(), topics: topics.clone() })
        }
        What::QueueClosed { queue } => rules.routing.close(queue, directive.until),
        What::EntryOff { entry } => {
            if let Some(entry) = rules.bot.entries.get_mut(entry) {
                // Its words may be what is wrong: a person is asked for in those of the texts.
                entry.human_first = true;
                entry.answers = Default::default();
            }
        }
    }
}
