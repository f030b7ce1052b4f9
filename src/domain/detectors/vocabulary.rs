//! The words of all lexicons, each with a number, and which of them a word of a message may be:
//! as written, without the particles Arabic glues to a word, with one slip of the keyboard, or in
//! one of the many Latin spellings of an Arabic word. Looked up once a message, so that finding
//! phrases is comparing numbers.

use super::phrase::Written;
use crate::domain::language::common::is_common;
use crate::domain::language::skeleton::skeleton;
use crate::domain::language::word_map::{WordHash, WordMap};
use std::collections::BTreeMap;

/// The number of a written word.
pub(super) type WordId = u32;
/// The number of a set of written words that can stand at one place of a phrase.
pub(super) type SetId = u32;

/// All written words of the lexicons.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    ids: BTreeMap<Written, WordId>,
    words: WordMap<Vec<WordId>>,
    prefixes: WordMap<Vec<WordId>>,
    /// Whether something so long, in bytes, stands in `prefixes`.
    prefix_lengths: Vec<bool>,
    verbs: WordMap<Vec<WordId>>,
    skeletons: WordMap<Vec<WordId>>,
    typos: Vec<(String, WordId)>,
    sets: BTreeMap<Vec<WordId>, SetId>,
    /// For each word the sets it is in.
    sets_of: Vec<Vec<SetId>>,
}

/// Particles glued before an Arabic word, the longest first. A bare ك is not among them: «كلمتي» is
/// a word of its own far more often than "like ...".
const PROCLITICS: [&str; 8] = ["بال", "كال", "عال", "هال", "ال", "لل", "ب", "ل"];
/// Tense and mood marks before a verb of the dialects.
const TENSES: [&str; 8] = ["", "ب", "ح", "ه", "س", "ل", "ع", "ت"];
/// Persons before an imperfect verb.
const PERSONS: [&str; 5] = ["", "ا", "ت", "ي", "ن"];
/// Number, object and negation after a verb.
const ENDINGS: [&str; 35] = [
    "ي", "وا", "و", "ون", "ني", "وني", "يني", "ونا", "نا", "ك", "كم", "كو", "ه", "ها", "هم", "وه",
    "وها", "وهم", "لي", "ولي", "يلي", "لنا", "ولنا", "له", "ش", "يش", "وش", "نيش", "ونيش", "هاش",
    "ت", "تي", "تو", "توا", "ين",
];
/// The longest of these.
const ENDING_CHARS_MAX: usize = 4;
/// A word keeps at least this many letters when a one-letter particle is taken off: `كما` is not
/// `ك` + `ما`.
const BARE_CHARS_MIN: usize = 3;
/// Only words this long are compared with slips: shorter ones are too close to each other.
const TYPO_CHARS_MIN: usize = 4;
/// A skeleton shorter than this says too little.
const SKELETON_CHARS_MIN: usize = 3;

impl Vocabulary {
    /// The number of a written word. A word in Latin spelling of Arabic is also found by its
    /// skeleton.
    pub(super) fn intern(&mut self, written: &Written, arabizi: bool) -> WordId {
        let next = self.ids.len() as WordId;
        let id = *self.ids.entry(written.clone()).or_insert(next);
        self.sets_of.resize_with(self.ids.len(), Vec::new);
        match written {
            Written::Word(word) => {
                add(&mut self.words, word, id);
                let skeleton = skeleton(word);
                if arabizi && skeleton.len() >= SKELETON_CHARS_MIN {
                    add(&mut self.skeletons, &skeleton, id);
                }
            }
            Written::Typo(word) => {
                add(&mut self.words, word, id);
                if id == next {
                    self.typos.push((word.clone(), id));
                }
            }
            Written::Prefix(word) => {
                add(&mut self.prefixes, word, id);
                let lengths = self.prefix_lengths.len().max(word.len() + 1);
                self.prefix_lengths.resize(lengths, false);
                self.prefix_lengths[word.len()] = true;
            }
            Written::Verb(stem) => add(&mut self.verbs, stem, id),
        }
        id
    }

    /// The number of a set of words.
    pub(super) fn set(&mut self, mut words: Vec<WordId>) -> SetId {
        words.sort_unstable();
        words.dedup();
        let next = self.sets.len() as SetId;
        let set = *self.sets.entry(words.clone()).or_insert(next);
        if set == next {
            words.iter().for_each(|word| self.sets_of[*word as usize].push(set));
        }
        set
    }

    /// How many sets there are.
    pub(super) fn sets_len(&self) -> usize {
        self.sets.len()
    }

    /// How common each set is where sets are named so often: its words count with all the sets they
    /// are in.
    pub(super) fn commonness(&self, uses: &[u64]) -> Vec<u64> {
        let of_word = |word: &WordId| {
            self.sets_of[*word as usize].iter().map(|set| uses[*set as usize]).sum()
        };
        let of_words: Vec<u64> =
            (0..self.sets_of.len() as WordId).map(|word| of_word(&word)).collect();
        let mut common = vec![0; self.sets.len()];
        for (words, set) in &self.sets {
            common[*set as usize] = words.iter().map(|word| of_words[*word as usize]).sum();
        }
        common
    }

    /// All sets in which this word of a message may be, in order.
    pub(super) fn sets_of(&self, word: &str, arabizi: bool) -> Vec<SetId> {
        let words = self.read(word, arabizi);
        if let [only] = words.as_slice() {
            // Sets are numbered as they come, so a word's are in order.
            return self.sets_of[*only as usize].clone();
        }
        let mut sets: Vec<SetId> =
            words.iter().flat_map(|word| &self.sets_of[*word as usize]).copied().collect();
        sets.sort_unstable();
        sets.dedup();
        sets
    }

    /// All written words that this word of a message may be, in order.
    fn read(&self, word: &str, arabizi: bool) -> Vec<WordId> {
        let mut found = Vec::new();
        if word.is_ascii() {
            self.read_latin(word, arabizi, &mut found);
        } else {
            self.read_arabic(word, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn read_latin(&self, word: &str, arabizi: bool, found: &mut Vec<WordId>) {
        self.read_as_is(word, found);
        if arabizi {
            for form in [Some(word), without_article(word)].into_iter().flatten() {
                found.extend(get(&self.words, form));
                // A word that everybody uses stands for itself: "al7een" (now) is not el7a2oni (save me).
                if !is_common(word) {
                    found.extend(get(&self.skeletons, &skeleton(form)));
                }
            }
        }
        if found.is_empty() && word.len() >= TYPO_CHARS_MIN {
            let close = self.typos.iter().filter(|(known, _)| one_slip(known, word));
            found.extend(close.map(|(_, id)| *id));
        }
    }

    fn read_arabic(&self, word: &str, found: &mut Vec<WordId>) {
        for joined in [Some(word), strip(word, "و", 2), strip(word, "ف", 2)].into_iter().flatten()
        {
            self.read_as_is(joined, found);
            self.read_verb(joined, found);
            if let Some(bare) = joined.strip_suffix('ا').filter(|bare| letters(bare) >= 4) {
                // The accusative of the written language: «دخانا» is «دخان».
                self.read_as_is(bare, found);
            }
            for particle in PROCLITICS {
                if let Some(bare) = strip(joined, particle, BARE_CHARS_MIN) {
                    self.read_as_is(bare, found);
                }
            }
        }
    }

    fn read_as_is(&self, word: &str, found: &mut Vec<WordId>) {
        let mut hash = WordHash::START;
        for (at, byte) in word.bytes().enumerate() {
            hash = hash.and(byte);
            if self.prefix_lengths.get(at + 1) == Some(&true)
                && let Some(beginning) = word.get(..=at)
            {
                found.extend(self.prefixes.get_hashed(hash, beginning).into_iter().flatten());
            }
        }
        found.extend(self.words.get_hashed(hash, word).into_iter().flatten());
    }

    /// A verb with its tense, person and ending taken off in every way the word allows.
    fn read_verb(&self, word: &str, found: &mut Vec<WordId>) {
        for tense in TENSES {
            let Some(rest) = word.strip_prefix(tense) else { continue };
            for person in PERSONS {
                let Some(rest) = rest.strip_prefix(person) else { continue };
                for (stem, ending) in endings(rest) {
                    // Without a person «كلمه» is a noun far more often than "he told him".
                    if ending != "ه" || tense.len() + person.len() > 0 {
                        found.extend(get(&self.verbs, stem));
                    }
                }
            }
        }
    }
}

/// Each way to part a verb from something that may follow it.
fn endings(word: &str) -> impl Iterator<Item = (&str, &str)> {
    let places = word.char_indices().rev().map(|(at, _)| at).take(ENDING_CHARS_MAX);
    let parted = places.map(|at| word.split_at(at)).filter(|(_, ending)| ENDINGS.contains(ending));
    std::iter::once((word, "")).chain(parted)
}

fn add(map: &mut WordMap<Vec<WordId>>, word: &str, id: WordId) {
    let ids = map.entry(word);
    if !ids.contains(&id) {
        ids.push(id);
    }
}

fn get<'a>(map: &'a WordMap<Vec<WordId>>, word: &str) -> impl Iterator<Item = &'a WordId> {
    map.get(word).into_iter().flatten()
}

fn strip<'a>(word: &'a str, particle: &str, chars_min: usize) -> Option<&'a str> {
    word.strip_prefix(particle).filter(|bare| letters(bare) >= chars_min)
}

fn letters(word: &str) -> usize {
    word.chars().count()
}

/// `elmowazaf` without `el`.
fn without_article(word: &str) -> Option<&str> {
    ["bel", "bil", "lel", "lil", "wel", "wal", "el", "al", "il"]
        .into_iter()
        .find_map(|article| strip(word, article, BARE_CHARS_MIN))
}

/// Whether the words differ by one letter left out, put in, changed, or swapped with the next.
/// The first letter must be right: people seldom miss it, and it keeps words apart.
fn one_slip(known: &str, word: &str) -> bool {
    let (known, word) = (known.as_bytes(), word.as_bytes());
    if known.first() != word.first() || known.len().abs_diff(word.len()) > 1 {
        return false;
    }
    let same = known.iter().zip(word).take_while(|(a, b)| a == b).count();
    let (known, word) = (&known[same..], &word[same..]);
    match (known, word) {
        ([_, known @ ..], [_, word @ ..]) if known == word => true,
        ([_, known @ ..], word) if known == word => true,
        (known, [_, word @ ..]) if known == word => true,
        ([a, b, known @ ..], [c, d, word @ ..]) => a == d && b == c && known == word,
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_message_is_known_in_its_many_shapes() {
        let check = |written: Written, arabizi: bool, word: &str, known: bool| {
            let mut vocabulary = Vocabulary::default();
            let id = vocabulary.intern(&written, arabizi);
            let found = vocabulary.read(word, arabizi).contains(&id);
            assert_eq!(found, known, "{written:?} in {word}");
        };
        let word = |text: &str| Written::Word(text.into());
        for shape in ["موظف", "الموظف", "للموظف", "وموظف", "بالموظف", "ولموظف"]
        {
            check(word("موظف"), false, shape, true);
        }
        check(word("دخان"), false, "دخانا", true);
        check(word("ما"), false, "كما", false);
        check(word("ما"), false, "وما", true);
        check(word("نار"), false, "انارة", false);
        for shape in ["اكلم", "بكلم", "نكلم", "هكلم", "يكلمني", "تكلمونا", "وكلموني", "حكلم"]
        {
            check(Written::Verb("كلم".into()), false, shape, true);
        }
        check(Written::Verb("كلم".into()), false, "كلمه", false);
        for shape in ["mowathaf", "muwazzaf", "mwadhaf", "elmowazaf"] {
            check(word("mowazaf"), true, shape, true);
        }
        check(word("mowazaf"), false, "muwazzaf", false);
        check(word("el7a2oni"), true, "il7a2ouni", true);
        for now in ["al7een", "lal7een", "el7een"] {
            check(word("el7a2oni"), true, now, false);
        }
        for shape in ["agent", "agnet", "agen", "agentt", "agant"] {
            check(Written::Typo("agent".into()), false, shape, true);
        }
        check(Written::Typo("agent".into()), false, "urgent", false);
        check(Written::Prefix("frustrat".into()), false, "frustrating", true);
        check(Written::Prefix("frustrat".into()), false, "frust", false);
    }
}
