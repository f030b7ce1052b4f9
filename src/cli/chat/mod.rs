//! `sanad chat`: a customer's terminal, over the same API that widgets use.
//!
//! Three things run side by side: the stream brings what happens ([`stream`]), one worker makes the
//! calls in the order they were asked for ([`calls`]), and the loop here shows both ([`view`]) and
//! reads what is typed ([`input`]).

mod calls;
mod facts;
mod help;
mod input;
mod saved;
mod stream;
#[cfg(test)]
mod tests;
mod view;

use super::connect::{Bearer, Failure, Secured, ServerArgs, ask, fresh_id};
use super::follow::{Heard, follow};
use super::reach::{Manner, Meanwhile, reach};
use super::terminal::{Terminal, asked_to_stop};
use crate::domain::language::Language;
use crate::grpc::limits::DEVICE_ID_CHARS_MIN;
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::{
    StartConversationRequest, StartConversationResponse, SubscribeEventsResponse,
};
use calls::{Asked, Report};
use clap::Args;
use help::COMMANDS;
use input::Line;
use saved::Saved;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tonic::transport::Channel;
use view::View;

/// How long what an answer brought may wait for the stream to bring what lies before it.
const TICK: Duration = Duration::from_millis(view::TICK_MS as u64);

/// Chat with Sanad as a customer.
///
/// Type a message, the number of a choice, or a command such as /help. Input from a pipe is sent
/// line by line, each after the answer to the one before; the command ends when the last answer is
/// there.
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
    run_in(args, Terminal::open()).await
}

async fn run_in(args: ChatArgs, terminal: Terminal) -> anyhow::Result<()> {
    let mut terminal = terminal;
    let mut view = View::new(terminal.look, terminal.interactive, args.lang, terminal.locale);
    let channel = args.server.connect().await.inspect_err(|_| {
        terminal.screen.show(&[view.nobody()]);
    })?;
    let saved = args.resume.as_deref().map(Saved::read).transpose()?.flatten();
    let (opened, first) = match saved {
        Some(saved) => (Opened::again(saved, args.resume.clone()), Vec::new()),
        None => {
            let Some(started) = start(&channel, &args, &view, &mut terminal).await? else {
                terminal.screen.close();
                return Ok(());
            };
            let opened = Opened::new(&args, &started);
            opened.save()?;
            (opened, view.started(started))
        }
    };
    terminal.screen.show(&first);
    if terminal.interactive {
        terminal.screen.show(&[view.welcome()]);
    }
    let mut talk = Talk::open(args, channel, opened, view, terminal)?;
    let end = talk.listen().await;
    talk.terminal.screen.close();
    end
}

/// `None` if the person leaves before there is a conversation.
async fn start(
    channel: &Channel,
    args: &ChatArgs,
    view: &View,
    terminal: &mut Terminal,
) -> Result<Option<StartConversationResponse>, Failure> {
    let request = StartConversationRequest {
        request_id: fresh_id(),
        device_id: args.device.clone().unwrap_or_else(fresh_id),
        language: args.lang.map(|lang| lang.tag().to_owned()).unwrap_or_default(),
        identity_token: args.identity.clone().unwrap_or_default(),
        channel: "terminal".to_owned(),
        ..Default::default()
    };
    let client = ChatServiceClient::new(channel.clone());
    let call = || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.start_conversation(ask(request)).await }
    };
    let manner = Manner {
        what: "to begin a conversation",
        server: &args.server.server,
        patience: Duration::from_secs(args.patience),
        say: &|sentence| view.sentence(sentence),
        read: &|line| match input::parse(line, &[]) {
            Line::Quit => Meanwhile::Leave,
            Line::Help => Meanwhile::Show(view.help()),
            Line::Nothing => Meanwhile::Show(Vec::new()),
            Line::Want(_) | Line::Incomplete(_) | Line::Unknown(_) => Meanwhile::Hold,
        },
    };
    reach(terminal, &manner, call).await
}

/// The conversation this terminal is in.
struct Opened {
    saved: Saved,
    file: Option<PathBuf>,
    /// Where the stream begins; empty for the whole conversation.
    resume_token: String,
}

impl Opened {
    fn new(args: &ChatArgs, started: &StartConversationResponse) -> Opened {
        let conversation = started.conversation.clone().unwrap_or_default();
        let saved = Saved {
            conversation_id: conversation.conversation_id,
            customer_token: started.customer_token.clone(),
        };
        let resume_token = started.resume_token.clone();
        Opened { saved, file: args.resume.clone(), resume_token }
    }

    /// A conversation that was begun before: shown from its beginning.
    fn again(saved: Saved, file: Option<PathBuf>) -> Opened {
        Opened { saved, file, resume_token: String::new() }
    }

    fn save(&self) -> anyhow::Result<()> {
        self.file.as_deref().map_or(Ok(()), |file| self.saved.write(file))
    }
}

/// One conversation in one terminal.
struct Talk {
    args: ChatArgs,
    opened: Opened,
    bearer: Bearer,
    view: View,
    terminal: Terminal,
    wants: mpsc::Sender<Asked>,
    reports: mpsc::Receiver<Report>,
    heard: mpsc::Receiver<Heard<SubscribeEventsResponse>>,
    /// How far the customer has read.
    read: watch::Sender<u64>,
    /// Calls that were asked for and not answered.
    open_calls: usize,
    /// Since when a script waits for its turn to be over.
    waiting_since: Instant,
    /// When to leave; set when the input has ended.
    leave_at: Option<Instant>,
    /// The input was asked to end: nothing more is read.
    ended: bool,
}

enum Go {
    On,
    Leave,
}

impl Talk {
    fn open(
        args: ChatArgs,
        channel: Channel,
        opened: Opened,
        view: View,
        terminal: Terminal,
    ) -> anyhow::Result<Talk> {
        let token = &opened.saved.customer_token;
        let bearer = Bearer::new(token).ok_or_else(|| {
            anyhow::anyhow!("the customer token is damaged; begin a new conversation")
        })?;
        let client: ChatServiceClient<Secured> =
            ChatServiceClient::with_interceptor(channel, bearer.clone());
        let id = opened.saved.conversation_id.clone();
        let (wants, asked) = mpsc::channel(64);
        let (report, reports) = mpsc::channel(64);
        tokio::spawn(calls::work(client.clone(), id.clone(), asked, report));
        let (read, marks) = watch::channel(0);
        tokio::spawn(calls::mark(client.clone(), id.clone(), marks));
        let (tell, heard) = mpsc::channel(64);
        let events = stream::Events::new(client, id, opened.resume_token.clone());
        tokio::spawn(follow(events, tell));
        Ok(Talk {
            args,
            opened,
            bearer,
            view,
            terminal,
            wants,
            reports,
            heard,
            read,
            open_calls: 0,
            waiting_since: Instant::now(),
            leave_at: None,
            ended: false,
        })
    }

    async fn listen(&mut self) -> anyhow::Result<()> {
        let mut tick = tokio::time::interval(TICK);
        // One for the whole time: a signal that comes between two turns of the loop counts too.
        let mut stop = std::pin::pin!(asked_to_stop());
        loop {
            // A script speaks only when the turn before is over; a person may speak at any time.
            let may_speak = !self.ended && (self.terminal.interactive || !self.busy());
            let go = tokio::select! {
                biased;
                Some(heard) = self.heard.recv() => self.hear(heard)?,
                Some(report) = self.reports.recv() => self.report(report)?,
                line = self.terminal.line(), if may_speak => self.read(line).await?,
                _ = tick.tick() => self.tick()?,
                () = &mut stop => Go::Leave,
            };
            if matches!(go, Go::Leave) {
                return Ok(());
            }
        }
    }

    /// Whether this turn still owes something.
    fn busy(&self) -> bool {
        self.open_calls > 0 || self.view.owes()
    }

    fn hear(&mut self, heard: Heard<SubscribeEventsResponse>) -> anyhow::Result<Go> {
        match heard {
            Heard::Frame(frame) => {
                let lines = self.view.frame(frame);
                self.show(&lines);
            }
            Heard::Disturbed => self.terminal.screen.show(&[self.view.disturbed()]),
            Heard::Restored => self.terminal.screen.show(&[self.view.restored()]),
            Heard::Over(status) => {
                let what = "to follow the conversation";
                return Err(Failure::of(what, &self.args.server.server, status).into());
            }
        }
        Ok(Go::On)
    }

    fn report(&mut self, report: Report) -> anyhow::Result<Go> {
        let lines = match report {
            Report::Waiting => vec![self.view.disturbed()],
            Report::Done(asked, done) => {
                self.open_calls -= 1;
                if !done.customer_token.is_empty() {
                    self.bearer.renew(&done.customer_token);
                    self.opened.saved.customer_token = done.customer_token.clone();
                    self.opened.save()?;
                }
                self.view.done(asked, *done)
            }
            Report::Refused(asked, status) => {
                self.open_calls -= 1;
                let lines = self.view.refused(&asked, &status);
                if !self.terminal.interactive {
                    self.terminal.screen.show(&lines);
                    let server = &self.args.server.server;
                    return Err(Failure::of(asked.want.what(), server, status).into());
                }
                lines
            }
        };
        self.show(&lines);
        Ok(Go::On)
    }

    async fn read(&mut self, line: Option<String>) -> anyhow::Result<Go> {
        self.terminal.screen.typed();
        let Some(line) = line else { return Ok(self.end()) };
        match input::parse(&line, self.view.choices()) {
            Line::Nothing => {}
            Line::Quit => return Ok(self.end()),
            Line::Help => self.terminal.screen.show(&self.view.help()),
            Line::Incomplete(command) => {
                self.terminal.screen.show(&COMMANDS.usage(command, &self.view.transcript));
            }
            Line::Unknown(command) => {
                self.terminal.screen.show(&[COMMANDS.unknown(&command, &self.view.transcript)]);
            }
            Line::Want(want) => {
                if !self.view.waits() {
                    // That the words before were seen says nothing of these.
                    self.terminal.screen.forget_status();
                }
                self.view.asking(&want);
                self.open_calls += 1;
                self.waiting_since = Instant::now();
                let rated = self.view.rated();
                self.wants.send(Asked { request_id: fresh_id(), want, rated }).await?;
            }
        }
        Ok(Go::On)
    }

    /// Shows what happened, and below it where the customer stands.
    fn show(&mut self, lines: &[String]) {
        self.terminal.screen.show(lines);
        if let Some(through) = self.view.read() {
            self.read.send_replace(through);
        }
        if self.view.settled() && self.open_calls == 0 {
            let status = self.view.position();
            let is_over = status.is_none() && !self.view.waits();
            self.terminal.screen.set_status(status);
            if is_over {
                self.terminal.screen.forget_status();
            }
        }
    }

    /// The input has ended; what was asked is still waited for.
    fn end(&mut self) -> Go {
        self.ended = true;
        if self.terminal.interactive {
            return Go::Leave;
        }
        self.leave_at = Some(Instant::now() + Duration::from_secs(self.args.stay));
        Go::On
    }

    fn tick(&mut self) -> anyhow::Result<Go> {
        let lines = self.view.tick();
        self.show(&lines);
        if let Some(asked) = self.view.unsaved_due() {
            self.open_calls += 1;
            // The worker holds few calls at a time; what does not fit is due again later.
            if let Err(error) = self.wants.try_send(asked) {
                self.open_calls -= 1;
                self.view.keep_unsaved(error.into_inner());
            }
        }
        if self.terminal.interactive {
            return Ok(Go::On);
        }
        let patience = Duration::from_secs(self.args.patience);
        if self.busy() {
            if self.waiting_since.elapsed() < patience {
                return Ok(Go::On);
            }
            return Err(Failure::NoReply { waited: patience }.into());
        }
        match self.leave_at {
            Some(at) if Instant::now() >= at => match self.view.unsaved() {
                0 => Ok(Go::Leave),
                count => Err(Failure::NotSaved { count }.into()),
            },
            Some(_) | None => Ok(Go::On),
        }
    }
}
