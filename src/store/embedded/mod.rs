//! The store in one file beside the process: the default. Durable (an answer means that it is on
//! the disk), fast enough by writing in groups, and owned by one process.
//!
//! Readers use read transactions of the file and never wait for the writer. All writing is done by
//! one writer: a thread of its own, or, for the simulator, whoever polls ([`EmbeddedStore::stepped`]).
//! See [`rows`] for the layout and [`group`] for what happens when the disk fails.

pub mod apply;
pub mod backup;
pub mod disk;
pub mod group;
pub mod open;
pub mod read;
pub mod room;
pub mod rows;
#[cfg(test)]
mod tests;
pub mod whole;

use crate::domain::time::Timestamp;
use crate::ports::backup::{Backups, NoBackup, StoreCopy};
use crate::ports::clock::Clock;
use crate::ports::store::*;
use crate::store::doorbell::Hub;
use crate::store::stored::{self, StoreClock};
use async_trait::async_trait;
use group::{GroupLimits, Job, Reply, Shared, unavailable};
pub use open::OpenError;
use read::Failure;
use redb::{Database, ReadOnlyTable, ReadableDatabase, StorageBackend, StorageError};
use room::Room;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// How many jobs may wait for the writer before callers wait to hand theirs over.
const JOBS_MAX: usize = 4_096;
/// The most rows that are read on the caller's own thread. They are almost always in the cache; a
/// longer read goes to a thread that may be blocked.
const ROWS_INLINE_MAX: usize = 128;

/// How to open the file.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether to make the file if it is not there.
    pub create: bool,
    /// How much of the file is kept in memory.
    pub cache_bytes: usize,
    /// The most changes that go to the disk together.
    pub group_jobs_max: usize,
    /// For how long a group takes in changes.
    pub group_span_max: Duration,
    /// Whether to record with each commit what a restart after a crash needs. Writing is slower,
    /// but the restart does not have to work it out.
    pub quick_repair: bool,
    /// Bytes of the disk that are never used: with less than this free, nothing is written.
    pub reserve_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            create: false,
            cache_bytes: 256 << 20,
            group_jobs_max: 128,
            group_span_max: Duration::from_millis(5),
            quick_repair: false,
            reserve_bytes: 64 << 20,
        }
    }
}

/// Keeps everything in one file.
pub struct EmbeddedStore {
    shared: Arc<Shared>,
    writer: Writer,
    /// Where the file is.
    path: PathBuf,
    /// Held while a backup is made and carried away.
    copying: Arc<tokio::sync::Mutex<()>>,
}

enum Writer {
    /// A thread that takes jobs; it ends when the sender is gone.
    Thread { jobs: Option<mpsc::Sender<Job>>, thread: Option<JoinHandle<()>> },
    /// Whoever polls; the lock makes one group out of each job.
    Inline(Mutex<()>),
}

impl EmbeddedStore {
    /// Opens the file at `path` and starts the writer's thread. Reads the whole file once to find
    /// damage.
    pub fn open(
        path: impl Into<PathBuf>,
        options: &Options,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let path = path.into();
        let room = Room::beside(&path, options.reserve_bytes);
        Self::open_in(path, room, options, clock)
    }

    fn open_in(
        path: PathBuf,
        room: Room,
        options: &Options,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let file = open::open_file(&path, options.create, options.cache_bytes)?;
        let shared = share(&path, file, room, clock)?;
        let (jobs, receiver) = mpsc::channel(JOBS_MAX);
        let limits = GroupLimits {
            jobs_max: options.group_jobs_max,
            span_max: options.group_span_max,
            quick_repair: options.quick_repair,
        };
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn({
            let shared = shared.clone();
            move || group::serve(&shared, receiver, limits)
        });
        let thread = thread.map_err(|source| OpenError::Io { path: path.clone(), source })?;
        let writer = Writer::Thread { jobs: Some(jobs), thread: Some(thread) };
        Ok(EmbeddedStore { shared, writer, path, copying: Arc::default() })
    }

    /// A store without a thread: each change is a group of its own and is done when the commit is
    /// polled. For the simulator, which owns `backend` (see [`disk::Disk`]) and `clock`.
    pub fn stepped(backend: impl StorageBackend, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path = PathBuf::from("the simulated disk");
        let file = open::open_backend(&path, backend, 16 << 20)?;
        let shared = share(&path, file, Room::endless(), clock)?;
        let writer = Writer::Inline(Mutex::new(()));
        Ok(EmbeddedStore { shared, writer, path, copying: Arc::default() })
    }

    /// Whether the file has failed. Then every call answers [`StoreError::Unavailable`], for good:
    /// the process should say so and end, and only a new one may try the file again.
    pub fn is_dead(&self) -> bool {
        self.shared.death.borrow().is_some()
    }

    /// Tells when and why the store dies; `None` while it lives.
    pub fn death(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.shared.death.subscribe()
    }

    /// Reads `rows` things at one moment.
    async fn read<T: Send + 'static>(
        &self,
        rows: usize,
        read: impl FnOnce(&Table, &Shared) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.writer {
            Writer::Thread { .. } if rows > ROWS_INLINE_MAX => {
                let shared = self.shared.clone();
                let reading = tokio::task::spawn_blocking(move || read_now(&shared, read));
                reading.await.unwrap_or_else(|gone| Err(unavailable(false, &gone.to_string())))
            }
            Writer::Thread { .. } | Writer::Inline(_) => read_now(&self.shared, read),
        }
    }

    async fn write<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        self.shared.check_alive()?;
        let (reply, answer) = oneshot::channel();
        let job = job(reply);
        match &self.writer {
            Writer::Thread { jobs, .. } => {
                let jobs = jobs.as_ref().expect("it is taken only when the store is dropped");
                if jobs.send(job).await.is_err() {
                    return Err(self.gone(false));
                }
            }
            Writer::Inline(turn) => {
                let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
                let mut job = Some(job);
                group::group(&self.shared, false, |_| job.take());
            }
        }
        answer.await.unwrap_or_else(|_| Err(self.gone(true)))
    }

    /// What to say when the writer gives no answer.
    fn gone(&self, maybe_applied: bool) -> StoreError {
        let death = self.shared.death.borrow();
        unavailable(maybe_applied, death.as_deref().unwrap_or("the writer has ended"))
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        if let Writer::Thread { jobs, thread } = &mut self.writer {
            drop(jobs.take());
            // The writer finishes what it was given, so that the file is closed when we are gone.
            // If it has panicked, it has said so.
            if let Some(Err(_)) = thread.take().map(JoinHandle::join) {
                self.shared.die("the writer has panicked");
            }
        }
    }
}

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

fn share(
    path: &Path,
    file: Database,
    room: Room,
    clock: Arc<dyn Clock>,
) -> Result<Arc<Shared>, OpenError> {
    let last_seen = open::check_form(path, &file)?;
    Ok(Arc::new(Shared {
        file,
        room,
        clock: StoreClock::new(clock, last_seen),
        hub: Hub::new(),
        death: watch::Sender::new(None),
    }))
}

fn read_now<T>(
    shared: &Shared,
    read: impl FnOnce(&Table, &Shared) -> Result<T, Failure>,
) -> Result<T, StoreError> {
    shared.check_alive()?;
    let begun = shared.file.begin_read().map_err(|error| error.to_string());
    let opened = begun.and_then(|transaction| {
        transaction.open_table(rows::ROWS).map_err(|error| error.to_string())
    });
    let table = opened.map_err(|error| unavailable(false, &error))?;
    read(&table, shared).map_err(|failure| match failure {
        Failure::Refused(error) => error,
        Failure::File(StorageError::Corrupted(reason)) => {
            StoreError::Damaged { what: "the file".to_owned(), reason }
        }
        Failure::File(error) => unavailable(false, &error.to_string()),
    })
}

#[async_trait]
impl Backups for EmbeddedStore {
    async fn copy(&self) -> Result<StoreCopy, NoBackup> {
        let alone = self.copying.clone().try_lock_owned().map_err(|_| NoBackup::Busy)?;
        let failed = |error: &dyn std::fmt::Display| NoBackup::Failed(error.to_string());
        self.shared.check_alive().map_err(|error| failed(&error))?;
        let size = std::fs::metadata(&self.path).map_err(|error| failed(&error))?.len();
        if let Some((needed, free)) = self.shared.room.lacks(size) {
            return Err(NoBackup::NoRoom { needed, free });
        }
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            Some(_) | None => PathBuf::from("."),
        };
        let shared = self.shared.clone();
        // Before the copy begins: what is acknowledged by now, it has.
        let taken_at = shared.clock.now();
        // Whoever asked may go away meanwhile; the copying goes on to its end, alone.
        let copying = move || (backup::copy(&shared.file, &folder), alone);
        let copied = tokio::task::spawn_blocking(copying).await.map_err(|gone| failed(&gone))?;
        let (copied, alone) = copied;
        let (file, rows) = copied.map_err(|error| failed(&error))?;
        let bytes = file.metadata().map_err(|error| failed(&error))?.len();
        Ok(StoreCopy { file, bytes, rows, taken_at, alone: Box::new(alone) })
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        stored::check_load_size(slot, keys.len(), scores.len())?;
        read_now(&self.shared, |rows, shared| {
            // After the read began, so that no change that is seen is later than this.
            let at = shared.clock.now();
            let observed = |key: &EntityKey| {
                let stored = read::entity(rows, slot, key)?;
                Ok((key.clone(), stored::Stored::observed(stored.as_ref())))
            };
            let score = |(index, member): &(Index, String)| {
                Ok(((*index, member.clone()), read::score(rows, slot, *index, member)?))
            };
            let entities = keys.iter().map(observed).collect::<Result<_, Failure>>()?;
            let scores = scores.iter().map(score).collect::<Result<_, Failure>>()?;
            Ok(Snapshot::new(slot.clone(), at, entities, scores))
        })
    }

    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError> {
        stored::check_size(&change)?;
        self.write(|reply| Job::Commit { change, reply }).await
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        let (slot, log) = (slot.clone(), log.clone());
        self.read(limit, move |rows, _| read::log_page(rows, &slot, &log, after, limit)).await
    }

    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let slot = slot.clone();
        self.read(limit, move |rows, _| read::range(rows, &slot, index, after, up_to, limit)).await
    }

    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        // Most often nothing is due: then the writer need not be asked.
        let now: Timestamp = self.shared.clock.now();
        if read_now(&self.shared, |rows, _| read::due(rows, slot, limit.min(1), now))?.is_empty() {
            return Ok(Vec::new());
        }
        let slot = slot.clone();
        self.write(|reply| Job::Claim { slot, limit, visibility, reply }).await
    }

    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError> {
        read_now(&self.shared, |rows, _| slots.iter().map(|slot| read::rings(rows, slot)).collect())
    }

    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError> {
        read_now(&self.shared, |rows, _| read::counter(rows, slot, counter))
    }

    async fn pass(&self, slot: &Slot, topic: &str) -> Result<(), StoreError> {
        self.shared.hub.pass(slot, topic);
        Ok(())
    }

    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError> {
        self.shared.check_alive()?;
        Ok(self.shared.hub.listen())
    }
}
