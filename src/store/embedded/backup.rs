//! A copy of the file while it is in use: everything one read transaction sees, written to a new
//! file, complete under its name or not there at all. The copy is a store's file like any other.

use super::open;
use super::rows::ROWS;
use redb::{Database, ReadableDatabase, ReadableTable};
use std::path::{Path, PathBuf};

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The copy.
    pub path: PathBuf,
    /// How many rows it has.
    pub rows: u64,
    /// How large it is.
    pub bytes: u64,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Nothing is ever written over.
    #[error("{0} exists already; name a file that does not, or move this one away")]
    Exists(PathBuf),
    /// The copy could not be written.
    #[error("the backup to {path} failed and was removed: {reason}")]
    Failed {
        /// Where it should have gone.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// The process is ending.
    #[error("the backup was interrupted: {0}")]
    Interrupted(String),
}

/// Copies `file` as it is now to `path`. The read transaction keeps old pages of the file alive
/// until the copy is done, so that the file may grow meanwhile.
pub fn copy(file: &Database, path: &Path) -> Result<Backup, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists(path.to_owned()));
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let copied = copy_rows(file, &part).and_then(|rows| {
        std::fs::rename(&part, path)?;
        open::sync_folder(path)?;
        let bytes = std::fs::metadata(path)?.len();
        Ok(Backup { path: path.to_owned(), rows, bytes })
    });
    copied.map_err(|error| {
        // What cannot be removed lies there under a name that nobody takes for a backup.
        let _ = std::fs::remove_file(&part);
        BackupError::Failed { path: path.to_owned(), reason: error.to_string() }
    })
}

fn copy_rows(file: &Database, part: &Path) -> Result<u64, Box<dyn std::error::Error>> {
    // Left over from a backup that was interrupted.
    if part.exists() {
        std::fs::remove_file(part)?;
    }
    let source = file.begin_read()?.open_table(ROWS)?;
    let backend = redb::backends::FileBackend::new(open::private_file(part, true)?)?;
    let target = Database::builder().set_cache_size(16 << 20).create_with_backend(backend)?;
    let writing = target.begin_write()?;
    let mut count = 0;
    {
        let mut copy = writing.open_table(ROWS)?;
        for row in source.iter()? {
            let (key, value) = row?;
            copy.insert(key.value(), value.value())?;
            count += 1;
        }
    }
    writing.commit()?;
    target.close()?;
    Ok(count)
}
