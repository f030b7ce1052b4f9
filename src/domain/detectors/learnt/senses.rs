//! Senses: small lists of words that stand for one idea in all varieties. They say nothing of
//! themselves; the learnt weights say what they mean together ("a person" after "want").

use super::super::phrase::Written;
use super::super::vocabulary::{SetId, Vocabulary};
use crate::domain::language::normalise;
use crate::domain::language::stem::stem;
use crate::domain::language::word_map::WordMap;

/// The number of a sense.
pub(super) type SenseId = u8;

/// All senses, and how the words of a message lead to them.
#[derive(Debug)]
pub(super) struct Senses {
    names: Vec<String>,
    /// The sense that a set of written words stands for, by the set's number.
    of_set: Vec<Option<SenseId>>,
    /// Senses by a word's stem: finds a word under endings of its own.
    of_stem: WordMap<Vec<SenseId>>,
}

impl Senses {
    /// Reads the lists: one sense a line, its words, behind `|` those in Latin spelling of Arabic.
    pub(super) fn compile(lists: &str, vocabulary: &mut Vocabulary) -> Senses {
        let mut senses =
            Senses { names: Vec::new(), of_set: Vec::new(), of_stem: WordMap::default() };
        let mut sets: Vec<SetId> = Vec::new();
        for line in lists.lines() {
            let Some((name, words)) = line.split_once(": ") else { continue };
            let (plain, arabizi) = words.split_once('|').unwrap_or((words, ""));
            let id = senses.names.len() as SenseId;
            let mut ids = Vec::new();
            let plain = plain.split_whitespace().map(|word| (word, false));
            for (word, latin) in plain.chain(arabizi.split_whitespace().map(|word| (word, true))) {
                let (verb, word) =
                    word.strip_prefix('@').map_or((false, word), |bare| (true, bare));
                let word = normalise(word).joined();
                if !verb && !latin {
                    senses.of_stem.entry(&stem(&word)).push(id);
                }
                let written = if verb { Written::Verb(word) } else { Written::Word(word) };
                ids.push(vocabulary.intern(&written, latin));
            }
            sets.push(vocabulary.set(ids));
            senses.names.push(name.to_owned());
        }
        senses.of_set = vec![None; vocabulary.sets_len()];
        for (id, set) in sets.iter().enumerate() {
            senses.of_set[*set as usize] = Some(id as SenseId);
        }
        senses
    }

    /// The senses of a word that is in these sets and has this stem, in order, each once.
    pub(super) fn of(&self, sets: &[SetId], word: &str, stem: &str) -> Vec<SenseId> {
        let of_set = |set: &SetId| self.of_set.get(*set as usize).copied().flatten();
        let mut found: Vec<SenseId> = sets.iter().filter_map(of_set).collect();
        // A stem shorter than this is what is left of too many words.
        if stem.chars().count() > 2 || stem == word {
            found.extend(self.of_stem.get(stem).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What a sense is called.
    pub(super) fn name(&self, sense: SenseId) -> &str {
        &self.names[usize::from(sense)]
    }
}
