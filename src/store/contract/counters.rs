//! Rules about counters and the doorbell.

use super::{SLOT, Subject};
use crate::ports::store::*;

async fn add(subject: &Subject, by: i64, limit: Option<i64>) -> Result<Committed, StoreError> {
    subject.change(&[], |change| _ = change.count("n", by, limit)).await
}

async fn ring(subject: &Subject, slot: &Slot, topics: &[&str]) -> Committed {
    let seen = subject.store.load(slot, &[], &[]).await.expect("a load");
    let ring = |change: &mut Transaction| topics.iter().for_each(|topic| _ = change.ring(*topic));
    subject.change_from(&seen, ring).await.expect("a commit")
}

fn rang(slot: Slot, counter: u64, topics: &[&str]) -> Option<Ring> {
    let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
    Some(Ring::Rang { slot, counter, topics })
}

fn reached(limit: i64) -> Result<Committed, StoreError> {
    Err(StoreError::LimitReached { counter: "n".to_owned(), limit })
}

/// Each counter by itself.
pub async fn a_counter_starts_at_zero_and_adds(subject: &Subject) {
    assert_eq!(subject.counter("n").await, 0);
    add(subject, 3, None).await.expect("a commit");
    add(subject, -1, None).await.expect("a commit");
    assert_eq!(subject.counter("n").await, 2);
    assert_eq!(subject.counter("n2").await, 0);
}

/// It stays there, and counts on from there; nor does it overflow.
pub async fn a_counter_never_falls_below_zero(subject: &Subject) {
    add(subject, 3, None).await.expect("a commit");
    add(subject, -9, None).await.expect("a commit");
    assert_eq!(subject.counter("n").await, 0);
    add(subject, 1, None).await.expect("a commit");
    assert_eq!(subject.counter("n").await, 1);
    add(subject, i64::MAX, None).await.expect("a commit");
    assert_eq!(subject.counter("n").await, i64::MAX);
    add(subject, i64::MIN, None).await.expect("a commit");
    assert_eq!(subject.counter("n").await, 0);
}

/// Up to the limit and not beyond.
pub async fn a_limit_refuses_the_whole_change(subject: &Subject) {
    assert!(add(subject, 2, Some(2)).await.is_ok());
    let beyond = subject.change(&[], |change| {
        change.index_put(Index::ITEMS, "m", 1).count("n", 1, Some(2)).count("n2", 1, None);
    });
    assert_eq!(beyond.await, reached(2));
    assert_eq!(subject.counter("n").await, 2);
    assert_eq!(subject.counter("n2").await, 0);
    assert_eq!(subject.members(Index::ITEMS).await, []);
    assert!(add(subject, 1, Some(3)).await.is_ok(), "another limit is another question");
}

/// Two additions that each would fit do not fit together.
pub async fn a_limit_counts_all_of_one_transaction(subject: &Subject) {
    let twice = |change: &mut Transaction| {
        change.count("n", 2, Some(3)).count("n", 2, Some(3));
    };
    assert_eq!(subject.change(&[], twice).await, reached(3));
    assert_eq!(subject.counter("n").await, 0);
}

/// A limit may have been lowered since.
pub async fn a_limit_does_not_keep_a_counter_from_falling(subject: &Subject) {
    add(subject, 9, None).await.expect("a commit");
    assert!(add(subject, -1, Some(3)).await.is_ok());
    assert_eq!(subject.counter("n").await, 8);
    assert_eq!(add(subject, 0, Some(3)).await, reached(3));
}

/// And by none if there is nothing to tell, so that a jump means that rings were lost.
pub async fn a_ring_raises_its_slots_counter_by_one(subject: &Subject) {
    assert_eq!(ring(subject, &SLOT, &[]).await.counter, 0);
    assert_eq!(ring(subject, &SLOT, &["a", "b"]).await.counter, 1);
    assert_eq!(ring(subject, &SLOT, &[]).await.counter, 1);
    assert_eq!(ring(subject, &SLOT, &["a"]).await.counter, 2);
    assert_eq!(ring(subject, &Slot::System, &["a"]).await.counter, 1);
    let counters = subject.store.ring_counters(&[Slot::System, Slot::Bucket(1), SLOT, SLOT]).await;
    assert_eq!(counters, Ok(vec![1, 0, 2, 2]));
    assert_eq!(subject.store.ring_counters(&[]).await, Ok(vec![]));
}

/// From all slots, those of one slot in order, and nothing from before it listened.
pub async fn a_listener_hears_what_changed(subject: &Subject) {
    ring(subject, &SLOT, &["before"]).await;
    let mut bell = subject.store.doorbell().await.expect("a doorbell");
    ring(subject, &SLOT, &["a", "b"]).await;
    ring(subject, &Slot::System, &["c"]).await;
    ring(subject, &SLOT, &["d"]).await;
    let mut heard = [bell.next().await, bell.next().await, bell.next().await];
    // The slots may lie on different servers, which keep no order among them.
    heard.sort_by_key(|ring| *ring == rang(Slot::System, 1, &["c"]));
    let in_order = [rang(SLOT, 2, &["a", "b"]), rang(SLOT, 3, &["d"])];
    assert_eq!(heard[..2], in_order);
    assert_eq!(heard[2], rang(Slot::System, 1, &["c"]));
}

/// A refused change is silent, and so is one that names no topic.
pub async fn a_listener_does_not_hear_what_did_not_happen(subject: &Subject) {
    let mut bell = subject.store.doorbell().await.expect("a doorbell");
    let refused = subject.change(&[], |change| {
        change.ring("refused").count("n", 2, Some(1));
    });
    assert_eq!(refused.await, reached(1));
    ring(subject, &SLOT, &[]).await;
    ring(subject, &SLOT, &["made"]).await;
    assert_eq!(bell.next().await, rang(SLOT, 1, &["made"]));
}

/// None takes a ring from another.
pub async fn all_listeners_hear(subject: &Subject) {
    let mut first = subject.store.doorbell().await.expect("a doorbell");
    let mut second = subject.store.doorbell().await.expect("a doorbell");
    ring(subject, &SLOT, &["a"]).await;
    assert_eq!(first.next().await, rang(SLOT, 1, &["a"]));
    drop(first);
    ring(subject, &SLOT, &["b"]).await;
    assert_eq!(second.next().await, rang(SLOT, 1, &["a"]));
    assert_eq!(second.next().await, rang(SLOT, 2, &["b"]));
}

/// Nothing changed: there is only something to hear.
pub async fn what_passes_by_is_heard_and_moves_no_counter(subject: &Subject) {
    let mut bell = subject.store.doorbell().await.expect("a doorbell");
    subject.store.pass(&SLOT, "tc/c1").await.expect("a word in passing");
    let passed = Ring::Passed { slot: SLOT, topic: "tc/c1".to_owned() };
    assert_eq!(bell.next().await, Some(passed));
    assert_eq!(subject.rings().await, 0);
}
