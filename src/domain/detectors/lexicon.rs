//! One detector's phrases, and what they say about a message: harmless phrases first (their words
//! can then carry nothing), then the rules, minus what is negated.

use super::compile::Compiler;
use super::filing::PhraseId;
use super::refusal::{Refusal, Refusals};
use super::scan::{Found, Node, PhraseBook, Reach, Reading};
use super::settings::{LexiconError, LexiconSettings};
use super::signal::{EmergencyKind, Hazard, SignalKind, Withdrawal};
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
    /// Phrases whose words of negation negate nothing.
    affirmations: PhraseBook,
    /// What takes back the wish: phrases by how clearly they do, in the order of [`WITHDRAWALS`].
    withdrawals: PhraseBook,
    /// What no phrase that began before it can explain away.
    wishes: PhraseBook,
    /// What else is not wanted.
    refusals: Refusals,
}

/// The owners of the phrases that take back a wish.
const WITHDRAWALS: [Withdrawal; 2] = [Withdrawal::Clear, Withdrawal::Perhaps];

/// One compiled rule.
#[derive(Debug)]
struct Rule {
    id: String,
    strength: f32,
    emergency: Option<EmergencyKind>,
    hazard: Option<Hazard>,
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
    /// Whose steps it calls for, if they are not the general ones.
    pub hazard: Option<Hazard>,
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
    /// Whether a rule's phrase was found and negated.
    pub denied: bool,
    /// Whether every word of the message stands in phrases that are known to be harmless.
    pub is_harmless: bool,
}

impl Hits {
    /// Lets everything found count only this share.
    pub(super) fn weaken(&mut self, share: f32) {
        for hit in &mut self.hits {
            hit.strength *= share;
            hit.evidence.iter_mut().for_each(|evidence| evidence.weight *= share);
        }
    }

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
                hazard: rule.hazard,
                negatable: rule.negatable,
                words_max: rule.words_max.unwrap_or(usize::MAX),
            });
        }
        let mut harmless = PhraseBook::default();
        compiler.add("harmless", &settings.harmless, 0, &mut harmless);
        let mut negations = PhraseBook::default();
        compiler.add("negations", &settings.negations, 0, &mut negations);
        let mut affirmations = PhraseBook::default();
        compiler.add("affirmations", &settings.affirmations, 0, &mut affirmations);
        let mut withdrawals = PhraseBook::default();
        let by_clarity = [&settings.withdrawals.clear, &settings.withdrawals.perhaps];
        for (owner, (phrases, of)) in by_clarity.into_iter().zip(["clear", "perhaps"]).enumerate() {
            let path = format!("withdrawals.{of}");
            compiler.add(&path, phrases, owner as u32, &mut withdrawals);
        }
        let mut wishes = PhraseBook::default();
        compiler.add("wishes", &settings.wishes, 0, &mut wishes);
        let refusals = Refusals::compile(&settings.refusals, &mut compiler);
        let lists = compiler.into_lists();
        let negation_reach = settings.negation_reach;
        Lexicon {
            rules,
            lists,
            rule_phrases,
            harmless,
            negations,
            negation_reach,
            affirmations,
            withdrawals,
            wishes,
            refusals,
        }
    }

    /// Whether a message takes the wish back: of two findings the clearer one.
    pub(super) fn withdrawal(&self, reading: &Reading) -> Option<Withdrawal> {
        let found = self.explained_by(&self.withdrawals, reading, &self.wished(reading));
        found.into_iter().map(|found| WITHDRAWALS[found.owner as usize]).min()
    }

    /// What the customer says that they do not want.
    pub(super) fn refusals(&self, reading: &Reading) -> Vec<Refusal> {
        self.refusals.find(reading, &self.lists)
    }

    /// Where a wish begins that is not negated: "I want an agent", however the message began.
    fn wished(&self, reading: &Reading) -> Vec<usize> {
        let wishes = self.wishes.find(reading, &self.lists, &[], Reach::Shortest);
        if wishes.is_empty() {
            return Vec::new();
        }
        let negations = self.negations(reading);
        let is_negated =
            |wish: &Found| negations.iter().any(|by| self.is_before(by, wish.words.start, reading));
        let meant = wishes.into_iter().filter(|wish| !is_negated(wish));
        meant.map(|wish| wish.words.start).collect()
    }

    /// Where a negation stands that is one.
    fn negations(&self, reading: &Reading) -> Vec<Range<usize>> {
        let mut affirmed = vec![false; reading.len()];
        for found in self.affirmations.find(reading, &self.lists, &[], Reach::Longest) {
            affirmed[found.words].fill(true);
        }
        let found = self.negations.find(reading, &self.lists, &affirmed, Reach::Longest);
        found.into_iter().map(|found| found.words).collect()
    }

    /// Where phrases stand that take evidence away. One that reaches over the beginning of a wish
    /// was misread: "no, I want an agent" holds "no … want an agent" and takes nothing back.
    fn explained_by(&self, book: &PhraseBook, reading: &Reading, wished: &[usize]) -> Vec<Found> {
        let mut found = book.find(reading, &self.lists, &[], Reach::Longest);
        let reaches_over = |words: &Range<usize>, at: usize| words.start < at && at < words.end;
        found.retain(|found| !wished.iter().any(|at| reaches_over(&found.words, *at)));
        found
    }

    /// Its books of phrases.
    pub(super) fn books(&self) -> [&PhraseBook; 7] {
        let Lexicon { rule_phrases, harmless, negations, affirmations, .. } = self;
        let Lexicon { withdrawals, wishes, refusals, .. } = self;
        [rule_phrases, harmless, negations, affirmations, withdrawals, wishes, refusals.book()]
    }

    /// Tells one of them the number of its first phrase.
    pub(super) fn number_book(&mut self, book: usize, first: PhraseId) {
        let Lexicon { rule_phrases, harmless, negations, affirmations, .. } = self;
        let Lexicon { withdrawals, wishes, refusals, .. } = self;
        let refusals = refusals.book_mut();
        [rule_phrases, harmless, negations, affirmations, withdrawals, wishes, refusals][book]
            .number_from(first);
    }

    /// The lists that phrases refer to by number.
    pub(super) fn lists(&self) -> &[Node] {
        &self.lists
    }

    /// What this lexicon finds in a message.
    pub(super) fn find(&self, message: &Normalised, reading: &Reading) -> Hits {
        let mut masked = vec![false; reading.len()];
        let wished = self.wished(reading);
        let harmless = self.explained_by(&self.harmless, reading, &wished);
        let mut set_aside = !harmless.is_empty();
        harmless.iter().for_each(|found| masked[found.words.clone()].fill(true));
        let is_harmless = set_aside && masked.iter().all(|masked| *masked);
        let withdrawn = self.explained_by(&self.withdrawals, reading, &wished);
        set_aside |= !withdrawn.is_empty();
        withdrawn.into_iter().for_each(|found| masked[found.words].fill(true));
        let rules = self.rule_phrases.find(reading, &self.lists, &masked, Reach::Shortest);
        if rules.is_empty() {
            return Hits { set_aside, is_harmless, ..Hits::default() };
        }
        let negations = self.negations(reading);
        let mut denied = false;
        let mut first: BTreeMap<u32, Range<usize>> = BTreeMap::new();
        for found in rules {
            let rule = &self.rules[found.owner as usize];
            let negated = rule.negatable
                && negations.iter().any(|by| self.negates(by, &found, reading, &masked));
            denied |= negated;
            if !negated && reading.len() <= rule.words_max {
                first.entry(found.owner).or_insert(found.words);
            }
        }
        set_aside |= denied;
        let hit = |(owner, found): (u32, Range<usize>)| {
            self.rules[owner as usize].hit(&found, message, reading)
        };
        let mut hits: Vec<Hit> = first.into_iter().map(hit).collect();
        // A stable sort: rules of equal strength stay in the order of the file.
        hits.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        Hits { hits, set_aside, denied, is_harmless }
    }

    /// A negation counts for a phrase that begins in it or follows it closely, and, where it lies in
    /// a gap of the phrase, for the phrase's next own word: "my card was not stolen". A phrase that
    /// begins with it, or needs it, means it: "never order again", "is not breathing".
    fn negates(
        &self,
        by: &Range<usize>,
        found: &Found,
        reading: &Reading,
        masked: &[bool],
    ) -> bool {
        if by.start < found.words.start {
            return self.is_before(by, found.words.start, reading);
        }
        let needs =
            |word: usize| self.rule_phrases.needs(found, word, reading, &self.lists, masked);
        let after = by.start + 1..found.words.end;
        found.words.start < by.start
            && by.start < found.words.end
            && !needs(by.start)
            && after
                .into_iter()
                .find(|word| needs(*word))
                .is_some_and(|next| self.is_before(by, next, reading))
    }

    /// Whether a negation reaches a word after its first: within the same clause, and not too far.
    fn is_before(&self, by: &Range<usize>, word: usize, reading: &Reading) -> bool {
        by.start < word
            && word <= by.end + self.negation_reach
            && reading.is_one_clause(by.start..word + 1)
    }
}

impl Rule {
    fn hit(&self, found: &Range<usize>, message: &Normalised, reading: &Reading) -> Hit {
        Hit {
            strength: self.strength,
            emergency: self.emergency,
            hazard: self.hazard,
            evidence: vec![Evidence {
                span: message.original_span(reading.text_range(found)),
                what: self.id.clone(),
                weight: self.strength,
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::detectors::filing::Filing;
    use crate::domain::detectors::settings::{Dialect, Phrases, RuleSettings};
    use crate::domain::language::{normalise, variety_of};

    /// Whether "dead" is found, where "not" takes back what follows within three words.
    fn found(text: &str) -> bool {
        let english = |text: &str| Phrases::from([(Dialect::En, vec![text.to_owned()])]);
        let rule = RuleSettings {
            id: "dead".to_owned(),
            strength: 1.0,
            emergency: None,
            hazard: None,
            negatable: true,
            words_max: None,
            phrases: english("dead"),
        };
        let settings = LexiconSettings {
            rules: vec![rule],
            negations: english("not"),
            negation_reach: 3,
            ..LexiconSettings::default()
        };
        let (mut vocabulary, mut errors) = (Vocabulary::default(), Vec::new());
        let kind = SignalKind::Frustration;
        let mut lexicon = [Lexicon::compile(kind, &settings, &mut vocabulary, &mut errors)];
        let filing = Filing::of(&mut lexicon, &vocabulary);
        let message = normalise(text);
        let reading = Reading::of(&message, variety_of(&message), &vocabulary, &filing);
        !lexicon[0].find(&message, &reading).hits.is_empty()
    }

    #[test]
    fn what_takes_evidence_away_does_not_reach_over_the_beginning_of_a_wish() {
        let english = |texts: &[&str]| {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            Phrases::from([(Dialect::En, texts)])
        };
        let rule = RuleSettings {
            id: "agent".to_owned(),
            strength: 1.0,
            emergency: None,
            hazard: None,
            negatable: true,
            words_max: None,
            phrases: english(&["agent"]),
        };
        let mut settings = LexiconSettings {
            rules: vec![rule],
            harmless: english(&["thanks ..3 agent", "want an agent chair"]),
            negations: english(&["not want"]),
            ..LexiconSettings::default()
        };
        settings.withdrawals.clear = english(&["no ..2 agent"]);
        let read = |settings: &LexiconSettings, text: &str| {
            let (mut vocabulary, mut errors) = (Vocabulary::default(), Vec::new());
            let kind = SignalKind::HumanRequest;
            let mut lexicon = [Lexicon::compile(kind, settings, &mut vocabulary, &mut errors)];
            let filing = Filing::of(&mut lexicon, &vocabulary);
            let message = normalise(text);
            let reading = Reading::of(&message, variety_of(&message), &vocabulary, &filing);
            let hits = lexicon[0].find(&message, &reading);
            (lexicon[0].withdrawal(&reading).is_some(), !hits.hits.is_empty())
        };
        assert_eq!(read(&settings, "no, want agent"), (true, false), "nothing is known of wishes");
        settings.wishes = english(&["want (an)? agent"]);
        assert_eq!(read(&settings, "no, want agent"), (false, true));
        assert_eq!(read(&settings, "thanks, want an agent"), (false, true));
        assert_eq!(read(&settings, "no not want agent"), (true, false), "a negated wish is none");
        assert_eq!(read(&settings, "no other agent"), (true, false));
        assert_eq!(read(&settings, "want an agent chair"), (false, false), "begins with the wish");
    }

    #[test]
    fn a_negation_ends_with_its_clause_which_a_comma_or_a_joining_word_ends() {
        assert!(!found("it is not quite dead"));
        assert!(found("it is not here, dead"));
        for joining in ["and", "but", "so", "because", "لكن", "بس"] {
            assert!(found(&format!("it is not here {joining} dead")), "{joining}");
        }
    }

    #[test]
    fn a_negation_within_a_phrase_takes_it_back_unless_the_phrase_needs_it() {
        let english = |texts: &[&str]| {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            Phrases::from([(Dialect::En, texts)])
        };
        let rule = RuleSettings {
            id: "stolen".to_owned(),
            strength: 1.0,
            emergency: None,
            hazard: None,
            negatable: true,
            words_max: None,
            phrases: english(&["card ..5 stolen", "he ..2 not breathing"]),
        };
        let settings = LexiconSettings {
            rules: vec![rule],
            negations: english(&["not (really)?", "nobody"]),
            affirmations: english(&["not only"]),
            ..LexiconSettings::default()
        };
        let hits = |text: &str| {
            let (mut vocabulary, mut errors) = (Vocabulary::default(), Vec::new());
            let kind = SignalKind::Frustration;
            let mut lexicon = [Lexicon::compile(kind, &settings, &mut vocabulary, &mut errors)];
            let filing = Filing::of(&mut lexicon, &vocabulary);
            let message = normalise(text);
            let reading = Reading::of(&message, variety_of(&message), &vocabulary, &filing);
            let hits = lexicon[0].find(&message, &reading);
            (!hits.hits.is_empty(), hits.denied)
        };
        assert_eq!(hits("my card was stolen"), (true, false));
        assert_eq!(hits("my card was not stolen"), (false, true));
        assert_eq!(hits("my card was not really stolen"), (false, true));
        assert_eq!(hits("my card is not here it was stolen"), (true, false), "too far");
        assert_eq!(hits("my card is not here, stolen"), (true, false), "another clause");
        assert_eq!(hits("he is not breathing"), (true, false), "the phrase's own");
        assert_eq!(hits("my card not only stolen"), (true, false), "negates nothing");
        assert_eq!(hits("nobody card stolen"), (false, true), "before it, as ever");
    }
}
