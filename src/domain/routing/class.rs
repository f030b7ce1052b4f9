//! A requirement class: all work that asks for the same and costs the same, in one order, with the
//! agents who are able to do it. Whether agents are free is not known here.

use super::bits::Bits;
use crate::domain::handoff::Requirements;
use crate::domain::ids::ConversationId;
use crate::domain::pool::item::{Item, ItemState};
use std::collections::BTreeSet;

/// How many lines waiting work stands in.
pub const LINES: usize = 3;

/// The last of them: whoever stands aside.
pub const ASIDE: usize = LINES - 1;

/// In which line waiting work stands: see [`Class::waiting`].
pub fn line_of(band: u8, aside: bool) -> usize {
    match (band, aside) {
        (0, _) => 0,
        (_, false) => 1,
        (_, true) => ASIDE,
    }
}

/// What makes work belong together: everything that decides who is able to take it, except what
/// is particular to one conversation (who is excluded, preferred or has declined).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClassKey {
    /// What an agent must offer.
    pub needs: Requirements,
    /// How much room an agent must have.
    pub cost: u32,
}

/// A place in line. The conversation only breaks ties; the slot never decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rung {
    /// See [`Item::band`].
    pub band: u8,
    /// See [`Item::virtual_time`].
    pub vt: i64,
    /// Whose place.
    pub conversation: ConversationId,
    /// Where the view keeps it.
    pub slot: u32,
}

/// One class.
#[derive(Debug, Clone)]
pub struct Class {
    /// What it asks for.
    pub key: ClassKey,
    /// The agents able to do it, here or not.
    pub able: Bits,
    /// Waiting emergencies; waiting ordinary work; and of that, what stands aside. These do not mix, so
    /// each has its own line.
    pub waiting: [BTreeSet<Rung>; LINES],
    /// Offered, not taken yet.
    pub offered: BTreeSet<Rung>,
    /// Waiting work that particular agents matter to: preferred ones and ones that declined.
    pub particular: BTreeSet<u32>,
}

impl Class {
    /// A class without work.
    pub fn new(key: ClassKey) -> Self {
        Class {
            key,
            able: Bits::default(),
            waiting: Default::default(),
            offered: BTreeSet::new(),
            particular: BTreeSet::new(),
        }
    }

    /// Puts work in line, or takes it out; `aside` says whether it stands aside while it waits.
    pub fn put(&mut self, item: &Item, slot: u32, aside: bool, is_in: bool) {
        let rung = Rung::of(item, slot);
        let line = match item.state {
            ItemState::Waiting => &mut self.waiting[line_of(rung.band, aside)],
            ItemState::Offered { .. } => &mut self.offered,
            ItemState::Assigned { .. } => return,
        };
        let particular = item.state == ItemState::Waiting
            && (item.preferred.is_some() || !item.paused.is_empty());
        if is_in {
            line.insert(rung);
            if particular {
                self.particular.insert(slot);
            }
        } else {
            line.remove(&rung);
            self.particular.remove(&slot);
        }
    }

    /// Whether nothing stands in any of its lines.
    pub fn is_empty(&self) -> bool {
        self.waiting.iter().all(BTreeSet::is_empty) && self.offered.is_empty()
    }
}

impl Rung {
    /// The place of this work.
    pub fn of(item: &Item, slot: u32) -> Self {
        let (band, vt) = (item.band(), item.virtual_time());
        Rung { band, vt, conversation: item.conversation.clone(), slot }
    }
}
