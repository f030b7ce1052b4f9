//! Telling customers what ops want everybody to know: at the greeting, and with the topics it
//! concerns. A notice, never an answer; each is told once an episode.

use super::turn::Turn;
use crate::domain::bot::entry::FaqEntry;
use crate::domain::bot::matcher::Verdict;
use crate::domain::directives::Banner;
use crate::domain::language::Language;
use crate::domain::reading::Reading;

/// The key of such a notice; its words are not from the text files.
pub const KEY: &str = "incident_banner";

/// To somebody who has only just come: all of them, in the language of the greeting, or in both
/// while it is not known.
pub(super) fn at_greeting(turn: &mut Turn<'_>, language: Option<Language>) {
    for banner in &turn.rules.banners {
        let text = match language {
            Some(language) => banner.text(language).to_owned(),
            None => in_both(banner),
        };
        tell(turn, text);
    }
}

/// To somebody who writes: those about what they write of, and those about everything, unless they
/// were told. Who is in danger hears nothing but what helps.
pub(super) fn with_topic(turn: &mut Turn<'_>, chosen: Option<&FaqEntry>, reading: &Reading) {
    if reading.assessment.fired.as_ref().is_some_and(|fired| fired.emergency.is_some()) {
        return;
    }
    let topic = chosen.map(|entry| &entry.id).or(match &reading.matched.verdict {
        Verdict::Sure(entry) => Some(entry),
        Verdict::Unsure(_) | Verdict::Unknown => None,
    });
    for banner in &turn.rules.banners {
        let concerns = match topic {
            Some(topic) => banner.topics.is_empty() || banner.topics.contains(topic),
            None => banner.topics.is_empty(),
        };
        let text = banner.text(turn.c.language).to_owned();
        if concerns && !turn.was_sent(&text) && !turn.was_sent(&in_both(banner)) {
            tell(turn, text);
        }
    }
}

fn in_both(banner: &Banner) -> String {
    Language::ALL.map(|language| banner.text(language)).join("\n")
}

fn tell(turn: &mut Turn<'_>, text: String) {
    turn.notice_named(KEY, text);
}
