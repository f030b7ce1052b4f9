//! `sanad archive`: reads what retention has written: each conversation once, however often a crash
//! made it be written.

use crate::store::archive::read;
use anyhow::Context as _;
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;

/// Show archived conversations, one JSON object a line, each once.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// Only this conversation.
    conversation: Option<String>,
    /// The folder, as `retention.archive` in service.yaml names it.
    #[arg(long, env = "SANAD_ARCHIVE", value_name = "DIR", default_value = "data/archive")]
    archive: PathBuf,
}

/// Runs the command.
pub fn run(args: &ArchiveArgs) -> anyhow::Result<()> {
    let folder = args.archive.display();
    let contents = read(&args.archive, args.conversation.as_deref()).with_context(|| {
        format!("the archive {folder} cannot be read; name it with --archive DIR")
    })?;
    let mut out = io::stdout().lock();
    for row in &contents.rows {
        serde_json::to_writer(&mut out, row)?;
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
