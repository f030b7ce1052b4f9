//! What each part of a message says for an entry, taken apart further than any verdict needs: word by
//! word, pair by pair, and in words that no example has, letters by letters. Only for whoever asks why.

use super::{Model, Reading};
use crate::domain::bot::matcher::features::{Features, Kind, RUN_LONG, Recipe, runs};
use crate::domain::language::Variety;
use crate::domain::language::vectors::{self, DIRECTIONS};
use std::collections::BTreeMap;
use std::ops::Range;

/// Runs that share so many characters stand in one stretch of letters.
const OVERLAP: usize = 2;

/// How much the parts of a message speak for an entry. Words are told by their place among those that
/// were read. All together they make up the entry's score, but for letters that stand too far apart to say
/// anything.
#[derive(Debug, Default)]
pub(in super::super) struct Traces {
    /// What each word says by itself.
    pub(in super::super) words: Vec<f32>,
    /// What two words say together.
    pub(in super::super) pairs: BTreeMap<(u16, u16), f32>,
    /// What is said by letters of words that no example has.
    pub(in super::super) letters: Vec<Letters>,
    /// The words that no example has and that mean nearly what a word of the entry's examples does.
    pub(in super::super) near: BTreeMap<u16, String>,
}

/// Letters in a row of a word that no example has.
#[derive(Debug, PartialEq)]
pub(in super::super) struct Letters {
    /// The word.
    pub(in super::super) word: u16,
    /// Which of its letters.
    pub(in super::super) place: Range<usize>,
    /// How much they speak for the entry.
    pub(in super::super) weight: f32,
}

impl Model {
    /// What speaks for an entry in these words.
    pub(in super::super) fn traces(
        &self,
        words: &[&str],
        variety: Variety,
        entry: usize,
    ) -> Traces {
        let recipe = Recipe::of(variety, self.learning);
        let features = Features::read(words.iter().copied(), recipe);
        let reading = self.reading(&features, recipe);
        let weights = self.weights_in(&features, &reading, entry);
        let is_known = |(word, stem): (&&str, &u64)| {
            // A number is as good as any other.
            word.bytes().all(|byte| byte.is_ascii_digit()) || self.stems.get(*stem).is_some()
        };
        let known: Vec<bool> = words.iter().zip(&features.stems).map(is_known).collect();
        let mut traces = Traces { words: vec![0.0; known.len()], ..Traces::default() };
        let mut letters: Vec<Vec<f32>> = vec![Vec::new(); known.len()];
        for (feature, weight) in features.all.iter().zip(&weights) {
            let word = usize::from(feature.word);
            if feature.word != feature.last {
                *traces.pairs.entry((feature.word, feature.last)).or_default() += weight;
            } else if feature.kind == Kind::Run && !known[word] {
                letters[word].push(*weight);
            } else {
                traces.words[word] += weight;
            }
        }
        self.add_directions(&reading, entry, &mut traces.words);
        for (at, (word, weights)) in (0_u16..).zip(words.iter().zip(letters)) {
            let runs: Vec<_> = runs(word, recipe.run_max).zip(weights).collect();
            let blank = runs.iter().map(|(place, _)| place.end - 1).max().unwrap_or(0);
            for (place, weight) in stretches(&runs) {
                // The blanks around the word are not of it.
                let place = place.start.saturating_sub(1)..place.end.min(blank) - 1;
                if place == (0..blank - 1) {
                    traces.words[usize::from(at)] += weight;
                } else {
                    traces.letters.push(Letters { word: at, place, weight });
                }
            }
        }
        let near = reading.coverage.near(&self.vocabulary, entry, &[]).into_iter();
        traces.near =
            near.map(|near| (near.word, self.vocabulary.text(near.to).to_owned())).collect();
        traces
    }

    /// How much each feature speaks for an entry; what stands several times shares its weight.
    fn weights_in(&self, features: &Features, reading: &Reading, entry: usize) -> Vec<f32> {
        let numbers = self.numbers(features);
        let mut often: BTreeMap<u32, f32> = BTreeMap::new();
        for number in numbers.iter().flatten() {
            *often.entry(*number).or_default() += 1.0;
        }
        let weight = |number: &Option<u32>| {
            let number = (*number)?;
            let at = reading.features.binary_search(&number).ok()?;
            Some(reading.values[at] * self.weights.of(number, entry) / often[&number])
        };
        numbers.iter().map(|number| weight(number).unwrap_or(0.0)).collect()
    }

    fn add_directions(&self, reading: &Reading, entry: usize, words: &mut [f32]) {
        if reading.directions() == 0 {
            return;
        }
        let towards: [f32; DIRECTIONS] =
            std::array::from_fn(|direction| self.weights.of(direction as u32, entry));
        for (piece, word) in &reading.pieces {
            words[usize::from(*word)] += vectors::along(*piece, &towards) * reading.direction_scale;
        }
    }
}

/// The stretches of a word that its long runs make up where they speak for the entry, and what all
/// runs in each say.
fn stretches(runs: &[(Range<usize>, f32)]) -> Vec<(Range<usize>, f32)> {
    let mut stretches: Vec<(Range<usize>, f32)> = Vec::new();
    for (run, _) in runs.iter().filter(|(run, weight)| run.len() >= RUN_LONG && *weight > 0.0) {
        match stretches.last_mut() {
            Some((last, _)) if run.start + OVERLAP <= last.end => last.end = last.end.max(run.end),
            Some(_) | None => stretches.push((run.clone(), 0.0)),
        }
    }
    for (stretch, said) in &mut stretches {
        let inside = |run: &Range<usize>| run.start >= stretch.start && run.end <= stretch.end;
        *said = runs.iter().filter(|(run, _)| inside(run)).map(|(_, weight)| weight).sum();
    }
    stretches.retain(|(_, said)| *said > 0.0);
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_overlap_are_one_stretch_and_what_speaks_against_is_none() {
        let runs =
            vec![(0..3, 1.0), (1..3, 0.5), (1..4, 1.0), (2..5, -1.0), (3..6, 2.0), (4..6, 0.2)];
        assert_eq!(stretches(&runs), [(0..4, 2.5), (3..6, 2.2)]);
        assert_eq!(stretches(&[(0..3, 1.0), (0..2, -1.5)]), []);
        assert_eq!(stretches(&[(0..2, 1.0)]), [], "two letters say too little");
    }
}
