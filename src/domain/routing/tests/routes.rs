//! From a reason to a queue.

use super::world::{queue, queue_rules, rules, s, skill};
use crate::domain::handoff::{HandoffReason, Priority};
use crate::domain::language::Language;
use crate::domain::routing::hours::Hours;
use crate::domain::routing::route::{DetourReason, Wish, route};
use crate::domain::routing::settings::{Queues, Route, RoutingRules};
use std::collections::BTreeMap;
use std::time::Duration;

/// `care` (falls back to `night` and that to `care` again), `safety`, `night`; those of `closed`
/// never open.
fn shop(closed: &[&str]) -> RoutingRules {
    let never = || Hours::new("Asia/Riyadh", BTreeMap::new(), &[]).unwrap();
    let make = |id: &str, fallback: Option<&str>| {
        let mut rules = queue_rules(id, if id == "safety" { &[("safety", 3)] } else { &[] });
        rules.fallback = fallback.map(queue);
        rules.hours = closed.contains(&id).then(never);
        rules
    };
    let rest = vec![make("safety", None), make("night", Some("care"))];
    let mut shop = rules();
    shop.queues = Queues::new(make("care", Some("night")), rest);
    let emergency = Route::usual(HandoffReason::EmergencyLife, queue("safety"));
    shop.reasons.insert(HandoffReason::EmergencyLife, emergency);
    shop.reasons.insert(HandoffReason::Abuse, Route::usual(HandoffReason::Abuse, queue("lost")));
    shop.reasons.remove(&HandoffReason::EmergencyMoney);
    shop
}

fn wish(reason: HandoffReason, entry_queue: Option<&str>) -> Wish {
    Wish {
        reason,
        entry: None,
        entry_queue: entry_queue.map(queue),
        languages: Language::En.into(),
        skills: BTreeMap::new(),
        requested_at: s(5),
        origin: Default::default(),
    }
}

/// A reason, the topic's queue, closed queues: to which queue it goes, and where it was meant to
/// go if not there.
type Row = (
    HandoffReason,
    Option<&'static str>,
    &'static [&'static str],
    &'static str,
    Option<(&'static str, DetourReason)>,
);

#[test]
fn each_reason_finds_a_queue_even_where_the_rules_have_a_hole() {
    use DetourReason::{Closed, Missing};
    use HandoffReason::{Abuse, EmergencyLife, EmergencyMoney, HumanRequest};
    let table: [Row; 10] = [
        (HumanRequest, None, &[], "care", None),
        (HumanRequest, Some("night"), &[], "night", None),
        (EmergencyLife, Some("night"), &[], "safety", None),
        (EmergencyMoney, None, &[], "care", None),
        (HumanRequest, Some("sales"), &[], "care", Some(("sales", Missing))),
        (HumanRequest, Some("sales"), &["care"], "night", Some(("sales", Missing))),
        (Abuse, None, &[], "care", Some(("lost", Missing))),
        (HumanRequest, None, &["care"], "night", Some(("care", Closed))),
        (HumanRequest, None, &["care", "night"], "care", None),
        (EmergencyLife, None, &["safety"], "safety", None),
    ];
    for (reason, own, closed, expected, detour) in table {
        let routed = route(&shop(closed), wish(reason, own), s(9));
        assert_eq!(routed.handoff.needs.queue, queue(expected), "{reason:?} {own:?} {closed:?}");
        let told = routed.detour.as_ref().map(|detour| (detour.wanted.as_str(), detour.why));
        assert_eq!(told, detour, "{reason:?} {own:?} {closed:?}");
        assert_eq!(routed.handoff.requested_at, s(5));
    }
}

#[test]
fn an_emergency_without_a_route_is_still_an_emergency() {
    let routed = route(&shop(&[]), wish(HandoffReason::EmergencyMoney, None), s(9));
    assert_eq!(routed.handoff.priority, Priority::Emergency);
}

#[test]
fn the_higher_of_two_required_levels_counts() {
    for (asked, level) in [(1, 3), (3, 3), (5, 5)] {
        let mut wish = wish(HandoffReason::EmergencyLife, None);
        wish.skills = [(skill("safety"), asked), (skill("orders"), 2)].into();
        let skills = route(&shop(&[]), wish, s(9)).handoff.needs.skills;
        assert_eq!(skills, [(skill("orders"), 2), (skill("safety"), level)].into());
    }
}

#[test]
fn abuse_costs_more() {
    let cost = |reason| route(&shop(&[]), wish(reason, None), s(9)).cost;
    assert_eq!((cost(HandoffReason::Abuse), cost(HandoffReason::Frustration)), (2, 1));
}

#[test]
fn no_credit_exceeds_the_bound_of_overtaking() {
    let mut rules = rules();
    rules.credit_max = Duration::from_secs(60);
    let credits = [Priority::Low, Priority::Normal, Priority::High, Priority::Emergency]
        .map(|priority| rules.credit(priority).as_secs());
    assert_eq!(credits, [0, 30, 60, 0]);
}

#[test]
fn a_pool_has_at_least_one_queue() {
    assert!(Queues::from_list(Vec::new()).is_none());
    let queues = Queues::from_list(vec![queue_rules("a", &[]), queue_rules("b", &[])]).unwrap();
    assert_eq!(queues.iter().map(|queue| queue.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}
