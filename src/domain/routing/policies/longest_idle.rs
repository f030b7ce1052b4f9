//! Turns are taken: who has had nothing new for the longest time is asked first.

use super::{Facts, Policy, Rank};

/// By idleness, then load share, then the less versatile.
#[derive(Debug)]
pub struct LongestIdle;

impl Policy for LongestIdle {
    fn name(&self) -> &'static str {
        "longest_idle"
    }

    fn rank(&self, agent: &Facts) -> Rank {
        Rank([agent.idle_since.as_millis(), agent.load_share(), i64::from(agent.breadth)])
    }
}
