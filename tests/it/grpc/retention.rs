//! Ended conversations leave the store: whole, once, and nothing else does; on every store, and with
//! every step of it failing in turn.

use super::world::*;
use sanad::app::keys::{self, Due};
use sanad::app::retention::Retention;
use sanad::app::{App, Settings};
use sanad::cli::system::SystemChance;
use sanad::domain::ids::{ConversationId, RequestId};
use sanad::grpc::pb;
use sanad::grpc::tokens::CustomerTokens;
use sanad::ports::clock::Clock;
use sanad::ports::store::{Index, Observed, Slot, Store};
use sanad::store::archive::{FolderArchive, read};
use sanad::store::embedded::{EmbeddedStore, Options};
use sanad::store::faulty::{Fault, Faulty, Script};
use sanad::store::redis::address::Address;
use sanad::store::redis::link::Patience;
use sanad::store::redis::{self, RedisStore, deployment};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tonic::Code;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn to_folder(folder: &Path) -> Retention {
    Retention { after: DAY * 90, archive: Some(Arc::new(FolderArchive::new(folder))) }
}

/// A conversation that was ended by its customer, with a request that made no events and a read mark.
async fn ended(world: &World) -> Customer<'_> {
    let customer = world.customer().await;
    customer.say("where is my order").await;
    customer.ask_for_a_person().await;
    let twice = customer.ask_for_a_person().await;
    assert!(twice.events.is_empty(), "asked already: {twice:?}");
    world.app.customer_reads(&customer.conversation(), 1).await.unwrap();
    let request = pb::EndConversationRequest {
        conversation_id: customer.id.clone(),
        request_id: "the-end".to_owned(),
    };
    world.chat().end_conversation(with(request, &customer.token)).await.unwrap();
    soon(async {
        // The pool learns that nobody is needed.
        while let Some(sanad::domain::pool::item::Place::Here(_)) =
            world.app.place(&customer.conversation()).await.unwrap()
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    customer
}

fn slot_of(world: &World, id: &ConversationId) -> Slot {
    keys::bucket(keys::bucket_of(id, world.app.settings().buckets))
}

/// Nothing of it is anywhere in its bucket.
async fn nothing_is_left(store: &dyn Store, slot: &Slot, id: &ConversationId) {
    let lists = [&[Index::DUE, Index::REQUESTS][..], &Index::OF_CONVERSATIONS].concat();
    for list in lists {
        let members = store.range(slot, list, None, i64::MAX, 1_000).await.unwrap();
        let ours = members.iter().find(|(_, member)| member.contains(id.as_str()));
        assert_eq!(ours, None, "{list:?}");
    }
    assert_eq!(store.read_log(slot, &keys::log(id), 0, 10).await.unwrap().head, 0);
    let mut names = vec![keys::conversation(id), keys::outbox(id), keys::read_marks(id)];
    let requests = (0..40).map(|number| format!("r{number}")).chain(["the-end".to_owned()]);
    names.extend(
        requests.map(|name| keys::request(id, id.as_str(), &RequestId::parse(&name).unwrap())),
    );
    let seen = store.load(slot, &names, &[]).await.unwrap();
    for name in &names {
        assert!(matches!(seen.observed(name), Observed::Absent { .. }), "{name}");
    }
    let due = Due::Conversation(id.clone()).member();
    assert_eq!(
        store.load(slot, &[], &[(Index::DUE, due.clone())]).await.unwrap().score(Index::DUE, &due),
        None
    );
}

async fn tells_its_story(world: World) {
    let gone = ended(&world).await;
    let id = gone.conversation();
    let before = world.app.conversation(&id).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let retention = to_folder(folder.path());
    assert_eq!(world.app.retire(&retention).await.unwrap(), 0, "it has only just ended");
    world.clock.advance(DAY * 91);
    let open = world.customer().await;
    assert_eq!(world.app.retire(&retention).await.unwrap(), 1);
    assert_eq!(world.app.retire(&retention).await.unwrap(), 0);
    nothing_is_left(world.app.store().as_ref(), &slot_of(&world, &id), &id).await;
    open.say("where is my order").await;
    let rows = read(folder.path(), None).unwrap().rows;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].conversation.as_str(), rows[0].head), (gone.id.as_str(), before.seq));
    assert_eq!(rows[0].events.len() as u64, before.seq);
    let words = serde_json::to_string(&rows[0]).unwrap();
    assert!(words.contains("where is my order"), "what was said is in it");
    // The customer comes back to it, and begins a new one.
    let token = CustomerTokens::new([7; 32]).issue(&id, world.clock.now()).token;
    let again = pb::SendMessageRequest {
        conversation_id: gone.id.clone(),
        request_id: world.fresh(),
        content: Some(pb::send_message_request::Content::Text("hello".to_owned())),
        sent_at: None,
        parts: Vec::new(),
    };
    let status = world.chat().send_message(with(again, &token)).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CONVERSATION_NOT_KEPT".to_owned()));
    let wait = pb::GetQueueStatusRequest { conversation_id: gone.id.clone() };
    let status = world.chat().get_queue_status(with(wait, &token)).await.unwrap_err();
    assert_eq!(refusal(&status).1, "CONVERSATION_NOT_KEPT");
}

#[tokio::test]
async fn an_ended_conversation_leaves_memory_whole_and_alone() {
    tells_its_story(World::open().await).await;
}

#[tokio::test]
async fn an_ended_conversation_leaves_the_file_whole_and_alone() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let options = Options { create: true, reserve_bytes: 0, ..Options::default() };
    let file = folder.path().join("sanad.redb");
    let store = EmbeddedStore::open(file, &options, clock.clone()).unwrap();
    tells_its_story(World::on(Arc::new(store), clock).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_conversation_leaves_redis_whole_and_alone() {
    let (server, clock) = (crate::redis_server::RedisServer::start(), TestClock::new());
    let address = Address::parse(&server.url()).unwrap();
    deployment::init(address.clone(), 2, Patience::default()).await.unwrap();
    let options = redis::Options { clock: Some(clock.clone()), ..redis::Options::default() };
    let store = RedisStore::open(address, options).await.unwrap();
    let world = World::on(Arc::new(store), clock).await;
    tells_its_story(world).await;
    let left = server.cli(&["KEYS", "*:r:*"]);
    let left: Vec<&str> = left.lines().filter(|key| key.contains("the-end")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn whatever_step_fails_it_leaves_once_and_whole() {
    let world = World::open().await;
    let faults = [Fault::unavailable(), Fault::LostReply, Fault::conflict()];
    for fault in faults {
        for step in 1.. {
            let gone = ended(&world).await;
            let id = gone.conversation();
            world.clock.advance(DAY * 91);
            let folder = tempfile::tempdir().unwrap();
            let retention = to_folder(folder.path());
            let store = Faulty::new(world.app.store().clone(), Script::once(step, fault.clone()));
            let store = Arc::new(store);
            let settings =
                Settings { instance: "other".to_owned(), ..world.app.settings().clone() };
            let rules = Arc::new(world.app.rules());
            let other = App::new(store.clone(), rules, Arc::new(SystemChance), settings);
            other.retire(&retention).await.ok();
            let was_reached = store.calls() >= step;
            world.app.retire(&retention).await.unwrap();
            nothing_is_left(world.app.store().as_ref(), &slot_of(&world, &id), &id).await;
            let contents = read(folder.path(), Some(&gone.id)).unwrap();
            assert_eq!(contents.rows.len(), 1, "step {step}, {fault:?}");
            assert!(contents.doubles <= 1, "step {step}, {fault:?}");
            if !was_reached {
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_archive_that_cannot_be_written_keeps_everything_in_the_store() {
    let world = World::open().await;
    let gone = ended(&world).await;
    world.clock.advance(DAY * 91);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let error = world.app.retire(&to_folder(&file)).await.unwrap_err();
    assert!(error.to_string().contains("stay in the store"), "{error}");
    assert!(world.app.conversation(&gone.conversation()).await.is_ok());
    let for_good = Retention { after: DAY * 90, archive: None };
    assert_eq!(world.app.retire(&for_good).await.unwrap(), 1);
}
