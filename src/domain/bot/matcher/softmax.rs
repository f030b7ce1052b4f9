//! Softmax regression: the weights of each feature for each entry that make the examples' own
//! entries most likely, held small by a quadratic price on their size.
//!
//! Solved in the dual, one example at a time, each step exactly: with `f` the entries' scores
//! without the example's own share, its probabilities `p` satisfy
//! `p = softmax(f + strength·‖x‖²·(y − p))`, and its share of the weights is
//! `strength·(y − p)·x`. A few passes reach what gradient descent needs hundreds for.

use super::sparse::{Rows, TOGETHER, Weights};

/// What the solver keeps about the examples, so that it can go on after some are taken out.
#[derive(Debug, Clone)]
pub(super) struct Softmax {
    /// Of the features that several examples have. What one example alone has says nothing about
    /// the others and follows from its share.
    pub(super) weights: Weights,
    /// For each example and entry: its share of the weights, divided by its features.
    shares: Vec<f32>,
    /// For each example: where its last step ended, to start the next from.
    normalisers: Vec<f32>,
}

/// How far a probability may still move when the solver stops.
const TOLERANCE: f32 = 0.006;

/// Changes of a probability below this are not written down.
const LEAST: f32 = 0.0003;

impl Softmax {
    pub(super) fn new(shared: usize, entries: usize, rows: usize) -> Softmax {
        Softmax {
            weights: Weights::zero(shared, entries),
            shares: vec![0.0; rows * entries],
            normalisers: vec![f32::NEG_INFINITY; rows],
        }
    }

    /// Goes over the examples in this order until the probabilities stand still.
    pub(super) fn fit(&mut self, rows: &Rows, order: &[usize], strength: f32, passes_max: usize) {
        let mut step = Step::new(self.weights.entries());
        // An example whose probabilities hardly moved is looked at more and more rarely.
        let mut rest = vec![0_u8; rows.len()];
        let mut asleep = vec![0_u8; rows.len()];
        for _ in 0..passes_max {
            let mut moved: f32 = 0.0;
            for &row in order {
                if asleep[row] > 0 {
                    asleep[row] -= 1;
                    continue;
                }
                let change = self.improve(rows, row, strength, &mut step);
                moved = moved.max(change);
                rest[row] = if change < TOLERANCE { (rest[row] + 1).min(4) } else { 0 };
                asleep[row] = rest[row];
            }
            if moved < TOLERANCE {
                break;
            }
        }
    }

    /// An example's share of the weights.
    pub(super) fn share(&self, row: usize) -> &[f32] {
        let entries = self.weights.entries();
        &self.shares[row * entries..(row + 1) * entries]
    }

    /// Takes an example's share out of the weights.
    pub(super) fn forget(&mut self, rows: &Rows, row: usize) {
        let entries = self.weights.entries();
        let share = &mut self.shares[row * entries..(row + 1) * entries];
        for value in share.iter_mut() {
            *value = -*value;
        }
        let all: Vec<u32> = (0..(entries / TOGETHER) as u32).collect();
        self.weights.add(rows.shared(row), share, &all);
        share.fill(0.0);
    }

    fn improve(&mut self, rows: &Rows, row: usize, strength: f32, step: &mut Step) -> f32 {
        let entries = self.weights.entries();
        let x = rows.shared(row);
        let own = rows.entry(row);
        let pull = strength * rows.length(row);
        if pull <= 0.0 {
            return 0.0;
        }
        self.weights.scores(x, &mut step.scores);
        let share = &mut self.shares[row * entries..(row + 1) * entries];
        let length: f32 = x.values.iter().map(|v| v * v).sum();
        for (score, share) in step.scores.iter_mut().zip(share.iter()) {
            *score -= length * share;
        }
        step.scores[own] += pull;
        self.normalisers[row] = step.solve(pull, self.normalisers[row]);
        let moved = step.change(share, own, strength);
        self.weights.add(x, &step.change, &step.changed);
        moved / strength
    }
}

/// The space one step works in.
struct Step {
    scores: Vec<f32>,
    probabilities: Vec<f32>,
    change: Vec<f32>,
    /// Which entries change, as [`Weights::add`] wants it.
    changed: Vec<u32>,
}

impl Step {
    fn new(entries: usize) -> Step {
        Step {
            scores: vec![0.0; entries],
            probabilities: vec![0.0; entries],
            change: vec![0.0; entries],
            changed: Vec::with_capacity(entries / TOGETHER),
        }
    }

    /// Moves an example's share to the probabilities found. Tells how far it moved at most.
    fn change(&mut self, share: &mut [f32], own: usize, strength: f32) -> f32 {
        for (change, (share, p)) in
            self.change.iter_mut().zip(share.iter().zip(&self.probabilities))
        {
            *change = -strength * p - share;
        }
        self.change[own] += strength;
        self.changed.clear();
        let mut moved: f32 = 0.0;
        let (changes, rest) = self.change.as_chunks::<TOGETHER>();
        let (shares, rest_shares) = share.as_chunks_mut::<TOGETHER>();
        for (at, (changes, shares)) in (0..).zip(changes.iter().zip(shares)) {
            let most = changes.iter().fold(0.0_f32, |most, change| most.max(change.abs()));
            // Where hardly anything would move, the shares stay, and nothing is to be written.
            if most >= LEAST * strength {
                moved = moved.max(most);
                self.changed.push(at);
                shares.iter_mut().zip(changes).for_each(|(share, change)| *share += change);
            }
        }
        for (share, change) in rest_shares.iter_mut().zip(rest) {
            moved = moved.max(change.abs());
            *share += change;
        }
        moved
    }

    /// Finds `p` with `p = softmax(scores − pull·p)`.
    ///
    /// For a given normaliser `z`, `u = pull·p` solves `u·eᵘ = pull·e^(score − z)`; what is left is
    /// one equation in `z`, `Σu = pull`, which Newton's method solves from near by or below. The
    /// right-hand sides are raised to powers once: another `z` only scales them.
    fn solve(&mut self, pull: f32, near: f32) -> f32 {
        let top = self.scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // With all of the mass on one entry u = pull there; the true z is at least this.
        let least = top - pull;
        let mut z = near.max(least);
        let from = libm::logf(pull) - z;
        for score in &mut self.scores {
            *score = power(*score + from);
        }
        let mut scale = 1.0;
        for _ in 0..ROUNDS {
            let (sum, slope) = self.masses(scale);
            let error = sum - pull;
            if error.abs() < 1e-4 * pull {
                break;
            }
            let next = (z + error / slope.max(1e-12)).max(least);
            scale *= libm::expf(z - next);
            z = next;
        }
        self.probabilities.iter_mut().for_each(|p| *p /= pull);
        z
    }

    /// The masses of all entries, their sum, and its slope. Most entries are out of the question:
    /// for those the series serves, side by side.
    fn masses(&mut self, scale: f32) -> (f32, f32) {
        let (mut sums, mut slopes) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        let (rights, rest) = self.scores.as_chunks::<LANES>();
        let (masses, rest_masses) = self.probabilities.as_chunks_mut::<LANES>();
        for (rights, masses) in rights.iter().zip(masses) {
            let most = rights.iter().fold(0.0_f32, |most, right| most.max(*right));
            if most * scale < SMALL {
                for lane in 0..LANES {
                    masses[lane] = series(rights[lane] * scale);
                }
            } else {
                for lane in 0..LANES {
                    masses[lane] = omega(rights[lane] * scale);
                }
            }
            for lane in 0..LANES {
                sums[lane] += masses[lane];
                slopes[lane] += masses[lane] / (1.0 + masses[lane]);
            }
        }
        let (mut sum, mut slope) = (sums.iter().sum::<f32>(), slopes.iter().sum::<f32>());
        for (right, mass) in rest.iter().zip(rest_masses) {
            *mass = omega(right * scale);
            sum += *mass;
            slope += *mass / (1.0 + *mass);
        }
        (sum, slope)
    }
}

/// Additions that go side by side.
const LANES: usize = 8;

/// Newton's steps on the normaliser at most; three or four are usual.
const ROUNDS: usize = 30;

/// Below this the series serves as well as the solution.
const SMALL: f32 = 0.04;

/// Five terms of the series of [`omega`].
fn series(x: f32) -> f32 {
    x * (1.0 - x * (1.0 - x * (1.5 - x * (8.0 / 3.0 - x * (125.0 / 24.0)))))
}

/// The solution `u` of `u·eᵘ = x`. Entries out of the question have tiny `x`.
fn omega(x: f32) -> f32 {
    if x < SMALL {
        return series(x);
    }
    let t = libm::logf(x);
    let mut u = if t < 1.0 { x / (1.0 + x * 0.5) } else { t - libm::logf(t) * 0.8 };
    u = u.max(1e-9);
    for _ in 0..3 {
        u = (u * (1.0 + t - libm::logf(u)) / (1.0 + u)).max(1e-12);
    }
    u
}

/// The power of e, to seven digits, with additions and multiplications alone: it is taken for all
/// entries at once at each step, and the same on every machine.
fn power(x: f32) -> f32 {
    // Below, nothing is left of a probability; above, no score comes.
    let x = x.clamp(-40.0, 80.0);
    // Adding and taking away 1.5 × 2²³ rounds to a whole number.
    let whole = (x * std::f32::consts::LOG2_E + 12_582_912.0) - 12_582_912.0;
    let rest = (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (0.166_666_57
                                + rest
                                    * (0.041_665_795 + rest * (8.333_452e-3 + rest * 1.39e-3)))));
    series * f32::from_bits(((whole as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::super::coverage::Coverage;
    use super::super::sparse::Sparse;
    use super::*;
    use crate::domain::language::Variety;

    #[test]
    fn powers_and_their_inverse_agree_with_the_library() {
        for step in -3900..7900 {
            let x = step as f32 / 100.0;
            let (own, true_one) = (power(x), libm::expf(x));
            assert!((own - true_one).abs() < 1e-5 * true_one, "e^{x}: {own}, {true_one}");
            let u = omega(own);
            assert!((libm::logf(u) + u - x).abs() < 1e-4 * x.abs().max(1.0), "u of e^{x}: {u}");
        }
    }

    #[test]
    fn what_one_example_alone_has_counts_though_it_is_not_among_the_learnt_weights() {
        // The first two features are shared; of twenty entries two have examples.
        let (entries, strength) = (20, 3.0);
        let mut rows = Rows::new(2);
        let examples: [(usize, &[u32], &[f32]); 3] = [
            (1, &[0, 1, 2], &[0.6, 0.3, 0.7]),
            (18, &[0, 3, 4], &[0.6, 0.5, 0.6]),
            (18, &[1], &[0.9]),
        ];
        for (entry, features, values) in examples {
            rows.push(entry, Sparse { features, values }, Variety::English, Coverage::default());
        }
        let mut softmax = Softmax::new(2, entries, rows.len());
        softmax.fit(&rows, &[0, 1, 2], strength, 50);
        let weights = softmax.weights.with_alone(&rows, 5, |row| softmax.share(row));
        let mut scores = vec![0.0; entries];
        for (row, (own, features, values)) in examples.into_iter().enumerate() {
            weights.scores(rows.row(row), &mut scores);
            let sum: f32 = scores.iter().map(|score| libm::expf(*score)).sum();
            for (entry, score) in scores.iter().enumerate() {
                let one_by_one = features.iter().zip(values);
                let one_by_one: f32 =
                    one_by_one.map(|(feature, value)| value * weights.of(*feature, entry)).sum();
                assert!((score - one_by_one).abs() < 1e-5, "{row}, {entry}");
                // Solved: each share is what the probabilities of all the weights leave to do.
                let left = f32::from(entry == own) - libm::expf(*score) / sum;
                let share = softmax.share(row)[entry] / strength;
                assert!((share - left).abs() < 0.01, "{row}, {entry}: {share} and {left}");
            }
        }
    }

    #[test]
    fn a_step_ends_where_the_probabilities_agree_with_their_own_scores() {
        for (pull, scores) in [
            (30.0_f32, vec![31.0_f32, 0.5, -2.0, 0.0, 1.5]),
            (12.0, vec![3.0, 14.0, 13.5, -20.0]),
            (0.3, vec![0.1, 0.2]),
        ] {
            let mut step = Step::new(scores.len());
            step.scores.clone_from(&scores);
            step.solve(pull, f32::NEG_INFINITY);
            let p = &step.probabilities;
            let left: Vec<f32> =
                scores.iter().zip(p).map(|(score, p)| libm::expf(score - pull * p)).collect();
            let sum: f32 = left.iter().sum();
            for (p, left) in p.iter().zip(&left) {
                assert!((p - left / sum).abs() < 2e-4, "{scores:?}: {p} and {}", left / sum);
            }
        }
    }
}
