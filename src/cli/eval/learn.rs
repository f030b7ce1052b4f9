//! `sanad eval learn`: labelled messages in, the file of weights out, and how far they carry.

use super::{percent, table};
use crate::cli::learning::Keeping;
use crate::cli::rows::{self, Row};
use crate::domain::detectors::LEARNT;
use crate::eval::learn::{Labelled, Lessons};
use clap::Args;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Margins at which the table shows what would be raised.
const MARGINS: [f32; 7] = [-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75];

/// What is learnt from, and where it goes.
#[derive(Debug, Args)]
pub struct Options {
    /// Files with labelled messages.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    config: PathBuf,
    /// Writes the weights to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Writes the margin of every message, judged by what the others teach, as JSON lines.
    #[arg(long, value_name = "FILE")]
    margins: Option<PathBuf>,
    /// Judges these messages too, by what all teach; they are not learnt from.
    #[arg(long, value_name = "FILE")]
    others: Vec<PathBuf>,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    if let Some(out) = &options.out {
        rewrite(&options.files, &options.config, out)?;
    }
    let rules = super::rules(&options.config, &Keeping::default())?;
    let messages = read_all(&options.files)?;
    let lessons = Lessons::of(&rules.detectors, &messages);
    let judged = lessons.judged_by_others(&messages);
    print!("{}", shown(&messages, &judged));
    let Some(file) = &options.margins else { return Ok(()) };
    let mut lines: Vec<String> =
        messages.iter().zip(&judged).map(|(message, margins)| line(message, margins)).collect();
    if !options.others.is_empty() {
        let weights = lessons.learn(&(0..messages.len()).collect::<Vec<_>>());
        for other in &options.others {
            for message in read(other)? {
                let margins = lessons.judge(&weights, &rules.detectors, &message.text);
                lines.push(line(&message, &margins));
            }
        }
    }
    write(file, &(lines.join("\n") + "\n"))
}

/// Learns from all messages of these files and writes the weights.
pub(super) fn rewrite(files: &[PathBuf], config: &Path, out: &Path) -> anyhow::Result<()> {
    let rules = super::rules(config, &Keeping::default())?;
    let messages = read_all(files)?;
    let lessons = Lessons::of(&rules.detectors, &messages);
    let everything: Vec<usize> = (0..messages.len()).collect();
    let made_of: anyhow::Result<Vec<String>> = files.iter().map(|file| made_of(file)).collect();
    write(out, &lessons.written(&lessons.learn(&everything), &made_of?))
}

fn read_all(files: &[PathBuf]) -> anyhow::Result<Vec<Labelled>> {
    let mut messages = Vec::new();
    for file in files {
        messages.extend(read(file)?);
    }
    Ok(messages)
}

fn read(file: &Path) -> anyhow::Result<Vec<Labelled>> {
    let labelled = |row: &Row| -> Result<Labelled, String> {
        let text = row.message()?.to_owned();
        Ok(Labelled { text, labels: super::signals::gold(row)? })
    };
    let rows = rows::read(file, &["text"]).map_err(anyhow::Error::msg)?;
    let read: Result<Vec<Labelled>, String> = rows.iter().map(labelled).collect();
    read.map_err(|why| anyhow::anyhow!("{}: {why}", file.display()))
}

/// What a file was when it was learnt from.
pub(super) fn made_of(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file)?;
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{hash} {}", file.display()))
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text)
        .map_err(|error| anyhow::anyhow!("{} cannot be written: {error}", file.display()))
}

fn line(message: &Labelled, margins: &[f32; 5]) -> String {
    let labels: Vec<&str> = message.labels.iter().map(|kind| kind.name()).collect();
    let margins: serde_json::Map<String, serde_json::Value> = LEARNT
        .iter()
        .zip(margins)
        .map(|(kind, margin)| (kind.name().into(), json!(margin)))
        .collect();
    json!({ "text": message.text, "labels": labels, "margins": margins }).to_string()
}

fn shown(messages: &[Labelled], judged: &[[f32; 5]]) -> String {
    let mut rows = Vec::new();
    for (place, kind) in LEARNT.iter().enumerate() {
        for margin in MARGINS {
            let mut counts = [[0_usize; 2]; 2];
            for (message, margins) in messages.iter().zip(judged) {
                let gold = message.labels.contains(kind);
                counts[usize::from(gold)][usize::from(margins[place] >= margin)] += 1;
            }
            let [[_, wrong], [missed, right]] = counts;
            let of = |part: usize, whole: usize| percent(part as f64 / whole.max(1) as f64);
            rows.push(vec![
                kind.name().to_owned(),
                format!("{margin}"),
                of(right, right + wrong),
                of(right, right + missed),
                format!("{right}+{wrong} of {}", right + missed),
            ]);
        }
    }
    table(&["kind", "margin", "precision", "recall", "right+wrong of positives"], rows)
}
