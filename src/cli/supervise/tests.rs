//! The supervisor's command against a server with real sockets.

use super::refusals::lacks_name;
use super::*;
use crate::cli::connect::key_path;
use crate::cli::fake::{Running, any_port};
use crate::cli::terminal::fake::{Shown, person, script};
use crate::grpc::pb::subscribe_overview_response::Frame as All;
use crate::grpc::pb::supervisor_service_server::{SupervisorService, SupervisorServiceServer};
use crate::grpc::pb::*;
use clap::Parser;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

type Answer<T> = Result<Response<T>, Status>;

/// One queue in which c1 waits; whispers are counted, and the first answer to one is lost.
#[derive(Clone, Default)]
struct FakeSupervisors {
    whispers: Arc<Mutex<Vec<WhisperRequest>>>,
    reviews: Arc<Mutex<Vec<ReviewBlockRequest>>>,
    /// By which names desks were opened.
    names: Arc<Mutex<Vec<String>>>,
}

fn absent<T>() -> Answer<T> {
    Err(Status::unimplemented("the fake does not do this"))
}

#[tonic::async_trait]
impl SupervisorService for FakeSupervisors {
    type SubscribeOverviewStream = BoxStream<'static, Result<SubscribeOverviewResponse, Status>>;
    type WatchConversationStream = BoxStream<'static, Result<WatchConversationResponse, Status>>;

    async fn subscribe_overview(
        &self,
        _: Request<SubscribeOverviewRequest>,
    ) -> Answer<Self::SubscribeOverviewStream> {
        let profile = AgentProfile {
            agent_id: "sara".into(),
            name: "Sara".into(),
            capacity: 3,
            ..Default::default()
        };
        let agent = Agent {
            profile: Some(profile),
            presence: Presence::Available.into(),
            load: 1,
            conversation_ids: vec!["c2".into()],
            ..Default::default()
        };
        let standing = Some(Standing { unanswered: 2, ..Default::default() });
        let held = HeldView {
            conversation_id: "c2".into(),
            hold: Hold::Owned.into(),
            cost: 1,
            standing,
            ..Default::default()
        };
        let queue = QueueView {
            queue_id: "care".into(),
            open: true,
            waiting: 1,
            oldest_conversation_id: "c1".into(),
            oldest_since: Some(Default::default()),
            ..Default::default()
        };
        let all = Overview {
            queues: vec![queue],
            agents: vec![AgentView { agent: Some(agent), held: vec![held] }],
            totals: Some(OverviewTotals { waiting: 1, ..Default::default() }),
            mode: Mode::Normal.into(),
            alerts: Vec::new(),
            time_zone: "Asia/Riyadh".to_owned(),
        };
        let frame = SubscribeOverviewResponse { frame: Some(All::Overview(all)) };
        Ok(Response::new(stream::iter([Ok(frame)]).chain(stream::pending()).boxed()))
    }

    async fn watch_conversation(
        &self,
        request: Request<WatchConversationRequest>,
    ) -> Answer<Self::WatchConversationStream> {
        assert_eq!(request.get_ref().conversation_id, "c2");
        let text = LocalizedText { text: "where is it?".into(), ..Default::default() };
        let sent = MessageSent { text: Some(text), ..Default::default() };
        let author = Participant { party: Party::Customer.into(), ..Default::default() };
        let event = Event {
            sequence: 1,
            author: Some(author),
            body: Some(event::Body::MessageSent(sent)),
            ..Default::default()
        };
        let frame = WatchConversationResponse {
            resume_token: "t1".into(),
            frame: Some(watch_conversation_response::Frame::Event(event)),
        };
        Ok(Response::new(stream::iter([Ok(frame)]).chain(stream::pending()).boxed()))
    }

    async fn whisper(&self, request: Request<WhisperRequest>) -> Answer<WhisperResponse> {
        let mut whispers = self.whispers.lock().unwrap();
        whispers.push(request.into_inner());
        if whispers.len() == 1 {
            return Err(Status::unavailable("the answer was lost"));
        }
        Ok(Response::new(WhisperResponse::default()))
    }

    async fn acknowledge_on_call(
        &self,
        _: Request<AcknowledgeOnCallRequest>,
    ) -> Answer<AcknowledgeOnCallResponse> {
        absent()
    }

    async fn open_desk(&self, asked: Request<OpenDeskRequest>) -> Answer<OpenDeskResponse> {
        if asked.get_ref().name.is_empty() {
            return Err(crate::grpc::decode::empty("name", "customers read it"));
        }
        self.names.lock().unwrap().push(asked.into_inner().name);
        absent()
    }

    async fn take_over(&self, _: Request<TakeOverRequest>) -> Answer<TakeOverResponse> {
        absent()
    }

    async fn list_blocks(&self, _: Request<ListBlocksRequest>) -> Answer<ListBlocksResponse> {
        let block = Block {
            conversation_id: "c7".to_owned(),
            agent_id: "sara".to_owned(),
            reason: "threats".to_owned(),
            review: BlockReview::Awaited.into(),
            kept_messages: 2,
            ..Default::default()
        };
        Ok(Response::new(ListBlocksResponse { blocks: vec![block] }))
    }

    async fn review_block(
        &self,
        request: Request<ReviewBlockRequest>,
    ) -> Answer<ReviewBlockResponse> {
        self.reviews.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ReviewBlockResponse::default()))
    }

    async fn reassign(&self, _: Request<ReassignRequest>) -> Answer<ReassignResponse> {
        absent()
    }
}

/// For tests, with a key in a folder of its own.
#[derive(Parser)]
struct Typed {
    #[command(flatten)]
    args: SuperviseArgs,
}

/// Types each line and waits until what it brings was shown.
async fn play(lang: &str, steps: &[(&str, &str)]) -> (anyhow::Result<()>, String, FakeSupervisors) {
    play_at(script(), lang, steps).await
}

async fn play_at(
    (terminal, typed, shown): (Terminal, mpsc::Sender<String>, Shown),
    lang: &str,
    steps: &[(&str, &str)],
) -> (anyhow::Result<()>, String, FakeSupervisors) {
    let fake = FakeSupervisors::default();
    let service = SupervisorServiceServer::new(fake.clone());
    let server =
        Running::start(any_port(), || tonic::transport::Server::builder().add_service(service));
    let folder = tempfile::tempdir().unwrap();
    let key = key_path(folder.path(), Role::Supervisor, "main");
    std::fs::create_dir_all(key.parent().unwrap()).unwrap();
    std::fs::write(&key, "sanad_supervisor_main_00").unwrap();
    let data = folder.path().to_str().unwrap();
    let url = server.url();
    let words = ["supervise", "--server", &url, "--data", data, "--lang", lang];
    let args = Typed::parse_from(words).args;
    let typing = async {
        for (line, brings) in steps {
            typed.send((*line).to_owned()).await.unwrap();
            shown.until(brings).await;
        }
        drop(typed);
    };
    let (done, ()) = tokio::join!(run_in(args, terminal), typing);
    (done, shown.text(), fake)
}

#[tokio::test]
async fn it_shows_everything_watches_by_number_and_whispers_once() {
    let steps = [("/watch 2", "where is it?"), ("/whisper offer it anew", "whispered")];
    let (done, text, fake) = play("en", &steps).await;
    done.unwrap();
    assert!(text.contains("care: waiting 1"), "{text}");
    assert!(text.contains("[1]"), "who waits longest has a number: {text}");
    assert!(text.contains("Sara (sara): available · 1/3"), "{text}");
    assert!(text.contains("[2] c2: customer's turn · unanswered 2"), "{text}");
    assert!(text.contains("Customer: where is it?"), "{text}");
    let present = jiff::Timestamp::UNIX_EPOCH.to_zoned(crate::cli::zone::shown());
    assert_eq!(present.hour(), 3, "times are shown by the shop's clock");
    let whispers = fake.whispers.lock().unwrap();
    assert_eq!(whispers.len(), 2, "the lost answer is asked for again");
    assert_eq!(whispers[0].request_id, whispers[1].request_id);
    assert_eq!(whispers[0].agent_id, "sara", "it is meant for whoever is seen to own it");
}

#[tokio::test]
async fn it_speaks_arabic_and_says_what_is_missing() {
    let steps = [("/همس شيء", "اختر محادثة أولًا"), ("/مراقبة ٩", "لا يوجد هذا الرقم")];
    let (done, _, _) = play("ar", &steps).await;
    done.unwrap();
}

#[tokio::test]
async fn a_script_hears_once_what_was_refused_goes_on_and_says_so_at_its_end() {
    let steps = [
        ("/watch c2", "where is it?"),
        ("/take", "not done: "),
        // It has not read that: nothing it says now goes to anybody.
        ("hello", "not sent, for this one is not yours; /take tries again: c2"),
        ("/propose", "not sent"),
        ("/list", "care: waiting 1"),
        ("hello?", "not sent"),
        ("/watch c2", "watching c2"),
        ("/whisper offer it anew", "whispered"),
    ];
    let (done, text, fake) = play("en", &steps).await;
    let error = done.unwrap_err();
    assert!(format!("{error:#}").contains("what was refused is told above: 1"), "{error:#}");
    assert_eq!(error.downcast_ref::<Failure>().unwrap().exit_code(), 1);
    assert_eq!(text.matches("not done").count(), 1, "{text}");
    assert_eq!(text.matches("not sent").count(), 3, "{text}");
    assert!(!fake.whispers.lock().unwrap().is_empty(), "and the next line was done");
}

#[tokio::test]
async fn who_takes_over_without_a_name_is_asked_for_it_and_what_was_meant_for_the_customer_goes_to_nobody()
 {
    let steps = [
        ("/watch 2", "where is it?"),
        ("/take", "by which name do customers know you?"),
        // The name, and it is tried again at once; this server opens no desk.
        ("Mona", "customers see you as Mona"),
        ("", "not done: "),
        ("hello, I am here", "not sent, for this one is not yours; /take tries again: c2"),
        ("and again", "you have not taken it over"),
        ("/take", "not done: "),
        ("/list", "care: waiting 1"),
        ("hello", "you have not taken it over"),
    ];
    let (done, text, fake) = play_at(person(), "en", &steps).await;
    done.unwrap();
    assert_eq!(*fake.names.lock().unwrap(), ["Mona", "Mona"], "{text}");
    assert!(fake.whispers.lock().unwrap().is_empty());
    let steps = [("/watch 2", "where is it?"), ("/take", "بأي اسم يعرفك العملاء؟")];
    play_at(person(), "ar", &steps).await.0.unwrap();
}

#[test]
fn only_who_has_no_name_is_asked_for_it() {
    let refusal = |field: &str, facts: &[(&str, &str)]| {
        let facts = facts.iter().copied().chain([("field", field)]);
        let facts: HashMap<String, String> =
            facts.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let details = ErrorDetails::with_error_info("FIELD_INVALID", "sanad", facts);
        Status::with_error_details(Code::InvalidArgument, "refused", details)
    };
    assert!(lacks_name(&crate::grpc::decode::empty("name", "customers read it")));
    assert!(lacks_name(&refusal("name", &[("problem", "empty")])));
    let long = refusal("name", &[("problem", "too_long"), ("max", "64"), ("got", "80")]);
    assert!(!lacks_name(&long), "it is told what is wrong with the name there is");
    assert!(!lacks_name(&refusal("name", &[])));
    assert!(!lacks_name(&refusal("reason", &[("problem", "empty")])));
    assert!(!lacks_name(&Status::unavailable("away")));
}

#[test]
fn a_refusal_names_the_way_out() {
    use super::calls::Deed;
    let whisper = Deed::Whisper("hurry".to_owned());
    let (en, ar) = whisper.instead(tonic::Code::FailedPrecondition).unwrap();
    assert!(en.contains("/take") && ar.contains("/take"));
    let reassign = Deed::Reassign("nobody".to_owned(), String::new());
    let (en, ar) = reassign.instead(tonic::Code::NotFound).unwrap();
    assert!(en.contains("/list") && ar.contains("/list"));
    assert_eq!(Deed::Take.instead(tonic::Code::NotFound), None);
}

#[tokio::test]
async fn blocks_are_listed_with_their_reason_and_decided_by_the_number_they_have_everywhere() {
    let steps = [
        ("/blocks", "lapses in"),
        ("/lift 9 she was only angry", "no such number"),
        ("/lift 3 she was only angry", "lifted"),
    ];
    let (done, text, fake) = play("en", &steps).await;
    done.unwrap();
    // The queue and the agent have shown 1 and 2 already.
    assert!(text.contains("[3] c7 · sara · “threats”"), "{text}");
    assert!(text.contains("messages kept 2"), "{text}");
    let reviews = fake.reviews.lock().unwrap();
    let review = reviews.first().unwrap();
    assert_eq!(review.conversation_id, "c7");
    assert_eq!(review.verdict(), BlockVerdict::Lift);
    assert_eq!(review.reason, "she was only angry");
}
