//! Why an entry was proposed: the words that carried it, where they stand in what was typed.

use super::Opinion;
use super::model::Model;
use crate::domain::language::vectors::{self, DIRECTIONS};
use crate::domain::language::{Evidence, Normalised};

/// So many words explain a match.
const EVIDENCE_MAX: usize = 6;

/// Words that speak for the best entry, weightiest first. Weights are shares of all that spoke for it.
/// A word that counted as known because it means nearly what a word of the examples does is named
/// with that word.
pub(super) fn evidence(model: &Model, opinion: &Opinion, n: &Normalised) -> Vec<Evidence> {
    let (reading, entry) = (&opinion.reading, opinion.best);
    let mut carried = vec![0.0_f32; n.tokens.len()];
    let directions = reading.directions();
    let worded = reading.features.iter().zip(&reading.values).skip(directions);
    for ((feature, value), place) in worded.zip(&reading.places) {
        let share = value * model.weights().of(*feature, entry) * 0.5;
        for word in [place.word, place.last] {
            // The two are the same word except for a pair, which speaks half for each.
            if let Some(carried) = carried.get_mut(word as usize) {
                *carried += share;
            }
        }
    }
    if directions > 0 {
        let towards: [f32; DIRECTIONS] =
            std::array::from_fn(|direction| model.weights().of(direction as u32, entry));
        for (piece, word) in &reading.pieces {
            if let Some(carried) = carried.get_mut(*word as usize) {
                *carried += vectors::along(*piece, &towards) * reading.direction_scale;
            }
        }
    }
    let what = |word: usize| {
        let near = opinion.near.iter().find(|near| usize::from(near.word) == word);
        let near =
            near.map(|near| format!("{} ≈ {}", n.token(word), model.vocabulary().text(near.to)));
        near.unwrap_or_else(|| n.token(word).to_owned())
    };
    let total: f32 = carried.iter().filter(|share| **share > 0.0).sum();
    let mut order: Vec<usize> = (0..carried.len()).filter(|word| carried[*word] > 0.0).collect();
    order.sort_by(|a, b| carried[*b].total_cmp(&carried[*a]).then(a.cmp(b)));
    order
        .into_iter()
        .take(EVIDENCE_MAX)
        .map(|word| Evidence {
            span: n.original_span(n.tokens[word].range.clone()),
            what: what(word),
            weight: carried[word] / total,
        })
        .collect()
}
