//! The Redis that is measured: the one that was named, or one of the bench's own on a free port,
//! with its files in the folder of the bench, ended with it. Each part gets a deployment under a
//! prefix of its own, and all of them are removed at the end.

use crate::store::redis::address::Address;
use crate::store::redis::observer::Observer;
use anyhow::Context;
use clap::ValueEnum;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// A server that runs and does not answer within this will not.
const START_MAX: Duration = Duration::from_secs(20);

/// When a server of the bench's own writes to its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fsync {
    /// Before each answer: what is said is kept.
    Always,
    /// Each second.
    Everysec,
    /// When the system likes.
    No,
}

impl Fsync {
    const fn name(self) -> &'static str {
        match self {
            Fsync::Always => "always",
            Fsync::Everysec => "everysec",
            Fsync::No => "no",
        }
    }
}

/// A server to measure on.
pub struct Server {
    url: String,
    /// What it is, in words.
    pub described: String,
    deployments: Vec<String>,
    /// Ended when this is dropped.
    _process: Option<Child>,
}

/// A deployment on it.
pub struct Deployment {
    /// Where `sanad serve` finds it.
    pub url: String,
    /// Looks at it from outside.
    pub observer: Observer,
}

impl Server {
    /// The server that is named, or a new one.
    pub async fn find(url: Option<&str>, fsync: Fsync, folder: &Path) -> anyhow::Result<Server> {
        let (url, process) = match url {
            Some(url) => (url.to_owned(), None),
            None => {
                let (url, process) = start(fsync, folder)?;
                (url, Some(process))
            }
        };
        let observer = observer(&url)?;
        let begun = Instant::now();
        let info = loop {
            match observer.info().await {
                // Between finding a port and using it somebody else may have taken it.
                Ok(info) if is_ours(process.as_ref(), info.get("process_id")) => break info,
                Ok(_) => anyhow::bail!("another Redis took the port; try again"),
                Err(_) if begun.elapsed() < START_MAX && process.is_some() => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(failed) => anyhow::bail!("Redis does not answer: {}", failed.reason),
            }
        };
        let flushes = observer.setting("appendfsync").await.map_err(why)?;
        let aof = if info.get("aof_enabled") == "1" { flushes.as_str() } else { "without a file" };
        let described = format!("Redis {}, appendfsync {aof}", info.get("redis_version"));
        Ok(Server { url, described, deployments: Vec::new(), _process: process })
    }

    /// A place for a new deployment.
    pub fn deployment(&mut self) -> anyhow::Result<Deployment> {
        let join = if self.url.contains('?') { '&' } else { '?' };
        // Of two prefixes the last counts.
        let url = format!("{}{join}prefix=bench-{:08x}", self.url, rand::random::<u32>());
        self.deployments.push(url.clone());
        Ok(Deployment { observer: observer(&url)?, url })
    }

    /// Removes what the deployments left.
    pub async fn clean(&self) -> anyhow::Result<()> {
        for url in &self.deployments {
            observer(url)?.clear().await.map_err(why)?;
        }
        Ok(())
    }
}

/// What a failure of the server means here.
pub fn why(failed: crate::store::redis::link::Failed) -> anyhow::Error {
    anyhow::anyhow!("Redis: {}", failed.reason)
}

fn observer(url: &str) -> anyhow::Result<Observer> {
    Observer::of(Address::parse(url)?)
        .context("one server is measured: write redis://HOST or rediss://HOST")
}

fn is_ours(process: Option<&Child>, id: &str) -> bool {
    let own = process.and_then(Child::id);
    own.is_none_or(|own| own.to_string() == id)
}

fn start(fsync: Fsync, folder: &Path) -> anyhow::Result<(String, Child)> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
    let process = Command::new("redis-server")
        .args(["--port", &port, "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", fsync.name()])
        .arg("--dir")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("redis-server cannot be started; install it, or name one: --store redis://HOST")?;
    Ok((format!("redis://127.0.0.1:{port}"), process))
}
