//! A map from words made for being asked: every word of every message is looked up in dozens of
//! lists, so that a look-up must be a hash and one comparison. Its own, because its order must
//! never vary.

/// Words with what is known of each, found by their hash, in the order in which they were filed.
#[derive(Debug, Clone)]
pub(crate) struct WordMap<V> {
    /// Places in `filed`, counted from 1, by the hash; 0 is empty. Never more than half full.
    places: Vec<u32>,
    filed: Vec<(u64, Box<str>, V)>,
}

impl<V> Default for WordMap<V> {
    fn default() -> Self {
        WordMap { places: vec![0; 16], filed: Vec::new() }
    }
}

impl<V> WordMap<V> {
    /// What is known of a word.
    pub(crate) fn get(&self, word: &str) -> Option<&V> {
        self.get_hashed(WordHash::of(word), word)
    }

    /// The same for a word whose hash is at hand.
    pub(crate) fn get_hashed(&self, hash: WordHash, word: &str) -> Option<&V> {
        match self.places[self.place(hash.0, word)] {
            0 => None,
            filed => Some(&self.filed[filed as usize - 1].2),
        }
    }

    /// All words with what is known of each, in the order in which they were filed.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.filed.iter().map(|(_, word, known)| (&**word, known))
    }

    /// What is known of a word, to be changed; nothing yet if it was not filed.
    pub(crate) fn entry(&mut self, word: &str) -> &mut V
    where
        V: Default,
    {
        let hash = WordHash::of(word).0;
        let place = self.place(hash, word);
        if self.places[place] > 0 {
            let filed = self.places[place] as usize - 1;
            return &mut self.filed[filed].2;
        }
        self.filed.push((hash, word.into(), V::default()));
        self.places[place] = self.filed.len() as u32;
        if self.filed.len() * 2 > self.places.len() {
            self.grow();
        }
        let last = self.filed.len() - 1;
        &mut self.filed[last].2
    }

    /// Where a word stands or would stand: the table is never full.
    fn place(&self, hash: u64, word: &str) -> usize {
        let mask = self.places.len() - 1;
        let mut at = (hash ^ (hash >> 32)) as usize & mask;
        loop {
            let filed = self.places[at] as usize;
            if filed == 0 {
                return at;
            }
            let (known, letters, _) = &self.filed[filed - 1];
            if *known == hash && &**letters == word {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        self.places = vec![0; self.places.len() * 2];
        for filed in 0..self.filed.len() {
            let place = self.place(self.filed[filed].0, &self.filed[filed].1);
            self.places[place] = filed as u32 + 1;
        }
    }
}

/// The hash of a word or of its beginning so far (FNV-1a): short words, every build the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordHash(u64);

impl WordHash {
    /// Of no letters yet.
    pub(crate) const START: WordHash = WordHash(0xcbf2_9ce4_8422_2325);

    /// Of a whole word.
    pub(crate) fn of(word: &str) -> WordHash {
        word.bytes().fold(WordHash::START, WordHash::and)
    }

    /// Of the letters so far and this byte.
    pub(crate) fn and(self, byte: u8) -> WordHash {
        WordHash((self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_keeps_what_was_filed_under_it() {
        let mut map: WordMap<Vec<usize>> = WordMap::default();
        let words: Vec<String> = (0..500).map(|n| format!("كلمة{}", n % 250)).collect();
        for (at, word) in words.iter().enumerate() {
            map.entry(word).push(at);
        }
        assert_eq!(map.filed.len(), 250);
        for (at, word) in words.iter().enumerate().take(250) {
            assert_eq!(map.get(word), Some(&vec![at, at + 250]));
        }
        assert_eq!(map.get("كلمة"), None);
        assert_eq!(map.get(""), None);
        let hash = "كلمة7".bytes().fold(WordHash::START, WordHash::and);
        assert_eq!(map.get_hashed(hash, "كلمة7"), Some(&vec![7, 257]));
    }
}
