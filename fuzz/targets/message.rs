//! Any text as a customer's message, read with the shipped rules: nothing panics, evidence stands in
//! the text, and texts that are canonically equal are read alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sanad::domain::detectors::{Fired, Window};
use sanad::domain::reading::{Reading, read};
use sanad::domain::rules::Rules;
use sanad::domain::time::Timestamp;
use std::path::Path;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    // What the examples teach is kept for the next run.
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/learnt");
    std::fs::create_dir_all(&kept).expect("a folder for what is learnt");
    let (_, checked) = sanad::config::load_with(&config, Some(&kept));
    checked.rules.expect("the shipped rules have no errors")
});

fn reading(text: &str) -> Reading {
    read(&RULES, text, &Window::default(), Timestamp::ZERO)
}

fn evidence_stands_in(text: &str, reading: &Reading) {
    let signals = reading.assessment.signals.iter().flat_map(|signal| &signal.evidence);
    let fired = reading.assessment.fired.iter().flat_map(|fired| &fired.evidence);
    for evidence in reading.matched.evidence.iter().chain(signals).chain(fired) {
        let span = evidence.span.start as usize..evidence.span.end as usize;
        assert!(text.get(span).is_some(), "{evidence:?} does not stand in {text:?}");
    }
}

/// What a reading comes to, without the places it points at.
fn outcome(reading: &Reading) -> impl PartialEq + std::fmt::Debug + use<> {
    let signals = reading.assessment.signals.iter();
    (
        (reading.variety, reading.social, reading.affirms, reading.denies),
        format!("{:?}", reading.matched.verdict),
        signals.map(|signal| (signal.kind, signal.strength)).collect::<Vec<_>>(),
        reading.assessment.fired.as_ref().map(|fired: &Fired| fired.reason),
        (reading.normalised.clone(), reading.tokens, reading.finished),
    )
}

fuzz_target!(|text: &str| {
    let plain = reading(text);
    evidence_stands_in(text, &plain);
    for equal in [text.nfc().collect::<String>(), text.nfd().collect()] {
        let other = reading(&equal);
        evidence_stands_in(&equal, &other);
        assert_eq!(outcome(&other), outcome(&plain), "{text:?} and {equal:?} are read differently");
    }
});
