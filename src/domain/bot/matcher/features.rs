//! What a message is made of, as the classifier sees it: stems, pairs of neighbouring stems, runs
//! of characters inside words, meanings, and the direction its words point in. The runs forgive
//! spelling; the pairs keep some word order; the meanings join what different words, and both
//! languages, call by different names; the direction says what English words are about, known from
//! far more text than any examples.

use super::index::Hash;
use super::pointing::Pointing;
use crate::domain::language::Variety;
use crate::domain::language::common::is_common;
use crate::domain::language::concepts::concept;
use crate::domain::language::stem::stem;
use crate::domain::language::vectors;
use std::ops::Range;

/// Kinds of features. Each kind is scaled to the same length before they are joined, so that the
/// many runs of characters do not drown the few stems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One stem.
    Stem,
    /// Two stems at most [`PAIR_DISTANCE`] apart, in any order.
    Pair,
    /// A run of characters within one word with blanks around it.
    Run,
    /// What a word means by [`concept`], and pairs in which at least one word has a meaning.
    Meaning,
    /// One of the directions of [`vectors`]: every message has all of them.
    Direction,
}

impl Kind {
    pub(super) const COUNT: usize = 5;
    pub(super) const ALL: [Kind; Kind::COUNT] =
        [Kind::Stem, Kind::Pair, Kind::Run, Kind::Meaning, Kind::Direction];
}

/// One feature of a message and the words it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Feature {
    pub(super) key: u64,
    pub(super) kind: Kind,
    /// The word it was seen in; of a pair, the first.
    pub(super) word: u16,
    /// The last word it was seen in.
    pub(super) last: u16,
    /// A run of characters long enough to say something about the word.
    pub(super) long: bool,
}

/// A known feature as it was met in a message: in the order of the features' numbers, then of the
/// words they stand in, then as met. One number holds all three, which sorts in a fraction of the
/// time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Met(u64);

impl Met {
    /// So many bits tell features of a message apart, so many less than 32 its words: of the
    /// [`WORDS_MAX`] words none has a thousand features.
    const AT_BITS: u32 = 20;

    /// The feature of this number, first of these words, as the message's feature `at`.
    pub(super) fn new(number: u32, word: u16, at: u64) -> Met {
        Met(u64::from(number) << 32 | u64::from(word) << Met::AT_BITS | at)
    }

    /// The feature's number.
    pub(super) fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Its place among the message's features.
    pub(super) fn at(self) -> usize {
        (self.0 & ((1 << Met::AT_BITS) - 1)) as usize
    }
}

/// Which kinds of features are taken from a message and how much they count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Recipe {
    /// Weight of each kind, by [`Kind`]; 0 leaves it out.
    pub(super) weights: [f32; Kind::COUNT],
    /// The longest run of characters.
    pub(super) run_max: usize,
}

impl Recipe {
    /// The recipe for a message: Arabic morphology makes runs of characters count twice what
    /// stems would add; with many examples the runs alone carry the words, and the examples
    /// themselves tell what means the same. Directions are known of English words only.
    pub(super) fn of(variety: Variety, learning: Learning) -> Recipe {
        let arabic = Recipe { weights: [0.0, 1.0, 2.0, 0.5, 0.0], run_max: 4 };
        let latin = Recipe { weights: [1.0, 1.0, 1.0, 0.5, 0.0], run_max: 4 };
        let many = Recipe { weights: [0.5, 1.0, 1.0, 0.0, 0.0], run_max: 5 };
        let Learning { many: has_many, directions } = learning;
        match (variety, has_many) {
            (Variety::English | Variety::Unknown, true) if directions => many.with(DIRECTION_MANY),
            (_, true) => many,
            (Variety::English | Variety::Unknown, false) if directions => latin.with(DIRECTION),
            (Variety::English | Variety::Unknown | Variety::Arabizi, false) => latin,
            (Variety::Arabic | Variety::Mixed, false) => arabic,
        }
    }

    fn with(mut self, direction: f32) -> Recipe {
        self.weights[Kind::Direction as usize] = direction;
        self
    }

    /// The recipe for a message none of whose words has a known place.
    pub(super) fn without_directions(self) -> Recipe {
        self.with(0.0)
    }
}

/// How much the direction counts beside the other kinds, with few examples and with many.
const DIRECTION: f32 = 4.0;
const DIRECTION_MANY: f32 = 1.0;

/// What decides how examples are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Learning {
    /// There are many examples an entry.
    pub(super) many: bool,
    /// The directions of English words are used.
    pub(super) directions: bool,
}

/// The features of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Features {
    pub(super) all: Vec<Feature>,
    /// The hash of each word's stem, whether or not stems are features.
    pub(super) stems: Vec<u64>,
    /// For each word, the hash of what it means; of its stem if that is not known.
    meanings: Vec<(u64, bool)>,
    /// For each word, whether it is common to messages about anything.
    pub(super) common: Vec<bool>,
    /// For each word, whether it has no figure in it: a number is like any other number.
    lettered: Vec<bool>,
    /// The pieces of words whose places are known, and the word each is of.
    pub(super) pieces: Vec<(u32, u16)>,
}

/// Pairs are made of stems at most so many words apart.
const PAIR_DISTANCE: usize = 3;

/// Pairs of meanings are made of words at most so many words apart: what belongs together is
/// said in one sentence, in either language's order.
const MEANING_DISTANCE: usize = 9;

/// The shortest run of characters.
const RUN_MIN: usize = 2;

/// A known run of this length makes an unknown word a little known: it may be misspelt.
pub(super) const RUN_LONG: usize = 3;

/// Words beyond this many are not read: no customer's question is longer, and cost stays bounded.
pub(super) const WORDS_MAX: usize = 400;

/// Longer words are read up to here.
const WORD_CHARS_MAX: usize = 48;

/// How much a feature of common words counts, and a pair of which one is common.
const COMMON_SHARE: f32 = 0.75;
const COMMON_SHARE_OF_PAIR: f32 = 0.87;

/// Numbers of so many digits name an order or a phone, not a topic: they count as one word.
const LONG_NUMBER: usize = 4;

impl Features {
    /// Reads the features of a message given by its normalised words.
    pub(super) fn read<'w>(words: impl Iterator<Item = &'w str>, recipe: Recipe) -> Features {
        let mut features = Features { all: Vec::with_capacity(256), ..Features::default() };
        for (at, word) in words.take(WORDS_MAX).enumerate() {
            let word = if is_long_number(word) { "0000" } else { word };
            features.add_word(word, at as u16, recipe);
        }
        features
    }

    /// How much a feature counts by the words it comes from.
    pub(super) fn share(&self, feature: &Feature) -> f32 {
        match (self.common[feature.word as usize], self.common[feature.last as usize]) {
            (true, true) => COMMON_SHARE,
            (true, false) | (false, true) => COMMON_SHARE_OF_PAIR,
            (false, false) => 1.0,
        }
    }

    fn add_word(&mut self, word: &str, at: u16, recipe: Recipe) {
        let bare = stem(word);
        let stem = Hash::of_kind(Kind::Stem as u8).bytes(bare.as_bytes()).finish();
        self.stems.push(stem);
        if recipe.weights[Kind::Meaning as usize] > 0.0 {
            self.add_meanings(concept(&bare), stem, at);
        }
        self.common.push(is_common(word));
        self.lettered.push(!word.bytes().any(|byte| byte.is_ascii_digit()));
        if recipe.weights[Kind::Direction as usize] > 0.0 {
            vectors::pieces(word, |piece| self.pieces.push((piece, at)));
        }
        if recipe.weights[Kind::Stem as usize] > 0.0 {
            self.all.push(Feature { key: stem, kind: Kind::Stem, word: at, last: at, long: false });
        }
        if recipe.weights[Kind::Pair as usize] > 0.0 {
            for back in 1..=PAIR_DISTANCE.min(at as usize) {
                let other = self.stems[at as usize - back];
                let (low, high) = (stem.min(other), stem.max(other));
                let key = Hash::of_kind(Kind::Pair as u8).number(low).number(high).finish();
                let word = at - back as u16;
                self.all.push(Feature { key, kind: Kind::Pair, word, last: at, long: false });
            }
        }
        if recipe.weights[Kind::Run as usize] > 0.0 {
            self.add_runs(word, at, recipe.run_max);
        }
    }

    /// Where one of its words points, if that is known and says something: common words and
    /// numbers are left out.
    pub(super) fn pointing(&self, word: u16) -> Option<Pointing> {
        if self.common[usize::from(word)] || !self.lettered[usize::from(word)] {
            return None;
        }
        let first = self.pieces.partition_point(|(_, of)| *of < word);
        let pieces = self.pieces[first..].iter().take_while(|(_, of)| *of == word);
        Pointing::of_pieces(pieces.map(|(piece, _)| *piece))
    }

    /// The place of the whole message among all words: the sum of its words' places.
    pub(super) fn place(&self) -> vectors::Place {
        let mut sum = [0.0; vectors::DIRECTIONS];
        self.pieces.iter().for_each(|(piece, _)| vectors::add(*piece, &mut sum));
        sum
    }

    fn add_meanings(&mut self, concept: Option<u16>, stem: u64, at: u16) {
        let kind = Kind::Meaning;
        let single = |number| Hash::of_kind(kind as u8).number(u64::from(number)).finish();
        let (own, is_known) = concept.map_or((stem, false), |number| (single(number), true));
        if is_known {
            self.all.push(Feature { key: own, kind, word: at, last: at, long: false });
        }
        let near = (0..at).rev().take(MEANING_DISTANCE).zip(self.meanings.iter().rev());
        let pairs = near.filter(|(_, (_, other_known))| is_known || *other_known);
        self.all.extend(pairs.map(|(word, (other, _))| {
            let (low, high) = (own.min(*other), own.max(*other));
            let key = Hash::of_kind(kind as u8).number(low).number(high).finish();
            Feature { key, kind, word, last: at, long: false }
        }));
        self.meanings.push((own, is_known));
    }

    fn add_runs(&mut self, word: &str, at: u16, run_max: usize) {
        let mut chars = ['\0'; WORD_CHARS_MAX + 2];
        chars[0] = ' ';
        let mut count = 1;
        for c in word.chars().take(WORD_CHARS_MAX) {
            chars[count] = c;
            count += 1;
        }
        chars[count] = ' ';
        let chars = &chars[..=count];
        for start in 0..chars.len() {
            let mut hash = Hash::of_kind(Kind::Run as u8);
            for (length, c) in (1..=run_max).zip(&chars[start..]) {
                hash = hash.character(*c);
                if length >= RUN_MIN {
                    let key = hash.finish();
                    let long = length >= RUN_LONG;
                    self.all.push(Feature { key, kind: Kind::Run, word: at, last: at, long });
                }
            }
        }
    }
}

/// The runs of a word in the order of its features, as places among its characters; the first and
/// the last of these are the blanks around it.
pub(super) fn runs(word: &str, run_max: usize) -> impl Iterator<Item = Range<usize>> {
    let count = word.chars().take(WORD_CHARS_MAX).count() + 2;
    let of_start = move |start: usize| {
        let lengths = RUN_MIN..=run_max.min(count - start);
        lengths.map(move |length| start..start + length)
    };
    (0..count).flat_map(of_start)
}

fn is_long_number(word: &str) -> bool {
    word.len() >= LONG_NUMBER && word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_message_has_no_more_features_than_can_be_told_apart() {
        let learning = Learning { many: true, directions: true };
        let words: Vec<String> =
            (0..WORDS_MAX * 2).map(|at| format!("{at:a>width$}", width = WORD_CHARS_MAX)).collect();
        for many in [true, false] {
            let recipe = Recipe::of(Variety::English, Learning { many, ..learning });
            let features = Features::read(words.iter().map(String::as_str), recipe);
            let last = features.all.len() - 1;
            let met = Met::new(u32::MAX, features.all[last].word, last as u64);
            assert_eq!((met.number(), met.at()), (u32::MAX, last));
            assert_eq!(met.0 >> Met::AT_BITS & 0xfff, WORDS_MAX as u64 - 1);
        }
    }

    #[test]
    fn a_run_is_told_by_its_place_as_it_is_hashed() {
        for (word, run_max) in [("توصيل", 4), ("ok", 5), ("a", 4), (&"x".repeat(60), 5)] {
            let learning = Learning { many: run_max == 5, directions: false };
            let features =
                Features::read([word].into_iter(), Recipe::of(Variety::Arabic, learning));
            let chars: Vec<char> = format!(" {word} ").chars().collect();
            let hashed = features.all.iter().filter(|feature| feature.kind == Kind::Run);
            let told = runs(word, run_max).map(|place| {
                let last = place.end == WORD_CHARS_MAX + 2;
                let chars = chars[place.start..place.end - usize::from(last)].iter().copied();
                let blank = last.then_some(' ');
                let hash = Hash::of_kind(Kind::Run as u8);
                chars.chain(blank).fold(hash, Hash::character).finish()
            });
            assert!(hashed.map(|feature| feature.key).eq(told), "{word}");
        }
    }

    #[test]
    fn known_features_are_in_the_order_of_numbers_then_words_then_as_met() {
        let order = [(1, 2, 9), (2, 0, 3), (2, 1, 0), (2, 1, 5), (3, 0, 1)];
        let met = order.map(|(number, word, at)| Met::new(number, word, at));
        assert!(met.is_sorted());
    }
}
