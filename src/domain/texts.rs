//! What Sanad itself says: system texts per language, with several wordings or plural forms.
//!
//! The keys are a closed list, so that a text that is missing is found when the config is checked
//! and not when a customer should read it.

mod keys;

pub use keys::TextKey;

use super::language::Language;
use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use std::collections::BTreeMap;

/// One value for each language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PerLanguage<T> {
    /// In Arabic.
    pub ar: T,
    /// In English.
    pub en: T,
}

impl<T> PerLanguage<T> {
    /// The value for `language`.
    pub fn get(&self, language: Language) -> &T {
        match language {
            Language::Ar => &self.ar,
            Language::En => &self.en,
        }
    }
}

/// One system text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// Wordings that mean the same; another one is used each time.
    Wordings(Vec<String>),
    /// One form for each plural category of `{count}`; `other` is always there.
    Plural(BTreeMap<String, String>),
}

/// The plural categories of CLDR, as they are written in the config.
pub const PLURAL_CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Values for the placeholders of a text: `{name}` → value.
pub type Values<'a> = &'a [(&'a str, String)];

/// All system texts.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    texts: BTreeMap<(Language, TextKey), Text>,
}

impl Texts {
    /// From checked texts: every key in every language.
    pub fn new(texts: BTreeMap<(Language, TextKey), Text>) -> Self {
        Texts { texts }
    }

    /// The wordings of a text, with its placeholders filled; `count` chooses among plural forms.
    pub fn wordings(
        &self,
        language: Language,
        key: TextKey,
        count: Option<u64>,
        values: Values<'_>,
    ) -> Vec<String> {
        let mut values = values.to_vec();
        if let Some(count) = count {
            values.push(("count", count.to_string()));
        }
        match self.texts.get(&(language, key)) {
            None => Vec::new(),
            Some(Text::Wordings(wordings)) => {
                wordings.iter().map(|wording| fill(wording, &values)).collect()
            }
            Some(Text::Plural(forms)) => {
                let category = plural_category(language, count.unwrap_or(0));
                let form = forms.get(category).or_else(|| forms.get("other"));
                form.map(|form| vec![fill(form, &values)]).unwrap_or_default()
            }
        }
    }
}

/// Puts values into `{placeholders}`; a placeholder without a value stays as it is.
pub fn fill(template: &str, values: Values<'_>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = from.find('}') else {
            rest = from;
            break;
        };
        let name = &from[1..close];
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&from[..=close]),
        }
        rest = &from[close + 1..];
    }
    out.push_str(rest);
    out
}

/// The names of the `{placeholders}` of a template, in order.
pub fn placeholders(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        names.push(&rest[open + 1..open + length]);
        rest = &rest[open + length + 1..];
    }
    names
}

fn plural_category(language: Language, count: u64) -> &'static str {
    let Ok(tag) = language.tag().parse::<unic_langid::LanguageIdentifier>() else { return "other" };
    let Ok(rules) = PluralRules::create(tag, PluralRuleType::CARDINAL) else { return "other" };
    match rules.select(count) {
        Ok(PluralCategory::ZERO) => "zero",
        Ok(PluralCategory::ONE) => "one",
        Ok(PluralCategory::TWO) => "two",
        Ok(PluralCategory::FEW) => "few",
        Ok(PluralCategory::MANY) => "many",
        Ok(PluralCategory::OTHER) | Err(_) => "other",
    }
}

#[cfg(test)]
mod tests;
