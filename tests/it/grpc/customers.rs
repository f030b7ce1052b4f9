//! Customers whom the host site knows: claimed at login, resumed on another device, told about,
//! handed their data, and forgotten.

use super::world::*;
use sanad::app::retention::Retention;
use sanad::domain::facts::{Fact, Facts};
use sanad::domain::time::Timestamp;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::subscribe_events_response::Frame;
use sanad::grpc::tokens::CustomerTokens;
use sanad::ports::clock::Clock;
use sanad::ports::store::{EntityKey, Index, Kind, LogId, Observed};
use sanad::store::archive::FolderArchive;
use sanad::store::memory::MemoryStore;
use sanad::store::stored::Rewind;
use std::sync::Arc;
use std::time::Duration;
use tonic::{Code, Status};

const HOUR: Duration = Duration::from_secs(3600);
const SECRET_WORDS: &str = "my grandmother's blue teapot";

fn identity(world: &World, key: &str) -> String {
    let facts = Facts::from([
        ("customer_name".to_owned(), Fact::Text("Mona".to_owned())),
        ("order_number".to_owned(), Fact::Number(481_216.0)),
    ]);
    world.identity.mint(key, &facts, world.clock.now() + HOUR).unwrap()
}

async fn begin<'w>(world: &'w World, token: &str) -> Result<Customer<'w>, Status> {
    let request = pb::StartConversationRequest {
        request_id: world.fresh(),
        language: "en".to_owned(),
        identity_token: token.to_owned(),
        ..Default::default()
    };
    let started = world.chat().start_conversation(request).await?.into_inner();
    Ok(Customer {
        world,
        id: started.conversation.unwrap().conversation_id,
        token: started.customer_token,
        resume_token: started.resume_token,
    })
}

async fn mine(world: &World, token: &str, only_open: bool) -> Result<Vec<String>, Status> {
    let request = pb::ListMyConversationsRequest {
        identity_token: token.to_owned(),
        only_open,
        page_size: 0,
    };
    let listed = world.chat().list_my_conversations(request).await?.into_inner().conversations;
    Ok(listed.into_iter().map(|c| c.conversation.unwrap().conversation_id).collect())
}

async fn resume<'w>(world: &'w World, token: &str, id: &str) -> Result<Customer<'w>, Status> {
    let request = pb::ResumeConversationRequest {
        identity_token: token.to_owned(),
        conversation_id: id.to_owned(),
    };
    let resumed = world.chat().resume_conversation(request).await?.into_inner();
    let (id, token) = (id.to_owned(), resumed.customer_token);
    Ok(Customer { world, id, token, resume_token: String::new() })
}

async fn identify(customer: &Customer<'_>, token: &str) -> Result<(), Status> {
    let request = pb::IdentifyCustomerRequest {
        conversation_id: customer.id.clone(),
        request_id: customer.world.fresh(),
        identity_token: token.to_owned(),
    };
    let mut chat = customer.world.chat();
    chat.identify_customer(with(request, &customer.token)).await.map(|_| ())
}

#[tokio::test]
async fn an_anonymous_conversation_becomes_the_customers_and_goes_on_on_another_device() {
    let world = World::open().await;
    let phone = world.customer().await;
    phone.say("how much is delivery").await;
    let mona = identity(&world, "user 17@shop");
    assert!(mine(&world, &mona, true).await.unwrap().is_empty());
    identify(&phone, &mona).await.unwrap();
    identify(&phone, &mona).await.expect("logging in again changes nothing");
    assert_eq!(mine(&world, &mona, true).await.unwrap(), [phone.id.as_str()]);

    let laptop = resume(&world, &mona, &phone.id).await.unwrap();
    let mut on_phone = phone.stream("").await;
    let mut on_laptop = laptop.stream("").await;
    laptop.say("what are your opening hours").await;
    let is_it =
        |event: &pb::Event| text_of(event).as_deref() == Some("what are your opening hours");
    on_phone.event(is_it).await;
    on_laptop.event(is_it).await;

    let other = identity(&world, "user 18@shop");
    assert!(mine(&world, &other, false).await.unwrap().is_empty());
    let refused = resume(&world, &other, &phone.id).await.err().unwrap();
    assert_eq!(refused.code(), Code::NotFound, "another's looks like none");
    let refused = identify(&phone, &other).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "it is Mona's already");
}

#[tokio::test]
async fn a_device_id_that_could_be_guessed_begins_nothing() {
    let world = World::open().await;
    let begin = async |device: &str| {
        let request = pb::StartConversationRequest {
            request_id: "the-same".to_owned(),
            device_id: device.to_owned(),
            ..Default::default()
        };
        world.chat().start_conversation(request).await
    };
    for guessed in ["", "1", "device-of-mine-"] {
        let refused = begin(guessed).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{guessed:?}");
        assert!(refused.message().contains("device_id"), "{refused:?}");
    }
    begin("device-of-mine-1").await.expect("sixteen are enough");
}

#[tokio::test]
async fn only_what_the_host_has_signed_for_us_and_for_now_is_believed() {
    let world = World::open().await;
    let good = identity(&world, "user-17");
    let forged = format!("{}x", &good[..good.len() - 1]);
    let refused = begin(&world, &forged).await.err().unwrap();
    assert_eq!(refused.code(), Code::Unauthenticated);
    world.clock.advance(HOUR + HOUR);
    let refused = mine(&world, &good, false).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "it has expired");
    let request = pb::StartConversationRequest {
        request_id: world.fresh(),
        device_id: "kc_somebody_elses_id".to_owned(),
        ..Default::default()
    };
    let refused = world.chat().start_conversation(request.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "a device is nobody the host knows");

    // A platform speaks for its customers; nobody else says what is known of them.
    let told = pb::StartConversationRequest {
        device_id: String::new(),
        customer_key: "user-17".to_owned(),
        facts: [("plan".to_owned(), fact("gold"))].into(),
        ..request
    };
    let refused = world.chat().start_conversation(told.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let platform = world.key(Role::Platform, "main");
    let started = world.chat().start_conversation(with(told, &platform)).await.unwrap();
    let id = started.into_inner().conversation.unwrap().conversation_id;
    let again = identity(&world, "user-17");
    assert_eq!(mine(&world, &again, true).await.unwrap(), [id], "the same customer");
}

fn fact(text: &str) -> pb::Fact {
    pb::Fact { value: Some(pb::fact::Value::Text(text.to_owned())) }
}

#[tokio::test]
async fn the_agent_is_told_what_the_host_tells_and_the_customer_is_not() {
    let world = World::open().await;
    let mona = begin(&world, &identity(&world, "user-17")).await.unwrap();
    mona.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    let request = pb::GetHandoffPacketRequest {
        session: sara.session(),
        conversation_id: mona.id.clone(),
        token: offer.token,
        language: String::new(),
    };
    let packet = world.agents().get_handoff_packet(with(request, &sara.key)).await.unwrap();
    let packet = packet.into_inner().packet.unwrap();
    assert!(packet.known_customer);
    assert_eq!(packet.facts["customer_name"], fact("Mona"));
    let request = pb::ListMessagesRequest {
        conversation_id: mona.id.clone(),
        page_size: 100,
        ..Default::default()
    };
    let listed = world.chat().list_messages(with(request, &mona.token)).await.unwrap();
    assert!(!format!("{listed:?}").contains("481216"), "facts are for agents");
}

/// All that the store holds: every body of every entity and record that can be found by the names
/// there are.
async fn everything(world: &World, ids: &[String]) -> String {
    let store = world.app.store();
    let mut seen = String::new();
    for slot in world.app.slots() {
        for index in [Index::CONVERSATIONS, Index::ITEMS, Index::AGENTS, Index::DUE] {
            let rows = store.range(&slot, index, None, i64::MAX, 1_000).await.unwrap();
            seen.push_str(&format!("{rows:?}"));
        }
        let kinds = [Kind::Conversation, Kind::Item, Kind::Outbox];
        let keys: Vec<EntityKey> = ids
            .iter()
            .flat_map(|id| kinds.map(|kind| EntityKey::new(kind, id.clone())))
            .chain([EntityKey::new(Kind::Agent, "sara")])
            .collect();
        let snapshot = store.load(&slot, &keys, &[]).await.unwrap();
        for key in &keys {
            if let Observed::Present { body, .. } = snapshot.observed(key) {
                seen.push_str(std::str::from_utf8(body).unwrap());
            }
        }
        let logs = ids.iter().map(|id| format!("l/{id}")).chain(["i/sara".to_owned()]);
        for log in logs {
            let page = store.read_log(&slot, &LogId(log), 0, 1_000).await.unwrap();
            for record in page.records {
                seen.push_str(std::str::from_utf8(&record.body).unwrap());
            }
        }
    }
    seen
}

#[tokio::test]
async fn what_is_exported_is_what_was_said_and_what_is_erased_is_nowhere() {
    let world = World::open().await;
    let token = identity(&world, "user-17");
    let mona = begin(&world, &token).await.unwrap();
    mona.say(SECRET_WORDS).await;
    mona.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    sara.say(&mona.id, offer.token, "I see the teapot, Mona").await.unwrap();
    let second = begin(&world, &token).await.unwrap();
    second.say(SECRET_WORDS).await;

    let request =
        pb::ExportMyDataRequest { conversation_id: mona.id.clone(), identity_token: token.clone() };
    let pieces = world.chat().export_my_data(with(request, &mona.token)).await.unwrap();
    let mut pieces = pieces.into_inner();
    let mut exported = String::new();
    while let Some(piece) = pieces.message().await.unwrap() {
        exported.push_str(&piece.lines);
    }
    let lines: Vec<serde_json::Value> =
        exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |id: &str, text: &str| {
        lines.iter().any(|line| line["conversation_id"] == *id && line["text"] == *text)
    };
    assert!(said(&mona.id, SECRET_WORDS) && said(&second.id, SECRET_WORDS), "{exported}");
    assert!(said(&mona.id, "I see the teapot, Mona"));
    assert!(exported.contains("\"customer_name\":\"Mona\""));

    let ids = [mona.id.clone(), second.id.clone()];
    assert!(everything(&world, &ids).await.contains("teapot"), "the search finds what is there");
    let mut watching = mona.stream(&mona.resume_token).await;
    let request = || pb::EraseCustomerRequest {
        request_id: world.fresh(),
        customer: Some(pb::CustomerSelector {
            by: Some(pb::customer_selector::By::CustomerKey("user-17".to_owned())),
        }),
    };
    let supervisor = world.key(Role::Supervisor, "main");
    let refused = world.admins().erase_customer(with(request(), &supervisor)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let admin = world.key(Role::Admin, "main");
    let erased = world.admins().erase_customer(with(request(), &admin)).await.unwrap();
    assert_eq!(erased.into_inner().conversations, 2);
    let erased = world.admins().erase_customer(with(request(), &admin)).await.unwrap();
    assert_eq!(erased.into_inner().conversations, 0, "there is nothing left");

    let left = everything(&world, &ids).await;
    for gone in ["teapot", "Mona", "481216", "grandmother"] {
        assert!(!left.contains(gone), "{gone} is still in {left}");
    }
    watching.event(|event| matches!(event.body, Some(Body::Erased(_)))).await;
    let mut again = mona.stream(&mona.resume_token).await;
    match again.next().await.unwrap() {
        Frame::Reset(reset) => {
            assert_eq!(reset.reason(), pb::ResetReason::Erased);
            assert!(!format!("{reset:?}").contains("teapot"));
        }
        frame => panic!("{frame:?}"),
    }
    let request = pb::SendMessageRequest {
        conversation_id: mona.id.clone(),
        request_id: world.fresh(),
        content: Some(pb::send_message_request::Content::Text("hello?".to_owned())),
        sent_at: None,
        parts: Vec::new(),
    };
    let refused = world.chat().send_message(with(request, &mona.token)).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert!(mine(&world, &token, false).await.unwrap().is_empty());
    assert!(sara.work().await.unwrap().assignments.is_empty(), "nobody holds it any more");
    assert!(world.clock.now() > Timestamp::ZERO);
}

async fn end(customer: &Customer<'_>) {
    let request = pb::EndConversationRequest {
        conversation_id: customer.id.clone(),
        request_id: customer.world.fresh(),
    };
    customer.world.chat().end_conversation(with(request, &customer.token)).await.unwrap();
}

/// What is exported to whoever holds this conversation's token, with what the host has signed.
async fn exported(customer: &Customer<'_>, identity: &str) -> Result<String, Status> {
    let request = pb::ExportMyDataRequest {
        conversation_id: customer.id.clone(),
        identity_token: identity.to_owned(),
    };
    let mut chat = customer.world.chat();
    let mut pieces = chat.export_my_data(with(request, &customer.token)).await?.into_inner();
    let mut exported = String::new();
    while let Some(piece) = pieces.message().await? {
        exported.push_str(&piece.lines);
    }
    Ok(exported)
}

async fn erase(customer: &Customer<'_>, identity: &str) -> Result<(u32, u32), Status> {
    let request = pb::EraseMyDataRequest {
        conversation_id: customer.id.clone(),
        request_id: customer.world.fresh(),
        identity_token: identity.to_owned(),
    };
    let mut chat = customer.world.chat();
    let erased = chat.erase_my_data(with(request, &customer.token)).await?.into_inner();
    Ok((erased.conversations, erased.archived_conversations))
}

/// All bytes of the archive.
fn archived(world: &World) -> String {
    let files = std::fs::read_dir(world.archive()).unwrap().map(|file| file.unwrap().path());
    files.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[tokio::test]
async fn what_has_left_for_the_archive_is_exported_and_erased_too_and_nobody_elses_is() {
    let world = World::open().await;
    let days = Duration::from_secs(24 * 60 * 60) * 91;
    let archive = Arc::new(FolderArchive::new(world.archive()));
    let retention = Retention { after: days - HOUR, archive: Some(archive) };
    let mona = begin(&world, &identity(&world, "user-17")).await.unwrap();
    mona.say(SECRET_WORDS).await;
    end(&mona).await;
    let nobody = world.customer().await;
    nobody.say("my uncle's green kettle").await;
    end(&nobody).await;
    world.clock.advance(days);
    assert_eq!(world.app.retire(&retention).await.unwrap(), 2);
    let (ours, before) = (identity(&world, "user-17"), archived(&world));
    assert!(before.contains("teapot") && before.contains("kettle"));

    let again = begin(&world, &ours).await.unwrap();
    again.say("hello again").await;
    let told = exported(&again, &ours).await.unwrap();
    assert!(told.contains("teapot") && told.contains("hello again"), "{told}");
    assert!(!told.contains("kettle"), "it is another's: {told}");
    assert!(!exported(&again, "").await.unwrap().contains("teapot"), "the token opens one only");

    assert_eq!(erase(&again, &ours).await.unwrap(), (1, 1));
    assert_eq!(erase(&again, &ours).await.unwrap(), (0, 0));
    let left = archived(&world);
    assert!(!left.contains("teapot") && left.contains("kettle"), "{left}");

    // Whoever was never known erases by the token of the conversation, and operators by its id.
    let token = CustomerTokens::new([7; 32]).issue(&nobody.conversation(), world.clock.now()).token;
    let nobody = Customer { token, ..nobody };
    assert!(exported(&nobody, "").await.unwrap().contains("kettle"));
    assert_eq!(erase(&nobody, "").await.unwrap(), (0, 1));
    assert!(!archived(&world).contains("kettle"));
    let nothing = erase(&nobody, "").await.unwrap_err();
    assert_eq!(nothing.code(), Code::NotFound);

    // What is erased leaves the store in its turn, and nothing of it is archived.
    world.clock.advance(days);
    assert_eq!(world.app.retire(&retention).await.unwrap(), 1);
    assert!(!archived(&world).contains(&again.id));
}

#[tokio::test]
async fn what_was_erased_is_erased_again_when_an_earlier_copy_of_the_store_is_restored() {
    let clock = TestClock::new();
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let world = World::on(store.clone(), clock).await;
    let (one, other) = (identity(&world, "user-17"), identity(&world, "user-18"));
    let waiting = begin(&world, &one).await.unwrap();
    waiting.say(SECRET_WORDS).await;
    waiting.ask_for_a_person().await;
    let ended = begin(&world, &one).await.unwrap();
    ended.say(SECRET_WORDS).await;
    end(&ended).await;
    let omar = begin(&world, &other).await.unwrap();
    omar.say(SECRET_WORDS).await;
    let earlier: Vec<_> = world.app.slots().iter().map(|slot| store.checkpoint(slot)).collect();

    while erase(&waiting, &one).await.is_err_and(|told| told.code() == Code::Unavailable) {
        // The pool lets go of who waits.
        tokio::task::yield_now().await;
    }
    earlier.iter().for_each(|restore| restore());
    let ids = [waiting.id.clone(), ended.id.clone()];
    assert!(everything(&world, &ids).await.contains("teapot"), "all of it is there again");
    assert_eq!(mine(&world, &one, false).await.unwrap().len(), 2);

    let mut erased = 0;
    loop {
        let (count, left) = world.app.erase_again().await.unwrap();
        erased += count;
        match left {
            None => break,
            Some(left) if left.is_passing => tokio::task::yield_now().await,
            Some(left) => panic!("{left}"),
        }
    }
    assert_eq!(erased, 2);
    let left = everything(&world, &ids).await;
    assert!(!left.contains("teapot") && !left.contains("Mona"), "{left}");
    assert_eq!(mine(&world, &one, false).await.unwrap(), Vec::<String>::new());
    assert_eq!(mine(&world, &other, false).await.unwrap(), std::slice::from_ref(&omar.id));
    assert!(exported(&omar, &other).await.unwrap().contains("teapot"), "nobody else's is erased");
    // Who comes back is a customer like any other.
    let again = begin(&world, &one).await.unwrap();
    assert_eq!(mine(&world, &one, false).await.unwrap(), std::slice::from_ref(&again.id));
}

#[tokio::test]
async fn nobody_exports_or_erases_what_is_anothers() {
    let world = World::open().await;
    let (one, other) = (identity(&world, "user-17"), identity(&world, "user-18"));
    let mona = begin(&world, &one).await.unwrap();
    mona.say(SECRET_WORDS).await;
    let omar = begin(&world, &other).await.unwrap();

    // Another's conversation with one's own token: the token does not open it.
    let thief = Customer { token: omar.token.clone(), ..begin(&world, &one).await.unwrap() };
    let thief = Customer { id: mona.id.clone(), ..thief };
    for refused in [
        exported(&thief, &other).await.err(),
        erase(&thief, &other).await.err(),
        identify(&thief, &other).await.err(),
    ] {
        assert_eq!(refused.unwrap().code(), Code::NotFound);
    }
    // One's own conversation with another's name: they are not the same customer's.
    assert_eq!(exported(&omar, &one).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(erase(&omar, &one).await.unwrap_err().code(), Code::NotFound);
    // Forged, and nothing at all.
    let forged = format!("{one}x");
    assert_eq!(erase(&omar, &forged).await.unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(exported(&omar, &forged).await.unwrap_err().code(), Code::Unauthenticated);
    for nothing in ["", "a.b.c", forged.as_str()] {
        assert_eq!(mine(&world, nothing, false).await.unwrap_err().code(), Code::Unauthenticated);
        let refused = resume(&world, nothing, &mona.id).await.err().unwrap();
        assert_eq!(refused.code(), Code::Unauthenticated);
    }
    assert!(exported(&mona, &one).await.unwrap().contains("teapot"), "all is still there");
}
