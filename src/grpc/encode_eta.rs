//! How long it takes, as it is said on the wire.

use super::encode::duration;
use super::pb;
use crate::domain::routing::eta::{Eta, EtaUnknown};
use crate::domain::routing::pace::Basis;

/// An estimate; rounded as it is told in words.
pub fn eta(eta: &Eta) -> pb::Eta {
    match (eta, eta.told()) {
        (Eta::Known { basis, samples, .. }, Some(told)) => pb::Eta {
            low: Some(duration(told.low)),
            high: Some(duration(told.high)),
            basis: self::basis(*basis).into(),
            samples: *samples,
            unknown: pb::EtaUnknown::Unspecified.into(),
        },
        (Eta::Known { .. }, None) => unknown(EtaUnknown::FewSamples),
        (Eta::Unknown { why }, _) => unknown(*why),
    }
}

fn unknown(why: EtaUnknown) -> pb::Eta {
    let why = match why {
        EtaUnknown::NotWaiting => pb::EtaUnknown::NotWaiting,
        EtaUnknown::NobodyThere => pb::EtaUnknown::NobodyThere,
        EtaUnknown::ClosesBefore => pb::EtaUnknown::ClosesBefore,
        EtaUnknown::FewSamples => pb::EtaUnknown::FewSamples,
        EtaUnknown::TooFar => pb::EtaUnknown::TooFar,
    };
    pb::Eta { unknown: why.into(), ..Default::default() }
}

fn basis(basis: Basis) -> pb::EtaBasis {
    match basis {
        Basis::Class => pb::EtaBasis::Class,
        Basis::Queue => pb::EtaBasis::Queue,
    }
}
