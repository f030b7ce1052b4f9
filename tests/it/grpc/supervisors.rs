//! What supervisors see, and how they step in: through a real connection.

use super::world::*;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::subscribe_overview_response::Frame as Overview;
use sanad::grpc::pb::watch_conversation_response::Frame as Watched;
use tonic::{Code, Streaming};

/// A supervisor with a key of their own.
struct Boss<'w> {
    world: &'w World,
    key: String,
}

impl<'w> Boss<'w> {
    fn new(world: &'w World) -> Boss<'w> {
        Boss { world, key: world.key(Role::Supervisor, "mona") }
    }

    async fn overview(&self) -> Streaming<pb::SubscribeOverviewResponse> {
        let request = with(pb::SubscribeOverviewRequest {}, &self.key);
        self.world.supervisors().subscribe_overview(request).await.unwrap().into_inner()
    }

    async fn watch(&self, conversation: &str) -> Streaming<pb::WatchConversationResponse> {
        let request = pb::WatchConversationRequest {
            conversation_id: conversation.to_owned(),
            resume_token: String::new(),
        };
        let opened = self.world.supervisors().watch_conversation(with(request, &self.key)).await;
        opened.unwrap().into_inner()
    }

    async fn whisper(&self, conversation: &str, to: &str) -> Result<pb::Event, tonic::Status> {
        let request = pb::WhisperRequest {
            request_id: self.world.fresh(),
            conversation_id: conversation.to_owned(),
            agent_id: to.to_owned(),
            text: WHISPER.to_owned(),
        };
        let said = self.world.supervisors().whisper(with(request, &self.key)).await?;
        Ok(said.into_inner().whisper.unwrap())
    }

    /// The supervisor's own desk, signed in.
    async fn desk(&self) -> Agent<'w> {
        let request =
            pb::OpenDeskRequest { request_id: self.world.fresh(), name: "Mona".to_owned() };
        let opened = self.world.supervisors().open_desk(with(request, &self.key)).await.unwrap();
        let profile = opened.into_inner().agent.unwrap().profile.unwrap();
        let request = pb::SignInRequest {
            agent_id: profile.agent_id,
            request_id: self.world.fresh(),
            client: pb::ClientKind::Program.into(),
        };
        let signed = self.world.agents().sign_in(with(request, &self.key)).await.unwrap();
        let session = signed.into_inner().session.unwrap();
        Agent { world: self.world, key: self.key.clone(), session }
    }

    async fn take_over(
        &self,
        desk: &Agent<'_>,
        conversation: &str,
        request_id: &str,
    ) -> Result<pb::Assignment, tonic::Status> {
        let request = pb::TakeOverRequest {
            request_id: request_id.to_owned(),
            session: desk.session(),
            conversation_id: conversation.to_owned(),
        };
        let taken = self.world.supervisors().take_over(with(request, &self.key)).await?;
        Ok(taken.into_inner().assignment.unwrap())
    }

    async fn reassign(
        &self,
        conversation: &str,
        to: &str,
    ) -> Result<pb::ReassignResponse, tonic::Status> {
        let request = pb::ReassignRequest {
            request_id: self.world.fresh(),
            conversation_id: conversation.to_owned(),
            agent_id: to.to_owned(),
            note: "he knows the shop".to_owned(),
        };
        let done = self.world.supervisors().reassign(with(request, &self.key)).await?;
        Ok(done.into_inner())
    }
}

const WHISPER: &str = "offer to send it again at once";

/// The next frame of a stream that fits.
async fn until<M, T>(stream: &mut Streaming<M>, mut pick: impl FnMut(M) -> Option<T>) -> T {
    loop {
        let message = soon(stream.message()).await.unwrap().expect("the stream should go on");
        if let Some(found) = pick(message) {
            return found;
        }
    }
}

async fn watched(
    stream: &mut Streaming<pb::WatchConversationResponse>,
    fits: impl Fn(&Body) -> bool,
) -> pb::Event {
    until(stream, |message| match message.frame {
        Some(Watched::Event(event)) if event.body.as_ref().is_some_and(&fits) => Some(event),
        _ => None,
    })
    .await
}

/// Sara has a conversation; both streams of hers and the customer's are open.
async fn served<'w>(
    world: &'w World,
    customer: &Customer<'_>,
) -> (Agent<'w>, WorkStream, pb::Assignment) {
    customer.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    let assignment = sara.accept(&offer).await.unwrap();
    work.assigned().await;
    (sara, work, assignment)
}

#[tokio::test]
async fn the_overview_tells_everything_first_and_then_each_change() {
    let world = World::open().await;
    let boss = Boss::new(&world);
    let mut stream = boss.overview().await;
    let first = until(&mut stream, |message| match message.frame {
        Some(Overview::Overview(all)) => Some(all),
        other => panic!("everything comes first, not {other:?}"),
    })
    .await;
    assert_eq!(first.agents.len(), 2, "sara and omar are declared");
    assert_eq!(first.totals.unwrap().agents_available, 0);
    assert!(first.queues.iter().all(|queue| queue.waiting == 0 && queue.open));

    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let waiting = until(&mut stream, |message| match message.frame {
        Some(Overview::Queue(queue)) if queue.waiting == 1 => Some(queue),
        _ => None,
    })
    .await;
    assert_eq!(waiting.oldest_conversation_id, customer.id);
    assert!(waiting.oldest_since.is_some());
    assert_eq!(waiting.delay.unwrap().reason(), pb::DelayReason::NoAgents);

    let sara = world.ready("sara").await;
    let held = |hold: pb::Hold| {
        move |message: pb::SubscribeOverviewResponse| match message.frame {
            Some(Overview::Agent(view)) => view.held.into_iter().find(|held| held.hold() == hold),
            _ => None,
        }
    };
    let offered = until(&mut stream, held(pb::Hold::Offer)).await;
    assert!(offered.until.is_some() && offered.standing.is_none());
    let offer = sara.work().await.unwrap().offers.pop().unwrap();
    sara.accept(&offer).await.unwrap();
    let owned = until(&mut stream, held(pb::Hold::Owned)).await;
    assert_eq!(owned.conversation_id, customer.id);

    customer.say("are you there?").await;
    let unanswered = until(&mut stream, |message| match message.frame {
        Some(Overview::Agent(view)) => {
            let standing = view.held.into_iter().find_map(|held| held.standing);
            standing.filter(|standing| standing.unanswered == 1)
        }
        _ => None,
    })
    .await;
    assert!(unanswered.waiting_since.is_some(), "the agent owes a word");
}

#[tokio::test]
async fn an_instance_that_has_heard_nothing_shows_the_same_overview() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let other = soon(async {
        loop {
            let board = world.another().board().await.unwrap();
            if board.overview.totals.waiting == 1 {
                break board;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    // What was read a moment ago is shown again.
    world.clock.advance(std::time::Duration::from_secs(1));
    let board = world.app.board().await.unwrap();
    assert_eq!(other.overview, board.overview, "both read the store");
}

#[tokio::test]
async fn a_watcher_sees_notes_and_inner_events_and_nobody_is_told() {
    let world = World::open().await;
    let customer = world.customer().await;
    let boss = Boss::new(&world);
    let mut stream = boss.watch(&customer.id).await;
    customer.say("how much is delivery").await;
    let inner = watched(&mut stream, |body| matches!(body, Body::Internal(_))).await;
    assert_eq!(inner.audience(), pb::Audience::Internal);
    let (sara, _work, assignment) = served(&world, &customer).await;
    let request = pb::AddNoteRequest {
        session: sara.session(),
        request_id: world.fresh(),
        conversation_id: customer.id.clone(),
        token: assignment.token,
        text: "tired".to_owned(),
    };
    world.agents().add_note(with(request, &sara.key)).await.unwrap();
    let noted = watched(&mut stream, |body| matches!(body, Body::Noted(_))).await;
    assert_eq!(noted.audience(), pb::Audience::Agents);
    let head = world.app.conversation(&customer.conversation()).await.unwrap().seq;
    let _second = boss.watch(&customer.id).await;
    let after = world.app.conversation(&customer.conversation()).await.unwrap().seq;
    assert_eq!(head, after, "watching changes nothing");
}

#[tokio::test]
async fn a_whisper_reaches_the_agent_who_owns_it_and_nobody_else() {
    let world = World::open().await;
    let customer = world.customer().await;
    let boss = Boss::new(&world);
    let refused = boss.whisper(&customer.id, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "nobody owns it yet");
    let (sara, mut work, assignment) = served(&world, &customer).await;
    let refused = boss.whisper(&customer.id, "omar").await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted, "it is meant for somebody who does not own it");
    let said = boss.whisper(&customer.id, "sara").await.unwrap();
    assert_eq!(said.audience(), pb::Audience::Owner);
    let heard = loop {
        let (event, _) = work.event().await;
        if let Some(Body::Whispered(whisper)) = event.body {
            break whisper;
        }
    };
    assert_eq!((heard.supervisor.as_str(), heard.text.as_str()), ("mona", WHISPER));
    sara.say(&customer.id, assignment.token, "good morning").await.unwrap();
    let mut told = customer.stream("").await;
    loop {
        let event = told.event(|_| true).await;
        assert!(!format!("{event:?}").contains(WHISPER), "{event:?}");
        if text_of(&event).as_deref() == Some("good morning") {
            break;
        }
    }
    // The next agent is not told what was said to the one before.
    let omar = world.ready("omar").await;
    let mut stream = omar.subscribe(&[(customer.id.as_str(), "")]).await.unwrap();
    stream.attached().await;
    sara.release(&customer.id, assignment.token, "").await;
    let offer = stream.offer().await;
    omar.accept(&offer).await.unwrap();
    let packet = omar.packet(&customer.id, offer.token).await.unwrap();
    assert!(!format!("{packet:?}").contains(WHISPER));
    omar.say(&customer.id, offer.token, "I go on").await.unwrap();
    loop {
        let (event, _) = stream.event().await;
        assert!(!format!("{event:?}").contains(WHISPER), "{event:?}");
        if text_of(&event).as_deref() == Some("I go on") {
            break;
        }
    }
}

#[tokio::test]
async fn a_supervisor_takes_over_and_the_agent_before_is_told_and_free() {
    let world = World::open().await;
    let customer = world.customer().await;
    let boss = Boss::new(&world);
    let (sara, mut work, before) = served(&world, &customer).await;
    let desk = boss.desk().await;
    let mut at_desk = desk.stream().await;
    let request_id = world.fresh();
    let taken = boss.take_over(&desk, &customer.id, &request_id).await.unwrap();
    let again = boss.take_over(&desk, &customer.id, &request_id).await.unwrap();
    assert_eq!(taken.token, again.token, "once for each request");
    assert!(taken.token.unwrap().attempt > before.token.unwrap().attempt);

    // The agent before.
    let left = work.unassigned().await;
    assert_eq!(left.reason(), pb::UnassignReason::TakenOver);
    assert_eq!(sara.work().await.unwrap().agent.unwrap().load, 0, "her hands are free");
    let refused = sara.say(&customer.id, before.token, "one moment").await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted, "her token is void");

    // The customer.
    desk.say(&customer.id, taken.token, "I am Mona").await.unwrap();
    let mut told = customer.stream("").await;
    let mut names = Vec::new();
    loop {
        let event = told.event(|_| true).await;
        if let Some(Body::Notice(notice)) = &event.body {
            names.push(notice.text.clone().unwrap().text);
        }
        if text_of(&event).as_deref() == Some("I am Mona") {
            assert_eq!(event.author.unwrap().name, "Mona");
            break;
        }
    }
    assert!(names.last().unwrap().contains("Mona"), "the customer hears who writes now: {names:?}");

    // The supervisor's own desk.
    assert_eq!(at_desk.assigned().await.token, taken.token);
    let mine = desk.work().await.unwrap().assignments;
    assert_eq!(mine.len(), 1);
    let mut stream = boss.watch(&customer.id).await;
    let event = watched(&mut stream, |body| matches!(body, Body::TakenOver(_))).await;
    let Some(Body::TakenOver(over)) = event.body else { unreachable!() };
    assert_eq!(over.from.unwrap().agent_id, "sara");
}

#[tokio::test]
async fn a_supervisor_takes_over_what_waits_and_what_the_bot_has() {
    let world = World::open().await;
    let boss = Boss::new(&world);
    let desk = boss.desk().await;
    let waiting = world.customer().await;
    waiting.ask_for_a_person().await;
    let taken = boss.take_over(&desk, &waiting.id, &world.fresh()).await.unwrap();
    assert_eq!(taken.conversation.unwrap().state(), pb::ConversationState::Human);
    let with_bot = world.customer().await;
    with_bot.say("how much is delivery").await;
    let taken = boss.take_over(&desk, &with_bot.id, &world.fresh()).await.unwrap();
    assert_eq!(taken.conversation.unwrap().state(), pb::ConversationState::Human);
    desk.propose(&with_bot.id, taken.token).await;
    with_bot.respond(pb::ResolutionAnswer::Confirm).await;
    let refused = boss.take_over(&desk, &with_bot.id, &world.fresh()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "it has ended");
}

#[tokio::test]
async fn nobody_takes_over_at_another_desk_or_without_one() {
    let world = World::open().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let boss = Boss::new(&world);
    let sara = world.agent("sara").await;
    let refused = boss.take_over(&sara, &customer.id, &world.fresh()).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "not at an agent's desk");
    let other = Boss { world: &world, key: world.key(Role::Supervisor, "noor") };
    let desk = boss.desk().await;
    let refused = other.take_over(&desk, &customer.id, &world.fresh()).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "not at another supervisor's");
    let request = pb::ListMyWorkRequest { session: sara.session() };
    let refused = world.agents().list_my_work(with(request, &boss.key)).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "nor read there");
    desk.present(pb::Presence::Offline).await;
    let refused = boss.take_over(&desk, &customer.id, &world.fresh()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "not without being signed in");
    let profile = pb::AgentProfile {
        agent_id: "supervisor-zed".to_owned(),
        name: "Zed".to_owned(),
        languages: [("en".to_owned(), 3)].into(),
        skills: Default::default(),
        capacity: 1,
    };
    let request = pb::RegisterAgentRequest { request_id: world.fresh(), profile: Some(profile) };
    let admin = world.key(Role::Admin, "main");
    let refused = world.agents().register_agent(with(request, &admin)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "such ids are kept for supervisors");
}

#[tokio::test]
async fn a_supervisor_who_only_watches_is_not_there_for_customers() {
    let world = World::open().await;
    let boss = Boss::new(&world);
    let _desk = boss.desk().await;
    let customer = world.customer().await;
    let asked = customer.ask_for_a_person().await;
    let status = asked.receipt.unwrap().status.unwrap();
    assert_eq!(status.delay.unwrap().reason(), pb::DelayReason::NoAgents);
}

#[tokio::test]
async fn a_conversation_is_given_to_another_agent_with_its_wait_kept() {
    let world = World::open().await;
    let customer = world.customer().await;
    let boss = Boss::new(&world);
    let (sara, mut work, before) = served(&world, &customer).await;
    let refused = boss.reassign(&customer.id, "omar").await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "omar is not signed in");
    let omar = world.agent("omar").await;
    let mut at_omar = omar.stream().await;
    omar.present(pb::Presence::Available).await;
    let refused = boss.reassign(&customer.id, "sara").await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "it is hers already");
    let done = boss.reassign(&customer.id, "omar").await.unwrap();
    assert!(done.events.iter().any(|event| matches!(event.body, Some(Body::Noted(_)))));
    assert_eq!(work.unassigned().await.reason(), pb::UnassignReason::Requeued);
    let refused = sara.say(&customer.id, before.token, "one moment").await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    let offer = at_omar.offer().await;
    assert_eq!(offer.conversation_id, customer.id, "omar is asked first, sara is not");
    omar.accept(&offer).await.unwrap();
    let c = world.app.conversation(&customer.conversation()).await.unwrap();
    assert_eq!(c.owner(), Some(&agent_id("omar")));
}

#[tokio::test]
async fn an_agent_ends_the_time_for_writing_up_early() {
    let world = World::open_with(|rules| {
        rules.routing.wrap_up = std::time::Duration::from_secs(600);
    })
    .await;
    let customer = world.customer().await;
    let (sara, _work, assignment) = served(&world, &customer).await;
    sara.propose(&customer.id, assignment.token).await;
    customer.respond(pb::ResolutionAnswer::Confirm).await;
    let load = async || sara.work().await.unwrap().agent.unwrap().load;
    assert_eq!(load().await, 1, "writing up takes its place");
    let end = async || {
        let request = pb::EndWrapUpRequest {
            session: sara.session(),
            request_id: world.fresh(),
            conversation_id: customer.id.clone(),
        };
        let ended = world.agents().end_wrap_up(with(request, &sara.key)).await.unwrap();
        ended.into_inner().agent.unwrap().load
    };
    assert_eq!(end().await, 0);
    assert_eq!(end().await, 0, "it was over already");
}

#[tokio::test]
async fn an_alert_is_raised_at_its_limit_and_cleared_when_it_has_become_better() {
    let world = World::open().await;
    let boss = Boss::new(&world);
    let mut stream = boss.overview().await;
    let customer = world.customer().await;
    customer.ask_for_a_person().await;
    let limits = world.app.rules().routing.alerts;
    let moment = std::time::Duration::from_secs(1);
    world.clock.advance(limits.nobody_there + moment);
    let nobody = |alert: &pb::RaisedAlert| alert.kind() == pb::AlertKind::NobodyThere;
    let raised = until(&mut stream, |message| match message.frame {
        Some(Overview::AlertRaised(alert)) => Some(alert).filter(nobody),
        _ => None,
    })
    .await;
    assert!(!raised.queue_id.is_empty());
    assert!(raised.waited.unwrap().seconds >= limits.nobody_there.as_secs() as i64);
    // Whoever looks later sees that it stands.
    let mut late = boss.overview().await;
    let stands = until(&mut late, |message| match message.frame {
        Some(Overview::Overview(all)) => Some(all.alerts),
        _ => None,
    })
    .await;
    assert!(stands.contains(&raised));
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    world.clock.advance(limits.hold + moment);
    let cleared = until(&mut stream, |message| match message.frame {
        Some(Overview::AlertCleared(alert)) => Some(alert).filter(nobody),
        _ => None,
    })
    .await;
    assert_eq!(cleared, raised);
}

#[tokio::test]
async fn an_agent_reports_abuse_and_the_supervisors_are_alerted_until_one_takes_it_over() {
    let world = World::open().await;
    let boss = Boss::new(&world);
    let customer = world.customer().await;
    let (sara, _work, assignment) = served(&world, &customer).await;
    let mut stream = boss.overview().await;
    let report = async || {
        let request = pb::ReportAbuseRequest {
            session: sara.session(),
            request_id: world.fresh(),
            conversation_id: customer.id.clone(),
            token: assignment.token,
            note: "he insults me".to_owned(),
        };
        world.agents().report_abuse(with(request, &sara.key)).await.unwrap().into_inner().events
    };
    let alerts = |events: &[pb::Event]| {
        let alerted = |event: &&pb::Event| matches!(event.body, Some(Body::SupervisorAlerted(_)));
        events.iter().filter(alerted).count()
    };
    assert_eq!(alerts(&report().await), 1);
    assert_eq!(alerts(&report().await), 0, "once is enough");
    let abuse = |alert: &pb::RaisedAlert| alert.kind() == pb::AlertKind::AbuseReported;
    let raised = until(&mut stream, |message| match message.frame {
        Some(Overview::AlertRaised(alert)) => Some(alert).filter(abuse),
        _ => None,
    })
    .await;
    assert_eq!(raised.conversation_id, customer.id);
    let mut told = customer.stream("").await;
    let desk = boss.desk().await;
    boss.take_over(&desk, &customer.id, &world.fresh()).await.unwrap();
    loop {
        let event = told.event(|_| true).await;
        assert!(!format!("{event:?}").contains("insults"), "{event:?}");
        if matches!(&event.body, Some(Body::AgentJoined(_)))
            && event.author.as_ref().is_some_and(|author| author.name == "Mona")
        {
            break;
        }
    }
    world.clock.advance(world.app.rules().routing.alerts.hold);
    until(&mut stream, |message| match message.frame {
        Some(Overview::AlertCleared(alert)) => Some(alert).filter(abuse),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn customers_never_read_the_name_of_a_key() {
    let world = World::open().await;
    let key = world.key(Role::Supervisor, "main");
    let open = async |name: &str| {
        let request = pb::OpenDeskRequest { request_id: world.fresh(), name: name.to_owned() };
        world.supervisors().open_desk(with(request, &key)).await
    };
    let name_of = |opened: pb::OpenDeskResponse| opened.agent.unwrap().profile.unwrap().name;
    let refused = open("").await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("name"), "{refused:?}");
    assert_eq!(name_of(open("منى").await.unwrap().into_inner()), "منى");
    assert_eq!(name_of(open("").await.unwrap().into_inner()), "منى", "as it was");
}

#[tokio::test]
async fn everybody_of_the_staff_is_told_by_whose_clock_the_shop_lives() {
    use sanad::domain::routing::hours::Hours;
    use sanad::domain::routing::settings::Queues;
    let world = World::open_with(|rules| {
        let mut queues: Vec<_> = rules.routing.queues.iter().cloned().collect();
        queues[0].hours = Some(Hours::new("Asia/Riyadh", Default::default(), &[]).unwrap());
        rules.routing.queues = Queues::from_list(queues).unwrap();
    })
    .await;
    let frame = Boss::new(&world).overview().await.message().await.unwrap().unwrap();
    let Some(Overview::Overview(all)) = frame.frame else { panic!("{frame:?}") };
    assert_eq!(all.time_zone, "Asia/Riyadh");
    let admin = world.key(Role::Admin, "main");
    let rules = world.admins().get_rules(with(pb::GetRulesRequest {}, &admin)).await.unwrap();
    assert_eq!(rules.into_inner().time_zone, "Asia/Riyadh");
    let sara = world.key(Role::Agent, "sara");
    let (agent_id, request_id) = ("sara".to_owned(), world.fresh());
    let request = pb::SignInRequest { agent_id, request_id, ..Default::default() };
    let signed = world.agents().sign_in(with(request, &sara)).await.unwrap();
    assert_eq!(signed.into_inner().time_zone, "Asia/Riyadh");
}
