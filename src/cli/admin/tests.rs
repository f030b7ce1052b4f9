//! The operator's command against a server with real sockets.

use super::*;
use crate::app::error::AppError;
use crate::cli::connect::key_path;
use crate::cli::fake::{Running, any_port};
use crate::domain::directives::NotTaken;
use crate::grpc::pb::admin_service_server::{AdminService, AdminServiceServer};
use crate::grpc::pb::*;
use crate::grpc::refusals;
use clap::Parser;
use std::sync::{Arc, Mutex};
use tonic::Request;

/// Does one repair, but the first answer is lost.
#[derive(Clone, Default)]
struct FakeAdmin {
    repairs: Arc<Mutex<Vec<RequeueConversationRequest>>>,
}

type Answer<T> = Result<Response<T>, Status>;

fn absent<T>() -> Answer<T> {
    Err(Status::unimplemented("the fake does not do this"))
}

#[tonic::async_trait]
impl AdminService for FakeAdmin {
    async fn requeue_conversation(
        &self,
        request: Request<RequeueConversationRequest>,
    ) -> Answer<RequeueConversationResponse> {
        let key = request.metadata().get("authorization").unwrap();
        assert_eq!(key, "Bearer sanad_admin_main_00");
        let mut repairs = self.repairs.lock().unwrap();
        repairs.push(request.into_inner());
        if repairs.len() == 1 {
            return Err(Status::unavailable("the answer was lost"));
        }
        let status = QueueStatus { registered: true, position: 1, ..Default::default() };
        let conversation = Some(Conversation {
            conversation_id: "c1".into(),
            state: ConversationState::Queued.into(),
            queue_status: Some(status),
            ..Default::default()
        });
        Ok(Response::new(RequeueConversationResponse { conversation, events: Vec::new() }))
    }

    async fn get_rules(&self, _: Request<GetRulesRequest>) -> Answer<GetRulesResponse> {
        let time_zone = "Asia/Riyadh".to_owned();
        Ok(Response::new(GetRulesResponse { time_zone, ..Default::default() }))
    }

    async fn get_satisfaction(
        &self,
        _: Request<GetSatisfactionRequest>,
    ) -> Answer<GetSatisfactionResponse> {
        absent()
    }

    type ExportCustomerStream =
        futures::stream::BoxStream<'static, Result<ExportCustomerResponse, Status>>;

    async fn export_customer(
        &self,
        _: Request<ExportCustomerRequest>,
    ) -> Answer<Self::ExportCustomerStream> {
        absent()
    }

    async fn erase_customer(
        &self,
        _: Request<EraseCustomerRequest>,
    ) -> Answer<EraseCustomerResponse> {
        absent()
    }

    type BackUpStoreStream =
        futures::stream::BoxStream<'static, Result<BackUpStoreResponse, Status>>;

    async fn back_up_store(
        &self,
        _: Request<BackUpStoreRequest>,
    ) -> Answer<Self::BackUpStoreStream> {
        absent()
    }

    async fn explain_message(
        &self,
        _: Request<ExplainMessageRequest>,
    ) -> Answer<ExplainMessageResponse> {
        absent()
    }

    async fn explain_wait(&self, _: Request<ExplainWaitRequest>) -> Answer<ExplainWaitResponse> {
        absent()
    }

    async fn list_queues(&self, _: Request<ListQueuesRequest>) -> Answer<ListQueuesResponse> {
        absent()
    }

    async fn get_conversation(
        &self,
        _: Request<GetConversationRequest>,
    ) -> Answer<GetConversationResponse> {
        absent()
    }

    async fn list_conversations(
        &self,
        _: Request<ListConversationsRequest>,
    ) -> Answer<ListConversationsResponse> {
        absent()
    }

    async fn list_parked_entries(
        &self,
        _: Request<ListParkedEntriesRequest>,
    ) -> Answer<ListParkedEntriesResponse> {
        absent()
    }

    async fn unpark_entry(&self, _: Request<UnparkEntryRequest>) -> Answer<UnparkEntryResponse> {
        absent()
    }

    async fn list_promises(
        &self,
        request: Request<ListPromisesRequest>,
    ) -> Answer<ListPromisesResponse> {
        let due = Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 });
        let late = request.into_inner().only_late;
        let kind = PromiseKind::Callback.into();
        let promise = Some(Promise { number: 1, kind, due, late, ..Default::default() });
        let state = ConversationState::Pending.into();
        let open = OpenPromise { conversation_id: "c1".into(), state, promise };
        Ok(Response::new(ListPromisesResponse { promises: vec![open] }))
    }

    async fn issue_directive(
        &self,
        request: Request<IssueDirectiveRequest>,
    ) -> Answer<IssueDirectiveResponse> {
        if let Some(issue_directive_request::What::EntryOffId(name)) = &request.get_ref().what
            && name == "nosuch"
        {
            let unknown = NotTaken::Unknown { what: "entry", name: name.clone() };
            return Err(refusals::status(AppError::NotTaken(unknown)));
        }
        let IssueDirectiveRequest { what, until, note, .. } = request.into_inner();
        let what = what.map(|what| match what {
            issue_directive_request::What::Banner(banner) => directive::What::Banner(banner),
            issue_directive_request::What::ClosedQueueId(id) => directive::What::ClosedQueueId(id),
            issue_directive_request::What::EntryOffId(id) => directive::What::EntryOffId(id),
        });
        assert!(until.is_none() || what.is_some());
        let until = Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 });
        let author = "admin/main".to_owned();
        let issued =
            Directive { number: 3, what, author, note, since: None, until, ..Default::default() };
        Ok(Response::new(IssueDirectiveResponse { directive: Some(issued) }))
    }

    async fn lift_directive(
        &self,
        _: Request<LiftDirectiveRequest>,
    ) -> Answer<LiftDirectiveResponse> {
        Ok(Response::new(LiftDirectiveResponse {}))
    }

    async fn list_directives(
        &self,
        _: Request<ListDirectivesRequest>,
    ) -> Answer<ListDirectivesResponse> {
        Ok(Response::new(ListDirectivesResponse::default()))
    }

    async fn get_fairness(&self, _: Request<GetFairnessRequest>) -> Answer<GetFairnessResponse> {
        let seconds = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
        let group = |name: &str, wait, judged| FairnessGroup {
            name: name.to_owned(),
            met: 8,
            left: 2,
            median: seconds(wait),
            p90: seconds(wait * 2),
            left_per_mille: 200,
            judged,
            ..Default::default()
        };
        let by = FairnessTrait::Language.into();
        let groups = vec![group("en", 300, true), group("ar", 60, true), group("xx", 1, false)];
        let comparisons = vec![FairnessComparison { by, groups }];
        Ok(Response::new(GetFairnessResponse { comparisons }))
    }

    async fn get_stats(&self, _: Request<GetStatsRequest>) -> Answer<GetStatsResponse> {
        absent()
    }

    async fn diagnose(&self, _: Request<DiagnoseRequest>) -> Answer<DiagnoseResponse> {
        absent()
    }

    async fn replay_conversation(
        &self,
        _: Request<ReplayConversationRequest>,
    ) -> Answer<ReplayConversationResponse> {
        absent()
    }

    async fn repair_conversation(
        &self,
        _: Request<RepairConversationRequest>,
    ) -> Answer<RepairConversationResponse> {
        absent()
    }
}

#[derive(Parser)]
struct Alone {
    #[command(flatten)]
    admin: AdminArgs,
}

async fn run_against(fake: &FakeAdmin, words: &[&str]) -> Result<Vec<String>, Failure> {
    let data = tempfile::tempdir().unwrap();
    let key = key_path(data.path(), Role::Admin, "main");
    std::fs::create_dir_all(key.parent().unwrap()).unwrap();
    std::fs::write(&key, "sanad_admin_main_00\n").unwrap();
    let service = AdminServiceServer::new(fake.clone());
    let router = || tonic::transport::Server::builder().add_service(service);
    let server = Running::start(any_port(), router);
    let (url, data_dir) = (server.url(), data.path().to_str().unwrap().to_owned());
    let place = ["--server", &url, "--data", &data_dir];
    let args = Alone::parse_from(["admin"].iter().chain(words).chain(&place)).admin;
    ask_server(&args, Look::PLAIN).await
}

#[tokio::test]
async fn a_repair_whose_answer_is_lost_is_asked_for_again_under_the_same_id() {
    let fake = FakeAdmin::default();
    let lines = run_against(&fake, &["requeue", "c1", "--note", "stuck"]).await.unwrap();
    assert_eq!(lines, ["c1: waits for an agent", "place 1"]);
    let repairs = fake.repairs.lock().unwrap().clone();
    assert_eq!(repairs.len(), 2);
    assert_eq!(repairs[0], repairs[1]);
    assert_eq!(repairs[0].note, "stuck");
}

#[tokio::test]
async fn open_promises_are_listed_with_what_is_due() {
    let fake = FakeAdmin::default();
    let lines = run_against(&fake, &["promises"]).await.unwrap();
    assert_eq!(lines, ["c1 (promised for later): a callback by 2027-01-15 11:00 Asia/Riyadh"]);
    let lines = run_against(&fake, &["promises", "--late"]).await.unwrap();
    assert!(lines[0].ends_with("already put off once"), "{lines:?}");
}

#[tokio::test]
async fn what_is_put_in_force_is_shown_with_its_author_and_its_end() {
    let fake = FakeAdmin::default();
    let lines = run_against(&fake, &["close", "care", "--for", "2h", "--note", "power cut"]).await;
    assert_eq!(
        lines.unwrap(),
        ["3: care is closed until 2027-01-15 11:00 Asia/Riyadh (admin/main): power cut"]
    );
    let lines = run_against(&fake, &["off", "refund_time"]).await.unwrap();
    assert_eq!(
        lines,
        ["3: refund_time is not answered until 2027-01-15 11:00 Asia/Riyadh (admin/main)"]
    );
    let words = ["banner", "--ar", "عطل", "--en", "an outage", "--topic", "order_status"];
    let lines = run_against(&fake, &words).await.unwrap();
    assert!(lines[0].starts_with("3: customers are told until"), "{lines:?}");
    assert!(lines[0].contains("an outage") && lines[0].contains("order_status"), "{lines:?}");
    let lines = run_against(&fake, &["directives", "--lang", "ar"]).await.unwrap();
    assert_eq!(lines, ["لا شيء سارٍ"]);
    assert_eq!(run_against(&fake, &["lift", "3"]).await.unwrap(), ["3 is no longer in force"]);
    assert!(Alone::try_parse_from(["admin", "close", "care", "--for", "2x"]).is_err());
}

#[tokio::test]
async fn the_worst_served_stand_beside_the_best() {
    let lines = run_against(&FakeAdmin::default(), &["fairness"]).await.unwrap();
    assert_eq!(
        lines,
        [
            "by language",
            "  English: median 5 min, nine of ten 10 min, 20.0 % left, 10 waits",
            "  Arabic: median 1 min, nine of ten 2 min, 20.0 % left, 10 waits",
            "  xx: too few waits to judge (10)",
        ]
    );
}

#[tokio::test]
async fn a_refusal_says_what_was_refused() {
    let failure = run_against(&FakeAdmin::default(), &["queues"]).await.unwrap_err();
    assert!(failure.to_string().contains("the server refused the queues"), "{failure}");
}

/// Nothing is said in English alone: what does not exist is named in Arabic too.
#[tokio::test]
async fn a_refusal_is_told_in_the_language_of_the_command_with_the_same_facts() {
    for (lang, expected) in [
        (
            "en",
            "the server refused to put it in force: there is no entry nosuch: the rules name none \
                (FIELD_INVALID)",
        ),
        ("ar", "رفض الخادم ذلك: لا يوجد في القواعد مدخل nosuch (FIELD_INVALID)"),
    ] {
        let words = ["off", "nosuch", "--lang", lang];
        let failure = run_against(&FakeAdmin::default(), &words).await.unwrap_err();
        let language = Language::from_tag(lang).unwrap();
        let told = failure::told(failure, language);
        assert_eq!(told.to_string(), expected);
        assert_eq!(failure::of(&told).map(Failure::exit_code), Some(1));
    }
}

#[test]
fn what_is_lifted_is_named_by_its_number_and_the_way_to_it() {
    assert_eq!(super::directives::number("12"), Ok(12));
    let told = super::directives::number("nosuch").unwrap_err();
    assert!(told.contains("sanad admin directives"), "{told}");
}
