//! Whether these servers may be used: their version and settings, and whether they hold the
//! deployment that they should. An empty server is never begun with by itself: either it is the
//! first start, then [`init`] says so once, or what it held is lost, and then going on would hide
//! the loss.

use super::address::{Address, Shape};
use super::decode;
use super::flushing::flushes_always;
use super::hints;
use super::keys::{Keys, LAYOUT};
use super::link::{Failed, Link, Patience};
use super::reloading::{self, REMEDY, Reload};
use super::rights;
use super::scripts::{Call, Script};
use super::troubles::Loss;
use crate::ports::store::{Slot, Why};
use redis::Value;
use std::collections::BTreeMap;

/// The oldest version of Redis that has everything that is used here.
const VERSION_MIN: (u32, u32) = (7, 0);

/// The oldest version that tells when its file is flushed (`WAITAOF`).
pub const TELLS_FLUSHED: (u32, u32) = (7, 2);

/// Into how many buckets conversations are hashed unless somebody decides otherwise.
pub const BUCKETS: u16 = 64;

/// Why a store on Redis is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached.
    #[error("{address}: {reason}; {hint}")]
    Unreachable {
        /// Where.
        address: String,
        /// What went wrong.
        reason: String,
        /// What to do about it.
        hint: String,
    },
    /// It follows another, and nothing can be written there.
    #[error(
        "{address}: this server is a replica of {master}, nothing can be written there; write the address \
         of its master, or that of Sentinels (redis-sentinel://HOST,HOST/NAME)"
    )]
    Replica {
        /// Where.
        address: String,
        /// Whom it follows.
        master: String,
    },
    /// It is too old.
    #[error("{address}: Redis {found} is too old; at least {}.{} is needed", VERSION_MIN.0, VERSION_MIN.1)]
    TooOld {
        /// Where.
        address: String,
        /// Its version.
        found: String,
    },
    /// It cannot say when its file is flushed.
    #[error(
        "{address}: ?aof=wait asks when the append-only file is flushed, which Redis {found} cannot \
         say; use {}.{} or newer, or set `appendfsync always` and leave it out",
        TELLS_FLUSHED.0,
        TELLS_FLUSHED.1
    )]
    CannotWait {
        /// Where.
        address: String,
        /// Its version.
        found: String,
    },
    /// It throws keys away when memory is full.
    #[error(
        "{address}: maxmemory-policy is {found}, so Redis may throw conversations away; set \
         `maxmemory-policy noeviction`"
    )]
    Evicts {
        /// Where.
        address: String,
        /// The policy.
        found: String,
    },
    /// It forgets everything at a restart.
    #[error(
        "{address}: without an append-only file a restart of Redis loses conversations; set \
         `appendonly yes`, or write ?aof=optional if that is meant"
    )]
    NoAof {
        /// Where.
        address: String,
    },
    /// It drops at a restart what scripts wrote.
    #[error(
        "{address}: at a restart Redis {found} would drop what Sanad writes, because its user `default` \
         may not do that ({barred}); {REMEDY}"
    )]
    DropsScripts {
        /// Where.
        address: String,
        /// Its version.
        found: String,
        /// What it says to that user.
        barred: String,
    },
    /// The user may not do all that is done.
    #[error("{address}: the user may not do all that Sanad does ({missing}); {hint}")]
    LacksRights {
        /// Where.
        address: String,
        /// What is missing.
        missing: String,
        /// What it needs.
        hint: String,
    },
    /// The record of the deployment is gone, what stands beside it is not.
    #[error(
        "{address}: the record of the deployment is gone and part of the rest is there. A restart drops \
         what scripts write where the user `default` is restricted: {REMEDY}, and restart Redis; if that \
         does not bring it back, restore a backup. Do not begin anew under this prefix"
    )]
    Torn {
        /// Where.
        address: String,
    },
    /// The URL says one sort of deployment, the server is another.
    #[error("{address}: the server is {found}; write the store as {instead}://…")]
    Shape {
        /// Where.
        address: String,
        /// What it is.
        found: &'static str,
        /// The right scheme.
        instead: &'static str,
    },
    /// No deployment is there.
    #[error(
        "{address}: no deployment of Sanad is there. If this is its first start, run `sanad init` \
         with the same --store once; if not, Redis has lost its data: restore it, do not begin anew"
    )]
    Empty {
        /// Where.
        address: String,
    },
    /// A copy into it was begun and not ended.
    #[error(
        "{address}: a copy into it was begun and not ended; go on with the same `sanad store copy`, \
         or empty the server"
    )]
    HalfCopied {
        /// Where.
        address: String,
    },
    /// A deployment is there already.
    #[error("{address}: a deployment of Sanad is there already; nothing was changed")]
    NotEmpty {
        /// Where.
        address: String,
    },
    /// It was written by another version.
    #[error("{address}: the layout of the keys is {found}, this version knows {LAYOUT}")]
    Layout {
        /// Where.
        address: String,
        /// The layout.
        found: String,
    },
}

/// What a commit survives; the more the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Written and flushed before the answer, or whether it is flushed is asked (`?aof=wait`);
    /// nobody takes over who lacks it, or who has it is asked (`?replicas=N`).
    Flushed,
    /// Written and flushed before the answer on one server. Another may take over that has not
    /// heard of it yet.
    OnOne,
    /// Written, and whether a restart of the server brings it back is not known: see
    /// [`super::reloading`].
    Doubtful,
    /// Written; flushed within a second.
    Written,
    /// In memory only.
    Memory,
}

/// The deployment on these servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: String,
    /// Its number of buckets.
    pub buckets: u16,
    /// What a commit survives.
    pub safety: Safety,
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info(BTreeMap<String, String>);

impl Info {
    /// Reads the reply to INFO.
    pub fn parse(text: &str) -> Info {
        let pairs = text.lines().filter_map(|line| line.trim_end().split_once(':'));
        Info(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// One value; empty if the server does not say.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The first two numbers of its version.
    pub fn version(&self) -> (u32, u32) {
        let version = self.get("redis_version");
        let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }
}

/// Blesses an empty server: makes the record of a new deployment with so many buckets.
pub async fn init(
    address: Address,
    buckets: u16,
    patience: Patience,
) -> Result<Deployment, OpenError> {
    let link = Link::new(address, patience);
    let keys = Keys::new(&link.address().prefix);
    let safety = check_servers(&link, &keys).await?;
    check_nothing_left(&link, &keys).await?;
    let id = format!("{:032x}", rand::random::<u128>());
    let mut call = Call::new(Script::Bless);
    call.key(&keys.deployment()).arg(id.as_str()).arg(LAYOUT.to_string()).arg(buckets.to_string());
    let reply = link.call(&Slot::System, &call).await.map_err(|f| unreachable(&link, f))?;
    match reply {
        Value::Array(items) if items.first().and_then(decode::text).as_deref() == Some("made") => {
            Ok(Deployment { id, buckets, safety })
        }
        _ => Err(OpenError::NotEmpty { address: link.address().to_string() }),
    }
}

/// Checks the servers and finds the deployment on them.
pub async fn find(link: &Link, keys: &Keys) -> Result<Deployment, OpenError> {
    let safety = check_servers(link, keys).await?;
    let record = record(link, keys).await.map_err(|failed| unreachable(link, failed))?;
    let address = || link.address().to_string();
    let Some(id) = record.get("id") else {
        check_nothing_left(link, keys).await?;
        return Err(OpenError::Empty { address: address() });
    };
    let layout = record.get("layout").cloned().unwrap_or_default();
    let buckets = record.get("buckets").and_then(|text| text.parse().ok());
    match buckets {
        Some(buckets) if layout == LAYOUT.to_string() => {
            Ok(Deployment { id: id.clone(), buckets, safety })
        }
        Some(_) | None => Err(OpenError::Layout { address: address(), found: layout }),
    }
}

/// Refuses a server without a record that is being filled, or that has lost the record.
async fn check_nothing_left(link: &Link, keys: &Keys) -> Result<(), OpenError> {
    let address = || link.address().to_string();
    let is_there = async |key: String| {
        let mut command = redis::cmd("EXISTS");
        command.arg(key);
        let there = link.command(&Slot::System, &command).await;
        there.map(|told| told != Value::Int(0)).map_err(|failed| unreachable(link, failed))
    };
    if is_there(keys.copying()).await? {
        return Err(OpenError::HalfCopied { address: address() });
    }
    // Whoever lost a race against another `init` is told so by the script.
    if is_there(keys.slots()).await? && !is_there(keys.deployment()).await? {
        return Err(OpenError::Torn { address: address() });
    }
    Ok(())
}

/// The record of the deployment; empty if there is none.
async fn record(link: &Link, keys: &Keys) -> Result<BTreeMap<String, String>, Failed> {
    let mut command = redis::cmd("HGETALL");
    command.arg(keys.deployment());
    let reply = link.command(&Slot::System, &command).await?;
    let Value::Array(items) = reply else { return Ok(BTreeMap::new()) };
    let pair = |pair: &[Value]| Some((decode::text(&pair[0])?, decode::text(pair.get(1)?)?));
    Ok(items.chunks(2).filter_map(pair).collect())
}

/// Checks every master; tells the least that a commit survives on any.
pub(super) async fn check_servers(link: &Link, keys: &Keys) -> Result<Safety, OpenError> {
    let replies = link.command_everywhere(&redis::cmd("INFO")).await;
    let replies = replies.map_err(|failed| unreachable(link, failed))?;
    let infos = replies.iter().map(|reply| Info::parse(&decode::text(reply).unwrap_or_default()));
    let infos: Vec<Info> = infos.collect();
    infos.iter().try_for_each(|info| check_server(link.address(), info))?;
    check_rights(link, keys).await?;
    if infos.iter().any(|info| info.get("aof_enabled") != "1") {
        return Ok(Safety::Memory);
    }
    let reload = reloading::ask(link, keys).await.map_err(|failed| unreachable(link, failed))?;
    check_reload(link.address(), &infos, &reload)?;
    let flushed = flushes_always(link).await.map_err(|failed| unreachable(link, failed))?;
    let address = link.address();
    // Where it is waited for, it does not matter when the server flushes by itself.
    let is_flushed = flushed || address.aof_wait;
    Ok(match reload {
        Reload::Untold | Reload::Barred(_) => Safety::Doubtful,
        Reload::Whole if !is_flushed => Safety::Written,
        Reload::Whole if address.shape == Shape::Single || address.replicas > 0 => Safety::Flushed,
        Reload::Whole => Safety::OnOne,
    })
}

/// Refuses a user that would be stopped in the middle of what it writes.
async fn check_rights(link: &Link, keys: &Keys) -> Result<(), OpenError> {
    let missing = rights::missing(link, keys).await.map_err(|failed| unreachable(link, failed))?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(OpenError::LacksRights {
        address: link.address().to_string(),
        missing: missing.join(", "),
        hint: hints::needed(link.address()),
    })
}

/// Refuses where a restart is known to drop what is written.
fn check_reload(address: &Address, infos: &[Info], reload: &Reload) -> Result<(), OpenError> {
    let concerned = infos.iter().find(|info| reloading::is_concerned(info));
    match (reload, concerned) {
        (Reload::Barred(barred), Some(info)) => Err(OpenError::DropsScripts {
            address: address.to_string(),
            found: info.get("redis_version").to_owned(),
            barred: barred.clone(),
        }),
        (Reload::Barred(_) | Reload::Whole | Reload::Untold, _) => Ok(()),
    }
}

/// Whether one server is as it must be.
pub fn check_server(address: &Address, info: &Info) -> Result<(), OpenError> {
    let shown = || address.to_string();
    let (version, is) = (info.get("redis_version"), info.version());
    if is < VERSION_MIN {
        return Err(OpenError::TooOld { address: shown(), found: version.to_owned() });
    }
    if address.shape == Shape::Single && info.get("role") == "slave" {
        let master = format!("{}:{}", info.get("master_host"), info.get("master_port"));
        return Err(OpenError::Replica { address: shown(), master });
    }
    if address.aof_wait && is < TELLS_FLUSHED {
        return Err(OpenError::CannotWait { address: shown(), found: version.to_owned() });
    }
    let policy = info.get("maxmemory_policy");
    if policy != "noeviction" {
        return Err(OpenError::Evicts { address: shown(), found: policy.to_owned() });
    }
    if info.get("aof_enabled") != "1" && !address.aof_optional {
        return Err(OpenError::NoAof { address: shown() });
    }
    let is_cluster = info.get("cluster_enabled") == "1";
    match (&address.shape, is_cluster) {
        (Shape::Single | Shape::Sentinel { .. }, true) => Err(OpenError::Shape {
            address: shown(),
            found: "part of a cluster",
            instead: if address.tls { "rediss-cluster" } else { "redis-cluster" },
        }),
        (Shape::Cluster, false) => Err(OpenError::Shape {
            address: shown(),
            found: "not part of a cluster",
            instead: if address.tls { "rediss" } else { "redis" },
        }),
        (Shape::Single | Shape::Sentinel { .. }, false) | (Shape::Cluster, true) => Ok(()),
    }
}

fn unreachable(link: &Link, failed: Failed) -> OpenError {
    let (address, reason) = (link.address().to_string(), failed.reason);
    let hint = hints::hint(link.address(), &reason);
    // It is named once.
    let reason = reason.strip_prefix(&address).map_or(reason.as_str(), str::trim_start).to_owned();
    OpenError::Unreachable { address, reason, hint }
}

/// Takes a slot into use that has no head. Refused, with the reason, if the deployment is gone or
/// the slot was in use before: then what it held is lost.
pub async fn admit(link: &Link, keys: &Keys, deployment: &str, slot: &Slot) -> Result<(), Failed> {
    let lost = |loss: Loss, reason: String| {
        link.slot_is_lost(slot, &reason, loss);
        Failed { maybe_done: false, why: Why::Lost, reason }
    };
    let record = record(link, keys).await?;
    if record.get("id").map(String::as_str) != Some(deployment) {
        let address = link.address();
        let reason =
            format!("{address} was emptied or holds another deployment; nothing is written there");
        return Err(lost(Loss::Whole, reason));
    }
    let mut command = redis::cmd("SISMEMBER");
    command.arg(keys.slots()).arg(slot.to_string());
    if link.command(&Slot::System, &command).await? == Value::Int(1) {
        let reason = format!("{}: what slot {slot} held is lost", link.address());
        return Err(lost(Loss::Slot, reason));
    }
    use_slot(link, keys, deployment, slot).await
}

/// Says that a slot is in use and vouches for what scripts write there.
pub async fn use_slot(
    link: &Link,
    keys: &Keys,
    deployment: &str,
    slot: &Slot,
) -> Result<(), Failed> {
    // First the head, then the list: a slot that is listed certainly had one.
    if reloading::vouch(link, keys, deployment, slot).await? {
        note(link, keys, slot).await?;
    }
    Ok(())
}

/// Notes that a slot is in use.
pub async fn note(link: &Link, keys: &Keys, slot: &Slot) -> Result<(), Failed> {
    let mut command = redis::cmd("SADD");
    command.arg(keys.slots()).arg(slot.to_string());
    link.command(&Slot::System, &command).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_would_lose_something_is_refused_with_what_to_do() {
        let check = |url: &str, text: &str, expected: &str| {
            let address = Address::parse(url).unwrap();
            let checked = check_server(&address, &Info::parse(text));
            match checked {
                Ok(()) => assert_eq!(expected, ""),
                Err(error) => assert!(error.to_string().contains(expected), "{error}"),
            }
        };
        let good = "redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n";
        check("redis://h", good, "");
        check("redis://h", &good.replace("7.0", "6.2"), "at least 7.0");
        check("redis://h", &good.replace("7.0", "8.2"), "");
        check(
            "redis://h",
            &good.replace("noeviction", "allkeys-lru"),
            "maxmemory-policy noeviction",
        );
        check("redis://h", &good.replace("aof_enabled:1", "aof_enabled:0"), "appendonly yes");
        let follows = format!("{good}role:slave\r\nmaster_host:m\r\nmaster_port:7\r\n");
        check("redis://h", &follows, "a replica of m:7");
        check("redis://h?aof=optional", &good.replace("aof_enabled:1", "aof_enabled:0"), "");
        check("redis://h?aof=wait", good, "7.2 or newer");
        check("redis://h?aof=wait", &good.replace("7.0", "7.2"), "");
        check("redis-cluster://h", good, "redis://");
        check("redis://h", &format!("{good}cluster_enabled:1\r\n"), "redis-cluster://");
        check("redis-cluster://h", &format!("{good}cluster_enabled:1\r\n"), "");
    }
}
