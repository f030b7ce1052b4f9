//! How fast the pool works, from the store: whoever gives up a conversation notes in the same
//! transaction how long it took; every instance reads these notes in the order they were made.
//! A note is a member of an ordered set, so that no two transactions ever compete for one.

use super::App;
use super::error::AppResult;
use crate::domain::handoff::{Origin, Priority, Requirements};
use crate::domain::ids::{ChannelId, ConversationId, QueueId, SkillId};
use crate::domain::language::Language;
use crate::domain::routing::eta::{self, Eta};
use crate::domain::routing::fairness::{self, Comparison, Kind, Waited, Waits};
use crate::domain::routing::pace::{Pace, RECENT_SPAN, Sample, Served};
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Transaction};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Notes read at once.
const READ_AT_ONCE: usize = 500;
/// What is forgotten is removed from the store when there is so much of it.
const FORGOTTEN_MAX: usize = 100;
/// A note may appear so long after others of a later time: transactions end in any order.
const DISORDER: Duration = Duration::from_secs(10);

/// What this process has read.
#[derive(Default)]
pub(super) struct Notes {
    inner: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    pace: Pace,
    waits: Waits,
    /// The store's time at the last look.
    now: Timestamp,
    /// Up to which time the notes were read.
    up_to: i64,
    /// Notes that no longer count and are still in the store.
    forgotten: Vec<String>,
}

impl Notes {
    fn lock(&self) -> MutexGuard<'_, Read> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    /// A person has had a conversation for so long.
    Served(Served),
    /// A wait is over.
    Waited(Waited),
}

/// Notes it, with what else the transaction changes.
pub(super) fn note(change: &mut Transaction, id: &ConversationId, note: &Note, at: Timestamp) {
    change.index_put(Index::SERVED, name(id, note, at), at.as_millis());
}

impl App {
    /// Reads what was noted since the last call. To be called about once a second.
    pub async fn learn_pace(&self) -> AppResult<()> {
        let slot = self.pool_slot();
        let now = self.store_now().await?;
        let oldest = (now - RECENT_SPAN).as_millis();
        let from = {
            let mut notes = self.notes.lock();
            notes.now = notes.now.max(now);
            notes.up_to - DISORDER.as_millis() as i64
        };
        let mut after = Some((from.max(0), String::new()));
        loop {
            let store = self.store();
            let page = store.range(&slot, Index::SERVED, after, i64::MAX, READ_AT_ONCE).await?;
            let full = page.len() == READ_AT_ONCE;
            after = page.last().cloned();
            let mut notes = self.notes.lock();
            for (ended, name) in page {
                notes.up_to = notes.up_to.max(ended);
                let at = Timestamp::from_millis(ended);
                let gone = match parse(&name).filter(|_| ended >= oldest) {
                    Some(Note::Served(served)) => notes.pace.learn(at, name, served),
                    Some(Note::Waited(waited)) => notes.waits.learn(at, name, waited),
                    None => vec![name],
                };
                notes.forgotten.extend(gone);
            }
            if !full {
                break;
            }
        }
        self.remove_forgotten().await
    }

    /// Notes so many conversations of each queue and language that ended just now, each of which
    /// took an agent's seat for so long: how a rehearsal says what came before it.
    pub async fn remember_served(&self, count: u32, seat: Duration) -> AppResult<()> {
        let rules = self.rules();
        let snapshot = self.store().load(&self.pool_slot(), &[], &[]).await?;
        let at = snapshot.at();
        let kinds = rules.routing.queues.iter();
        for needs in kinds.flat_map(|queue| Language::ALL.map(|language| queue.needs(language))) {
            let mut change = snapshot.change(self.tag());
            for number in 0..count {
                let Ok(id) = ConversationId::parse(&format!("before-{number}")) else { continue };
                let sample = Sample { took: Duration::from_secs(5), seat };
                let served = Served { needs: needs.clone(), sample };
                note(&mut change, &id, &Note::Served(served), at);
            }
            self.store().commit(change).await?;
        }
        self.learn_pace().await
    }

    /// Who is served worst, beside who is served best, by the latest waits.
    pub fn fairness(&self) -> Vec<Comparison> {
        self.notes.lock().waits.compare()
    }

    /// How long a conversation will wait from now on.
    pub fn eta(&self, id: &ConversationId, at: Timestamp) -> Eta {
        let rules = self.rules();
        let notes = self.notes.lock();
        let at = at.max(notes.now);
        self.router.with_view(|view| eta::estimate(view, &notes.pace, &rules.routing, id, at))
    }

    /// A time that is known to have come, or the one of the last look at the store, if that is later.
    pub(super) fn by_now(&self, at: Timestamp) -> Timestamp {
        at.max(self.notes.lock().now)
    }

    /// Keeps what is stored as bounded as what is remembered. Whoever does it, and how often, makes
    /// no difference.
    async fn remove_forgotten(&self) -> AppResult<()> {
        let names: Vec<String> = {
            let mut notes = self.notes.lock();
            let enough = notes.forgotten.len() >= FORGOTTEN_MAX;
            let many = notes.forgotten.len().min(FORGOTTEN_MAX);
            if enough { notes.forgotten.drain(..many).collect() } else { Vec::new() }
        };
        if names.is_empty() {
            return Ok(());
        }
        let snapshot = self.store().load(&self.pool_slot(), &[], &[]).await?;
        let mut change = snapshot.change(self.tag());
        for name in names {
            change.index_remove(Index::SERVED, name);
        }
        self.store().commit(change).await?;
        Ok(())
    }
}

/// A note says all in its name: what was asked for, both times, and what tells it from others.
fn name(id: &ConversationId, note: &Note, at: Timestamp) -> String {
    let Served { needs, sample } = match note {
        Note::Served(served) => served,
        Note::Waited(waited) => return waited_name(id, waited, at),
    };
    let skills: Vec<String> =
        needs.skills.iter().map(|(skill, least)| format!("{skill}:{least}")).collect();
    let (took, seat) = (sample.took.as_millis(), sample.seat.as_millis());
    let (queue, language) = (&needs.queue, needs.language.tag());
    format!("had|{queue}|{language}|{}|{took}|{seat}|{at}|{id}", skills.join(","))
}

fn waited_name(id: &ConversationId, waited: &Waited, at: Timestamp) -> String {
    let Waited { kind: Kind { queue, language, priority, origin }, span, met } = waited;
    let (language, priority) = (language.tag(), fairness::priority_name(*priority));
    let channel = origin.channel.as_ref().map(ToString::to_string).unwrap_or_default();
    let (known, span) = (origin.known, span.as_millis());
    format!("wait|{queue}|{language}|{priority}|{channel}|{known}|{span}|{met}|{at}|{id}")
}

fn parse(name: &str) -> Option<Note> {
    match name.strip_prefix("wait|") {
        Some(rest) => parse_waited(rest).map(Note::Waited),
        None => parse_served(name.strip_prefix("had|")?).map(Note::Served),
    }
}

/// The wait that a note tells of, if it tells of one.
pub(crate) fn wait_noted(name: &str) -> Option<Waited> {
    match parse(name)? {
        Note::Waited(waited) => Some(waited),
        Note::Served(_) => None,
    }
}

fn parse_waited(rest: &str) -> Option<Waited> {
    let mut parts = rest.split('|');
    let queue = QueueId::parse(parts.next()?).ok()?;
    let language = Language::from_tag(parts.next()?)?;
    let named = parts.next()?;
    let all = [Priority::Low, Priority::Normal, Priority::High, Priority::Emergency];
    let priority = all.into_iter().find(|known| fairness::priority_name(*known) == named)?;
    let channel = match parts.next()? {
        "" => None,
        named => Some(ChannelId::parse(named).ok()?),
    };
    let origin = Origin { channel, known: parts.next()?.parse().ok()? };
    let span = Duration::from_millis(parts.next()?.parse().ok()?);
    let met = parts.next()?.parse().ok()?;
    Some(Waited { kind: Kind { queue, language, priority, origin }, span, met })
}

fn parse_served(name: &str) -> Option<Served> {
    let mut parts = name.split('|');
    let queue = QueueId::parse(parts.next()?).ok()?;
    let language = Language::from_tag(parts.next()?)?;
    let listed = parts.next()?;
    let skill = |text: &str| -> Option<(SkillId, u8)> {
        let (skill, least) = text.split_once(':')?;
        Some((SkillId::parse(skill).ok()?, least.parse().ok()?))
    };
    let skills: BTreeMap<SkillId, u8> =
        listed.split(',').filter(|text| !text.is_empty()).map(skill).collect::<Option<_>>()?;
    let mut millis = || Some(Duration::from_millis(parts.next()?.parse().ok()?));
    let (took, seat) = (millis()?, millis()?);
    let needs = Requirements { queue, language, also: None, skills };
    Some(Served { needs, sample: Sample { took, seat } })
}

/// Reads a note and writes it again, to compare with its stored form.
#[cfg(test)]
pub(super) fn again(stored: &str) -> Option<String> {
    let mut last = stored.rsplit('|');
    let id = ConversationId::parse(last.next()?).ok()?;
    let at = last.next()?.strip_suffix("ms")?.parse().ok()?;
    Some(name(&id, &parse(stored)?, Timestamp::from_millis(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_back_as_written() {
        let skill = |name: &str, least| (SkillId::parse(name).unwrap(), least);
        for skills in [vec![], vec![skill("billing", 2)], vec![skill("a", 1), skill("b", 5)]] {
            let served = Served {
                needs: Requirements {
                    queue: QueueId::parse("care").unwrap(),
                    language: Language::Ar,
                    also: None,
                    skills: skills.into_iter().collect(),
                },
                sample: Sample {
                    took: Duration::from_millis(1_234),
                    seat: Duration::from_millis(567_890),
                },
            };
            let id = ConversationId::parse("c1").unwrap();
            let note = Note::Served(served);
            let written = name(&id, &note, Timestamp::from_millis(9));
            assert_eq!(parse(&written), Some(note), "{written}");
        }
        let kind = Kind {
            queue: QueueId::parse("care").unwrap(),
            language: Language::En,
            priority: Priority::High,
            origin: Origin { channel: ChannelId::parse("web").ok(), known: true },
        };
        let note = Note::Waited(Waited { kind, span: Duration::from_millis(77), met: false });
        let id = ConversationId::parse("c2").unwrap();
        let written = name(&id, &note, Timestamp::from_millis(9));
        assert_eq!(parse(&written), Some(note), "{written}");
        assert_eq!(parse("had|care|ar|"), None);
    }
}
