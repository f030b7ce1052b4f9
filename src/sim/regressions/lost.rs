//! One slot that is lost, or one record that is damaged, concerns only whoever is in it.

use super::*;
use crate::app::audit::Audited;
use crate::app::retention::Retention;
use crate::ports::store::{StoreError, Why};

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
    let key = keys::conversation(&damaged);
    let slot = keys::bucket(THERE);
    let seen = faulty.load(&slot, std::slice::from_ref(&key), &[]).await.unwrap();
    let mut change = seen.change(1);
    change.put(key, &"broken");
    faulty.commit(change).await.unwrap();
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
