//! What matching means, written without any index: everything is compared with everything. Slow,
//! and meant to be read.

use crate::domain::handoff::Requirements;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Holding};
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::routing::policies::Facts;
use crate::domain::routing::settings::RoutingRules;
use crate::domain::time::Timestamp;
use std::collections::BTreeSet;

pub struct Oracle<'a> {
    pub rules: &'a RoutingRules,
    pub items: Vec<Item>,
    pub agents: Vec<Agent>,
    pub emergency_run: u32,
    /// Whose customers are gone.
    pub asides: BTreeSet<ConversationId>,
    /// Whose offer was made because a row of emergencies let it pass.
    pub let_pass: BTreeSet<ConversationId>,
    pub at: Timestamp,
}

pub fn is_able(agent: &Agent, needs: &Requirements) -> bool {
    let speaks = speaks_own(agent, needs)
        || needs
            .also
            .is_some_and(|also| agent.profile.languages.get(&also).is_some_and(|l| *l > 0));
    let knows = |(skill, least): (_, &u8)| agent.profile.skills.get(skill) >= Some(least);
    speaks && needs.skills.iter().all(knows)
}

fn speaks_own(agent: &Agent, needs: &Requirements) -> bool {
    agent.profile.languages.get(&needs.language).copied().unwrap_or(0) > 0
}

fn place(item: &Item) -> (u8, i64, &str) {
    (item.band(), item.virtual_time(), item.conversation.as_str())
}

impl Oracle<'_> {
    /// Whether those who are there go before it.
    pub fn stands_aside(&self, item: &Item) -> bool {
        let may = item.band() == 1 && !item.promised && item.broken == 0;
        may && self.asides.contains(&item.conversation)
    }

    /// The offers to make now, as (conversation, agent).
    pub fn offers(&self) -> Vec<(String, String)> {
        let mut asked: Vec<&AgentId> = Vec::new();
        let mut found: Vec<(&Item, &Agent)> = Vec::new();
        let mut run = self.emergency_run;
        loop {
            let mut line: Vec<&Item> = self.items.iter().collect();
            line.retain(|item| item.state == ItemState::Waiting);
            line.retain(|item| found.iter().all(|(other, _)| other != item));
            line.sort_by_key(|item| (self.stands_aside(item), place(item)));
            let over_age = |item: &Item| {
                let limit = (self.at - self.rules.credit_max).as_millis();
                item.band() == 1 && !self.stands_aside(item) && item.virtual_time() <= limit
            };
            let first = |wanted: &dyn Fn(&Item) -> bool| {
                let mut line = line.iter().filter(|item| wanted(item));
                line.find_map(|item| Some((*item, self.choose(item, &asked)?)))
            };
            let let_pass = run >= self.rules.offers.emergency_run_max;
            let next = let_pass.then(|| first(&over_age)).flatten();
            let Some((item, agent)) = next.or_else(|| first(&|_| true)) else { break };
            run = if item.band() == 0 { run + 1 } else { 0 };
            asked.push(&agent.id);
            found.push((item, agent));
        }
        let mut used: Vec<&AgentId> = Vec::new();
        let mut line: Vec<&Item> = self.items.iter().filter(|item| item.band() == 0).collect();
        line.retain(|item| item.state == ItemState::Waiting);
        line.retain(|item| found.iter().all(|(other, _)| other != item));
        line.sort_by_key(|item| place(item));
        for item in line {
            let gives = self.givers(item).into_iter().map(|(agent, _)| agent);
            let mut agents = gives.chain(self.beside(item));
            let Some(agent) = agents.find(|agent| !used.contains(&&agent.id)) else { continue };
            used.push(&agent.id);
            found.push((item, agent));
        }
        let names =
            |(item, agent): (&Item, &Agent)| (item.conversation.to_string(), agent.id.to_string());
        found.into_iter().map(names).collect()
    }

    /// Those who could be offered this instead of something ordinary that they have not answered, and
    /// what that is; in the order they are asked.
    pub fn givers(&self, item: &Item) -> Vec<(&Agent, ConversationId)> {
        let paused = |agent: &Agent| item.paused.get(&agent.id).is_some_and(|t| *t > self.at);
        let again = self.is_nobody_else(item);
        let mut givers = Vec::new();
        for other in self.items.iter().filter(|other| other.band() > 0 && item.band() == 0) {
            let ItemState::Offered { agent, until } = &other.state else { continue };
            let Some(agent) = self.agents.iter().find(|known| known.id == *agent) else { continue };
            let stands = *until < self.at
                || other.gave_way >= self.rules.offers.emergency_run_max
                || self.let_pass.contains(&other.conversation);
            let mut freed = agent.clone();
            let held = freed.held.remove(&other.conversation);
            let could = held.is_some_and(|held| held.how == Holding::Offer)
                && freed.takes_offers()
                && !freed.has_live_offer()
                && is_able(&freed, &item.handoff.needs)
                && !item.excluded.contains(&freed.id)
                && !freed.held.contains_key(&item.conversation)
                && freed.room() >= item.cost.max(1);
            if could && !stands && (again || !paused(agent)) {
                let since = other.seat.map_or(other.waiting_since, |seat| seat.since);
                givers.push(((paused(agent), since, &agent.id), agent, other));
            }
        }
        givers.sort_by_key(|(turn, _, _)| *turn);
        givers.into_iter().map(|(_, agent, other)| (agent, other.conversation.clone())).collect()
    }

    /// Those who could be offered this beside what they have to answer, in the order they are asked.
    pub fn beside(&self, item: &Item) -> Vec<&Agent> {
        let paused = |agent: &Agent| item.paused.get(&agent.id).is_some_and(|t| *t > self.at);
        let again = self.is_nobody_else(item);
        let may = |agent: &&Agent| {
            item.band() == 0
                && agent.takes_offers()
                && agent.has_live_offer()
                && is_able(agent, &item.handoff.needs)
                && !item.excluded.contains(&agent.id)
                && agent.room() >= item.cost.max(1)
                && !agent.held.contains_key(&item.conversation)
                && (again || !paused(agent))
                && !self.is_owed(agent)
        };
        let first = item.preferred.as_ref().map(|first| &first.agent);
        let open =
            |agent: &Agent| agent.held.values().filter(|held| held.how == Holding::Offer).count();
        let foreign = |agent: &Agent| !speaks_own(agent, &item.handoff.needs);
        let mut beside: Vec<&Agent> = self.agents.iter().filter(may).collect();
        beside.sort_by_key(|agent| {
            let other = first != Some(&agent.id);
            (paused(agent), open(agent), other, foreign(agent), self.rank(agent), &agent.id)
        });
        beside
    }

    /// Whether a row of emergencies must let somebody pass whom this agent could take.
    fn is_owed(&self, agent: &Agent) -> bool {
        let overdue = (self.at - self.rules.credit_max).as_millis();
        self.emergency_run >= self.rules.offers.emergency_run_max
            && self.items.iter().any(|item| {
                item.state == ItemState::Waiting
                    && item.band() == 1
                    && !self.stands_aside(item)
                    && item.virtual_time() <= overdue
                    && is_able(agent, &item.handoff.needs)
            })
    }

    /// Whether only those are left who did not take it. In an emergency a colleague without room is
    /// nobody; and those who declined are asked again after a moment, not at once.
    fn is_nobody_else(&self, item: &Item) -> bool {
        let urgent = item.band() == 0;
        let mut might = self.agents.iter().filter(|agent| {
            agent.takes_offers()
                && is_able(agent, &item.handoff.needs)
                && !item.excluded.contains(&agent.id)
        });
        let paused = |agent: &Agent| item.paused.get(&agent.id).is_some_and(|t| *t > self.at);
        let roomy = |agent: &Agent| {
            agent.room() >= item.cost.max(1) && !agent.held.contains_key(&item.conversation)
        };
        !(urgent && item.asked_again_from.is_some_and(|from| from > self.at))
            && might.all(|a| paused(a) || (urgent && !roomy(a)))
    }

    /// Those who could be offered this now, in the order they are asked.
    pub fn candidates(&self, item: &Item) -> Vec<&Agent> {
        let preferred = item.preferred.as_ref();
        let is_preferred = |agent: &Agent| preferred.is_some_and(|first| first.agent == agent.id);
        let paused = |agent: &Agent| item.paused.get(&agent.id).is_some_and(|t| *t > self.at);
        let might = |agent: &&Agent| {
            agent.takes_offers()
                && is_able(agent, &item.handoff.needs)
                && !item.excluded.contains(&agent.id)
        };
        let urgent = item.band() == 0;
        let roomy = |agent: &Agent| {
            agent.room() >= item.cost.max(1) && !agent.held.contains_key(&item.conversation)
        };
        let nobody_else = self.is_nobody_else(item);
        let held = item.band() == 1
            && preferred.is_some_and(|first| first.until > self.at)
            && self.agents.iter().filter(might).any(|a| is_preferred(a) && !paused(a));
        let mut able: Vec<&Agent> = self.agents.iter().filter(might).collect();
        able.retain(|agent| nobody_else || !paused(agent));
        able.retain(|agent| !held || is_preferred(agent));
        able.retain(|agent| roomy(agent) && !agent.has_live_offer());
        let cools = |agent: &Agent| agent.paused_until > self.at;
        able.retain(|agent| urgent || !cools(agent));
        let foreign = |agent: &Agent| !speaks_own(agent, &item.handoff.needs);
        able.sort_by_key(|agent| {
            (cools(agent), !is_preferred(agent), foreign(agent), self.rank(agent), &agent.id)
        });
        able
    }

    /// The place in line, for work that is in it.
    pub fn position(&self, item: &Item) -> u32 {
        1 + self.before(item).len() as u32
    }

    /// Whom it may hope for: those who are signed in, if any of them is able.
    pub fn hopes(&self, item: &Item) -> Vec<&Agent> {
        let mut able: Vec<&Agent> = self.agents.iter().collect();
        able.retain(|agent| is_able(agent, &item.handoff.needs));
        let anyone_here = able.iter().any(|agent| agent.is_signed_in());
        able.retain(|agent| !anyone_here || agent.is_signed_in());
        able
    }

    /// Who stands before it in line.
    pub fn before(&self, item: &Item) -> Vec<&Item> {
        let in_line = |item: &&Item| match item.state {
            ItemState::Waiting | ItemState::Offered { .. } => true,
            ItemState::Assigned { .. } => false,
        };
        let hopes = self.hopes(item);
        let rival = |other: &&Item| {
            let (ours, theirs) = (&item.handoff.needs, &other.handoff.needs);
            let alike = (ours.language, ours.also, &ours.skills)
                == (theirs.language, theirs.also, &theirs.skills);
            alike || hopes.iter().any(|agent| is_able(agent, theirs))
        };
        let waits = |other: &Item| other.state == ItemState::Waiting;
        let before = |other: &&Item| {
            place(other) < place(item) && !(waits(other) && self.stands_aside(other))
        };
        self.items.iter().filter(in_line).filter(before).filter(rival).collect()
    }

    fn choose(&self, item: &Item, asked: &[&AgentId]) -> Option<&Agent> {
        // Only the preferred agent comes before the order, only who cools down after it, and who was
        // asked is out of it.
        self.candidates(item).into_iter().find(|agent| !asked.contains(&&agent.id))
    }

    fn rank(&self, agent: &Agent) -> impl Ord {
        let mut breadth = 0;
        for queue in self.rules.queues.iter() {
            for language in Language::ALL {
                let (id, skills) = (queue.id.clone(), queue.skills.clone());
                let needs = Requirements { queue: id, language, also: None, skills };
                breadth += u32::from(is_able(agent, &needs));
            }
        }
        let (load, capacity) = (agent.load(), agent.profile.capacity);
        self.rules.policy.rank(&Facts { load, capacity, breadth, idle_since: agent.idle_since })
    }
}
