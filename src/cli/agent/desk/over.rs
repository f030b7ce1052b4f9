//! What is said where there is nothing to do: an offer that is answered a moment too late was there, and
//! its end is the answer.

use super::Desk;
use crate::cli::agent::input::Line;
use crate::cli::words;

/// Which offer a line is about: `Some(None)` is the one that there is.
pub(super) fn wanted(line: &Line) -> Option<Option<u32>> {
    match line {
        Line::Accept(number) | Line::Decline(number, _) => Some(*number),
        _ => None,
    }
}

impl Desk {
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
