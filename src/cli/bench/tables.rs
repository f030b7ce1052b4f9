//! How the figures of Redis and of the matcher are shown: beside the rest of the report.

use super::matcher::Decisions;
use super::meter::Kind;
use super::redis::{OfRedis, Spent};
use super::report::{Measured, json_of, shown};
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

impl OfRedis {
    /// Turns a second for each bare script a second.
    fn turns_of_scripts(&self) -> f64 {
        self.turns.calls_per_second / self.scripts.calls_per_second
    }

    /// Everything that was called.
    pub fn parts(&self) -> impl Iterator<Item = &Measured> {
        let across = self.across.iter().map(|(_, measured)| measured);
        [&self.turns, &self.scripts].into_iter().chain(across)
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let steps = self.steps.iter().map(|(name, step)| {
            json!({
                "step": name,
                "times": step.sent.len(),
                "sent": step.sent,
                "inside": step.inside,
                "bytes": step.bytes,
            })
        });
        let across = self
            .across
            .iter()
            .map(|(name, measured)| json!({ "way": name, "of": json_of(measured) }));
        json!({
            "server": self.server,
            "turns": json_of(&self.turns),
            "turns_cost": self.turns_cost.json(),
            "scripts": json_of(&self.scripts),
            "scripts_cost": self.scripts_cost.json(),
            "turns_of_scripts": self.turns_of_scripts(),
            "steps": steps.collect::<Vec<_>>(),
            "across": across.collect::<Vec<_>>(),
            "scripts_per_second_at_rest": self.at_rest,
            "memory": {
                "conversations": self.memory.conversations,
                "bytes": self.memory.bytes,
                "keys": self.memory.keys,
            },
        })
    }

    /// For people.
    pub fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{}, {:.2} bot turns for each bare script:\n  {:.0} bot turns/s, each {}\n  {:.0} bare \
             scripts/s, each {}",
            self.server,
            self.turns_of_scripts(),
            self.turns.calls_per_second,
            self.turns_cost,
            self.scripts.calls_per_second,
            self.scripts_cost
        )?;
        writeln!(
            out,
            "memory of Redis: {:.1} KB and {:.1} keys for each of {} conversations of nine turns; an \
             instance at rest sends {:.0} scripts/s",
            self.memory.bytes as f64 / 1024.0,
            self.memory.keys,
            self.memory.conversations,
            self.at_rest
        )?;
        self.write_steps(out)?;
        self.write_across(out)
    }

    fn write_steps(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(UTF8_HORIZONTAL_ONLY);
        table.set_header(["step", "times", "round trips", "commands in scripts", "bytes sent"]);
        for (name, step) in &self.steps {
            table.add_row([
                (*name).to_owned(),
                step.sent.len().to_string(),
                spread(&step.sent),
                spread(&step.inside),
                spread(&step.bytes),
            ]);
        }
        writeln!(out, "what each step costs Redis, counted there: the median (least–most)\n{table}")
    }

    fn write_across(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(UTF8_HORIZONTAL_ONLY);
        table.set_header(["two instances, asked → offered", "count", "p50", "p99", "max"]);
        for (name, measured) in &self.across {
            let offered = measured.meter.kinds().find(|(kind, _)| *kind == Kind::UntilOffered);
            let Some((_, spans)) = offered else { continue };
            let at = |quantile| shown(Duration::from_micros(spans.value_at_quantile(quantile)));
            table.add_row([
                (*name).to_owned(),
                spans.len().to_string(),
                at(0.5),
                at(0.99),
                shown(Duration::from_micros(spans.max())),
            ]);
        }
        writeln!(out, "{table}")
    }
}

impl Spent {
    fn json(self) -> Value {
        json!({ "micros": self.micros, "bytes": self.bytes, "scripts": self.scripts })
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spent { micros, bytes, scripts } = self;
        write!(out, "{scripts:.2} scripts, {bytes:.0} bytes and {micros:.0} µs of Redis")
    }
}

/// The matcher, for programs.
pub fn json_of_matcher(agents: u32, decisions: &[Decisions]) -> Value {
    let ns = |span: Duration| span.as_nanos() as u64;
    let each = decisions.iter().map(|of| {
        json!({
            "agents": agents,
            "waiting": of.waiting,
            "freed_ns": ns(of.freed),
            "freed_p50_ns": ns(of.freed_p50),
            "freed_p99_ns": ns(of.freed_p99),
            "arrival_ns": ns(of.arrival),
            "routed_ns": ns(of.routed),
        })
    });
    each.collect()
}

/// The matcher, for people.
pub fn write_matcher(
    agents: u32,
    decisions: &[Decisions],
    out: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if decisions.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY);
    table.set_header([
        format!("{agents} agents, waiting"),
        "a freed place: mean".to_owned(),
        "p50".to_owned(),
        "p99".to_owned(),
        "an arrival: mean".to_owned(),
        "through the router: mean".to_owned(),
        "offers/s".to_owned(),
    ]);
    for of in decisions {
        let micros = |span: Duration| format!("{:.2} µs", span.as_nanos() as f64 / 1e3);
        table.add_row([
            of.waiting.to_string(),
            micros(of.freed),
            micros(of.freed_p50),
            micros(of.freed_p99),
            micros(of.arrival),
            micros(of.routed),
            format!("{:.0}", 1.0 / of.routed.as_secs_f64()),
        ]);
    }
    writeln!(out, "decisions of the matcher; a mean counts the slowest hundredth too\n{table}")
}

/// The median, with the least and the most where they differ.
fn spread(values: &[u64]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(least), Some(median), Some(most)) if least < most => {
            format!("{median} ({least}–{most})")
        }
        (_, Some(median), _) => median.to_string(),
        (_, None, _) => String::new(),
    }
}
