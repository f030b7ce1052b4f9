//! Waiting and what is promised about it: choices instead of waiting, what an agent promises, and
//! the range that a waiting customer is told.

use super::world::*;
use sanad::domain::language::Language;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::subscribe_events_response::Frame;
use sanad::ports::clock::Clock;
use sanad::ports::store::Slot;
use sanad::store::faulty::{Call, Fate, Fault, Faulty, NoFaults};
use sanad::store::memory::MemoryStore;
use std::sync::Arc;
use std::time::Duration;
use tonic::{Code, Status};

const MINUTE: Duration = Duration::from_secs(60);

fn from_now(world: &World, span: Duration) -> Option<prost_types::Timestamp> {
    let seconds = (world.clock.now() + span).as_millis() / 1_000;
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

async fn choose(
    customer: &Customer<'_>,
    request_id: &str,
    option: pb::WaitOption,
    callback_at: Option<prost_types::Timestamp>,
) -> Result<pb::ChooseWaitOptionResponse, Status> {
    let request = pb::ChooseWaitOptionRequest {
        conversation_id: customer.id.clone(),
        request_id: request_id.to_owned(),
        option: option.into(),
        callback_at,
    };
    let mut chat = customer.world.chat();
    Ok(chat.choose_wait_option(with(request, &customer.token)).await?.into_inner())
}

async fn promise(
    agent: &Agent<'_>,
    request_id: &str,
    (conversation_id, token): (&str, pb::OwnershipToken),
    what: &str,
    due: Option<prost_types::Timestamp>,
) -> Result<pb::PromiseFollowUpResponse, Status> {
    let request = pb::PromiseFollowUpRequest {
        session: agent.session(),
        request_id: request_id.to_owned(),
        conversation_id: conversation_id.to_owned(),
        token: Some(token),
        what: what.to_owned(),
        due,
    };
    Ok(agent.world.agents().promise_follow_up(with(request, &agent.key)).await?.into_inner())
}

async fn open_promises(world: &World) -> Vec<pb::OpenPromise> {
    let key = world.key(Role::Supervisor, "main");
    let listed = world.admins().list_promises(with(pb::ListPromisesRequest::default(), &key)).await;
    listed.unwrap().into_inner().promises
}

#[tokio::test]
async fn whoever_waits_may_choose_a_callback_once_and_is_promised_it() {
    let world = World::open().await;
    let customer = world.customer().await;
    let early = choose(&customer, "early", pb::WaitOption::Callback, None).await.unwrap_err();
    assert_eq!(early.code(), Code::FailedPrecondition, "nobody was asked for yet");
    customer.ask_for_a_person().await;

    let at = from_now(&world, 60 * MINUTE);
    let chosen = choose(&customer, "cb", pb::WaitOption::Callback, at).await.unwrap();
    let c = chosen.conversation.unwrap();
    assert_eq!(c.state(), pb::ConversationState::Pending);
    let promised = c.promise.unwrap();
    assert_eq!(promised.kind(), pb::PromiseKind::Callback);
    assert_eq!(promised.returns_at.unwrap().seconds, at.unwrap().seconds);
    assert!(promised.due.unwrap().seconds > at.unwrap().seconds);
    assert!(chosen.events.iter().any(|event| matches!(event.body, Some(Body::PromiseMade(_)))));
    assert!(chosen.events.iter().any(|event| matches!(event.body, Some(Body::Notice(_)))));

    let again = choose(&customer, "cb", pb::WaitOption::Callback, at).await.unwrap();
    assert_eq!(again.events, chosen.events, "the same request has the first answer");
    let other = choose(&customer, "cb", pb::WaitOption::LeaveQuestion, None).await.unwrap_err();
    assert_eq!(other.code(), Code::InvalidArgument, "the id was used for something else");
    let listed = open_promises(&world).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].conversation_id, customer.id);

    let back = choose(&customer, "wait", pb::WaitOption::Wait, None).await.unwrap();
    assert_eq!(back.conversation.unwrap().state(), pb::ConversationState::Queued);
    assert!(open_promises(&world).await.is_empty());
}

/// Sara writes English only, Omar Arabic only.
fn one_language_each(rules: &mut sanad::domain::rules::Rules) {
    for (agent, language) in rules.routing.agents.iter_mut().zip([Language::En, Language::Ar]) {
        agent.profile.languages = [(language, 4)].into();
    }
}

#[tokio::test]
async fn whoever_accepts_the_other_language_is_still_offered_to_agents_of_their_own() {
    let world = World::open_with(one_language_each).await;
    let omar = world.ready("omar").await;
    let mut arabic = omar.stream().await;
    omar.present(pb::Presence::Away).await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    choose(&customer, "ar", pb::WaitOption::OtherLanguage, None).await.unwrap();

    let sara = world.ready("sara").await;
    let mut english = sara.stream().await;
    let offer = english.offer().await;
    assert_eq!((offer.language.as_str(), offer.also_language.as_str()), ("en", "ar"));
    let packet = sara.packet(&offer.conversation_id, offer.token).await.unwrap();
    assert_eq!((packet.language.as_str(), packet.also_language.as_str()), ("en", "ar"));
    sara.decline(&offer, "no").await.unwrap();
    omar.present(pb::Presence::Available).await;
    let offer = arabic.offer().await;
    assert_eq!((offer.language.as_str(), offer.also_language.as_str()), ("en", "ar"));
}

#[tokio::test]
async fn a_choice_that_cannot_be_kept_or_is_not_ones_own_is_refused() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let past = Some(prost_types::Timestamp { seconds: 1_000, nanos: 0 });
    let far = from_now(&world, 60 * 24 * 30 * MINUTE);
    for (option, at) in [
        (pb::WaitOption::Callback, past),
        (pb::WaitOption::Callback, far),
        (pb::WaitOption::LeaveQuestion, from_now(&world, 60 * MINUTE)),
        (pb::WaitOption::Unspecified, None),
    ] {
        let refused = choose(&customer, &world.fresh(), option, at).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{option:?} {at:?}: {refused}");
    }
    let stranger = world.customer().await;
    let stolen = Customer { id: customer.id.clone(), ..stranger };
    let refused = choose(&stolen, "x", pb::WaitOption::Wait, None).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}

#[tokio::test]
async fn what_an_agent_promises_frees_them_and_comes_back_in_time() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    let held = (customer.id.as_str(), offer.token.unwrap());

    let soon = promise(&sara, "soon", held, "to ask", from_now(&world, MINUTE)).await.unwrap_err();
    assert_eq!(soon.code(), Code::InvalidArgument, "sooner than may be promised");
    let nothing = promise(&sara, "none", held, "", from_now(&world, 60 * MINUTE)).await;
    assert_eq!(nothing.unwrap_err().code(), Code::InvalidArgument);
    let stale = pb::OwnershipToken { attempt: held.1.attempt - 1, ..held.1 };
    let due = from_now(&world, 2 * 24 * 60 * MINUTE);
    let lost = promise(&sara, "stale", (held.0, stale), "to ask", due).await.unwrap_err();
    assert_eq!(lost.code(), Code::Aborted);

    let done = promise(&sara, "two-days", held, "the bank's answer", due).await.unwrap();
    let c = done.conversation.unwrap();
    assert_eq!(c.state(), pb::ConversationState::Pending);
    let promised = c.promise.unwrap();
    assert_eq!(
        (promised.kind(), promised.what.as_str()),
        (pb::PromiseKind::FollowUp, "the bank's answer")
    );
    assert_eq!(promised.agent.unwrap().agent_id, "sara");
    assert_eq!(promised.due, due);
    let again = promise(&sara, "two-days", held, "the bank's answer", due).await.unwrap();
    assert_eq!(again.events, done.events);
    work.unassigned().await;
    assert!(sara.work().await.unwrap().assignments.is_empty(), "her hands are free");

    // It comes back to her by itself, before it is due.
    world.clock.advance(2 * 24 * 60 * MINUTE - 20 * MINUTE);
    let key = world.key(Role::Supervisor, "main");
    loop {
        let listed = open_promises(&world).await;
        assert_eq!(listed.len(), 1, "it is open until she has answered");
        if listed[0].state() == pb::ConversationState::Queued {
            break;
        }
        let stats = world.admins().get_stats(with(pb::GetStatsRequest {}, &key)).await;
        assert!(stats.is_ok());
    }
}

#[tokio::test]
async fn a_waiting_customer_is_told_a_range_and_its_upper_end_is_kept_in_the_ledger() {
    let world = World::open().await;
    world.app.remember_served(20, 6 * MINUTE).await.unwrap();
    // Omar has one seat, and it is taken.
    let omar = world.ready("omar").await;
    let mut work = omar.stream().await;
    let first = world.customer().await;
    first.ask_for_a_person().await;
    let offer = work.offer().await;
    omar.accept(&offer).await.unwrap();

    let customer = world.customer().await;
    let mut told = customer.stream(&customer.resume_token).await;
    let asked = customer.ask_for_a_person().await;
    let eta = asked.receipt.unwrap().status.unwrap().eta.unwrap();
    assert_eq!((eta.basis(), eta.samples), (pb::EtaBasis::Class, 20));
    assert_eq!(eta.unknown(), pb::EtaUnknown::Unspecified);
    let (low, high) = (eta.low.unwrap().seconds, eta.high.unwrap().seconds);
    assert!(low < 360 && 360 < high && high <= 1_200, "{low} {high}");
    let promised = asked.conversation.unwrap().promise.unwrap();
    assert_eq!(promised.kind(), pb::PromiseKind::Wait);
    assert!(!promised.queue_id.is_empty(), "the queue has to keep it");
    assert_eq!(promised.due.unwrap().seconds - promised.made_at.unwrap().seconds, high);
    let notice = told.event(|event| {
        matches!(&event.body, Some(Body::Notice(notice))
        if notice.text.as_ref().is_some_and(|text| text.text.contains("minutes")))
    });
    notice.await;
    let listed = open_promises(&world).await;
    assert_eq!(listed[0].promise.as_ref().unwrap().kind(), pb::PromiseKind::Wait);
    loop {
        if let Some(Frame::QueueStatus(status)) = told.next().await {
            assert_eq!(status.eta.unwrap().high, eta.high);
            break;
        }
    }

    let sara = world.ready("sara").await;
    let mut desk = sara.stream().await;
    let offer = desk.offer().await;
    assert_eq!(offer.conversation_id, customer.id);
    sara.accept(&offer).await.unwrap();
    let ended = told.event(|event| matches!(event.body, Some(Body::PromiseEnded(_)))).await;
    let Some(Body::PromiseEnded(ended)) = ended.body else { unreachable!() };
    assert_eq!(ended.fate(), pb::PromiseFate::Kept);
}

#[tokio::test]
async fn where_nothing_is_known_no_figure_is_sent_and_nothing_promised() {
    let world = World::open().await;
    let customer = world.customer().await;
    let asked = customer.ask_for_a_person().await;
    let eta = asked.receipt.unwrap().status.unwrap().eta.unwrap();
    assert_eq!((eta.low, eta.high, eta.samples), (None, None, 0));
    assert_eq!(eta.unknown(), pb::EtaUnknown::NobodyThere);
    assert!(asked.conversation.unwrap().promise.is_none());
}

/// The next status in line that fits.
async fn status(told: &mut ChatStream, fits: impl Fn(&pb::QueueStatus) -> bool) -> pb::QueueStatus {
    loop {
        if let Some(Frame::QueueStatus(status)) = told.next().await
            && fits(&status)
        {
            return status;
        }
    }
}

#[tokio::test]
async fn a_number_that_rises_comes_with_its_reason() {
    let world = World::open().await;
    let customer = world.customer().await;
    let mut told = customer.stream(&customer.resume_token).await;
    let asked = customer.ask_for_a_person().await;
    let first = asked.receipt.unwrap().status.unwrap();
    assert_eq!((first.position, first.rise()), (1, pb::PositionRise::Unspecified));
    let endangered = world.customer().await;
    endangered.say("there is a fire in my house").await;
    let second = status(&mut told, |status| status.position == 2).await;
    assert_eq!(second.rise(), pb::PositionRise::Emergencies);
    // Whoever looks next reads the same reason, and none once it is over.
    let mut again = customer.stream(&told.resume_token).await;
    let seen = status(&mut again, |status| status.position == 2).await;
    assert_eq!(seen.rise(), pb::PositionRise::Emergencies);
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let offer = work.offer().await;
    assert_eq!(offer.conversation_id, endangered.id);
    sara.accept(&offer).await.unwrap();
    let third = status(&mut told, |status| status.position == 1).await;
    assert_eq!(third.rise(), pb::PositionRise::Unspecified);
}

#[tokio::test]
async fn everybody_is_shown_the_same_wait_which_goes_on_after_an_agent_gave_it_back() {
    let world = World::open().await;
    let customer = world.customer().await;
    let asked = customer.ask_for_a_person().await;
    let began = asked.receipt.unwrap().status.unwrap().waiting_since.unwrap();
    world.clock.advance(Duration::from_secs(10));
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let offer = work.offer().await;
    assert_eq!(offer.waiting_since, Some(began));
    sara.accept(&offer).await.unwrap();
    // With an agent nobody waits.
    world.clock.advance(Duration::from_secs(5));
    let omar = world.ready("omar").await;
    let mut desk = omar.stream().await;
    sara.present(pb::Presence::Away).await;
    sara.release(&offer.conversation_id, offer.token, "").await;
    let offer = desk.offer().await;
    let since = offer.waiting_since.unwrap();
    // Five seconds were not waited; this clock runs on a little while we look.
    assert!((since.seconds - began.seconds - 5).abs() <= 1, "{began:?} {since:?}");
    let packet = omar.packet(&offer.conversation_id, offer.token).await.unwrap();
    assert_eq!(packet.waiting_since, Some(since));
    let key = world.key(Role::Supervisor, "main");
    let request = pb::ExplainWaitRequest { conversation_id: customer.id.clone() };
    let why = world.admins().explain_wait(with(request, &key)).await.unwrap().into_inner();
    assert_eq!(why.status.unwrap().waiting_since, Some(since));
    // While it is offered, the agents are explained as well.
    let asked = why.agents.iter().find(|agent| agent.agent_id == "omar").unwrap();
    assert_eq!(asked.why_not(), pb::WhyNot::LiveOffer);
    omar.decline(&offer, "no").await.unwrap();
    let request = pb::ListWaitingRequest { session: omar.session(), page_size: 0 };
    let listed = world.agents().list_waiting(with(request, &omar.key)).await.unwrap();
    assert_eq!(listed.into_inner().waiting[0].waiting_since, Some(since));
}

#[tokio::test]
async fn while_the_pool_cannot_be_written_the_customer_is_told_that_the_system_is_disturbed() {
    let clock = TestClock::new();
    let store = Arc::new(Faulty::new(Arc::new(MemoryStore::new(clock.clone())), NoFaults));
    let world = World::on(store.clone(), clock).await;
    let customer = world.customer().await;
    let mut told = customer.stream(&customer.resume_token).await;
    store.set_plan(|call: &Call<'_>| match (call.op.writes(), call.slot) {
        (true, Some(Slot::Pool(_))) => Fate::from(Fault::unavailable()),
        (true | false, Some(_) | None) => Fate::default(),
    });
    let asked = customer.ask_for_a_person().await;
    let not_yet = asked.conversation.unwrap().queue_status.unwrap();
    assert_eq!((not_yet.registered, not_yet.position), (false, 0));
    assert_eq!(not_yet.delay.unwrap().reason(), pb::DelayReason::SystemDegraded);
    let seen = status(&mut told, |status| !status.registered).await;
    assert_eq!(seen.delay.unwrap().reason(), pb::DelayReason::SystemDegraded);
    store.set_plan(NoFaults);
    world.clock.advance(Duration::from_secs(15));
    let now = status(&mut told, |status| status.registered).await;
    assert_ne!(now.delay.unwrap().reason(), pb::DelayReason::SystemDegraded);
    assert_eq!(now.position, 1);
}

#[tokio::test]
async fn while_the_place_is_on_its_way_nobody_is_told_that_something_is_disturbed() {
    let clock = TestClock::new();
    let store = Arc::new(Faulty::new(Arc::new(MemoryStore::new(clock.clone())), NoFaults));
    let world = World::on(store.clone(), clock).await;
    let customer = world.customer().await;
    let mut told = customer.stream(&customer.resume_token).await;
    // All is done, and the second step so late that whoever looks in between sees the first alone.
    store.set_plan(|call: &Call<'_>| match (call.op.writes(), call.slot) {
        (true, Some(Slot::Pool(_))) => Fate { polls_before: 100_000, ..Fate::default() },
        (true | false, Some(_) | None) => Fate::default(),
    });
    let seen = async {
        let between = status(&mut told, |_| true).await;
        (between, status(&mut told, |status| status.registered).await)
    };
    let (asked, (between, after)) = tokio::join!(customer.ask_for_a_person(), seen);
    assert!(!between.registered, "looked at too late: {between:?}");
    assert_eq!(between.delay.unwrap_or_default().reason(), pb::DelayReason::Unspecified);
    assert_eq!(after.position, 1);
    assert!(asked.receipt.unwrap().status.unwrap().registered);
}
