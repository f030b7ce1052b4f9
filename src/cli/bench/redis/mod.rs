//! What is measured on Redis alone: bot turns beside bare scripts on the same server, what each
//! step of a story costs it, how long an offer takes to an agent on another instance, and what a
//! conversation takes of its memory.

mod scripts;
pub mod server;
pub mod tally;

use super::child::{Child, Workplace};
use super::load::{Closed, Open};
use super::report::Measured;
use super::story::Shop;
use super::{Bench, say};
use crate::app::keys;
use crate::store::redis::deployment::{BUCKETS, Info};
use anyhow::Context;
use server::{Deployment, Server, why};
use std::time::{Duration, Instant};

/// Calls a second while the way of offers is measured: so few that nobody waits for the processor.
const CALMLY: f64 = 80.0;
/// So long an instance is watched that has nothing to do.
const AT_REST: Duration = Duration::from_secs(2);
/// Receipts of transactions are gone after this at the latest.
const RECEIPTS_MAX: Duration = Duration::from_secs(30);
/// Somebody matches after this at the latest.
const LED_MAX: Duration = Duration::from_secs(20);

/// What was measured on Redis alone.
#[derive(Debug, Clone)]
pub struct OfRedis {
    /// The server, in words.
    pub server: String,
    /// Conversations with the bot alone, as many as go.
    pub turns: Measured,
    /// What Redis spent on each call.
    pub turns_cost: Spent,
    /// Bare scripts, as many as go.
    pub scripts: Measured,
    /// What Redis spent on each script.
    pub scripts_cost: Spent,
    /// What each step costs.
    pub steps: tally::Steps,
    /// From the request for a person until an agent on another instance sees the offer.
    pub across: Vec<(&'static str, Measured)>,
    /// Scripts a second that an instance sends that has nothing to do.
    pub at_rest: f64,
    /// What conversations take of its memory.
    pub memory: Memory,
}

/// What Redis spent on each of what it was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// Processor time, in microseconds.
    pub micros: f64,
    /// Bytes that it was sent.
    pub bytes: f64,
    /// Scripts that it ran, with those of what an instance does by itself.
    pub scripts: f64,
}

/// What a conversation with the bot takes of the memory of Redis.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Of how many this is the mean.
    pub conversations: u64,
    /// Bytes of each.
    pub bytes: u64,
    /// Keys of each.
    pub keys: f64,
}

/// Measures all of it.
pub async fn measure(
    options: &Bench,
    place: &Workplace,
    server: &mut Server,
    span: Duration,
) -> anyhow::Result<OfRedis> {
    let closed = Closed { at_once: options.customers as usize, span };
    say("redis: the bot alone, and memory");
    let at = server.deployment()?;
    let before = at_peace(&at).await?;
    let keys_before = at.observer.keys().await.map_err(why)?;
    let child = Child::instance(place, &at.url).await?;
    let shop = Shop::open_without_staff(&child, place).await?;
    let (gauge, counted) = (child.gauge(), at.observer.info().await.map_err(why)?);
    let turns = gauge.read(closed.run(|| shop.customer()).await?)?;
    let turns_cost = spent(&at, &counted, &turns).await?;
    child.end().await?;
    let memory = memory(&at, &before, keys_before).await?;
    say("redis: bare scripts");
    let counted = at.observer.info().await.map_err(why)?;
    let scripts = scripts::measure(&at.url, closed).await?;
    let scripts_cost = spent(&at, &counted, &scripts).await?;
    say("redis: commands of each step");
    let at = server.deployment()?;
    let child = Child::still(place, &at.url).await?;
    let shop = Shop::open_without_staff(&child, place).await?;
    let steps = tally::measure(&shop, &child, &at).await?;
    child.end().await?;
    let (across, at_rest) = across(place, server, span).await?;
    let server = server.described.clone();
    Ok(OfRedis { server, turns, turns_cost, scripts, scripts_cost, steps, across, at_rest, memory })
}

/// Two instances on one server: customers at one, agents at the other, both ways round.
async fn across(
    place: &Workplace,
    server: &mut Server,
    span: Duration,
) -> anyhow::Result<(Vec<(&'static str, Measured)>, f64)> {
    say("redis: offers across two instances");
    let (mut ways, mut rest) = (Vec::new(), 0.0);
    for (name, are_first) in [
        ("customers at the instance that matches", true),
        ("agents at the instance that matches", false),
    ] {
        let at = server.deployment()?;
        let first = Child::instance(place, &at.url).await?;
        // Whoever is first becomes the matcher.
        await_leader(place, &at).await?;
        rest = at_rest(&at).await?;
        let second = Child::instance(place, &at.url).await?;
        let (customers, agents) = if are_first { (&first, &second) } else { (&second, &first) };
        let shop = Shop::across(customers, agents, place, 100).await?;
        let open = Open { per_second: CALMLY, span };
        ways.push((name, Measured::here(open.run(|| shop.customer()).await?)));
        second.end().await?;
        first.end().await?;
    }
    Ok((ways, rest))
}

async fn await_leader(place: &Workplace, at: &Deployment) -> anyhow::Result<()> {
    let pool = keys::pool(&place.rules()?.routing.pool);
    let begun = Instant::now();
    while !at.observer.is_led(&pool).await.map_err(why)? {
        anyhow::ensure!(begun.elapsed() < LED_MAX, "nobody matches");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Scripts a second while nothing happens.
async fn at_rest(at: &Deployment) -> anyhow::Result<f64> {
    let before = scripts(&at.observer.info().await.map_err(why)?);
    tokio::time::sleep(AT_REST).await;
    let after = scripts(&at.observer.info().await.map_err(why)?);
    Ok((after - before) as f64 / AT_REST.as_secs_f64())
}

/// What the server says when all receipts of transactions are gone.
async fn at_peace(at: &Deployment) -> anyhow::Result<Info> {
    let begun = Instant::now();
    loop {
        let info = at.observer.info().await.map_err(why)?;
        // Receipts are the only keys that expire.
        let expires = |db: &str| db.contains("expires=") && !db.contains("expires=0,");
        let any = (0..16).any(|number| expires(info.get(&format!("db{number}"))));
        if !any {
            return Ok(info);
        }
        anyhow::ensure!(begun.elapsed() < RECEIPTS_MAX, "keys of others expire on this server");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn memory(at: &Deployment, before: &Info, keys_before: u64) -> anyhow::Result<Memory> {
    let after = at_peace(at).await?;
    let conversations = at.observer.conversations(BUCKETS).await.map_err(why)?;
    anyhow::ensure!(conversations > 0, "no conversation is in Redis");
    let used = |info: &Info| info.get("used_memory").parse::<u64>().context("no used_memory");
    let keys = at.observer.keys().await.map_err(why)?.saturating_sub(keys_before);
    Ok(Memory {
        conversations,
        bytes: used(&after)?.saturating_sub(used(before)?) / conversations,
        keys: keys as f64 / conversations as f64,
    })
}

/// What the server spent since then, on each call that was measured meanwhile.
async fn spent(at: &Deployment, since: &Info, on: &Measured) -> anyhow::Result<Spent> {
    let now = at.observer.info().await.map_err(why)?;
    let of_each = |counted: fn(&Info) -> f64| {
        (counted(&now) - counted(since)) / on.meter.all_calls().max(1) as f64
    };
    Ok(Spent {
        micros: of_each(|info| {
            (number(info, "used_cpu_user") + number(info, "used_cpu_sys")) * 1e6
        }),
        bytes: of_each(|info| number(info, "total_net_input_bytes")),
        scripts: of_each(|info| scripts(info) as f64),
    })
}

fn number(info: &Info, name: &str) -> f64 {
    info.get(name).parse().unwrap_or(0.0)
}

fn scripts(info: &Info) -> u64 {
    calls(info, "evalsha") + calls(info, "eval")
}

/// How often a command was called.
fn calls(info: &Info, command: &str) -> u64 {
    let told = info.get(&format!("cmdstat_{command}"));
    let calls = told.split(',').find_map(|part| part.strip_prefix("calls="));
    calls.and_then(|text| text.parse().ok()).unwrap_or(0)
}
