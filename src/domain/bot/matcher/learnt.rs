//! What the classifier has learnt, as bytes: training takes seconds where there are thousands of
//! examples, and the same examples always teach the same. Bytes that are not whole, or not ours,
//! are refused, never trusted.

use super::features::Kind;
use super::index::Index;
use super::known::Known;
use super::model::Model;

/// The head of the bytes; changes with the layout.
const HEAD: &[u8; 8] = b"sanadL04";

/// All that training yields.
pub(super) fn encode(model: &Model, known: &Known) -> Vec<u8> {
    // Nearly all of it are the weights: a list that grows would take their space three times.
    let mut out = Writer(Vec::with_capacity(model.weights().bytes() * 21 / 20 + (1 << 20)));
    out.0.extend_from_slice(HEAD);
    model.write(&mut out);
    known.write(&mut out);
    let sum = checksum(&out.0);
    out.u64(sum);
    out.0
}

/// What was encoded, if these bytes are whole and belong to so many entries.
pub(super) fn decode(bytes: &[u8], entries: usize) -> Option<(Model, Known)> {
    let (body, sum) = bytes.split_last_chunk::<8>()?;
    if u64::from_le_bytes(*sum) != checksum(body) {
        return None;
    }
    let mut from = Reader(body.strip_prefix(HEAD)?);
    let model = Model::read_from(&mut from, entries)?;
    let known = Known::read_from(&mut from)?;
    from.0.is_empty().then_some((model, known))
}

/// Finds damage, not malice: whoever can write these bytes can write the rules.
fn checksum(bytes: &[u8]) -> u64 {
    let mix =
        |sum: u64, word: u64| (sum.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (words, rest) = bytes.as_chunks::<8>();
    let sum =
        words.iter().fold(bytes.len() as u64, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    rest.iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}

/// Numbers one after the other, little end first.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn f32(&mut self, value: f32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn f32s(&mut self, values: &[f32]) {
        self.u64(values.len() as u64);
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(super) fn u32s(&mut self, values: &[u32]) {
        self.u64(values.len() as u64);
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(super) fn i8s(&mut self, values: &[i8]) {
        self.u64(values.len() as u64);
        self.0.extend(values.iter().map(|value| *value as u8));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.u64(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn kinds(&mut self, kinds: &[Kind]) {
        self.u64(kinds.len() as u64);
        self.0.extend(kinds.iter().map(|kind| *kind as u8));
    }

    pub(super) fn index(&mut self, index: &Index) {
        let keys = index.keys();
        self.u64(keys.len() as u64);
        self.0.extend(keys.iter().flat_map(|key| key.to_le_bytes()));
    }
}

/// Reads what a [`Writer`] wrote; `None` where the bytes end too soon or say what cannot be.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A list's bytes, by the size of its items.
    fn list(&mut self, size: usize) -> Option<&'a [u8]> {
        let count = usize::try_from(self.u64()?).ok()?;
        self.bytes(count.checked_mul(size)?)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.bytes(8)?.try_into().ok().map(u64::from_le_bytes)
    }

    pub(super) fn f32(&mut self) -> Option<f32> {
        self.bytes(4)?.try_into().ok().map(f32::from_le_bytes)
    }

    pub(super) fn f32s(&mut self) -> Option<Vec<f32>> {
        let (values, _) = self.list(4)?.as_chunks::<4>();
        Some(values.iter().map(|value| f32::from_le_bytes(*value)).collect())
    }

    pub(super) fn u32s(&mut self) -> Option<Vec<u32>> {
        let (values, _) = self.list(4)?.as_chunks::<4>();
        Some(values.iter().map(|value| u32::from_le_bytes(*value)).collect())
    }

    pub(super) fn i8s(&mut self) -> Option<Vec<i8>> {
        Some(self.list(1)?.iter().map(|byte| *byte as i8).collect())
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        str::from_utf8(self.list(1)?).ok()
    }

    pub(super) fn kinds(&mut self) -> Option<Vec<Kind>> {
        self.list(1)?.iter().map(|byte| Kind::ALL.get(*byte as usize).copied()).collect()
    }

    pub(super) fn index(&mut self) -> Option<Index> {
        let (keys, _) = self.list(8)?.as_chunks::<8>();
        Index::of_keys(keys.iter().map(|key| u64::from_le_bytes(*key)))
    }
}
