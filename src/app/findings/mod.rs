//! What an examination finds: of a deployment (`sanad doctor`) or of one conversation
//! (`sanad repair`). A finding is a code, how grave it is, and its facts; `codes` says it in
//! both languages, with what to do about it. One form for both, so that a program reads one form.

mod codes;

pub use codes::Code;

use crate::domain::language::Language;
use std::collections::BTreeMap;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Fine,
    /// Somebody should look at it, today.
    Attention,
    /// Customers are harmed by it, or will be soon.
    Trouble,
}

impl Severity {
    /// The name used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Fine => "fine",
            Severity::Attention => "attention",
            Severity::Trouble => "trouble",
        }
    }
}

impl Code {
    /// The code of a name; `None` if this version knows none of that name.
    pub fn parse(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How grave.
    pub severity: Severity,
    /// Its facts, by name.
    pub facts: BTreeMap<&'static str, String>,
}

impl Finding {
    /// A finding without facts yet.
    pub fn new(code: Code, severity: Severity) -> Finding {
        Finding { code, severity, facts: BTreeMap::new() }
    }

    /// All is well in this.
    pub fn fine(code: Code) -> Finding {
        Finding::new(code, Severity::Fine)
    }

    /// Somebody should look at this.
    pub fn attention(code: Code) -> Finding {
        Finding::new(code, Severity::Attention)
    }

    /// This does harm.
    pub fn trouble(code: Code) -> Finding {
        Finding::new(code, Severity::Trouble)
    }

    /// With a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Finding {
        debug_assert!(self.code.facts().contains(&name), "{} has no {name}", self.code.name());
        self.facts.insert(name, value.to_string());
        self
    }

    /// What was found, in words.
    pub fn says(&self, language: Language) -> String {
        self.fill(self.code.words(language).0)
    }

    /// What to do about it; empty if nothing needs to be done.
    pub fn advice(&self, language: Language) -> String {
        match self.severity {
            Severity::Fine => String::new(),
            Severity::Attention | Severity::Trouble => self.fill(self.code.words(language).1),
        }
    }

    /// Puts the facts where their names stand. What a fact says is not looked through again.
    fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
            filled.push_str(self.facts.get(name).map_or("?", String::as_str));
            rest = after;
        }
        filled + rest
    }
}

/// The gravest of them; fine if there are none.
pub fn gravest<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Severity {
    findings.into_iter().map(|finding| finding.severity).max().unwrap_or(Severity::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_said_in_both_languages_with_all_its_facts() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.name()), Some(*code));
            let facts = code.facts().iter().map(|name| (*name, format!("<{name}>")));
            let found = Finding { facts: facts.collect(), ..Finding::trouble(*code) };
            for language in Language::ALL {
                let (says, advice) = (found.says(language), found.advice(language));
                for fact in code.facts() {
                    let all = format!("{says} {advice}");
                    assert!(all.contains(&format!("<{fact}>")), "{} {language:?}", code.name());
                }
                assert!(!says.contains('?') && !advice.contains('?'), "{says} {advice}");
            }
        }
    }

    #[test]
    fn only_what_is_not_fine_has_advice() {
        assert_eq!(Finding::fine(Code::DueOverdue).advice(Language::En), "");
        let parked = Finding::attention(Code::Parked).with("entries", 3).with("first", "{x}");
        assert!(parked.says(Language::En).contains("3, such as conversation {x}"));
        assert!(parked.advice(Language::Ar).contains("sanad admin parked"));
        assert_eq!(gravest(&[parked, Finding::fine(Code::OutboxEmpty)]), Severity::Attention);
    }
}
