//! The archive in a folder: one file a day, one JSON object a line, one line a conversation. A line
//! that a crash has cut off is left as it is and ends before the next one begins; readers pass it
//! over, because its conversation was still in the store and was written again.

use crate::ports::archive::{Archive, ArchiveError, Archived};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a folder.
pub struct FolderArchive {
    folder: PathBuf,
    /// One writer at a time in this process; others append whole lines of their own.
    writing: Arc<Mutex<()>>,
}

impl FolderArchive {
    /// In `folder`, which is made if it is not there.
    pub fn new(folder: impl Into<PathBuf>) -> FolderArchive {
        FolderArchive { folder: folder.into(), writing: Arc::default() }
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
        let (folder, writing) = (self.folder.clone(), Arc::clone(&self.writing));
        let written = tokio::task::spawn_blocking(move || {
            let _alone = writing.lock().unwrap_or_else(PoisonError::into_inner);
            days.iter().try_for_each(|(day, lines)| append(&folder, day, lines))
        });
        let failed =
            |reason: String| ArchiveError { place: self.folder.display().to_string(), reason };
        match written.await {
            Ok(written) => written.map_err(|error| failed(error.to_string())),
            Err(gone) => Err(failed(gone.to_string())),
        }
    }
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
    if is_new {
        fs::create_dir_all(folder)?;
    }
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
fn ends_whole(file: &mut File) -> io::Result<bool> {
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
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let mut contents = Contents::default();
    let mut newest: BTreeMap<(String, String), Archived> = BTreeMap::new();
    for path in files {
        for line in BufReader::new(File::open(path)?).split(b'\n') {
            let line = line?;
            if line.is_empty() {
                continue;
            }
            let Ok(row) = serde_json::from_slice::<Archived>(&line) else {
                contents.torn += 1;
                continue;
            };
            if only.is_some_and(|only| only != row.conversation) {
                continue;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use serde_json::Value;

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
        let mut names: Vec<String> = fs::read_dir(&place)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
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
}
