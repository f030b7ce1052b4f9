//! Somebody in danger and an agent's cool-down: what the pool allows although the agent has just let
//! an offer pass, and how soon one who declined is asked again.

use super::world::{Pool, agent, arrival, conversation};
use crate::domain::handoff::Priority;
use crate::domain::pool::command::{PoolRefusal, WorkCommand};
use crate::domain::pool::item::{EMERGENCY_AGAIN_MAX, Place};
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
        assert_eq!(refused, Err(PoolRefusal::NotEligible { why: "cooling down" }));
        let pool = enqueue(pool, "c2", Priority::Emergency);
        pool.then("c2", &offer());
    }
}

#[test]
fn who_declines_somebody_in_danger_is_asked_again_soon_whatever_the_rules_say() {
    for (cool_down, expected) in [(3_600, EMERGENCY_AGAIN_MAX), (2, Duration::from_secs(2))] {
        let mut pool = Pool::new().with("sara", 2);
        pool.rules.offers.cool_down_after_decline = Duration::from_secs(cool_down);
        let pool = lets_pass(enqueue(pool, "c1", Priority::Emergency), "c1", true);
        let Place::Here(item) = &pool.places[&conversation("c1")] else { panic!("it waits") };
        assert_eq!(item.asked_again_from, Some(pool.at + expected));
    }
}
