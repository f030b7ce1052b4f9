//! The measured process: this very binary, started as operators start it, in a folder of its own,
//! with the rate limits opened, because all the load comes from one address.

use super::meter::Meter;
use super::report::Measured;
use crate::cli::connect::ServerArgs;
use crate::cli::serve::{self, Serve};
use crate::domain::rules::Rules;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};
use tokio::time::timeout;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// Connections the load is spread over.
pub const CONNECTIONS: usize = 8;
/// Names the store of a server.
const STORE: &str = "SANAD_STORE";
const START_MAX: Duration = Duration::from_secs(240);
/// With this, and where, a server begins to speak.
pub const LISTENS: &str = "Sanad listens on ";
/// What Linux counts processor time in.
const TICK: Duration = Duration::from_millis(10);

/// The operators' file of what is measured: rates beyond what a machine can do, and for the rest
/// what holds where nothing is said.
const SERVICE: &str = "\
limits:
  requests_per_second_per_address: 100000
  request_burst: 100000
  requests_per_second_per_principal: 100000
  principal_burst: 100000
  streams_per_principal_max: 1000
  waiting_max: 1000000
";

/// A folder with the config and the data of what is measured; gone at the end.
pub struct Workplace {
    /// The folder.
    pub folder: PathBuf,
    /// The config in it.
    pub config: PathBuf,
}

impl Workplace {
    /// Makes it.
    pub fn make(on: &Path, config: &Path) -> anyhow::Result<Workplace> {
        anyhow::ensure!(
            config.is_dir(),
            "there is no config folder {}; name one with --config DIR",
            config.display()
        );
        let folder = on.join(format!("sanad-bench-{}", std::process::id()));
        let copy = folder.join("config");
        let place = Workplace { folder: folder.clone(), config: copy.clone() };
        copy_folder(config, &copy).with_context(|| {
            format!("{} cannot be copied to {}", config.display(), folder.display())
        })?;
        std::fs::write(copy.join("service.yaml"), SERVICE)?;
        Ok(place)
    }

    /// The rules of the config.
    pub fn rules(&self) -> anyhow::Result<Rules> {
        let (_, checked) = crate::config::load(&self.config);
        checked.rules.context("the config has errors; see `sanad check`")
    }

    /// The data folder of all instances on Redis, which share their keys as the instances of one
    /// deployment do; only the first has to learn the examples.
    pub fn shared_data(&self) -> PathBuf {
        self.folder.join("data-shared")
    }

    fn new_data(&self) -> PathBuf {
        self.folder.join(format!("data-{}", rand::random::<u32>()))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &target)?,
            false => std::fs::copy(entry.path(), target).map(|_| ())?,
        }
    }
    Ok(())
}

/// A process that is measured; killed when dropped.
pub struct Child {
    process: tokio::process::Child,
    /// Where it listens.
    server: String,
    /// Kept open: it says more than the first line.
    _said: Lines<BufReader<ChildStdout>>,
    /// The server's data folder.
    pub data: PathBuf,
}

impl Child {
    /// A bare echo.
    pub async fn echo(place: &Workplace) -> anyhow::Result<Child> {
        let mut command = this_binary()?;
        command.args(["bench", "--echo"]);
        Child::start(command, place.folder.join("none")).await
    }

    /// Sanad, on a store that is new, as `serve --store` names it.
    pub async fn sanad(place: &Workplace, store: &str) -> anyhow::Result<Child> {
        Child::sanad_at(place, store, place.new_data()).await
    }

    /// One of the instances on a Redis.
    pub async fn instance(place: &Workplace, store: &str) -> anyhow::Result<Child> {
        Child::sanad_at(place, store, place.shared_data()).await
    }

    async fn sanad_at(place: &Workplace, store: &str, data: PathBuf) -> anyhow::Result<Child> {
        let mut command = this_binary()?;
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.arg("--config").arg(&place.config).arg("--data").arg(&data);
        Child::start(on_store(command, store), data).await
    }

    /// Sanad that does nothing by itself: what it asks of its store is what calls bring about.
    pub async fn still(place: &Workplace, store: &str) -> anyhow::Result<Child> {
        let data = place.shared_data();
        let mut command = this_binary()?;
        command.arg("bench").arg("--config").arg(&place.config).arg("--still").arg(&data);
        Child::start(on_store(command, store), data).await
    }

    async fn start(mut command: Command, data: PathBuf) -> anyhow::Result<Child> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().context("this program cannot be started again")?;
        let said = process.stdout.take().context("what the server says cannot be read")?;
        let mut said = BufReader::new(said).lines();
        let server = timeout(START_MAX, async {
            while let Some(line) = said.next_line().await? {
                if let Some(rest) = line.strip_prefix(LISTENS) {
                    return Ok(rest.split(' ').next().unwrap_or_default().to_owned());
                }
            }
            anyhow::bail!("the measured server ended at its start")
        });
        let server =
            server.await.context("the measured server does not say where it listens")??;
        let mut child = Child { process, server, _said: said, data };
        child.wait_until_it_serves().await?;
        Ok(child)
    }

    /// Ends it, and waits until it has let go of its data.
    pub async fn end(mut self) -> anyhow::Result<()> {
        Ok(self.process.kill().await?)
    }

    async fn wait_until_it_serves(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < START_MAX {
            if let Some(status) = self.process.try_wait()? {
                anyhow::bail!("the measured server ended at its start: {status}");
            }
            if let Ok(channel) = self.connection().await {
                let mut health = HealthClient::new(channel);
                match health.check(HealthCheckRequest::default()).await {
                    Ok(answer) if answer.get_ref().status == 1 => return Ok(()),
                    // The echo knows no health; that it says so is its health.
                    Err(status) if status.code() == tonic::Code::Unimplemented => return Ok(()),
                    Ok(_) | Err(_) => {}
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::bail!("the measured server did not start within {} s", START_MAX.as_secs())
    }

    /// A connection of its own.
    pub async fn connection(&self) -> anyhow::Result<Channel> {
        let args = ServerArgs { server: self.server.clone(), ca: None };
        Ok(args.connect().await?)
    }

    /// The connections the load is spread over.
    pub async fn connections(&self) -> anyhow::Result<Vec<Channel>> {
        let mut channels = Vec::new();
        for _ in 0..CONNECTIONS {
            channels.push(self.connection().await?);
        }
        Ok(channels)
    }

    /// Begins to measure what it uses.
    pub fn gauge(&self) -> Gauge<'_> {
        Gauge { child: self, processor: self.processor_time() }
    }

    /// Memory that is resident, in bytes; where the system tells it.
    pub fn memory(&self) -> Option<u64> {
        let status = self.proc_file("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    fn processor_time(&self) -> Option<Duration> {
        let stat = self.proc_file("stat")?;
        // After the name in brackets: state, then ten numbers, then user and system time.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace().skip(11);
        let user: u32 = fields.next()?.parse().ok()?;
        let system: u32 = fields.next()?.parse().ok()?;
        Some(TICK * (user + system))
    }

    fn proc_file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.process.id()?)).ok()
    }
}

/// What a process used while it was measured.
pub struct Gauge<'a> {
    child: &'a Child,
    processor: Option<Duration>,
}

impl Gauge<'_> {
    /// Puts what was counted, at this rate, beside what was used.
    pub fn read(self, (meter, calls_per_second): (Meter, f64)) -> anyhow::Result<Measured> {
        let used = match (self.child.processor_time(), self.processor) {
            (Some(now), Some(before)) => now.checked_sub(before),
            (Some(_) | None, Some(_) | None) => None,
        };
        anyhow::ensure!(meter.calls() > 0, "nothing was answered: {:?}", meter.failures);
        Ok(Measured { meter, calls_per_second, processor: used })
    }
}

/// Time from the start of the process until it serves: first on an empty folder, then again and
/// again on the same.
pub async fn starts(place: &Workplace, times: usize) -> anyhow::Result<Vec<Duration>> {
    let data = place.folder.join("data-starts");
    let mut spans = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        let child = Child::sanad_at(place, "embedded", data.clone()).await?;
        spans.push(begun.elapsed());
        child.end().await?;
    }
    Ok(spans)
}

/// Serves as [`Child::still`] wants it, on the store that the environment names.
pub async fn serve_still(config: PathBuf, data: PathBuf) -> anyhow::Result<()> {
    let store = std::env::var(STORE).context("no store is named")?;
    let options = Serve {
        config,
        data: Some(data),
        listen: Some(([127, 0, 0, 1], 0).into()),
        store: Some(serve::store_kind(&store).map_err(anyhow::Error::msg)?),
        init_if_empty: true,
        ..Serve::default()
    };
    serve::run_still(options).await
}

/// A URL may hold a password, which others could read on a command line.
fn on_store(mut command: Command, store: &str) -> Command {
    command.env(STORE, store).env("SANAD_INIT_IF_EMPTY", "true").env("SANAD_LOG", "error");
    command
}

fn this_binary() -> anyhow::Result<Command> {
    Ok(Command::new(std::env::current_exe().context("this program cannot find itself")?))
}
