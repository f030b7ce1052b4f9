//! What the server refused: why, what may be done instead, and what becomes of the words that were meant
//! for the customer of a conversation that could not be taken over.

use super::calls::Deed;
use super::input::Line;
use super::{Go, Next, Watch};
use crate::cli::refused::refused;
use crate::cli::transcript::Transcript;
use tonic::Status;
use tonic_types::StatusExt;

impl Watch {
    /// It could not be taken over. What is typed next was meant for its customer, or is the name that a
    /// person is asked for; nobody else gets it.
    pub(super) fn not_taken(&mut self, conversation: String, status: &Status) -> Vec<String> {
        if !self.terminal.interactive || !lacks_name(status) {
            self.next = Next::Meant(conversation);
            return vec![self.refused(status)];
        }
        self.next = Next::Name(conversation);
        vec![self.show.say(
            "by which name do customers know you? Type it, and it is taken over (next time: --name NAME)",
            "بأي اسم يعرفك العملاء؟ اكتبه فتتسلّمها (وفي المرة القادمة: ‎--name الاسم)",
        )]
    }

    /// What to say if a line is not done because it was meant for this conversation, which could not be
    /// taken over. A person has read that, so only their next words may have been; a script has not, and
    /// all it says is meant for the same customer until it names a conversation.
    pub(super) fn not_for_the_watched(
        &mut self,
        conversation: String,
        line: &Line,
    ) -> Option<String> {
        let is_script = !self.terminal.interactive;
        let is_meant = match line {
            Line::Do(Deed::Say(_), None) => true,
            Line::Do(Deed::Take, _) => false,
            Line::Do(_, None) => is_script,
            _ => false,
        };
        let told = is_meant.then(|| {
            let id = self.show.transcript.look.foreign(&conversation);
            let told = self.show.say(
                "not sent, for this one is not yours; /take tries again:",
                "لم تُرسل، فهذه ليست لك؛ و/take لإعادة المحاولة:",
            );
            format!("{told} {id}")
        });
        if is_script && !matches!(line, Line::Watch(_) | Line::Do(Deed::Take, _)) {
            self.next = Next::Meant(conversation);
        }
        told
    }

    /// It is told why, and what to do instead.
    pub(super) fn not_done(
        &mut self,
        what: &'static str,
        status: Status,
        instead: Option<(&'static str, &'static str)>,
    ) -> anyhow::Result<Go> {
        self.undone.refused(&self.terminal, (what, &self.args.server.server), &status)?;
        let mut lines = vec![self.refused(&status)];
        lines.extend(instead.map(|(en, ar)| self.show.say(en, ar)));
        self.terminal.screen.show(&lines);
        Ok(Go::On)
    }

    pub(super) fn refused(&self, status: &Status) -> String {
        let Transcript { language, look, .. } = self.show.transcript;
        self.show.transcript.remark(&refused(language, look, status))
    }
}

/// Whether the server only wants to know by which name customers see this supervisor.
pub(super) fn lacks_name(status: &Status) -> bool {
    let Some(info) = status.get_details_error_info() else { return false };
    let is = |key: &str, value: &str| info.metadata.get(key).is_some_and(|told| told == value);
    is("field", "name") && is("problem", "empty")
}
