//! The conversation at hand is not kept any more: the customer goes on in a new one, and what was not
//! answered is asked there.

use super::{Departing, Talk};
use crate::cli::chat::ChatArgs;
use crate::cli::chat::begin;
use crate::cli::chat::calls::Asked;
use crate::cli::chat::input::{Mine, Want};
use crate::cli::chat::link::Link;
use crate::cli::chat::own::is_gone;
use crate::cli::connect::fresh_id;
use crate::cli::leaving::Go;
use tonic::Status;

impl Talk {
    /// Whether the conversation at hand is lost. What is being erased is to go, and of one that was gone
    /// as soon as it had begun another try would come to the same.
    pub(super) fn is_lost(&self, status: &Status) -> bool {
        is_gone(status) && !self.is_untried && self.departing != Some(Departing::Erasing)
    }

    /// Goes on in a new conversation.
    pub(super) async fn begin_anew(&mut self, status: &Status) -> anyhow::Result<Go> {
        let open = std::mem::take(&mut self.pending);
        let nobody_asked = |want: &Want| matches!(want, Want::Mine(Mine::OpenElsewhere));
        let (carried, void): (Vec<Asked>, Vec<Asked>) = open
            .into_iter()
            .filter(|asked| asked.want != Want::Typing && !nobody_asked(&asked.want))
            .partition(|asked| asked.want.means_the_same_anew());
        self.keep_all();
        self.terminal.screen.forget_status();
        for _ in void {
            self.terminal.screen.show(&[self.view.refusal(status)]);
            self.undone.one(&self.terminal);
        }
        self.terminal.screen.show(&[self.view.gone(!carried.is_empty())]);
        let args = ChatArgs {
            identity: Some(self.identity.clone()).filter(|identity| !identity.is_empty()),
            lang: self.args.lang.or(self.view.reads()),
            ..self.args.clone()
        };
        self.view = self.view.anew();
        let begun = begin::anew(&self.channel, &args, &mut self.view, &mut self.terminal).await?;
        let Some(opened) = begun else { return Ok(Go::Leave) };
        self.link = Link::open(self.channel.clone(), &opened.saved, opened.resume_token.clone())?;
        self.opened = opened;
        (self.open_calls, self.is_untried) = (0, true);
        let is_switching = carried.iter().any(|asked| matches!(asked.want, Want::Resume(_)));
        self.departing = is_switching.then_some(Departing::Switching);
        for asked in carried {
            let identity = asked.identity;
            self.ask(Asked { request_id: fresh_id(), identity, ..self.asked(asked.want) }).await?;
        }
        Ok(Go::On)
    }
}
