//! Who is rung when somebody in danger waits and no colleague has them: by kind of danger, in an
//! order, and how patient the ringing is. Values only; ringing itself is an adapter's affair.

use crate::domain::detectors::EmergencyKind;
use std::collections::BTreeMap;
use std::time::Duration;

/// Who is on call, and how they are rung. Without targets nobody is rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCallRules {
    /// An emergency that people who are signed in could take may wait so long before it rings. Where
    /// nobody is there who could take it, it rings at once.
    pub after: Duration,
    /// Whoever is rung has so long to say that they are there, before the next one is rung.
    pub answer_within: Duration,
    /// So many rings at most, round and round the list, before it is said that nobody was reached.
    pub rings_max: u32,
    /// The environment variable that holds the secret by which webhooks are signed.
    pub secret_from: Option<String>,
    /// Whom to ring, the first one first.
    pub targets: BTreeMap<EmergencyKind, Vec<Target>>,
}

/// Somebody or something that can be rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What colleagues read: `night guard`.
    pub name: String,
    /// How it is rung.
    pub way: Way,
}

/// How a target is rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By a POST to this address.
    Webhook(String),
    /// By a program on the machine of Sanad: its path, then its arguments.
    Command(Vec<String>),
}

impl Default for OnCallRules {
    fn default() -> Self {
        OnCallRules {
            after: Duration::from_secs(30),
            answer_within: Duration::from_secs(60),
            rings_max: 6,
            secret_from: None,
            targets: BTreeMap::new(),
        }
    }
}

impl OnCallRules {
    /// Whom to ring in this danger, the first one first.
    pub fn targets(&self, kind: EmergencyKind) -> &[Target] {
        self.targets.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Whom to ring after so many rings; `None` when that were enough.
    pub fn after_rings(&self, kind: EmergencyKind, rings: u32) -> Option<&Target> {
        let targets = self.targets(kind);
        let turn = (rings as usize).checked_rem(targets.len())?;
        targets.get(turn).filter(|_| rings < self.rings_max)
    }

    /// The target of that name for this danger.
    pub fn named(&self, kind: EmergencyKind, name: &str) -> Option<&Target> {
        self.targets(kind).iter().find(|target| target.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_take_turns_until_there_were_enough_rings() {
        let target = |name: &str| Target {
            name: name.to_owned(),
            way: Way::Command(vec!["/bin/true".to_owned()]),
        };
        let rules = OnCallRules {
            rings_max: 5,
            targets: BTreeMap::from([(EmergencyKind::Life, vec![target("a"), target("b")])]),
            ..OnCallRules::default()
        };
        let rung = |kind, rings| rules.after_rings(kind, rings).map(|target| target.name.as_str());
        let all: Vec<_> = (0..7).map(|rings| rung(EmergencyKind::Life, rings)).collect();
        assert_eq!(all, [Some("a"), Some("b"), Some("a"), Some("b"), Some("a"), None, None]);
        assert_eq!(rung(EmergencyKind::Money, 0), None, "nobody is on call for it");
    }
}
