//! Who has read whose words, as one person's terminal knows it: when their own last words were seen,
//! and when they have read on themselves. Pure.

use crate::grpc::pb::event::Body;
use crate::grpc::pb::{Event, Party, ReadMarks};

/// What one person has said, read and been read of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// Whose terminal this is.
    me: Party,
    /// The newest message of one's own that is shown.
    mine: u64,
    /// The newest message of the other person that is shown.
    theirs: u64,
    /// How far the other person has read.
    read: u64,
    /// How far this person has read, as others know it.
    told: u64,
}

impl Seen {
    /// For the terminal of a customer or an agent.
    pub fn by(me: Party) -> Seen {
        Seen { me, ..Seen::default() }
    }

    /// An event is on the screen. What a bot says needs no mark: nobody waits for its being read.
    pub fn shown(&mut self, event: &Event) {
        if !matches!(event.body, Some(Body::MessageSent(_))) {
            return;
        }
        match event.author.as_ref().map_or(Party::Unspecified, |author| author.party()) {
            who if who == self.me => self.mine = self.mine.max(event.sequence),
            Party::Customer | Party::Agent => self.theirs = self.theirs.max(event.sequence),
            Party::Bot | Party::System | Party::Unspecified => {}
        }
    }

    /// Marks came. They only move forward.
    pub fn marks(&mut self, marks: Option<ReadMarks>) {
        let Some(marks) = marks else { return };
        let (customer, agent) = (marks.customer_through_sequence, marks.agent_through_sequence);
        let (mine, theirs) =
            if self.me == Party::Customer { (customer, agent) } else { (agent, customer) };
        self.read = self.read.max(theirs);
        self.told = self.told.max(mine);
    }

    /// Whether the last words are one's own and the other person has seen them. An answer says more
    /// than a mark.
    pub fn is_seen(&self) -> bool {
        self.mine > self.theirs && self.read >= self.mine
    }

    /// How far others should be told that this person has read; each once.
    pub fn newly_read(&mut self) -> Option<u64> {
        (self.theirs > self.told).then(|| {
            self.told = self.theirs;
            self.theirs
        })
    }

    /// The history is another one now: what was known of the old one is not true of it.
    pub fn begin_anew(&mut self) {
        *self = Seen::by(self.me);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::said;

    fn message(party: Party, sequence: u64) -> Event {
        Event { sequence, ..said(party, "", "words") }
    }

    fn marks(customer: u64, agent: u64) -> Option<ReadMarks> {
        Some(ReadMarks { customer_through_sequence: customer, agent_through_sequence: agent })
    }

    #[test]
    fn ones_last_words_are_seen_once_a_person_has_read_them_and_until_they_answer() {
        let mut seen = Seen::by(Party::Customer);
        seen.shown(&message(Party::Customer, 3));
        seen.shown(&message(Party::Bot, 4));
        assert!(!seen.is_seen(), "the bot has it, which is no reading");
        seen.marks(marks(9, 2));
        assert!(!seen.is_seen(), "what came before was read, and one's own reading is none");
        seen.marks(marks(0, 4));
        assert!(seen.is_seen());
        seen.marks(marks(0, 1));
        assert!(seen.is_seen(), "seen stays seen");
        seen.shown(&message(Party::Customer, 5));
        assert!(!seen.is_seen(), "newer words were not seen yet");
        seen.marks(marks(0, 5));
        seen.shown(&message(Party::Agent, 6));
        assert!(!seen.is_seen(), "the answer tells it");
        seen.marks(None);
        seen.begin_anew();
        assert!(!seen.is_seen());
    }

    #[test]
    fn others_are_told_once_and_only_of_words_that_a_person_wrote() {
        let mut seen = Seen::by(Party::Agent);
        seen.shown(&message(Party::Bot, 2));
        seen.shown(&message(Party::Agent, 3));
        assert_eq!(seen.newly_read(), None);
        seen.shown(&message(Party::Customer, 4));
        seen.shown(&message(Party::Customer, 5));
        assert_eq!((seen.newly_read(), seen.newly_read()), (Some(5), None));
        seen.marks(marks(0, 7));
        seen.shown(&message(Party::Customer, 7));
        assert_eq!(seen.newly_read(), None, "read on another device");
        seen.shown(&message(Party::Customer, 8));
        assert_eq!(seen.newly_read(), Some(8));
    }
}
