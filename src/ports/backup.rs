//! The backup port: a copy of all that a store has, taken while the store goes on working.

use crate::domain::time::Timestamp;
use async_trait::async_trait;
use std::any::Any;
use std::fs::File;

/// Makes copies of a store.
#[async_trait]
pub trait Backups: Send + Sync {
    /// Copies everything as it is now. Seconds or minutes may pass, as there is much to copy.
    async fn copy(&self) -> Result<StoreCopy, NoBackup>;
}

/// All that a store had at one moment. Gone from the disk when it is dropped, or when the process dies.
pub struct StoreCopy {
    /// The copy, to be read from its beginning.
    pub file: File,
    /// How large it is.
    pub bytes: u64,
    /// How many rows it has.
    pub rows: u64,
    /// Everything acknowledged before this is in it.
    pub taken_at: Timestamp,
    /// What keeps others from copying meanwhile.
    pub alone: Box<dyn Any + Send>,
}

/// Why there is no backup. Nothing is left of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBackup {
    /// What is stored is not this process's to copy.
    #[error("{0}")]
    NotHere(&'static str),
    /// One at a time.
    #[error("a backup is being made already")]
    Busy,
    /// The disk has no room for a copy.
    #[error(
        "a backup needs {} MB for a while on the disk of the data folder, and {} MB are free; make room, \
         and ask again", needed >> 20, free >> 20
    )]
    NoRoom {
        /// Bytes: the copy, and what is kept in reserve.
        needed: u64,
        /// Bytes.
        free: u64,
    },
    /// The copy could not be written or read.
    #[error("the copy failed: {0}")]
    Failed(String),
}

/// A store that somebody else has to copy.
pub struct NotHere(pub &'static str);

#[async_trait]
impl Backups for NotHere {
    async fn copy(&self) -> Result<StoreCopy, NoBackup> {
        Err(NoBackup::NotHere(self.0))
    }
}
