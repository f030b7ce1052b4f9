//! One detector's phrases, and what they say about a message: harmless phrases first (their words
//! can then carry nothing), then the rules, minus what is negated.

use super::compile::Compiler;
use super::filing::PhraseId;
use super::scan::{Node, PhraseBook, Reach, Reading};
use super::settings::{LexiconError, LexiconSettings};
use super::signal::{EmergencyKind, SignalKind};
use super::vocabulary::Vocabulary;
use crate::domain::language::{Evidence, Normalised};
use std::collections::BTreeMap;
use std::ops::Range;

/// One detector's compiled phrases.
#[derive(Debug)]
pub(super) struct Lexicon {
    rules: Vec<Rule>,
    lists: Vec<Node>,
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
    words_max: usize,
}

/// A rule found in a message.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// How much it says.
    pub strength: f32,
    /// What it says is in danger.
    pub emergency: Option<EmergencyKind>,
    /// Where, and by which rule.
    pub evidence: Vec<Evidence>,
}

/// What a lexicon found in a message.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// One hit a rule, the strongest first.
    pub hits: Vec<Hit>,
    /// Whether words were found to be harmless or negated.
    pub set_aside: bool,
}

impl Hits {
    /// The strength of all hits together.
    pub(super) fn strength(&self) -> f32 {
        self.hits.iter().fold(0.0, |sum, hit| super::together(sum, hit.strength))
    }

    /// What they were read from.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        self.hits.iter().flat_map(|hit| hit.evidence.iter().cloned()).collect()
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
        let mut compiler = Compiler::new(kind, settings, vocabulary, errors);
        let mut rules = Vec::new();
        let mut rule_phrases = PhraseBook::default();
        for (index, rule) in settings.rules.iter().enumerate() {
            let path = format!("rules[{index}]");
            compiler.add(&path, &rule.phrases, index as u32, &mut rule_phrases);
            rules.push(Rule {
                id: format!("{}.{}", kind.name(), rule.id),
                strength: rule.strength,
                emergency: rule.emergency,
                negatable: rule.negatable,
                words_max: rule.words_max.unwrap_or(usize::MAX),
            });
        }
        let mut harmless = PhraseBook::default();
        compiler.add("harmless", &settings.harmless, 0, &mut harmless);
        let mut negations = PhraseBook::default();
        compiler.add("negations", &settings.negations, 0, &mut negations);
        let lists = compiler.into_lists();
        let negation_reach = settings.negation_reach;
        Lexicon { rules, lists, rule_phrases, harmless, negations, negation_reach }
    }

    /// Its books of phrases.
    pub(super) fn books(&self) -> [&PhraseBook; 3] {
        [&self.rule_phrases, &self.harmless, &self.negations]
    }

    /// Tells one of them the number of its first phrase.
    pub(super) fn number_book(&mut self, book: usize, first: PhraseId) {
        [&mut self.rule_phrases, &mut self.harmless, &mut self.negations][book].number_from(first);
    }

    /// The lists that phrases refer to by number.
    pub(super) fn lists(&self) -> &[Node] {
        &self.lists
    }

    /// What this lexicon finds in a message.
    pub(super) fn find(&self, message: &Normalised, reading: &Reading) -> Hits {
        let mut masked = vec![false; reading.len()];
        let harmless = self.harmless.find(reading, &self.lists, &[], Reach::Longest);
        let mut set_aside = !harmless.is_empty();
        for (found, _) in harmless {
            masked[found].fill(true);
        }
        let rules = self.rule_phrases.find(reading, &self.lists, &masked, Reach::Shortest);
        if rules.is_empty() {
            return Hits { hits: Vec::new(), set_aside };
        }
        let negations = self.negations.find(reading, &self.lists, &[], Reach::Longest);
        let mut first: BTreeMap<u32, Range<usize>> = BTreeMap::new();
        for (found, owner) in rules {
            let rule = &self.rules[owner as usize];
            let negated =
                rule.negatable && negations.iter().any(|(by, _)| self.negates(by, &found, reading));
            set_aside |= negated;
            if !negated && reading.len() <= rule.words_max {
                first.entry(owner).or_insert(found);
            }
        }
        let hit = |(owner, found): (u32, Range<usize>)| {
            self.rules[owner as usize].hit(&found, message, reading)
        };
        let mut hits: Vec<Hit> = first.into_iter().map(hit).collect();
        // A stable sort: rules of equal strength stay in the order of the file.
        hits.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        Hits { hits, set_aside }
    }

    /// A negation counts for what begins in it or follows it closely within the same clause. What
    /// begins with it is a phrase that means it: "never order again".
    fn negates(&self, by: &Range<usize>, found: &Range<usize>, reading: &Reading) -> bool {
        by.start < found.start
            && found.start <= by.end + self.negation_reach
            && reading.is_one_clause(by.start..found.start + 1)
    }
}

impl Rule {
    fn hit(&self, found: &Range<usize>, message: &Normalised, reading: &Reading) -> Hit {
        Hit {
            strength: self.strength,
            emergency: self.emergency,
            evidence: vec![Evidence {
                span: message.original_span(reading.text_range(found)),
                what: self.id.clone(),
                weight: self.strength,
            }],
        }
    }
}
