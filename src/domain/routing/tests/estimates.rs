//! How long it takes: what is known, what is not, and what it rests on.

use super::world::*;
use crate::domain::handoff::Requirements;
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Holding};
use crate::domain::pool::item::ItemState;
use crate::domain::routing::eta::{Eta, EtaUnknown, Told, estimate};
use crate::domain::routing::hours::{Day, Hours};
use crate::domain::routing::pace::{Basis, KEPT_MAX, Pace, SAMPLES_MIN, Sample, Served};
use crate::domain::routing::settings::{Queues, RoutingRules};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

fn needs(language: Language) -> Requirements {
    Requirements { queue: queue("care"), language, also: None, skills: BTreeMap::new() }
}

/// So many conversations that took so long each.
fn pace(count: usize, language: Language, seat: Duration) -> Pace {
    let mut pace = Pace::default();
    for number in 0..count {
        let sample = Sample { took: Duration::from_secs(5), seat };
        let served = Served { needs: needs(language), sample };
        pace.learn(s(number as i64), format!("n{number}"), served);
    }
    pace
}

fn busy(id: &str) -> Agent {
    holding(agent(id), &format!("of-{id}"), Holding::Owned)
}

fn eta(agents: Vec<Agent>, waiting: &[&str], pace: &Pace, of: &str) -> Eta {
    let items = waiting.iter().enumerate().map(|(number, id)| item(id, 100 + number as i64));
    let view = view(&rules(), agents, items.collect());
    estimate(&view, pace, &rules(), &conversation(of), s(200))
}

fn told(eta: Eta) -> Told {
    eta.told().unwrap_or_else(|| panic!("not known: {eta:?}"))
}

#[test]
fn whoever_is_further_back_waits_longer_and_more_agents_make_it_shorter() {
    let pace = pace(30, Language::Ar, minutes(6));
    let waiting = ["a", "b", "c", "d"];
    let of = |agents: &[&str], id| {
        told(eta(agents.iter().map(|id| busy(id)).collect(), &waiting, &pace, id))
    };
    let (first, last) = (of(&["x"], "a"), of(&["x"], "d"));
    assert!(first.low < last.low && first.high < last.high, "{first:?} {last:?}");
    let quicker = of(&["x", "y", "z"], "d");
    assert!(quicker.high < last.high, "{quicker:?} {last:?}");
    // Four seats of six minutes each free up one after the other: the mean is inside.
    assert!(last.low <= minutes(24) && minutes(24) <= last.high, "{last:?}");
}

#[test]
fn where_a_seat_is_free_it_takes_as_long_as_offers_take() {
    let pace = pace(10, Language::Ar, minutes(6));
    let told = told(eta(vec![agent("x")], &["a"], &pace, "a"));
    assert_eq!(told, Told { low: Duration::ZERO, high: minutes(1) });
}

#[test]
fn nothing_is_guessed_from_nothing() {
    let few = pace(SAMPLES_MIN - 1, Language::Ar, minutes(6));
    let enough = pace(SAMPLES_MIN, Language::Ar, minutes(6));
    let unknown = |why| Eta::unknown(why);
    let of = |agents, pace: &Pace, id| eta(agents, &["a"], pace, id);
    assert_eq!(of(vec![busy("x")], &few, "a"), unknown(EtaUnknown::FewSamples));
    assert_eq!(of(vec![], &enough, "a"), unknown(EtaUnknown::NobodyThere));
    assert_eq!(of(vec![busy("x")], &enough, "nobody"), unknown(EtaUnknown::NotWaiting));
    let days = pace(SAMPLES_MIN, Language::Ar, minutes(600));
    assert_eq!(of(vec![busy("x")], &days, "a"), unknown(EtaUnknown::TooFar));
    assert!(of(vec![busy("x")], &enough, "a").told().is_some());
}

#[test]
fn what_is_assigned_no_longer_waits() {
    let mut taken = item("a", 100);
    taken.state = ItemState::Assigned { agent: agent_id("x") };
    let view = view(&rules(), vec![busy("x")], vec![taken]);
    let eta =
        estimate(&view, &pace(9, Language::Ar, minutes(6)), &rules(), &conversation("a"), s(200));
    assert_eq!(eta, Eta::unknown(EtaUnknown::NotWaiting));
}

#[test]
fn a_wait_that_would_outlast_the_hours_is_not_promised() {
    let mut rules: RoutingRules = rules();
    let span = "00:00-00:10".parse().unwrap();
    let weekly = Day::ALL.map(|day| (day, vec![span])).into();
    let mut care = queue_rules("care", &[]);
    care.hours = Some(Hours::new("UTC", weekly, &[]).unwrap());
    rules.queues = Queues::new(care, Vec::new());
    let view = view(&rules, vec![busy("x")], vec![item("a", 100)]);
    let of =
        |seat| estimate(&view, &pace(9, Language::Ar, seat), &rules, &conversation("a"), s(200));
    assert_eq!(of(minutes(6)), Eta::unknown(EtaUnknown::ClosesBefore));
    assert!(of(minutes(1)).told().is_some());
}

#[test]
fn it_rests_on_its_own_kind_and_else_on_its_queue() {
    let mut pace = pace(SAMPLES_MIN, Language::Ar, minutes(2));
    let basis = |pace: &Pace| match eta(vec![busy("x")], &["a"], pace, "a") {
        Eta::Known { basis, samples, .. } => Some((basis, samples)),
        Eta::Unknown { .. } => None,
    };
    assert_eq!(basis(&pace), Some((Basis::Class, 5)));
    pace = self::pace(SAMPLES_MIN, Language::En, minutes(2));
    assert_eq!(basis(&pace), Some((Basis::Queue, 5)));
}

#[test]
fn what_is_remembered_is_bounded_and_what_is_old_does_not_count() {
    let pace = pace(KEPT_MAX + 20, Language::Ar, minutes(6));
    assert_eq!(pace.len(), KEPT_MAX);
    let later = s(15 * 86_400);
    assert_eq!(pace.recent(&needs(Language::Ar), later).unwrap_err(), 0);
}

#[test]
fn only_a_change_that_matters_is_told() {
    let known = |low: u64, high: u64| Eta::Known {
        low_ms: 60_000 * low,
        high_ms: 60_000 * high,
        basis: Basis::Class,
        samples: 9,
    };
    let told = known(5, 10);
    for (new, moved) in [
        (known(5, 10), false),
        (known(6, 9), false),
        (known(6, 11), true),
        (known(2, 9), true),
        (Eta::unknown(EtaUnknown::NobodyThere), true),
    ] {
        assert_eq!(told.is_moved_by(&new), moved, "{new:?}");
    }
    assert!(known(5, 30).is_moved_by(&known(6, 10)), "more than twice too long");
}

proptest! {
    #[test]
    fn a_told_range_holds_the_range_it_rounds(low in 0u64..20_000_000, more in 0u64..20_000_000) {
        let high = low + more;
        let eta = Eta::Known { low_ms: low, high_ms: high, basis: Basis::Class, samples: 9 };
        let told = eta.told().unwrap();
        prop_assert!(told.low.as_millis() as u64 <= low);
        prop_assert!(told.high.as_millis() as u64 >= high);
        prop_assert!(told.low < told.high);
        prop_assert!(told.low.as_secs().is_multiple_of(60) && told.high.as_secs().is_multiple_of(60));
    }

    #[test]
    fn a_range_has_its_ends_in_order_and_grows_with_the_line(
        ahead in 0usize..12, agents in 1usize..5, seat in 1u64..20, samples in 5usize..40,
    ) {
        let pace = pace(samples, Language::Ar, minutes(seat));
        let ids: Vec<String> = (0..=ahead + 1).map(|number| format!("c{number:02}")).collect();
        let waiting: Vec<&str> = ids.iter().map(String::as_str).collect();
        let staff = || (0..agents).map(|number| busy(&format!("x{number}"))).collect();
        let ends = |id: &str| match eta(staff(), &waiting, &pace, id) {
            Eta::Known { low_ms, high_ms, .. } => Some((low_ms, high_ms)),
            Eta::Unknown { .. } => None,
        };
        if let (Some(this), Some(next)) = (ends(&ids[ahead]), ends(&ids[ahead + 1])) {
            prop_assert!(this.0 <= this.1);
            prop_assert!(this.0 <= next.0 && this.1 <= next.1);
        }
    }
}
