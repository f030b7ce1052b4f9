//! The file as a whole: read row by row at rest, or filled row by row under another name until it is
//! complete.

use super::open::{self, OpenError};
use super::read::{self, Failure};
use super::rows::{self, LAST_ROW, ROWS};
use crate::domain::ids::PoolId;
use crate::domain::time::Timestamp;
use crate::ports::store::whole::{Filling, Place, Thing, Whole};
use crate::ports::store::{LogId, Slot, StoreError, Why};
use crate::store::stored::Stored;
use async_trait::async_trait;
use redb::{Database, ReadableDatabase};
use serde::{Deserialize, Serialize};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Rows read at once.
const ROWS_AT_ONCE: usize = 1_000;
/// How much of the file is kept in memory.
const CACHE: usize = 64 << 20;
/// The row that says what is being copied into this file, and how far.
const COPY_ROW: &[u8] = b"xcopy";

/// A file nobody else has open.
pub struct WholeFile {
    /// `None` once it is closed under its final name.
    file: Mutex<Option<Database>>,
    /// Where it belongs.
    path: PathBuf,
    /// Where it is while it is filled.
    part: Option<PathBuf>,
    buckets: u16,
}

/// How far a copy has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Progress {
    source: String,
    done: Vec<String>,
}

impl WholeFile {
    /// Opens a store's file to read it. As long as this lives nobody else can open it.
    pub fn open(path: &Path, buckets: u16) -> Result<WholeFile, OpenError> {
        let file = open::open_file(path, false, CACHE)?;
        open::check_form(path, &file)?;
        Ok(WholeFile { file: Mutex::new(Some(file)), path: path.to_owned(), part: None, buckets })
    }

    /// Begins to fill a file that is not there yet, or goes on with what `source` had begun.
    pub fn fill(path: &Path, buckets: u16, source: &str) -> Result<WholeFile, StoreError> {
        if path.exists() {
            return Err(failed(format!(
                "{} exists already; nothing is written over",
                path.display()
            )));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".copying");
        let part = PathBuf::from(part);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = open::open_file(&part, true, CACHE).map_err(failed)?;
        open::check_form(&part, &file).map_err(failed)?;
        let (path, part, file) = (path.to_owned(), Some(part), Mutex::new(Some(file)));
        let whole = WholeFile { file, path, part, buckets };
        match whole.progress()? {
            Some(known) if known.source != source => Err(failed(format!(
                "a copy of {} was begun there and not ended; go on with that one, or remove {}",
                known.source,
                whole.part.as_deref().unwrap_or(&whole.path).display()
            ))),
            Some(_) => Ok(whole),
            None => {
                let begun = Progress { source: source.to_owned(), done: Vec::new() };
                whole.change(|rows| put_progress(rows, &begun))?;
                Ok(whole)
            }
        }
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        work(file.as_ref().ok_or_else(|| failed("the file is closed"))?)
    }

    fn read_rows<T>(
        &self,
        work: impl FnOnce(&redb::ReadOnlyTable<&'static [u8], &'static [u8]>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with(|file| {
            let reading = file.begin_read().map_err(failed)?;
            work(&reading.open_table(ROWS).map_err(failed)?)
        })
    }

    fn change(
        &self,
        work: impl FnOnce(&mut Table<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.with(|file| {
            let writing = file.begin_write().map_err(failed)?;
            {
                let mut rows = writing.open_table(ROWS).map_err(failed)?;
                work(&mut rows)?;
            }
            writing.commit().map_err(failed)
        })
    }

    fn progress(&self) -> Result<Option<Progress>, StoreError> {
        self.read_rows(|rows| {
            let found = rows.get(COPY_ROW).map_err(failed)?;
            found.map(|found| serde_json::from_slice(found.value()).map_err(failed)).transpose()
        })
    }
}

type Table<'t> = redb::Table<'t, &'static [u8], &'static [u8]>;

fn failed(reason: impl ToString) -> StoreError {
    StoreError::Unavailable { maybe_applied: false, why: Why::Away, reason: reason.to_string() }
}

fn refused(failure: Failure) -> StoreError {
    match failure {
        Failure::Refused(error) => error,
        Failure::File(error) => failed(error),
    }
}

fn damaged(what: &str, reason: &str) -> StoreError {
    StoreError::Damaged { what: what.to_owned(), reason: reason.to_owned() }
}

fn put(rows: &mut Table<'_>, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    rows.insert(key, value).map(drop).map_err(failed)
}

fn put_progress(rows: &mut Table<'_>, progress: &Progress) -> Result<(), StoreError> {
    put(rows, COPY_ROW, &serde_json::to_vec(progress).expect("a map of texts"))
}

/// The slot a key begins with, and where its area stands.
fn slot_of(key: &[u8]) -> Option<(Slot, usize)> {
    match key.first()? {
        b'b' => {
            let number = u16::from_be_bytes(key.get(1..3)?.try_into().ok()?);
            Some((Slot::Bucket(number), 3))
        }
        b'p' => {
            let length = usize::from(*key.get(1)?);
            let name = std::str::from_utf8(key.get(2..2 + length)?).ok()?;
            Some((Slot::Pool(PoolId::parse(name).ok()?), 2 + length))
        }
        b's' => Some((Slot::System, 1)),
        _ => None,
    }
}

/// A text with its length before it, and what follows.
fn sized(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// What one row says, if it says anything by itself.
fn thing(
    rows: &impl read::Rows,
    slot: &Slot,
    area: u8,
    rest: &[u8],
    value: &[u8],
) -> Result<Option<Thing>, StoreError> {
    let short = || damaged("a row", "its key is too short");
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).map_err(failed);
    let bad = |bad: rows::BadRow| damaged("a row", bad.0);
    Ok(match area {
        b'e' => {
            let Stored { version, body } = rows::decode_stored(value).map_err(bad)?;
            let name = text(rest)?;
            // Tombstones stand in their queue, with their time.
            body.map(|body| Thing::Entity { name, version, body })
        }
        b't' => {
            let (until, name) = rest.split_first_chunk().ok_or_else(short)?;
            let until = rows::unsortable(u64::from_be_bytes(*until));
            let name = text(name)?;
            let (version, _) = rows::decode_version(value).map_err(bad)?;
            let stored = read::named(rows, slot, &name).map_err(refused)?;
            // The entity may have been made again since.
            let counts = stored == Some(Stored { version, body: None });
            let until = Timestamp::from_millis(until);
            counts.then_some(Thing::Tombstone { name, version, until })
        }
        b'l' => {
            let (log, seq) = sized(rest).ok_or_else(short)?;
            let seq = rows::split_seq(seq).map_err(bad)?;
            let record = rows::decode_record(seq, value).map_err(bad)?;
            Some(Thing::Record { log: log.to_owned(), record })
        }
        b'm' => {
            let (index, member) = sized(rest).ok_or_else(short)?;
            let score = rows::decode_number(value).map_err(bad)?;
            Some(Thing::Member { index: index.to_owned(), member: text(member)?, score })
        }
        b'n' => {
            let value = rows::decode_number(value).map_err(bad)?;
            Some(Thing::Counter { name: text(rest)?, value })
        }
        // The order of members follows from their scores; rings are asked for apart.
        b's' | b'r' => None,
        _ => return Err(damaged("a row", "it is of no known area")),
    })
}

#[async_trait]
impl Whole for WholeFile {
    fn name(&self) -> String {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        format!("embedded:{}", path.display())
    }

    fn buckets(&self) -> u16 {
        self.buckets
    }

    async fn slots(&self) -> Result<Vec<Slot>, StoreError> {
        self.read_rows(|rows| {
            let mut slots = Vec::new();
            let mut from: Vec<u8> = Vec::new();
            loop {
                let range =
                    rows.range::<&[u8]>((Bound::Included(from.as_slice()), Bound::Unbounded));
                let next = range.map_err(failed)?.next().transpose().map_err(failed)?;
                let Some((key, _)) = next else { return Ok(slots) };
                match slot_of(key.value()) {
                    Some((slot, area)) => {
                        // Behind everything of this slot.
                        from = key.value()[..area].to_vec();
                        from.push(u8::MAX);
                        slots.push(slot);
                    }
                    None if key.value().starts_with(b"x") => return Ok(slots),
                    None => return Err(damaged("a row", "it belongs to no slot")),
                }
            }
        })
    }

    async fn read(
        &self,
        slot: &Slot,
        from: Option<Place>,
    ) -> Result<(Vec<Thing>, Option<Place>), StoreError> {
        self.read_rows(|rows| {
            let prefix = rows::slot_prefix(slot);
            let begin =
                from.map_or(Bound::Included(prefix.clone()), |Place(key)| Bound::Excluded(key));
            let begin = begin.as_ref().map(Vec::as_slice);
            let range = rows.range::<&[u8]>((begin, Bound::Unbounded)).map_err(failed)?;
            let mut things = Vec::new();
            for (count, row) in range.enumerate() {
                let (key, value) = row.map_err(failed)?;
                let key = key.value();
                if !key.starts_with(&prefix) {
                    return Ok((things, None));
                }
                let Some((area, rest)) = key[prefix.len()..].split_first() else {
                    return Err(damaged("a row", "its key is too short"));
                };
                things.extend(thing(rows, slot, *area, rest, value.value())?);
                if count + 1 >= ROWS_AT_ONCE {
                    return Ok((things, Some(Place(key.to_vec()))));
                }
            }
            Ok((things, None))
        })
    }

    async fn rings(&self, slot: &Slot) -> Result<u64, StoreError> {
        self.read_rows(|rows| read::rings(rows, slot).map_err(refused))
    }

    async fn last_time(&self) -> Result<Timestamp, StoreError> {
        self.read_rows(|rows| read::last_time(rows).map_err(refused))
    }
}

#[async_trait]
impl Filling for WholeFile {
    async fn done(&self) -> Result<Vec<Slot>, StoreError> {
        let done = self.progress()?.unwrap_or_default().done;
        let slot = |name: &String| Slot::parse(name).ok_or_else(|| damaged(name, "it is no slot"));
        done.iter().map(slot).collect()
    }

    async fn write(&self, slot: &Slot, things: &[Thing]) -> Result<(), StoreError> {
        self.change(|rows| things.iter().try_for_each(|thing| write(rows, slot, thing)))
    }

    async fn note_done(&self, source: &Slot) -> Result<(), StoreError> {
        let mut progress = self.progress()?.unwrap_or_default();
        progress.done.push(source.to_string());
        self.change(|rows| put_progress(rows, &progress))
    }

    async fn begin_slot(&self, slot: &Slot, _: Timestamp, rings: u64) -> Result<(), StoreError> {
        self.change(|rows| put(rows, &rows::rings(slot), &rings.to_le_bytes()))
    }

    async fn finish(&self, at: Timestamp) -> Result<(), StoreError> {
        self.change(|rows| {
            rows.remove(COPY_ROW).map_err(failed)?;
            put(rows, LAST_ROW, &at.as_millis().to_le_bytes())
        })?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = file.take() {
            file.close().map_err(failed)?;
        }
        let Some(part) = &self.part else { return Ok(()) };
        std::fs::rename(part, &self.path).map_err(failed)?;
        open::sync_folder(&self.path).map_err(failed)
    }
}

fn write(rows: &mut Table<'_>, slot: &Slot, thing: &Thing) -> Result<(), StoreError> {
    match thing {
        Thing::Entity { name, version, body } => {
            let stored = Stored { version: *version, body: Some(body.clone()) };
            put(rows, &rows::named(slot, name), &rows::encode_stored(&stored))
        }
        Thing::Tombstone { name, version, until } => {
            let stored = Stored { version: *version, body: None };
            put(rows, &rows::named(slot, name), &rows::encode_stored(&stored))?;
            let mut queued = rows::tombstones_until(slot, *until);
            queued.extend(name.as_bytes());
            put(rows, &queued, &rows::encode_version(*version))
        }
        Thing::Record { log, record } => {
            let key = rows::record(slot, &LogId(log.clone()), record.seq);
            put(rows, &key, &rows::encode_record(record))
        }
        Thing::Member { index, member, score } => {
            put(rows, &rows::member_named(slot, index, member), &score.to_le_bytes())?;
            put(rows, &rows::ordered_named(slot, index, *score, member), &[])
        }
        Thing::Counter { name, value } => {
            put(rows, &rows::counter(slot, name), &value.to_le_bytes())
        }
    }
}
