//! The result: each figure beside its yardstick.

use super::idle::Idle;
use super::matcher::Decisions;
use super::meter::{Kind, Meter};
use super::redis::OfRedis;
use super::{Bench, On};
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// What was counted in one part.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The calls.
    pub meter: Meter,
    /// Calls a second: those that were answered in the time, or with an open load those that came.
    pub calls_per_second: f64,
    /// Processor time that the server used, where the system tells it.
    pub processor: Option<Duration>,
}

impl Measured {
    /// Of something that has no server.
    pub fn here((meter, calls_per_second): (Meter, f64)) -> Measured {
        Measured { meter, calls_per_second, processor: None }
    }

    /// Microseconds of processor time for each call.
    fn processor_per_call(&self) -> Option<f64> {
        Some(self.processor?.as_secs_f64() * 1e6 / self.meter.all_calls() as f64)
    }
}

/// Bare commits of the embedded store.
#[derive(Debug, Clone)]
pub struct Commits {
    /// As many as go.
    pub peak: Measured,
    /// As many a second as there were turns at half of the peak.
    pub same_rate: Measured,
}

/// What was measured on one store.
#[derive(Debug, Clone)]
pub struct OfStore {
    /// Which.
    pub store: On,
    /// As many calls as go.
    pub peak: Measured,
    /// At half of that.
    pub half: Measured,
    /// The yardstick of what is durable.
    pub commits: Option<Commits>,
    /// What is measured on Redis alone.
    pub redis: Option<OfRedis>,
}

/// Everything.
#[derive(Debug, Clone)]
pub struct Report {
    options: Bench,
    /// The yardstick of calls.
    pub echo: Option<Measured>,
    /// By store.
    pub stores: Vec<OfStore>,
    /// What decisions of the matcher cost.
    pub matcher: Vec<Decisions>,
    /// From the start of the process until it serves; the first is the first ever.
    pub start: Vec<Duration>,
    /// What open streams cost.
    pub idle: Option<Idle>,
}

impl Report {
    /// Nothing measured yet.
    pub fn of(options: &Bench) -> Report {
        let options = options.clone();
        let (stores, matcher, start) = (Vec::new(), Vec::new(), Vec::new());
        Report { options, echo: None, stores, matcher, start, idle: None }
    }

    /// For programs: rates in calls a second, spans in microseconds, sizes in bytes.
    pub fn json(&self) -> Value {
        let stores: Vec<Value> = self.stores.iter().map(|of| self.json_of_store(of)).collect();
        json!({
            "seconds": self.options.seconds,
            "customers": self.options.customers,
            "handoffs_percent": self.options.handoffs,
            "echo": self.echo.as_ref().map(json_of),
            "stores": stores,
            "matcher": super::tables::json_of_matcher(self.options.agents, &self.matcher),
            "start_us": self.start.iter().map(|span| span.as_micros() as u64).collect::<Vec<_>>(),
            "idle": self.idle.map(|idle| json!({
                "streams": idle.streams,
                "stream_bytes": idle.stream_bytes,
                "conversation_bytes": idle.conversation_bytes,
            })),
        })
    }

    fn json_of_store(&self, of: &OfStore) -> Value {
        json!({
            "store": of.store.name(),
            "peak": json_of(&of.peak),
            "peak_of_echo": self.of_echo(&of.peak),
            "half": json_of(&of.half),
            "commits": of.commits.as_ref().map(|commits| json!({
                "peak": json_of(&commits.peak),
                "same_rate": json_of(&commits.same_rate),
                "turns_of_commits":
                    of.peak.calls_per_second / commits.peak.calls_per_second,
            })),
            "redis": of.redis.as_ref().map(OfRedis::json),
        })
    }

    fn of_echo(&self, measured: &Measured) -> Option<f64> {
        Some(measured.calls_per_second / self.echo.as_ref()?.calls_per_second)
    }
}

/// A part, for programs.
pub fn json_of(measured: &Measured) -> Value {
    let kinds: serde_json::Map<String, Value> = measured
        .meter
        .kinds()
        .map(|(kind, histogram)| {
            let value = json!({
                "count": histogram.len(),
                "p50": histogram.value_at_quantile(0.5),
                "p90": histogram.value_at_quantile(0.9),
                "p99": histogram.value_at_quantile(0.99),
                "p999": histogram.value_at_quantile(0.999),
                "max": histogram.max(),
            });
            (kind.name().to_owned(), value)
        })
        .collect();
    json!({
        "calls_per_second": measured.calls_per_second,
        "processor_us_per_call": measured.processor_per_call(),
        "kinds": kinds,
        "failures": measured.meter.failures,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        writeln!(
            out,
            "{} customers at once, {} % of conversations to a person, {} s a part, {cores} cores \
             shared by server and load",
            self.options.customers, self.options.handoffs, self.options.seconds
        )?;
        self.write_rates(out)?;
        self.write_latencies(out)?;
        self.stores.iter().filter_map(|of| of.redis.as_ref()).try_for_each(|of| of.write(out))?;
        super::tables::write_matcher(self.options.agents, &self.matcher, out)?;
        if let [first, again @ ..] = &self.start[..] {
            let again: Vec<String> = again.iter().map(|span| shown(*span)).collect();
            writeln!(out, "start: first ever {}, again {}", shown(*first), again.join(", "))?;
        }
        if let Some(idle) = self.idle {
            writeln!(
                out,
                "memory: {:.1} KB for each of {} idle streams, {:.1} KB for each conversation in \
                 the memory store",
                idle.stream_bytes as f64 / 1024.0,
                idle.streams,
                idle.conversation_bytes as f64 / 1024.0
            )?;
        }
        self.write_failures(out)
    }
}

impl Report {
    fn write_rates(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(UTF8_HORIZONTAL_ONLY);
        table.set_header(["peak", "calls/s", "of the echo", "server µs/call", "of bare commits"]);
        let cpu = |measured: &Measured| {
            measured.processor_per_call().map_or("?".to_owned(), |micros| format!("{micros:.0}"))
        };
        let rate = |measured: &Measured| format!("{:.0}", measured.calls_per_second);
        if let Some(echo) = &self.echo {
            table.add_row(["bare tonic echo", &rate(echo), "1", &cpu(echo), ""]);
        }
        for of in &self.stores {
            let ratio = self.of_echo(&of.peak).map_or(String::new(), |r| format!("{r:.2}"));
            let commits = of.commits.as_ref().map(|commits| {
                let ratio = of.peak.calls_per_second / commits.peak.calls_per_second;
                format!("{ratio:.2} of {}/s", rate(&commits.peak))
            });
            let name = format!("sanad, {}", of.store.name());
            let commits = commits.unwrap_or_default();
            table.add_row([&name, &rate(&of.peak), &ratio, &cpu(&of.peak), &commits]);
        }
        writeln!(out, "{table}")
    }

    fn write_latencies(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for of in &self.stores {
            writeln!(
                out,
                "sanad, {}, open load of {:.0} calls/s, since each call was due (what follows an \
                 agent's words: since it was made):",
                of.store.name(),
                of.half.calls_per_second
            )?;
            let mut table = Table::new();
            table.load_preset(UTF8_HORIZONTAL_ONLY);
            table.set_header(["", "count", "p50", "p90", "p99", "p99.9", "max"]);
            for (kind, histogram) in of.half.meter.kinds() {
                table.add_row(row(kind, histogram));
            }
            let commits = of.commits.iter().flat_map(|commits| commits.same_rate.meter.kinds());
            commits.for_each(|(kind, histogram)| {
                table.add_row(row(kind, histogram));
            });
            writeln!(out, "{table}")?;
        }
        Ok(())
    }

    fn write_failures(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.stores.iter().flat_map(|of| [&of.peak, &of.half]);
        let on_redis = self.stores.iter().filter_map(|of| of.redis.as_ref());
        let on_redis = on_redis.flat_map(OfRedis::parts);
        for measured in self.echo.iter().chain(parts).chain(on_redis) {
            for (why, count) in &measured.meter.failures {
                writeln!(out, "failed {count} times: {why}")?;
            }
        }
        Ok(())
    }
}

fn row(kind: Kind, histogram: &Histogram<u64>) -> Vec<String> {
    let at = |quantile: f64| shown(Duration::from_micros(histogram.value_at_quantile(quantile)));
    vec![
        kind.name().to_owned(),
        histogram.len().to_string(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        shown(Duration::from_micros(histogram.max())),
    ]
}

/// A span, as people read it.
pub fn shown(span: Duration) -> String {
    let micros = span.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}
