//! Who may call what, asked of the running server: every role, every call.

use super::world::*;
use prost::Message;
use prost_types::FileDescriptorSet;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use tonic::Code;

/// Who may make a call, by one letter each: nobody in particular, customer, agent, platform,
/// supervisor, admin. Written out here once more on purpose.
fn expected(service: &str, method: &str) -> &'static str {
    match (service, method) {
        ("ChatService", "GetAvailability" | "StartConversation") => "-capso",
        // What the host site has signed opens these, in the request itself; a key or token does not.
        ("ChatService", "ListMyConversations" | "ResumeConversation") => "",
        ("ChatService", _) => "c",
        ("AgentService", "ListAgents") => "apso",
        ("AgentService", "RegisterAgent" | "UpdateAgent" | "RemoveAgent") => "po",
        ("AgentService", _) => "apso",
        // The token that came with the ring is the credential.
        ("SupervisorService", "AcknowledgeOnCall") => "-capso",
        ("SupervisorService", _) => "so",
        ("AdminService", "ListParkedEntries" | "UnparkEntry" | "Diagnose") => "o",
        ("AdminService", "ExportCustomer" | "EraseCustomer" | "BackUpStore") => "o",
        ("AdminService", _) => "so",
        _ => panic!("who may call {service}/{method}?"),
    }
}

#[tokio::test]
async fn each_role_gets_exactly_what_the_table_gives_it() {
    let world = World::open().await;
    let customer = world.customer().await;
    let secrets = [
        ("-", None),
        ("c", Some(customer.token.clone())),
        ("a", Some(world.key(Role::Agent, "sara"))),
        ("p", Some(world.key(Role::Platform, "main"))),
        ("s", Some(world.key(Role::Supervisor, "main"))),
        ("o", Some(world.key(Role::Admin, "main"))),
    ];
    let set = FileDescriptorSet::decode(pb::FILE_DESCRIPTOR_SET).unwrap();
    let services = set.file.iter().flat_map(|file| &file.service);
    let mut calls = 0;
    for service in services {
        for method in &service.method {
            calls += 1;
            let path = format!("/sanad.v1.{}/{}", service.name(), method.name());
            let mut allowed = String::new();
            for (letter, secret) in &secrets {
                let answer =
                    raw_call(world.channel(), &path, Vec::new(), secret.as_deref(), None).await;
                let code = answer.err().map_or(Code::Ok, |status| status.code());
                match code {
                    Code::PermissionDenied | Code::Unauthenticated => {}
                    // An empty request is rarely a good one; that it is looked at is what counts.
                    Code::Ok | Code::InvalidArgument | Code::NotFound => allowed.push_str(letter),
                    // This store is none that can be copied, which only those learn who may copy.
                    Code::FailedPrecondition if path.ends_with("/BackUpStore") => {
                        allowed.push_str(letter);
                    }
                    other => panic!("{path} by {letter}: {other:?}"),
                }
            }
            assert_eq!(allowed, expected(service.name(), method.name()), "{path}");
        }
    }
    assert!(calls >= 37, "{calls}");
}

#[tokio::test]
async fn nobody_acts_for_another_agent_or_reads_another_customers_words() {
    let world = World::open().await;
    let sara = world.agent("sara").await;
    let omar = world.key(Role::Agent, "omar");
    let request = pb::ListMyWorkRequest { session: sara.session() };
    let status = world.agents().list_my_work(with(request, &omar)).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "NOT_FOUND".to_owned()));
    let (one, other) = (world.customer().await, world.customer().await);
    let request = pb::GetQueueStatusRequest { conversation_id: one.id.clone() };
    let status = world.chat().get_queue_status(with(request, &other.token)).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "NOT_FOUND".to_owned()));
}
