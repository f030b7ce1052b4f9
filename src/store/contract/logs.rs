//! Rules about logs: gapless numbers, pages, what is kept.

use super::{SLOT, Subject, assert_conflict, log_id};
use crate::ports::store::*;
use bytes::Bytes;

async fn append(subject: &Subject, log: &LogId, seq: u64, keep: Option<u64>) {
    let appended = subject.change(&[], |change| {
        change.append(log.clone(), seq, u128::from(seq) << 70, &seq, keep);
    });
    appended.await.expect("an append");
}

async fn fill(subject: &Subject, log: &LogId, count: u64) {
    for seq in 1..=count {
        append(subject, log, seq, None).await;
    }
}

fn seqs(page: &LogPage) -> Vec<u64> {
    page.records.iter().map(|record| record.seq).collect()
}

/// Number, event id and body; other logs are not touched.
pub async fn a_log_gives_back_what_was_appended(subject: &Subject) {
    assert_eq!(subject.log(&log_id("l")).await, LogPage::default());
    fill(subject, &log_id("l"), 2).await;
    fill(subject, &log_id("l2"), 1).await;
    let record = |seq: u64| Record {
        seq,
        event_id: u128::from(seq) << 70,
        body: Bytes::from(seq.to_string()),
    };
    let expected = LogPage { records: vec![record(1), record(2)], head: 2, oldest: 1 };
    assert_eq!(subject.log(&log_id("l")).await, expected);
}

/// The store guards the numbering, whoever counts wrong.
pub async fn a_log_has_no_gaps_and_no_doubles(subject: &Subject) {
    let log = log_id("l");
    let attempt = async |seq: u64| {
        subject.change(&[], |change| _ = change.append(log.clone(), seq, 1, &0, None)).await
    };
    assert_conflict(attempt(0).await, "log l");
    assert_conflict(attempt(2).await, "log l");
    assert!(attempt(1).await.is_ok());
    assert_conflict(attempt(1).await, "log l");
    assert_conflict(attempt(3).await, "log l");
    assert!(attempt(2).await.is_ok());
    assert_eq!(seqs(&subject.log(&log).await), [1, 2]);
}

/// The check counts what the transaction itself appends.
pub async fn two_records_of_one_transaction_follow_each_other(subject: &Subject) {
    let log = log_id("l");
    let two = async |first: u64, second: u64| {
        let append = |change: &mut Transaction| {
            change.append(log.clone(), first, 1, &0, None);
            change.append(log.clone(), second, 2, &0, None);
        };
        subject.change(&[], append).await
    };
    assert_conflict(two(1, 1).await, "log l");
    assert_conflict(two(1, 3).await, "log l");
    assert!(two(1, 2).await.is_ok());
    assert_eq!(seqs(&subject.log(&log).await), [1, 2]);
}

/// Each page says where the log begins and ends.
pub async fn a_log_is_read_in_pages(subject: &Subject) {
    let log = log_id("l");
    fill(subject, &log, 5).await;
    let check = async |after: u64, limit: usize, expected: &[u64]| {
        let page = subject.store.read_log(&SLOT, &log, after, limit).await.expect("a page");
        assert_eq!(seqs(&page), expected, "after {after} at most {limit}");
        assert_eq!((page.oldest, page.head), (1, 5));
    };
    check(0, 2, &[1, 2]).await;
    check(2, 2, &[3, 4]).await;
    check(4, 2, &[5]).await;
    check(5, 2, &[]).await;
    check(99, 2, &[]).await;
    check(u64::MAX, 2, &[]).await;
    check(0, 0, &[]).await;
    check(0, usize::MAX, &[1, 2, 3, 4, 5]).await;
}

/// The oldest go, and the page says so; numbers go on.
pub async fn a_log_that_is_kept_short_forgets_its_oldest(subject: &Subject) {
    let log = log_id("l");
    fill(subject, &log, 4).await;
    append(subject, &log, 5, Some(3)).await;
    let page = subject.log(&log).await;
    assert_eq!((seqs(&page), page.oldest, page.head), (vec![3, 4, 5], 3, 5));
    append(subject, &log, 6, Some(3)).await;
    append(subject, &log, 7, None).await;
    append(subject, &log, 8, Some(100)).await;
    let page = subject.log(&log).await;
    assert_eq!((seqs(&page), page.oldest, page.head), (vec![4, 5, 6, 7, 8], 4, 8));
    let page = subject.store.read_log(&SLOT, &log, 1, 2).await.expect("a page");
    assert_eq!(seqs(&page), [4, 5], "what is gone is skipped");
}

/// Because the numbering goes on from it.
pub async fn the_newest_record_always_stays(subject: &Subject) {
    let log = log_id("l");
    fill(subject, &log, 3).await;
    append(subject, &log, 4, Some(0)).await;
    let page = subject.log(&log).await;
    assert_eq!((seqs(&page), page.oldest, page.head), (vec![4], 4, 4));
    append(subject, &log, 5, None).await;
    assert_eq!(subject.log(&log).await.head, 5);
}

/// Nothing is left of it, and its neighbours stay.
pub async fn a_dropped_log_begins_again(subject: &Subject) {
    let (log, neighbour) = (log_id("l"), log_id("l2"));
    fill(subject, &log, 3).await;
    fill(subject, &neighbour, 2).await;
    subject.change(&[], |change| _ = change.drop_log(log.clone())).await.expect("a commit");
    assert_eq!(subject.log(&log).await, LogPage::default());
    assert_eq!(subject.log(&neighbour).await.head, 2);
    let begin_again = |change: &mut Transaction| {
        change.append(log.clone(), 1, 1, &0, None);
        change.drop_log(log.clone());
        change.append(log.clone(), 1, 2, &0, None);
        change.append(log.clone(), 2, 3, &0, None);
    };
    subject.change(&[], begin_again).await.expect("a commit");
    assert_eq!(seqs(&subject.log(&log).await), [1, 2]);
    subject.change(&[], |change| _ = change.drop_log(log_id("unknown"))).await.expect("a commit");
}

/// Numbers of more than one byte are in the order of numbers.
pub async fn the_end_of_a_long_log_is_read(subject: &Subject) {
    let log = log_id("l");
    for batch in 0..6_u64 {
        let append = |change: &mut Transaction| {
            for seq in batch * 100 + 1..=batch * 100 + 100 {
                change.append(log.clone(), seq, 1, &0, None);
            }
        };
        subject.change(&[], append).await.expect("a commit");
    }
    let page = subject.store.read_log(&SLOT, &log, 597, 10).await.expect("a page");
    assert_eq!((seqs(&page), page.oldest, page.head), (vec![598, 599, 600], 1, 600));
}
