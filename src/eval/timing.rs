//! The right moment to step aside: golden transfer within tolerance (GT-T).

/// How near the predicted turns come to the golden ones, 0 to 1.
///
/// Each prediction scores by its nearest golden turn, `exp(−(p−q)²/(2T²))`, and the dialogue by
/// the mean of its predictions; 1 if neither has any, 0 if only one has.
pub fn golden_transfer(predicted: &[usize], golden: &[usize], tolerance: f64) -> f64 {
    match (predicted, golden) {
        ([], []) => 1.0,
        ([], _) | (_, []) => 0.0,
        _ => {
            let best =
                |p: &usize| golden.iter().map(|q| near(*p, *q, tolerance)).fold(0.0_f64, f64::max);
            predicted.iter().map(best).sum::<f64>() / predicted.len() as f64
        }
    }
}

fn near(p: usize, q: usize, tolerance: f64) -> f64 {
    let off = p as f64 - q as f64;
    let width = tolerance + 1e-7;
    (-(off * off) / (2.0 * width * width)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_time_is_one_and_each_turn_off_costs_more() {
        let score = |p: &[usize], q: &[usize], t: f64| golden_transfer(p, q, t);
        assert_eq!(score(&[], &[], 1.0), 1.0);
        assert_eq!(score(&[3], &[], 1.0), 0.0);
        assert_eq!(score(&[], &[3], 1.0), 0.0);
        assert!((score(&[3], &[3], 1.0) - 1.0).abs() < 1e-9);
        assert!((score(&[4], &[3], 1.0) - (-0.5_f64).exp()).abs() < 1e-6);
        assert!((score(&[2], &[3], 1.0) - (-0.5_f64).exp()).abs() < 1e-6);
        assert!((score(&[5], &[3], 2.0) - (-0.5_f64).exp()).abs() < 1e-6);
        assert!(score(&[5], &[3], 1.0) < score(&[4], &[3], 1.0));
    }

    #[test]
    fn crying_at_every_turn_is_not_rewarded() {
        assert!(golden_transfer(&[1, 2, 3, 4, 5, 6], &[6], 1.0) < 0.35);
    }
}
