//! `sanad chat`: a customer's terminal, over the same API that widgets use.
//!
//! First it comes to a conversation ([`begin`]). Then three things run side by side: the stream brings
//! what happens ([`stream`]), one worker makes the calls in the order they were asked for ([`calls`]),
//! and a loop shows both ([`view`]) and reads what is typed ([`talk`], [`input`]).

mod begin;
mod calls;
mod facts;
mod help;
mod input;
mod link;
mod own;
mod saved;
mod stream;
mod talk;
#[cfg(test)]
mod tests;
pub(super) mod usage;
mod view;
mod when;

use super::connect::ServerArgs;
use super::failure;
use super::terminal::Terminal;
use crate::domain::language::Language;
use crate::grpc::limits::DEVICE_ID_CHARS_MIN;
use clap::Args;
use std::path::PathBuf;
use talk::Talk;
use view::View;

/// Chat with Sanad as a customer.
///
/// Type a message, the number of a choice, or a command such as /help. Input from a pipe is sent
/// line by line, each after the answer to the one before; the command ends when the last answer is
/// there. A line that is refused is told and the next one is sent; the exit code is 1 then.
#[derive(Debug, Clone, Args)]
pub struct ChatArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The language to begin in; without it, Sanad follows what you write, and this terminal begins in
    /// the system's.
    #[arg(long, value_name = "ar|en", value_parser = super::language)]
    lang: Option<Language>,
    /// An id for this device, at least 16 characters; without it, a random one.
    #[arg(long, value_name = "ID", value_parser = device)]
    device: Option<String>,
    /// Who you are, as the host site has signed it (`sanad token mint`).
    #[arg(long, env = "SANAD_IDENTITY", hide_env_values = true, value_name = "TOKEN")]
    identity: Option<String>,
    /// Keep the conversation in FILE, and take it up again if it is there.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// How long a script waits until Sanad can be reached, and for the reply to each of its lines.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    patience: u64,
    /// How long to go on listening after a script has ended.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    stay: u64,
}

/// Whoever knows the id of a device can begin conversations as that device: it must not be guessed.
fn device(text: &str) -> Result<String, String> {
    match text.chars().count() {
        0..DEVICE_ID_CHARS_MIN => Err(format!(
            "it has fewer than {DEVICE_ID_CHARS_MIN} characters and could be guessed; leave --device out \
             for a random one"
        )),
        _ => Ok(text.to_owned()),
    }
}

/// Runs the command in this terminal.
pub async fn run(args: ChatArgs) -> anyhow::Result<()> {
    let terminal = Terminal::open();
    let language = args.lang.or(terminal.locale).unwrap_or(Language::En);
    run_in(args, terminal).await.map_err(|error| failure::told(error, language))
}

async fn run_in(args: ChatArgs, terminal: Terminal) -> anyhow::Result<()> {
    let mut terminal = terminal;
    let mut view = View::new(terminal.look, terminal.interactive, args.lang, terminal.locale);
    let channel = args.server.connect().await.inspect_err(|_| {
        terminal.screen.show(&[view.nobody()]);
    })?;
    let Some(opened) = begin::begin(&channel, &args, &mut view, &mut terminal).await? else {
        terminal.screen.close();
        return Ok(());
    };
    if terminal.interactive {
        terminal.screen.show(&[view.welcome()]);
    }
    let mut talk = Talk::open(args, channel, opened, view, terminal)?;
    let end = talk.listen().await;
    talk.close();
    end
}

/// The present by this machine's clock, in seconds; it moves what is shown and decides nothing.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
