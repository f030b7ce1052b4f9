//! What can be wrong with a config, where, and what to write instead.
//!
//! A [`Problem`] holds facts, not sentences: a code, a place, and the values that belong to it. The
//! words are put to it when it is shown, in the language of whoever reads. Nothing stops at the
//! first problem; all of them are collected and shown together.

mod codes;
mod render;

pub use codes::{Code, Severity};
pub use render::{Look, render, render_first, render_json};

use super::source::CONVERSATIONS;
use crate::domain::language::Language;
use crate::domain::texts::fill;
use serde::Serialize;
use std::sync::Arc;

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, relative to the config folder.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How many characters it covers.
    pub length: u32,
}

impl Place {
    /// The beginning of a file.
    pub fn top_of(file: &str) -> Place {
        Place { file: file.into(), line: 1, column: 1, length: 0 }
    }
}

impl Code {
    /// Whether it says that something is called by a name that does not exist: wherever that name is
    /// used, it is one mistake.
    pub fn is_of_a_name(self) -> bool {
        [Code::UnknownEntry, Code::UnknownQueue, Code::UnknownSkill, Code::UnknownAgent]
            .contains(&self)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// In which way it is wrong.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// Other places that belong to it: the first of two that clash.
    pub also: Vec<Place>,
    /// The facts that its words are filled with.
    pub facts: Vec<(&'static str, String)>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
}

impl Problem {
    /// A problem at a place.
    pub fn new(code: Code, place: &Place) -> Problem {
        Problem {
            code,
            place: place.clone(),
            also: Vec::new(),
            facts: Vec::new(),
            suggestion: None,
        }
    }

    /// With one more fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Problem {
        self.facts.push((name, value.to_string()));
        self
    }

    /// With the other place that belongs to it.
    #[must_use]
    pub fn also(mut self, place: &Place) -> Problem {
        self.also.push(place.clone());
        self
    }

    /// With the name that was probably meant, if one of `known` is near to `written`.
    #[must_use]
    pub fn suggest<'a>(
        mut self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Problem {
        self.suggestion = super::nearest::nearest(written, known).map(str::to_owned);
        self
    }

    /// Whether it keeps the rules from going live.
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// What is wrong, in one sentence.
    pub fn what(&self, language: Language) -> String {
        fill(self.code.words(language).what, &self.worded(language))
    }

    /// What to write instead.
    pub fn hint(&self, language: Language) -> String {
        let general = fill(self.code.words(language).hint, &self.worded(language));
        match (&self.suggestion, language) {
            (None, _) => general,
            (Some(name), Language::En) => format!("Did you mean `{name}`? {general}"),
            (Some(name), Language::Ar) => format!("أتقصد `{name}`؟ {general}"),
        }
    }

    fn worded(&self, language: Language) -> Vec<(&'static str, String)> {
        self.facts
            .iter()
            .map(|(name, value)| match language {
                Language::En => (*name, value.clone()),
                Language::Ar => (*name, kind_in_arabic(value).map_or(value.clone(), str::to_owned)),
            })
            .collect()
    }
}

/// The kinds of values have names of ours, and so need both languages.
fn kind_in_arabic(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "a text" => "نص",
        "a number" => "عدد",
        "a whole number" => "عدد صحيح",
        "true or false" => "true أو false",
        "a list" => "قائمة",
        "a map" => "مفاتيح وقيم",
        "nothing" => "لا شيء",
        "a text, or one for each language" => "نص، أو نص لكل لغة",
        "a list or a text" => "قائمة أو نص",
        "a list, a text or plural forms" => "قائمة أو نص أو صيغ جمع",
        "an anchor (`&`)" => "المرساة (`&`)",
        "an alias (`*`)" => "الإحالة (`*`)",
        "a tag (`!`)" => "الوسم (`!`)",
        "a second document (`---`)" => "المستند الثاني (`---`)",
        "a key that is not a text" => "المفتاح الذي ليس نصا",
        "the file is empty" => "الملف فارغ",
        "a value nested this deep" => "التداخل إلى هذا العمق",
        _ => return None,
    })
}

/// Everything that was found wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// None yet.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// One more.
    pub fn add(&mut self, problem: Problem) {
        self.list.push(problem);
    }

    /// Whether any of them keeps the rules from going live.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Problem::is_error)
    }

    /// Whether a file has an error of its own.
    pub fn has_errors_in(&self, file: &str) -> bool {
        self.list.iter().any(|problem| problem.is_error() && &*problem.place.file == file)
    }

    /// Whether one of them is of this kind.
    pub fn has(&self, code: Code) -> bool {
        self.list.iter().any(|problem| problem.code == code)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, in the order of files, lines and columns, each once; what only rehearses the rules
    /// comes after them, so that no number of scripts hides a mistake that goes live. One name that does not exist
    /// is one problem, with all the places where it is used: whoever renamed an entry has made one
    /// mistake.
    pub fn sorted(mut self) -> Vec<Problem> {
        let key = |it: &Problem| it.place.file.starts_with(CONVERSATIONS);
        self.list.sort_by(|a, b| (key(a), &a.place, a.code).cmp(&(key(b), &b.place, b.code)));
        self.list.dedup();
        let mut told: Vec<Problem> = Vec::new();
        for problem in self.list {
            let same =
                |known: &&mut Problem| known.code == problem.code && known.facts == problem.facts;
            match told.iter_mut().find(same).filter(|_| problem.code.is_of_a_name()) {
                Some(first) => first.also.push(problem.place),
                None => told.push(problem),
            }
        }
        told
    }
}

impl Extend<Problem> for Problems {
    fn extend<T: IntoIterator<Item = Problem>>(&mut self, problems: T) {
        self.list.extend(problems);
    }
}

#[cfg(test)]
mod tests;
