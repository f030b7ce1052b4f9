//! What the servers say of themselves, for those who look after them. Reads only, and says what it
//! finds also of servers that would be refused.

use super::address::{Address, Shape};
use super::decode;
use super::deployment::{self, Deployment, Info, OpenError};
use super::keys::Keys;
use super::link::{Failed, Link, Patience};
use super::reloading::{self, Reload};
use redis::Value;

/// One master, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// HOST:PORT, as it was asked.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it does when memory is full.
    pub policy: String,
    /// Whether it keeps an append-only file.
    pub aof: bool,
    /// Whether the last write of that file went well.
    pub aof_status: String,
    /// Bytes in use.
    pub used: u64,
    /// The most bytes it may use; 0 = no limit.
    pub max: u64,
    /// The memory of its machine.
    pub machine: u64,
    /// Replicas that follow it.
    pub replicas: u32,
}

/// All masters and the deployment on them.
#[derive(Debug, Clone)]
pub struct Report {
    /// The masters.
    pub servers: Vec<Server>,
    /// When each flushes its file; `unknown` if it does not tell.
    pub fsync: String,
    /// The time of each in ms.
    pub clocks: Vec<i64>,
    /// Whether replicas are expected: behind Sentinel and in a cluster.
    pub wants_replicas: bool,
    /// Whether a restart brings back what was written.
    pub reload: Reload,
    /// The deployment, or why these servers are refused.
    pub deployment: Result<Deployment, OpenError>,
}

/// Asks all masters.
pub async fn report(address: Address) -> Result<Report, Failed> {
    let keys = Keys::new(&address.prefix);
    let wants_replicas = match &address.shape {
        Shape::Single => false,
        Shape::Cluster | Shape::Sentinel { .. } => true,
    };
    let link = Link::new(address, Patience::default());
    let infos = link.command_each_by_name(&redis::cmd("INFO")).await?;
    let infos = infos
        .into_iter()
        .map(|(name, reply)| server(name, &Info::parse(&decode::text(&reply).unwrap_or_default())));
    let times = link.command_everywhere(&redis::cmd("TIME")).await?;
    Ok(Report {
        servers: infos.collect(),
        fsync: fsync(&link).await,
        reload: reloading::ask(&link, &keys).await?,
        clocks: times.iter().filter_map(clock).collect(),
        wants_replicas,
        deployment: deployment::find(&link, &keys).await,
    })
}

fn server(name: String, info: &Info) -> Server {
    let number = |name: &str| info.get(name).parse().unwrap_or(0);
    Server {
        name,
        version: info.get("redis_version").to_owned(),
        policy: info.get("maxmemory_policy").to_owned(),
        aof: info.get("aof_enabled") == "1",
        aof_status: info.get("aof_last_write_status").to_owned(),
        used: number("used_memory"),
        max: number("maxmemory"),
        machine: number("total_system_memory"),
        replicas: info.get("connected_slaves").parse().unwrap_or(0),
    }
}

/// The weakest of what the servers say; whoever may not ask knows nothing.
async fn fsync(link: &Link) -> String {
    let mut command = redis::cmd("CONFIG");
    command.arg("GET").arg("appendfsync");
    let unknown = || "unknown".to_owned();
    let Ok(replies) = link.command_everywhere(&command).await else { return unknown() };
    let told = |reply: &Value| match reply {
        Value::Array(items) => items.get(1).and_then(decode::text),
        Value::Map(items) => items.first().and_then(|(_, value)| decode::text(value)),
        _ => None,
    };
    let all: Option<Vec<String>> = replies.iter().map(told).collect();
    let weakest = |all: Vec<String>| {
        let order = ["no", "everysec", "always"];
        order.into_iter().find(|known| all.iter().any(|told| told == known)).map(str::to_owned)
    };
    all.and_then(weakest).unwrap_or_else(unknown)
}

fn clock(reply: &Value) -> Option<i64> {
    let Value::Array(parts) = reply else { return None };
    let number = |at: usize| parts.get(at).and_then(decode::text)?.parse::<i64>().ok();
    Some(number(0)? * 1_000 + number(1)? / 1_000)
}
