//! Seeds that must hold, that what is reported is repeatable, and that the checkers notice when a
//! guard is missing.

use super::faults::Weather;
use super::*;
use crate::store::faulty::Rates;
use std::time::Duration;

fn check(options: &SimOptions) -> SimReport {
    let report = run(options);
    assert!(report.is_clean(), "{report}");
    report
}

#[test]
fn everything_holds_while_things_go_wrong() {
    for seed in 1..=6 {
        check(&SimOptions { seed, ..SimOptions::default() });
    }
}

#[test]
fn everything_holds_with_any_number_of_buckets() {
    for (seed, buckets) in [(21, 1), (22, 16)] {
        check(&SimOptions { seed, buckets, conversations: 120, ..SimOptions::default() });
    }
}

#[test]
fn everything_holds_when_nothing_goes_wrong_and_nothing_needs_repair() {
    for seed in 1..=2 {
        let calm = SimOptions { seed, faults: false, ..SimOptions::default() };
        let report = check(&calm);
        assert_eq!((report.faults_total(), report.repairs), (0, 0), "{report}");
    }
}

#[test]
fn everything_holds_over_a_week_of_hours_shifts_a_holiday_and_a_clock_that_goes_back() {
    let (seed, weeks, conversations) = (31, 1, 150);
    let report = check(&SimOptions { seed, weeks, conversations, ..SimOptions::default() });
    assert!(report.virtual_time > Duration::from_secs(6 * 24 * 3_600), "{report}");
    assert!(report.after_hours > 0 && report.shifts > 10, "{report}");
}

#[test]
fn everything_holds_on_a_disk_that_loses_power() {
    let store = StoreKind::Embedded;
    for seed in 1..=4 {
        check(&SimOptions { seed, conversations: 60, store, ..SimOptions::default() });
    }
}

#[test]
fn the_same_seed_gives_the_same_report_to_the_byte() {
    let options = SimOptions { seed: 7, conversations: 120, ..SimOptions::default() };
    assert_eq!(run(&options).to_string(), run(&options).to_string());
    let other = SimOptions { seed: 8, ..options.clone() };
    assert_ne!(run(&options).hash, run(&other).hash);
}

#[test]
fn a_world_of_a_long_run_can_be_repeated_alone() {
    let long = SimOptions { seed: 7, conversations: 2 * WORLD_CONVERSATIONS, ..Default::default() };
    let worlds: Vec<_> = long.worlds().collect();
    let alone = SimOptions { seed: worlds[1].0, ..SimOptions::default() };
    assert_eq!(alone.worlds().collect::<Vec<_>>(), [worlds[1]]);
}

/// Worlds in which this guard is missing, until one of these checkers notices; else what others
/// noticed meanwhile. A missing guard breaks more than one promise, and which it breaks first in a
/// world is chance.
fn noticed(mutant: Mutant, invariants: &[Invariant]) -> Result<(), Vec<Invariant>> {
    const WORLDS: u64 = 80;
    let mut others = Vec::new();
    for seed in 1..=WORLDS {
        let mutant = Some(mutant);
        let overload = mutant.is_some_and(needs_a_line);
        let conversations = 120;
        let options = SimOptions { seed, conversations, mutant, overload, ..SimOptions::default() };
        let world = World::new(&options, seed, options.conversations);
        if let Some(weather) = rough(mutant, world.weather.get()) {
            world.weather.set(weather);
            world.model().steady = weather.is_steady();
            world.quiet.set(mutant.is_some_and(is_judged_in_calm));
        }
        world.run();
        for found in &world.model().violations {
            if invariants.contains(&found.invariant) {
                return Ok(());
            }
            others.push(found.invariant);
        }
    }
    Err(others)
}

/// What is decided and what is told is judged while nothing goes wrong.
fn is_judged_in_calm(mutant: Mutant) -> bool {
    matches!(
        mutant,
        Mutant::DirectivesUnread
            | Mutant::ReasonGuessed
            | Mutant::PlaceGuessed
            | Mutant::PictureUnrepaired
            | Mutant::CreditUnbounded
            | Mutant::OrderIgnored
    )
}

/// Where nobody waits long, nobody is overtaken.
fn needs_a_line(mutant: Mutant) -> bool {
    matches!(mutant, Mutant::PlaceGuessed | Mutant::CreditUnbounded | Mutant::OrderIgnored)
}

/// Nothing goes wrong but that every third ring is lost.
fn rings_lost() -> Weather {
    let calm = Weather::calm();
    Weather { rates: Rates { ring_lost: 3_000, ..calm.rates }, ..calm }
}

/// Some guards matter only in rare trouble, which is made less rare here.
fn rough(mutant: Option<Mutant>, drawn: Weather) -> Option<Weather> {
    let deaf = Rates { ring_lost: 8_000, delay: 5_000, delay_polls_max: 12, ..drawn.rates };
    match mutant? {
        Mutant::EnqueueIgnoresTombstone => Some(Weather { freeze: 150, ..drawn }),
        Mutant::LeaseIgnored => Some(Weather { clock_jump: 60, ..drawn }),
        Mutant::ExpiryIgnored => Some(Weather { freeze: 60, ..drawn }),
        Mutant::VersionsIgnored => {
            let slow = Rates { delay: 6_000, delay_polls_max: 30, ..drawn.rates };
            Some(Weather { freeze: 300, rates: slow, ..drawn })
        }
        Mutant::AuditSkipped => Some(Weather { rewind: 120, ..drawn }),
        Mutant::OfferIgnoresPresence => Some(Weather { freeze: 300, rates: deaf, ..drawn }),
        Mutant::BindIgnoresToken
        | Mutant::AgentSpeaksWithOldToken
        | Mutant::BotSpeaksOverHumans
        | Mutant::SilenceResolves
        | Mutant::FragmentsForgotten
        | Mutant::AnswersRepeat
        | Mutant::PromiseForgotten
        | Mutant::EnqueueForgetsHolder
        | Mutant::ReleaseForgetsLoad
        | Mutant::AcceptIgnoresDeadline
        | Mutant::LoseKeepsAttempt
        | Mutant::OfferCostsNothing
        | Mutant::SessionIgnored
        | Mutant::OutboxClearedEarly
        | Mutant::RungIsReached
        | Mutant::BlockIgnoresDanger
        | Mutant::PagesIgnored
        | Mutant::GivenWayIsUntaken
        | Mutant::RecordForgotten
        | Mutant::OwnerUnasked
        | Mutant::ErasedStays
        | Mutant::BrokenUnalerted
        | Mutant::PlaceLost
        | Mutant::ReportUnlisted
        | Mutant::RequestIdIgnored => None,
        Mutant::PictureUnrepaired => Some(rings_lost()),
        Mutant::DirectivesUnread
        | Mutant::ReasonGuessed
        | Mutant::PlaceGuessed
        | Mutant::CreditUnbounded
        | Mutant::OrderIgnored => Some(Weather::calm()),
    }
}

#[test]
fn a_missing_guard_of_the_conversation_is_noticed() {
    for (mutant, invariants) in [
        (Mutant::BindIgnoresToken, &[Invariant::PoolAhead, Invariant::OneOwner][..]),
        (Mutant::AgentSpeaksWithOldToken, &[Invariant::Fenced]),
        (Mutant::BotSpeaksOverHumans, &[Invariant::SilentBot]),
        (Mutant::SilenceResolves, &[Invariant::HonestEnd]),
        (Mutant::FragmentsForgotten, &[Invariant::Answered, Invariant::Liveness]),
        (Mutant::AnswersRepeat, &[Invariant::NeverTwice]),
        (Mutant::PromiseForgotten, &[Invariant::Promise]),
        (Mutant::RequestIdIgnored, &[Invariant::Once]),
        (Mutant::RungIsReached, &[Invariant::OnCall]),
        (Mutant::BlockIgnoresDanger, &[Invariant::Block]),
    ] {
        assert_noticed(mutant, invariants);
    }
}

#[test]
fn a_missing_guard_of_the_pool_is_noticed() {
    for (mutant, invariants) in [
        (Mutant::EnqueueIgnoresTombstone, &[Invariant::Fenced][..]),
        (Mutant::EnqueueForgetsHolder, &[Invariant::Load]),
        (Mutant::ReleaseForgetsLoad, &[Invariant::Load]),
        (Mutant::AcceptIgnoresDeadline, &[Invariant::Fenced]),
        (Mutant::LoseKeepsAttempt, &[Invariant::Fenced]),
        (Mutant::OfferIgnoresPresence, &[Invariant::Load, Invariant::Fenced]),
        (Mutant::OfferCostsNothing, &[Invariant::Load]),
        (Mutant::GivenWayIsUntaken, &[Invariant::Fenced]),
        (Mutant::SessionIgnored, &[Invariant::Fenced]),
        (Mutant::PagesIgnored, &[Invariant::NoStarve]),
    ] {
        assert_noticed(mutant, invariants);
    }
}

#[test]
fn a_missing_guard_between_them_is_noticed() {
    for (mutant, invariants) in [
        (
            Mutant::VersionsIgnored,
            &[
                Invariant::Load,
                Invariant::OneOwner,
                Invariant::Fold,
                Invariant::Fenced,
                Invariant::HonestEnd,
                Invariant::Outbox,
                Invariant::Private,
            ][..],
        ),
        (Mutant::LeaseIgnored, &[Invariant::Fenced]),
        (Mutant::ExpiryIgnored, &[Invariant::Fenced]),
        (Mutant::OutboxClearedEarly, &[Invariant::Outbox]),
        (
            Mutant::AuditSkipped,
            &[Invariant::OneQueue, Invariant::OneOwner, Invariant::PoolAhead, Invariant::Liveness],
        ),
    ] {
        assert_noticed(mutant, invariants);
    }
}

#[test]
fn a_missing_guard_of_what_is_a_customers_own_is_noticed() {
    for mutant in [Mutant::RecordForgotten, Mutant::OwnerUnasked, Mutant::ErasedStays] {
        assert_noticed(mutant, &[Invariant::Private]);
    }
}

#[test]
fn a_missing_guard_of_what_is_decided_and_alerted_is_noticed() {
    assert_noticed(Mutant::DirectivesUnread, &[Invariant::Directed]);
    assert_noticed(Mutant::BrokenUnalerted, &[Invariant::Alerted]);
}

#[test]
fn a_missing_guard_of_what_is_told_is_noticed() {
    for mutant in [Mutant::ReasonGuessed, Mutant::PlaceGuessed, Mutant::PictureUnrepaired] {
        assert_noticed(mutant, &[Invariant::Told]);
    }
}

#[test]
fn a_missing_guard_of_what_is_reported_is_noticed() {
    assert_noticed(Mutant::ReportUnlisted, &[Invariant::Reported]);
}

#[test]
fn a_missing_guard_of_turns_is_noticed() {
    for mutant in [Mutant::PlaceLost, Mutant::CreditUnbounded, Mutant::OrderIgnored] {
        assert_noticed(mutant, &[Invariant::Overtaken]);
    }
}

#[test]
fn what_is_told_stays_true_although_rings_are_lost() {
    for seed in 1..=2 {
        let options = SimOptions { seed, conversations: 60, ..SimOptions::default() };
        let world = World::new(&options, seed, options.conversations);
        world.weather.set(rings_lost());
        world.quiet.set(true);
        world.run();
        let model = world.model();
        assert!(model.violations.is_empty(), "{:?}", model.violations);
    }
}

#[test]
fn nobody_is_overtaken_beyond_the_credit_where_there_is_far_more_to_do_than_can_be_done() {
    let overloaded = SimOptions { overload: true, conversations: 160, ..SimOptions::default() };
    let calm = check(&SimOptions { seed: 41, faults: false, ..overloaded.clone() });
    assert!(calm.went_ahead > 10, "{calm}");
    assert!(calm.went_ahead_by <= Duration::from_secs(60), "{calm}");
    check(&SimOptions { seed: 42, ..overloaded });
}

fn assert_noticed(mutant: Mutant, invariants: &[Invariant]) {
    let others = noticed(mutant, invariants);
    assert!(others.is_ok(), "{mutant:?} should break {invariants:?}, and broke {others:?}");
}
