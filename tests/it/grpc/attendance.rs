//! Whether a customer's page is open, as agents and supervisors see it: through a real connection.

use super::world::*;
use sanad::app::error::AppResult;
use sanad::grpc::keys::Role;
use sanad::grpc::pb::subscribe_events_response::Frame as ChatFrame;
use sanad::grpc::pb::subscribe_work_response::Frame;
use sanad::grpc::pb::{self, Attendance};
use std::time::Duration;

/// What instances do every few seconds; a moment passes between the two.
async fn round(world: &World) -> AppResult<()> {
    world.app.renew_pages().await?;
    world.clock.advance(Duration::from_millis(3));
    world.app.learn_pages().await
}

async fn explained(world: &World, customer: &Customer<'_>) -> pb::ExplainWaitResponse {
    let request = pb::ExplainWaitRequest { conversation_id: customer.id.clone() };
    let key = world.key(Role::Supervisor, "mona");
    world.admins().explain_wait(with(request, &key)).await.unwrap().into_inner()
}

#[tokio::test]
async fn an_agent_sees_the_page_of_a_customer_open_and_close() {
    let world = World::open().await;
    let customer = world.customer().await;
    let page = world.app.attach(&customer.conversation());
    customer.ask_for_a_person().await;
    round(&world).await.unwrap();
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    assert_eq!(offer.attendance(), Attendance::Attached);
    let assignment = sara.accept(&offer).await.unwrap();
    assert_eq!(assignment.standing.unwrap().attendance(), Attendance::Attached);
    work.assigned().await;

    drop(page);
    let mut closed = Vec::new();
    for span in [Duration::from_secs(60), Duration::from_secs(120)] {
        world.clock.advance(span);
        round(&world).await.unwrap();
        let changed = work.until(|frame| match frame {
            Frame::AttendanceChanged(changed) => Some(changed),
            _ => None,
        });
        let changed = changed.await;
        assert_eq!(changed.conversation_id, customer.id);
        closed.push(changed.attendance());
        // The agent's program gives its signs of life meanwhile.
        sara.work().await.unwrap();
    }
    assert_eq!(closed, [Attendance::Away, Attendance::Gone]);
}

#[tokio::test]
async fn whoever_holds_no_stream_is_not_taken_for_absent_and_who_comes_back_is_seen() {
    let world = World::open().await;
    let (quiet, left) = (world.customer().await, world.customer().await);
    let mut page = left.stream("").await;
    assert!(matches!(page.next().await, Some(ChatFrame::Attached(_))));
    quiet.ask_for_a_person().await;
    left.ask_for_a_person().await;
    round(&world).await.unwrap();
    assert_eq!(explained(&world, &left).await.attendance(), Attendance::Attached);
    drop(page);
    // The server hears of it in a moment; from then on nobody says that the page is open.
    while explained(&world, &left).await.attendance() == Attendance::Attached {
        world.clock.advance(Duration::from_secs(13));
        round(&world).await.unwrap();
    }
    assert_eq!(explained(&world, &quiet).await.attendance(), Attendance::Unspecified);
    assert_eq!(explained(&world, &left).await.attendance(), Attendance::Away);
    // The page is attached as soon as its first frame is there.
    let mut again = left.stream("").await;
    assert!(again.next().await.is_some());
    round(&world).await.unwrap();
    assert_eq!(explained(&world, &left).await.attendance(), Attendance::Attached);
}

#[tokio::test]
async fn another_instance_sees_the_same_and_nothing_is_left_behind() {
    let world = World::open().await;
    let customer = world.customer().await;
    let _page = world.app.attach(&customer.conversation());
    customer.ask_for_a_person().await;
    let other = world.another();
    other.rebuild_view().await.unwrap();
    // It believes what is said from its first look on, not what was said before.
    other.learn_pages().await.unwrap();
    round(&world).await.unwrap();
    other.learn_pages().await.unwrap();
    let seen = other.attendance(&customer.conversation());
    assert_eq!(seen, sanad::domain::routing::attendance::Attendance::Attached);
}

#[tokio::test]
async fn whoever_is_there_is_offered_before_whoever_has_gone_and_who_comes_back_has_the_place() {
    let world = World::open().await;
    let (gone, there) = (world.customer().await, world.customer().await);
    let page = world.app.attach(&gone.conversation());
    gone.ask_for_a_person().await;
    round(&world).await.unwrap();
    drop(page);
    let _page = world.app.attach(&there.conversation());
    world.clock.advance(Duration::from_secs(5));
    there.ask_for_a_person().await;
    world.clock.advance(Duration::from_secs(180));
    round(&world).await.unwrap();
    let why = explained(&world, &gone).await;
    assert_eq!(why.attendance(), Attendance::Gone);
    assert!(why.aside_until.is_some(), "and why not is said");
    assert!(
        why.status.as_ref().is_some_and(|status| status.aside),
        "so that the number is not taken for another's"
    );
    let present = explained(&world, &there).await;
    assert!(present.aside_until.is_none() && present.status.is_some_and(|status| !status.aside));
    assert_eq!(why.status.unwrap().position, 1, "the place is kept");

    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    assert_eq!(offer.conversation_id, there.id);
    // Back on the page: the place is what it was, and they are next.
    let _back = world.app.attach(&gone.conversation());
    round(&world).await.unwrap();
    let why = explained(&world, &gone).await;
    assert_eq!((why.attendance(), why.aside_until), (Attendance::Attached, None));
    sara.accept(&offer).await.unwrap();
    world.app.match_now().await;
    assert_eq!(work.offer().await.conversation_id, gone.id);
}

#[tokio::test]
async fn whoever_writes_is_there_although_the_page_is_closed() {
    let world = World::open().await;
    let customer = world.customer().await;
    drop(world.app.attach(&customer.conversation()));
    customer.ask_for_a_person().await;
    round(&world).await.unwrap();
    world.clock.advance(Duration::from_secs(180));
    round(&world).await.unwrap();
    assert_eq!(explained(&world, &customer).await.attendance(), Attendance::Gone);
    customer.say("are you there?").await;
    round(&world).await.unwrap();
    assert_eq!(explained(&world, &customer).await.attendance(), Attendance::Attached);
}
