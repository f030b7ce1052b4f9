//! What supervisors should know of without looking: measured against the limits of the rules, raised
//! once, and cleared only when it has really become better, so that nothing flickers.

use super::overview::Overview;
use super::settings::RoutingRules;
use crate::domain::conversation::block::Review;
use crate::domain::conversation::on_call::Stage;
use crate::domain::conversation::state::{Conversation, Silence};
use crate::domain::ids::{ConversationId, QueueId};
use crate::domain::pool::item::Item;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// So many alerts stand at once at most; with more, the first in their order are told.
pub const RAISED_MAX: usize = 200;

/// When supervisors are alerted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertRules {
    /// Somebody has waited so long in a queue.
    pub longest_wait: Duration,
    /// So many wait in a queue.
    pub queue_length: u32,
    /// Somebody has waited so long in an open queue while nobody is signed in.
    pub nobody_there: Duration,
    /// So many customers are waiting or served to whom a promise was broken.
    pub broken_promises: u32,
    /// Somebody in danger has waited so long although agents were asked. Whom nobody can be asked for
    /// is told of at once.
    pub emergency_wait: Duration,
    /// An alert is cleared below this share of its limit, in percent.
    pub clear_below: u32,
    /// And not before it has stood so long.
    pub hold: Duration,
}

impl Default for AlertRules {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        AlertRules {
            longest_wait: seconds(600),
            queue_length: 20,
            nobody_there: seconds(60),
            broken_promises: 1,
            emergency_wait: seconds(30),
            clear_below: 80,
            hold: seconds(60),
        }
    }
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Somebody in danger waits too long.
    EmergencyWaiting,
    /// Somebody waits and nobody is signed in.
    NobodyThere,
    /// Somebody waits too long.
    LongestWait,
    /// Too many wait.
    QueueLength,
    /// Promises to customers were broken.
    BrokenPromises,
    /// An agent does not answer, though reminded.
    AgentSilent,
    /// An agent reports abuse by the customer.
    AbuseReported,
    /// Somebody in danger waits, and nobody on call was reached.
    NobodyReached,
    /// A customer was blocked, and no supervisor has looked at it yet.
    BlockAwaitsReview,
    /// A block lapsed because no supervisor looked at it.
    BlockLapsed,
}

impl AlertKind {
    /// All of them.
    pub const ALL: [AlertKind; 10] = [
        AlertKind::EmergencyWaiting,
        AlertKind::NobodyThere,
        AlertKind::LongestWait,
        AlertKind::QueueLength,
        AlertKind::BrokenPromises,
        AlertKind::AgentSilent,
        AlertKind::AbuseReported,
        AlertKind::NobodyReached,
        AlertKind::BlockAwaitsReview,
        AlertKind::BlockLapsed,
    ];

    /// The name used in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            AlertKind::EmergencyWaiting => "emergency_waiting",
            AlertKind::NobodyThere => "nobody_there",
            AlertKind::LongestWait => "longest_wait",
            AlertKind::QueueLength => "queue_length",
            AlertKind::BrokenPromises => "broken_promises",
            AlertKind::AgentSilent => "agent_silent",
            AlertKind::AbuseReported => "abuse_reported",
            AlertKind::NobodyReached => "nobody_reached",
            AlertKind::BlockAwaitsReview => "block_awaits_review",
            AlertKind::BlockLapsed => "block_lapsed",
        }
    }

    /// Whether it asks for something that can be over at once: a block that has ended is nothing to look
    /// at, however lately it was told of.
    const fn ends_at_once(self) -> bool {
        match self {
            AlertKind::BlockAwaitsReview | AlertKind::BlockLapsed => true,
            AlertKind::EmergencyWaiting
            | AlertKind::NobodyThere
            | AlertKind::LongestWait
            | AlertKind::QueueLength
            | AlertKind::BrokenPromises
            | AlertKind::AgentSilent
            | AlertKind::AbuseReported
            | AlertKind::NobodyReached => false,
        }
    }

    /// Whether it is measured in milliseconds; else in numbers of conversations.
    pub const fn is_span(self) -> bool {
        match self {
            AlertKind::EmergencyWaiting | AlertKind::NobodyThere | AlertKind::LongestWait => true,
            AlertKind::QueueLength
            | AlertKind::BrokenPromises
            | AlertKind::AgentSilent
            | AlertKind::AbuseReported
            | AlertKind::NobodyReached
            | AlertKind::BlockAwaitsReview
            | AlertKind::BlockLapsed => false,
        }
    }
}

/// Which alert: there is one of each at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AlertKey {
    /// What it is about.
    pub kind: AlertKind,
    /// Which queue, if it is about one.
    pub queue: Option<QueueId>,
    /// Which conversation, if it is about one.
    pub conversation: Option<ConversationId>,
}

/// An alert that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// Which.
    pub key: AlertKey,
    /// Since when.
    pub since: Timestamp,
    /// What was measured when it was raised, in ms or conversations.
    pub value: i64,
    /// The limit it had reached.
    pub limit: i64,
}

/// What comes of looking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// What stands from now on, in the order of the keys.
    pub raised: Vec<Raised>,
    /// What is new.
    pub new: Vec<Raised>,
    /// What no longer stands.
    pub cleared: Vec<Raised>,
}

/// What is measured at this moment, each with its limit.
pub fn measure<'a>(
    rules: &RoutingRules,
    overview: &Overview,
    items: impl Iterator<Item = &'a Item>,
    watched: impl Iterator<Item = &'a Conversation>,
    at: Timestamp,
) -> BTreeMap<AlertKey, (i64, i64)> {
    let limits = &rules.alerts;
    let mut measured = BTreeMap::new();
    let totals = &overview.totals;
    let there = totals.available + totals.away + totals.draining + totals.suspect;
    for queue in &overview.queues {
        let key = |kind| AlertKey { kind, queue: Some(queue.id.clone()), conversation: None };
        let waited =
            |since: Option<Timestamp>| since.map_or(0, |since| at.since(since).as_millis());
        let longest = waited(queue.stats.oldest) as i64;
        // Whom nobody can be asked for is told of at once: somebody has to come, or be called.
        let (urgent, patience) = match queue.unasked {
            Some(since) => (waited(Some(since)).max(1) as i64, 1),
            None => (waited(queue.untaken) as i64, millis(limits.emergency_wait)),
        };
        let is_open = rules.queues.get(&queue.id).is_none_or(|queue| queue.is_open(at));
        let alone = if there == 0 && is_open { longest } else { 0 };
        measured.insert(key(AlertKind::LongestWait), (longest, millis(limits.longest_wait)));
        let waiting = i64::try_from(queue.stats.waiting).unwrap_or(i64::MAX);
        measured.insert(key(AlertKind::QueueLength), (waiting, limits.queue_length.into()));
        measured.insert(key(AlertKind::NobodyThere), (alone, millis(limits.nobody_there)));
        measured.insert(key(AlertKind::EmergencyWaiting), (urgent, patience));
    }
    let broken = items.filter(|item| item.broken > 0).count() as i64;
    let key = AlertKey { kind: AlertKind::BrokenPromises, queue: None, conversation: None };
    measured.insert(key, (broken, limits.broken_promises.into()));
    for c in watched {
        let silent = (AlertKind::AgentSilent, c.silence == Silence::Escalated);
        let abuse = (AlertKind::AbuseReported, c.abuse_reported.is_some());
        let missed = c.on_call.as_ref().is_some_and(|open| open.stage == Stage::Missed);
        let missed = (AlertKind::NobodyReached, missed);
        let review = c.block.as_ref().map(|block| &block.review);
        let unseen = (AlertKind::BlockAwaitsReview, review == Some(&Review::Awaited));
        let lapsed = (AlertKind::BlockLapsed, review == Some(&Review::Lapsed));
        for (kind, _) in
            [silent, abuse, missed, unseen, lapsed].into_iter().filter(|(_, is_so)| *is_so)
        {
            let key = AlertKey { kind, queue: None, conversation: Some(c.id.clone()) };
            measured.insert(key, (1, 1));
        }
    }
    measured
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Compares what is measured with what stands.
pub fn judge(
    rules: &AlertRules,
    before: &[Raised],
    measured: &BTreeMap<AlertKey, (i64, i64)>,
    at: Timestamp,
) -> Judged {
    let mut judged = Judged::default();
    for old in before {
        let (value, limit) = measured.get(&old.key).copied().unwrap_or((0, old.limit));
        let is_high = value.saturating_mul(100) >= limit.saturating_mul(rules.clear_below.into());
        let is_held = at < old.since + rules.hold && !old.key.kind.ends_at_once();
        if is_high || is_held {
            judged.raised.push(old.clone());
        } else {
            judged.cleared.push(old.clone());
        }
    }
    for (key, (value, limit)) in measured {
        let stands = before.iter().any(|old| old.key == *key);
        if *limit > 0 && value >= limit && !stands && judged.raised.len() < RAISED_MAX {
            let raised = Raised { key: key.clone(), since: at, value: *value, limit: *limit };
            judged.new.push(raised.clone());
            judged.raised.push(raised);
        }
    }
    judged.raised.sort_by(|one, other| one.key.cmp(&other.key));
    judged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: AlertKind) -> AlertKey {
        AlertKey { kind, queue: QueueId::parse("care").ok(), conversation: None }
    }

    /// What stands after each look at a queue of this length, a second apart.
    fn looks(lengths: &[i64], hold: u64) -> Vec<(usize, usize, usize)> {
        let rules = AlertRules { hold: Duration::from_secs(hold), ..AlertRules::default() };
        let mut raised = Vec::new();
        let mut at = Timestamp::from_millis(1_000_000);
        lengths
            .iter()
            .map(|length| {
                at = at + Duration::from_secs(1);
                let measured = BTreeMap::from([(key(AlertKind::QueueLength), (*length, 20))]);
                let judged = judge(&rules, &raised, &measured, at);
                raised = judged.raised.clone();
                (judged.new.len(), judged.cleared.len(), raised.len())
            })
            .collect()
    }

    #[test]
    fn an_alert_is_raised_once_and_cleared_only_well_below_its_limit() {
        let told = looks(&[19, 20, 25, 19, 16, 15, 19, 20], 0);
        let expected = [
            (0, 0, 0),
            (1, 0, 1),
            (0, 0, 1),
            (0, 0, 1),
            (0, 0, 1),
            (0, 1, 0),
            (0, 0, 0),
            (1, 0, 1),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn an_alert_stands_for_a_while_whatever_comes() {
        let told = looks(&[20, 0, 0, 0], 3);
        assert_eq!(told, [(1, 0, 1), (0, 0, 1), (0, 0, 1), (0, 1, 0)]);
    }

    #[test]
    fn a_block_that_is_over_is_no_longer_told_of_however_short_it_was() {
        let rules = AlertRules::default();
        let at = Timestamp::from_millis(1_000_000);
        for (kind, cleared) in [(AlertKind::BlockAwaitsReview, 1), (AlertKind::AbuseReported, 0)] {
            let first = judge(&rules, &[], &BTreeMap::from([(key(kind), (1, 1))]), at);
            let then = judge(&rules, &first.raised, &BTreeMap::new(), at);
            assert_eq!(then.cleared.len(), cleared, "{kind:?}");
        }
    }

    #[test]
    fn what_is_no_longer_measured_is_cleared() {
        let rules = AlertRules { hold: Duration::ZERO, ..AlertRules::default() };
        let at = Timestamp::from_millis(1_000_000);
        let measured = BTreeMap::from([(key(AlertKind::LongestWait), (900_000, 600_000))]);
        let first = judge(&rules, &[], &measured, at);
        assert_eq!(first.new.len(), 1);
        let then = judge(&rules, &first.raised, &BTreeMap::new(), at);
        assert_eq!((then.cleared.len(), then.raised.len()), (1, 0));
    }

    #[test]
    fn a_limit_of_nothing_alerts_of_nothing() {
        let measured = BTreeMap::from([(key(AlertKind::QueueLength), (0, 0))]);
        let judged = judge(&AlertRules::default(), &[], &measured, Timestamp::ZERO);
        assert_eq!(judged, Judged::default());
    }
}
