//! Passing a conversation on: who gets it, what each side is told, and that nobody has it twice.

use super::world::*;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::transfer_conversation_request::To;
use tonic::{Code, Status};
use tonic_types::StatusExt;

const NOTE: &str = "she has paid twice, the receipts are in her mail";

async fn transfer(
    agent: &Agent<'_>,
    offer: &pb::Offer,
    to: To,
    request_id: &str,
) -> Result<pb::TransferConversationResponse, Status> {
    let request = pb::TransferConversationRequest {
        session: agent.session(),
        request_id: request_id.to_owned(),
        conversation_id: offer.conversation_id.clone(),
        token: offer.token,
        note: NOTE.to_owned(),
        to: Some(to),
    };
    let done = agent.world.agents().transfer_conversation(with(request, &agent.key)).await?;
    Ok(done.into_inner())
}

fn notice(event: &pb::Event) -> Option<&str> {
    match &event.body {
        Some(Body::Notice(notice)) => Some(&notice.key),
        _ => None,
    }
}

#[tokio::test]
async fn a_transfer_to_a_queue_reaches_another_agent_with_the_note_and_frees_the_first() {
    let world = World::open().await;
    let (customer, sara, mut work, offer) = world.with_sara().await;
    let mut told = customer.stream("").await;
    let omar = world.agent("omar").await;
    let mut others = omar.stream().await;
    let to = || To::QueueId("billing".to_owned());
    let request_id = world.fresh();
    let passed = transfer(&sara, &offer, to(), &request_id).await.unwrap();
    assert_eq!(passed.conversation.unwrap().state(), pb::ConversationState::Queued);
    assert_eq!(work.unassigned().await.reason(), pb::UnassignReason::Requeued);
    assert!(sara.work().await.unwrap().assignments.is_empty());
    let late = sara.say(&customer.id, offer.token, "one more thing").await.unwrap_err();
    assert_eq!(refusal(&late), (Code::Aborted, "OWNERSHIP_LOST".to_owned()));
    // The same call again gets the first answer and passes nothing on a second time.
    let again = transfer(&sara, &offer, to(), &request_id).await.unwrap();
    assert_eq!(again.events[0].sequence, passed.events[0].sequence);

    // Whoever passed it on is asked last: Omar comes first although Sara is free again.
    omar.present(pb::Presence::Available).await;
    let second = others.offer().await;
    assert_eq!(
        (second.conversation_id.as_str(), second.queue_id.as_str()),
        (&*customer.id, "billing")
    );
    assert_ne!(second.token, offer.token);
    let packet = omar.packet(&second.conversation_id, second.token).await.unwrap();
    assert_eq!((packet.note.as_str(), packet.earlier_handoffs), (NOTE, 0));
    omar.accept(&second).await.unwrap();

    // The customer is told, and never reads the note.
    let mut keys = Vec::new();
    loop {
        let event = told.event(|_| true).await;
        assert!(!format!("{event:?}").contains("paid twice"), "{event:?}");
        keys.extend(notice(&event).map(str::to_owned));
        let omar_came = event.author.as_ref().is_some_and(|author| author.name == "OMAR");
        if omar_came && matches!(event.body, Some(Body::AgentJoined(_))) {
            break;
        }
    }
    assert!(keys.contains(&"transferred_to_queue".to_owned()), "{keys:?}");
}

#[tokio::test]
async fn a_transfer_to_a_colleague_asks_them_first_and_only_if_they_can_come() {
    let world = World::open().await;
    let (customer, sara, _work, offer) = world.with_sara().await;
    let to = |id: &str| To::AgentId(id.to_owned());
    let absent = transfer(&sara, &offer, to("omar"), &world.fresh()).await.unwrap_err();
    assert_eq!(refusal(&absent), (Code::FailedPrecondition, "WRONG_STATE".to_owned()));
    assert!(absent.message().contains("not signed in"), "{absent}");
    // The reason goes over the wire as a code, to be told in the agent's language.
    let info = absent.get_details_error_info().unwrap();
    assert_eq!(
        (info.metadata["state"].as_str(), info.metadata["why"].as_str()),
        ("not_transferable", "not_signed_in")
    );
    let herself = transfer(&sara, &offer, to("sara"), &world.fresh()).await.unwrap_err();
    assert_eq!(herself.code(), Code::FailedPrecondition);
    let nobody = transfer(&sara, &offer, to("nobody"), &world.fresh()).await.unwrap_err();
    assert_eq!(nobody.code(), Code::NotFound);
    // Nothing of this has told the customer anything or taken the conversation from her.
    sara.say(&customer.id, offer.token, "I am still here").await.unwrap();

    let omar = world.ready("omar").await;
    let mut others = omar.stream().await;
    let passed = transfer(&sara, &offer, to("omar"), &world.fresh()).await.unwrap();
    let told = passed.events.iter().find_map(|event| match &event.body {
        Some(Body::Notice(notice)) if notice.key == "transferred_to_agent" => notice.text.clone(),
        _ => None,
    });
    assert!(told.unwrap().text.contains("OMAR"));
    assert_eq!(others.offer().await.conversation_id, customer.id);
}

#[tokio::test]
async fn back_with_the_bot_the_wait_so_far_still_counts_and_an_emergency_never_goes_there() {
    let world = World::open().await;
    let (customer, sara, mut work, offer) = world.with_sara().await;
    let waited = |c: &sanad::domain::conversation::state::Conversation| c.waited_ms;
    let before = waited(&world.app.conversation(&customer.conversation()).await.unwrap());
    let bot = || To::Bot(pb::BackToBot {});
    let passed = transfer(&sara, &offer, bot(), &world.fresh()).await.unwrap();
    assert_eq!(passed.conversation.unwrap().state(), pb::ConversationState::Bot);
    assert_eq!(work.unassigned().await.reason(), pb::UnassignReason::Ended);
    let turn = customer.say("what are your working hours?").await;
    let bot_spoke = turn.events.iter().any(|event| party_of(event) == pb::Party::Bot);
    assert!(bot_spoke, "the machine answers again: {turn:?}");
    customer.ask_for_a_person().await;
    let after = world.app.conversation(&customer.conversation()).await.unwrap();
    assert!(waited(&after) >= before, "the wait so far counts");

    let endangered = world.customer().await;
    endangered.say("help, my house is on fire right now").await;
    // What she was offered before gives way to it.
    let offer = loop {
        let offer = work.offer().await;
        if offer.conversation_id == endangered.id {
            break offer;
        }
    };
    sara.accept(&offer).await.unwrap();
    let refused = transfer(&sara, &offer, bot(), &world.fresh()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("emergency"), "{refused}");
}

#[tokio::test]
async fn a_transfer_to_what_the_rules_do_not_name_is_refused_by_field() {
    let world = World::open().await;
    let (_customer, sara, _work, offer) = world.with_sara().await;
    let skill = |id: &str, level| To::Skill(pb::SkillNeed { skill_id: id.to_owned(), level });
    let nowhere = To::QueueId("nowhere".to_owned());
    let refused = transfer(&sara, &offer, nowhere, &world.fresh()).await.unwrap_err();
    let facts = refused.get_details_error_info().unwrap().metadata;
    let fact = |name: &str| facts[name].as_str();
    assert_eq!((fact("problem"), fact("what"), fact("name")), ("unknown", "queue", "nowhere"));
    for (to, code) in [
        (To::QueueId("nowhere".to_owned()), Code::InvalidArgument),
        (skill("juggling", 1), Code::InvalidArgument),
        (skill("billing", 9), Code::InvalidArgument),
        (To::AgentId("a b".to_owned()), Code::InvalidArgument),
    ] {
        let refused = transfer(&sara, &offer, to, &world.fresh()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
    }
    let passed = transfer(&sara, &offer, skill("billing", 3), &world.fresh()).await.unwrap();
    let asked = passed.events.iter().any(|event| notice(event) == Some("transferred_to_skill"));
    assert!(asked, "{passed:?}");
}
