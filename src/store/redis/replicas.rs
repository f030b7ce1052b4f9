//! Whether what was said has reached the replicas: only then may it be called durable where another
//! server can take over (`?replicas=N`). And whether it is flushed to the append-only file, of the
//! server and of these replicas, where the server flushes at its own pace (`?aof=wait`).
//!
//! The record is looked up and `WAIT` or `WAITAOF` is sent behind it over the same connection, so
//! both concern the same server: whoever took over meanwhile without the record says so by not
//! having it. `WAIT` holds up a connection, so these are connections of their own. From Redis 7.2 on
//! both wait for what their own connection has written; so the look leaves a trace (`held.lua`).

use super::decode;
use super::link::Link;
use super::scripts::{Call, Script};
use super::wires::{self, Wire};
use redis::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// So often the masters are asked who follows.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A replica that was not heard of for so many seconds does not follow.
const LAG_MAX: u64 = 5;

/// So many answers wait for replicas at once; more wait for each other.
const LANES: usize = 8;

/// A record that was written.
pub struct Record<'a> {
    /// The head of its slot.
    pub head: &'a str,
    /// Its log.
    pub log: &'a str,
    /// Its place there.
    pub seq: u64,
    /// What it must be.
    pub event_id: u128,
}

/// Asks whether what was written is as safe as the address asks for.
#[derive(Default)]
pub struct Replicas {
    /// Connections, each with the number of the way it was made for.
    lanes: [tokio::sync::Mutex<Option<(u64, Wire)>>; LANES],
    next: AtomicUsize,
    /// Too few had it a moment ago: nobody waits for them before this.
    rest_until: Mutex<Option<Instant>>,
    /// What replicas were last not heard to have: it is asked for again when enough follow.
    missing: Mutex<Option<Missing>>,
}

/// A [`Record`] that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Missing {
    head: String,
    log: String,
    seq: u64,
    event_id: u128,
}

impl Missing {
    fn record(&self) -> Record<'_> {
        Record { head: &self.head, log: &self.log, seq: self.seq, event_id: self.event_id }
    }
}

impl From<&Record<'_>> for Missing {
    fn from(record: &Record<'_>) -> Missing {
        let (head, log) = (record.head.to_owned(), record.log.to_owned());
        Missing { head, log, seq: record.seq, event_id: record.event_id }
    }
}

/// Why an answer is not what was asked for.
enum Lack {
    /// Over this connection nothing is learnt.
    Broken(String),
    /// The record is not there.
    Gone,
    /// Too few have it, or have it flushed.
    Few(String),
}

impl Replicas {
    /// Whether as many replicas as the address asks for have this record, flushed where it asks for
    /// that. When that is not known
    /// in time it is not so; that costs the answer its claim, not the caller their answer.
    pub async fn have(&self, link: &Link, record: &Record<'_>) -> bool {
        if !link.address().asks_each_time() {
            return true;
        }
        if self.rests() {
            return false;
        }
        let patience = link.patience();
        // Making a connection and standing in line count too.
        let span = patience.attempt + wait_span(link);
        let asked = timeout(span, self.ask(link, record)).await;
        let found = asked.unwrap_or_else(|_| Err(Lack::Broken("no answer in time".to_owned())));
        let reason = match found {
            Ok(()) => {
                self.enough(link, &mut self.missing());
                return true;
            }
            Err(Lack::Gone) => "another server took over without what was said last".to_owned(),
            Err(Lack::Few(reason) | Lack::Broken(reason)) => reason,
        };
        self.too_few(link, record.into(), &reason);
        false
    }

    fn too_few(&self, link: &Link, record: Missing, reason: &str) {
        let mut missing = self.missing();
        *missing = Some(record);
        self.rest(Some(Instant::now() + link.patience().breaker));
        link.replicas_are(Some(reason));
    }

    fn enough(&self, link: &Link, missing: &mut Option<Missing>) {
        *missing = None;
        self.rest(None);
        link.replicas_are(None);
    }

    /// Enough follow by the word of their masters: what was missing is asked for again, so that the
    /// next customer is not who finds out.
    async fn look_again(&self, link: &Link) {
        let Some(missing) = self.missing().clone() else { return };
        let span = link.patience().attempt + wait_span(link);
        if let Ok(Ok(()) | Err(Lack::Gone)) = timeout(span, self.ask(link, &missing.record())).await
        {
            // What is gone says nothing of those who follow now.
            self.misses_no_longer(link, &missing);
        }
    }

    /// This record was asked for again, and is missing no longer. If another was found to be missing
    /// meanwhile, it says nothing of that one.
    fn misses_no_longer(&self, link: &Link, found: &Missing) {
        let mut missing = self.missing();
        if missing.as_ref() == Some(found) {
            self.enough(link, &mut missing);
        }
    }

    /// Whoever holds this also says to the link what it comes to, so that nobody is told of an older state
    /// after a newer one.
    fn missing(&self) -> MutexGuard<'_, Option<Missing>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self) -> bool {
        let rest_until = self.rest_until.lock().unwrap_or_else(PoisonError::into_inner);
        rest_until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, until: Option<Instant>) {
        *self.rest_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    async fn ask(&self, link: &Link, record: &Record<'_>) -> Result<(), Lack> {
        let lane = self.next.fetch_add(1, Ordering::Relaxed) % LANES;
        let mut held = self.lanes[lane].lock().await;
        let ways = link.ways();
        // Who was talked to before the link found another way may be nobody any more.
        if let Some((_, mut wire)) = held.take().filter(|(made_for, _)| *made_for == ways) {
            // Half of an attempt, so that there is time for a fresh one.
            let span = wait_span(link) + link.patience().attempt / 2;
            match timeout(span, ask_by(&mut wire, link, record)).await {
                Ok(Err(Lack::Broken(_))) | Err(_) => {}
                Ok(told) => {
                    keep(&mut held, told.is_ok(), (ways, wire));
                    return told;
                }
            }
        }
        let fresh = wires::connect(link.address(), link.spans()).await;
        let mut wire = fresh.map_err(|error| Lack::Broken(error.to_string()))?;
        let told = ask_by(&mut wire, link, record).await;
        keep(&mut held, told.is_ok(), (ways, wire));
        told
    }
}

/// Only a connection that has just led to the right server is worth keeping.
fn keep(held: &mut Option<(u64, Wire)>, is_right: bool, wire: (u64, Wire)) {
    if is_right {
        *held = Some(wire);
    }
}

async fn ask_by(wire: &mut Wire, link: &Link, record: &Record<'_>) -> Result<(), Lack> {
    let wanted = link.address().replicas;
    let mut look = Call::new(Script::Held);
    look.key(record.head).key(record.log).arg(record.seq.to_string());
    look.arg(format!("{:032x}", record.event_id));
    let mut both = redis::pipe();
    both.add_command(look.by_text());
    let span = wait_span(link).as_millis() as u64;
    match link.address().aof_wait {
        true => both.cmd("WAITAOF").arg(1).arg(wanted).arg(span),
        false => both.cmd("WAIT").arg(wanted).arg(span),
    };
    let told = wire.send_all(&both, record.log).await;
    let told = told.map_err(|error| Lack::Broken(error.to_string()))?;
    let [found, reached] = told.as_slice() else {
        return Err(Lack::Broken("the servers answer only in part".to_owned()));
    };
    if *found != Value::Int(1) {
        return Err(Lack::Gone);
    }
    has_reached(reached, wanted).map_err(Lack::Few)
}

/// Asks the masters each second how many follow, as long as somebody uses the link: the mode is told to
/// those too who send nothing, and what was thin once need not stay so until somebody does.
pub async fn watch_followers(link: Weak<Link>, replicas: Arc<Replicas>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(link) = link.upgrade() else { return };
        let mut command = redis::cmd("INFO");
        command.arg("replication");
        // Who does not answer is told of by the calls themselves.
        let Ok(told) = link.command_everywhere(&command).await else { continue };
        let wanted = link.address().replicas;
        let fewest = told.iter().filter_map(decode::text).map(|text| following(&text)).min();
        let fewest = fewest.unwrap_or(0);
        let lacking = (fewest < wanted).then(|| few(fewest.into(), wanted));
        let enough = lacking.is_none();
        link.followers_are(lacking);
        if enough {
            replicas.look_again(&link).await;
        }
    }
}

/// How many replicas follow a master closely, by its own word.
fn following(info: &str) -> u32 {
    let is_close = |line: &&str| {
        let mut facts = line.split(',').filter_map(|fact| fact.trim_end().split_once('='));
        let (mut online, mut near) = (false, false);
        for (name, value) in facts.by_ref() {
            online |= name == "state" && value == "online";
            near |= name == "lag" && value.parse().is_ok_and(|lag: u64| lag <= LAG_MAX);
        }
        line.starts_with("slave") && online && near
    };
    info.lines().filter(is_close).count() as u32
}

fn few(replicas: i64, wanted: u32) -> String {
    format!("{replicas} of {wanted} replicas follow")
}

/// How long it may take until it is where it should be.
fn wait_span(link: &Link) -> Duration {
    let patience = link.patience();
    if link.address().aof_wait { patience.flush } else { patience.replicas }
}

/// What the answer to `WAIT` (how many replicas) or `WAITAOF` (whether here, and how many replicas)
/// says.
fn has_reached(told: &Value, wanted: u32) -> Result<(), String> {
    let (flushed_here, replicas) = match told {
        Value::Int(replicas) => (true, *replicas),
        Value::Array(both) => match both[..] {
            [Value::Int(here), Value::Int(replicas)] => (here > 0, replicas),
            _ => return Err(format!("WAITAOF is answered with {both:?}")),
        },
        other => return Err(format!("WAIT is answered with {other:?}")),
    };
    if !flushed_here {
        return Err("the append-only file is not flushed in time".to_owned());
    }
    if replicas < i64::from(wanted) {
        return Err(few(replicas, wanted));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::address::Address;
    use super::super::link::{Health, Patience};
    use super::*;

    #[test]
    fn an_old_record_that_arrived_says_nothing_of_a_newer_one_that_did_not() {
        let address = Address::parse("redis://h?replicas=1").unwrap();
        let (link, replicas) = (Link::new(address, Patience::default()), Replicas::default());
        let record = |seq| {
            let (head, log) = ("{b0000}:head".to_owned(), "{b0000}:log".to_owned());
            Missing { head, log, seq, event_id: u128::from(seq) }
        };
        replicas.too_few(&link, record(1), "0 of 1 replicas follow");
        // While the first is asked for again:
        replicas.too_few(&link, record(2), "0 of 1 replicas follow");
        replicas.misses_no_longer(&link, &record(1));
        assert!(matches!(&*link.health().borrow(), Health::Thin(_)) && replicas.rests());
        replicas.misses_no_longer(&link, &record(2));
        assert!(*link.health().borrow() == Health::Well && !replicas.rests());
    }

    #[test]
    fn who_is_not_in_step_or_was_not_heard_of_does_not_follow() {
        let told = "role:master\r\nconnected_slaves:3\r\n\
                    slave0:ip=h,port=1,state=online,offset=5,lag=1\r\n\
                    slave1:ip=h,port=2,state=wait_bgsave,offset=0,lag=0\r\n\
                    slave2:ip=h,port=3,state=online,offset=5,lag=9\r\nslave_read_only:1\r\n";
        assert_eq!(following(told), 1);
        assert_eq!(following("role:master\r\nconnected_slaves:0\r\n"), 0);
    }
}
