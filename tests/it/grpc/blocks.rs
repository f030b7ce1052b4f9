//! Blocks through a real connection: what the customer, the agent and the supervisor each see of one.

use super::world::*;
use sanad::app::error::AppResult;
use sanad::domain::facts::Facts;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::ConversationState as State;
use sanad::grpc::pb::event::Body;
use sanad::ports::clock::Clock;
use std::time::Duration;
use tonic::{Code, Status};

const WHY: &str = "he threatens me";

/// Sara has this customer.
async fn owned<'w>(world: &'w World, customer: &Customer<'_>) -> (Agent<'w>, pb::Assignment) {
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    let assignment = sara.accept(&offer).await.unwrap();
    (sara, assignment)
}

async fn block(
    sara: &Agent<'_>,
    assignment: &pb::Assignment,
    reason: &str,
) -> Result<pb::BlockCustomerResponse, Status> {
    let conversation = assignment.conversation.as_ref().unwrap();
    let request = pb::BlockCustomerRequest {
        session: sara.session(),
        request_id: sara.world.fresh(),
        conversation_id: conversation.conversation_id.clone(),
        token: assignment.token,
        reason: reason.to_owned(),
    };
    let done = sara.world.agents().block_customer(with(request, &sara.key)).await?;
    Ok(done.into_inner())
}

async fn listed(world: &World) -> Vec<pb::Block> {
    let request = pb::ListBlocksRequest::default();
    let key = world.key(Role::Supervisor, "mona");
    world.supervisors().list_blocks(with(request, &key)).await.unwrap().into_inner().blocks
}

async fn review(
    world: &World,
    conversation: &str,
    verdict: pb::BlockVerdict,
    reason: &str,
) -> Result<pb::ReviewBlockResponse, Status> {
    let request = pb::ReviewBlockRequest {
        request_id: world.fresh(),
        conversation_id: conversation.to_owned(),
        verdict: verdict.into(),
        reason: reason.to_owned(),
    };
    let key = world.key(Role::Supervisor, "mona");
    let done = world.supervisors().review_block(with(request, &key)).await?;
    Ok(done.into_inner())
}

/// Time passes, and what is due is done.
async fn pass(world: &World, span: Duration) -> AppResult<()> {
    world.clock.advance(span);
    for slot in world.app.slots() {
        world.app.sweep(&slot).await?;
    }
    Ok(())
}

fn state(c: Option<&pb::Conversation>) -> State {
    c.map_or(State::Unspecified, pb::Conversation::state)
}

#[tokio::test]
async fn a_block_is_told_truly_to_each_and_lifted_by_a_supervisor() {
    let world = World::open().await;
    let customer = world.customer().await;
    let (sara, assignment) = owned(&world, &customer).await;
    let refused = block(&sara, &assignment, " ").await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "whoever blocks says why");
    let blocked = block(&sara, &assignment, WHY).await.unwrap();
    assert_eq!(state(blocked.conversation.as_ref()), State::Blocked);
    assert!(sara.work().await.unwrap().assignments.is_empty(), "the agent is free");

    let said = customer.say("what are your opening hours").await;
    assert_eq!(state(said.conversation.as_ref()), State::Blocked);
    assert!(said.conversation.as_ref().unwrap().blocked_until.is_some());
    assert!(said.events.iter().any(|event| party_of(event) == pb::Party::Bot), "{said:?}");
    let mut stream = customer.stream("").await;
    let told = stream.event(|event| matches!(event.body, Some(Body::CustomerBlocked(_)))).await;
    let all = format!("{told:?}");
    assert!(!all.contains(WHY) && !all.contains("sara"), "the customer sees neither: {all}");
    stream
        .event(
            |event| matches!(&event.body, Some(Body::Notice(it)) if it.key == "customer_blocked"),
        )
        .await;

    let blocks = listed(&world).await;
    assert_eq!((blocks[0].reason.as_str(), blocks[0].agent_id.as_str()), (WHY, "sara"));
    assert_eq!((blocks[0].review(), blocks[0].kept_messages), (pb::BlockReview::Awaited, 1));
    let unsaid = review(&world, &customer.id, pb::BlockVerdict::Lift, "").await.unwrap_err();
    assert_eq!(unsaid.code(), Code::InvalidArgument);
    review(&world, &customer.id, pb::BlockVerdict::Uphold, "I read it").await.unwrap();
    let twice = review(&world, &customer.id, pb::BlockVerdict::Uphold, "again").await.unwrap_err();
    assert_eq!(refusal(&twice), (Code::FailedPrecondition, "WRONG_STATE".to_owned()));
    let lifted = review(&world, &customer.id, pb::BlockVerdict::Lift, "he is sorry").await.unwrap();
    assert_eq!(state(lifted.conversation.as_ref()), State::Queued);
    let reviewed = lifted.events.iter().find_map(|event| match &event.body {
        Some(Body::BlockReviewed(review)) => Some(review.clone()),
        _ => None,
    });
    let reviewed = reviewed.unwrap();
    assert_eq!((reviewed.supervisor.as_str(), reviewed.upheld), ("mona", false));
    assert!(listed(&world).await.is_empty());
    let seen = stream.event(|event| matches!(event.body, Some(Body::BlockEnded(_)))).await;
    assert!(!format!("{seen:?}").contains("sorry"));
}

#[tokio::test]
async fn what_nobody_looks_at_lapses_and_stays_listed_until_somebody_has_it() {
    let world = World::open().await;
    let customer = world.customer().await;
    let (sara, assignment) = owned(&world, &customer).await;
    block(&sara, &assignment, WHY).await.unwrap();
    sara.present(pb::Presence::Away).await;
    let within = world.app.rules().routing.blocks.clone().unwrap().review_within;
    pass(&world, within).await.unwrap();
    let blocks = listed(&world).await;
    assert_eq!(blocks[0].review(), pb::BlockReview::Lapsed);
    let c = world.app.conversation(&customer.conversation()).await.unwrap();
    assert_eq!(c.state.name(), "queued");
    let omar = world.agent("omar").await;
    let mut work = omar.stream().await;
    omar.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    omar.accept(&offer).await.unwrap();
    assert!(listed(&world).await.is_empty(), "somebody has it again");
}

#[tokio::test]
async fn danger_reaches_people_through_a_block_and_keeps_every_other_off() {
    let world = World::open().await;
    let customer = world.customer().await;
    let (sara, assignment) = owned(&world, &customer).await;
    block(&sara, &assignment, WHY).await.unwrap();
    let mut work = sara.stream().await;
    let said = customer.say("my father has collapsed and is not breathing").await;
    assert_eq!(state(said.conversation.as_ref()), State::Queued);
    let offer = work.offer().await;
    let again = sara.accept(&offer).await.unwrap();
    let refused = block(&sara, &again, WHY).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "WRONG_STATE".to_owned()));
    assert!(refused.message().contains("emergency"), "{}", refused.message());
}

#[tokio::test]
async fn a_block_follows_a_known_customer_and_one_review_counts_everywhere() {
    let world = World::open().await;
    let hour = Duration::from_secs(3600);
    let mona = world.identity.mint("user-17", &Facts::new(), world.clock.now() + hour).unwrap();
    let begin = async || {
        let request = pb::StartConversationRequest {
            request_id: world.fresh(),
            language: "en".to_owned(),
            identity_token: mona.clone(),
            ..Default::default()
        };
        let started = world.chat().start_conversation(request).await.unwrap().into_inner();
        let (id, token) = (started.conversation.clone().unwrap(), started.customer_token);
        let (resume_token, id, state) =
            (started.resume_token, id.conversation_id.clone(), state(Some(&id)));
        (Customer { world: &world, id, token, resume_token }, state)
    };
    let (first, _) = begin().await;
    let (sara, assignment) = owned(&world, &first).await;
    block(&sara, &assignment, WHY).await.unwrap();
    let (second, stands) = begin().await;
    assert_eq!(stands, State::Blocked, "it goes on in the next conversation");
    second.ask_for_a_person().await;
    assert_eq!(listed(&world).await.len(), 2);
    review(&world, &first.id, pb::BlockVerdict::Lift, "seen").await.unwrap();
    assert!(listed(&world).await.is_empty(), "one look counts in both");
    let (_, stands) = begin().await;
    assert_eq!(stands, State::Bot);
}
