//! All stores agree: the same random changes, late and early, by the same clock, get the same
//! answers and leave the same state.

mod commands;

use super::contract::{ManualClock, START};
use super::embedded::EmbeddedStore;
use super::embedded::disk::Disk;
use super::memory::MemoryStore;
use super::redis;
use crate::ports::clock::Clock;
use crate::ports::store::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::runtime::Runtime;

const SLOTS: [Slot; 2] = [Slot::Bucket(0), Slot::System];
const NAMES: [&str; 3] = ["a", "b", "ab"];
const INDEXES: [Index; 2] = [Index::DUE, Index::LEASES];

type Name = &'static str;

#[derive(Debug, Clone)]
enum One {
    Put(Name, u8),
    Delete(Name),
    /// The difference to the number that would be right.
    Append(Name, i8, Option<u64>),
    DropLog(Name),
    IndexPut(Index, Name, i64),
    IndexRemove(Index, Name),
    Count(Name, i64, Option<i64>),
    Require(Index, Name, i64),
    Ring(Name),
}

#[derive(Debug, Clone)]
enum Step {
    /// Reads some keys; later steps may commit from it.
    Load {
        slot: usize,
        names: Vec<Name>,
    },
    /// From the newest load of the slot, or from the one before.
    Commit {
        slot: usize,
        old: bool,
        writes: Vec<One>,
    },
    Claim {
        slot: usize,
        limit: usize,
        visibility_ms: u64,
    },
    Advance {
        ms: u64,
    },
    /// A new process opens the file, where there is one.
    Reopen,
}

fn score() -> impl Strategy<Value = i64> {
    // Around the clock, so that some are due, and some far off.
    prop_oneof![-50..50_i64, (-3_000..6_000_i64).prop_map(|ms| START.as_millis() + ms)]
}

fn one() -> impl Strategy<Value = One> {
    let name = || prop::sample::select(&NAMES[..]);
    let index = || prop::sample::select(&INDEXES[..]);
    let seq = prop_oneof![9 => Just(0_i8), 1 => -1..=1_i8];
    prop_oneof![
        4 => (name(), any::<u8>()).prop_map(|(name, value)| One::Put(name, value)),
        3 => name().prop_map(One::Delete),
        4 => (name(), seq, option::of(0..4_u64)).prop_map(|(log, off, keep)| One::Append(log, off, keep)),
        1 => name().prop_map(One::DropLog),
        3 => (index(), name(), score()).prop_map(|(index, name, score)| One::IndexPut(index, name, score)),
        2 => (index(), name()).prop_map(|(index, name)| One::IndexRemove(index, name)),
        2 => (name(), -3..5_i64, option::of(0..8_i64)).prop_map(|(name, by, limit)| One::Count(name, by, limit)),
        1 => (index(), name(), score()).prop_map(|(index, name, score)| One::Require(index, name, score)),
        2 => name().prop_map(One::Ring),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let slot = || 0..SLOTS.len();
    let names = prop::sample::subsequence(NAMES.to_vec(), 0..=NAMES.len());
    let commit = (slot(), prop::bool::weighted(0.2), vec(one(), 0..6));
    // A moment, longer than a snapshot is good for, longer than a tombstone stays.
    let ms = prop_oneof![8 => 0..400_u64, 1 => 1_900..2_200_u64, 1 => Just(3_700_000_u64)];
    prop_oneof![
        6 => (slot(), names).prop_map(|(slot, names)| Step::Load { slot, names }),
        8 => commit.prop_map(|(slot, old, writes)| Step::Commit { slot, old, writes }),
        2 => (slot(), 0..4_usize, 0..3_000_u64)
            .prop_map(|(slot, limit, visibility_ms)| Step::Claim { slot, limit, visibility_ms }),
        2 => ms.prop_map(|ms| Step::Advance { ms }),
        1 => Just(Step::Reopen),
    ]
}

/// Stores in this process answer at once; for Redis there is a runtime.
fn now<T>(call: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    RUNTIME.block_on(call)
}

fn keys(names: &[Name]) -> Vec<EntityKey> {
    names.iter().map(|name| EntityKey::new(Kind::Item, *name)).collect()
}

/// One store and what was last loaded from it.
struct Side {
    store: Option<Box<dyn Store>>,
    disk: Option<Disk>,
    address: Option<redis::address::Address>,
    clock: Arc<ManualClock>,
    /// For each slot the newest load and the one before.
    loads: [Vec<Snapshot>; 2],
}

impl Side {
    fn memory(clock: &Arc<ManualClock>) -> Self {
        let store: Box<dyn Store> = Box::new(MemoryStore::new(clock.clone()));
        Side::of(Some(store), clock)
    }

    fn of(store: Option<Box<dyn Store>>, clock: &Arc<ManualClock>) -> Self {
        let (disk, address, clock) = (None, None, clock.clone());
        Side { store, disk, address, clock, loads: Default::default() }
    }

    fn redis(clock: &Arc<ManualClock>) -> Self {
        Side::at(now(redis::tests::blessed()), clock)
    }

    /// Its slots lie on several masters.
    fn cluster(clock: &Arc<ManualClock>) -> Self {
        Side::at(now(redis::tests::blessed_in_cluster()), clock)
    }

    fn at(address: redis::address::Address, clock: &Arc<ManualClock>) -> Self {
        let mut side = Side { address: Some(address), ..Side::of(None, clock) };
        side.reopen();
        side
    }

    fn embedded(clock: &Arc<ManualClock>) -> Self {
        let mut side = Side { disk: Some(Disk::new()), ..Side::of(None, clock) };
        side.reopen();
        side
    }

    fn reopen(&mut self) {
        if let Some(disk) = &self.disk {
            // The old process ends before the new one begins.
            self.store = None;
            let store = EmbeddedStore::stepped(disk.plug(), self.clock.clone());
            self.store = Some(Box::new(store.expect("the same store")));
        }
        if let Some(address) = &self.address {
            let clock = Some(self.clock.clone() as Arc<dyn Clock>);
            let options =
                redis::Options { clock, patience: redis::tests::patient(), ..Default::default() };
            let store = now(redis::RedisStore::open(address.clone(), options));
            self.store = Some(Box::new(store.expect("the same store")));
        }
    }

    fn store(&self) -> &dyn Store {
        self.store.as_deref().expect("an open store")
    }

    /// Does one step and tells all that it answers.
    fn step(&mut self, step: &Step, tag: u64) -> String {
        match step {
            Step::Load { slot, names } => {
                let snapshot = now(self.store().load(&SLOTS[*slot], &keys(names), &[]));
                let told = format!("{snapshot:?}");
                self.loads[*slot].insert(0, snapshot.expect("a load"));
                self.loads[*slot].truncate(2);
                told
            }
            Step::Commit { slot, old, writes } => {
                let loads = &self.loads[*slot];
                let Some(snapshot) = (if *old { loads.last() } else { loads.first() }) else {
                    return String::new();
                };
                let mut change = snapshot.change(tag);
                writes.iter().for_each(|one| self.write(&mut change, one));
                format!("{:?}", now(self.store().commit(change)))
            }
            Step::Claim { slot, limit, visibility_ms } => {
                let visibility = Duration::from_millis(*visibility_ms);
                format!("{:?}", now(self.store().claim_due(&SLOTS[*slot], *limit, visibility)))
            }
            // Both go by one clock, which was moved already.
            Step::Advance { .. } => String::new(),
            Step::Reopen => {
                self.reopen();
                String::new()
            }
        }
    }

    fn write(&self, change: &mut Transaction, one: &One) {
        let known = |name: &Name| {
            let key = EntityKey::new(Kind::Item, *name);
            change.checks().contains_key(&key).then_some(key)
        };
        match one {
            One::Put(name, value) => {
                if let Some(key) = known(name) {
                    change.put(key, value);
                }
            }
            One::Delete(name) => {
                if let Some(key) = known(name) {
                    change.delete(key);
                }
            }
            One::Append(name, off, keep) => {
                let log = LogId((*name).to_owned());
                let head =
                    now(self.store().read_log(change.slot(), &log, 0, 0)).expect("a page").head;
                let before = change
                    .writes()
                    .iter()
                    .filter(|write| matches!(write, Write::Append { log, .. } if log.0 == *name));
                let seq = head + 1 + before.count() as u64;
                change.append(log, seq.saturating_add_signed(i64::from(*off)), 7, &seq, *keep);
            }
            One::DropLog(name) => _ = change.drop_log(LogId((*name).to_owned())),
            One::IndexPut(index, name, score) => _ = change.index_put(*index, *name, *score),
            One::IndexRemove(index, name) => _ = change.index_remove(*index, *name),
            One::Count(name, by, limit) => _ = change.count(*name, *by, *limit),
            One::Require(index, name, score) => {
                change.require_score_at_least(*index, *name, *score);
            }
            One::Ring(name) => _ = change.ring(*name),
        }
    }

    /// All that can be read.
    fn everything(&self) -> Vec<String> {
        fn tell(what: impl Debug) -> String {
            format!("{what:?}")
        }
        let mut told = vec![tell(now(self.store().ring_counters(&SLOTS)))];
        for slot in &SLOTS {
            let scores: Vec<_> = INDEXES
                .iter()
                .flat_map(|index| NAMES.map(|name| (*index, name.to_owned())))
                .collect();
            told.push(tell(now(self.store().load(slot, &keys(&NAMES), &scores))));
            for name in NAMES {
                let log = LogId(name.to_owned());
                told.push(tell(now(self.store().read_log(slot, &log, 0, 99))));
                told.push(tell(now(self.store().read_log(slot, &log, 2, 1))));
                told.push(tell(now(self.store().counter(slot, name))));
            }
            for index in INDEXES {
                let ends = [(None, i64::MAX), (Some((0, "a".to_owned())), START.as_millis())];
                for (after, up_to) in ends {
                    told.push(tell(now(self.store().range(slot, index, after, up_to, 2))));
                }
            }
        }
        told
    }
}

/// Both do the same steps and say the same.
fn agree(steps: &[Step], other: impl Fn(&Arc<ManualClock>) -> Side) -> Result<(), TestCaseError> {
    let clock = Arc::new(ManualClock::at(START));
    let (mut memory, mut other) = (Side::memory(&clock), other(&clock));
    for (number, step) in steps.iter().enumerate() {
        if let Step::Advance { ms } = step {
            clock.advance(Duration::from_millis(*ms));
        }
        let tag = number as u64;
        prop_assert_eq!(memory.step(step, tag), other.step(step, tag), "step {}", number);
        prop_assert_eq!(memory.everything(), other.everything(), "after step {}", number);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn all_stores_agree(steps in vec(step(), 1..60)) {
        agree(&steps, Side::embedded)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn redis_agrees_with_all(steps in vec(step(), 1..60)) {
        agree(&steps, Side::redis)?;
    }

    #[test]
    fn a_cluster_agrees_with_all(steps in vec(step(), 1..60)) {
        agree(&steps, Side::cluster)?;
    }
}
