//! The list of erasures in a file of the data folder: one JSON object a line, only ever appended to. A
//! line that a crash has cut off was never answered for; it is passed over.

use super::archive::ends_whole;
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::erasures::{Erasures, ErasuresError};
use async_trait::async_trait;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Its name in the data folder.
pub const FILE: &str = "erased.jsonl";

/// The file. Instances that share a data folder share it.
pub struct ErasureFile {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    /// What this process has noted: an erasure that is tried again is not noted again.
    noted: Mutex<BTreeSet<ConversationId>>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    conversation: ConversationId,
    /// When it was asked for, for whoever reads the file.
    noted_at: Timestamp,
}

impl ErasureFile {
    /// In this data folder.
    pub fn in_folder(data: &Path, clock: Arc<dyn Clock>) -> ErasureFile {
        ErasureFile { path: data.join(FILE), clock, noted: Mutex::default() }
    }

    /// Works on the file where waiting for a disk holds nobody up.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, ErasuresError> {
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || work(&path)).await;
        done.unwrap_or_else(|gone| Err(io::Error::other(gone))).map_err(|error| ErasuresError {
            place: self.path.display().to_string(),
            reason: error.to_string(),
        })
    }
}

#[async_trait]
impl Erasures for ErasureFile {
    async fn note(&self, conversations: &[ConversationId]) -> Result<(), ErasuresError> {
        let noted_at = self.clock.now();
        let fresh: Vec<ConversationId> = {
            let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            conversations.iter().filter(|id| !noted.contains(id)).cloned().collect()
        };
        if fresh.is_empty() {
            return Ok(());
        }
        let lines = fresh.iter().map(|conversation| {
            let line = Line { conversation: conversation.clone(), noted_at };
            serde_json::to_string(&line).expect("a line is made of JSON") + "\n"
        });
        let lines: String = lines.collect();
        self.apart(move |path| append(path, &lines)).await?;
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).extend(fresh);
        Ok(())
    }

    async fn noted(&self) -> Result<BTreeSet<ConversationId>, ErasuresError> {
        self.apart(read).await
    }
}

fn append(path: &Path, lines: &str) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file =
        OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)?;
    flock(&file, FlockOperation::LockExclusive)?;
    // Begins a line of its own, whatever a crash has left before it.
    let end = if ends_whole(&mut file)? { "" } else { "\n" };
    file.write_all([end, lines].concat().as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) if is_new => File::open(folder)?.sync_all(),
        Some(_) | None => Ok(()),
    }
}

fn read(path: &Path) -> io::Result<BTreeSet<ConversationId>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let lines = text.split(|byte| *byte == b'\n');
    let noted = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    Ok(noted.map(|line| line.conversation).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::ZERO
        }
    }

    fn id(text: &str) -> ConversationId {
        ConversationId::parse(text).unwrap()
    }

    #[tokio::test]
    async fn what_was_noted_is_there_whatever_a_crash_has_cut_off_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let list = || ErasureFile::in_folder(folder.path(), Arc::new(Still));
        assert!(list().noted().await.unwrap().is_empty());
        list().note(&[]).await.unwrap();
        assert!(!folder.path().join(FILE).exists(), "nothing was noted");
        list().note(&[id("one"), id("two")]).await.unwrap();
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], b"{\"conversation\":\"thr"].concat()).unwrap();
        let same = list();
        same.note(&[id("four")]).await.unwrap();
        let lines = fs::read(&path).unwrap();
        same.note(&[id("four")]).await.unwrap();
        assert_eq!(fs::read(&path).unwrap(), lines, "once is enough");
        let noted = list().noted().await.unwrap();
        assert_eq!(noted, BTreeSet::from([id("one"), id("two"), id("four")]));
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_written_says_where_and_that_nothing_was_erased() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FILE)).unwrap();
        let list = ErasureFile::in_folder(folder.path(), Arc::new(Still));
        let told = list.note(&[id("one")]).await.unwrap_err().to_string();
        assert!(told.contains(FILE) && told.contains("nothing more was erased"), "{told}");
    }
}
