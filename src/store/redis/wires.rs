//! How connections to the servers are made: one server, whoever Sentinels name, or a cluster, with
//! the certificates that the address names. Who uses a connection, and for how long, is decided in
//! [`super::link`].

use super::address::{Address, Shape};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, Pipeline, RedisResult, TlsCertificates,
    TlsMode, Value,
};
use std::time::Duration;

/// A node of a cluster, as a redirection names it.
pub type Node = (String, u16);

/// A connection, or several that look like one.
#[derive(Clone)]
pub enum Wire {
    /// To one server.
    One(MultiplexedConnection),
    /// To all masters of a cluster.
    Cluster(ClusterConnection),
}

impl Wire {
    /// Sends a command. A node that is named is asked although it does not own the keys yet: it
    /// takes them over at this moment.
    pub async fn send(&mut self, command: &Cmd, node: Option<Node>) -> RedisResult<Value> {
        match (self, node) {
            (Wire::Cluster(wire), Some((host, port))) => {
                let mut both = redis::pipe();
                both.cmd("ASKING").add_command(command.clone());
                let to = SingleNodeRoutingInfo::ByAddress { host, port };
                let told = wire.route_pipeline(both, 1, 1, to).await?;
                told.into_iter().next().unwrap_or(Value::Nil).extract_error()
            }
            (Wire::Cluster(wire), None) => command.query_async(wire).await,
            (Wire::One(wire), Some(_) | None) => command.query_async(wire).await,
        }
    }

    /// Sends several commands over one connection, in a cluster to the master that has `key`, and
    /// gives all replies.
    pub async fn send_all(&mut self, all: &Pipeline, key: &str) -> RedisResult<Vec<Value>> {
        let count = all.cmd_iter().count();
        match self {
            Wire::One(wire) => wire.req_packed_commands(all, 0, count).await,
            Wire::Cluster(wire) => {
                let route = Route::with_key(key, SlotAddr::Master);
                let to = SingleNodeRoutingInfo::SpecificNode(route);
                wire.route_pipeline(all.clone(), 0, count, to).await
            }
        }
    }

    /// Sends a command to every master and gives all replies.
    pub async fn send_everywhere(&mut self, command: &Cmd) -> RedisResult<Vec<Value>> {
        use redis::cluster_routing::MultipleNodeRoutingInfo;
        match self {
            Wire::One(wire) => Ok(vec![command.query_async(wire).await?]),
            Wire::Cluster(wire) => {
                let to = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
                Ok(match wire.route_command(command.clone(), to).await?.extract_error()? {
                    Value::Map(replies) => replies.into_iter().map(|(_, reply)| reply).collect(),
                    Value::Array(replies) => replies,
                    other => vec![other],
                })
            }
        }
    }
}

/// How long the making of a connection and an answer over it may take.
#[derive(Debug, Clone, Copy)]
pub struct Spans {
    /// Making it.
    pub connect: Duration,
    /// An answer; in a cluster only, where one server that stands still must not hold up others.
    pub answer: Duration,
}

/// Makes a connection to where the address leads. Time is kept by the callers too; a cancelled
/// attempt is dropped whole.
pub async fn connect(address: &Address, spans: Spans) -> RedisResult<Wire> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(spans.connect))
        .set_response_timeout(None);
    match &address.shape {
        Shape::Single => {
            let client = client(address, &address.hosts[0])?;
            Ok(Wire::One(client.get_multiplexed_async_connection_with_config(&config).await?))
        }
        Shape::Sentinel { name } => {
            let mut sentinels = sentinels(address, name)?;
            Ok(Wire::One(sentinels.get_async_connection_with_config(&config).await?))
        }
        Shape::Cluster => Ok(Wire::Cluster(cluster(address, spans)?.get_async_connection().await?)),
    }
}

/// A connection of its own that listens to `channel`, made by way of one of the hosts.
pub async fn listen(
    address: &Address,
    host: &str,
    channel: &str,
) -> RedisResult<redis::aio::PubSub> {
    let client = match &address.shape {
        Shape::Single | Shape::Cluster => client(address, host)?,
        Shape::Sentinel { name } => sentinels(address, name)?.async_get_client().await?,
    };
    let mut listening = client.get_async_pubsub().await?;
    listening.subscribe(channel).await?;
    Ok(listening)
}

/// A connection of its own that is told every command the server runs.
pub async fn monitor(address: &Address) -> RedisResult<redis::aio::Monitor> {
    client(address, &address.hosts[0])?.get_async_monitor().await
}

fn client(address: &Address, host: &str) -> RedisResult<Client> {
    let info = address.connection_to(host)?;
    match certificates(address)? {
        Some(certificates) => Client::build_with_tls(info, certificates),
        None => Client::open(info),
    }
}

fn sentinels(address: &Address, name: &str) -> RedisResult<SentinelClient> {
    let sentinels = address
        .hosts
        .iter()
        .map(|host| Ok(address.sentinel_at(host)?.addr().clone()))
        .collect::<RedisResult<Vec<ConnectionAddr>>>()?;
    let server = address.connection_to(&address.hosts[0])?;
    let settings = server.redis_settings();
    let mut builder = SentinelClientBuilder::new(sentinels, name, SentinelServerType::Master)?
        .set_client_to_redis_db(settings.db())
        .set_client_to_redis_tcp_settings(server.tcp_settings().clone());
    if let Some(user) = settings.username() {
        builder = builder.set_client_to_redis_username(user);
    }
    if let Some(password) = settings.password() {
        builder = builder.set_client_to_redis_password(password);
    }
    if address.tls {
        builder = builder.set_client_to_redis_tls_mode(TlsMode::Secure);
    }
    if let Some(certificates) = certificates(address)? {
        builder = builder
            .set_client_to_redis_certificates(certificates.clone())
            .set_client_to_sentinel_certificates(certificates);
    }
    builder.build()
}

fn cluster(address: &Address, spans: Spans) -> RedisResult<ClusterClient> {
    let nodes = address
        .hosts
        .iter()
        .map(|host| address.connection_to(host))
        .collect::<Result<Vec<_>, _>>()?;
    // The client follows the map of the slots. It sends nothing twice: after a lost connection it
    // would tell only what became of the second time, and hide that the first may have been done.
    let mut builder = ClusterClient::builder(nodes)
        .retries(0)
        // Seeds are tried side by side: one that stands still must leave time for the others.
        .connection_timeout(spans.connect / 2)
        .response_timeout(spans.answer);
    if let Some(certificates) = certificates(address)? {
        builder = builder.certs(certificates);
    }
    builder.build()
}

fn certificates(address: &Address) -> RedisResult<Option<TlsCertificates>> {
    let Some(path) = address.ca.as_ref().filter(|_| address.tls) else {
        return Ok(None);
    };
    let root_cert = Some(std::fs::read(path)?);
    Ok(Some(TlsCertificates { client_tls: None, root_cert }))
}
