//! What matching means, written without any index: everything is compared with everything. Slow,
//! and meant to be read.

use crate::domain::handoff::Requirements;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::language::Language;
use crate::domain::pool::agent::Agent;
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
    pub at: Timestamp,
}

pub fn is_able(agent: &Agent, needs: &Requirements) -> bool {
    let speaks = agent.profile.languages.get(&needs.language).copied().unwrap_or(0) > 0;
    let knows = |(skill, least): (_, &u8)| agent.profile.skills.get(skill) >= Some(least);
    speaks && needs.skills.iter().all(knows)
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
        let names =
            |(item, agent): (&Item, &Agent)| (item.conversation.to_string(), agent.id.to_string());
        found.into_iter().map(names).collect()
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
        // In an emergency a colleague without room is nobody; and those who declined are asked
        // again after a moment, not at once.
        let nobody_else = !(urgent && item.asked_again_from.is_some_and(|from| from > self.at))
            && self.agents.iter().filter(might).all(|a| paused(a) || (urgent && !roomy(a)));
        let held = item.band() == 1
            && preferred.is_some_and(|first| first.until > self.at)
            && self.agents.iter().filter(might).any(|a| is_preferred(a) && !paused(a));
        let mut able: Vec<&Agent> = self.agents.iter().filter(might).collect();
        able.retain(|agent| nobody_else || !paused(agent));
        able.retain(|agent| !held || is_preferred(agent));
        able.retain(|agent| roomy(agent) && !agent.has_live_offer());
        let cools = |agent: &Agent| agent.paused_until > self.at;
        able.retain(|agent| urgent || !cools(agent));
        able.sort_by_key(|agent| (cools(agent), !is_preferred(agent), self.rank(agent), &agent.id));
        able
    }

    /// The place in line, for work that is in it.
    pub fn position(&self, item: &Item) -> u32 {
        let in_line = |item: &&Item| match item.state {
            ItemState::Waiting | ItemState::Offered { .. } => true,
            ItemState::Assigned { .. } => false,
        };
        let able = |agent: &&Agent| is_able(agent, &item.handoff.needs);
        let anyone_here = self.agents.iter().filter(able).any(Agent::is_signed_in);
        let hopes = |agent: &&Agent| able(agent) && (!anyone_here || agent.is_signed_in());
        let rival = |other: &&Item| {
            let (ours, theirs) = (&item.handoff.needs, &other.handoff.needs);
            let alike = (ours.language, &ours.skills) == (theirs.language, &theirs.skills);
            alike || self.agents.iter().filter(hopes).any(|agent| is_able(agent, theirs))
        };
        let before = |other: &&Item| place(other) < place(item);
        1 + self.items.iter().filter(in_line).filter(before).filter(rival).count() as u32
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
                let needs = Requirements { queue: id, language, skills };
                breadth += u32::from(is_able(agent, &needs));
            }
        }
        let (load, capacity) = (agent.load(), agent.profile.capacity);
        self.rules.policy.rank(&Facts { load, capacity, breadth, idle_since: agent.idle_since })
    }
}
