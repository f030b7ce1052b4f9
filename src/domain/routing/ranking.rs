//! In which order agents are asked: their rank by the policy of the rules. Apart from the picture of the
//! pool, because it is all that the picture takes from the policy.

use super::policies::{Facts, Policy, Rank};
use super::settings::RoutingRules;
use crate::domain::handoff::Requirements;
use crate::domain::language::Language;
use crate::domain::pool::agent::Agent;
use crate::domain::pool::work::meets;

/// What of the rules decides an agent's rank.
#[derive(Debug, Clone)]
pub(super) struct Ranking {
    policy: &'static dyn Policy,
    /// What each declared queue asks for, in each language.
    demands: Vec<Requirements>,
}

impl Ranking {
    pub(super) fn new(rules: &RoutingRules) -> Self {
        let demands = rules
            .queues
            .iter()
            .flat_map(|queue| Language::ALL.map(|language| queue.needs(language)))
            .collect();
        Ranking { policy: rules.policy, demands }
    }

    /// What such an agent can do of all that may be asked for. It changes with the profile alone, and
    /// takes longer to count than all the rest.
    pub(super) fn breadth(&self, agent: &Agent) -> u32 {
        self.demands.iter().filter(|needs| meets(agent, needs)).count() as u32
    }

    pub(super) fn rank(&self, agent: &Agent, breadth: u32) -> Rank {
        self.policy.rank(&Facts {
            load: agent.load(),
            capacity: agent.profile.capacity,
            breadth,
            idle_since: agent.idle_since,
        })
    }
}
