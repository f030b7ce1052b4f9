//! Taking work from the queue by hand: what may be taken, and that it is written down whom it passes
//! over.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use tonic::{Code, Status};

async fn waiting(agent: &Agent<'_>) -> Vec<pb::WaitingConversation> {
    let request = pb::ListWaitingRequest { session: agent.session(), page_size: 0 };
    let listed = agent.world.agents().list_waiting(with(request, &agent.key)).await;
    listed.unwrap().into_inner().waiting
}

async fn claim(
    agent: &Agent<'_>,
    conversation: &str,
    request_id: &str,
) -> Result<pb::Assignment, Status> {
    let request = pb::ClaimConversationRequest {
        session: agent.session(),
        request_id: request_id.to_owned(),
        conversation_id: conversation.to_owned(),
    };
    let claimed = agent.world.agents().claim_conversation(with(request, &agent.key)).await?;
    Ok(claimed.into_inner().assignment.unwrap())
}

#[tokio::test]
async fn a_claim_takes_the_conversation_and_names_whoever_was_before_it() {
    let world = World::open().await;
    let first = world.customer().await;
    first.ask_for_a_person().await;
    let second = world.customer().await;
    second.ask_for_a_person().await;
    // Away: nothing is offered to her, and she may still take by hand.
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    let listed = waiting(&sara).await;
    let order: Vec<(&str, u32)> =
        listed.iter().map(|it| (it.conversation_id.as_str(), it.ahead)).collect();
    assert_eq!(order, [(first.id.as_str(), 0), (second.id.as_str(), 1)]);

    let request_id = world.fresh();
    let taken = claim(&sara, &second.id, &request_id).await.unwrap();
    assert_eq!(taken.conversation.as_ref().unwrap().state(), pb::ConversationState::Human);
    assert_eq!(claim(&sara, &second.id, &request_id).await.unwrap().token, taken.token);
    assert_eq!(work.assigned().await.token, taken.token);
    sara.say(&second.id, taken.token, "good morning").await.unwrap();

    let key = world.key(Role::Supervisor, "main");
    let request =
        pb::GetConversationRequest { conversation_id: second.id.clone(), ..Default::default() };
    let seen = world.admins().get_conversation(with(request, &key)).await.unwrap().into_inner();
    let over = seen.events.iter().find_map(|event| match &event.body {
        Some(Body::Claimed(claimed)) => Some(claimed.overtaken_conversation_ids.clone()),
        _ => None,
    });
    assert_eq!(over.unwrap(), std::slice::from_ref(&first.id));
    // The customer never hears of it.
    let mut told = second.stream("").await;
    loop {
        let event = told.event(|_| true).await;
        assert!(!matches!(event.body, Some(Body::Claimed(_))), "{event:?}");
        if text_of(&event).as_deref() == Some("good morning") {
            break;
        }
    }
}

#[tokio::test]
async fn a_claim_is_refused_when_it_is_anothers_or_there_is_no_room_or_the_agent_drains() {
    let world = World::open().await;
    let customers = [world.customer().await, world.customer().await];
    for customer in &customers {
        customer.ask_for_a_person().await;
    }
    let omar = world.agent("omar").await;
    let taken = claim(&omar, &customers[0].id, &world.fresh()).await.unwrap();
    assert_eq!(taken.conversation.unwrap().owner.unwrap().agent_id, "omar");
    // His capacity is one.
    let full = claim(&omar, &customers[1].id, &world.fresh()).await.unwrap_err();
    assert_eq!(full.code(), Code::FailedPrecondition);
    assert!(full.message().contains("no room"), "{full}");
    assert!(waiting(&omar).await.is_empty(), "what cannot be taken is not listed");
    let sara = world.agent("sara").await;
    let his = claim(&sara, &customers[0].id, &world.fresh()).await.unwrap_err();
    assert_eq!(refusal(&his), (Code::FailedPrecondition, "WRONG_STATE".to_owned()));
    sara.present(pb::Presence::Draining).await;
    let drained = claim(&sara, &customers[1].id, &world.fresh()).await.unwrap_err();
    assert!(drained.message().contains("draining"), "{drained}");
    let nobody = claim(&sara, "nobody", &world.fresh()).await.unwrap_err();
    assert_eq!(nobody.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn nobody_passes_over_an_emergency_by_hand() {
    let world = World::open().await;
    let patient = world.customer().await;
    patient.ask_for_a_person().await;
    let endangered = world.customer().await;
    endangered.say("help, my house is on fire right now").await;
    let sara = world.agent("sara").await;
    let listed = waiting(&sara).await;
    assert_eq!(listed[0].conversation_id, endangered.id);
    let refused = claim(&sara, &patient.id, &world.fresh()).await.unwrap_err();
    assert!(refused.message().contains("emergency"), "{refused}");
    claim(&sara, &endangered.id, &world.fresh()).await.unwrap();
    claim(&sara, &patient.id, &world.fresh()).await.unwrap();
}
