//! Whoever is gone stands aside for those who are there: a table of small pools, each with what is offered.

use super::world::*;
use crate::domain::ids::ConversationId;
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::Item;
use crate::domain::routing::explain::{position, positions};
use crate::domain::routing::plan::{Offer, Turn, plan, plan_all};
use crate::domain::routing::view::PoolView;
use std::collections::BTreeSet;

fn pool(agents: Vec<Agent>, items: Vec<Item>, gone: &[&str]) -> PoolView {
    let mut view = PoolView::new(&rules());
    agents.into_iter().for_each(|agent| view.upsert_agent(agent));
    items.into_iter().for_each(|item| view.upsert_item(item));
    view.set_asides(ids(gone));
    view
}

fn ids(names: &[&str]) -> BTreeSet<ConversationId> {
    names.iter().map(|name| conversation(name)).collect()
}

fn told(offers: &[Offer]) -> Vec<String> {
    offers.iter().map(|offer| format!("{}→{}", offer.conversation, offer.agent)).collect()
}

fn check(agents: Vec<Agent>, items: Vec<Item>, gone: &[&str], expected: &[&str]) {
    let mut view = pool(agents, items, gone);
    assert_eq!(told(&plan_all(&view, &rules(), s(1_000))), expected);
    assert_eq!(told(&plan(&mut view, &rules(), s(1_000))), expected);
}

#[test]
fn whoever_is_there_goes_first_and_whoever_is_gone_when_nobody_else_could() {
    let (gone, there) = (|| item("gone", 100), || item("there", 900));
    check(vec![agent("a")], vec![gone(), there()], &[], &["gone→a"]);
    check(vec![agent("a")], vec![gone(), there()], &["gone"], &["there→a"]);
    check(vec![agent("a")], vec![gone()], &["gone"], &["gone→a"]);
    check(vec![agent("a"), agent("b")], vec![gone(), there()], &["gone"], &["there→a", "gone→b"]);
    // Somebody who is there but whom this agent cannot help keeps nobody from their help.
    let mut arabic = agent("a");
    arabic.profile.languages.remove(&crate::domain::language::Language::En);
    let mut english = there();
    english.handoff.needs.language = crate::domain::language::Language::En;
    check(vec![arabic], vec![gone(), english], &["gone"], &["gone→a"]);
    // Among those who are gone the places count as ever.
    let both = vec![item("later", 200), gone()];
    check(vec![agent("a")], both, &["gone", "later"], &["gone→a"]);
}

#[test]
fn nobody_in_danger_and_nobody_who_was_promised_something_stands_aside() {
    let there = || item("there", 900);
    check(vec![agent("a")], vec![emergency("gone", 950), there()], &["gone"], &["gone→a"]);
    let promised = Item { promised: true, ..item("gone", 100) };
    check(vec![agent("a")], vec![promised, there()], &["gone"], &["gone→a"]);
    let broken = Item { broken: 1, ..item("gone", 100) };
    check(vec![agent("a")], vec![broken, there()], &["gone"], &["gone→a"]);
}

#[test]
fn whoever_comes_back_stands_where_they_stood_and_the_place_is_told_as_it_is() {
    let (items, agents) = (vec![item("gone", 100), item("there", 900)], vec![]);
    let mut view = pool(agents, items, &["gone"]);
    assert_eq!(position(&view, &conversation("gone")), Some(1), "the place is kept");
    assert_eq!(position(&view, &conversation("there")), Some(1), "nobody goes before them");
    let both = [("gone", 1), ("there", 1)].map(|(id, place)| (conversation(id), place));
    assert_eq!(positions(&view), both);
    assert!(view.stands_aside(&conversation("gone")));
    assert_eq!(plan(&mut view, &rules(), s(1_000)), []);
    view.set_asides(BTreeSet::new());
    assert_eq!(position(&view, &conversation("there")), Some(2), "who was gone has come back");
    assert!(!view.stands_aside(&conversation("gone")));
    view.upsert_agent(agent("a"));
    assert_eq!(told(&plan(&mut view, &rules(), s(1_001))), ["gone→a"]);
}

#[test]
fn an_offer_says_that_nobody_is_there() {
    let view = pool(vec![agent("a")], vec![item("gone", 100)], &["gone"]);
    assert_eq!(plan_all(&view, &rules(), s(1_000))[0].why.turn, Turn::NobodyThere);
}

#[test]
fn what_comes_anew_of_somebody_who_is_gone_stands_aside_at_once() {
    let mut view = pool(vec![], vec![item("there", 900)], &["gone"]);
    view.upsert_item(item("gone", 100));
    view.upsert_agent(agent("a"));
    assert_eq!(told(&plan(&mut view, &rules(), s(1_000))), ["there→a"]);
}
