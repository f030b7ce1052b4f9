//! `sanad bench`: how fast this machine serves people, beside what the same machine can do at all.
//!
//! Each figure stands beside a yardstick of the same run: calls beside a bare tonic echo of the
//! same sizes, durable turns beside bare commits of the same store, turns on Redis beside bare
//! scripts on the same server. The server is a process of its own, started the way operators start
//! it, with its rate limits opened; the load comes from here, so that both share the machine as the
//! echo and its load do.

// Measuring is what all of this is for.
#![allow(clippy::disallowed_methods)]

mod child;
mod disk;
mod echo;
mod idle;
mod load;
mod matcher;
mod meter;
mod redis;
mod report;
mod staff;
mod story;
mod tables;

use anyhow::Context;
use child::{Child, Workplace};
use clap::{Args, ValueEnum};
use echo::EchoCaller;
use load::{Closed, Open};
use redis::server::{Fsync, Server};
use report::{OfStore, Report};
use std::path::PathBuf;
use std::sync::Arc;
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
    /// Which stores to measure: `memory`, `embedded`, `redis` (a redis-server of the bench's own, on a
    /// free port of this machine), or the URL of one Redis, redis://HOST, on which nobody else works.
    #[arg(long, default_values = ["memory", "embedded"], value_delimiter = ',', value_parser = On::parse)]
    pub store: Vec<On>,
    /// When a Redis of the bench's own writes to its disk.
    #[arg(long, value_enum, default_value = "everysec", value_name = "WHEN")]
    pub appendfsync: Fsync,
    /// Agents of the pool in which the matcher is measured; 0: it is not.
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub agents: u32,
    /// How many wait in that pool: one measurement for each.
    #[arg(long, default_values_t = [1_000, 10_000, 100_000], value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub waiting: Vec<u32>,
    /// How to show the result.
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Answers bare calls instead: the yardstick, started by the bench itself.
    #[arg(long, hide = true)]
    pub echo: bool,
    /// Serves, and does nothing by itself: what is counted step by step, started by the bench itself.
    #[arg(long, hide = true, value_name = "DIR")]
    pub still: Option<PathBuf>,
}

/// A store to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// The reference store, in memory.
    Memory,
    /// The embedded store, on disk.
    Embedded,
    /// A Redis, at this URL if it is there already.
    Redis(Option<String>),
}

impl On {
    fn parse(text: &str) -> Result<On, String> {
        match text {
            "memory" => Ok(On::Memory),
            "embedded" => Ok(On::Embedded),
            "redis" => Ok(On::Redis(None)),
            url if url.starts_with("redis://") || url.starts_with("rediss://") => {
                Ok(On::Redis(Some(url.to_owned())))
            }
            _ => Err("write memory, embedded, redis or redis://HOST".to_owned()),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            On::Memory => "memory",
            On::Embedded => "embedded",
            On::Redis(_) => "redis",
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
    if let Some(data) = options.still {
        return child::serve_still(options.config, data).await;
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
        report.stores.push(of_store(&options, &workplace, store, span).await?);
    }
    if options.agents > 0 {
        let (agents, rules) = (options.agents as usize, Arc::new(workplace.rules()?));
        let queues: Vec<usize> = options.waiting.iter().map(|waiting| *waiting as usize).collect();
        report.matcher = matcher::measure(&rules, agents, &queues).await?;
    }
    say("starting");
    report.start = child::starts(&workplace, 5).await?;
    if options.streams > 0 {
        say(&format!("{} idle streams", options.streams));
        let child = Child::sanad(&workplace, On::Memory.name()).await?;
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
    store: &On,
    span: Duration,
) -> anyhow::Result<OfStore> {
    match store {
        On::Memory => calls_on(options, workplace, store, store.name(), span).await,
        On::Embedded => {
            let mut of = calls_on(options, workplace, store, store.name(), span).await?;
            say("bare commits");
            let rate = of.half.calls_per_second;
            of.commits = Some(disk::measure(workplace, options, rate, span).await?);
            Ok(of)
        }
        On::Redis(url) => {
            let mut server =
                Server::find(url.as_deref(), options.appendfsync, &workplace.folder).await?;
            let measured = on_redis(options, workplace, store, &mut server, span).await;
            // Also of what failed nothing stays.
            server.clean().await.and(measured)
        }
    }
}

async fn on_redis(
    options: &Bench,
    workplace: &Workplace,
    store: &On,
    server: &mut Server,
    span: Duration,
) -> anyhow::Result<OfStore> {
    let at = server.deployment()?;
    let mut of = calls_on(options, workplace, store, &at.url, span).await?;
    of.redis = Some(redis::measure(options, workplace, server, span).await?);
    Ok(of)
}

/// The peak, and half of it, on what `sanad serve` calls `place`.
async fn calls_on(
    options: &Bench,
    workplace: &Workplace,
    store: &On,
    place: &str,
    span: Duration,
) -> anyhow::Result<OfStore> {
    say(&format!("{}: its peak", store.name()));
    let child = match store {
        On::Memory | On::Embedded => Child::sanad(workplace, place).await?,
        On::Redis(_) => Child::instance(workplace, place).await?,
    };
    let shop = Shop::open(&child, workplace, options.handoffs).await?;
    let gauge = child.gauge();
    let closed = Closed { at_once: options.customers as usize, span };
    let peak = gauge.read(closed.run(|| shop.customer()).await?)?;
    say(&format!("{}: at half of its peak", store.name()));
    let gauge = child.gauge();
    let open = Open { per_second: peak.calls_per_second / 2.0, span };
    let half = gauge.read(open.run(|| shop.customer()).await?)?;
    child.end().await?;
    Ok(OfStore { store: store.clone(), peak, half, commits: None, redis: None })
}

/// Any of the connections.
fn one_of(channels: &[Channel]) -> Channel {
    channels[rand::random_range(0..channels.len())].clone()
}

fn say(what: &str) {
    eprintln!("measuring {what} …");
}
