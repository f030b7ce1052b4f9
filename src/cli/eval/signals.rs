//! `sanad eval signals`: reads messages and dialogues, asks the rules, shows the figures.

use super::{Format, Measured, Options, names, percent, share, table};
use crate::cli::classify::turn;
use crate::cli::fault::Fault;
use crate::cli::rows::{self, Row};
use crate::domain::detectors::{SignalKind, Speaker};
use crate::domain::rules::Rules;
use crate::eval::figures::Found;
use crate::eval::page;
use crate::eval::replay::{Line, Replay};
use crate::eval::signals::{DialogueFigures, DialogueReport, Judged, JudgedDialogue, Report};
use crate::eval::signals::{dialogues, report};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn run(options: &Options) -> anyhow::Result<Measured> {
    let rules = super::rules(&options.config, &options.keeping)?;
    let replay = Replay::new(&rules);
    let (mut messages, mut talks) = (Vec::new(), Vec::new());
    for file in &options.files {
        let rows = rows::read(file, &["text"]).map_err(anyhow::Error::msg)?;
        let at = |why: String| anyhow::anyhow!("{}: {why}", file.display());
        for row in &rows {
            if row.fields.contains_key("turns") {
                talks.push(judge_dialogue(&replay, row).map_err(at)?);
            } else {
                messages.push(judge_message(&rules, &replay, row).map_err(at)?);
            }
        }
    }
    let messages = (!messages.is_empty()).then(|| report(&messages));
    let talks = (!talks.is_empty()).then(|| dialogues(&talks));
    let page = page::signals(&names(&options.files), messages.as_ref(), talks.as_ref());
    let shown = match options.format {
        Format::Json => format!("{:#}\n", json!({ "messages": messages, "dialogues": talks })),
        Format::Table => {
            let messages = messages.as_ref().map(message_tables);
            let talks = talks.as_ref().map(dialogue_tables);
            [messages, talks].into_iter().flatten().collect::<Vec<_>>().join("\n")
        }
    };
    Ok(Measured { shown, page })
}

pub(super) fn judge_message(
    rules: &Rules,
    replay: &Replay<'_>,
    row: &Row,
) -> Result<Judged, String> {
    let text = row.message()?;
    let context = match row.fields.get("context") {
        Some(Value::Array(turns)) => turns.iter().map(turn).collect::<Result<Vec<Line>, _>>(),
        Some(_) | None => Ok(Vec::new()),
    }
    .map_err(|why| format!("line {}: {why}", row.line))?;
    let decided = replay.decide(&context, text);
    Ok(Judged {
        text: text.to_owned(),
        groups: ["lang", "variety"]
            .into_iter()
            .filter_map(|name| row.text(name))
            .map(str::to_owned)
            .collect(),
        gold: gold(row)?,
        raised: decided.raised(rules).into_iter().collect(),
    })
}

/// What a message is labelled with.
pub(super) fn gold(row: &Row) -> Result<BTreeSet<SignalKind>, String> {
    let labels: Vec<&str> = match (row.fields.get("labels"), row.text("label")) {
        (Some(Value::Array(labels)), _) => labels.iter().filter_map(Value::as_str).collect(),
        (Some(Value::String(labels)), _) => labels.split(['|', ',']).map(str::trim).collect(),
        (_, Some(label)) => vec![label],
        (_, None) => Vec::new(),
    };
    let kinds = labels.into_iter().filter_map(|label| match label {
        "neutral" | "none" | "" => None,
        "wants_human" | "human_request" => Some(Ok(SignalKind::HumanRequest)),
        "frustrated" | "frustration" | "angry" => Some(Ok(SignalKind::Frustration)),
        "confused" | "confusion" | "lost" => Some(Ok(SignalKind::Confusion)),
        "emergency" => Some(Ok(SignalKind::Emergency)),
        "abuse" | "abusive" => Some(Ok(SignalKind::Abuse)),
        "repetition" | "repeating" => Some(Ok(SignalKind::Repetition)),
        other => Some(Err(format!(
            "line {}: `{other}` is no label; there are wants_human, frustrated, confused, \
             emergency, abuse, repetition and neutral",
            row.line
        ))),
    });
    kinds.collect()
}

/// Plays a dialogue until the bot would step aside.
pub(super) fn judge_dialogue(replay: &Replay<'_>, row: &Row) -> Result<JudgedDialogue, String> {
    let at = |why: String| format!("line {}: {why}", row.line);
    let Some(Value::Array(turns)) = row.fields.get("turns") else {
        return Err(at("`turns` is not a list".to_owned()));
    };
    let turns: Vec<Line> = turns
        .iter()
        .map(turn)
        .collect::<Result<_, _>>()
        .map_err(|fault: Fault| at(fault.to_string()))?;
    let gold = match row.fields.get("gold_turn") {
        None | Some(Value::Null) => None,
        Some(value) => match value.as_u64().map(|turn| turn as usize) {
            Some(turn) if turn < turns.len() => Some(turn),
            _ => {
                return Err(at(format!(
                    "`gold_turn` {value} is no turn from 0 to {}",
                    turns.len()
                )));
            }
        },
    };
    let mut predicted = None;
    for (number, turn) in turns.iter().enumerate() {
        if turn.party != Speaker::Customer {
            continue;
        }
        let decided = replay.decide(&turns[..number], &turn.text);
        if let Some(reason) = decided.handoff() {
            predicted = Some((number, reason.name().to_owned()));
            break;
        }
    }
    let id = row.fields.get("id").map_or_else(
        || row.line.to_string(),
        |id| match id {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        },
    );
    Ok(JudgedDialogue {
        id,
        language: row.text("lang").unwrap_or("unknown").to_owned(),
        gold,
        predicted: predicted.as_ref().map(|(turn, _)| *turn),
        reason: row.text("reason").unwrap_or_default().to_owned(),
        predicted_reason: predicted.map(|(_, reason)| reason).unwrap_or_default(),
    })
}

fn found(name: &str, found: &Found) -> Vec<String> {
    let interval = |low: f64, high: f64| format!("{}–{}", percent(low), percent(high));
    let mut row = vec![name.to_owned()];
    for share in [&found.precision, &found.recall] {
        row.push(format!("{} ({}/{})", percent(share.share), share.hits, share.of));
        row.push(interval(share.low, share.high));
    }
    row.push(percent(found.f1.value));
    row.push(interval(found.f1.low, found.f1.high));
    row
}

fn message_tables(report: &Report) -> String {
    let mut rows = Vec::new();
    for class in &report.classes {
        rows.push(found(class.class.name(), &class.all));
        let groups = class.groups.iter().filter(|(_, of)| of.recall.of + of.precision.of > 0);
        rows.extend(groups.map(|(name, of)| found(&format!("  {name}"), of)));
    }
    let heads = ["class", "precision", "95%", "recall", "95%", "F1", "95%"];
    let mut out = table(&heads, rows);
    let mut rows = Vec::new();
    for one in &report.false_fires {
        let mut row = vec![one.class.name().to_owned()];
        row.extend(share(&one.all));
        rows.push(row);
        for (name, of) in one.groups.iter().filter(|(_, of)| of.hits > 0) {
            let mut row = vec![format!("  {name}")];
            row.extend(share(of));
            rows.push(row);
        }
    }
    out += &format!(
        "\nfalse fires on {} ordinary messages of {}\n{}",
        report.ordinary,
        report.messages,
        table(&["detector", "fires", "count", "95%"], rows)
    );
    out
}

fn dialogue_tables(report: &DialogueReport) -> String {
    let row = |name: &str, figures: &DialogueFigures| {
        let mut row = found(name, &figures.handed_over);
        row.push(format!("{} ({})", percent(figures.missed.share), figures.missed.hits));
        row.extend(figures.golden_transfer.map(|value| format!("{value:.3}")));
        row
    };
    let mut rows = vec![row("all", &report.all)];
    rows.extend(report.languages.iter().map(|(name, figures)| row(name, figures)));
    let heads = [
        "dialogues",
        "precision",
        "95%",
        "recall",
        "95%",
        "F1",
        "95%",
        "missed",
        "GT-T 1",
        "GT-T 2",
        "GT-T 3",
    ];
    let off: Vec<String> =
        report.all.off_by.iter().map(|(turns, count)| format!("{turns:+}: {count}")).collect();
    let mut out = format!("{}\nturns off: {}\n", table(&heads, rows), off.join(", "));
    for mistake in &report.mistakes {
        out += &format!("  {mistake}\n");
    }
    out
}
