//! When a terminal is left: a person is gone with their input, a script stays as long as it was told
//! to, and until what it asked for is there.

use super::connect::{Failure, transient};
use super::terminal::Terminal;
use std::time::Duration;
use tokio::time::Instant;
use tonic::Status;

/// Whether a terminal goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// It does.
    On,
    /// It is left.
    Leave,
}

/// What a script asked for and did not get. It is told and goes on: what comes next may be good. Only
/// the end says so once more, to whoever called it.
#[derive(Debug, Default)]
pub struct Undone(usize);

impl Undone {
    /// Something was not done, and that was told.
    pub fn one(&mut self, terminal: &Terminal) {
        self.0 += usize::from(!terminal.interactive);
    }

    /// A call was refused. One that could not be made at all ends a script.
    pub fn refused(
        &mut self,
        terminal: &Terminal,
        (what, server): (&'static str, &str),
        status: &Status,
    ) -> Result<(), Failure> {
        if !terminal.interactive && transient(status) {
            return Err(Failure::of(what, server, status.clone()));
        }
        self.one(terminal);
        Ok(())
    }

    /// What the command ends with.
    pub fn at_the_end(&self) -> Result<(), Failure> {
        match self.0 {
            0 => Ok(()),
            count => Err(Failure::NotDone { count }),
        }
    }
}

/// The end of what is typed, and what comes after it.
#[derive(Debug)]
pub struct Leaving {
    /// How long to go on after a script has ended.
    stay: Duration,
    /// Since when nothing more is read.
    ended: Option<Instant>,
}

impl Leaving {
    /// So many seconds after a script has ended.
    pub fn after(stay: u64) -> Leaving {
        Leaving { stay: Duration::from_secs(stay), ended: None }
    }

    /// The input has ended; what was asked is still waited for.
    pub fn end(&mut self, terminal: &Terminal, at: Instant) -> Go {
        self.ended = Some(at);
        if terminal.interactive { Go::Leave } else { Go::On }
    }

    /// Whether nothing more is to be read: the input would say so again at once.
    pub fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether the time after the end is over.
    pub fn is_due(&self, at: Instant) -> bool {
        self.ended.is_some_and(|ended| at >= ended + self.stay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::fake::{person, script};

    #[test]
    fn a_script_stays_as_long_as_it_was_told_to_and_a_person_is_gone_with_their_input() {
        let at = Instant::now();
        let late = at + Duration::from_secs(60);
        let mut of_script = Leaving::after(5);
        assert!(!of_script.has_ended() && !of_script.is_due(late), "the input goes on");
        assert_eq!(of_script.end(&script().0, at), Go::On);
        assert!(of_script.has_ended() && !of_script.is_due(at + Duration::from_secs(4)));
        assert!(of_script.is_due(at + Duration::from_secs(5)));
        assert_eq!(Leaving::after(5).end(&person().0, at), Go::Leave);
    }

    #[test]
    fn a_script_goes_on_after_a_refusal_and_ends_only_where_nothing_can_be_asked() {
        let (script, person) = (script().0, person().0);
        let mut undone = Undone::default();
        let about = ("a call", "http://desk.example");
        let no = Status::failed_precondition("not now");
        undone.refused(&person, about, &no).unwrap();
        undone.refused(&person, about, &Status::unavailable("away")).unwrap();
        assert!(undone.at_the_end().is_ok(), "a person has read it");
        undone.refused(&script, about, &no).unwrap();
        undone.one(&script);
        assert!(matches!(undone.at_the_end(), Err(Failure::NotDone { count: 2 })));
        let away = undone.refused(&script, about, &Status::unavailable("away"));
        assert!(matches!(away, Err(Failure::Unreachable { .. })));
    }
}
