//! `sanad doctor`: examines a deployment and says what to do. Config and scripted conversations are
//! checked here; the store is looked into directly where it may have several readers (Redis) or
//! none (a file that no server has open), else the running server is asked.

pub(super) mod examine;
pub(super) mod show;

use super::connect::{KeyArgs, ServerArgs, ask};
use super::failure;
use super::sealing;
use super::serve::store_kind;
use super::shared_keys;
use super::sharing::{self, Standing};
use super::stores::{self, StorePlace};
use super::system::{SystemChance, SystemClock};
use super::terminal::Look;
use crate::app::findings::{Code, Finding, Severity};
use crate::app::{App, Settings};
use crate::config::Checked;
use crate::config::reload::Kept;
use crate::config::service::{Overrides, ServiceSettings, StoreKind};
use crate::domain::language::Language;
use crate::domain::rules::Rules;
use crate::grpc::context::Examiner;
use crate::grpc::keys::Role;
use crate::grpc::pb;
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::ports::clock::Clock;
use crate::ports::rules::RulesSource;
use crate::ports::store::Store;
use crate::rehearsal;
use crate::store::embedded::{EmbeddedStore, OpenError, Options};
use crate::store::redis::address::Address;
use crate::store::redis::report::report;
use crate::store::redis::{self, RedisStore};
use clap::Args;
use examine::Examination;
use show::Shown;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Examine a deployment and say what to do. Changes nothing.
///
/// Exit codes: 0 all is fine; 1 somebody should look at something; 2 customers are harmed or will
/// be, or the deployment could not be examined.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    config: PathBuf,
    /// Folder of the store and the keys [default: as service.yaml says].
    #[arg(long, env = "SANAD_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// `embedded`, or the URL of a Redis, a Redis Cluster or Sentinels [default: as service.yaml says].
    #[arg(long, env = "SANAD_STORE", hide_env_values = true, value_name = "STORE", value_parser = store_kind)]
    store: Option<StoreKind>,
    /// Ask this running server instead of the store itself.
    #[arg(long, env = "SANAD_SERVER", value_name = "URL")]
    server: Option<String>,
    /// Who signed the server's certificate (PEM); needed for https.
    #[arg(long, env = "SANAD_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The file of an admin's key; without it, it is looked for in the data folder.
    #[arg(long, env = "SANAD_KEY_FILE", value_name = "FILE")]
    key: Option<PathBuf>,
    /// Do not play the scripted conversations; they take the longest.
    #[arg(long)]
    no_scripts: bool,
    /// How the findings are written.
    #[arg(long, value_enum, default_value = "text")]
    format: super::check::Format,
    /// The language of the findings: en or ar.
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = super::language)]
    lang: Language,
}

/// 0 = fine, 1 = attention, 2 = trouble.
pub fn run(options: &Doctor) -> ExitCode {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let (_, checked) = crate::config::load_untouched(&options.config, options.data.as_deref());
    let mut checked = checked.at(clock.now());
    let rules = checked.rules.take().map(Arc::new);
    let overrides = Overrides {
        data: options.data.clone(),
        store: options.store.clone(),
        ..Overrides::default()
    };
    let settings = checked.service.clone().unwrap_or_default().overridden_by(overrides);
    let mut found = config(&checked, rules.as_ref(), options.lang);
    if let Some(rules) = rules.as_ref().filter(|_| !options.no_scripts) {
        found.push(scripts(&checked, rules));
    }
    let mut shown: Vec<Shown> = found.into_iter().map(Shown::from).collect();
    let rules = rules.or_else(|| last_good(&settings));
    if let Some(missing) = missing_data(options) {
        shown.push(missing.into());
    }
    shown.extend(match super::block_on(deployment(options, &settings, rules, &clock)) {
        Ok(found) => found,
        Err(error) => {
            vec![Finding::trouble(Code::StoreAway).with("reason", format!("{error:#}")).into()]
        }
    });
    show::print(&shown, options.format, options.lang, Look::of_stdout());
    match shown.iter().map(|shown| shown.severity).max() {
        None | Some(Severity::Fine) => ExitCode::SUCCESS,
        Some(Severity::Attention) => ExitCode::from(1),
        Some(Severity::Trouble) => ExitCode::from(2),
    }
}

/// Whoever names a folder that is not there has mistyped it, or is on another machine.
fn missing_data(options: &Doctor) -> Option<Finding> {
    let folder = options.data.as_ref().filter(|data| !data.is_dir())?;
    Some(Finding::trouble(Code::DataMissing).with("folder", folder.display()))
}

/// What is to be said of the rules.
fn config(checked: &Checked, rules: Option<&Arc<Rules>>, language: Language) -> Vec<Finding> {
    let count = checked.problems.len();
    let first = checked.problems.first().map(|problem| {
        let place = &problem.place;
        format!("{}:{}: {}", place.file, place.line, problem.what(language))
    });
    let first = first.unwrap_or_default();
    let Some(rules) = rules else {
        let broken = Finding::trouble(Code::ConfigBroken);
        return vec![broken.with("problems", count).with("first", first)];
    };
    let mut findings = vec![
        Finding::fine(Code::ConfigSound)
            .with("entries", rules.bot.entries.len())
            .with("scripts", checked.scripts.len())
            .with("version", &rules.version),
    ];
    if count > 0 {
        let doubtful = Finding::attention(Code::ConfigDoubtful);
        findings.push(doubtful.with("problems", count).with("first", first));
    }
    findings
}

/// Whether the scripted conversations hold.
fn scripts(checked: &Checked, rules: &Arc<Rules>) -> Finding {
    let failed = checked.scripts.iter().filter(|s| !rehearsal::play(rules, s).is_empty());
    let failed: Vec<&str> = failed.map(|script| script.name.as_str()).collect();
    match failed.first() {
        None => Finding::fine(Code::ScriptsHold).with("scripts", checked.scripts.len()),
        Some(first) => Finding::trouble(Code::ScriptsFail)
            .with("failed", failed.len())
            .with("scripts", checked.scripts.len())
            .with("first", first),
    }
}

/// The rules a server would go on with.
fn last_good(settings: &ServiceSettings) -> Option<Arc<Rules>> {
    Kept::in_data(&settings.data).newest().map(Arc::new)
}

async fn deployment(
    options: &Doctor,
    settings: &ServiceSettings,
    rules: Option<Arc<Rules>>,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Vec<Shown>> {
    if options.server.is_some() {
        return Ok(ask_server(options, settings).await);
    }
    // It is said already, and nothing of it lies anywhere.
    if missing_data(options).is_some() && settings.store == StoreKind::Embedded {
        return Ok(Vec::new());
    }
    let (store, place, buckets): (Arc<dyn Store>, _, _) = match &settings.store {
        // It is where the server is.
        StoreKind::Memory => return Ok(ask_server(options, settings).await),
        StoreKind::Embedded => {
            let file = stores::file_of(settings);
            if !file.exists() && !stores::was_served(&settings.data) {
                let never = Finding::attention(Code::NeverServed);
                return Ok(vec![never.with("folder", settings.data.display()).into()]);
            }
            let place =
                StorePlace::File(file.clone(), u64::from(settings.limits.disk_reserve_mb) << 20);
            match EmbeddedStore::open(file, &Options::default(), clock.clone()) {
                Ok(store) => (Arc::new(store), place, stores::BUCKETS),
                Err(OpenError::Locked { .. }) => return Ok(ask_server(options, settings).await),
                Err(error) => {
                    return Ok(vec![
                        Finding::trouble(Code::StoreRefused).with("reason", error).into(),
                    ]);
                }
            }
        }
        StoreKind::Redis(url) => {
            let address = Address::parse(url)?;
            match RedisStore::open(address.clone(), redis::Options::default()).await {
                Ok(store) => {
                    let buckets = store.deployment().buckets;
                    (Arc::new(store), StorePlace::Redis(address), buckets)
                }
                Err(error) => {
                    let told = report(address).await.map(|report| examine::redis(&report));
                    let told = told.unwrap_or_else(|_| vec![examine::refused(&error)]);
                    return Ok(told.into_iter().map(Shown::from).collect());
                }
            }
        }
    };
    let seals = sealing::seals_of(&settings.data)?;
    let store = match sealing::opened(store, seals.as_ref(), &settings.data).await {
        Ok(store) => store,
        Err(error) => {
            return Ok(vec![Finding::trouble(Code::StoreRefused).with("reason", error).into()]);
        }
    };
    let secret = shared_secrets(store.as_ref(), settings).await;
    // Without rules nobody knows the pool; the config says what is wrong.
    let Some(rules) = rules else { return Ok(secret.into_iter().map(Shown::from).collect()) };
    let settings_of_app = Settings {
        buckets,
        instance: "doctor".to_owned(),
        utterance_chars_max: settings.limits.utterance_chars_max as usize,
        waiting_max: settings.limits.waiting_max as usize,
    };
    let app = App::new(store, Arc::new(Fixed(rules)), Arc::new(SystemChance), settings_of_app);
    let examination = Examination::of(&Arc::new(app), place, settings, clock);
    Ok(secret.into_iter().chain(examination.examine().await).map(Shown::from).collect())
}

/// Whether an instance with this data folder would be let in, and whose keys it takes. What cannot be read
/// says so elsewhere.
async fn shared_secrets(store: &dyn Store, settings: &ServiceSettings) -> Vec<Finding> {
    let secret = match sharing::standing(store, &settings.data).await {
        Ok(Standing::Shared(name)) => Some(Finding::fine(Code::SecretShared).with("name", name)),
        Ok(Standing::Foreign(name)) => {
            let file = sharing::file_of(&settings.data).display().to_string();
            let foreign = Finding::trouble(Code::SecretForeign).with("name", name);
            Some(foreign.with("file", file))
        }
        Ok(Standing::Unknown) | Err(_) => None,
    };
    let folder = settings.data.join("keys");
    let files = shared_keys::foreign(store, &folder).await.unwrap_or_default();
    let differing = (!files.is_empty()).then(|| {
        let differing = Finding::trouble(Code::KeysDiffer).with("files", files.join(" "));
        differing.with("folder", folder.display())
    });
    secret.into_iter().chain(differing).collect()
}

/// Rules that do not change while they are looked at.
struct Fixed(Arc<Rules>);

impl RulesSource for Fixed {
    fn current(&self) -> Arc<Rules> {
        Arc::clone(&self.0)
    }
}

/// Asks a running server: the one that was named, or the one of the settings.
async fn ask_server(options: &Doctor, settings: &ServiceSettings) -> Vec<Shown> {
    let server = options.server.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
    let data = settings.data.clone();
    let asked = async {
        let bearer = KeyArgs { key: options.key.clone(), data }.read(Role::Admin, "main")?;
        let place = ServerArgs { server: server.clone(), ca: options.ca.clone() };
        let channel = place.connect().await?;
        let mut client = AdminServiceClient::with_interceptor(channel, bearer);
        let answer = client.diagnose(ask(pb::DiagnoseRequest {})).await?;
        anyhow::Ok(answer.into_inner())
    };
    match asked.await {
        Ok(answer) => {
            let (mode, name) = match answer.mode() {
                pb::Mode::Normal => (Severity::Fine, "normal"),
                pb::Mode::Degraded => (Severity::Attention, "degraded"),
                pb::Mode::Isolated => (Severity::Trouble, "isolated"),
                pb::Mode::Unspecified => (Severity::Attention, "unknown"),
            };
            let told = Finding::new(Code::ServerAsked, mode);
            let told = told.with("server", server).with("mode", name);
            let findings = answer.findings.into_iter().map(Shown::of_wire);
            std::iter::once(Shown::from(told)).chain(findings).collect()
        }
        Err(error) => {
            let away = Finding::trouble(Code::ServerAway).with("server", server);
            vec![away.with("reason", format!("{:#}", failure::told(error, options.lang))).into()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        doctor: Doctor,
    }

    #[test]
    fn a_data_folder_that_is_not_there_is_said_and_one_that_was_not_named_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("nowhere");
        let options = |data: &std::path::Path| {
            let data = data.to_str().unwrap();
            Alone::parse_from(["doctor", "--store", "embedded", "--data", data]).doctor
        };
        let found = missing_data(&options(&missing)).unwrap();
        assert!(found.facts.iter().any(|(_, value)| *value == missing.display().to_string()));
        for language in [Language::En, Language::Ar] {
            assert!(found.says(language).contains("nowhere"), "{}", found.says(language));
        }
        assert_eq!(missing_data(&options(folder.path())), None);
        assert_eq!(missing_data(&Alone::parse_from(["doctor"]).doctor), None);
    }

    #[tokio::test]
    async fn nothing_is_looked_for_in_a_data_folder_that_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("nowhere");
        let data = missing.to_str().unwrap();
        let options = Alone::parse_from(["doctor", "--store", "embedded", "--data", data]).doctor;
        let settings = ServiceSettings { data: missing.clone(), ..ServiceSettings::default() };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let found = deployment(&options, &settings, None, &clock).await.unwrap();
        assert!(found.is_empty() && !missing.exists(), "it is said once, and nothing is made");
    }

    #[tokio::test]
    async fn where_nothing_was_ever_served_no_store_is_missed_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let options = Alone::parse_from(["doctor", "--store", "embedded", "--data", data]).doctor;
        let settings =
            ServiceSettings { data: folder.path().to_owned(), ..ServiceSettings::default() };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let codes = async || {
            let found = deployment(&options, &settings, None, &clock).await.unwrap();
            found.iter().map(|shown| shown.code().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(codes().await, ["never_served"]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        // A service has run here: its store is lost, and that is another matter.
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        std::fs::write(sharing::file_of(folder.path()), "x").unwrap();
        assert_eq!(codes().await, ["store_refused"]);
    }
}
