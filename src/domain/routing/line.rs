//! Where somebody stands in line, and why their number rose since they were told it last. Numbers fall by
//! themselves; none rises without a reason that is true.

use super::explain::{hopes, place, position, rivals};
use super::view::PoolView;
use crate::domain::ids::ConversationId;
use crate::domain::pool::item::ItemState;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// Where somebody stands in line, and what that rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Their number, from 1.
    pub position: u32,
    /// How many of those before them are in danger.
    emergencies: u32,
    /// The stay it is about.
    term: i64,
    /// Who may be hoped for and what they are able to do, as one number.
    helpers: u64,
}

/// Why a number rose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rise {
    /// They are in line anew: passed on, back from an agent, or they ask for something else.
    Rejoined,
    /// More people in danger are before them.
    Emergencies,
    /// Other agents are there, or do other things: another line forms before these.
    TeamChanged,
    /// Somebody has come whose turn is before theirs: they waited longer, were promised it, or have a
    /// more urgent matter.
    EarlierClaim,
}

impl Standing {
    /// Why the number is higher than it was then; `None` if it is not.
    pub fn rise_over(&self, before: &Standing) -> Option<Rise> {
        if self.position <= before.position {
            None
        } else if self.term != before.term {
            Some(Rise::Rejoined)
        } else if self.emergencies > before.emergencies {
            Some(Rise::Emergencies)
        } else if self.helpers != before.helpers {
            Some(Rise::TeamChanged)
        } else {
            // The same stay before the same agents: only somebody new to it stands before them.
            Some(Rise::EarlierClaim)
        }
    }
}

/// Where it stands in line; `None` if it does not.
pub fn standing(view: &PoolView, conversation: &ConversationId) -> Option<Standing> {
    let position = position(view, conversation)?;
    let (rung, work) = place(view, conversation)?;
    let before = rivals(view, work.class).filter_map(|rival| view.classes.get(rival));
    let urgent = before.map(|class| {
        let offered = class.offered.range(..&rung).filter(|other| other.band == 0);
        class.waiting[0].range(..&rung).count() + offered.count()
    });
    let emergencies = urgent.sum::<usize>() as u32;
    debug_assert!(work.item.state != ItemState::Waiting || emergencies < position);
    Some(Standing {
        position,
        emergencies,
        term: work.item.token.term,
        helpers: helpers(view, work.class),
    })
}

fn helpers(view: &PoolView, class: u32) -> u64 {
    let among = view.classes.get(class).map(|class| hopes(view, class)).unwrap_or_default();
    let each = view.agents.iter().filter(|(slot, _)| among.has(*slot)).map(|(_, helper)| {
        let mut hash = DefaultHasher::new();
        let profile = &helper.agent.profile;
        helper.agent.id.hash(&mut hash);
        profile
            .languages
            .iter()
            .for_each(|(language, level)| (language, *level > 0).hash(&mut hash));
        profile.skills.hash(&mut hash);
        hash.finish()
    });
    each.fold(0, |all, one| all ^ one)
}
