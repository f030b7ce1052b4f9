//! What only those can tell who opened the store: how long its transactions take, how its servers
//! or its disk do, how far its clock is away. Joined with what the application tells.

use crate::app::App;
use crate::app::diagnosis::Kept;
use crate::app::findings::{Code, Finding};
use crate::app::keys;
use crate::cli::stores::StorePlace;
use crate::config::service::ServiceSettings;
use crate::grpc::context::Examiner;
use crate::ports::clock::Clock;
use crate::ports::store::{Index, Slot, Store, StoreError};
use crate::store::embedded::room::free_in;
use crate::store::redis::deployment::OpenError;
use crate::store::redis::reloading::Reload;
use crate::store::redis::report::{Report, Server, report};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Transactions that are timed.
const TIMED: usize = 100;
/// From these on somebody should look, or somebody is harmed.
const SLOW: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(250));
/// How far clocks may be apart, in ms.
const CLOCKS_APART: (u64, u64) = (1_000, 10_000);
/// With fewer conversations than these, what one takes says nothing.
const FORECAST_FROM: u64 = 100;
/// How full memory may be, in percent.
const FULL: (u64, u64) = (75, 90);

/// Everything needed to examine a deployment from within.
pub(in crate::cli) struct Examination {
    app: Arc<App>,
    place: StorePlace,
    clock: Arc<dyn Clock>,
    kept_in: String,
    /// How long ended conversations stay; `None` = for ever.
    stay: Option<Duration>,
}

impl Examination {
    /// Of this application on its store.
    pub fn of(
        app: &Arc<App>,
        place: StorePlace,
        settings: &ServiceSettings,
        clock: &Arc<dyn Clock>,
    ) -> Examination {
        let kept_in = match &place {
            StorePlace::Memory => "in memory, gone with the process".to_owned(),
            StorePlace::File(..) => format!("on disk, in {}", settings.data.display()),
            StorePlace::Redis(address) => address.to_string(),
        };
        let stay = settings.retention.as_ref().map(|retention| retention.after);
        Examination { app: Arc::clone(app), place, clock: Arc::clone(clock), kept_in, stay }
    }
}

#[tonic::async_trait]
impl Examiner for Examination {
    async fn examine(&self) -> Vec<Finding> {
        let open = Finding::fine(Code::StoreOpen)
            .with("store", &self.kept_in)
            .with("buckets", self.app.settings().buckets);
        let mut findings = vec![open];
        let mut size = None;
        match &self.place {
            StorePlace::Memory => {}
            StorePlace::File(file, reserve) => {
                findings.extend(disk(file, *reserve));
                size = size_of_file(file, *reserve);
            }
            StorePlace::Redis(address) => match report(address.clone()).await {
                Ok(report) => {
                    findings.extend(redis(&report));
                    size = Some(size_of_servers(&report));
                }
                Err(failed) => {
                    findings.push(Finding::trouble(Code::StoreAway).with("reason", failed.reason));
                }
            },
        }
        let store = self.app.store();
        let slot = keys::pool(&self.app.rules().routing.pool);
        match latency(store.as_ref(), &slot).await {
            Ok(finding) => findings.push(finding),
            Err(error) => {
                let told = self.app.diagnose().await;
                // Where it is away the slots tell that and why; where all of them are read, it is this.
                if told.iter().any(|finding| finding.code == Code::SlotsReached) {
                    findings.push(Finding::trouble(Code::StoreBarred).with("reason", error));
                }
                return [findings, told].concat();
            }
        }
        findings.extend(self.skew(&slot).await);
        if let (Some(size), Ok(kept)) = (size, self.app.kept().await) {
            findings.extend(forecast(kept, size, self.stay));
        }
        findings.extend(self.app.diagnose().await);
        findings
    }
}

impl Examination {
    /// How far the store's clock is from this machine's. The embedded store has no clock of its own.
    async fn skew(&self, slot: &Slot) -> Option<Finding> {
        let before = self.clock.now();
        let at = self.app.store().load(slot, &[], &[]).await.ok()?.at();
        let after = self.clock.now();
        // Within the time of the call nobody can tell.
        let apart = before.since(at).max(at.since(after)).as_millis() as u64;
        Some(graded(Code::Clock, apart, CLOCKS_APART).with("apart_ms", apart))
    }
}

/// How large a store is, and how large it may become.
#[derive(Debug, Clone, Copy)]
struct Size {
    used: u64,
    /// 0 = nobody knows.
    most: u64,
}

fn size_of_file(file: &Path, reserve: u64) -> Option<Size> {
    let used = std::fs::metadata(file).ok()?.len();
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let free = free_in(folder.unwrap_or(Path::new(".")))?;
    Some(Size { used, most: used + free.saturating_sub(reserve) })
}

fn size_of_servers(report: &Report) -> Size {
    let used = report.servers.iter().map(|server| server.used).sum();
    let most = |server: &Server| if server.max > 0 { server.max } else { server.machine };
    Size { used, most: report.servers.iter().map(most).sum() }
}

/// What is kept will come to, at the present pace; nothing while too little is known.
fn forecast(kept: Kept, size: Size, stay: Option<Duration>) -> Option<Finding> {
    let bytes = size.used.checked_div(kept.conversations)?;
    if kept.conversations < FORECAST_FROM {
        return None;
    }
    let say = |finding: Finding| {
        let finding = finding.with("conversations", kept.conversations);
        finding.with("per_day", kept.last_day).with("bytes", bytes)
    };
    let daily = kept.last_day * bytes;
    let Some(stay) = stay else {
        let is_tight = size.most > 0 && size.used + daily * 90 > size.most;
        let make = if is_tight { Finding::attention } else { Finding::fine };
        return Some(say(make(Code::ForecastOpen)).with("mb_per_day", daily >> 20));
    };
    let days = stay.as_secs() / (24 * 60 * 60);
    let whole = daily * days.max(1);
    let make = match size.most {
        most if most > 0 && whole > most => Finding::trouble,
        most if most > 0 && whole > most / 4 * 3 => Finding::attention,
        _ => Finding::fine,
    };
    Some(say(make(Code::Forecast)).with("days", days).with("mb", whole >> 20))
}

fn graded(code: Code, value: u64, limits: (u64, u64)) -> Finding {
    match value {
        value if value >= limits.1 => Finding::trouble(code),
        value if value >= limits.0 => Finding::attention(code),
        _ => Finding::fine(code),
    }
}

/// Times transactions that are read, sent, checked and then refused by a condition that cannot
/// hold: nothing is written.
#[allow(clippy::disallowed_methods)] // What is measured is real time.
async fn latency(store: &dyn Store, slot: &Slot) -> Result<Finding, StoreError> {
    let mut spans = Vec::with_capacity(TIMED);
    for _ in 0..TIMED {
        let began = Instant::now();
        let mut change = store.load(slot, &[keys::fence()], &[]).await?.change(rand::random());
        change.require_score_at_least(Index::LEADER, "nobody", i64::MAX);
        match store.commit(change).await {
            Ok(_) | Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
            Err(error) => return Err(error),
        }
        spans.push(began.elapsed());
    }
    spans.sort();
    let at = |share: usize| spans[(spans.len() - 1) * share / 100];
    let (p50, p99) = (at(50), at(99));
    let finding = match p99 {
        p99 if p99 >= SLOW.1 => Finding::trouble(Code::Latency),
        p99 if p99 >= SLOW.0 => Finding::attention(Code::Latency),
        _ => Finding::fine(Code::Latency),
    };
    let millis = |span: Duration| format!("{:.2}", span.as_secs_f64() * 1e3);
    Ok(finding.with("p50_ms", millis(p50)).with("p99_ms", millis(p99)).with("calls", TIMED))
}

fn disk(file: &Path, reserve: u64) -> Option<Finding> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let free = free_in(folder.unwrap_or(Path::new(".")))?;
    let size = std::fs::metadata(file).map_or(0, |file| file.len());
    let finding = match free {
        free if free < reserve => Finding::trouble(Code::DiskRoom),
        free if free < reserve.saturating_mul(4).max(size / 4) => {
            Finding::attention(Code::DiskRoom)
        }
        _ => Finding::fine(Code::DiskRoom),
    };
    let finding = finding.with("file_mb", size >> 20).with("free_mb", free >> 20);
    Some(finding.with("reserve_mb", reserve >> 20))
}

/// What the servers of a Redis say of themselves.
pub(super) fn redis(report: &Report) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        report.servers.iter().flat_map(|server| of_server(server, report)).collect();
    if let (Some(first), Some(last)) = (report.clocks.iter().min(), report.clocks.iter().max())
        && report.clocks.len() > 1
    {
        let apart = first.abs_diff(*last);
        findings.push(
            graded(Code::StoreClocks, apart, CLOCKS_APART)
                .with("apart_ms", apart)
                .with("servers", report.clocks.len()),
        );
    }
    if report.servers.iter().any(|server| server.aof) {
        findings.push(reload(&report.reload));
    }
    findings.extend(report.deployment.as_ref().err().map(refused));
    findings
}

/// Whether a restart of the servers brings back what was written.
fn reload(reload: &Reload) -> Finding {
    match reload {
        Reload::Whole => Finding::fine(Code::RedisReloads),
        Reload::Untold => Finding::attention(Code::RedisReloadUntold),
        Reload::Barred(says) => Finding::trouble(Code::RedisReloadBarred).with("says", says),
    }
}

/// Why the servers are not to be used as they are.
pub(super) fn refused(error: &OpenError) -> Finding {
    let code = match error {
        OpenError::Unreachable { .. } => Code::StoreAway,
        OpenError::TooOld { .. }
        | OpenError::Replica { .. }
        | OpenError::CannotWait { .. }
        | OpenError::Evicts { .. }
        | OpenError::NoAof { .. }
        | OpenError::DropsScripts { .. }
        | OpenError::LacksRights { .. }
        | OpenError::Torn { .. }
        | OpenError::Shape { .. }
        | OpenError::Empty { .. }
        | OpenError::HalfCopied { .. }
        | OpenError::NotEmpty { .. }
        | OpenError::Layout { .. } => Code::StoreRefused,
    };
    Finding::trouble(code).with("reason", error)
}

fn of_server(server: &Server, report: &Report) -> Vec<Finding> {
    let name = &server.name;
    let policy = if server.policy == "noeviction" { Finding::fine } else { Finding::trouble };
    let mut findings = vec![
        policy(Code::RedisVersion)
            .with("server", name)
            .with("version", &server.version)
            .with("policy", &server.policy),
    ];
    findings.push(if !server.aof {
        Finding::attention(Code::RedisForgets).with("server", name)
    } else {
        let keeps = if report.fsync == "always" { Finding::fine } else { Finding::attention };
        keeps(Code::RedisKeeps).with("server", name).with("fsync", &report.fsync)
    });
    if server.aof && server.aof_status != "ok" {
        let fails = Finding::trouble(Code::RedisFileFails).with("server", name);
        findings.push(fails.with("status", &server.aof_status));
    }
    findings.push(memory(server));
    if report.wants_replicas {
        let replicas = if server.replicas > 0 { Finding::fine } else { Finding::attention };
        let replicas = replicas(Code::RedisReplicas).with("server", name);
        findings.push(replicas.with("replicas", server.replicas));
    }
    findings
}

fn memory(server: &Server) -> Finding {
    let used = server.used >> 20;
    match (server.used * 100).checked_div(server.max) {
        Some(percent) => graded(Code::RedisMemory, percent, FULL)
            .with("server", &server.name)
            .with("used_mb", used)
            .with("max_mb", server.max >> 20)
            .with("percent", percent),
        None => Finding::attention(Code::RedisMemoryUnbounded)
            .with("server", &server.name)
            .with("used_mb", used)
            .with("machine_mb", server.machine >> 20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::findings::Severity;
    use crate::store::redis::deployment::{Deployment, Safety};

    #[test]
    fn what_is_kept_is_forecast_from_what_one_takes_and_how_many_come() {
        let mb = 1 << 20;
        let day = Duration::from_secs(24 * 60 * 60);
        let check = |conversations, per_day, most, stay: Option<u32>, expected| {
            let kept = Kept { conversations, last_day: per_day };
            let size = Size { used: 10 * mb, most };
            let found = forecast(kept, size, stay.map(|days| day * days));
            assert_eq!(found.map(|finding| (finding.code, finding.severity)), expected);
        };
        let (fine, attention) = (Severity::Fine, Severity::Attention);
        check(99, 10, 0, Some(90), None);
        check(1_000, 100, 0, Some(90), Some((Code::Forecast, fine)));
        // 1 MB a day for 90 days.
        check(1_000, 100, 200 * mb, Some(90), Some((Code::Forecast, fine)));
        check(1_000, 100, 100 * mb, Some(90), Some((Code::Forecast, attention)));
        check(1_000, 100, 80 * mb, Some(90), Some((Code::Forecast, Severity::Trouble)));
        check(1_000, 100, 80 * mb, None, Some((Code::ForecastOpen, attention)));
        check(1_000, 100, 800 * mb, None, Some((Code::ForecastOpen, fine)));
    }

    fn sound() -> Report {
        let server = Server {
            name: "redis:1".to_owned(),
            version: "7.2.0".to_owned(),
            policy: "noeviction".to_owned(),
            aof: true,
            aof_status: "ok".to_owned(),
            used: 100 << 20,
            max: 1_000 << 20,
            machine: 4_000 << 20,
            replicas: 1,
        };
        let deployment = Deployment { id: "d".to_owned(), buckets: 4, safety: Safety::Flushed };
        Report {
            servers: vec![server],
            fsync: "always".to_owned(),
            reload: Reload::Whole,
            clocks: vec![5],
            wants_replicas: true,
            deployment: Ok(deployment),
        }
    }

    #[test]
    fn each_weakness_of_a_server_is_found_and_a_sound_one_is_fine() {
        let check = |change: &dyn Fn(&mut Report), expected: Option<(Code, Severity)>| {
            let mut report = sound();
            change(&mut report);
            let found = redis(&report);
            let bad: Vec<_> = found.iter().filter(|f| f.severity != Severity::Fine).collect();
            let bad: Vec<_> = bad.iter().map(|f| (f.code, f.severity)).collect();
            assert_eq!(bad, expected.into_iter().collect::<Vec<_>>());
        };
        let (attention, trouble) = (Severity::Attention, Severity::Trouble);
        check(&|_| {}, None);
        check(
            &|r| r.servers[0].policy = "allkeys-lru".to_owned(),
            Some((Code::RedisVersion, trouble)),
        );
        check(&|r| r.servers[0].aof = false, Some((Code::RedisForgets, attention)));
        check(&|r| r.fsync = "everysec".to_owned(), Some((Code::RedisKeeps, attention)));
        check(
            &|r| r.servers[0].aof_status = "err".to_owned(),
            Some((Code::RedisFileFails, trouble)),
        );
        check(&|r| r.reload = Reload::Untold, Some((Code::RedisReloadUntold, attention)));
        check(
            &|r| r.reload = Reload::Barred("no".to_owned()),
            Some((Code::RedisReloadBarred, trouble)),
        );
        check(&|r| r.servers[0].used = 800 << 20, Some((Code::RedisMemory, attention)));
        check(&|r| r.servers[0].used = 950 << 20, Some((Code::RedisMemory, trouble)));
        check(&|r| r.servers[0].max = 0, Some((Code::RedisMemoryUnbounded, attention)));
        check(&|r| r.servers[0].replicas = 0, Some((Code::RedisReplicas, attention)));
        check(&|r| r.clocks = vec![0, 2_000], Some((Code::StoreClocks, attention)));
        let empty = || OpenError::Empty { address: "redis://h".to_owned() };
        check(&|r| r.deployment = Err(empty()), Some((Code::StoreRefused, trouble)));
    }
}
