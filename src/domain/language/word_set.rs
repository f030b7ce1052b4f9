//! A set of words made for being asked: every word of every message is looked up in several of
//! them, so a look-up compares numbers, and letters only once.

/// Words by their hashes, in order of the hashes. It is asked and never listed.
pub(super) struct WordSet<S>(Vec<(u64, S)>);

impl<S: AsRef<str>> WordSet<S> {
    /// A set of these words.
    pub(super) fn of(words: impl IntoIterator<Item = S>) -> Self {
        let mut words: Vec<(u64, S)> =
            words.into_iter().map(|word| (hash(word.as_ref()), word)).collect();
        words.sort_by(|(one, a), (other, b)| (one, a.as_ref()).cmp(&(other, b.as_ref())));
        words.dedup_by(|(_, one), (_, other)| one.as_ref() == other.as_ref());
        WordSet(words)
    }

    /// Whether the word is in the set.
    pub(super) fn has(&self, word: &str) -> bool {
        let hash = hash(word);
        let from = self.0.partition_point(|(known, _)| *known < hash);
        let alike = self.0[from..].iter().take_while(|(known, _)| *known == hash);
        alike.into_iter().any(|(_, known)| known.as_ref() == word)
    }
}

/// FNV-1a: short words, every build the same.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_it_was_made_of_and_nothing_else() {
        let set = WordSet::of(["طلبي", "order", "order", "اين"]);
        assert!(["طلبي", "order", "اين"].iter().all(|word| set.has(word)));
        assert!(!["", "orde", "orders", "طلب"].iter().any(|word| set.has(word)));
        assert_eq!(set.0.len(), 3);
    }
}
