//! What the store has in the end, read with ordinary commands, and whether it agrees with itself and
//! with what was told: every log is gapless, what was acknowledged is there once, a conversation has
//! one owner at a time under tokens that only rise, and agents hold what conversations say they hold.

use super::history::{Acknowledged, History};
use crate::redis_server::RedisServer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// What is owed between conversations and pool is delivered within this.
const SETTLED_MAX: Duration = Duration::from_secs(120);

/// What is not there.
static NOTHING: Value = Value::Null;

/// One record of a log.
struct Entry {
    sequence: u64,
    event_id: String,
    event: Value,
}

impl Entry {
    fn is(&self, said: &Acknowledged) -> bool {
        let hex: String = said.event_id.iter().map(|byte| format!("{byte:02x}")).collect();
        self.sequence == said.sequence && self.event_id == hex
    }
}

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
        let logs = self.logs();
        if may_lose {
            let is_lost = |said: &Acknowledged| {
                let log = logs.get(&said.conversation).map_or(&[][..], Vec::as_slice);
                said.request.starts_with('s') && !log.iter().any(|entry| entry.is(said))
            };
            history.lost(false, is_lost);
        }
        let acknowledged = &history.messages();
        let mut wrongs = history.wrongs();
        for (id, log) in &logs {
            wrongs.extend(gapless(id, log));
            wrongs.extend(one_owner(id, log));
        }
        wrongs.extend(once(&logs, acknowledged));
        wrongs.extend(self.agreement());
        wrongs
    }

    /// Conversations, places and agents say the same of each other.
    fn agreement(&self) -> Vec<String> {
        let (conversations, places) = (self.bodies("c:"), self.bodies("i:"));
        let agents = self.bodies("a:");
        let mut wrongs = Vec::new();
        for (id, place) in places.iter().filter(|(_, place)| place["place"] == "here") {
            let (state, token) = (&place["state"], &place["token"]);
            let holder = state["agent"].as_str();
            for (name, agent) in &agents {
                let held = &agent["held"][id];
                let holds = held["how"]["how"] == "offer" || held["how"]["how"] == "owned";
                if holds != (holder == Some(name)) || (holds && held["token"] != *token) {
                    wrongs.push(format!("{name} and the place of {id} differ: {held} {state}"));
                }
            }
            let c = conversations.get(id).unwrap_or(&NOTHING);
            let owner = owner(c);
            let assigned = holder.filter(|_| state["at"] == "assigned");
            if owner != assigned || (owner.is_some() && c["token"] != *token) {
                wrongs.push(format!("{id}: {} and its place differ: {place}", c["state"]));
            }
        }
        for (id, c) in &conversations {
            let has_place = places.get(id).is_some_and(|place| place["place"] == "here");
            let needs_place = c["state"]["is"] == "queued" || owner(c).is_some();
            if needs_place && !has_place {
                wrongs.push(format!("{id} is {} and has no place", c["state"]));
            }
        }
        for (name, agent) in &agents {
            let held = agent["held"].as_object().cloned().unwrap_or_default();
            // What a store that went back had forgotten is found to be theirs already, on top.
            let given = held.values().filter(|held| held["adopted"] != true);
            let given: u64 = given.filter_map(|held| held["cost"].as_u64()).sum();
            let capacity = agent["profile"]["capacity"].as_u64().unwrap_or(0);
            if given > capacity {
                wrongs.push(format!("{name} was given {given} of {capacity}"));
            }
            for (id, held) in held {
                let has_place = places.get(&id).is_some_and(|place| place["place"] == "here");
                if held["how"]["how"] != "wrap_up" && !has_place {
                    wrongs.push(format!("{name} holds {id}, which has no place"));
                }
            }
        }
        wrongs
    }
}

/// The agent a conversation belongs to, also while the customer is asked whether it is settled.
fn owner(conversation: &Value) -> Option<&str> {
    let state = &conversation["state"];
    if state["is"] == "confirming" {
        return state["by"]["agent"].as_str().filter(|_| state["by"]["held"] == true);
    }
    state["agent"].as_str().filter(|_| state["is"] == "human")
}

fn gapless(id: &str, log: &[Entry]) -> Option<String> {
    let numbers: Vec<u64> = log.iter().map(|entry| entry.sequence).collect();
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    (numbers != expected).then(|| format!("{id} has a gap: {numbers:?}"))
}

/// Ownership as a lock: who speaks holds it, and each holder has a larger token than the one before.
fn one_owner(id: &str, log: &[Entry]) -> Vec<String> {
    let mut wrongs = Vec::new();
    let (mut owner, mut newest): (Option<String>, (i64, i64)) = (None, (0, 0));
    // While the customer is asked whether it is settled, both may have something to say.
    let mut is_asked = false;
    for entry in log {
        let event = &entry.event;
        let number = |field: &str| event["token"][field].as_i64().unwrap_or(0);
        let token = (number("term"), number("attempt"));
        let agent = event["agent"].as_str().map(str::to_owned);
        match event["event"].as_str().unwrap_or_default() {
            "agent_joined" => {
                if token <= newest {
                    wrongs.push(format!("{id}: {token:?} was given after {newest:?}"));
                }
                (owner, newest, is_asked) = (agent, token, false);
            }
            "agent_left" | "resolution_confirmed" | "closed" => owner = None,
            "resolution_proposed" => is_asked = true,
            "proposal_dropped" | "resolution_denied" => is_asked = false,
            "agent_said" if agent != owner => {
                wrongs.push(format!("{id}: {agent:?} speaks, {owner:?} owns it"));
            }
            "bot_said" if owner.is_some() && !is_asked => {
                wrongs.push(format!("{id}: the bot speaks over {owner:?}"));
            }
            _ => {}
        }
    }
    wrongs
}

/// What was acknowledged is where it was said to be, and nowhere else.
fn once(logs: &BTreeMap<String, Vec<Entry>>, acknowledged: &[Acknowledged]) -> Vec<String> {
    let mut places: BTreeMap<(&str, &str), Vec<&Entry>> = BTreeMap::new();
    for (id, log) in logs {
        for entry in log {
            let kind = entry.event["event"].as_str().unwrap_or_default();
            if matches!(kind, "customer_said" | "agent_said") {
                let text = entry.event["text"].as_str().unwrap_or_default();
                places.entry((id.as_str(), text)).or_default().push(entry);
            }
        }
    }
    let mut wrongs = Vec::new();
    let mut seen = BTreeSet::new();
    for said in acknowledged {
        let found = places.get(&(said.conversation.as_str(), said.text.as_str()));
        let found = found.map_or(&[][..], Vec::as_slice);
        if found.len() != 1 || !found.iter().all(|entry| entry.is(said)) {
            wrongs.push(format!("{said:?} is there {} times", found.len()));
        }
        seen.insert((said.conversation.as_str(), said.text.as_str()));
    }
    // Whoever was not answered repeated it until they were: nothing is there that nobody knows of.
    for (conversation, text) in places.keys().filter(|place| !seen.contains(*place)) {
        wrongs.push(format!("{conversation} has {text:?}, which nobody was told of"));
    }
    wrongs
}
