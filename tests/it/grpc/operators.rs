//! What operators see and do: rules, reasons, queues, lists, and conversations put right.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use std::time::Duration;
use tonic::Code;

#[tokio::test]
async fn a_message_is_explained_and_nothing_is_left_behind() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    let check = |text: &'static str, language: &'static str| {
        let request = pb::ExplainMessageRequest { text: text.into(), language: language.into() };
        let (mut admins, key) = (world.admins(), key.clone());
        async move { admins.explain_message(with(request, &key)).await.unwrap().into_inner() }
    };
    let person = check("I want to talk to a person", "en").await;
    assert_eq!(person.outcome(), pb::Outcome::Handoff);
    assert_eq!(person.handoff_reason(), pb::HandoffReason::HumanRequest);
    let reading = person.reading.unwrap();
    let signal = &reading.signals[0];
    assert_eq!(signal.kind(), pb::SignalKind::HumanRequest);
    assert!(signal.evidence.iter().any(|found| !found.quote.is_empty()), "{signal:?}");
    assert_eq!((reading.variety(), reading.language.as_str()), (pb::Variety::English, "en"));
    assert!(!person.says[0].text.is_empty());
    let thanks = check("شكرا", "").await;
    assert_eq!(thanks.outcome(), pb::Outcome::Social);
    assert_eq!(thanks.reading.unwrap().social_act, "thanks");
    assert_eq!(thanks.says[0].direction(), pb::Direction::Rtl);
    let answer = check("where is my order", "en").await;
    assert!(!answer.entry_id.is_empty(), "{answer:?}");
    let text = "tell me where my parcel might be or give me a refund";
    let candidates = check(text, "en").await.reading.unwrap().candidates;
    let because: Vec<&[pb::Evidence]> = candidates.iter().map(|one| &one.evidence[..]).collect();
    let [winner, runner_up, rest @ ..] = &because[..] else { panic!("{candidates:?}") };
    assert!(!winner.is_empty() && !runner_up.is_empty() && winner != runner_up, "{candidates:?}");
    assert!(rest.iter().all(|because| because.is_empty()), "{candidates:?}");
    for found in winner.iter().chain(*runner_up) {
        assert_eq!(text.get(found.start as usize..found.end as usize), Some(&found.quote[..]));
        assert!(!found.quote.is_empty() && found.weight > 0.0, "{found:?}");
    }
    let listed = list(&world, &key, pb::ConversationState::Unspecified, 10, "").await;
    assert!(listed.conversations.is_empty());
    assert_eq!(world.app.router().waiting(), 0);
}

#[tokio::test]
async fn a_wait_is_explained_agent_by_agent() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    let omar = world.agent("omar").await;
    let customer = world.customer().await;
    let explain = || {
        let request = pb::ExplainWaitRequest { conversation_id: customer.id.clone() };
        let (mut admins, key) = (world.admins(), key.clone());
        async move { admins.explain_wait(with(request, &key)).await }
    };
    let status = explain().await.unwrap_err();
    assert_eq!(refusal(&status), (Code::FailedPrecondition, "WRONG_STATE".to_owned()));
    customer.ask_for_a_person().await;
    let told = explain().await.unwrap().into_inner();
    let fit = |id: &str| told.agents.iter().find(|fit| fit.agent_id == id).unwrap();
    assert_eq!(fit("omar").why_not(), pb::WhyNot::Away);
    assert_eq!(fit("sara").why_not(), pb::WhyNot::NotSignedIn);
    assert!(fit("omar").eligible && fit("sara").eligible, "they could, were they there");
    assert_eq!(told.requirements.get("en"), Some(&1));
    assert!(told.status.unwrap().registered);
    omar.present(pb::Presence::Available).await;
    let mut work = omar.stream().await;
    let held = omar.work().await.unwrap();
    let offer = match held.offers.first() {
        Some(offer) => offer.clone(),
        None => work.offer().await,
    };
    omar.decline(&offer, &world.fresh()).await.unwrap();
    let told = explain().await.unwrap().into_inner();
    assert_eq!(told.offers_not_taken, 1);
}

#[tokio::test]
async fn queues_are_listed_with_who_waits_and_who_is_there() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    world.agent("omar").await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    world.clock.advance(Duration::from_secs(90));
    let listed = world.admins().list_queues(with(pb::ListQueuesRequest {}, &key)).await;
    let listed = listed.unwrap().into_inner();
    let waiting: u32 = listed.queues.iter().map(|queue| queue.waiting).sum();
    assert_eq!((waiting, listed.agents_available, listed.agents_away), (1, 0, 1));
    let queue = listed.queues.iter().find(|queue| queue.waiting == 1).unwrap();
    assert!(queue.open && queue.title.len() == 2);
    assert!(queue.longest_wait.unwrap().seconds >= 90);
}

#[tokio::test]
async fn conversations_are_listed_the_latest_first_page_by_page() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.customer().await.id);
        world.clock.advance(Duration::from_secs(1));
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = list(&world, &key, pb::ConversationState::Bot, 2, &token).await;
        assert!(page.conversations.len() <= 2);
        let here = page.conversations.into_iter().filter_map(|line| line.conversation);
        seen.extend(here.map(|c| c.conversation_id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ids);
    let queued = list(&world, &key, pb::ConversationState::Queued, 10, "").await;
    assert!(queued.conversations.is_empty());
}

async fn list(
    world: &World,
    key: &str,
    state: pb::ConversationState,
    page_size: u32,
    page_token: &str,
) -> pb::ListConversationsResponse {
    let page_token = page_token.to_owned();
    let request = pb::ListConversationsRequest { state: state.into(), page_size, page_token };
    world.admins().list_conversations(with(request, key)).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_supervisor_puts_a_conversation_back_with_a_note_for_the_next_agent() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    let sara = world.ready("sara").await;
    let mut hers = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = hers.offer().await;
    sara.accept(&offer).await.unwrap();
    let omar = world.ready("omar").await;
    let mut his = omar.stream().await;
    let request = pb::RequeueConversationRequest {
        request_id: world.fresh(),
        conversation_id: customer.id.clone(),
        note: "sara has gone home".to_owned(),
    };
    for _ in 0..2 {
        let done = world.admins().requeue_conversation(with(request.clone(), &key)).await;
        assert!(!done.unwrap().into_inner().events.is_empty());
    }
    assert_eq!(hers.unassigned().await.reason(), pb::UnassignReason::Requeued);
    let status = sara.say(&customer.id, offer.token, "wait").await.unwrap_err();
    assert_eq!(refusal(&status).1, "OWNERSHIP_LOST");
    let next = his.offer().await;
    let packet = omar.packet(&customer.id, next.token).await.unwrap();
    assert_eq!(packet.note, "sara has gone home");
}

#[tokio::test]
async fn rules_and_counters_are_told() {
    let world = World::open().await;
    let key = world.key(Role::Admin, "main");
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let rules = world.admins().get_rules(with(pb::GetRulesRequest {}, &key)).await.unwrap();
    let rules = rules.into_inner();
    assert_eq!(rules.rules_version, world.app.rules().version.to_string());
    assert!(rules.refused.is_none());
    let stats = world.admins().get_stats(with(pb::GetStatsRequest {}, &key)).await.unwrap();
    let counters = stats.into_inner().counters;
    let value = |name: &str| {
        counters.iter().find(|counter| counter.name == name).map(|counter| counter.value)
    };
    assert_eq!(value("sanad_handoffs_total{reason=\"human_request\"}"), Some(1));
    assert_eq!(value("sanad_waiting"), Some(1));
    let parked = pb::ListParkedEntriesRequest::default();
    let parked = world.admins().list_parked_entries(with(parked, &key)).await.unwrap();
    assert!(parked.into_inner().entries.is_empty());
    let unpark = pb::UnparkEntryRequest {
        request_id: world.fresh(),
        entry_id: format!("to-pool/{}", customer.id),
    };
    let status = world.admins().unpark_entry(with(unpark, &key)).await.unwrap_err();
    assert_eq!(refusal(&status).0, Code::NotFound);
}
