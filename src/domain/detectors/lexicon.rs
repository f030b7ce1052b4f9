//! One detector's phrases, compiled, and how they are found in a message: harmless phrases first
//! (their words can then carry nothing), then the rules, minus what is negated.

use super::phrase::{self, Part, PhraseError};
use super::settings::{Dialect, LexiconError, LexiconSettings, Phrases};
use super::signal::{EmergencyKind, SignalKind};
use super::vocabulary::{Vocabulary, WordId};
use crate::domain::language::{Evidence, Normalised, Variety};
use std::collections::BTreeMap;
use std::ops::Range;

/// How deep lists may refer to lists.
const LIST_DEPTH_MAX: usize = 4;
/// More words of a message are not read: beyond them lies pasted text, not a customer's need.
const WORDS_MAX: usize = 400;

/// A message's words, looked up.
#[derive(Debug)]
pub(super) struct Reading {
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    /// Where it stands in the normalised text.
    range: Range<usize>,
    /// The written words it may be, in order.
    ids: Vec<WordId>,
    /// What stands before it.
    pause: Pause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pause {
    None,
    /// A comma and the like: negation ends here.
    Clause,
    /// A full stop, question mark, line end: phrases end here.
    Sentence,
}

impl Reading {
    /// Looks up a message's words.
    pub(super) fn of(message: &Normalised, variety: Variety, vocabulary: &Vocabulary) -> Reading {
        let arabizi = match variety {
            Variety::Arabizi | Variety::Mixed | Variety::Unknown => true,
            Variety::Arabic | Variety::English => false,
        };
        let mut before = 0;
        let tokens = message.tokens.iter().take(WORDS_MAX).enumerate();
        let words = tokens.map(|(index, token)| {
            let pause = pause(message.text.get(before..token.range.start).unwrap_or_default());
            before = token.range.end;
            let ids = vocabulary.read(message.token(index), arabizi);
            Word { range: token.range.clone(), ids, pause }
        });
        Reading { words: words.collect() }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }
}

fn pause(between: &str) -> Pause {
    let of = |c: char| match c {
        '.' | '!' | '?' | ';' | ':' | '…' | '\n' => Pause::Sentence,
        ',' | '-' | '–' | '—' | '(' | ')' => Pause::Clause,
        _ => Pause::None,
    };
    between.chars().map(of).max().unwrap_or(Pause::None)
}

/// One detector's compiled phrases.
#[derive(Debug)]
pub(super) struct Lexicon {
    rules: Vec<Rule>,
    rule_phrases: PhraseBook,
    harmless: PhraseBook,
    negations: PhraseBook,
    negation_reach: usize,
}

/// One compiled rule.
#[derive(Debug)]
struct Rule {
    id: String,
    strength: f32,
    emergency: Option<EmergencyKind>,
    negatable: bool,
}

/// A rule found in a message.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// How much it says.
    pub strength: f32,
    /// What it says is in danger.
    pub emergency: Option<EmergencyKind>,
    /// Where, and by which rule.
    pub evidence: Evidence,
}

/// What a lexicon found in a message.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// One hit a rule, the strongest first.
    pub hits: Vec<Hit>,
}

impl Hits {
    /// The strength of all hits together.
    pub(super) fn strength(&self) -> f32 {
        self.hits.iter().fold(0.0, |sum, hit| super::together(sum, hit.strength))
    }

    /// What they were read from.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        self.hits.iter().map(|hit| hit.evidence.clone()).collect()
    }
}

impl Lexicon {
    /// Compiles one detector's phrases; adds what cannot be read to `errors`.
    pub(super) fn compile(
        kind: SignalKind,
        settings: &LexiconSettings,
        vocabulary: &mut Vocabulary,
        errors: &mut Vec<LexiconError>,
    ) -> Lexicon {
        let mut compiler = Compiler { kind, settings, vocabulary, errors };
        compiler.check_lists();
        let mut rules = Vec::new();
        let mut rule_phrases = PhraseBook::default();
        for (index, rule) in settings.rules.iter().enumerate() {
            let owner = index as u32;
            compiler.add(&format!("rules[{index}]"), &rule.phrases, owner, &mut rule_phrases);
            rules.push(Rule {
                id: format!("{}.{}", kind.name(), rule.id),
                strength: rule.strength,
                emergency: rule.emergency,
                negatable: rule.negatable,
            });
        }
        let mut harmless = PhraseBook::default();
        compiler.add("harmless", &settings.harmless, 0, &mut harmless);
        let mut negations = PhraseBook::default();
        compiler.add("negations", &settings.negations, 0, &mut negations);
        let negation_reach = settings.negation_reach;
        Lexicon { rules, rule_phrases, harmless, negations, negation_reach }
    }

    /// What this lexicon finds in a message.
    pub(super) fn find(&self, message: &Normalised, reading: &Reading) -> Hits {
        let mut masked = vec![false; reading.len()];
        for (found, _) in self.harmless.find(reading, &[], Reach::Longest) {
            masked[found].fill(true);
        }
        let negations = self.negations.find(reading, &[], Reach::Longest);
        let mut best: BTreeMap<u32, Range<usize>> = BTreeMap::new();
        for (found, owner) in self.rule_phrases.find(reading, &masked, Reach::Shortest) {
            let negated = self.rules[owner as usize].negatable
                && negations.iter().any(|(by, _)| self.negates(by, &found, reading));
            if !negated {
                best.entry(owner).or_insert(found);
            }
        }
        let mut hits: Vec<Hit> = best
            .into_iter()
            .map(|(owner, found)| self.rules[owner as usize].hit(found, message, reading))
            .collect();
        // A stable sort: rules of equal strength stay in the order of the file.
        hits.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        Hits { hits }
    }

    /// A negation counts for what follows it closely within the same clause.
    fn negates(&self, by: &Range<usize>, found: &Range<usize>, reading: &Reading) -> bool {
        let close = by.start <= found.start && found.start <= by.end + self.negation_reach;
        close
            && reading.words[by.start + 1..found.start.max(by.start + 1)]
                .iter()
                .chain(reading.words.get(found.start).filter(|_| found.start > by.start))
                .all(|word| word.pause == Pause::None)
    }
}

impl Rule {
    fn hit(&self, found: Range<usize>, message: &Normalised, reading: &Reading) -> Hit {
        let start = reading.words[found.start].range.start;
        let end = reading.words[found.end - 1].range.end;
        Hit {
            strength: self.strength,
            emergency: self.emergency,
            evidence: Evidence {
                span: message.original_span(start..end),
                what: self.id.clone(),
                weight: self.strength,
            },
        }
    }
}

/// Compiled phrases, found by their first word.
#[derive(Debug, Default)]
struct PhraseBook {
    phrases: Vec<(Vec<Node>, u32)>,
    by_first: BTreeMap<WordId, Vec<u32>>,
}

/// Which of several readings of a phrase counts: for evidence the shortest, so that it points at
/// the words that matter; for what takes evidence away the longest, so that nothing is left over.
#[derive(Debug, Clone, Copy)]
enum Reach {
    Shortest,
    Longest,
}

/// One part of a compiled phrase.
#[derive(Debug, Clone)]
enum Node {
    /// One of these words, in order.
    Words(Vec<WordId>),
    Gap(usize),
    Start,
    End,
    Optional(Vec<Node>),
    Choice(Vec<Vec<Node>>),
}

impl PhraseBook {
    /// All places where a phrase stands, by place then phrase. Words that are `masked` carry
    /// nothing, but may lie in a gap.
    fn find(&self, reading: &Reading, masked: &[bool], reach: Reach) -> Vec<(Range<usize>, u32)> {
        let mut found = Vec::new();
        let scan = Scan { words: &reading.words, masked };
        let mut candidates: Vec<u32> = Vec::new();
        for at in 0..reading.words.len() {
            candidates.clear();
            for id in &reading.words[at].ids {
                candidates.extend(self.by_first.get(id).into_iter().flatten());
            }
            candidates.sort_unstable();
            candidates.dedup();
            for index in &candidates {
                let (nodes, owner) = &self.phrases[*index as usize];
                let ends = scan.read(nodes, vec![at]);
                let mut ends = ends.into_iter().filter(|end| *end > at);
                let end = match reach {
                    Reach::Shortest => ends.next(),
                    Reach::Longest => ends.next_back(),
                };
                found.extend(end.map(|end| (at..end, *owner)));
            }
        }
        found
    }
}

/// Reads phrases at places of one message.
struct Scan<'a> {
    words: &'a [Word],
    masked: &'a [bool],
}

impl Scan<'_> {
    /// The places (before a word) that can be reached by reading the nodes from these places.
    fn read(&self, nodes: &[Node], mut places: Vec<usize>) -> Vec<usize> {
        for node in nodes {
            places = self.step(node, places);
            places.sort_unstable();
            places.dedup();
            if places.is_empty() {
                break;
            }
        }
        places
    }

    fn step(&self, node: &Node, places: Vec<usize>) -> Vec<usize> {
        match node {
            Node::Words(ids) => {
                let read = |at: usize| self.is_one_of(at, ids).then_some(at + 1);
                places.into_iter().filter_map(read).collect()
            }
            Node::Gap(words) => {
                places.into_iter().flat_map(|at| at..=self.gap_end(at, *words)).collect()
            }
            Node::Start => places.into_iter().filter(|at| *at == 0).collect(),
            Node::End => places.into_iter().filter(|at| *at == self.words.len()).collect(),
            Node::Optional(nodes) => {
                let mut reached = self.read(nodes, places.clone());
                reached.extend(places);
                reached
            }
            Node::Choice(choices) => {
                choices.iter().flat_map(|nodes| self.read(nodes, places.clone())).collect()
            }
        }
    }

    fn is_one_of(&self, at: usize, ids: &[WordId]) -> bool {
        !self.masked.get(at).copied().unwrap_or(false)
            && self
                .words
                .get(at)
                .is_some_and(|word| word.ids.iter().any(|id| ids.binary_search(id).is_ok()))
    }

    /// Where a gap that begins before word `at` must end at the latest: within its sentence.
    fn gap_end(&self, at: usize, words_max: usize) -> usize {
        let rest = self.words.get(at..).unwrap_or_default();
        let open = rest.iter().take(words_max).take_while(|word| word.pause < Pause::Sentence);
        at + open.count()
    }
}

/// Turns settings into compiled phrases, gathering every problem.
struct Compiler<'a> {
    kind: SignalKind,
    settings: &'a LexiconSettings,
    vocabulary: &'a mut Vocabulary,
    errors: &'a mut Vec<LexiconError>,
}

impl Compiler<'_> {
    /// Reads every list once by itself, so that a mistake in it is reported where it stands.
    fn check_lists(&mut self) {
        let settings = self.settings;
        for (name, list) in &settings.words {
            for (dialect, index, text) in each(list) {
                let read = phrase::parse(text)
                    .and_then(|parts| self.nodes(&parts, dialect, &mut vec![name.clone()]));
                if let Err(reason) = read {
                    self.report(&format!("words.{name}"), dialect, index, text, reason);
                }
            }
        }
    }

    fn add(&mut self, path: &str, phrases: &Phrases, owner: u32, book: &mut PhraseBook) {
        for (dialect, index, text) in each(phrases) {
            match self.phrase(text, dialect) {
                Ok((nodes, first)) => book.add(nodes, first, owner),
                Err(reason) => self.report(path, dialect, index, text, reason),
            }
        }
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

    fn phrase(
        &mut self,
        text: &str,
        dialect: Dialect,
    ) -> Result<(Vec<Node>, Vec<WordId>), PhraseError> {
        let nodes = self.nodes(&phrase::parse(text)?, dialect, &mut Vec::new())?;
        let mut first = Vec::new();
        if !first_words(&nodes, &mut first)? {
            return Err(PhraseError::NoFirstWord);
        }
        first.sort_unstable();
        first.dedup();
        Ok((nodes, first))
    }

    fn nodes(
        &mut self,
        parts: &[Part],
        dialect: Dialect,
        lists: &mut Vec<String>,
    ) -> Result<Vec<Node>, PhraseError> {
        parts.iter().map(|part| self.node(part, dialect, lists)).collect()
    }

    fn node(
        &mut self,
        part: &Part,
        dialect: Dialect,
        lists: &mut Vec<String>,
    ) -> Result<Node, PhraseError> {
        Ok(match part {
            Part::Word(written) => {
                Node::Words(vec![self.vocabulary.intern(written, dialect == Dialect::Arabizi)])
            }
            Part::Gap(words) => Node::Gap(usize::from(*words)),
            Part::Start => Node::Start,
            Part::End => Node::End,
            Part::Optional(parts) => Node::Optional(self.nodes(parts, dialect, lists)?),
            Part::Choice(choices) => {
                let choices = choices.iter().map(|parts| self.nodes(parts, dialect, lists));
                choice(choices.collect::<Result<_, _>>()?)
            }
            Part::List(name) => self.list(name, lists)?,
        })
    }

    /// A named list is a choice of its phrases in all dialects: customers mix them.
    fn list(&mut self, name: &str, lists: &mut Vec<String>) -> Result<Node, PhraseError> {
        let settings = self.settings;
        let list =
            settings.words.get(name).ok_or_else(|| PhraseError::UnknownList(name.to_owned()))?;
        if lists.iter().any(|open| open == name) || lists.len() >= LIST_DEPTH_MAX {
            return Err(PhraseError::Circular(name.to_owned()));
        }
        lists.push(name.to_owned());
        // What cannot be read is left out here: `check_lists` has reported it where it stands.
        let mut choices = Vec::new();
        for (dialect, _, text) in each(list) {
            let read = phrase::parse(text).and_then(|parts| self.nodes(&parts, dialect, lists));
            choices.extend(read.ok());
        }
        lists.pop();
        Ok(choice(choices))
    }
}

/// Every text with its place.
fn each(phrases: &Phrases) -> impl Iterator<Item = (Dialect, usize, &str)> {
    phrases.iter().flat_map(|(dialect, texts)| {
        texts.iter().enumerate().map(|(index, text)| (*dialect, index, text.as_str()))
    })
}

impl PhraseBook {
    fn add(&mut self, nodes: Vec<Node>, first: Vec<WordId>, owner: u32) {
        let index = self.phrases.len() as u32;
        self.phrases.push((nodes, owner));
        for word in first {
            self.by_first.entry(word).or_default().push(index);
        }
    }
}

/// A choice with its single words gathered into one set, which is one comparison.
fn choice(choices: Vec<Vec<Node>>) -> Node {
    let mut words: Vec<WordId> = Vec::new();
    let mut rows: Vec<Vec<Node>> = Vec::new();
    for nodes in choices {
        match nodes.as_slice() {
            [Node::Words(ids)] => words.extend(ids),
            [Node::Choice(inner)] => rows.extend(inner.iter().cloned()),
            _ => rows.push(nodes),
        }
    }
    words.sort_unstable();
    words.dedup();
    if rows.is_empty() {
        return Node::Words(words);
    }
    if !words.is_empty() {
        rows.push(vec![Node::Words(words)]);
    }
    Node::Choice(rows)
}

/// Gathers the words a row can begin with; `true` if it cannot be read without a word.
fn first_words(nodes: &[Node], first: &mut Vec<WordId>) -> Result<bool, PhraseError> {
    for node in nodes {
        match node {
            Node::Words(ids) => {
                first.extend(ids);
                return Ok(true);
            }
            Node::Gap(_) => return Err(PhraseError::NoFirstWord),
            Node::Start | Node::End => {}
            Node::Optional(nodes) => {
                first_words(nodes, first)?;
            }
            Node::Choice(choices) => {
                let mut all = true;
                for nodes in choices {
                    all &= first_words(nodes, first)?;
                }
                if all {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
