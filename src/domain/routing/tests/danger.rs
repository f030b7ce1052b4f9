//! Somebody in danger waits for nobody's cool-down, and for nobody's pause while no one else has a
//! seat. Beside `tables.rs`, which says what holds for everyone.

use super::tables::{NOW, check, told, with, within};
use super::world::{
    agent, agent_id, conversation, declined_by, emergency, holding, item, preferring, rules, s,
    view,
};
use crate::domain::pool::agent::{Agent, Holding, Presence};
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::routing::alerts::{AlertKind, judge, measure};
use crate::domain::routing::explain::{Verdict, why};
use crate::domain::routing::overview::overview;
use crate::domain::routing::plan::{Choice, plan};
use crate::domain::time::Timestamp;

#[test]
fn nobody_in_danger_waits_for_a_cool_down() {
    let cooling = |id: &str| with(agent(id), |agent| agent.paused_until = s(1_030));
    let e = || emergency("e", 900);
    check(vec![cooling("a")], vec![e(), item("c", 800)], &["e→a"]);
    // Whoever is free goes first, also before the preferred one who lets offers pass.
    check(vec![cooling("a"), agent("b")], vec![e()], &["e→b"]);
    check(vec![cooling("a"), agent("b")], vec![preferring(e(), "a", 1_020)], &["e→b"]);
    let two = vec![cooling("a"), cooling("b")];
    check(two, vec![preferring(e(), "b", 1_020)], &["e→b"]);
    check(vec![cooling("a"), cooling("b")], vec![e(), emergency("f", 950)], &["e→a", "f→b"]);
    // Everything else that keeps one from being asked still does.
    let away = with(cooling("a"), |agent| agent.presence = Presence::Away { reason: "x".into() });
    let draining = with(cooling("a"), |agent| agent.presence = Presence::Draining);
    let full = holding(cooling("a"), "x", Holding::Owned);
    for hindered in [away, draining, full] {
        check(vec![hindered], vec![e()], &[]);
    }
}

#[test]
fn who_cools_down_is_found_for_an_emergency_without_any_change() {
    let rules = rules();
    let cooling = with(agent("a"), |agent| agent.paused_until = s(1_030));
    let mut before = view(&rules, vec![cooling.clone()], vec![item("c", 900)]);
    assert_eq!(plan(&mut before, &rules, NOW), []);
    // Somebody in danger comes …
    let mut view_a = before.clone();
    view_a.upsert_item(emergency("e", 950));
    assert_eq!(told(&plan(&mut view_a, &rules, NOW)), ["e→a"]);
    // … or is there already when an agent lets another offer pass.
    let busy = holding(agent("a"), "x", Holding::Offer);
    let mut view_b = view(&rules, vec![busy], vec![emergency("e", 950)]);
    assert_eq!(plan(&mut view_b, &rules, NOW), []);
    view_b.upsert_agent(cooling);
    let verdicts = why(&view_b, &conversation("e"), NOW).unwrap();
    assert_eq!(verdicts, [(agent_id("a"), Verdict::Eligible)]);
    assert_eq!(told(&plan(&mut view_b, &rules, NOW)), ["e→a"]);
}

#[test]
fn who_declined_somebody_in_danger_is_asked_again_when_nobody_else_has_a_seat() {
    let rules = rules();
    let cooling = with(agent("a"), |agent| agent.paused_until = s(1_005));
    let declined = within(declined_by(emergency("e", 900), "a", 1_600), |item| {
        item.asked_again_from = Some(s(1_005));
    });
    let mut view = view(&rules, vec![cooling.clone(), agent("b")], vec![declined]);
    let mut busy = view.clone();
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["e→b"]);
    // The other one gets full: then a is asked, after a moment, not after their pause.
    busy.upsert_agent(holding(agent("b"), "x", Holding::Owned));
    assert_eq!(plan(&mut busy, &rules, NOW), []);
    assert_eq!(busy.next_wake(), Some(s(1_005)));
    let offers = plan(&mut busy, &rules, s(1_005));
    assert_eq!(told(&offers), ["e→a"]);
    assert_eq!(offers[0].why.choice, Choice::NobodyElse);
}

#[test]
fn supervisors_are_told_at_once_of_somebody_in_danger_for_whom_nobody_can_be_asked() {
    let rules = rules();
    let limit = rules.alerts.emergency_wait.as_millis() as i64;
    let told = |items: &[Item], agents: &[Agent], at: Timestamp| {
        let overview = overview(&rules, items, agents, at);
        let measured = measure(&rules, &overview, items.iter(), [].iter(), at);
        let judged = judge(&rules.alerts, &[], &measured, at);
        let urgent = judged.new.iter().find(|new| new.key.kind == AlertKind::EmergencyWaiting);
        urgent.map(|alert| (alert.value, alert.limit))
    };
    let e = || emergency("e", 999);
    let busy = || holding(agent("a"), "x", Holding::Owned);
    assert_eq!(told(&[e()], &[], NOW), Some((1_000, 1)), "nobody is there");
    assert_eq!(told(&[e()], &[busy()], NOW), Some((1_000, 1)), "nobody has room");
    // Who is being asked has the time that the rules give, and not for ever.
    let asked = within(e(), |item| {
        item.state = ItemState::Offered { agent: agent_id("a"), until: s(1_030) };
    });
    let about = || holding(agent("a"), "e", Holding::Offer);
    assert_eq!(told(std::slice::from_ref(&asked), &[about()], NOW), None);
    assert_eq!(told(&[asked], &[about()], s(1_029)), Some((limit, limit)));
    // Who will be asked in a moment, and whoever is not in danger, is not told of at once.
    assert_eq!(told(&[e()], &[agent("a")], NOW), None);
    assert_eq!(told(&[item("c", 999)], &[busy()], NOW), None);
}
