//! Who waits where, and what keeps each agent from helping. Computed on demand from the matcher's
//! picture, so that what is told is what decides.

use super::bits::Bits;
use super::class::{ASIDE, Class, Rung};
use super::giving_way::{may_be_asked_beside, turn_beside, turn_to_give_way, would_give_way};
use super::plan::{is_held, is_nobody_else, is_paused, may_have, turn_of};
use super::settings::RoutingRules;
use super::view::{Helper, PoolView, Work};
use crate::domain::handoff::Requirements;
use crate::domain::ids::{AgentId, ConversationId, QueueId, SkillId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Holding, Lease, Presence};
use crate::domain::pool::item::ItemState;
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Whether an agent could be offered a conversation now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They could.
    Eligible,
    /// They could not.
    Not(WhyNot),
}

/// What keeps an agent from being offered a conversation. Of several hindrances the one that
/// stands first here is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// They are not signed in.
    NotSignedIn,
    /// They are away.
    Away,
    /// They finish what they have.
    Draining,
    /// Their heartbeat is missing.
    Suspect,
    /// They do not speak the language.
    NoLanguage {
        /// Which one is needed.
        language: Language,
    },
    /// They know too little of something.
    SkillTooLow {
        /// Of what.
        skill: SkillId,
        /// The level that is needed.
        need: u8,
        /// The level they have.
        has: u8,
    },
    /// They must not have this conversation.
    Excluded,
    /// They did not take it, and others are asked first.
    Declined {
        /// Until when.
        until: Timestamp,
    },
    /// It is kept for the preferred agent.
    HeldForPreferred {
        /// Who that is.
        agent: AgentId,
        /// Until when.
        until: Timestamp,
    },
    /// They still write up this very conversation.
    WritingUp,
    /// They have too little room.
    NoRoom {
        /// Units they hold.
        load: u32,
        /// Units they can hold.
        capacity: u32,
        /// Units it takes.
        cost: u32,
    },
    /// They have an offer to answer. In an emergency only while somebody else can be asked, or after a row of
    /// emergencies that must let others pass.
    LiveOffer,
    /// They did not take something a moment ago. No hindrance in an emergency.
    CoolingDown {
        /// Until when.
        until: Timestamp,
    },
}

/// One queue at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueStats {
    /// Conversations that wait.
    pub waiting: u64,
    /// Conversations offered to an agent, not taken yet.
    pub offered: u64,
    /// Conversations an agent has.
    pub assigned: u64,
    /// Since when the one has waited that waits longest (waiting or offered); earlier waits of the
    /// same episode count.
    pub oldest: Option<Timestamp>,
}

/// For each agent, whether they could be offered this conversation now, or why not: first those who
/// could, in the order they would be asked, then the others by id. While one of them has an offer of
/// it to answer, that is what it waits for. `None` if it is not in line.
pub fn why(
    view: &PoolView,
    conversation: &ConversationId,
    at: Timestamp,
) -> Option<Vec<(AgentId, Verdict)>> {
    let (_, work) = place(view, conversation)?;
    let again = is_nobody_else(view, work, at);
    let mut list: Vec<_> = view
        .agents
        .iter()
        .map(|(_, helper)| (helper, verdict(view, work, helper, again, at)))
        .collect();
    // Only when nobody can be asked without it does an ordinary offer give way, and only when none does
    // is anybody asked beside what is open.
    let waits = work.item.state == ItemState::Waiting;
    if waits && list.iter().all(|(_, verdict)| *verdict != Verdict::Eligible) {
        let able = |helper: &Helper| inability(helper, &work.item.handoff.needs).is_none();
        let gives = those_first(&list, |helper| {
            let other = would_give_way(view, work, helper, again, at).filter(|_| able(helper))?;
            Some(turn_to_give_way(work, helper, other, at))
        });
        let beside = || {
            those_first(&list, |helper| {
                let may = able(helper) && may_be_asked_beside(view, work, helper, again, at);
                may.then(|| turn_beside(work, helper, at))
            })
        };
        if let Some(list) = gives.or_else(beside) {
            return Some(list);
        }
    }
    list.sort_by_key(|(helper, verdict)| {
        let cools = helper.agent.paused_until > at;
        let turn = (*verdict == Verdict::Eligible).then(|| (cools, turn_of(work, helper)));
        (turn.is_none(), turn, &helper.agent.id)
    });
    Some(list.into_iter().map(|(helper, verdict)| (helper.agent.id.clone(), verdict)).collect())
}

/// The same with those first, and eligible, who have a turn; `None` if nobody has one.
fn those_first<'a, T: Ord>(
    list: &[(&'a Helper, Verdict)],
    turn: impl Fn(&'a Helper) -> Option<T>,
) -> Option<Vec<(AgentId, Verdict)>> {
    let mut rows: Vec<_> = list
        .iter()
        .map(|(helper, verdict)| {
            let turn = turn(helper);
            ((turn.is_none(), turn, &helper.agent.id), verdict)
        })
        .collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (nobody, ..) = rows.first().map(|(first, _)| first)?;
    if *nobody {
        return None;
    }
    let told = rows.into_iter().map(|((no, _, id), verdict)| {
        (id.clone(), if no { verdict.clone() } else { Verdict::Eligible })
    });
    Some(told.collect())
}

/// The place in line: 1 + the waiting or offered conversations before it that some agent able to
/// help it could take. Only agents who are signed in count, unless none of those is able; if none
/// is known at all, those before it that ask for the same count. Whoever stands aside is before nobody,
/// and has the place they come back to. `None` if it is not in line.
pub fn position(view: &PoolView, conversation: &ConversationId) -> Option<u32> {
    let (rung, work) = place(view, conversation)?;
    let ahead = |class: &Class| {
        in_the_way(class).map(|line| line.range(..&rung).count() as u32).sum::<u32>()
    };
    Some(
        1 + rivals(view, work.class)
            .filter_map(|rival| view.classes.get(rival))
            .map(ahead)
            .sum::<u32>(),
    )
}

/// Its rung, and what is there; `None` if it is not in line.
pub(super) fn place<'a>(
    view: &'a PoolView,
    conversation: &ConversationId,
) -> Option<(Rung, &'a Work)> {
    let slot = *view.item_slots.get(conversation)?;
    let work = view.items.get(slot).filter(|work| !is_assigned(work))?;
    Some((Rung::of(&work.item, slot), work))
}

/// The lines of a class that others stand behind: all but of those who stand aside.
fn in_the_way(class: &Class) -> impl Iterator<Item = &BTreeSet<Rung>> {
    class.waiting[..ASIDE].iter().chain([&class.offered])
}

/// How many wait before it for agents it may hope for; those who are offered already do not count.
pub(super) fn waiting_ahead(view: &PoolView, work: &Work, slot: u32) -> u32 {
    let rung = Rung::of(&work.item, slot);
    let ahead = |class: &Class| {
        class.waiting[..ASIDE].iter().map(|line| line.range(..&rung).count() as u32).sum::<u32>()
    };
    let rivals = rivals(view, work.class).filter_map(|rival| view.classes.get(rival));
    rivals.map(ahead).sum()
}

/// The places of all that are in line, in their order; in one pass, for publishing them.
pub fn positions(view: &PoolView) -> Vec<(ConversationId, u32)> {
    let mut line: Vec<(&Rung, u32, u32)> = Vec::new();
    let mut rivals_of: Vec<Vec<u32>> = Vec::new();
    for (slot, class) in view.classes.iter() {
        line.extend(in_the_way(class).flatten().map(|rung| (rung, slot, 1)));
        line.extend(class.waiting[ASIDE].iter().map(|rung| (rung, slot, 0)));
        rivals_of.resize(slot as usize + 1, Vec::new());
        if !class.is_empty() {
            rivals_of[slot as usize] = rivals(view, slot).collect();
        }
    }
    line.sort_unstable();
    let mut seen = vec![0; rivals_of.len()];
    let mut places = Vec::with_capacity(line.len());
    for (rung, class, counts) in line {
        let rivals = rivals_of[class as usize].iter();
        let ahead: u32 = rivals.map(|rival| seen[*rival as usize]).sum();
        places.push((rung.conversation.clone(), 1 + ahead));
        seen[class as usize] += counts;
    }
    places
}

/// Each queue at a glance: the declared ones, and any other that still has work.
pub fn queue_stats(view: &PoolView, rules: &RoutingRules) -> BTreeMap<QueueId, QueueStats> {
    let declared = rules.queues.iter().map(|queue| (queue.id.clone(), QueueStats::default()));
    let mut stats: BTreeMap<QueueId, QueueStats> = declared.collect();
    for (_, work) in view.items.iter() {
        let (item, id) = (&work.item, &work.item.handoff.needs.queue);
        if !stats.contains_key(id) {
            stats.insert(id.clone(), QueueStats::default());
        }
        let Some(queue) = stats.get_mut(id) else { continue };
        match item.state {
            ItemState::Waiting => queue.waiting += 1,
            ItemState::Offered { .. } => queue.offered += 1,
            ItemState::Assigned { .. } => {
                queue.assigned += 1;
                continue;
            }
        }
        let since = item.waits_since();
        queue.oldest = Some(queue.oldest.map_or(since, |oldest| oldest.min(since)));
    }
    stats
}

pub(super) fn waiting<'a>(view: &'a PoolView, conversation: &ConversationId) -> Option<&'a Work> {
    let work = view.items.get(*view.item_slots.get(conversation)?)?;
    (work.item.state == ItemState::Waiting).then_some(work)
}

fn is_assigned(work: &Work) -> bool {
    match work.item.state {
        ItemState::Waiting | ItemState::Offered { .. } => false,
        ItemState::Assigned { .. } => true,
    }
}

pub(super) fn verdict(
    view: &PoolView,
    work: &Work,
    helper: &Helper,
    again: bool,
    at: Timestamp,
) -> Verdict {
    let hindrance = absence(helper)
        .or_else(|| inability(helper, &work.item.handoff.needs).map(WhyNot::from))
        .or_else(|| estrangement(view, work, helper, again, at))
        .or_else(|| business(work, helper, at));
    debug_assert!(
        hindrance.is_some() || may_have(helper, work, again, at),
        "what is explained and what decides differ for {}",
        helper.agent.id
    );
    hindrance.map_or(Verdict::Eligible, Verdict::Not)
}

/// They are not there for anyone.
fn absence(helper: &Helper) -> Option<WhyNot> {
    match (&helper.agent.presence, &helper.agent.lease) {
        (Presence::Offline, Lease::Live | Lease::Suspect { .. } | Lease::Lost)
        | (Presence::Available | Presence::Away { .. } | Presence::Draining, Lease::Lost) => {
            Some(WhyNot::NotSignedIn)
        }
        (Presence::Away { .. }, Lease::Live | Lease::Suspect { .. }) => Some(WhyNot::Away),
        (Presence::Draining, Lease::Live | Lease::Suspect { .. }) => Some(WhyNot::Draining),
        (Presence::Available, Lease::Suspect { .. }) => Some(WhyNot::Suspect),
        (Presence::Available, Lease::Live) => None,
    }
}

/// What someone is not able to do.
pub(super) enum Lack {
    Language(Language),
    Skill { skill: SkillId, need: u8, has: u8 },
}

impl From<Lack> for WhyNot {
    fn from(lack: Lack) -> WhyNot {
        match lack {
            Lack::Language(language) => WhyNot::NoLanguage { language },
            Lack::Skill { skill, need, has } => WhyNot::SkillTooLow { skill, need, has },
        }
    }
}

/// They are not able to do it.
pub(super) fn inability(helper: &Helper, needs: &Requirements) -> Option<Lack> {
    let profile = &helper.agent.profile;
    if needs.languages().all(|one| profile.languages.get(&one).is_none_or(|level| *level == 0)) {
        return Some(Lack::Language(needs.language));
    }
    needs.skills.iter().find_map(|(skill, &need)| {
        let has = profile.skills.get(skill).copied();
        let lack = || Lack::Skill { skill: skill.clone(), need, has: has.unwrap_or(0) };
        has.is_none_or(|has| has < need).then(lack)
    })
}

/// Something stands between them and this conversation.
fn estrangement(
    view: &PoolView,
    work: &Work,
    helper: &Helper,
    again: bool,
    at: Timestamp,
) -> Option<WhyNot> {
    let id = &helper.agent.id;
    if work.item.excluded.contains(id) {
        return Some(WhyNot::Excluded);
    }
    if !again && is_paused(work, id, at) {
        // In an emergency, if nobody else is left, they are asked again sooner.
        return Some(WhyNot::Declined { until: *work.item.paused.get(id)? });
    }
    let others = work.item.preferred.as_ref().filter(|preferred| preferred.agent != *id);
    if let Some(preferred) = others.filter(|_| is_held(view, work, at)) {
        let (agent, until) = (preferred.agent.clone(), preferred.until);
        return Some(WhyNot::HeldForPreferred { agent, until });
    }
    let held = helper.agent.held.get(&work.item.conversation)?;
    Some(match held.how {
        Holding::Offer => WhyNot::LiveOffer,
        Holding::Owned | Holding::WrapUp { .. } => WhyNot::WritingUp,
    })
}

/// They have something else to do.
fn business(work: &Work, helper: &Helper, at: Timestamp) -> Option<WhyNot> {
    let (agent, cost) = (&helper.agent, work.item.cost);
    if helper.room < cost.max(1) {
        let (load, capacity) = (agent.load(), agent.profile.capacity);
        Some(WhyNot::NoRoom { load, capacity, cost })
    } else if agent.has_live_offer() {
        Some(WhyNot::LiveOffer)
    } else if agent.paused_until > at && work.item.band() > 0 {
        Some(WhyNot::CoolingDown { until: agent.paused_until })
    } else {
        None
    }
}

/// The agents that work of this class may hope for: those who are signed in, if any of them is able.
pub(super) fn hopes(view: &PoolView, class: &Class) -> Bits {
    let here = class.able.meets(&view.present);
    if here { class.able.and(&view.present) } else { class.able.clone() }
}

/// The classes that compete with this one for the agents it may hope for; itself among them.
pub(super) fn rivals(view: &PoolView, class: u32) -> impl Iterator<Item = u32> {
    let own = view.classes.get(class);
    let hopes = own.map(|own| (&own.key.needs, hopes(view, own)));
    view.classes.iter().filter_map(move |(slot, rival)| {
        let (needs, among) = hopes.as_ref()?;
        let theirs = &rival.key.needs;
        let alike = (theirs.language, theirs.also, &theirs.skills)
            == (needs.language, needs.also, &needs.skills);
        (alike || rival.able.meets(among)).then_some(slot)
    })
}
