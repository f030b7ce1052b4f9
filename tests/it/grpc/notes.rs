//! Notes among colleagues, and how a conversation stands for its agent.

use super::world::*;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::subscribe_work_response::Frame;
use std::time::Duration;
use tonic::Code;

const NOTE: &str = "he sounds worn out; be gentle";

async fn note(
    agent: &Agent<'_>,
    offer: &pb::Offer,
    request_id: &str,
) -> Result<pb::AddNoteResponse, tonic::Status> {
    let request = pb::AddNoteRequest {
        session: agent.session(),
        request_id: request_id.to_owned(),
        conversation_id: offer.conversation_id.clone(),
        token: offer.token,
        text: NOTE.to_owned(),
    };
    Ok(agent.world.agents().add_note(with(request, &agent.key)).await?.into_inner())
}

#[tokio::test]
async fn a_note_reaches_colleagues_and_never_the_customer() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let offer = sara.work().await.unwrap().offers.pop();
    let offer = match offer {
        Some(offer) => offer,
        None => work.offer().await,
    };
    sara.accept(&offer).await.unwrap();
    let request_id = world.fresh();
    let noted = note(&sara, &offer, &request_id).await.unwrap().note.unwrap();
    let again = note(&sara, &offer, &request_id).await.unwrap().note.unwrap();
    assert_eq!(noted.sequence, again.sequence, "once for each request");
    assert_eq!(noted.audience(), pb::Audience::Agents);
    let seen = loop {
        let (event, _) = work.event().await;
        if let Some(Body::Noted(noted)) = event.body {
            break noted.text;
        }
    };
    assert_eq!(seen, NOTE);
    sara.say(&customer.id, offer.token, "good morning").await.unwrap();

    // All that the customer can read, by both ways, until the words that came after the note.
    let mut told = customer.stream("").await;
    loop {
        let event = told.event(|_| true).await;
        assert!(!format!("{event:?}").contains("worn out"), "{event:?}");
        if text_of(&event).as_deref() == Some("good morning") {
            break;
        }
    }
    let request = pb::ListMessagesRequest {
        conversation_id: customer.id.clone(),
        page_size: 100,
        ..Default::default()
    };
    let listed = world.chat().list_messages(with(request, &customer.token)).await.unwrap();
    assert!(!format!("{listed:?}").contains("worn out"));

    let strange = pb::Offer { token: Some(pb::OwnershipToken { term: 1, attempt: 1 }), ..offer };
    let refused = note(&sara, &strange, &world.fresh()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted, "only who owns it notes in it");
}

#[tokio::test]
async fn an_agent_sees_who_waits_since_when_how_much_is_unanswered_and_what_comes_next() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    let assignment = sara.accept(&offer).await.unwrap();
    let first = assignment.standing.unwrap();
    assert!(first.waiting_since.is_some(), "the agent owes the first word");
    assert_eq!((first.unanswered, first.next_step()), (0, pb::NextStep::Nudge));
    let nudge = world.app.rules().routing.agent_silence.nudge;
    let due = |standing: &pb::Standing| {
        let (since, at) = (standing.waiting_since.unwrap(), standing.next_at.unwrap());
        Duration::from_secs((at.seconds - since.seconds) as u64)
    };
    assert_eq!(due(&first), nudge);

    let standing = async |work: &mut WorkStream, fits: &dyn Fn(&pb::Standing) -> bool| {
        work.until(|frame| match frame {
            Frame::ConversationEvent(told) => told.standing.filter(|standing| fits(standing)),
            _ => None,
        })
        .await
    };
    customer.say("hello?").await;
    customer.say("is anybody there?").await;
    let waiting = standing(&mut work, &|standing| standing.unanswered == 2).await;
    assert_eq!(waiting.waiting_since, first.waiting_since, "from the first of them on");
    sara.say(&customer.id, offer.token, "here I am").await.unwrap();
    let answered = standing(&mut work, &|standing| {
        standing.unanswered == 0 && standing.waiting_since.is_none()
    })
    .await;
    assert_eq!(answered.next_step(), pb::NextStep::AskCustomer);
    let listed = sara.work().await.unwrap().assignments.pop().unwrap().standing.unwrap();
    assert_eq!(listed, answered, "the list and the stream say the same");
}
