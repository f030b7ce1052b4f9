//! Seen: each side learns that a person of the other has read its words, and never more than that.

use super::world::*;
use sanad::app::keys;
use sanad::app::retention::Retention;
use sanad::domain::conversation::seen::{MarksKept, ReadMarks};
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::subscribe_events_response::Frame as ChatFrame;
use sanad::grpc::pb::subscribe_work_response::Frame;
use sanad::ports::store::Observed;
use std::time::Duration;
use tonic::{Code, Status};

async fn customer_reads(
    customer: &Customer<'_>,
    secret: &str,
    through_sequence: u64,
) -> Result<Option<pb::ReadMarks>, Status> {
    let request = pb::MarkReadRequest { conversation_id: customer.id.clone(), through_sequence };
    Ok(customer.world.chat().mark_read(with(request, secret)).await?.into_inner().read_marks)
}

async fn agent_reads(
    agent: &Agent<'_>,
    customer: &Customer<'_>,
    token: Option<pb::OwnershipToken>,
    through_sequence: u64,
) -> Result<Option<pb::ReadMarks>, Status> {
    let request = pb::MarkAgentReadRequest {
        session: agent.session(),
        conversation_id: customer.id.clone(),
        token,
        through_sequence,
    };
    let marked = agent.world.agents().mark_agent_read(with(request, &agent.key)).await?;
    Ok(marked.into_inner().read_marks)
}

fn marks(customer: u64, agent: u64) -> pb::ReadMarks {
    pb::ReadMarks { customer_through_sequence: customer, agent_through_sequence: agent }
}

async fn head(customer: &Customer<'_>) -> u64 {
    customer.world.app.conversation(&customer.conversation()).await.unwrap().seq
}

/// Sara has this customer, and her stream has told it.
async fn taken<'w>(world: &'w World) -> (Customer<'w>, Agent<'w>, WorkStream, pb::Offer) {
    let (customer, sara, mut work, offer) = world.with_sara().await;
    work.assigned().await;
    (customer, sara, work, offer)
}

async fn told_customer(stream: &mut ChatStream) -> pb::ReadMarks {
    loop {
        if let ChatFrame::ReadMarks(marks) = stream.next().await.unwrap() {
            return marks;
        }
    }
}

async fn told_agent(work: &mut WorkStream) -> pb::ReadMarks {
    work.until(|frame| match frame {
        Frame::ConversationRead(read) => read.read_marks,
        _ => None,
    })
    .await
}

async fn first_frame(stream: &mut ChatStream) -> Option<pb::ReadMarks> {
    match stream.next().await {
        Some(ChatFrame::Attached(attached)) => attached.conversation.unwrap().read_marks,
        other => panic!("the first frame should say where it stands, not {other:?}"),
    }
}

async fn polled(customer: &Customer<'_>, after: u64, wait_ms: u32) -> pb::ListMessagesResponse {
    let request = pb::ListMessagesRequest {
        conversation_id: customer.id.clone(),
        after: Some(pb::list_messages_request::After::AfterSequence(after)),
        page_size: 0,
        wait_ms,
    };
    let listed = customer.world.chat().list_messages(with(request, &customer.token)).await;
    listed.unwrap().into_inner()
}

#[tokio::test]
async fn each_side_and_who_watches_see_how_far_the_other_has_read_and_no_event_is_written() {
    let world = World::open().await;
    let (customer, sara, mut work, offer) = taken(&world).await;
    let mut stream = customer.stream("").await;
    assert_eq!(first_frame(&mut stream).await, Some(marks(0, 0)), "a live stream is no reading");
    let watch = pb::WatchConversationRequest {
        conversation_id: customer.id.clone(),
        resume_token: String::new(),
    };
    let mona = world.key(Role::Supervisor, "mona");
    let watched = world.supervisors().watch_conversation(with(watch, &mona)).await.unwrap();
    let mut watched = watched.into_inner();

    let before = head(&customer).await;
    assert_eq!(
        agent_reads(&sara, &customer, offer.token, before).await.unwrap(),
        Some(marks(0, before))
    );
    assert_eq!(told_customer(&mut stream).await, marks(0, before));
    sara.say(&customer.id, offer.token, "let me look").await.unwrap();
    let after = head(&customer).await;
    assert_eq!(
        customer_reads(&customer, &customer.token, after).await.unwrap(),
        Some(marks(after, before))
    );
    assert_eq!(told_agent(&mut work).await, marks(0, before), "her own, for her other devices");
    assert_eq!(told_agent(&mut work).await, marks(after, before));
    assert_eq!(told_customer(&mut stream).await, marks(after, before));
    let newest = async {
        loop {
            use pb::watch_conversation_response::Frame as Watched;
            let frame = watched.message().await.unwrap().unwrap().frame.unwrap();
            if let Watched::ReadMarks(moved) = frame
                && moved == marks(after, before)
            {
                return;
            }
        }
    };
    soon(newest).await;
    assert_eq!(head(&customer).await, after, "nothing was written into the log");
}

#[tokio::test]
async fn whoever_comes_back_polls_or_uses_another_device_or_instance_is_told_too() {
    let world = World::open().await;
    let (customer, sara, _work, offer) = taken(&world).await;
    let seen = head(&customer).await;
    agent_reads(&sara, &customer, offer.token, seen).await.unwrap();
    customer_reads(&customer, &customer.token, 2).await.unwrap();
    let now = Some(marks(2, seen));

    let mut fresh = customer.stream("").await;
    assert_eq!(first_frame(&mut fresh).await, now);
    fresh.event(|event| event.sequence == seen).await;
    let mut resumed = customer.stream(&fresh.resume_token).await;
    assert_eq!(first_frame(&mut resumed).await, now);
    assert_eq!(polled(&customer, seen, 0).await.conversation.unwrap().read_marks, now);
    let held = sara.work().await.unwrap().assignments;
    assert_eq!(held[0].conversation.as_ref().unwrap().read_marks, now);
    let mut again = sara.subscribe(&[]).await.unwrap();
    let attached = again.attached().await;
    assert_eq!(attached.assignments[0].conversation.as_ref().unwrap().read_marks, now);
    assert_eq!(Some(told_agent(&mut again).await), now);

    // Another instance has it from the store, and what is set there is told here.
    let (other, id) = (world.another(), customer.conversation());
    let known = other.read_marks(&id).await.unwrap();
    assert_eq!(known, Some(ReadMarks { customer: 2, agent: seen }));
    other.customer_reads(&id, seen).await.unwrap();
    assert_eq!(told_customer(&mut resumed).await, marks(seen, seen));
    assert_eq!(told_agent(&mut again).await, marks(seen, seen));
}

#[tokio::test]
async fn a_poll_that_waits_ends_when_somebody_reads_on() {
    let world = World::open().await;
    let (customer, sara, _work, offer) = taken(&world).await;
    let seen = head(&customer).await;
    let reads = async {
        // Not before the poll waits: a mark that was there already ends no wait.
        while world.app.hub().watched() < 1 {
            tokio::task::yield_now().await;
        }
        agent_reads(&sara, &customer, offer.token, seen).await.unwrap();
    };
    // Whoever begins to wait only then, for a shorter time, and whom nobody reads, waits longer.
    let bystander = world.customer().await;
    let waits_longer = async {
        reads.await;
        polled(&bystander, head(&bystander).await, 10_000).await
    };
    let page = tokio::select! {
        biased;
        page = polled(&customer, seen, 25_000) => page,
        _ = waits_longer => panic!("the mark should have ended the wait"),
    };
    assert!(page.events.is_empty());
    assert_eq!(page.conversation.unwrap().read_marks, Some(marks(0, seen)));
}

#[tokio::test]
async fn marks_go_forward_only_and_never_beyond_what_was_written() {
    let world = World::open().await;
    let (customer, sara, _work, offer) = taken(&world).await;
    let end = head(&customer).await;
    let now = Some(marks(end, 0));
    for through in [end - 1, end, 1, end] {
        customer_reads(&customer, &customer.token, through).await.unwrap();
    }
    assert_eq!(customer_reads(&customer, &customer.token, 1).await.unwrap(), now);
    for through in [0, end + 1, u64::MAX] {
        let status = customer_reads(&customer, &customer.token, through).await.unwrap_err();
        assert_eq!(refusal(&status), (Code::InvalidArgument, "FIELD_INVALID".to_owned()));
        assert!(status.message().contains("through_sequence"), "{status}");
        let status = agent_reads(&sara, &customer, offer.token, through).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }
    assert_eq!(customer_reads(&customer, &customer.token, end).await.unwrap(), now);
}

#[tokio::test]
async fn only_the_customer_and_whoever_owns_the_conversation_say_that_they_have_read() {
    let world = World::open().await;
    let stranger = world.customer().await;
    let waiting = world.customer().await;
    waiting.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    let status = agent_reads(&sara, &waiting, offer.token, 1).await.unwrap_err();
    assert_eq!(status.code(), Code::Aborted, "to be offered it is not to have it");
    sara.accept(&offer).await.unwrap();
    let omar = world.agent("omar").await;
    let status = agent_reads(&omar, &waiting, offer.token, 1).await.unwrap_err();
    assert_eq!(status.code(), Code::Aborted);
    let status = customer_reads(&waiting, &stranger.token, 1).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    let mona = world.key(Role::Supervisor, "mona");
    let status = customer_reads(&waiting, &mona, 1).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied, "who watches is not the customer");
    assert!(agent_reads(&sara, &waiting, offer.token, 1).await.is_ok());
    sara.release(&waiting.id, offer.token, "").await;
    let status = agent_reads(&sara, &waiting, offer.token, 2).await.unwrap_err();
    assert_eq!(status.code(), Code::Aborted, "who gave it back reads no more");
    let kept = world.app.read_marks(&waiting.conversation()).await.unwrap();
    assert_eq!(kept, Some(ReadMarks { customer: 0, agent: 1 }), "what was seen stays seen");
}

#[tokio::test]
async fn while_only_the_bot_has_it_nothing_is_seen() {
    let world = World::open().await;
    let customer = world.customer().await;
    let mut stream = customer.stream("").await;
    customer.say("where is my order").await;
    customer.ask_for_a_person().await;
    assert_eq!(first_frame(&mut stream).await, Some(marks(0, 0)));
    let queued = polled(&customer, 0, 0).await.conversation.unwrap();
    assert_eq!(queued.read_marks, Some(marks(0, 0)));
}

#[tokio::test]
async fn ops_decide_whose_reading_is_kept_and_what_is_not_kept_is_not_shown() {
    for (kept, expected) in [(MarksKept::Agents, Some(marks(0, 3))), (MarksKept::Off, None)] {
        let world = World::open_with(|rules| rules.bot.read_marks = kept).await;
        let (customer, sara, _work, offer) = taken(&world).await;
        assert!(customer_reads(&customer, &customer.token, 2).await.is_ok());
        assert_eq!(agent_reads(&sara, &customer, offer.token, 3).await.unwrap(), expected);
        let shown = polled(&customer, 0, 0).await.conversation.unwrap().read_marks;
        assert_eq!(shown, expected, "{kept:?}");
    }
}

/// Ended, and with marks of both sides.
async fn ended(world: &World) -> Customer<'_> {
    let (customer, sara, mut work, offer) = taken(world).await;
    agent_reads(&sara, &customer, offer.token, 2).await.unwrap();
    customer_reads(&customer, &customer.token, 2).await.unwrap();
    let request = pb::EndConversationRequest {
        conversation_id: customer.id.clone(),
        request_id: world.fresh(),
    };
    world.chat().end_conversation(with(request, &customer.token)).await.unwrap();
    work.unassigned().await;
    soon(async {
        while let Some(sanad::domain::pool::item::Place::Here(_)) =
            world.app.place(&customer.conversation()).await.unwrap()
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    customer
}

async fn is_kept(world: &World, customer: &Customer<'_>) -> bool {
    let (id, buckets) = (customer.conversation(), world.app.settings().buckets);
    let (slot, key) = (keys::bucket(keys::bucket_of(&id, buckets)), keys::read_marks(&id));
    let seen = world.app.store().load(&slot, std::slice::from_ref(&key), &[]).await.unwrap();
    matches!(seen.observed(&key), Observed::Present { .. })
}

#[tokio::test]
async fn a_mark_leaves_with_its_conversation() {
    let world = World::open().await;
    let customer = ended(&world).await;
    assert!(is_kept(&world, &customer).await);
    let day = Duration::from_secs(24 * 60 * 60);
    world.clock.advance(day * 91);
    let retention = Retention { after: day * 90, archive: None };
    assert_eq!(world.app.retire(&retention).await.unwrap(), 1);
    assert!(!is_kept(&world, &customer).await);
    let gone = world.app.customer_reads(&customer.conversation(), 1).await;
    assert!(gone.is_err(), "and none comes after it: {gone:?}");
    assert!(!is_kept(&world, &customer).await);
}

#[tokio::test]
async fn a_mark_is_erased_with_what_was_said_and_none_comes_after_it() {
    let world = World::open().await;
    let customer = ended(&world).await;
    world.app.erase_conversation(&customer.conversation(), None).await.unwrap();
    assert!(!is_kept(&world, &customer).await);
    assert_eq!(
        customer_reads(&customer, &customer.token, 1).await.ok().flatten(),
        Some(marks(0, 0))
    );
    assert!(!is_kept(&world, &customer).await);
}
