//! The numbers of the classifier: examples as lists of (feature, value), weights as one row of
//! entries for each feature. A message touches about a hundred rows; each is read in one go.
//!
//! Features that several examples have come first in their numbers. Half of all features only one
//! example has: their weights are that example's share in the entries, times their value, and so
//! one row serves all that are the same example's alone.

use super::coverage::Coverage;
use super::learnt::{Reader, Writer};
use crate::domain::language::Variety;

/// A list of features with their values, in the order of their numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sparse<'a> {
    pub(super) features: &'a [u32],
    pub(super) values: &'a [f32],
}

impl<'a> Sparse<'a> {
    /// The features numbered below this, and the others.
    fn split(self, number: usize) -> (Sparse<'a>, Sparse<'a>) {
        let at = self.features.partition_point(|feature| (*feature as usize) < number);
        let ((features, other_features), (values, other_values)) =
            (self.features.split_at(at), self.values.split_at(at));
        (Sparse { features, values }, Sparse { features: other_features, values: other_values })
    }
}

/// All examples.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    starts: Vec<usize>,
    features: Vec<u32>,
    values: Vec<f32>,
    entries: Vec<usize>,
    varieties: Vec<Variety>,
    coverages: Vec<Coverage>,
    lengths: Vec<f32>,
    /// How many features several examples have.
    shared: usize,
}

impl Rows {
    /// No example yet; so many features will be in several.
    pub(super) fn new(shared: usize) -> Rows {
        Rows { shared, ..Rows::default() }
    }

    /// Adds an example of an entry: its features, what it is written in, and how much of it other
    /// examples say too.
    pub(super) fn push(
        &mut self,
        entry: usize,
        x: Sparse<'_>,
        variety: Variety,
        coverage: Coverage,
    ) {
        self.starts.push(self.features.len());
        self.features.extend_from_slice(x.features);
        self.values.extend_from_slice(x.values);
        self.entries.push(entry);
        self.varieties.push(variety);
        self.coverages.push(coverage);
        self.lengths.push(x.values.iter().map(|value| value * value).sum());
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn entry(&self, row: usize) -> usize {
        self.entries[row]
    }

    /// What an example is written in.
    pub(super) fn variety(&self, row: usize) -> Variety {
        self.varieties[row]
    }

    /// The coverage of an example by the others.
    pub(super) fn coverage(&self, row: usize) -> &Coverage {
        &self.coverages[row]
    }

    /// The square of an example's length.
    pub(super) fn length(&self, row: usize) -> f32 {
        self.lengths[row]
    }

    /// What an example has in common with others.
    pub(super) fn shared(&self, row: usize) -> Sparse<'_> {
        self.row(row).split(self.shared).0
    }

    pub(super) fn row(&self, row: usize) -> Sparse<'_> {
        let end = self.starts.get(row + 1).copied().unwrap_or(self.features.len());
        let range = self.starts[row]..end;
        Sparse { features: &self.features[range.clone()], values: &self.values[range] }
    }
}

/// Entries whose weights are changed together, or not at all.
pub(super) const TOGETHER: usize = 16;

/// A weight for each feature and entry.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    entries: usize,
    /// A row of entries for each feature of several examples, then one for each example that has
    /// features of its own.
    values: Vec<f32>,
    /// How many features several examples have.
    shared: usize,
    /// For each feature of one example alone: its row, and by what that is multiplied.
    alone: Vec<(u32, f32)>,
}

impl Weights {
    /// No weight yet for so many features, each of several examples.
    pub(super) fn zero(shared: usize, entries: usize) -> Weights {
        Weights { entries, values: vec![0.0; shared * entries], shared, alone: Vec::new() }
    }

    /// These weights and those of the features that one example alone has, from its share.
    pub(super) fn with_alone<'s>(
        &self,
        rows: &Rows,
        features: usize,
        share: impl Fn(usize) -> &'s [f32],
    ) -> Weights {
        let own = |row: usize| rows.row(row).split(self.shared).1;
        let owners: Vec<usize> =
            (0..rows.len()).filter(|row| !own(*row).features.is_empty()).collect();
        let mut values = Vec::with_capacity(self.values.len() + owners.len() * self.entries);
        values.extend_from_slice(&self.values);
        let mut alone = vec![(0, 0.0); features - self.shared];
        for (row, owner) in (self.shared as u32..).zip(owners) {
            values.extend_from_slice(share(owner));
            let own = own(owner);
            for (feature, value) in own.features.iter().zip(own.values) {
                alone[*feature as usize - self.shared] = (row, *value);
            }
        }
        Weights { entries: self.entries, values, shared: self.shared, alone }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u64(self.shared as u64);
        let (rows, factors): (Vec<u32>, Vec<f32>) = self.alone.iter().copied().unzip();
        out.u32s(&rows);
        out.f32s(&factors);
        out.f32s(&self.values);
    }

    /// What was written, if it is of so many entries and features.
    pub(super) fn read_from(
        from: &mut Reader<'_>,
        entries: usize,
        features: usize,
    ) -> Option<Weights> {
        let shared = usize::try_from(from.u64()?).ok()?;
        let (rows, factors, values) = (from.u32s()?, from.f32s()?, from.f32s()?);
        let rows_in_all = values.len().checked_div(entries).unwrap_or(0);
        let fits = rows_in_all.checked_mul(entries)? == values.len()
            && (entries == 0 || shared <= rows_in_all)
            && shared.checked_add(rows.len())? == features
            && factors.len() == rows.len()
            && rows.iter().all(|row| (*row as usize) < rows_in_all);
        let alone = rows.into_iter().zip(factors).collect();
        fits.then_some(Weights { entries, values, shared, alone })
    }

    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// How many bytes the weights take.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    /// How much a feature speaks for an entry.
    pub(super) fn of(&self, feature: u32, entry: usize) -> f32 {
        match (feature as usize).checked_sub(self.shared) {
            None => self.row(feature)[entry],
            Some(at) => {
                let (row, factor) = self.alone[at];
                factor * self.row(row)[entry]
            }
        }
    }

    fn row(&self, row: u32) -> &[f32] {
        let start = row as usize * self.entries;
        &self.values[start..start + self.entries]
    }

    /// Each entry's score for a message. Always added up in the same order.
    pub(super) fn scores(&self, x: Sparse<'_>, scores: &mut [f32]) {
        scores.fill(0.0);
        let (shared, alone) = x.split(self.shared);
        // Four features at a time: each score is fetched and put back once for all of them.
        let (fours, rest) = shared.features.as_chunks::<4>();
        let (values, rest_values) = shared.values.as_chunks::<4>();
        for (four, [a, b, c, d]) in fours.iter().zip(values) {
            let [one, two, three, four] = four.map(|feature| self.row(feature));
            let weights = one.iter().zip(two).zip(three.iter().zip(four));
            for (score, ((one, two), (three, four))) in scores.iter_mut().zip(weights) {
                *score += (a * one + b * two) + (c * three + d * four);
            }
        }
        let rest = rest.iter().copied().zip(rest_values.iter().copied());
        let alone = alone.features.iter().zip(alone.values).map(|(feature, value)| {
            let (row, factor) = self.alone[*feature as usize - self.shared];
            (row, value * factor)
        });
        for (row, value) in rest.chain(alone) {
            for (score, weight) in scores.iter_mut().zip(self.row(row)) {
                *score += value * weight;
            }
        }
    }

    /// Adds the product of an example and a change for each entry. Of the entries that are changed
    /// together only those listed change, and those left over at the end.
    pub(super) fn add(&mut self, x: Sparse<'_>, change: &[f32], listed: &[u32]) {
        let (change, rest_change) = change.as_chunks::<TOGETHER>();
        for (feature, value) in x.features.iter().zip(x.values) {
            let start = *feature as usize * self.entries;
            let row = &mut self.values[start..start + self.entries];
            let (row, rest) = row.as_chunks_mut::<TOGETHER>();
            for at in listed {
                let (weights, change) = (&mut row[*at as usize], &change[*at as usize]);
                for (weight, change) in weights.iter_mut().zip(change) {
                    *weight += value * change;
                }
            }
            for (weight, change) in rest.iter_mut().zip(rest_change) {
                *weight += value * change;
            }
        }
    }
}
