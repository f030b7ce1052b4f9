//! Whether two messages say the same need in other words: shared words, the small ones counting
//! little. Separate from the matcher, which compares messages with entries, not with each other.

use std::collections::BTreeSet;

/// How words are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilaritySettings {
    /// Words that carry little of a need: "please", "my", «لو سمحت».
    pub filler: BTreeSet<String>,
    /// How much such a word counts, where every other counts 1.
    pub filler_weight: f32,
    /// Words are the same if they begin with the same letters; so many are compared.
    pub letters: usize,
    /// A message with less weight of words is too short to be compared ("yes", "the blue one").
    pub weight_min: f32,
}

/// A message as a bag of word beginnings with their weights, in order, each once.
pub(super) struct Need<'a>(Vec<(&'a str, f32)>);

impl<'a> Need<'a> {
    /// Reads a message by its normalised words.
    pub(super) fn of(
        message: impl Iterator<Item = &'a str>,
        settings: &SimilaritySettings,
    ) -> Need<'a> {
        let mut words = Vec::new();
        for word in message {
            // Numbers answer a question; saying an order number again is no complaint.
            if word.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            let filler = settings.filler.contains(word);
            let weight = if filler { settings.filler_weight } else { 1.0 };
            words.push((beginning(word, settings.letters), weight));
        }
        // Of words that begin alike the last one said gives the weight.
        words.reverse();
        words.sort_by_key(|(word, _)| *word);
        words.dedup_by_key(|(word, _)| *word);
        Need(words)
    }

    /// Whether there is enough in it to be compared.
    pub(super) fn is_enough(&self, settings: &SimilaritySettings) -> bool {
        self.weight() >= settings.weight_min
    }

    /// The share of weight that both have in common, 0 to 1.
    pub(super) fn similarity(&self, other: &Need) -> f32 {
        let both = self.0.iter().filter(|(word, _)| other.has(word));
        let shared: f32 = both.map(|(_, weight)| weight).sum();
        let all = self.weight() + other.weight();
        if all > 0.0 { 2.0 * shared / all } else { 0.0 }
    }

    fn has(&self, word: &str) -> bool {
        self.0.binary_search_by_key(&word, |(known, _)| *known).is_ok()
    }

    fn weight(&self) -> f32 {
        self.0.iter().map(|(_, weight)| weight).sum()
    }
}

/// The first letters of a word without the particles glued to it: «طلبي», «الطلب», «طلبكم».
fn beginning(word: &str, letters: usize) -> &str {
    if word.is_ascii() {
        return &word[..word.len().min(letters)];
    }
    let long_enough = |bare: &&str| bare.chars().count() >= 3;
    let word = ["وال", "بال", "لل", "ال", "و"]
        .into_iter()
        .find_map(|particle| word.strip_prefix(particle).filter(long_enough))
        .unwrap_or(word);
    let word = ["ها", "نا", "كم", "ي", "ه", "ك"]
        .into_iter()
        .find_map(|particle| word.strip_suffix(particle).filter(long_enough))
        .unwrap_or(word);
    word.char_indices().nth(letters).map_or(word, |(end, _)| &word[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::{Normalised, normalise};

    #[test]
    fn the_same_need_in_other_words_is_similar() {
        let filler = ["is", "my", "please", "the", "a", "i", "ما", "لو", "سمحت"];
        let settings = SimilaritySettings {
            filler: filler.into_iter().map(str::to_owned).collect(),
            filler_weight: 0.3,
            letters: 4,
            weight_min: 1.0,
        };
        let check = |one: &str, other: &str, similar: bool| {
            let (one, other) = (normalise(one), normalise(other));
            let need = |message| Need::of(Normalised::words(message), &settings);
            let (one, other) = (need(&one), need(&other));
            let found = one.is_enough(&settings) && one.similarity(&other) >= 0.6;
            assert_eq!(found, similar, "{}", one.similarity(&other));
        };
        check("where is my order", "WHERE is the order please", true);
        check("وين طلبي", "طلبي وين؟؟", true);
        check("وين طلبي", "وين الطلب ما وصل", true);
        check("where is my order", "cancel my order", false);
        check("123456", "123456", false);
        check("my", "my", false);
    }
}
