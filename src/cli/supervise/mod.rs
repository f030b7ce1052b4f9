//! `sanad supervise`: what happens at this moment, in a terminal, and stepping in where it must be.
//! Over the same API that a supervisor's page would use.
//!
//! Side by side run the overview's stream and, if one is watched, a conversation's ([`streams`]); the
//! loop here reads what is typed ([`input`]), makes the calls ([`calls`]) and shows what came
//! ([`show`], from what [`floor`] has put together).

mod blocks;
mod calls;
mod floor;
mod help;
mod input;
mod live;
mod refusals;
mod show;
mod streams;
#[cfg(test)]
mod tests;

use super::connect::{Failure, KeyArgs, SILENT_MAX, ServerArgs};
use super::failure;
use super::follow::{Heard, follow};
use super::leaving::{Go, Leaving, Undone};
use super::reach::{AWAY, BACK, told_meanwhile};
use super::terminal::{Terminal, asked_to_stop};
use super::transcript::{Reader, Transcript};
use crate::domain::language::Language;
use crate::grpc::keys::Role;
use crate::grpc::pb::watch_conversation_response::Frame;
use crate::grpc::pb::{ReadMarks, SubscribeOverviewResponse, WatchConversationResponse};
use calls::{Calls, Deed};
use clap::Args;
use floor::{Floor, News};
use help::COMMANDS;
use input::{Line, Which};
use live::Live;
use show::Show;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How often the status line is drawn anew and signs of life are given.
const TICK: Duration = Duration::from_secs(1);

/// Rows that have changed are shown so often at most.
const ROWS_EVERY: Duration = Duration::from_secs(2);

/// Watch queues and agents, look into conversations, and step in.
///
/// /help shows the commands. Input from a pipe is taken line by line; the first line waits until
/// everything was shown once. A line that is refused is told and the next one is done; the exit code is
/// 1 then.
#[derive(Debug, Clone, Args)]
pub struct SuperviseArgs {
    /// The subject of the supervisor's key.
    #[arg(long = "as", value_name = "SUBJECT", default_value = "main")]
    subject: String,
    /// The name customers see when you take a conversation over.
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// The language of this screen; without it, the system's.
    #[arg(long, value_name = "ar|en", value_parser = super::language)]
    lang: Option<Language>,
    /// How long a script waits until everything was shown once.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
    /// How long to stay after a script has ended.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    stay: u64,
}

/// Runs the command in this terminal.
pub async fn run(args: SuperviseArgs) -> anyhow::Result<()> {
    let terminal = Terminal::open();
    let language = args.lang.or(terminal.locale).unwrap_or(Language::En);
    run_in(args, terminal).await.map_err(|error| failure::told(error, language))
}

async fn run_in(args: SuperviseArgs, terminal: Terminal) -> anyhow::Result<()> {
    let bearer = args.key.read(Role::Supervisor, &args.subject)?;
    let channel = args.server.connect().await?;
    let calls = Calls::new(channel, bearer, args.name.clone());
    let look = terminal.look;
    let language = args.lang.or(terminal.locale).unwrap_or(Language::En);
    let show = Show { transcript: Transcript { look, language, reader: Reader::Staff } };
    let (tell, overview) = mpsc::channel(64);
    tokio::spawn(follow(streams::OverviewStream::new(calls.supervisors()), tell));
    let leaving = Leaving::after(args.stay);
    let mut screen = Watch {
        args,
        calls,
        show,
        terminal,
        floor: Floor::default(),
        live: Live::default(),
        rows_at: Instant::now(),
        overview,
        watched: None,
        next: Next::Sent,
        is_told: false,
        is_away_told: false,
        since: Instant::now(),
        undone: Undone::default(),
        leaving,
    };
    let end = screen.work().await;
    screen.terminal.screen.set_status(None);
    screen.calls.leave().await;
    screen.terminal.screen.close();
    end
}

/// A conversation that is watched.
struct Watched {
    conversation: String,
    heard: mpsc::Receiver<Heard<WatchConversationResponse>>,
    /// How far each side has read; `None` before it is attached.
    marks: Option<ReadMarks>,
}

/// What a plain line is.
#[derive(Debug, Default, PartialEq, Eq)]
enum Next {
    /// For the customer of the watched conversation.
    #[default]
    Sent,
    /// The name customers see of whoever wants to take this conversation over.
    Name(String),
    /// It was meant for the customer of a conversation that could not be taken over: it goes to nobody.
    Meant(String),
}

/// One supervisor's screen.
struct Watch {
    args: SuperviseArgs,
    calls: Calls,
    show: Show,
    terminal: Terminal,
    floor: Floor,
    /// What of it was shown last.
    live: Live,
    /// When rows may be shown again.
    rows_at: Instant,
    overview: mpsc::Receiver<Heard<SubscribeOverviewResponse>>,
    watched: Option<Watched>,
    /// What the next plain line is, after something could not be taken over.
    next: Next,
    /// Whether everything was shown once.
    is_told: bool,
    /// Whether it was said that nothing can be shown yet.
    is_away_told: bool,
    /// When it began.
    since: Instant,
    /// What a script asked for and did not get.
    undone: Undone,
    /// When this terminal is left.
    leaving: Leaving,
}

impl Watch {
    async fn work(&mut self) -> anyhow::Result<()> {
        let mut tick = tokio::time::interval(TICK);
        let mut stop = std::pin::pin!(asked_to_stop());
        loop {
            // Before everything was shown a line could mean nothing: a script waits for it, and a
            // person only until it is said that it will take longer.
            let is_answered = self.terminal.interactive && self.is_away_told;
            let may_speak = !self.leaving.has_ended() && (self.is_told || is_answered);
            let go = tokio::select! {
                biased;
                Some(heard) = self.overview.recv() => self.overview(heard)?,
                Some(heard) = watched(&mut self.watched) => self.happened(heard),
                line = self.terminal.line(), if may_speak => self.read(line).await?,
                _ = tick.tick() => self.tick().await?,
                () = &mut stop => Go::Leave,
            };
            if matches!(go, Go::Leave) {
                return Ok(self.undone.at_the_end()?);
            }
        }
    }

    fn overview(&mut self, heard: Heard<SubscribeOverviewResponse>) -> anyhow::Result<Go> {
        match heard {
            Heard::Frame(frame) => match self.floor.frame(frame) {
                News::Everything if !self.is_told => {
                    self.is_told = true;
                    let lines = self.everything();
                    self.terminal.screen.show(&lines);
                }
                News::Alerted(alert) => {
                    let line = self.show.alert(&self.floor, &alert, true, now());
                    self.terminal.screen.show(&[line]);
                }
                News::Cleared(alert) => {
                    let line = self.show.alert(&self.floor, &alert, false, now());
                    self.terminal.screen.show(&[line]);
                }
                News::Everything | News::Moved | News::Nothing => {}
            },
            Heard::Disturbed | Heard::Restored => self.disturbed(matches!(heard, Heard::Disturbed)),
            Heard::Over(status) => {
                let server = &self.args.server.server;
                return Err(Failure::of("the overview", server, status).into());
            }
        }
        self.status();
        Ok(Go::On)
    }

    fn happened(&mut self, heard: Heard<WatchConversationResponse>) -> Go {
        let lines = match heard {
            Heard::Frame(response) => match response.frame {
                Some(Frame::Event(event)) => self.show.transcript.event(&event),
                Some(Frame::Reset(reset)) => self.show.transcript.events(&reset.events),
                Some(Frame::ReadMarks(marks)) => self.read_on(marks),
                Some(Frame::QueueStatus(status)) => vec![self.show.transcript.position(&status)],
                Some(Frame::Attached(attached)) => {
                    let marks = attached.conversation.and_then(|c| c.read_marks);
                    self.read_on(marks.unwrap_or_default())
                }
                Some(Frame::Heartbeat(_) | Frame::Typing(_) | Frame::Moved(_)) | None => Vec::new(),
            },
            Heard::Disturbed | Heard::Restored => {
                self.disturbed(matches!(heard, Heard::Disturbed));
                Vec::new()
            }
            Heard::Over(status) => {
                self.watched = None;
                vec![self.refused(&status)]
            }
        };
        self.terminal.screen.show(&lines);
        Go::On
    }

    /// Somebody has read on; what was read before the watch began is not told.
    fn read_on(&mut self, marks: ReadMarks) -> Vec<String> {
        let before = self.watched.as_mut().and_then(|watched| watched.marks.replace(marks));
        before.map_or_else(Vec::new, |before| self.show.read(before, marks))
    }

    fn disturbed(&mut self, is_away: bool) {
        let (en, ar) = if is_away { AWAY } else { BACK };
        let line = self.show.say(en, ar);
        self.is_away_told = is_away;
        self.terminal.screen.show(&[line]);
    }

    async fn read(&mut self, line: Option<String>) -> anyhow::Result<Go> {
        self.terminal.screen.typed();
        let Some(line) = line else {
            return Ok(self.leaving.end(&self.terminal, Instant::now()));
        };
        let mut lines = Vec::new();
        let line = input::parse(&line);
        if line != Line::Nothing {
            match (std::mem::take(&mut self.next), &line) {
                (Next::Name(conversation), Line::Do(Deed::Say(name), None)) => {
                    self.rename(name.clone()).await?;
                    return self.about(Deed::Take, Some(Which::Id(conversation))).await;
                }
                (Next::Meant(conversation), line) => {
                    if let Some(told) = self.not_for_the_watched(conversation, line) {
                        self.terminal.screen.show(&[told]);
                        return Ok(Go::On);
                    }
                }
                (_, _) => {}
            }
        }
        match line {
            Line::Nothing => {}
            Line::Quit => return Ok(Go::Leave),
            Line::Help => lines = COMMANDS.help(&self.show.transcript),
            // Nothing is known yet, so there is nothing that could be shown or done.
            _ if !self.is_told => lines.push(self.away()),
            Line::List => lines = self.everything(),
            Line::Incomplete(command) => {
                lines = COMMANDS.usage(command, &self.show.transcript);
            }
            Line::Unknown(command) => {
                lines.push(COMMANDS.unknown(&command, &self.show.transcript));
            }
            Line::Watch(which) => lines.push(self.attach(which)),
            Line::Unwatch => {
                self.watched = None;
                lines.push(self.show.say("no longer watched", "توقفت المراقبة"));
            }
            Line::Name(name) => return self.rename(name).await,
            Line::Do(deed, which) => return self.about(deed, which).await,
            Line::Blocks => return self.blocked().await,
            Line::Review { which, upheld, reason } => {
                return self.review(which, upheld, reason).await;
            }
        }
        self.terminal.screen.show(&lines);
        Ok(Go::On)
    }

    fn everything(&mut self) -> Vec<String> {
        self.live.shown(&self.floor);
        self.rows_at = Instant::now() + ROWS_EVERY;
        self.show.everything(&self.floor, now())
    }

    /// Queues and agents that have changed.
    fn rows(&mut self) {
        if !self.is_told || Instant::now() < self.rows_at {
            return;
        }
        self.rows_at = Instant::now() + ROWS_EVERY;
        let lines = self.live.changes(&self.show, &self.floor, now());
        self.terminal.screen.show(&lines);
    }

    /// The name customers see from now on.
    async fn rename(&mut self, name: String) -> anyhow::Result<Go> {
        let told = self.show.say("customers see you as", "يراك العملاء باسم");
        let line = format!("{told} {}", self.show.transcript.look.foreign(&name));
        let away = self.away();
        let call = self.calls.rename(name);
        if let Err(status) = told_meanwhile(&mut self.terminal.screen, away, call).await {
            return self.not_done("the name", status, None);
        }
        self.terminal.screen.show(&[line]);
        Ok(Go::On)
    }

    /// Attaches to a conversation; what happened so far comes first.
    fn attach(&mut self, which: Which) -> String {
        let conversation = match self.meant(which) {
            Ok(conversation) => conversation,
            Err(no_such) => return no_such,
        };
        let (tell, heard) = mpsc::channel(64);
        let stream = streams::WatchStream::new(self.calls.supervisors(), conversation.clone());
        tokio::spawn(follow(stream, tell));
        let told = self.show.say("watching", "تراقب الآن");
        let line = format!("{told} {}", self.show.transcript.look.foreign(&conversation));
        self.watched = Some(Watched { conversation, heard, marks: None });
        line
    }

    /// The conversation that is meant; else what to say. A number is the same wherever it was shown.
    fn meant(&self, which: Which) -> Result<String, String> {
        let id = match which {
            Which::Id(id) => Some(id),
            Which::Number(number) => self.floor.numbered(number).map(str::to_owned),
        };
        let (en, ar) = (
            "there is no such number; see /list or /blocks",
            "لا يوجد هذا الرقم؛ انظر /list أو /blocks",
        );
        id.ok_or_else(|| self.show.say(en, ar))
    }

    /// The conversation that something is to be done about; else what to say.
    fn chosen(&self, which: Option<Which>) -> Result<String, String> {
        match (which, &self.watched) {
            (Some(which), _) => self.meant(which),
            (None, Some(watched)) => Ok(watched.conversation.clone()),
            (None, None) => {
                let (en, ar) = ("first /watch a conversation", "اختر محادثة أولًا: /watch");
                Err(self.show.say(en, ar))
            }
        }
    }

    /// Does something about a conversation.
    async fn about(&mut self, deed: Deed, which: Option<Which>) -> anyhow::Result<Go> {
        let conversation = match self.chosen(which) {
            Ok(conversation) => conversation,
            Err(line) => {
                self.terminal.screen.show(&[line]);
                return Ok(Go::On);
            }
        };
        if self.terminal.interactive && deed.is_of_the_desk() && !self.calls.holds(&conversation) {
            let (en, ar) = ("you have not taken it over: /take", "لم تتسلّمها بعد: /take");
            self.terminal.screen.show(&[self.show.say(en, ar)]);
            return Ok(Go::On);
        }
        let owner = self.floor.owner(&conversation).map(str::to_owned);
        let (en, ar) = deed.done();
        let away = self.away();
        let call = self.calls.make(&deed, &conversation, owner.as_deref());
        match told_meanwhile(&mut self.terminal.screen, away, call).await {
            Ok(()) => {
                let mut lines = vec![self.show.say(en, ar)];
                let watched = self.watched.as_ref().map(|watched| &watched.conversation);
                // Plain lines go to the one that is watched, so that is the one just taken over.
                if deed == Deed::Take && watched != Some(&conversation) {
                    lines.push(self.attach(Which::Id(conversation)));
                }
                self.terminal.screen.show(&lines);
            }
            Err(status) if deed == Deed::Take => {
                let about = (deed.what(), self.args.server.server.as_str());
                self.undone.refused(&self.terminal, about, &status)?;
                let lines = self.not_taken(conversation, &status);
                self.terminal.screen.show(&lines);
            }
            Err(status) => {
                let instead = deed.instead(status.code());
                return self.not_done(deed.what(), status, instead);
            }
        }
        Ok(Go::On)
    }

    async fn tick(&mut self) -> anyhow::Result<Go> {
        self.rows();
        self.status();
        let waited = self.since.elapsed();
        let patience = Duration::from_secs(self.args.patience);
        if !self.is_told && !self.is_away_told && waited >= SILENT_MAX.min(patience) {
            self.disturbed(true);
        }
        if !self.is_told && !self.terminal.interactive && waited >= patience {
            let server = self.args.server.server.clone();
            return Err(Failure::Away { server, waited: patience }.into());
        }
        self.calls.stay_alive().await;
        Ok(if self.leaving.is_due(Instant::now()) { Go::Leave } else { Go::On })
    }

    /// That it takes long, for a call that a person waits for.
    fn away(&self) -> String {
        self.show.say(AWAY.0, AWAY.1)
    }

    /// Only where it can be drawn over: in a file it would be a line for each second.
    fn status(&mut self) {
        if self.terminal.interactive && self.is_told {
            let line = self.show.status(&self.floor, now());
            self.terminal.screen.set_status(Some(line));
        }
    }
}

async fn watched(watched: &mut Option<Watched>) -> Option<Heard<WatchConversationResponse>> {
    match watched {
        Some(watched) => watched.heard.recv().await,
        None => std::future::pending().await,
    }
}

/// The present by this machine's clock; it moves what is shown and decides nothing.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
