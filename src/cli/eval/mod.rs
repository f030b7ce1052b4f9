//! `sanad eval`: how well the rules understand labelled messages, as a table, as JSON and as a page.

mod intents;
mod learn;
mod signals;
#[cfg(test)]
mod tests;

use super::learning::Keeping;
use crate::domain::language::Language;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{CellAlignment, Table, presets};
use std::path::{Path, PathBuf};

/// Measures how well the rules understand labelled messages.
#[derive(Debug, Args)]
pub struct Eval {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Is the right entry found, and is it known when none is meant?
    ///
    /// Each row is {"text", "intent"} and, if known, "lang". The label is an entry's id, its title,
    /// or what `sanad import` made an id of. Rows labelled oos, none or with no entry of ours are
    /// foreign: the bot should not know them.
    Intents(Options),
    /// Does it notice who needs a person, and in time?
    ///
    /// Messages are {"text", "labels": [wants_human, frustrated, confused, emergency, abuse,
    /// repetition]} or {"text", "label"}, and, if known, "lang", "variety" and "context"; without a
    /// label, or with `neutral`, a message is an ordinary one. Dialogues are {"id", "turns":
    /// [{"party", "text"}], "gold_turn": place in `turns` from 0, or null, "reason"}.
    Signals(Options),
    /// Learns the weights of the detectors anew, for those who build Sanad.
    ///
    /// Each row is {"text", "labels"} as for `signals`. Prints how each message is judged by what
    /// the others teach, at several margins: that is what the numbers under `learnt:` in
    /// config/detectors are chosen by.
    Learn(learn::Options),
}

/// What both measurements want to know.
#[derive(Debug, Args)]
struct Options {
    /// Files with labelled messages: JSON lines, or CSV with a head.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    config: PathBuf,
    #[command(flatten)]
    keeping: Keeping,
    /// How the figures are written.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Writes a page with plots to this file too.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Measures and shows.
pub fn run(options: &Eval) -> anyhow::Result<()> {
    let (text, page) = match &options.what {
        What::Learn(options) => return learn::run(options),
        What::Intents(options) => (intents::run(options)?, options),
        What::Signals(options) => (signals::run(options)?, options),
    };
    print!("{}", text.shown);
    if let Some(file) = &page.html {
        std::fs::write(file, text.page)
            .map_err(|error| anyhow::anyhow!("{} cannot be written: {error}", file.display()))?;
    }
    Ok(())
}

/// A measurement, ready to be shown.
struct Measured {
    shown: String,
    page: String,
}

/// The rules to be measured.
fn rules(folder: &Path, keeping: &Keeping) -> anyhow::Result<crate::domain::rules::Rules> {
    super::rules::of_folder(folder, keeping, Language::En).ok_or_else(|| {
        anyhow::anyhow!("correct them first: sanad check --config {}", folder.display())
    })
}

fn names(files: &[PathBuf]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    names.join(", ")
}

/// A plain table; all columns but the first hold figures.
fn table(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(heads);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n")
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

fn share(share: &crate::eval::figures::Share) -> Vec<String> {
    vec![
        percent(share.share),
        format!("{}/{}", share.hits, share.of),
        format!("{}–{}", percent(share.low), percent(share.high)),
    ]
}
