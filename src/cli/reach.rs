//! The first call of a terminal client, without which it can do nothing: when the server or its store
//! is away, whoever sits there hears of it at once, what they type meanwhile is kept for later, and a
//! script waits no longer than it was told to.

use super::connect::{Failure, SILENT_MAX, repeat};
use super::terminal::{Screen, Terminal, asked_to_stop};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::Notify;
use tonic::{Response, Status};

/// A sentence in English and in Arabic.
pub type Sentence = (&'static str, &'static str);

/// Nothing can be done at this moment.
pub const AWAY: Sentence = (
    "Sanad cannot be reached right now and nothing is kept there; I keep trying …",
    "تعذّر الوصول إلى سند الآن ولا يُحفظ فيه شيء، والمحاولة مستمرة …",
);
/// What is typed while nothing can be done.
const HELD: Sentence = (
    "kept here: it follows by itself as soon as Sanad is back; /quit leaves",
    "محفوظ هنا، ويُنفَّذ تلقائيًا فور عودة سند، و/quit للخروج",
);
/// It can be done again.
pub const BACK: Sentence = ("connected again", "عاد الاتصال");
/// A script has waited long enough.
const GIVEN_UP: Sentence = (
    "Sanad did not come back in time; nothing was kept",
    "لم يعد سند في الوقت المحدد ولم يُحفظ شيء",
);

/// What a line means that is typed while nothing can be done.
pub enum Meanwhile {
    /// Leave.
    Leave,
    /// It is answered at once.
    Show(Vec<String>),
    /// It needs the server.
    Hold,
}

/// How a client speaks of what goes on, and what it makes of lines.
pub struct Manner<'a> {
    /// For sentences about the call: "the server refused …".
    pub what: &'static str,
    /// The server's address.
    pub server: &'a str,
    /// How long a script waits.
    pub patience: Duration,
    /// A sentence as this client's reader reads it.
    pub say: &'a (dyn Fn(Sentence) -> String + Sync),
    /// What a line means.
    pub read: &'a (dyn Fn(&str) -> Meanwhile + Sync),
}

/// Makes the call until it is answered: for a person until they leave (`None`), for a script as long
/// as it is patient.
pub async fn reach<T, F>(
    terminal: &mut Terminal,
    manner: &Manner<'_>,
    call: impl FnMut() -> F,
) -> Result<Option<T>, Failure>
where
    F: Future<Output = Result<Response<T>, Status>>,
{
    let troubled = Notify::new();
    let mut tries = pin!(repeat(u32::MAX, || troubled.notify_one(), call));
    let mut stop = pin!(asked_to_stop());
    let mut given_up = pin!(tokio::time::sleep(manner.patience));
    let interactive = terminal.interactive;
    let mut is_told = false;
    loop {
        tokio::select! {
            biased;
            done = &mut tries => {
                if is_told && done.is_ok() {
                    terminal.screen.show(&[(manner.say)(BACK)]);
                }
                let done = done.map(|answer| Some(answer.into_inner()));
                return done.map_err(|status| Failure::of(manner.what, manner.server, status));
            }
            () = &mut stop => return Ok(None),
            () = troubled.notified() => {
                is_told = true;
                terminal.screen.show(&[(manner.say)(AWAY)]);
            }
            line = terminal.lines.recv(), if interactive => {
                terminal.screen.typed();
                let Some(line) = line else { return Ok(None) };
                match (manner.read)(&line) {
                    Meanwhile::Leave => return Ok(None),
                    Meanwhile::Show(lines) => terminal.screen.show(&lines),
                    Meanwhile::Hold => {
                        // Before anything has gone wrong it is simply early.
                        if is_told {
                            terminal.screen.show(&[(manner.say)(HELD)]);
                        }
                        terminal.early.push_back(line);
                    }
                }
            }
            () = &mut given_up, if !interactive => {
                terminal.screen.show(&[(manner.say)(GIVEN_UP)]);
                let server = manner.server.to_owned();
                return Err(Failure::Away { server, waited: manner.patience });
            }
        }
    }
}

/// Waits for a call that a person waits for, who is told when it takes long.
pub async fn told_meanwhile<T>(
    screen: &mut Screen,
    line: String,
    call: impl Future<Output = T>,
) -> T {
    let mut call = pin!(call);
    tokio::select! {
        biased;
        done = &mut call => return done,
        () = tokio::time::sleep(SILENT_MAX) => screen.show(&[line]),
    }
    call.await
}
