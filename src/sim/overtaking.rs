//! The checker of turns: an offer goes to whoever's turn it is among those whom this agent could take.
//! Somebody who came later goes first only by a credit, which is bounded, so that nobody is overtaken
//! without bound; and whoever waits keeps their place whatever becomes of an offer.

use super::model::{Invariant, Model};
use super::scene::{able, entered, has_room, is_in_line, is_waiting, turn};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::{Item, Place};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// Of two who were planned for at once one may be refused for a reason of the agent's, and the other be
/// served; that this happens to one so often is no chance.
const CHANCE: u32 = 3;

/// Who went before whom.
#[derive(Clone)]
pub(super) struct Overtaking {
    /// The bound.
    credit_max: Duration,
    /// How often others were offered out of turn, in one stay.
    out_of_turn: BTreeMap<(ConversationId, i64), u32>,
    /// Offers of those who came later, to agents who could have taken somebody who waited.
    pub(super) ahead: u64,
    /// By how much they came later at most.
    pub(super) ahead_by: Duration,
}

impl Overtaking {
    pub(super) fn new(credit_max: Duration) -> Self {
        let (out_of_turn, ahead, ahead_by) = Default::default();
        Overtaking { credit_max, out_of_turn, ahead, ahead_by }
    }
}

impl Model {
    /// Whoever waits keeps their place, also when an offer of it ends; only who was with an agent begins
    /// a new wait.
    pub(super) fn judge_place_kept(&mut self, old: Option<&Item>, next: &Item) {
        let same =
            |old: &&Item| old.token.term == next.token.term && is_in_line(old) && is_in_line(next);
        if let Some(old) = old.filter(same) {
            self.check(Invariant::Overtaken, turn(old) == turn(next), || {
                format!("{} lost its place: {old:?}, then {next:?}", next.conversation)
            });
        }
    }

    /// Who is offered to this agent, beside those whom they could take as well.
    pub(super) fn judge_turn_of(&mut self, item: &Item, agent: &AgentId, at: Timestamp) {
        let Some(agent) = self.agents.get(agent).cloned() else { return };
        let known = self.known_since(at);
        if !self.is_as_it_was(&agent, known) {
            return;
        }
        let credit_max = self.overtaking.credit_max;
        // Whoever no newcomer could overtake any more goes before a long row of those in danger.
        let over_age = turn(item).1 <= (at - credit_max).as_millis();
        let could: Vec<Item> = self
            .places
            .values()
            .filter_map(|place| match place {
                Place::Here(other) => Some(other),
                Place::Gone { .. } => None,
            })
            .filter(|other| other.conversation != item.conversation)
            .filter(|other| could_have(&agent, other, item.cost, known))
            .filter(|other| !self.may_be_gone(&other.conversation))
            .filter(|other| {
                self.past.changed(&other.conversation).is_some_and(|changed| changed <= known)
            })
            .cloned()
            .collect();
        for other in could {
            let ordinary = item.band() > 0 && other.band() > 0;
            let later = Duration::from_millis((entered(item) - entered(&other)).max(0) as u64);
            if ordinary && !later.is_zero() {
                self.overtaking.ahead += 1;
                self.overtaking.ahead_by = self.overtaking.ahead_by.max(later);
            }
            self.check(Invariant::Overtaken, !ordinary || later <= credit_max, || {
                format!(
                    "{} came {later:?} later, and was offered to {}: {item:?} before {other:?}",
                    item.conversation, agent.id
                )
            });
            let exempt = item.band() > 0 && other.band() == 0 && over_age;
            if turn(&other) < turn(item) && !exempt {
                let stay = (other.conversation.clone(), other.token.term);
                let times = self.overtaking.out_of_turn.entry(stay).or_default();
                *times += 1;
                let holds = *times < CHANCE;
                self.check(Invariant::Overtaken, holds, || {
                    format!(
                        "{item:?} was offered to {} before {other:?}, whose turn it was",
                        agent.id
                    )
                });
            }
        }
    }
}

/// Whether this agent could have been asked for this work, and every process has known it since then.
fn could_have(agent: &Agent, item: &Item, cost: u32, since: Timestamp) -> bool {
    let over = |end: &Timestamp| *end <= since;
    is_waiting(item)
        && item.cost <= cost
        && able(agent, &item.handoff.needs)
        && has_room(agent, item)
        && !item.excluded.contains(&agent.id)
        && item.paused.get(&agent.id).is_none_or(over)
        && item.preferred.as_ref().is_none_or(|first| over(&first.until))
}
