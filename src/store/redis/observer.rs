//! One server from outside, for those who measure what runs on it: what it says of itself, each
//! command at the moment it runs, and the keys of one deployment. Nothing that serves uses this.

use super::address::{Address, Shape};
use super::decode;
use super::deployment::Info;
use super::keys::Keys;
use super::link::{Failed, Link, Patience};
use super::wires;
use crate::ports::store::{Index, Slot, Why};
use futures::Stream;
use redis::{Cmd, Value};

/// Keys that are removed by one command.
const AT_ONCE: usize = 500;

/// A server that is looked at.
pub struct Observer {
    link: Link,
    keys: Keys,
}

impl Observer {
    /// Looks at the server at this address; `None` if it is several.
    pub fn of(address: Address) -> Option<Observer> {
        let keys = Keys::new(&address.prefix);
        match address.shape {
            Shape::Single => Some(Observer { link: Link::new(address, Patience::default()), keys }),
            Shape::Cluster | Shape::Sentinel { .. } => None,
        }
    }

    /// What it says of itself, with the statistics of its commands.
    pub async fn info(&self) -> Result<Info, Failed> {
        let told = self.ask(redis::cmd("INFO").arg("everything")).await?;
        Ok(Info::parse(&decode::text(&told).unwrap_or_default()))
    }

    /// One of its settings; empty if it does not tell.
    pub async fn setting(&self, name: &str) -> Result<String, Failed> {
        let told = self.ask(redis::cmd("CONFIG").arg("GET").arg(name)).await?;
        let Value::Array(pair) = told else { return Ok(String::new()) };
        Ok(pair.get(1).and_then(decode::text).unwrap_or_default())
    }

    /// Every command from now on, as text, in the order in which they run.
    pub async fn commands(&self) -> Result<impl Stream<Item = String>, Failed> {
        let monitor = wires::monitor(self.link.address()).await;
        let failed = |error: redis::RedisError| Failed {
            maybe_done: false,
            why: Why::Away,
            reason: format!("{}: {error}", self.link.address()),
        };
        Ok(monitor.map_err(failed)?.into_on_message())
    }

    /// Makes a mark among the commands.
    pub async fn mark(&self, word: &str) -> Result<(), Failed> {
        self.ask(redis::cmd("ECHO").arg(word)).await.map(|_| ())
    }

    /// How many keys there are in all.
    pub async fn keys(&self) -> Result<u64, Failed> {
        let told = self.ask(&redis::cmd("DBSIZE")).await?;
        Ok(decode::text(&told).and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// How many conversations the deployment keeps in so many buckets.
    pub async fn conversations(&self, buckets: u16) -> Result<u64, Failed> {
        let mut sum = 0;
        for bucket in 0..buckets {
            let key = self.keys.index(&Slot::Bucket(bucket), Index::CONVERSATIONS);
            if let Value::Int(count) = self.ask(redis::cmd("ZCARD").arg(key)).await? {
                sum += u64::try_from(count).unwrap_or(0);
            }
        }
        Ok(sum)
    }

    /// Whether somebody matches in this pool.
    pub async fn is_led(&self, pool: &Slot) -> Result<bool, Failed> {
        let key = self.keys.index(pool, Index::LEADER);
        Ok(self.ask(redis::cmd("ZCARD").arg(key)).await? == Value::Int(1))
    }

    /// Removes every key of the deployment.
    pub async fn clear(&self) -> Result<(), Failed> {
        let mut cursor = "0".to_owned();
        loop {
            let mut page = redis::cmd("SCAN");
            page.arg(&cursor).arg("MATCH").arg(self.keys.everything()).arg("COUNT").arg(AT_ONCE);
            let Value::Array(told) = self.ask(&page).await? else { return Ok(()) };
            if let Some(Value::Array(found)) = told.get(1)
                && !found.is_empty()
            {
                let mut gone = redis::cmd("UNLINK");
                found.iter().filter_map(decode::text).for_each(|key| _ = gone.arg(key));
                self.ask(&gone).await?;
            }
            cursor = told.first().and_then(decode::text).unwrap_or_default();
            if cursor.is_empty() || cursor == "0" {
                return Ok(());
            }
        }
    }

    async fn ask(&self, command: &Cmd) -> Result<Value, Failed> {
        self.link.command(&Slot::System, command).await
    }
}
