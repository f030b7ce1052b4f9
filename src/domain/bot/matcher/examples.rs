//! The examples one by one, as the directions their words point in. Weights speak for an entry as
//! a whole; where several entries are nearly level, how near a message lies to the nearest examples
//! of each settles it better. Only then are they looked at, so that most messages pay nothing.

use super::learnt::{Reader, Writer};
use super::pointing::{Pointing, Values};
use super::sparse::Rows;
use crate::domain::language::vectors::DIRECTIONS;

/// Entries whose scores are at most so far behind the best one's are nearly level.
const LEVEL: f32 = 1.0;

/// At most so many are compared.
const LEVEL_MAX: usize = 3;

/// So many of an entry's examples, the nearest, speak for it.
const NEAREST: usize = 3;

/// How much the cosine to them counts beside the scores.
const NEARNESS_WEIGHT: f32 = 5.0;

/// Where each example points, entry by entry. An example whose words have no known place is not
/// among them.
#[derive(Debug, Clone, Default)]
pub(super) struct Examples {
    /// For each entry, the end of its examples. No entry at all if they are not used.
    ends: Vec<u32>,
    pointing: Vec<Pointing>,
}

impl Examples {
    /// The examples among the rows that begin with so many directions, as `directions` tells.
    pub(super) fn new(entries: usize, rows: &Rows, directions: impl Fn(usize) -> bool) -> Examples {
        let mut of_entry = vec![Vec::new(); entries];
        for row in (0..rows.len()).filter(|row| directions(*row)) {
            of_entry[rows.entry(row)].extend(Pointing::new(rows.row(row).values));
        }
        let ends = of_entry.iter().scan(0, |end, examples| {
            *end += examples.len() as u32;
            Some(*end)
        });
        Examples { ends: ends.collect(), pointing: of_entry.concat() }
    }

    /// Moves the scores of entries that are nearly level, all in all not at all: what one gains by
    /// the nearness of its examples, the others lose.
    pub(super) fn settle(&self, directions: &[f32], scores: &mut [f32]) {
        if self.ends.is_empty() {
            return;
        }
        let level = super::ranked(scores, LEVEL_MAX);
        let level = level.iter().take_while(|entry| scores[level[0]] - scores[**entry] < LEVEL);
        let level: Vec<usize> = level.copied().collect();
        if level.len() < 2 {
            return;
        }
        let Some(message) = Pointing::new(directions) else { return };
        let nearness: Option<Vec<f32>> =
            level.iter().map(|entry| self.nearness(*entry, &message)).collect();
        let Some(nearness) = nearness else { return };
        let mean = nearness.iter().sum::<f32>() / nearness.len() as f32;
        for (entry, nearness) in level.into_iter().zip(nearness) {
            scores[entry] += NEARNESS_WEIGHT * (nearness - mean);
        }
    }

    /// The mean cosine of a message to the nearest examples of an entry; `None` if it has none.
    fn nearness(&self, entry: usize, message: &Pointing) -> Option<f32> {
        let start = entry.checked_sub(1).map_or(0, |before| self.ends[before]);
        let examples = start as usize..self.ends[entry] as usize;
        let mut nearest = [f32::NEG_INFINITY; NEAREST];
        for example in &self.pointing[examples.clone()] {
            let cosine = example.cosine(message);
            let place = nearest.partition_point(|other| *other >= cosine);
            if place < NEAREST {
                nearest[place..].rotate_right(1);
                nearest[place] = cosine;
            }
        }
        let nearest = &nearest[..NEAREST.min(examples.len())];
        (!nearest.is_empty()).then(|| nearest.iter().sum::<f32>() / nearest.len() as f32)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u32s(&self.ends);
        let values: Vec<Values> = self.pointing.iter().map(|one| *one.values()).collect();
        out.i8s(values.as_flattened());
    }

    /// What was written, if its parts fit together and belong to so many entries.
    pub(super) fn read_from(from: &mut Reader<'_>, entries: usize) -> Option<Examples> {
        let ends = from.u32s()?;
        let values = from.i8s()?;
        let (pointing, rest) = values.as_chunks::<DIRECTIONS>();
        let fits = rest.is_empty()
            && (ends.is_empty() || ends.len() == entries)
            && ends.is_sorted()
            && ends.last().copied().unwrap_or(0) as usize == pointing.len();
        let pointing = pointing.iter().copied().map(Pointing::of_values);
        fits.then(|| Examples { ends, pointing: pointing.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::coverage::Coverage;
    use super::super::sparse::Sparse;
    use super::*;
    use crate::domain::language::Variety;

    /// Directions that point between the first two.
    fn towards(angle: f32) -> Vec<f32> {
        let mut directions = vec![0.0; DIRECTIONS];
        directions[0] = libm::cosf(angle);
        directions[1] = libm::sinf(angle);
        directions
    }

    /// Entries by the angles of their examples.
    fn examples(entries: &[&[f32]]) -> Examples {
        let features: Vec<u32> = (0..DIRECTIONS as u32).collect();
        let mut rows = Rows::default();
        for (entry, angles) in entries.iter().enumerate() {
            for angle in *angles {
                let values = towards(*angle);
                let x = Sparse { features: &features, values: &values };
                rows.push(entry, x, Variety::English, Coverage::default());
            }
        }
        Examples::new(entries.len(), &rows, |_| true)
    }

    #[test]
    fn the_nearest_examples_settle_what_is_nearly_level() {
        // The first has one example at the message, the second three near it.
        let examples = examples(&[&[0.0, 1.5, 1.5, 1.5], &[0.3, 0.3, 0.4, -1.5], &[0.0, 0.0]]);
        let mut scores = [3.0, 2.5, 1.9];
        examples.settle(&towards(0.0), &mut scores);
        assert!(scores[1] > scores[0], "{scores:?}");
        assert_eq!(scores[2], 1.9, "too far behind to be asked");
        assert!((scores[0] + scores[1] - 5.5).abs() < 1e-5, "{scores:?}");
    }

    #[test]
    fn a_clear_lead_or_an_entry_without_places_is_left_alone() {
        for (entries, scores) in
            [([&[1.5_f32][..], &[0.0]], [3.0, 1.9]), ([&[1.5], &[]], [3.0, 2.9])]
        {
            let mut settled = scores;
            examples(&entries).settle(&towards(0.0), &mut settled);
            assert_eq!(settled, scores);
        }
        let mut unused = [3.0, 2.9];
        Examples::default().settle(&towards(0.0), &mut unused);
        assert_eq!(unused, [3.0, 2.9]);
    }
}
