//! The words of each entry's examples by what they mean, so that a word that no example uses can be
//! compared with those of the entry that is proposed.

use super::features::{Features, WORDS_MAX};
use super::learnt::{Reader, Writer};
use super::model::Lesson;
use super::pointing::Pointing;
use crate::domain::language::vectors;
use std::collections::BTreeMap;

/// So many words of an entry are compared: the cost of a message stays bounded however many examples
/// there are. With 130 examples an entry has some 200.
const OF_ENTRY_MAX: usize = 1_000;

/// A word of the examples whose place is known.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    pointing: Pointing,
}

/// The words of the examples, entry by entry. None where it is not asked what words mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    words: Vec<Word>,
    /// For each entry, the end of its words' numbers.
    ends: Vec<u32>,
    numbers: Vec<u32>,
}

/// For each example, the words that of its entry's examples it alone has.
pub(super) type Alone = Vec<Vec<u32>>;

impl Vocabulary {
    /// The telling words of these examples.
    pub(super) fn new(
        entries: usize,
        lessons: &[Lesson],
        read: &[Features],
    ) -> (Vocabulary, Alone) {
        let mut vocabulary = Vocabulary::default();
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        // For each entry its words in the order in which they are met, and the only example of each.
        let mut of_entry: Vec<Vec<u32>> = vec![Vec::new(); entries];
        let mut owners: BTreeMap<(usize, u32), Option<usize>> = BTreeMap::new();
        for (row, (lesson, features)) in lessons.iter().zip(read).enumerate() {
            for (at, word) in (0..).zip(lesson.words.iter().take(WORDS_MAX)) {
                let Some(pointing) = features.pointing(at) else { continue };
                let number = *known.entry(word.as_str()).or_insert_with(|| {
                    vocabulary.words.push(Word { text: word.clone(), pointing });
                    vocabulary.words.len() as u32 - 1
                });
                let owner = owners.entry((lesson.entry, number)).or_insert_with(|| {
                    of_entry[lesson.entry].push(number);
                    Some(row)
                });
                *owner = owner.filter(|owner| *owner == row);
            }
        }
        let mut alone = vec![Vec::new(); lessons.len()];
        for (entry, numbers) in of_entry.iter_mut().enumerate() {
            numbers.truncate(OF_ENTRY_MAX);
            for number in numbers.iter() {
                if let Some(Some(owner)) = owners.get(&(entry, *number)) {
                    alone[*owner].push(*number);
                }
            }
            vocabulary.numbers.extend_from_slice(numbers);
            vocabulary.ends.push(vocabulary.numbers.len() as u32);
        }
        (vocabulary, alone)
    }

    /// The word of an entry's examples that comes nearest to this one in meaning, without these;
    /// of equals the first. And how near that is.
    pub(super) fn nearest(
        &self,
        entry: usize,
        word: &Pointing,
        without: &[u32],
    ) -> Option<(u32, f32)> {
        let end = *self.ends.get(entry)? as usize;
        let start = entry.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let numbers = self.numbers[start..end].iter().filter(|number| !without.contains(number));
        numbers
            .map(|number| (*number, self.words[*number as usize].pointing.cosine(word)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// A word as examples write it.
    pub(super) fn text(&self, number: u32) -> &str {
        &self.words[number as usize].text
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u32s(&self.ends);
        out.u32s(&self.numbers);
        let texts: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        out.text(&texts.join(" "));
    }

    /// What was written, if its parts fit together and belong to so many entries.
    pub(super) fn read_from(from: &mut Reader<'_>, entries: usize) -> Option<Vocabulary> {
        let (ends, numbers, texts) = (from.u32s()?, from.u32s()?, from.text()?);
        let words: Option<Vec<Word>> = texts
            .split_terminator(' ')
            .map(|text| {
                let mut pieces = Vec::new();
                vectors::pieces(text, |piece| pieces.push(piece));
                let pointing = Pointing::of_pieces(pieces.into_iter())?;
                Some(Word { text: text.to_owned(), pointing })
            })
            .collect();
        let words = words?;
        let fits = (ends.is_empty() || ends.len() == entries)
            && ends.is_sorted()
            && ends.last().copied().unwrap_or(0) as usize == numbers.len()
            && numbers.iter().all(|number| (*number as usize) < words.len());
        fits.then_some(Vocabulary { words, ends, numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::{Learning, Recipe};
    use super::*;
    use crate::domain::language::Variety;

    const LEARNING: Learning = Learning { many: false, directions: true };

    fn read(text: &str) -> Features {
        Features::read(text.split(' '), Recipe::of(Variety::English, LEARNING))
    }

    fn vocabulary(examples: &[(usize, &str)]) -> (Vocabulary, Alone) {
        let lesson = |(entry, text): &(usize, &str)| Lesson {
            entry: *entry,
            variety: Variety::English,
            words: text.split(' ').map(str::to_owned).collect(),
        };
        let lessons: Vec<Lesson> = examples.iter().map(lesson).collect();
        let features: Vec<Features> = examples.iter().map(|(_, text)| read(text)).collect();
        Vocabulary::new(2, &lessons, &features)
    }

    #[test]
    fn the_nearest_word_is_sought_among_those_of_the_entry() {
        let (vocabulary, alone) =
            vocabulary(&[(0, "refund my order"), (0, "the order"), (1, "reimbursement 4711")]);
        let word = read("reimburse").pointing(0).expect("its place is known");
        let nearest = |entry: usize, without: &[u32]| {
            let nearest = vocabulary.nearest(entry, &word, without);
            nearest.map(|(number, _)| vocabulary.text(number))
        };
        assert_eq!((nearest(0, &[]), nearest(1, &[])), (Some("refund"), Some("reimbursement")));
        assert_eq!(nearest(0, &alone[0]), Some("order"), "which another example has too");
        assert_eq!(nearest(1, &alone[2]), None, "a number is no word");
        assert_eq!(nearest(2, &[]), None);
    }

    #[test]
    fn of_an_entry_so_many_words_are_compared_and_no_more() {
        let letters = |at: usize| {
            let letter = |at: usize| char::from(b'a' + (at % 26) as u8);
            format!("{}{}{}", letter(at / 676), letter(at / 26), letter(at))
        };
        let text = |from: usize| (from..from + 380).map(letters).collect::<Vec<_>>().join(" ");
        let texts = [0, 380, 760, 1_140].map(text);
        let examples: Vec<(usize, &str)> = texts.iter().map(|text| (0, text.as_str())).collect();
        let (vocabulary, _) = vocabulary(&examples);
        assert_eq!(vocabulary.numbers.len(), OF_ENTRY_MAX);
    }
}
