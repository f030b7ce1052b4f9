//! What a file of the embedded store has: a backup of a service that goes on meanwhile, opened with the
//! secret it is sealed under.

use super::front::Front;
use super::stored::{Entry, Stored};
use sanad::domain::time::Timestamp;
use sanad::grpc::keys::secrets_in;
use sanad::ports::clock::Clock;
use sanad::ports::store::whole::{Thing, Whole};
use sanad::ports::store::{LogId, Slot, Store};
use sanad::store::embedded::whole::WholeFile;
use sanad::store::embedded::{EmbeddedStore, Options};
use sanad::store::sealed::{SealedStore, Seals};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

/// Into so many buckets the file's conversations are hashed.
const BUCKETS: u16 = 4;

/// Time does not matter to who only reads.
struct Never;

impl Clock for Never {
    fn now(&self) -> Timestamp {
        Timestamp::ZERO
    }
}

/// `sanad admin backup`.
pub fn back_up(server: &str, data: &Path, to: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    command.args(["admin", "backup"]).arg(to).args(["--server", server, "--data"]).arg(data);
    command.output().expect("the binary")
}

impl Stored {
    /// What the service has now, of one moment.
    pub async fn of(front: &Front) -> Stored {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("backup.redb");
        let made = back_up(&front.server(), &front.data(), &path);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Stored::in_file(&path, &front.data()).await
    }

    /// What is in this file, sealed under the secret of this data folder.
    pub async fn in_file(path: &Path, data: &Path) -> Stored {
        let mut stored = Stored::default();
        let mut logs: BTreeSet<(Slot, String)> = BTreeSet::new();
        let whole = WholeFile::open(path, BUCKETS).expect("a store");
        for slot in whole.slots().await.expect("slots") {
            let mut from = None;
            loop {
                let (things, next) = whole.read(&slot, from).await.expect("things");
                for thing in things {
                    stored.take(&slot, thing, &mut logs);
                }
                from = next;
                if from.is_none() {
                    break;
                }
            }
        }
        drop(whole);
        let secrets = secrets_in(&data.join("seal.secret")).expect("secrets");
        let seals = Arc::new(Seals::new(&secrets).expect("a secret"));
        let store = EmbeddedStore::open(path, &Options::default(), Arc::new(Never));
        let store = SealedStore::new(Arc::new(store.expect("a store")), seals);
        for (slot, log) in logs {
            let mut entries: Vec<Entry> = Vec::new();
            loop {
                let after = entries.last().map_or(0, |entry| entry.sequence);
                let page = store.read_log(&slot, &LogId(log.clone()), after, 500).await;
                let page = page.expect("a page");
                if page.records.is_empty() {
                    break;
                }
                entries.extend(page.records.into_iter().map(|record| {
                    Entry {
                    sequence: record.seq,
                    event_id: format!("{:032x}", record.event_id),
                    event: serde_json::from_slice::<Value>(&record.body).expect("an event")
                        ["event"]
                        .take(),
                }
                }));
            }
            let id = log.trim_start_matches("l/").to_owned();
            stored.logs.insert(id, entries);
        }
        stored
    }

    fn take(&mut self, slot: &Slot, thing: Thing, logs: &mut BTreeSet<(Slot, String)>) {
        match thing {
            Thing::Entity { name, body, .. } => {
                let Some((kind, id)) = name.split_once(':') else { return };
                let id = id.to_owned();
                let body = || serde_json::from_slice(&body).expect("an entity");
                match kind {
                    "c" => _ = self.conversations.insert(id, body()),
                    "i" => _ = self.places.insert(id, body()),
                    "a" => _ = self.agents.insert(id, body()),
                    "o" => _ = self.owed.insert(id),
                    _ => {}
                }
            }
            Thing::Record { log, .. } if log.starts_with("l/") => {
                logs.insert((slot.clone(), log));
            }
            Thing::Record { .. }
            | Thing::Tombstone { .. }
            | Thing::Member { .. }
            | Thing::Counter { .. } => {}
        }
    }
}
