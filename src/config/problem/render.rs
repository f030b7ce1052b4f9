//! Problems as people and programs read them: source lines with a mark under the spot for a
//! terminal, plain text where there is none, JSON for editors and scripts.

use super::{Place, Problem, Severity};
use crate::config::source::Sources;
use crate::domain::language::Language;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};
use std::ops::Range;

/// The longest excerpt of a line that is repeated below it.
const LABEL_CHARS_MAX: usize = 24;

/// How problems are shown.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The language of the words.
    pub language: Language,
    /// Whether the reader is a terminal that shows colours.
    pub colour: bool,
}

/// All problems with their source lines, and a last line that counts them.
pub fn render(problems: &[Problem], sources: &Sources, look: Look) -> String {
    render_first(problems, sources, look, problems.len())
}

/// At most so many of them, what keeps the rules from going live first, and how many more there are;
/// the last line counts all.
pub fn render_first(problems: &[Problem], sources: &Sources, look: Look, max: usize) -> String {
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    let mut order: Vec<&Problem> = problems.iter().collect();
    if problems.len() > max {
        order.sort_by_key(|problem| !problem.is_error());
    }
    for problem in order.into_iter().take(max) {
        out.push_str(&renderer.render(&groups(problem, sources, look.language)));
        out.push_str("\n\n");
    }
    let more = problems.len().saturating_sub(max);
    if more > 0 {
        out.push_str(&match look.language {
            Language::En => format!("and {more} more: run sanad check\n"),
            Language::Ar => format!("وغيرها {more}: شغّل sanad check\n"),
        });
    }
    out.push_str(&counted(problems, look.language));
    out.push('\n');
    out
}

/// All problems as one JSON list, each with its words in both languages.
pub fn render_json(problems: &[Problem]) -> Value {
    let both = |words: &dyn Fn(Language) -> String| json!({ "ar": words(Language::Ar), "en": words(Language::En) });
    problems
        .iter()
        .map(|problem| {
            let facts: serde_json::Map<String, Value> =
                problem.facts.iter().map(|(name, value)| ((*name).into(), json!(value))).collect();
            json!({
                "code": problem.code.name(),
                "severity": severity_name(problem.code.severity()),
                "file": problem.place.file,
                "line": problem.place.line,
                "column": problem.place.column,
                "length": problem.place.length,
                "what": both(&|language| problem.what(language)),
                "hint": both(&|language| problem.hint(language)),
                "suggestion": problem.suggestion,
                "facts": facts,
                "also": problem.also,
            })
        })
        .collect()
}

fn groups<'a>(problem: &Problem, sources: &'a Sources, language: Language) -> [Group<'a>; 2] {
    let title = level(problem.code.severity(), language)
        .primary_title(problem.what(language))
        .id(problem.code.name());
    let mut main = match snippet(&problem.place, AnnotationKind::Primary, None, sources) {
        Some(snippet) => title.element(snippet),
        // It is about no file in particular.
        None if problem.place.file.is_empty() => Group::with_title(title),
        None => {
            title.element(annotate_snippets::Origin::path(sources.place_of(&problem.place.file)))
        }
    };
    for place in &problem.also {
        let label = match (problem.code.is_of_a_name(), language) {
            (false, Language::En) => "the other stands here",
            (false, Language::Ar) => "الآخر هنا",
            (true, Language::En) => "and here",
            (true, Language::Ar) => "وهنا",
        };
        if let Some(snippet) = snippet(place, AnnotationKind::Context, Some(label), sources) {
            main = main.element(snippet);
        }
    }
    let help = match language {
        Language::En => Level::HELP.with_name(Some("write")),
        Language::Ar => Level::HELP.with_name(Some("اكتب")),
    };
    [main, Group::with_title(help.secondary_title(problem.hint(language)))]
}

fn snippet<'a>(
    place: &Place,
    kind: AnnotationKind,
    label: Option<&'static str>,
    sources: &'a Sources,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let text = sources.text(&place.file)?;
    let (line_start, line) = line(text, place.line)?;
    let marked = range_in_line(line, place);
    // A terminal turns right-to-left words around, but not the marks below them: there the spot is
    // named by its words as well.
    let words = &line[marked.clone()];
    let label = match label {
        Some(label) => Some(label.to_owned()),
        None if line.chars().any(is_right_to_left) => {
            Some(format!("«{}»", shortened(words.trim())))
        }
        None => None,
    };
    let span = line_start + marked.start..line_start + marked.end;
    Some(
        Snippet::source(text)
            .path(sources.place_of(&place.file))
            .annotation(kind.span(span).label(label)),
    )
}

/// The text of a line and where it begins, in bytes.
fn line(text: &str, number: u32) -> Option<(usize, &str)> {
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index + 1 == number as usize {
            return Some((start, line.trim_end_matches(['\n', '\r'])));
        }
        start += line.len();
    }
    None
}

/// Characters to bytes; what reaches beyond the line ends with it.
fn range_in_line(line: &str, place: &Place) -> Range<usize> {
    let byte = |characters: usize| {
        line.char_indices().nth(characters).map_or(line.len(), |(position, _)| position)
    };
    let first = place.column.saturating_sub(1) as usize;
    byte(first)..byte(first + (place.length as usize).max(1))
}

/// Enough of the words to find them by.
fn shortened(words: &str) -> String {
    match words.char_indices().nth(LABEL_CHARS_MAX) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}…", &words[..end]),
    }
}

fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

fn level(severity: Severity, language: Language) -> Level<'static> {
    match (severity, language) {
        (Severity::Error, Language::En) => Level::ERROR,
        (Severity::Error, Language::Ar) => Level::ERROR.with_name(Some("خطأ")),
        (Severity::Warning, Language::En) => Level::WARNING,
        (Severity::Warning, Language::Ar) => Level::WARNING.with_name(Some("تنبيه")),
    }
}

const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn counted(problems: &[Problem], language: Language) -> String {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let warnings = problems.len() - errors;
    match language {
        Language::En => format!("{errors} error(s), {warnings} warning(s)"),
        Language::Ar => format!("الأخطاء: {errors}، التنبيهات: {warnings}"),
    }
}
