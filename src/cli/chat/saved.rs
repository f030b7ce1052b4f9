//! A conversation kept in a file between two runs of the command. It holds the customer token, so
//! only its owner may read it.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// What it takes to go on with a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The conversation.
    pub conversation_id: String,
    /// The secret that opens it.
    pub customer_token: String,
}

impl Saved {
    /// Reads the file; `None` if there is none yet.
    pub fn read(path: &Path) -> anyhow::Result<Option<Saved>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => bail!("cannot read {}: {error}", path.display()),
        };
        let saved = serde_json::from_str(&text).with_context(|| {
            format!("{} holds no conversation; name another file or remove it", path.display())
        })?;
        Ok(Some(saved))
    }

    /// Writes beside and renames, so that a crash leaves the old one whole.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let cannot = || format!("cannot write {}", path.display());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let name = path.file_name().with_context(cannot)?.to_string_lossy();
        let beside = folder.unwrap_or(Path::new(".")).join(format!(".{name}.new"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside).with_context(cannot)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes()).with_context(cannot)?;
        file.sync_all().with_context(cannot)?;
        fs::rename(&beside, path).with_context(cannot)
    }
}

/// Writes a file that is not there yet, for its owner alone: what is there is never written over.
pub fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
        // Half of it would look like the whole.
        let _ = fs::remove_file(path);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_kept_for_its_owner_alone_and_a_foreign_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.json");
        assert_eq!(Saved::read(&path).unwrap(), None);
        let saved = Saved { conversation_id: "c1".into(), customer_token: "t".into() };
        saved.write(&path).unwrap();
        assert_eq!(Saved::read(&path).unwrap(), Some(saved));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "hello").unwrap();
        let error = format!("{:#}", Saved::read(&path).unwrap_err());
        assert!(error.contains("chat.json holds no conversation"), "{error}");
    }

    #[test]
    fn an_export_is_for_its_owner_alone_and_writes_nothing_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.jsonl");
        write_new(&path, "one\n").unwrap();
        let again = write_new(&path, "two\n").unwrap_err();
        assert_eq!(again.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
