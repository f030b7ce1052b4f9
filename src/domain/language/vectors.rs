//! What English words mean, as places in a space of a few dozen directions: words that are used
//! alike lie close together, so that "charged twice" is near "duplicate payment" though they share
//! no letter. The table beside this file was learnt once from a sentence model
//! (`scripts/word-vectors/`); here it is only looked up, straight from the bytes of the program.
//!
//! Layout, little end first: eight bytes of head, the number of directions and of pieces (`u32`
//! each); for each piece the hash of its letters (`u64`, ascending), then each one's scale (`f32`),
//! then each one's directions (`i8`).

use std::sync::LazyLock;

/// The number of directions.
pub const DIRECTIONS: usize = 128;

/// A place among all words, not of unit length.
pub type Place = [f32; DIRECTIONS];

const BYTES: usize = include_bytes!("vectors.bin").len();
// A static stands in the program once, however many functions look things up in it.
static TABLE: [u8; BYTES] = *include_bytes!("vectors.bin");
const HEAD: usize = 16;
const PIECES: usize = (BYTES - HEAD) / (8 + 4 + DIRECTIONS);
const SCALES: usize = HEAD + 8 * PIECES;
const VALUES: usize = SCALES + 4 * PIECES;

/// Longer words are names, links or nonsense.
const WORD_BYTES_MAX: usize = 32;

/// Finds the pieces of a normalised word, each as its number in the table: the longest known beginning,
/// then the longest known continuations. None for a word that is not of plain letters and digits
/// or has a part that is not known.
pub fn pieces(word: &str, mut found: impl FnMut(u32)) {
    let word = word.as_bytes();
    if word.len() > WORD_BYTES_MAX || !word.iter().all(u8::is_ascii_alphanumeric) {
        return;
    }
    let mut pieces = [0; WORD_BYTES_MAX];
    let (mut at, mut count) = (0, 0);
    while at < word.len() {
        let Some((piece, length)) = longest(&word[at..], at == 0) else { return };
        pieces[count] = piece;
        count += 1;
        at += length;
    }
    pieces[..count].iter().for_each(|piece| found(*piece));
}

/// Adds a piece's place to a sum.
pub fn add(piece: u32, sum: &mut Place) {
    let piece = piece as usize;
    let scale = f32::from_le_bytes(array(SCALES + 4 * piece));
    let start = VALUES + DIRECTIONS * piece;
    for (sum, value) in sum.iter_mut().zip(&TABLE[start..start + DIRECTIONS]) {
        *sum += scale * f32::from(*value as i8);
    }
}

/// How far a piece's place lies in a direction of this space.
pub fn along(piece: u32, direction: &Place) -> f32 {
    let mut place = [0.0; DIRECTIONS];
    add(piece, &mut place);
    place.iter().zip(direction).map(|(value, weight)| value * weight).sum()
}

/// The longest known piece that these letters begin with, and its length.
fn longest(letters: &[u8], begins_word: bool) -> Option<(u32, usize)> {
    // FNV-1a; what continues a word is hashed behind "##".
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let start: &[u8] = if begins_word { b"" } else { b"##" };
    let mut hash = start.iter().fold(0xcbf2_9ce4_8422_2325, step);
    let mut hashes = [0_u64; WORD_BYTES_MAX];
    for (place, byte) in hashes.iter_mut().zip(letters) {
        hash = step(hash, byte);
        *place = hash;
    }
    hashes[..letters.len()]
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, hash)| Some((number(*hash)?, at + 1)))
}

/// The number of the piece with this hash.
fn number(hash: u64) -> Option<u32> {
    let leading = (hash >> (64 - LEADING_BITS)) as usize;
    let among = BEGINS[leading]..BEGINS[leading + 1];
    among.into_iter().find(|piece| hash_of(*piece as usize) == hash)
}

/// So many leading bits of a hash choose where to look: about one piece a place.
const LEADING_BITS: u32 = 16;

/// The first piece of each place; behind the last one, their number.
static BEGINS: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut begins = Vec::with_capacity((1 << LEADING_BITS) + 1);
    let mut piece = 0;
    for place in 0..=1 << LEADING_BITS {
        while piece < PIECES && hash_of(piece) >> (64 - LEADING_BITS) < place {
            piece += 1;
        }
        begins.push(piece as u32);
    }
    begins
});

fn hash_of(piece: usize) -> u64 {
    u64::from_le_bytes(array(HEAD + 8 * piece))
}

fn array<const N: usize>(at: usize) -> [u8; N] {
    std::array::from_fn(|byte| TABLE[at + byte])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        let mut found = Vec::new();
        text.split(' ').for_each(|word| pieces(word, |piece| found.push(piece)));
        let mut sum = [0.0; DIRECTIONS];
        found.iter().for_each(|piece| add(*piece, &mut sum));
        sum
    }

    fn nearness(one: &str, other: &str) -> f32 {
        let (one, other) = (place(one), place(other));
        let product = |a: &Place, b: &Place| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        product(&one, &other) / (product(&one, &one) * product(&other, &other)).sqrt()
    }

    #[test]
    fn the_table_is_whole_and_in_order() {
        let number = |at| u32::from_le_bytes(array(at)) as usize;
        assert_eq!(&TABLE[..8], b"sanadV01");
        assert_eq!((number(8), number(12)), (DIRECTIONS, PIECES));
        assert_eq!(TABLE.len(), VALUES + DIRECTIONS * PIECES);
        assert!((1..PIECES).all(|piece| hash_of(piece - 1) < hash_of(piece)));
        assert!(TABLE.len() <= 10_000_000, "it must stay small enough to be carried along");
    }

    #[test]
    fn words_used_alike_are_nearer_than_others() {
        for (one, like, unlike) in [
            ("refund", "reimbursement", "weather"),
            ("charged twice", "duplicate payment", "opening hours"),
            ("my parcel is late", "delivery delayed", "change my password"),
        ] {
            let (near, far) = (nearness(one, like), nearness(one, unlike));
            assert!(near > far + 0.15, "{one}: {like} {near}, {unlike} {far}");
        }
    }

    #[test]
    fn a_word_that_is_not_plain_has_no_pieces() {
        for word in ["بطاقه", "café", "", &"a".repeat(WORD_BYTES_MAX + 1)] {
            pieces(word, |piece| panic!("{word}: {piece}"));
        }
        let mut found = Vec::new();
        pieces("reimburseable2", |piece| found.push(piece));
        assert!(found.len() > 1, "an unknown word is read in parts");
    }
}
