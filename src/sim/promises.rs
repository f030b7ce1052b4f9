//! The checker of promises: each is made once, moved at most once and before it was over, and ended
//! once; nobody ends or is put off without the ledger saying so.

use super::model::{Invariant, Model};
use crate::domain::conversation::promise::{Fate, Promise, PromiseKind, PromiseOwner};
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// When nothing fails, what is due is done within this.
const LATE_MAX: Duration = Duration::from_secs(30);

impl Model {
    /// Promises are made one after the other. `c` is the conversation before it.
    pub(super) fn promise_made(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        made: &Promise,
        at: Timestamp,
    ) {
        *self.promises.entry("made").or_default() += 1;
        let next = c.map_or(0, |c| c.promised) + 1;
        let free = c.is_some_and(|c| c.promise.is_none());
        // Whoever comes back by the queue's promise does so when somebody can be there.
        let open = match &made.owner {
            PromiseOwner::Queue { queue } => {
                let shut = self.is_shut(queue, made.returns_at, at);
                self.is_open(queue, made.returns_at) && !shut
            }
            PromiseOwner::Agent { .. } => true,
        };
        let open = open || made.kind == PromiseKind::Wait;
        let holds = free && open && made.number == next && made.due >= made.returns_at;
        self.check(Invariant::Promise, holds, || format!("{id}: {made:?} does not follow {c:?}"));
    }

    /// A promise is put off at most once.
    pub(super) fn promise_late(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        number: u32,
        due: Timestamp,
    ) {
        *self.promises.entry("late").or_default() += 1;
        let open = c.and_then(|c| c.promise.as_ref());
        let holds = open.is_some_and(|it| it.number == number && !it.late && due > it.due);
        self.check(Invariant::Promise, holds, || format!("{id}: {open:?} is late until {due}"));
    }

    /// What is told late was told before, and only what is over is broken.
    pub(super) fn promise_ended(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        (number, fate): (u32, Fate),
        at: Timestamp,
    ) {
        *self.promises.entry(fate.name()).or_default() += 1;
        let open = c.and_then(|c| c.promise.as_ref());
        let fits = |it: &Promise| match fate {
            Fate::Kept => !it.late && at <= it.due,
            Fate::KeptLate => it.late && at <= it.due,
            Fate::Broken => at >= it.due,
            Fate::Withdrawn => true,
        };
        let holds = open.is_some_and(|it| it.number == number && fits(it));
        self.check(Invariant::Promise, holds, || format!("{id}: {open:?} ended as {fate:?}"));
    }

    /// Who is put off was promised something, and nothing stays promised after the end.
    pub(super) fn judge_ledger(&mut self, c: &Conversation) {
        let holds = match (&c.state, &c.promise) {
            (State::Pending { .. }, promise) => promise.is_some(),
            (State::Queued | State::Human { .. }, _) => true,
            (
                State::Bot
                | State::Blocked
                | State::Confirming(_)
                | State::Resolved { .. }
                | State::Closed { .. },
                promise,
            ) => promise.is_none(),
        };
        self.check(Invariant::Promise, holds, || {
            format!("{}: {:?} with the promise {:?}", c.id, c.state, c.promise)
        });
    }

    /// When nothing fails any more: whoever is to come back does so in time.
    pub(super) fn promises_in_time(&mut self, now: Timestamp) {
        let overdue = self.conversations.values().find_map(|known| {
            let (c, promise) = (&known.conversation, known.conversation.promise.as_ref()?);
            let due = match &c.state {
                State::Pending { .. } => promise.returns_at,
                State::Bot
                | State::Queued
                | State::Blocked
                | State::Human { .. }
                | State::Confirming(_)
                | State::Resolved { .. }
                | State::Closed { .. } => promise.due,
            };
            (now.since(due) > LATE_MAX).then(|| (c.id.clone(), promise.clone()))
        });
        self.check(Invariant::Promise, overdue.is_none(), || {
            format!("nothing was done about a promise: {overdue:?}")
        });
    }
}
