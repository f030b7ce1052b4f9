//! Ringing those on call, as staff see it on the wire.

use super::pb;
use super::pb::event::Body;
use crate::domain::detectors::EmergencyKind;

pub(super) fn rung(kind: EmergencyKind, target: &str, attempt: u32) -> Body {
    let kind = match kind {
        EmergencyKind::Life => pb::EmergencyKind::Life,
        EmergencyKind::Money => pb::EmergencyKind::Money,
        EmergencyKind::Property => pb::EmergencyKind::Property,
    };
    Body::OnCallChanged(pb::OnCallChanged {
        stage: pb::OnCallStage::Rung.into(),
        kind: kind.into(),
        target: target.to_owned(),
        rings: attempt,
        ..Default::default()
    })
}

pub(super) fn failed(why: &str) -> Body {
    let (stage, reason) = (pb::OnCallStage::Failed.into(), why.to_owned());
    Body::OnCallChanged(pb::OnCallChanged { stage, reason, ..Default::default() })
}

pub(super) fn reached(name: &str) -> Body {
    let (stage, name) = (pb::OnCallStage::Reached.into(), name.to_owned());
    Body::OnCallChanged(pb::OnCallChanged { stage, name, ..Default::default() })
}

pub(super) fn nobody_reached(rings: u32) -> Body {
    let stage = pb::OnCallStage::NobodyReached.into();
    Body::OnCallChanged(pb::OnCallChanged { stage, rings, ..Default::default() })
}
