//! `sanad agent`: a human agent's desk in a terminal, over the same API that desks in browsers use.
//!
//! Side by side run the stream of work ([`stream`]), one worker that makes the calls in their order
//! and the sign of life ([`calls`]), and the loop here, which keeps what is on the desk ([`work`]),
//! shows it ([`show`]) and reads what is typed ([`input`]).

mod calls;
mod desk;
mod help;
mod input;
mod show;
mod stream;
#[cfg(test)]
mod tests;
mod work;

use super::connect::{Failure, KeyArgs, Secured, ServerArgs, ask, fresh_id, patiently};
use super::failure;
use super::follow::{Heard, follow};
use super::leaving::{Go, Leaving, Undone};
use super::reach::{AWAY, BACK, Manner, Meanwhile, reach};
use super::terminal::{Terminal, asked_to_stop};
use super::transcript::{Reader, Transcript};
use super::zone;
use crate::domain::language::Language;
use crate::grpc::keys::Role;
use crate::grpc::pb::agent_service_client::AgentServiceClient;
use crate::grpc::pb::{
    AgentSession, ClientKind, Presence, SetPresenceRequest, SignInRequest, SignInResponse,
    SubscribeWorkResponse,
};
use calls::{Asked, Deed, Report};
use clap::Args;
use desk::{Desk, Told};
use help::COMMANDS;
use input::{Line, Need};
use show::Show;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tonic::{Code, Status};

/// How often the countdown moves.
const TICK: Duration = Duration::from_secs(1);
/// How long signing out may take; after that the lease runs out by itself.
const GOODBYE_TIME: Duration = Duration::from_secs(5);
/// The sign of life if the server does not say how often it wants one.
const BEAT: Duration = Duration::from_secs(10);

/// Work as a human agent: take offers, read why the customer came, answer.
///
/// Plain lines go to the current conversation; /help shows the commands. Input from a pipe is taken
/// line by line: a line that needs an offer or a conversation waits for one, and one about an offer that
/// has lapsed is answered at once. A line that is refused is told and the next one is done; the exit code
/// is 1 then, unless it only came too late for an offer.
#[derive(Debug, Clone, Args)]
pub struct AgentArgs {
    /// The agent's id.
    #[arg(long = "as", value_name = "AGENT")]
    agent: String,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// The language of this desk; without it, the system's.
    #[arg(long, value_name = "ar|en", value_parser = super::language)]
    lang: Option<Language>,
    /// Accept every offer at once.
    #[arg(long)]
    auto_accept: bool,
    /// How long a script waits until Sanad can be reached, and a line of it for the work it needs.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
    /// How long to stay signed in after a script has ended.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    stay: u64,
}

/// Runs the command in this terminal.
pub async fn run(args: AgentArgs) -> anyhow::Result<()> {
    let terminal = Terminal::open();
    let language = args.lang.or(terminal.locale).unwrap_or(Language::En);
    run_in(args, terminal).await.map_err(|error| failure::told(error, language))
}

async fn run_in(args: AgentArgs, terminal: Terminal) -> anyhow::Result<()> {
    let bearer = args.key.read(Role::Agent, &args.agent)?;
    let channel = args.server.connect().await?;
    let client = AgentServiceClient::with_interceptor(channel, bearer);
    let mut terminal = terminal;
    let look = terminal.look;
    let language = args.lang.or(terminal.locale).unwrap_or(Language::En);
    let show = Show { transcript: Transcript { look, language, reader: Reader::Staff } };
    let Some(seat) = Seat::take(&args, client.clone(), &show, &mut terminal).await? else {
        terminal.screen.close();
        return Ok(());
    };
    let desk = Desk::new(show, args.agent.clone(), terminal.interactive, args.auto_accept);
    let leaving = Leaving::after(args.stay);
    let mut shift = Shift {
        args,
        client,
        seat,
        desk,
        terminal,
        held_line: None,
        waiting_since: Instant::now(),
        open_calls: 0,
        undone: Undone::default(),
        leaving,
    };
    let hello = shift.seat.hello.agent.clone().unwrap_or_default();
    shift.terminal.screen.show(&[shift.desk.show.signed_in(&hello)]);
    shift.ask(Deed::Presence(Presence::Available, String::new())).await;
    let end = shift.work().await;
    shift.goodbye(&end).await;
    shift.terminal.screen.close();
    end
}

/// One session with what runs beside it; all of it ends when this is dropped.
struct Seat {
    hello: SignInResponse,
    asked: mpsc::Sender<Asked>,
    reports: mpsc::Receiver<Report>,
    heard: mpsc::Receiver<Heard<SubscribeWorkResponse>>,
}

impl Seat {
    /// Signs in; `None` if the agent leaves before that is done.
    async fn take(
        args: &AgentArgs,
        client: AgentServiceClient<Secured>,
        show: &Show,
        terminal: &mut Terminal,
    ) -> Result<Option<Seat>, Failure> {
        let request = SignInRequest {
            agent_id: args.agent.clone(),
            request_id: fresh_id(),
            client: ClientKind::Program.into(),
        };
        let call = || {
            let (mut client, request) = (client.clone(), request.clone());
            async move { client.sign_in(ask(request)).await }
        };
        let manner = Manner {
            what: "to sign in",
            server: &args.server.server,
            patience: Duration::from_secs(args.patience),
            say: &|(en, ar)| show.say(en, ar),
            read: &|line| match input::parse(line) {
                Line::Quit => Meanwhile::Leave,
                Line::Help => Meanwhile::Show(COMMANDS.help(&show.transcript)),
                Line::Nothing => Meanwhile::Show(Vec::new()),
                _ => Meanwhile::Hold,
            },
        };
        let Some(hello) = reach(terminal, &manner, call).await? else { return Ok(None) };
        zone::shop_is_in(&hello.time_zone);
        let session = hello.session.clone().unwrap_or_default();
        let every = hello.heartbeat_every.and_then(|every| every.try_into().ok());
        let (asked, wanted) = mpsc::channel(64);
        let (report, reports) = mpsc::channel(64);
        let (tell, heard) = mpsc::channel(64);
        let every = every.filter(|every: &Duration| !every.is_zero()).unwrap_or(BEAT);
        tokio::spawn(calls::beat(client.clone(), session.clone(), every, report.clone()));
        let language = show.transcript.language;
        tokio::spawn(calls::work(client.clone(), session.clone(), language, wanted, report));
        tokio::spawn(follow(stream::WorkStream::new(client, session), tell));
        Ok(Some(Seat { hello, asked, reports, heard }))
    }

    fn session(&self) -> Option<AgentSession> {
        self.hello.session.clone()
    }
}

/// One agent at work, from signing in to signing out.
struct Shift {
    args: AgentArgs,
    client: AgentServiceClient<Secured>,
    seat: Seat,
    desk: Desk,
    terminal: Terminal,
    /// A script's line that waits for the work it needs.
    held_line: Option<Line>,
    waiting_since: Instant,
    /// Calls that were asked for and not answered.
    open_calls: usize,
    /// What a script asked for and did not get.
    undone: Undone,
    /// When this terminal is left.
    leaving: Leaving,
}

impl Shift {
    async fn work(&mut self) -> anyhow::Result<()> {
        let mut tick = tokio::time::interval(TICK);
        // One for the whole time: a signal that comes between two turns of the loop counts too.
        let mut stop = std::pin::pin!(asked_to_stop());
        loop {
            let interactive = self.terminal.interactive;
            // A script speaks only when what it did before is done; a person at any time.
            let is_free = interactive || self.open_calls == 0 && self.held_line.is_none();
            let may_speak = !self.leaving.has_ended() && is_free;
            let go = tokio::select! {
                biased;
                Some(heard) = self.seat.heard.recv() => self.hear(heard).await?,
                Some(report) = self.seat.reports.recv() => self.report(report).await?,
                line = self.terminal.line(), if may_speak => self.read(line).await?,
                _ = tick.tick() => self.tick()?,
                () = &mut stop => Go::Leave,
            };
            if matches!(go, Go::Leave) {
                return Ok(self.undone.at_the_end()?);
            }
            self.resume_line().await?;
        }
    }

    async fn hear(&mut self, heard: Heard<SubscribeWorkResponse>) -> anyhow::Result<Go> {
        match heard {
            Heard::Frame(frame) => {
                let told = self.desk.frame(frame, now());
                self.tell(told).await?;
            }
            Heard::Disturbed => {
                let line = self.desk.show.say(AWAY.0, AWAY.1);
                self.terminal.screen.show(&[line]);
            }
            Heard::Restored => {
                let line = self.desk.show.say(BACK.0, BACK.1);
                self.terminal.screen.show(&[line]);
            }
            Heard::Over(status) => return self.session_over(status).await,
        }
        self.countdown();
        Ok(Go::On)
    }

    async fn report(&mut self, report: Report) -> anyhow::Result<Go> {
        let told = match report {
            Report::Waiting => Told::lines(vec![self.desk.show.say(AWAY.0, AWAY.1)]),
            Report::Done(deed, brought) => {
                self.open_calls = self.open_calls.saturating_sub(1);
                self.desk.done(&deed, brought, now())
            }
            Report::Refused(deed, status) => {
                self.open_calls = self.open_calls.saturating_sub(1);
                // Racing for an offer is an agent's everyday.
                if !matches!(deed, Deed::Accept(_)) {
                    let about = (deed.what(), self.args.server.server.as_str());
                    self.undone.refused(&self.terminal, about, &status)?;
                }
                self.desk.refused(&deed, &status)
            }
            Report::SessionOver(status) => {
                return self.session_over(status).await;
            }
        };
        self.tell(told).await?;
        self.countdown();
        Ok(Go::On)
    }

    /// Shows what is to be shown and does what follows from it.
    async fn tell(&mut self, told: Told) -> anyhow::Result<()> {
        self.terminal.screen.show(&told.lines);
        // What is shown now is in front of the agent.
        for deed in told.deeds.into_iter().chain(self.desk.read()) {
            self.ask(deed).await;
        }
        if told.superseded {
            return Err(Failure::Superseded { agent: self.args.agent.clone() }.into());
        }
        Ok(())
    }

    async fn ask(&mut self, deed: Deed) {
        self.open_calls += 1;
        // A worker that is gone belongs to a session that is over, which is reported by itself.
        let _ = self.seat.asked.send(Asked { request_id: fresh_id(), deed }).await;
    }

    /// A session that the server gave up may be begun anew; one that was superseded never, or two
    /// desks would throw each other out for ever.
    async fn session_over(&mut self, status: Status) -> anyhow::Result<Go> {
        if calls::superseded(&status) {
            return Err(Failure::Superseded { agent: self.args.agent.clone() }.into());
        }
        if !matches!(status.code(), Code::FailedPrecondition | Code::NotFound) {
            let server = &self.args.server.server;
            return Err(Failure::of("to go on", server, status).into());
        }
        let line = self.desk.show.say(
            "the server had given you up; signing in again",
            "كان الخادم قد فقدك، يُعاد تسجيل الدخول",
        );
        self.terminal.screen.show(&[line]);
        let (show, terminal) = (&self.desk.show, &mut self.terminal);
        let Some(seat) = Seat::take(&self.args, self.client.clone(), show, terminal).await? else {
            return Ok(Go::Leave);
        };
        self.seat = seat;
        self.open_calls = 0;
        let (presence, why) = self.desk.wanted();
        self.ask(Deed::Presence(presence, why)).await;
        Ok(Go::On)
    }

    async fn read(&mut self, line: Option<String>) -> anyhow::Result<Go> {
        self.terminal.screen.typed();
        let Some(line) = line else { return Ok(self.leaving.end(&self.terminal, Instant::now())) };
        let line = input::parse(&line);
        if line == Line::Quit {
            return Ok(Go::Leave);
        }
        self.waiting_since = Instant::now();
        self.held_line = Some(line);
        Ok(Go::On)
    }

    /// Does what the line says, as soon as what it needs is there; a person is told at once.
    async fn resume_line(&mut self) -> anyhow::Result<()> {
        let Some(line) = self.held_line.take() else { return Ok(()) };
        let there = match line.need() {
            Need::Nothing => true,
            Need::Offer => self.desk.work.offers().next().is_some() || self.desk.is_late(&line),
            Need::Conversation => self.desk.ready(),
        };
        if !there && !self.terminal.interactive {
            self.held_line = Some(line);
            return Ok(());
        }
        let told = self.desk.line(line, now());
        self.tell(told).await
    }

    fn tick(&mut self) -> anyhow::Result<Go> {
        self.countdown();
        let patience = Duration::from_secs(self.args.patience);
        if self.held_line.is_some() && self.waiting_since.elapsed() >= patience {
            return Err(Failure::NoWork { waited: patience }.into());
        }
        let is_done = self.leaving.is_due(Instant::now()) && self.open_calls == 0;
        Ok(if is_done { Go::Leave } else { Go::On })
    }

    /// Only where it can be drawn over: in a file it would be a line for each second.
    fn countdown(&mut self) {
        if self.terminal.interactive {
            let line = self.desk.show.countdown(&self.desk.work, now());
            let is_over = line.is_none();
            self.terminal.screen.set_status(line);
            if is_over {
                self.terminal.screen.forget_status();
            }
        }
    }

    /// Signs out, so that what is held goes back at once and not when the lease runs out.
    async fn goodbye(&mut self, end: &anyhow::Result<()>) {
        self.terminal.screen.set_status(None);
        let superseded = end.as_ref().err().and_then(|error| error.downcast_ref::<Failure>());
        if matches!(superseded, Some(Failure::Superseded { .. })) {
            return;
        }
        let request = SetPresenceRequest {
            session: self.seat.session(),
            request_id: fresh_id(),
            presence: Presence::Offline.into(),
            away_reason: String::new(),
        };
        let call = || {
            let (mut client, request) = (self.client.clone(), request.clone());
            async move { client.set_presence(ask(request)).await }
        };
        let line = match tokio::time::timeout(GOODBYE_TIME, patiently(|| {}, call)).await {
            Ok(Ok(_)) => self.desk.show.say("signed out", "تم تسجيل الخروج"),
            Ok(Err(status)) => self.desk.show.refused(&status),
            Err(_) => self.desk.show.say(
                "the server is away; it gives back what you hold when your lease runs out",
                "الخادم غائب، وسيعيد ما لديك بعد انتهاء مهلتك",
            ),
        };
        self.terminal.screen.show(&[line]);
    }
}

/// The present by this machine's clock; it moves the countdown and decides nothing.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
