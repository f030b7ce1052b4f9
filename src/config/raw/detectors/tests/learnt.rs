//! What the learnt weights add to the shipped phrases, and where phrases have the last word.

use super::*;
use crate::domain::language::common::says_nothing;
use crate::domain::language::normalise;

fn signal(text: &str, kind: SignalKind) -> Option<crate::domain::detectors::Signal> {
    let assessment = assessed(text, &Window::default(), Timestamp::from_millis(1));
    assessment.signals.into_iter().find(|signal| signal.kind == kind)
}

#[test]
fn what_no_phrase_foresaw_is_learnt_and_points_at_its_words() {
    let rows = [
        (
            SignalKind::HumanRequest,
            "could a member of staff drop by this chat and take it from here",
        ),
        (SignalKind::Emergency, "واحد مجهول فات عحسابي وعم يسحب كل شي"),
    ];
    for (kind, text) in rows {
        let signal = signal(text, kind).unwrap_or_else(|| panic!("{text}"));
        assert!(signal.strength >= 0.6, "{text}");
        let words = signal.evidence.iter().map(|one| (one.what.as_str(), one.span.of(text)));
        let words: Vec<(&str, &str)> = words.collect();
        let learnt = format!("{}.learnt", kind.name());
        assert!(words.iter().all(|(what, word)| *what == learnt && !word.is_empty()), "{words:?}");
        assert!((1..=3).contains(&words.len()));
    }
}

#[test]
fn a_danger_to_money_that_is_learnt_is_no_danger_to_life() {
    assert_eq!(danger("واحد مجهول فات عحسابي وعم يسحب كل شي"), Some(EmergencyKind::Money));
}

#[test]
fn letters_written_apart_carry_nothing_learnt() {
    for text in ["u. s. d. position now", "w h e r e", "م ر ح ب ا", "x y z", "لوحة أ ب ج"]
    {
        let signals = assessed(text, &Window::default(), Timestamp::from_millis(1)).signals;
        assert!(signals.is_empty(), "{text}: {signals:?}");
    }
    assert!(danger("s o s").is_some(), "the phrases still hold");
}

#[test]
fn one_or_two_words_are_left_to_the_phrases() {
    for text in ["ولد", "يكلمني بكره", "an agent's"] {
        let assessment = assessed(text, &Window::default(), Timestamp::from_millis(1));
        let learnt = |what: &str| what.ends_with(".learnt");
        let evidence = assessment.signals.iter().flat_map(|signal| &signal.evidence);
        assert!(evidence.filter(|one| learnt(&one.what)).count() == 0, "{text}");
    }
}

#[test]
fn where_phrases_explain_the_words_nothing_learnt_is_added() {
    for (kind, text) in [
        (SignalKind::HumanRequest, "مش محتاج موظف"),
        (SignalKind::Abuse, "you are not an idiot"),
        (SignalKind::Abuse, "برج الثور"),
    ] {
        assert_eq!(signal(text, kind), None, "{text}");
    }
}

#[test]
fn phrases_count_half_where_the_message_looks_like_none_of_those_with_the_signal() {
    for text in ["جربت ادفع ببطاقة الصراف وما مشت العملية", "كنت زعلان بس خلاص اتحلت"]
    {
        let doubted = signal(text, SignalKind::Frustration);
        let strength = doubted.unwrap_or_else(|| panic!("{text}")).strength;
        assert!(strength < 0.6, "{text}: {strength}");
    }
    // The same words in a message that looks like it, and one too short to be weighed.
    for text in ["زعلان منكم جدا هذي ثالث مرة وما مشت العملية", "خدمة زفت"]
    {
        let strength = signal(text, SignalKind::Frustration).map(|signal| signal.strength);
        assert!(strength >= Some(0.6), "{text}: {strength:?}");
    }
}

#[test]
fn words_that_say_nothing_by_themselves_are_named_as_evidence_of_nothing() {
    let rules = crate::config::load(std::path::Path::new("config")).1.rules.unwrap();
    let messages = std::fs::read_to_string("tests/data/dev/messages.jsonl").unwrap();
    let mut named = Vec::new();
    for line in messages.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = row["text"].as_str().unwrap();
        let at = Timestamp::from_millis(1);
        let read = crate::domain::reading::read(&rules, text, &Window::default(), at);
        let signals = read.assessment.signals.iter().flat_map(|signal| &signal.evidence);
        let learnt = signals.filter(|it| it.what.ends_with(".learnt"));
        let matched = read.matched.evidence.iter().filter(|_| read.matched.basis.is_likeness());
        for (by, evidence) in
            learnt.map(|it| ("learnt", it)).chain(matched.map(|it| ("matched", it)))
        {
            let word = normalise(evidence.span.of(text)).joined();
            if says_nothing(&word) {
                named.push(format!("{by}: {word} in {text}"));
            }
        }
    }
    assert!(named.is_empty(), "{named:#?}");
}
