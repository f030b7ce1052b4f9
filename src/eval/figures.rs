//! The arithmetic of measuring: shares with their intervals, ranks, curves.

use serde::Serialize;

/// A share of so many, with the interval that holds the true share in 95 of 100 cases (Wilson).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
    /// The share, 0 to 1; 0 of nothing is 0.
    pub share: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// The standard normal value beyond which 2.5 % lie.
const Z: f64 = 1.959_963_984_540_054;

impl Share {
    /// A share of so many.
    pub fn new(hits: usize, of: usize) -> Share {
        if of == 0 {
            return Share { hits, of, share: 0.0, low: 0.0, high: 1.0 };
        }
        let (n, p) = (of as f64, hits as f64 / of as f64);
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z * ((p * (1.0 - p) + Z * Z / (4.0 * n)) / n).sqrt() / scale;
        Share { hits, of, share: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
    }
}

/// F1 with its interval. F1 is no share, but it rises with one: the hits among all that were
/// found or should have been. The interval is that share's, carried over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct F1 {
    /// The value, 0 to 1.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// How one class was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Found {
    /// Of what was found, how much is right.
    pub precision: Share,
    /// Of what there is, how much was found.
    pub recall: Share,
    /// Both in one.
    pub f1: F1,
}

impl Found {
    /// From the three counts.
    pub fn new(right: usize, wrong: usize, missed: usize) -> Found {
        let all = Share::new(right, right + wrong + missed);
        let carried = |share: f64| 2.0 * share / (1.0 + share);
        Found {
            precision: Share::new(right, right + wrong),
            recall: Share::new(right, right + missed),
            f1: F1 { value: carried(all.share), low: carried(all.low), high: carried(all.high) },
        }
    }
}

/// How likely one of `high` scores above one of `low`; equal scores count half. `None` if one of
/// them is empty.
pub fn auroc(high: &[f32], low: &[f32]) -> Option<f64> {
    if high.is_empty() || low.is_empty() {
        return None;
    }
    let mut low = low.to_vec();
    low.sort_by(f32::total_cmp);
    let wins: f64 = high
        .iter()
        .map(|score| {
            let below = low.partition_point(|other| other < score);
            let equal = low.partition_point(|other| other <= score) - below;
            below as f64 + equal as f64 / 2.0
        })
        .sum();
    Some(wins / (high.len() as f64 * low.len() as f64))
}

/// The score below which the given share of these lies.
pub fn quantile(scores: &[f32], share: f64) -> Option<f32> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied()
}

/// One point of a curve of two shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The threshold.
    pub at: f32,
    /// Of ours, the share that falls below it.
    pub ours_rejected: f64,
    /// Of what is not ours, the share that falls below it.
    pub foreign_rejected: f64,
}

/// What each threshold from 0 to 1 rejects.
pub fn rejections(ours: &[f32], foreign: &[f32]) -> Vec<Point> {
    const STEPS: u8 = 50;
    let below = |scores: &[f32], at: f32| {
        scores.iter().filter(|score| **score < at).count() as f64 / scores.len().max(1) as f64
    };
    (0..=STEPS)
        .map(|step| {
            let at = f32::from(step) / f32::from(STEPS);
            Point { at, ours_rejected: below(ours, at), foreign_rejected: below(foreign, at) }
        })
        .collect()
}

/// How well confidences keep their word: those of one bin, and how often they were right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// The mean confidence.
    pub confidence: f64,
    /// How often it was right.
    pub right: Share,
}

/// Ten bins from 0 to 1 (empty ones left out) and the expected calibration error: by how much
/// confidence and truth differ on average.
pub fn calibration(judged: &[(f32, bool)]) -> (Vec<Bin>, f64) {
    const BINS: usize = 10;
    let mut sums = [(0.0_f64, 0_usize, 0_usize); BINS];
    for (confidence, right) in judged {
        let bin = ((confidence * BINS as f32) as usize).min(BINS - 1);
        sums[bin].0 += f64::from(*confidence);
        sums[bin].1 += usize::from(*right);
        sums[bin].2 += 1;
    }
    let bins: Vec<Bin> = sums
        .iter()
        .filter(|(_, _, of)| *of > 0)
        .map(|(sum, right, of)| Bin {
            confidence: sum / *of as f64,
            right: Share::new(*right, *of),
        })
        .collect();
    let all = judged.len().max(1) as f64;
    let error = bins
        .iter()
        .map(|bin| (bin.confidence - bin.right.share).abs() * bin.right.of as f64 / all)
        .sum();
    (bins, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_wilsons() {
        // Values of the published formula.
        for (hits, of, low, high) in [
            (0, 10, 0.0, 0.2775),
            (5, 10, 0.2366, 0.7634),
            (30, 30, 0.8865, 1.0),
            (81, 263, 0.2553, 0.3662),
        ] {
            let share = Share::new(hits, of);
            assert!((share.low - low).abs() < 1e-3, "{hits}/{of}: {share:?}");
            assert!((share.high - high).abs() < 1e-3, "{hits}/{of}: {share:?}");
        }
        assert_eq!(Share::new(0, 0), Share { hits: 0, of: 0, share: 0.0, low: 0.0, high: 1.0 });
    }

    #[test]
    fn f1_is_the_harmonic_mean_and_lies_within_its_interval() {
        let found = Found::new(8, 2, 4);
        let (p, r): (f64, f64) = (0.8, 8.0 / 12.0);
        assert!((found.f1.value - 2.0 * p * r / (p + r)).abs() < 1e-12);
        assert!(found.f1.low < found.f1.value && found.f1.value < found.f1.high);
    }

    #[test]
    fn the_area_counts_pairs_and_halves_ties() {
        assert_eq!(auroc(&[0.9, 0.8], &[0.1, 0.2]), Some(1.0));
        assert_eq!(auroc(&[0.5], &[0.5]), Some(0.5));
        assert_eq!(auroc(&[0.3, 0.7], &[0.5]), Some(0.5));
        assert_eq!(auroc(&[], &[0.5]), None);
    }

    #[test]
    fn confidences_that_keep_their_word_have_no_error() {
        let judged: Vec<(f32, bool)> = (0..10).map(|n| (0.75, n < 7)).collect();
        let (bins, error) = calibration(&judged);
        assert_eq!(bins.len(), 1);
        assert!((error - 0.05).abs() < 1e-6);
        let (_, worst) = calibration(&[(1.0, false)]);
        assert!((worst - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_threshold_rejects_what_lies_below_it() {
        let points = rejections(&[0.5, 0.9], &[0.1, 0.3]);
        let at = |at: f32| points.iter().find(|p| (p.at - at).abs() < 1e-6).copied().unwrap();
        assert_eq!((at(0.4).ours_rejected, at(0.4).foreign_rejected), (0.0, 1.0));
        assert_eq!(at(1.0).ours_rejected, 1.0);
        assert_eq!(quantile(&[0.1, 0.2, 0.3, 0.4], 0.5), Some(0.3));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
