//! Where Redis is and how it is used, read from one URL:
//!
//! ```text
//! redis://[user[:password]@]host[:port][/database][?options]             one server
//! redis-cluster://[user[:password]@]host[:port][,host[:port]…][?options]  Redis Cluster
//! redis-sentinel://[user[:password]@]host[:port][,…]/name[/database][?…]  behind Sentinels
//! ```
//!
//! `rediss…` instead of `redis…` is the same over TLS. Options: `prefix` (before every key, default
//! `sanad`), `ca` (a file with the certificate authority to trust), `aof=optional` (start also without
//! an append-only file), `aof=wait` (call nothing durable that is not flushed to that file; Redis 7.2),
//! `replicas=N` (call nothing durable that N replicas do not have; with `aof=wait`, flushed too).

use redis::{ConnectionInfo, IntoConnectionInfo};
use std::fmt;
use std::path::PathBuf;

/// More replicas of one server than this nobody waits for.
const REPLICAS_MAX: u32 = 16;

/// Which sort of deployment the servers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// One server.
    Single,
    /// Redis Cluster; the hosts are some of its nodes.
    Cluster,
    /// Sentinels watch the server; the hosts are Sentinels.
    Sentinel {
        /// The name by which Sentinels know the server.
        name: String,
    },
}

/// Where Redis is and how it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Which sort of deployment.
    pub shape: Shape,
    /// The hosts, each with its port.
    pub hosts: Vec<String>,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// `user:password@`, as it was written; empty if there is none.
    credentials: String,
    /// The database.
    pub database: i64,
    /// Before every key.
    pub prefix: String,
    /// The certificate authority to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// Whether a server without an append-only file is accepted.
    pub aof_optional: bool,
    /// Whether what is called durable must be flushed to the append-only file, and it is waited for.
    pub aof_wait: bool,
    /// How many replicas must have what is called durable.
    pub replicas: u32,
}

/// What is wrong with a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not one of the schemes.
    #[error(
        "a store on Redis is written redis://HOST, redis-cluster://HOST,HOST or \
         redis-sentinel://HOST,HOST/NAME; rediss… for TLS"
    )]
    Scheme,
    /// A host is missing or cannot be read.
    #[error("{host:?} is not a host with a port, such as localhost:6379")]
    Host {
        /// What was written.
        host: String,
    },
    /// The database is not a number, or does not exist in a cluster.
    #[error("{text:?} is not a database here; a number from 0, and in a cluster nothing")]
    Database {
        /// What was written.
        text: String,
    },
    /// Sentinel's name for the server is missing.
    #[error("write the name that Sentinel has for the server: redis-sentinel://HOST/NAME")]
    NoName,
    /// An option that does not exist or cannot have this value.
    #[error(
        "{option:?} is not an option; there are prefix, ca, aof=optional, aof=wait, replicas=N"
    )]
    Option {
        /// What was written.
        option: String,
    },
    /// A prefix that would spoil the keys.
    #[error("a prefix has 1 to 64 letters, digits, '-', '_' or ':', not {prefix:?}")]
    Prefix {
        /// What was written.
        prefix: String,
    },
}

/// Whether a text looks like a store on Redis at all.
pub fn is_redis(text: &str) -> bool {
    shape_of(text).is_some()
}

/// The kind of shape, whether TLS is used, and what follows the scheme.
fn shape_of(text: &str) -> Option<(&'static str, bool, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let (first, kind) = scheme.split_once('-').unwrap_or((scheme, "single"));
    let tls = match first {
        "redis" => false,
        "rediss" => true,
        _ => return None,
    };
    let kinds = ["single", "cluster", "sentinel"];
    let kind = kinds.into_iter().find(|known| *known == kind)?;
    // "redis-single" is not a scheme anybody knows.
    (kind != "single" || !scheme.contains('-')).then_some((kind, tls, rest))
}

impl Address {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let (kind, tls, rest) = shape_of(text).ok_or(AddressError::Scheme)?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        // A password may hold any sign but these two, which must be written %40 and %2F.
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, hosts) = match authority.rsplit_once('@') {
            Some((credentials, hosts)) => (format!("{credentials}@"), hosts),
            None => (String::new(), authority),
        };
        let usual = if kind == "sentinel" { 26_379 } else { 6_379 };
        let hosts = hosts.split(',').map(|host| with_port(host, usual));
        let hosts = hosts.collect::<Result<Vec<_>, _>>()?;
        let (shape, database) = match kind {
            "cluster" => (Shape::Cluster, path),
            "sentinel" => {
                let (name, database) = path.split_once('/').unwrap_or((path, ""));
                if name.is_empty() {
                    return Err(AddressError::NoName);
                }
                (Shape::Sentinel { name: name.to_owned() }, database)
            }
            _ => (Shape::Single, path),
        };
        if shape == Shape::Single && hosts.len() > 1 {
            return Err(AddressError::Host { host: hosts.join(",") });
        }
        let database = parse_database(&shape, database)?;
        let address = Address {
            shape,
            hosts,
            tls,
            credentials,
            database,
            prefix: "sanad".to_owned(),
            ca: None,
            aof_optional: false,
            aof_wait: false,
            replicas: 0,
        };
        options.split('&').filter(|option| !option.is_empty()).try_fold(address, with_option)
    }

    /// Whether each answer asks if what it did is safe enough to be called durable.
    pub fn asks_each_time(&self) -> bool {
        self.aof_wait || self.replicas > 0
    }

    /// The user Sanad is there; empty if the URL names none.
    pub fn user(&self) -> &str {
        self.credentials.split([':', '@']).next().unwrap_or_default()
    }

    /// What the redis crate needs to reach one of the hosts, or a server that Sentinel names.
    pub(super) fn connection_to(&self, host: &str) -> Result<ConnectionInfo, redis::RedisError> {
        let scheme = if self.tls { "rediss" } else { "redis" };
        let url = format!("{scheme}://{}{host}/{}", self.credentials, self.database);
        let info = url.as_str().into_connection_info()?;
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        Ok(info.set_tcp_settings(tcp))
    }

    /// How a Sentinel itself is reached: without the credentials of the server.
    pub(super) fn sentinel_at(&self, host: &str) -> Result<ConnectionInfo, redis::RedisError> {
        let scheme = if self.tls { "rediss" } else { "redis" };
        format!("{scheme}://{host}").as_str().into_connection_info()
    }
}

/// Without the password, so that it may be shown.
impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.tls { "s" } else { "" };
        let hosts = self.hosts.join(",");
        match &self.shape {
            Shape::Single => write!(out, "redis{s}://{hosts}/{}", self.database)?,
            Shape::Cluster => write!(out, "redis{s}-cluster://{hosts}")?,
            Shape::Sentinel { name } => {
                write!(out, "redis{s}-sentinel://{hosts}/{name}/{}", self.database)?;
            }
        }
        write!(out, " under {}", self.prefix)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

fn with_port(host: &str, usual: u16) -> Result<String, AddressError> {
    let wrong = || AddressError::Host { host: host.to_owned() };
    // An IPv6 address has colons of its own and stands in brackets.
    let after_bracket = host.rfind(']').map_or(0, |at| at + 1);
    let full = match host[after_bracket..].rsplit_once(':') {
        Some((_, port)) => {
            port.parse::<u16>().map_err(|_| wrong())?;
            host.to_owned()
        }
        None => format!("{host}:{usual}"),
    };
    let name = full.rsplit_once(':').map_or("", |(name, _)| name);
    let is_good = !name.is_empty() && !name.contains(char::is_whitespace);
    if is_good { Ok(full) } else { Err(wrong()) }
}

fn parse_database(shape: &Shape, text: &str) -> Result<i64, AddressError> {
    let number = if text.is_empty() { Some(0) } else { text.parse::<u16>().ok() };
    match (shape, number) {
        (Shape::Single | Shape::Sentinel { .. }, Some(number)) => Ok(i64::from(number)),
        (Shape::Cluster, Some(0)) => Ok(0),
        (Shape::Single | Shape::Sentinel { .. } | Shape::Cluster, _) => {
            Err(AddressError::Database { text: text.to_owned() })
        }
    }
}

fn with_option(mut address: Address, option: &str) -> Result<Address, AddressError> {
    let unknown = || AddressError::Option { option: option.to_owned() };
    let (name, value) = option.split_once('=').ok_or_else(unknown)?;
    match (name, value) {
        ("prefix", prefix) => {
            let good = |sign: char| sign.is_ascii_alphanumeric() || "-_:".contains(sign);
            if prefix.is_empty() || prefix.len() > 64 || !prefix.chars().all(good) {
                return Err(AddressError::Prefix { prefix: prefix.to_owned() });
            }
            address.prefix = prefix.to_owned();
        }
        ("ca", file) => address.ca = Some(PathBuf::from(file)),
        ("aof", "optional") => address.aof_optional = true,
        ("aof", "wait") => address.aof_wait = true,
        ("replicas", number) => {
            let number = number.parse().ok().filter(|number| *number <= REPLICAS_MAX);
            address.replicas = number.ok_or_else(unknown)?;
        }
        _ => return Err(unknown()),
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_shown_without_its_password() {
        let check = |text: &str, shown: &str| {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("secret"));
            assert!(address.connection_to(&address.hosts[0]).is_ok(), "{text}");
        };
        check("redis://localhost", "redis://localhost:6379/0 under sanad");
        check("rediss://u:secret@h:1/3?prefix=shop", "rediss://h:1/3 under shop");
        check("redis://[::1]:7", "redis://[::1]:7/0 under sanad");
        check("redis-cluster://a:1,b", "redis-cluster://a:1,b:6379 under sanad");
        check("redis-sentinel://:secret@a,b:2/x/1", "redis-sentinel://a:26379,b:2/x/1 under sanad");
        let user = |text: &str| Address::parse(text).unwrap().user().to_owned();
        assert_eq!(
            ["redis://u:secret@h", "redis://:secret@h", "redis://h"].map(user),
            ["u", "", ""]
        );
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said() {
        let check = |text: &str, wrong: &str| {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(wrong), "{text}: {error}");
        };
        check("http://h", "redis://HOST");
        check("redis-single://h", "redis://HOST");
        check("redis://", "not a host");
        check("redis://h:port", "not a host");
        check("redis://a,b", "not a host");
        check("redis://h/x", "not a database");
        check("redis-cluster://h/1", "not a database");
        check("redis-sentinel://h", "NAME");
        check("redis://h?colour=red", "not an option");
        check("redis://h?aof=never", "not an option");
        check("redis://h?replicas=many", "not an option");
        check("redis://h?prefix={x}", "a prefix has");
        assert!(is_redis("rediss-cluster://h") && !is_redis("embedded"));
    }
}
