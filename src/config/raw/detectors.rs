//! `detectors/*.yaml`: one file a detector, with its trigger, the weights of what happened before,
//! its lists of words and its rules. Read with serde; the settings made of them are checked in
//! range here and compiled (phrase by phrase) by `domain::detectors`.

mod file;
mod weights;

use crate::domain::detectors::{
    DetectorSettings, Dialect, EmergencyKind, LearntSettings, LexiconSettings, Phrases,
    RefusalSettings, RuleSettings, SignalKind, TriggerSettings, WithdrawalSettings,
};
pub use file::{
    Described, RawAbuse, RawConfusion, RawDetector, RawEmergency, RawFrustration, RawHumanRequest,
    RawLearnt, RawPhrases, RawRefusals, RawRepetition, RawRule, RawTrigger, RawWithdrawals,
};
use serde::Deserialize;
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
            let RawLearnt { hint_at, sure_at, strength, doubt_at } = *learnt;
            LearntSettings { hint_at, sure_at, strength, doubt_at }
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
            affirmations: self.affirmations.phrases(),
            withdrawals: WithdrawalSettings {
                clear: self.withdrawals.clear.phrases(),
                perhaps: self.withdrawals.perhaps.phrases(),
            },
            wishes: self.wishes.phrases(),
            refusals: RefusalSettings {
                wishes: self.refusals.wishes.phrases(),
                deeds: self.refusals.deeds.phrases(),
                except: self.refusals.except.phrases(),
                until: self.refusals.until.phrases(),
            },
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
            if learnt.doubt_at.is_some_and(|doubt_at| doubt_at > learnt.hint_at) {
                add("learnt.doubt_at".into(), "it must not lie above hint_at".into());
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
            let of_another = rule.emergency.is_some_and(|kind| kind != EmergencyKind::Life);
            if rule.hazard.is_some() && of_another {
                let reason = "only a danger to life has steps of its own";
                add(format!("rules[{at}].hazard"), reason.into());
            }
        }
        let RawWithdrawals { clear, perhaps } = &self.withdrawals;
        let withdraws = !clear.phrases().is_empty() || !perhaps.phrases().is_empty();
        if withdraws && detector != SignalKind::HumanRequest {
            add("withdrawals".into(), "only the wish for a person can be taken back".into());
        }
        let RawRefusals { wishes, deeds, except, until } = &self.refusals;
        let refuses = [wishes, deeds, except, until].iter().any(|it| !it.phrases().is_empty());
        if refuses && detector != SignalKind::HumanRequest {
            add("refusals".into(), "they stand with the wishes, in human_request.yaml".into());
        }
        if !self.wishes.phrases().is_empty() && detector != SignalKind::HumanRequest {
            add("wishes".into(), "only a person is wished for".into());
        }
    }
}

impl RawRule {
    fn settings(&self) -> RuleSettings {
        RuleSettings {
            id: self.id.clone(),
            strength: self.strength,
            emergency: self.emergency,
            hazard: self.hazard,
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

#[cfg(test)]
mod tests;
