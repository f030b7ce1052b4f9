//! The command line: what a person or a script can do with Sanad in a terminal.
//!
//! One file a command. A command is a client like any other and speaks the public API; only what
//! starts or mends a server touches its files. Drawing ([`terminal`]), wording ([`words`],
//! [`transcript`]) and connecting ([`connect`], `follow`) are shared.

mod admin;
mod agent;
mod bench;
mod chat;
mod check;
mod classify;
pub mod connect;
mod eval;
mod explain;
#[cfg(test)]
mod fake;
mod figures;
mod follow;
mod import;
mod init;
mod journal;
mod key;
mod rows;
mod rules;
mod schema;
mod serve;
mod sim;
mod stores;
pub mod system;
mod tasks;
pub mod terminal;
mod test;
pub mod transcript;
pub mod words;

use crate::domain::language::Language;
use clap::{Parser, Subcommand};
use connect::Failure;
use std::process::ExitCode;

/// What the process ends with, for those who call it from scripts.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 refused or failed; 2 a mistake on the command line \
                          or in a key; 3 no server there; 4 no reply in time, or not saved.";

/// Sanad (سند): a chat front desk. A machine answers first, knows its limits, and hands people to
/// people.
#[derive(Debug, Parser)]
// What stands before a command would be read as `serve`'s and do nothing: it is refused.
#[command(name = "sanad", version, after_help = EXIT_CODES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Without a command: `serve` with these.
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Init(init::Init),
    Chat(chat::ChatArgs),
    Agent(agent::AgentArgs),
    Admin(admin::AdminArgs),
    Key(key::KeyCommand),
    Check(check::Check),
    Test(test::Test),
    Explain(explain::Explain),
    Classify(classify::Classify),
    Import(import::Import),
    Eval(eval::Eval),
    Schema(schema::Schema),
    Sim(sim::Sim),
    Bench(bench::Bench),
}

/// Runs one command to its end.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        None => serve_on(cli.serve),
        Some(Command::Serve(options)) => serve_on(options),
        Some(Command::Check(options)) => return check::run(&options),
        Some(Command::Test(options)) => return test::run(&options),
        Some(Command::Explain(options)) => return explain::run(&options),
        Some(Command::Classify(options)) => return classify::run(&options),
        Some(Command::Import(options)) => import::run(&options),
        Some(Command::Eval(options)) => eval::run(&options),
        Some(Command::Schema(options)) => schema::run(&options),
        Some(Command::Sim(options)) => return sim::run(&options),
        Some(Command::Init(options)) => block_on(init::run(options)),
        Some(Command::Bench(options)) => on_all_cores(bench::run(options)),
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

/// The service uses all cores.
fn serve_on(options: serve::Serve) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SANAD_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    on_all_cores(serve::run(options))
}

fn on_all_cores(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(command)
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
    use clap::CommandFactory;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
