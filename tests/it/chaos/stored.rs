//! What a store has, however it was read, and whether it agrees with itself and with what was told:
//! every log is gapless, what was acknowledged is there once, a conversation has one owner at a time
//! under tokens that only rise, and agents hold what conversations say they hold, and no more than
//! they can.

use super::history::{Acknowledged, History};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is not there.
static NOTHING: Value = Value::Null;

/// One record of a log.
pub struct Entry {
    pub sequence: u64,
    pub event_id: String,
    pub event: Value,
}

impl Entry {
    pub fn is(&self, said: &Acknowledged) -> bool {
        let hex: String = said.event_id.iter().map(|byte| format!("{byte:02x}")).collect();
        self.sequence == said.sequence && self.event_id == hex
    }
}

/// Everything that is looked at.
#[derive(Default)]
pub struct Stored {
    /// By id.
    pub conversations: BTreeMap<String, Value>,
    /// By conversation.
    pub places: BTreeMap<String, Value>,
    /// By name.
    pub agents: BTreeMap<String, Value>,
    /// By conversation.
    pub logs: BTreeMap<String, Vec<Entry>>,
    /// Conversations between which and the pool something is owed.
    pub owed: BTreeSet<String>,
}

impl Stored {
    /// How many conversations are an agent's.
    pub fn held(&self) -> usize {
        self.conversations.values().filter(|c| owner(c).is_some()).count()
    }

    /// How often a customer has confirmed an end.
    pub fn confirmed(&self) -> usize {
        let events = self.logs.values().flatten();
        events.filter(|entry| entry.event["event"] == "resolution_confirmed").count()
    }

    /// Everything that does not hold. `all`: everybody has come to an end, so that nothing may be
    /// there that nobody was told of.
    pub fn wrongs(
        &self,
        acknowledged: &[Acknowledged],
        history: &History,
        all: bool,
    ) -> Vec<String> {
        let mut wrongs = history.wrongs();
        for (id, log) in &self.logs {
            wrongs.extend(gapless(id, log));
            wrongs.extend(one_owner(id, log));
        }
        wrongs.extend(once(&self.logs, acknowledged, all));
        wrongs.extend(self.agreement());
        wrongs
    }

    /// Conversations, places and agents say the same of each other. A place and who holds it are always
    /// written together; a conversation and its place are not, while something is owed between them.
    fn agreement(&self) -> Vec<String> {
        let Stored { conversations, places, agents, owed, .. } = self;
        let mut wrongs = Vec::new();
        for (id, place) in places.iter().filter(|(_, place)| place["place"] == "here") {
            let (state, token) = (&place["state"], &place["token"]);
            let holder = state["agent"].as_str();
            for (name, agent) in agents {
                let held = &agent["held"][id];
                let holds = held["how"]["how"] == "offer" || held["how"]["how"] == "owned";
                if holds != (holder == Some(name)) || (holds && held["token"] != *token) {
                    wrongs.push(format!("{name} and the place of {id} differ: {held} {state}"));
                }
            }
            if owed.contains(id) {
                continue;
            }
            let c = conversations.get(id).unwrap_or(&NOTHING);
            let owner = owner(c);
            let assigned = holder.filter(|_| state["at"] == "assigned");
            if owner != assigned || (owner.is_some() && c["token"] != *token) {
                wrongs.push(format!("{id}: {} and its place differ: {place}", c["state"]));
            }
        }
        for (id, c) in conversations.iter().filter(|(id, _)| !owed.contains(*id)) {
            let has_place = places.get(id).is_some_and(|place| place["place"] == "here");
            let needs_place = c["state"]["is"] == "queued" || owner(c).is_some();
            if needs_place && !has_place {
                wrongs.push(format!("{id} is {} and has no place", c["state"]));
            }
        }
        for (name, agent) in agents {
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
            // The agent is free again while the customer is still asked: what follows is not theirs.
            "agent_left" | "hold_ended" | "resolution_confirmed" | "closed" => owner = None,
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

/// What was acknowledged is where it was said to be, and nowhere else; `all` has been told.
fn once(
    logs: &BTreeMap<String, Vec<Entry>>,
    acknowledged: &[Acknowledged],
    all: bool,
) -> Vec<String> {
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
    if !all {
        return wrongs;
    }
    // Whoever was not answered repeated it until they were: nothing is there that nobody knows of.
    for (conversation, text) in places.keys().filter(|place| !seen.contains(*place)) {
        wrongs.push(format!("{conversation} has {text:?}, which nobody was told of"));
    }
    wrongs
}

#[test]
fn whoever_is_no_longer_held_for_the_answer_is_not_spoken_over() {
    let log = |events: &[&str]| -> Vec<Entry> {
        let entry = |(number, event): (usize, &&str)| {
            let token = serde_json::json!({ "term": 1, "attempt": 1 });
            let event = serde_json::json!({ "event": event, "agent": "huda", "token": token });
            Entry { sequence: number as u64 + 1, event_id: number.to_string(), event }
        };
        events.iter().enumerate().map(entry).collect()
    };
    let asked = ["agent_joined", "resolution_proposed"];
    let after = ["proposal_dropped", "bot_said"];
    let freed = [&asked[..], &["hold_ended"], &after].concat();
    assert!(one_owner("c", &log(&freed)).is_empty());
    let held = [&asked[..], &after].concat();
    assert_eq!(one_owner("c", &log(&held)).len(), 1, "she is still there");
}
