//! What Redis has in the end, read with ordinary commands.

use super::history::{Acknowledged, History};
use super::stored::{Entry, Stored};
use crate::redis_server::RedisServer;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What is owed between conversations and pool is delivered within this.
const SETTLED_MAX: Duration = Duration::from_secs(120);

/// What the servers have under one prefix.
pub struct Records<'a> {
    servers: Vec<&'a RedisServer>,
    prefix: &'a str,
}

impl<'a> Records<'a> {
    /// On these masters.
    pub fn on(servers: Vec<&'a RedisServer>, prefix: &'a str) -> Records<'a> {
        Records { servers, prefix }
    }

    fn keys(&self, kind: &str) -> Vec<(&'a RedisServer, String)> {
        let pattern = format!("{}:*:{kind}*", self.prefix);
        let found = self.servers.iter().flat_map(|server| {
            let told = server.cli(&["--scan", "--pattern", &pattern]);
            told.lines().map(|key| (*server, key.to_owned())).collect::<Vec<_>>()
        });
        let is_of = |key: &str| key.contains(&format!("}}:{kind}"));
        found.filter(|(_, key)| is_of(key)).collect()
    }

    fn bodies(&self, kind: &str) -> BTreeMap<String, Value> {
        let read = |(server, key): (&RedisServer, String)| {
            let body = server.cli(&["HGET", &key, "body"]);
            let id = key.rsplit(':').next().unwrap_or_default().to_owned();
            Some((id, serde_json::from_str(&body).ok()?))
        };
        self.keys(kind).into_iter().filter_map(read).collect()
    }

    fn logs(&self) -> BTreeMap<String, Vec<Entry>> {
        let read = |(server, key): (&RedisServer, String)| {
            let told = server.cli(&["XRANGE", &key, "-", "+"]);
            let lines: Vec<&str> = told.lines().collect();
            // An id, then names and values in turn.
            let entries = lines.chunks(5).map(|lines| Entry {
                sequence: lines[0].split('-').next().and_then(|n| n.parse().ok()).expect("an id"),
                event_id: lines[2].to_owned(),
                event: serde_json::from_str::<Value>(lines[4]).expect("an event")["event"].take(),
            });
            (key.rsplit('/').next().unwrap_or_default().to_owned(), entries.collect())
        };
        self.keys("log:l/").into_iter().map(read).collect()
    }

    /// Waits until nothing is owed between conversations and pool.
    pub async fn settled(&self) {
        let deadline = Instant::now() + SETTLED_MAX;
        while !self.keys("o:").is_empty() {
            assert!(Instant::now() < deadline, "something stays owed: {:?}", self.bodies("o:"));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Everything that does not hold. What agents said and a store that may lose it has lost is
    /// counted and not held against it: agents do not say things again by themselves.
    pub fn wrongs(&self, history: &History, may_lose: bool) -> Vec<String> {
        let stored = Stored {
            conversations: self.bodies("c:"),
            places: self.bodies("i:"),
            agents: self.bodies("a:"),
            logs: self.logs(),
            owed: self.bodies("o:").into_keys().collect(),
        };
        if may_lose {
            let is_lost = |said: &Acknowledged| {
                let log = stored.logs.get(&said.conversation).map_or(&[][..], Vec::as_slice);
                said.request.starts_with('s') && !log.iter().any(|entry| entry.is(said))
            };
            history.lost(false, is_lost);
        }
        stored.wrongs(&history.messages(), history, true)
    }
}
