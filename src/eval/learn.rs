//! Learning the weights of the detectors from labelled messages: a linear model, one hyperplane a
//! kind, as in the matcher for many examples (squared hinge, dual coordinate descent). It runs when
//! somebody asks for it, not when rules are loaded: the weights are shipped as a file.

use crate::domain::detectors::{Detectors, Family, LEARNT, PER_ONE, SignalKind, Utterance};
use crate::domain::language::{normalise, variety_of};
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// How much a mistake costs against large weights. 0.3 to 3 came out alike on the dev half.
const COST: f32 = 1.0;
/// How often all messages are gone through; later rounds change little.
const ROUNDS: usize = 40;
/// How many features are kept: those that say most. More made no difference on the dev half.
const KEPT: usize = 30_000;
/// A feature counts by its rarity, and this much more.
const RARITY_LEAST: f32 = 0.3;
/// Into how many parts messages are dealt for judging each by what the others teach.
pub const PARTS: usize = 6;

/// A labelled message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// As written.
    pub text: String,
    /// What it shows.
    pub labels: BTreeSet<SignalKind>,
}

/// Messages as vectors, and what their features are called.
#[derive(Debug)]
pub struct Lessons {
    names: Vec<String>,
    by_name: BTreeMap<String, u32>,
    rarity: Vec<f32>,
    /// Each message's features with their families, sorted, as often as they are there.
    messages: Vec<Vec<(Family, u32)>>,
    labels: Vec<[bool; 5]>,
}

/// The weights of one kind over all features, and the bias.
type Plane = (Vec<f32>, f32);

/// Learnt weights for all kinds.
#[derive(Debug)]
pub struct Weights {
    planes: Vec<Plane>,
    kept: Vec<bool>,
}

impl Lessons {
    /// Reads messages as the detectors read them.
    pub fn of(detectors: &Detectors, messages: &[Labelled]) -> Lessons {
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        let mut lessons = Lessons {
            names: Vec::new(),
            by_name: BTreeMap::new(),
            rarity: Vec::new(),
            messages: Vec::new(),
            labels: Vec::new(),
        };
        let mut met_in: Vec<u32> = Vec::new();
        for message in messages {
            let mut vector = Vec::new();
            for (family, name) in features(detectors, &message.text) {
                let next = numbers.len() as u32;
                let number = *numbers.entry(name).or_insert(next);
                vector.push((family, number));
            }
            met_in.resize(numbers.len(), 0);
            let once: BTreeSet<u32> = vector.iter().map(|(_, number)| *number).collect();
            once.iter().for_each(|number| met_in[*number as usize] += 1);
            lessons.messages.push(vector);
            lessons.labels.push(LEARNT.map(|kind| message.labels.contains(&kind)));
        }
        let all = messages.len() as f32;
        let rarity = |met: &u32| ((1.0 + all) / (1.0 + *met as f32)).ln() + RARITY_LEAST;
        // Rounded as the file rounds it, so that what is judged is what is shipped.
        lessons.rarity = met_in.iter().map(rarity).map(rounded).collect();
        lessons.names = vec![String::new(); numbers.len()];
        for (name, number) in &numbers {
            lessons.names[*number as usize] = name.clone();
        }
        lessons.by_name = numbers;
        lessons
    }

    /// Learns from the messages at these places; first from all features, then from those kept.
    pub fn learn(&self, places: &[usize]) -> Weights {
        let all = vec![true; self.names.len()];
        let planes = self.planes(places, &all);
        let mut said: Vec<(f32, usize)> = (0..self.names.len())
            .map(|feature| {
                let most = planes.iter().map(|(weights, _)| weights[feature].abs());
                (most.fold(0.0, f32::max) * self.rarity[feature], feature)
            })
            .collect();
        said.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut kept = vec![false; self.names.len()];
        said.iter().take(KEPT).for_each(|(_, feature)| kept[*feature] = true);
        Weights { planes: self.planes(places, &kept), kept }
    }

    /// The margin of every message and kind by what the messages of the other parts teach.
    pub fn judged_by_others(&self, messages: &[Labelled]) -> Vec<[f32; 5]> {
        let part_of: Vec<usize> = messages.iter().map(|message| part(&message.text)).collect();
        let mut margins = vec![[0.0; 5]; messages.len()];
        for part in 0..PARTS {
            let others: Vec<usize> =
                (0..messages.len()).filter(|at| part_of[*at] != part).collect();
            let weights = self.learn(&others);
            for at in (0..messages.len()).filter(|at| part_of[*at] == part) {
                margins[at] = weights.margins(&self.vector(at, &weights.kept));
            }
        }
        margins
    }

    /// The margins of other messages by what was learnt: to see what it makes of ordinary questions.
    pub fn judge(&self, weights: &Weights, detectors: &Detectors, text: &str) -> [f32; 5] {
        let numbers: Vec<(Family, u32)> = features(detectors, text)
            .into_iter()
            .filter_map(|(family, name)| Some((family, self.number_of(&name)?)))
            .collect();
        weights.margins(&self.summed(&numbers, &weights.kept))
    }

    fn number_of(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The file of weights, as `domain::detectors::learnt` reads it.
    pub fn written(&self, weights: &Weights, made_of: &[String]) -> String {
        let mut out = String::from(
            "# Learnt weights of the detectors, made by `sanad eval learn`; see tests/data/README.md.\n\
             # Not written by hand. Columns: feature, rarity, human_request, frustration, confusion,\n\
             # emergency, abuse; all in hundredths. Features open with the letter of their family.\n",
        );
        for line in made_of {
            let _ = writeln!(out, "# of {line}");
        }
        let row = |values: &mut dyn Iterator<Item = f32>| {
            let cells: Vec<String> =
                values.map(|value| format!("{}", (value * PER_ONE).round())).collect();
            cells.join("\t")
        };
        let biases = row(&mut weights.planes.iter().map(|(_, bias)| *bias));
        let _ = writeln!(out, "bias\t0\t{biases}");
        let mut kept: Vec<usize> = (0..self.names.len()).filter(|at| weights.kept[*at]).collect();
        kept.sort_by(|a, b| self.names[*a].cmp(&self.names[*b]));
        for at in kept {
            let cells = row(&mut weights.planes.iter().map(|(weights, _)| weights[at]));
            let rarity = row(&mut [self.rarity[at]].into_iter());
            let _ = writeln!(out, "{}\t{rarity}\t{cells}", self.names[at]);
        }
        out
    }

    fn planes(&self, places: &[usize], kept: &[bool]) -> Vec<Plane> {
        let vectors: Vec<Vec<(u32, f32)>> =
            places.iter().map(|at| self.vector(*at, kept)).collect();
        let plane = |kind: usize| {
            let labels: Vec<bool> = places.iter().map(|at| self.labels[*at][kind]).collect();
            learn(&vectors, &labels, self.names.len())
        };
        (0..LEARNT.len()).map(plane).collect()
    }

    /// A message as the sum it will be: each family with the same length.
    fn vector(&self, at: usize, kept: &[bool]) -> Vec<(u32, f32)> {
        self.summed(&self.messages[at], kept)
    }

    fn summed(&self, features: &[(Family, u32)], kept: &[bool]) -> Vec<(u32, f32)> {
        let known = || features.iter().filter(|(_, feature)| kept[*feature as usize]);
        let mut squares = [0.0_f32; Family::COUNT];
        for (family, feature) in known() {
            squares[*family as usize] += self.rarity[*feature as usize].powi(2);
        }
        let families = squares.iter().filter(|sum| **sum > 0.0).count().max(1) as f32;
        let mut sums: BTreeMap<u32, f32> = BTreeMap::new();
        for (family, feature) in known() {
            let scale = (squares[*family as usize] * families).sqrt();
            *sums.entry(*feature).or_default() += self.rarity[*feature as usize] / scale;
        }
        sums.into_iter().collect()
    }
}

impl Weights {
    fn margins(&self, vector: &[(u32, f32)]) -> [f32; 5] {
        let mut margins = [0.0; 5];
        for (margin, (weights, bias)) in margins.iter_mut().zip(&self.planes) {
            *margin = bias + dot(weights, vector);
        }
        margins
    }
}

/// The features of a text as the detectors see them.
fn features(detectors: &Detectors, text: &str) -> Vec<(Family, String)> {
    let normalised = normalise(text);
    let variety = variety_of(&normalised);
    let at = Timestamp::ZERO;
    detectors.features(&Utterance { text, normalised: &normalised, variety, social: None, at })
}

fn rounded(value: f32) -> f32 {
    (value * PER_ONE).round() / PER_ONE
}

fn part(text: &str) -> usize {
    text.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % PARTS
}

fn dot(weights: &[f32], vector: &[(u32, f32)]) -> f32 {
    vector.iter().map(|(feature, value)| weights[*feature as usize] * value).sum()
}

/// One hyperplane by dual coordinate descent over the squared hinge. The order in which messages
/// are gone through is shuffled by a fixed rule: grouped classes learn badly.
fn learn(vectors: &[Vec<(u32, f32)>], labels: &[bool], features: usize) -> Plane {
    let mut weights = vec![0.0_f32; features];
    let mut bias = 0.0_f32;
    let mut alphas = vec![0.0_f32; vectors.len()];
    let soft = 0.5 / COST;
    let lengths: Vec<f32> = vectors
        .iter()
        .map(|vector| vector.iter().map(|(_, value)| value * value).sum::<f32>() + 1.0 + soft)
        .collect();
    let mut order: Vec<usize> = (0..vectors.len()).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..ROUNDS {
        for at in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            order.swap(at, (state >> 33) as usize % (at + 1));
        }
        for &at in &order {
            let sign = if labels[at] { 1.0 } else { -1.0 };
            let gradient = sign * (dot(&weights, &vectors[at]) + bias) - 1.0 + soft * alphas[at];
            let before = alphas[at];
            alphas[at] = (before - gradient / lengths[at]).max(0.0);
            let step = (alphas[at] - before) * sign;
            if step != 0.0 {
                for (feature, value) in &vectors[at] {
                    weights[*feature as usize] += step * value;
                }
                bias += step;
            }
        }
    }
    (weights, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_two_classes_apart_is_learnt_and_what_does_not_is_not() {
        let vectors = [
            vec![(0, 0.7), (2, 0.7)],
            vec![(0, 0.7), (3, 0.7)],
            vec![(1, 0.7), (2, 0.7)],
            vec![(1, 0.7), (3, 0.7)],
        ];
        let (weights, bias) = learn(&vectors, &[true, true, false, false], 4);
        assert!(weights[0] > 0.5 && weights[1] < -0.5, "{weights:?}");
        assert!(weights[2].abs() < 0.05 && weights[3].abs() < 0.05, "{weights:?}");
        assert!(bias.abs() < 0.05);
        assert_eq!(learn(&vectors, &[true, true, false, false], 4), (weights, bias), "every time");
    }
}
