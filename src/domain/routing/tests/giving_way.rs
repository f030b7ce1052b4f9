//! Agents with an open offer and somebody in danger for whom nobody else can be asked: an ordinary offer
//! gives way, and beside others in danger there is room for one more.

use super::tables::{NOW, told, with, within};
use super::world::{
    agent, agent_id, conversation, declined_by, emergency, follow, item, rules, s, view,
};
use crate::domain::handoff::Token;
use crate::domain::pool::agent::{Agent, Held, Holding, Presence};
use crate::domain::pool::item::{Item, ItemState, Seat};
use crate::domain::pool::work::offer_hindrance;
use crate::domain::routing::delay::{DelayReason, delay_reason};
use crate::domain::routing::explain::{Verdict, why};
use crate::domain::routing::plan::{Choice, Turn, plan, plan_all};

/// Offered to that agent since then, and not answered.
fn offered(item: Item, to: &str, since: i64) -> Item {
    within(item, |item| {
        item.state = ItemState::Offered { agent: agent_id(to), until: s(since + 30) };
        item.seat = Some(Seat { since: s(since), taken: None });
    })
}

fn asked(agent: Agent, about: &str) -> Agent {
    owning(agent, about, 1, Holding::Offer)
}

fn owning(mut agent: Agent, what: &str, cost: u32, how: Holding) -> Agent {
    let held = Held::given(Token::default(), cost, how);
    agent.held.insert(conversation(what), held);
    agent
}

/// What is planned, as `emergency→agent instead of ordinary`; from everything and from what changed.
fn check(agents: Vec<Agent>, items: Vec<Item>, expected: &[&str]) {
    let rules = rules();
    let mut view = view(&rules, agents, items);
    let all = plan_all(&view, &rules, NOW);
    assert_eq!(plan(&mut view, &rules, NOW), all);
    let names = all.iter().map(|offer| {
        let other = offer.instead_of.as_ref().map(|other| format!(" instead of {other}"));
        format!("{}→{}{}", offer.conversation, offer.agent, other.unwrap_or_default())
    });
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[test]
fn the_oldest_ordinary_offer_gives_way_to_somebody_in_danger_whom_nobody_else_can_take() {
    let (e, f) = (|| emergency("e", 900), || emergency("f", 910));
    let o = |id: &str, to: &str, since: i64| offered(item(id, 800), to, since);
    let a = || asked(agent("a"), "o");
    check(vec![a()], vec![o("o", "a", 990), e()], &["e→a instead of o"]);
    // Whoever is free, or only cools down, comes before.
    check(vec![a(), agent("b")], vec![o("o", "a", 990), e()], &["e→b"]);
    let cools = with(agent("b"), |agent| agent.paused_until = s(1_030));
    check(vec![a(), cools], vec![o("o", "a", 990), e()], &["e→b"]);
    // Of several the oldest offer; each gives way to one.
    let two = || vec![a(), asked(agent("b"), "p")];
    let items = |rest: Vec<Item>| [vec![o("o", "a", 990), o("p", "b", 985)], rest].concat();
    check(two(), items(vec![e()]), &["e→b instead of p"]);
    check(two(), items(vec![e(), f()]), &["e→b instead of p", "f→a instead of o"]);
    let third = vec![e(), f(), emergency("g", 920)];
    check(two(), items(third), &["e→b instead of p", "f→a instead of o"]);
    // Who declined this emergency is asked last.
    let declined = declined_by(e(), "b", 1_600);
    check(two(), items(vec![declined]), &["e→a instead of o"]);
}

#[test]
fn nothing_else_gives_way() {
    let o = || offered(item("o", 800), "a", 990);
    let a = || asked(agent("a"), "o");
    let e = || emergency("e", 900);
    // Not to somebody ordinary, whatever the priority.
    let high = within(item("h", 700), |item| item.credit_ms = 600_000);
    check(vec![a()], vec![o(), high], &[]);
    // Not another emergency, and nothing that is owned.
    check(vec![a()], vec![offered(emergency("o", 800), "a", 990), e()], &[]);
    check(vec![owning(agent("a"), "o", 1, Holding::Owned)], vec![e()], &[]);
    // Not where the agent could not be offered it afterwards.
    let full = with(owning(a(), "x", 1, Holding::Owned), |agent| agent.profile.capacity = 1);
    let away = with(a(), |agent| agent.presence = Presence::Away { reason: "x".into() });
    let writes_up = owning(a(), "e", 0, Holding::WrapUp { until: s(1_010) });
    for hindered in [full, away, writes_up] {
        check(vec![hindered], vec![o(), e()], &[]);
    }
    let large = within(e(), |item| item.cost = 2);
    check(vec![a()], vec![o(), large], &[]);
    let excluded = within(e(), |item| item.excluded = [agent_id("a")].into());
    check(vec![a()], vec![o(), excluded], &[]);
    // Not what has run out, nor what gave way as often as it may.
    check(vec![a()], vec![offered(item("o", 800), "a", 960), e()], &[]);
    let often = within(o(), |item| item.gave_way = rules().offers.emergency_run_max);
    check(vec![a()], vec![often, e()], &[]);
}

#[test]
fn what_was_let_pass_after_a_row_of_emergencies_keeps_its_offer() {
    let mut rules = rules();
    rules.offers.emergency_run_max = 1;
    let waits = vec![item("old", 1), emergency("e", 900), emergency("f", 910)];
    let mut view = view(&rules, vec![agent("a"), agent("b")], waits);
    let offers = plan(&mut view, &rules, NOW);
    assert_eq!(told(&offers), ["e→a", "old→b"]);
    offers.iter().for_each(|offer| follow(&mut view, offer, NOW));
    assert_eq!(plan(&mut view, &rules, NOW), []);
    let verdicts = why(&view, &conversation("f"), NOW).unwrap();
    assert!(verdicts.iter().all(|(_, verdict)| *verdict != Verdict::Eligible), "{verdicts:?}");
    assert_eq!(delay_reason(&view, &rules, &conversation("f"), NOW), DelayReason::AllBusy);
}

#[test]
fn it_is_found_and_explained_whichever_comes_last_and_leads_to_no_other_change() {
    let rules = rules();
    let mut view = view(&rules, vec![agent("a")], vec![item("o", 800)]);
    let offers = plan(&mut view, &rules, NOW);
    offers.iter().for_each(|offer| follow(&mut view, offer, NOW));
    assert_eq!(plan(&mut view, &rules, NOW), []);
    view.upsert_item(emergency("e", 999));
    let verdicts = why(&view, &conversation("e"), NOW).unwrap();
    assert_eq!(verdicts, [(agent_id("a"), Verdict::Eligible)]);
    assert_eq!(delay_reason(&view, &rules, &conversation("e"), NOW), DelayReason::None);
    let offers = plan(&mut view, &rules, NOW);
    assert_eq!(told(&offers), ["e→a"]);
    assert_eq!((offers[0].why.turn, offers[0].why.choice), (Turn::Emergency, Choice::GivesWay));
    // Until the pool has followed, it is proposed again; then there is peace.
    assert!(view.is_dirty());
    assert_eq!(plan(&mut view, &rules, NOW), offers);
    follow(&mut view, &offers[0], NOW);
    assert_eq!(plan(&mut view, &rules, NOW), []);
    assert!(!view.is_dirty());
    let o = view.item(&conversation("o")).unwrap();
    assert_eq!((o.state.clone(), o.gave_way, o.untaken), (ItemState::Waiting, 1, 0));

    // The emergency is there before the offer: an agent is asked something ordinary elsewhere.
    let mut view = super::world::view(&rules, vec![], vec![emergency("e", 900)]);
    assert_eq!(plan(&mut view, &rules, NOW), []);
    view.upsert_agent(asked(agent("a"), "o"));
    view.upsert_item(offered(item("o", 800), "a", 999));
    assert!(view.is_dirty());
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["e→a"]);
}

/// With so much room.
fn roomy(id: &str, capacity: u32) -> Agent {
    with(agent(id), |agent| agent.profile.capacity = capacity)
}

#[test]
fn where_all_that_is_open_is_about_others_in_danger_whoever_has_room_is_asked_beside_it() {
    let e = || emergency("e", 900);
    let about = |id: &str, to: &str| offered(emergency(id, 800), to, 990);
    let a = || asked(roomy("a", 3), "x");
    check(vec![a()], vec![about("x", "a"), e()], &["e→a"]);
    // Whoever has less to answer first; each for one of those who wait.
    let b = || asked(asked(roomy("b", 3), "y"), "z");
    let open = || vec![about("x", "a"), about("y", "b"), about("z", "b")];
    check(vec![b(), a()], [open(), vec![e()]].concat(), &["e→a"]);
    let two = vec![e(), emergency("f", 910), emergency("g", 920)];
    check(vec![b(), a()], [open(), two].concat(), &["e→a", "f→b"]);
    // Who declined it comes last, and whoever cools down or gives way before all of these.
    let declined = declined_by(e(), "a", 1_600);
    check(vec![b(), a()], [open(), vec![declined]].concat(), &["e→b"]);
    let cools = with(agent("c"), |agent| agent.paused_until = s(1_030));
    check(vec![a(), cools], vec![about("x", "a"), e()], &["e→c"]);
    let gives = vec![a(), asked(agent("c"), "o")];
    let ordinary = offered(item("o", 800), "c", 995);
    check(gives, vec![about("x", "a"), ordinary, e()], &["e→c instead of o"]);
    // Nobody without room, nobody who is not there or is not to have it, and nobody ordinary.
    let away = with(a(), |agent| agent.presence = Presence::Away { reason: "x".into() });
    for hindered in [asked(agent("a"), "x"), away] {
        check(vec![hindered], vec![about("x", "a"), e()], &[]);
    }
    let excluded = within(e(), |item| item.excluded = [agent_id("a")].into());
    check(vec![a()], vec![about("x", "a"), excluded], &[]);
    check(vec![a()], vec![about("x", "a"), item("o", 900)], &[]);
}

#[test]
fn who_is_asked_beside_an_offer_is_told_as_asked_and_the_pool_follows() {
    let rules = rules();
    let mut view = view(&rules, vec![roomy("a", 2)], vec![emergency("e", 900)]);
    let offers = plan(&mut view, &rules, NOW);
    offers.iter().for_each(|offer| follow(&mut view, offer, NOW));
    assert_eq!(plan(&mut view, &rules, NOW), []);
    view.upsert_item(emergency("f", 999));
    let verdicts = why(&view, &conversation("f"), NOW).unwrap();
    assert_eq!(verdicts, [(agent_id("a"), Verdict::Eligible)]);
    assert_eq!(delay_reason(&view, &rules, &conversation("f"), NOW), DelayReason::None);
    let offers = plan(&mut view, &rules, NOW);
    assert_eq!(told(&offers), ["f→a"]);
    assert_eq!((offers[0].why.turn, offers[0].why.choice), (Turn::Emergency, Choice::Beside));
    let (work, agent) = (view.item(&conversation("f")), view.agent(&agent_id("a")));
    assert_eq!(offer_hindrance(work.unwrap(), agent.unwrap(), NOW), None);
    offers.iter().for_each(|offer| follow(&mut view, offer, NOW));
    assert_eq!(plan(&mut view, &rules, NOW), []);
    // A third finds nobody with room, and waits for that.
    view.upsert_item(emergency("g", 999));
    assert_eq!(plan(&mut view, &rules, NOW), []);
    assert_eq!(delay_reason(&view, &rules, &conversation("g"), NOW), DelayReason::AllBusy);
}

#[test]
fn after_a_row_of_emergencies_nobody_is_asked_beside_an_offer_whom_somebody_overdue_waits_for() {
    let mut rules = rules();
    rules.offers.emergency_run_max = 1;
    let mut view = view(&rules, vec![roomy("a", 3)], vec![emergency("e", 900)]);
    let offers = plan(&mut view, &rules, NOW);
    offers.iter().for_each(|offer| follow(&mut view, offer, NOW));
    [item("old", 1), emergency("f", 910)].into_iter().for_each(|item| view.upsert_item(item));
    assert_eq!(plan(&mut view, &rules, NOW), []);
    let verdicts = why(&view, &conversation("f"), NOW).unwrap();
    assert!(verdicts.iter().all(|(_, verdict)| *verdict != Verdict::Eligible), "{verdicts:?}");
    // It goes: then nothing is owed any more.
    view.remove_item(&conversation("old"));
    assert!(view.is_dirty());
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["f→a"]);
}
