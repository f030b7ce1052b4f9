//! The detectors' files. Their shape and meaning are known to `raw::detectors` and to the domain;
//! here what they refuse is given its place in the file.

use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::detectors::RawDetectors;
use crate::config::raw::listed;
use crate::config::raw::node::{self, Node, Value};
use crate::config::source::{DETECTORS, Sources};
use crate::domain::detectors::{Detectors, SignalKind};
use serde_saphyr::{DefaultMessageFormatter, Error, MessageFormatter};
use std::collections::BTreeMap;

/// Checks and compiles the detectors.
pub fn check(sources: &Sources, problems: &mut Problems) -> Option<Detectors> {
    let mut nodes: BTreeMap<SignalKind, Node> = BTreeMap::new();
    for kind in SignalKind::ALL {
        let file = file(kind);
        match sources.text(&file) {
            None => {
                let problem = Problem::new(Code::FileMissing, &Place::top_of(&file));
                problems.add(problem.with("path", &file));
            }
            Some(text) if is_empty(text) => {
                let problem = Problem::new(Code::BadDetector, &Place::top_of(&file));
                problems.add(problem.with("reason", "the file is empty"));
            }
            Some(text) => {
                nodes.extend(node::parse(&file, text, problems).map(|node| (kind, node)));
            }
        }
    }
    let text = |kind| sources.text(&file(kind)).unwrap_or_default().to_owned();
    let raw = match RawDetectors::read(text) {
        Ok(raw) => raw,
        Err(errors) => {
            // What is missing or no YAML has been noted with better words.
            let readable = errors.iter().filter(|(kind, _)| nodes.contains_key(kind));
            problems.extend(readable.map(|(kind, error)| shape(*kind, error)));
            return None;
        }
    };
    let mut refused = |kind, path: &str, reason: String| {
        let top = Place::top_of(&file(kind));
        let place = nodes.get(&kind).map_or(top, |node| place_of(node, path));
        problems.add(Problem::new(Code::BadDetector, &place).with("reason", reason));
    };
    let settings = match raw.settings() {
        Ok(settings) => settings,
        Err(wrong) => {
            for problem in wrong {
                let reason = format!("{}: {}", problem.path, problem.reason);
                refused(problem.detector, &problem.path, reason);
            }
            return None;
        }
    };
    match Detectors::compile(&settings) {
        Ok(detectors) => Some(detectors),
        Err(wrong) => {
            for error in wrong {
                let reason = format!("the phrase {:?}: {}", error.phrase, error.reason);
                refused(error.detector, &error.path, reason);
            }
            None
        }
    }
}

/// Whether nothing stands in it but comments.
fn is_empty(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines.all(|line| line.is_empty() || line.starts_with('#') || line == "---")
}

/// The file of a detector.
pub fn file(kind: SignalKind) -> String {
    format!("{DETECTORS}{}.yaml", kind.name())
}

/// What the parser refused, in our words.
fn shape(kind: SignalKind, error: &Error) -> Problem {
    let error = error.without_snippet();
    let mut place = Place::top_of(&file(kind));
    if let Some(location) = error.location() {
        place.line = (location.line() as u32).max(1);
        place.column = (location.column() as u32).max(1);
        place.length = location.span().len() as u32;
    }
    if let Error::SerdeUnknownField { field, expected, .. } = error {
        return Problem::new(Code::UnknownKey, &place)
            .with("key", field)
            .with("known", listed(expected.iter().copied()))
            .suggest(field, expected.iter().copied());
    }
    if let Error::SerdeMissingField { field, .. } = error {
        let problem = Problem::new(Code::MissingKey, &place).with("key", field);
        return problem.with("expected", "what the shipped file says there");
    }
    let reason = DefaultMessageFormatter.format_message(error);
    Problem::new(Code::BadDetector, &place).with("reason", reason)
}

/// The place of a path such as `rules[3].gulf[0]`, or of the last part of it that is there.
fn place_of(node: &Node, path: &str) -> Place {
    let mut here = node;
    for part in path.split(['.', '[']) {
        let part = part.trim_end_matches(']');
        // The domain knows nothing of the files' `phrases:`, and so leaves it out.
        let next = child(here, part)
            .or_else(|| child(here, "phrases").and_then(|phrases| child(phrases, part)));
        match next {
            Some(next) => here = next,
            None => break,
        }
    }
    here.place.clone()
}

fn child<'n>(node: &'n Node, part: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Map(pairs) => pairs.iter().find(|(key, _)| key.text == part).map(|(_, node)| node),
        Value::List(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
        Value::Nothing | Value::Scalar { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn an_emptied_file_is_told_to_be_empty() {
        let emptied = file(SignalKind::Abuse);
        let files = SignalKind::ALL.map(file).map(|name| match name == emptied {
            true => (name, "# nothing\n\n".to_owned()),
            false => {
                let shipped = format!("{}/config/{name}", env!("CARGO_MANIFEST_DIR"));
                let text = std::fs::read_to_string(&shipped).unwrap();
                (name, text)
            }
        });
        let sources = Sources::from_texts(files);
        let mut problems = Problems::new();
        assert!(check(&sources, &mut problems).is_none());
        let told = problems.sorted();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].what(Language::En).contains("the file is empty"));
        assert!(told[0].what(Language::Ar).contains("الملف فارغ"));
    }
}
