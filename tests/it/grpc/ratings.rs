//! Ratings of answers and scores of conversations, and the report that supervisors read.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use tonic::{Code, Status};

async fn rate(
    customer: &Customer<'_>,
    sequence: u64,
    rating: pb::AnswerRating,
) -> Result<pb::RateAnswerResponse, Status> {
    let request = pb::RateAnswerRequest {
        conversation_id: customer.id.clone(),
        request_id: customer.world.fresh(),
        sequence,
        rating: rating.into(),
    };
    let mut chat = customer.world.chat();
    Ok(chat.rate_answer(with(request, &customer.token)).await?.into_inner())
}

async fn score(
    customer: &Customer<'_>,
    measure: pb::Measure,
    score: u32,
) -> Result<pb::RateConversationResponse, Status> {
    let request = pb::RateConversationRequest {
        conversation_id: customer.id.clone(),
        request_id: customer.world.fresh(),
        measure: measure.into(),
        part: pb::ServedBy::Unspecified.into(),
        score,
        comment: "quick and kind".to_owned(),
    };
    let mut chat = customer.world.chat();
    Ok(chat.rate_conversation(with(request, &customer.token)).await?.into_inner())
}

async fn report(world: &World, role: Role) -> Result<pb::GetSatisfactionResponse, Status> {
    let key = world.key(role, "main");
    let request = pb::GetSatisfactionRequest::default();
    Ok(world.admins().get_satisfaction(with(request, &key)).await?.into_inner())
}

/// The bot's answer in a response, with its sequence and entry.
fn answer(events: &[pb::Event]) -> (u64, pb::MessageSent) {
    let found = events.iter().find_map(|event| match &event.body {
        Some(Body::MessageSent(message)) if message.outcome() == pb::Outcome::Answer => {
            Some((event.sequence, message.clone()))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no answer in {events:?}"))
}

#[tokio::test]
async fn an_answer_that_did_not_help_offers_a_person_and_the_second_one_calls_them() {
    let world = World::open().await;
    let customer = world.customer().await;
    let said = customer.say("how much is delivery").await;
    let (first, message) = answer(&said.events);
    let buttons: Vec<&str> = message.choices.iter().map(|choice| choice.id.as_str()).collect();
    assert!(buttons.contains(&format!("rate:{first}:not_helpful").as_str()), "{buttons:?}");

    let rated = rate(&customer, first, pb::AnswerRating::NotHelpful).await.unwrap();
    let offered = rated.events.iter().find_map(|event| match &event.body {
        Some(Body::MessageSent(message)) => Some(&message.choices),
        _ => None,
    });
    assert!(offered.unwrap().iter().any(|choice| choice.id == "person:ask"));
    let again = rate(&customer, first, pb::AnswerRating::NotHelpful).await.unwrap();
    assert!(again.events.is_empty(), "the same rating says nothing new");

    let said = customer.say("how can i pay").await;
    let (second, _) = answer(&said.events);
    let rated = rate(&customer, second, pb::AnswerRating::NotHelpful).await.unwrap();
    assert_eq!(rated.conversation.unwrap().state(), pb::ConversationState::Queued);

    let refused = rate(&customer, 1, pb::AnswerRating::Helpful).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "the greeting is no answer");
    let unsaid = rate(&customer, first, pb::AnswerRating::Unspecified).await.unwrap_err();
    assert_eq!(unsaid.code(), Code::InvalidArgument);

    let told = report(&world, Role::Supervisor).await.unwrap();
    let entry = told.entries.iter().find(|entry| entry.entry_id == message.entry_id).unwrap();
    assert_eq!((entry.helpful, entry.not_helpful), (0, 1));
    rate(&customer, first, pb::AnswerRating::Helpful).await.unwrap();
    let told = report(&world, Role::Supervisor).await.unwrap();
    let entry = told.entries.iter().find(|entry| entry.entry_id == message.entry_id).unwrap();
    assert_eq!((entry.helpful, entry.not_helpful), (1, 0), "a second thought replaces the first");
    assert_eq!(report(&world, Role::Platform).await.unwrap_err().code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_conversation_is_scored_after_its_end_and_the_report_tells_parts_apart() {
    let world = World::open().await;
    let bot_only = world.customer().await;
    bot_only.say("how much is delivery").await;
    let early = score(&bot_only, pb::Measure::Csat, 5).await.unwrap_err();
    assert_eq!(early.code(), Code::FailedPrecondition, "it has not ended");
    bot_only.say("thank you so much!").await;
    bot_only.respond(pb::ResolutionAnswer::Confirm).await;
    let beyond = score(&bot_only, pb::Measure::Csat, 6).await.unwrap_err();
    assert_eq!(beyond.code(), Code::InvalidArgument);
    score(&bot_only, pb::Measure::Csat, 2).await.unwrap();
    let last = score(&bot_only, pb::Measure::Csat, 4).await.unwrap();
    assert_eq!(last.conversation.unwrap().state(), pb::ConversationState::Resolved);

    let helped = world.customer().await;
    helped.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    sara.say(&helped.id, offer.token, "done").await.unwrap();
    let request = pb::EndConversationRequest {
        conversation_id: helped.id.clone(),
        request_id: world.fresh(),
    };
    world.chat().end_conversation(with(request, &helped.token)).await.unwrap();
    score(&helped, pb::Measure::Csat, 5).await.unwrap();

    let told = report(&world, Role::Admin).await.unwrap();
    let of = |part: pb::ServedBy| {
        let fits = |report: &&pb::MeasureReport| {
            report.measure() == pb::Measure::Csat && report.part() == part
        };
        told.measures.iter().find(fits).cloned().unwrap_or_default()
    };
    assert_eq!((of(pb::ServedBy::Bot).answered, of(pb::ServedBy::Bot).mean), (1, 4.0));
    assert_eq!((of(pb::ServedBy::Human).answered, of(pb::ServedBy::Human).mean), (1, 5.0));
    let agent = told.agents.iter().find(|agent| agent.agent_id == "sara").unwrap();
    assert_eq!((agent.csat_answered, agent.csat_mean), (1, 5.0));

    // Back with the same matter: the end was none, and the report says whose.
    let request = pb::ReopenConversationRequest {
        conversation_id: bot_only.id.clone(),
        request_id: world.fresh(),
    };
    world.chat().reopen_conversation(with(request, &bot_only.token)).await.unwrap();
    let told = report(&world, Role::Admin).await.unwrap();
    assert_eq!(told.entries.iter().map(|entry| entry.closed_falsely).sum::<u32>(), 1);
    assert_eq!(told.entries.iter().map(|entry| entry.confirmed).sum::<u32>(), 1);
}
