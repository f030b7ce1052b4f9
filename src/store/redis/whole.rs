//! A deployment in Redis as a whole: read key by key at rest, or filled key by key before its record
//! is made. Nobody can use a deployment without a record, and while `copying` is there nobody can
//! begin another (see [`super::deployment`]).

use super::address::Address;
use super::decode;
use super::deployment::{self, OpenError};
use super::encode::version_text;
use super::keys::{self, Keys, LAYOUT, Score};
use super::link::{Failed, Link, Patience};
use super::scripts::{Call, Script};
use crate::domain::time::Timestamp;
use crate::ports::store::whole::{Filling, Place, Thing, Whole};
use crate::ports::store::{Record, Slot, StoreError, Version, Why};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use redis::{Cmd, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// Keys read and commands sent at once.
const AT_ONCE: usize = 64;
/// Records or members told by one reply.
const PAGE: usize = 500;
/// Listing all keys of a large server takes its time.
const PATIENCE: Patience = Patience {
    call: Duration::from_secs(120),
    attempt: Duration::from_secs(60),
    connect: Duration::from_secs(5),
    breaker: Duration::from_millis(300),
    replicas: Duration::from_millis(250),
    flush: Duration::from_millis(1_500),
};

/// Longer than anybody leads without saying so again.
const LEADER_PATIENCE: Duration = Duration::from_secs(10);

/// A deployment that no instance uses.
pub struct WholeRedis {
    link: Link,
    keys: Keys,
    /// The id of the deployment, or of the one it will be.
    id: String,
    buckets: u16,
}

impl WholeRedis {
    /// A deployment to read. Refused while an instance serves it.
    pub async fn open(address: Address) -> Result<WholeRedis, StoreError> {
        let keys = Keys::new(&address.prefix);
        let link = Link::new(address, PATIENCE);
        let found = deployment::find(&link, &keys).await.map_err(refused)?;
        let whole = WholeRedis { link, keys, id: found.id, buckets: found.buckets };
        // Whoever was stopped a moment ago seems to lead until its time is over; whoever serves
        // leads on.
        let led_until = whole.led_until().await?;
        let left = led_until.since(whole.now().await?);
        if left <= LEADER_PATIENCE {
            tokio::time::sleep(left).await;
        }
        if whole.led_until().await? > whole.now().await? {
            return Err(failed("an instance serves it; stop all of them and copy then"));
        }
        Ok(whole)
    }

    /// An empty server to fill, or one that `source` had begun to fill.
    pub async fn fill(
        address: Address,
        buckets: u16,
        source: &str,
    ) -> Result<WholeRedis, StoreError> {
        let keys = Keys::new(&address.prefix);
        let link = Link::new(address, PATIENCE);
        match deployment::find(&link, &keys).await {
            Ok(_) => {
                return Err(failed("a deployment of Sanad is there already; nothing is changed"));
            }
            Err(OpenError::Empty { .. } | OpenError::HalfCopied { .. }) => {}
            Err(error) => return Err(refused(error)),
        }
        let mut whole = WholeRedis { link, keys, id: String::new(), buckets };
        let mut asked = redis::cmd("HMGET");
        asked.arg(whole.keys.copying()).arg("source").arg("id").arg("buckets");
        let told = whole.ask(&Slot::System, &asked).await?;
        let known = items(&told).iter().map(decode::text).collect::<Option<Vec<String>>>();
        if let Some([begun, id, buckets]) = known.as_deref() {
            if begun != source {
                return Err(failed(format!(
                    "a copy of {begun} was begun there and not ended; go on with that one, or empty \
                     the server"
                )));
            }
            whole.id.clone_from(id);
            whole.buckets = buckets.parse().map_err(|_| failed("its `copying` is damaged"))?;
            return Ok(whole);
        }
        if !whole.names().await?.is_empty() {
            return Err(failed("it is not empty, and no copy of this store was begun there"));
        }
        whole.id = format!("{:032x}", rand::random::<u128>());
        let mut begin = redis::cmd("HSET");
        begin.arg(whole.keys.copying()).arg("source").arg(source);
        begin.arg("id").arg(&whole.id).arg("buckets").arg(buckets);
        whole.ask(&Slot::System, &begin).await?;
        Ok(whole)
    }

    async fn ask(&self, slot: &Slot, command: &Cmd) -> Result<Value, StoreError> {
        self.link.command(slot, command).await.map_err(away)
    }

    /// Until when somebody leads it, as far as is known.
    async fn led_until(&self) -> Result<Timestamp, StoreError> {
        let mut last = Timestamp::ZERO;
        for slot in self.slots().await? {
            let mut newest = redis::cmd("ZRANGE");
            newest.arg(self.keys.index_named(&slot, "leader")).arg(-1).arg(-1).arg("WITHSCORES");
            let told = texts(&self.ask(&slot, &newest).await?);
            let until = told.get(1).and_then(|score| score.parse::<f64>().ok()).unwrap_or(0.0);
            last = last.max(Timestamp::from_millis(until as i64));
        }
        Ok(last)
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        let told = texts(&self.ask(&Slot::System, &redis::cmd("TIME")).await?);
        let number = |place: usize| told.get(place)?.parse::<i64>().ok();
        let [seconds, micros] = [0, 1].map(|place| number(place).unwrap_or(0));
        Ok(Timestamp::from_millis(seconds * 1_000 + micros / 1_000))
    }

    /// All keys, by slot, without the prefix.
    async fn names(&self) -> Result<BTreeMap<Slot, Vec<String>>, StoreError> {
        let mut command = redis::cmd("KEYS");
        command.arg(self.keys.everything());
        let replies = self.link.command_everywhere(&command).await.map_err(away)?;
        let mut names: BTreeMap<Slot, Vec<String>> = BTreeMap::new();
        for key in replies.iter().flat_map(texts) {
            let (slot, name) =
                self.keys.split(&key).ok_or_else(|| damaged(&key, "no key of ours"))?;
            let is_ours = !name.starts_with("once:")
                && !["deployment", "slots", "copying"].contains(&name.as_str());
            if is_ours {
                names.entry(slot).or_default().push(name);
            }
        }
        names.values_mut().for_each(|names| names.sort());
        Ok(names)
    }

    async fn things(&self, slot: &Slot, name: &str) -> Result<Vec<Thing>, StoreError> {
        let key = self.keys.named(slot, name);
        if let Some(log) = name.strip_prefix("log:") {
            return self.records(slot, &key, log).await;
        }
        if let Some(index) = name.strip_prefix("index:") {
            let members = self.members(slot, &key).await?;
            let thing = |(score, member)| Thing::Member { index: index.to_owned(), member, score };
            return Ok(members.into_iter().map(thing).collect());
        }
        match name {
            "head" | "gone:until" | "far" => Ok(Vec::new()),
            "gone" => self.tombstones(slot).await,
            "counters" => {
                let mut command = redis::cmd("HGETALL");
                command.arg(&key);
                let told = texts(&self.ask(slot, &command).await?);
                let counter = |pair: &[String]| {
                    let value = pair[1].parse().map_err(|_| damaged(&key, "no number"))?;
                    Ok(Thing::Counter { name: pair[0].clone(), value })
                };
                told.chunks_exact(2).map(counter).collect()
            }
            _ => self.entity(slot, &key, name).await.map(|thing| vec![thing]),
        }
    }

    async fn entity(&self, slot: &Slot, key: &str, name: &str) -> Result<Thing, StoreError> {
        let mut command = redis::cmd("HMGET");
        command.arg(key).arg("version").arg("body");
        let told = self.ask(slot, &command).await?;
        let told = items(&told);
        let version = decode::version(name, told.first().unwrap_or(&Value::Nil))?;
        let body = told.get(1).and_then(decode::bytes);
        match (version, body) {
            (Some(version), Some(body)) => {
                Ok(Thing::Entity { name: name.to_owned(), version, body })
            }
            _ => Err(damaged(key, "it has no version or no body")),
        }
    }

    async fn records(&self, slot: &Slot, key: &str, log: &str) -> Result<Vec<Thing>, StoreError> {
        let mut things = Vec::new();
        let mut from = 0_u64;
        loop {
            let mut command = redis::cmd("XRANGE");
            command.arg(key).arg(format!("{from}-0")).arg("+").arg("COUNT").arg(PAGE);
            let told = self.ask(slot, &command).await?;
            let entries = items(&told);
            for entry in entries {
                let record = decode::record(entry);
                let record: Record = record.ok_or_else(|| damaged(key, "no record of ours"))?;
                from = record.seq + 1;
                things.push(Thing::Record { log: log.to_owned(), record });
            }
            if entries.len() < PAGE {
                return Ok(things);
            }
        }
    }

    async fn members(&self, slot: &Slot, key: &str) -> Result<Vec<(i64, String)>, StoreError> {
        let mut members = Vec::new();
        loop {
            let (first, last) = (members.len(), members.len() + PAGE - 1);
            let mut command = redis::cmd("ZRANGE");
            command.arg(key).arg(first).arg(last).arg("WITHSCORES");
            let told = texts(&self.ask(slot, &command).await?);
            for pair in told.chunks_exact(2) {
                let member = keys::parse_score(&pair[1], &pair[0]);
                members.push(member.ok_or_else(|| damaged(key, "no score of ours"))?);
            }
            if told.len() < 2 * PAGE {
                return Ok(members);
            }
        }
    }

    async fn tombstones(&self, slot: &Slot) -> Result<Vec<Thing>, StoreError> {
        let key = self.keys.gone(slot);
        let mut command = redis::cmd("HGETALL");
        command.arg(&key);
        let told = texts(&self.ask(slot, &command).await?);
        let until = self.members(slot, &self.keys.gone_until(slot)).await?;
        let until: BTreeMap<String, i64> =
            until.into_iter().map(|(score, name)| (name, score)).collect();
        let tombstone = |pair: &[String]| {
            let text = Value::BulkString(pair[1].clone().into_bytes());
            let version: Option<Version> = decode::version(&pair[0], &text)?;
            let version = version.ok_or_else(|| damaged(&key, "no version"))?;
            let until = until.get(&pair[0]).copied().unwrap_or(0);
            let until = Timestamp::from_millis(until);
            Ok(Thing::Tombstone { name: pair[0].clone(), version, until })
        };
        told.chunks_exact(2).map(tombstone).collect()
    }

    /// The records of one log that are not there yet, one command each, in order.
    async fn append(&self, slot: &Slot, log: &str, records: &[&Record]) -> Result<(), StoreError> {
        let key = self.keys.named(slot, &format!("log:{log}"));
        let mut newest = redis::cmd("XREVRANGE");
        newest.arg(&key).arg("+").arg("-").arg("COUNT").arg(1);
        let told = self.ask(slot, &newest).await?;
        let head = items(&told).first().and_then(decode::record).map_or(0, |record| record.seq);
        for record in records.iter().filter(|record| record.seq > head) {
            let mut add = redis::cmd("XADD");
            add.arg(&key).arg(format!("{}-0", record.seq));
            add.arg("event").arg(format!("{:032x}", record.event_id));
            add.arg("body").arg(&record.body[..]);
            match self.ask(slot, &add).await {
                Ok(_) => {}
                // A reply that was lost: the record is there.
                Err(error) if error.to_string().contains("equal or smaller") => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The commands that put things other than records there.
    fn commands(&self, slot: &Slot, things: &[Thing]) -> Vec<Cmd> {
        let mut sets: BTreeMap<&str, Cmd> = BTreeMap::new();
        let mut commands = Vec::new();
        for thing in things {
            match thing {
                Thing::Entity { name, version, body } => {
                    let mut put = redis::cmd("HSET");
                    put.arg(self.keys.named(slot, name));
                    put.arg("version").arg(version_text(Some(*version)));
                    commands.push(put.arg("body").arg(&body[..]).clone());
                }
                Thing::Tombstone { name, version, until } => {
                    let mut gone = redis::cmd("HSET");
                    gone.arg(self.keys.gone(slot)).arg(name).arg(version_text(Some(*version)));
                    let mut queue = redis::cmd("ZADD");
                    queue.arg(self.keys.gone_until(slot)).arg(until.as_millis()).arg(name);
                    commands.extend([gone, queue]);
                }
                Thing::Member { index, member, score } => {
                    let form = Score::of(*score);
                    let set = sets.entry(index).or_insert_with(|| {
                        let mut set = redis::cmd("ZADD");
                        set.arg(self.keys.index_named(slot, index));
                        set
                    });
                    set.arg(&form.number).arg(form.member(member));
                    if let Some(text) = form.text {
                        let mut far = redis::cmd("HSET");
                        far.arg(self.keys.far(slot)).arg(format!("{index} {member}")).arg(text);
                        let mut head = redis::cmd("HSET");
                        head.arg(self.keys.head(slot)).arg("far").arg("1");
                        commands.extend([far, head]);
                    }
                }
                Thing::Counter { name, value } => {
                    let mut count = redis::cmd("HSET");
                    commands
                        .push(count.arg(self.keys.counters(slot)).arg(name).arg(*value).clone());
                }
                Thing::Record { .. } => {}
            }
        }
        commands.into_iter().chain(sets.into_values()).collect()
    }
}

fn failed(reason: impl ToString) -> StoreError {
    StoreError::Unavailable { maybe_applied: false, why: Why::Away, reason: reason.to_string() }
}

fn away(reason: Failed) -> StoreError {
    StoreError::Unavailable {
        maybe_applied: reason.maybe_done,
        why: reason.why,
        reason: reason.reason,
    }
}

fn refused(error: OpenError) -> StoreError {
    failed(error)
}

fn damaged(what: &str, reason: &str) -> StoreError {
    StoreError::Damaged { what: what.to_owned(), reason: reason.to_owned() }
}

/// The items of a reply; none if it is no list.
fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        _ => &[],
    }
}

/// The texts of a reply, also of one that answers with pairs.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Map(pairs) => {
            pairs.iter().flat_map(|(name, value)| [texts(name), texts(value)].concat()).collect()
        }
        Value::Double(number) => vec![number.to_string()],
        other => decode::text(other).into_iter().collect(),
    }
}

#[async_trait]
impl Whole for WholeRedis {
    fn name(&self) -> String {
        format!("redis deployment {}", self.id)
    }

    fn buckets(&self) -> u16 {
        self.buckets
    }

    async fn slots(&self) -> Result<Vec<Slot>, StoreError> {
        Ok(self.names().await?.into_keys().collect())
    }

    async fn read(
        &self,
        slot: &Slot,
        from: Option<Place>,
    ) -> Result<(Vec<Thing>, Option<Place>), StoreError> {
        // The names of the slot's keys that are still to be read, one after the other.
        let names: Vec<String> = match from {
            None => self.names().await?.remove(slot).unwrap_or_default(),
            Some(Place(rest)) => serde_json::from_slice(&rest).map_err(failed)?,
        };
        let now = names.iter().take(AT_ONCE).map(|name| self.things(slot, name));
        let now: Vec<_> = now.collect();
        let things: Vec<Vec<Thing>> =
            futures::stream::iter(now).buffered(AT_ONCE).try_collect().await?;
        let rest = names.get(AT_ONCE..).filter(|rest| !rest.is_empty());
        let rest = rest.map(|rest| Place(serde_json::to_vec(rest).expect("a list of texts")));
        Ok((things.concat(), rest))
    }

    async fn rings(&self, slot: &Slot) -> Result<u64, StoreError> {
        let mut command = redis::cmd("HGET");
        command.arg(self.keys.head(slot)).arg("rings");
        let told = decode::text(&self.ask(slot, &command).await?);
        Ok(told.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    async fn last_time(&self) -> Result<Timestamp, StoreError> {
        let mut last = Timestamp::ZERO;
        for slot in self.slots().await? {
            let mut command = redis::cmd("HGET");
            command.arg(self.keys.head(&slot)).arg("now");
            let told = decode::text(&self.ask(&slot, &command).await?);
            let at = told.and_then(|text| text.parse().ok()).unwrap_or(0);
            last = last.max(Timestamp::from_millis(at));
        }
        Ok(last)
    }
}

#[async_trait]
impl Filling for WholeRedis {
    async fn done(&self) -> Result<Vec<Slot>, StoreError> {
        let mut command = redis::cmd("HKEYS");
        command.arg(self.keys.copying());
        let names = texts(&self.ask(&Slot::System, &command).await?);
        Ok(names.iter().filter_map(|name| Slot::parse(name.strip_prefix("done:")?)).collect())
    }

    async fn write(&self, slot: &Slot, things: &[Thing]) -> Result<(), StoreError> {
        let mut logs: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
        for thing in things {
            if let Thing::Record { log, record } = thing {
                logs.entry(log).or_default().push(record);
            }
        }
        let appended = logs.iter().map(|(log, records)| self.append(slot, log, records));
        let appended: Vec<_> = appended.collect();
        futures::stream::iter(appended).buffered(AT_ONCE).try_collect::<Vec<()>>().await?;
        let commands = self.commands(slot, things);
        let sent: Vec<_> = commands.iter().map(|command| self.ask(slot, command)).collect();
        futures::stream::iter(sent).buffered(AT_ONCE).try_collect::<Vec<Value>>().await?;
        Ok(())
    }

    async fn note_done(&self, source: &Slot) -> Result<(), StoreError> {
        let mut command = redis::cmd("HSET");
        command.arg(self.keys.copying()).arg(format!("done:{source}")).arg(1);
        self.ask(&Slot::System, &command).await.map(drop)
    }

    async fn begin_slot(&self, slot: &Slot, at: Timestamp, rings: u64) -> Result<(), StoreError> {
        let mut head = redis::cmd("HSET");
        head.arg(self.keys.head(slot)).arg("deployment").arg(&self.id);
        head.arg("now").arg(at.as_millis()).arg("rings").arg(rings);
        self.ask(slot, &head).await?;
        deployment::note(&self.link, &self.keys, slot).await.map_err(away)
    }

    async fn finish(&self, _: Timestamp) -> Result<(), StoreError> {
        let mut call = Call::new(Script::Bless);
        call.key(&self.keys.deployment());
        call.arg(self.id.as_str()).arg(LAYOUT.to_string()).arg(self.buckets.to_string());
        self.link.call(&Slot::System, &call).await.map_err(away)?;
        let mut command = redis::cmd("DEL");
        command.arg(self.keys.copying());
        self.ask(&Slot::System, &command).await.map(drop)
    }
}
