//! The customer in front of a conversation: what comes is shown, what is typed is done.

mod anew;
mod own;

use super::ChatArgs;
use super::begin::Opened;
use super::calls::{Asked, Own, Report};
use super::help::COMMANDS;
use super::input::{self, Line, Mine, Want};
use super::link::Link;
use super::view::{TICK_MS, View};
use crate::cli::connect::{Failure, fresh_id};
use crate::cli::follow::Heard;
use crate::cli::leaving::{Go, Leaving, Undone};
use crate::cli::terminal::{Terminal, asked_to_stop};
use crate::grpc::pb::SubscribeEventsResponse;
use std::time::Duration;
use tokio::time::Instant;
use tonic::transport::Channel;

/// How long what an answer brought may wait for the stream to bring what lies before it.
const TICK: Duration = Duration::from_millis(TICK_MS as u64);

/// One conversation in one terminal.
pub struct Talk {
    args: ChatArgs,
    channel: Channel,
    opened: Opened,
    link: Link,
    view: View,
    terminal: Terminal,
    /// What the host site has signed of the customer; empty if they are not known.
    identity: String,
    /// Their conversations as they were numbered last.
    mine: Vec<String>,
    /// Calls that were asked for and not answered.
    open_calls: usize,
    /// Those, and what was answered and is not saved yet, in the order in which it was asked for.
    pending: Vec<Asked>,
    /// A conversation was begun because the one before was gone, and nothing has come from it yet.
    is_untried: bool,
    /// Something is asked for after which this conversation is no longer at hand.
    departing: Option<Departing>,
    /// Whether all is to be erased was asked, and the answer is the next line.
    erase_asked: bool,
    /// Since when a script waits for its turn to be over.
    waiting_since: Instant,
    /// What a script asked for and did not get.
    undone: Undone,
    /// When this terminal is left.
    leaving: Leaving,
}

/// How this conversation will no longer be at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Departing {
    /// For another one.
    Switching,
    /// For good.
    Erasing,
}

impl Talk {
    /// In front of this conversation.
    pub fn open(
        args: ChatArgs,
        channel: Channel,
        opened: Opened,
        view: View,
        terminal: Terminal,
    ) -> anyhow::Result<Talk> {
        let link = Link::open(channel.clone(), &opened.saved, opened.resume_token.clone())?;
        let identity = args.identity.clone().unwrap_or_default();
        let leaving = Leaving::after(args.stay);
        let mut talk = Talk {
            args,
            channel,
            opened,
            link,
            view,
            terminal,
            identity,
            mine: Vec::new(),
            open_calls: 0,
            pending: Vec::new(),
            is_untried: false,
            departing: None,
            erase_asked: false,
            waiting_since: Instant::now(),
            undone: Undone::default(),
            leaving,
        };
        talk.view.expect_past(talk.opened.past_through);
        talk.claim();
        Ok(talk)
    }

    /// Leaves the terminal in order.
    pub fn close(&mut self) {
        self.terminal.screen.close();
    }

    /// Goes on until the customer leaves.
    pub async fn listen(&mut self) -> anyhow::Result<()> {
        let mut tick = tokio::time::interval(TICK);
        // One for the whole time: a signal that comes between two turns of the loop counts too.
        let mut stop = std::pin::pin!(asked_to_stop());
        loop {
            // A script speaks only when the turn before is over; a person may speak at any time.
            // What is typed on the way to another conversation is meant for that one.
            let is_free = self.terminal.interactive || !self.busy();
            let may_speak = !self.leaving.has_ended() && self.departing.is_none() && is_free;
            let is_erasing = self.departing == Some(Departing::Erasing);
            let go = tokio::select! {
                biased;
                // What is being erased need not be followed to its end.
                Some(heard) = self.link.heard.recv(), if !is_erasing => self.hear(heard).await?,
                Some(report) = self.link.reports.recv() => self.report(report).await?,
                line = self.terminal.line(), if may_speak => self.read(line).await?,
                _ = tick.tick() => self.tick()?,
                () = &mut stop => Go::Leave,
            };
            if matches!(go, Go::Leave) {
                return Ok(self.undone.at_the_end()?);
            }
        }
    }

    /// Whether this turn still owes something.
    fn busy(&self) -> bool {
        self.open_calls > 0 || self.view.owes()
    }

    async fn hear(&mut self, heard: Heard<SubscribeEventsResponse>) -> anyhow::Result<Go> {
        match heard {
            Heard::Frame(frame) => {
                self.is_untried = false;
                let lines = self.view.frame(frame);
                self.show(&lines);
            }
            Heard::Disturbed => self.terminal.screen.show(&self.view.stream_lost()),
            Heard::Restored => self.terminal.screen.show(&[self.view.stream_back()]),
            Heard::Over(status) if self.is_lost(&status) => return self.begin_anew(&status).await,
            Heard::Over(status) => {
                let what = "to follow the conversation";
                return Err(Failure::of(what, &self.args.server.server, status).into());
            }
        }
        Ok(Go::On)
    }

    async fn report(&mut self, report: Report) -> anyhow::Result<Go> {
        let lines = match report {
            Report::Waiting => self.view.call_waits(),
            Report::Done(asked, mut done) => {
                self.is_answered(&asked);
                match std::mem::take(&mut done.brought) {
                    Own::Nothing => {}
                    own => {
                        self.is_settled(&asked);
                        return self.brought(asked, own);
                    }
                }
                if !done.customer_token.is_empty() {
                    self.link.bearer.renew(&done.customer_token);
                    self.opened.saved.customer_token = done.customer_token.clone();
                    self.opened.save()?;
                }
                let lines = self.view.done(asked.clone(), *done);
                if !self.view.is_unsaved(&asked) {
                    self.is_settled(&asked);
                }
                lines
            }
            // What was asked of another conversation tells nothing of this one.
            Report::Refused(Asked { want, .. }, status)
                if self.is_lost(&status) && !matches!(want, Want::Resume(_)) =>
            {
                return self.begin_anew(&status).await;
            }
            Report::Refused(asked, status) => {
                self.is_answered(&asked);
                self.is_settled(&asked);
                match &asked.want {
                    Want::Resume(_) | Want::Erase => self.departing = None,
                    // Nobody asked for it, and it was only good to know.
                    Want::Mine(Mine::OpenElsewhere) => return Ok(Go::On),
                    _ => {}
                }
                let about = (asked.want.what(), self.args.server.server.as_str());
                self.undone.refused(&self.terminal, about, &status)?;
                self.view.refused(&asked, &status)
            }
        };
        self.show(&lines);
        Ok(Go::On)
    }

    /// What is sent again until it is saved was answered before, and nobody waits for it.
    fn is_answered(&mut self, asked: &Asked) {
        if !self.view.is_unsaved(asked) {
            self.open_calls -= 1;
        }
    }

    /// It is done with.
    fn is_settled(&mut self, asked: &Asked) {
        self.pending.retain(|pending| pending.request_id != asked.request_id);
    }

    async fn read(&mut self, line: Option<String>) -> anyhow::Result<Go> {
        self.terminal.screen.typed();
        let Some(line) = line else {
            self.keep_all();
            return Ok(self.leaving.end(&self.terminal, Instant::now()));
        };
        if self.erase_asked && self.erase_or_keep(&line).await? {
            return Ok(Go::On);
        }
        match input::parse(&line, self.view.choices()) {
            Line::Nothing => {}
            Line::Quit => return Ok(self.leaving.end(&self.terminal, Instant::now())),
            Line::Help => self.terminal.screen.show(&self.view.help()),
            Line::Incomplete(command) => {
                self.terminal.screen.show(&COMMANDS.usage(command, &self.view.transcript));
            }
            Line::Unknown(command) => {
                self.terminal.screen.show(&[COMMANDS.unknown(&command, &self.view.transcript)]);
            }
            Line::CallbackAt(time) => self.call_back(&time).await?,
            Line::Mine => self.own(Want::Mine(Mine::All)).await?,
            Line::Resume(number) => self.resume(number).await?,
            Line::Export(file) => self.export(file).await?,
            Line::Erase => self.ask_to_erase(),
            Line::Login(token) => self.login(token).await?,
            Line::Want(want) => {
                if !self.view.waits() {
                    // That the words before were seen says nothing of these.
                    self.terminal.screen.forget_status();
                }
                self.want(want).await?;
            }
        }
        Ok(Go::On)
    }

    /// Asks for a call.
    async fn want(&mut self, want: Want) -> anyhow::Result<()> {
        let asked = self.asked(want);
        self.ask(asked).await
    }

    async fn ask(&mut self, asked: Asked) -> anyhow::Result<()> {
        self.view.asking(&asked.want);
        self.open_calls += 1;
        self.waiting_since = Instant::now();
        self.pending.push(asked.clone());
        self.link.wants.send(asked).await?;
        Ok(())
    }

    fn asked(&self, want: Want) -> Asked {
        let (request_id, rated) = (fresh_id(), self.view.rated());
        Asked { request_id, want, rated, identity: self.identity.clone() }
    }

    /// Shows what happened, and below it where the customer stands.
    fn show(&mut self, lines: &[String]) {
        self.terminal.screen.show(lines);
        if let Some(through) = self.view.read() {
            self.link.read.send_replace(through);
        }
        if self.view.settled() && self.open_calls == 0 {
            let status = self.view.position();
            let is_over = status.is_none() && !self.view.waits();
            self.terminal.screen.set_status(status);
            self.view.position_shown();
            if is_over {
                self.terminal.screen.forget_status();
            }
        }
    }

    fn tick(&mut self) -> anyhow::Result<Go> {
        let lines = self.view.tick();
        self.show(&lines);
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
        match self.view.unsaved() {
            _ if !self.leaving.is_due(Instant::now()) => Ok(Go::On),
            0 => Ok(Go::Leave),
            count => Err(Failure::NotSaved { count }.into()),
        }
    }
}
