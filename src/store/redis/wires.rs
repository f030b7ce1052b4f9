//! How connections to the servers are made: one server, whoever Sentinels name, or a cluster, with
//! the certificates that the address names. Who uses a connection, and for how long, is decided in
//! [`super::link`].

use super::address::{Address, Shape};
use super::decode;
use super::takeovers;
use futures::future::join_all;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, ErrorKind, Pipeline, RedisError,
    RedisResult, TlsCertificates, Value,
};
use std::time::Duration;
use tokio::time::timeout;

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
    /// Sends a command.
    pub async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        match self {
            Wire::One(wire) => command.query_async(wire).await,
            Wire::Cluster(wire) => command.query_async(wire).await,
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

    /// Sends a command to every master and gives all replies, each with the address of whom it is from
    /// where that is not plain.
    pub async fn send_everywhere(
        &mut self,
        command: &Cmd,
    ) -> RedisResult<Vec<(Option<String>, Value)>> {
        use redis::cluster_routing::MultipleNodeRoutingInfo;
        match self {
            Wire::One(wire) => Ok(vec![(None, command.query_async(wire).await?)]),
            Wire::Cluster(wire) => {
                let to = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
                Ok(match wire.route_command(command.clone(), to).await?.extract_error()? {
                    Value::Map(replies) => {
                        let named = |(from, reply): (Value, Value)| (decode::text(&from), reply);
                        replies.into_iter().map(named).collect()
                    }
                    Value::Array(replies) => {
                        replies.into_iter().map(|reply| (None, reply)).collect()
                    }
                    other => vec![(None, other)],
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
    match &address.shape {
        Shape::Single => Ok(Wire::One(open(client(address, &address.hosts[0])?, spans).await?)),
        Shape::Sentinel { .. } => {
            let mut wire = open(led_by_sentinel(address, spans).await?, spans).await?;
            leads(&mut wire).await?;
            Ok(Wire::One(wire))
        }
        Shape::Cluster => {
            let seeds = seeds(address, spans).await;
            // Where nobody sees a majority, any may still have what is asked for.
            let seeds = if seeds.is_empty() { address.hosts.clone() } else { seeds };
            connect_by(address, &seeds, spans).await
        }
    }
}

/// A way into a cluster by these of its nodes.
pub async fn connect_by(address: &Address, seeds: &[String], spans: Spans) -> RedisResult<Wire> {
    Ok(Wire::Cluster(cluster(address, seeds, spans)?.get_async_connection().await?))
}

/// By which of the hosts one goes into a cluster: those that see a majority of it. The client
/// believes the first map it is shown, and a master in a minority shows its own.
pub async fn seeds(address: &Address, spans: Spans) -> Vec<String> {
    let asked = address.hosts.iter().map(|host| async move {
        // Leaves most of the time for what follows.
        let asked = timeout(spans.connect / 3, sees_majority(address, host, spans)).await;
        matches!(asked, Ok(Ok(true))).then(|| host.clone())
    });
    join_all(asked).await.into_iter().flatten().collect()
}

async fn sees_majority(address: &Address, host: &str, spans: Spans) -> RedisResult<bool> {
    let mut wire = to_a_witness(address, host, spans).await?;
    let told: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut wire).await?;
    Ok(told.contains("cluster_state:ok"))
}

/// A connection to one of the hosts of the address, Sentinel or node, to ask it who leads.
pub async fn to_a_witness(
    address: &Address,
    host: &str,
    spans: Spans,
) -> RedisResult<MultiplexedConnection> {
    let info = match &address.shape {
        Shape::Sentinel { .. } => address.sentinel_at(host)?,
        Shape::Single | Shape::Cluster => address.connection_to(host)?,
    };
    open(client_to(address, info)?, spans).await
}

/// A connection to one node of a cluster, also to one that its map does not name yet.
pub async fn to_a_node(
    address: &Address,
    node: &Node,
    spans: Spans,
) -> RedisResult<MultiplexedConnection> {
    let host = format!("{}:{}", node.0, node.1);
    open(client(address, &host)?, spans).await
}

/// Asks a node for keys that it takes over at this moment and does not own yet.
pub async fn send_asking(wire: &mut MultiplexedConnection, command: &Cmd) -> RedisResult<Value> {
    let mut both = redis::pipe();
    both.cmd("ASKING").add_command(command.clone());
    let told = wire.req_packed_commands(&both, 1, 1).await?;
    told.into_iter().next().unwrap_or(Value::Nil).extract_error()
}

async fn open(client: Client, spans: Spans) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(spans.connect))
        .set_response_timeout(None);
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// A connection of its own that listens to `channel`, made by way of one of the hosts.
pub async fn listen(
    address: &Address,
    host: &str,
    channel: &str,
    spans: Spans,
) -> RedisResult<redis::aio::PubSub> {
    let client = match &address.shape {
        Shape::Single | Shape::Cluster => client(address, host)?,
        Shape::Sentinel { .. } => led_by_sentinel(address, spans).await?,
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
    client_to(address, address.connection_to(host)?)
}

fn client_to(address: &Address, info: ConnectionInfo) -> RedisResult<Client> {
    match certificates(address)? {
        Some(certificates) => Client::build_with_tls(info, certificates),
        None => Client::open(info),
    }
}

/// To whoever leads by the word of the Sentinels. All are asked: one that is cut off from the
/// others would name who led before.
async fn led_by_sentinel(address: &Address, spans: Spans) -> RedisResult<Client> {
    match takeovers::leader(address, spans).await {
        Ok(leader) => client(address, &leader),
        Err(why) => Err(RedisError::from((ErrorKind::Io, "no Sentinel says who leads", why))),
    }
}

/// An error unless this server leads: what is not yet a leader answers with what is old.
async fn leads(wire: &mut MultiplexedConnection) -> RedisResult<()> {
    let told: String = redis::cmd("INFO").arg("replication").query_async(wire).await?;
    match told.contains("role:master") {
        true => Ok(()),
        false => Err(RedisError::from((ErrorKind::Io, "whom Sentinel names does not lead yet"))),
    }
}

fn cluster(address: &Address, seeds: &[String], spans: Spans) -> RedisResult<ClusterClient> {
    let nodes =
        seeds.iter().map(|host| address.connection_to(host)).collect::<Result<Vec<_>, _>>()?;
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
    let unusable = |error: std::io::Error| {
        let what = format!("{}: {error}", path.display());
        RedisError::from((ErrorKind::InvalidClientConfig, "the file of ?ca= cannot be read", what))
    };
    let root_cert = Some(std::fs::read(path).map_err(unusable)?);
    Ok(Some(TlsCertificates { client_tls: None, root_cert }))
}
