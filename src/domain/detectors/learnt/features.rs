//! What the learnt weights see of a message: pieces of its words, the words and their neighbours,
//! Arabic words by their consonants (so that «وصلني» and `wasalni` meet), and senses, which are
//! small word lists that stand for an idea in every variety ("fire", "wait", "a person").

use super::super::scan::Reading;
use super::super::vocabulary::Vocabulary;
use super::senses::{SenseId, Senses};
use crate::domain::language::stem::Stems;
use crate::domain::language::{Normalised, Variety};

/// More words are not looked at: who needs a person says so before.
const WORDS_MAX: usize = 60;
/// Pieces of a word have so many letters, its edges counted.
const PIECE_LETTERS: std::ops::RangeInclusive<usize> = 2..=4;
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

/// One feature as it is met: its family, the parts of its name, and its first and last word.
pub(super) type Met<'a> = (Family, [&'a str; 2], (usize, usize));

/// Names every feature of a message, in order, each as often as it is there.
pub(super) fn visit(
    message: &Normalised,
    variety: Variety,
    reading: &Reading,
    senses: &Senses,
    mut met: impl FnMut(Met),
) {
    let words: Vec<&str> = message.words().take(WORDS_MAX).collect();
    let stems = Stems::default();
    let stems: Vec<_> = words.iter().map(|word| stems.stem(word)).collect();
    pieces(&words, &mut met);
    for (at, stem) in stems.iter().enumerate() {
        met((Family::Word, [stem, ""], (at, at)));
    }
    for at in 0..=stems.len() {
        let before = if at == 0 { "^" } else { &stems[at - 1] };
        let after = stems.get(at).map_or("$", |stem| stem);
        let last = at.min(stems.len().saturating_sub(1));
        met((Family::Neighbours, [before, after], (at.saturating_sub(1), last)));
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
            met((Family::Sense, [senses.name(*sense), ""], (at, at)));
        }
        for (then, second) in of_words.iter().enumerate().skip(at + 1).take(PAIR_REACH) {
            for sense in first {
                for other in second {
                    let names = [senses.name(*sense), senses.name(*other)];
                    met((Family::Senses, names, (at, then)));
                }
            }
        }
    }
}

fn pieces(words: &[&str], met: &mut impl FnMut(Met)) {
    let mut padded = String::new();
    let mut edges: Vec<usize> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        padded.clear();
        padded.push('_');
        padded.push_str(word);
        padded.push('_');
        edges.clear();
        edges.extend(padded.char_indices().map(|(edge, _)| edge));
        edges.push(padded.len());
        for letters in PIECE_LETTERS {
            for run in edges.windows(letters + 1) {
                let piece = &padded[run[0]..run[letters]];
                met((Family::Piece, [piece, ""], (at, at)));
            }
        }
    }
}

fn skeletons(words: &[&str], met: &mut impl FnMut(Met)) {
    let skeletons: Vec<String> = words.iter().map(|word| skeleton(word)).collect();
    for (at, skeleton) in skeletons.iter().enumerate() {
        if skeleton.len() >= SKELETON_MIN {
            met((Family::Skeleton, [skeleton, ""], (at, at)));
        }
        if let Some(next) = skeletons.get(at + 1) {
            met((Family::Skeletons, [skeleton, next], (at, at + 1)));
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
