//! Streams that break: nothing is lost, nothing comes twice, and a slow reader is only slow.

use super::world::*;
use sanad::app::keys;
use sanad::grpc::lifecycle::Phase;
use sanad::grpc::pb;
use sanad::grpc::pb::subscribe_events_response::Frame as ChatFrame;
use sanad::grpc::pb::subscribe_work_response::Frame;
use sanad::store::memory::MemoryStore;
use sanad::store::stored::Rewind;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn a_customers_stream_that_broke_goes_on_where_it_was() {
    let world = World::open().await;
    let customer = world.customer().await;
    let mut stream = customer.stream("").await;
    let mut seen = Vec::new();
    let mut broken = 0;
    for number in 0..6 {
        customer.ask_for_a_person().await;
        customer.say(&format!("message {number}")).await;
        while !seen.iter().any(|text| *text == format!("message {number}")) {
            match stream.next().await.expect("the stream should go on") {
                ChatFrame::Event(event) if party_of(&event) == pb::Party::Customer => {
                    seen.extend(text_of(&event));
                }
                ChatFrame::Reset(reset) => panic!("nothing was lost: {reset:?}"),
                _ => {}
            }
        }
        let resume_token = stream.resume_token.clone();
        stream = customer.stream(&resume_token).await;
        broken += 1;
    }
    assert_eq!(broken, 6);
    let expected: Vec<String> = (0..6).map(|number| format!("message {number}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_work_stream_that_broke_goes_on_where_it_was() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    customer.say("one").await;
    let (text, _, resume_token) = work.message().await;
    assert_eq!(text, "one");
    drop(work);
    customer.say("two").await;
    customer.say("three").await;
    let mut work = sara.subscribe(&[(&customer.id, &resume_token)]).await.unwrap();
    let attached = work.attached().await;
    assert_eq!(attached.assignments.len(), 1);
    assert_eq!(attached.assignments[0].token, offer.token);
    assert_eq!(work.message().await.0, "two");
    assert_eq!(work.message().await.0, "three");
    // Without a token the stream begins with the event by which the agent joined.
    let mut anew = sara.stream().await;
    let (joined, _) = anew.event().await;
    assert!(matches!(joined.body, Some(pb::event::Body::AgentJoined(_))), "{joined:?}");
    assert_eq!(anew.message().await.0, "one");
}

#[tokio::test]
async fn a_token_of_another_history_starts_the_conversation_anew() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    let foreign = sanad::grpc::resume::Place { sequence: 2, event_id: 42 }.token();
    let mut work = sara.subscribe(&[(&customer.id, &foreign)]).await.unwrap();
    work.attached().await;
    let reset = work.until(|frame| match frame {
        Frame::ConversationEvent(told) => told.reset,
        _ => None,
    });
    let reset = reset.await;
    assert_eq!(reset.reason(), pb::ResetReason::Diverged);
    assert!(reset.events.first().is_some_and(|event| event.sequence == 1));
}

#[tokio::test]
async fn who_reads_along_is_told_when_what_they_read_was_lost() {
    let clock = TestClock::new();
    let memory = Arc::new(MemoryStore::new(clock.clone()));
    let world = World::on(memory.clone(), clock).await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    customer.say("kept").await;
    assert_eq!(work.message().await.0, "kept");
    let buckets = world.app.settings().buckets;
    let slot = keys::bucket(keys::bucket_of(&customer.conversation(), buckets));
    let put_back = memory.checkpoint(&slot);
    let mut stream = customer.stream("").await;
    customer.say("lost").await;
    assert_eq!(work.message().await.0, "lost");
    stream.event(|event| text_of(event).as_deref() == Some("lost")).await;
    // Nobody writes on: what was read is looked for all the same.
    put_back();
    let texts = |reset: &pb::Reset| reset.events.iter().filter_map(text_of).collect::<Vec<_>>();
    let reset = loop {
        if let ChatFrame::Reset(reset) = stream.next().await.unwrap() {
            break reset;
        }
    };
    assert_eq!(reset.reason(), pb::ResetReason::Diverged);
    assert!(texts(&reset).contains(&"kept".to_owned()), "{reset:?}");
    assert!(!texts(&reset).contains(&"lost".to_owned()), "{reset:?}");
    let reset = work.until(|frame| match frame {
        Frame::ConversationEvent(told) => told.reset,
        _ => None,
    });
    assert!(!texts(&reset.await).contains(&"lost".to_owned()));
    // Both go on from there.
    customer.say("later").await;
    assert_eq!(work.message().await.0, "later");
    stream.event(|event| text_of(event).as_deref() == Some("later")).await;
}

#[tokio::test]
async fn a_reader_who_does_not_read_keeps_the_lease_and_gets_everything_later() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    // More than the stream and the connection hold between them.
    let long = "x".repeat(3_500);
    for number in 0..120 {
        sara.say(&customer.id, offer.token, &format!("{number} {long}")).await.unwrap();
    }
    let before = world.lease_of("sara").await.unwrap();
    world.clock.advance(LEASE / 2);
    let renewed = async {
        while world.lease_of("sara").await.unwrap() <= before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    soon(renewed).await;
    for number in 0..120 {
        let (text, _, _) = work.message().await;
        assert!(text.starts_with(&format!("{number} ")), "{number}: {}", &text[..10]);
    }
}

#[tokio::test]
async fn streams_are_told_to_move_when_the_instance_goes_away() {
    let world = World::open().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    let mut stream = customer.stream("").await;
    world.lifecycle.enter(Phase::Draining);
    let moved = work.until(|frame| match frame {
        Frame::Moved(moved) => Some(moved),
        _ => None,
    });
    assert!(moved.await.reconnect_after.is_some());
    loop {
        if let ChatFrame::Moved(_) = stream.next().await.unwrap() {
            break;
        }
    }
}
