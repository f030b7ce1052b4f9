//! Who must have a person: detectors that read the customer's message *and* the turns around it.
//! Each gives a strength and says where it read it; [`assess`] weighs them over the conversation
//! and names the one reason that calls for people.
//!
//! A new detector is one file here, one line in [`ALL`] and one file in `config/detectors`.

mod abuse;
mod assess;
mod compile;
mod confusion;
mod emergency;
mod filing;
mod frustration;
mod human_request;
mod learnt;
mod lexicon;
mod manner;
mod phrase;
mod refusal;
mod repetition;
mod scan;
mod settings;
mod signal;
mod similarity;
mod tally;
mod vocabulary;
mod window;

pub use abuse::AbuseSettings;
pub use assess::{Assessment, Fired, Utterance, assess};
pub use confusion::ConfusionSettings;
pub use emergency::EmergencySettings;
pub use frustration::FrustrationSettings;
pub use human_request::HumanRequestSettings;
pub use learnt::{Family, LEARNT, LearntSettings, PER_ONE};
pub use manner::MannerSettings;
pub use phrase::PhraseError;
pub use refusal::{Refusal, RefusalSettings};
pub use repetition::RepetitionSettings;
pub use settings::{
    DetectorSettings, Dialect, LexiconError, LexiconSettings, Phrases, RuleSettings,
    TriggerSettings, WithdrawalSettings,
};
pub use signal::{EmergencyKind, Hazard, Signal, SignalKind, Withdrawal};
pub use similarity::SimilaritySettings;
pub use window::{Levels, Speaker, Turn, Window, cut};

use filing::Filing;
use learnt::{Learnt, Margins};
use lexicon::{Hit, Hits, Lexicon};
use scan::Reading;

/// One way of seeing that a customer needs a person.
pub trait Detector: Sync {
    /// What it finds.
    fn kind(&self) -> SignalKind;

    /// Its name in config, logs and metrics.
    fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// What this message, in this conversation, shows; `None` if nothing. It is not asked about
    /// social acts, but for an angry face: a greeting, thanks or «؟؟؟» is never a signal.
    fn detect(&self, detectors: &Detectors, message: &Message, window: &Window) -> Option<Signal>;
}

/// All detectors, the most urgent first: of several that fire, the first gives the reason.
pub const ALL: &[&dyn Detector] = &[
    &emergency::EmergencyDetector,
    &human_request::HumanRequestDetector,
    &frustration::FrustrationDetector,
    &repetition::RepetitionDetector,
    &confusion::ConfusionDetector,
    &abuse::AbuseDetector,
];

/// A message as the detectors read it: the utterance and its words, looked up once for all.
#[derive(Debug)]
pub struct Message<'a> {
    /// What the customer wrote.
    pub utterance: &'a Utterance<'a>,
    reading: Reading,
    margins: Margins,
}

impl Message<'_> {
    /// What a detector's lexicon finds in this message, and what was learnt adds to it. Where the
    /// lexicon knows words as harmless or negated and nothing else, it has the last word; but a
    /// danger is better feared once too often, unless the message denies it or as a whole is known to
    /// mean none.
    fn find(&self, detectors: &Detectors, kind: SignalKind) -> Hits {
        let message = self.utterance.normalised;
        let mut hits = detectors.lexicon(kind).find(message, &self.reading);
        let settings = detectors.settings.learnt[kind.index()];
        if let (Some(settings), Some(margin)) = (settings, self.margins.of(kind)) {
            hits.weaken(settings.trust_in_phrases(margin));
            let strength = settings.strength_of(margin);
            let knows_better = hits.set_aside && hits.hits.is_empty();
            let means_none = hits.is_harmless || hits.denied;
            let fears = kind == SignalKind::Emergency && !means_none;
            if strength > 0.0 && (!knows_better || fears) {
                let evidence = self.margins.evidence(kind, strength, message, &self.reading);
                let emergency =
                    (kind == SignalKind::Emergency).then(|| self.danger(detectors, &hits));
                hits.hits.push(Hit { strength, emergency, hazard: None, evidence });
            }
        }
        hits
    }

    /// What is in danger: the phrases know best.
    fn danger(&self, detectors: &Detectors, hits: &Hits) -> EmergencyKind {
        let known = hits.hits.iter().find_map(|hit| hit.emergency);
        let Utterance { normalised, variety, .. } = *self.utterance;
        known.unwrap_or_else(|| detectors.learnt.danger(normalised, variety, &self.reading))
    }
}

/// The compiled detectors: settings and lexicons, built once when rules are loaded.
#[derive(Debug)]
pub struct Detectors {
    settings: DetectorSettings,
    vocabulary: vocabulary::Vocabulary,
    learnt: Learnt,
    /// One lexicon a kind, in the order of [`SignalKind::ALL`].
    lexicons: Vec<Lexicon>,
    filing: Filing,
}

impl Detectors {
    /// Compiles the lexicons; every phrase that cannot be read is reported, not only the first.
    pub fn compile(settings: &DetectorSettings) -> Result<Detectors, Vec<LexiconError>> {
        let mut vocabulary = vocabulary::Vocabulary::default();
        let mut errors = Vec::new();
        let mut lexicons = Vec::new();
        for kind in SignalKind::ALL {
            let lexicon = settings.lexicon(kind);
            lexicons.push(Lexicon::compile(kind, lexicon, &mut vocabulary, &mut errors));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let learnt = Learnt::compile(&mut vocabulary);
        let filing = Filing::of(&mut lexicons, &vocabulary);
        Ok(Detectors { settings: settings.clone(), vocabulary, learnt, lexicons, filing })
    }

    /// The settings they were compiled from.
    pub fn settings(&self) -> &DetectorSettings {
        &self.settings
    }

    /// Whether a message that shows this signal calls for people, when the levels stand like this.
    pub fn fires(&self, signal: &Signal, levels: &Levels) -> bool {
        let trigger = self.settings.trigger(signal.kind);
        signal.strength >= trigger.fresh_min && levels.get(signal.kind) >= trigger.threshold
    }

    /// Whether a signal is shown to people: it calls for them, by words of this very message. What is
    /// left of earlier messages, or too weak to act upon, accuses nobody.
    pub fn is_shown(&self, signal: &Signal, levels: &Levels) -> bool {
        let said = signal.evidence.iter().filter(|found| found.span.start < found.span.end);
        let weight: f32 = said.map(|found| found.weight).sum();
        weight >= self.settings.trigger(signal.kind).threshold && self.fires(signal, levels)
    }

    /// The features that the learnt weights see in a message, by name: for those who learn anew.
    pub fn features(&self, utterance: &Utterance) -> Vec<(Family, String)> {
        let Utterance { normalised, variety, .. } = *utterance;
        let reading = Reading::of(normalised, variety, &self.vocabulary, &self.filing);
        self.learnt.names(normalised, variety, &reading)
    }

    /// Whether a message takes back the wish for a person.
    fn withdrawal(&self, message: &Message) -> Option<Withdrawal> {
        self.lexicon(SignalKind::HumanRequest).withdrawal(&message.reading)
    }

    /// What a message says that the customer does not want.
    fn refusals(&self, message: &Message) -> Vec<Refusal> {
        self.lexicon(SignalKind::HumanRequest).refusals(&message.reading)
    }

    fn lexicon(&self, kind: SignalKind) -> &Lexicon {
        &self.lexicons[kind.index()]
    }

    fn read<'a>(&self, utterance: &'a Utterance<'a>) -> Message<'a> {
        let Utterance { normalised, variety, .. } = *utterance;
        let reading = Reading::of(normalised, variety, &self.vocabulary, &self.filing);
        let uses_learnt = self.settings.learnt.iter().any(Option::is_some);
        let margins = match uses_learnt {
            true => self.learnt.weigh(normalised, variety, &reading),
            false => Margins::default(),
        };
        Message { utterance, reading, margins }
    }
}

/// Strengths of independent evidence together: each takes its share of what doubt is left.
fn together(one: f32, other: f32) -> f32 {
    1.0 - (1.0 - one) * (1.0 - other)
}
