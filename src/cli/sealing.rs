//! The secret that seals what is stored, in the data folder's `seal.secret`: one secret a line, the
//! first seals, all of them open. A deployment notes in its store which one seals, so that an instance
//! that lacks it is refused at the start and not at the first conversation.

use super::notes::Sort;
use crate::grpc::keys::{KeyError, new_secret, secrets_in};
use crate::ports::store::Store;
use crate::store::sealed::{SealedStore, Seals};
use anyhow::bail;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The note of the secret that seals.
const NOTE: Sort = Sort("seal");

/// The file of the secrets.
pub(super) fn file_of(data: &Path) -> PathBuf {
    data.join("seal.secret")
}

/// The secrets of this data folder; `None` if it has none, and nothing is sealed.
pub(super) fn seals_of(data: &Path) -> Result<Option<Arc<Seals>>, KeyError> {
    let path = file_of(data);
    if !path.exists() {
        return Ok(None);
    }
    Ok(Seals::new(&secrets_in(&path)?).map(Arc::new))
}

/// Makes a secret: the one that seals if it is the first, else one that only opens, at the end.
pub(super) fn add_secret(data: &Path) -> Result<(), KeyError> {
    new_secret(&file_of(data))
}

/// The store through its seals, if there is a secret; refused if it is sealed under one that is not
/// there. Writes nothing.
pub(super) async fn opened(
    store: Arc<dyn Store>,
    seals: Option<&Arc<Seals>>,
    data: &Path,
) -> anyhow::Result<Arc<dyn Store>> {
    let noted = NOTE.noted(store.as_ref()).await?;
    noted.map_or(Ok(()), |noted| refuse_stranger(&noted, seals, data))?;
    Ok(match seals {
        Some(seals) => Arc::new(SealedStore::new(store, Arc::clone(seals))),
        None => store,
    })
}

/// The same for a service, which notes under which secret it seals.
pub(super) async fn sealed(
    store: Arc<dyn Store>,
    seals: Option<&Arc<Seals>>,
    data: &Path,
) -> anyhow::Result<Arc<dyn Store>> {
    if let Some(seals) = seals {
        let refuse = |noted: &str| refuse_stranger(noted, Some(seals), data);
        NOTE.note(store.as_ref(), seals.name(), refuse).await?;
    }
    opened(store, seals, data).await
}

fn refuse_stranger(noted: &str, seals: Option<&Arc<Seals>>, data: &Path) -> anyhow::Result<()> {
    if seals.is_some_and(|seals| seals.has(noted)) {
        return Ok(());
    }
    bail!(
        "what is stored is sealed under the secret {noted}, which is not in {}: copy seal.secret from the \
         data folder that was used before, or from that of another instance",
        file_of(data).display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::ManualClock;
    use crate::store::memory::MemoryStore;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[tokio::test]
    async fn whoever_lacks_the_secret_is_refused_at_the_start_and_told_what_to_do() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(ManualClock::start()));
        let open = async |data: &Path| {
            sealed(Arc::clone(&store), seals_of(data).unwrap().as_ref(), data).await.map(|_| ())
        };
        let (ours, none, other) = (folder(), folder(), folder());
        open(none.path()).await.expect("nothing is sealed yet");
        add_secret(ours.path()).unwrap();
        let seals = seals_of(ours.path()).unwrap();
        opened(Arc::clone(&store), seals.as_ref(), ours.path()).await.map(|_| ()).unwrap();
        open(none.path()).await.expect("whoever only looks has noted nothing");
        open(ours.path()).await.expect("sealing begins");
        for stranger in [&none, &other] {
            let told = open(stranger.path()).await.unwrap_err().to_string();
            assert!(told.contains("copy seal.secret"), "{told}");
            let looking = opened(Arc::clone(&store), None, stranger.path()).await;
            assert!(looking.is_err(), "nor may they look");
            add_secret(other.path()).unwrap();
        }
        open(ours.path()).await.expect("the refused have changed nothing");
    }

    #[tokio::test]
    async fn a_secret_is_changed_by_moving_lines_and_the_older_still_opens() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(ManualClock::start()));
        let data = folder();
        add_secret(data.path()).unwrap();
        let first = seals_of(data.path()).unwrap().unwrap();
        add_secret(data.path()).unwrap();
        let both = seals_of(data.path()).unwrap().unwrap();
        assert_eq!(both.name(), first.name(), "a new one only opens");
        sealed(Arc::clone(&store), Some(&both), data.path()).await.unwrap();
        let text = std::fs::read_to_string(file_of(data.path())).unwrap();
        let turned: Vec<&str> = text.lines().rev().collect();
        std::fs::write(file_of(data.path()), turned.join("\n")).unwrap();
        let turned = seals_of(data.path()).unwrap().unwrap();
        assert!(turned.name() != first.name() && turned.has(first.name()));
        sealed(Arc::clone(&store), Some(&turned), data.path()).await.unwrap();
        let old = sealed(store, Some(&first), data.path()).await;
        assert!(old.is_err(), "whoever has not heard of the new one is refused");
    }

    #[test]
    fn a_damaged_secret_is_named() {
        let data = folder();
        assert!(seals_of(data.path()).unwrap().is_none());
        for wrong in ["oops", "", "abcd\n"] {
            std::fs::write(file_of(data.path()), wrong).unwrap();
            let told = seals_of(data.path()).err().unwrap().to_string();
            assert!(told.contains("64 hex digits"), "{told}");
        }
    }
}
