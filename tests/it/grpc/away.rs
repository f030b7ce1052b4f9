//! What a customer meets while the store is full or away.

use super::world::*;
use sanad::app::begin::Opening;
use sanad::domain::bot::outcome::Outcome;
use sanad::domain::ids::CustomerId;
use sanad::domain::language::Language;
use sanad::grpc::pb;
use sanad::ports::clock::Clock;
use sanad::store::faulty::{Call, Fate, Fault, Faulty, Op};
use sanad::store::memory::MemoryStore;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tonic::Code;

/// A world whose store reads, and writes nothing while it is full.
async fn filled() -> (World, Arc<AtomicBool>) {
    let (clock, full) = (TestClock::new(), Arc::new(AtomicBool::new(false)));
    let plan = {
        let full = Arc::clone(&full);
        move |call: &Call<'_>| match call.op {
            Op::Commit if full.load(Ordering::SeqCst) => Fate::from(Fault::unavailable()),
            _ => Fate::default(),
        }
    };
    let store = Faulty::new(Arc::new(MemoryStore::new(clock.clone())), plan);
    (World::on(Arc::new(store), clock).await, full)
}

#[tokio::test]
async fn who_comes_while_the_store_is_full_waits_and_is_not_told_that_nothing_is_kept() {
    let (world, full) = filled().await;
    full.store(true, Ordering::SeqCst);
    let customer = world.customer().await;
    let request =
        pb::SubscribeEventsRequest { conversation_id: customer.id.clone(), ..Default::default() };
    let refused = world.chat().subscribe_events(with(request.clone(), &customer.token)).await;
    assert_eq!(refused.err().unwrap().code(), Code::Unavailable, "the stream is to be tried again");
    let say = || pb::SendMessageRequest {
        conversation_id: customer.id.clone(),
        request_id: "m1".to_owned(),
        content: Some(pb::send_message_request::Content::Text("how long is delivery".to_owned())),
        ..Default::default()
    };
    let said = world.chat().send_message(with(say(), &customer.token)).await.unwrap().into_inner();
    assert_eq!((said.mode(), said.durability()), (pb::Mode::Isolated, pb::Durability::None));
    assert!(said.message.is_none() && said.events.len() == 2, "the bot answers: {said:?}");
    full.store(false, Ordering::SeqCst);
    let said = world.chat().send_message(with(say(), &customer.token)).await.unwrap().into_inner();
    assert!(said.message.is_some(), "it is begun and saved");
    world.chat().subscribe_events(with(request, &said.customer_token)).await.unwrap();
}

#[tokio::test]
async fn the_bot_answers_from_its_rules_also_what_needs_a_detail_or_is_no_question() {
    let world = World::open().await;
    let (customer, opening) = (CustomerId::parse("c").unwrap(), Opening::default());
    let opening = Opening { language: Some(Language::En), ..opening };
    let (id, at) = (world.customer().await.conversation(), world.clock.now());
    let begun = world.app.begun_unsaved(id, customer, opening, at).unwrap().conversation;
    let answers = |text: &str| {
        let mut said = world.app.answer_unsaved(Some(&begun), text, at);
        assert_eq!(said.pop().map(|(_, _, outcome)| outcome), Some(Outcome::Social), "not saved");
        said.pop().map(|(_, text, outcome)| (outcome, text))
    };
    let (outcome, asked) = answers("where is my order").unwrap();
    assert!(outcome == Outcome::AskSlot && asked.contains("order number"), "{asked}");
    let (outcome, told) = answers("where is my order 481216").unwrap();
    assert!(outcome == Outcome::Answer && told.contains("481216"), "{told}");
    assert!(!told.contains('{'), "{told}");
    let (outcome, told) = answers("481216").unwrap();
    assert!(outcome == Outcome::Answer && told.contains("481216"), "a number alone: {told}");
    for social in ["hello", "thanks"] {
        assert_eq!(answers(social).unwrap().0, Outcome::Social, "{social}");
    }
    assert_eq!(answers("purple elephants juggle logarithms").unwrap().0, Outcome::NotKnown);
}
