//! `sanad archive`: reads what retention has written: each conversation once, however often a crash
//! made it be written.

use super::connect::DEFAULT_DATA;
use super::sealing;
use crate::store::archive::read;
use crate::store::sealed::is_sealed;
use anyhow::{Context as _, bail};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where it is unless told otherwise.
const ARCHIVE: &str = "data/archive";

/// Show archived conversations, one JSON object a line, each once.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// Only this conversation.
    conversation: Option<String>,
    /// The folder, as `retention.archive` in service.yaml names it.
    #[arg(long, env = "SANAD_ARCHIVE", value_name = "DIR", default_value = ARCHIVE)]
    archive: PathBuf,
    /// The server's data folder; its seal.secret opens what is sealed.
    #[arg(long, env = "SANAD_DATA", default_value = DEFAULT_DATA, value_name = "DIR")]
    data: PathBuf,
}

/// That there is nothing, and why that may be.
fn nothing(folder: &Path, conversation: Option<&str>) -> String {
    let folder = folder.display();
    match conversation {
        Some(id) => format!(
            "conversation {id} is not in the archive {folder}: it may still be in the store (`sanad \
             admin conversation {id}`), or was erased"
        ),
        None => format!(
            "nothing is archived in {folder} yet: ended conversations leave the store after \
             `retention.after` of service.yaml; another folder is named with --archive DIR"
        ),
    }
}

/// An empty archive is an answer; a conversation that was asked for and is not there is none.
fn found_nothing(args: &ArchiveArgs) -> anyhow::Result<()> {
    let told = nothing(&args.archive, args.conversation.as_deref());
    if args.conversation.is_some() {
        bail!(told);
    }
    eprintln!("{told}");
    Ok(())
}

/// Runs the command.
pub fn run(args: &ArchiveArgs) -> anyhow::Result<()> {
    let folder = args.archive.display();
    if args.archive == Path::new(ARCHIVE) && !args.archive.try_exists()? {
        // The first row that leaves the store makes it; one that was named must be there.
        return found_nothing(args);
    }
    let contents = read(&args.archive, args.conversation.as_deref()).with_context(|| {
        format!("the archive {folder} cannot be read; name it with --archive DIR")
    })?;
    if contents.rows.is_empty() {
        return found_nothing(args);
    }
    let seals = sealing::seals_of(&args.data)?;
    let mut out = io::stdout().lock();
    for row in contents.rows.iter().cloned() {
        let row = match &seals {
            Some(seals) => seals.open_row(row).map_err(anyhow::Error::msg)?,
            None if is_sealed(&row) => bail!(
                "the archive is sealed, and {} is not there; name the data folder with --data DIR",
                sealing::file_of(&args.data).display()
            ),
            None => row,
        };
        serde_json::to_writer(&mut out, &row)?;
        writeln!(out)?;
    }
    eprintln!(
        "{} conversations; {} rows were there twice, {} lines were cut off by a crash",
        contents.rows.len(),
        contents.doubles,
        contents.torn
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_archive_is_called_empty_and_says_why() {
        let told = nothing(Path::new("data/archive"), None);
        assert!(told.contains("nothing is archived in data/archive"), "{told}");
        let told = nothing(Path::new("data/archive"), Some("c1"));
        assert!(told.contains("conversation c1 is not in the archive"), "{told}");
    }

    #[test]
    fn a_conversation_that_is_not_there_is_a_failure_and_an_empty_archive_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let look = |conversation: Option<&str>| {
            let conversation = conversation.map(str::to_owned);
            let (archive, data) = (folder.path().to_owned(), folder.path().to_owned());
            run(&ArchiveArgs { conversation, archive, data })
        };
        look(None).unwrap();
        let told = look(Some("c1")).unwrap_err().to_string();
        assert!(told.starts_with("conversation c1 is not in the archive"), "{told}");
        assert!(!told.contains('\n'), "one line: {told}");
    }
}
