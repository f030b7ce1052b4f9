//! The pool as it may have looked to a process at some time between two moments: each place and each agent
//! as they were at any of them. What *may* be is true of some of these; what is not even so never was.

use super::model::Model;
use super::past::Picture;
use crate::domain::handoff::Requirements;
use crate::domain::ids::{ConversationId, QueueId};
use crate::domain::pool::agent::{Agent, Holding, Lease, Presence};
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::routing::attendance::may_stand_aside;
use crate::domain::routing::eta::{Eta, EtaUnknown};
use crate::domain::time::Timestamp;
use std::time::Duration;

/// An opening that is told is compared with the hours this often.
const STEP: Duration = Duration::from_secs(10 * 60);
/// Nobody is told a longer wait as if it could be known.
const KNOWN_MAX: Duration = Duration::from_secs(4 * 3_600);

/// See the module.
pub(super) struct Scene<'a> {
    model: &'a Model,
    /// Versions that ended before this say nothing.
    seen_from: Timestamp,
    from: Timestamp,
    to: Timestamp,
    /// As what each agent may have been seen; `None`: not known.
    agents: Vec<Vec<Option<&'a Agent>>>,
}

impl<'a> Scene<'a> {
    /// As some process may have it in its picture now.
    pub(super) fn new(model: &'a Model) -> Self {
        let (pictures, now) = (model.pictures(), model.now);
        let from = model.known_since(now);
        let seen_from = match pictures {
            Picture::Within(_) => from,
            Picture::OfAnyAge => Timestamp::ZERO,
        };
        let agents = model.agents_since(seen_from);
        Scene { model, seen_from, from, to: now, agents }
    }

    /// Whether it is known what was at all that time.
    pub(super) fn is_whole(&self) -> bool {
        let begins = self.model.past.begins;
        begins == Timestamp::ZERO || self.from >= begins
    }

    /// As what this place may have been seen.
    pub(super) fn items(&self, id: &ConversationId) -> Vec<Option<&'a Item>> {
        self.model.items_since(id, self.seen_from)
    }

    fn others(&self, id: &ConversationId) -> impl Iterator<Item = Vec<Option<&'a Item>>> {
        let others = self.model.places_since(self.seen_from).into_iter();
        others.filter(move |other| *other != id).map(|other| self.items(other))
    }

    /// Whether some agent may have been so.
    pub(super) fn somebody(&self, is: impl Fn(&Agent) -> bool) -> bool {
        self.agents.iter().flatten().flatten().any(|agent| is(agent))
    }

    /// Whether it may be that no agent was so.
    pub(super) fn nobody(&self, is: impl Fn(&Agent) -> bool) -> bool {
        let unlike = |seen: &Option<&Agent>| !seen.is_some_and(&is);
        self.agents.iter().all(|seen| seen.iter().any(unlike))
    }

    /// Whether some agent was so all the time.
    fn somebody_always(&self, is: impl Fn(&Agent) -> bool) -> bool {
        self.agents.iter().any(|seen| seen.iter().all(|agent| agent.is_some_and(&is)))
    }

    /// Whether somebody may have been free to take it.
    pub(super) fn somebody_is_free(&self, item: &Item) -> bool {
        let kept_for = self.kept_for(item);
        // Whoever did not take it is asked again when nobody else is left.
        let paused = |agent: &Agent| item.paused.get(&agent.id).is_some_and(|end| *end > self.to);
        let urgent = item.band() == 0;
        let else_nobody = self.nobody(|agent| {
            helps(agent, item) && !paused(agent) && (!urgent || has_room(agent, item))
        });
        self.somebody(|agent| {
            let theirs = kept_for.is_none_or(|kept| agent.id == *kept);
            let again = !paused(agent) || else_nobody;
            let cool = urgent || agent.paused_until <= self.to;
            let gives_way = urgent && helps(agent, item) && has_offer(agent);
            let free = helps(agent, item) && has_room(agent, item) && !has_offer(agent) && cool;
            theirs && again && (free || gives_way)
        })
    }

    /// Whether it may be that nobody was free to take it.
    pub(super) fn nobody_is_free(&self, item: &Item) -> bool {
        self.nobody(|agent| {
            let paused = item.paused.get(&agent.id).is_some_and(|end| *end > self.from);
            let first = item.preferred.as_ref().filter(|first| first.until > self.from);
            let theirs = first.is_none_or(|first| first.agent == agent.id);
            let cool = item.band() == 0 || agent.paused_until <= self.from;
            let free = helps(agent, item) && has_room(agent, item) && !has_offer(agent);
            free && cool && theirs && !paused
        })
    }

    /// Whether somebody with room for it may have been asked about somebody else.
    pub(super) fn somebody_is_asked_about_others(&self, item: &Item) -> bool {
        self.somebody(|agent| helps(agent, item) && has_room(agent, item) && has_offer(agent))
    }

    /// Whether it may be that nobody who could have been asked for it was asked about somebody else.
    pub(super) fn nobody_is_asked_about_others(&self, item: &Item) -> bool {
        self.nobody(|agent| {
            let paused = item.paused.get(&agent.id).is_some_and(|end| *end > self.from);
            helps(agent, item) && has_room(agent, item) && has_offer(agent) && !paused
        })
    }

    /// The agent it was certainly kept for.
    fn kept_for<'b>(&self, item: &'b Item) -> Option<&'b crate::domain::ids::AgentId> {
        let first = item.preferred.as_ref().filter(|first| first.until > self.to)?;
        let asked = item.paused.get(&first.agent).is_none_or(|end| *end <= self.from);
        let there = self.somebody_always(|agent| agent.id == first.agent && helps(agent, item));
        (item.band() > 0 && asked && there).then_some(&first.agent)
    }

    /// Whether it may have been kept for somebody who could not have it yet.
    pub(super) fn preferred_is_busy(&self, item: &Item) -> bool {
        let first = item.preferred.as_ref().filter(|first| first.until > self.from);
        first.is_some_and(|first| {
            item.band() > 0
                && item.paused.get(&first.agent).is_none_or(|end| *end <= self.to)
                && self.somebody(|agent| {
                    let busy = !has_room(agent, item)
                        || has_offer(agent)
                        || agent.paused_until > self.from;
                    agent.id == first.agent && helps(agent, item) && busy
                })
        })
    }

    /// Whether somebody in danger may have waited for whom one who is there could help both.
    pub(super) fn danger_is_ahead(&self, id: &ConversationId, item: &Item) -> bool {
        let urgent = |other: &&Item| is_waiting(other) && other.band() == 0;
        let mut urgent = self
            .others(id)
            .flat_map(move |seen| seen.into_iter().flatten().filter(urgent).collect::<Vec<_>>());
        item.band() > 0 && urgent.any(|other| self.may_compete(other, item))
    }

    /// Whether they may have competed for somebody.
    fn may_compete(&self, one: &Item, other: &Item) -> bool {
        let (one, other) = (&one.handoff.needs, &other.handoff.needs);
        let both = |agent: &Agent| able(agent, one) && able(agent, other);
        alike(one, other)
            || self.somebody(|agent| there(agent) && both(agent))
            || (self.nobody(|agent| there(agent) && able(agent, other)) && self.somebody(both))
    }

    /// Whether they certainly competed for somebody.
    fn must_compete(&self, one: &Item, other: &Item) -> bool {
        let (one, other) = (&one.handoff.needs, &other.handoff.needs);
        let both = |agent: &Agent| there(agent) && able(agent, one) && able(agent, other);
        alike(one, other) || self.somebody_always(both)
    }

    /// The numbers in line it may have had, each from the least to the greatest.
    pub(super) fn positions(&self, id: &ConversationId) -> Vec<(u32, u32)> {
        let others: Vec<_> = self.others(id).collect();
        let own = self.items(id).into_iter().flatten().filter(|item| is_in_line(item));
        own.map(|item| {
            let goes_first = |other: &Item| is_in_line(other) && turn(other) < turn(item);
            let (mut least, mut most) = (1, 1);
            for seen in &others {
                let may = |other: &&Item| goes_first(other) && self.may_compete(other, item);
                let must = |other: &Option<&Item>| {
                    other.is_some_and(|other| {
                        goes_first(other)
                            && self.must_compete(other, item)
                            && !self.may_stand_aside(other)
                    })
                };
                most += u32::from(seen.iter().flatten().any(may));
                least += u32::from(seen.iter().all(must));
            }
            (least, most)
        })
        .collect()
    }

    /// Whether those who are there may have gone before this customer.
    fn may_stand_aside(&self, item: &Item) -> bool {
        may_stand_aside(item) && self.model.may_be_gone(&item.conversation)
    }

    /// Whether this queue may have been closed.
    pub(super) fn may_be_closed(&self, queue: &QueueId) -> bool {
        let closed = |at| !self.model.is_open(queue, at);
        closed(self.from) || closed(self.to) || self.model.may_be_shut(queue, self.from, self.to)
    }

    /// Whether this may be when it opens.
    pub(super) fn may_open(&self, queue: &QueueId, opens: Timestamp) -> bool {
        if self.model.may_be_shut(queue, self.from, self.to) {
            return self.model.is_open(queue, opens);
        }
        let closed = |at: &Timestamp| !self.model.is_open(queue, *at);
        let before = std::iter::successors(Some(self.to), |at| Some(*at + STEP));
        let just_before = Timestamp::from_millis(opens.as_millis() - 1);
        // Told at the last moment, it may be open by now.
        let soon = opens <= self.to;
        let shut = before.take_while(|at| *at < opens).chain([just_before]).all(|at| closed(&at));
        self.model.is_open(queue, opens) && (soon || shut)
    }

    /// Whether this much may have been known of how long it takes.
    pub(super) fn may_be_known(&self, id: &ConversationId, eta: &Eta) -> bool {
        let of = self.items(id);
        let mut in_line = of.iter().flatten().copied().filter(|item| is_in_line(item));
        let seat = |agent: &Agent, item: &Item| {
            helps(agent, item) && agent.profile.capacity >= item.cost.max(1)
        };
        match eta {
            Eta::Known { low_ms, high_ms, samples, .. } => {
                let high = Duration::from_millis(*high_ms);
                let figures = low_ms <= high_ms && high <= KNOWN_MAX && *samples > 0;
                let mut in_time = in_line.filter(|item| {
                    let queue = &item.handoff.needs.queue;
                    let closes = |at: Timestamp| {
                        self.model.is_open(queue, at) && !self.model.is_open(queue, at + high)
                    };
                    self.somebody(|agent| seat(agent, item))
                        && !(closes(self.from) && closes(self.to))
                });
                figures && in_time.next().is_some()
            }
            Eta::Unknown { why } => match why {
                EtaUnknown::NotWaiting => of.iter().any(|item| !item.is_some_and(is_in_line)),
                EtaUnknown::NobodyThere => {
                    in_line.any(|item| self.nobody(|agent| seat(agent, item)))
                }
                EtaUnknown::ClosesBefore => in_line.any(|item| {
                    let queue = &item.handoff.needs.queue;
                    let opening =
                        [self.from, self.to].iter().any(|at| self.model.is_open(queue, *at));
                    opening && self.may_close(queue)
                }),
                EtaUnknown::FewSamples | EtaUnknown::TooFar => true,
            },
        }
    }

    /// Whether this queue closes before a wait that can be known is over.
    fn may_close(&self, queue: &QueueId) -> bool {
        let end = self.to + KNOWN_MAX + STEP;
        let times = std::iter::successors(Some(self.from), |at| Some(*at + STEP));
        times.take_while(|at| *at < end).any(|at| !self.model.is_open(queue, at))
            || self.model.may_be_shut(queue, self.from, self.to)
    }

    /// For a report: the place and who could be asked.
    pub(super) fn shown(&self, id: &ConversationId) -> String {
        let agents: Vec<_> = self.agents.iter().map(|seen| seen.first()).collect();
        format!("since {}: {:?}, {agents:?}", self.from, self.items(id))
    }
}

/// Whether nobody has been asked.
pub(super) fn is_waiting(item: &Item) -> bool {
    item.state == ItemState::Waiting
}

/// Whether they wait for an agent, also while one is asked.
pub(super) fn is_in_line(item: &Item) -> bool {
    match item.state {
        ItemState::Waiting | ItemState::Offered { .. } => true,
        ItemState::Assigned { .. } => false,
    }
}

/// Since when the customer has waited, earlier waits of the same matter as one span with it.
pub(super) fn entered(item: &Item) -> i64 {
    item.waiting_since.as_millis() - item.waited_ms
}

/// In which order they go: danger first, then by arrival less what is credited.
pub(super) fn turn(item: &Item) -> (bool, i64, &ConversationId) {
    (item.band() > 0, entered(item) - item.credit_ms, &item.conversation)
}

/// Whether they are signed in; a supervisor's desk counts only while it takes work.
pub(super) fn there(agent: &Agent) -> bool {
    let signed_in = agent.presence != Presence::Offline && agent.lease != Lease::Lost;
    signed_in && (!agent.is_supervisors_desk() || takes(agent))
}

fn takes(agent: &Agent) -> bool {
    agent.presence == Presence::Available && agent.lease == Lease::Live
}

/// Whether they speak a language of the customer.
pub(super) fn speaks(agent: &Agent, needs: &Requirements) -> bool {
    let level = |language| agent.profile.languages.get(&language).copied().unwrap_or(0);
    level(needs.language) > 0 || needs.also.is_some_and(|also| level(also) > 0)
}

/// Whether they can do it.
pub(super) fn able(agent: &Agent, needs: &Requirements) -> bool {
    let level = |skill| agent.profile.skills.get(skill).copied().unwrap_or(0);
    speaks(agent, needs) && !needs.skills.iter().any(|(skill, least)| level(skill) < *least)
}

/// Whether they take work, and may have this, now or later.
pub(super) fn helps(agent: &Agent, item: &Item) -> bool {
    takes(agent) && able(agent, &item.handoff.needs) && !item.excluded.contains(&agent.id)
}

/// Whether they have a seat for it, and do not still write it up.
pub(super) fn has_room(agent: &Agent, item: &Item) -> bool {
    let held: u32 = agent.held.values().map(|held| held.cost).sum();
    held + item.cost.max(1) <= agent.profile.capacity
        && !agent.held.contains_key(&item.conversation)
}

fn has_offer(agent: &Agent) -> bool {
    agent.held.values().any(|held| held.how == Holding::Offer)
}

fn alike(one: &Requirements, other: &Requirements) -> bool {
    (one.language, one.also, &one.skills) == (other.language, other.also, &other.skills)
}
