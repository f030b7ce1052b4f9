//! The application does the same on every store: the same random commands of customers, agents and
//! supervisors, by the same clock and the same chance, get the same answers and refusals, write the
//! same events, and leave the same conversations, places, loads, offers and deadlines.

mod side;

use super::{now, redis};
use crate::domain::language::Language;
use crate::store::contract::ManualClock;
use crate::store::embedded::disk::Disk;
use crate::store::memory::MemoryStore;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use side::{Ground, Side};
use std::sync::Arc;

const CUSTOMERS: usize = 3;
const AGENTS: usize = 3;
/// Everything the rules of the simulated shop react to.
const WORDS: [&str; 14] = [
    "كيف أدفع",
    "opening hours",
    "where is my order",
    "12345",
    "human",
    "human no longer needed",
    "this is terrible, fed up",
    "ambulance",
    "idiots",
    "i was charged twice",
    "xyzzy",
    "شكرا",
    "already told you",
    "yes",
];

/// Somebody does something. Customers and agents by number.
#[derive(Debug, Clone)]
enum Act {
    Start(usize, Language),
    /// The same request id may come again, with the same words or others.
    Say(usize, usize, u8),
    Ask(usize, u8),
    Cancel(usize),
    Wait(usize, usize),
    Respond(usize, bool),
    Reopen(usize),
    Leave(usize),
    RateAnswer(usize, bool),
    Score(usize, u32),
    SignIn(usize, u8),
    Presence(usize, usize),
    Heartbeat(usize),
    /// Whoever was offered it.
    Accept(usize),
    Decline(usize),
    Claim(usize, usize),
    /// Whoever owns it, or this agent under an older token.
    Hand(usize, Hand, Option<usize>),
    Requeue(usize),
    Whisper(usize),
    Reassign(usize, usize),
    TakeOver(usize, usize),
    Review(usize, bool),
    EndWrapUp(usize, usize),
    /// It is later, and what is due is done.
    Later(u64),
    /// A new process on what is stored.
    Restart,
}

/// What an agent does to a conversation.
#[derive(Debug, Clone, Copy)]
enum Hand {
    Reply,
    Note,
    Propose,
    Release,
    Promise,
    ToAgent(usize),
    ToQueue,
    ToSkill,
    ToBot,
    Report,
    Block,
}

fn act() -> impl Strategy<Value = Act> {
    let c = || 0..CUSTOMERS;
    let a = || 0..AGENTS;
    let language = prop::sample::select(&Language::ALL[..]);
    let hand = prop_oneof![
        6 => Just(Hand::Reply),
        1 => Just(Hand::Note),
        4 => Just(Hand::Propose),
        1 => Just(Hand::Release),
        1 => Just(Hand::Promise),
        1 => a().prop_map(Hand::ToAgent),
        1 => Just(Hand::ToQueue),
        1 => Just(Hand::ToSkill),
        1 => Just(Hand::ToBot),
        1 => Just(Hand::Report),
        1 => Just(Hand::Block),
    ];
    // A moment, an offer, a lease, an idle hour.
    let ms = prop_oneof![6 => 0..3_000_u64, 4 => 10_000..40_000_u64, 1 => 60_000..400_000_u64];
    prop_oneof![
        4 => (c(), language).prop_map(|(c, language)| Act::Start(c, language)),
        10 => (c(), 0..WORDS.len(), 0..6_u8).prop_map(|(c, words, id)| Act::Say(c, words, id)),
        5 => (c(), 0..3_u8).prop_map(|(c, id)| Act::Ask(c, id)),
        1 => c().prop_map(Act::Cancel),
        2 => (c(), 0..4_usize).prop_map(|(c, choice)| Act::Wait(c, choice)),
        6 => (c(), prop::bool::weighted(0.5)).prop_map(|(c, yes)| Act::Respond(c, yes)),
        1 => c().prop_map(Act::Reopen),
        1 => c().prop_map(Act::Leave),
        1 => (c(), any::<bool>()).prop_map(|(c, helpful)| Act::RateAnswer(c, helpful)),
        1 => (c(), 0..12_u32).prop_map(|(c, score)| Act::Score(c, score)),
        3 => (a(), 0..4_u8).prop_map(|(a, id)| Act::SignIn(a, id)),
        7 => (a(), prop_oneof![5 => Just(0_usize), 1 => 1..4_usize])
            .prop_map(|(a, presence)| Act::Presence(a, presence)),
        2 => a().prop_map(Act::Heartbeat),
        10 => c().prop_map(Act::Accept),
        2 => c().prop_map(Act::Decline),
        1 => (a(), c()).prop_map(|(a, c)| Act::Claim(a, c)),
        12 => (c(), hand, prop::option::weighted(0.1, a()))
            .prop_map(|(c, hand, stale)| Act::Hand(c, hand, stale)),
        1 => c().prop_map(Act::Requeue),
        1 => c().prop_map(Act::Whisper),
        1 => (c(), a()).prop_map(|(c, a)| Act::Reassign(c, a)),
        1 => (a(), c()).prop_map(|(a, c)| Act::TakeOver(a, c)),
        1 => (c(), any::<bool>()).prop_map(|(c, upheld)| Act::Review(c, upheld)),
        1 => (a(), c()).prop_map(|(a, c)| Act::EndWrapUp(a, c)),
        7 => ms.prop_map(Act::Later),
        1 => Just(Act::Restart),
    ]
}

/// So many lists of commands; `SANAD_LISTS` for more.
fn cases(usual: u32) -> u32 {
    std::env::var("SANAD_LISTS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn agree(
    acts: &[Act],
    grounds: Vec<(&str, impl Fn(&Arc<ManualClock>) -> Ground)>,
) -> Result<(), TestCaseError> {
    let memory =
        |clock: &Arc<ManualClock>| Ground::Memory(Arc::new(MemoryStore::new(clock.clone())));
    let expected = Side::on(memory).lives(acts);
    for (name, ground) in grounds {
        let told = Side::on(ground).lives(acts);
        for (number, (told, expected)) in told.iter().zip(&expected).enumerate() {
            for (told, expected) in told.iter().zip(expected) {
                prop_assert_eq!(told, expected, "{}: {} {:?}", name, number, &acts[number]);
            }
            prop_assert_eq!(told.len(), expected.len(), "{}: {}", name, number);
        }
        prop_assert_eq!(told.len(), expected.len(), "{}", name);
    }
    Ok(())
}

/// At first somebody is there, so that conversations come far.
fn acts() -> impl Strategy<Value = Vec<Act>> {
    let morning = || {
        let starts = (0..CUSTOMERS).map(|c| Act::Start(c, Language::ALL[c % 2]));
        let staff = (0..AGENTS).flat_map(|a| [Act::SignIn(a, 0), Act::Presence(a, 0)]);
        starts.chain(staff).collect::<Vec<_>>()
    };
    (prop::bool::weighted(0.8), vec(act(), 1..80)).prop_map(move |(staffed, acts)| {
        let morning = if staffed { morning() } else { Vec::new() };
        morning.into_iter().chain(acts).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(100), failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_application_does_the_same_on_a_file(acts in acts()) {
        agree(&acts, vec![("embedded", |_: &_| Ground::Embedded(Disk::new()))])?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(20), failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_application_does_the_same_on_redis_and_in_a_cluster(acts in acts()) {
        let single: fn(&Arc<ManualClock>) -> Ground = |_| Ground::Redis(now(redis::tests::blessed()));
        let cluster: fn(&Arc<ManualClock>) -> Ground =
            |_| Ground::Redis(now(redis::tests::blessed_in_cluster()));
        agree(&acts, vec![("one Redis", single), ("a cluster", cluster)])?;
    }
}

/// The same lists on a store whose clock is one millisecond late are not the same.
#[test]
fn a_difference_is_noticed() {
    let late = |clock: &Arc<ManualClock>| {
        clock.advance(std::time::Duration::from_millis(1));
        Ground::Memory(Arc::new(MemoryStore::new(clock.clone())))
    };
    let acts = [Act::Start(0, Language::Ar)];
    assert!(agree(&acts, vec![("late", late)]).is_err());
}

/// A comparison of nothing proves nothing: the acts lead to everything that can happen.
#[test]
fn the_commands_reach_what_they_are_meant_to_compare() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = String::new();
    for _ in 0..120 {
        let acts = acts().new_tree(&mut runner).expect("acts").current();
        let memory =
            |clock: &Arc<ManualClock>| Ground::Memory(Arc::new(MemoryStore::new(clock.clone())));
        let told = Side::on(memory).lives(&acts);
        seen.extend(told.into_iter().flatten().map(|line| line + "\n"));
    }
    let needed = [
        "AgentJoined",
        "AgentSaid",
        "ResolutionProposed",
        "ResolutionConfirmed",
        "ResolutionDenied",
        "PromiseMade",
        "AgentLeft",
        "OwnershipLost",
        "RequestMismatch",
        "WrongState",
        "Superseded",
        "Emergency",
    ];
    let missing: Vec<&&str> = needed.iter().filter(|what| !seen.contains(**what)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}
