//! The one sentence that stands first before an agent: what the customer needs, why people were asked,
//! in what mood they are, how long they wait, and what was tried.

use super::need::quoted;
use super::state::Conversation;
use super::turn::reason_text;
use crate::domain::bot::entry::FaqEntry;
use crate::domain::detectors::SignalKind;
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::EntryId;
use crate::domain::language::Language;
use crate::domain::rules::Rules;
use crate::domain::texts::{TextKey, Values};
use std::time::Duration;

/// What the sentence tells beside the conversation itself.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Why people were asked.
    pub reason: HandoffReason,
    /// The topic it is about, if one is known.
    pub entry: Option<&'a EntryId>,
    /// The titles of what was answered, in the language of the sentence.
    pub tried: Vec<String>,
    /// How long the customer waits, or waited.
    pub waited: Duration,
    /// The language of whoever reads it. The customer's words stay as they were written.
    pub language: Language,
}

/// The sentence, as things stand.
pub fn headline(rules: &Rules, c: &Conversation, facts: &Facts<'_>) -> String {
    let (language, separator) = (facts.language, separator(facts.language));
    let text = |key, count, values: Values<'_>| {
        let wordings = rules.texts.wordings(language, key, count, values);
        wordings.into_iter().next().unwrap_or_default()
    };
    let entry = facts.entry.and_then(|id| rules.bot.entries.get(id));
    let topic = entry.filter(|entry| entry.is_need).map(|entry| entry.title.get(language).clone());
    let need = quoted(c.memory.need.as_deref().unwrap_or_default());
    let need = Some(need).filter(|need| !need.is_empty());
    let need = need.map(|need| with_details(c, need, entry, separator)).or(topic);
    let key = match need {
        Some(_) => TextKey::PacketHeadline,
        None => TextKey::PacketHeadlineNoNeed,
    };
    let mut why = vec![text(reason_text(facts.reason), None, &[])];
    why.extend(mood(rules, c, facts.reason).map(|mood| text(mood, None, &[])));
    // Less than a minute is nothing to tell.
    let minutes = facts.waited.as_secs() / 60;
    why.extend((minutes > 0).then(|| text(TextKey::PacketWaiting, Some(minutes), &[])));
    let tried = match facts.tried.is_empty() {
        true => text(TextKey::PacketNothing, None, &[]),
        false => facts.tried.join(separator),
    };
    let values =
        [("need", need.unwrap_or_default()), ("why", why.join(separator)), ("tried", tried)];
    text(key, None, &values)
}

/// The sentence in the customer's language with what is remembered of this episode, before any wait.
pub fn remembered(
    rules: &Rules,
    c: &Conversation,
    reason: HandoffReason,
    entry: Option<&EntryId>,
) -> String {
    let language = c.language;
    let title = |id: &EntryId| rules.bot.entries.get(id).map(|it| it.title.get(language).clone());
    let tried = c.memory.answered.iter().filter_map(title).collect();
    let waited = Duration::ZERO;
    headline(rules, c, &Facts { reason, entry, tried, waited, language })
}

/// The need, and behind it what the customer told since because its answer asked for it.
fn with_details(
    c: &Conversation,
    need: String,
    entry: Option<&FaqEntry>,
    separator: &str,
) -> String {
    let slots = entry.map(|entry| &entry.slots).into_iter().flatten();
    let told = slots.filter_map(|rule| c.memory.slots.get(&rule.name));
    told.filter(|value| !need.contains(*value))
        .fold(need.clone(), |said, value| format!("{said}{separator}{value}"))
}

/// The gravest mood that stands, unless the reason says it already; a calm customer has none.
fn mood(rules: &Rules, c: &Conversation, reason: HandoffReason) -> Option<TextKey> {
    let stands = |kind| {
        let threshold = rules.detectors.settings().trigger(kind).threshold;
        c.memory.window.levels.get(kind) >= threshold
    };
    let is_angry = stands(SignalKind::Frustration) || stands(SignalKind::Abuse);
    let says_anger = matches!(reason, HandoffReason::Frustration | HandoffReason::Abuse);
    if c.endangered && !reason.is_emergency() {
        Some(TextKey::MoodInDanger)
    } else if is_angry && !says_anger {
        Some(TextKey::MoodAngry)
    } else if stands(SignalKind::Confusion) && reason != HandoffReason::Confusion && !is_angry {
        Some(TextKey::MoodLost)
    } else {
        None
    }
}

const fn separator(language: Language) -> &'static str {
    match language {
        Language::Ar => "، ",
        Language::En => ", ",
    }
}
