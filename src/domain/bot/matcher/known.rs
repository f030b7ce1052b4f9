//! Whether a message is about our matters at all, and how sure the best entry is.
//!
//! The raw measure is the best entry's score, discounted for words that no example uses, plus a
//! share for words that examples do use. What is low or high on it differs from one set of entries
//! to the next, so it is read off the entries' own examples, each scored by a classifier that has
//! not seen it.

use super::learnt::{Reader, Writer};
use super::model::{Model, STRENGTH, shuffled};
use super::softmax::Softmax;
use super::sparse::{Rows, Sparse};
use super::vocabulary::Alone;
use super::{MatcherSettings, ranked};
use crate::domain::language::Variety;

/// How much the share of known words adds to the best entry's score.
const COVERAGE_WEIGHT: f32 = 4.0;

/// What is left of the best entry's score if no word is known.
const BEST_LEAST: f32 = 0.3;

/// An own example at the rejection limit gets this certainty, the middle one gets
/// [`CERTAINTY_AT_MIDDLE`].
const CERTAINTY_AT_LIMIT: f32 = 0.3;
const CERTAINTY_AT_MIDDLE: f32 = 0.9;

/// Into how many parts the examples are divided to hold each out once.
const FOLDS: usize = 5;

/// So many held-out examples are enough to read limits from.
const HELD_OUT_ENOUGH: usize = 1_000;

/// Limits read from few examples are mixed with rough ones that weigh this many examples.
const ROUGH_WEIGHT: f32 = 10.0;

/// The held-out classifier starts from the full one and needs few passes.
const PASSES: usize = 8;

/// Ways of writing in which the examples have more or less in common: every second Arabizi word is
/// spelt as no other example spells it. Together with it the English examples would lower the limit
/// for English so far that hardly a foreign message stayed below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    English,
    Arabic,
    Arabizi,
}

impl Manner {
    const COUNT: usize = 3;
    const ALL: [Manner; Manner::COUNT] = [Manner::English, Manner::Arabic, Manner::Arabizi];

    fn of(variety: Variety) -> Manner {
        match variety {
            Variety::English | Variety::Unknown => Manner::English,
            Variety::Arabic | Variety::Mixed => Manner::Arabic,
            Variety::Arabizi => Manner::Arabizi,
        }
    }

    /// Whether its limits are read from examples written so. Arabizi is measured by all that is in
    /// Latin letters: by itself alone its words as they are written would nearly always seem better
    /// known than spelled in Arabic letters.
    fn is_measured_by(self, other: Manner) -> bool {
        self == other || (self, other) == (Manner::Arabizi, Manner::English)
    }
}

/// Where certainty begins and is normal on the raw measure.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limits {
    least: f32,
    limit: f32,
    middle: f32,
}

/// The scale from raw scores to certainty.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// By [`Manner`].
    limits: [Limits; Manner::COUNT],
    /// Raw scores are sharpened by this much before they become shares of certainty.
    sharpness: f32,
}

/// One example scored without its own help.
struct HeldOut {
    entry: usize,
    manner: Manner,
    raw: f32,
    scores: Vec<f32>,
}

/// The raw measure of knowing a message.
pub(super) fn raw(best: f32, coverage: f32) -> f32 {
    best * (BEST_LEAST + (1.0 - BEST_LEAST) * coverage) + COVERAGE_WEIGHT * coverage
}

impl Known {
    pub(super) fn learn(
        model: &Model,
        rows: &Rows,
        alone: &Alone,
        softmax: Softmax,
        settings: &MatcherSettings,
    ) -> Known {
        let held_out = hold_out(model, rows, alone, softmax);
        let rough = rough(model, rows);
        let all = limits(held_out.iter(), settings, rough);
        Known { limits: by_manner(&held_out, settings, all), sharpness: sharpness(&held_out) }
    }

    /// How certain it is, from 0 to 1, that the message is about our matters.
    pub(super) fn certainty(&self, raw: f32, variety: Variety) -> f32 {
        let Limits { limit, middle, .. } = self.limits[Manner::of(variety) as usize];
        let (low, high) = (logit(CERTAINTY_AT_LIMIT), logit(CERTAINTY_AT_MIDDLE));
        let slope = (high - low) / (middle - limit).max(0.1);
        1.0 / (1.0 + libm::expf(-(low + (raw - limit) * slope)))
    }

    pub(super) fn write(&self, out: &mut Writer) {
        for Limits { least, limit, middle } in self.limits {
            [least, limit, middle].into_iter().for_each(|value| out.f32(value));
        }
        out.f32(self.sharpness);
    }

    pub(super) fn read_from(from: &mut Reader<'_>) -> Option<Known> {
        let mut limits =
            || Some(Limits { least: from.f32()?, limit: from.f32()?, middle: from.f32()? });
        let limits = [limits()?, limits()?, limits()?];
        Some(Known { limits, sharpness: from.f32()? })
    }

    /// Each entry's share of the certainty.
    pub(super) fn shares(&self, scores: &[f32]) -> Vec<f32> {
        shares(scores, self.sharpness)
    }
}

fn logit(p: f32) -> f32 {
    libm::logf(p / (1.0 - p))
}

fn shares(scores: &[f32], sharpness: f32) -> Vec<f32> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f32> =
        scores.iter().map(|score| libm::expf((score - top) * sharpness)).collect();
    let sum: f32 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

/// Scores examples by classifiers that have not seen them, part by part.
fn hold_out(model: &Model, rows: &Rows, alone: &Alone, softmax: Softmax) -> Vec<HeldOut> {
    let order = shuffled(rows.len());
    let folds = FOLDS.max(rows.len() / HELD_OUT_ENOUGH);
    let mut left = Some(softmax);
    let mut held_out = Vec::new();
    for fold in 0..folds.min(rows.len()) {
        let out: Vec<usize> = order.iter().copied().skip(fold).step_by(folds).collect();
        let rest: Vec<usize> =
            (0..order.len()).filter(|at| at % folds != fold).map(|at| order[at]).collect();
        // The last part may change what nobody wants any more.
        let is_last = fold + 1 == folds || held_out.len() + out.len() >= HELD_OUT_ENOUGH;
        let Some(mut without) = (if is_last { left.take() } else { left.clone() }) else { break };
        for row in &out {
            without.forget(rows, *row);
        }
        without.fit(rows, &rest, STRENGTH, PASSES);
        for row in out {
            let (features, values) = model.as_if_new(rows, row);
            let x = Sparse { features: &features, values: &values };
            let mut scores = vec![0.0; model.weights().entries()];
            without.weights.scores(x, &mut scores);
            let (entry, manner) = (rows.entry(row), Manner::of(rows.variety(row)));
            let raw = raw_without_itself(model, rows, alone, row, &scores);
            held_out.push(HeldOut { entry, manner, raw, scores });
        }
    }
    held_out
}

/// The raw measure of an example that was given these scores, if it were none: words that it alone
/// has are not there to be near to.
fn raw_without_itself(
    model: &Model,
    rows: &Rows,
    alone: &Alone,
    row: usize,
    scores: &[f32],
) -> f32 {
    let Some(best) = ranked(scores, 1).first().copied() else { return 0.0 };
    let without = if best == rows.entry(row) { alone[row].as_slice() } else { &[] };
    let coverage = rows.coverage(row);
    let near = coverage.near(model.vocabulary(), best, without);
    raw(scores[best], coverage.share(&near))
}

/// Limits to go by when there is too little to learn them from: relative to how strongly the
/// examples claim their own entries.
fn rough(model: &Model, rows: &Rows) -> Limits {
    let mut scores = vec![0.0; model.weights().entries()];
    let mut own = 0.0;
    for row in 0..rows.len() {
        model.weights().scores(rows.row(row), &mut scores);
        own += scores[rows.entry(row)] / rows.len() as f32;
    }
    Limits {
        least: raw(own * 0.3, 0.2),
        limit: raw(own * 0.25, 0.45),
        middle: raw(own * 0.6, 0.85),
    }
}

fn limits<'a>(
    held_out: impl Iterator<Item = &'a HeldOut>,
    settings: &MatcherSettings,
    rough: Limits,
) -> Limits {
    let mut raws: Vec<f32> = held_out.map(|one| one.raw).collect();
    raws.sort_by(f32::total_cmp);
    let quantile = |share: f32| {
        let at = (share.clamp(0.0, 1.0) * raws.len() as f32) as usize;
        raws.get(at.min(raws.len().saturating_sub(1))).copied()
    };
    let count = raws.len() as f32;
    let mix = |read: Option<f32>, rough: f32| {
        read.map_or(rough, |read| (read * count + rough * ROUGH_WEIGHT) / (count + ROUGH_WEIGHT))
    };
    Limits {
        // Where the own examples have too little in common, some of them look like nothing of
        // ours when held out; that must not open the door to everything.
        limit: mix(quantile(settings.reject_own_share), rough.limit).max(rough.least),
        middle: mix(quantile(0.5), rough.middle),
        least: rough.least,
    }
}

/// The limits of each [`Manner`]; with those of all together where there are few of its examples.
fn by_manner(
    held_out: &[HeldOut],
    settings: &MatcherSettings,
    all: Limits,
) -> [Limits; Manner::COUNT] {
    Manner::ALL.map(|manner| {
        let measured = held_out.iter().filter(|one| manner.is_measured_by(one.manner));
        limits(measured, settings, all)
    })
}

/// The sharpness under which the held-out examples' own entries are most likely.
fn sharpness(held_out: &[HeldOut]) -> f32 {
    let loss = |sharpness: f32| -> f32 {
        held_out
            .iter()
            .map(|one| -libm::logf(shares(&one.scores, sharpness)[one.entry].max(1e-6)))
            .sum()
    };
    let candidates = [0.5_f32, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.0];
    candidates
        .into_iter()
        .map(|sharpness| (loss(sharpness), sharpness))
        .fold((f32::INFINITY, 1.0), |best, next| if next.0 < best.0 { next } else { best })
        .1
}

#[cfg(test)]
mod tests {
    use super::super::model::Lesson;
    use super::*;

    fn lesson(entry: usize, variety: Variety, text: &str) -> Lesson {
        Lesson { entry, variety, words: text.split(' ').map(str::to_owned).collect() }
    }

    #[test]
    fn arabizi_that_nobody_else_spells_so_does_not_open_the_door_to_english() {
        let of = |manner: Manner, raw: f32| {
            (0..40).map(move |at| HeldOut {
                entry: 0,
                manner,
                raw: raw + at as f32 / 40.0,
                scores: Vec::new(),
            })
        };
        let english: Vec<HeldOut> = of(Manner::English, 5.0).collect();
        let both: Vec<HeldOut> = of(Manner::English, 5.0).chain(of(Manner::Arabizi, 2.0)).collect();
        let all = Limits { least: 0.0, limit: 4.0, middle: 5.0 };
        let settings = MatcherSettings::default();
        let limit = |held_out: &[HeldOut], manner: Manner| {
            by_manner(held_out, &settings, all)[manner as usize].limit
        };
        assert_eq!(limit(&both, Manner::English), limit(&english, Manner::English));
        assert!(limit(&both, Manner::Arabizi) < limit(&both, Manner::English) - 1.0);
        assert_eq!(limit(&both, Manner::Arabic), all.limit, "of which there is none");
    }

    #[test]
    fn an_example_held_out_is_measured_as_a_message_is_and_without_its_own_words() {
        let texts = [(0, "refund the shoes"), (0, "reimbursement please"), (1, "opening hours")];
        let raws = |texts: &[(usize, &str)]| {
            let lessons: Vec<Lesson> =
                texts.iter().map(|(entry, text)| lesson(*entry, Variety::English, text)).collect();
            let (model, rows, alone, _) = Model::train(&lessons, 2, true);
            let scores = [2.0, 1.0];
            let of = |row: usize| {
                let plain = raw(scores[0], rows.coverage(row).share(&[]));
                (raw_without_itself(&model, &rows, &alone, row, &scores), plain)
            };
            (of(0), of(texts.len() - 2))
        };
        let ((refund, plain), (reimbursement, plain_too)) = raws(&texts);
        assert!(refund > plain && reimbursement > plain_too, "each is near to the other's word");
        let (_, (reimbursement, plain)) = raws(&texts[1..]);
        assert_eq!(reimbursement, plain, "its own word proves nothing");
    }
}
