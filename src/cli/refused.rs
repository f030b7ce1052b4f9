//! Refusals in the words of whoever reads them. The server tells programs by a reason and its facts
//! what happened; from these a sentence is made here in either language, and the reason stands behind
//! it in brackets for whoever is asked for help.

mod sentences;

use super::connect::{reason_of, transient};
use super::reach::AWAY;
use super::terminal::Look;
use super::transcript::{Reader, moment};
use super::words::{pick, state};
use crate::domain::language::Language;
use crate::grpc::pb::ConversationState;
use crate::grpc::status::Reason;
use sentences::{Sentence, field, reason, situation, word};
use std::collections::HashMap;
use tonic::Status;
use tonic_types::StatusExt;

/// What the server tells beside the reason.
type Facts = HashMap<String, String>;

/// Why a call was not done.
pub fn refused(language: Language, look: Look, status: &Status) -> String {
    let not_done = pick(language, "not done", "لم يتم");
    format!("{not_done}: {} ({})", why(language, look, status), reason_of(status))
}

/// Why, as a sentence alone.
pub fn why(language: Language, look: Look, status: &Status) -> String {
    let details = status.get_error_details();
    let Some(info) = details.error_info() else {
        // Not of Sanad: the line itself, or what this terminal found before it called.
        return match transient(status) {
            true => pick(language, AWAY.0, AWAY.1).to_owned(),
            false => look.foreign(status.message()),
        };
    };
    let Some(known) = Reason::named(&info.reason) else { return look.foreign(status.message()) };
    let told = |name: &str| info.metadata.get(name).map_or("", String::as_str);
    match known {
        Reason::WrongState => wrong_state(language, look, &info.metadata),
        Reason::FieldInvalid => match field(told("problem"), told("field")) {
            Some(sentence) => fill(language, look, sentence, &info.metadata),
            // A mistake of the program that called: its field and what the server says of it.
            None => {
                let said = details.bad_request().and_then(|bad| bad.field_violations.first());
                let said = said.map_or(status.message(), |said| said.description.as_str());
                let of = pick(language, "this is not as it must be:", "هذا ليس كما يجب:");
                format!("{of} {}: {}", look.foreign(told("field")), look.foreign(said))
            }
        },
        known => fill(language, look, reason(known, told("what")), &info.metadata),
    }
}

/// Why something cannot be done now, by the state the server names.
fn wrong_state(language: Language, look: Look, facts: &Facts) -> String {
    let told = |name: &str| facts.get(name).map_or("", String::as_str);
    let name = told("state");
    let on_the_wire = format!("CONVERSATION_STATE_{}", name.to_uppercase());
    if let Some(known) = ConversationState::from_str_name(&on_the_wire) {
        let now = pick(
            language,
            "this cannot be done now; the conversation:",
            "لا يمكن ذلك الآن؛ المحادثة:",
        );
        return format!("{now} {}", state(language, known, Reader::Staff));
    }
    let sentence = situation(name, told("why")).unwrap_or(reason(Reason::WrongState, ""));
    fill(language, look, sentence, facts)
}

/// The sentence with its facts: codes in the reader's language, times by the reader's clock, and what
/// others named kept apart. A server that does not tell one leaves its place empty.
fn fill(language: Language, look: Look, sentence: Sentence, facts: &Facts) -> String {
    let text = pick(language, sentence.0, sentence.1);
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, named)) = rest.split_once('{') {
        let (name, after) = named.split_once('}').unwrap_or((named, ""));
        let value = facts.get(name).map_or("…", String::as_str);
        let value = &listed(language, name, value);
        filled.push_str(before);
        match word(language, name, value) {
            Some(word) => filled.push_str(word),
            None => filled
                .push_str(&look.foreign(&time(name, value).unwrap_or_else(|| value.to_owned()))),
        }
        rest = after;
    }
    filled + rest
}

/// What is allowed is a list, parted as the reader's language does it.
fn listed(language: Language, name: &str, value: &str) -> String {
    match name {
        "allowed" => value.replace(", ", pick(language, ", ", "، ")),
        _ => value.to_owned(),
    }
}

/// A point in time, by the clock of this terminal, which is named.
fn time(fact: &str, value: &str) -> Option<String> {
    if !matches!(fact, "earliest" | "latest" | "ended") {
        return None;
    }
    let at: jiff::Timestamp = value.parse().ok()?;
    moment(&prost_types::Timestamp { seconds: at.as_second(), nanos: 0 })
}

#[cfg(test)]
mod tests;
