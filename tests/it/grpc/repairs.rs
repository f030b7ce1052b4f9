//! What operators find and mend: each fault is made on purpose through the store's port, found by a
//! repair that changes nothing, and mended by one that may.

use super::world::*;
use sanad::app::keys::{self, Due};
use sanad::app::stored::Owed;
use sanad::domain::conversation::state::{Conversation, State};
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::ports::store::{EntityKey, Index, Slot, Transaction};
use std::time::Duration;
use tonic::Code;

/// Changes one slot behind everybody's back.
async fn meddle(world: &World, slot: &Slot, key: &EntityKey, edit: impl FnOnce(&mut Transaction)) {
    let store = world.app.store();
    let mut change = store.load(slot, std::slice::from_ref(key), &[]).await.unwrap().change(7);
    edit(&mut change);
    store.commit(change).await.unwrap();
}

fn bucket(world: &World, customer: &Customer<'_>) -> Slot {
    let buckets = world.app.settings().buckets;
    keys::bucket(keys::bucket_of(&customer.conversation(), buckets))
}

fn pool(world: &World) -> Slot {
    keys::pool(&world.app.rules().routing.pool)
}

async fn repair(world: &World, id: &str, apply: bool) -> pb::RepairConversationResponse {
    let key = world.key(Role::Supervisor, "main");
    let request = pb::RepairConversationRequest { conversation_id: id.to_owned(), apply };
    world.admins().repair_conversation(with(request, &key)).await.unwrap().into_inner()
}

fn codes(findings: &[pb::Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// Finds these faults, twice, because looking changes nothing; then mends them all.
async fn finds_and_mends(world: &World, customer: &Customer<'_>, expected: &[&str]) {
    for _ in 0..2 {
        let seen = repair(world, &customer.id, false).await;
        assert_eq!(codes(&seen.found), expected, "{:#?}", seen.found);
        assert!(seen.found.iter().all(|finding| !finding.advice.is_empty()));
    }
    let mended = repair(world, &customer.id, true).await;
    assert_eq!(codes(&mended.found), expected);
    assert!(mended.left.is_empty() && mended.failed.is_empty(), "{mended:#?}");
}

#[tokio::test]
async fn a_sound_conversation_has_no_faults_and_one_that_never_was_is_not_found() {
    let world = World::open().await;
    let customer = world.customer().await;
    assert!(repair(&world, &customer.id, true).await.found.is_empty());
    customer.ask_for_a_person().await;
    assert!(repair(&world, &customer.id, true).await.found.is_empty());
    let key = world.key(Role::Supervisor, "main");
    let request = pb::RepairConversationRequest { conversation_id: "c9".into(), apply: true };
    let status = world.admins().repair_conversation(with(request, &key)).await.unwrap_err();
    assert_eq!(refusal(&status).0, Code::NotFound);
}

#[tokio::test]
async fn a_parked_delivery_is_delivered() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let (slot, key) = (bucket(&world, &customer), keys::outbox(&customer.conversation()));
    meddle(&world, &slot, &key, |change| {
        let mut owed = Owed::new(sanad::domain::time::Timestamp::from_millis(1));
        owed.refusals = 20;
        owed.refused_because = Some("they said no".to_owned());
        change.put(key.clone(), &owed);
        change.index_put(Index::PARKED, customer.id.clone(), 1);
    })
    .await;
    let seen = repair(&world, &customer.id, false).await;
    assert!(seen.found[0].says.contains("they said no"), "{:?}", seen.found);
    finds_and_mends(&world, &customer, &["parked_delivery"]).await;
    let parked = world.app.store().range(&slot, Index::PARKED, None, i64::MAX, 9).await.unwrap();
    assert!(parked.is_empty());
}

#[tokio::test]
async fn a_place_that_the_pool_has_lost_is_given_back() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let (slot, key) = (pool(&world), keys::place(&customer.conversation()));
    meddle(&world, &slot, &key, |change| {
        change.delete(key.clone());
        change.index_remove(Index::ITEMS, customer.id.clone());
    })
    .await;
    finds_and_mends(&world, &customer, &["sides_differ"]).await;
    let place = world.app.place(&customer.conversation()).await.unwrap();
    assert!(matches!(place, Some(sanad::domain::pool::item::Place::Here(_))), "{place:?}");
}

#[tokio::test]
async fn a_place_that_an_agent_held_is_given_back_and_to_them_in_one_go() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut hers = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = hers.offer().await;
    sara.accept(&offer).await.unwrap();
    soon(async {
        let owned = |c: &Conversation| matches!(c.state, State::Human { .. });
        while !owned(&world.app.conversation(&customer.conversation()).await.unwrap()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let (slot, key) = (pool(&world), keys::place(&customer.conversation()));
    meddle(&world, &slot, &key, |change| {
        change.delete(key.clone());
        change.index_remove(Index::ITEMS, customer.id.clone());
    })
    .await;
    finds_and_mends(&world, &customer, &["sides_differ"]).await;
}

#[tokio::test]
async fn a_place_whose_conversation_is_lost_is_given_up() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let (slot, key) = (bucket(&world, &customer), keys::conversation(&customer.conversation()));
    meddle(&world, &slot, &key, |change| {
        change.delete(key.clone());
    })
    .await;
    finds_and_mends(&world, &customer, &["sides_differ"]).await;
}

#[tokio::test]
async fn a_lost_timer_and_a_lost_list_entry_are_set_again() {
    let world = World::open().await;
    let customer = world.customer().await;
    let (slot, key) = (bucket(&world, &customer), keys::conversation(&customer.conversation()));
    let due = Due::Conversation(customer.conversation()).member();
    meddle(&world, &slot, &key, |change| {
        change.index_remove(Index::DUE, due.clone());
        change.index_remove(Index::CONVERSATIONS, customer.id.clone());
    })
    .await;
    finds_and_mends(&world, &customer, &["timer_lost", "unlisted"]).await;
    let dues = world.app.store().range(&slot, Index::DUE, None, i64::MAX, 9).await.unwrap();
    assert!(dues.iter().any(|(_, member)| *member == due), "{dues:?}");
}

#[tokio::test]
async fn an_offer_that_nobody_ends_is_ended() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut hers = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = hers.offer().await;
    let (slot, key) = (pool(&world), keys::place(&customer.conversation()));
    let due = Due::Place(customer.conversation()).member();
    meddle(&world, &slot, &key, |change| {
        change.index_remove(Index::DUE, due);
        // Sara stays, however far the clock is moved.
        change.index_put(Index::LEASES, "sara", i64::MAX / 4);
    })
    .await;
    world.clock.advance(world.app.rules().routing.offers.timeout + Duration::from_secs(15));
    finds_and_mends(&world, &customer, &["offer_stuck", "timer_lost"]).await;
    let status = sara.accept(&offer).await.unwrap_err();
    assert_ne!(status.code(), Code::Ok, "the offer is over");
}

#[tokio::test]
async fn an_agent_without_a_lease_gets_one_that_can_end() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = soon(async {
        loop {
            if let Some(offer) = sara.work().await.unwrap().offers.first() {
                return offer.clone();
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    sara.accept(&offer).await.unwrap();
    let (slot, key) = (pool(&world), keys::agent(&agent_id("sara")));
    meddle(&world, &slot, &key, |change| {
        change.index_remove(Index::LEASES, "sara");
    })
    .await;
    finds_and_mends(&world, &customer, &["lease_lost"]).await;
    assert!(world.lease_of("sara").await.is_some());
}

#[tokio::test]
async fn an_examination_finds_what_was_broken_and_changes_nothing() {
    let world = World::open().await;
    let key = world.key(Role::Admin, "main");
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let examine = || {
        let (mut admins, key) = (world.admins(), key.clone());
        async move { admins.diagnose(with(pb::DiagnoseRequest {}, &key)).await }
    };
    let sound = examine().await.unwrap().into_inner();
    let bad = |told: &pb::DiagnoseResponse| -> Vec<String> {
        let bad = told.findings.iter().filter(|f| f.severity() != pb::FindingSeverity::Fine);
        bad.map(|finding| finding.code.clone()).collect()
    };
    assert_eq!(bad(&sound), Vec::<String>::new(), "{sound:#?}");
    let all = [
        "slots_reached",
        "leader",
        "outbox_empty",
        "due_in_time",
        "nothing_parked",
        "nobody_in_danger",
    ];
    assert!(all.iter().all(|code| codes(&sound.findings).contains(code)), "{sound:#?}");
    let (slot, place) = (pool(&world), keys::place(&customer.conversation()));
    meddle(&world, &slot, &place, |change| {
        change.delete(place.clone());
    })
    .await;
    let other = world.customer().await;
    let (slot, owed) = (bucket(&world, &other), keys::outbox(&other.conversation()));
    meddle(&world, &slot, &owed, |change| {
        change.put(owed.clone(), &Owed::new(sanad::domain::time::Timestamp::from_millis(1)));
        change.index_put(Index::PARKED, other.id.clone(), 1);
    })
    .await;
    for _ in 0..2 {
        let found = examine().await.unwrap().into_inner();
        assert_eq!(bad(&found), ["parked", "sides_drift"], "{found:#?}");
    }
}

#[tokio::test]
async fn somebody_in_danger_whom_nobody_takes_is_found() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.say("my house is on fire").await;
    let found = |after: u64| {
        world.clock.advance(Duration::from_secs(after));
        let (mut admins, key) = (world.admins(), world.key(Role::Admin, "main"));
        async move {
            let told = admins.diagnose(with(pb::DiagnoseRequest {}, &key)).await.unwrap();
            let findings = told.into_inner().findings;
            let of_danger = |code: &str| code == "in_danger" || code == "nobody_in_danger";
            findings.into_iter().find(|finding| of_danger(&finding.code)).unwrap()
        }
    };
    let waits = found(1).await;
    assert_eq!(waits.code, "nobody_in_danger", "a moment is no trouble");
    // But it is told: who reads "nobody waits" would look no further.
    assert_eq!(waits.facts["waiting"], "1", "{waits:?}");
    assert!(waits.says.contains("longer than 30 s"), "{waits:?}");
    assert_eq!(found(60).await.code, "in_danger");
    let wait = pb::GetQueueStatusRequest { conversation_id: customer.id.clone() };
    let told = world.chat().get_queue_status(with(wait, &customer.token)).await.unwrap();
    let status = told.into_inner().conversation.unwrap().queue_status.unwrap();
    assert!(status.in_danger, "clients show no number");
}
