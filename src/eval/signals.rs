//! Does it notice who needs a person: class by class over single messages, and turn by turn over
//! dialogues.

use super::figures::{Found, Share};
use super::timing::golden_transfer;
use crate::domain::detectors::SignalKind;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The tolerances, in turns, for which golden transfer is stated.
pub const TOLERANCES: [f64; 3] = [1.0, 2.0, 3.0];
/// How many messages are listed of each kind of mistake.
const LISTED_MAX: usize = 25;

/// One labelled message and what was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The message.
    pub text: String,
    /// The groups it is counted under beside "all": language, variety.
    pub groups: BTreeSet<String>,
    /// What it shows; empty for an ordinary message.
    pub gold: BTreeSet<SignalKind>,
    /// What was raised.
    pub raised: BTreeSet<SignalKind>,
}

/// One class, in all and by group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfClass {
    /// Which.
    pub class: SignalKind,
    /// Over all messages.
    pub all: Found,
    /// By language and variety.
    pub groups: BTreeMap<String, Found>,
    /// Messages in which it was not seen.
    pub missed: Vec<String>,
    /// Messages in which it was seen and is not.
    pub wrong: Vec<String>,
}

/// How often a detector fires on ordinary messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FalseFires {
    /// Which detector.
    pub class: SignalKind,
    /// Over all ordinary messages.
    pub all: Share,
    /// By language and variety.
    pub groups: BTreeMap<String, Share>,
    /// Some of them.
    pub examples: Vec<String>,
}

/// The figures of one file of messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How many messages.
    pub messages: usize,
    /// How many of them are ordinary.
    pub ordinary: usize,
    /// The classes that the file labels.
    pub classes: Vec<OfClass>,
    /// Every detector on the ordinary messages.
    pub false_fires: Vec<FalseFires>,
}

/// The figures of these messages. A class that no message is labelled with is not judged, beyond
/// its false fires: the file may not know it.
pub fn report(judged: &[Judged]) -> Report {
    let ordinary: Vec<&Judged> = judged.iter().filter(|one| one.gold.is_empty()).collect();
    let labelled: BTreeSet<SignalKind> =
        judged.iter().flat_map(|one| one.gold.iter().copied()).collect();
    Report {
        messages: judged.len(),
        ordinary: ordinary.len(),
        classes: labelled.iter().map(|class| of_class(*class, judged)).collect(),
        false_fires: SignalKind::ALL
            .into_iter()
            .map(|class| false_fires(class, &ordinary))
            .collect(),
    }
}

fn of_class(class: SignalKind, judged: &[Judged]) -> OfClass {
    let all: Vec<&Judged> = judged.iter().collect();
    let list = |gold: bool| {
        let wrong = all
            .iter()
            .filter(|one| one.gold.contains(&class) == gold && one.raised.contains(&class) != gold);
        wrong.take(LISTED_MAX).map(|one| one.text.clone()).collect()
    };
    OfClass {
        class,
        all: found(class, &all),
        groups: by_group(&all, |of| found(class, of)),
        missed: list(true),
        wrong: list(false),
    }
}

fn found(class: SignalKind, judged: &[&Judged]) -> Found {
    let count = |gold: bool, raised: bool| {
        judged
            .iter()
            .filter(|one| {
                one.gold.contains(&class) == gold && one.raised.contains(&class) == raised
            })
            .count()
    };
    Found::new(count(true, true), count(false, true), count(true, false))
}

fn false_fires(class: SignalKind, ordinary: &[&Judged]) -> FalseFires {
    let fires = |of: &[&Judged]| {
        Share::new(of.iter().filter(|one| one.raised.contains(&class)).count(), of.len())
    };
    let fired = ordinary.iter().filter(|one| one.raised.contains(&class));
    FalseFires {
        class,
        all: fires(ordinary),
        groups: by_group(ordinary, fires),
        examples: fired.take(LISTED_MAX).map(|one| one.text.clone()).collect(),
    }
}

fn by_group<T>(judged: &[&Judged], figure: impl Fn(&[&Judged]) -> T) -> BTreeMap<String, T> {
    let mut groups: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        for group in &one.groups {
            groups.entry(group.clone()).or_default().push(one);
        }
    }
    groups.into_iter().map(|(name, of)| (name, figure(&of))).collect()
}

/// One dialogue, when it should go to people and when it would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedDialogue {
    /// Its name.
    pub id: String,
    /// The language it is counted under.
    pub language: String,
    /// The turn at which it should go to people.
    pub gold: Option<usize>,
    /// The turn at which it would; after it the bot is silent.
    pub predicted: Option<usize>,
    /// Why it should.
    pub reason: String,
    /// Why it would.
    pub predicted_reason: String,
}

/// The figures of dialogues.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DialogueFigures {
    /// How many.
    pub dialogues: usize,
    /// Whether the right dialogues go to people, whenever that is.
    pub handed_over: Found,
    /// Of the dialogues that should go to people, the share that never does.
    pub missed: Share,
    /// Golden transfer within tolerance, for 1, 2 and 3 turns.
    pub golden_transfer: [f64; 3],
    /// How many turns too early (below 0) or too late each came, with how often.
    pub off_by: BTreeMap<i64, usize>,
}

/// The figures of one file of dialogues.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DialogueReport {
    /// Over all.
    pub all: DialogueFigures,
    /// By language.
    pub languages: BTreeMap<String, DialogueFigures>,
    /// Dialogues that were missed, handed over for nothing, or two and more turns off.
    pub mistakes: Vec<String>,
}

/// The figures of these dialogues.
pub fn dialogues(judged: &[JudgedDialogue]) -> DialogueReport {
    let all: Vec<&JudgedDialogue> = judged.iter().collect();
    let mut languages: BTreeMap<String, Vec<&JudgedDialogue>> = BTreeMap::new();
    for one in judged {
        languages.entry(one.language.clone()).or_default().push(one);
    }
    let turn = |turn: Option<usize>| turn.map_or("never".to_owned(), |turn| turn.to_string());
    let mistakes = judged.iter().filter(|one| match (one.gold, one.predicted) {
        (Some(gold), Some(predicted)) => gold.abs_diff(predicted) >= 2,
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    });
    DialogueReport {
        all: figures(&all),
        languages: languages.into_iter().map(|(name, of)| (name, figures(&of))).collect(),
        mistakes: mistakes
            .map(|one| {
                format!(
                    "{}: should at {} ({}), would at {} ({})",
                    one.id,
                    turn(one.gold),
                    one.reason,
                    turn(one.predicted),
                    one.predicted_reason
                )
            })
            .collect(),
    }
}

fn figures(judged: &[&JudgedDialogue]) -> DialogueFigures {
    let count = |gold: bool, predicted: bool| {
        judged
            .iter()
            .filter(|one| one.gold.is_some() == gold && one.predicted.is_some() == predicted)
            .count()
    };
    let transfer = |tolerance: f64| {
        let sum: f64 = judged
            .iter()
            .map(|one| {
                let turns = |turn: &Option<usize>| turn.iter().copied().collect::<Vec<_>>();
                golden_transfer(&turns(&one.predicted), &turns(&one.gold), tolerance)
            })
            .sum();
        sum / judged.len().max(1) as f64
    };
    let mut off_by = BTreeMap::new();
    for one in judged {
        if let (Some(gold), Some(predicted)) = (one.gold, one.predicted) {
            *off_by.entry(predicted as i64 - gold as i64).or_default() += 1;
        }
    }
    let missed = count(true, false);
    DialogueFigures {
        dialogues: judged.len(),
        handed_over: Found::new(count(true, true), count(false, true), missed),
        missed: Share::new(missed, missed + count(true, true)),
        golden_transfer: TOLERANCES.map(transfer),
        off_by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(language: &str, gold: &[SignalKind], raised: &[SignalKind]) -> Judged {
        Judged {
            text: "x".to_owned(),
            groups: BTreeSet::from([language.to_owned()]),
            gold: gold.iter().copied().collect(),
            raised: raised.iter().copied().collect(),
        }
    }

    #[test]
    fn the_table_of_a_small_file_is_counted_by_hand() {
        use SignalKind::{Confusion, Emergency, HumanRequest};
        let report = report(&[
            judged("en", &[HumanRequest], &[HumanRequest]),
            judged("ar", &[HumanRequest], &[]),
            judged("ar", &[HumanRequest, Confusion], &[HumanRequest, Confusion]),
            judged("en", &[], &[Emergency]),
            judged("en", &[], &[]),
            judged("ar", &[], &[]),
        ]);
        assert_eq!((report.messages, report.ordinary), (6, 3));
        let classes: Vec<SignalKind> = report.classes.iter().map(|one| one.class).collect();
        assert_eq!(classes, [HumanRequest, Confusion], "emergency is labelled nowhere");
        let human = &report.classes[0];
        assert_eq!((human.all.recall.hits, human.all.recall.of), (2, 3));
        assert_eq!(human.groups["ar"].recall.share, 0.5);
        assert_eq!(human.missed.len(), 1);
        let emergency = report.false_fires.iter().find(|one| one.class == Emergency).unwrap();
        assert_eq!((emergency.all.hits, emergency.all.of), (1, 3));
        assert_eq!((emergency.groups["ar"].hits, emergency.groups["en"].hits), (0, 1));
    }

    #[test]
    fn dialogues_are_judged_by_whether_and_when() {
        let one = |gold, predicted| JudgedDialogue {
            id: "d".to_owned(),
            language: "en".to_owned(),
            gold,
            predicted,
            reason: String::new(),
            predicted_reason: String::new(),
        };
        let report = dialogues(&[
            one(Some(2), Some(2)),
            one(Some(2), Some(4)),
            one(Some(2), None),
            one(None, None),
        ]);
        assert_eq!((report.all.missed.hits, report.all.missed.of), (1, 3));
        assert_eq!(report.all.handed_over.precision.share, 1.0);
        assert_eq!(report.all.off_by, BTreeMap::from([(0, 1), (2, 1)]));
        assert_eq!(report.mistakes.len(), 2);
        let expected = (1.0 + (-2.0_f64).exp() + 0.0 + 1.0) / 4.0;
        assert!((report.all.golden_transfer[0] - expected).abs() < 1e-6);
    }
}
