//! Taking by hand: who goes before, and whom nobody passes over.

use super::tables::within;
use super::world::{agent, agent_id, conversation, emergency, item, rules, view};
use crate::domain::pool::item::Item;
use crate::domain::routing::claim::{claimable, overtaken};

/// What `a` could take while these wait and the customers of `asides` are gone, as `conversation:ahead`;
/// and whom they pass over by the last of them.
fn check(items: Vec<Item>, asides: &[&str], expected: &[&str]) {
    let mut view = view(&rules(), vec![agent("a")], items);
    view.set_asides(asides.iter().map(|id| conversation(id)).collect());
    let found = claimable(&view, &agent_id("a"));
    let shown = found.iter().map(|it| format!("{}:{}", it.item.conversation, it.ahead));
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    let [before @ .., last] = &found[..] else { panic!("nobody waits") };
    let before: Vec<_> = before.iter().map(|it| it.item.conversation.clone()).collect();
    let over = overtaken(&view, &agent_id("a"), &last.item.conversation);
    let urgent = before.iter().find(|id| id.as_str() == "danger");
    assert_eq!(over, urgent.map_or(Ok(before.clone()), |id| Err(id.clone())));
}

#[test]
fn who_goes_before_is_a_matter_of_turn_and_not_of_waiting_alone() {
    check(vec![item("old", 800), item("new", 900)], &[], &["old:0", "new:1"]);
    // A promise to them was broken: they go before who has waited longer.
    let credited = within(item("new", 900), |item| item.credit_ms = 200_000);
    check(vec![item("old", 800), credited], &[], &["new:0", "old:1"]);
    // Whose customer is gone goes after those who are there, as in the matcher's own order.
    check(vec![item("old", 800), item("new", 900)], &["old"], &["new:0", "old:1"]);
    check(vec![item("old", 800), emergency("danger", 900)], &["old"], &["danger:0", "old:1"]);
}
