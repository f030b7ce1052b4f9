//! How long a decision takes by the number of entries and examples, and what they cost to learn, to
//! recall and to keep in memory. Prints Markdown; figures so far are in `understanding/README.md`.
//!
//!     cargo bench --bench decision -- DATA
//!
//! DATA holds intents/NAME/{train,dev}.jsonl as for `understanding/run.mjs`. One thread; the clock
//! counts, so the machine should have nothing else to do.

// Measuring is what all of this is for.
#![allow(clippy::disallowed_methods)]

use anyhow::Context;
use sanad::domain::bot::matcher::{Example, Matcher, MatcherSettings, TrainingEntry};
use sanad::domain::detectors::Window;
use sanad::domain::ids::EntryId;
use sanad::domain::language::{detect, normalise, variety_of};
use sanad::domain::reading;
use sanad::domain::rules::Rules;
use sanad::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is measured: so many entries of so many examples each, from the rows of these sets. An
/// intent with more examples becomes several entries.
const SIZES: [(&[&str], usize, usize); 5] = [
    (&["banking77"], 77, 10),
    (&["banking77"], 77, usize::MAX),
    (&["banking77", "clinc150", "hwu64"], 250, 10),
    (&["banking77", "clinc150", "hwu64"], 250, 40),
    (&["banking77", "clinc150", "hwu64"], 1_000, 10),
];
/// Every message is read so often.
const TIMES: usize = 5;

fn main() -> anyhow::Result<()> {
    // `cargo bench` adds `--bench`; a number is the size that this process is to measure.
    let mut args = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    let data = args
        .next()
        .context("name the folder with the sets: cargo bench --bench decision -- DATA")?;
    if let Some(size) = args.next() {
        return measure(Path::new(&data), size.parse()?);
    }
    println!(
        "| entries | examples | learn s | recall ms | kept MB | memory at most MB | match p50 / p99 µs | decision p50 / p99 µs |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for size in 0..SIZES.len() {
        // A process of its own, so that its memory is its own.
        let mut child = Command::new(std::env::current_exe()?);
        let status = child.arg(&data).arg(size.to_string()).status()?;
        anyhow::ensure!(status.success(), "size {size} could not be measured");
    }
    Ok(())
}

fn measure(data: &Path, size: usize) -> anyhow::Result<()> {
    let (sets, entries, examples) = SIZES[size];
    let (_, checked) = sanad::config::load(Path::new("config"));
    let rules = checked.rules.context("the shipped config has errors; see `sanad check`")?;
    let asked: Vec<String> =
        rows(data, "banking77", "dev")?.into_iter().map(|(text, _)| text).collect();
    let entries = &training(data, sets, entries, examples)?;
    let settings = MatcherSettings::default();
    let begun = Instant::now();
    let learnt = Matcher::train(entries, &settings)?.learnt();
    let learn = begun.elapsed();
    let begun = Instant::now();
    let (matcher, _) = Matcher::recall(entries, &settings, &learnt)?;
    let recall = begun.elapsed();
    let rules = Rules { matcher: Arc::new(matcher), ..rules };
    let matching = took(&asked, |text| {
        let normalised = normalise(text);
        let variety = variety_of(&normalised);
        let begun = Instant::now();
        black_box(rules.matcher.find(&normalised, variety));
        begun.elapsed()
    });
    let window = Window::default();
    let deciding = took(&asked, |text| {
        let begun = Instant::now();
        black_box(reading::read(&rules, text, &window, Timestamp::ZERO));
        begun.elapsed()
    });
    let examples: usize = entries.iter().map(|entry| entry.examples.len()).sum();
    println!(
        "| {} | {examples} | {:.1} | {:.0} | {:.1} | {:.0} | {matching} | {deciding} |",
        entries.len(),
        learn.as_secs_f64(),
        recall.as_secs_f64() * 1e3,
        learnt.len() as f64 / 1e6,
        memory_at_most() / 1e6,
    );
    Ok(())
}

/// p50 and p99 over all messages, after each was read once.
fn took(asked: &[String], mut one: impl FnMut(&str) -> Duration) -> String {
    for text in asked {
        black_box(one(text));
    }
    let mut spans: Vec<Duration> = (0..TIMES).flat_map(|_| asked).map(|text| one(text)).collect();
    spans.sort_unstable();
    let at = |share: usize| spans[(spans.len() - 1) * share / 100].as_secs_f64() * 1e6;
    format!("{:.0} / {:.0}", at(50), at(99))
}

/// Entries from the rows of these sets: the first part of each intent, then the second of each.
fn training(
    data: &Path,
    sets: &[&str],
    entries_max: usize,
    examples: usize,
) -> anyhow::Result<Vec<TrainingEntry>> {
    let mut parts: BTreeMap<(usize, String), Vec<Example>> = BTreeMap::new();
    for set in sets {
        let mut intents: BTreeMap<String, usize> = BTreeMap::new();
        for (text, intent) in rows(data, set, "train")? {
            let count = intents.entry(intent.clone()).or_default();
            let part = parts.entry((*count / examples, format!("{set}.{intent}"))).or_default();
            let variety = detect(&text);
            part.push(Example { text, variety });
            *count += 1;
        }
    }
    let whole =
        parts.into_iter().filter(|(_, part)| examples == usize::MAX || part.len() == examples);
    let entries: Vec<TrainingEntry> = whole
        .take(entries_max)
        .enumerate()
        .map(|(number, (_, examples))| {
            let id = EntryId::parse(&format!("entry_{number}"))?;
            Ok(TrainingEntry { id, examples, patterns: Vec::new() })
        })
        .collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(
        entries.len() == entries_max,
        "there are rows for {} entries only",
        entries.len()
    );
    Ok(entries)
}

/// Text and intent of each row of a file.
fn rows(data: &Path, set: &str, part: &str) -> anyhow::Result<Vec<(String, String)>> {
    let file = data.join("intents").join(set).join(format!("{part}.jsonl"));
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let row = |line: &str| -> anyhow::Result<(String, String)> {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let field = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        Ok((field("text"), field("intent")))
    };
    text.lines().map(row).collect()
}

/// The most bytes of memory that this process had; 0 where the system does not tell.
fn memory_at_most() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1024.0
}
