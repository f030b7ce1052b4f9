//! The shipped detectors on messages as customers write them: what fires and what stays quiet, in
//! every variety of language. An edit of a lexicon that breaks one of these is not shipped.

mod abuse;
mod confusion;
mod conversation;
mod denials;
mod emergency;
mod files;
mod frustration;
mod human_request;
mod idioms;
mod learnt;
mod repetition;

use super::RawDetectors;
use crate::domain::detectors::{
    Assessment, Detectors, EmergencyKind, Hazard, SignalKind, Utterance, Window, Withdrawal, assess,
};
use crate::domain::language::{normalise, social_act, variety_of};
use crate::domain::time::Timestamp;
use std::sync::LazyLock;

/// The files as shipped.
fn shipped(kind: SignalKind) -> String {
    let text = match kind {
        SignalKind::HumanRequest => include_str!("../../../../config/detectors/human_request.yaml"),
        SignalKind::Frustration => include_str!("../../../../config/detectors/frustration.yaml"),
        SignalKind::Confusion => include_str!("../../../../config/detectors/confusion.yaml"),
        SignalKind::Repetition => include_str!("../../../../config/detectors/repetition.yaml"),
        SignalKind::Emergency => include_str!("../../../../config/detectors/emergency.yaml"),
        SignalKind::Abuse => include_str!("../../../../config/detectors/abuse.yaml"),
    };
    text.to_owned()
}

static DETECTORS: LazyLock<Detectors> = LazyLock::new(|| {
    let settings = RawDetectors::read(shipped).unwrap().settings().unwrap();
    Detectors::compile(&settings).unwrap()
});

fn assessed(text: &str, window: &Window, at: Timestamp) -> Assessment {
    let normalised = normalise(text);
    let utterance = Utterance {
        text,
        normalised: &normalised,
        variety: variety_of(&normalised),
        social: social_act(&normalised, text),
        at,
    };
    assess(&DETECTORS, &utterance, window)
}

/// Whether the kind stands over its threshold after this message alone.
fn is_over(assessment: &Assessment, kind: SignalKind) -> bool {
    assessment.levels.get(kind) >= DETECTORS.settings().trigger(kind).threshold
}

/// The one way of trying messages: all of `fires` reach the threshold and point at words of the
/// message, none of `quiet` does. All mistakes are shown together.
fn check(kind: SignalKind, fires: &[&str], quiet: &[&str]) {
    let mut wrong = Vec::new();
    for (text, expected) in
        fires.iter().map(|text| (text, true)).chain(quiet.iter().map(|text| (text, false)))
    {
        let assessment = assessed(text, &Window::default(), Timestamp::from_millis(1));
        let found = is_over(&assessment, kind);
        let evidence: Vec<String> = assessment
            .signals
            .iter()
            .filter(|signal| signal.kind == kind)
            .flat_map(|signal| &signal.evidence)
            .map(|evidence| format!("{}: {:?}", evidence.what, evidence.span.of(text)))
            .collect();
        if found != expected || (expected && evidence.iter().all(|one| one.ends_with("\"\""))) {
            wrong.push(format!("{text} → {evidence:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {kind:?}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is in danger, by the shipped rules.
fn danger(text: &str) -> Option<EmergencyKind> {
    let assessment = assessed(text, &Window::default(), Timestamp::from_millis(1));
    assessment.fired.and_then(|fired| fired.emergency)
}
