//! Random lives of a conversation: any command, in any state, under any token, at any time.

use super::table::{KINDS, everywhere, one_of};
use super::world::Story;
use crate::domain::conversation::apply::apply;
use crate::domain::conversation::block::in_force;
use crate::domain::conversation::command::{Command, Decision, Effect, Input};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::handle::arrival;
use crate::domain::conversation::retention::may_leave;
use crate::domain::conversation::state::{Conversation, State};
use proptest::prelude::*;
use std::time::Duration;

/// How often in a row time alone may have something to do at one moment.
const TICKS_AT_ONCE_MAX: usize = 8;

/// One step: which command, which sample of it, how much time passes before it.
type Step = (usize, usize, u64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pass = prop_oneof![4 => 0..3_000u64, 1 => 0..400_000u64];
    prop::collection::vec((0..KINDS, 0..48usize, pass), 1..60)
}

fn walk(mut story: Story, steps: Vec<Step>) {
    for (kind, sample, pass) in steps {
        let (command, at) = one_of(&story, kind, sample);
        let is_due = story.deadline() == Some(at);
        let at = at.max(if is_due { story.at } else { story.at + Duration::from_millis(pass) });
        let answer = story.answer(&command, at);
        assert_eq!(answer, story.answer(&command, at), "the same question has the same answer");
        if let Ok(decision) = answer {
            let on_time = is_due && story.deadline() == Some(at);
            story.at = at;
            folds(&story, &decision);
            only_customers_resolve(&story, &command, &decision);
            the_pool_is_told(&story, &command, &decision);
            nobody_is_forgotten(&story, &decision.next);
            only_what_is_over_leaves(&story, &decision.next);
            nobody_comes_while_blocked(&decision.next);
            story.c = Some(decision.next);
            if on_time && matches!(command, Command::Tick { .. }) {
                assert!(story.deadline().is_none_or(|next| next > at), "{:?}", story.c);
            }
            comes_to_rest(story.clone());
        }
    }
}

/// The events fold into the stored state, one number each; no event takes the token back.
fn folds(story: &Story, decision: &Decision) {
    let mut c = story.c.clone();
    for event in &decision.events {
        let (seq, token) = c.as_ref().map(|c| (c.seq, c.token)).unwrap_or_default();
        c = apply(c, event, story.at);
        let c = c.as_ref().expect("whatever happens, it is there afterwards");
        assert_eq!(c.seq, seq + 1, "after {event:?}");
        assert!(c.token >= token, "{event:?} takes the token back from {token:?}");
    }
    assert_eq!(c.as_ref(), Some(&decision.next), "what is stored is what the log says");
}

/// Only a yes of the customer, to an open proposal, resolves.
fn only_customers_resolve(story: &Story, command: &Command, decision: &Decision) {
    if !decision.events.contains(&Event::ResolutionConfirmed) {
        let was = story.c.as_ref().is_some_and(|c| matches!(c.state, State::Resolved { .. }));
        let is = matches!(decision.next.state, State::Resolved { .. });
        assert!(was || !is, "resolved without a yes, by {command:?}");
        return;
    }
    let said_yes = matches!(command, Command::Respond { resolved: true })
        || matches!(command, Command::CustomerSays { input: Input::Text(_), reading, .. } if reading.affirms);
    let proposed = story.c.as_ref().is_some_and(|c| matches!(c.state, State::Confirming(_)));
    assert!(said_yes && proposed, "resolved by {command:?} in {:?}", story.c);
}

/// Whoever begins to need the pool, or no longer does, tells it; nobody else does.
fn the_pool_is_told(story: &Story, command: &Command, decision: &Decision) {
    let before = story.c.as_ref().map(|c| c.token).unwrap_or_default();
    let was = story.c.as_ref().is_some_and(Conversation::is_entangled);
    let is = decision.next.is_entangled();
    let from_the_pool = matches!(command, Command::CatchUp { .. });
    if is && decision.next.token.term > before.term && !from_the_pool {
        assert_eq!(decision.effects, [Effect::Enqueue], "a new stay, by {command:?}");
    }
    if was && !is {
        let released = decision.effects.iter().any(|effect| match effect {
            Effect::Release { term } => *term == before.term,
            Effect::Enqueue => false,
        });
        assert!(released, "nobody is needed any more, by {command:?}");
    }
    assert!(!is || arrival(&story.rules, &decision.next).is_some(), "the pool can be asked");
}

/// Whoever waits, for an answer or for a human, is looked at again by time alone.
fn nobody_is_forgotten(story: &Story, c: &Conversation) {
    let after = Story { c: Some(c.clone()), ..story.clone() };
    match &c.state {
        State::Bot
        | State::Pending { .. }
        | State::Human { .. }
        | State::Blocked
        | State::Confirming(_) => {
            assert!(after.deadline().is_some(), "nothing will ever happen in {c:?}");
        }
        State::Queued => assert!(c.handoff.is_some()),
        // What was left while it was blocked is looked at until the block is over.
        State::Resolved { .. } | State::Closed { .. } => {
            assert_eq!(after.deadline().is_some(), in_force(c).is_some(), "{c:?}");
        }
    }
}

/// Who is blocked has no owner and no place, and was not in danger.
fn nobody_comes_while_blocked(c: &Conversation) {
    assert!(c.state != State::Blocked || in_force(c).is_some(), "{c:?}");
    if in_force(c).is_some() {
        assert!(!c.is_entangled() && !c.endangered && c.promise.is_none(), "{c:?}");
    }
}

/// Nothing that is open, or in which something is promised, ever leaves the store; nor does what can
/// still be reopened.
fn only_what_is_over_leaves(story: &Story, c: &Conversation) {
    let ten_years = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    for after in [Duration::ZERO, Duration::from_secs(60)] {
        if may_leave(&story.rules, c, after, story.at + ten_years) {
            assert!(matches!(c.state, State::Resolved { .. } | State::Closed { .. }), "{c:?}");
            assert!(c.promise.is_none() && c.owner().is_none(), "{c:?}");
        }
        let now = Story { c: Some(c.clone()), ..story.clone() };
        let reopened = now.answer(&Command::Reopen, story.at);
        assert!(reopened.is_err() || !may_leave(&story.rules, c, after, story.at), "{c:?}");
    }
}

/// However late it is, time alone soon has nothing more to do.
fn comes_to_rest(mut story: Story) {
    story.at = story.at + Duration::from_secs(10_000);
    for _ in 0..TICKS_AT_ONCE_MAX {
        if story.deadline().is_none_or(|due| due > story.at) {
            return;
        }
        let tick = story.tick();
        let decision = story.answer(&tick, story.at).expect("what is due can be done");
        story.c = Some(decision.next);
    }
    panic!("time goes on and on in {:?}", story.c);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_happens_a_conversation_stays_whole(steps in steps()) {
        walk(Story::new(), steps);
    }
}

#[test]
fn from_every_situation_every_command_keeps_a_conversation_whole() {
    for story in everywhere() {
        for kind in 0..KINDS {
            for sample in 0..16 {
                walk(story.clone(), vec![(kind, sample, 0)]);
            }
        }
    }
}
