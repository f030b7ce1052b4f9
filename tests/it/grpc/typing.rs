//! Who is typing: the other side sees it while it happens, and nothing of it is kept.

use super::world::*;
use sanad::grpc::pb;
use sanad::grpc::pb::subscribe_events_response::Frame as ChatFrame;
use sanad::grpc::pb::subscribe_work_response::Frame;
use std::time::Duration;
use tonic::{Code, Status};

/// Long enough for the next sign not to come too soon.
const LATER: Duration = Duration::from_secs(3);

async fn customer_types(customer: &Customer<'_>, secret: &str) -> Result<bool, Status> {
    let request = pb::SetTypingRequest { conversation_id: customer.id.clone() };
    let set = customer.world.chat().set_typing(with(request, secret)).await?;
    Ok(set.into_inner().passed_on)
}

async fn agent_types(
    agent: &Agent<'_>,
    customer: &Customer<'_>,
    token: Option<pb::OwnershipToken>,
) -> Result<bool, Status> {
    let conversation_id = customer.id.clone();
    let request = pb::SetAgentTypingRequest { session: agent.session(), conversation_id, token };
    let set = agent.world.agents().set_agent_typing(with(request, &agent.key)).await?;
    Ok(set.into_inner().passed_on)
}

fn typist(typing: &pb::Typing) -> pb::Party {
    assert!(typing.lasts.as_ref().is_some_and(|lasts| lasts.seconds > 0));
    typing.party()
}

#[tokio::test]
async fn each_side_sees_the_other_type_and_nothing_of_it_is_kept() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let (sara, omar) = (world.agent("sara").await, world.agent("omar").await);
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    let refused = agent_types(&sara, &customer, offer.token).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted, "an offer is no right to speak yet");
    sara.accept(&offer).await.unwrap();
    work.assigned().await;
    let head = world.app.conversation(&customer.conversation()).await.unwrap().seq;

    let mut stream = customer.stream("").await;
    assert!(matches!(stream.next().await, Some(ChatFrame::Attached(_))));
    assert!(agent_types(&sara, &customer, offer.token).await.unwrap());
    let seen = loop {
        if let ChatFrame::Typing(typing) = stream.next().await.unwrap() {
            break typist(&typing);
        }
    };
    assert_eq!(seen, pb::Party::Agent);

    work.event().await;
    assert!(customer_types(&customer, &customer.token).await.unwrap());
    let typing = work.until(|frame| match frame {
        Frame::CustomerTyping(typing) if typing.conversation_id == customer.id => typing.typing,
        _ => None,
    });
    assert_eq!(typist(&typing.await), pb::Party::Customer);

    let after = world.app.conversation(&customer.conversation()).await.unwrap().seq;
    assert_eq!(after, head, "nothing was written down");
    let refused = agent_types(&omar, &customer, offer.token).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted, "only who owns it types in it");
}

#[tokio::test]
async fn signs_that_come_too_soon_are_dropped_and_nobody_types_for_another() {
    let world = World::open().await;
    let (one, other) = (world.customer().await, world.customer().await);
    assert!(customer_types(&one, &one.token).await.unwrap());
    assert!(!customer_types(&one, &one.token).await.unwrap());
    assert!(customer_types(&other, &other.token).await.unwrap(), "each by itself");
    world.clock.advance(LATER);
    assert!(customer_types(&one, &one.token).await.unwrap());
    let refused = customer_types(&one, &other.token).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}
