//! Group commit: many changes, one wait for the disk. A change is answered only after the group it
//! went with is on the disk. The first failure of the file ends all writing: after a failed fsync
//! nobody knows what the disk holds, and trying again would only seem to succeed.

use super::apply;
use super::read::Failure;
use super::room::Room;
use super::rows::{LAST_ROW, ROWS};
use crate::domain::time::Timestamp;
use crate::ports::store::*;
use crate::store::doorbell::Hub;
use crate::store::stored::StoreClock;
use redb::{Database, StorageError, WriteTransaction};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// What the writer and the readers share.
pub struct Shared {
    /// The file.
    pub file: Database,
    /// Room on its disk.
    pub room: Room,
    /// The store's time.
    pub clock: StoreClock,
    /// Who listens.
    pub hub: Hub,
    /// Why the store is dead, once it is.
    pub death: watch::Sender<Option<Arc<str>>>,
}

impl Shared {
    /// Refuses every call once the store is dead.
    pub fn check_alive(&self) -> Result<(), StoreError> {
        match &*self.death.borrow() {
            None => Ok(()),
            Some(reason) => Err(unavailable(false, reason)),
        }
    }

    /// The store is dead from now on; the first reason stays.
    pub fn die(&self, reason: &str) {
        self.death.send_if_modified(|death| {
            let first = death.is_none();
            if first {
                *death = Some(reason.into());
            }
            first
        });
    }
}

/// The store does not answer.
pub fn unavailable(maybe_applied: bool, reason: &str) -> StoreError {
    StoreError::Unavailable { maybe_applied, why: Why::Away, reason: reason.to_owned() }
}

/// Where the answer to a job goes. Whoever asked may have gone away; that is no concern of ours.
pub type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something to write.
pub enum Job {
    /// See [`Store::commit`].
    Commit {
        /// The change.
        change: Transaction,
        /// Who waits.
        reply: Reply<Committed>,
    },
    /// See [`Store::claim_due`].
    Claim {
        /// Whose due entries.
        slot: Slot,
        /// At most how many.
        limit: usize,
        /// Hidden for how long.
        visibility: Duration,
        /// Who waits.
        reply: Reply<Vec<Claimed>>,
    },
}

/// How large a group may become.
#[derive(Debug, Clone, Copy)]
pub struct GroupLimits {
    /// At most so many jobs in one group.
    pub jobs_max: usize,
    /// No job is added after so long; the disk's own time comes on top.
    pub span_max: Duration,
    /// Whether each commit also records what a restart after a crash needs, so that it need not
    /// read the whole file.
    pub quick_repair: bool,
}

/// Serves jobs in groups until nobody can send one any more, or the store is dead. Runs on the
/// writer's thread.
pub fn serve(shared: &Shared, mut jobs: mpsc::Receiver<Job>, limits: GroupLimits) {
    // A panic in the file's library must not leave a store that seems to live.
    let _last_words = LastWords(shared);
    while let Some(first) = jobs.blocking_recv() {
        // Measures how long the group has been open; no decision about data depends on it.
        #[allow(clippy::disallowed_methods)]
        let begun = Instant::now();
        let mut first = Some(first);
        let next = |count: usize| {
            first.take().or_else(|| {
                let full = count >= limits.jobs_max || begun.elapsed() >= limits.span_max;
                if full { None } else { jobs.try_recv().ok() }
            })
        };
        if !group(shared, limits.quick_repair, next) {
            return;
        }
    }
}

struct LastWords<'s>(&'s Shared);

impl Drop for LastWords<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.die("the writer has panicked");
        }
    }
}

/// Does the jobs that `next` hands out (told how many there are already) as one group, and answers
/// them. Returns false if the file has failed: then the store is dead and the jobs' replies are
/// dropped, which tells those who wait that their change may or may not have been made.
pub fn group(
    shared: &Shared,
    quick_repair: bool,
    mut next: impl FnMut(usize) -> Option<Job>,
) -> bool {
    let mut done = Vec::new();
    let result = begin(shared, quick_repair).and_then(|transaction| {
        if fill(shared, &transaction, &mut next, &mut done)? {
            commit(transaction)
        } else {
            // Nothing was written: nothing needs the disk.
            transaction.abort()
        }
    });
    if let Err(error) = &result {
        shared.die(&format!("the file failed and is not written any more: {error}"));
        return false;
    }
    // The refused are told now too, not before: what they lost to can be read only now.
    done.into_iter().for_each(|job| job.tell(&shared.hub));
    true
}

/// A job that was done in the table, or refused, and waits for the disk.
enum Done {
    Commit { change: Transaction, result: Result<Committed, StoreError>, reply: Reply<Committed> },
    Claim { result: Result<Vec<Claimed>, StoreError>, reply: Reply<Vec<Claimed>> },
}

impl Done {
    fn refused(job: Job, why: StoreError) -> Done {
        match job {
            Job::Commit { change, reply } => Done::Commit { change, result: Err(why), reply },
            Job::Claim { reply, .. } => Done::Claim { result: Err(why), reply },
        }
    }

    fn has_written(&self) -> bool {
        match self {
            Done::Commit { result, .. } => result.is_ok(),
            Done::Claim { result, .. } => result.as_ref().is_ok_and(|claimed| !claimed.is_empty()),
        }
    }

    fn tell(self, hub: &Hub) {
        match self {
            Done::Commit { change, result, reply } => {
                if let Ok(receipt) = &result {
                    hub.ring(change.slot(), receipt.counter, change.topics());
                }
                _ = reply.send(result);
            }
            Done::Claim { result, reply } => _ = reply.send(result),
        }
    }
}

fn begin(shared: &Shared, quick_repair: bool) -> Result<WriteTransaction, StorageError> {
    let begun = shared.file.begin_write();
    let mut transaction = begun.map_err(|error| match error {
        redb::TransactionError::Storage(error) => error,
        other => StorageError::Corrupted(other.to_string()),
    })?;
    transaction.set_quick_repair(quick_repair);
    Ok(transaction)
}

fn commit(transaction: WriteTransaction) -> Result<(), StorageError> {
    transaction.commit().map_err(|error| match error {
        redb::CommitError::Storage(error) => error,
        other => StorageError::Corrupted(other.to_string()),
    })
}

/// Does jobs in the table. Returns whether there is anything to commit.
fn fill(
    shared: &Shared,
    transaction: &WriteTransaction,
    next: &mut impl FnMut(usize) -> Option<Job>,
    done: &mut Vec<Done>,
) -> Result<bool, StorageError> {
    let opened = transaction.open_table(ROWS);
    let mut rows = opened.map_err(|error| StorageError::Corrupted(error.to_string()))?;
    let shortage = shared.room.shortage().map(|reason| unavailable(false, &reason));
    let mut written = None;
    while let Some(job) = next(done.len()) {
        let now = shared.clock.now();
        let job = match &shortage {
            None => apply(&mut rows, job, now)?,
            Some(shortage) => Done::refused(job, shortage.clone()),
        };
        if job.has_written() {
            written = Some(now);
        }
        done.push(job);
    }
    let Some(now) = written else {
        return Ok(false);
    };
    rows.insert(LAST_ROW, now.as_millis().to_le_bytes().as_slice())?;
    Ok(true)
}

fn apply(rows: &mut apply::Rows<'_>, job: Job, now: Timestamp) -> Result<Done, StorageError> {
    Ok(match job {
        Job::Commit { change, reply } => {
            let result = settle(apply::commit(rows, &change, now))?;
            let result = result.map(|counter| Committed { at: now, counter });
            Done::Commit { change, result, reply }
        }
        Job::Claim { slot, limit, visibility, reply } => {
            let result = settle(apply::claim(rows, &slot, limit, visibility, now))?;
            Done::Claim { result, reply }
        }
    })
}

/// Parts what concerns one job from what concerns the whole group.
fn settle<T>(result: Result<T, Failure>) -> Result<Result<T, StoreError>, StorageError> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Refused(error)) => Ok(Err(error)),
        Err(Failure::File(error)) => Err(error),
    }
}
