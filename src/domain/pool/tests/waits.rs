//! What is said of a wait when it ends, and what a place keeps of the stay before it.

use super::world::{Pool, agent, arrival, conversation};
use crate::domain::handoff::Priority;
use crate::domain::pool::agent::Holding;
use crate::domain::pool::command::{Arrival, WorkCommand};
use crate::domain::pool::item::{Item, Place};
use crate::domain::routing::fairness::Waited;
use std::time::Duration;

const ID: &str = "c1";
const TERM: i64 = 900_000;

fn enqueue(pool: &Pool, term: i64, change: impl Fn(&mut Arrival)) -> WorkCommand {
    let mut arrival = arrival(term);
    arrival.waiting_since = pool.at;
    change(&mut arrival);
    WorkCommand::Enqueue { arrival, issued_at: pool.at }
}

fn item(pool: &Pool) -> &Item {
    match &pool.places[&conversation(ID)] {
        Place::Here(item) => item,
        Place::Gone { .. } => panic!("it is here"),
    }
}

/// It is offered to this agent, who takes it.
fn taken(pool: Pool, by: &str) -> Pool {
    let pool = pool.then(ID, &WorkCommand::Offer { agent: agent(by) });
    let token = pool.token(ID);
    pool.then(ID, &WorkCommand::Accept { agent: agent(by), token })
}

fn declined(pool: Pool, by: &str) -> Pool {
    let pool = pool.then(ID, &WorkCommand::Offer { agent: agent(by) });
    let token = pool.token(ID);
    pool.then(ID, &WorkCommand::Decline { agent: agent(by), token })
}

/// The wait that this command ends, ten seconds later.
fn ends(pool: &Pool, command: &WorkCommand) -> Option<(u64, bool)> {
    let at = pool.at + Duration::from_secs(10);
    let waited = pool.work(&conversation(ID), command, at).unwrap().waited;
    waited.map(|Waited { span, met, .. }| (span.as_secs(), met))
}

fn there() -> Pool {
    Pool::new().with("sara", 2).with("huda", 2)
}

#[test]
fn whoever_is_passed_on_waits_anew_and_no_minute_is_counted_twice() {
    for ends_by in ["accept", "release"] {
        let pool = there();
        let queued = enqueue(&pool, TERM, |_| {});
        let pool = taken(pool.then(ID, &queued), "sara");
        assert_eq!(item(&pool).waited_ms, 3_000);
        // Passed on after three seconds of waiting, and again while nobody has come yet.
        let passed = enqueue(&pool, TERM + 1, |it| {
            (it.waited_ms, it.waited_before_ms) = (3_000, 3_000);
        });
        let pool = pool.then(ID, &passed);
        let moved = enqueue(&pool, TERM + 2, |it| {
            (it.waited_ms, it.waited_before_ms) = (13_000, 3_000);
        });
        let pool = pool.then(ID, &moved).then(ID, &WorkCommand::Offer { agent: agent("huda") });
        let waited = item(&pool).waits_since();
        assert_eq!(pool.at.since(waited), Duration::from_secs(15), "one clock, as before");
        let token = pool.token(ID);
        let (command, met) = match ends_by {
            "accept" => (WorkCommand::Accept { agent: agent("huda"), token }, true),
            _ => (WorkCommand::Release { term: token.term }, false),
        };
        // Ten seconds before it was moved, two since, and ten more: not the first three.
        assert_eq!(ends(&pool, &command), Some((22, met)), "{ends_by}");
    }
}

#[test]
fn whoever_is_lost_begins_a_wait_of_its_own_and_a_takeover_from_an_agent_none() {
    let pool = there();
    let queued = enqueue(&pool, TERM, |_| {});
    let pool = taken(pool.then(ID, &queued), "sara");
    assert_eq!(ends(&pool, &WorkCommand::TakeOver { agent: agent("huda") }), None);
    let pool = pool.then(ID, &WorkCommand::Lose { agent: agent("sara") });
    let claim = WorkCommand::Claim { agent: agent("huda"), overtaken: Vec::new() };
    assert_eq!(ends(&pool, &claim), Some((10, true)));
}

#[test]
fn offers_that_were_not_taken_are_forgotten_once_somebody_has_come() {
    let pool = there();
    let queued = enqueue(&pool, TERM, |_| {});
    let refused = declined(pool.then(ID, &queued), "sara");
    assert_eq!(item(&refused).untaken, 1);
    let moved = enqueue(&refused, TERM + 1, |_| {});
    assert_eq!(item(&refused.clone().then(ID, &moved)).untaken, 1, "still nobody has come");
    let helped = taken(refused, "huda");
    let passed = enqueue(&helped, TERM + 1, |_| {});
    assert_eq!(item(&helped.clone().then(ID, &passed)).untaken, 0);
    let lost = helped.then(ID, &WorkCommand::Lose { agent: agent("huda") });
    assert_eq!(item(&lost).untaken, 0);
}

#[test]
fn what_comes_back_to_the_agent_who_writes_it_up_needs_no_writing_up() {
    let pool = there();
    let queued = enqueue(&pool, TERM, |_| {});
    let ended =
        taken(pool.then(ID, &queued), "sara").then(ID, &WorkCommand::Release { term: TERM });
    let writes = |pool: &Pool| {
        let held = pool.agents[&agent("sara")].held.get(&conversation(ID));
        held.is_some_and(|held| matches!(held.how, Holding::WrapUp { .. }))
    };
    assert!(writes(&ended), "else this proves nothing");
    let to_another = enqueue(&ended, TERM + 1, |it| it.preferred = Some(agent("huda")));
    assert!(writes(&ended.clone().then(ID, &to_another)));
    let back = enqueue(&ended, TERM + 1, |it| it.preferred = Some(agent("sara")));
    let back = ended.then(ID, &back);
    assert!(!writes(&back));
    back.then(ID, &WorkCommand::Offer { agent: agent("sara") });
}

#[test]
fn whoever_passes_on_somebody_in_danger_is_not_asked_in_the_same_moment() {
    let mut pool = there();
    pool.rules.offers.cool_down_after_decline = Duration::from_secs(60);
    pool.rules.offers.emergency_again_max = Duration::from_secs(5);
    let passed = |avoided: &[&str]| {
        let came = enqueue(&pool, TERM, |it| {
            it.handoff.priority = Priority::Emergency;
            it.avoided = avoided.iter().map(|name| agent(name)).collect();
        });
        let pool = pool.clone().then(ID, &came);
        item(&pool).asked_again_from.map(|from| from.since(pool.at).as_secs())
    };
    assert_eq!(passed(&["sara"]), Some(5));
    assert_eq!(passed(&[]), None);
}
