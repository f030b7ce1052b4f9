//! Rules about time, size, and that a change happens whole or not at all.

use super::{SLOT, START, Subject, assert_conflict, key, log_id};
use crate::ports::store::*;
use std::time::Duration;

/// A process that was paused for longer cannot act on what it saw.
pub async fn a_snapshot_is_good_for_its_span_and_no_longer(subject: &Subject) {
    let seen = subject.load(&[key("a")]).await;
    subject.clock.advance(SNAPSHOT_SPAN);
    let in_time = subject.change_from(&seen, |change| {
        change.put(key("a"), &1);
    });
    assert!(in_time.await.is_ok());
    let seen = subject.load(&[key("a")]).await;
    subject.clock.advance(SNAPSHOT_SPAN + Duration::from_millis(1));
    let late = subject.change_from(&seen, |change| {
        change.put(key("a"), &2);
    });
    assert_eq!(late.await, Err(StoreError::Stale));
    assert_eq!(subject.value(&key("a")).await, Some(1));
}

/// Whatever the machine's clock does.
pub async fn the_stores_time_never_goes_back(subject: &Subject) {
    subject.clock.advance(Duration::from_secs(60));
    let before = subject.load(&[]).await.at();
    subject.clock.set(START);
    assert_eq!(subject.load(&[]).await.at(), before);
    let receipt = subject.change(&[], |_| {}).await.expect("a commit");
    assert_eq!(receipt.at, before);
    subject
        .change(&[], |c| _ = c.index_put(Index::DUE, "m", before.as_millis()))
        .await
        .expect("ok");
    let claimed = subject.store.claim_due(&SLOT, 1, Duration::ZERO).await.expect("a claim");
    assert_eq!(claimed.len(), 1, "a claim goes by the same time");
}

/// Else a decision could seem to be older than what it was based on.
pub async fn a_load_is_not_before_what_it_shows(subject: &Subject) {
    for _ in 0..5 {
        subject.clock.advance(Duration::from_millis(3));
        let receipt = subject.change(&[key("a")], |c| _ = c.put(key("a"), &1)).await;
        assert!(subject.load(&[key("a")]).await.at() >= receipt.expect("a commit").at);
    }
}

fn numbered(count: usize) -> Vec<EntityKey> {
    (0..count).map(|number| key(&format!("n{number}"))).collect()
}

/// A load reads so many keys and scores and no more.
pub async fn too_large_a_load_is_refused(subject: &Subject) {
    let keys = numbered(ENTITIES_MAX + 1);
    let scores: Vec<_> = keys.iter().map(|key| (Index::DUE, key.id.clone())).collect();
    let most = subject.store.load(&SLOT, &keys[..ENTITIES_MAX], &scores[..ENTITIES_MAX]).await;
    assert!(most.is_ok());
    let keys = subject.store.load(&SLOT, &keys, &[]).await;
    assert!(matches!(keys, Err(StoreError::TooLarge(_))), "{keys:?}");
    let scores = subject.store.load(&SLOT, &[], &scores).await;
    assert!(matches!(scores, Err(StoreError::TooLarge(_))), "{scores:?}");
}

/// Joined loads may have read more than one commit can check.
pub async fn too_many_checks_are_refused(subject: &Subject) {
    let seen = subject.load(&numbered(ENTITIES_MAX)).await;
    let most = subject.change_from(&seen, |change| {
        numbered(ENTITIES_MAX).into_iter().for_each(|key| _ = change.put(key, &1));
    });
    assert!(most.await.is_ok());
    let seen = subject.load(&numbered(ENTITIES_MAX)).await.join(subject.load(&[key("b")]).await);
    let beyond = subject.change_from(&seen, |change| {
        change.put(key("b"), &1);
    });
    assert!(matches!(beyond.await, Err(StoreError::TooLarge(_))));
    assert_eq!(subject.value(&key("b")).await, None);
}

/// The most writes are accepted, one more is not.
pub async fn too_many_writes_are_refused(subject: &Subject) {
    let count = |times: usize| {
        move |change: &mut Transaction| (0..times).for_each(|_| _ = change.count("n", 1, None))
    };
    assert!(subject.change(&[], count(WRITES_MAX)).await.is_ok());
    let beyond = subject.change(&[], count(WRITES_MAX + 1)).await;
    assert!(matches!(beyond, Err(StoreError::TooLarge(_))), "{beyond:?}");
    assert_eq!(subject.counter("n").await, WRITES_MAX as i64);
}

/// The largest body is accepted, of entities and records; a larger one is not.
pub async fn too_large_a_body_is_refused(subject: &Subject) {
    // Two bytes are the quotes of the JSON text.
    let most = "a".repeat(BODY_BYTES_MAX - 2);
    let beyond = "a".repeat(BODY_BYTES_MAX - 1);
    let log = log_id("l");
    let put = |change: &mut Transaction| {
        change.put(key("a"), &beyond);
    };
    assert!(matches!(subject.change(&[key("a")], put).await, Err(StoreError::TooLarge(_))));
    let put = |change: &mut Transaction| {
        change.append(log.clone(), 1, 1, &beyond, None);
    };
    assert!(matches!(subject.change(&[key("a")], put).await, Err(StoreError::TooLarge(_))));
    let put = |change: &mut Transaction| {
        change.put(key("a"), &most).append(log.clone(), 1, 1, &most, None);
    };
    assert!(subject.change(&[key("a")], put).await.is_ok());
    let seen = subject.load(&[key("a")]).await;
    assert_eq!(seen.get::<String>(&key("a")), Ok(Some(most.clone())));
    assert_eq!(subject.log(&log).await.records[0].body.len(), BODY_BYTES_MAX);
}

/// The last write fails, in each of the ways it can; nothing of the others is there.
pub async fn a_refused_write_takes_all_others_along(subject: &Subject) {
    let log = log_id("l");
    subject.put(&key("old"), 1).await;
    let keys = [key("old"), key("new")];
    let good = |change: &mut Transaction| {
        change.put(key("new"), &1).delete(key("old"));
        change.append(log.clone(), 1, 1, &"one", None);
        change.index_put(Index::DUE, "m", 5).count("n", 3, None).ring("t");
    };
    let gap = subject.change(&keys, |change| {
        good(change);
        change.append(log.clone(), 3, 3, &"three", None);
    });
    assert_conflict(gap.await, "log l");
    let limit = subject.change(&keys, |change| {
        good(change);
        change.count("full", 2, Some(1));
    });
    let reached = StoreError::LimitReached { counter: "full".to_owned(), limit: 1 };
    assert_eq!(limit.await, Err(reached));
    let score = subject.change(&keys, |change| {
        good(change);
        change.require_score_at_least(Index::LEADER, "me", 0);
    });
    assert_conflict(score.await, "leader:me");

    assert_eq!(subject.value(&key("old")).await, Some(1));
    assert_eq!(subject.version(&key("new")).await, None);
    assert_eq!(subject.log(&log).await, LogPage::default());
    assert_eq!(subject.members(Index::DUE).await, []);
    assert_eq!(subject.counter("n").await, 0);
    assert_eq!(subject.rings().await, 0);
}
