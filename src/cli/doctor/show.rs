//! Findings as lines for people and as JSON for programs. What a server tells is said in the
//! reader's language where this version knows the code, else as the server said it.

use crate::app::findings::{Code, Finding, Severity};
use crate::cli::check::Format;
use crate::cli::terminal::{Look, clean};
use crate::cli::words::pick;
use crate::domain::language::Language;
use crate::grpc::pb;
use crate::store::redis::hints;
use owo_colors::Style;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A finding with everything that is needed to show it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// How grave it is.
    pub severity: Severity,
    code: String,
    facts: BTreeMap<String, String>,
    known: Option<Finding>,
    /// As the server said it.
    said: (String, String),
}

impl From<Finding> for Shown {
    fn from(finding: Finding) -> Shown {
        let facts = finding.facts.iter();
        Shown {
            severity: finding.severity,
            code: finding.code.name().to_owned(),
            facts: facts.map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            said: (finding.says(Language::En), finding.advice(Language::En)),
            known: Some(finding),
        }
    }
}

impl Shown {
    /// Its stable name.
    #[cfg(test)]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// A finding of a server.
    pub fn of_wire(told: pb::Finding) -> Shown {
        let severity = match told.severity() {
            pb::FindingSeverity::Fine => Severity::Fine,
            pb::FindingSeverity::Attention => Severity::Attention,
            pb::FindingSeverity::Trouble | pb::FindingSeverity::Unspecified => Severity::Trouble,
        };
        let known = Code::parse(&told.code).and_then(|code| {
            let fact = |name: &&'static str| Some((*name, told.facts.get(*name)?.clone()));
            let facts: Option<BTreeMap<_, _>> = code.facts().iter().map(fact).collect();
            Some(Finding { code, severity, facts: facts? })
        });
        let pb::Finding { code, facts, says, advice, .. } = told;
        Shown { severity, code, facts, known, said: (says, advice) }
    }

    fn words(&self, language: Language) -> (String, String) {
        match &self.known {
            Some(finding) => {
                let says = finding.says(language);
                // Facts are told as they are, and one of them may be why a store is away.
                let says = match language {
                    Language::En => says,
                    Language::Ar => hints::in_arabic(&says),
                };
                (says, finding.advice(language))
            }
            None => self.said.clone(),
        }
    }

    /// The lines of one finding.
    pub fn lines(&self, language: Language, look: Look) -> Vec<String> {
        let (says, advice) = self.words(language);
        let (mark, style) = match self.severity {
            Severity::Fine => (pick(language, "fine", "سليم"), Style::new().green()),
            Severity::Attention => (pick(language, "look", "انتبه"), Style::new().yellow()),
            Severity::Trouble => (pick(language, "BAD ", "خلل"), Style::new().red().bold()),
        };
        let mut lines = vec![format!("{} {}", look.paint(mark, style), clean(&says))];
        if !advice.is_empty() {
            lines.push(format!("     → {}", clean(&advice)));
        }
        lines
    }

    fn json(&self, language: Language) -> Value {
        let (says, advice) = self.words(language);
        json!({
            "severity": self.severity.name(),
            "code": self.code,
            "facts": self.facts,
            "says": says,
            "advice": advice,
        })
    }
}

/// Prints findings, the gravest severity with them.
pub fn print(shown: &[Shown], format: Format, language: Language, look: Look) {
    let gravest = shown.iter().map(|shown| shown.severity).max().unwrap_or(Severity::Fine);
    match format {
        Format::Json => {
            let findings: Vec<Value> = shown.iter().map(|shown| shown.json(language)).collect();
            println!("{:#}", json!({ "severity": gravest.name(), "findings": findings }));
        }
        Format::Text => {
            for line in shown.iter().flat_map(|shown| shown.lines(language, look)) {
                println!("{line}");
            }
            let of = |severity| shown.iter().filter(|shown| shown.severity == severity).count();
            let counts = [
                (pick(language, "fine", "سليم"), of(Severity::Fine)),
                (pick(language, "to look at", "للانتباه"), of(Severity::Attention)),
                (pick(language, "bad", "خلل"), of(Severity::Trouble)),
            ];
            let counts = counts.map(|(name, count)| format!("{name}: {count}"));
            println!("{}", counts.join(pick(language, ", ", "، ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_store_is_away_is_told_in_the_readers_language() {
        let reason = "redis://h/0 under s: cannot be reached: refused; is it running, and can it be \
                      reached from here?";
        let away = Shown::from(Finding::trouble(Code::StoreAway).with("reason", reason));
        let lines = away.lines(Language::Ar, Look::PLAIN);
        assert!(lines[0].contains("هل يعمل") && !lines[0].contains("reached"), "{lines:?}");
        assert!(away.lines(Language::En, Look::PLAIN)[0].contains(reason));
        assert_eq!(away.facts["reason"], reason, "what programs read stays as it is");
    }

    #[test]
    fn what_a_newer_server_tells_is_shown_as_it_says_it() {
        let known = pb::Finding {
            severity: pb::FindingSeverity::Trouble.into(),
            code: "unlisted".to_owned(),
            facts: [("list".to_owned(), "due".to_owned())].into(),
            says: "server words".to_owned(),
            advice: "server advice".to_owned(),
        };
        let lines = Shown::of_wire(known.clone()).lines(Language::Ar, Look::PLAIN);
        assert!(lines[0].starts_with("خلل") && lines[0].contains("due"), "{lines:?}");
        let newer = pb::Finding { code: "from_the_future".to_owned(), ..known };
        let lines = Shown::of_wire(newer).lines(Language::Ar, Look::PLAIN);
        assert_eq!(lines, ["خلل server words", "     → server advice"]);
    }
}
