//! How far people have read. A mark is beside the conversation and no event of it: it decides nothing,
//! and a log that grew with every glance would tell nobody more. Only a person moves one, by what their
//! client says was in front of them; the bot has none.

use serde::{Deserialize, Serialize};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The customer.
    Customer,
    /// The agent who owns the conversation.
    Agent,
}

/// How far each side has read: the newest sequence that was in front of them, 0 if nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReadMarks {
    /// The customer.
    #[serde(default)]
    pub customer: u64,
    /// Agents, whoever of them it was.
    #[serde(default)]
    pub agent: u64,
}

/// Whose reading is kept, and with that shown to the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MarksKept {
    /// That of customers and agents.
    #[default]
    Both,
    /// Customers see that a person has read; their own reading is theirs alone.
    Agents,
    /// Nobody's.
    Off,
}

/// Nobody can have read this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReadable {
    /// The first event is number 1.
    #[error("name the newest event that was read; the first one is number 1")]
    Nothing,
    /// It has not been written yet.
    #[error("the newest event is number {head}; mark only what was shown")]
    BeyondHead {
        /// The newest there is.
        head: u64,
    },
}

impl ReadMarks {
    /// The marks after this side has read on. They only move forward, so that what is seen stays
    /// seen, whichever of two devices is heard first.
    pub fn moved(self, side: Side, through: u64, head: u64) -> Result<ReadMarks, NotReadable> {
        match through {
            0 => Err(NotReadable::Nothing),
            _ if through > head => Err(NotReadable::BeyondHead { head }),
            _ => Ok(match side {
                Side::Customer => ReadMarks { customer: self.customer.max(through), ..self },
                Side::Agent => ReadMarks { agent: self.agent.max(through), ..self },
            }),
        }
    }
}

impl MarksKept {
    /// Whether this side's reading is kept.
    pub fn keeps(self, side: Side) -> bool {
        match (self, side) {
            (MarksKept::Both, _) | (MarksKept::Agents, Side::Agent) => true,
            (MarksKept::Agents, Side::Customer) | (MarksKept::Off, _) => false,
        }
    }

    /// What of these marks may be shown: what was kept under other rules stays hidden. `None` if
    /// nothing is.
    pub fn shown(self, marks: ReadMarks) -> Option<ReadMarks> {
        match self {
            MarksKept::Both => Some(marks),
            MarksKept::Agents => Some(ReadMarks { customer: 0, ..marks }),
            MarksKept::Off => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nobody_reads_nothing_or_what_is_not_written_yet() {
        let none = ReadMarks::default();
        for side in [Side::Customer, Side::Agent] {
            assert_eq!(none.moved(side, 0, 5), Err(NotReadable::Nothing));
            assert_eq!(none.moved(side, 6, 5), Err(NotReadable::BeyondHead { head: 5 }));
            assert_eq!(none.moved(side, 1, 0), Err(NotReadable::BeyondHead { head: 0 }));
        }
        assert_eq!(none.moved(Side::Agent, 5, 5), Ok(ReadMarks { customer: 0, agent: 5 }));
        assert_eq!(none.moved(Side::Customer, 5, 5), Ok(ReadMarks { customer: 5, agent: 0 }));
    }

    #[test]
    fn what_is_not_to_be_kept_is_not_shown_either() {
        let marks = ReadMarks { customer: 3, agent: 4 };
        for (kept, customer, agent, shown) in [
            (MarksKept::Both, true, true, Some(marks)),
            (MarksKept::Agents, false, true, Some(ReadMarks { customer: 0, agent: 4 })),
            (MarksKept::Off, false, false, None),
        ] {
            assert_eq!(kept.keeps(Side::Customer), customer, "{kept:?}");
            assert_eq!(kept.keeps(Side::Agent), agent, "{kept:?}");
            assert_eq!(kept.shown(marks), shown, "{kept:?}");
        }
    }

    proptest! {
        #[test]
        fn marks_only_move_forward_in_whatever_order_they_are_heard(
            calls in proptest::collection::vec((any::<bool>(), 0_u64..12), 0..20),
            head in 1_u64..10,
        ) {
            let side = |is_agent| if is_agent { Side::Agent } else { Side::Customer };
            let mut marks = ReadMarks::default();
            for (is_agent, through) in &calls {
                let Ok(next) = marks.moved(side(*is_agent), *through, head) else { continue };
                prop_assert!(next.customer >= marks.customer && next.agent >= marks.agent);
                prop_assert!(next.customer <= head && next.agent <= head);
                prop_assert_eq!(next.moved(side(*is_agent), *through, head), Ok(next));
                marks = next;
            }
            let newest = |wanted: bool| {
                let ours = calls.iter().filter(|(of, through)| *of == wanted && *through <= head);
                ours.map(|(_, through)| *through).max().unwrap_or(0)
            };
            prop_assert_eq!(marks, ReadMarks { customer: newest(false), agent: newest(true) });
        }
    }
}
