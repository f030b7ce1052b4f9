//! The archive in a folder: one file a day, one JSON object a line, one line a conversation. A line
//! that a crash has cut off is left as it is and ends before the next one begins; readers pass it
//! over, because its conversation was still in the store and was written again.

use crate::ports::archive::{Archive, ArchiveError, Archived, Owned, Whose};
use async_trait::async_trait;
use rustix::fs::{FlockOperation, flock};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a folder.
pub struct FolderArchive {
    folder: PathBuf,
    /// One at a time in this process; a lock on a file keeps other processes apart.
    writing: Arc<Mutex<()>>,
}

impl FolderArchive {
    /// In `folder`, which is made if it is not there.
    pub fn new(folder: impl Into<PathBuf>) -> FolderArchive {
        FolderArchive { folder: folder.into(), writing: Arc::default() }
    }
}

impl FolderArchive {
    /// Works on the files, alone in this process, where waiting for a disk holds nobody up.
    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let (folder, writing) = (self.folder.clone(), Arc::clone(&self.writing));
        let done = tokio::task::spawn_blocking(move || {
            let _alone = writing.lock().unwrap_or_else(PoisonError::into_inner);
            work(&folder)
        });
        match done.await {
            Ok(done) => done.map_err(|error| error.to_string()),
            Err(gone) => Err(gone.to_string()),
        }
    }

    fn not_searched(&self, reason: String) -> ArchiveError {
        ArchiveError::NotSearched { place: self.folder.display().to_string(), reason }
    }
}

#[async_trait]
impl Archive for FolderArchive {
    async fn keep(&self, rows: &[Archived]) -> Result<(), ArchiveError> {
        let mut days: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for row in rows {
            let lines = days.entry(day(row)).or_default();
            serde_json::to_writer(&mut *lines, row).expect("rows are made of JSON");
            lines.push(b'\n');
        }
        let written = self.alone(move |folder| {
            fs::create_dir_all(folder)?;
            let _locked = locked(folder)?;
            days.iter().try_for_each(|(day, lines)| append(folder, day, lines))
        });
        let place = || self.folder.display().to_string();
        written.await.map_err(|reason| ArchiveError::NotWritten { place: place(), reason })
    }

    async fn find(&self, whose: &Whose) -> Result<Vec<Archived>, ArchiveError> {
        let whose = whose.clone();
        let found = self.alone(move |folder| match folder.exists() {
            true => Ok(read_those(folder, |owned| whose.covers(owned))?.rows),
            false => Ok(Vec::new()),
        });
        found.await.map_err(|reason| self.not_searched(reason))
    }

    async fn forget(&self, whose: &Whose) -> Result<BTreeSet<String>, ArchiveError> {
        let whose = whose.clone();
        let forgotten = self.alone(move |folder| match folder.exists() {
            true => forgotten(folder, &whose),
            false => Ok(BTreeSet::new()),
        });
        forgotten.await.map_err(|reason| self.not_searched(reason))
    }
}

/// Keeps other processes out that share the folder, until it is dropped: a line that is appended
/// while a file is written anew would be lost.
fn locked(folder: &Path) -> io::Result<File> {
    let path = folder.join(".lock");
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

/// The day of a row, in UTC.
fn day(row: &Archived) -> String {
    let at = jiff::Timestamp::from_millisecond(row.archived_at.as_millis()).unwrap_or_default();
    at.strftime("%Y-%m-%d").to_string()
}

/// Appends whole lines and returns when they are on the disk.
fn append(folder: &Path, day: &str, lines: &[u8]) -> io::Result<()> {
    let path = folder.join(format!("conversations-{day}.jsonl"));
    let is_new = !path.exists();
    // What customers wrote is nobody else's to read.
    let mut file =
        OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&path)?;
    let mut text = Vec::with_capacity(lines.len() + 1);
    if !ends_whole(&mut file)? {
        text.push(b'\n');
    }
    text.extend(lines);
    file.write_all(&text)?;
    file.sync_all()?;
    if is_new {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Whether the last line is complete.
pub(super) fn ends_whole(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// What an archive holds: of each life of each conversation the row with the most events.
#[derive(Debug, Default)]
pub struct Contents {
    /// The rows, by conversation and time.
    pub rows: Vec<Archived>,
    /// Rows that were there more than once.
    pub doubles: u64,
    /// Lines that were cut off.
    pub torn: u64,
}

/// Reads an archive; `only` one conversation if that is given.
pub fn read(folder: &Path, only: Option<&str>) -> io::Result<Contents> {
    read_those(folder, |owned| only.is_none_or(|only| only == owned.conversation))
}

/// Reads the rows that are wanted.
fn read_those(folder: &Path, wanted: impl Fn(&Owned) -> bool) -> io::Result<Contents> {
    let mut contents = Contents::default();
    let mut newest: BTreeMap<(String, String), Archived> = BTreeMap::new();
    for path in files(folder, "jsonl")? {
        for line in BufReader::new(File::open(path)?).split(b'\n') {
            let line = line?;
            if line.is_empty() {
                continue;
            }
            let Ok(owned) = serde_json::from_slice::<Owned>(&line) else {
                contents.torn += 1;
                continue;
            };
            if !wanted(&owned) {
                continue;
            }
            let Ok(row) = serde_json::from_slice::<Archived>(&line) else {
                contents.torn += 1;
                continue;
            };
            let key = (row.conversation.clone(), row.generation.clone());
            if let Some(known) = newest.get(&key) {
                contents.doubles += 1;
                if known.head >= row.head {
                    continue;
                }
            }
            newest.insert(key, row);
        }
    }
    contents.rows = newest.into_values().collect();
    contents.rows.sort_by(|one, other| {
        let key = |row: &Archived| (row.conversation.clone(), row.archived_at);
        key(one).cmp(&key(other))
    });
    Ok(contents)
}

/// The files that end so, by name.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    Ok(files)
}

/// What a file is called while it is written anew.
const UNFINISHED: &str = "unfinished";

/// Writes the files anew that hold rows of theirs.
fn forgotten(folder: &Path, whose: &Whose) -> io::Result<BTreeSet<String>> {
    let _locked = locked(folder)?;
    // What a crash has left behind may hold what was erased since.
    for path in files(folder, UNFINISHED)? {
        fs::remove_file(path)?;
    }
    let mut gone = BTreeSet::new();
    for path in files(folder, "jsonl")? {
        write_anew(&path, whose, &mut gone)?;
    }
    File::open(folder)?.sync_all()?;
    Ok(gone)
}

/// One file without their rows. It takes the place of the old one when it is whole and on the disk.
fn write_anew(path: &Path, whose: &Whose, gone: &mut BTreeSet<String>) -> io::Result<()> {
    let unfinished = path.with_extension(UNFINISHED);
    let mut new = OpenOptions::new();
    new.create(true).write(true).truncate(true).mode(0o600);
    let mut out = BufWriter::new(new.open(&unfinished)?);
    let (mut kept, mut left_out) = (0_u64, 0_u64);
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let line = line?;
        let is_theirs = match serde_json::from_slice::<Owned>(&line) {
            Ok(owned) if whose.covers(&owned) => {
                gone.insert(owned.conversation);
                true
            }
            Ok(_) => false,
            Err(_) => whose.is_named_in(&String::from_utf8_lossy(&line)),
        };
        if is_theirs {
            left_out += 1;
            continue;
        }
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        kept += u64::from(!line.is_empty());
    }
    out.into_inner()?.sync_all()?;
    match (left_out, kept) {
        (0, _) => fs::remove_file(unfinished),
        (_, 0) => fs::remove_file(path).and_then(|()| fs::remove_file(unfinished)),
        (_, _) => fs::rename(unfinished, path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CustomerId;
    use crate::domain::time::Timestamp;
    use serde_json::Value;
    use std::os::unix::fs::PermissionsExt;

    fn row(id: &str, generation: &str, head: u64, at: i64) -> Archived {
        Archived {
            conversation: id.to_owned(),
            generation: generation.to_owned(),
            head,
            archived_at: Timestamp::from_millis(at),
            state: Value::Null,
            events: Vec::new(),
        }
    }

    fn heads(folder: &Path) -> Vec<(String, u64)> {
        let rows = read(folder, None).unwrap().rows;
        rows.into_iter().map(|row| (row.conversation, row.head)).collect()
    }

    #[tokio::test]
    async fn each_day_has_a_file_and_doubles_are_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let archive = FolderArchive::new(folder.path().join("deep"));
        let day = 86_400_000;
        archive.keep(&[row("a", "1", 3, 0), row("b", "1", 9, 5)]).await.unwrap();
        archive.keep(&[row("a", "1", 3, day), row("a", "2", 1, day)]).await.unwrap();
        archive.keep(&[row("b", "1", 12, day)]).await.unwrap();
        let place = folder.path().join("deep");
        let names = files(&place, "jsonl").unwrap();
        let names: Vec<&str> =
            names.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["conversations-1970-01-01.jsonl", "conversations-1970-01-02.jsonl"]);
        let of = |id: &str, head| (id.to_owned(), head);
        assert_eq!(heads(&place), [of("a", 3), of("a", 1), of("b", 12)]);
        assert_eq!(read(&place, None).unwrap().doubles, 2);
        assert_eq!(read(&place, Some("b")).unwrap().rows.len(), 1);
    }

    #[tokio::test]
    async fn a_line_that_was_cut_off_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let archive = FolderArchive::new(folder.path());
        archive.keep(&[row("a", "1", 1, 0), row("b", "1", 1, 0)]).await.unwrap();
        let path = folder.path().join("conversations-1970-01-01.jsonl");
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() - 7]).unwrap();
        archive.keep(&[row("c", "1", 1, 0)]).await.unwrap();
        let contents = read(folder.path(), None).unwrap();
        assert_eq!(contents.torn, 1);
        let ids: Vec<String> = contents.rows.into_iter().map(|row| row.conversation).collect();
        assert_eq!(ids, ["a", "c"]);
    }

    #[tokio::test]
    async fn an_archive_that_cannot_be_written_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = FolderArchive::new(&file).keep(&[row("a", "1", 1, 0)]).await.unwrap_err();
        assert!(error.to_string().contains("stay in the store"), "{error}");
    }

    fn of(customer: &str, row: Archived) -> Archived {
        Archived { state: serde_json::json!({ "customer": customer }), ..row }
    }

    fn bytes(folder: &Path) -> String {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    #[tokio::test]
    async fn what_is_forgotten_is_in_no_file_and_nothing_else_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let archive = FolderArchive::new(folder.path());
        let day = 86_400_000;
        let mona = "kc_mona";
        archive
            .keep(&[of(mona, row("a", "1", 3, 0)), of("d1", row("b", "1", 9, 5))])
            .await
            .unwrap();
        archive
            .keep(&[of(mona, row("a", "1", 3, day)), of("d2", row("c", "1", 1, day))])
            .await
            .unwrap();
        archive.keep(&[of(mona, row("e", "1", 3, day * 2))]).await.unwrap();
        // A crash while a line was appended, and one while a file was written anew.
        let first = folder.path().join("conversations-1970-01-01.jsonl");
        let torn = format!(
            "{}{{\"conversation\":\"a\",\"state\":{{\"customer\":\"{mona}\"",
            fs::read_to_string(&first).unwrap()
        );
        fs::write(&first, torn).unwrap();
        fs::write(first.with_extension(UNFINISHED), mona).unwrap();

        let whose = Whose {
            customer: Some(CustomerId::parse(mona).unwrap()),
            conversations: BTreeSet::from(["c".to_owned()]),
        };
        assert_eq!(archive.find(&whose).await.unwrap().len(), 3, "each once");
        let gone = archive.forget(&whose).await.unwrap();
        assert_eq!(gone.into_iter().collect::<Vec<_>>(), ["a", "c", "e"]);
        assert!(!bytes(folder.path()).contains(mona), "{}", bytes(folder.path()));
        assert_eq!(heads(folder.path()), [("b".to_owned(), 9)]);
        assert!(archive.forget(&whose).await.unwrap().is_empty());
        let left = files(folder.path(), "jsonl").unwrap();
        assert_eq!(left, std::slice::from_ref(&first), "no empty files stay");
        let mode = fs::metadata(&first).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "what customers wrote is nobody else's to read");
        archive.keep(&[row("f", "1", 2, 0)]).await.unwrap();
        assert_eq!(heads(folder.path()).len(), 2);
    }

    #[tokio::test]
    async fn where_nothing_was_archived_there_is_nothing_to_forget() {
        let folder = tempfile::tempdir().unwrap();
        let archive = FolderArchive::new(folder.path().join("none"));
        assert!(archive.forget(&Whose::default()).await.unwrap().is_empty());
        assert!(archive.find(&Whose::default()).await.unwrap().is_empty());
        fs::write(folder.path().join("none"), "").unwrap();
        let error = archive.forget(&Whose::default()).await.unwrap_err();
        assert!(error.to_string().contains("stays there"), "{error}");
    }
}
