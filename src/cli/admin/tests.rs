//! The operator's command against a server with real sockets.

use super::*;
use crate::cli::connect::key_path;
use crate::cli::fake::{Running, any_port};
use crate::grpc::pb::admin_service_server::{AdminService, AdminServiceServer};
use crate::grpc::pb::*;
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
        absent()
    }

    async fn get_satisfaction(
        &self,
        _: Request<GetSatisfactionRequest>,
    ) -> Answer<GetSatisfactionResponse> {
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

    async fn get_stats(&self, _: Request<GetStatsRequest>) -> Answer<GetStatsResponse> {
        absent()
    }

    async fn diagnose(&self, _: Request<DiagnoseRequest>) -> Answer<DiagnoseResponse> {
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
    assert_eq!(lines, ["c1 (promised for later): a callback by 2027-01-15 08:00 UTC"]);
    let lines = run_against(&fake, &["promises", "--late"]).await.unwrap();
    assert!(lines[0].ends_with("already put off once"), "{lines:?}");
}

#[tokio::test]
async fn a_refusal_says_what_was_refused() {
    let failure = run_against(&FakeAdmin::default(), &["queues"]).await.unwrap_err();
    assert!(failure.to_string().contains("the server refused the queues"), "{failure}");
}
