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
            // Those in danger may be the whole of it; else it is the new place as well.
            let urgent = self.emergencies.saturating_sub(before.emergencies);
            let is_all = urgent >= self.position - before.position;
            Some(if is_all { Rise::Emergencies } else { Rise::Rejoined })
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

/// What somebody was told of their place. Of one stay the best number counts: not the last one, because
/// an answer may be lost on its way, and its reason with it. A new stay is compared with the one before
/// until its number is as good again; what happens in it meanwhile has reasons of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    best: Standing,
    /// Why this stay began further back than the number of the one before, as long as it is.
    arrived: Option<(Rise, u32)>,
}

impl Told {
    /// What is told first has nothing to be compared with.
    pub fn first(standing: Standing) -> Told {
        Told { best: standing, arrived: None }
    }

    /// Tells this place: why the number is higher than was told, if it is.
    pub fn tell(&mut self, now: Standing) -> Option<Rise> {
        let rise = now.rise_over(&self.best);
        if now.term != self.best.term {
            let before = self.best.position;
            *self = Told { best: now, arrived: rise.map(|rise| (rise, before)) };
            return rise;
        }
        if rise.is_none() {
            self.best = now;
        }
        self.arrived = self.arrived.filter(|(_, before)| now.position > *before);
        rise.or(self.arrived.map(|(rise, _)| rise))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: u32, emergencies: u32, term: i64) -> Standing {
        Standing { position, emergencies, term, helpers: 0 }
    }

    #[test]
    fn a_new_stay_is_told_until_its_number_is_as_good_and_what_happens_in_it_has_its_own_reasons() {
        let mut told = Told::first(at(1, 0, 1));
        for (standing, expected) in [
            // In line anew; whoever looks next learns it too.
            (at(2, 0, 2), Some(Rise::Rejoined)),
            (at(2, 0, 2), Some(Rise::Rejoined)),
            (at(3, 1, 2), Some(Rise::Emergencies)),
            (at(3, 1, 2), Some(Rise::Emergencies)),
            // Back where it was in this stay: still further back than in the one before, of which
            // whoever looks now may have been told last.
            (at(2, 0, 2), Some(Rise::Rejoined)),
            (at(3, 0, 2), Some(Rise::EarlierClaim)),
            (at(1, 0, 2), None),
            (at(2, 0, 2), Some(Rise::EarlierClaim)),
            (at(4, 0, 3), Some(Rise::Rejoined)),
            (at(3, 0, 3), Some(Rise::Rejoined)),
            (at(1, 0, 3), None),
        ] {
            assert_eq!(told.tell(standing), expected, "{standing:?}");
        }
    }

    #[test]
    fn those_in_danger_are_the_reason_where_they_are_all_of_it() {
        for (now, expected) in [
            (at(2, 1, 2), Rise::Emergencies),
            (at(3, 1, 2), Rise::Rejoined),
            (at(3, 2, 2), Rise::Emergencies),
            (at(2, 0, 2), Rise::Rejoined),
        ] {
            assert_eq!(Told::first(at(1, 0, 1)).tell(now), Some(expected), "{now:?}");
        }
    }
}
