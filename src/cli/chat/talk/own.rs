//! What is the customer's own: conversations on other devices, their data, and a callback at their time.

use super::{Departing, Talk};
use crate::cli::chat::begin::Opened;
use crate::cli::chat::calls::{Asked, Own};
use crate::cli::chat::input::{Mine, Want};
use crate::cli::chat::link::Link;
use crate::cli::chat::own::id_of;
use crate::cli::chat::saved::write_new;
use crate::cli::chat::view::means_erase;
use crate::cli::chat::{now, when};
use crate::cli::commands::Typed;
use crate::cli::leaving::Go;
use crate::cli::zone;
use crate::grpc::pb::ResumeConversationResponse;
use std::path::PathBuf;
use tokio::time::Instant;

/// Where all that is kept is written, unless another file is named.
const EXPORT_FILE: &str = "sanad-my-data.jsonl";

impl Talk {
    /// What a conversation from a file is owed when it is known who the customer is.
    pub(super) fn claim(&mut self) {
        let want = match (self.opened.unclaimed, self.opened.claimed) {
            (true, _) => Want::Identify,
            (false, true) => {
                self.terminal.screen.show(&[self.view.claimed()]);
                Want::Mine(Mine::OpenElsewhere)
            }
            (false, false) => return,
        };
        self.want_at_once(want);
    }

    /// Asks for a call that nobody typed.
    fn want_at_once(&mut self, want: Want) {
        let asked = self.asked(want);
        // It is only good to know; a worker with so much to do has better things in hand.
        if self.link.wants.try_send(asked.clone()).is_ok() {
            self.pending.push(asked);
            self.open_calls += 1;
            self.waiting_since = Instant::now();
        }
    }

    /// Something that only a known customer has.
    pub(super) async fn own(&mut self, want: Want) -> anyhow::Result<()> {
        if self.identity.is_empty() {
            self.terminal.screen.show(&[self.view.not_known()]);
            return Ok(());
        }
        self.want(want).await
    }

    pub(super) async fn login(&mut self, token: String) -> anyhow::Result<()> {
        // Who the customer is is known once the server has said so.
        let asked = Asked { identity: token, ..self.asked(Want::Identify) };
        self.ask(asked).await
    }

    pub(super) async fn resume(&mut self, number: usize) -> anyhow::Result<()> {
        if self.identity.is_empty() {
            return self.own(Want::Mine(Mine::All)).await;
        }
        let id = number.checked_sub(1).and_then(|at| self.mine.get(at)).cloned();
        let cannot = match &id {
            None => Some(self.view.no_such_number()),
            Some(id) if *id == self.opened.saved.conversation_id => Some(self.view.is_here()),
            Some(_) if self.view.unsaved() > 0 => Some(self.view.save_first()),
            Some(_) => None,
        };
        let (None, Some(id)) = (&cannot, id) else {
            self.terminal.screen.show(&Vec::from_iter(cannot));
            return Ok(());
        };
        self.departing = Some(Departing::Switching);
        self.want(Want::Resume(id)).await
    }

    pub(super) async fn export(&mut self, file: Option<PathBuf>) -> anyhow::Result<()> {
        self.want(Want::Export(file.unwrap_or_else(|| PathBuf::from(EXPORT_FILE)))).await
    }

    pub(super) fn ask_to_erase(&mut self) {
        self.erase_asked = true;
        let is_known = !self.identity.is_empty();
        self.terminal.screen.show(&[self.view.erase_question(is_known)]);
    }

    /// Whether this line answers the question and is done with: it is the word, or other words than that.
    /// A command keeps all, and is done as ever.
    pub(super) async fn erase_or_keep(&mut self, line: &str) -> anyhow::Result<bool> {
        if means_erase(line) {
            self.erase_asked = false;
            self.departing = Some(Departing::Erasing);
            self.want(Want::Erase).await?;
            return Ok(true);
        }
        self.keep_all();
        Ok(!matches!(Typed::of(line), Typed::Command { .. }))
    }

    /// The question whether all is to be erased is over.
    pub(super) fn keep_all(&mut self) {
        if std::mem::take(&mut self.erase_asked) {
            self.terminal.screen.show(&[self.view.not_erased()]);
        }
    }

    /// By the clock of this terminal, which the customer looks at while typing.
    pub(super) async fn call_back(&mut self, time: &str) -> anyhow::Result<()> {
        let present = jiff::Timestamp::now().to_zoned(zone::here());
        match when::parse(time, &present) {
            Ok(seconds) => self.want(Want::CallbackAt(seconds)).await,
            Err(fault) => {
                self.terminal.screen.show(&[self.view.no_time(fault)]);
                Ok(())
            }
        }
    }

    /// What was asked for of the customer's own is there.
    pub(super) fn brought(&mut self, asked: Asked, own: Own) -> anyhow::Result<Go> {
        self.view.answered();
        match (own, asked.want) {
            (Own::Nothing, _) => {}
            (Own::Identified, _) => {
                // What was asked was about this conversation alone; now it would be about all.
                self.keep_all();
                self.identity = asked.identity;
                self.terminal.screen.show(&[self.view.claimed()]);
                self.want_at_once(Want::Mine(Mine::OpenElsewhere));
            }
            (Own::Mine(mine), want) => {
                let is_asked = want == Want::Mine(Mine::All);
                if is_asked || !mine.is_empty() {
                    let here = &self.opened.saved.conversation_id;
                    let lines = match is_asked {
                        true => self.view.mine(&mine, here, now()),
                        false => self.view.others_open(&mine, now()),
                    };
                    self.terminal.screen.show(&lines);
                    self.mine = mine.iter().map(|it| id_of(it).to_owned()).collect();
                }
            }
            (Own::Resumed(_), _) if self.view.unsaved() > 0 => {
                self.departing = None;
                self.terminal.screen.show(&[self.view.save_first()]);
            }
            (Own::Resumed(resumed), _) => self.switch(*resumed)?,
            (Own::Exported(lines), want) => self.exported(&lines, want),
            (Own::Erased(count), _) => {
                self.terminal.screen.show(&[self.view.erased(count)]);
                // What opened the conversation opens nothing any more.
                if let Some(file) = &self.opened.file {
                    std::fs::remove_file(file).ok();
                }
                return Ok(Go::Leave);
            }
        }
        Ok(Go::On)
    }

    /// Goes on with another conversation; this one stays as it is.
    fn switch(&mut self, resumed: ResumeConversationResponse) -> anyhow::Result<()> {
        let opened = Opened::resumed(resumed, self.opened.file.take());
        self.link = Link::open(self.channel.clone(), &opened.saved, String::new())?;
        self.opened = opened;
        self.opened.save()?;
        self.view = self.view.anew();
        self.view.expect_past(self.opened.past_through);
        (self.open_calls, self.departing) = (0, None);
        self.pending.clear();
        self.terminal.screen.forget_status();
        self.terminal.screen.show(&[self.view.resumed()]);
        Ok(())
    }

    fn exported(&mut self, lines: &str, want: Want) {
        let Want::Export(file) = want else { return };
        match write_new(&file, lines) {
            Ok(()) => {
                let is_known = !self.identity.is_empty();
                self.terminal.screen.show(&[self.view.exported(&file, lines, is_known)]);
            }
            Err(why) => {
                self.terminal.screen.show(&[self.view.not_written(&file, &why)]);
                self.undone.one(&self.terminal);
            }
        }
    }
}
