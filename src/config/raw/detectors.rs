//! `detectors/*.yaml`: one file a detector, with its trigger, the weights of what happened before,
//! its lists of words and its rules. Read with serde; the settings made of them are checked in
//! range here and compiled (phrase by phrase) by `domain::detectors`.

mod weights;

use crate::domain::detectors::{
    DetectorSettings, Dialect, EmergencyKind, LearntSettings, LexiconSettings, Phrases,
    RuleSettings, SignalKind, TriggerSettings,
};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::time::Duration;
pub use weights::Weights;

/// The files of all detectors.
#[derive(Debug, Clone)]
pub struct RawDetectors {
    /// `human_request.yaml`
    pub human_request: RawDetector<RawHumanRequest>,
    /// `frustration.yaml`
    pub frustration: RawDetector<RawFrustration>,
    /// `confusion.yaml`
    pub confusion: RawDetector<RawConfusion>,
    /// `repetition.yaml`
    pub repetition: RawDetector<RawRepetition>,
    /// `emergency.yaml`
    pub emergency: RawDetector<RawEmergency>,
    /// `abuse.yaml`
    pub abuse: RawDetector<RawAbuse>,
}

/// One detector's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDetector<C> {
    /// When it fires.
    pub trigger: RawTrigger,
    /// What the weights learnt from labelled messages count; without it, nothing.
    #[serde(default)]
    pub learnt: Option<RawLearnt>,
    /// What counts besides words.
    pub conversation: C,
    /// How many words may stand between a negation and what it negates.
    pub negation_reach: usize,
    /// Named lists of words.
    #[serde(default)]
    pub words: BTreeMap<String, RawPhrases>,
    /// Phrases that mean something else.
    #[serde(default)]
    pub harmless: RawPhrases,
    /// Phrases that negate what follows.
    #[serde(default)]
    pub negations: RawPhrases,
    /// What is looked for.
    pub rules: Vec<RawRule>,
}

/// When a detector fires.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTrigger {
    /// The level from which on it fires.
    pub threshold: f32,
    /// The share of a level left after another message.
    pub decay: f32,
    /// The least strength of the message itself.
    pub fresh_min: f32,
}

/// How a learnt margin becomes evidence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLearnt {
    /// The margin from which on it says something.
    pub hint_at: f32,
    /// The margin from which on it says `strength`.
    pub sure_at: f32,
    /// How much a sure margin says.
    pub strength: f32,
}

/// Phrases by variety of language.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPhrases {
    /// English.
    #[serde(default)]
    pub en: Vec<String>,
    /// Standard Arabic and what is common to all.
    #[serde(default)]
    pub msa: Vec<String>,
    /// Gulf.
    #[serde(default)]
    pub gulf: Vec<String>,
    /// Egyptian.
    #[serde(default)]
    pub egyptian: Vec<String>,
    /// Levantine.
    #[serde(default)]
    pub levantine: Vec<String>,
    /// Arabic in Latin letters.
    #[serde(default)]
    pub arabizi: Vec<String>,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// Its name within the file.
    pub id: String,
    /// How much it says.
    pub strength: f32,
    /// For an emergency: what is in danger.
    #[serde(default)]
    pub emergency: Option<EmergencyKind>,
    /// Whether a negation takes it back.
    #[serde(default = "yes")]
    pub negatable: bool,
    /// The longest message it counts in.
    #[serde(default)]
    pub words_max: Option<usize>,
    /// Its phrases.
    pub phrases: RawPhrases,
}

fn yes() -> bool {
    true
}

/// `conversation` of `human_request.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawHumanRequest {
    /// Each time in a row without an answer.
    pub miss: f32,
    /// Each refused answer.
    pub refused_answer: f32,
    /// Each earlier handoff.
    pub handoff: f32,
}

/// `conversation` of `frustration.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFrustration {
    /// Capitals.
    pub shouting: f32,
    /// What capitals are shouting.
    pub shouting_letters_min: usize,
    /// See `shouting_letters_min`.
    pub shouting_share_min: f32,
    /// A run of `!` or `?`.
    pub marks: f32,
    /// How long a run is.
    pub marks_min: usize,
    /// An angry face.
    pub angry_face: f32,
    /// Several messages in a row.
    pub burst: f32,
    /// How many.
    pub burst_messages_min: usize,
    /// Within what time.
    #[serde(deserialize_with = "duration")]
    pub burst_within: Duration,
    /// Each time in a row without an answer.
    pub miss: f32,
    /// Each refused answer.
    pub refused_answer: f32,
    /// Each denied resolution.
    pub denied: f32,
    /// Each earlier handoff.
    pub handoff: f32,
    /// A long wait.
    pub waited: f32,
    /// How long.
    #[serde(deserialize_with = "duration")]
    pub waited_min: Duration,
}

/// `conversation` of `confusion.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawConfusion {
    /// Each time in a row without an answer.
    pub miss: f32,
    /// Each refused answer.
    pub refused_answer: f32,
}

/// `conversation` of `repetition.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRepetition {
    /// How many turns are remembered.
    pub window_turns: usize,
    /// From when on messages say the same.
    pub similar_at: f32,
    /// How many letters of a word are compared.
    pub letters: usize,
    /// Words that carry little.
    pub filler: Vec<String>,
    /// How little.
    pub filler_weight: f32,
    /// Shorter messages are not compared.
    pub weight_min: f32,
    /// Each earlier message with the same need.
    pub rephrased: f32,
    /// The bot had no answer to it.
    pub missed: f32,
    /// The same answer twice.
    pub same_answer: f32,
    /// A refused answer.
    pub refused_answer: f32,
}

/// `conversation` of `emergency.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEmergency {
    /// From when on the graver danger leads.
    pub leads_at: f32,
}

/// `conversation` of `abuse.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAbuse {
    /// The message before was abusive too.
    pub repeated: f32,
    /// From what level on it was.
    pub repeated_from: f32,
}

/// A value of a detector's file that makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{path} of {}: {reason}", detector.name())]
pub struct DetectorProblem {
    /// Whose file.
    pub detector: SignalKind,
    /// Where in it.
    pub path: String,
    /// What is wrong, and what is allowed.
    pub reason: String,
}

impl RawDetectors {
    /// Reads the files of all detectors; gathers what cannot be read, by detector.
    pub fn read(
        text_of: impl Fn(SignalKind) -> String,
    ) -> Result<RawDetectors, Vec<(SignalKind, serde_saphyr::Error)>> {
        fn one<C: for<'de> Deserialize<'de>>(
            kind: SignalKind,
            text: &str,
            errors: &mut Vec<(SignalKind, serde_saphyr::Error)>,
        ) -> Option<RawDetector<C>> {
            serde_saphyr::from_str(text).map_err(|error| errors.push((kind, error))).ok()
        }
        let mut errors = Vec::new();
        let [human_request, frustration, confusion, repetition, emergency, abuse] =
            SignalKind::ALL.map(|kind| (kind, text_of(kind)));
        let read = (
            one(human_request.0, &human_request.1, &mut errors),
            one(frustration.0, &frustration.1, &mut errors),
            one(confusion.0, &confusion.1, &mut errors),
            one(repetition.0, &repetition.1, &mut errors),
            one(emergency.0, &emergency.1, &mut errors),
            one(abuse.0, &abuse.1, &mut errors),
        );
        match read {
            (
                Some(human_request),
                Some(frustration),
                Some(confusion),
                Some(repetition),
                Some(emergency),
                Some(abuse),
            ) => Ok(RawDetectors {
                human_request,
                frustration,
                confusion,
                repetition,
                emergency,
                abuse,
            }),
            _ => Err(errors),
        }
    }

    /// The settings that the files describe; every value out of range is reported.
    pub fn settings(&self) -> Result<DetectorSettings, Vec<DetectorProblem>> {
        let problems = self.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(DetectorSettings {
            window_turns: self.repetition.conversation.window_turns,
            triggers: [
                self.human_request.trigger(),
                self.frustration.trigger(),
                self.confusion.trigger(),
                self.repetition.trigger(),
                self.emergency.trigger(),
                self.abuse.trigger(),
            ],
            lexicons: [
                self.human_request.lexicon(),
                self.frustration.lexicon(),
                self.confusion.lexicon(),
                self.repetition.lexicon(),
                self.emergency.lexicon(),
                self.abuse.lexicon(),
            ],
            learnt: [
                self.human_request.learnt(),
                self.frustration.learnt(),
                self.confusion.learnt(),
                None,
                self.emergency.learnt(),
                self.abuse.learnt(),
            ],
            human_request: self.human_request.conversation.settings(),
            frustration: self.frustration.conversation.settings(),
            confusion: self.confusion.conversation.settings(),
            repetition: self.repetition.conversation.settings(),
            emergency: self.emergency.conversation.settings(),
            abuse: self.abuse.conversation.settings(),
        })
    }

    fn problems(&self) -> Vec<DetectorProblem> {
        let mut found = Vec::new();
        self.human_request.check(SignalKind::HumanRequest, &mut found);
        self.frustration.check(SignalKind::Frustration, &mut found);
        self.confusion.check(SignalKind::Confusion, &mut found);
        self.repetition.check(SignalKind::Repetition, &mut found);
        self.emergency.check(SignalKind::Emergency, &mut found);
        self.abuse.check(SignalKind::Abuse, &mut found);
        if self.repetition.conversation.window_turns == 0 {
            found.push(DetectorProblem {
                detector: SignalKind::Repetition,
                path: "conversation.window_turns".into(),
                reason: "at least one turn must be remembered".into(),
            });
        }
        found
    }
}

impl<C: Weights> RawDetector<C> {
    fn trigger(&self) -> TriggerSettings {
        let RawTrigger { threshold, decay, fresh_min } = self.trigger;
        TriggerSettings { threshold, decay, fresh_min }
    }

    fn learnt(&self) -> Option<LearntSettings> {
        self.learnt.as_ref().map(|learnt| {
            let RawLearnt { hint_at, sure_at, strength } = *learnt;
            LearntSettings { hint_at, sure_at, strength }
        })
    }

    fn lexicon(&self) -> LexiconSettings {
        let words = self.words.iter().map(|(name, list)| (name.clone(), list.phrases()));
        LexiconSettings {
            words: words.collect(),
            rules: self.rules.iter().map(RawRule::settings).collect(),
            harmless: self.harmless.phrases(),
            negations: self.negations.phrases(),
            negation_reach: self.negation_reach,
        }
    }

    fn check(&self, detector: SignalKind, found: &mut Vec<DetectorProblem>) {
        let mut add = |path: String, reason: String| {
            found.push(DetectorProblem { detector, path, reason });
        };
        let trigger = [
            ("trigger.threshold", self.trigger.threshold),
            ("trigger.decay", self.trigger.decay),
            ("trigger.fresh_min", self.trigger.fresh_min),
        ];
        let weights = self.conversation.weights();
        let weights =
            weights.into_iter().map(|(name, value)| (format!("conversation.{name}"), value));
        let strengths = self.rules.iter().enumerate();
        let strengths =
            strengths.map(|(at, rule)| (format!("rules[{at}].strength"), rule.strength));
        let trigger = trigger.into_iter().map(|(path, value)| (path.to_owned(), value));
        for (path, value) in trigger.chain(weights).chain(strengths) {
            if !(0.0..=1.0).contains(&value) {
                add(path, format!("{value} is not between 0 and 1"));
            }
        }
        if let Some(learnt) = &self.learnt {
            if !(0.0..=1.0).contains(&learnt.strength) {
                add(
                    "learnt.strength".into(),
                    format!("{} is not between 0 and 1", learnt.strength),
                );
            }
            if learnt.hint_at >= learnt.sure_at {
                add("learnt.sure_at".into(), "it must lie above hint_at".into());
            }
            if detector == SignalKind::Repetition {
                add("learnt".into(), "repetition lies between messages and is not learnt".into());
            }
        }
        for (at, rule) in self.rules.iter().enumerate() {
            if self.rules[..at].iter().any(|earlier| earlier.id == rule.id) {
                add(format!("rules[{at}].id"), format!("there is a rule {:?} already", rule.id));
            }
            if (detector == SignalKind::Emergency) != rule.emergency.is_some() {
                let reason = "an emergency's rules say what is in danger, no other's do";
                add(format!("rules[{at}].emergency"), reason.into());
            }
        }
    }
}

impl RawRule {
    fn settings(&self) -> RuleSettings {
        RuleSettings {
            id: self.id.clone(),
            strength: self.strength,
            emergency: self.emergency,
            negatable: self.negatable,
            words_max: self.words_max,
            phrases: self.phrases.phrases(),
        }
    }
}

impl RawPhrases {
    fn phrases(&self) -> Phrases {
        let each = [
            (Dialect::En, &self.en),
            (Dialect::Msa, &self.msa),
            (Dialect::Gulf, &self.gulf),
            (Dialect::Egyptian, &self.egyptian),
            (Dialect::Levantine, &self.levantine),
            (Dialect::Arabizi, &self.arabizi),
        ];
        let written = each.into_iter().filter(|(_, texts)| !texts.is_empty());
        written.map(|(dialect, texts)| (dialect, texts.clone())).collect()
    }
}

/// `20s`, `5m`, `2h`: how all durations are written in the config.
fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    let read = text.parse::<jiff::SignedDuration>().ok().and_then(|span| span.try_into().ok());
    read.ok_or_else(|| {
        serde::de::Error::custom(format!("{text:?} is not a duration such as 20s, 5m or 2h"))
    })
}

#[cfg(test)]
mod tests;
