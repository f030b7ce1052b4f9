//! Blocks on a supervisor's screen: who is kept from people, why, and until when; and deciding about it.

use super::input::Which;
use super::{Go, Watch, now};
use crate::cli::blocks::line;
use crate::cli::reach::told_meanwhile;
use crate::grpc::pb::BlockVerdict;

impl Watch {
    /// Shows who is blocked, each with the number it has everywhere on this screen.
    pub(super) async fn blocked(&mut self) -> anyhow::Result<Go> {
        let away = self.away();
        let call = self.calls.blocks();
        let blocks = match told_meanwhile(&mut self.terminal.screen, away, call).await {
            Ok(blocks) => blocks,
            Err(status) => return self.not_done("the list of blocks", status, None),
        };
        let mut lines: Vec<String> = blocks
            .iter()
            .map(|block| {
                let number = self.floor.give_number(&block.conversation_id);
                format!("[{number}] {}", line(&self.show.transcript, block, now()))
            })
            .collect();
        if lines.is_empty() {
            lines.push(self.show.say("nobody is blocked", "لا أحد موقوف"));
        }
        self.terminal.screen.show(&lines);
        Ok(Go::On)
    }

    /// Upholds or lifts one.
    pub(super) async fn review(
        &mut self,
        which: Which,
        upheld: bool,
        reason: String,
    ) -> anyhow::Result<Go> {
        let conversation = match self.meant(which) {
            Ok(conversation) => conversation,
            Err(no_such) => {
                self.terminal.screen.show(&[no_such]);
                return Ok(Go::On);
            }
        };
        let verdict = if upheld { BlockVerdict::Uphold } else { BlockVerdict::Lift };
        let away = self.away();
        let call = self.calls.review(conversation, verdict, reason);
        if let Err(status) = told_meanwhile(&mut self.terminal.screen, away, call).await {
            return self.not_done("the review", status, None);
        }
        let line = match upheld {
            true => self.show.say("upheld: it runs to its end", "أُبقي إلى نهايته"),
            false => self.show.say(
                "lifted: the customer is told and has the place back",
                "رُفع، وأُبلغ العميل وعاد إلى مكانه",
            ),
        };
        self.terminal.screen.show(&[line]);
        Ok(Go::On)
    }
}
