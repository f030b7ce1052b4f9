//! A set of words: every word of every message is looked up in several of them.

use super::word_map::WordMap;

/// Words that are asked for and never listed.
pub(super) struct WordSet(WordMap<()>);

impl WordSet {
    /// A set of these words.
    pub(super) fn of<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Self {
        let mut set = WordMap::default();
        words.into_iter().for_each(|word| *set.entry(word.as_ref()) = ());
        WordSet(set)
    }

    /// Whether the word is in the set.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.get(word).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_it_was_made_of_and_nothing_else() {
        let set = WordSet::of(["طلبي", "order", "order", "اين"]);
        assert!(["طلبي", "order", "اين"].iter().all(|word| set.has(word)));
        assert!(!["", "orde", "orders", "طلب"].iter().any(|word| set.has(word)));
    }
}
