//! What was learnt from labelled messages: a weight for every feature and kind, added up to a
//! margin for each kind. It finds what no phrase foresaw. How a margin becomes evidence is said in
//! each detector's file.
//!
//! The weights are made by `sanad eval learn` from the messages in `tests/data`; see the README
//! there. They are data: reading a message is a sum, the same in every build.

mod features;
mod senses;
mod table;

pub use features::Family;
pub use table::{LEARNT, PER_ONE};

use super::scan::Reading;
use super::signal::{EmergencyKind, SignalKind};
use super::vocabulary::Vocabulary;
use crate::domain::language::common::says_nothing;
use crate::domain::language::{Evidence, Normalised, Variety};
use senses::Senses;
use std::sync::LazyLock;
use table::Table;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("weights.tsv")));

/// Fewer words are too few to weigh: a name or a noun alone looks like whatever it was seen in. Short
/// requests and cries are the phrases' to find.
const WORDS_MIN: usize = 3;
/// At most so many words are named as evidence.
const NAMED_MAX: usize = 3;

/// How a margin becomes evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearntSettings {
    /// From this margin on it says something …
    pub hint_at: f32,
    /// … and from this one on it says `strength`; between them it says its share.
    pub sure_at: f32,
    /// How much a sure margin says, 0 to 1.
    pub strength: f32,
    /// Below this margin the message looks so little like those with the signal that what phrases
    /// say counts only half; `None`: phrases are never doubted.
    pub doubt_at: Option<f32>,
}

/// What is left of what a doubted phrase says.
const DOUBTED: f32 = 0.5;

impl LearntSettings {
    /// How much a margin says.
    pub(super) fn strength_of(&self, margin: f32) -> f32 {
        let share = (margin - self.hint_at) / (self.sure_at - self.hint_at).max(f32::EPSILON);
        self.strength * share.clamp(0.0, 1.0)
    }

    /// How much phrases count beside this margin. A message too short to be weighed casts no doubt.
    pub(super) fn trust_in_phrases(&self, margin: f32) -> f32 {
        let doubted = self.doubt_at.is_some_and(|doubt_at| margin.is_finite() && margin < doubt_at);
        if doubted { DOUBTED } else { 1.0 }
    }
}

/// The place of a kind among those that are learnt.
fn place_of(kind: SignalKind) -> Option<usize> {
    LEARNT.iter().position(|learnt| *learnt == kind)
}

/// What the weights need to know of the words.
#[derive(Debug)]
pub(super) struct Learnt {
    senses: Senses,
}

/// One known feature of a message.
#[derive(Debug, Clone, Copy)]
struct Found {
    row: u32,
    family: Family,
    /// The first and last word it was read from.
    words: (u16, u16),
}

/// What the weights make of one message.
#[derive(Debug, Default)]
pub(super) struct Margins {
    found: Vec<Found>,
    /// What each family's sum is multiplied with.
    scales: [f32; Family::COUNT],
    of: [f32; 5],
}

impl Learnt {
    /// Makes the senses' words known to the vocabulary.
    pub(super) fn compile(vocabulary: &mut Vocabulary) -> Learnt {
        Learnt { senses: features::known_to(vocabulary) }
    }

    /// Adds up what the weights say of a message.
    pub(super) fn weigh(
        &self,
        message: &Normalised,
        variety: Variety,
        reading: &Reading,
    ) -> Margins {
        let table = &*TABLE;
        let mut margins = Margins { of: [f32::NEG_INFINITY; 5], ..Margins::default() };
        if reading.len() < WORDS_MIN || is_spelt(message) {
            return margins;
        }
        let mut squares = [0.0_f32; Family::COUNT];
        features::visit(message, variety, reading, &self.senses, |met| {
            if let Some(row) = table.find(met.hash) {
                let rarity = table.row(row).rarity;
                squares[met.family as usize] += rarity * rarity;
                let words = (met.words.0 as u16, met.words.1 as u16);
                margins.found.push(Found { row, family: met.family, words });
            }
        });
        let families = squares.iter().filter(|sum| **sum > 0.0).count().max(1) as f32;
        margins.scales =
            squares.map(|sum| if sum > 0.0 { (sum * families).sqrt().recip() } else { 0.0 });
        margins.of = table.bias;
        for found in &margins.found {
            let row = table.row(found.row);
            let value = row.rarity * margins.scales[found.family as usize];
            for (margin, weight) in margins.of.iter_mut().zip(row.weights) {
                *margin += weight * value;
            }
        }
        margins
    }

    /// The names of all features of a message with their families, as often as they are there.
    pub(super) fn names(
        &self,
        message: &Normalised,
        variety: Variety,
        reading: &Reading,
    ) -> Vec<(Family, String)> {
        let mut names = Vec::new();
        features::visit(message, variety, reading, &self.senses, |met| {
            names.push((met.family, table::name_of(met.family, met.parts)));
        });
        names
    }

    /// What is in danger, if only the weights say that something is: money if most words with a
    /// sense are about cards and accounts, property if they are about water, else life, the gravest.
    pub(super) fn danger(
        &self,
        message: &Normalised,
        variety: Variety,
        reading: &Reading,
    ) -> EmergencyKind {
        let (mut money, mut property, mut life) = (0, 0, 0);
        features::visit(message, variety, reading, &self.senses, |met| {
            if met.family != Family::Sense {
                return;
            }
            match met.parts[0] {
                "moneything" | "withdraw" | "hack" | "steal" => money += 1,
                "water" => property += 1,
                "fire" | "gas" | "electric" | "body" | "poison" | "selfharm" | "violence"
                | "trapped" | "missing" => life += 1,
                _ => {}
            }
        });
        if money > life {
            EmergencyKind::Money
        } else if property > life {
            EmergencyKind::Property
        } else {
            EmergencyKind::Life
        }
    }
}

/// Whether a message is mostly single letters: they stand apart in what was learnt by chance alone.
fn is_spelt(message: &Normalised) -> bool {
    let is_letter = |word: &&str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
    };
    let letters = message.words().filter(is_letter).count();
    2 * letters > message.tokens.len()
}

impl Margins {
    /// The margin of a kind; `None` if the kind is not learnt.
    pub(super) fn of(&self, kind: SignalKind) -> Option<f32> {
        place_of(kind).map(|place| self.of[place])
    }

    /// The words that speak most for a kind, each with its share of `strength`.
    pub(super) fn evidence(
        &self,
        kind: SignalKind,
        strength: f32,
        message: &Normalised,
        reading: &Reading,
    ) -> Vec<Evidence> {
        let Some(place) = place_of(kind) else { return Vec::new() };
        let mut by_word = vec![0.0_f32; reading.len()];
        for found in &self.found {
            let row = TABLE.row(found.row);
            let half = row.weights[place] * row.rarity * self.scales[found.family as usize] / 2.0;
            for word in [found.words.0, found.words.1] {
                if let Some(sum) = by_word.get_mut(usize::from(word)) {
                    *sum += half;
                }
            }
        }
        let range = |word: usize| reading.text_range(&(word..word + 1));
        // "And" may stand in a telling pair; by itself it is no reason.
        let is_named = |word: &usize| {
            by_word[*word] > 0.0 && !message.text.get(range(*word)).is_some_and(says_nothing)
        };
        let mut words: Vec<usize> = (0..by_word.len()).filter(is_named).collect();
        words.sort_by(|a, b| by_word[*b].total_cmp(&by_word[*a]));
        words.truncate(NAMED_MAX);
        let sum: f32 = words.iter().map(|word| by_word[*word]).sum();
        let evidence = |word: &usize| Evidence {
            span: message.original_span(range(*word)),
            what: format!("{}.learnt", kind.name()),
            weight: strength * by_word[*word] / sum,
        };
        words.iter().map(evidence).collect()
    }
}
