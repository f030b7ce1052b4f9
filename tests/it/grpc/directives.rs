//! What ops decide at once: seen by customers in the next message, listed with author and end, kept
//! by the store, and gone by itself. And who is served worst.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::issue_directive_request::What;
use sanad::ports::clock::Clock;
use std::time::Duration;
use tonic::{Code, Status};

async fn issue(world: &World, what: What, span: Duration) -> Result<pb::Directive, Status> {
    let seconds = (world.clock.now() + span).as_millis() / 1_000;
    let request = pb::IssueDirectiveRequest {
        request_id: world.fresh(),
        what: Some(what),
        until: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        note: "a test".to_owned(),
    };
    let key = world.key(Role::Supervisor, "main");
    let issued = world.admins().issue_directive(with(request, &key)).await?;
    Ok(issued.into_inner().directive.unwrap())
}

async fn in_force(world: &World) -> Vec<pb::Directive> {
    let key = world.key(Role::Supervisor, "main");
    let listed = world.admins().list_directives(with(pb::ListDirectivesRequest {}, &key)).await;
    listed.unwrap().into_inner().directives
}

fn banner(topics: &[&str]) -> What {
    What::Banner(pb::Banner {
        ar: "الدفع بالبطاقة متعطل الآن".to_owned(),
        en: "Card payments are down right now".to_owned(),
        entry_ids: topics.iter().map(|&topic| topic.to_owned()).collect(),
    })
}

fn notices(events: &[pb::Event]) -> Vec<String> {
    let told = |event: &pb::Event| match &event.body {
        Some(Body::Notice(notice)) => notice.text.as_ref().map(|text| text.text.clone()),
        _ => None,
    };
    events.iter().filter_map(told).collect()
}

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_banner_is_told_at_the_greeting_and_with_its_topic_until_it_ends() {
    let world = World::open().await;
    let earlier = world.customer().await;
    let issued = issue(&world, banner(&["order_status"]), HOUR).await.unwrap();
    assert_eq!((issued.author.as_str(), issued.note.as_str()), ("supervisor/main", "a test"));
    assert_eq!(in_force(&world).await, std::slice::from_ref(&issued));

    let turn = earlier.say("where is my order").await;
    let told = "Card payments are down right now";
    assert!(notices(&turn.events).iter().any(|text| text == told), "{turn:?}");
    let again = earlier.say("what are your opening hours").await;
    assert!(notices(&again.events).is_empty(), "not its topic, and told already");

    let request = pb::StartConversationRequest {
        request_id: world.fresh(),
        device_id: "a-device-of-somebody-new".to_owned(),
        language: "ar".to_owned(),
        ..Default::default()
    };
    let started = world.chat().start_conversation(request).await.unwrap().into_inner();
    assert_eq!(notices(&started.events), ["الدفع بالبطاقة متعطل الآن"]);

    world.clock.advance(2 * HOUR);
    world.app.learn_directives().await.unwrap();
    assert!(in_force(&world).await.is_empty(), "it ended by itself");
    let late = world.customer().await;
    let turn = late.say("where is my order").await;
    assert!(notices(&turn.events).is_empty());
}

#[tokio::test]
async fn a_closed_queue_says_when_it_opens_and_opens_when_it_is_lifted() {
    let world = World::open().await;
    let close = What::ClosedQueueId("care".to_owned());
    let issued = issue(&world, close, 5 * HOUR).await.unwrap();
    assert_eq!(issued.titles.len(), 2, "what it is called, in both languages: {issued:?}");
    let customer = world.customer().await;
    let asked = customer.ask_for_a_person().await;
    let delay = asked.receipt.unwrap().status.unwrap().delay.unwrap();
    assert_eq!(delay.reason(), pb::DelayReason::OutsideHours);
    assert_eq!(delay.opens_at.unwrap().seconds, issued.until.unwrap().seconds);

    let key = world.key(Role::Admin, "main");
    let lift = |request_id: String| pb::LiftDirectiveRequest { request_id, number: issued.number };
    let request_id = world.fresh();
    world.admins().lift_directive(with(lift(request_id.clone()), &key)).await.unwrap();
    world.admins().lift_directive(with(lift(request_id), &key)).await.unwrap();
    let twice = world.admins().lift_directive(with(lift(world.fresh()), &key)).await.unwrap_err();
    assert_eq!(twice.code(), Code::NotFound);
    assert!(in_force(&world).await.is_empty());
    let other = world.customer().await;
    let delay = other.ask_for_a_person().await.receipt.unwrap().status.unwrap().delay.unwrap();
    assert_ne!(delay.reason(), pb::DelayReason::OutsideHours);
}

#[tokio::test]
async fn an_entry_that_is_off_leads_to_a_person_and_not_to_its_answer() {
    let world = World::open().await;
    let before = world.customer().await.say("what are your opening hours").await;
    let answer = before.events.iter().find_map(text_of).unwrap();
    let off = What::EntryOffId("working_hours".to_owned());
    let issued = issue(&world, off, HOUR).await.unwrap();
    assert_eq!(issued.titles.len(), 2, "what it is called, in both languages: {issued:?}");
    let customer = world.customer().await;
    let turn = customer.say("what are your opening hours").await;
    let said: Vec<String> = turn.events.iter().filter_map(text_of).collect();
    assert!(!said.contains(&answer), "{said:?}");
    assert_eq!(turn.conversation.unwrap().state(), pb::ConversationState::Queued);
}

#[tokio::test]
async fn what_cannot_be_in_force_is_refused_with_the_field() {
    let world = World::open().await;
    let nothing = What::ClosedQueueId("no_such_queue".to_owned());
    for (what, span) in [
        (nothing, HOUR),
        (What::EntryOffId("no_such_entry".to_owned()), HOUR),
        (banner(&["no_such_entry"]), HOUR),
        (banner(&[]), Duration::ZERO),
        (banner(&[]), 31 * 24 * HOUR),
        (What::Banner(pb::Banner { en: "only English".to_owned(), ..Default::default() }), HOUR),
    ] {
        let refused = issue(&world, what.clone(), span).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{what:?}: {refused}");
    }
    let agent = world.key(Role::Agent, "sara");
    let request = pb::ListDirectivesRequest {};
    let refused = world.admins().list_directives(with(request, &agent)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn the_same_request_puts_one_thing_in_force_and_without_an_end_it_is_todays() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    let request = pb::IssueDirectiveRequest {
        request_id: world.fresh(),
        what: Some(What::ClosedQueueId("care".to_owned())),
        until: None,
        note: String::new(),
    };
    let mut issued = Vec::new();
    for _ in 0..2 {
        let done = world.admins().issue_directive(with(request.clone(), &key)).await.unwrap();
        issued.push(done.into_inner().directive.unwrap());
    }
    assert_eq!(issued[0], issued[1]);
    assert_eq!(in_force(&world).await.len(), 1);
    let until = issued[0].until.unwrap().seconds;
    let now = world.clock.now().as_millis() / 1_000;
    // These queues have no clock of their own: the world's day.
    assert!(until > now && until <= now + 86_400 && until % 86_400 == 0, "{until}");
}

#[tokio::test]
async fn the_report_names_who_waits_longest_and_who_left() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    let packet = sara.packet(&customer.id, offer.token).await.unwrap();
    assert_eq!((packet.channel.as_str(), packet.known_customer), ("web", false));
    sara.accept(&offer).await.unwrap();
    sara.present(pb::Presence::Draining).await;
    let gone = world.customer().await;
    gone.ask_for_a_person().await;
    let (conversation_id, request_id) = (gone.id.clone(), world.fresh());
    let end = pb::EndConversationRequest { conversation_id, request_id };
    world.chat().end_conversation(with(end, &gone.token)).await.unwrap();

    world.app.learn_pace().await.unwrap();
    let key = world.key(Role::Supervisor, "main");
    let report = world.admins().get_fairness(with(pb::GetFairnessRequest {}, &key)).await;
    let comparisons = report.unwrap().into_inner().comparisons;
    let by = |wanted| comparisons.iter().find(|it| it.by() == wanted).unwrap().groups.clone();
    let languages = by(pb::FairnessTrait::Language);
    assert_eq!(languages.len(), 1);
    let english = &languages[0];
    assert_eq!((english.name.as_str(), english.met, english.left), ("en", 1, 1));
    assert_eq!((english.left_per_mille, english.judged), (500, false));
    assert_eq!(by(pb::FairnessTrait::Priority)[0].name, "normal");
    assert_eq!(by(pb::FairnessTrait::Queue)[0].name, "care");
    assert_eq!(by(pb::FairnessTrait::Channel)[0].name, "web");
    assert_eq!(by(pb::FairnessTrait::Known)[0].name, "new");
}
