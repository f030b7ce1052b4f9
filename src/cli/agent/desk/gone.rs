//! What goes from the desk, whoever lets it go; and to whom plain lines go then, which is never changed
//! in silence: they would reach another customer than the one they were meant for.

use super::{Desk, Told};
use crate::cli::agent::calls::Deed;
use crate::cli::agent::work::Target;
use crate::cli::words;
use crate::grpc::pb::{OfferEnd, UnassignReason, Unassigned, WorkAttached};
use tonic::{Code, Status};

impl Desk {
    /// What the agent let go of is gone.
    pub(super) fn gone(&mut self, target: &Target, en: &str, ar: &str) -> Told {
        let mine = self.work.unassign(&target.conversation_id);
        let is_told = mine.is_none() && !self.let_go.contains(&target.conversation_id);
        self.let_go.remove(&target.conversation_id);
        let line = (!is_told).then(|| self.show.about(target.number, en, ar));
        let now = mine.and_then(|(_, now)| now).map(|number| self.show.written_now(number));
        Told::lines(line.into_iter().chain(now).collect())
    }

    /// A call was refused.
    pub fn refused(&mut self, deed: &Deed, status: &Status) -> Told {
        if let Deed::Read(_, _) = deed {
            // A courtesy: whose conversation it is now is told by the stream.
            return Told::default();
        }
        if let Some(target) = deed.target() {
            self.let_go.remove(&target.conversation_id);
        }
        self.not_got(deed);
        let before = self.written();
        let mut lines = vec![self.show.refused(status)];
        let lost = matches!(status.code(), Code::Aborted | Code::NotFound);
        match (deed, deed.target()) {
            (Deed::Packet(_), Some(target)) => {
                lines.extend(self.packet_shown(&target.conversation_id));
            }
            (Deed::Accept(_) | Deed::Decline(_, _), Some(target)) if lost => {
                let (id, token) = (&target.conversation_id, target.token);
                self.work.end_offer(id, token, OfferEnd::Unspecified);
            }
            (_, Some(target)) if lost => {
                self.work.unassign(&target.conversation_id);
            }
            (_, Some(_) | None) => {}
        }
        lines.extend(self.turned_from(before));
        Told::lines(lines)
    }

    /// The stream began, perhaps anew: this is all there is.
    pub(super) fn attached(&mut self, all: WorkAttached, now: i64) -> Told {
        let l = self.show.transcript.language;
        let before = self.written();
        let gone = self.work.keep_only(&all);
        let no_longer = |number| self.show.about(number, "no longer yours", "لم تعد لك");
        let mut lines: Vec<String> = gone.into_iter().map(no_longer).collect();
        let mode = all.mode();
        if std::mem::replace(&mut self.mode, mode) != mode {
            lines.extend(words::mode(l, mode).map(|line| self.show.transcript.remark(line)));
        }
        let mut told = Told::lines(lines);
        for assignment in &all.assignments {
            told = told.and(self.assigned(assignment));
        }
        told.lines.extend(self.turned_from(before));
        for offer in all.offers {
            told = told.and(self.offered(offer, now));
        }
        told
    }

    /// The server took a conversation away.
    pub(super) fn unassigned(&mut self, gone: &Unassigned) -> Told {
        let id = &gone.conversation_id;
        let gone_from = self.work.unassign(id);
        if gone.reason() == UnassignReason::Ended {
            self.writing_up = Some(id.clone());
        }
        let is_told = self.let_go.contains(id);
        let Some((number, now)) = gone_from else { return Told::default() };
        let why = words::unassigned(self.show.transcript.language, gone.reason());
        let line = (!is_told).then(|| self.show.about(number, why, why));
        let now = now.map(|number| self.show.written_now(number));
        Told::lines(line.into_iter().chain(now).collect())
    }

    /// The number of the conversation that plain lines go to.
    fn written(&self) -> Option<u32> {
        self.work.current().map(|target| target.number)
    }

    /// To whom plain lines go now, if they went to another one before.
    fn turned_from(&self, before: Option<u32>) -> Option<String> {
        let now = self.written().filter(|now| before.is_some_and(|before| before != *now))?;
        Some(self.show.written_now(now))
    }

    /// What was asked for and refused is not turned to, should it come by itself some time later.
    fn not_got(&mut self, deed: &Deed) {
        let wanted = match deed {
            Deed::Accept(target) => &target.conversation_id,
            Deed::Claim(conversation) => conversation,
            _ => return,
        };
        self.taking.take_if(|taking| taking == wanted);
        self.misses();
    }
}
