//! The numbers of the classifier: examples as lists of (feature, value), weights as one row of
//! entries for each feature. A message touches about a hundred rows; each is read in one go.

/// A list of features with their values, in the order of their numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sparse<'a> {
    pub(super) features: &'a [u32],
    pub(super) values: &'a [f32],
}

/// All examples.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    starts: Vec<usize>,
    features: Vec<u32>,
    values: Vec<f32>,
    entries: Vec<usize>,
    arabic: Vec<bool>,
    coverages: Vec<f32>,
}

impl Rows {
    /// Adds an example of an entry: its features, whether it is in Arabic letters, and how much
    /// of it other examples say too.
    pub(super) fn push(&mut self, entry: usize, x: Sparse<'_>, arabic: bool, coverage: f32) {
        self.starts.push(self.features.len());
        self.features.extend_from_slice(x.features);
        self.values.extend_from_slice(x.values);
        self.entries.push(entry);
        self.arabic.push(arabic);
        self.coverages.push(coverage);
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn entry(&self, row: usize) -> usize {
        self.entries[row]
    }

    pub(super) fn is_arabic(&self, row: usize) -> bool {
        self.arabic[row]
    }

    /// The coverage of an example by the others.
    pub(super) fn coverage(&self, row: usize) -> f32 {
        self.coverages[row]
    }

    pub(super) fn row(&self, row: usize) -> Sparse<'_> {
        let end = self.starts.get(row + 1).copied().unwrap_or(self.features.len());
        let range = self.starts[row]..end;
        Sparse { features: &self.features[range.clone()], values: &self.values[range] }
    }
}

/// A weight for each feature and entry.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    entries: usize,
    values: Vec<f32>,
}

impl Weights {
    pub(super) fn zero(features: usize, entries: usize) -> Weights {
        Weights { entries, values: vec![0.0; features * entries] }
    }

    /// These weights, if there are as many as features and entries want.
    pub(super) fn of_values(entries: usize, features: usize, values: Vec<f32>) -> Option<Weights> {
        (features.checked_mul(entries)? == values.len()).then_some(Weights { entries, values })
    }

    /// All weights, feature by feature.
    pub(super) fn values(&self) -> &[f32] {
        &self.values
    }

    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// The weights of one feature for all entries.
    pub(super) fn of(&self, feature: u32) -> &[f32] {
        let start = feature as usize * self.entries;
        &self.values[start..start + self.entries]
    }

    /// Each entry's score for a message. Always added up in the same order.
    pub(super) fn scores(&self, x: Sparse<'_>, scores: &mut [f32]) {
        scores.fill(0.0);
        // Four features at a time: each score is fetched and put back once for all of them.
        let (fours, rest) = x.features.as_chunks::<4>();
        let (values, rest_values) = x.values.as_chunks::<4>();
        for (four, [a, b, c, d]) in fours.iter().zip(values) {
            let [one, two, three, four] = four.map(|feature| self.of(feature));
            let weights = one.iter().zip(two).zip(three.iter().zip(four));
            for (score, ((one, two), (three, four))) in scores.iter_mut().zip(weights) {
                *score += (a * one + b * two) + (c * three + d * four);
            }
        }
        for (feature, value) in rest.iter().zip(rest_values) {
            for (score, weight) in scores.iter_mut().zip(self.of(*feature)) {
                *score += value * weight;
            }
        }
    }

    /// Adds the product of an example and a change for each entry.
    pub(super) fn add(&mut self, x: Sparse<'_>, change: &[f32]) {
        for (feature, value) in x.features.iter().zip(x.values) {
            let start = *feature as usize * self.entries;
            let row = &mut self.values[start..start + self.entries];
            for (weight, change) in row.iter_mut().zip(change) {
                *weight += value * change;
            }
        }
    }
}
