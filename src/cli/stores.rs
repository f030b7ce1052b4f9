//! Opens the store that the settings name, and says what can truthfully be said of it: what an
//! answer survives, and how the store does.

use super::{sealing, sharing};
use crate::config::service::{ServiceSettings, StoreKind};
use crate::grpc::context::DurabilityNow;
use crate::grpc::pb;
use crate::ports::backup::{Backups, NotHere};
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::store::embedded::{self, EmbeddedStore};
use crate::store::memory::MemoryStore;
use crate::store::redis::address::Address;
use crate::store::redis::deployment::{self, OpenError, Safety};
use crate::store::redis::link::{Health, Patience};
use crate::store::redis::reloading::REMEDY;
use crate::store::redis::{self, RedisStore};
use crate::store::sealed::Seals;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// Buckets of a deployment on one machine: few, since one writer serves them all.
pub(super) const BUCKETS: u16 = 4;

/// Tells when the store has failed for good; a store in memory never does.
pub(super) type Death = Option<watch::Receiver<Option<Arc<str>>>>;

/// A store that is open.
pub(super) struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The number of its buckets.
    pub buckets: u16,
    /// What an answer survives at most, as the store is now.
    pub durability: DurabilityNow,
    /// Whether each answer asks if its message has reached replicas.
    pub replicated: bool,
    /// Where conversations are kept, in words.
    pub kept: String,
    /// When it has failed for good.
    pub death: Death,
    /// How it does, if it can be away for a while.
    pub health: Option<watch::Receiver<Health>>,
    /// What else can be asked of it.
    pub place: StorePlace,
    /// Makes copies of it, where that is ours to do.
    pub backups: Arc<dyn Backups>,
    /// The secrets that what is stored is sealed under; `None` if it lies in the clear.
    pub seals: Option<Arc<Seals>>,
}

/// Where the store is, for examinations.
#[derive(Debug, Clone)]
pub(super) enum StorePlace {
    /// In this process.
    Memory,
    /// In this file, beside which so many bytes of the disk are never used.
    File(PathBuf, u64),
    /// In Redis.
    Redis(Address),
}

/// Opens the store that the settings name, sealed if the data folder has a secret for it.
pub(super) async fn open(
    settings: &ServiceSettings,
    init_if_empty: bool,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Opened> {
    let mut opened = open_plain(settings, init_if_empty, clock).await?;
    if let StorePlace::Memory = opened.place {
        return Ok(opened);
    }
    opened.seals = sealing::seals_of(&settings.data)?;
    opened.store = sealing::sealed(opened.store, opened.seals.as_ref(), &settings.data).await?;
    if opened.seals.is_some() {
        let file = sealing::file_of(&settings.data);
        opened.kept = format!("{}; sealed with {}", opened.kept, file.display());
    }
    Ok(opened)
}

async fn open_plain(
    settings: &ServiceSettings,
    init_if_empty: bool,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Opened> {
    match &settings.store {
        StoreKind::Memory => Ok(Opened {
            store: Arc::new(MemoryStore::new(clock.clone())),
            buckets: BUCKETS,
            durability: Arc::new(|| pb::Durability::None),
            replicated: false,
            kept: "in memory: gone when this process ends".to_owned(),
            death: None,
            health: None,
            place: StorePlace::Memory,
            backups: Arc::new(NotHere(
                "this server keeps everything in memory, and nothing that a backup could restore: serve \
                 with `--store embedded`",
            )),
            seals: None,
        }),
        StoreKind::Embedded => {
            let path = file_of(settings);
            let is_first_start = !was_served(&settings.data);
            let reserve_bytes = u64::from(settings.limits.disk_reserve_mb) << 20;
            let place = StorePlace::File(path.clone(), reserve_bytes);
            let options = embedded::Options {
                create: is_first_start,
                reserve_bytes,
                ..embedded::Options::default()
            };
            let store = EmbeddedStore::open(path, &options, clock.clone())?;
            if is_first_start && !sealing::file_of(&settings.data).exists() {
                sealing::add_secret(&settings.data)?;
            }
            let death = store.death();
            let store = Arc::new(store);
            Ok(Opened {
                backups: Arc::clone(&store) as Arc<dyn Backups>,
                store,
                buckets: BUCKETS,
                durability: Arc::new(|| pb::Durability::Durable),
                replicated: false,
                kept: format!("on disk, in {}", settings.data.display()),
                death: Some(death),
                health: None,
                place,
                seals: None,
            })
        }
        StoreKind::Redis(url) => open_redis(Address::parse(url)?, init_if_empty).await,
    }
}

/// Whether a service has run in this data folder before. The server's secret is made by the first start,
/// after the store: where it is and no store is, the store is lost, and beginning an empty one would hide
/// that. Keys and a seal alone were laid there beforehand.
pub(super) fn was_served(data: &Path) -> bool {
    sharing::file_of(data).exists() && data.join("keys").exists()
}

/// The file of the embedded store.
pub(super) fn file_of(settings: &ServiceSettings) -> PathBuf {
    settings.data.join("sanad.redb")
}

async fn open_redis(address: Address, init_if_empty: bool) -> anyhow::Result<Opened> {
    let options = redis::Options::default;
    let store = match RedisStore::open(address.clone(), options()).await {
        Err(OpenError::Empty { .. }) if init_if_empty => {
            match deployment::init(address.clone(), deployment::BUCKETS, Patience::default()).await
            {
                // Another instance may just have been faster.
                Ok(_) | Err(OpenError::NotEmpty { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            RedisStore::open(address.clone(), options()).await?
        }
        opened => opened?,
    };
    let found = store.deployment().clone();
    let replicas = address.replicas;
    let asked = match (address.aof_wait, replicas) {
        (true, 0) => "called durable once it is flushed to its disk".to_owned(),
        (true, _) => {
            format!("called durable once it is flushed to its disk and that of {replicas} replicas")
        }
        (false, _) => format!(
            "flushed to its disk before each answer; called durable once {replicas} of its replicas \
             have it"
        ),
    };
    let slow = format!(
        "each answer waits for {replicas} of its replicas, and the mode is DEGRADED while fewer follow; \
         ACCEPTED all the same: it flushes each second, and if it comes back before another takes over, \
         the last second is gone there too. For DURABLE set `appendfsync always`, or ?aof=wait"
    );
    let survives = match found.safety {
        Safety::Flushed if address.asks_each_time() => asked.as_str(),
        Safety::Flushed => "flushed to its disk before each answer",
        Safety::OnOne => {
            "flushed to its disk before each answer; another server that takes over may lack the \
             last moments: ?replicas=1 waits for one"
        }
        Safety::Doubtful => {
            let doubt = "whether a restart of Redis brings it back is not known";
            tracing::warn!(
                "{address}: {doubt}, so nothing is called DURABLE: many releases drop what scripts wrote \
                 where the user `default` is restricted. {REMEDY}; and let Sanad ask: `+acl|dryrun`"
            );
            doubt
        }
        Safety::Written if replicas > 0 => slow.as_str(),
        Safety::Written => "a crash of its machine may take the last second",
        Safety::Memory => "without a file: gone when Redis stops",
    };
    let settings = store.settings();
    Ok(Opened {
        buckets: found.buckets,
        durability: Arc::new(move || durability(settings.borrow().safety())),
        replicated: address.asks_each_time(),
        kept: format!("in {address} ({survives})"),
        death: None,
        health: Some(store.health()),
        place: StorePlace::Redis(address),
        backups: Arc::new(NotHere(
            "this server keeps everything in Redis: back up Redis itself (its append-only files, or the \
             file of `BGSAVE`), or copy it at rest with `sanad store copy`",
        )),
        seals: None,
        store: Arc::new(store),
    })
}

/// What may be said of what these servers took, where so much is kept. Never that it is not saved: whoever
/// hears that while the mode is not NORMAL sends it again until they hear something else, and how little
/// is kept the mode and the log tell.
fn durability(safety: Safety) -> pb::Durability {
    match safety {
        Safety::Flushed => pb::Durability::Durable,
        Safety::OnOne | Safety::Doubtful | Safety::Written | Safety::Memory => {
            pb::Durability::Accepted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_redis_has_taken_is_never_sent_again() {
        let safeties =
            [Safety::Flushed, Safety::OnOne, Safety::Doubtful, Safety::Written, Safety::Memory];
        for safety in safeties {
            assert_ne!(durability(safety), pb::Durability::None, "{safety:?}");
        }
    }

    #[test]
    fn keys_alone_are_laid_beforehand_and_a_lost_store_is_not_begun_anew() {
        let data = tempfile::tempdir().unwrap();
        assert!(!was_served(data.path()));
        std::fs::create_dir(data.path().join("keys")).unwrap();
        std::fs::write(sealing::file_of(data.path()), "").unwrap();
        assert!(!was_served(data.path()), "somebody has provisioned them");
        std::fs::write(sharing::file_of(data.path()), "").unwrap();
        assert!(was_served(data.path()));
    }
}
