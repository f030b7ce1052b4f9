//! How much of a message is known: the share of its words that examples use, by rarity. A word that
//! none uses counts a little if it may be misspelt, and more the nearer it comes in meaning to a word
//! of the entry that is proposed; what it gains by both is not added up.

use super::pointing::Pointing;
use super::vocabulary::Vocabulary;

/// From this cosine on an unknown word is near in meaning to a known one.
const NEAR_FROM: f32 = 0.3;

/// From this cosine on it is as good as known.
const NEAR_FULL: f32 = 0.7;

/// If less than this share of the telling words is known, the common ones prove nothing.
const TELLING_KNOWN_LEAST: f32 = 0.1;

/// The words of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Coverage {
    known: f32,
    all: f32,
    telling_known: f32,
    telling: f32,
    unknown: Vec<Unknown>,
}

/// A word that no example uses.
#[derive(Debug, Clone)]
struct Unknown {
    word: u16,
    rarity: f32,
    is_telling: bool,
    /// What it counts for because it may be misspelt.
    resemblance: f32,
    pointing: Option<Pointing>,
}

/// An unknown word that comes near to a word of the proposed entry's examples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    /// Which of the message's words it is.
    pub(super) word: u16,
    /// Its number among the unknown ones.
    unknown: usize,
    /// The examples' word, by its number in the [`Vocabulary`].
    pub(super) to: u32,
    /// What it counts for.
    credit: f32,
}

impl Coverage {
    /// Adds a word that examples use.
    pub(super) fn add_known(&mut self, rarity: f32, is_telling: bool) {
        self.known += rarity;
        self.all += rarity;
        self.telling_known += f32::from(is_telling);
        self.telling += f32::from(is_telling);
    }

    /// Adds a word that no example uses: how much it looks like their words, and where it points.
    pub(super) fn add_unknown(
        &mut self,
        word: u16,
        rarity: f32,
        is_telling: bool,
        resemblance: f32,
        pointing: Option<Pointing>,
    ) {
        self.all += rarity;
        self.telling += f32::from(is_telling);
        self.unknown.push(Unknown { word, rarity, is_telling, resemblance, pointing });
    }

    /// Lets it point at other words.
    pub(super) fn point_back(&mut self, back: impl Fn(&mut u16)) {
        self.unknown.iter_mut().for_each(|unknown| back(&mut unknown.word));
    }

    /// The unknown words that count for more by what they mean than by how they are written, if
    /// this entry is proposed and its examples did not have the words `without`.
    pub(super) fn near(&self, vocabulary: &Vocabulary, entry: usize, without: &[u32]) -> Vec<Near> {
        let near = |(at, unknown): (usize, &Unknown)| {
            let pointing = unknown.pointing.as_ref()?;
            let (to, cosine) = vocabulary.nearest(entry, pointing, without)?;
            let credit = ((cosine - NEAR_FROM) / (NEAR_FULL - NEAR_FROM)).min(1.0);
            let near = Near { word: unknown.word, unknown: at, to, credit };
            (credit > unknown.resemblance).then_some(near)
        };
        self.unknown.iter().enumerate().filter_map(near).collect()
    }

    /// The share that is known, if these words are near to known ones. If nothing but common words
    /// is known in a message that has others, nothing is.
    pub(super) fn share(&self, near: &[Near]) -> f32 {
        let (mut known, mut telling_known) = (self.known, self.telling_known);
        let mut near = near.iter().peekable();
        for (at, unknown) in self.unknown.iter().enumerate() {
            let credit = near.next_if(|near| near.unknown == at).map(|near| near.credit);
            let credit = credit.unwrap_or(unknown.resemblance);
            known += unknown.rarity * credit;
            telling_known += f32::from(unknown.is_telling) * credit;
        }
        let in_vain = telling_known < self.telling * TELLING_KNOWN_LEAST;
        if self.all > 0.0 && !in_vain { known / self.all } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_gains_by_its_looks_and_by_its_meaning_is_not_added_up() {
        let share = |resemblance: f32, credit: Option<f32>| {
            let mut coverage = Coverage::default();
            coverage.add_known(1.0, true);
            coverage.add_unknown(1, 3.0, true, resemblance, None);
            let near = credit.map(|credit| Near { word: 1, unknown: 0, to: 0, credit });
            coverage.share(near.as_slice())
        };
        assert_eq!(share(0.0, None), 0.25);
        assert_eq!(share(0.5, None), 0.625);
        assert_eq!(share(0.5, Some(0.75)), 0.8125);
    }

    #[test]
    fn a_message_is_not_known_by_its_common_words_but_is_by_one_near_to_a_known_one() {
        let mut coverage = Coverage::default();
        coverage.add_known(0.1, false);
        coverage.add_unknown(1, 3.0, true, 0.05, None);
        assert_eq!(coverage.share(&[]), 0.0);
        assert!(coverage.share(&[Near { word: 1, unknown: 0, to: 0, credit: 0.5 }]) > 0.5);
    }
}
