//! Whether what was said has reached the replicas: only then may it be called durable where another
//! server can take over (`?replicas=N`). And whether it is flushed to the append-only file, of the
//! server and of these replicas, where the server flushes at its own pace (`?aof=wait`).
//!
//! The record is looked up and `WAIT` or `WAITAOF` is sent behind it over the same connection, so
//! both concern the same server: whoever took over meanwhile without the record says so by not
//! having it. `WAIT` holds up a connection, so these are connections of their own. From Redis 7.2 on
//! both wait for what their own connection has written; so the look leaves a trace (`held.lua`).

use super::link::Link;
use super::scripts::{Call, Script};
use super::wires::{self, Wire};
use redis::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

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
    lanes: [tokio::sync::Mutex<Option<Wire>>; LANES],
    next: AtomicUsize,
    /// Too few had it a moment ago: nobody waits for them before this.
    rest_until: Mutex<Option<Instant>>,
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
        let found = asked.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        match found {
            Ok(()) => {
                self.rest(None);
                link.replicas_are(None);
                true
            }
            Err(reason) => {
                self.rest(Some(Instant::now() + patience.breaker));
                link.replicas_are(Some(&reason));
                false
            }
        }
    }

    fn rests(&self) -> bool {
        let rest_until = self.rest_until.lock().unwrap_or_else(PoisonError::into_inner);
        rest_until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, until: Option<Instant>) {
        *self.rest_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    async fn ask(&self, link: &Link, record: &Record<'_>) -> Result<(), String> {
        let lane = self.next.fetch_add(1, Ordering::Relaxed) % LANES;
        let mut held = self.lanes[lane].lock().await;
        let mut wire = match held.take() {
            Some(wire) => wire,
            None => wires::connect(link.address(), link.spans())
                .await
                .map_err(|error| error.to_string())?,
        };
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
        let told = wire.send_all(&both, record.log).await.map_err(|error| error.to_string())?;
        let [found, reached] = told.as_slice() else {
            return Err("the servers answer only in part".to_owned());
        };
        if *found != Value::Int(1) {
            return Err("another server took over without what was said last".to_owned());
        }
        has_reached(reached, wanted)?;
        // Only a connection that has just led to the right server is worth keeping.
        *held = Some(wire);
        Ok(())
    }
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
        return Err(format!("{replicas} of {wanted} replicas follow"));
    }
    Ok(())
}
