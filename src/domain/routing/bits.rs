//! A small set of slot numbers as bits. Separate because the matcher's speed rests on it: whether
//! any free agent suits a class is one pass over a few machine words.

/// A set of small numbers; grows with the largest one put in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Puts `slot` in or takes it out.
    pub fn put(&mut self, slot: u32, is_in: bool) {
        let (word, mask) = place(slot);
        if is_in && self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            if is_in {
                *bits |= mask;
            } else {
                *bits &= !mask;
            }
        }
    }

    /// Whether `slot` is in.
    pub fn has(&self, slot: u32) -> bool {
        let (word, mask) = place(slot);
        self.0.get(word).is_some_and(|bits| bits & mask != 0)
    }

    /// Whether anything is in.
    pub fn any(&self) -> bool {
        self.0.iter().any(|bits| *bits != 0)
    }

    /// Whether both have something in common.
    pub fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(left, right)| left & right != 0)
    }

    /// How many both have in common.
    pub fn common(&self, other: &Bits) -> usize {
        self.0.iter().zip(&other.0).map(|(left, right)| (left & right).count_ones() as usize).sum()
    }

    /// What both have in common, as a set.
    pub fn and(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(left, right)| left & right).collect())
    }

    /// What both have in common, one by one, ascending.
    pub fn both<'a>(&'a self, other: &'a Bits) -> impl Iterator<Item = u32> + 'a {
        self.0.iter().zip(&other.0).enumerate().flat_map(|(word, (left, right))| {
            let mut rest = left & right;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some(word as u32 * 64 + bit)
            })
        })
    }
}

fn place(slot: u32) -> (usize, u64) {
    ((slot / 64) as usize, 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(slots: &[u32]) -> Bits {
        let mut bits = Bits::default();
        slots.iter().for_each(|slot| bits.put(*slot, true));
        bits
    }

    #[test]
    fn sets_of_unequal_length_are_compared() {
        let (short, long) = (of(&[0, 63]), of(&[63, 64, 500]));
        assert!(short.meets(&long) && long.meets(&short));
        assert_eq!(long.both(&short).collect::<Vec<_>>(), [63]);
        assert_eq!(long.common(&of(&[1, 64, 500, 900])), 2);
        assert!(!short.meets(&of(&[64])));
        assert_eq!(long.and(&short), of(&[63]));
    }

    #[test]
    fn what_was_taken_out_is_gone() {
        let mut bits = of(&[7, 70]);
        bits.put(70, false);
        bits.put(4_000, false);
        assert!(bits.has(7) && !bits.has(70) && !bits.has(4_000));
    }
}
