//! `sanad eval intents`: reads the rows, asks the rules, shows the figures.

// How long reading takes is one of the figures.
#![allow(clippy::disallowed_methods)]

use super::{Format, Measured, Options, names, percent, share, table};
use crate::cli::import::safe_id;
use crate::cli::rows::{self, Row};
use crate::domain::bot::ladder::Step;
use crate::domain::language::Variety;
use crate::domain::rules::Rules;
use crate::eval::figures::quantile;
use crate::eval::intents::{Judged, Replies, Report, report};
use crate::eval::page;
use crate::eval::replay::{Decided, Replay};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

pub(super) fn run(options: &Options) -> anyhow::Result<Measured> {
    let begun = Instant::now();
    let rules = super::rules(&options.config, &options.keeping)?;
    let load = begun.elapsed();
    let mut took = Vec::new();
    let (mut judged, mut unknown) = (Vec::new(), BTreeSet::new());
    for file in &options.files {
        let rows = rows::read(file, &["text", "intent"]).map_err(anyhow::Error::msg)?;
        judged.extend(judge(&rules, &rows, &mut unknown, &mut took).map_err(anyhow::Error::msg)?);
    }
    if !unknown.is_empty() {
        let shown: Vec<&str> = unknown.iter().map(String::as_str).take(5).collect();
        eprintln!(
            "sanad: {} labels are no entries and count as foreign: {} …",
            unknown.len(),
            shown.join(", ")
        );
    }
    let report = report(&judged);
    let page = page::intents(&names(&options.files), &report);
    let speed = Speed::new(load, took);
    let shown = match options.format {
        Format::Json => {
            let mut value = serde_json::to_value(&report)?;
            value["speed"] = serde_json::to_value(&speed)?;
            format!("{value:#}\n")
        }
        Format::Table => format!("{}\n{speed}\n", tables(&report)),
    };
    Ok(Measured { shown, page })
}

/// How long it took, on one thread.
#[derive(Debug, Serialize)]
struct Speed {
    /// Milliseconds until the rules were ready: read, checked, and learnt or recalled.
    load_ms: f64,
    /// Microseconds for one message, all of it: read, matched, assessed, decided.
    p50_us: f32,
    p99_us: f32,
}

impl Speed {
    fn new(load: Duration, took: Vec<Duration>) -> Speed {
        let micros: Vec<f32> = took.iter().map(|one| one.as_secs_f32() * 1e6).collect();
        let at = |share| quantile(&micros, share).unwrap_or(0.0);
        Speed { load_ms: load.as_secs_f64() * 1e3, p50_us: at(0.5), p99_us: at(0.99) }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Speed { load_ms, p50_us, p99_us } = self;
        write!(
            out,
            "rules ready in {load_ms:.0} ms; a message takes {p50_us:.0} µs (p50), {p99_us:.0} µs (p99)"
        )
    }
}

/// Asks the rules about every row, and notes how long each took.
pub(super) fn judge(
    rules: &Rules,
    rows: &[Row],
    unknown: &mut BTreeSet<String>,
    took: &mut Vec<Duration>,
) -> Result<Vec<Judged>, String> {
    let replay = Replay::new(rules);
    let titles: BTreeMap<&str, &str> = rules
        .bot
        .entries
        .values()
        .flat_map(|entry| [&entry.title.en, &entry.title.ar].map(|title| (title, &entry.id)))
        .map(|(title, id)| (title.as_str(), id.as_str()))
        .collect();
    let known = |id: &str| rules.bot.entries.keys().any(|entry| entry.as_str() == id);
    let mut ids: BTreeMap<String, Option<String>> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let text = row.message()?;
            let label = row
                .text("intent")
                .ok_or_else(|| format!("line {}: there is no `intent`", row.line))?
                .trim();
            let gold = ids.entry(label.to_owned()).or_insert_with(|| {
                if rows::is_foreign(label) {
                    return None;
                }
                let id = titles.get(label).map_or_else(|| safe_id(label), |id| (*id).to_owned());
                let found = [label.to_owned(), id].into_iter().find(|id| known(id));
                if found.is_none() {
                    unknown.insert(label.to_owned());
                }
                found
            });
            let begun = Instant::now();
            let decided = replay.decide(&[], text);
            took.push(begun.elapsed());
            Ok(Judged {
                text: text.to_owned(),
                language: row.text("lang").map_or_else(|| language(&decided), str::to_owned),
                gold: gold.clone(),
                best: decided.reading.matched.candidates.first().map(|one| one.entry.to_string()),
                confidence: decided.confidence(),
                outcome: decided.outcome(),
                offered: offered(&decided),
            })
        })
        .collect()
}

fn language(decided: &Decided) -> String {
    match decided.reading.variety {
        Variety::Arabic => "ar",
        Variety::English => "en",
        Variety::Arabizi => "arabizi",
        Variety::Mixed => "mixed",
        Variety::Unknown => "unknown",
    }
    .to_owned()
}

fn offered(decided: &Decided) -> Vec<String> {
    match &decided.step {
        Step::Answer(entry) => vec![entry.to_string()],
        Step::Clarify(entries) => entries.iter().map(ToString::to_string).collect(),
        Step::Wait
        | Step::Social(_)
        | Step::Affirmed
        | Step::Declined
        | Step::Refused
        | Step::ProposeEnd
        | Step::FillSlot { .. }
        | Step::AskSlotAgain { .. }
        | Step::AskInstead
        | Step::NotKnown
        | Step::HandOff(..) => Vec::new(),
    }
}

fn tables(report: &Report) -> String {
    let row = |name: &str, figures: Vec<String>| {
        let mut row = vec![name.to_owned()];
        row.extend(figures);
        row
    };
    let mut accuracy = vec![row("all", share(&report.accuracy))];
    accuracy.extend(report.languages.iter().map(|(name, of)| row(name, share(of))));
    let mut out = table(&["accuracy", "right", "count", "95%"], accuracy);
    let mut replies = vec![row("ours", counts(&report.replies))];
    replies.extend(report.foreign.iter().map(|one| row("foreign", counts(&one.replies))));
    let heads = [
        "replies",
        "answered right",
        "wrong",
        "asked, right offered",
        "not offered",
        "not known",
        "to people",
        "social",
    ];
    out += &format!("\n{}", table(&heads, replies));
    out += &format!("\ncalibration error {}\n", percent(report.calibration_error));
    if let Some(foreign) = &report.foreign {
        let auroc = foreign.auroc.map_or("–".to_owned(), percent);
        out += &format!(
            "out of scope: AUROC {auroc}; recall {} at 5% of ours rejected ({} foreign)\n",
            percent(foreign.recall_at_5.share),
            foreign.count
        );
    }
    const WORST: usize = 10;
    let entries = report.entries.iter().take(WORST).map(|one| {
        let found = &one.found;
        row(
            &one.intent,
            vec![
                percent(found.precision.share),
                percent(found.recall.share),
                percent(found.f1.value),
                found.recall.of.to_string(),
            ],
        )
    });
    let heads = ["worst found", "precision", "recall", "F1", "messages"];
    out += &format!("\n{}", table(&heads, entries.collect()));
    let confusions = report
        .confusions
        .iter()
        .take(WORST)
        .map(|one| row(&one.gold, vec![one.predicted.clone(), one.count.to_string()]));
    out += &format!("\n{}", table(&["taken for another", "for", "times"], confusions.collect()));
    out
}

fn counts(replies: &Replies) -> Vec<String> {
    [
        replies.answered_right,
        replies.answered_wrong,
        replies.asked_right,
        replies.asked_wrong,
        replies.not_known,
        replies.handed_over,
        replies.social,
    ]
    .map(|count| count.to_string())
    .to_vec()
}
