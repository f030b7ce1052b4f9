//! YAML as a tree in which every value knows its place.
//!
//! The tree keeps scalars as they are written: what a scalar is, its reader says, so that a phone
//! number never becomes a number and `no` never a boolean. A typed parser would also stop at the
//! first surprise, and ops would meet their mistakes one by one.

use crate::config::problem::{Code, Place, Problem, Problems};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How deep values may be nested.
const DEPTH_MAX: usize = 24;

/// One value of a file.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Nothing,
    /// A text, number, date …
    Scalar {
        /// As written, with escapes resolved.
        text: String,
        /// Written without quotes.
        plain: bool,
        /// A plain text with a `#` behind it that is stuck to a word: most likely a part of the
        /// text that YAML has taken for a comment.
        cut: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// Keys with values, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Debug, Clone)]
pub struct Key {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub text: String,
}

impl Node {
    /// What stands here, in words of the problem list.
    pub fn found(&self) -> &'static str {
        match &self.value {
            Value::Nothing => "nothing",
            Value::Scalar { .. } => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// Reads one file. `None`: it is not YAML, and the problem says where.
pub fn parse(file: &str, text: &str, problems: &mut Problems) -> Option<Node> {
    let mut builder =
        Builder { file: file.into(), text, parser: Parser::new_from_str(text), problems };
    match builder.document() {
        Ok(node) => Some(node),
        Err(problem) => {
            problems.add(*problem);
            None
        }
    }
}

struct Builder<'a, 'p> {
    file: Arc<str>,
    text: &'a str,
    parser: Parser<'a, serde_saphyr::granit_parser::StrInput<'a>>,
    problems: &'p mut Problems,
}

type Built<T> = Result<T, Box<Problem>>;

impl<'a> Builder<'a, '_> {
    fn document(&mut self) -> Built<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(self.unused("a second document (`---`)", &span));
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, &span, 0)?);
                }
                _ => {}
            }
        }
        // A file without a value is a map without keys: what must be there is then missed by name.
        let empty = || Node { place: Place::top_of(&self.file), value: Value::Nothing };
        let mut root = root.unwrap_or_else(empty);
        if matches!(root.value, Value::Nothing) {
            root.value = Value::Map(Vec::new());
        }
        Ok(root)
    }

    /// The next event that is not a comment.
    fn next(&mut self) -> Built<(Event<'a>, Span)> {
        loop {
            match self.parser.next() {
                None => return Ok((Event::StreamEnd, Span::default())),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(self.syntax(&error)),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Built<Node> {
        if depth > DEPTH_MAX {
            return Err(self.unused("a value nested this deep", span));
        }
        let place = self.place(span);
        let (anchor, tag) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor, tag.is_some()),
            _ => (0, false),
        };
        if anchor != 0 {
            return Err(self.unused("an anchor (`&`)", span));
        }
        if tag {
            return Err(self.unused("a tag (`!`)", span));
        }
        let value = match event {
            Event::Scalar(text, style, ..) => self.scalar(&text, style, span),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.map(depth)?,
            Event::Alias(_) => return Err(self.unused("an alias (`*`)", span)),
            _ => Value::Nothing,
        };
        Ok(Node { place, value })
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: &Span) -> Value {
        let plain = style == ScalarStyle::Plain;
        if plain && matches!(text, "" | "~" | "null") {
            return Value::Nothing;
        }
        let behind =
            span.end.byte_offset().and_then(|end| self.text.get(end..)).unwrap_or_default();
        let comment = behind.trim_start_matches([' ', '\t']).strip_prefix('#');
        let stuck = comment.is_some_and(|comment| {
            comment.starts_with(|next: char| !next.is_whitespace() && next != '#' && next != '!')
        });
        Value::Scalar { text: text.to_owned(), plain, cut: plain && stuck }
    }

    fn list(&mut self, depth: usize) -> Built<Value> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                return Ok(Value::List(items));
            }
            items.push(self.node(event, &span, depth + 1)?);
        }
    }

    fn map(&mut self, depth: usize) -> Built<Value> {
        let mut pairs: Vec<(Key, Node)> = Vec::new();
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(Value::Map(pairs));
            }
            let Event::Scalar(text, ..) = event else {
                return Err(self.unused("a key that is not a text", &span));
            };
            let key = Key { place: self.place(&span), text: text.into_owned() };
            let (event, span) = self.next()?;
            let value = self.node(event, &span, depth + 1)?;
            match seen.get(&key.text) {
                Some(first) => self.problems.add(
                    Problem::new(Code::DuplicateKey, &key.place).with("key", &key.text).also(first),
                ),
                None => {
                    seen.insert(key.text.clone(), key.place.clone());
                    pairs.push((key, value));
                }
            }
        }
    }

    fn place(&self, span: &Span) -> Place {
        let one_line = span.start.line() == span.end.line();
        let length = if one_line { span.end.col().saturating_sub(span.start.col()) } else { 1 };
        Place {
            file: self.file.clone(),
            line: span.start.line().max(1) as u32,
            column: span.start.col() as u32 + 1,
            length: length as u32,
        }
    }

    fn unused(&self, feature: &'static str, span: &Span) -> Box<Problem> {
        let problem = Problem::new(Code::YamlFeature, &self.place(span));
        Box::new(problem.with("feature", feature))
    }

    /// Most syntax errors of ops are texts that want quotes: those are told as such.
    fn syntax(&self, error: &ScanError) -> Box<Problem> {
        let line_number = error.marker().line().max(1);
        let place = Place {
            file: self.file.clone(),
            line: line_number as u32,
            column: error.marker().col() as u32 + 1,
            length: 1,
        };
        // The parser may notice only at the beginning of the next line.
        let lines: Vec<&str> = self.text.lines().collect();
        for number in [line_number, line_number.saturating_sub(1)] {
            let Some(line) = number.checked_sub(1).and_then(|index| lines.get(index)) else {
                continue;
            };
            if let Some(wanting) = wants_quotes(line) {
                let place = Place {
                    line: number as u32,
                    column: wanting.column as u32 + 1,
                    length: wanting.text.chars().count() as u32,
                    ..place
                };
                let problem = Problem::new(Code::NeedsQuotes, &place).with("mark", wanting.mark);
                return Box::new(problem.with("quoted", quoted(wanting.text)));
            }
        }
        Box::new(Problem::new(Code::YamlSyntax, &place).with("reason", error.kind()))
    }
}

struct WantsQuotes<'a> {
    text: &'a str,
    /// In characters, from 0.
    column: usize,
    mark: &'static str,
}

/// The unquoted text of a line that YAML stumbles over, if there is one.
fn wants_quotes(line: &str) -> Option<WantsQuotes<'_>> {
    let indented = line.trim_start();
    let item = indented.strip_prefix("- ").map_or(indented, str::trim_start);
    let value = match item.split_once(": ") {
        Some((key, value)) if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => value,
        _ => item,
    };
    let value = value.trim();
    let first = value.chars().next()?;
    let mark = match first {
        '"' | '\'' | '#' | '|' | '>' | '[' | '{' => return None,
        '@' => "@",
        '`' => "`",
        '%' => "%",
        '*' => "*",
        '&' => "&",
        '!' => "!",
        _ if value.contains(": ") || value.ends_with(':') && value.contains(' ') => ": ",
        _ => return None,
    };
    let start = value.as_ptr() as usize - line.as_ptr() as usize;
    Some(WantsQuotes { text: value, column: line[..start].chars().count(), mark })
}

/// The text as it should stand in the file.
pub fn quoted(text: &str) -> String {
    if text.contains('"') || text.contains('\\') {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}
