//! One reading of what a customer said: computed once, outside any transaction, then handed in.

use super::bot::matcher::Match;
use super::detectors::{self, Assessment, Utterance, Window};
use super::language::social::{self, SocialAct};
use super::language::{self, Variety};
use super::rules::Rules;
use super::time::Timestamp;

/// What was understood of one utterance or one joined burst.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What it is written in.
    pub variety: Variety,
    /// Whether it is only a greeting, thanks and the like.
    pub social: Option<SocialAct>,
    /// Whether it is a plain "yes".
    pub affirms: bool,
    /// Whether it is a plain "no" or "that did not help".
    pub denies: bool,
    /// The entry it asks for, if one was found.
    pub matched: Match,
    /// What the detectors noticed.
    pub assessment: Assessment,
    /// Its normalised text, in which slots are sought.
    pub normalised: String,
    /// How many words it has.
    pub tokens: usize,
    /// Whether it ends like a finished sentence.
    pub finished: bool,
}

/// Reads what a customer said in the light of what was said before.
pub fn read(rules: &Rules, text: &str, window: &Window, at: Timestamp) -> Reading {
    let normalised = language::normalise(text);
    let variety = language::variety_of(&normalised);
    let social = social::social_act(&normalised, text);
    let utterance = Utterance { text, normalised: &normalised, variety, social, at };
    Reading {
        variety,
        social,
        affirms: social::affirm(&normalised),
        denies: social::deny(&normalised),
        matched: rules.matcher.find(&normalised, variety),
        assessment: detectors::assess(&rules.detectors, &utterance, window),
        tokens: normalised.tokens.len(),
        // Judged in the comparable form: a mark of direction after «؟» is not seen by anybody.
        finished: normalised.text.ends_with(['.', '!', '?']),
        normalised: normalised.text.clone(),
    }
}
