//! Opening the file: one process only, nothing damaged, nothing of another form. Whatever is wrong
//! is named together with what to do, and nothing starts.

use super::read::{self, Failure};
use super::rows::{FORM, FORM_ROW, ROWS};
use crate::domain::time::Timestamp;
use redb::{Database, DatabaseError, ReadableTable, StorageBackend, StorageError};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Why the file is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another part of this one, has it open.
    #[error(
        "{path} is in use by another process, and only one may have it open; \
         stop that one first, or give this one a data folder of its own"
    )]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// There is no file, and none is to be made.
    #[error(
        "{path} does not exist, and other files here say that there was one: name the right data folder, \
         or put the newest backup there; to begin anew, choose a folder that is empty"
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is not as it was written.
    #[error(
        "{path} is damaged and is not opened, so that nothing gets worse: {reason}; \
         keep a copy of it, then restore the newest backup in its place"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The file was written by a version of Sanad that lays it out differently.
    #[error(
        "{path} has form {found}, and this version of Sanad reads form {FORM}; \
         start the version that wrote it"
    )]
    OtherForm {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: String,
    },
    /// The system does not let us.
    #[error("{path} cannot be opened: {source}; check that the folder exists and may be written")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Opens or makes the file at `path`.
pub fn open_file(path: &Path, create: bool, cache_bytes: usize) -> Result<Database, OpenError> {
    let failed = |source| OpenError::Io { path: path.to_owned(), source };
    let is_new = !path.try_exists().map_err(failed)?;
    if is_new && !create {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let file = private_file(path, create).map_err(failed)?;
    if !create && file.metadata().map_err(failed)?.len() == 0 {
        let (path, reason) = (path.to_owned(), "it is empty".to_owned());
        return Err(OpenError::Damaged { path, reason });
    }
    let backend = redb::backends::FileBackend::new(file).map_err(|error| name(path, error))?;
    let database = open_backend(path, backend, cache_bytes)?;
    if is_new {
        sync_folder(path).map_err(failed)?;
    }
    Ok(database)
}

/// Opens what lies in `backend`, all of it checked; `path` names it in errors.
pub fn open_backend(
    path: &Path,
    backend: impl StorageBackend,
    cache_bytes: usize,
) -> Result<Database, OpenError> {
    Database::builder()
        .set_cache_size(cache_bytes)
        // Each page's checksum is verified: damage is found now and not in a conversation.
        .set_check_integrity_on_open(true)
        .create_with_backend(backend)
        .map_err(|error| name(path, error))
}

/// Checks the form of the file, or marks a new one with it. Returns the last time it has seen.
pub fn check_form(path: &Path, file: &Database) -> Result<Timestamp, OpenError> {
    let damaged = |reason: String| OpenError::Damaged { path: path.to_owned(), reason };
    let transaction = file.begin_write().map_err(|error| damaged(error.to_string()))?;
    let form = FORM.to_le_bytes();
    let last = {
        let mut rows = transaction.open_table(ROWS).map_err(|error| damaged(error.to_string()))?;
        let found = rows.get(FORM_ROW).map_err(|error| name(path, error.into()))?;
        let found = found.map(|value| value.value().to_vec());
        match found {
            Some(found) if found == form => {}
            Some(found) => {
                let found = found.try_into().map(u32::from_le_bytes);
                let found = found.map_or("unknown".to_owned(), |form| form.to_string());
                return Err(OpenError::OtherForm { path: path.to_owned(), found });
            }
            None if rows.first().map_err(|error| name(path, error.into()))?.is_some() => {
                return Err(damaged("it does not say its form".to_owned()));
            }
            None => {
                let marked = rows.insert(FORM_ROW, form.as_slice()).map(drop);
                marked.map_err(|error| name(path, error.into()))?;
            }
        }
        read::last_time(&rows).map_err(|failure| match failure {
            Failure::File(error) => name(path, error.into()),
            Failure::Refused(error) => damaged(error.to_string()),
        })?
    };
    transaction.commit().map_err(|error| match error {
        redb::CommitError::Storage(error) => name(path, error.into()),
        other => damaged(other.to_string()),
    })?;
    Ok(last)
}

/// Makes the entry of a new or renamed file as durable as the file.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Opens a file that only we may read: it holds what customers say.
pub fn private_file(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn name(path: &Path, error: DatabaseError) -> OpenError {
    let path = path.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            OpenError::Locked { path }
        }
        // What is not a file of ours at all, or ends too early, is reported as invalid data.
        DatabaseError::Storage(StorageError::Io(source)) if !is_damage(&source) => {
            OpenError::Io { path, source }
        }
        DatabaseError::UpgradeRequired(found) => {
            OpenError::OtherForm { path, found: format!("redb {found}") }
        }
        other => OpenError::Damaged { path, reason: other.to_string() },
    }
}

fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}
