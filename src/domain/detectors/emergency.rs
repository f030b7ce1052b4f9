//! Somebody or something is in danger now: life, money or property. One clear phrase is enough,
//! and of several dangers the gravest leads, because its text and contacts cannot wait.

use super::signal::{EmergencyKind, Hazard, Signal, SignalKind};
use super::window::Window;
use super::{Detector, Detectors, Message, together};

/// How an emergency is weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct EmergencySettings {
    /// From this strength on a graver danger leads, even if a lesser one is said more clearly.
    pub leads_at: f32,
}

pub(super) struct EmergencyDetector;

const KIND: SignalKind = SignalKind::Emergency;

impl Detector for EmergencyDetector {
    fn kind(&self) -> SignalKind {
        KIND
    }

    fn detect(&self, detectors: &Detectors, message: &Message, _: &Window) -> Option<Signal> {
        let hits = message.find(detectors, KIND);
        let strength_of = |kind: EmergencyKind| {
            let of_kind = hits.hits.iter().filter(|hit| hit.emergency == Some(kind));
            of_kind.fold(0.0, |sum, hit| together(sum, hit.strength))
        };
        let leads_at = detectors.settings().emergency.leads_at;
        let leading = EmergencyKind::ALL.into_iter().find(|kind| strength_of(*kind) >= leads_at);
        let strongest = || {
            let gravest_last = EmergencyKind::ALL.into_iter().rev();
            gravest_last.max_by(|a, b| strength_of(*a).total_cmp(&strength_of(*b)))
        };
        let kind = leading.or_else(strongest).filter(|kind| strength_of(*kind) > 0.0)?;
        let has = |hazard: &Hazard| {
            let mut of_kind = hits.hits.iter().filter(|hit| hit.emergency == Some(kind));
            of_kind.any(|hit| hit.hazard == Some(*hazard))
        };
        Some(Signal {
            kind: KIND,
            strength: strength_of(kind),
            emergency: Some(kind),
            hazard: Hazard::ALL.into_iter().find(has),
            evidence: hits.evidence(),
        })
    }
}
