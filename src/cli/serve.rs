//! `sanad serve`: puts everything together and runs it until it is told to stop.

use super::doctor::examine::Examination;
use super::rules::{self, LiveReport};
use super::stores::{self, Opened, StorePlace};
use super::system::{SystemChance, SystemClock};
use super::{figures, program, shared_keys, sharing, store_health, tasks};
use crate::app::retention::Retention;
use crate::app::{App, Settings};
use crate::config::reload::{self, LiveRules, Reload, Watcher};
use crate::config::service::{
    IdentitySettings, OnBadConfig, Overrides, ServiceSettings, StoreKind,
};
use crate::domain::ids::AgentId;
use crate::grpc::auth::Authenticator;
use crate::grpc::chat::Chat;
use crate::grpc::context::Context;
use crate::grpc::identity::HostIdentity;
use crate::grpc::keys::{self, KeyRing};
use crate::grpc::lifecycle::{Lifecycle, Phase};
use crate::grpc::limits::Limits;
use crate::grpc::metrics::EdgeMetrics;
use crate::grpc::server::{self, Bound, Edge, ServeOptions, TlsPem};
use crate::grpc::tokens::CustomerTokens;
use crate::grpc::{Now, admin, agent, supervisor};
use crate::ports::archive::Archive;
use crate::ports::clock::Clock;
use crate::ringing::Lines;
use crate::store::archive::FolderArchive;
use crate::store::erasures::ErasureFile;
use crate::store::sealed::{SealedArchive, Seals};
use crate::web;
use anyhow::Context as _;
use clap::Args;
use prometheus_client::registry::Registry;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// After the store has failed for good, clients have so long to hear of it.
const DEATH_GRACE: Duration = Duration::from_secs(2);

/// Runs the service.
#[derive(Debug, Args, Default)]
pub struct Serve {
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    pub config: PathBuf,
    /// Folder of the store, the keys and the accepted rules [default: data].
    #[arg(long, env = "SANAD_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address and port [default: 127.0.0.1:50051].
    #[arg(long, env = "SANAD_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where conversations are kept: `embedded` (on disk), `memory` (gone with the process), or the
    /// URL of a Redis, a Redis Cluster (redis-cluster://…) or Sentinels (redis-sentinel://…/NAME).
    #[arg(long, env = "SANAD_STORE", hide_env_values = true, value_name = "STORE", value_parser = store_kind)]
    pub store: Option<StoreKind>,
    /// On a Redis that holds no deployment, begin one, as `sanad init` does. For trials: where this
    /// is always set, a Redis that has lost its data is not noticed.
    #[arg(long, env = "SANAD_INIT_IF_EMPTY")]
    pub init_if_empty: bool,
    /// Let this data folder's `server.secret` count, whatever the deployment has noted: for once, after
    /// it was lost. Customers that hold tokens of the former begin anew.
    #[arg(long, env = "SANAD_NEW_SERVER_SECRET")]
    pub new_server_secret: bool,
    /// What happens at a restart when the config is broken: `last_good` or `refuse`.
    #[arg(long, env = "SANAD_ON_BAD_CONFIG", value_name = "WHAT", value_parser = on_bad_config)]
    pub on_bad_config: Option<OnBadConfig>,
    /// Serves TLS with this certificate chain (PEM).
    #[arg(long, env = "SANAD_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(long, env = "SANAD_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Allows an address that other machines can reach without TLS.
    #[arg(long, env = "SANAD_PLAINTEXT")]
    pub plaintext: bool,
    /// Web origins whose pages may call, such as https://shop.example (repeatable).
    #[arg(long, env = "SANAD_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    pub allow_origin: Vec<String>,
    /// Further host names this server answers to (repeatable).
    #[arg(long, env = "SANAD_ALLOW_HOST", value_name = "HOST", value_delimiter = ',')]
    pub allow_host: Vec<String>,
}

pub(super) fn store_kind(text: &str) -> Result<StoreKind, String> {
    let kind = StoreKind::parse(text);
    kind.ok_or_else(|| {
        let known = [&StoreKind::NAMES[..], &StoreKind::REDIS_NAMES].concat().join(", ");
        format!("write one of: {known} (rediss… instead of redis… for TLS)")
    })
}

fn on_bad_config(text: &str) -> Result<OnBadConfig, String> {
    named(text, &OnBadConfig::NAMES)
}

fn named<T: Copy>(text: &str, names: &[(&str, T)]) -> Result<T, String> {
    names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        format!("write one of: {}", known.join(", "))
    })
}

/// Runs until SIGTERM or Ctrl-C, then drains.
pub async fn run(options: Serve) -> anyhow::Result<()> {
    run_with(options, true).await
}

/// The same, for counting what calls alone bring about: nothing is swept, renewed or heard.
pub(super) async fn run_still(options: Serve) -> anyhow::Result<()> {
    run_with(options, false).await
}

async fn run_with(options: Serve, with_tasks: bool) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let (sources, checked) = crate::config::load_with(&options.config, options.data.as_deref());
    let overrides = Overrides {
        listen: options.listen,
        data: options.data.clone(),
        store: options.store.clone(),
        on_bad_config: options.on_bad_config,
        drain: None,
    };
    let settings = checked.service.clone().unwrap_or_default().overridden_by(overrides);
    // The port first: whatever else is wrong, two services must not share a data folder.
    let bound = server::bind(serve_options(&options, &settings)?).await?;
    let is_new = make_folder(&settings.data)?;
    let live = Arc::new(rules::open(&options.config, &settings, sources, checked, clock.clone())?);
    let report = LiveReport::new(Arc::clone(&live));
    let opened = stores::open(&settings, options.init_if_empty, &clock).await?;
    let tokens = Arc::new(match &opened.place {
        // It has no customers but this process's.
        StorePlace::Memory => sharing::tokens_of(&settings.data)?,
        StorePlace::File(..) | StorePlace::Redis(_) => {
            let store = opened.store.as_ref();
            sharing::shared(store, &settings.data, options.new_server_secret).await?
        }
    });
    let app = App::new(
        Arc::clone(&opened.store),
        Arc::new(report.clone()),
        Arc::new(SystemChance),
        Settings {
            buckets: opened.buckets,
            instance: format!("{:032x}", rand::random::<u128>()),
            utterance_chars_max: settings.limits.utterance_chars_max as usize,
            waiting_max: settings.limits.waiting_max as usize,
        },
    );
    let app = app.ringing_over(Arc::new(lines(&tokens)));
    let app = Arc::new(match &opened.place {
        // What ends with the process is never restored.
        StorePlace::Memory => app,
        StorePlace::File(..) | StorePlace::Redis(_) => {
            let list = ErasureFile::in_folder(&settings.data, Arc::clone(&clock));
            app.noting_erasures_in(Arc::new(list))
        }
    });
    app.recover().await.context("the store could not be made ready")?;
    let lifecycle = Arc::new(Lifecycle::default());
    let now: Now = {
        let clock = Arc::clone(&clock);
        Arc::new(move || clock.now())
    };
    let ring = keys_of(&settings, &app, &opened, now.clone()).await?;
    let authenticator = Authenticator::new(Arc::new(ring), tokens.clone(), now);
    let (edge, mut context) =
        edge(&settings, &app, (&lifecycle, tokens), authenticator, report, &clock, &opened)?;
    let came_back = Arc::new(Notify::new());
    let retention = retention(&settings, opened.seals.as_ref());
    context.archive = retention.as_ref().and_then(|retention| retention.archive.clone());
    if with_tasks {
        tasks::start(&app, &came_back, retention);
    }
    follow_rules(&options.config, &live, &app);
    lifecycle.enter(Phase::Serving);
    store_health::follow(&opened, &lifecycle, &came_back);
    announce(&bound, &settings, &live, &opened, is_new);
    let services = (
        Chat::new(context.clone()),
        agent::AgentDesk::new(context.clone()),
        admin::Admin::new(context.clone()),
        supervisor::Supervisor::new(context),
    );
    let stop = until_told(signals()?, opened.death, Arc::clone(&lifecycle));
    bound.serve(edge, services, stop).await?;
    tracing::info!("stopped; everything that was acknowledged is kept");
    Ok(())
}

fn serve_options(options: &Serve, settings: &ServiceSettings) -> anyhow::Result<ServeOptions> {
    let read = |path: &PathBuf| {
        std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => {
            Some(TlsPem { certificate: read(certificate)?, key: read(key)? })
        }
        (Some(_) | None, Some(_) | None) => None,
    };
    let wanted = &settings.limits;
    let limits = Limits {
        message_bytes_max: wanted.message_bytes_max as usize,
        metadata_bytes_max: wanted.metadata_bytes_max as usize,
        requests_per_second_per_address: wanted.requests_per_second_per_address,
        request_burst: wanted.request_burst,
        requests_per_second_per_principal: wanted.requests_per_second_per_principal,
        principal_burst: wanted.principal_burst,
        connections_max: wanted.connections_max as usize,
        calls_per_connection_max: wanted.calls_per_connection_max,
        streams_per_principal_max: wanted.streams_per_principal_max as usize,
        ..Limits::default()
    };
    Ok(ServeOptions {
        listen: settings.listen,
        tls,
        plaintext_allowed: options.plaintext,
        allowed_hosts: options.allow_host.clone(),
        allowed_origins: options.allow_origin.clone(),
        limits,
        drain_notice: settings.drain_notice,
        drain: settings.drain,
    })
}

/// The keys of staff, with what is missing minted.
async fn keys_of(
    settings: &ServiceSettings,
    app: &App,
    opened: &Opened,
    now: Now,
) -> anyhow::Result<KeyRing> {
    let ring = KeyRing::open(&settings.data.join("keys"), now)?;
    let declared: Vec<AgentId> =
        app.rules().routing.agents.iter().map(|agent| agent.id.clone()).collect();
    let minted = match &opened.place {
        StorePlace::Memory | StorePlace::File(..) => ring.mint_missing(&declared)?.len(),
        // Other instances have the same staff.
        StorePlace::Redis(_) => {
            shared_keys::shared(opened.store.as_ref(), &ring, &declared).await?
        }
    };
    if minted > 0 {
        tracing::info!(keys.minted = minted, "keys were minted into the data folder");
    }
    Ok(ring)
}

/// What becomes of ended conversations.
fn retention(settings: &ServiceSettings, seals: Option<&Arc<Seals>>) -> Option<Retention> {
    let wanted = settings.retention.as_ref()?;
    let archive = settings.archive_folder().map(|folder| -> Arc<dyn Archive> {
        let folder = Arc::new(FolderArchive::new(folder));
        match seals {
            Some(seals) => Arc::new(SealedArchive::new(folder, Arc::clone(seals))),
            None => folder,
        }
    });
    Some(Retention { after: wanted.after, archive })
}

/// The lines to those on call.
fn lines(tokens: &Arc<CustomerTokens>) -> Lines {
    let tokens = Arc::clone(tokens);
    Lines::new(
        Arc::new(move |conversation, ring| tokens.acknowledgement(conversation, ring)),
        Arc::new(|name| std::env::var(name).ok().filter(|secret| !secret.is_empty())),
    )
}

/// Whether nothing was kept there before.
fn make_folder(data: &Path) -> anyhow::Result<bool> {
    std::fs::create_dir_all(data).with_context(|| {
        format!("the data folder {} cannot be made; choose another with --data DIR", data.display())
    })?;
    let is_new = data.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    // Tried now, so that the first thing that is to be kept there is not blamed for it.
    let probe = data.join(format!(".writable.{}", std::process::id()));
    let tried = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    tried.with_context(|| {
        format!(
            "the data folder {} cannot be written to; let the account Sanad runs under write \
             there, or choose another with --data DIR",
            data.display()
        )
    })?;
    Ok(is_new)
}

fn edge(
    settings: &ServiceSettings,
    app: &Arc<App>,
    (lifecycle, tokens): (&Arc<Lifecycle>, Arc<CustomerTokens>),
    authenticator: Authenticator,
    report: LiveReport,
    clock: &Arc<dyn Clock>,
    opened: &Opened,
) -> anyhow::Result<(Edge, Context)> {
    let now: Now = {
        let clock = Arc::clone(clock);
        Arc::new(move || clock.now())
    };
    let host_key = keys::host_key(&settings.data.join(IdentitySettings::KEY_FILE))?;
    let IdentitySettings { audience, life_max } = &settings.identity;
    let identity = Arc::new(HostIdentity::new(host_key, audience, *life_max));
    let mut registry = Registry::default();
    let metrics = EdgeMetrics::register(&mut registry);
    figures::register(&mut registry, app, &report);
    let readiness: web::Readiness = {
        let lifecycle = Arc::clone(lifecycle);
        Arc::new(move || match lifecycle.phase() {
            Phase::Serving | Phase::Degraded => Ok(()),
            Phase::Starting => Err("starting".to_owned()),
            Phase::Isolated => Err("the store is away".to_owned()),
            Phase::Draining => Err("stopping".to_owned()),
        })
    };
    let http = web::page().merge(web::probes(readiness)).merge(web::metrics(Arc::new(registry)));
    let edge = Edge { authenticator, metrics, lifecycle: Arc::clone(lifecycle), http };
    let context = Context {
        app: Arc::clone(app),
        tokens,
        identity,
        archive: None,
        lifecycle: Arc::clone(lifecycle),
        durability: Arc::clone(&opened.durability),
        replicated: opened.replicated,
        now,
        rules_report: Arc::new(report),
        backups: Arc::clone(&opened.backups),
        examiner: Arc::new(Examination::of(app, opened.place.clone(), settings, clock)),
    };
    Ok((edge, context))
}

/// Takes changed rules over while the service runs.
fn follow_rules(folder: &Path, live: &Arc<LiveRules>, app: &Arc<App>) {
    let watcher = match Watcher::start(folder) {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(%error, "the config folder cannot be watched; restart after changes");
            return;
        }
    };
    let app = Arc::clone(app);
    let told = move |outcome: &Reload| match outcome {
        Reload::Unchanged => {}
        Reload::Accepted { version, warnings } => {
            tracing::info!(
                rules.version = %version,
                rules.warnings = warnings.len(),
                "new rules are live"
            );
            app.router().set_rules(&app.rules().routing);
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                if let Err(error) = app.declare_agents().await {
                    tracing::warn!(%error, "the declared agents could not be brought in");
                }
            });
        }
        Reload::Refused(refused) => {
            tracing::error!(
                rules.problems = refused.problems.len(),
                "changed rules are refused, the old ones stay:\n{}",
                rules::shown(refused)
            );
        }
    };
    tokio::spawn(reload::follow(Arc::clone(live), watcher, told));
}

fn announce(
    bound: &Bound,
    settings: &ServiceSettings,
    live: &LiveRules,
    opened: &Opened,
    is_new: bool,
) {
    let status = live.status().borrow().clone();
    let address = bound.address();
    let server = if address == ServiceSettings::default().listen {
        String::new()
    } else {
        format!(" --server http://{address}")
    };
    let data = if settings.data == ServiceSettings::default().data {
        String::new()
    } else {
        format!(" --data {}", settings.data.display())
    };
    let agent = live
        .current()
        .routing
        .agents
        .first()
        .map_or("NAME".to_owned(), |agent| agent.id.to_string());
    println!("Sanad listens on http://{address} (gRPC, gRPC-Web, health, metrics, page)");
    println!("Conversations are kept {}", opened.kept);
    if is_new {
        let folder = settings.data.canonicalize().unwrap_or_else(|_| settings.data.clone());
        println!("Keys and secrets were begun anew in {}, where nothing was", folder.display());
        println!("(a deployment that exists lies elsewhere: name its folder with --data DIR)");
    }
    println!("Rules {} are live", status.version);
    println!();
    let sanad = program::started_as();
    println!("Try in another terminal:");
    println!("  {sanad} chat{server}");
    println!("  {sanad} agent --as {agent}{server}{data}");
    if let Some(refused) = &status.last_refused {
        // The last words are those that must not be missed.
        println!();
        println!("{}", rules::shown(refused));
        println!(
            "The config folder is refused for what stands above: the last good rules, {}, are live",
            status.version
        );
    }
}

/// From here on SIGTERM and Ctrl-C are heard and end nothing by themselves. To be called before the first
/// answer is given: whoever was answered is owed a graceful stop.
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Returns when the service is to stop: told by the system, or because the store has failed.
async fn until_told(
    signalled: impl Future<Output = ()>,
    death: stores::Death,
    lifecycle: Arc<Lifecycle>,
) {
    let died = async {
        let Some(mut death) = death else { return std::future::pending().await };
        if death.wait_for(Option::is_some).await.is_err() {
            std::future::pending::<()>().await;
        }
        let reason = death.borrow().clone();
        tracing::error!(reason = reason.as_deref(), "the store has failed for good; stopping");
        lifecycle.enter(Phase::Isolated);
        // Health says NOT_SERVING for a moment before the door closes.
        tokio::time::sleep(DEATH_GRACE).await;
    };
    tokio::select! {
        () = signalled => tracing::info!("told to stop; draining"),
        () = died => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_is_none_is_told_with_all_that_there_are() {
        let told = store_kind("foo").unwrap_err();
        for kind in ["embedded", "redis://", "redis-cluster://", "redis-sentinel://", "rediss"] {
            assert!(told.contains(kind), "{kind}: {told}");
        }
    }

    #[test]
    fn a_data_folder_that_cannot_be_used_is_named_and_the_rules_are_not_blamed() {
        let home = tempfile::tempdir().unwrap();
        assert!(make_folder(&home.path().join("data")).unwrap(), "nothing was there");
        assert_eq!(home.path().join("data").read_dir().unwrap().count(), 0, "nothing is left");
        std::fs::write(home.path().join("data/server.secret"), "").unwrap();
        assert!(!make_folder(&home.path().join("data")).unwrap(), "it is used already");
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        let told = format!("{:#}", make_folder(&file.join("data")).unwrap_err());
        assert!(told.contains("--data DIR") && told.contains("cannot be made"), "{told}");
        if cfg!(target_os = "linux") {
            // Nobody may write there, whoever runs the test.
            let told = format!("{:#}", make_folder(Path::new("/proc")).unwrap_err());
            assert!(told.contains("--data DIR") && told.contains("cannot be written to"), "{told}");
        }
    }
}
