//! The agent's desk against a server with real sockets, including a stream that breaks.

use super::*;
use crate::cli::fake::{Running, any_port, said, text};
use crate::cli::terminal::fake::{Shown, script};
use crate::grpc::pb::agent_service_server::{AgentService, AgentServiceServer};
use crate::grpc::pb::subscribe_work_response::Frame;
use crate::grpc::pb::*;
use clap::Parser;
use futures::stream::BoxStream;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response};

/// What the fake knows and was asked for.
#[derive(Default)]
struct Office {
    offer: Option<Offer>,
    assignment: Option<Assignment>,
    /// The events of the conversation after the packet's.
    events: Vec<Event>,
    calls: Vec<String>,
    presence: Vec<(Presence, String)>,
    tokens: Vec<String>,
    heartbeats_refused: usize,
    /// Nobody can sign in.
    away: bool,
    /// The next stream breaks after its first frames.
    breaks: bool,
}

#[derive(Clone)]
struct FakeAgents {
    office: Arc<Mutex<Office>>,
    live: Arc<Mutex<broadcast::Sender<Frame>>>,
}

const FIRST_LIVE: u64 = 3;

impl FakeAgents {
    fn new() -> FakeAgents {
        let live = Arc::new(Mutex::new(broadcast::Sender::new(64)));
        FakeAgents { office: Arc::default(), live }
    }

    fn serve(&self) -> Running {
        let service = AgentServiceServer::new(self.clone());
        let any: SocketAddr = any_port();
        Running::start(any, || tonic::transport::Server::builder().add_service(service))
    }

    fn office(&self) -> MutexGuard<'_, Office> {
        self.office.lock().unwrap()
    }

    fn offer(&self, id: &str) {
        let offer = Offer {
            conversation_id: id.to_owned(),
            token: Some(OwnershipToken { term: 1, attempt: 1 }),
            reason: HandoffReason::HumanRequest.into(),
            headline: text("wants a refund"),
            ..Default::default()
        };
        self.office().offer = Some(offer.clone());
        self.send(Frame::Offer(offer));
    }

    fn happen(&self, words: &str) {
        let mut office = self.office();
        let sequence = FIRST_LIVE + office.events.len() as u64;
        let event = Event { sequence, ..said(Party::Customer, "", words) };
        office.events.push(event.clone());
        drop(office);
        self.send(frame(event));
    }

    /// To all open streams; nobody need listen.
    fn send(&self, frame: Frame) {
        let _ = self.live.lock().unwrap().send(frame);
    }

    /// Ends all open streams.
    fn cut(&self) {
        *self.live.lock().unwrap() = broadcast::Sender::new(64);
    }

    fn note(&self, what: String) {
        self.office().calls.push(what);
    }
}

fn frame(event: Event) -> Frame {
    let sequence = event.sequence;
    Frame::ConversationEvent(ConversationEvent {
        conversation_id: "c1".to_owned(),
        event: Some(event),
        resume_token: sequence.to_string(),
        through_sequence: sequence,
        ..ConversationEvent::default()
    })
}

type Answer<T> = Result<Response<T>, Status>;

fn absent<T>() -> Answer<T> {
    Err(Status::unimplemented("the fake does not do this"))
}

#[tonic::async_trait]
impl AgentService for FakeAgents {
    type SubscribeWorkStream = BoxStream<'static, Result<SubscribeWorkResponse, Status>>;

    async fn sign_in(&self, request: Request<SignInRequest>) -> Answer<SignInResponse> {
        let key = request.metadata().get("authorization").unwrap();
        assert_eq!(key, "Bearer sanad_agent_sara_00");
        if self.office().away {
            return Err(Status::unavailable("the store is away"));
        }
        let agent_id = request.into_inner().agent_id;
        self.note(format!("sign in {agent_id}"));
        let profile = AgentProfile { name: "Sara".to_owned(), ..Default::default() };
        Ok(Response::new(SignInResponse {
            session: Some(AgentSession { agent_id, incarnation: 1 }),
            heartbeat_every: Some(prost_types::Duration { seconds: 0, nanos: 50_000_000 }),
            agent: Some(Agent { profile: Some(profile), ..Default::default() }),
            time_zone: "Asia/Riyadh".to_owned(),
            ..Default::default()
        }))
    }

    async fn set_presence(
        &self,
        request: Request<SetPresenceRequest>,
    ) -> Answer<SetPresenceResponse> {
        let request = request.into_inner();
        self.office().presence.push((request.presence(), request.away_reason));
        Ok(Response::new(SetPresenceResponse::default()))
    }

    async fn heartbeat(&self, _: Request<HeartbeatRequest>) -> Answer<HeartbeatResponse> {
        let mut office = self.office();
        if office.heartbeats_refused > 0 {
            office.heartbeats_refused -= 1;
            return Err(Status::failed_precondition("not signed in"));
        }
        Ok(Response::new(HeartbeatResponse::default()))
    }

    async fn subscribe_work(
        &self,
        request: Request<SubscribeWorkRequest>,
    ) -> Answer<Self::SubscribeWorkStream> {
        let token = request.into_inner().resume_tokens.remove("c1").unwrap_or_default();
        let (sender, frames) = mpsc::channel(64);
        let mut live = self.live.lock().unwrap().subscribe();
        let seen: u64 = token.parse().unwrap_or(0);
        let (first, breaks) = {
            let mut office = self.office();
            office.tokens.push(token);
            let attached = WorkAttached {
                offers: office.offer.clone().into_iter().collect(),
                assignments: office.assignment.clone().into_iter().collect(),
                ..Default::default()
            };
            let missed = office.events.iter().filter(|event| event.sequence > seen).cloned();
            let mut first = vec![Frame::Attached(attached)];
            first.extend(missed.map(frame));
            (first, std::mem::take(&mut office.breaks))
        };
        tokio::spawn(async move {
            let response = |frame| {
                Ok(SubscribeWorkResponse { agent_id: "sara".to_owned(), frame: Some(frame) })
            };
            for frame in first {
                let _ = sender.send(response(frame)).await;
            }
            if breaks {
                let _ = sender.send(Err(Status::unavailable("the line broke"))).await;
                return;
            }
            while let Ok(frame) = live.recv().await {
                if sender.send(response(frame)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(frames))))
    }

    async fn accept_offer(
        &self,
        request: Request<AcceptOfferRequest>,
    ) -> Answer<AcceptOfferResponse> {
        let request = request.into_inner();
        self.note(format!("accept {}", request.conversation_id));
        let conversation =
            Conversation { conversation_id: request.conversation_id, ..Default::default() };
        let assignment = Assignment {
            conversation: Some(conversation),
            token: request.token,
            ..Default::default()
        };
        let mut office = self.office();
        office.offer = None;
        office.assignment = Some(assignment.clone());
        Ok(Response::new(AcceptOfferResponse { assignment: Some(assignment) }))
    }

    async fn decline_offer(
        &self,
        request: Request<DeclineOfferRequest>,
    ) -> Answer<DeclineOfferResponse> {
        self.note(format!("decline: {}", request.into_inner().reason));
        Ok(Response::new(DeclineOfferResponse {}))
    }

    async fn get_handoff_packet(
        &self,
        _: Request<GetHandoffPacketRequest>,
    ) -> Answer<GetHandoffPacketResponse> {
        let first = Event { sequence: 1, ..said(Party::Customer, "", "give my money back") };
        let second = Event { sequence: 2, ..said(Party::Bot, "Sanad", "a person will help") };
        let packet = HandoffPacket {
            reason: HandoffReason::HumanRequest.into(),
            transcript: vec![first, second],
            ..Default::default()
        };
        Ok(Response::new(GetHandoffPacketResponse { packet: Some(packet) }))
    }

    async fn send_agent_message(
        &self,
        request: Request<SendAgentMessageRequest>,
    ) -> Answer<SendAgentMessageResponse> {
        let request = request.into_inner();
        self.note(format!("say {}: {}", request.conversation_id, request.text));
        Ok(Response::new(SendAgentMessageResponse::default()))
    }

    async fn propose_resolution(
        &self,
        request: Request<ProposeResolutionRequest>,
    ) -> Answer<ProposeResolutionResponse> {
        self.note(format!("propose {}", request.into_inner().disposition));
        Ok(Response::new(ProposeResolutionResponse::default()))
    }

    async fn release_conversation(
        &self,
        request: Request<ReleaseConversationRequest>,
    ) -> Answer<ReleaseConversationResponse> {
        self.note(format!("release: {}", request.into_inner().note));
        Ok(Response::new(ReleaseConversationResponse::default()))
    }

    async fn promise_follow_up(
        &self,
        request: Request<PromiseFollowUpRequest>,
    ) -> Answer<PromiseFollowUpResponse> {
        self.note(format!("promise: {}", request.into_inner().what));
        Ok(Response::new(PromiseFollowUpResponse::default()))
    }

    async fn list_waiting(&self, _: Request<ListWaitingRequest>) -> Answer<ListWaitingResponse> {
        self.note("waiting".to_owned());
        let waits = |id: &str| WaitingConversation {
            conversation_id: id.to_owned(),
            headline: text("wants a refund"),
            ..Default::default()
        };
        let waiting = vec![waits("c7"), WaitingConversation { ahead: 1, ..waits("c1") }];
        Ok(Response::new(ListWaitingResponse { waiting }))
    }

    async fn claim_conversation(
        &self,
        request: Request<ClaimConversationRequest>,
    ) -> Answer<ClaimConversationResponse> {
        let conversation_id = request.into_inner().conversation_id;
        self.note(format!("claim {conversation_id}"));
        let conversation = Some(Conversation { conversation_id, ..Default::default() });
        let token = Some(OwnershipToken { term: 1, attempt: 1 });
        let assignment = Some(Assignment { conversation, token, ..Default::default() });
        Ok(Response::new(ClaimConversationResponse { assignment }))
    }

    async fn suggest_replies(
        &self,
        request: Request<SuggestRepliesRequest>,
    ) -> Answer<SuggestRepliesResponse> {
        self.note(format!("suggest {}", request.into_inner().about));
        let reply = |words| SuggestedReply { text: text(words), ..Default::default() };
        let replies = vec![reply("five working days"), reply("it is on its way")];
        Ok(Response::new(SuggestRepliesResponse { replies }))
    }

    async fn add_note(&self, request: Request<AddNoteRequest>) -> Answer<AddNoteResponse> {
        self.note(format!("note {}", request.into_inner().text));
        Ok(Response::new(AddNoteResponse::default()))
    }

    async fn transfer_conversation(
        &self,
        request: Request<TransferConversationRequest>,
    ) -> Answer<TransferConversationResponse> {
        let request = request.into_inner();
        self.note(format!("transfer {:?} {}", request.to.unwrap(), request.note));
        Ok(Response::new(TransferConversationResponse::default()))
    }

    async fn set_agent_typing(
        &self,
        request: Request<SetAgentTypingRequest>,
    ) -> Answer<SetAgentTypingResponse> {
        self.note(format!("types in {}", request.into_inner().conversation_id));
        Ok(Response::new(SetAgentTypingResponse { passed_on: true }))
    }

    async fn mark_agent_read(
        &self,
        request: Request<MarkAgentReadRequest>,
    ) -> Answer<MarkAgentReadResponse> {
        let request = request.into_inner();
        self.note(format!("read {} to {}", request.conversation_id, request.through_sequence));
        Ok(Response::new(MarkAgentReadResponse::default()))
    }

    async fn report_abuse(&self, _: Request<ReportAbuseRequest>) -> Answer<ReportAbuseResponse> {
        absent()
    }

    async fn block_customer(
        &self,
        request: Request<BlockCustomerRequest>,
    ) -> Answer<BlockCustomerResponse> {
        self.note(format!("block {}", request.into_inner().reason));
        Ok(Response::new(BlockCustomerResponse::default()))
    }

    async fn end_wrap_up(&self, _: Request<EndWrapUpRequest>) -> Answer<EndWrapUpResponse> {
        absent()
    }

    async fn list_my_work(&self, _: Request<ListMyWorkRequest>) -> Answer<ListMyWorkResponse> {
        absent()
    }

    async fn list_agents(&self, _: Request<ListAgentsRequest>) -> Answer<ListAgentsResponse> {
        absent()
    }

    async fn register_agent(
        &self,
        _: Request<RegisterAgentRequest>,
    ) -> Answer<RegisterAgentResponse> {
        absent()
    }

    async fn update_agent(&self, _: Request<UpdateAgentRequest>) -> Answer<UpdateAgentResponse> {
        absent()
    }

    async fn remove_agent(&self, _: Request<RemoveAgentRequest>) -> Answer<RemoveAgentResponse> {
        absent()
    }
}

#[derive(Parser)]
struct Alone {
    #[command(flatten)]
    agent: AgentArgs,
}

struct AtWork {
    lines: Option<mpsc::Sender<String>>,
    shown: Shown,
    command: JoinHandle<anyhow::Result<()>>,
    _server: Running,
    _data: tempfile::TempDir,
}

impl AtWork {
    fn start(fake: &FakeAgents, more: &[&str]) -> AtWork {
        let data = tempfile::tempdir().unwrap();
        let key = crate::cli::connect::key_path(data.path(), Role::Agent, "sara");
        std::fs::create_dir_all(key.parent().unwrap()).unwrap();
        std::fs::write(&key, "sanad_agent_sara_00\n").unwrap();
        let server = fake.serve();
        let (url, data_dir) = (server.url(), data.path().to_str().unwrap().to_owned());
        let all = ["agent", "--as", "sara", "--server", &url, "--data", &data_dir];
        let args = Alone::parse_from(all.iter().chain(more)).agent;
        let (terminal, lines, shown) = script();
        let command = tokio::spawn(run_in(args, terminal));
        AtWork { lines: Some(lines), shown, command, _server: server, _data: data }
    }

    async fn type_in(&self, line: &str) {
        self.lines.as_ref().unwrap().send(line.to_owned()).await.unwrap();
    }

    async fn end(mut self) -> (anyhow::Result<()>, String) {
        self.lines = None;
        let done = self.command.await.unwrap();
        (done, self.shown.text())
    }
}

fn calls(fake: &FakeAgents) -> Vec<String> {
    fake.office().calls.clone()
}

#[tokio::test]
async fn a_script_takes_an_offer_answers_proposes_an_end_and_signs_out() {
    let fake = FakeAgents::new();
    let desk = AtWork::start(&fake, &["--auto-accept"]);
    desk.type_in("hello, I am Sara").await;
    desk.type_in("/propose").await;
    desk.shown.until("signed in: Sara").await;
    fake.offer("c1");
    let (done, shown) = desk.end().await;
    done.unwrap();
    let expected = ["sign in sara", "accept c1", "say c1: hello, I am Sara", "propose solved"];
    assert_eq!(calls(&fake), expected);
    let present = jiff::Timestamp::UNIX_EPOCH.to_zoned(crate::cli::zone::shown());
    assert_eq!(present.hour(), 3, "times are shown by the shop's clock");
    let presence: Vec<Presence> = fake.office().presence.iter().map(|(it, _)| *it).collect();
    assert_eq!(presence, [Presence::Available, Presence::Offline]);
    for line in [
        "offer 1: asked for a person\n",
        "wants a refund\n",
        "—— conversation 1 ——\nwhy: asked for a person\n",
        "Customer: give my money back\nSanad (bot): a person will help\n——\n",
        "* signed out\n",
    ] {
        assert!(shown.contains(line), "{line:?} in:\n{shown}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_goes_on_where_it_was_without_loss_or_doubles() {
    let fake = FakeAgents::new();
    let desk = AtWork::start(&fake, &["--auto-accept"]);
    desk.shown.until("signed in").await;
    fake.offer("c1");
    desk.shown.until("——\n").await;
    fake.happen("one");
    desk.shown.until("Customer: one").await;
    // The stream ends; the next one breaks after telling what was missed.
    fake.office().breaks = true;
    fake.cut();
    fake.happen("two");
    fake.happen("three");
    desk.shown.until("Customer: three").await;
    let (done, shown) = desk.end().await;
    done.unwrap();
    for line in ["Customer: one\n", "Customer: two\n", "Customer: three\n", "give my money back\n"]
    {
        assert_eq!(shown.matches(line).count(), 1, "{line:?} in:\n{shown}");
    }
}

#[tokio::test]
async fn an_offer_can_be_declined_with_a_reason_and_a_break_taken() {
    let fake = FakeAgents::new();
    fake.offer("c1");
    let desk = AtWork::start(&fake, &[]);
    desk.type_in("/decline 1 my shift ends").await;
    desk.type_in("/away lunch").await;
    desk.type_in("/list").await;
    let (done, shown) = desk.end().await;
    done.unwrap();
    assert_eq!(calls(&fake), ["sign in sara", "decline: my shift ends"]);
    assert!(fake.office().presence.contains(&(Presence::Away, "lunch".to_owned())));
    assert!(shown.contains("1: declined"), "{shown}");
    assert!(shown.contains("nothing offered, nothing held"), "{shown}");
}

#[tokio::test]
async fn a_script_hears_once_what_was_refused_goes_on_and_says_so_at_its_end() {
    let fake = FakeAgents::new();
    fake.offer("c1");
    let desk = AtWork::start(&fake, &["--auto-accept", "--lang", "en"]);
    desk.type_in("/abuse he insults me").await;
    desk.type_in("/propose").await;
    let (done, shown) = desk.end().await;
    let error = done.unwrap_err();
    assert!(error.to_string().contains("what was refused is told above: 1"), "{error}");
    assert_eq!(error.downcast_ref::<Failure>().unwrap().exit_code(), 1);
    assert_eq!(shown.matches("not done: ").count(), 1, "{shown}");
    assert_eq!(calls(&fake).last().unwrap(), "propose solved", "and the next line was done");
    assert!(shown.contains("signed out"), "{shown}");
}

#[tokio::test]
async fn a_script_that_answers_an_offer_too_late_is_told_at_once() {
    let fake = FakeAgents::new();
    fake.offer("c1");
    let desk = AtWork::start(&fake, &["--lang", "en"]);
    desk.shown.until("offer 1").await;
    let token = fake.office().offer.take().unwrap().token;
    let (conversation_id, how) = ("c1".to_owned(), OfferEnd::Expired.into());
    fake.send(Frame::OfferEnded(OfferEnded { conversation_id, token, how }));
    let ended = "1: it was not answered in time";
    desk.shown.until(ended).await;
    desk.type_in("/accept").await;
    let (done, shown) = desk.end().await;
    done.unwrap();
    assert_eq!(shown.matches(ended).count(), 2, "{shown}");
}

#[tokio::test]
async fn who_waits_is_listed_and_taken_by_number() {
    let fake = FakeAgents::new();
    let desk = AtWork::start(&fake, &[]);
    desk.type_in("/waiting").await;
    desk.type_in("/claim 2").await;
    desk.type_in("good morning").await;
    let (done, shown) = desk.end().await;
    done.unwrap();
    let made = calls(&fake);
    assert_eq!(made[1..3], ["waiting", "claim c1"]);
    assert_eq!(made.last().unwrap(), "say c1: good morning");
    assert!(shown.contains("go before it: 1"), "{shown}");
}

#[tokio::test]
async fn a_suggested_reply_is_sent_by_its_number() {
    let fake = FakeAgents::new();
    fake.offer("c1");
    let desk = AtWork::start(&fake, &["--auto-accept"]);
    desk.type_in("/suggest refund").await;
    desk.type_in("/use 2").await;
    let (done, shown) = desk.end().await;
    done.unwrap();
    assert_eq!(calls(&fake)[2..], ["suggest refund", "say c1: it is on its way"]);
    assert!(shown.contains("1. [suggested] five working days"), "{shown}");
}

#[tokio::test]
async fn notes_are_kept_at_once_and_a_conversation_is_passed_on() {
    let fake = FakeAgents::new();
    fake.offer("c1");
    let desk = AtWork::start(&fake, &["--auto-accept"]);
    desk.type_in("/note prefers Arabic").await;
    desk.type_in("/transfer queue billing she paid twice").await;
    desk.end().await.0.unwrap();
    let passed = r#"transfer QueueId("billing") she paid twice"#;
    assert_eq!(calls(&fake)[2..], ["note prefers Arabic", passed]);
}

#[tokio::test]
async fn a_session_the_server_gave_up_is_begun_anew_with_the_presence_that_was_wanted() {
    let fake = FakeAgents::new();
    let desk = AtWork::start(&fake, &["--stay", "20"]);
    desk.type_in("/away lunch").await;
    desk.type_in("/list").await;
    desk.shown.until("nothing offered").await;
    fake.office().heartbeats_refused = 1;
    desk.shown.until("signing in again").await;
    let wanted = async {
        while fake.office().presence.len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wanted).await.unwrap();
    assert_eq!(fake.office().presence[2], (Presence::Away, "lunch".to_owned()));
    desk.type_in("/quit").await;
    desk.end().await.0.unwrap();
}

#[tokio::test]
async fn a_desk_that_was_superseded_stops_and_does_not_sign_in_again() {
    let fake = FakeAgents::new();
    let desk = AtWork::start(&fake, &["--stay", "20"]);
    desk.shown.until("signed in").await;
    let over = async {
        while !desk.command.is_finished() {
            fake.send(Frame::Superseded(Superseded { incarnation: 2 }));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), over).await.unwrap();
    let error = desk.end().await.0.unwrap_err();
    assert!(error.to_string().contains("sara signed in elsewhere"), "{error}");
    assert_eq!(calls(&fake), ["sign in sara"]);
    let offline = fake.office().presence.iter().any(|(it, _)| *it == Presence::Offline);
    assert!(!offline, "the newer desk is not thrown out");
}

#[tokio::test]
async fn a_script_that_waits_for_work_in_vain_says_so() {
    let fake = FakeAgents::new();
    let desk = AtWork::start(&fake, &["--patience", "1"]);
    desk.type_in("hello?").await;
    let error = desk.end().await.0.unwrap_err();
    assert_eq!(error.downcast_ref::<Failure>().unwrap().exit_code(), 4);
}

#[test]
fn what_lies_in_front_of_an_agent_is_told_to_be_read_and_nothing_else() {
    use crate::cli::terminal::Look;
    let transcript =
        Transcript { look: Look::PLAIN, language: Language::Ar, reader: Reader::Staff };
    let desk = |interactive| {
        let mut desk = Desk::new(Show { transcript }, "sara".to_owned(), interactive, false);
        for id in ["c1", "c2"] {
            let conversation =
                Conversation { conversation_id: id.to_owned(), ..Default::default() };
            let conversation = Some(conversation);
            let assigned = Frame::Assigned(Assignment { conversation, ..Default::default() });
            desk.frame(SubscribeWorkResponse { frame: Some(assigned), ..Default::default() }, 0);
        }
        desk
    };
    let happen = |desk: &mut Desk, id: &str, event: Event| {
        let (conversation_id, through_sequence) = (id.to_owned(), event.sequence);
        let event = Some(event);
        let event =
            ConversationEvent { conversation_id, event, through_sequence, ..Default::default() };
        let frame = Some(Frame::ConversationEvent(event));
        desk.frame(SubscribeWorkResponse { frame, ..Default::default() }, 0);
    };
    let packet = |desk: &mut Desk, number| {
        let target = desk.work.get(number).unwrap().target.clone();
        let transcript = vec![Event { sequence: 4, ..said(Party::Customer, "", "where") }];
        let packet = Box::new(HandoffPacket { transcript, ..Default::default() });
        desk.done(&Deed::Packet(target), calls::Brought::Packet(packet), 0);
    };
    let asks = |sequence| Event { sequence, ..said(Party::Customer, "", "hello?") };
    let read = |desk: &mut Desk| match desk.read() {
        Some(Deed::Read(target, through)) => Some((target.number, through)),
        Some(_) | None => None,
    };

    let mut sara = desk(true);
    happen(&mut sara, "c1", asks(5));
    assert_eq!(read(&mut sara), None, "it is shown after the packet");
    packet(&mut sara, 1);
    packet(&mut sara, 2);
    assert_eq!((read(&mut sara), read(&mut sara)), (Some((1, 5)), None));
    happen(&mut sara, "c2", asks(7));
    assert_eq!(read(&mut sara), None, "another conversation lies on top");
    sara.line(Line::To(2), 0);
    assert_eq!(read(&mut sara), Some((2, 7)));

    happen(&mut sara, "c2", Event { sequence: 8, ..said(Party::Agent, "SARA", "yes") });
    let seen = |desk: &Desk| desk.show.countdown(&desk.work, 0);
    assert_eq!(seen(&sara), None);
    let read_marks = Some(ReadMarks { customer_through_sequence: 8, agent_through_sequence: 7 });
    let moved = ConversationRead { conversation_id: "c2".to_owned(), read_marks };
    let frame = Some(Frame::ConversationRead(moved));
    sara.frame(SubscribeWorkResponse { frame, ..Default::default() }, 0);
    assert_eq!(seen(&sara).as_deref(), Some("* قُرئت"));

    let mut script = desk(false);
    packet(&mut script, 1);
    assert_eq!(read(&mut script), None, "a script is nobody who reads");
}

#[tokio::test]
async fn an_agent_hears_that_nobody_is_there_and_signs_in_when_somebody_is() {
    let fake = FakeAgents::new();
    fake.office().away = true;
    let desk = AtWork::start(&fake, &["--lang", "ar"]);
    desk.shown.until("تعذّر الوصول إلى سند").await;
    fake.office().away = false;
    desk.shown.until("عاد الاتصال").await;
    let (done, _) = desk.end().await;
    done.unwrap();
    assert!(fake.office().calls.contains(&"sign in sara".to_owned()));
}

#[tokio::test]
async fn an_agents_script_waits_for_a_server_no_longer_than_it_is_patient() {
    let fake = FakeAgents::new();
    fake.office().away = true;
    let desk = AtWork::start(&fake, &["--patience", "1"]);
    let (done, shown) = desk.end().await;
    let error = done.unwrap_err();
    assert_eq!(error.downcast_ref::<Failure>().unwrap().exit_code(), 4, "{error}");
    assert!(shown.contains("nothing was kept"), "{shown}");
}

#[test]
fn what_an_agent_lets_go_of_is_said_to_be_what_was_done_with_it_and_once() {
    use crate::cli::terminal::Look;
    let transcript =
        Transcript { look: Look::PLAIN, language: Language::En, reader: Reader::Staff };
    let gone = || {
        let gone =
            Unassigned { conversation_id: "c1".to_owned(), reason: UnassignReason::Ended.into() };
        SubscribeWorkResponse { frame: Some(Frame::Unassigned(gone)), ..Default::default() }
    };
    let cases = [
        ("/promise 30m the price", "* 1: promised; it comes back to you in time"),
        ("/block threats", "* 1: blocked for a time; a supervisor looks at it"),
        ("/transfer bot", "* 1: given back to the bot"),
        ("/transfer queue care", "* 1: passed on"),
        ("/release", "* 1: given back to the queue"),
    ];
    for (line, told) in cases {
        for stream_first in [true, false] {
            let mut desk = Desk::new(Show { transcript }, "sara".to_owned(), true, false);
            let conversation = Conversation { conversation_id: "c1".into(), ..Default::default() };
            let assigned = Assignment { conversation: Some(conversation), ..Default::default() };
            let frame = Some(Frame::Assigned(assigned));
            desk.frame(SubscribeWorkResponse { frame, ..Default::default() }, 0);
            let deed = desk.line(input::parse(line), 0).deeds.remove(0);
            let mut lines = Vec::new();
            if stream_first {
                lines.extend(desk.frame(gone(), 0).lines);
            }
            lines.extend(desk.done(&deed, calls::Brought::Nothing, 0).lines);
            if !stream_first {
                lines.extend(desk.frame(gone(), 0).lines);
            }
            assert_eq!(lines, [told], "{line}, {stream_first}");
            assert!(!desk.line(Line::Done, 0).deeds.is_empty(), "it can be written up");
        }
    }
    // What ends without the agent's doing is said to have ended.
    let mut desk = Desk::new(Show { transcript }, "sara".to_owned(), true, false);
    let conversation = Conversation { conversation_id: "c1".into(), ..Default::default() };
    let assigned = Assignment { conversation: Some(conversation), ..Default::default() };
    let frame = Some(Frame::Assigned(assigned));
    desk.frame(SubscribeWorkResponse { frame, ..Default::default() }, 0);
    let promise = desk.line(input::parse("/promise 30m the price"), 0).deeds.remove(0);
    desk.refused(&promise, &Status::failed_precondition("a promise is open"));
    assert_eq!(desk.frame(gone(), 0).lines, ["* 1: it ended"]);
}
