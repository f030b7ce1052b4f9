//! Somebody in danger and an agent's cool-down: what the pool allows although the agent has just let
//! an offer pass, how soon one who declined is asked again, and which offers give way.

use super::world::{Pool, agent, arrival, conversation};
use crate::domain::handoff::Priority;
use crate::domain::pool::command::{InboxEvent, OfferEnd};
use crate::domain::pool::command::{PoolRefusal, WorkCommand};
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::pool::why::Hindrance;
use std::time::Duration;

fn enqueue(pool: Pool, id: &str, priority: Priority) -> Pool {
    let mut arrival = arrival(900_000);
    arrival.handoff.priority = priority;
    let command = WorkCommand::Enqueue { arrival, issued_at: pool.at };
    pool.then(id, &command)
}

fn offer() -> WorkCommand {
    WorkCommand::Offer { agent: agent("sara") }
}

/// Sara lets an offer of `id` pass.
fn lets_pass(pool: Pool, id: &str, declines: bool) -> Pool {
    let mut pool = pool.then(id, &offer());
    let token = pool.token(id);
    match declines {
        true => pool.then(id, &WorkCommand::Decline { agent: agent("sara"), token }),
        false => {
            pool.at = pool.at + pool.rules.offers.timeout;
            pool.then(id, &WorkCommand::Expire)
        }
    }
}

#[test]
fn who_lets_an_offer_pass_has_peace_from_everyone_but_somebody_in_danger() {
    for declines in [true, false] {
        let mut pool = Pool::new().with("sara", 2);
        pool.rules.offers.cool_down_after_decline = Duration::from_secs(3_600);
        pool.rules.offers.cool_down_after_expiry = Duration::from_secs(3_600);
        let pool = enqueue(pool, "c1", Priority::High);
        let pool = lets_pass(pool, "c1", declines);
        let refused = pool.work(&conversation("c1"), &offer(), pool.at);
        assert_eq!(refused, Err(PoolRefusal::NotEligible { why: Hindrance::CoolingDown }));
        let pool = enqueue(pool, "c2", Priority::Emergency);
        pool.then("c2", &offer());
    }
}

#[test]
fn who_declines_somebody_in_danger_is_asked_again_soon_whatever_the_rules_say() {
    for (cool_down, again, expected) in [(3_600, 5, 5), (3_600, 9, 9), (2, 5, 2)] {
        let expected = Duration::from_secs(expected);
        let mut pool = Pool::new().with("sara", 2);
        pool.rules.offers.emergency_again_max = Duration::from_secs(again);
        pool.rules.offers.cool_down_after_decline = Duration::from_secs(cool_down);
        let pool = lets_pass(enqueue(pool, "c1", Priority::Emergency), "c1", true);
        let Place::Here(item) = &pool.places[&conversation("c1")] else { panic!("it waits") };
        assert_eq!(item.asked_again_from, Some(pool.at + expected));
    }
}

fn gives_way() -> WorkCommand {
    WorkCommand::GiveWay { agent: agent("sara") }
}

#[test]
fn an_offer_gives_way_without_any_harm_to_its_customer_or_the_agent() {
    let pool = enqueue(Pool::new().with("sara", 1), "c1", Priority::High).then("c1", &offer());
    let Place::Here(before) = pool.places[&conversation("c1")].clone() else { panic!() };
    let at = pool.at + Duration::from_secs(1);
    let decision = pool.work(&conversation("c1"), &gives_way(), at).unwrap();
    let Some(Some(Place::Here(after))) = &decision.place else { panic!("{decision:?}") };
    assert_eq!(after.state, ItemState::Waiting);
    assert_eq!((after.untaken, after.gave_way), (0, 1));
    assert_eq!(after.virtual_time(), before.virtual_time());
    assert!(after.paused.is_empty());
    let sara = &decision.agents[&agent("sara")];
    assert_eq!((sara.unanswered, sara.paused_until), (0, pool.agents[&sara.id].paused_until));
    assert_eq!((sara.load(), sara.idle_since), (0, pool.agents[&sara.id].idle_since));
    let [(_, InboxEvent::OfferEnded { how, .. })] = &decision.inbox[..] else { panic!() };
    assert_eq!(*how, OfferEnd::Rescinded);
}

#[test]
fn no_emergency_and_nothing_owned_gives_way_and_nobody_does_for_ever() {
    let refused = |pool: &Pool| pool.work(&conversation("c1"), &gives_way(), pool.at).unwrap_err();
    let fixed = PoolRefusal::NotEligible { why: Hindrance::StaysOffered };
    let urgent = enqueue(Pool::new().with("sara", 1), "c1", Priority::Emergency);
    assert_eq!(refused(&urgent.then("c1", &offer())), fixed);
    let ordinary = enqueue(Pool::new().with("sara", 1), "c1", Priority::Normal);
    let offered = ordinary.then("c1", &offer());
    let token = offered.token("c1");
    let owned = offered.clone().then("c1", &WorkCommand::Accept { agent: agent("sara"), token });
    assert_eq!(refused(&owned), PoolRefusal::WrongState { state: "assigned" });
    let mut pool = offered;
    pool.rules.offers.emergency_run_max = 3;
    for _ in 0..3 {
        pool = pool.then("c1", &gives_way()).then("c1", &offer());
    }
    assert_eq!(refused(&pool), fixed);
}

#[test]
fn somebody_in_danger_is_offered_beside_what_is_open_and_nobody_else_is() {
    let pool = enqueue(Pool::new().with("sara", 2), "c1", Priority::Emergency).then("c1", &offer());
    let ordinary = enqueue(pool.clone(), "c2", Priority::High);
    let why = Hindrance::OtherOffer;
    let refused = ordinary.work(&conversation("c2"), &offer(), ordinary.at);
    assert_eq!(refused, Err(PoolRefusal::NotEligible { why }));
    let both = enqueue(pool, "c2", Priority::Emergency).then("c2", &offer());
    assert_eq!(both.agents[&agent("sara")].load(), 2);
    // Never beyond the room that there is.
    let third = enqueue(both, "c3", Priority::Emergency);
    let refused = third.work(&conversation("c3"), &offer(), third.at);
    assert_eq!(refused, Err(PoolRefusal::NotEligible { why: Hindrance::NoRoom }));
    // Each is answered by itself.
    let (one, two) = (third.token("c1"), third.token("c2"));
    let sara = || agent("sara");
    let taken = third.then("c2", &WorkCommand::Accept { agent: sara(), token: two });
    taken.then("c1", &WorkCommand::Accept { agent: sara(), token: one });
}
