//! Somebody in danger and an agent who has not answered an ordinary offer: through a real connection.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::subscribe_work_response::Frame;

async fn ended(work: &mut WorkStream) -> pb::OfferEnded {
    let ended = work.until(|frame| match frame {
        Frame::OfferEnded(ended) => Some(ended),
        _ => None,
    });
    ended.await
}

#[tokio::test]
async fn an_unanswered_ordinary_offer_gives_way_to_somebody_in_danger_and_comes_back() {
    let world = World::open().await;
    let omar = world.ready("omar").await;
    let mut work = omar.stream().await;
    let ordinary = world.customer().await;
    ordinary.ask_for_a_person().await;
    let offered = work.offer().await;
    assert_eq!(offered.conversation_id, ordinary.id);

    // Omar has one seat, and the question about the first customer takes it. No time passes.
    let endangered = world.customer().await;
    endangered.say("I want to kill myself").await;
    let gone = ended(&mut work).await;
    assert_eq!(gone.conversation_id, ordinary.id);
    assert_eq!(gone.how(), pb::OfferEnd::Rescinded);
    let urgent = work.offer().await;
    assert_eq!(urgent.conversation_id, endangered.id);
    // Too late for the first one, and no harm to whoever answers what he has.
    let late = omar.accept(&offered).await.unwrap_err();
    assert_eq!(refusal(&late).1, "WRONG_STATE");

    // Their place is kept, and why they wait is told as it is.
    let request = pb::ExplainWaitRequest { conversation_id: ordinary.id.clone() };
    let key = world.key(Role::Supervisor, "mona");
    let told = world.admins().explain_wait(with(request, &key)).await.unwrap().into_inner();
    assert_eq!(told.offers_not_taken, 0, "{told:?}");
    let taken = omar.accept(&urgent).await.unwrap();
    assert_eq!(taken.conversation.unwrap().conversation_id, endangered.id);

    // The next colleague gets whoever gave way.
    let sara = world.ready("sara").await;
    let mut hers = sara.stream().await;
    assert_eq!(hers.offer().await.conversation_id, ordinary.id);
}

#[tokio::test]
async fn danger_heads_what_the_agent_reads_whatever_was_asked_before_in_both_languages() {
    let spoken = [
        ("ابغى اكلم موظف", "كم رسوم التوصيل", "فيه حريق في بيتي"),
        ("I want to talk to a person", "how much is delivery?", "there is a fire in my house"),
    ];
    for (person, question, fire) in spoken {
        let world = World::open().await;
        let customer = world.customer().await;
        customer.say(person).await;
        customer.say(question).await;
        customer.say(fire).await;
        let sara = world.ready("sara").await;
        let mut work = sara.stream().await;
        let offer = work.offer().await;
        assert!(offer.headline.as_ref().unwrap().text.contains(fire), "{:?}", offer.headline);
        let packet = sara.packet(&offer.conversation_id, offer.token).await.unwrap();
        assert!(packet.headline.unwrap().text.contains(fire));
        assert_eq!(packet.open_question.unwrap().text, fire);
    }
}

#[tokio::test]
async fn what_the_machine_has_answered_is_not_shown_to_the_agent_as_still_asked() {
    for question in ["كم رسوم التوصيل", "how much is delivery?"] {
        let world = World::open().await;
        let customer = world.customer().await;
        let answered = customer.say(question).await;
        assert!(!answered.events.is_empty());
        customer.ask_for_a_person().await;
        let sara = world.ready("sara").await;
        let mut work = sara.stream().await;
        let offer = work.offer().await;
        let packet = sara.packet(&offer.conversation_id, offer.token).await.unwrap();
        assert!(packet.headline.unwrap().text.contains(question.trim_end_matches('?')));
        assert_eq!((packet.tried.len(), packet.open_question), (1, None));
    }
}
