//! Softmax regression: the weights of each feature for each entry that make the examples' own
//! entries most likely, held small by a quadratic price on their size.
//!
//! Solved in the dual, one example at a time, each step exactly: with `f` the entries' scores
//! without the example's own share, its probabilities `p` satisfy
//! `p = softmax(f + strength·‖x‖²·(y − p))`, and its share of the weights is
//! `strength·(y − p)·x`. A dozen passes reach what gradient descent needs hundreds for.

use super::sparse::{Rows, Weights};

/// What the solver keeps about the examples, so that it can go on after some are taken out.
#[derive(Debug, Clone)]
pub(super) struct Softmax {
    pub(super) weights: Weights,
    /// For each example and entry: its share of the weights, divided by its features.
    shares: Vec<f32>,
    /// For each example: where its last step ended, to start the next from.
    normalisers: Vec<f64>,
}

/// How far a probability may still move when the solver stops.
const TOLERANCE: f32 = 0.003;

impl Softmax {
    pub(super) fn new(features: usize, entries: usize, rows: usize) -> Softmax {
        Softmax {
            weights: Weights::zero(features, entries),
            shares: vec![0.0; rows * entries],
            normalisers: vec![f64::NEG_INFINITY; rows],
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

    /// Takes an example's share out of the weights.
    pub(super) fn forget(&mut self, rows: &Rows, row: usize) {
        let entries = self.weights.entries();
        let share = &mut self.shares[row * entries..(row + 1) * entries];
        for value in share.iter_mut() {
            *value = -*value;
        }
        self.weights.add(rows.row(row), share);
        share.fill(0.0);
    }

    fn improve(&mut self, rows: &Rows, row: usize, strength: f32, step: &mut Step) -> f32 {
        let entries = self.weights.entries();
        let x = rows.row(row);
        let own = rows.entry(row);
        let length: f32 = x.values.iter().map(|v| v * v).sum();
        let pull = strength * length;
        if pull <= 0.0 {
            return 0.0;
        }
        self.weights.scores(x, &mut step.scores);
        let share = &mut self.shares[row * entries..(row + 1) * entries];
        for (score, share) in step.scores.iter_mut().zip(share.iter()) {
            *score -= length * share;
        }
        step.scores[own] += pull;
        self.normalisers[row] = step.solve(pull, self.normalisers[row]);
        let mut moved: f32 = 0.0;
        for (entry, (share, p)) in share.iter_mut().zip(&step.probabilities).enumerate() {
            let new = strength * (f32::from(entry == own) - p);
            step.change[entry] = new - *share;
            moved = moved.max((new - *share).abs());
            *share = new;
        }
        self.weights.add(x, &step.change);
        moved / strength
    }
}

/// The space one step works in.
struct Step {
    scores: Vec<f32>,
    probabilities: Vec<f32>,
    change: Vec<f32>,
}

impl Step {
    fn new(entries: usize) -> Step {
        Step {
            scores: vec![0.0; entries],
            probabilities: vec![0.0; entries],
            change: vec![0.0; entries],
        }
    }

    /// Finds `p` with `p = softmax(scores − pull·p)`.
    ///
    /// For a given normaliser `z`, `u = pull·p` solves `u + ln u = score + ln pull − z`; what is
    /// left is one equation in `z`, `Σu = pull`, which Newton's method solves from near by or below.
    fn solve(&mut self, pull: f32, near: f64) -> f64 {
        let shift = libm::log(f64::from(pull));
        let top = self.scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let pull = f64::from(pull);
        // With all of the mass on one entry u = pull there; the true z is at least this.
        let least = f64::from(top) - pull;
        let mut z = near.max(least);
        for _ in 0..30 {
            let (mut sum, mut slope) = (0.0, 0.0);
            for (score, p) in self.scores.iter().zip(self.probabilities.iter_mut()) {
                let u = omega(f64::from(*score) + shift - z);
                sum += u;
                slope += u / (1.0 + u);
                *p = (u / pull) as f32;
            }
            let error = sum - pull;
            if error.abs() < 1e-4 * pull {
                break;
            }
            z = (z + error / slope.max(1e-12)).max(least);
        }
        z
    }
}

/// The solution of `u + ln u = t`.
fn omega(t: f64) -> f64 {
    if t < -12.0 {
        // Entries out of the question: u = e^t to nine digits, and mostly nothing at all.
        return if t < -25.0 { 0.0 } else { libm::exp(t) };
    }
    let mut u =
        if t < 1.0 { libm::exp(t) / (1.0 + libm::exp(t) * 0.5) } else { t - libm::log(t) * 0.8 };
    u = u.max(1e-9);
    for _ in 0..3 {
        u = (u * (1.0 + t - libm::log(u)) / (1.0 + u)).max(1e-12);
    }
    u
}
