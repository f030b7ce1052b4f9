//! The command line: what a person or a script can do with Sanad in a terminal.
//!
//! One file a command. A command is a client like any other and speaks the public API; only what
//! starts or mends a server touches its files. Drawing ([`terminal`]), wording ([`words`],
//! [`transcript`]) and connecting ([`connect`], [`follow`]) are shared.

mod admin;
mod agent;
mod chat;
pub mod connect;
#[cfg(test)]
mod fake;
mod follow;
mod journal;
mod key;
pub mod terminal;
pub mod transcript;
pub mod words;

use crate::domain::language::Language;
use clap::{CommandFactory, Parser, Subcommand};
use connect::Failure;
use std::process::ExitCode;

/// What the process ends with, for those who call it from scripts.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 refused or failed; 2 a mistake on the command line \
                          or in a key; 3 no server there; 4 no reply in time, or not saved.";

/// Sanad (سند): a chat front desk. A machine answers first, knows its limits, and hands people to
/// people.
#[derive(Debug, Parser)]
#[command(name = "sanad", version, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Chat(chat::ChatArgs),
    Agent(agent::AgentArgs),
    Admin(admin::AdminArgs),
    Key(key::KeyCommand),
}

/// Runs one command to its end.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        None => return help(),
        Some(Command::Chat(args)) => block_on(chat::run(args)),
        Some(Command::Agent(args)) => block_on(agent::run(args)),
        Some(Command::Admin(args)) => block_on(admin::run(args)),
        Some(Command::Key(args)) => key::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sanad: {error:#}");
            exit_code(&error)
        }
    }
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(error.downcast_ref::<Failure>().map_or(1, Failure::exit_code))
}

fn help() -> ExitCode {
    match Cli::command().print_help() {
        Ok(()) => ExitCode::from(2),
        Err(_) => ExitCode::FAILURE,
    }
}

/// Clients need no more than one thread, and end without waiting for what still runs beside.
fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(command);
    runtime.shutdown_background();
    done
}

/// `ar` or `en`, for arguments.
fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "write ar or en".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
