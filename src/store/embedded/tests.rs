//! What only a store with a file has to prove: that it keeps everything, names damage, refuses a
//! second process, dies of a failed sync, and survives power failures in the middle of a commit.

use super::disk::Disk;
use super::*;
use crate::store::contract::{ManualClock, SLOT, START, Subject, key, log_id};
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

async fn stepped() -> Subject {
    let clock = ManualClock::start();
    let store = EmbeddedStore::stepped(redb::backends::InMemoryBackend::new(), clock.clone());
    Subject::new(Arc::new(store.expect("a store")), clock, ())
}

async fn threaded() -> Subject {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let store = Arc::new(open(&folder, &clock).expect("a store"));
    Subject::new(store, clock, folder)
}

crate::contract! { contract_stepped, stepped }
crate::contract! { contract_threaded, threaded }

fn open(folder: &TempDir, clock: &Arc<ManualClock>) -> Result<EmbeddedStore, OpenError> {
    let options = Options { create: true, cache_bytes: 4 << 20, ..Options::default() };
    EmbeddedStore::open(folder.path().join("store"), &options, clock.clone())
}

/// A subject over a store that the test holds too.
fn subject(store: EmbeddedStore, clock: &Arc<ManualClock>) -> (Arc<EmbeddedStore>, Subject) {
    let store = Arc::new(store);
    (store.clone(), Subject::new(store, clock.clone(), ()))
}

/// One of everything that can be stored.
fn one_of_each(change: &mut Transaction) {
    change.put(key("a"), &1).put(key("gone"), &1).delete(key("gone"));
    change.append(log_id("l"), 1, 7, &"one", None).append(log_id("l"), 2, 8, &"two", None);
    change.index_put(Index::DUE, "m", 5).count("n", 3, None).ring("t");
}

async fn everything(subject: &Subject) -> String {
    let entities = subject.load(&[key("a"), key("gone")]).await;
    let (log, members) = (subject.log(&log_id("l")).await, subject.members(Index::DUE).await);
    let (count, rings) = (subject.counter("n").await, subject.rings().await);
    let entities = [entities.observed(&key("a")), entities.observed(&key("gone"))];
    format!("{entities:?} {log:?} {members:?} {count} {rings}")
}

#[tokio::test]
async fn a_new_process_finds_everything() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let (store, before) = subject(open(&folder, &clock).expect("a store"), &clock);
    before.change(&[key("a"), key("gone")], one_of_each).await.expect("a commit");
    let seen = everything(&before).await;
    drop((store, before));
    let (_, after) = subject(open(&folder, &clock).expect("the same store"), &clock);
    assert_eq!(everything(&after).await, seen);
}

#[tokio::test]
async fn a_new_process_does_not_go_back_in_time() {
    let disk = Disk::new();
    let early = ManualClock::start();
    let store = EmbeddedStore::stepped(disk.plug(), early.clone()).expect("a store");
    let (_, before) = subject(store, &early);
    early.advance(Duration::from_secs(3_600));
    before.put(&key("a"), 1).await;
    drop(before);
    let late = ManualClock::start();
    let store = EmbeddedStore::stepped(disk.plug(), late.clone()).expect("the same store");
    let (_, after) = subject(store, &late);
    assert_eq!(after.load(&[]).await.at(), START + Duration::from_secs(3_600));
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let first = open(&folder, &clock).expect("a store");
    let Err(OpenError::Locked { path }) = open(&folder, &clock) else {
        panic!("two at once");
    };
    assert_eq!(path, folder.path().join("store"));
    drop(first);
    assert!(open(&folder, &clock).is_ok(), "the lock goes with its holder");
}

#[test]
fn a_file_that_should_be_there_is_not_made() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let path = folder.path().join("store");
    let open = |path: &Path| EmbeddedStore::open(path, &Options::default(), clock.clone());
    assert!(matches!(open(&path), Err(OpenError::Missing { .. })));
    assert!(!path.exists());
    std::fs::write(&path, "").expect("a file");
    assert!(matches!(open(&path), Err(OpenError::Damaged { .. })), "an empty file is no store");
    let nowhere = folder.path().join("no/store");
    let options = Options { create: true, ..Options::default() };
    let opened = EmbeddedStore::open(nowhere, &options, clock.clone());
    assert!(matches!(opened, Err(OpenError::Io { .. })));
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let path = folder.path().join("store");
    let text = "a letter to the agents ".repeat(1_000);
    std::fs::write(&path, &text).expect("a file");
    assert!(matches!(open(&folder, &clock), Err(OpenError::Damaged { .. })));
    assert_eq!(std::fs::read_to_string(&path).expect("the letter"), text);
}

#[test]
fn a_file_of_another_form_is_refused() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    drop(open(&folder, &clock).expect("a store"));
    let file = Database::open(folder.path().join("store")).expect("the file");
    let writing = file.begin_write().expect("a transaction");
    let form = 2_u32.to_le_bytes();
    let inserted = writing
        .open_table(rows::ROWS)
        .expect("the table")
        .insert(rows::FORM_ROW, form.as_slice())
        .is_ok();
    writing.commit().expect("a commit");
    drop(file);
    assert!(inserted);
    let Err(error) = open(&folder, &clock) else { panic!("it was opened") };
    assert!(error.to_string().contains("has form 2"), "{error}");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let _store = open(&folder, &clock).expect("a store");
    let path = folder.path().join("store");
    let mode = std::fs::metadata(path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Wherever a bit has flipped: the store starts with everything as it was, or not at all. (A flip
/// may hit what is free or what a restart works out anyway.)
#[tokio::test]
async fn damage_is_named_and_never_served() {
    let clock = ManualClock::start();
    let disk = Disk::new();
    let store = EmbeddedStore::stepped(disk.plug(), clock.clone()).expect("a store");
    let (_, before) = subject(store, &clock);
    let keys = [key("a"), key("gone")];
    before.change(&keys, one_of_each).await.expect("a commit");
    let seen = everything(&before).await;
    drop(before);
    let mut refused = 0;
    for place in (0..disk.bytes()).step_by(97).take(3_000) {
        disk.flip(place, 0x10);
        let copy = disk.copy();
        disk.flip(place, 0x10);
        match EmbeddedStore::stepped(copy.plug(), clock.clone()) {
            Err(OpenError::Damaged { .. } | OpenError::OtherForm { .. }) => refused += 1,
            Err(other) => panic!("the byte at {place}: {other}"),
            Ok(store) => {
                let (_, after) = subject(store, &clock);
                assert_eq!(everything(&after).await, seen, "the byte at {place}");
            }
        }
    }
    assert!(refused > 0, "no flip hit anything");
}

#[tokio::test]
async fn a_disk_that_is_almost_full_refuses_changes_until_there_is_room_again() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let free = Arc::new(AtomicU64::new(100));
    let measured = Arc::clone(&free);
    let room = Room::measured_by(move || Some(measured.load(Ordering::Relaxed)), 100);
    let options = Options { create: true, ..Options::default() };
    let path = folder.path().join("store");
    let store = EmbeddedStore::open_in(path, room, &options, clock.clone()).expect("a store");
    let (store, subject) = subject(store, &clock);
    subject.put(&key("a"), 1).await;

    free.store(99, Ordering::Relaxed);
    let refused = subject.change(&[], |change| _ = change.count("n", 1, None)).await;
    let Err(StoreError::Unavailable { maybe_applied: false, reason, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("make room"), "{reason}");
    assert_eq!(subject.value(&key("a")).await, Some(1), "reading goes on");
    assert!(!store.is_dead());

    free.store(100, Ordering::Relaxed);
    subject.put(&key("a"), 2).await;
    assert_eq!(subject.value(&key("a")).await, Some(2));
}

#[test]
fn the_room_beside_a_file_is_that_of_its_disk() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("store");
    assert_eq!(Room::beside(&file, 0).shortage(), None);
    let shortage = Room::beside(&file, u64::MAX).shortage().expect("no disk is so large");
    assert!(shortage.contains("almost full"), "{shortage}");
}

#[tokio::test]
async fn a_failed_sync_ends_the_store() {
    let clock = ManualClock::start();
    let disk = Disk::new();
    let store = EmbeddedStore::stepped(disk.plug(), clock.clone()).expect("a store");
    let (store, subject) = subject(store, &clock);
    subject.put(&key("a"), 1).await;
    let death = store.death();
    assert!(!store.is_dead() && death.borrow().is_none());

    disk.fail_after(0);
    let failed = subject.change(&[], |change| _ = change.count("n", 1, None)).await;
    let Err(StoreError::Unavailable { maybe_applied: true, reason, .. }) = failed else {
        panic!("{failed:?}");
    };
    assert!(reason.contains("the disk fails"), "{reason}");
    assert!(store.is_dead() && death.borrow().is_some());

    // The disk is well again, but nobody knows what it holds.
    disk.fail_after(u64::MAX);
    let dead = |result: Result<(), StoreError>| {
        assert!(matches!(result, Err(StoreError::Unavailable { maybe_applied: false, .. })));
    };
    dead(store.load(&SLOT, &[], &[]).await.map(drop));
    dead(store.read_log(&SLOT, &log_id("l"), 0, 1).await.map(drop));
    dead(store.range(&SLOT, Index::DUE, None, 0, 1).await.map(drop));
    dead(store.claim_due(&SLOT, 1, Duration::ZERO).await.map(drop));
    dead(store.ring_counters(&[SLOT]).await.map(drop));
    dead(store.counter(&SLOT, "n").await.map(drop));
    dead(store.doorbell().await.map(drop));
}

#[tokio::test]
async fn the_writers_thread_dies_of_a_failed_sync_and_tells_all_who_wait() {
    let clock = ManualClock::start();
    let disk = Disk::new();
    let file = open::open_backend(Path::new("disk"), disk.plug(), 1 << 20).expect("a file");
    let shared = share(Path::new("disk"), file, Room::endless(), clock.clone()).expect("a store");
    let limits = GroupLimits { jobs_max: 2, span_max: Duration::ZERO, quick_repair: false };
    let (jobs, receiver) = mpsc::channel(JOBS_MAX);
    let mut death = shared.death.subscribe();
    disk.fail_after(0);
    let thread = std::thread::spawn({
        let shared = shared.clone();
        move || group::serve(&shared, receiver, limits)
    });
    let writer = Writer::Thread { jobs: Some(jobs), thread: Some(thread) };
    let (_store, subject) = subject(
        EmbeddedStore { shared, writer, path: PathBuf::new(), copying: Arc::default() },
        &clock,
    );
    let snapshot = subject.load(&[]).await;
    let commits =
        (0..20).map(|_| subject.change_from(&snapshot, |change| _ = change.count("n", 1, None)));
    for result in futures::future::join_all(commits).await {
        assert!(matches!(result, Err(StoreError::Unavailable { .. })), "{result:?}");
    }
    death.wait_for(Option::is_some).await.expect("it says why");
}

#[tokio::test]
async fn many_changes_go_to_the_disk_together() {
    let clock = ManualClock::start();
    let disk = Disk::new();
    let file = open::open_backend(Path::new("disk"), disk.plug(), 1 << 20).expect("a file");
    let shared = share(Path::new("disk"), file, Room::endless(), clock.clone()).expect("a store");
    let (jobs, receiver) = mpsc::channel(JOBS_MAX);
    let empty = Snapshot::new(SLOT, START, Default::default(), Default::default());
    let mut answers = Vec::new();
    for _ in 0..100 {
        let mut change = empty.change(1);
        change.count("n", 1, None);
        let (reply, answer) = oneshot::channel();
        jobs.try_send(Job::Commit { change, reply }).expect("room");
        answers.push(answer);
    }
    drop(jobs);
    let before = disk.operations();
    let limits =
        GroupLimits { jobs_max: 50, span_max: Duration::from_secs(3_600), quick_repair: false };
    let _ = tokio::task::spawn_blocking(move || group::serve(&shared, receiver, limits)).await;
    for answer in answers {
        assert!(matches!(answer.await, Ok(Ok(_))));
    }
    let operations = disk.operations() - before;
    assert!(operations < 100, "{operations} operations for 100 changes in two groups");
}

#[tokio::test]
async fn a_backup_of_a_living_store_is_a_store() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let (store, subject) = subject(open(&folder, &clock).expect("a store"), &clock);
    subject.change(&[key("a"), key("gone")], one_of_each).await.expect("a commit");
    let seen = everything(&subject).await;
    let backup = store.copy().await.expect("a backup");
    assert!(backup.rows > 5 && backup.bytes > 0 && backup.taken_at == clock.now());
    subject.put(&key("a"), 2).await;
    let listed = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(listed, 1, "the copy has no name that could be left over");
    let second = store.copy().await.map(|copy| copy.rows);
    assert_eq!(second, Err(NoBackup::Busy), "each takes room on the disk");

    let path = folder.path().join("copy");
    let mut carried = std::fs::File::create(&path).expect("a file");
    std::io::copy(&mut &backup.file, &mut carried).expect("all of it");
    drop(backup);
    assert!(store.copy().await.is_ok(), "the first is over");
    let options = Options::default();
    let copy = EmbeddedStore::open(&path, &options, clock.clone()).expect("the copy");
    let (_, copy) = self::subject(copy, &clock);
    assert_eq!(everything(&copy).await, seen, "as it was when the backup was made");
}

#[test]
fn a_backup_that_nobody_waits_for_any_more_is_the_only_one_until_it_is_over() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let store = open(&folder, &clock).expect("a store");
    // One thread that may be blocked, and it is: a copy waits there for its turn.
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build();
    runtime.expect("a runtime").block_on(async {
        let (go_on, held_up) = std::sync::mpsc::channel::<()>();
        let before = tokio::task::spawn_blocking(move || held_up.recv());
        {
            let mut asked = std::pin::pin!(store.copy());
            assert!(futures::poll!(&mut asked).is_pending());
        }
        // Refused at once: one that were begun would wait for the thread too.
        let second = futures::poll!(std::pin::pin!(store.copy()));
        let refused = second.map(|copy| copy.map(|copy| copy.rows));
        let busy = std::task::Poll::Ready(Err(NoBackup::Busy));
        assert_eq!(refused, busy, "whoever asked for the first has gone, and it has not");
        drop(go_on);
        before.await.expect("the thread").expect_err("nothing was sent");
        tokio::task::spawn_blocking(|| {}).await.expect("the thread is free again");
        assert!(store.copy().await.is_ok());
    });
}

#[tokio::test]
async fn a_backup_never_takes_the_room_that_writing_needs() {
    let (folder, clock) = (TempDir::new().expect("a folder"), ManualClock::start());
    let path = folder.path().join("store");
    let free = Arc::new(std::sync::atomic::AtomicU64::new(u64::MAX));
    let measured = free.clone();
    let now_free = move || Some(measured.load(std::sync::atomic::Ordering::Relaxed));
    let room = Room::measured_by(now_free, 1 << 20);
    let options = Options { create: true, ..Options::default() };
    let store = EmbeddedStore::open_in(path.clone(), room, &options, clock).expect("a store");
    assert!(store.copy().await.is_ok());
    let needed = (1 << 20) + std::fs::metadata(&path).expect("the file").len();
    free.store(needed - 1, std::sync::atomic::Ordering::Relaxed);
    let refused = store.copy().await.map(|copy| copy.rows);
    assert_eq!(refused, Err(NoBackup::NoRoom { needed, free: needed - 1 }));
}

/// Changes until the disk fails at any operation, then the power: what was acknowledged is there,
/// what was not is there whole or not at all.
#[test]
fn after_a_power_failure_all_that_was_acknowledged_is_there() {
    let strategy = (0_u64..60, proptest::num::u64::ANY, 1_u32..8);
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let run = |(fail_after, seed, power_failures)| {
        power_failures_lose_nothing(fail_after, seed, power_failures);
        Ok(())
    };
    TestRunner::new(config).run(&strategy, run).unwrap_or_else(|error| panic!("{error}"));
}

fn power_failures_lose_nothing(fail_after: u64, mut seed: u64, power_failures: u32) {
    let clock = ManualClock::start();
    let disk = Disk::new();
    let mut acknowledged = 0;
    for _ in 0..power_failures {
        let store = EmbeddedStore::stepped(disk.plug(), clock.clone()).expect("it opens again");
        let (store, subject) = subject(store, &clock);
        let found = futures::executor::block_on(subject.value(&key("a"))).unwrap_or(0);
        let log = futures::executor::block_on(subject.log(&log_id("l")));
        assert_eq!(log.head, u64::from(found), "the entity and its log belong together");
        assert_eq!(log.records.len() as u64, log.head, "the log has no hole");
        assert!(found == acknowledged || found == acknowledged + 1, "{found}, {acknowledged}");
        acknowledged = found;
        disk.fail_after(fail_after);
        while !store.is_dead() && acknowledged < found + 40 {
            let next = acknowledged + 1;
            let change = |change: &mut Transaction| {
                let body = "x".repeat(next as usize * 50 % 3_000);
                change.put(key("a"), &next).append(log_id("l"), u64::from(next), 1, &body, None);
            };
            if futures::executor::block_on(subject.change(&[key("a")], change)).is_ok() {
                acknowledged = next;
            }
        }
        drop((store, subject));
        disk.lose_power(|| {
            // The steps of a linear congruential generator; its upper bits are good enough.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 63 == 1
        });
    }
}
