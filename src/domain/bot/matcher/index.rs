//! Numbers for features. A feature is known by a 64-bit hash of what it is; the table from hashes
//! to numbers is our own, because its order must never vary and a look-up must be quick.

/// Hashes text and small numbers (FNV-1a with a final mix), the same on every machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash(u64);

impl Hash {
    /// The start of a hash for one kind of feature.
    pub(super) const fn of_kind(kind: u8) -> Hash {
        Hash(0xcbf2_9ce4_8422_2325 ^ (kind as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// The hash continued by these bytes.
    pub(super) fn bytes(self, bytes: &[u8]) -> Hash {
        Hash(bytes.iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    /// The hash continued by one character.
    pub(super) fn character(self, c: char) -> Hash {
        Hash((self.0 ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// The hash continued by another.
    pub(super) fn number(self, number: u64) -> Hash {
        Hash((self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
    }

    /// The finished hash; never 0, which marks an empty place.
    pub(super) fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (mixed ^ (mixed >> 32)).max(1)
    }
}

/// Features numbered in the order of their first appearance.
#[derive(Debug, Clone)]
pub(super) struct Index {
    places: Vec<(u64, u32)>,
    count: u32,
}

impl Index {
    pub(super) fn new() -> Index {
        Index { places: vec![(0, 0); 1024], count: 0 }
    }

    /// Features with these keys, numbered in this order; `None` if one stands there twice or is
    /// no key.
    pub(super) fn of_keys(keys: impl ExactSizeIterator<Item = u64> + Clone) -> Option<Index> {
        let count = keys.len();
        let index = keys.clone().all(|key| key != 0).then(|| Index::numbered(keys))?;
        (index.len() == count).then_some(index)
    }

    /// Features with these keys, numbered in this order.
    pub(super) fn numbered(keys: impl ExactSizeIterator<Item = u64>) -> Index {
        let places = (keys.len() * 2 + 2).next_power_of_two().max(1024);
        let mut index = Index { places: vec![(0, 0); places], count: 0 };
        for key in keys {
            index.insert(key);
        }
        index
    }

    /// The keys in the order of their numbers.
    pub(super) fn keys(&self) -> Vec<u64> {
        let mut keys = vec![0; self.len()];
        for (key, number) in self.places.iter().filter(|(key, _)| *key != 0) {
            keys[*number as usize] = *key;
        }
        keys
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// The number of a feature, if it is known.
    pub(super) fn get(&self, key: u64) -> Option<u32> {
        let (found, number) = self.places[self.place(key)];
        (found == key).then_some(number)
    }

    /// The number of a feature, a new one if it was not known.
    pub(super) fn insert(&mut self, key: u64) -> u32 {
        let place = self.place(key);
        if self.places[place].0 == key {
            return self.places[place].1;
        }
        let number = self.count;
        self.places[place] = (key, number);
        self.count += 1;
        if self.len() * 2 > self.places.len() {
            self.grow();
        }
        number
    }

    /// Where a feature stands or would stand: the table is never full.
    fn place(&self, key: u64) -> usize {
        let mask = self.places.len() - 1;
        let mut at = (key as usize) & mask;
        while self.places[at].0 != key && self.places[at].0 != 0 {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let larger = vec![(0, 0); self.places.len() * 2];
        let old = std::mem::replace(&mut self.places, larger);
        for (key, number) in old.into_iter().filter(|(key, _)| *key != 0) {
            let place = self.place(key);
            self.places[place] = (key, number);
        }
    }
}
