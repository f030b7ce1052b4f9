//! What a deployment notes of the secrets that its instances share: a name that says which one counts
//! and nothing about the secret itself. An instance that lacks it is refused at the start, and not at
//! the first customer.

use crate::ports::store::{EntityKey, Kind, Slot, Snapshot, Store, StoreError};
use anyhow::{Context as _, bail};
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
        Ok(self.load(store).await?.1)
    }

    async fn load(self, store: &dyn Store) -> Result<(Snapshot, Option<String>), StoreError> {
        let key = self.key();
        let snapshot = store.load(&Slot::System, std::slice::from_ref(&key), &[]).await?;
        let noted = snapshot.get::<Note>(&key)?.map(|note| note.name);
        Ok((snapshot, noted))
    }

    /// Notes that this secret counts, unless `refuse` says something against the one noted so far.
    pub async fn note(
        self,
        store: &dyn Store,
        name: &str,
        refuse: impl Fn(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        for _ in 0..TRIES_MAX {
            let (snapshot, noted) = self.load(store).await?;
            noted.as_deref().map_or(Ok(()), &refuse)?;
            if noted.as_deref() == Some(name) {
                return Ok(());
            }
            let mut change = snapshot.change(rand::random());
            change.put(self.key(), &Note { name: name.to_owned() });
            match store.commit(change).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
                Err(error) => {
                    return Err(error)
                        .context(format!("the note `{}` could not be written", self.0));
                }
            }
        }
        bail!("other instances note other secrets all the time: give all of them the same")
    }
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
