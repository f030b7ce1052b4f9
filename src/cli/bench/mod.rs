//! `sanad bench`: how fast this machine serves people, beside what the same machine can do at all.
//!
//! Each figure stands beside a yardstick of the same run: calls beside a bare tonic echo of the
//! same sizes, durable turns beside bare commits of the same store. The server is a process of its
//! own, started the way operators start it, with its rate limits opened; the load comes from here,
//! so that both share the machine as the echo and its load do.

// Measuring is what all of this is for.
#![allow(clippy::disallowed_methods)]

mod child;
mod disk;
mod echo;
mod idle;
mod load;
mod meter;
mod report;
mod staff;
mod story;

use anyhow::Context;
use child::{Child, Workplace};
use clap::{Args, ValueEnum};
use echo::EchoCaller;
use load::{Closed, Open};
use report::{OfStore, Report};
use std::path::PathBuf;
use std::time::Duration;
use story::Shop;
use tonic::transport::Channel;

/// Measures calls a second, latencies, start and memory, beside bare yardsticks of the same run.
#[derive(Debug, Clone, Args)]
pub struct Bench {
    /// The config folder whose rules answer.
    #[arg(long, env = "SANAD_CONFIG", default_value = "config", value_name = "DIR")]
    pub config: PathBuf,
    /// Where to make the folder with the data; it is removed at the end. Its disk is what is measured.
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub on: PathBuf,
    /// Seconds of each part.
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// Customers at once when the peak is sought.
    #[arg(long, default_value_t = 128, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub customers: u32,
    /// Of a hundred conversations, so many go to a person.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub handoffs: u32,
    /// Streams that are only open.
    #[arg(long, default_value_t = 2_000, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub streams: u32,
    /// Which stores to measure.
    #[arg(long, value_enum, default_values = ["memory", "embedded"], value_delimiter = ',')]
    pub store: Vec<On>,
    /// How to show the result.
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Answers bare calls instead: the yardstick, started by the bench itself.
    #[arg(long, hide = true)]
    pub echo: bool,
}

/// A store to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// The reference store, in memory.
    Memory,
    /// The embedded store, on disk.
    Embedded,
}

impl On {
    const fn name(self) -> &'static str {
        match self {
            On::Memory => "memory",
            On::Embedded => "embedded",
        }
    }
}

/// How the result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Measures and prints.
pub async fn run(options: Bench) -> anyhow::Result<()> {
    if options.echo {
        return echo::serve().await.context("the echo cannot be served");
    }
    let workplace = Workplace::make(&options.on, &options.config)?;
    let span = Duration::from_secs(options.seconds);
    let mut report = Report::of(&options);
    say("the echo");
    let at_once = options.customers as usize;
    report.echo = {
        let child = Child::echo(&workplace).await?;
        let channels = child.connections().await?;
        let gauge = child.gauge();
        let closed = Closed { at_once, span };
        Some(gauge.read(closed.run(|| EchoCaller::on(one_of(&channels))).await?)?)
    };
    for store in &options.store {
        report.stores.push(of_store(&options, &workplace, *store, span).await?);
    }
    say("starting");
    report.start = child::starts(&workplace, 5).await?;
    if options.streams > 0 {
        say(&format!("{} idle streams", options.streams));
        let child = Child::sanad(&workplace, On::Memory).await?;
        report.idle = Some(idle::measure(&child, options.streams).await?);
        child.end().await?;
    }
    match options.format {
        Format::Table => print!("{report}"),
        Format::Json => println!("{}", report.json()),
    }
    Ok(())
}

async fn of_store(
    options: &Bench,
    workplace: &Workplace,
    store: On,
    span: Duration,
) -> anyhow::Result<OfStore> {
    say(&format!("{}: its peak", store.name()));
    let child = Child::sanad(workplace, store).await?;
    let shop = Shop::open(&child, workplace, options.handoffs).await?;
    let gauge = child.gauge();
    let closed = Closed { at_once: options.customers as usize, span };
    let peak = gauge.read(closed.run(|| shop.customer()).await?)?;
    say(&format!("{}: at half of its peak", store.name()));
    let gauge = child.gauge();
    let open = Open { per_second: peak.calls_per_second / 2.0, span };
    let half = gauge.read(open.run(|| shop.customer()).await?)?;
    child.end().await?;
    let commits = match store {
        On::Memory => None,
        On::Embedded => {
            say("bare commits");
            Some(disk::measure(workplace, options, half.calls_per_second, span).await?)
        }
    };
    Ok(OfStore { store, peak, half, commits })
}

/// Any of the connections.
fn one_of(channels: &[Channel]) -> Channel {
    channels[rand::random_range(0..channels.len())].clone()
}

fn say(what: &str) {
    eprintln!("measuring {what} …");
}
