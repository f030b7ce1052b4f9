//! The one sentence that stands first before an agent.

use super::world::{Story, start};
use crate::domain::conversation::headline::{Facts, headline};
use crate::domain::detectors::SignalKind;
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::EntryId;
use crate::domain::language::Language;
use std::time::Duration;

fn asked() -> Story {
    Story::new().then(&start()).says("human")
}

fn facts(reason: HandoffReason) -> Facts<'static> {
    let waited = Duration::ZERO;
    Facts { reason, entry: None, tried: Vec::new(), waited, language: Language::En }
}

/// The sentence about a customer of whom these signals stand as high as can be.
fn told(signals: &[SignalKind], facts: &Facts<'_>) -> String {
    let story = asked();
    let mut c = story.c.clone().unwrap();
    signals.iter().for_each(|kind| c.memory.window.levels.set(*kind, 1.0));
    headline(&story.rules, &c, facts)
}

#[test]
fn the_mood_is_told_where_it_is_not_the_reason_and_a_calm_customer_has_none() {
    let (wish, anger) = (HandoffReason::HumanRequest, HandoffReason::Frustration);
    assert!(!told(&[], &facts(wish)).contains("mood_"));
    for kind in [SignalKind::Frustration, SignalKind::Abuse] {
        assert!(told(&[kind], &facts(wish)).contains("mood_angry"));
        let both = [kind, SignalKind::Confusion];
        assert!(!told(&both, &facts(wish)).contains("mood_lost"), "the gravest alone");
    }
    assert!(!told(&[SignalKind::Frustration], &facts(anger)).contains("mood_"));
    assert!(told(&[SignalKind::Confusion], &facts(wish)).contains("mood_lost"));
    let story = asked();
    let mut c = story.c.clone().unwrap();
    c.endangered = true;
    assert!(headline(&story.rules, &c, &facts(wish)).contains("mood_in_danger"));
    let danger = facts(HandoffReason::EmergencyLife);
    assert!(!headline(&story.rules, &c, &danger).contains("mood_"));
}

#[test]
fn the_wait_is_told_in_whole_minutes() {
    let of = |seconds| {
        let waited = Duration::from_secs(seconds);
        told(&[], &Facts { waited, ..facts(HandoffReason::HumanRequest) })
    };
    assert!(!of(59).contains("packet_waiting"));
    assert!(of(60).contains("packet_waiting"));
}

#[test]
fn it_is_told_in_the_language_of_whoever_reads_it() {
    let pay = EntryId::parse("pay-methods").unwrap();
    let of = |language| {
        told(&[], &Facts { entry: Some(&pay), language, ..facts(HandoffReason::HumanRequest) })
    };
    assert!(of(Language::Ar).contains("كيف أدفع"), "{}", of(Language::Ar));
    assert!(!of(Language::En).contains("كيف أدفع"), "{}", of(Language::En));
}

#[test]
fn who_comes_back_needs_what_they_needed() {
    let story = Story::new().then(&start()).says("the vase came in pieces.");
    let ended = story.then(&crate::domain::conversation::command::Command::Leave);
    let back = ended.then(&crate::domain::conversation::command::Command::Reopen);
    assert_eq!(back.c.unwrap().memory.need.as_deref(), Some("the vase came in pieces."));
}
