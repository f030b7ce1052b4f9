//! Rules about ordered sets: order, pages, conditions, and the claims on what is due.

use super::{SLOT, START, Subject, assert_conflict};
use crate::domain::time::Timestamp;
use crate::ports::store::*;
use std::time::Duration;

const VISIBILITY: Duration = Duration::from_secs(10);

async fn put(subject: &Subject, index: Index, members: &[(i64, &str)]) {
    let put = |change: &mut Transaction| {
        for (score, member) in members {
            change.index_put(index, *member, *score);
        }
    };
    subject.change(&[], put).await.expect("a commit");
}

async fn claim(subject: &Subject, limit: usize) -> Vec<String> {
    let claimed = subject.store.claim_due(&SLOT, limit, VISIBILITY).await.expect("a claim");
    claimed.into_iter().map(|claimed| claimed.member).collect()
}

fn owned(members: &[(i64, &str)]) -> Vec<(i64, String)> {
    members.iter().map(|(score, member)| (*score, (*member).to_owned())).collect()
}

/// Also below zero, at the ends of the numbers, and by the bytes of the name.
pub async fn members_come_by_score_and_then_by_name(subject: &Subject) {
    let ordered = [
        (i64::MIN, "z"),
        (-300, "a"),
        (-1, "b"),
        (0, "a"),
        (0, "a/b"),
        (0, "ab"),
        (0, "b"),
        (1, "c"),
        (256, "d"),
        (i64::MAX, "e"),
    ];
    // One member has one score only: names are made unique by their place.
    let named: Vec<_> = ordered
        .iter()
        .enumerate()
        .map(|(at, (score, name))| (*score, format!("{name}{at}")))
        .collect();
    let mut shuffled: Vec<_> = named.iter().map(|(score, name)| (*score, name.as_str())).collect();
    shuffled.rotate_left(4);
    shuffled.reverse();
    put(subject, Index::ITEMS, &shuffled).await;
    put(subject, Index::AGENTS, &[(5, "other set")]).await;
    let mut expected = named.clone();
    expected.sort();
    assert_eq!(subject.members(Index::ITEMS).await, expected);
}

/// Strictly after the last of the page before, also within one score.
pub async fn a_range_is_read_in_pages(subject: &Subject) {
    let all = [(1, "a"), (1, "b"), (1, "c"), (2, "a2"), (2, "b2")];
    put(subject, Index::ITEMS, &all).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let after = seen.last().cloned();
        let page = subject.store.range(&SLOT, Index::ITEMS, after, i64::MAX, 2).await;
        seen.extend(page.expect("a page"));
    }
    assert_eq!(seen, owned(&all));
    let absent = Some((1, "bb".to_owned()));
    let page = subject.store.range(&SLOT, Index::ITEMS, absent, i64::MAX, 1).await;
    assert_eq!(page, Ok(owned(&[(1, "c")])), "the one after need not be there");
    let last = Some((i64::MAX, "z".to_owned()));
    assert_eq!(subject.store.range(&SLOT, Index::ITEMS, last, i64::MAX, 1).await, Ok(vec![]));
}

/// `up_to` is included.
pub async fn a_range_ends_at_its_highest_score(subject: &Subject) {
    put(subject, Index::ITEMS, &[(-5, "a"), (1, "b"), (2, "c"), (3, "d")]).await;
    let check = async |up_to: i64, expected: &[(i64, &str)]| {
        let page = subject.store.range(&SLOT, Index::ITEMS, None, up_to, 9).await;
        assert_eq!(page, Ok(owned(expected)), "up to {up_to}");
    };
    check(2, &[(-5, "a"), (1, "b"), (2, "c")]).await;
    check(0, &[(-5, "a")]).await;
    check(-6, &[]).await;
    check(i64::MIN, &[]).await;
    let beyond = Some((3, "a".to_owned()));
    assert_eq!(subject.store.range(&SLOT, Index::ITEMS, beyond, 2, 9).await, Ok(vec![]));
}

/// One place per member.
pub async fn a_member_moves_and_leaves(subject: &Subject) {
    put(subject, Index::ITEMS, &[(1, "a"), (2, "b")]).await;
    put(subject, Index::ITEMS, &[(3, "a")]).await;
    assert_eq!(subject.members(Index::ITEMS).await, owned(&[(2, "b"), (3, "a")]));
    let remove = |change: &mut Transaction| {
        change.index_remove(Index::ITEMS, "b").index_remove(Index::ITEMS, "unknown");
        change.index_remove(Index::AGENTS, "a");
    };
    subject.change(&[], remove).await.expect("a commit");
    assert_eq!(subject.members(Index::ITEMS).await, owned(&[(3, "a")]));
}

/// With the entities, at the same moment.
pub async fn a_load_reads_scores(subject: &Subject) {
    put(subject, Index::LEASES, &[(-7, "a")]).await;
    let names = [(Index::LEASES, "a".to_owned()), (Index::LEASES, "b".to_owned())];
    let seen = subject.store.load(&SLOT, &[], &names).await.expect("a load");
    assert_eq!(seen.score(Index::LEASES, "a"), Some(-7));
    assert_eq!(seen.score(Index::LEASES, "b"), None);
}

/// Present and high enough, else a conflict.
pub async fn a_score_that_must_hold_is_checked(subject: &Subject) {
    put(subject, Index::LEADER, &[(100, "me")]).await;
    let demand = async |member: &'static str, score: i64| {
        let demand = |change: &mut Transaction| {
            change.require_score_at_least(Index::LEADER, member, score).count("n", 1, None);
        };
        subject.change(&[], demand).await
    };
    assert!(demand("me", 100).await.is_ok());
    assert!(demand("me", -1).await.is_ok());
    assert_conflict(demand("me", 101).await, "leader:me");
    assert_conflict(demand("you", i64::MIN).await, "leader:you");
    assert_eq!(subject.counter("n").await, 2);
}

/// Two sweepers do not get the same entry.
pub async fn what_is_due_is_claimed_once(subject: &Subject) {
    let now = START.as_millis();
    put(subject, Index::DUE, &[(now - 1, "early"), (now, "now")]).await;
    let claimed = subject.store.claim_due(&SLOT, 9, VISIBILITY).await.expect("a claim");
    let expected = |member: &str, due: i64| Claimed {
        member: member.to_owned(),
        due: Timestamp::from_millis(due),
    };
    assert_eq!(claimed, [expected("early", now - 1), expected("now", now)]);
    assert!(claim(subject, 9).await.is_empty());
    let hidden = (START + VISIBILITY).as_millis();
    assert_eq!(subject.members(Index::DUE).await, owned(&[(hidden, "early"), (hidden, "now")]));
}

/// And no more than asked for.
pub async fn a_claim_takes_the_longest_due_first(subject: &Subject) {
    let now = START.as_millis();
    put(subject, Index::DUE, &[(now - 1, "c"), (now - 3, "b"), (now - 2, "a"), (now - 2, "d")])
        .await;
    assert!(claim(subject, 0).await.is_empty());
    assert_eq!(claim(subject, 2).await, ["b", "a"]);
    assert_eq!(claim(subject, 9).await, ["d", "c"]);
}

/// Not even its score changes.
pub async fn a_claim_leaves_what_is_not_due(subject: &Subject) {
    let later = START.as_millis() + 1;
    put(subject, Index::DUE, &[(later, "later")]).await;
    put(subject, Index::LEASES, &[(0, "another set")]).await;
    assert!(claim(subject, 9).await.is_empty());
    assert_eq!(subject.members(Index::DUE).await, owned(&[(later, "later")]));
    assert_eq!(subject.members(Index::LEASES).await, owned(&[(0, "another set")]));
    subject.clock.advance(Duration::from_millis(1));
    assert_eq!(claim(subject, 9).await, ["later"]);
}

/// What a dead process had claimed, another one gets.
pub async fn a_claim_lapses(subject: &Subject) {
    put(subject, Index::DUE, &[(0, "a")]).await;
    assert_eq!(claim(subject, 9).await, ["a"]);
    subject.clock.advance(VISIBILITY - Duration::from_millis(1));
    assert!(claim(subject, 9).await.is_empty());
    subject.clock.advance(Duration::from_millis(1));
    assert_eq!(claim(subject, 9).await, ["a"]);
}

/// The step that was done decides when the entry is due again, or that it is done with.
pub async fn what_was_claimed_may_be_moved_or_removed(subject: &Subject) {
    put(subject, Index::DUE, &[(0, "again"), (0, "done")]).await;
    assert_eq!(claim(subject, 9).await, ["again", "done"]);
    let settle = |change: &mut Transaction| {
        change.index_put(Index::DUE, "again", 5).index_remove(Index::DUE, "done");
    };
    subject.change(&[], settle).await.expect("a commit");
    assert_eq!(claim(subject, 9).await, ["again"]);
    subject.clock.advance(VISIBILITY * 2);
    assert_eq!(claim(subject, 9).await, ["again"]);
}

/// Nothing changed that a reader waits for.
pub async fn a_claim_rings_no_bell(subject: &Subject) {
    put(subject, Index::DUE, &[(0, "a")]).await;
    let mut bell = subject.store.doorbell().await.expect("a doorbell");
    assert_eq!(claim(subject, 9).await, ["a"]);
    assert_eq!(subject.rings().await, 0);
    subject.change(&[], |change| _ = change.ring("first")).await.expect("a commit");
    let topics = vec!["first".to_owned()];
    assert_eq!(bell.next().await, Some(Ring::Rang { slot: SLOT, counter: 1, topics }));
}
