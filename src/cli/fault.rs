//! What is wrong with what a command was given, in both languages: who finds it does not know who reads.

use super::direction::readable;
use crate::domain::language::Language;
use std::fmt;
use std::path::Path;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    en: String,
    ar: String,
}

impl Fault {
    /// In English and in Arabic.
    pub fn new(en: impl Into<String>, ar: impl Into<String>) -> Fault {
        Fault { en: en.into(), ar: ar.into() }
    }

    /// It stands on this line.
    #[must_use]
    pub fn on_line(self, line: usize) -> Fault {
        Fault::new(format!("line {line}: {}", self.en), format!("السطر {line}: {}", self.ar))
    }

    /// It is in this file.
    #[must_use]
    pub fn in_file(self, file: &Path) -> Fault {
        let file = file.display();
        Fault::new(format!("{file}: {}", self.en), format!("{file}: {}", self.ar))
    }

    /// What the system says of this file.
    pub fn of_system(file: &Path, what: (&str, &str), error: &std::io::Error) -> Fault {
        Fault::new(format!("{}: {error}", what.0), format!("{}: {error}", what.1)).in_file(file)
    }

    /// For a reader of this language.
    pub fn says(&self, language: Language) -> String {
        match language {
            Language::En => self.en.clone(),
            Language::Ar => readable(language, &self.ar),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.en)
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.en
    }
}
