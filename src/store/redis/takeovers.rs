//! Who leads, where another server can take over: behind Sentinels and in a cluster. Each second
//! those are asked who must know it, because whoever was led away from may go on answering: a
//! master that is cut off from the others knows nothing of its successor, and a takeover may be so
//! fast that no call fails.

use super::address::{Address, Shape};
use super::decode;
use super::link::Link;
use super::wires::{self, Spans};
use futures::future::join_all;
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Weak;
use std::time::Duration;
use tokio::time::timeout;

/// So often it is asked who leads.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Who leads, as somebody sees it who must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Rises with each takeover: of two who disagree, the larger knows more.
    epoch: u64,
    /// Hosts behind Sentinels, ids in a cluster.
    leaders: BTreeSet<String>,
    /// Those who can take over in a cluster. A leader who was none of them has newly joined.
    followers: Option<BTreeSet<String>>,
}

impl Standing {
    /// Whether somebody leads now who did not lead then.
    fn took_over_since(&self, then: &Standing) -> bool {
        let mut new = self.leaders.difference(&then.leaders);
        new.any(|leader| then.followers.as_ref().is_none_or(|could| could.contains(leader)))
    }
}

/// Asks again and again.
pub struct Takeovers {
    address: Address,
    spans: Spans,
    lines: BTreeMap<String, MultiplexedConnection>,
    last: Option<Standing>,
}

impl Takeovers {
    /// Begins with who leads now, so that nothing is missed that comes after; `None` where nobody
    /// can take over.
    pub async fn begin(address: &Address, spans: Spans) -> Option<Takeovers> {
        match &address.shape {
            Shape::Single => None,
            Shape::Sentinel { .. } | Shape::Cluster => {
                let (address, lines) = (address.clone(), BTreeMap::new());
                let mut takeovers = Takeovers { address, spans, lines, last: None };
                takeovers.saw_one().await;
                Some(takeovers)
            }
        }
    }

    /// Tells the link of each takeover, as long as somebody uses the link.
    pub async fn tell(mut self, link: Weak<Link>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if link.strong_count() == 0 {
                return;
            }
            if self.saw_one().await
                && let Some(link) = link.upgrade()
            {
                link.is_led_by_another().await;
            }
        }
    }

    /// Whether somebody took over since the last look.
    async fn saw_one(&mut self) -> bool {
        let Some(now) = self.look().await else { return false };
        let is_news = |last: &Standing| now.epoch >= last.epoch;
        if !self.last.as_ref().is_none_or(is_news) {
            return false;
        }
        let took_over = self.last.as_ref().is_some_and(|last| now.took_over_since(last));
        self.last = Some(now);
        took_over
    }

    /// What the one says who knows most; `None` if nobody knows.
    async fn look(&mut self) -> Option<Standing> {
        let (address, spans) = (&self.address, self.spans);
        let asked = address.hosts.iter().map(|host| {
            let line = self.lines.remove(host);
            async move {
                let told = timeout(spans.connect, ask(address, host, line, spans)).await;
                Some((host.clone(), told.ok()?.ok()?))
            }
        });
        let told: Vec<_> = join_all(asked).await.into_iter().flatten().collect();
        let mut standings = Vec::new();
        for (host, (line, standing)) in told {
            self.lines.insert(host, line);
            standings.extend(standing);
        }
        standings.into_iter().max_by_key(|standing| standing.epoch)
    }
}

/// The server that leads by the word of the Sentinel that knows most; or what one says instead.
pub async fn leader(address: &Address, spans: Spans) -> Result<String, String> {
    // Leaves time for the way to the server itself.
    let span = spans.connect / 2;
    let asked = address.hosts.iter().map(|host| timeout(span, ask(address, host, None, spans)));
    let (mut standings, mut why) = (Vec::new(), "no answer in time".to_owned());
    for told in join_all(asked).await.into_iter().flatten() {
        match told {
            Ok((_, standing)) => standings.extend(standing),
            Err(error) => why = error.to_string(),
        }
    }
    let newest = standings.into_iter().max_by_key(|standing| standing.epoch);
    newest.and_then(|mut newest| newest.leaders.pop_first()).ok_or(why)
}

/// Asks one of them; no standing if it does not know.
async fn ask(
    address: &Address,
    host: &str,
    line: Option<MultiplexedConnection>,
    spans: Spans,
) -> RedisResult<(MultiplexedConnection, Option<Standing>)> {
    let mut line = match line {
        Some(line) => line,
        None => wires::to_a_witness(address, host, spans).await?,
    };
    let mut both = redis::pipe();
    let standing = match &address.shape {
        Shape::Sentinel { name } => {
            both.cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(name);
            both.cmd("SENTINEL").arg("MASTER").arg(name);
            let (leader, told): (Vec<String>, Value) = both.query_async(&mut line).await?;
            by_sentinel(&leader, told)
        }
        Shape::Cluster | Shape::Single => {
            both.cmd("CLUSTER").arg("INFO");
            both.cmd("CLUSTER").arg("NODES");
            let (info, nodes): (String, String) = both.query_async(&mut line).await?;
            by_cluster(&info, &nodes)
        }
    };
    Ok((line, standing))
}

fn by_sentinel(leader: &[String], told: Value) -> Option<Standing> {
    let [host, port] = leader else { return None };
    let words = match told {
        Value::Array(words) => words.iter().filter_map(decode::text).collect::<Vec<_>>(),
        Value::Map(pairs) => {
            pairs.iter().flat_map(|(k, v)| [decode::text(k), decode::text(v)]).flatten().collect()
        }
        _ => return None,
    };
    let epoch = words.iter().skip_while(|word| *word != "config-epoch").nth(1);
    // An IPv6 address has colons of its own.
    let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    Some(Standing {
        epoch: epoch?.parse().ok()?,
        leaders: [format!("{host}:{port}")].into(),
        followers: None,
    })
}

/// Only a node that sees a majority knows who leads.
fn by_cluster(info: &str, nodes: &str) -> Option<Standing> {
    let value = |name: &str| info.lines().find_map(|line| line.trim_end().strip_prefix(name));
    if value("cluster_state:") != Some("ok") {
        return None;
    }
    let (mut leaders, mut followers) = (BTreeSet::new(), BTreeSet::new());
    for line in nodes.lines() {
        let mut words = line.split_whitespace();
        let (Some(id), Some(flags)) = (words.next(), words.nth(1)) else { continue };
        for flag in flags.split(',') {
            match flag {
                "master" => _ = leaders.insert(id.to_owned()),
                "slave" => _ = followers.insert(id.to_owned()),
                _ => {}
            }
        }
    }
    let epoch = value("cluster_current_epoch:")?.parse().ok()?;
    Some(Standing { epoch, leaders, followers: Some(followers) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODES: &str = "\
a 127.0.0.1:1@11 myself,master - 0 0 1 connected 0-8191
b 127.0.0.1:2@12 slave a 0 0 1 connected
c 127.0.0.1:3@13 master - 0 0 2 connected 8192-16383
";

    fn seen(epoch: u64, nodes: &str) -> Option<Standing> {
        by_cluster(&format!("cluster_state:ok\r\ncluster_current_epoch:{epoch}\r\n"), nodes)
    }

    #[test]
    fn who_followed_and_leads_took_over_and_who_joins_did_not() {
        let before = seen(2, NODES).unwrap();
        let after = NODES.replace("slave a", "master -").replace("myself,master -", "slave b");
        assert!(seen(3, &after).unwrap().took_over_since(&before));
        let joined = format!("{NODES}d 127.0.0.1:4@14 master - 0 0 0 connected\n");
        assert!(!seen(3, &joined).unwrap().took_over_since(&before));
        assert!(!seen(3, NODES).unwrap().took_over_since(&before));
        assert_eq!(by_cluster("cluster_state:fail\r\ncluster_current_epoch:9\r\n", NODES), None);
    }

    #[test]
    fn behind_sentinels_whoever_is_named_newly_took_over() {
        let told = |port: &str, epoch: &str| {
            let words = ["name", "desk", "config-epoch", epoch].map(str::to_owned);
            let told = Value::Array(words.map(|word| Value::BulkString(word.into())).into());
            by_sentinel(&["::1".to_owned(), port.to_owned()], told).unwrap()
        };
        assert_eq!(told("7", "3").leaders.first().unwrap(), "[::1]:7");
        assert!(told("8", "4").took_over_since(&told("7", "3")));
        assert!(!told("7", "4").took_over_since(&told("7", "3")));
    }
}
