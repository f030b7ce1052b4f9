//! Customers who are not there: others go first, within the bound and no further.

use super::world::*;
use crate::domain::ids::ConversationId;
use crate::domain::routing::explain::position;
use crate::domain::routing::plan::{Offer, plan};
use crate::domain::routing::view::PoolView;
use std::collections::BTreeSet;
use std::time::Duration;

const PUT_BACK: Duration = Duration::from_secs(30);

fn absent(view: &mut PoolView, who: &[&str]) {
    let who: BTreeSet<ConversationId> = who.iter().map(|id| conversation(id)).collect();
    view.set_absent(who, PUT_BACK);
}

fn first(view: &mut PoolView, at: i64) -> String {
    let offers: Vec<Offer> = plan(view, &rules(), s(at));
    offers.first().map(|offer| offer.conversation.to_string()).unwrap_or_default()
}

#[test]
fn who_is_there_goes_before_who_is_not_and_came_a_little_earlier() {
    let mut view = view(&rules(), vec![agent("sara")], vec![item("gone", 0), item("here", 20)]);
    absent(&mut view, &["gone"]);
    assert_eq!(position(&view, &conversation("gone")), Some(2), "the place told is the true one");
    let offers = plan(&mut view, &rules(), s(40));
    assert_eq!(offers[0].conversation, conversation("here"));
    assert_eq!(view.put_back_ms(&conversation("gone")), 30_000);
    assert_eq!(offers[0].why.put_back_ms, 0);
}

#[test]
fn nobody_who_came_later_than_the_bound_goes_before() {
    let mut view = view(&rules(), vec![agent("sara")], vec![item("gone", 0), item("here", 31)]);
    absent(&mut view, &["gone"]);
    let offers = plan(&mut view, &rules(), s(40));
    assert_eq!(offers[0].conversation, conversation("gone"));
    assert_eq!(offers[0].why.put_back_ms, 30_000, "and it is said that it was put back");
}

#[test]
fn whoever_is_alone_or_comes_back_loses_nothing() {
    let mut alone = view(&rules(), vec![agent("sara")], vec![item("gone", 0)]);
    absent(&mut alone, &["gone"]);
    assert_eq!(first(&mut alone, 1), "gone", "nobody waits for whom somebody is free");
    let mut back = view(&rules(), vec![agent("sara")], vec![item("gone", 0), item("here", 20)]);
    absent(&mut back, &["gone"]);
    absent(&mut back, &[]);
    assert_eq!(first(&mut back, 40), "gone");
}

#[test]
fn danger_and_who_was_promised_something_are_never_put_back() {
    let both = vec![emergency("danger", 10), emergency("later", 20)];
    let mut urgent = view(&rules(), vec![agent("sara")], both);
    absent(&mut urgent, &["danger"]);
    assert_eq!(first(&mut urgent, 40), "danger");
    let mut callback = item("callback", 0);
    callback.patient = true;
    let mut promised = view(&rules(), vec![agent("sara")], vec![callback, item("here", 20)]);
    absent(&mut promised, &["callback"]);
    assert_eq!(first(&mut promised, 40), "callback");
}

#[test]
fn a_picture_that_is_built_anew_remembers_who_is_not_there() {
    let mut old = PoolView::new(&rules());
    absent(&mut old, &["gone"]);
    let mut fresh = PoolView::new_like(&rules(), &old);
    fresh.upsert_agent(agent("sara"));
    fresh.upsert_item(item("gone", 0));
    fresh.upsert_item(item("here", 20));
    assert_eq!(first(&mut fresh, 40), "here");
}
