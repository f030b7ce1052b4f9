//! What Sanad suggests to an agent: from the entries, and from what was answered before.

use super::world::*;
use sanad::grpc::pb;
use tonic::Code;

async fn suggested(
    agent: &Agent<'_>,
    offer: &pb::Offer,
    about: &str,
) -> Result<Vec<pb::SuggestedReply>, tonic::Status> {
    let request = pb::SuggestRepliesRequest {
        session: agent.session(),
        conversation_id: offer.conversation_id.clone(),
        token: offer.token,
        about: about.to_owned(),
    };
    let found = agent.world.agents().suggest_replies(with(request, &agent.key)).await?;
    Ok(found.into_inner().replies)
}

fn words(reply: &pb::SuggestedReply) -> (&str, &str) {
    reply.text.as_ref().map_or(("", ""), |text| (text.text.as_str(), text.language.as_str()))
}

#[tokio::test]
async fn replies_are_suggested_in_the_customers_language_with_where_they_come_from() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();

    // Nobody has spoken yet: first of all an opening.
    customer.say("what are your working hours?").await;
    let first = suggested(&sara, &offer, "").await.unwrap();
    assert_eq!(first, suggested(&sara, &offer, "").await.unwrap(), "nothing of it is chance");
    assert_eq!(first[0].source(), pb::ReplySource::Opening);
    let hours = first.iter().find(|reply| reply.entry_id == "working_hours").unwrap();
    assert_eq!((hours.source(), words(hours).1), (pb::ReplySource::Entry, "en"));
    assert!(hours.score > 0.5, "{hours:?}");

    // What was sent is not suggested again; the other language gets its own words.
    sara.say(&customer.id, offer.token, words(hours).0).await.unwrap();
    customer.say("وش ساعات العمل عندكم؟").await;
    let next = suggested(&sara, &offer, "").await.unwrap();
    assert!(next.iter().all(|reply| reply.source() != pb::ReplySource::Opening), "{next:?}");
    let hours = next.iter().find(|reply| reply.entry_id == "working_hours").unwrap();
    assert_eq!(words(hours).1, "ar");

    // A like question in the same conversation: what was answered then.
    customer.say("can I collect the lamp from the blue shop").await;
    sara.say(&customer.id, offer.token, "Yes, from ten in the morning.").await.unwrap();
    customer.say("so can I collect the lamp from the blue shop").await;
    let again = suggested(&sara, &offer, "").await.unwrap();
    let before = again.iter().find(|reply| reply.source() == pb::ReplySource::Conversation);
    assert_eq!(words(before.unwrap()).0, "Yes, from ten in the morning.");
    assert!(before.unwrap().sequence > 0);

    // What the agent looks for comes before what the customer asks.
    let about = suggested(&sara, &offer, "working hours").await.unwrap();
    assert_eq!(about[0].entry_id, "working_hours", "{about:?}");
    let too_long = suggested(&sara, &offer, &"x".repeat(201)).await.unwrap_err();
    assert_eq!(too_long.code(), Code::InvalidArgument);
    let omar = world.agent("omar").await;
    let strange = suggested(&omar, &offer, "").await.unwrap_err();
    assert_eq!(strange.code(), Code::Aborted, "only who holds it");
}

#[tokio::test]
async fn what_is_suggested_follows_the_need_and_not_the_wish_for_a_person() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.say("what are your working hours?").await;
    customer.say("I want to talk to a person").await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    let headline = offer.headline.as_ref().map_or("", |text| text.text.as_str());
    assert!(headline.contains("working hours"), "{headline}");
    assert!(!headline.contains("talk to a person"), "{headline}");
    let replies = suggested(&sara, &offer, "").await.unwrap();
    assert!(words(&replies[0]).0.contains("working hours"), "{replies:?}");
    assert_eq!(replies[1].entry_id, "working_hours", "{replies:?}");
    // What the bot says before it asks for a person makes no sense from one.
    let complaint = suggested(&sara, &offer, "I want to make a complaint").await.unwrap();
    assert!(complaint.iter().all(|reply| reply.entry_id != "complaint"), "{complaint:?}");
}

#[tokio::test]
async fn a_suggestion_has_no_gap_and_nobody_in_danger_gets_the_shops_answers() {
    let world = World::open().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;

    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    let about = suggested(&sara, &offer, "where is my order").await.unwrap();
    let order = about.iter().find(|reply| reply.entry_id == "order_status").unwrap();
    assert!(words(order).0.contains("order number"), "what is missing is asked for: {order:?}");

    let endangered = world.customer().await;
    endangered.say("my house is on fire").await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    assert_eq!(suggested(&sara, &offer, "").await.unwrap(), []);
    assert_ne!(suggested(&sara, &offer, "working hours").await.unwrap(), []);
}
