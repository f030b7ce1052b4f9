//! Where a text or a word points among the directions of meaning, in small whole numbers: their
//! products add up to the same whatever the order, and so on every processor.

use crate::domain::language::vectors::{self, DIRECTIONS};

/// The largest of the directions is 127. The length is of no account.
pub(super) type Values = [i8; DIRECTIONS];

/// A direction of meaning.
#[derive(Debug, Clone)]
pub(super) struct Pointing {
    values: Values,
    length: f32,
}

impl Pointing {
    /// Of these directions; `None` if they are not all there, or point nowhere.
    pub(super) fn new(directions: &[f32]) -> Option<Pointing> {
        let directions = directions.first_chunk::<DIRECTIONS>()?;
        let largest = directions.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        (largest > 0.0).then(|| {
            let scaled = directions.map(|value| value / largest * 127.0);
            Pointing::of_values(scaled.map(|value| (value + 0.5_f32.copysign(value)) as i8))
        })
    }

    /// Where a word points that is made of these pieces.
    pub(super) fn of_pieces(pieces: impl Iterator<Item = u32>) -> Option<Pointing> {
        let mut sum = [0.0; DIRECTIONS];
        pieces.for_each(|piece| vectors::add(piece, &mut sum));
        Pointing::new(&sum)
    }

    pub(super) fn of_values(values: Values) -> Pointing {
        let length = libm::sqrtf(product(&values, &values) as f32);
        Pointing { values, length }
    }

    pub(super) fn values(&self) -> &Values {
        &self.values
    }

    /// 1 if both point the same way, 0 if they have nothing to do with each other.
    pub(super) fn cosine(&self, other: &Pointing) -> f32 {
        product(&self.values, &other.values) as f32 / (self.length * other.length)
    }
}

fn product(one: &Values, other: &Values) -> i32 {
    one.iter().zip(other).map(|(one, other)| i32::from(*one) * i32::from(*other)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_text_points_there_is_of_no_account() {
        let mut directions = [0.0; DIRECTIONS];
        (directions[0], directions[1]) = (0.76, -0.64);
        let longer = directions.map(|value| value * 8.0);
        let values = |directions: &[f32]| Pointing::new(directions).map(|one| *one.values());
        assert_eq!(values(&longer), values(&directions));
        assert_eq!(values(&directions).map(|values| values[1]), Some(-107), "rounded, not cut off");
        assert_eq!(values(&[0.0; DIRECTIONS]), None);
        assert_eq!(values(&[]), None);
    }
}
