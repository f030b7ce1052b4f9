//! What operators decide: where Sanad listens, where it keeps its data, its limits.
//!
//! Precedence: flags, then the environment (`SANAD_LISTEN` …), then `service.yaml`, then the values
//! of [`ServiceSettings::default`]. The first two arrive together as [`Overrides`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The operators' settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSettings {
    /// Address and port.
    pub listen: SocketAddr,
    /// The folder of the store, the keys and the accepted rules.
    pub data: PathBuf,
    /// Which store.
    pub store: StoreKind,
    /// What happens at a restart when the config is broken.
    pub on_bad_config: OnBadConfig,
    /// For so long a stop only says that it comes: balancers see it and send nothing new.
    pub drain_notice: Duration,
    /// The hard limit of a graceful stop, after the notice.
    pub drain: Duration,
    /// How the host site says who its customers are.
    pub identity: IdentitySettings,
    /// What is refused when there is too much of it.
    pub limits: Limits,
    /// Which ended conversations leave the store; `None` = they stay.
    pub retention: Option<Retention>,
}

/// Which ended conversations leave the store, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// So long after their end.
    pub after: Duration,
    /// The folder they go to, within the data folder unless it is absolute; `None` = they are
    /// deleted.
    pub archive: Option<PathBuf>,
}

/// How the host site says who its customers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitySettings {
    /// Whom its tokens must be for.
    pub audience: String,
    /// The longest they may be good.
    pub life_max: Duration,
}

impl IdentitySettings {
    /// Whom tokens are for, unless the file says otherwise.
    pub const AUDIENCE: &str = "sanad";
    /// The file in the data folder that holds the key which the host site signs with.
    pub const KEY_FILE: &str = "host.secret";
}

impl Default for IdentitySettings {
    fn default() -> Self {
        let life_max = Duration::from_secs(24 * 60 * 60);
        IdentitySettings { audience: Self::AUDIENCE.to_owned(), life_max }
    }
}

/// Which store.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreKind {
    /// On disk.
    Embedded,
    /// Gone with the process.
    Memory,
    /// In Redis, at this URL. What it may hold is the store's to say.
    Redis(String),
}

/// What happens at a restart when the config is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnBadConfig {
    /// The last rules that were accepted go on.
    LastGood,
    /// Sanad does not start.
    Refuse,
}

/// What is refused when there is too much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Characters of one message.
    pub utterance_chars_max: u32,
    /// Open streams of one principal.
    pub streams_per_principal_max: u32,
    /// Calls a second from one address.
    pub requests_per_second_per_address: u32,
    /// Calls at once from one address.
    pub request_burst: u32,
    /// Calls a second of one customer, agent, platform, supervisor or admin.
    pub requests_per_second_per_principal: u32,
    /// Calls at once of one of them.
    pub principal_burst: u32,
    /// Open connections in all.
    pub connections_max: u32,
    /// Calls and streams in progress on one connection.
    pub calls_per_connection_max: u32,
    /// Bytes of one call.
    pub message_bytes_max: u32,
    /// Bytes of a conversation's metadata.
    pub metadata_bytes_max: u32,
    /// Megabytes of the disk that the embedded store never uses.
    pub disk_reserve_mb: u32,
    /// Conversations that wait in one pool.
    pub waiting_max: u32,
}

/// What flags and environment say; what they leave open the file decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Address and port.
    pub listen: Option<SocketAddr>,
    /// The data folder.
    pub data: Option<PathBuf>,
    /// Which store.
    pub store: Option<StoreKind>,
    /// What happens when the config is broken.
    pub on_bad_config: Option<OnBadConfig>,
    /// The hard limit of a graceful stop.
    pub drain: Option<Duration>,
}

impl StoreKind {
    /// How each is written.
    pub const NAMES: [&str; 3] = ["embedded", "memory", "redis://HOST:PORT"];
    /// How a Redis is written that is not one server alone.
    pub const REDIS_NAMES: [&str; 2] =
        ["redis-cluster://HOST,HOST", "redis-sentinel://HOST,HOST/NAME"];

    /// Reads what the file or a flag says.
    pub fn parse(text: &str) -> Option<StoreKind> {
        match text {
            "embedded" => Some(StoreKind::Embedded),
            "memory" => Some(StoreKind::Memory),
            url => (url.starts_with("redis") && url.contains("://"))
                .then(|| StoreKind::Redis(url.to_owned())),
        }
    }
}

/// Without the URL, which may hold a password.
impl std::fmt::Debug for StoreKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            StoreKind::Embedded => "Embedded",
            StoreKind::Memory => "Memory",
            StoreKind::Redis(_) => "Redis",
        })
    }
}

impl OnBadConfig {
    /// All, by the names of the file and the flags.
    pub const NAMES: [(&str, OnBadConfig); 2] =
        [("last_good", OnBadConfig::LastGood), ("refuse", OnBadConfig::Refuse)];
}

impl Default for ServiceSettings {
    fn default() -> Self {
        ServiceSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            data: PathBuf::from("data"),
            store: StoreKind::Embedded,
            on_bad_config: OnBadConfig::LastGood,
            drain_notice: Duration::ZERO,
            drain: Duration::from_secs(10),
            identity: IdentitySettings::default(),
            limits: Limits::default(),
            retention: None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            utterance_chars_max: 4_000,
            streams_per_principal_max: 16,
            requests_per_second_per_address: 50,
            request_burst: 200,
            requests_per_second_per_principal: 50,
            principal_burst: 200,
            connections_max: 10_000,
            calls_per_connection_max: 1_000,
            message_bytes_max: 65_536,
            metadata_bytes_max: 16_384,
            disk_reserve_mb: 64,
            waiting_max: 10_000,
        }
    }
}

impl ServiceSettings {
    /// The folder ended conversations go to; `None` = none is archived.
    pub fn archive_folder(&self) -> Option<PathBuf> {
        let named = self.retention.as_ref()?.archive.as_ref()?;
        Some(self.data.join(named))
    }

    /// With what flags and environment say instead.
    #[must_use]
    pub fn overridden_by(self, overrides: Overrides) -> ServiceSettings {
        ServiceSettings {
            listen: overrides.listen.unwrap_or(self.listen),
            data: overrides.data.unwrap_or(self.data),
            store: overrides.store.unwrap_or(self.store),
            on_bad_config: overrides.on_bad_config.unwrap_or(self.on_bad_config),
            drain_notice: self.drain_notice,
            drain: overrides.drain.unwrap_or(self.drain),
            identity: self.identity,
            limits: self.limits,
            retention: self.retention,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_environment_win_over_the_file_and_leave_the_rest_to_it() {
        let file = ServiceSettings { data: "from-file".into(), ..ServiceSettings::default() };
        let flags = Overrides { store: Some(StoreKind::Memory), ..Overrides::default() };
        let settings = file.overridden_by(flags);
        assert_eq!(settings.store, StoreKind::Memory);
        assert_eq!(settings.data, PathBuf::from("from-file"));
    }

    #[test]
    fn a_store_is_named_or_a_url_that_is_never_shown() {
        assert_eq!(StoreKind::parse("embedded"), Some(StoreKind::Embedded));
        let redis = StoreKind::parse("rediss-cluster://u:secret@h").unwrap();
        assert_eq!(redis, StoreKind::Redis("rediss-cluster://u:secret@h".to_owned()));
        assert!(!format!("{redis:?}").contains("secret"));
        assert_eq!(StoreKind::parse("postgres://h"), None);
    }
}
