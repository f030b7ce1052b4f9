//! The secret that all instances share, in the data folder's `server.secret`: customers' tokens and the
//! ids of conversations are made with it. One secret a line, the first makes, all of them are good. A
//! deployment notes in its store which one makes, so that an instance with another is refused at the
//! start and does not turn away the others' customers.

use super::notes::Sort;
use crate::grpc::keys::{self, KeyError};
use crate::grpc::tokens::CustomerTokens;
use crate::ports::store::{Store, StoreError};
use anyhow::bail;
use std::path::{Path, PathBuf};

/// The note of the secret that makes tokens.
const NOTE: Sort = Sort("server");

/// The file of the secrets.
pub(super) fn file_of(data: &Path) -> PathBuf {
    data.join("server.secret")
}

/// The secrets of this data folder, the first of them made now if there is none.
pub(super) fn tokens_of(data: &Path) -> Result<CustomerTokens, KeyError> {
    keys::server_secrets(data).map(|secrets| CustomerTokens::with_all(&secrets))
}

/// The same for a service on a store that others may use too: refused if the deployment has another,
/// unless that is given up (`anew`); notes which one makes.
pub(super) async fn shared(
    store: &dyn Store,
    data: &Path,
    anew: bool,
) -> anyhow::Result<CustomerTokens> {
    let noted = NOTE.noted(store).await?;
    // None is made where it would be refused: a file that is not there cannot be mistaken for theirs.
    if let Some(noted) = noted.filter(|_| !anew && !file_of(data).exists()) {
        bail!(refusal(&noted, data, "is not there"));
    }
    let tokens = tokens_of(data)?;
    let refuse = |noted: &str| match anew || tokens.has(noted) {
        true => Ok(()),
        false => bail!(refusal(noted, data, &format!("holds {}", tokens.name()))),
    };
    NOTE.note(store, tokens.name(), refuse).await?;
    Ok(tokens)
}

fn refusal(noted: &str, data: &Path, found: &str) -> String {
    format!(
        "this deployment makes its customers' tokens with the server secret {noted}, and {} {found}: copy \
         server.secret from the data folder that was used before, or from that of another instance. If it \
         is lost, start one instance once with --new-server-secret: its customers begin anew",
        file_of(data).display()
    )
}

/// How the secret of a data folder stands to that of a deployment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing is noted yet, or the folder has no secret: there is nothing to compare.
    Unknown,
    /// It is among those of the folder.
    Shared(String),
    /// The folder has another.
    Foreign(String),
}

/// Compares them; writes nothing.
pub(super) async fn standing(store: &dyn Store, data: &Path) -> Result<Standing, StoreError> {
    let noted = NOTE.noted(store).await?;
    let file = file_of(data);
    let Some(noted) = noted.filter(|_| file.exists()) else { return Ok(Standing::Unknown) };
    Ok(match tokens_of(data) {
        Ok(tokens) if tokens.has(&noted) => Standing::Shared(noted),
        Ok(_) | Err(_) => Standing::Foreign(noted),
    })
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
    async fn whoever_has_another_secret_is_refused_and_told_which_file_to_copy() {
        let store = MemoryStore::new(ManualClock::start());
        let (ours, none, other) = (folder(), folder(), folder());
        assert_eq!(standing(&store, ours.path()).await.unwrap(), Standing::Unknown);
        let first = shared(&store, ours.path(), false).await.expect("it is noted");
        tokens_of(other.path()).unwrap();
        for stranger in [&none, &other] {
            let told = shared(&store, stranger.path(), false).await.err().unwrap().to_string();
            assert!(told.contains("copy server.secret") && told.contains(first.name()), "{told}");
        }
        assert!(!file_of(none.path()).exists(), "none is made where it is refused");
        let name = first.name().to_owned();
        let foreign = standing(&store, other.path()).await.unwrap();
        assert_eq!(foreign, Standing::Foreign(name.clone()));
        std::fs::copy(file_of(ours.path()), file_of(none.path())).unwrap();
        shared(&store, none.path(), false).await.expect("it has been copied");
        assert_eq!(standing(&store, none.path()).await.unwrap(), Standing::Shared(name));
        shared(&store, other.path(), true).await.expect("the former is given up");
        assert!(shared(&store, ours.path(), false).await.is_err());
    }

    #[tokio::test]
    async fn a_secret_is_changed_by_moving_lines_and_the_older_is_good_until_it_is_removed() {
        let store = MemoryStore::new(ManualClock::start());
        let data = folder();
        let first = shared(&store, data.path(), false).await.unwrap();
        keys::new_secret(&file_of(data.path())).unwrap();
        let both = shared(&store, data.path(), false).await.unwrap();
        assert_eq!(both.name(), first.name(), "a new one is only good");
        let text = std::fs::read_to_string(file_of(data.path())).unwrap();
        let turned: Vec<&str> = text.lines().rev().collect();
        std::fs::write(file_of(data.path()), turned.join("\n")).unwrap();
        let turned = shared(&store, data.path(), false).await.unwrap();
        assert!(turned.name() != first.name() && turned.has(first.name()));
        assert!(shared(&store, data.path(), false).await.is_ok());
    }
}
