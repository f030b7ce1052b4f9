//! Sessions, offers and rights: who may act, what a repetition does, what a late word is told.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::subscribe_work_response::Frame;
use std::time::Duration;
use tonic::Code;
use tonic_types::StatusExt;

#[tokio::test]
async fn a_stale_token_is_refused_with_the_one_that_counts() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    let token = offer.token.unwrap();
    let stale = pb::OwnershipToken { attempt: token.attempt - 1, ..token };
    let status = sara.say(&customer.id, Some(stale), "hello").await.unwrap_err();
    assert_eq!(refusal(&status), (Code::Aborted, "OWNERSHIP_LOST".to_owned()));
    let details = status.get_error_details();
    let facts = &details.error_info().unwrap().metadata;
    assert_eq!(facts["current_term"], token.term.to_string());
    assert_eq!(facts["current_attempt"], token.attempt.to_string());
    let status = sara.packet(&customer.id, Some(stale)).await.unwrap_err();
    assert_eq!(status.code(), Code::Aborted, "{status}");
}

#[tokio::test]
async fn a_newer_session_ends_the_older_one_for_good() {
    let world = World::open().await;
    let first = world.ready("sara").await;
    let mut work = first.stream().await;
    let second = world.agent("sara").await;
    let frame = work.until(|frame| match frame {
        Frame::Superseded(superseded) => Some(superseded),
        _ => None,
    });
    assert_eq!(frame.await.incarnation, second.session.incarnation);
    assert!(work.next().await.is_none(), "nothing comes after it");
    let superseded = (Code::Aborted, "SESSION_SUPERSEDED".to_owned());
    assert_eq!(refusal(&first.work().await.unwrap_err()), superseded);
    assert_eq!(refusal(&first.subscribe(&[]).await.err().unwrap()), superseded);
    assert!(second.work().await.is_ok());
}

#[tokio::test]
async fn a_session_that_the_store_no_longer_knows_was_taken_by_nobody_and_is_begun_anew() {
    let world = World::open().await;
    let mut sara = world.ready("sara").await;
    // She signed in after the last moment that the store still knows.
    sara.session.incarnation += 1;
    let gone = (Code::FailedPrecondition, "WRONG_STATE".to_owned());
    assert_eq!(refusal(&sara.work().await.unwrap_err()), gone);
    assert_eq!(refusal(&sara.subscribe(&[]).await.err().unwrap()), gone);
    assert!(world.agent("sara").await.work().await.is_ok());
}

#[tokio::test]
async fn a_declined_offer_goes_to_another_and_declining_twice_is_declining_once() {
    let world = World::open().await;
    let (sara, omar) = (world.ready("sara").await, world.ready("omar").await);
    let (mut hers, mut his) = (sara.stream().await, omar.stream().await);
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let (first, second, offer, mut theirs) = tokio::select! {
        offer = hers.offer() => (&sara, &omar, offer, his),
        offer = his.offer() => (&omar, &sara, offer, hers),
    };
    let request_id = world.fresh();
    first.decline(&offer, &request_id).await.unwrap();
    let next = theirs.offer().await;
    assert_eq!(next.conversation_id, customer.id);
    assert!(next.token.unwrap().attempt > offer.token.unwrap().attempt);
    // The answer got lost and the desk asks again: the same answer, and the new offer stands.
    first.decline(&offer, &request_id).await.unwrap();
    second.accept(&next).await.unwrap();
    let status = first.accept(&offer).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
}

#[tokio::test]
async fn accepting_again_under_the_same_id_gives_the_same_assignment() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    let request = pb::AcceptOfferRequest {
        session: sara.session(),
        request_id: "accept-1".to_owned(),
        conversation_id: customer.id.clone(),
        token: offer.token,
    };
    for _ in 0..2 {
        let accepted = world.agents().accept_offer(with(request.clone(), &sara.key)).await;
        assert_eq!(accepted.unwrap().into_inner().assignment.unwrap().token, offer.token);
    }
    let other = pb::DeclineOfferRequest {
        session: request.session.clone(),
        request_id: request.request_id.clone(),
        conversation_id: customer.id.clone(),
        token: offer.token,
        reason: String::new(),
    };
    let status = world.agents().decline_offer(with(other, &sara.key)).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
}

#[tokio::test]
async fn signing_in_again_under_the_same_id_gives_the_same_session() {
    let world = World::open().await;
    let key = world.key(Role::Agent, "sara");
    let request = pb::SignInRequest {
        agent_id: "sara".to_owned(),
        request_id: "in-1".to_owned(),
        client: pb::ClientKind::Browser.into(),
    };
    let first = world.agents().sign_in(with(request.clone(), &key)).await.unwrap().into_inner();
    assert_eq!(first.time_zone, "", "no queue has hours");
    let again = world.agents().sign_in(with(request.clone(), &key)).await.unwrap().into_inner();
    assert_eq!(first.session, again.session);
    let browser = world.app.rules().routing.leases.browser_length;
    assert_eq!(first.lease.unwrap().seconds, browser.as_secs() as i64);
    let other = pb::SignInRequest { client: pb::ClientKind::Program.into(), ..request };
    let status = world.agents().sign_in(with(other, &key)).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
}

#[tokio::test]
async fn a_late_repetition_of_a_presence_does_not_undo_a_newer_one() {
    let world = World::open().await;
    let sara = world.agent("sara").await;
    let set = |presence: pb::Presence, request_id: &str| {
        let request = pb::SetPresenceRequest {
            session: sara.session(),
            request_id: request_id.to_owned(),
            presence: presence.into(),
            away_reason: String::new(),
        };
        let mut agents = world.agents();
        let key = sara.key.clone();
        async move { agents.set_presence(with(request, &key)).await.unwrap().into_inner() }
    };
    set(pb::Presence::Available, "one").await;
    set(pb::Presence::Away, "two").await;
    let agent = set(pb::Presence::Available, "one").await.agent.unwrap();
    assert_eq!(agent.presence(), pb::Presence::Away);
}

#[tokio::test]
async fn a_platform_acts_for_every_agent_over_one_stream() {
    let world = World::open().await;
    let key = world.key(Role::Platform, "main");
    let mut sessions = Vec::new();
    for agent in ["sara", "omar"] {
        let request = pb::SignInRequest {
            agent_id: agent.to_owned(),
            request_id: world.fresh(),
            client: pb::ClientKind::Program.into(),
        };
        let signed = world.agents().sign_in(with(request, &key)).await.unwrap().into_inner();
        sessions.push(signed.session.unwrap());
    }
    // A session of yesterday does not spoil the stream for the others.
    let stale = pb::AgentSession { incarnation: 1, ..sessions[1].clone() };
    let request = pb::SubscribeWorkRequest {
        sessions: vec![sessions[0].clone(), stale],
        ..Default::default()
    };
    let stream = world.agents().subscribe_work(with(request, &key)).await.unwrap();
    let mut stream = stream.into_inner();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let frame = soon(stream.message()).await.unwrap().unwrap();
        seen.push((frame.agent_id, frame.frame.unwrap()));
    }
    seen.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(matches!(&seen[0], (agent, Frame::Superseded(it))
        if agent == "omar" && it.incarnation == sessions[1].incarnation));
    assert!(matches!(&seen[1], (agent, Frame::Attached(_)) if agent == "sara"));
}

#[tokio::test]
async fn an_open_stream_keeps_the_lease_and_without_it_the_customer_keeps_the_place() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut work = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    for _ in 0..3 {
        let before = world.lease_of("sara").await.unwrap();
        world.clock.advance(LEASE / 2);
        while world.lease_of("sara").await.unwrap() <= before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert_eq!(sara.work().await.unwrap().assignments.len(), 1);
    drop(work);
    let gone = async {
        loop {
            world.clock.advance(LEASE);
            let c = world.app.conversation(&customer.conversation()).await.unwrap();
            if c.owner().is_none() {
                return c;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let c = soon(gone).await;
    assert!(c.handoff.is_some_and(|asked| asked.returned || asked.confirmed));
    let status = sara.say(&customer.id, offer.token, "hello?").await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
}

#[tokio::test]
async fn whoever_gave_a_conversation_back_no_longer_sees_it_and_leaves_a_note() {
    let world = World::open().await;
    let sara = world.ready("sara").await;
    let mut hers = sara.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = hers.offer().await;
    sara.accept(&offer).await.unwrap();
    // Others are asked first; were there nobody else, it would come back to her.
    let omar = world.ready("omar").await;
    let mut his = omar.stream().await;
    let released = sara.release(&customer.id, offer.token, "needs the invoice team").await;
    assert_eq!(released.conversation.unwrap().state(), pb::ConversationState::Queued);
    let unassigned = hers.unassigned().await;
    assert_eq!(unassigned.reason(), pb::UnassignReason::Requeued);
    customer.say("are you still there?").await;
    let attached = omar.work().await.unwrap();
    let next = match attached.offers.first() {
        Some(offer) => offer.clone(),
        None => his.offer().await,
    };
    let packet = omar.packet(&customer.id, next.token).await.unwrap();
    assert_eq!(packet.note, "needs the invoice team");
    omar.accept(&next).await.unwrap();
    omar.say(&customer.id, next.token, "now with me").await.unwrap();
    sara.present(pb::Presence::Draining).await;
    let seen = hers.next().await.unwrap();
    assert!(matches!(seen, Frame::PresenceChanged(_)), "{seen:?}");
}

#[tokio::test]
async fn agents_are_registered_changed_and_go_when_their_work_is_done() {
    let world = World::open().await;
    let key = world.key(Role::Platform, "main");
    let profile = pb::AgentProfile {
        agent_id: "lina".to_owned(),
        name: "Lina".to_owned(),
        languages: [("ar".to_owned(), 5), ("en".to_owned(), 3)].into(),
        skills: [("billing".to_owned(), 2)].into(),
        capacity: 1,
    };
    let register = |request_id: &str, profile: &pb::AgentProfile| {
        let profile = Some(profile.clone());
        let request = pb::RegisterAgentRequest { request_id: request_id.to_owned(), profile };
        let (mut agents, key) = (world.agents(), key.clone());
        async move { agents.register_agent(with(request, &key)).await }
    };
    for _ in 0..2 {
        let agent = register("new-1", &profile).await.unwrap().into_inner().agent.unwrap();
        assert_eq!(agent.source(), pb::AgentSource::Registered);
        assert_eq!(agent.profile.as_ref(), Some(&profile));
    }
    let exists = register("new-2", &profile).await.unwrap_err();
    assert_eq!(refusal(&exists), (Code::AlreadyExists, "EXISTS".to_owned()));
    let other = pb::AgentProfile { capacity: 2, ..profile.clone() };
    let reused = register("new-1", &other).await.unwrap_err();
    assert_eq!(refusal(&reused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    let unknown = pb::AgentProfile {
        agent_id: "nora".to_owned(),
        skills: [("juggling".to_owned(), 5)].into(),
        ..profile.clone()
    };
    let status = register("new-3", &unknown).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "FIELD_INVALID".to_owned()));
    let declared = pb::AgentProfile { agent_id: "sara".to_owned(), ..profile.clone() };
    let status = register("new-4", &declared).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);

    let request = pb::UpdateAgentRequest { request_id: world.fresh(), profile: Some(other) };
    let updated = world.agents().update_agent(with(request, &key)).await.unwrap().into_inner();
    assert_eq!(updated.agent.unwrap().profile.unwrap().capacity, 2);

    let lina = world.ready("lina").await;
    let mut work = lina.stream().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let offer = work.offer().await;
    lina.accept(&offer).await.unwrap();
    let remove = || {
        let (agent_id, request_id) = ("lina".to_owned(), "gone-1".to_owned());
        let (mut agents, key) = (world.agents(), key.clone());
        let request = pb::RemoveAgentRequest { request_id, agent_id };
        async move { agents.remove_agent(with(request, &key)).await.unwrap().into_inner() }
    };
    assert!(remove().await.draining, "she still helps somebody");
    lina.say(&customer.id, offer.token, "one moment").await.unwrap();
    let request = pb::SetPresenceRequest {
        session: lina.session(),
        request_id: world.fresh(),
        presence: pb::Presence::Available.into(),
        away_reason: String::new(),
    };
    let status = world.agents().set_presence(with(request, &lina.key)).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "whoever leaves takes nothing new");
    lina.propose(&customer.id, offer.token).await;
    customer.respond(pb::ResolutionAnswer::Confirm).await;
    let gone = async {
        loop {
            let request = pb::ListAgentsRequest::default();
            let listed = world.agents().list_agents(with(request, &key)).await.unwrap();
            let agents = listed.into_inner().agents.into_iter();
            let ids: Vec<String> = agents.filter_map(|a| a.profile).map(|p| p.agent_id).collect();
            if ids == ["omar", "sara"] {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    soon(gone).await;
    assert!(!remove().await.draining, "the same request again finds it done");
}

#[tokio::test]
async fn agents_are_listed_page_by_page() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListAgentsRequest { page_size: 1, page_token };
        let page = world.agents().list_agents(with(request, &key)).await.unwrap().into_inner();
        seen.extend(page.agents.into_iter().filter_map(|a| a.profile).map(|p| p.agent_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["omar", "sara"]);
}
