//! The whole story: a customer meets the bot and then a person, and the matter is settled.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::subscribe_work_response::Frame;
use sanad::store::embedded::{EmbeddedStore, Options};
use std::sync::Arc;

#[tokio::test]
async fn a_customer_is_handed_to_a_person_and_back_to_peace_in_memory() {
    tell(&World::open().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_handed_to_a_person_and_back_to_peace_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::new();
    let options = Options { create: true, ..Options::default() };
    let store = EmbeddedStore::open(folder.path().join("sanad.redb"), &options, clock.clone());
    let world = World::on(Arc::new(store.unwrap()), clock).await;
    tell(&world).await;
}

async fn tell(world: &World) {
    // Somebody else is signed in, is away, and listens: nothing of this is theirs.
    let omar = world.agent("omar").await;
    let mut other = omar.stream().await;

    let customer = world.customer().await;
    let mut told = customer.stream(&customer.resume_token).await;
    let question = "the courier left my parcel with a neighbour I do not know";
    let turn = customer.say(question).await;
    assert_eq!(turn.durability(), pb::Durability::Durable);

    let receipt = customer.ask_for_a_person().await.receipt.unwrap();
    let status = receipt.status.unwrap();
    assert!(status.registered, "the receipt is durable");
    assert_eq!(status.position, 1);
    assert_eq!(status.delay.unwrap().reason(), pb::DelayReason::AgentsBusy);

    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let changed = work.until(|frame| match frame {
        Frame::PresenceChanged(changed) => Some(changed),
        _ => None,
    });
    assert_eq!(changed.await.presence(), pb::Presence::Available);
    let offer = work.offer().await;
    assert_eq!(offer.conversation_id, customer.id);
    assert_eq!(offer.language, "en");
    assert!(offer.expires_at.is_some());

    packet_says_all(&sara, &offer, question).await;
    let assignment = sara.accept(&offer).await.unwrap();
    let c = assignment.conversation.unwrap();
    assert_eq!(c.state(), pb::ConversationState::Human);
    assert_eq!(c.owner.unwrap().agent_id, "sara");
    assert_eq!(assignment.token, offer.token);
    assert!(assignment.assigned_at.is_some());
    assert_eq!(work.assigned().await.token, offer.token);
    let (joined, _) = work.event().await;
    assert!(matches!(joined.body, Some(Body::AgentJoined(_))), "{joined:?}");
    let joined = told.event(|event| matches!(event.body, Some(Body::AgentJoined(_)))).await;
    assert_eq!(joined.author.unwrap().name, "SARA");

    // Words both ways, each seen on both streams.
    let sent = sara.say(&customer.id, offer.token, "I have called the courier.").await.unwrap();
    assert_eq!(party_of(&sent.message.unwrap()), pb::Party::Agent);
    let heard = told.event(|event| party_of(event) == pb::Party::Agent && text_of(event).is_some());
    assert_eq!(text_of(&heard.await).unwrap(), "I have called the courier.");
    assert_eq!(work.message().await.0, "I have called the courier.");
    let turn = customer.say("where is my order").await;
    assert!(turn.events.is_empty(), "the bot is silent while a person is here: {turn:?}");
    let (text, party, _) = work.message().await;
    assert_eq!((text.as_str(), party), ("where is my order", pb::Party::Customer));

    // An end that only the customer makes.
    let proposed = sara.propose(&customer.id, offer.token).await;
    assert_eq!(proposed.conversation.unwrap().state(), pb::ConversationState::Confirming);
    told.event(|event| matches!(event.body, Some(Body::ResolutionProposed(_)))).await;
    let settled = customer.respond(pb::ResolutionAnswer::Confirm).await;
    assert_eq!(settled.conversation.unwrap().state(), pb::ConversationState::Resolved);
    loop {
        let (event, _) = work.event().await;
        if matches!(event.body, Some(Body::ResolutionConfirmed(_))) {
            break;
        }
    }
    let unassigned = work.unassigned().await;
    assert_eq!(unassigned.reason(), pb::UnassignReason::Ended);
    assert!(sara.work().await.unwrap().assignments.is_empty());

    // The other agent changes presence: the very next frame is that, nothing was in between.
    omar.present(pb::Presence::Draining).await;
    let next = other.next().await.unwrap();
    assert!(matches!(next, Frame::PresenceChanged(_)), "{next:?}");
    examined(world, &customer).await;
}

async fn packet_says_all(sara: &Agent<'_>, offer: &pb::Offer, question: &str) {
    let packet = sara.packet(&offer.conversation_id, offer.token).await.unwrap();
    assert_eq!(packet.reason(), pb::HandoffReason::HumanRequest);
    assert_eq!(packet.open_question.unwrap().text, question);
    let opening = packet.opening.unwrap().text;
    assert!(opening.contains("SARA") && opening.contains("parcel"), "{opening}");
    assert!(packet.headline.unwrap().text.contains("neighbour"));
    let said: Vec<String> = packet.transcript.iter().filter_map(text_of).collect();
    assert!(said.iter().any(|text| text == question), "{said:?}");
    assert_eq!((packet.earlier_handoffs, packet.note.as_str()), (0, ""));
}

/// What a supervisor sees of it afterwards: every event and the reasons.
async fn examined(world: &World, customer: &Customer<'_>) {
    let key = world.key(Role::Supervisor, "main");
    let request =
        pb::GetConversationRequest { conversation_id: customer.id.clone(), ..Default::default() };
    let seen = world.admins().get_conversation(with(request, &key)).await.unwrap().into_inner();
    let sequences: Vec<u64> = seen.events.iter().map(|event| event.sequence).collect();
    let head = seen.conversation.unwrap().head_sequence;
    assert_eq!(sequences, (1..=head).collect::<Vec<u64>>(), "nothing is hidden from them");
    assert!(seen.explanations.iter().all(|told| !told.rules_version.is_empty()));
    let handed = seen.explanations.iter().find(|told| told.because.contains("human_request"));
    assert!(handed.is_some(), "{:?}", seen.explanations);
}

#[tokio::test]
async fn whoever_comes_back_and_asks_the_same_has_each_answer_once_in_the_packet() {
    let world = World::open().await;
    let customer = world.customer().await;
    let question = "how long does delivery take?";
    let before = customer.say(question).await.conversation.unwrap().head_sequence;
    customer.say("thanks!").await;
    let settled = customer.respond(pb::ResolutionAnswer::Confirm).await;
    assert_eq!(settled.conversation.unwrap().state(), pb::ConversationState::Resolved);
    let request = pb::ReopenConversationRequest {
        conversation_id: customer.id.clone(),
        request_id: world.fresh(),
    };
    world.chat().reopen_conversation(with(request, &customer.token)).await.unwrap();
    customer.say(question).await;
    customer.ask_for_a_person().await;

    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    let packet = sara.packet(&customer.id, offer.token).await.unwrap();
    let tried: Vec<&str> = packet.tried.iter().map(|tried| tried.entry_id.as_str()).collect();
    assert_eq!(tried.len(), 1, "{tried:?}");
    assert!(packet.tried[0].sequence > before, "where it was given last: {:?}", packet.tried);
}
