//! A small set of slot numbers as bits. Separate because the matcher's speed rests on it: whether
//! any free agent suits a class is one pass over a few machine words.

/// A set of small numbers; grows with the largest one put in.
#[derive(Debug, Clone, Default)]
pub struct Bits {
    words: Vec<u64>,
    /// Which words hold anything. The sets that are compared most hold a few of many thousands, and
    /// their empty words are passed over 64 at a time.
    filled: Vec<u64>,
}

impl Bits {
    /// Puts `slot` in or takes it out.
    pub fn put(&mut self, slot: u32, is_in: bool) {
        let (word, mask) = place(slot as usize);
        let (group, word_mask) = place(word);
        if is_in && self.words.len() <= word {
            self.words.resize(word + 1, 0);
            self.filled.resize(group + 1, 0);
        }
        let Some(bits) = self.words.get_mut(word) else { return };
        if is_in {
            *bits |= mask;
            self.filled[group] |= word_mask;
        } else {
            *bits &= !mask;
            if *bits == 0 {
                self.filled[group] &= !word_mask;
            }
        }
    }

    /// Whether `slot` is in.
    pub fn has(&self, slot: u32) -> bool {
        let (word, mask) = place(slot as usize);
        self.words.get(word).is_some_and(|bits| bits & mask != 0)
    }

    /// Whether anything is in.
    pub fn any(&self) -> bool {
        self.filled.iter().any(|bits| *bits != 0)
    }

    /// All, one by one, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.both(self)
    }

    /// Puts in all that the other holds.
    pub fn add(&mut self, other: &Bits) {
        let grown = |ours: &[u64], theirs: &[u64]| ours.len().max(theirs.len());
        self.words.resize(grown(&self.words, &other.words), 0);
        self.filled.resize(grown(&self.filled, &other.filled), 0);
        self.words.iter_mut().zip(&other.words).for_each(|(ours, theirs)| *ours |= theirs);
        self.filled.iter_mut().zip(&other.filled).for_each(|(ours, theirs)| *ours |= theirs);
    }

    /// Whether both have something in common.
    pub fn meets(&self, other: &Bits) -> bool {
        self.words_of_both(other).any(|(_, both)| both != 0)
    }

    /// Whether both have more than so many in common.
    pub fn share_more_than(&self, other: &Bits, few: usize) -> bool {
        let mut common = 0;
        self.words_of_both(other).any(|(_, both)| {
            common += both.count_ones() as usize;
            common > few
        })
    }

    /// What both have in common, as a set.
    pub fn and(&self, other: &Bits) -> Bits {
        let words = self.words.iter().zip(&other.words).map(|(left, right)| left & right);
        let words: Vec<u64> = words.collect();
        let filled = words.chunks(64).map(|group| {
            let bits = group.iter().enumerate().map(|(at, word)| u64::from(*word != 0) << at);
            bits.fold(0, |all, bit| all | bit)
        });
        Bits { filled: filled.collect(), words }
    }

    /// What both have in common, one by one, ascending.
    pub fn both<'a>(&'a self, other: &'a Bits) -> impl Iterator<Item = u32> + 'a {
        self.words_of_both(other)
            .flat_map(|(word, both)| ones(both).map(move |bit| word as u32 * 64 + bit))
    }

    /// The words in which both hold something, with what they hold in common.
    fn words_of_both<'a>(&'a self, other: &'a Bits) -> impl Iterator<Item = (usize, u64)> + 'a {
        let groups = self.filled.iter().zip(&other.filled).enumerate();
        groups.flat_map(move |(group, (left, right))| {
            ones(left & right).map(move |bit| {
                let word = group * 64 + bit as usize;
                (word, self.words[word] & other.words[word])
            })
        })
    }
}

/// The places of the bits that are set, ascending.
fn ones(mut rest: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        if rest == 0 {
            return None;
        }
        let bit = rest.trailing_zeros();
        rest &= rest - 1;
        Some(bit)
    })
}

/// In which word a number stands, and where in it.
fn place(number: usize) -> (usize, u64) {
    (number / 64, 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn of(slots: &[u32]) -> Bits {
        let mut bits = Bits::default();
        slots.iter().for_each(|slot| bits.put(*slot, true));
        bits
    }

    fn all(bits: &Bits) -> Vec<u32> {
        bits.iter().collect()
    }

    #[test]
    fn sets_of_unequal_length_are_compared() {
        let (short, long) = (of(&[0, 63]), of(&[63, 64, 500, 9_000]));
        assert!(short.meets(&long) && long.meets(&short));
        assert_eq!(long.both(&short).collect::<Vec<_>>(), [63]);
        let other = of(&[1, 64, 500, 900]);
        assert!(long.share_more_than(&other, 1) && !long.share_more_than(&other, 2));
        assert!(!short.meets(&of(&[64])));
        assert_eq!(all(&long.and(&short)), [63]);
    }

    #[test]
    fn what_was_taken_out_is_gone() {
        let mut bits = of(&[7, 70]);
        bits.put(70, false);
        bits.put(4_000, false);
        assert!(bits.has(7) && !bits.has(70) && !bits.has(4_000));
        bits.put(7, false);
        assert!(!bits.any());
    }

    proptest! {
        #[test]
        fn they_are_what_sets_of_numbers_are(
            puts in prop::collection::vec((any::<bool>(), 0_u32..9_000, any::<bool>()), 0..60),
        ) {
            let mut plain = [BTreeSet::new(), BTreeSet::new()];
            let mut bits = [Bits::default(), Bits::default()];
            for (which, slot, is_in) in puts {
                // Few different ones, so that some are taken out again and some are common.
                let (which, slot) = (usize::from(which), slot / 1_000 * 700 + slot % 5);
                if is_in { plain[which].insert(slot) } else { plain[which].remove(&slot) };
                bits[which].put(slot, is_in);
            }
            let [a, b] = &plain;
            let common: Vec<u32> = a.intersection(b).copied().collect();
            prop_assert_eq!(bits[0].any(), !a.is_empty());
            prop_assert_eq!(all(&bits[0]), a.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(bits[0].meets(&bits[1]), !common.is_empty());
            prop_assert_eq!(all(&bits[0].and(&bits[1])), common.clone());
            for few in 0..common.len() + 2 {
                prop_assert_eq!(bits[0].share_more_than(&bits[1], few), common.len() > few);
            }
            let mut sum = bits[0].clone();
            sum.add(&bits[1]);
            prop_assert_eq!(all(&sum), a.union(b).copied().collect::<Vec<_>>());
        }
    }
}
