//! The command line: what a person or a script can do with Sanad in a terminal.
//!
//! One file a command. A command is a client like any other and speaks the public API; only what
//! starts or mends a server touches its files. Drawing ([`terminal`]), wording ([`words`],
//! [`transcript`]) and connecting ([`connect`], `follow`) are shared.

mod admin;
mod agent;
mod archive;
mod bench;
mod blocks;
mod chat;
mod check;
mod classify;
mod commands;
pub mod connect;
mod direction;
mod doctor;
mod eta;
mod eval;
mod explain;
mod failure;
#[cfg(test)]
mod fake;
mod fault;
mod figures;
mod follow;
mod import;
mod init;
mod journal;
mod key;
mod learning;
mod leaving;
mod locale;
mod notes;
mod on_call;
mod parts;
mod program;
mod reach;
mod refused;
mod repair;
mod replay;
mod rows;
mod rules;
mod schema;
mod sealing;
mod seen;
mod serve;
mod shared_keys;
mod sharing;
mod sim;
mod store;
mod store_health;
mod stores;
mod supervise;
pub mod system;
mod tasks;
pub mod terminal;
mod test;
mod token;
pub mod transcript;
mod usage;
pub mod words;
mod zone;

use crate::domain::language::Language;
use clap::{CommandFactory, Parser, Subcommand};
use connect::Failure;
use std::ffi::OsString;
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
    Supervise(supervise::SuperviseArgs),
    Key(key::KeyCommand),
    Token(token::TokenCommand),
    Doctor(doctor::Doctor),
    Repair(repair::Repair),
    OnCall(on_call::OnCallArgs),
    Replay(replay::Replay),
    Archive(archive::ArchiveArgs),
    Store(store::StoreArgs),
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

/// What the command line asks for; ends the process with an explanation if it cannot be read.
pub fn parse(args: Vec<OsString>) -> Cli {
    match understood(&args) {
        Ok(cli) => cli,
        Err(error) => usage::exit(&error, &args),
    }
}

/// Options before the command are read as if they stood behind it, where they belong.
fn understood(args: &[OsString]) -> Result<Cli, clap::Error> {
    let as_written = Cli::try_parse_from(args);
    if as_written.is_ok() || !args.get(1).is_some_and(starts_with_dash) {
        return as_written;
    }
    let commands = Cli::command();
    let is_command = |arg: &OsString| commands.find_subcommand(arg).is_some();
    let behind = (2..args.len()).rev().filter(|at| is_command(&args[*at])).find_map(|at| {
        let mut moved = vec![args[0].clone(), args[at].clone()];
        moved.extend(args[1..at].iter().chain(&args[at + 1..]).cloned());
        Cli::try_parse_from(moved).ok()
    });
    behind.map_or(as_written, Ok)
}

fn starts_with_dash(arg: &OsString) -> bool {
    arg.as_encoded_bytes().starts_with(b"-")
}

/// What a program ends with that wrote to nobody, as shells tell it.
const NOBODY_READS: i32 = 141;

/// Whoever reads may stop reading (`sanad doctor | head`): that ends a command quietly and is no
/// fault of it. A server is not ended by who reads what it says at its start.
fn end_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        // The words are the standard library's, for `print!` that cannot write.
        let is_closed = |said: &String| {
            said.starts_with("failed printing to std") && said.contains("Broken pipe")
        };
        if said.is_some_and(is_closed) {
            std::process::exit(NOBODY_READS);
        }
        usual(panic);
    }));
}

/// Runs one command to its end.
pub fn run(cli: Cli) -> ExitCode {
    if !matches!(cli.command, None | Some(Command::Serve(_))) {
        end_when_nobody_reads();
    }
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
        Some(Command::OnCall(args)) => return finished(block_on(on_call::run(args))),
        Some(Command::Supervise(args)) => block_on(supervise::run(args)),
        Some(Command::Key(args)) => key::run(args),
        Some(Command::Token(args)) => token::run(args),
        Some(Command::Archive(args)) => archive::run(&args),
        Some(Command::Store(args)) => on_all_cores(store::run(args)),
        Some(Command::Doctor(options)) => return doctor::run(&options),
        Some(Command::Replay(args)) => return finished(block_on(replay::run(args))),
        Some(Command::Repair(args)) => return finished(block_on(repair::run(args))),
    };
    finished(done.map(|()| ExitCode::SUCCESS))
}

fn finished(done: anyhow::Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("sanad: {error:#}");
        exit_code(&error)
    })
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(failure::of(error).map_or(1, Failure::exit_code))
}

/// What is logged unless `SANAD_LOG` says otherwise. The client of a cluster tells of every attempt to
/// reach a node, as an error and many times a second while one is away; Sanad tells that it is.
const LOG: &str = "info,redis=error,redis::cluster_handling=off";

/// The service uses all cores.
fn serve_on(options: serve::Serve) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SANAD_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(LOG));
    // A log that is kept in a file is read by programs and by people without a terminal.
    let colours = terminal::colours_on(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    log.with_writer(std::io::stderr).init();
    on_all_cores(serve::run(options))
}

fn on_all_cores(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(command)
}

/// Clients need no more than one thread, and end without waiting for what still runs beside.
fn block_on<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
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

    fn read(line: &str) -> Result<Cli, clap::Error> {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        understood(&args)
    }

    #[test]
    fn options_before_a_command_are_read_as_its_own_or_refused_with_a_reason() {
        let Ok(Cli { command: Some(Command::Check(check)), .. }) =
            read("sanad --config shop --lang ar check")
        else {
            panic!("the options belong to check");
        };
        assert_eq!(check.config, std::path::Path::new("shop"));
        assert_eq!(check.lang, Language::Ar);
        let Ok(Cli { command: Some(Command::Check(check)), .. }) =
            read("sanad --config test check")
        else {
            panic!("a folder may have the name of a command");
        };
        assert_eq!(check.config, std::path::Path::new("test"));
        let serve = read("sanad --config shop").unwrap();
        assert!(serve.command.is_none() && serve.serve.config == std::path::Path::new("shop"));
        let refused = read("sanad --listen 127.0.0.1:1 check").unwrap_err().to_string();
        assert!(refused.contains("--listen"), "{refused}");
    }

    #[test]
    fn the_log_is_of_sanad_and_not_of_every_attempt_to_reach_a_server() {
        use std::io::Write;
        use std::sync::{Arc, Mutex};
        use tracing_subscriber::EnvFilter;

        #[derive(Clone, Default)]
        struct Written(Arc<Mutex<Vec<u8>>>);
        impl Write for Written {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().unwrap().write(bytes)
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let written = Written::default();
        let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(LOG));
        let log = log.with_writer({
            let written = written.clone();
            move || written.clone()
        });
        tracing::subscriber::with_default(log.finish(), || {
            tracing::error!(target: "redis::cluster_handling::async_connection", "an attempt fails");
            tracing::warn!(target: "redis::client", "an attempt fails");
            tracing::error!(target: "redis::client", "a fault of it");
            tracing::info!("what is there");
        });
        let told = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(!told.contains("fails"), "{told}");
        assert!(told.contains("a fault of it") && told.contains("what is there"), "{told}");
    }

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
