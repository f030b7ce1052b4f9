//! What is said where there is nothing to do: an offer that is answered a moment too late was there, and
//! its end is the answer.

use super::Desk;
use crate::cli::agent::input::{Line, Need};
use crate::cli::words;

/// Which offer a line is about: `Some(None)` is the one that there is.
pub(super) fn wanted(line: &Line) -> Option<Option<u32>> {
    match line {
        Line::Accept(number) | Line::Decline(number, _) => Some(*number),
        _ => None,
    }
}

/// Whether a line asks for a conversation.
pub(super) fn takes(line: &Line) -> bool {
    matches!(line, Line::Accept(_) | Line::Claim(_))
}

/// Whether a line is about the conversation that plain lines go to.
pub(super) fn goes_to_the_customer(line: &Line) -> bool {
    line.need() == Need::Conversation && !matches!(line, Line::To(_))
}

impl Desk {
    /// Whether a line is about an offer that was there and is over: it need not wait for another one.
    pub fn is_late(&self, line: &Line) -> bool {
        match wanted(line) {
            Some(Some(number)) => self.work.over(Some(number)).is_some(),
            Some(None) => self.lapsed.is_some(),
            None => false,
        }
    }

    /// A script does not see that it did not get the conversation it asked for.
    pub(super) fn misses(&mut self) {
        self.missed = !self.interactive && self.work.current().is_some();
    }

    /// What was meant for the customer of another conversation.
    pub(super) fn not_meant(&self) -> String {
        self.show.say(
            "not sent: what you asked for is not yours; /to n says to whom lines go",
            "لم تُرسل: ما طلبته ليس لك، و/إلى مع الرقم لاختيار المحادثة",
        )
    }

    /// There is nothing of what was asked for.
    pub(super) fn nothing(&self, wanted: Option<Option<u32>>) -> String {
        match wanted.and_then(|number| self.work.over(number)) {
            Some((number, how)) => {
                let why = words::offer_end(self.show.transcript.language, how);
                self.show.about(number, why, why)
            }
            None => self
                .show
                .say("there is none; /list shows what there is", "لا يوجد، و/list لعرض ما يوجد"),
        }
    }
}
