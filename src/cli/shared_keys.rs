//! The keys of staff, which all instances on one store should have alike: whoever sits behind a balancer
//! meets any of them. A deployment notes in its store a name of each key, so that an instance does not
//! mint in silence what another has already, and says which of its files differ.

use super::notes;
use crate::domain::ids::AgentId;
use crate::grpc::keys::{self, KeyRing};
use crate::ports::store::{EntityKey, Kind, Store};
use anyhow::bail;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The name of each key, by the name of its file; empty where it is revoked.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    names: BTreeMap<String, String>,
}

fn note_key() -> EntityKey {
    EntityKey::new(Kind::Deployment, "keys")
}

/// Mints what nobody has yet, tells of what others have and this folder lacks or has otherwise, and notes
/// what is here. Refused where the folder is empty and the deployment has keys: staff could not reach it.
/// Of two who mint at once the later one takes theirs back, and is refused.
pub(super) async fn shared(
    store: &dyn Store,
    ring: &KeyRing,
    agents: &[AgentId],
) -> anyhow::Result<usize> {
    let folder = ring.folder();
    let mut minted = Vec::new();
    notes::change(store, &note_key(), |note: Option<&Note>| {
        // Another instance was faster than the last note.
        ring.take_back(&minted)?;
        let noted = note.map(|note| note.names.clone()).unwrap_or_default();
        if !noted.is_empty() && keys::names_in(folder)?.is_empty() {
            bail!(
                "this deployment has keys of staff, and {} holds none: copy the folder from the data folder of \
                 another instance, or from that which was used before. If they are lost, make new ones: \
                 sanad key mint ROLE NAME --data {} (admin main, supervisor main, platform main, agent ID)",
                folder.display(),
                folder.parent().unwrap_or(folder).display()
            );
        }
        minted = ring.mint_missing_but(agents, |file| noted.contains_key(file))?;
        let here = keys::names_in(folder)?;
        let differing = differing(&noted, &here);
        if !differing.is_empty() {
            tracing::warn!(
                keys = differing.join(" "),
                folder = %folder.display(),
                "these keys are missing here, or are not those that other instances take: copy the folder \
                 of one instance to all of them; what is lost everywhere is made with `sanad key mint ROLE \
                 NAME`"
            );
        }
        // An agent who is gone is forgotten with the file, after that was told once.
        let is_kept = |file: &str| is_declared(file, agents) || !file.starts_with("agent_");
        let before = noted.into_iter().filter(|(file, _)| is_kept(file));
        Ok(Note { names: before.chain(here).collect() })
    })
    .await?;
    Ok(minted.len())
}

fn is_declared(file: &str, agents: &[AgentId]) -> bool {
    agents.iter().any(|agent| file == format!("agent_{agent}.key"))
}

/// The files of the note that this folder lacks or has otherwise.
fn differing(noted: &BTreeMap<String, String>, here: &BTreeMap<String, String>) -> Vec<String> {
    let other = |(file, name): &(&String, &String)| here.get(*file) != Some(name);
    noted.iter().filter(other).map(|(file, _)| file.clone()).collect()
}

/// The files of this data folder's keys that are not as noted; writes nothing.
pub(super) async fn foreign(store: &dyn Store, folder: &Path) -> anyhow::Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let (_, note) = notes::noted::<Note>(store, &note_key()).await?;
    Ok(differing(&note.unwrap_or_default().names, &keys::names_in(folder)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::grpc::keys::Role;
    use crate::ports::store::{decode, encode};
    use crate::store::contract::ManualClock;
    use crate::store::faulty::{Call, Fate, Faulty, NoFaults};
    use crate::store::memory::MemoryStore;
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    fn ring(folder: &Path) -> KeyRing {
        KeyRing::open(folder, Arc::new(|| Timestamp::from_millis(1))).unwrap()
    }

    fn agents(names: &[&str]) -> Vec<AgentId> {
        names.iter().map(|name| AgentId::parse(name).unwrap()).collect()
    }

    fn copy(from: &Path, to: &Path) {
        for file in keys::names_in(from).unwrap().into_keys() {
            fs::copy(from.join(&file), to.join(&file)).unwrap();
        }
    }

    #[tokio::test]
    async fn an_instance_mints_only_what_no_other_has_and_refuses_to_begin_without_any() {
        let store = MemoryStore::new(ManualClock::start());
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = ring(ours.path());
        assert_eq!(shared(&store, &first, &agents(&["sara"])).await.unwrap(), 4);
        let second = ring(theirs.path());
        let told = shared(&store, &second, &agents(&["sara"])).await.unwrap_err().to_string();
        assert!(told.contains("copy the folder") && told.contains("sanad key mint"), "{told}");
        assert!(
            keys::names_in(theirs.path()).unwrap().is_empty(),
            "none is made where it is refused"
        );
        copy(ours.path(), theirs.path());
        assert_eq!(shared(&store, &second, &agents(&["sara"])).await.unwrap(), 0);
        // Both learn of a new colleague: the first to look mints, and the other waits for the file.
        let both = agents(&["omar", "sara"]);
        assert_eq!(shared(&store, &first, &both).await.unwrap(), 1);
        assert_eq!(shared(&store, &second, &both).await.unwrap(), 0);
        fs::write(ours.path().join("acme.key"), format!("sanad_platform_acme_{}", "a1".repeat(20)))
            .unwrap();
        assert_eq!(shared(&store, &first, &both).await.unwrap(), 0);
        assert_eq!(shared(&store, &second, &both).await.unwrap(), 0);
        let missing = foreign(&store, theirs.path()).await.unwrap();
        assert_eq!(
            missing,
            ["acme.key", "agent_omar.key"],
            "whoever lacks it forgets it for nobody"
        );
        copy(ours.path(), theirs.path());
        assert!(foreign(&store, theirs.path()).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_key_that_is_replaced_or_revoked_on_one_instance_only_is_noticed_on_the_others() {
        let store = MemoryStore::new(ManualClock::start());
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = ring(ours.path());
        shared(&store, &first, &agents(&["left", "omar", "sara"])).await.unwrap();
        copy(ours.path(), theirs.path());
        first.mint(Role::Agent, "sara").unwrap();
        fs::write(ours.path().join("agent_omar.key"), "").unwrap();
        fs::remove_file(ours.path().join("platform_main.key")).unwrap();
        fs::remove_file(ours.path().join("agent_left.key")).unwrap();
        assert_eq!(shared(&store, &first, &agents(&["omar", "sara"])).await.unwrap(), 0);
        let other = foreign(&store, theirs.path()).await.unwrap();
        assert_eq!(other, ["agent_omar.key", "agent_sara.key"]);
        let lacking = foreign(&store, ours.path()).await.unwrap();
        assert_eq!(lacking, ["platform_main.key"], "who left is nobody's any more");
    }

    #[tokio::test]
    async fn of_two_who_begin_at_once_one_mints_and_the_other_is_told_to_copy() {
        let memory: Arc<dyn Store> = Arc::new(MemoryStore::new(ManualClock::start()));
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (first, second) = (ring(ours.path()), ring(theirs.path()));
        let late = Faulty::new(Arc::clone(&memory), NoFaults);
        // The other one begins, and is done, between the look and the note of this one.
        let between = AtomicBool::new(false);
        late.set_plan(move |call: &Call<'_>| Fate {
            polls_before: u32::from(call.change.is_some() && !between.swap(true, Relaxed)) * 3,
            ..Fate::default()
        });
        let none: [AgentId; 0] = [];
        let (told, minted) =
            futures::join!(shared(&late, &second, &none), shared(memory.as_ref(), &first, &none));
        assert_eq!(minted.unwrap(), 3);
        let told = told.unwrap_err().to_string();
        assert!(told.contains("copy the folder"), "{told}");
        assert!(keys::names_in(theirs.path()).unwrap().is_empty());
    }

    #[test]
    fn the_note_is_in_its_stored_form() {
        let note =
            Note { names: BTreeMap::from([("agent_sara.key".to_owned(), "4f1d".to_owned())]) };
        assert_eq!(&encode(&note)[..], br#"{"names":{"agent_sara.key":"4f1d"}}"#);
        let later: Note = decode("a note", br#"{"names":{},"since":5}"#).unwrap();
        assert_eq!(later, Note::default(), "a field of a later build is read over");
    }
}
