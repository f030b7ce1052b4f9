//! The order in which free agents are asked. A policy ranks one agent by facts; everything else
//! of matching is the same for all of them. A new policy is one file here and one line in [`ALL`].

mod least_loaded;
mod longest_idle;

pub use least_loaded::LeastLoaded;
pub use longest_idle::LongestIdle;

use crate::domain::time::Timestamp;
use std::fmt::Debug;

/// All policies, by the names the routing file may use.
pub const ALL: &[&dyn Policy] = &[&LeastLoaded, &LongestIdle];

/// The policy of that name.
pub fn by_name(name: &str) -> Option<&'static dyn Policy> {
    ALL.iter().copied().find(|policy| policy.name() == name)
}

/// In which order free agents are asked.
pub trait Policy: Debug + Sync {
    /// Its name in the routing file.
    fn name(&self) -> &'static str;

    /// An agent's rank: the smaller is asked first; between equals the id decides, so that no
    /// order ever varies.
    fn rank(&self, agent: &Facts) -> Rank;
}

/// What a policy may know about an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Units of work they hold.
    pub load: u32,
    /// Units of work they can hold.
    pub capacity: u32,
    /// For how many pairs of declared queue and language they are eligible. Who can do less is
    /// asked first, so that those who can do more stay free for what only they can do. It is
    /// counted over the rules and not over the work that happens to wait, so that it neither
    /// depends on history nor ranks everyone anew with each arrival.
    pub breadth: u32,
    /// Since when they have had nothing new.
    pub idle_since: Timestamp,
}

impl Facts {
    /// Load as millionths of the capacity; whoever has no capacity counts as full.
    pub fn load_share(&self) -> i64 {
        match self.capacity {
            0 => 1_000_000,
            capacity => i64::from(self.load) * 1_000_000 / i64::from(capacity),
        }
    }
}

/// An agent's rank under a policy: compared number by number, smaller first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(pub [i64; 3]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_is_found_by_its_own_name() {
        for policy in ALL {
            assert_eq!(by_name(policy.name()).map(|found| found.name()), Some(policy.name()));
        }
        assert!(by_name("whoever").is_none());
    }

    /// (load, capacity, breadth, idle since) of the one who must be asked before the other.
    fn check(policy: &dyn Policy, first: (u32, u32, u32, i64), then: (u32, u32, u32, i64)) {
        let rank = |(load, capacity, breadth, idle)| {
            let idle_since = Timestamp::from_millis(idle);
            policy.rank(&Facts { load, capacity, breadth, idle_since })
        };
        assert!(rank(first) < rank(then), "{}: {first:?} before {then:?}", policy.name());
    }

    #[test]
    fn least_loaded_asks_by_share_then_breadth_then_idleness() {
        check(&LeastLoaded, (1, 4, 9, 900), (1, 3, 1, 100));
        check(&LeastLoaded, (1, 3, 1, 900), (2, 6, 9, 100));
        check(&LeastLoaded, (1, 3, 1, 100), (1, 3, 1, 900));
        check(&LeastLoaded, (0, 1, 9, 900), (1, 0, 1, 100));
    }

    #[test]
    fn longest_idle_asks_by_idleness_then_share_then_breadth() {
        check(&LongestIdle, (2, 3, 9, 100), (0, 3, 1, 900));
        check(&LongestIdle, (0, 3, 9, 100), (1, 3, 1, 100));
        check(&LongestIdle, (1, 3, 1, 100), (1, 3, 9, 100));
    }
}
