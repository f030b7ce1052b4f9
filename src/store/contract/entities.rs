//! Rules about entities: versions, what a commit checks, tombstones.

use super::{SLOT, START, Subject, assert_conflict, key};
use crate::ports::store::*;
use std::time::Duration;

/// An entity is read as it was written, with all its neighbours.
pub async fn what_is_put_is_loaded_back(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    subject.put(&key("a/b"), 2).await;
    subject.put(&key("a"), 3).await;
    let other_kind = EntityKey::new(Kind::Request, "a");
    let seen = subject.load(&[key("a"), key("a/b"), other_kind.clone()]).await;
    assert_eq!(seen.get::<u32>(&key("a")), Ok(Some(3)));
    assert_eq!(seen.get::<u32>(&key("a/b")), Ok(Some(2)));
    assert_eq!(seen.get::<u32>(&other_kind), Ok(None));
    assert_eq!(seen.slot(), &SLOT);
}

/// Nothing is invented.
pub async fn an_unknown_entity_is_absent(subject: &Subject) {
    let seen = subject.load(&[key("a")]).await;
    assert_eq!(seen.observed(&key("a")), &Observed::Absent { tombstone: None });
}

/// The basic compare-and-set.
pub async fn a_change_of_what_was_read_is_a_conflict(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    let seen = subject.load(&[key("a")]).await;
    subject.put(&key("a"), 2).await;
    let late = subject.change_from(&seen, |change| {
        change.put(key("a"), &3);
    });
    assert_conflict(late.await, "c:a");
    assert_eq!(subject.value(&key("a")).await, Some(2));
}

/// What a decision was based on is checked even if it is not written.
pub async fn a_change_of_what_was_only_read_is_a_conflict(subject: &Subject) {
    subject.put(&key("read"), 1).await;
    let seen = subject.load(&[key("read"), key("written")]).await;
    subject.put(&key("read"), 2).await;
    let late = subject.change_from(&seen, |change| {
        change.put(key("written"), &3);
    });
    assert_conflict(late.await, "c:read");
    assert_eq!(subject.value(&key("written")).await, None);
}

/// Absence is checked.
pub async fn what_was_created_since_is_a_conflict(subject: &Subject) {
    let seen = subject.load(&[key("a"), key("b")]).await;
    subject.put(&key("a"), 1).await;
    let late = subject.change_from(&seen, |change| {
        change.put(key("b"), &2);
    });
    assert_conflict(late.await, "c:a");
    assert_eq!(subject.value(&key("b")).await, None);
}

/// Absent before and absent after is not the same absence.
pub async fn what_was_created_and_deleted_since_is_a_conflict(subject: &Subject) {
    let seen = subject.load(&[key("a")]).await;
    subject.put(&key("a"), 1).await;
    subject.delete(&key("a")).await;
    let late = subject.change_from(&seen, |change| {
        change.put(key("a"), &2);
    });
    assert_conflict(late.await, "c:a");
    assert_eq!(subject.value(&key("a")).await, None);
}

/// The same content is not the same version.
pub async fn what_was_deleted_and_created_again_since_is_a_conflict(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    let seen = subject.load(&[key("a")]).await;
    subject.delete(&key("a")).await;
    subject.put(&key("a"), 1).await;
    let late = subject.change_from(&seen, |change| {
        change.put(key("a"), &2);
    });
    assert_conflict(late.await, "c:a");
    assert_eq!(subject.value(&key("a")).await, Some(1));
}

/// One tombstone is not the next.
pub async fn what_was_absent_comes_and_goes_and_is_a_conflict(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    subject.delete(&key("a")).await;
    let seen = subject.load(&[key("a")]).await;
    subject.put(&key("a"), 1).await;
    subject.delete(&key("a")).await;
    let late = subject.change_from(&seen, |change| {
        change.put(key("a"), &2);
    });
    assert_conflict(late.await, "c:a");
}

/// Also when they arrive at once, and so possibly in one group.
pub async fn of_many_changes_to_one_snapshot_exactly_one_is_made(subject: &Subject) {
    let seen = subject.load(&[key("a")]).await;
    let commits = (0..20_u32).map(|value| {
        subject.change_from(&seen, move |change| {
            change.put(key("a"), &value).count("made", 1, None);
        })
    });
    let made = futures::future::join_all(commits).await;
    assert_eq!(made.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(subject.counter("made").await, 1);
}

/// With a clock that stands still, through deletions and new beginnings.
pub async fn versions_never_repeat(subject: &Subject) {
    let mut newest = 0;
    for round in 0..40 {
        match round % 4 {
            3 => subject.delete(&key("a")).await,
            _ => subject.put(&key("a"), 1).await,
        }
        let version = subject.version(&key("a")).await.expect("an entity or a tombstone");
        assert!(version.number > newest, "{version:?} after {newest}");
        newest = version.number;
    }
}

/// A version is at least the time of its commit in milliseconds, and carries the tag.
pub async fn versions_follow_the_stores_clock(subject: &Subject) {
    subject.clock.advance(Duration::from_millis(250));
    let seen = subject.load(&[key("a")]).await;
    let mut change = seen.change(4_711);
    change.put(key("a"), &1);
    let receipt = subject.store.commit(change).await.expect("a commit");
    assert_eq!(receipt.at, START + Duration::from_millis(250));
    let number = receipt.at.as_millis() as u64;
    assert_eq!(subject.version(&key("a")).await, Some(Version { number, tag: 4_711 }));
}

/// A deletion is a version of its own.
pub async fn a_deletion_leaves_a_tombstone(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    let before = subject.version(&key("a")).await.expect("a version");
    subject.delete(&key("a")).await;
    let seen = subject.load(&[key("a")]).await;
    let Observed::Absent { tombstone: Some(tombstone) } = seen.observed(&key("a")) else {
        panic!("no tombstone: {seen:?}");
    };
    assert!(tombstone.number > before.number);
}

/// In particular it makes no tombstone and no new version of one.
pub async fn deleting_what_is_absent_changes_nothing(subject: &Subject) {
    subject.delete(&key("a")).await;
    assert_eq!(subject.version(&key("a")).await, None);
    subject.put(&key("a"), 1).await;
    subject.delete(&key("a")).await;
    let tombstone = subject.version(&key("a")).await;
    subject.delete(&key("a")).await;
    assert_eq!(subject.version(&key("a")).await, tombstone);
}

/// Forgotten in passing, by a later write to the same slot; a new entity is newer all the same.
pub async fn a_tombstone_stays_for_its_span_and_no_longer(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    subject.delete(&key("a")).await;
    let tombstone = subject.version(&key("a")).await.expect("a tombstone");
    subject.clock.set(START + TOMBSTONE_SPAN);
    subject.put(&key("b"), 1).await;
    assert_eq!(subject.version(&key("a")).await, Some(tombstone));
    subject.clock.advance(Duration::from_secs(1));
    subject.put(&key("b"), 2).await;
    assert_eq!(subject.version(&key("a")).await, None);
    subject.put(&key("a"), 2).await;
    let version = subject.version(&key("a")).await.expect("a version");
    assert!(version.number > tombstone.number);
}

/// Deleted twice: the first deletion's time does not end the memory of the second.
pub async fn an_old_tombstone_does_not_take_a_newer_one_along(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    subject.delete(&key("a")).await;
    subject.clock.advance(TOMBSTONE_SPAN / 2);
    subject.put(&key("a"), 2).await;
    subject.delete(&key("a")).await;
    let tombstone = subject.version(&key("a")).await;
    subject.clock.advance(TOMBSTONE_SPAN / 2 + Duration::from_secs(1));
    subject.put(&key("b"), 1).await;
    assert!(tombstone.is_some());
    assert_eq!(subject.version(&key("a")).await, tombstone);
}

/// Created again: the entity has nothing to do with the deletion any more.
pub async fn an_old_tombstone_does_not_take_its_successor_along(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    subject.delete(&key("a")).await;
    subject.put(&key("a"), 2).await;
    subject.clock.advance(TOMBSTONE_SPAN * 2);
    subject.put(&key("b"), 1).await;
    subject.put(&key("b"), 2).await;
    assert_eq!(subject.value(&key("a")).await, Some(2));
}

/// A later write sees the earlier ones of its transaction.
pub async fn writes_of_one_transaction_happen_in_order(subject: &Subject) {
    let keys = [key("gone"), key("last")];
    let writes = |change: &mut Transaction| {
        change.put(key("gone"), &1).delete(key("gone"));
        change.put(key("last"), &1).put(key("last"), &2);
        change.index_put(Index::ITEMS, "in", 1).index_put(Index::ITEMS, "in", 2);
        change.index_put(Index::ITEMS, "out", 1).index_remove(Index::ITEMS, "out");
        change.count("n", 5, None).count("n", -7, None).count("n", 1, None);
    };
    subject.change(&keys, writes).await.expect("a commit");
    assert_eq!(subject.value(&key("gone")).await, None);
    assert!(subject.version(&key("gone")).await.is_some(), "it leaves a tombstone");
    assert_eq!(subject.value(&key("last")).await, Some(2));
    assert_eq!(subject.members(Index::ITEMS).await, [(2, "in".to_owned())]);
    assert_eq!(subject.counter("n").await, 1);
}

/// A second load does not renew the first.
pub async fn a_joined_snapshot_checks_what_was_read_first(subject: &Subject) {
    subject.put(&key("a"), 1).await;
    let first = subject.load(&[key("a")]).await;
    subject.put(&key("a"), 2).await;
    let both = first.join(subject.load(&[key("a"), key("b")]).await);
    let late = subject.change_from(&both, |change| {
        change.put(key("b"), &1);
    });
    assert_conflict(late.await, "c:a");
}

/// Whoever commits nothing still learns whether what they saw is so.
pub async fn a_change_that_writes_nothing_is_checked(subject: &Subject) {
    let seen = subject.load(&[key("a")]).await;
    assert!(subject.change_from(&seen, |_| {}).await.is_ok());
    subject.put(&key("a"), 1).await;
    assert_conflict(subject.change_from(&seen, |_| {}).await, "c:a");
}

/// The same names in another slot are other things.
pub async fn slots_do_not_see_each_other(subject: &Subject) {
    let pool = |name: &str| Slot::Pool(crate::domain::ids::PoolId::parse(name).expect("an id"));
    let slots =
        [Slot::System, Slot::Bucket(0), Slot::Bucket(256), pool("p"), pool("p1"), pool("sys")];
    let log = super::log_id("l");
    for (number, slot) in slots.iter().enumerate() {
        let number = number as u32;
        let seen = subject.store.load(slot, &[key("a")], &[]).await.expect("a load");
        assert_eq!(seen.get::<u32>(&key("a")), Ok(None), "{slot}");
        let writes = |change: &mut Transaction| {
            change.put(key("a"), &number).append(log.clone(), 1, 1, &number, None);
            change.index_put(Index::DUE, "m", i64::from(number));
            change.count("n", i64::from(number), None).ring("t");
        };
        let receipt = subject.change_from(&seen, writes).await.expect("a commit");
        assert_eq!(receipt.counter, 1, "{slot}");
    }
    for (number, slot) in slots.iter().enumerate() {
        let seen = subject.store.load(slot, &[key("a")], &[]).await.expect("a load");
        assert_eq!(seen.get::<u32>(&key("a")), Ok(Some(number as u32)), "{slot}");
        let score = number as i64;
        let members = subject.store.range(slot, Index::DUE, None, i64::MAX, 9).await;
        assert_eq!(members, Ok(vec![(score, "m".to_owned())]), "{slot}");
        assert_eq!(subject.store.counter(slot, "n").await, Ok(score), "{slot}");
    }
    assert_eq!(subject.store.ring_counters(&slots).await, Ok(vec![1; slots.len()]));
    assert_eq!(subject.rings().await, 0);
}
