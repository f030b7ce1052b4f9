//! From written phrases to what is looked for: words get their numbers, lists are read once and
//! shared, and every mistake is gathered with its place in the file.

use super::phrase::{self, Part, PhraseError};
use super::scan::{Node, PhraseBook};
use super::settings::{Dialect, LexiconError, LexiconSettings, Phrases};
use super::signal::SignalKind;
use super::vocabulary::{Vocabulary, WordId};
use std::collections::BTreeMap;

/// Compiles the phrases of one detector.
pub(super) struct Compiler<'a> {
    kind: SignalKind,
    settings: &'a LexiconSettings,
    vocabulary: &'a mut Vocabulary,
    errors: &'a mut Vec<LexiconError>,
    /// The lists read so far; `None` while one is being read.
    by_name: BTreeMap<&'a str, Option<usize>>,
    lists: Vec<Node>,
}

impl<'a> Compiler<'a> {
    /// Begins with all lists, so that a mistake in one is reported where it stands.
    pub(super) fn new(
        kind: SignalKind,
        settings: &'a LexiconSettings,
        vocabulary: &'a mut Vocabulary,
        errors: &'a mut Vec<LexiconError>,
    ) -> Compiler<'a> {
        let by_name = BTreeMap::new();
        let mut compiler =
            Compiler { kind, settings, vocabulary, errors, by_name, lists: Vec::new() };
        for name in settings.words.keys() {
            // A list that contains itself has been reported at the phrase that closes the circle.
            let _ = compiler.list(name);
        }
        compiler
    }

    /// Compiles phrases into a book.
    pub(super) fn add(&mut self, path: &str, phrases: &Phrases, owner: u32, book: &mut PhraseBook) {
        for (dialect, index, text) in each(phrases) {
            match self.phrase(text, dialect) {
                Ok(nodes) => book.add(nodes, owner),
                Err(reason) => self.report(path, dialect, index, text, reason),
            }
        }
    }

    /// The compiled lists, which phrases refer to by number.
    pub(super) fn into_lists(self) -> Vec<Node> {
        self.lists
    }

    fn report(
        &mut self,
        path: &str,
        dialect: Dialect,
        index: usize,
        phrase: &str,
        reason: PhraseError,
    ) {
        let path = format!("{path}.{}[{index}]", dialect.name());
        let error = LexiconError { detector: self.kind, path, phrase: phrase.to_owned(), reason };
        self.errors.push(error);
    }

    fn phrase(&mut self, text: &str, dialect: Dialect) -> Result<Vec<Node>, PhraseError> {
        let nodes = self.nodes(&phrase::parse(text)?, dialect)?;
        match self.begins_with_word(&nodes)? {
            true => Ok(nodes),
            false => Err(PhraseError::NoFirstWord),
        }
    }

    fn nodes(&mut self, parts: &[Part], dialect: Dialect) -> Result<Vec<Node>, PhraseError> {
        parts.iter().map(|part| self.node(part, dialect)).collect()
    }

    fn node(&mut self, part: &Part, dialect: Dialect) -> Result<Node, PhraseError> {
        Ok(match part {
            Part::Word(_) => self.choice(std::slice::from_ref(&vec![part.clone()]), dialect)?,
            Part::Gap(words) => Node::Gap(usize::from(*words)),
            Part::Start => Node::Start,
            Part::End => Node::End,
            Part::Optional(parts) => Node::Optional(self.nodes(parts, dialect)?),
            Part::Choice(choices) => self.choice(choices, dialect)?,
            Part::List(name) => Node::List(self.list(name)?),
        })
    }

    /// A choice, its single words gathered into one set, which is one comparison.
    fn choice(&mut self, choices: &[Vec<Part>], dialect: Dialect) -> Result<Node, PhraseError> {
        let mut words: Vec<WordId> = Vec::new();
        let mut rows: Vec<Vec<Node>> = Vec::new();
        for parts in choices {
            self.choose(parts, dialect, &mut words, &mut rows)?;
        }
        Ok(self.joined(words, rows))
    }

    fn choose(
        &mut self,
        parts: &[Part],
        dialect: Dialect,
        words: &mut Vec<WordId>,
        rows: &mut Vec<Vec<Node>>,
    ) -> Result<(), PhraseError> {
        match parts {
            [Part::Word(written)] => {
                words.push(self.vocabulary.intern(written, dialect == Dialect::Arabizi));
            }
            parts => rows.push(self.nodes(parts, dialect)?),
        }
        Ok(())
    }

    fn joined(&mut self, words: Vec<WordId>, mut rows: Vec<Vec<Node>>) -> Node {
        if words.is_empty() {
            return Node::Choice(rows);
        }
        let words = Node::Words(self.vocabulary.set(words));
        if rows.is_empty() {
            return words;
        }
        rows.push(vec![words]);
        Node::Choice(rows)
    }

    /// A named list is a choice of its phrases in all dialects: customers mix them. What cannot be
    /// read in it is reported and left out.
    fn list(&mut self, name: &str) -> Result<usize, PhraseError> {
        let Some((name, phrases)) = self.settings.words.get_key_value(name) else {
            return Err(PhraseError::UnknownList(name.to_owned()));
        };
        match self.by_name.get(name.as_str()) {
            Some(Some(list)) => return Ok(*list),
            Some(None) => return Err(PhraseError::Circular(name.clone())),
            None => {}
        }
        self.by_name.insert(name, None);
        let (mut words, mut rows) = (Vec::new(), Vec::new());
        for (dialect, index, text) in each(phrases) {
            let read = phrase::parse(text)
                .and_then(|parts| self.choose(&parts, dialect, &mut words, &mut rows));
            if let Err(reason) = read {
                self.report(&format!("words.{name}"), dialect, index, text, reason);
            }
        }
        let node = self.joined(words, rows);
        self.lists.push(node);
        self.by_name.insert(name, Some(self.lists.len() - 1));
        Ok(self.lists.len() - 1)
    }

    /// Whether a row cannot be read without a word. A gap before the first one is refused: such a
    /// phrase would stand everywhere.
    fn begins_with_word(&self, nodes: &[Node]) -> Result<bool, PhraseError> {
        for node in nodes {
            let needs_word = match node {
                Node::Words(_) => true,
                Node::Gap(_) => return Err(PhraseError::NoFirstWord),
                Node::Start | Node::End => false,
                Node::Optional(nodes) => {
                    self.begins_with_word(nodes)?;
                    false
                }
                Node::Choice(choices) => {
                    let mut all = true;
                    for nodes in choices {
                        all &= self.begins_with_word(nodes)?;
                    }
                    all
                }
                Node::List(list) => {
                    self.begins_with_word(std::slice::from_ref(&self.lists[*list]))?
                }
            };
            if needs_word {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Every text with its place.
fn each(phrases: &Phrases) -> impl Iterator<Item = (Dialect, usize, &str)> {
    phrases.iter().flat_map(|(dialect, texts)| {
        texts.iter().enumerate().map(|(index, text)| (*dialect, index, text.as_str()))
    })
}
