//! The store on Redis: for many instances on one truth. One server, a server behind Sentinels, or
//! Redis Cluster; see [`address`] for how each is written, `keys.rs` for every key, and
//! [`deployment`] for what is checked before a server is used.
//!
//! Every change is one bounded script (`scripts/commit.lua`): it declares its keys, checks
//! everything, then writes everything; business rules are not in it. Time is the server's. A
//! transaction carries an id, so that sending it again after a lost reply does it once.
//!
//! What a user of its own needs is [`reloading::RIGHTS`]; why the user `default` of the server must keep
//! its rights although it is off, [`reloading`].
//!
//! # Looking into it with ordinary commands
//!
//! The pool `main` under the prefix `sanad`, for a person or another system (reading only):
//!
//! ```text
//! redis-cli ZRANGE 'sanad:{p:main}:index:agents' 0 -1          all agents
//! redis-cli HGET   'sanad:{p:main}:a:sara' body                an agent: presence, capacity, what is held
//! redis-cli ZRANGE 'sanad:{p:main}:index:leases' 0 -1 WITHSCORES   until when each is certainly there, in ms
//! redis-cli ZRANGE 'sanad:{p:main}:index:items' 0 -1 WITHSCORES    all who wait, are offered or assigned, by place
//! redis-cli HGET   'sanad:{p:main}:i:<conversation>' body      one place: queue, reason, state, to whom it is offered
//! redis-cli XRANGE 'sanad:{p:main}:log:i/sara' - +             the agent's inbox: offers and what became of them
//! redis-cli HGET   'sanad:{p:main}:f:matcher' body             which instance matches
//! redis-cli ZRANGE 'sanad:{p:main}:index:due' 0 -1 WITHSCORES  what the pool will look at next
//! redis-cli ZRANGE 'sanad:{p:main}:index:parked' 0 -1          what waits for a person
//! redis-cli SUBSCRIBE sanad:bell                               that something changes, as it happens
//! ```
//!
//! Conversations are in the buckets: `ZRANGE 'sanad:{b0007}:index:conversations' 0 -1`, then
//! `HGET 'sanad:{b0007}:c:<id>' body` and `XRANGE 'sanad:{b0007}:log:l/<id>' - +`. What was said in them
//! shows only where nothing is sealed ([`crate::store::sealed`]).

pub mod address;
mod asides;
mod attempt;
mod bell;
mod decode;
pub mod deployment;
mod encode;
mod flushing;
pub(crate) mod hints;
mod keys;
pub mod link;
pub mod observer;
mod probe;
pub mod reloading;
mod replicas;
pub mod report;
pub mod rights;
mod scripts;
#[cfg(test)]
#[allow(dead_code)] // Tests from outside use other parts of it than those in here.
mod server;
pub mod settings;
mod takeovers;
#[cfg(test)]
pub(in crate::store) mod tests;
mod troubles;
pub mod whole;
mod wires;

use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::store::*;
use crate::store::stored;
use address::Address;
use async_trait::async_trait;
use decode::Answer;
use deployment::{Deployment, OpenError};
use encode::Asked;
use futures::{StreamExt, TryStreamExt};
use keys::Keys;
use link::{Failed, Health, Link, Patience};
use redis::Value;
use replicas::Replicas;
use scripts::Call;
use settings::Settings;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use takeovers::Takeovers;
use tokio::sync::watch;
use troubles::Loss;

/// Members of a set that one script reads.
const MEMBERS_AT_ONCE: usize = 1_000;
/// Records of a log that one script reads.
const RECORDS_AT_ONCE: usize = 200;
/// Due entries that one script claims.
const CLAIMS_AT_ONCE: usize = 200;
/// Ring counters that are asked for at once.
const COUNTERS_AT_ONCE: usize = 64;

/// So often a slot in use is vouched for (see [`reloading`]): what goes unnoticed at worst is what a
/// restart drops within this time after the append-only file was rewritten.
const VOUCH_EVERY: Duration = Duration::from_secs(60);

/// How to open a store.
#[derive(Clone)]
pub struct Options {
    /// A clock instead of the server's, for tests.
    pub clock: Option<Arc<dyn Clock>>,
    /// How long things may take.
    pub patience: Patience,
    /// How often the settings of the servers are looked at, if nothing else asks for it.
    pub look_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        let (clock, patience) = (None, Patience::default());
        Options { clock, patience, look_every: settings::LOOK_EVERY }
    }
}

/// Keeps everything in Redis.
pub struct RedisStore {
    link: Arc<Link>,
    keys: Keys,
    replicas: Arc<Replicas>,
    deployment: Deployment,
    clock: Option<Arc<dyn Clock>>,
    /// The slots that this process used.
    seen: Mutex<HashMap<Slot, Seen>>,
}

/// What a process knows of a slot it uses.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// The latest time seen in it.
    at: Timestamp,
    /// When this process last vouched for it.
    vouched: Timestamp,
}

impl RedisStore {
    /// Checks the servers and opens the deployment on them.
    pub async fn open(address: Address, options: Options) -> Result<RedisStore, OpenError> {
        let keys = Keys::new(&address.prefix);
        let link = Link::shared(address, options.patience);
        // Before anything is asked: what comes after is not missed.
        let takeovers = Takeovers::begin(link.address(), link.spans()).await;
        let ways = link.ways();
        let deployment = deployment::find(&link, &keys).await?;
        if let Some(takeovers) = takeovers {
            tokio::spawn(takeovers.tell(Arc::downgrade(&link)));
        }
        link.settings_are(Settings::Keep(deployment.safety), ways);
        tokio::spawn(settings::look(Arc::downgrade(&link), options.look_every));
        let replicas = Arc::new(Replicas::default());
        if link.address().replicas > 0 {
            tokio::spawn(replicas::watch_followers(Arc::downgrade(&link), Arc::clone(&replicas)));
        }
        let (clock, seen) = (options.clock, Mutex::default());
        Ok(RedisStore { link, keys, replicas, deployment, clock, seen })
    }

    /// The deployment it belongs to.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// How safely the servers keep what is written, as it was last seen.
    pub fn settings(&self) -> settings::Seen {
        self.link.settings()
    }

    /// How the servers do.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.link.health()
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<Slot, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls a script in a slot, taking the slot into use if it is new; notes the slot's time.
    async fn in_slot(
        &self,
        slot: &Slot,
        make: impl Fn(&Asked<'_>) -> Call,
    ) -> Result<Vec<Value>, StoreError> {
        let known = self.seen().get(slot).copied();
        let asked = Asked {
            deployment: &self.deployment.id,
            given: self.clock.as_ref().map(|clock| clock.now()),
            floor: known.map_or(Timestamp::ZERO, |known| known.at),
        };
        let call = make(&asked);
        let id = &self.deployment.id;
        for is_new in [false, true] {
            let reply = self.link.call(slot, &call).await.map_err(unavailable)?;
            match decode::answer(slot, reply)? {
                Answer::Told(told) => {
                    self.link.slot_is_there(slot);
                    let at = decode::at(slot, &told)?;
                    if is_new {
                        self.note_time(slot, at, true);
                    } else if known.is_some_and(|known| at.since(known.vouched) < VOUCH_EVERY) {
                        self.note_time(slot, at, false);
                    } else if deployment::use_slot(&self.link, &self.keys, id, slot).await.is_ok() {
                        self.note_time(slot, at, true);
                    }
                    return Ok(told);
                }
                Answer::Torn => {
                    let reason = reloading::torn(self.link.address(), slot);
                    self.link.slot_is_lost(slot, &reason, Loss::Whole);
                    let (maybe_applied, why) = (false, Why::Lost);
                    return Err(StoreError::Unavailable { maybe_applied, why, reason });
                }
                Answer::Refused(error) => return Err(error),
                Answer::Unknown { deployment } if deployment.is_empty() && !is_new => {
                    deployment::admit(&self.link, &self.keys, id, slot)
                        .await
                        .map_err(unavailable)?;
                }
                Answer::Unknown { .. } => break,
            }
        }
        let reason = format!("slot {slot} belongs to another deployment");
        self.link.slot_is_lost(slot, &reason, Loss::Slot);
        Err(StoreError::Unavailable { maybe_applied: false, why: Why::Lost, reason })
    }

    fn note_time(&self, slot: &Slot, at: Timestamp, is_vouched: bool) {
        let mut seen = self.seen();
        let known = seen.entry(slot.clone()).or_insert(Seen { at, vouched: at });
        known.at = at.max(known.at);
        if is_vouched {
            known.vouched = at.max(known.vouched);
        }
    }

    /// The ring counter of one slot; 0 if it is not in use.
    async fn ring_counter(&self, slot: &Slot) -> Result<u64, StoreError> {
        let mut command = redis::cmd("HGET");
        command.arg(self.keys.head(slot)).arg("rings");
        let reply = self.link.command(slot, &command).await.map_err(unavailable)?;
        parse_or_zero(&self.keys.head(slot), &reply)
    }
}

fn unavailable(failed: Failed) -> StoreError {
    StoreError::Unavailable {
        maybe_applied: failed.maybe_done,
        why: failed.why,
        reason: failed.reason,
    }
}

/// What was only read was certainly not changed.
fn only_read(error: StoreError) -> StoreError {
    error.not_applied()
}

fn parse_or_zero<T: std::str::FromStr + Default>(
    what: &str,
    value: &Value,
) -> Result<T, StoreError> {
    if *value == Value::Nil {
        return Ok(T::default());
    }
    let parsed = decode::text(value).and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| StoreError::Damaged {
        what: what.to_owned(),
        reason: "it is not a number".to_owned(),
    })
}

#[async_trait]
impl Store for RedisStore {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        stored::check_load_size(slot, keys.len(), scores.len())?;
        let make = |asked: &Asked<'_>| encode::load(&self.keys, asked, slot, keys, scores);
        let told = self.in_slot(slot, make).await.map_err(only_read)?;
        decode::snapshot(slot, keys, scores, &told)
    }

    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError> {
        stored::check_size(&change)?;
        let id = rand::random();
        let make = |asked: &Asked<'_>| encode::commit(&self.keys, asked, &change, id);
        let told = self.in_slot(change.slot(), make).await?;
        decode::committed(change.slot(), &told)
    }

    async fn is_replicated(&self, slot: &Slot, log: &LogId, seq: u64, event_id: u128) -> bool {
        let (head, log) = (self.keys.head(slot), self.keys.log(slot, log));
        let record = replicas::Record { head: &head, log: &log, seq, event_id };
        self.replicas.have(&self.link, &record).await
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        let mut page = LogPage::default();
        let mut from = after.checked_add(1);
        loop {
            let wanted = (limit - page.records.len()).min(RECORDS_AT_ONCE);
            let from_now = from.filter(|_| wanted > 0);
            let make = |asked: &Asked<'_>| {
                encode::read_log(&self.keys, asked, slot, log, from_now, wanted)
            };
            let told = self.in_slot(slot, make).await.map_err(only_read)?;
            let read = decode::page(log, &told)?;
            let is_full = wanted > 0 && read.records.len() == wanted;
            from = read.records.last().and_then(|record| record.seq.checked_add(1));
            (page.head, page.oldest) = (read.head, read.oldest);
            page.records.extend(read.records);
            if !is_full || page.records.len() == limit {
                return Ok(page);
            }
        }
    }

    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let mut members: Vec<(i64, String)> = Vec::new();
        while members.len() < limit {
            let wanted = (limit - members.len()).min(MEMBERS_AT_ONCE);
            let behind = members.last().or(after.as_ref());
            let make = |asked: &Asked<'_>| {
                encode::range(&self.keys, asked, slot, index, behind, up_to, wanted)
            };
            let told = self.in_slot(slot, make).await.map_err(only_read)?;
            let read = decode::members(index, told)?;
            let is_full = read.len() == wanted;
            members.extend(read);
            if !is_full {
                break;
            }
        }
        Ok(members)
    }

    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let limit = limit.min(CLAIMS_AT_ONCE);
        let make = |asked: &Asked<'_>| encode::claim(&self.keys, asked, slot, limit, visibility);
        decode::claimed(self.in_slot(slot, make).await?)
    }

    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError> {
        let asked = slots.iter().map(|slot| self.ring_counter(slot));
        let counters = futures::stream::iter(asked.collect::<Vec<_>>()).buffered(COUNTERS_AT_ONCE);
        counters.try_collect().await.map_err(only_read)
    }

    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError> {
        let mut command = redis::cmd("HGET");
        command.arg(self.keys.counters(slot)).arg(counter);
        let reply = self.link.command(slot, &command).await.map_err(unavailable);
        parse_or_zero(counter, &reply.map_err(only_read)?)
    }

    async fn pass(&self, slot: &Slot, topic: &str) -> Result<(), StoreError> {
        let said = format!("{} {} {topic}", slot, bell::PASSED);
        let mut command = redis::cmd("PUBLISH");
        command.arg(self.keys.bell()).arg(said);
        self.link.command(slot, &command).await.map(|_| ()).map_err(unavailable)
    }

    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError> {
        let channel = self.keys.bell();
        let takeovers = self.link.takeovers();
        let listening = self.link.listen(&channel).await.map_err(unavailable)?;
        let mut bell = bell::Bell::new(listening, takeovers);
        let mark = bell::mark();
        let said = redis::cmd("PUBLISH").arg(&channel).arg(&mark).clone();
        let servers = self.link.command_everywhere(&said).await.map_err(unavailable)?.len();
        let why = Why::Away;
        let failed = |reason| StoreError::Unavailable { maybe_applied: false, why, reason };
        bell.begin(&mark, servers).await.map_err(failed)?;
        Ok(Box::new(bell))
    }
}
