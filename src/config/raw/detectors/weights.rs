//! What the numbers of a `conversation` block are called, and the settings made of them.

use super::{RawAbuse, RawConfusion, RawEmergency, RawFrustration, RawHumanRequest, RawRepetition};
use crate::domain::detectors::{
    AbuseSettings, ConfusionSettings, EmergencySettings, FrustrationSettings, HumanRequestSettings,
    MannerSettings, RepetitionSettings, SimilaritySettings,
};
use crate::domain::language::normalise;

/// The values of a `conversation` block that must lie between 0 and 1.
pub trait Weights {
    /// Each weight with its key.
    fn weights(&self) -> Vec<(&'static str, f32)>;
}

macro_rules! weights {
    ($raw:ty: $($name:ident),+) => {
        impl Weights for $raw {
            fn weights(&self) -> Vec<(&'static str, f32)> {
                vec![$((stringify!($name), self.$name)),+]
            }
        }
    };
}

weights!(RawHumanRequest: miss, refused_answer, handoff);
weights!(RawFrustration: shouting, shouting_share_min, marks, angry_face, angry_face_alone, burst, miss, refused_answer, denied, handoff, waited);
weights!(RawConfusion: miss, refused_answer);
weights!(RawRepetition: similar_at, filler_weight, rephrased, missed, same_answer, said_again, refused_answer);
weights!(RawEmergency: leads_at);
weights!(RawAbuse: repeated, repeated_from);

impl RawHumanRequest {
    pub(super) fn settings(&self) -> HumanRequestSettings {
        let Self { miss, refused_answer, handoff } = *self;
        HumanRequestSettings { miss, refused_answer, handoff }
    }
}

impl RawFrustration {
    pub(super) fn settings(&self) -> FrustrationSettings {
        FrustrationSettings {
            shouting: self.shouting,
            marks: self.marks,
            angry_face: self.angry_face,
            angry_face_alone: self.angry_face_alone,
            burst: self.burst,
            miss: self.miss,
            refused_answer: self.refused_answer,
            denied: self.denied,
            handoff: self.handoff,
            waited: self.waited,
            waited_min: self.waited_min,
            manner: MannerSettings {
                shouting_letters_min: self.shouting_letters_min,
                shouting_share_min: self.shouting_share_min,
                run_marks_min: self.marks_min,
                burst_messages_min: self.burst_messages_min,
                burst_within: self.burst_within,
            },
        }
    }
}

impl RawConfusion {
    pub(super) fn settings(&self) -> ConfusionSettings {
        let Self { miss, refused_answer } = *self;
        ConfusionSettings { miss, refused_answer }
    }
}

impl RawRepetition {
    pub(super) fn settings(&self) -> RepetitionSettings {
        let filler = self.filler.iter().map(|word| normalise(word).joined());
        RepetitionSettings {
            similar_at: self.similar_at,
            similarity: SimilaritySettings {
                filler: filler.collect(),
                filler_weight: self.filler_weight,
                letters: self.letters,
                weight_min: self.weight_min,
            },
            rephrased: self.rephrased,
            missed: self.missed,
            same_answer: self.same_answer,
            said_again: self.said_again,
            refused_answer: self.refused_answer,
        }
    }
}

impl RawEmergency {
    pub(super) fn settings(&self) -> EmergencySettings {
        EmergencySettings { leads_at: self.leads_at }
    }
}

impl RawAbuse {
    pub(super) fn settings(&self) -> AbuseSettings {
        let Self { repeated, repeated_from } = *self;
        AbuseSettings { repeated, repeated_from }
    }
}
