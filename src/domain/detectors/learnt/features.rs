//! What the learnt weights see of a message: pieces of its words, the words and their neighbours,
//! Arabic words by their consonants (so that «وصلني» and `wasalni` meet), and senses, which are
//! small word lists that stand for an idea in every variety ("fire", "wait", "a person").

use super::super::scan::Reading;
use super::super::vocabulary::Vocabulary;
use super::senses::{SenseId, Senses};
use super::table::{Hash, hash_of};
use crate::domain::language::stem::stem;
use crate::domain::language::{Normalised, Variety};

/// More words are not looked at: who needs a person says so before.
const WORDS_MAX: usize = 60;
/// Pieces of a word have so many letters, its edges counted.
const PIECE_LETTERS_MIN: usize = 2;
const PIECE_LETTERS_MAX: usize = 4;
/// Senses are paired with those of so many words that follow.
const PAIR_REACH: usize = 4;
/// A shorter skeleton is shared by too many words.
const SKELETON_MIN: usize = 2;

/// A family of features. Each family has the same say, however many features it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Runs of letters of a word.
    Piece,
    /// A word's stem.
    Word,
    /// Two neighbouring stems.
    Neighbours,
    /// The consonants of an Arabic word, in whichever letters it is written.
    Skeleton,
    /// Two neighbouring skeletons.
    Skeletons,
    /// A sense of a word.
    Sense,
    /// Senses of two words near each other, in order.
    Senses,
}

impl Family {
    /// How many there are.
    pub const COUNT: usize = 7;

    /// All of them.
    pub const ALL: [Family; Family::COUNT] = [
        Family::Piece,
        Family::Word,
        Family::Neighbours,
        Family::Skeleton,
        Family::Skeletons,
        Family::Sense,
        Family::Senses,
    ];

    /// The letter that names it in the file of weights.
    pub const fn letter(self) -> char {
        match self {
            Family::Piece => 'c',
            Family::Word => 'w',
            Family::Neighbours => 'b',
            Family::Skeleton => 's',
            Family::Skeletons => 't',
            Family::Sense => 'k',
            Family::Senses => 'q',
        }
    }
}

/// One feature as it is met.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met<'a> {
    pub(super) family: Family,
    /// The parts of its name.
    pub(super) parts: [&'a str; 2],
    /// The hash of its name.
    pub(super) hash: u64,
    /// Its first and last word.
    pub(super) words: (usize, usize),
}

impl<'a> Met<'a> {
    fn of(family: Family, parts: [&'a str; 2], words: (usize, usize)) -> Met<'a> {
        Met { family, parts, hash: hash_of(family, parts), words }
    }
}

/// Names every feature of a message, in order, each as often as it is there.
pub(super) fn visit(
    message: &Normalised,
    variety: Variety,
    reading: &Reading,
    senses: &Senses,
    mut met: impl FnMut(Met),
) {
    let words: Vec<&str> = message.words().take(WORDS_MAX).collect();
    let stems: Vec<_> = words.iter().map(|word| stem(word)).collect();
    pieces(&words, &mut met);
    for (at, stem) in stems.iter().enumerate() {
        met(Met::of(Family::Word, [stem, ""], (at, at)));
    }
    for at in 0..=stems.len() {
        let before = if at == 0 { "^" } else { &stems[at - 1] };
        let after = stems.get(at).map_or("$", |stem| stem);
        let last = at.min(stems.len().saturating_sub(1));
        met(Met::of(Family::Neighbours, [before, after], (at.saturating_sub(1), last)));
    }
    if variety != Variety::English {
        skeletons(&words, &mut met);
    }
    let of_words: Vec<Vec<SenseId>> = stems
        .iter()
        .enumerate()
        .map(|(at, stem)| senses.of(reading.sets(at), words[at], stem))
        .collect();
    for (at, first) in of_words.iter().enumerate() {
        for sense in first {
            met(Met::of(Family::Sense, [senses.name(*sense), ""], (at, at)));
        }
        for (then, second) in of_words.iter().enumerate().skip(at + 1).take(PAIR_REACH) {
            for sense in first {
                for other in second {
                    let names = [senses.name(*sense), senses.name(*other)];
                    met(Met::of(Family::Senses, names, (at, then)));
                }
            }
        }
    }
}

/// Each piece's hash goes on from that of the piece one letter shorter.
fn pieces(words: &[&str], met: &mut impl FnMut(Met)) {
    let mut padded = String::new();
    let mut edges: Vec<usize> = Vec::new();
    let mut hashes: Vec<Hash> = Vec::new();
    let begun = Hash::of(Family::Piece);
    for (at, word) in words.iter().enumerate() {
        padded.clear();
        padded.push('_');
        padded.push_str(word);
        padded.push('_');
        edges.clear();
        edges.extend(padded.char_indices().map(|(edge, _)| edge));
        edges.push(padded.len());
        hashes.clear();
        hashes.resize(edges.len(), begun);
        for letters in 1..=PIECE_LETTERS_MAX {
            for (run, hash) in edges.windows(letters + 1).zip(&mut hashes) {
                *hash = hash.letters(&padded.as_bytes()[run[letters - 1]..run[letters]]);
                if letters >= PIECE_LETTERS_MIN {
                    // Not an index, which would be checked even for those who ask for no names.
                    let parts = [padded.get(run[0]..run[letters]).unwrap_or_default(), ""];
                    let hash = hash.ended().ended().finish();
                    met(Met { family: Family::Piece, parts, hash, words: (at, at) });
                }
            }
        }
    }
}

fn skeletons(words: &[&str], met: &mut impl FnMut(Met)) {
    let skeletons: Vec<String> = words.iter().map(|word| skeleton(word)).collect();
    for (at, skeleton) in skeletons.iter().enumerate() {
        if skeleton.len() >= SKELETON_MIN {
            met(Met::of(Family::Skeleton, [skeleton, ""], (at, at)));
        }
        if let Some(next) = skeletons.get(at + 1) {
            met(Met::of(Family::Skeletons, [skeleton, next], (at, at + 1)));
        }
    }
}

/// The consonants of a word in rough classes that Arabic and Latin spellings share.
fn skeleton(word: &str) -> String {
    // A final «ه» or h is mostly the sign of a vowel.
    let word = word.strip_suffix(['ه', 'h']).filter(|rest| !rest.is_empty()).unwrap_or(word);
    let mut out = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let digraph = letters.peek().is_some_and(|next| *next == 'h');
        let sound = match letter {
            's' | 'c' | 'k' | 'g' | 't' | 'd' if digraph => {
                letters.next();
                match letter {
                    's' | 'c' => Some('$'),
                    'k' => Some('h'),
                    'g' => Some('k'),
                    _ => Some('t'),
                }
            }
            other => sound(other),
        };
        if let Some(sound) = sound
            && !out.ends_with(sound)
        {
            out.push(sound);
        }
    }
    out
}

fn sound(letter: char) -> Option<char> {
    Some(match letter {
        'ت' | 'ط' | 'ث' | 'د' | 'ض' | 'ظ' | 'ذ' | 'ز' | 't' | 'd' | 'z' | '6' => 't',
        'س' | 'ص' | 's' | '9' => 's',
        'ق' | 'ك' | 'ج' | 'غ' | 'q' | 'k' | 'c' | 'g' | 'j' | '8' => 'k',
        'ح' | 'ه' | 'خ' | '7' | 'h' | '5' | 'x' => 'h',
        'ب' | 'b' | 'p' => 'b',
        'ر' | 'r' => 'r',
        'ش' | '4' => '$',
        'ف' | 'f' | 'v' => 'f',
        'ل' | 'l' => 'l',
        'م' | 'm' => 'm',
        'ن' | 'n' => 'n',
        _ => return None,
    })
}

/// Makes the senses' words known to the vocabulary that looks words up.
pub(super) fn known_to(vocabulary: &mut Vocabulary) -> Senses {
    Senses::compile(include_str!("senses.txt"), vocabulary)
}

#[cfg(test)]
mod tests {
    use super::skeleton;

    #[test]
    fn a_word_in_both_letters_has_one_skeleton() {
        for (arabic, latin) in
            [("وصلني", "wasalni"), ("شخص", "shakhs"), ("موظف", "mowathaf"), ("حريقه", "7aree8a")]
        {
            assert_eq!(skeleton(arabic), skeleton(latin), "{arabic} {latin}");
        }
        assert_eq!(skeleton("h"), "h");
        assert_eq!(skeleton("؟"), "");
    }
}
