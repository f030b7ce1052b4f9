//! How commands reach a server: addresses, keys, what is tried again, and what a person reads when
//! it does not work. Every mutating call carries a request id, so that trying again is safe.

use super::refused;
use super::terminal::Look;
use crate::domain::language::Language;
use crate::grpc::keys::Role;
use clap::Args;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

/// Where Sanad listens unless told otherwise.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:50051";
/// Where the server keeps its data, keys included, unless told otherwise.
pub const DEFAULT_DATA: &str = "data";

const CONNECT_TIME: Duration = Duration::from_secs(5);
const CALL_TIME: Duration = Duration::from_secs(15);
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// With the pauses above this is about two minutes; then it has failed.
const TRIES_MAX: u32 = 30;
/// One failure is a hiccup that nobody need hear of.
const TRIES_QUIET: u32 = 2;
/// Whoever waits longer than this without an answer should hear why.
pub const SILENT_MAX: Duration = Duration::from_secs(3);

/// A channel that sends a secret with every call.
pub type Secured = InterceptedService<Channel, Bearer>;

/// Why a command ended without doing what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody answers there.
    #[error(
        "no Sanad answers at {server}: start it with `sanad serve`, or name another server with \
         --server URL"
    )]
    Unreachable {
        /// Where it was looked for.
        server: String,
    },
    /// The address cannot be one.
    #[error("{server:?} is not an address of a server: {why}")]
    BadServer {
        /// What was given.
        server: String,
        /// What is wrong and what to write instead.
        why: String,
    },
    /// There is no key to call with.
    #[error(
        "cannot read the key {path}: {why}{others}; `sanad serve` makes the keys of those whom its config names \
         at its start, `sanad key mint` makes others; name the server's data folder with --data DIR, or \
         the key with --key FILE", path = path.display(), others = there(others)
    )]
    NoKey {
        /// Where it was looked for.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// Whose keys of this role lie beside it.
        others: Vec<String>,
    },
    /// The server said no.
    #[error(
        "the server refused {what}: {} ({})",
        refused::why(Language::En, Look::PLAIN, why),
        reason_of(why)
    )]
    Refused {
        /// What was asked for.
        what: &'static str,
        /// What the server said.
        why: Box<Status>,
    },
    /// Neither the server nor its store came back while a script was patient.
    #[error(
        "Sanad at {server} could not serve within {} s and nothing was kept; try again later, or wait \
         longer with --patience SECONDS", waited.as_secs()
    )]
    Away {
        /// Where it was looked for.
        server: String,
        /// How long.
        waited: Duration,
    },
    /// Somebody waited for an answer in vain.
    #[error("no reply came within {} s; it may still come: use --resume FILE to look again", waited.as_secs())]
    NoReply {
        /// How long.
        waited: Duration,
    },
    /// The server answered without its store, and the messages were not saved by the end.
    #[error(
        "{count} message(s) could not be saved: the server is cut off from its store; send them again later"
    )]
    NotSaved {
        /// How many.
        count: usize,
    },
    /// A script went on to its end, and some of what it asked for was not done; each was told as it came.
    #[error("not everything was done; what was refused is told above: {count}")]
    NotDone {
        /// How much.
        count: usize,
    },
    /// A script wanted to work, and there was no work.
    #[error("no work came within {} s", waited.as_secs())]
    NoWork {
        /// How long.
        waited: Duration,
    },
    /// The same agent works elsewhere now.
    #[error("{agent} signed in elsewhere; this desk is over")]
    Superseded {
        /// Who.
        agent: String,
    },
}

impl Failure {
    /// The code the process ends with; 2 is left to mistakes on the command line.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Refused { .. } | Failure::NotDone { .. } | Failure::Superseded { .. } => 1,
            Failure::BadServer { .. } | Failure::NoKey { .. } => 2,
            Failure::Unreachable { .. } => 3,
            Failure::Away { .. }
            | Failure::NoReply { .. }
            | Failure::NotSaved { .. }
            | Failure::NoWork { .. } => 4,
        }
    }

    /// What the server said to a call that was made once.
    pub fn of(what: &'static str, server: &str, status: Status) -> Failure {
        if status.code() == Code::Unavailable && !from_sanad(&status) {
            return Failure::Unreachable { server: server.to_owned() };
        }
        Failure::Refused { what, why: Box::new(status) }
    }
}

/// Which server a command talks to.
#[derive(Debug, Clone, Args)]
pub struct ServerArgs {
    /// Where Sanad listens.
    #[arg(long, global = true, env = "SANAD_SERVER", default_value = DEFAULT_SERVER, value_name = "URL")]
    pub server: String,
    /// Who signed the server's certificate (PEM); needed for https.
    #[arg(long, global = true, env = "SANAD_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

impl ServerArgs {
    /// Connects once, so that a server that is not there is told at once. Later the channel
    /// connects again by itself.
    pub async fn connect(&self) -> Result<Channel, Failure> {
        let endpoint = self.endpoint()?;
        endpoint.connect().await.map_err(|_| Failure::Unreachable { server: self.server.clone() })
    }

    fn endpoint(&self) -> Result<Endpoint, Failure> {
        let bad = |why: String| Failure::BadServer { server: self.server.clone(), why };
        let url = match self.server.contains("://") {
            true => self.server.clone(),
            false => format!("http://{}", self.server),
        };
        let endpoint = Endpoint::from_shared(url.clone())
            .map_err(|_| bad(format!("write it like {DEFAULT_SERVER}")))?
            .connect_timeout(CONNECT_TIME)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10))
            .keep_alive_while_idle(true);
        if !url.starts_with("https://") {
            return Ok(endpoint);
        }
        let Some(path) = &self.ca else {
            return Err(bad("https needs the signer's certificate: add --ca FILE".to_owned()));
        };
        let pem = std::fs::read(path).map_err(|e| bad(format!("--ca {}: {e}", path.display())))?;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
        endpoint.tls_config(tls).map_err(|e| bad(format!("--ca {}: {e}", path.display())))
    }
}

/// Where a member of the staff finds the key.
#[derive(Debug, Clone, Args)]
pub struct KeyArgs {
    /// The file that holds the key; without it, it is looked for in the data folder.
    #[arg(long, global = true, env = "SANAD_KEY_FILE", value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The server's data folder; its keys lie in DIR/keys.
    #[arg(long, global = true, env = "SANAD_DATA", default_value = DEFAULT_DATA, value_name = "DIR")]
    pub data: PathBuf,
}

impl KeyArgs {
    /// Reads the key of this subject.
    pub fn read(&self, role: Role, subject: &str) -> Result<Bearer, Failure> {
        let path = self.key.clone().unwrap_or_else(|| key_path(&self.data, role, subject));
        let no_key = |why: &str| {
            // Only what this machine's own folder holds: no server is asked who there is.
            let others = if self.key.is_none() { subjects(&self.data, role) } else { Vec::new() };
            Failure::NoKey { path: path.clone(), why: why.to_owned(), others }
        };
        let text = std::fs::read_to_string(&path).map_err(|e| no_key(&e.to_string()))?;
        match text.trim() {
            "" => Err(no_key("it is empty, so it was revoked")),
            key if !key.starts_with("sanad_") => Err(no_key("a key begins with `sanad_`")),
            key => Bearer::new(key).ok_or_else(|| no_key("it holds no key")),
        }
    }
}

/// Where the server keeps a key.
pub fn key_path(data: &Path, role: Role, subject: &str) -> PathBuf {
    data.join("keys").join(format!("{}_{subject}.key", role.name()))
}

/// Whose keys of this role lie in this data folder, by name.
fn subjects(data: &Path, role: Role) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(data.join("keys")) else { return Vec::new() };
    let prefix = format!("{}_", role.name());
    let mut subjects: Vec<String> = files
        .filter_map(|file| {
            let file = file.ok()?.file_name().into_string().ok()?;
            Some(file.strip_prefix(&prefix)?.strip_suffix(".key")?.to_owned())
        })
        .collect();
    subjects.sort();
    subjects
}

fn there(others: &[String]) -> String {
    match others.is_empty() {
        true => String::new(),
        false => format!("; keys lie there for: {}", others.join(", ")),
    }
}

/// The secret of every call: a key, or a customer token, which slides.
#[derive(Debug, Clone)]
pub struct Bearer(Arc<RwLock<MetadataValue<Ascii>>>);

impl Bearer {
    /// With this secret; `None` if it cannot stand in a header.
    pub fn new(secret: &str) -> Option<Bearer> {
        Some(Bearer(Arc::new(RwLock::new(header(secret)?))))
    }

    /// Goes on with a newer secret, in all clones.
    pub fn renew(&self, secret: &str) {
        if let Some(value) = header(secret) {
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = value;
        }
    }
}

fn header(secret: &str) -> Option<MetadataValue<Ascii>> {
    let mut value: MetadataValue<Ascii> = format!("Bearer {secret}").parse().ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let value = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }
}

/// A random id: for requests, and for a device that has none.
pub fn fresh_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A call that is not a stream, with the time it may take.
pub fn ask<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(CALL_TIME);
    request
}

/// Growing pauses between tries, a little random so that clients do not come in step.
#[derive(Debug, Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// How often it was tried in vain.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// How long to wait before the next try, never less than the server asked for.
    pub fn pause(&mut self, asked: Option<Duration>) -> Duration {
        let whole = PAUSE_FIRST.saturating_mul(1 << self.tries.min(10)).min(PAUSE_MAX);
        self.tries = self.tries.saturating_add(1);
        let pause = whole.mul_f64(rand::random_range(0.75..1.0));
        asked.map_or(pause, |asked| asked.max(pause))
    }
}

/// Makes a call until it is answered, as long as trying again can help, for about two minutes.
/// `waiting` is called once, as soon as a person should be told that it takes long.
pub async fn patiently<T, F>(waiting: impl FnOnce(), call: impl FnMut() -> F) -> Result<T, Status>
where
    F: Future<Output = Result<T, Status>>,
{
    repeat(TRIES_MAX, waiting, call).await
}

/// The same for so many tries. It takes long when more than one has failed, or when none is answered:
/// a server that hangs does not fail for a while.
pub async fn repeat<T, F>(
    tries_max: u32,
    waiting: impl FnOnce(),
    mut call: impl FnMut() -> F,
) -> Result<T, Status>
where
    F: Future<Output = Result<T, Status>>,
{
    let troubled = Notify::new();
    let mut tries = pin!(async {
        let mut backoff = Backoff::default();
        loop {
            match call().await {
                Ok(answer) => return Ok(answer),
                Err(status) if transient(&status) && backoff.tries() < tries_max => {
                    let pause = backoff.pause(retry_after(&status));
                    if backoff.tries() == TRIES_QUIET {
                        troubled.notify_one();
                    }
                    tokio::time::sleep(pause).await;
                }
                Err(status) => return Err(status),
            }
        }
    });
    tokio::select! {
        biased;
        done = &mut tries => return done,
        () = troubled.notified() => {}
        () = tokio::time::sleep(SILENT_MAX) => {}
    }
    waiting();
    tries.await
}

/// Whether the same call may work in a moment. What the transport itself reports when a
/// connection breaks has no reason of ours, whatever its code is.
pub fn transient(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded => true,
        Code::ResourceExhausted => retry_after(status).is_some(),
        Code::Unknown | Code::Cancelled | Code::Internal => !from_sanad(status),
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// When the server wants to be asked again.
pub fn retry_after(status: &Status) -> Option<Duration> {
    status.get_details_retry_info().and_then(|info| info.retry_delay)
}

/// The situation the server names, or the code if it names none.
pub fn reason_of(status: &Status) -> String {
    match status.get_details_error_info() {
        Some(info) => info.reason,
        None => format!("{:?}", status.code()),
    }
}

fn from_sanad(status: &Status) -> bool {
    status.get_details_error_info().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::status::Refusal;

    fn server(url: &str) -> ServerArgs {
        ServerArgs { server: url.to_owned(), ca: None }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told_with_the_way_to_start_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let free = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let failure = server(&free).connect().await.unwrap_err();
        assert!(failure.to_string().contains("sanad serve"), "{failure}");
        assert_eq!(failure.exit_code(), 3);
    }

    #[test]
    fn an_address_may_go_without_a_scheme_and_https_asks_for_a_certificate() {
        assert!(server("localhost:50051").endpoint().is_ok());
        assert!(server("not a url").endpoint().is_err());
        let failure = server("https://chat.example").endpoint().unwrap_err();
        assert!(failure.to_string().contains("--ca FILE"), "{failure}");
    }

    #[test]
    fn a_missing_or_revoked_key_is_told_with_its_place() {
        let data = tempfile::tempdir().unwrap();
        let keys = KeyArgs { key: None, data: data.path().to_owned() };
        let failure = keys.read(Role::Agent, "sara").unwrap_err().to_string();
        assert!(failure.contains("agent_sara.key") && failure.contains("--data"), "{failure}");
        let path = key_path(data.path(), Role::Agent, "sara");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "\n").unwrap();
        let failure = keys.read(Role::Agent, "sara").unwrap_err().to_string();
        assert!(failure.contains("revoked"), "{failure}");
        std::fs::write(&path, "sanad_agent_sara_00\n").unwrap();
        assert!(keys.read(Role::Agent, "sara").is_ok());
        // Whoever mistypes the name reads which there are; of other roles and other files nothing.
        for file in ["agent_ali.key", "supervisor_main.key", "agent_x.txt"] {
            std::fs::write(data.path().join("keys").join(file), "").unwrap();
        }
        let failure = keys.read(Role::Agent, "nobody").unwrap_err();
        let told = failure.to_string();
        assert!(told.contains("keys lie there for: ali, sara;"), "{told}");
        let told = crate::cli::failure::told(failure, Language::Ar).to_string();
        assert!(told.contains("ali، sara"), "{told}");
        let elsewhere = KeyArgs { key: Some(data.path().join("no.key")), ..keys };
        let told = elsewhere.read(Role::Agent, "nobody").unwrap_err().to_string();
        assert!(!told.contains("sara"), "another file was named: {told}");
    }

    #[test]
    fn only_what_may_work_in_a_moment_is_tried_again() {
        let unavailable =
            Refusal::Unavailable { why: "…".into(), retry_after: Duration::from_secs(3) };
        let status = Status::from(unavailable);
        assert!(transient(&status));
        assert_eq!(retry_after(&status), Some(Duration::from_secs(3)));
        assert!(transient(&Status::unknown("connection reset")));
        assert!(!transient(&Status::from(Refusal::Internal)));
        assert!(!transient(&Status::from(Refusal::NotFound { what: "conversation" })));
    }

    #[test]
    fn pauses_grow_up_to_a_limit_and_heed_the_server() {
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..12).map(|_| backoff.pause(None)).collect();
        assert!(pauses[0] <= PAUSE_FIRST);
        assert!(pauses[11] > PAUSE_MAX / 2 && pauses[11] <= PAUSE_MAX, "{pauses:?}");
        let asked = Duration::from_secs(60);
        assert_eq!(backoff.pause(Some(asked)), asked);
    }
}
