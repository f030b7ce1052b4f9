//! The learnt weights: one row a feature, found by the hash of its name.

use super::super::signal::SignalKind;
use super::features::Family;

/// The kinds that are learnt. Repetition is not: it lies between messages, not in one.
pub const LEARNT: [SignalKind; 5] = [
    SignalKind::HumanRequest,
    SignalKind::Frustration,
    SignalKind::Confusion,
    SignalKind::Emergency,
    SignalKind::Abuse,
];

/// Weights are written as whole numbers, so many to one.
pub const PER_ONE: f32 = 100.0;

/// One feature's weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    /// How rare it is, and so how much it counts beside others of its family.
    pub rarity: f32,
    /// What it says for each kind of [`LEARNT`].
    pub weights: [f32; 5],
}

/// All weights.
#[derive(Debug)]
pub(super) struct Table {
    /// What every message starts with.
    pub bias: [f32; 5],
    /// Rows by hash, in order.
    rows: Vec<(u64, Row)>,
    /// Where in `rows` to look for a hash, by its leading bits.
    begins: Vec<u32>,
}

/// So many leading bits choose where to look: about one row a place.
const LEADING_BITS: u32 = 15;

impl Table {
    /// Reads the file of weights: comments, then the bias, then a row a feature.
    pub(super) fn read(text: &str) -> Table {
        let mut bias = [0.0; 5];
        let mut rows = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let name = cells.next().unwrap_or_default();
            let mut number = || {
                let cell = cells.next().unwrap_or_default();
                cell.parse::<f32>().unwrap_or_default() / PER_ONE
            };
            let rarity = number();
            let weights = [number(), number(), number(), number(), number()];
            if name == "bias" {
                bias = weights;
            } else {
                rows.push((hash_of_name(name), Row { rarity, weights }));
            }
        }
        rows.sort_by_key(|(hash, _)| *hash);
        let place = |place: u64| {
            rows.partition_point(|(hash, _)| hash >> (64 - LEADING_BITS) < place) as u32
        };
        let begins = (0..=1 << LEADING_BITS).map(place).collect();
        Table { bias, rows, begins }
    }

    /// The row of a feature.
    pub(super) fn find(&self, hash: u64) -> Option<u32> {
        let leading = (hash >> (64 - LEADING_BITS)) as usize;
        let (from, to) = (self.begins[leading], self.begins[leading + 1]);
        let among = &self.rows[from as usize..to as usize];
        among.iter().position(|(known, _)| *known == hash).map(|at| from + at as u32)
    }

    /// A row by its place.
    pub(super) fn row(&self, place: u32) -> &Row {
        &self.rows[place as usize].1
    }
}

/// The hash of a feature's name in the making: FNV-1a with a mark behind each part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash(u64);

impl Hash {
    /// Of the family's letter.
    pub(super) fn of(family: Family) -> Hash {
        let mut letter = [0; 4];
        Hash(0xcbf2_9ce4_8422_2325).part(family.letter().encode_utf8(&mut letter))
    }

    /// Of a part and the mark behind it.
    pub(super) fn part(self, part: &str) -> Hash {
        self.letters(part.as_bytes()).ended()
    }

    /// Of letters of a part that goes on.
    pub(super) fn letters(self, letters: &[u8]) -> Hash {
        Hash(letters.iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    /// Of the mark behind a part.
    pub(super) fn ended(self) -> Hash {
        self.letters(&[0])
    }

    /// Spread over all bits: the leading ones choose a place.
    pub(super) fn finish(self) -> u64 {
        (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }
}

/// The hash of a feature as it is met.
pub(super) fn hash_of(family: Family, parts: [&str; 2]) -> u64 {
    Hash::of(family).part(parts[0]).part(parts[1]).finish()
}

/// A feature's name in the file: its family's letter and its parts, with a blank between.
pub(super) fn name_of(family: Family, parts: [&str; 2]) -> String {
    format!("{} {} {}", family.letter(), parts[0], parts[1])
}

/// The hash of a feature by its name in the file.
fn hash_of_name(name: &str) -> u64 {
    let mut parts = name.splitn(3, ' ');
    let mut part = || parts.next().unwrap_or_default();
    let letter = part();
    let family = Family::ALL.into_iter().find(|family| letter.chars().eq([family.letter()]));
    // A family that is not known has no features, so that nothing finds its weights.
    family.map_or(0, |family| hash_of(family, [part(), part()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_the_feature_that_it_names() {
        let text = "# made by hand\nbias\t0\t-100\t0\t0\t0\t50\nc _ab \t150\t1\t2\t3\t4\t5\n\
                    b want talk\t100\t300\t0\t0\t0\t0\n";
        let table = Table::read(text);
        assert_eq!(table.bias, [-1.0, 0.0, 0.0, 0.0, 0.5]);
        let place = table.find(hash_of(Family::Neighbours, ["want", "talk"])).unwrap();
        assert_eq!(table.row(place).weights[0], 3.0);
        let place = table.find(hash_of(Family::Piece, ["_ab", ""])).unwrap();
        assert_eq!(table.row(place).rarity, 1.5);
        assert_eq!(table.find(hash_of(Family::Piece, ["_abc", ""])), None);
    }
}
