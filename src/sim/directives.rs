//! Ops: they put up banners, close queues and turn entries off, each until some time, and lift some
//! before. And the checkers: what is off is not answered, a closed queue promises no opening, a banner
//! is told to whoever comes and not when it is over. Beside them the alerts of conversations.

use super::model::{Counts, Invariant, Model};
use super::random::Random;
use super::world::World;
use crate::app::conversations::Request;
use crate::app::requests::Once;
use crate::domain::conversation::banners;
use crate::domain::conversation::event::{Alert, Event};
use crate::domain::conversation::promise::Fate;
use crate::domain::directives::{Directives, What};
use crate::domain::ids::{ConversationId, EntryId, QueueId, RequestId};
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

/// When nothing fails, every process knows of a decision within this.
const KNOWN_WITHIN: Duration = Duration::from_secs(60);

/// What ops have decided, as the store has it.
#[derive(Clone, Default)]
pub(super) struct Decided {
    known: BTreeMap<u64, Spell>,
    /// What was in force when the store lost some of it: a process may go by it, or no longer.
    doubtful: Vec<Spell>,
    /// For the report.
    pub(super) counts: Counts,
}

#[derive(Debug, Clone, PartialEq)]
struct Spell {
    what: What,
    since: Timestamp,
    /// By itself, or because it was lifted.
    until: Timestamp,
    /// Until when it was to be in force.
    planned: Timestamp,
}

impl Spell {
    /// Whether every process has gone by it for a while.
    fn is_settled(&self, at: Timestamp) -> bool {
        at >= self.since + KNOWN_WITHIN && at < self.until
    }

    /// Whether some process may still, or already, go by it.
    fn may_count(&self, at: Timestamp) -> bool {
        at >= self.since && at < self.until + KNOWN_WITHIN
    }
}

impl Decided {
    pub(super) fn count(&mut self, what: &'static str) {
        self.counts.count(what);
    }

    /// What some process may go by, at its time.
    fn possible(&self) -> impl Iterator<Item = &Spell> {
        self.known.values().chain(&self.doubtful)
    }

    fn settled(&self, at: Timestamp) -> impl Iterator<Item = &What> {
        self.known.values().filter(move |spell| spell.is_settled(at)).map(|spell| &spell.what)
    }
}

/// What one change of a conversation told and alerted.
#[derive(Default)]
pub(super) struct Heard {
    notices: Vec<String>,
    broken: u32,
    alerted: u32,
}

impl Heard {
    pub(super) fn hears(&mut self, event: &Event) {
        match event {
            Event::Notice { key, text, .. } if key == banners::KEY => {
                self.notices.push(text.clone());
            }
            Event::PromiseEnded { fate: Fate::Broken, .. } => self.broken += 1,
            Event::SupervisorAlerted { what: Alert::PromiseBroken } => self.alerted += 1,
            _ => {}
        }
    }
}

impl Model {
    /// The list of what is in force was written.
    pub(super) fn directives_changed(&mut self, list: &Directives, at: Timestamp) {
        let listed: BTreeMap<u64, Spell> = list
            .in_force(Timestamp::ZERO)
            .map(|it| {
                let (what, since, until) = (it.what.clone(), it.since, it.until);
                (it.number, Spell { what, since, until, planned: until })
            })
            .collect();
        for (number, spell) in &mut self.directives.known {
            if !listed.contains_key(number) {
                spell.until = spell.until.min(at);
            }
        }
        self.directives.known.extend(listed);
    }

    /// The store lost some of it: nobody can say what each process goes by, until all of it is over.
    /// What was lifted may be in force again.
    pub(super) fn directives_lost(&mut self) {
        let lost = std::mem::take(&mut self.directives.known).into_values();
        self.directives.doubtful.extend(lost.map(|it| Spell { until: it.planned, ..it }));
        self.directives.count("lost");
    }

    /// An entry was answered.
    pub(super) fn judge_answered(&mut self, id: &ConversationId, entry: &EntryId, at: Timestamp) {
        if !self.is_calm(at) {
            return;
        }
        let off = |what: &What| matches!(what, What::EntryOff { entry: off } if off == entry);
        let off = self.directives.settled(at).any(off);
        self.check(Invariant::Directed, !off, || format!("{id}: {entry} was answered though off"));
    }

    /// Whether this queue may be said to open then, by what ops have decided.
    pub(super) fn is_shut(&self, queue: &QueueId, opens: Timestamp, at: Timestamp) -> bool {
        let shut = |spell: &&Spell| {
            matches!(&spell.what, What::QueueClosed { queue: shut } if shut == queue)
                && spell.is_settled(at)
                && opens < spell.until
        };
        self.is_calm(at) && self.directives.known.values().any(|spell| shut(&spell))
    }

    /// Whether some process may have gone by a closure of this queue between these times.
    pub(super) fn may_be_shut(&self, queue: &QueueId, from: Timestamp, to: Timestamp) -> bool {
        self.directives.possible().any(|spell| {
            matches!(&spell.what, What::QueueClosed { queue: shut } if shut == queue)
                && spell.since <= to
                && from < spell.until + KNOWN_WITHIN
        })
    }

    /// Whoever comes is told every banner about everything, and no banner is told when it is over.
    /// Of each broken promise supervisors are told, once.
    pub(super) fn judge_heard(
        &mut self,
        id: &ConversationId,
        (heard, started): (&Heard, bool),
        at: Timestamp,
    ) {
        let holds = heard.broken == heard.alerted;
        self.check(Invariant::Alerted, holds, || {
            format!("{id}: {} promises were broken, {} alerts", heard.broken, heard.alerted)
        });
        if !self.is_calm(at) {
            return;
        }
        let untold = self.directives.settled(at).find(|what| match what {
            What::Banner { ar, en, topics } => {
                let told = |text: &String| text.contains(ar) || text.contains(en);
                started && topics.is_empty() && !heard.notices.iter().any(told)
            }
            What::QueueClosed { .. } | What::EntryOff { .. } => false,
        });
        let untold = untold.cloned();
        self.check(Invariant::Directed, untold.is_none(), || {
            format!("{id}: whoever came was not told {untold:?}")
        });
        let over = heard.notices.iter().find(|text| {
            !self.directives.possible().any(|spell| match &spell.what {
                What::Banner { ar, en, .. } => {
                    spell.may_count(at) && (text.contains(ar) || text.contains(en))
                }
                What::QueueClosed { .. } | What::EntryOff { .. } => false,
            })
        });
        self.check(Invariant::Directed, over.is_none(), || {
            format!("{id}: {over:?} was told when it was over")
        });
    }

    /// Nothing has gone wrong for a while.
    fn is_calm(&self, at: Timestamp) -> bool {
        self.pages.calm.is_some_and(|calm| at >= calm + KNOWN_WITHIN)
    }
}

/// The life of whoever decides these things.
pub(super) async fn live(world: Rc<World>) {
    let random = world.random.fork();
    loop {
        let pause = random.span(20_000, 150_000) * world.course.slower;
        world.sleep(pause).await;
        if world.over.get() {
            return;
        }
        let Some(once) = once(&random) else { return };
        let until = world.now() + random.span(60_000, 300_000) * world.course.slower;
        let what = draw(&world, &random);
        let by = ("ops/one".to_owned(), "as decided".to_owned());
        let taken =
            world.call_any(&random, async move |app| app.direct(what, until, by, &once).await);
        if let Ok(directive) = taken.await {
            world.model().directives.count("in force");
            if random.below(3) == 0 {
                world.sleep(random.span(10_000, 60_000) * world.course.slower).await;
                lift(&world, &random, directive.number).await;
            }
        }
    }
}

async fn lift(world: &World, random: &Random, number: u64) {
    let Some(once) = once(random) else { return };
    if world.call_any(random, async move |app| app.lift(number, &once).await).await.is_ok() {
        world.model().directives.count("lifted");
    }
}

fn draw(world: &World, random: &Random) -> What {
    let entries: Vec<EntryId> = world.rules.bot.entries.keys().cloned().collect();
    let queues: Vec<QueueId> =
        world.rules.routing.queues.iter().map(|queue| queue.id.clone()).collect();
    let number = random.below(1 << 40);
    match random.below(10) {
        0..5 => {
            let topics = match random.below(2) {
                0 => BTreeSet::new(),
                _ => BTreeSet::from([random.pick(&entries).clone()]),
            };
            What::Banner {
                ar: format!("عطل {number}"), en: format!("incident {number}"), topics
            }
        }
        5..9 => What::EntryOff { entry: random.pick(&entries).clone() },
        _ => What::QueueClosed { queue: random.pick(&queues).clone() },
    }
}

fn once(random: &Random) -> Option<Once> {
    let name = RequestId::parse(&format!("o{}", random.below(1 << 40))).ok()?;
    Some(Once::of_staff("ops", "one", Request::new(name, "one", "directive")))
}
