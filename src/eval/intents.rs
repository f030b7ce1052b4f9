//! Is the right entry found, and is it known when none is meant.

use super::figures::{Bin, Found, Point, Share, auroc, calibration, quantile, rejections};
use crate::domain::bot::outcome::Outcome;
use serde::Serialize;
use std::collections::BTreeMap;

/// The share of our own messages that may be taken for foreign when recall is stated.
pub const REJECTED_OWN: f64 = 0.05;
/// How many confusions are listed.
const CONFUSIONS_MAX: usize = 40;
/// How many messages illustrate a confusion.
const EXAMPLES_MAX: usize = 3;

/// One labelled message and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The message.
    pub text: String,
    /// The language it is counted under.
    pub language: String,
    /// The entry that is meant; `None`: none of ours.
    pub gold: Option<String>,
    /// The best candidate, whether or not it was acted upon.
    pub best: Option<String>,
    /// How likely the best candidate is.
    pub confidence: f32,
    /// What the bot would do.
    pub outcome: Outcome,
    /// The entries that it would answer from or offer.
    pub offered: Vec<String>,
}

impl Judged {
    fn is_right(&self) -> bool {
        self.gold.is_some() && self.gold == self.best
    }
}

/// What the bot would do with these messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Replies {
    /// Answered from the entry that is meant.
    pub answered_right: usize,
    /// Answered from another.
    pub answered_wrong: usize,
    /// Asked which is meant, and the right one is among those offered.
    pub asked_right: usize,
    /// Asked, and it is not.
    pub asked_wrong: usize,
    /// Said that it does not know.
    pub not_known: usize,
    /// Handed to people, emergencies included.
    pub handed_over: usize,
    /// Taken for a greeting, thanks and the like.
    pub social: usize,
}

impl Replies {
    fn count(&mut self, judged: &Judged) {
        let offers_gold =
            judged.gold.as_ref().is_some_and(|gold| judged.offered.iter().any(|one| one == gold));
        *match (judged.outcome, offers_gold) {
            (Outcome::Answer | Outcome::AskSlot, true) => &mut self.answered_right,
            (Outcome::Answer | Outcome::AskSlot, false) => &mut self.answered_wrong,
            (Outcome::Clarify, true) => &mut self.asked_right,
            (Outcome::Clarify, false) => &mut self.asked_wrong,
            (Outcome::NotKnown, _) => &mut self.not_known,
            (Outcome::Handoff | Outcome::Emergency, _) => &mut self.handed_over,
            (Outcome::Social | Outcome::Greeting | Outcome::SayAgain, _) => &mut self.social,
        } += 1;
    }
}

/// How well one entry is found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfEntry {
    /// The entry.
    pub intent: String,
    /// How it was found among messages that are ours.
    pub found: Found,
}

/// One entry taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// The entry that is meant.
    pub gold: String,
    /// The entry that was found.
    pub predicted: String,
    /// How often.
    pub count: usize,
    /// Some of the messages.
    pub examples: Vec<String>,
}

/// Messages that are none of ours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Foreign {
    /// How many there are.
    pub count: usize,
    /// How likely a message of ours is rated above a foreign one.
    pub auroc: Option<f64>,
    /// The share of foreign messages that is told apart when 5 % of ours are rejected.
    pub recall_at_5: Share,
    /// What the bot would do with them under the settings as they are.
    pub replies: Replies,
    /// What each threshold would reject.
    pub curve: Vec<Point>,
}

/// The figures of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How often the best candidate is the entry meant, whatever the outcome.
    pub accuracy: Share,
    /// The same by language.
    pub languages: BTreeMap<String, Share>,
    /// What the bot would do with messages that are ours.
    pub replies: Replies,
    /// By how much confidence and truth differ on average.
    pub calibration_error: f64,
    /// Confidence against truth, in bins.
    pub calibration: Vec<Bin>,
    /// If there are foreign messages in the file.
    pub foreign: Option<Foreign>,
    /// Each entry, the worst found first.
    pub entries: Vec<OfEntry>,
    /// The most frequent confusions.
    pub confusions: Vec<Confusion>,
}

/// The figures of these messages.
pub fn report(judged: &[Judged]) -> Report {
    let ours: Vec<&Judged> = judged.iter().filter(|one| one.gold.is_some()).collect();
    let share =
        |of: &[&Judged]| Share::new(of.iter().filter(|one| one.is_right()).count(), of.len());
    let mut languages: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
    let mut replies = Replies::default();
    for one in &ours {
        languages.entry(one.language.clone()).or_default().push(one);
        replies.count(one);
    }
    let judgements: Vec<(f32, bool)> =
        ours.iter().map(|one| (one.confidence, one.is_right())).collect();
    let (calibration, calibration_error) = calibration(&judgements);
    Report {
        accuracy: share(&ours),
        languages: languages.into_iter().map(|(name, of)| (name, share(&of))).collect(),
        replies,
        calibration_error,
        calibration,
        foreign: foreign(judged, &ours),
        entries: entries(&ours),
        confusions: confusions(&ours),
    }
}

fn foreign(judged: &[Judged], ours: &[&Judged]) -> Option<Foreign> {
    let theirs: Vec<&Judged> = judged.iter().filter(|one| one.gold.is_none()).collect();
    if theirs.is_empty() {
        return None;
    }
    let scores = |of: &[&Judged]| of.iter().map(|one| one.confidence).collect::<Vec<f32>>();
    let (own, foreign) = (scores(ours), scores(&theirs));
    let limit = quantile(&own, REJECTED_OWN).unwrap_or(0.0);
    let mut replies = Replies::default();
    theirs.iter().for_each(|one| replies.count(one));
    Some(Foreign {
        count: theirs.len(),
        auroc: auroc(&own, &foreign),
        recall_at_5: Share::new(
            foreign.iter().filter(|score| **score < limit).count(),
            foreign.len(),
        ),
        replies,
        curve: rejections(&own, &foreign),
    })
}

fn entries(ours: &[&Judged]) -> Vec<OfEntry> {
    // Right, wrongly found, missed.
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for one in ours {
        let Some(gold) = &one.gold else { continue };
        if one.is_right() {
            counts.entry(gold).or_default().0 += 1;
            continue;
        }
        counts.entry(gold).or_default().2 += 1;
        if let Some(best) = &one.best {
            counts.entry(best).or_default().1 += 1;
        }
    }
    let mut all: Vec<OfEntry> = counts
        .into_iter()
        .map(|(intent, (right, wrong, missed))| OfEntry {
            intent: intent.to_owned(),
            found: Found::new(right, wrong, missed),
        })
        .collect();
    all.sort_by(|a, b| a.found.f1.value.total_cmp(&b.found.f1.value));
    all
}

fn confusions(ours: &[&Judged]) -> Vec<Confusion> {
    let mut pairs: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for one in ours.iter().filter(|one| !one.is_right()) {
        if let (Some(gold), Some(best)) = (&one.gold, &one.best) {
            pairs.entry((gold, best)).or_default().push(&one.text);
        }
    }
    let mut all: Vec<Confusion> = pairs
        .into_iter()
        .map(|((gold, predicted), texts)| Confusion {
            gold: gold.to_owned(),
            predicted: predicted.to_owned(),
            count: texts.len(),
            examples: texts.into_iter().take(EXAMPLES_MAX).map(str::to_owned).collect(),
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.count));
    all.truncate(CONFUSIONS_MAX);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(gold: Option<&str>, best: &str, confidence: f32, outcome: Outcome) -> Judged {
        Judged {
            text: format!("{gold:?} {best}"),
            language: "en".to_owned(),
            gold: gold.map(str::to_owned),
            best: Some(best.to_owned()),
            confidence,
            outcome,
            offered: match outcome {
                Outcome::Answer | Outcome::Clarify => vec![best.to_owned()],
                _ => Vec::new(),
            },
        }
    }

    #[test]
    fn the_table_of_a_small_file_is_counted_by_hand() {
        let report = report(&[
            judged(Some("a"), "a", 0.9, Outcome::Answer),
            judged(Some("a"), "b", 0.6, Outcome::Answer),
            judged(Some("b"), "b", 0.5, Outcome::Clarify),
            judged(Some("b"), "a", 0.4, Outcome::NotKnown),
            judged(None, "a", 0.1, Outcome::NotKnown),
            judged(None, "b", 0.7, Outcome::Answer),
        ]);
        assert_eq!((report.accuracy.hits, report.accuracy.of), (2, 4));
        let expected = Replies {
            answered_right: 1,
            answered_wrong: 1,
            asked_right: 1,
            not_known: 1,
            ..Replies::default()
        };
        assert_eq!(report.replies, expected);
        let foreign = report.foreign.unwrap();
        assert_eq!((foreign.recall_at_5.hits, foreign.recall_at_5.of), (1, 2));
        assert_eq!(foreign.auroc, Some(5.0 / 8.0));
        assert_eq!(foreign.replies.answered_wrong, 1);
        let confusions: Vec<(&str, &str, usize)> = report
            .confusions
            .iter()
            .map(|one| (one.gold.as_str(), one.predicted.as_str(), one.count))
            .collect();
        assert_eq!(confusions, [("a", "b", 1), ("b", "a", 1)]);
        assert_eq!(report.languages["en"].of, 4);
    }

    #[test]
    fn a_file_without_foreign_messages_has_no_figures_on_them() {
        assert!(report(&[judged(Some("a"), "a", 0.9, Outcome::Answer)]).foreign.is_none());
    }
}
