//! A disk to break: bytes in memory that behave as a file does when power fails. What was synced
//! stays; of what was not, any part may be there or not, sector by sector. For the simulator and
//! the tests of the embedded store.

use redb::StorageBackend;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a disk writes in one piece.
const SECTOR: usize = 512;

/// A disk. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    /// What a reader sees.
    seen: Vec<u8>,
    /// What is certain to be there after a power failure.
    synced: Vec<u8>,
    /// What has happened since the last sync, in order.
    since: Vec<Change>,
    /// Rises with each power failure: who used the disk before it is gone.
    life: u64,
    /// How many more writes and syncs succeed; `None` if all do.
    left: Option<u64>,
    /// How many writes and syncs there were.
    operations: u64,
}

#[derive(Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Disk {
    /// An empty disk.
    pub fn new() -> Self {
        Disk::default()
    }

    /// The disk as the store uses it, until the next power failure.
    pub fn plug(&self) -> Plug {
        Plug { disk: self.clone(), life: self.platter().life }
    }

    /// Lets `operations` more writes and syncs succeed and every later one fail.
    pub fn fail_after(&self, operations: u64) {
        self.platter().left = Some(operations);
    }

    /// How many writes and syncs there were.
    pub fn operations(&self) -> u64 {
        self.platter().operations
    }

    /// The power fails and returns. For each sector that was written and not synced `survives`
    /// says whether it is there. All failures are over, and every [`Plug`] is dead.
    pub fn lose_power(&self, mut survives: impl FnMut() -> bool) {
        let platter = &mut *self.platter();
        for change in platter.since.drain(..) {
            match change {
                Change::Write { at, bytes } => {
                    for (number, sector) in bytes.chunks(SECTOR).enumerate() {
                        if survives() {
                            write(&mut platter.synced, at + number * SECTOR, sector);
                        }
                    }
                }
                Change::Length(length) => {
                    if survives() {
                        platter.synced.resize(length, 0);
                    }
                }
            }
        }
        platter.seen = platter.synced.clone();
        platter.life += 1;
        platter.left = None;
    }

    /// Flips the bits of `mask` in the byte at `place`, as age or a cosmic ray does.
    pub fn flip(&self, place: usize, mask: u8) {
        let platter = &mut *self.platter();
        platter.seen[place] ^= mask;
        platter.synced[place] ^= mask;
    }

    /// Another disk with the same content, all of it synced.
    pub fn copy(&self) -> Disk {
        let seen = self.platter().seen.clone();
        let synced = seen.clone();
        Disk(Arc::new(Mutex::new(Platter { seen, synced, ..Platter::default() })))
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        self.platter().seen.len()
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}

/// A [`Disk`] between two power failures.
#[derive(Debug)]
pub struct Plug {
    disk: Disk,
    life: u64,
}

impl Plug {
    fn platter(&self) -> io::Result<MutexGuard<'_, Platter>> {
        let platter = self.disk.platter();
        if platter.life != self.life {
            return Err(io::Error::other("the power has failed since"));
        }
        Ok(platter)
    }

    /// For everything that changes the disk.
    fn operate(&self) -> io::Result<MutexGuard<'_, Platter>> {
        let mut platter = self.platter()?;
        match &mut platter.left {
            Some(0) => return Err(io::Error::other("the disk fails")),
            Some(left) => *left -= 1,
            None => {}
        }
        platter.operations += 1;
        Ok(platter)
    }
}

impl StorageBackend for Plug {
    fn len(&self) -> io::Result<u64> {
        Ok(self.platter()?.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platter = self.platter()?;
        let from = offset as usize;
        let found = platter.seen.get(from..from + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut platter = self.operate()?;
        platter.seen.resize(len as usize, 0);
        platter.since.push(Change::Length(len as usize));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let platter = &mut *self.operate()?;
        for change in platter.since.drain(..) {
            match change {
                Change::Write { at, bytes } => write(&mut platter.synced, at, &bytes),
                Change::Length(length) => platter.synced.resize(length, 0),
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut platter = self.operate()?;
        write(&mut platter.seen, offset as usize, data);
        platter.since.push(Change::Write { at: offset as usize, bytes: data.to_vec() });
        Ok(())
    }
}
