//! What the turns before a message add: refused answers, broken service, waiting, the same need
//! said again; and what calms down.

use super::*;
use crate::domain::detectors::{Speaker, Turn};
use crate::domain::ids::EntryId;
use std::time::Duration;

/// One thing that happened before the message.
#[derive(Clone, Copy)]
enum Before {
    /// The customer wrote this.
    Wrote(&'static str),
    /// The bot answered with this entry.
    Answered(&'static str),
    /// The bot had no answer.
    Missed,
    /// The customer refused an answer.
    Refused,
    /// The customer denied that the matter is resolved.
    Denied,
    /// People were in the conversation.
    WithPeople,
    /// The customer waits since so many minutes.
    Waiting(u64),
}
use Before::*;

const NOW: Timestamp = Timestamp::from_millis(3_600_000);

fn window(before: &[Before]) -> Window {
    let mut window = Window::default();
    for (index, one) in before.iter().enumerate() {
        let at = NOW - Duration::from_secs(60 * (before.len() - index) as u64);
        let turn = |by, text: &str, answer: Option<&str>, missed| Turn {
            answer: answer.map(|id| EntryId::parse(id).unwrap()),
            missed,
            ..Turn::of(by, text, at)
        };
        match *one {
            Wrote(text) => window.push(turn(Speaker::Customer, text, None, false), 8),
            Answered(entry) => window.push(turn(Speaker::Bot, "…", Some(entry), false), 8),
            Missed => {
                window.push(turn(Speaker::Bot, "…", None, true), 8);
                window.misses += 1;
            }
            Refused => window.refused_answers += 1,
            Denied => window.denied += 1,
            WithPeople => window.handoffs += 1,
            Waiting(minutes) => {
                window.waiting_since = Some(NOW - Duration::from_secs(60 * minutes));
            }
        }
    }
    window
}

fn check_after(rows: &[(&[Before], &str, Option<SignalKind>)]) {
    for (before, text, expected) in rows {
        let fired = assessed(text, &window(before), NOW).fired;
        let reason = fired.as_ref().map(|fired| fired.reason);
        assert_eq!(reason, *expected, "{text}: {fired:?}");
    }
}

#[test]
fn a_need_said_again_without_a_new_answer_is_repetition() {
    let again = Some(SignalKind::Repetition);
    check_after(&[
        (
            &[
                Wrote("where is my order"),
                Answered("order_status"),
                Wrote("where is the order please"),
                Answered("order_status"),
            ],
            "I asked where my order is",
            again,
        ),
        (
            &[Wrote("وين طلبي"), Answered("order_status"), Wrote("طلبي وين"), Missed],
            "وين الطلب",
            again,
        ),
        (&[Wrote("where is my order"), Missed, Refused], "where is my order??", again),
        // Once is a question, a new need is a new question, and nobody has answered yet.
        (&[Wrote("where is my order"), Answered("order_status")], "where is my order", None),
        (
            &[
                Wrote("where is my order"),
                Answered("order_status"),
                Wrote("how do I return it"),
                Answered("returns"),
            ],
            "which sizes do you have",
            None,
        ),
        (&[Wrote("where is my order"), Wrote("where is my order")], "where is my order", None),
        (&[Wrote("1234567"), Missed, Wrote("1234567"), Missed], "1234567", None),
    ]);
}

#[test]
fn a_bot_that_repeats_itself_word_for_word_has_not_helped() {
    let mut before = window(&[Wrote("they are linked already"), Answered("link_accounts")]);
    let reason =
        |window: &Window, text: &str| assessed(text, window, NOW).fired.map(|fired| fired.reason);
    assert_eq!(reason(&before, "since 2022, but my skins are not there"), None);
    before.turns.last_mut().unwrap().again = true;
    let again = Some(SignalKind::Repetition);
    assert_eq!(reason(&before, "since 2022, but my skins are not there"), again);
    assert_eq!(reason(&before, "خميس من فضلك كيف منصلحها"), again);
    // Content all the same.
    assert_eq!(reason(&before, "yes"), None);
    assert_eq!(reason(&before, "شكرا"), None);
    // A person has spoken since.
    before.push(Turn::of(Speaker::Agent, "let me see", NOW), 8);
    assert_eq!(reason(&before, "since 2022, but my skins are not there"), None);
}

#[test]
fn what_went_wrong_before_counts_as_frustration() {
    let lost_patience = Some(SignalKind::Frustration);
    check_after(&[
        (&[Refused, Denied, Denied], "still not arrived", lost_patience),
        (&[Refused, Refused, Missed], "WHERE IS MY ORDER", lost_patience),
        (&[Waiting(30), Denied], "متى يوصل طلبي؟؟؟", lost_patience),
        (&[WithPeople, Denied, Refused], "لسه ما وصل", lost_patience),
        (&[], "WHERE IS MY ORDER", None),
        (&[], "متى يوصل طلبي؟؟؟", None),
        (&[Missed], "where is my order", None),
        (&[Waiting(5)], "متى يوصل طلبي", None),
    ]);
}

#[test]
fn half_a_wish_for_a_person_counts_after_misses() {
    let person = Some(SignalKind::HumanRequest);
    check_after(&[
        (&[], "are you a bot?", None),
        (&[Missed, Refused], "are you a bot?", person),
        (&[Missed, Missed, Refused], "where is my order", None),
    ]);
}

#[test]
fn of_several_reasons_the_most_urgent_is_named() {
    check_after(&[
        (
            &[],
            "my house is on fire and nobody answers, get me a human",
            Some(SignalKind::Emergency),
        ),
        (&[], "this is ridiculous, I want to speak to a manager", Some(SignalKind::HumanRequest)),
        (&[], "worst service ever, you idiots", Some(SignalKind::Frustration)),
    ]);
}

#[test]
fn the_gravest_danger_leads() {
    assert_eq!(danger("they stole my wallet and my father is bleeding"), Some(EmergencyKind::Life));
}

#[test]
fn social_acts_never_fire() {
    let angry = window(&[Refused, Refused, Denied, Denied, Missed, Waiting(60)]);
    for text in ["hello??", "؟؟؟", "thanks", "شكرا", "السلام عليكم", "😂😂", "ok", "تمام"]
    {
        let assessment = assessed(text, &angry, NOW);
        assert_eq!(assessment.fired, None, "{text}");
        assert!(assessment.signals.is_empty(), "{text}");
    }
}

#[test]
fn a_level_fades_with_calm_messages_and_fires_again_only_with_something_new() {
    let first = assessed("this is ridiculous", &Window::default(), NOW);
    assert_eq!(first.fired.map(|fired| fired.reason), Some(SignalKind::Frustration));
    let mut later = Window { levels: first.levels.clone(), ..Window::default() };
    let calm = assessed("my order number is 1234567", &later, NOW);
    assert_eq!(calm.fired, None);
    let level = |of: &Assessment| of.levels.get(SignalKind::Frustration);
    assert!(level(&calm) > 0.0 && level(&calm) < first.levels.get(SignalKind::Frustration));
    // What alone is a report is the last straw now.
    let weak = "still nothing";
    assert_eq!(assessed(weak, &Window::default(), NOW).fired, None);
    later.levels = first.levels;
    assert!(assessed(weak, &later, NOW).fired.is_some());
}

fn assessment_quotes(text: &str) -> Vec<&str> {
    let fired = assessed(text, &Window::default(), NOW).fired.unwrap();
    fired.evidence.iter().map(|evidence| evidence.span.of(text)).collect()
}

#[test]
fn evidence_points_at_the_customers_own_words() {
    let text = "يا أخي كل يوم تقولون بُكرة وما وصل شي!";
    let assessment = assessed(text, &Window::default(), NOW);
    let evidence = &assessment.fired.unwrap().evidence[0];
    assert_eq!(evidence.what, "frustration.broken_promise");
    // The words stand as the customer wrote them, vowel marks and all.
    assert!(text.contains(evidence.span.of(text)) && !evidence.span.of(text).is_empty());
    assert!(assessment_quotes(text).iter().any(|quote| quote.contains("بُكرة")));
}

#[test]
fn negation_and_other_sentences_do_not_fire() {
    check_after(&[
        (&[], "I don't want an agent.", None),
        (&[], "No. I want an agent", Some(SignalKind::HumanRequest)),
        (&[], "I don't want a bot, I want an agent", Some(SignalKind::HumanRequest)),
        (&[], "my order has not come and I want a person", Some(SignalKind::HumanRequest)),
        (&[], "طلبي ما وصل بس ابغى موظف", Some(SignalKind::HumanRequest)),
        (&[], "there is no fire", None),
        (&[], "I sent it to someone. Can you check the order", None),
    ]);
}
