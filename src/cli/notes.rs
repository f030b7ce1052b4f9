//! What a deployment notes of the secrets that its instances share: a name that says which one counts
//! and nothing about the secret itself. An instance that lacks it is refused at the start, and not at
//! the first customer.

use crate::ports::store::{EntityKey, Kind, Slot, Snapshot, Store, StoreError};
use anyhow::{Context as _, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Loads and writes of a note that may collide with those of other instances.
const TRIES_MAX: usize = 5;

/// Which secret counts.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    name: String,
}

/// A sort of secret, by the name of its note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sort(pub &'static str);

impl Sort {
    fn key(self) -> EntityKey {
        EntityKey::new(Kind::Deployment, self.0)
    }

    /// The name of the secret that counts; `None` if none was noted yet.
    pub async fn noted(self, store: &dyn Store) -> Result<Option<String>, StoreError> {
        Ok(noted::<Note>(store, &self.key()).await?.1.map(|note| note.name))
    }

    /// Notes that this secret counts, unless `refuse` says something against the one noted so far.
    pub async fn note(
        self,
        store: &dyn Store,
        name: &str,
        refuse: impl Fn(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        change(store, &self.key(), |noted: Option<&Note>| {
            noted.map_or(Ok(()), |noted| refuse(&noted.name))?;
            Ok(Note { name: name.to_owned() })
        })
        .await
    }
}

/// What is noted there.
pub(super) async fn noted<N: DeserializeOwned>(
    store: &dyn Store,
    key: &EntityKey,
) -> Result<(Snapshot, Option<N>), StoreError> {
    let snapshot = store.load(&Slot::System, std::slice::from_ref(key), &[]).await?;
    let noted = snapshot.get(key)?;
    Ok((snapshot, noted))
}

/// Puts there what follows from what is noted. Where another instance was faster, it is asked again what
/// follows.
pub(super) async fn change<N: Serialize + DeserializeOwned + PartialEq>(
    store: &dyn Store,
    key: &EntityKey,
    mut next: impl FnMut(Option<&N>) -> anyhow::Result<N>,
) -> anyhow::Result<()> {
    for _ in 0..TRIES_MAX {
        let (snapshot, noted) = noted(store, key).await?;
        let wanted = next(noted.as_ref())?;
        if noted.as_ref() == Some(&wanted) {
            return Ok(());
        }
        let mut change = snapshot.change(rand::random());
        change.put(key.clone(), &wanted);
        match store.commit(change).await {
            Ok(_) => return Ok(()),
            Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
            Err(error) => {
                return Err(error).context(format!("the note `{}` could not be written", key.id));
            }
        }
    }
    bail!("other instances note other secrets all the time: give all of them the same")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::store::{decode, encode};

    #[test]
    fn a_note_is_in_its_stored_form() {
        let note = Note { name: "4f1d".to_owned() };
        assert_eq!(&encode(&note)[..], br#"{"name":"4f1d"}"#);
        let later: Note = decode("a note", br#"{"name":"4f1d","since":5}"#).unwrap();
        assert_eq!(later, note, "a field of a later build is read over");
        assert_eq!(Sort("secret").key().to_string(), "d:secret");
    }
}
