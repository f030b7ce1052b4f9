//! What the host site tells of its customer: name, plan, order. Few and short; they fill answers and
//! help agents, and are never written to a log of the service.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// So many facts at most.
pub const FACTS_MAX: usize = 24;
/// The longest name of a fact.
pub const NAME_BYTES_MAX: usize = 32;
/// The longest text of a fact, in characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// Facts by name.
pub type Facts = BTreeMap<String, Fact>;

/// One fact.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl fmt::Display for Fact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fact::Flag(flag) => write!(out, "{flag}"),
            Fact::Number(number) => write!(out, "{number}"),
            Fact::Text(text) => out.write_str(text),
        }
    }
}

/// Without the value: whatever is shown for debugging may end in a log.
impl fmt::Debug for Fact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Fact::Flag(_) => "flag",
            Fact::Number(_) => "number",
            Fact::Text(_) => "text",
        })
    }
}

/// Why facts are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactFault {
    /// Too many.
    #[error("at most {FACTS_MAX} facts, these are {0}")]
    TooMany(usize),
    /// A name that cannot stand in a text.
    #[error("the name of a fact has 1 to {NAME_BYTES_MAX} of a-z, 0-9 and _, unlike {0:?}")]
    BadName(String),
    /// A text that is too long, or has line breaks or braces in it.
    #[error("the fact {0} has at most {TEXT_CHARS_MAX} characters, on one line and without braces")]
    BadText(String),
    /// A number that is none.
    #[error("the fact {0} must be a finite number")]
    BadNumber(String),
}

/// Takes facts that are within their bounds.
pub fn checked(facts: Facts) -> Result<Facts, FactFault> {
    if facts.len() > FACTS_MAX {
        return Err(FactFault::TooMany(facts.len()));
    }
    for (name, fact) in &facts {
        if !is_name(name) {
            return Err(FactFault::BadName(name.chars().take(NAME_BYTES_MAX).collect()));
        }
        let fits = |text: &String| {
            let plain = |letter: char| !letter.is_control() && letter != '{' && letter != '}';
            text.chars().count() <= TEXT_CHARS_MAX && text.chars().all(plain)
        };
        match fact {
            Fact::Text(text) if !fits(text) => return Err(FactFault::BadText(name.clone())),
            Fact::Number(number) if !number.is_finite() => {
                return Err(FactFault::BadNumber(name.clone()));
            }
            Fact::Text(_) | Fact::Number(_) | Fact::Flag(_) => {}
        }
    }
    Ok(facts)
}

/// Whether a fact may be called so.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// A place for a fact in a text, between its braces: `fact:name`, or `fact:name|what to say
/// without it`. `None` for placeholders of another kind.
pub fn placeholder(inside: &str) -> Option<(&str, Option<&str>)> {
    let rest = inside.strip_prefix("fact:")?;
    Some(match rest.split_once('|') {
        Some((name, without)) => (name.trim(), Some(without)),
        None => (rest.trim(), None),
    })
}

/// Puts facts into a text; `None` if one is needed that is not known.
pub fn filled(template: &str, facts: &Facts) -> Option<String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        let (inside, after) = (&rest[open + 1..open + length], &rest[open + length + 1..]);
        out.push_str(&rest[..open]);
        match placeholder(inside) {
            None => out.push_str(&rest[open..=open + length]),
            Some((name, without)) => match (facts.get(name), without) {
                (Some(fact), _) => out.push_str(&fact.to_string()),
                (None, Some(without)) => out.push_str(without),
                (None, None) => return None,
            },
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(of: &[(&str, Fact)]) -> Facts {
        of.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone())).collect()
    }

    #[test]
    fn facts_fill_their_places_and_a_missing_one_needs_other_words() {
        let known = facts(&[("name", Fact::Text("Mona".into())), ("order", Fact::Number(48121.0))]);
        for (template, expected) in [
            ("Dear {fact:name}", Some("Dear Mona")),
            ("{fact:order} {slot}", Some("48121 {slot}")),
            ("Dear {fact:title|customer}", Some("Dear customer")),
            ("Dear {fact:title|}!", Some("Dear !")),
            ("Dear {fact:title}", None),
            ("open { brace", Some("open { brace")),
        ] {
            assert_eq!(filled(template, &known).as_deref(), expected, "{template}");
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_by_name() {
        let long = Fact::Text("x".repeat(TEXT_CHARS_MAX + 1));
        for bad in [
            facts(&[("Name", Fact::Flag(true))]),
            facts(&[("", Fact::Flag(true))]),
            facts(&[("note", long)]),
            facts(&[("note", Fact::Text("a\nb".into()))]),
            facts(&[("note", Fact::Text("{contacts}".into()))]),
            facts(&[("sum", Fact::Number(f64::NAN))]),
            (0..=FACTS_MAX).map(|n| (format!("f{n}"), Fact::Flag(true))).collect(),
        ] {
            assert!(checked(bad.clone()).is_err(), "{bad:?}");
        }
        assert!(checked(facts(&[("plan_2", Fact::Text("ذهبي".into()))])).is_ok());
    }

    #[test]
    fn a_fact_is_never_shown_for_debugging() {
        assert!(!format!("{:?}", facts(&[("name", Fact::Text("Mona".into()))])).contains("Mona"));
    }
}
