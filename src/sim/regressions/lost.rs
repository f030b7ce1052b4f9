//! One slot that is lost, or one record that is damaged, concerns only whoever is in it.

use super::*;
use crate::app::audit::Audited;
use crate::app::findings::Code;
use crate::app::retention::Retention;
use crate::ports::store::{EntityKey, StoreError, Why};

const LOST: u16 = 0;
const THERE: u16 = 1;

fn ids_in(bucket: u16) -> impl Iterator<Item = ConversationId> {
    let ids = (0..).map(|n| ConversationId::parse(&format!("c{n}")).unwrap());
    ids.filter(move |id| keys::bucket_of(id, 2) == bucket)
}

fn loses(call: &Call<'_>) -> Fate {
    let reason = "another server took over".to_owned();
    let lost = StoreError::Unavailable { maybe_applied: false, why: Why::Lost, reason };
    match call.slot {
        Some(slot) if *slot == keys::bucket(LOST) => Fault::Refused(lost).into(),
        _ => Fate::default(),
    }
}

/// Two buckets, with a conversation in each that waits for a person.
async fn two_buckets() -> (Arc<MemoryStore>, Arc<Faulty>, App) {
    let clock = VirtualClock::starting_at(Timestamp::from_millis(1_000_000));
    let memory = Arc::new(MemoryStore::new(Arc::new(clock)));
    let faulty = Arc::new(Faulty::new(memory.clone(), NoFaults));
    let app = app_over(faulty.clone(), 2, 1, "one");
    app.recover().await.unwrap();
    for bucket in [LOST, THERE] {
        asks_for_human(&app, &ids_in(bucket).next().unwrap()).await;
    }
    (memory, faulty, app)
}

async fn asks_for_human(app: &App, id: &ConversationId) {
    let customer = CustomerId::parse("customer").unwrap();
    app.start(id.clone(), customer, None).await.unwrap();
    app.command(id, None, Command::RequestHuman).await.unwrap();
}

async fn damage(store: &Faulty, slot: &Slot, key: EntityKey) {
    let mut change = store.load(slot, std::slice::from_ref(&key), &[]).await.unwrap().change(1);
    change.put(key, &"broken");
    store.commit(change).await.unwrap();
}

#[tokio::test]
async fn lists_show_what_is_there_and_what_ended_there_is_let_go() {
    let (_, faulty, app) = two_buckets().await;
    let ended = ids_in(THERE).next().unwrap();
    app.command(&ended, None, Command::Leave).await.unwrap();
    faulty.set_plan(loses);
    let listed = app.list_conversations(None, 10, |_| true).await.unwrap().conversations;
    assert_eq!(listed.iter().map(|c| &c.id).collect::<Vec<_>>(), [&ended]);
    assert!(app.list_promises(10, false).await.unwrap().is_empty());
    assert!(app.list_blocks(10).await.unwrap().is_empty());
    assert!(app.parked().await.unwrap().is_empty());
    let retention = Retention { after: Duration::ZERO, archive: None };
    app.retire(&retention).await.expect("the others' are let go");
}

#[tokio::test]
async fn what_is_lost_or_damaged_keeps_nobody_from_starting_and_nothing_else_from_its_audit() {
    let (memory, faulty, app) = two_buckets().await;
    let [damaged, differs] = ids_in(THERE).take(2).collect::<Vec<_>>().try_into().unwrap();
    let pool = app.slots().pop().unwrap();
    let pool_before = memory.checkpoint(&pool);
    asks_for_human(&app, &differs).await;
    damage(&faulty, &keys::bucket(THERE), keys::conversation(&damaged)).await;
    // The pool loses its tail: the last one's place.
    pool_before();
    faulty.set_plan(loses);

    // The bucket, the conversation in it that the pool names, and the damaged one.
    let audited = app.audit().await.unwrap();
    assert_eq!(audited, Audited { repairs: 1, passed_over: 3 });
    app_over(faulty.clone(), 2, 1, "another").recover().await.unwrap();
    // Without its pool nothing can be compared.
    faulty.set_plan(move |call: &Call<'_>| match call.slot {
        Some(slot) if *slot == pool => Fault::unavailable().into(),
        _ => Fate::default(),
    });
    assert!(app.audit().await.is_err());
}

#[tokio::test]
async fn a_damaged_place_and_agent_keep_nobody_else_from_being_served_and_are_named() {
    let shop = Shop::open(3).await;
    let [broken, other] = [("c1", "agent0"), ("c2", "agent1")];
    shop.asks_for_human().await;
    asks_for_human(&shop.app, &ConversationId::parse(other.0).unwrap()).await;
    let pool = shop.app.slots().pop().unwrap();
    for agent in [broken.1, other.1, "agent2"] {
        // Nobody takes offers yet: that is what the second instance is to see.
        let agent = AgentId::parse(agent).unwrap();
        shop.app.sign_in(&agent, Duration::from_secs(60), None).await.unwrap();
    }
    let agent_key = keys::agent(&AgentId::parse(broken.1).unwrap());
    damage(&shop.faulty, &pool, keys::place(&shop.id)).await;
    damage(&shop.faulty, &pool, agent_key.clone()).await;

    // Another instance starts, and serves the rest.
    let second = app_on(shop.faulty.clone(), 3, "second");
    second.recover().await.expect("it starts");
    let audited = second.audit().await.unwrap();
    assert_eq!(audited, Audited { repairs: 0, passed_over: 2 });
    let agent = AgentId::parse(other.1).unwrap();
    let session = second.agent(&agent).await.unwrap().incarnation;
    second.set_presence(&agent, session, Presence::Available, None).await.unwrap();
    shop.clock.advance(Duration::from_secs(5));
    second.match_now().await;
    assert_eq!(second.agent(&agent).await.unwrap().held.len(), 1, "the other is offered");
    let board = second.board().await.expect("the floor is seen");
    assert_eq!((board.agents.len(), board.held.len()), (2, 1));

    // Both are named.
    let named = |findings: Vec<crate::app::findings::Finding>| {
        let named = findings.into_iter().filter(|finding| {
            matches!(finding.code, Code::Damaged | Code::DamagedInPool | Code::StoreAway)
        });
        named.map(|mut finding| finding.facts.remove("what").unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(named(second.diagnose().await), ["a:agent0", "i:c1"]);

    // Whoever vanishes is noticed although the damaged one's lease has ended too.
    shop.clock.advance(Duration::from_secs(120));
    second.watch_leases().await.expect("the others' leases are watched");
    assert!(second.agent(&agent).await.unwrap().held.is_empty(), "the offer is taken back");

    // What is said to be done about it helps.
    let removed = [agent_key, keys::place(&shop.id)];
    let mut change = shop.faulty.load(&pool, &removed, &[]).await.unwrap().change(2);
    for key in removed {
        change.delete(key);
    }
    shop.faulty.commit(change).await.unwrap();
    second.recover().await.unwrap();
    let left = second.repair(&shop.id, true).await.unwrap().left;
    assert!(left.is_empty(), "{left:?}");
    assert!(matches!(second.place(&shop.id).await, Ok(Some(Place::Here(_)))));
    second.agent(&AgentId::parse(broken.1).unwrap()).await.expect("declared anew");
    assert_eq!(named(second.diagnose().await), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_lost_keeps_nothing_else_from_being_erased_again_and_is_not_tried_at_once() {
    let (_, faulty, app) = two_buckets().await;
    let list = Arc::new(Noted::default());
    let app = app.noting_erasures_in(list.clone());
    let there: Vec<_> = ids_in(THERE).take(2).collect();
    asks_for_human(&app, &there[1]).await;
    let lost = ids_in(LOST).next().unwrap();
    list.note(&[there.clone(), vec![lost]].concat()).await.unwrap();
    faulty.set_plan(loses);
    let (mut erased, mut last) = (0, None);
    for _ in 0..10 {
        let (count, left) = app.erase_again().await.unwrap();
        erased += count;
        last = left;
        if last.as_ref().is_some_and(|left| !left.is_passing) {
            break;
        }
    }
    let left = last.unwrap();
    assert_eq!((erased, left.conversations, left.is_passing), (2, 1, false), "{left}");
    assert!(matches!(left.why, AppError::Store(StoreError::Unavailable { why: Why::Lost, .. })));
    // What is only away may be back in a moment.
    faulty.set_plan(|_: &Call<'_>| Fault::unavailable().into());
    assert!(app.erase_again().await.unwrap().1.unwrap().is_passing);
}
