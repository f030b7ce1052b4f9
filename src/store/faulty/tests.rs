//! Each fault does what it says, and without faults the wrapper is not there.

use super::*;
use crate::store::contract::{ManualClock, SLOT, Subject, key, log_id};
use crate::store::memory::MemoryStore;
use futures::FutureExt;

/// Without faults it passes the contract itself.
async fn faultless() -> Subject {
    let (_, faulty, clock) = wrapped(NoFaults);
    Subject::new(faulty, clock, ())
}

crate::contract! { contract, faultless }

/// The store itself, and the wrapped one.
fn wrapped(plan: impl Plan + 'static) -> (Subject, Arc<Faulty>, Arc<ManualClock>) {
    let clock = ManualClock::start();
    let inner = Arc::new(MemoryStore::new(clock.clone()));
    let faulty = Faulty::new(inner.clone(), plan).with_rewind(inner.clone());
    (Subject::new(inner, clock.clone(), ()), Arc::new(faulty), clock)
}

async fn put(subject: &Subject, faulty: &Faulty, value: u32) -> Result<Committed, StoreError> {
    let mut change = subject.load(&[key("a")]).await.change(subject.tag());
    change.put(key("a"), &value);
    faulty.commit(change).await
}

fn lost(maybe_applied: bool) -> StoreError {
    plan::injected(maybe_applied)
}

#[tokio::test]
async fn a_refused_commit_is_not_made() {
    for fault in [Fault::conflict(), Fault::unavailable(), Fault::Refused(StoreError::Stale)] {
        let (subject, faulty, _) = wrapped(Script::once(1, fault.clone()));
        let result = put(&subject, &faulty, 1).await;
        assert_eq!(result.map_err(Fault::Refused), Err(fault));
        assert_eq!(subject.value(&key("a")).await, None);
        assert!(put(&subject, &faulty, 2).await.is_ok(), "only the first goes wrong");
        assert_eq!(faulty.calls(), 2);
    }
}

#[tokio::test]
async fn a_lost_reply_hides_what_was_done() {
    let (subject, faulty, _) = wrapped(|_: &Call<'_>| Fate::from(Fault::LostReply));
    assert_eq!(put(&subject, &faulty, 1).await, Err(lost(true)));
    assert_eq!(subject.value(&key("a")).await, Some(1));
    subject.change(&[], |change| _ = change.index_put(Index::DUE, "m", 0)).await.expect("a commit");
    assert_eq!(faulty.claim_due(&SLOT, 1, Duration::from_secs(1)).await, Err(lost(true)));
    assert_ne!(subject.members(Index::DUE).await[0].0, 0, "it was claimed");
    assert_eq!(faulty.counter(&SLOT, "n").await, Err(lost(false)), "a read applies nothing");
}

#[tokio::test]
async fn a_hanging_call_was_done_or_not() {
    for (fault, expected) in [(Fault::HangBefore, None), (Fault::HangAfter, Some(1))] {
        let (subject, faulty, _) = wrapped(Script::once(1, fault));
        let mut hanging = Box::pin(put(&subject, &faulty, 1));
        for _ in 0..100 {
            assert!((&mut hanging).now_or_never().is_none());
        }
        drop(hanging);
        assert_eq!(subject.value(&key("a")).await, expected);
    }
}

#[tokio::test]
async fn a_delayed_call_lets_others_go_first() {
    let fate = Fate { polls_before: 2, fault: Fault::None, polls_after: 3 };
    let (subject, faulty, _) = wrapped(Script::once(1, fate));
    let mut delayed = Box::pin(put(&subject, &faulty, 1));
    let mut values = Vec::new();
    while (&mut delayed).now_or_never().is_none() {
        values.push(subject.value(&key("a")).await);
    }
    assert_eq!(values, [None, None, Some(1), Some(1), Some(1)]);
}

#[tokio::test]
async fn a_slot_is_put_back_in_the_middle_of_things() {
    let script = Script(BTreeMap::from([
        (1, Fault::Rewind.into()),
        (2, Fault::Mark.into()),
        (4, Fault::Rewind.into()),
    ]));
    let (subject, faulty, _) = wrapped(script);
    put(&subject, &faulty, 1).await.expect("there is no mark to go back to");
    put(&subject, &faulty, 2).await.expect("a commit");
    put(&subject, &faulty, 3).await.expect("a commit");
    assert_eq!(subject.value(&key("a")).await, Some(3));
    let result = put(&subject, &faulty, 4).await;
    assert_eq!(result, Err(StoreError::Conflict { what: "c:a".to_owned() }));
    assert_eq!(subject.value(&key("a")).await, Some(1), "as it was at the mark");
    assert!(faulty.rewind(&SLOT) && !faulty.rewind(&Slot::System));
}

struct Rings(VecDeque<RingFate>);

impl Plan for Rings {
    fn call(&mut self, _: &Call<'_>) -> Fate {
        Fate::default()
    }

    fn ring(&mut self, _: &Ring) -> RingFate {
        self.0.pop_front().unwrap_or_default()
    }
}

#[tokio::test]
async fn rings_are_lost_doubled_late_and_missed() {
    use RingFate::{Doubled, Heard, Late, Lost, Missed};
    let plan = Rings([Lost, Doubled, Late, Heard, Late, Lost, Missed].into());
    let (subject, faulty, _) = wrapped(plan);
    let mut bell = faulty.doorbell().await.expect("a doorbell");
    for _ in 1..=8 {
        subject.change(&[], |change| _ = change.ring("t")).await.expect("a commit");
    }
    let mut heard = Vec::new();
    while let Some(ring) = bell.next().now_or_never() {
        heard.push(match ring {
            Some(Ring::Rang { counter, .. }) => counter,
            Some(Ring::Missed | Ring::Passed { .. }) => 0,
            None => panic!("the store is there"),
        });
    }
    assert_eq!(heard, [2, 2, 4, 3, 5, 0, 8]);
}

#[tokio::test]
async fn a_call_says_what_it_is_about() {
    let labels = Arc::new(Mutex::new(Vec::new()));
    let seen = labels.clone();
    let (subject, faulty, _) = wrapped(move |call: &Call<'_>| {
        lock(&seen).push(format!("{} {call}", call.number));
        Fate::default()
    });
    let mut change = subject.load(&[key("a"), key("b")]).await.change(1);
    change.put(key("a"), &1).delete(key("b")).append(log_id("l"), 1, 1, &1, None);
    change.index_put(Index::DUE, "m", 5).index_remove(Index::ITEMS, "m").count("n", -1, None);
    change.drop_log(log_id("l2")).ring("t").ring("u");
    faulty.commit(change).await.expect("a commit");
    faulty.ring_counters(&[SLOT]).await.expect("counters");
    faulty.commit(subject.load(&[]).await.change(1)).await.expect("a commit");
    let expected = [
        "1 commit b0007: put c:a, delete c:b, append l 1, due m=5, items -m, count n -1, drop l2, \
         ring t, ring u",
        "2 ring_counters",
        "3 commit b0007",
    ];
    assert_eq!(*lock(&labels), expected);
}

/// What happens to a thousand calls and rings.
fn fates(seed: u64, rates: Rates) -> Vec<(Fate, RingFate)> {
    let mut plan = Seeded::new(seed, rates);
    let call = |number| Call { number, op: Op::Commit, slot: None, change: None };
    (1..=1_000).map(|number| (plan.call(&call(number)), plan.ring(&Ring::Missed))).collect()
}

#[test]
fn a_seed_says_everything() {
    let rates = Rates {
        conflict: 500,
        stale: 500,
        unavailable: 500,
        lost_reply: 500,
        hang_before: 500,
        hang_after: 500,
        mark: 500,
        rewind: 500,
        delay: 5_000,
        delay_polls_max: 3,
        ring_lost: 1_000,
        ring_doubled: 1_000,
        ring_late: 1_000,
        ring_missed: 1_000,
    };
    let drawn = fates(7, rates);
    assert_eq!(drawn, fates(7, rates));
    assert_ne!(drawn, fates(8, rates));
    let often = |count: usize, per_10_000: usize| {
        assert!((per_10_000 / 20..per_10_000 / 5).contains(&count), "{count} of {per_10_000}");
    };
    let faults = |fault: &Fault| drawn.iter().filter(|(fate, _)| fate.fault == *fault).count();
    for fault in [Fault::conflict(), Fault::LostReply, Fault::HangAfter, Fault::Rewind] {
        often(faults(&fault), 500);
    }
    often(faults(&Fault::None), 6_000);
    often(drawn.iter().filter(|(fate, _)| fate.polls_before > 0).count(), 5_000);
    assert!(drawn.iter().all(|(fate, _)| fate.polls_after <= 3));
    often(drawn.iter().filter(|(_, ring)| *ring == RingFate::Late).count(), 1_000);
}

#[test]
fn without_rates_nothing_goes_wrong() {
    let fates = fates(7, Rates::default());
    assert!(fates.iter().all(|fate| *fate == <(Fate, RingFate)>::default()));
}

#[test]
fn only_a_commit_meets_a_conflict() {
    let mut plan = Seeded::new(1, Rates { conflict: 10_000, ..Rates::default() });
    let fault =
        |plan: &mut Seeded, op| plan.call(&Call { number: 1, op, slot: None, change: None }).fault;
    assert_eq!(fault(&mut plan, Op::Commit), Fault::conflict());
    assert_eq!(fault(&mut plan, Op::Load), Fault::None);
}
