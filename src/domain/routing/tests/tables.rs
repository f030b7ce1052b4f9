//! Small pools in tables: who is offered what, and why the others wait.

use super::world::{
    agent, agent_id, conversation, declined_by, emergency, follow, holding, item, preferring,
    queue, rules, s, skill, view,
};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Holding, Lease, Presence};
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::routing::delay::{DelayReason, delay_reason};
use crate::domain::routing::explain::{QueueStats, Verdict, WhyNot, position, queue_stats, why};
use crate::domain::routing::hours::Hours;
use crate::domain::routing::plan::{Choice, Offer, Turn, plan, plan_all};
use crate::domain::routing::policies::LongestIdle;
use crate::domain::routing::settings::{Queues, RoutingRules};
use crate::domain::routing::view::{CLASSES_KEPT_MAX, PoolView};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_000_000);

pub(super) fn told(offers: &[Offer]) -> Vec<String> {
    offers.iter().map(|offer| format!("{}→{}", offer.conversation, offer.agent)).collect()
}

/// Under the usual rules, at second 1000.
pub(super) fn check(agents: Vec<Agent>, items: Vec<Item>, expected: &[&str]) {
    let rules = rules();
    let mut view = view(&rules, agents, items);
    assert_eq!(told(&plan_all(&view, &rules, NOW)), expected);
    assert_eq!(told(&plan(&mut view, &rules, NOW)), expected);
}

pub(super) fn with(mut agent: Agent, change: impl FnOnce(&mut Agent)) -> Agent {
    change(&mut agent);
    agent
}

pub(super) fn within(mut item: Item, change: impl FnOnce(&mut Item)) -> Item {
    change(&mut item);
    item
}

pub(super) fn english_only(id: &str) -> Agent {
    with(agent(id), |agent| agent.profile.languages = [(Language::En, 5)].into())
}

fn asks_for_safety(item: Item) -> Item {
    within(item, |item| {
        item.handoff.needs.queue = queue("safety");
        item.handoff.needs.skills = [(skill("safety"), 3)].into();
    })
}

fn knows_safety(id: &str, level: u8) -> Agent {
    with(agent(id), |agent| agent.profile.skills = [(skill("safety"), level)].into())
}

#[test]
fn work_is_taken_in_its_order_and_an_agent_gets_one_offer_at_a_time() {
    let roomy = with(agent("a"), |agent| agent.profile.capacity = 9);
    check(vec![roomy.clone()], vec![item("late", 900), item("early", 800)], &["early→a"]);
    let credit = within(item("late", 900), |item| item.credit_ms = 120_000);
    check(vec![roomy.clone()], vec![credit, item("early", 800)], &["late→a"]);
    let earlier = within(item("late", 900), |item| item.waited_ms = 120_000);
    check(vec![roomy.clone()], vec![earlier, item("early", 800)], &["late→a"]);
    check(vec![roomy.clone()], vec![emergency("e", 990), item("early", 1)], &["e→a"]);
    check(vec![roomy], vec![item("b", 800), item("a", 800)], &["a→a"]);
}

#[test]
fn only_who_is_there_able_and_free_is_asked() {
    let asked = |agent: Agent| check(vec![agent], vec![item("c", 900)], &["c→a"]);
    let not_asked = |agent: Agent| check(vec![agent], vec![item("c", 900)], &[]);
    asked(agent("a"));
    asked(with(agent("a"), |agent| agent.paused_until = NOW));
    not_asked(with(agent("a"), |agent| agent.paused_until = s(1_001)));
    not_asked(with(agent("a"), |agent| agent.presence = Presence::Draining));
    not_asked(with(agent("a"), |agent| agent.lease = Lease::Suspect { until: s(1) }));
    not_asked(with(agent("a"), |agent| agent.profile.capacity = 0));
    not_asked(english_only("a"));
    not_asked(holding(agent("a"), "x", Holding::Owned));
    let two = || with(agent("a"), |agent| agent.profile.capacity = 2);
    asked(holding(two(), "x", Holding::Owned));
    not_asked(holding(two(), "x", Holding::Offer));
    not_asked(holding(two(), "c", Holding::WrapUp { until: s(2_000) }));
    let dear = || within(item("c", 900), |item| item.cost = 2);
    check(vec![two()], vec![dear()], &["c→a"]);
    let for_nothing = within(item("c", 900), |item| item.cost = 0);
    check(vec![holding(agent("a"), "x", Holding::Owned)], vec![for_nothing], &[]);
    check(vec![agent("a")], vec![dear(), item("d", 950)], &["d→a"]);
}

#[test]
fn whoever_knows_more_is_kept_for_what_only_they_can_do() {
    let items = || vec![item("plain", 800), asks_for_safety(item("special", 900))];
    let agents = || vec![knows_safety("a", 3), agent("b")];
    check(agents(), items(), &["plain→b", "special→a"]);
    // Knowledge that no queue asks for makes nobody scarce: then the id decides.
    check(vec![knows_safety("a", 2), agent("b")], items(), &["plain→a"]);
}

#[test]
fn the_preferred_agent_is_asked_first_and_waited_for_only_while_they_are_there() {
    let wants_b = |until| preferring(item("c", 900), "b", until);
    let busy_b = || holding(agent("b"), "x", Holding::Owned);
    check(vec![agent("a"), agent("b")], vec![wants_b(0)], &["c→b"]);
    check(vec![agent("a"), busy_b()], vec![wants_b(1_001)], &[]);
    check(vec![agent("a"), busy_b()], vec![wants_b(1_000)], &["c→a"]);
    check(vec![agent("a")], vec![wants_b(1_001)], &["c→a"]);
    let away = with(agent("b"), |agent| agent.presence = Presence::Draining);
    check(vec![agent("a"), away], vec![wants_b(1_001)], &["c→a"]);
    check(vec![agent("a"), english_only("b")], vec![wants_b(1_001)], &["c→a"]);
    let refused = declined_by(wants_b(1_001), "b", 1_500);
    check(vec![agent("a"), busy_b()], vec![refused], &["c→a"]);
    let urgent = preferring(emergency("c", 900), "b", 1_001);
    check(vec![agent("a"), busy_b()], vec![urgent], &["c→a"]);
    // What is held does not hold up what comes after it.
    check(vec![agent("a"), busy_b()], vec![wants_b(1_001), item("d", 950)], &["d→a"]);
}

#[test]
fn who_declined_is_asked_again_only_when_nobody_else_is_left() {
    let busy_b = || holding(agent("b"), "x", Holding::Owned);
    let refused = || declined_by(item("c", 900), "a", 1_500);
    check(vec![agent("a"), agent("b")], vec![refused()], &["c→b"]);
    check(vec![agent("a"), busy_b()], vec![refused()], &[]);
    check(vec![agent("a"), busy_b()], vec![declined_by(item("c", 900), "a", 1_000)], &["c→a"]);
    check(vec![agent("a")], vec![refused()], &["c→a"]);
    check(vec![agent("a"), english_only("b")], vec![refused()], &["c→a"]);
    check(vec![agent("a"), busy_b()], vec![declined_by(refused(), "b", 1_500)], &["c→a"]);
    let not_b = within(refused(), |item| item.excluded = [agent_id("b")].into());
    check(vec![agent("a"), agent("b")], vec![not_b], &["c→a"]);
    let not_a = within(item("c", 900), |item| item.excluded = [agent_id("a")].into());
    check(vec![agent("a")], vec![not_a], &[]);
}

#[test]
fn an_offer_says_what_it_rests_on_and_why_it_is_made() {
    let rules = rules();
    let waited = within(item("c", 900), |item| item.waited_ms = 5_000);
    let offers = plan_all(&view(&rules, vec![agent("a")], vec![waited]), &rules, NOW);
    let (offer, why) = (&offers[0], &offers[0].why);
    assert_eq!((offer.basis.term, offer.until), (900, s(1_030)));
    assert_eq!((why.turn, why.choice), (Turn::InOrder, Choice::Policy("least_loaded")));
    assert_eq!((why.waited_ms, why.load, why.capacity), (105_000, 0, 1));
    let why = |item: Item, agents: Vec<Agent>| {
        let offers = plan_all(&view(&rules, agents, vec![item]), &rules, NOW);
        (offers[0].why.turn, offers[0].why.choice)
    };
    let preferred = preferring(emergency("c", 900), "a", 0);
    assert_eq!(why(preferred, vec![agent("a")]), (Turn::Emergency, Choice::Preferred));
    let refused = declined_by(item("c", 900), "a", 1_500);
    assert_eq!(why(refused, vec![agent("a")]), (Turn::InOrder, Choice::NobodyElse));
}

#[test]
fn a_row_of_emergencies_lets_one_over_age_conversation_pass() {
    let mut rules = rules();
    rules.offers.emergency_run_max = 2;
    let agents = |count: usize| (0..count).map(|n| agent(&format!("a{n}"))).collect();
    let mut items: Vec<_> = (0..5).map(|n| emergency(&format!("e{n}"), 990)).collect();
    // Older than the greatest credit of 600 s by second 1000, and just not so.
    items.extend([item("older", 300), item("old", 400), item("young", 401)]);
    let all = plan_all(&view(&rules, agents(8), items.clone()), &rules, NOW);
    let order: Vec<_> = all.iter().map(|offer| offer.conversation.as_str()).collect();
    assert_eq!(order, ["e0", "e1", "older", "e2", "e3", "old", "e4", "young"]);
    assert_eq!(all[2].why.turn, Turn::OverAge);

    // The row is remembered from plan to plan, and counts what was offered, not what was planned.
    let mut view = view(&rules, agents(1), items);
    let mut order = Vec::new();
    for _ in 0..4 {
        assert_eq!(plan(&mut view, &rules, NOW), plan(&mut view, &rules, NOW), "not followed yet");
        let offer = plan(&mut view, &rules, NOW).remove(0);
        follow(&mut view, &offer, NOW);
        order.push(offer.conversation.to_string());
        view.upsert_agent(agent("a0"));
    }
    assert_eq!(order, ["e0", "e1", "older", "e2"]);
}

#[test]
fn the_end_of_a_pause_is_noticed_without_any_change() {
    let rules = rules();
    let cooling = with(agent("a"), |agent| agent.paused_until = s(1_010));
    let held = preferring(item("c", 900), "a", 1_020);
    let mut view = view(&rules, vec![cooling, agent("b")], vec![held]);
    assert_eq!(plan(&mut view, &rules, NOW), []);
    assert!(!view.is_dirty());
    assert_eq!(view.next_wake(), Some(s(1_010)));
    let mut without_a = view.clone();
    assert_eq!(told(&plan(&mut view, &rules, s(1_010))), ["c→a"]);
    without_a.upsert_agent(holding(agent("a"), "x", Holding::Owned));
    assert_eq!(plan(&mut without_a, &rules, s(1_010)), []);
    assert_eq!(without_a.next_wake(), Some(s(1_020)));
    assert_eq!(told(&plan(&mut without_a, &rules, s(1_020))), ["c→b"]);
    assert_eq!(without_a.next_wake(), None);
}

#[test]
fn each_end_of_a_pause_is_noticed_and_time_never_goes_back() {
    let rules = rules();
    let refused = declined_by(declined_by(item("c", 900), "a", 1_010), "b", 1_020);
    let busy = ["a", "d"].map(|id| holding(agent(id), "x", Holding::Owned));
    let mut view = view(&rules, busy.into(), vec![refused]);
    view.upsert_agent(agent("b"));
    assert_eq!(plan(&mut view, &rules, NOW), []);
    assert_eq!(plan(&mut view, &rules, s(1_010)), []);
    assert_eq!(view.next_wake(), Some(s(1_020)));
    assert_eq!(told(&plan(&mut view, &rules, s(1_020))), ["c→b"]);
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["c→b"]);
    assert_eq!(told(&plan_all(&view, &rules, NOW)), ["c→b"]);
}

#[test]
fn when_someone_leaves_the_others_need_not_wait_for_them() {
    let busy_b = || holding(agent("b"), "x", Holding::Owned);
    let away = |agent: Agent| with(agent, |agent| agent.presence = Presence::Draining);
    let forgot =
        |agent: Agent| with(agent, |agent| agent.profile.languages = [(Language::En, 5)].into());
    let held = preferring(item("c", 900), "b", 1_100);
    let refused = declined_by(item("c", 900), "a", 1_100);
    for waiting in [held, refused] {
        let rules = rules();
        let before = view(&rules, vec![agent("a"), busy_b()], vec![waiting]);
        type Leave<'a> = &'a dyn Fn(&mut PoolView);
        let leaving: [(&str, Leave<'_>); 3] = [
            ("away", &|view| view.upsert_agent(away(busy_b()))),
            ("not able", &|view| view.upsert_agent(forgot(busy_b()))),
            ("gone", &|view| view.remove_agent(&agent_id("b"))),
        ];
        for (how, leave) in leaving {
            let mut view = before.clone();
            assert_eq!(plan(&mut view, &rules, NOW), []);
            leave(&mut view);
            assert_eq!(told(&plan(&mut view, &rules, NOW)), ["c→a"], "{how}");
        }
    }
}

#[test]
fn what_was_planned_is_planned_again_until_the_pool_has_spoken() {
    let rules = rules();
    let mut view = view(&rules, vec![agent("a")], vec![item("c", 900)]);
    let offers = plan(&mut view, &rules, NOW);
    assert_eq!(plan(&mut view, &rules, NOW), offers);
    follow(&mut view, &offers[0], NOW);
    assert_eq!(plan(&mut view, &rules, NOW), []);
    view.remove_item(&conversation("c"));
    view.upsert_agent(agent("a"));
    view.upsert_item(item("d", 950));
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["d→a"]);
    view.remove_agent(&agent_id("a"));
    assert_eq!(plan(&mut view, &rules, NOW), []);
}

#[test]
fn a_new_policy_ranks_everyone_anew() {
    let mut rules = rules();
    let idle = with(agent("idle"), |agent| {
        (agent.profile.capacity, agent.idle_since) = (2, s(1));
    });
    let idle = holding(idle, "x", Holding::Owned);
    let empty = with(agent("empty"), |agent| agent.idle_since = s(500));
    let mut view = view(&rules, vec![idle, empty], vec![item("c", 900)]);
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["c→empty"]);
    rules.policy = &LongestIdle;
    view.set_rules(&rules);
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["c→idle"]);
}

#[test]
fn a_crowd_at_the_start_is_planned_as_a_whole() {
    let rules = rules();
    let agents: Vec<_> = (0..60).map(|n| agent(&format!("a{n}"))).collect();
    let items = (0..2_000).map(|n| {
        let queue = queue(if n % 2 == 0 { "care" } else { "safety" });
        within(item(&format!("c{n}"), n), |item| item.handoff.needs.queue = queue)
    });
    let mut view = view(&rules, agents, items.collect());
    let all = plan_all(&view, &rules, NOW);
    assert_eq!(all.len(), 60);
    assert_eq!(plan(&mut view, &rules, NOW), all);
}

#[test]
fn classes_without_work_are_dropped_when_there_are_too_many() {
    let rules = rules();
    let mut view = view(&rules, vec![agent("a")], Vec::new());
    for n in 0..2 * CLASSES_KEPT_MAX as i64 {
        view.upsert_item(within(item("c", 900), |item| {
            item.handoff.needs.queue = queue(&format!("q{n}"));
        }));
    }
    assert!(view.classes.len() <= CLASSES_KEPT_MAX + 1);
    assert_eq!(told(&plan(&mut view, &rules, NOW)), ["c→a"]);
}

#[test]
fn each_agent_is_told_apart_by_the_first_thing_that_hinders_them() {
    let wanted = within(asks_for_safety(item("c", 900)), |item| {
        item.paused.insert(agent_id("declined"), s(1_100));
        item.excluded.insert(agent_id("excluded"));
    });
    let able = |id: &str| knows_safety(id, 3);
    let owned = Holding::Owned;
    let declined = WhyNot::Declined { until: s(1_100) };
    let cooling = WhyNot::CoolingDown { until: s(1_001) };
    let no_room = WhyNot::NoRoom { load: 1, capacity: 1, cost: 1 };
    let too_low = WhyNot::SkillTooLow { skill: skill("safety"), need: 3, has: 2 };
    let unskilled = WhyNot::SkillTooLow { skill: skill("safety"), need: 3, has: 0 };
    let no_arabic = WhyNot::NoLanguage { language: Language::Ar };
    let two = |id: &str| with(able(id), |agent| agent.profile.capacity = 2);
    let away = Presence::Away { reason: "lunch".to_owned() };
    let table = vec![
        (with(able("off"), |a| a.presence = Presence::Offline), WhyNot::NotSignedIn),
        (with(able("lost"), |a| a.lease = Lease::Lost), WhyNot::NotSignedIn),
        (with(able("away"), |a| a.presence = away), WhyNot::Away),
        (with(able("draining"), |a| a.presence = Presence::Draining), WhyNot::Draining),
        (with(able("gone"), |a| a.lease = Lease::Suspect { until: s(1) }), WhyNot::Suspect),
        (english_only("english"), no_arabic),
        (knows_safety("novice", 2), too_low),
        (agent("other"), unskilled),
        (able("excluded"), WhyNot::Excluded),
        (able("declined"), declined),
        (holding(two("writer"), "c", Holding::WrapUp { until: s(2_000) }), WhyNot::WritingUp),
        (holding(able("full"), "x", owned), no_room),
        (holding(two("asked"), "x", Holding::Offer), WhyNot::LiveOffer),
        (with(able("cooling"), |a| a.paused_until = s(1_001)), cooling),
    ];
    let rules = rules();
    let mut agents: Vec<_> = table.iter().map(|(agent, _)| agent.clone()).collect();
    agents.push(able("free"));
    let view = view(&rules, agents, vec![wanted]);
    let verdicts = why(&view, &conversation("c"), NOW).unwrap();
    assert_eq!(verdicts[0], (agent_id("free"), Verdict::Eligible));
    let verdicts: BTreeMap<_, _> = verdicts.into_iter().collect();
    for (agent, hindrance) in table {
        assert_eq!(verdicts[&agent.id], Verdict::Not(hindrance), "{}", agent.id);
    }
    assert_eq!(why(&view, &conversation("nobody"), NOW), None);
}

#[test]
fn while_it_is_held_the_others_are_told_for_whom() {
    let rules = rules();
    let busy = holding(agent("b"), "x", Holding::Owned);
    let held = preferring(item("c", 900), "b", 1_001);
    let view = view(&rules, vec![agent("a"), busy], vec![held]);
    let held = WhyNot::HeldForPreferred { agent: agent_id("b"), until: s(1_001) };
    let verdicts = why(&view, &conversation("c"), NOW).unwrap();
    assert_eq!(verdicts[0], (agent_id("a"), Verdict::Not(held)));
}

#[test]
fn the_reason_of_a_delay_is_computed_from_who_is_there() {
    let delay = |agents: Vec<Agent>, item: Item, others: Vec<Item>| {
        let mut rules = rules();
        let night = Hours::new("UTC", BTreeMap::new(), &[]).unwrap();
        let mut closed = rules.queues.first().clone();
        (closed.id, closed.hours) = (queue("closed"), Some(night));
        let list = rules.queues.iter().cloned().chain([closed]);
        rules.queues = Queues::from_list(list.collect()).unwrap();
        let id = item.conversation.clone();
        let items = others.into_iter().chain([item]).collect();
        delay_reason(&view(&rules, agents, items), &rules, &id, NOW)
    };
    let busy = |id: &str| holding(agent(id), "x", Holding::Owned);
    let plain = || item("c", 900);
    let after_hours = || within(plain(), |item| item.handoff.needs.queue = queue("closed"));
    let off = with(agent("a"), |agent| agent.presence = Presence::Offline);
    let drains = |agent: &mut Agent| agent.presence = Presence::Draining;
    let away = with(agent("a"), drains);
    let tried = within(plain(), |item| item.excluded = [agent_id("a")].into());
    let untaken = within(plain(), |item| item.untaken = 2);
    let held = preferring(plain(), "b", 1_001);
    let asked = |id, capacity| {
        let agent = with(agent(id), |agent| agent.profile.capacity = capacity);
        holding(agent, "x", Holding::Offer)
    };
    let declined = within(plain(), |item| item.paused = [(agent_id("a"), s(1_090))].into());
    let assigned = ItemState::Assigned { agent: agent_id("a") };
    let taken = within(plain(), |item| item.state = assigned);
    let safety = || asks_for_safety(plain());
    let either = within(plain(), |item| item.handoff.needs.also = Some(Language::En));
    let table = vec![
        (vec![agent("a")], plain(), vec![], DelayReason::None),
        (vec![off], plain(), vec![], DelayReason::NobodySignedIn),
        (vec![], after_hours(), vec![], DelayReason::OutsideHours { opens: None }),
        (vec![busy("a")], after_hours(), vec![], DelayReason::AllBusy),
        (vec![english_only("a")], safety(), vec![], DelayReason::NoLanguage),
        (vec![english_only("a"), agent("b")], safety(), vec![], DelayReason::NoSkill),
        (vec![english_only("a")], either.clone(), vec![], DelayReason::None),
        (
            vec![holding(english_only("a"), "x", Holding::Owned)],
            either,
            vec![],
            DelayReason::AllBusy,
        ),
        (vec![away, english_only("b")], plain(), vec![], DelayReason::AllBusy),
        // Idle, and not to have it again: nobody is busy, and the language is not what is missing.
        (vec![agent("a")], tried.clone(), vec![], DelayReason::AnotherNeeded),
        (vec![agent("a"), english_only("b")], tried.clone(), vec![], DelayReason::AnotherNeeded),
        (vec![english_only("a")], tried.clone(), vec![], DelayReason::NoLanguage),
        (vec![agent("a"), busy("b")], tried.clone(), vec![], DelayReason::AllBusy),
        (vec![agent("a"), with(agent("b"), drains)], tried.clone(), vec![], DelayReason::AllBusy),
        (vec![agent("a"), agent("b")], tried, vec![], DelayReason::None),
        (vec![agent("a"), busy("b")], held.clone(), vec![], DelayReason::PreferredBusy),
        (vec![agent("a"), agent("b")], held, vec![], DelayReason::None),
        (vec![busy("a")], plain(), vec![emergency("e", 950)], DelayReason::EmergenciesAhead),
        (vec![busy("a")], untaken, vec![], DelayReason::OffersNotTaken),
        (vec![busy("a")], plain(), vec![item("d", 1)], DelayReason::AllBusy),
        (vec![busy("a")], emergency("c", 900), vec![emergency("e", 1)], DelayReason::AllBusy),
        (vec![busy("a")], taken, vec![emergency("e", 1)], DelayReason::None),
        // One with room is asked about somebody else: not busy. Without room they are; whoever
        // declined this very one is asked again only when nobody else is left.
        (vec![asked("a", 2)], plain(), vec![], DelayReason::OthersAsked),
        (vec![asked("a", 2), busy("b")], plain(), vec![], DelayReason::OthersAsked),
        (vec![asked("a", 1)], plain(), vec![], DelayReason::AllBusy),
        (vec![asked("a", 2), busy("b")], declined.clone(), vec![], DelayReason::AllBusy),
        (vec![asked("a", 2)], declined, vec![], DelayReason::OthersAsked),
        (vec![asked("a", 2), agent("b")], plain(), vec![], DelayReason::None),
    ];
    for (agents, item, others, expected) in table {
        assert_eq!(delay(agents, item.clone(), others), expected, "{item:?}");
    }
}

#[test]
fn only_those_count_before_one_who_compete_for_the_same_agents() {
    let english =
        |id, since| within(item(id, since), |item| item.handoff.needs.language = Language::En);
    let items = || {
        let offered = ItemState::Offered { agent: agent_id("a"), until: s(1_010) };
        let taken = ItemState::Assigned { agent: agent_id("a") };
        vec![
            english("e1", 100),
            within(item("offered", 200), |item| item.state = offered),
            within(item("taken", 300), |item| item.state = taken),
            english("e2", 400),
            item("c", 900),
            item("after", 950),
        ]
    };
    let arabic_only =
        |id: &str| with(agent(id), |agent| agent.profile.languages = [(Language::Ar, 5)].into());
    let off = |agent: Agent| with(agent, |agent| agent.presence = Presence::Offline);
    let table = [
        (vec![arabic_only("a"), english_only("b")], 2),
        (vec![agent("a")], 4),
        (vec![arabic_only("a"), english_only("b"), off(agent("both"))], 2),
        (vec![off(arabic_only("a")), off(agent("both"))], 4),
        (vec![], 2),
    ];
    for (agents, expected) in table {
        let view = view(&rules(), agents, items());
        assert_eq!(position(&view, &conversation("c")), Some(expected));
        assert_eq!(position(&view, &conversation("taken")), None);
        assert_eq!(position(&view, &conversation("nobody")), None);
    }
}

#[test]
fn the_queues_are_counted_and_the_longest_wait_is_known() {
    let offered = ItemState::Offered { agent: agent_id("a"), until: s(1_010) };
    let taken = ItemState::Assigned { agent: agent_id("a") };
    let items = vec![
        item("c", 900),
        within(item("returned", 950), |item| item.waited_ms = 100_000),
        within(item("offered", 920), |item| item.state = offered),
        within(item("taken", 300), |item| item.state = taken),
    ];
    let rules: RoutingRules = rules();
    let view: PoolView = view(&rules, Vec::new(), items);
    let stats = queue_stats(&view, &rules);
    let care = QueueStats { waiting: 2, offered: 1, assigned: 1, oldest: Some(s(850)) };
    assert_eq!(stats[&queue("care")], care);
    assert_eq!(stats[&queue("safety")], QueueStats::default());
}
