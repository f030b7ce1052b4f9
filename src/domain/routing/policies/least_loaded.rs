//! Work is spread evenly: who holds the smallest share of their capacity is asked first.

use super::{Facts, Policy, Rank};

/// By load share, then the less versatile, then the longest idle.
#[derive(Debug)]
pub struct LeastLoaded;

impl Policy for LeastLoaded {
    fn name(&self) -> &'static str {
        "least_loaded"
    }

    fn rank(&self, agent: &Facts) -> Rank {
        Rank([agent.load_share(), i64::from(agent.breadth), agent.idle_since.as_millis()])
    }
}
