//! Exactly what the files say: one struct for each map of `config/*.yaml`, and how they are read.
//!
//! A struct is declared with `raw!`; its keys are a closed list, unknown ones are refused with the
//! nearest known name. Reading never stops: a field that is missing or of the wrong kind is `None`,
//! and the problem has been noted. Whether the values make sense is the affair of
//! [`super::check`].

pub mod bot;
pub mod conversation;
pub mod detectors;
pub mod faq;
pub mod node;
pub mod routing;
pub mod service;
pub mod shape;
pub mod texts;

use super::problem::{Code, Place, Problem, Problems};
use node::{Key, Node, Value, quoted};
use shape::{Field, Shape};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// A text and where it stands.
pub type Text = At<String>;

/// Something that can be read from a node.
pub trait Read: Sized {
    /// What is wanted, in words of the problem list.
    const WANTED: &'static str;

    /// Reads it; `None` when it is something else, which has then been noted.
    fn read(node: &Node, problems: &mut Problems) -> Option<Self>;

    /// What may stand there.
    fn shape() -> Shape;
}

/// Keys that are free names (skills, days, text keys), in the order of the file.
#[derive(Debug, Clone)]
pub struct Table<T>(pub Vec<(Text, T)>);

/// A value that is the same in every language, or one for each.
#[derive(Debug, Clone)]
pub struct EachLanguage<T>(pub Languages<T>);

/// One value for each language.
#[derive(Debug, Clone)]
pub struct Languages<T> {
    /// Where the map stands.
    pub place: Place,
    /// In Arabic; `None` is noted already.
    pub ar: Option<T>,
    /// In English; `None` is noted already.
    pub en: Option<T>,
}

/// One value or a list of them.
#[derive(Debug, Clone)]
pub struct OneOrMore<T>(pub Vec<T>);

/// Notes that something else than `wanted` stands at a node.
fn wrong_kind(wanted: &'static str, node: &Node, problems: &mut Problems) {
    problems.add(
        Problem::new(Code::WrongKind, &node.place)
            .with("expected", wanted)
            .with("found", node.found()),
    );
}

impl<T: Read> Read for At<T> {
    const WANTED: &'static str = T::WANTED;
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        T::read(node, problems).map(|value| At { value, place: node.place.clone() })
    }
    fn shape() -> Shape {
        T::shape()
    }
}

impl Read for String {
    const WANTED: &'static str = "a text";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Scalar { text, cut: false, .. } => Some(text.clone()),
            Value::Scalar { text, .. } => {
                let whole = format!("{text} #…");
                let problem = Problem::new(Code::NeedsQuotes, &node.place).with("mark", " #");
                problems.add(problem.with("quoted", quoted(&whole)));
                None
            }
            // `- السؤال: أين` is a map to YAML and a text to whoever wrote it.
            Value::Map(pairs) if split_text(pairs).is_some() => {
                let whole = split_text(pairs).unwrap_or_default();
                let problem = Problem::new(Code::NeedsQuotes, &node.place).with("mark", ": ");
                problems.add(problem.with("quoted", quoted(&whole)));
                None
            }
            Value::Nothing | Value::List(_) | Value::Map(_) => {
                wrong_kind(Self::WANTED, node, problems);
                None
            }
        }
    }
    fn shape() -> Shape {
        Shape::Text
    }
}

fn split_text(pairs: &[(Key, Node)]) -> Option<String> {
    let [(key, node)] = pairs else { return None };
    match &node.value {
        Value::Scalar { text, plain: true, .. } => Some(format!("{}: {text}", key.text)),
        Value::Nothing => Some(format!("{}:", key.text)),
        Value::Scalar { .. } | Value::List(_) | Value::Map(_) => None,
    }
}

impl Read for bool {
    const WANTED: &'static str = "true or false";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Scalar { text, plain: true, .. } if text == "true" => Some(true),
            Value::Scalar { text, plain: true, .. } if text == "false" => Some(false),
            Value::Scalar { .. } | Value::Nothing | Value::List(_) | Value::Map(_) => {
                wrong_kind(Self::WANTED, node, problems);
                None
            }
        }
    }
    fn shape() -> Shape {
        Shape::Flag
    }
}

macro_rules! numbers {
    ($($type:ty = $wanted:literal, $shape:ident);+) => {$(
        impl Read for $type {
            const WANTED: &'static str = $wanted;
            fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
                if let Value::Scalar { text, plain: true, .. } = &node.value
                    && let Ok(number) = text.replace('_', "").parse::<$type>()
                {
                    return Some(number);
                }
                wrong_kind(Self::WANTED, node, problems);
                None
            }
            fn shape() -> Shape {
                Shape::$shape
            }
        }
    )+};
}

numbers!(
    u32 = "a whole number", Whole;
    u64 = "a whole number", Whole;
    i64 = "a whole number", Whole;
    f32 = "a number", Number
);

impl<T: Read> Read for Vec<T> {
    const WANTED: &'static str = "a list";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::List(items) = &node.value else {
            wrong_kind(Self::WANTED, node, problems);
            return None;
        };
        // All are read, so that all their problems are found, before one that failed fails the list.
        let read: Vec<Option<T>> = items.iter().map(|item| T::read(item, problems)).collect();
        read.into_iter().collect()
    }
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Read> Read for OneOrMore<T> {
    const WANTED: &'static str = "a list or a text";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(_) => Vec::read(node, problems).map(OneOrMore),
            Value::Nothing | Value::Scalar { .. } | Value::Map(_) => {
                T::read(node, problems).map(|one| OneOrMore(vec![one]))
            }
        }
    }
    fn shape() -> Shape {
        Shape::Either(vec![T::shape(), Shape::List(Box::new(T::shape()))])
    }
}

impl<T: Read> Read for Table<T> {
    const WANTED: &'static str = "a map";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(pairs) = &node.value else {
            wrong_kind(Self::WANTED, node, problems);
            return None;
        };
        let read: Vec<Option<(Text, T)>> = pairs
            .iter()
            .map(|(key, node)| T::read(node, problems).map(|value| (key.as_text(), value)))
            .collect();
        read.into_iter().collect::<Option<Vec<_>>>().map(Table)
    }
    fn shape() -> Shape {
        Shape::Table(Box::new(T::shape()))
    }
}

impl Key {
    /// The key as a value with its place.
    pub fn as_text(&self) -> Text {
        At { value: self.text.clone(), place: self.place.clone() }
    }
}

impl<T: Read> Read for Languages<T> {
    const WANTED: &'static str = "a map";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, &["ar", "en"], problems)?;
        let mut one = |language: &'static str| match fields.take(language) {
            Some(node) => T::read(node, fields.problems),
            None => {
                let problem = Problem::new(Code::MissingLanguage, &node.place);
                fields.problems.add(problem.with("language", language));
                None
            }
        };
        let (ar, en) = (one("ar"), one("en"));
        Some(Languages { place: node.place.clone(), ar, en })
    }
    fn shape() -> Shape {
        let field = |name, doc| Field { name, required: true, doc, shape: T::shape() };
        Shape::Map(vec![field("ar", "In Arabic."), field("en", "In English.")])
    }
}

impl<T: Read + Clone> Read for EachLanguage<T> {
    const WANTED: &'static str = "a text, or one for each language";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Map(_) => Languages::read(node, problems).map(EachLanguage),
            Value::Nothing | Value::List(_) => {
                wrong_kind(Self::WANTED, node, problems);
                None
            }
            Value::Scalar { .. } => {
                let one = T::read(node, problems)?;
                let place = node.place.clone();
                Some(EachLanguage(Languages { place, ar: Some(one.clone()), en: Some(one) }))
            }
        }
    }
    fn shape() -> Shape {
        Shape::Either(vec![T::shape(), Languages::<T>::shape()])
    }
}

/// The keys of one map while they are read.
pub struct Fields<'n, 'p> {
    pairs: &'n [(Key, Node)],
    place: &'n Place,
    problems: &'p mut Problems,
}

impl<'n, 'p> Fields<'n, 'p> {
    /// The fields of a map; keys that are not `known` are noted.
    pub fn of(node: &'n Node, known: &[&str], problems: &'p mut Problems) -> Option<Self> {
        let Value::Map(pairs) = &node.value else {
            wrong_kind("a map", node, problems);
            return None;
        };
        for (key, value) in pairs.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
            problems.add(unknown_key(key, value, known));
        }
        Some(Fields { pairs, place: &node.place, problems })
    }

    fn take(&mut self, key: &str) -> Option<&'n Node> {
        self.pairs.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
    }

    /// A field that must be there.
    pub fn required<T: Read>(&mut self, key: &'static str) -> Option<T> {
        match self.take(key) {
            Some(node) => T::read(node, self.problems),
            None => {
                let problem = Problem::new(Code::MissingKey, self.place).with("key", key);
                self.problems.add(problem.with("expected", T::WANTED));
                None
            }
        }
    }

    /// A field that may be absent, or be `null`.
    pub fn optional<T: Read>(&mut self, key: &'static str) -> Option<T> {
        match self.take(key) {
            None => None,
            Some(Node { value: Value::Nothing, .. }) => None,
            Some(node) => T::read(node, self.problems),
        }
    }
}

fn unknown_key(key: &Key, value: &Node, known: &[&str]) -> Problem {
    let has_space = key.text.trim().contains(' ') || !key.text.is_ascii();
    if matches!(value.value, Value::Nothing) && has_space {
        // `{ en: Hello, how are you }`: the comma has split the text.
        let problem = Problem::new(Code::NeedsQuotes, &key.place).with("mark", ",");
        return problem.with("quoted", quoted(&format!("…, {}", key.text)));
    }
    Problem::new(Code::UnknownKey, &key.place)
        .with("key", &key.text)
        .with("known", listed(known.iter().copied()))
        .suggest(&key.text, known.iter().copied())
}

/// Names as they stand in a hint.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Declares a struct for one map of a file: its keys, which of them must be there, and what stands
/// under each. All fields are `Option`: `None` is an absent optional field, or one whose problem has
/// been noted.
macro_rules! raw {
    ($($(#[$doc:meta])* pub struct $name:ident {
        $($(#[doc = $field_doc:expr])+ $presence:ident $field:ident: $type:ty,)+
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            /// Where the map stands.
            pub place: $crate::config::problem::Place,
            $($(#[doc = $field_doc])+ pub $field: Option<$type>,)+
        }

        impl $crate::config::raw::Read for $name {
            const WANTED: &'static str = "a map";
            fn read(
                node: &$crate::config::raw::node::Node,
                problems: &mut $crate::config::problem::Problems,
            ) -> Option<Self> {
                let known = [$(stringify!($field)),+];
                let mut fields = $crate::config::raw::Fields::of(node, &known, problems)?;
                Some($name {
                    place: node.place.clone(),
                    $($field: fields.$presence(stringify!($field)),)+
                })
            }
            fn shape() -> $crate::config::raw::shape::Shape {
                $crate::config::raw::shape::Shape::Map(vec![$(
                    $crate::config::raw::shape::Field {
                        name: stringify!($field),
                        required: stringify!($presence) == "required",
                        doc: concat!($($field_doc),+).trim_ascii_start(),
                        shape: <$type as $crate::config::raw::Read>::shape(),
                    },
                )+])
            }
        }
    )+};
}
pub(crate) use raw;
