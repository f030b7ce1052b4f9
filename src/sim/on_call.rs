//! Those on call in the simulation: some cannot be rung, some answer at once, some late, some never.
//! And the checker of ringing: nobody is rung whom no commit has decided to ring, nobody twice for one
//! ring, nobody for a conversation that a colleague has; and no customer hears more than is so.

use super::model::{Invariant, Model};
use super::random::Random;
use super::world::World;
use crate::app::on_call::OwedRing;
use crate::domain::conversation::on_call::{RingAnswer, Stage, waits_in_danger};
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::ConversationId;
use crate::domain::texts::TextKey;
use crate::ports::ringer::{Ring, Ringer, Rung};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// When nothing fails, a ring comes at most so long after somebody took the conversation: between
/// the look and the ring nobody can be kept out.
const LATE_MAX: Duration = Duration::from_secs(5);
/// An answer is given again so often when nobody took it.
const TRIES_MAX: u32 = 20;

/// What is known of ringing.
#[derive(Debug, Clone, Default)]
pub(super) struct Rings {
    /// Rings that were decided, and whether they were performed.
    decided: BTreeMap<(ConversationId, i64), bool>,
    /// Rings that somebody has answered, with the name they gave.
    answered: BTreeSet<(ConversationId, i64, String)>,
    /// Nothing fails any more, so that spans can be asked for.
    pub(super) calm: bool,
    /// For the report.
    pub(super) counts: BTreeMap<&'static str, u64>,
}

impl Rings {
    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}

impl Model {
    /// A ring was decided. `c` is the conversation before it.
    pub(super) fn on_call_rung(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        ring: i64,
    ) {
        let waits = c.is_some_and(|c| waits_in_danger(c).is_some() && c.owner().is_none());
        self.check(Invariant::OnCall, waits, || format!("{id}: somebody is rung in {c:?}"));
        let fresh = self.rings.decided.insert((id.clone(), ring), false).is_none();
        self.check(Invariant::OnCall, fresh, || format!("{id}: the ring {ring} was issued twice"));
        self.rings.count("rung");
    }

    /// Somebody is said to be reached.
    pub(super) fn on_call_reached(&mut self, id: &ConversationId, ring: i64, name: &str) {
        let holds = self.rings.answered.contains(&(id.clone(), ring, name.to_owned()));
        self.check(Invariant::OnCall, holds, || {
            format!("{id}: {name} is said to be reached by the ring {ring} and has not answered")
        });
        self.rings.count("reached");
    }

    /// The customer is told something. `c` is the conversation as it is then.
    pub(super) fn notice_told(&mut self, id: &ConversationId, c: Option<&Conversation>, key: &str) {
        let stage = c.and_then(|c| c.on_call.as_ref()).map(|open| &open.stage);
        let so = match TextKey::from_name(key) {
            Some(TextKey::OnCallRinging | TextKey::OnCallRingingNext) => {
                stage == Some(&Stage::Ringing)
            }
            Some(TextKey::OnCallReached) => matches!(stage, Some(Stage::Reached { .. })),
            Some(TextKey::OnCallMissed) => {
                self.rings.count("nobody reached");
                stage == Some(&Stage::Missed)
            }
            Some(_) | None => true,
        };
        self.check(Invariant::OnCall, so, || format!("{id}: {key} is said in {c:?}"));
    }

    /// Somebody's telephone rings.
    fn rings(&mut self, ring: &Ring) {
        let (id, number) = (&ring.conversation, ring.ring);
        let before = self.rings.decided.insert((id.clone(), number), true);
        self.check(Invariant::OnCall, before == Some(false), || {
            format!("{id}: the ring {number} is performed, and before it was {before:?}")
        });
        let taken = self.conversation(id).and_then(|c| c.owner().map(|_| c.last_event_at));
        let late = taken.map_or(Duration::ZERO, |at| self.now.since(at));
        let holds = !self.rings.calm || late <= LATE_MAX;
        self.check(Invariant::OnCall, holds, || {
            format!("{id}: it rings {late:?} after somebody has taken it")
        });
    }

    fn answers(&mut self, owed: &OwedRing, name: &str) {
        let OwedRing { conversation, ring } = owed;
        self.rings.answered.insert((conversation.clone(), *ring, name.to_owned()));
    }
}

/// An answer that comes later.
struct Later {
    owed: OwedRing,
    name: String,
    after: Duration,
}

/// Answers on their way; shared by all instances, because people are not part of one.
#[derive(Clone, Default)]
pub(super) struct OnTheWay(Arc<Mutex<Vec<Later>>>);

impl OnTheWay {
    fn add(&self, later: Later) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(later);
    }

    fn take(&self) -> Vec<Later> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The line of an instance to those on call.
pub(super) struct SimLine {
    pub(super) model: Arc<Mutex<Model>>,
    pub(super) random: Random,
    pub(super) on_the_way: OnTheWay,
}

#[async_trait]
impl Ringer for SimLine {
    async fn ring(&self, ring: &Ring) -> Rung {
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        model.rings(ring);
        let owed = OwedRing { conversation: ring.conversation.clone(), ring: ring.ring };
        let name = format!("{} {}", ring.target.name, ring.attempt);
        match self.random.below(10) {
            0..3 => Rung::Failed("no line".to_owned()),
            3..5 => {
                model.answers(&owed, &name);
                Rung::Reached(name)
            }
            5..8 => {
                let after = self.random.span(500, 90_000);
                self.on_the_way.add(Later { owed, name, after });
                Rung::Delivered
            }
            _ => Rung::Delivered,
        }
    }
}

/// Brings late answers.
pub(super) async fn bring_answers(world: Rc<World>) {
    while !world.over.get() {
        world.sleep(Duration::from_millis(500)).await;
        for later in world.on_the_way.take() {
            world.executor.spawn(super::executor::Owner::World, answer(Rc::clone(&world), later));
        }
    }
}

async fn answer(world: Rc<World>, later: Later) {
    world.sleep(later.after).await;
    let random = world.random.fork();
    for _ in 0..TRIES_MAX {
        let (owed, name) = (later.owed.clone(), later.name.clone());
        world.model().answers(&owed, &name);
        let answer = RingAnswer::Reached { name };
        let told = world
            .call_any(&random, async move |app| app.on_call_answered(&owed, answer).await)
            .await;
        match told {
            Err(trouble) if trouble.is_passing() => world.sleep(Duration::from_secs(1)).await,
            Ok(_) | Err(_) => return,
        }
    }
}
