//! Whether what was said has reached the replicas: only then may it be called durable where another
//! server can take over (`?replicas=N`).
//!
//! The record is looked up and `WAIT` is sent behind it over the same connection, so both concern
//! the same server: whoever took over meanwhile without the record says so by not having it. `WAIT`
//! holds up a connection, so these are connections of their own.

use super::link::Link;
use super::wires::{self, Wire};
use redis::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::time::{Instant, timeout};

/// So many answers wait for replicas at once; more wait for each other.
const LANES: usize = 8;

/// Asks whether replicas have what was written.
#[derive(Default)]
pub struct Replicas {
    lanes: [tokio::sync::Mutex<Option<Wire>>; LANES],
    next: AtomicUsize,
    /// Too few had it a moment ago: nobody waits for them before this.
    rest_until: Mutex<Option<Instant>>,
}

impl Replicas {
    /// Whether as many replicas as the address asks for have this record. When that is not known
    /// in time it is not so; that costs the answer its claim, not the caller their answer.
    pub async fn have(&self, link: &Link, log: &str, seq: u64, event_id: u128) -> bool {
        let wanted = link.address().replicas;
        if wanted == 0 {
            return true;
        }
        if self.rests() {
            return false;
        }
        let patience = link.patience();
        // Making a connection and standing in line count too.
        let asked = timeout(patience.attempt, self.ask(link, log, seq, event_id)).await;
        let found = asked.unwrap_or_else(|_| Err("replicas do not answer in time".to_owned()));
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

    async fn ask(&self, link: &Link, log: &str, seq: u64, event_id: u128) -> Result<(), String> {
        let lane = self.next.fetch_add(1, Ordering::Relaxed) % LANES;
        let mut held = self.lanes[lane].lock().await;
        let mut wire = match held.take() {
            Some(wire) => wire,
            None => wires::connect(link.address(), link.spans())
                .await
                .map_err(|error| error.to_string())?,
        };
        let (wanted, id) = (link.address().replicas, format!("{seq}-0"));
        let mut both = redis::pipe();
        both.cmd("XRANGE").arg(log).arg(&id).arg(&id);
        both.cmd("WAIT").arg(wanted).arg(link.patience().replicas.as_millis() as u64);
        let told = wire.send_all(&both, log).await.map_err(|error| error.to_string())?;
        let [record, reached] = told.as_slice() else {
            return Err("the servers answer only in part".to_owned());
        };
        if !is_it(record, event_id) {
            return Err("another server took over without what was said last".to_owned());
        }
        match reached {
            Value::Int(reached) if *reached >= i64::from(wanted) => {
                // Only a connection that has just led to the right server is worth keeping.
                *held = Some(wire);
                Ok(())
            }
            Value::Int(reached) => Err(format!("{reached} of {wanted} replicas follow")),
            other => Err(format!("WAIT is answered with {other:?}")),
        }
    }
}

/// Whether what XRANGE found is this very record.
fn is_it(found: &Value, event_id: u128) -> bool {
    let Value::Array(entries) = found else { return false };
    entries.first().and_then(super::decode::record).is_some_and(|found| found.event_id == event_id)
}
