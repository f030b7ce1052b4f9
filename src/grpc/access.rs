//! Who may call what: one table, and what is not in it is refused.
//!
//! The table says which *kind* of caller may make a call at all. Whether this conversation or
//! this agent is the caller's own is checked by each handler
//! ([`super::auth::Principal::may_read`], [`super::auth::Principal::may_act_for`]).

use super::auth::Principal;
use super::keys::Role::{self, Admin, Agent, Platform, Supervisor};
use super::pb;
use super::status::Refusal;
use prost::Message;
use prost_types::FileDescriptorSet;
use std::collections::BTreeMap;

/// Who may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, also without key or token.
    Open,
    /// Everybody; but a staff key that comes with it is looked at.
    Begin,
    /// The customer whose conversation it is.
    Customer,
    /// Staff with one of these roles.
    Staff(&'static [Role]),
}

const DESK: Access = Access::Staff(&[Agent, Platform, Supervisor, Admin]);
const STAFFING: Access = Access::Staff(&[Platform, Admin]);
const WATCH: Access = Access::Staff(&[Supervisor, Admin]);
const OPERATE: Access = Access::Staff(&[Admin]);
const ANY_STAFF: Access = Access::Staff(&Role::ALL);

/// Every call there is.
const TABLE: &[(&str, &[(&str, Access)])] = &[
    (
        "sanad.v1.ChatService",
        &[
            ("GetAvailability", Access::Open),
            ("StartConversation", Access::Begin),
            ("SendMessage", Access::Customer),
            ("SubscribeEvents", Access::Customer),
            ("ListMessages", Access::Customer),
            ("RequestHuman", Access::Customer),
            ("CancelHumanRequest", Access::Customer),
            ("GetQueueStatus", Access::Customer),
            ("ChooseWaitOption", Access::Customer),
            ("RespondToResolution", Access::Customer),
            ("ReopenConversation", Access::Customer),
            ("EndConversation", Access::Customer),
            ("SetTyping", Access::Customer),
            ("MarkRead", Access::Customer),
            ("RateAnswer", Access::Customer),
            ("RateConversation", Access::Customer),
            ("IdentifyCustomer", Access::Customer),
            // What the host site has signed is part of the request.
            ("ListMyConversations", Access::Open),
            ("ResumeConversation", Access::Open),
            ("ExportMyData", Access::Customer),
            ("EraseMyData", Access::Customer),
        ],
    ),
    (
        "sanad.v1.AgentService",
        &[
            ("SignIn", DESK),
            ("SetPresence", DESK),
            ("Heartbeat", DESK),
            ("SubscribeWork", DESK),
            ("AcceptOffer", DESK),
            ("DeclineOffer", DESK),
            ("ListWaiting", DESK),
            ("ClaimConversation", DESK),
            ("GetHandoffPacket", DESK),
            ("SendAgentMessage", DESK),
            ("SetAgentTyping", DESK),
            ("MarkAgentRead", DESK),
            ("ProposeResolution", DESK),
            ("ReleaseConversation", DESK),
            ("PromiseFollowUp", DESK),
            ("SuggestReplies", DESK),
            ("AddNote", DESK),
            ("TransferConversation", DESK),
            ("ReportAbuse", DESK),
            ("BlockCustomer", DESK),
            ("EndWrapUp", DESK),
            ("ListMyWork", DESK),
            ("ListAgents", ANY_STAFF),
            ("RegisterAgent", STAFFING),
            ("UpdateAgent", STAFFING),
            ("RemoveAgent", STAFFING),
        ],
    ),
    (
        "sanad.v1.AdminService",
        &[
            ("GetRules", WATCH),
            ("ExplainMessage", WATCH),
            ("ExplainWait", WATCH),
            ("ListQueues", WATCH),
            ("GetConversation", WATCH),
            ("ListConversations", WATCH),
            ("RequeueConversation", WATCH),
            ("ListParkedEntries", OPERATE),
            ("UnparkEntry", OPERATE),
            ("ListPromises", WATCH),
            ("IssueDirective", WATCH),
            ("LiftDirective", WATCH),
            ("ListDirectives", WATCH),
            ("GetFairness", WATCH),
            ("GetStats", WATCH),
            ("Diagnose", OPERATE),
            ("RepairConversation", WATCH),
            ("ReplayConversation", WATCH),
            ("GetSatisfaction", WATCH),
            ("ExportCustomer", OPERATE),
            ("EraseCustomer", OPERATE),
            ("BackUpStore", OPERATE),
        ],
    ),
    (
        "sanad.v1.SupervisorService",
        &[
            ("SubscribeOverview", WATCH),
            ("WatchConversation", WATCH),
            ("Whisper", WATCH),
            ("OpenDesk", WATCH),
            ("TakeOver", WATCH),
            ("Reassign", WATCH),
            ("ListBlocks", WATCH),
            ("ReviewBlock", WATCH),
            // The token that came with the ring is the credential.
            ("AcknowledgeOnCall", Access::Open),
        ],
    ),
    // What tools need before they have a key: whether the server is well, and what it can do.
    (
        "grpc.health.v1.Health",
        &[("Check", Access::Open), ("Watch", Access::Open), ("List", Access::Open)],
    ),
    ("grpc.reflection.v1.ServerReflection", &[("ServerReflectionInfo", Access::Open)]),
    ("grpc.reflection.v1alpha.ServerReflection", &[("ServerReflectionInfo", Access::Open)]),
];

/// One call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The service.
    pub service: &'static str,
    /// The method.
    pub method: &'static str,
    /// Who may make it.
    pub access: Access,
    /// Whether it answers with a stream.
    pub streams: bool,
}

/// The table, ready to be asked.
pub struct AccessTable {
    calls: BTreeMap<String, Call>,
}

impl Default for AccessTable {
    fn default() -> Self {
        let streaming = [
            pb::FILE_DESCRIPTOR_SET,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ]
        .into_iter()
        .flat_map(methods)
        .filter(|(_, streams)| *streams)
        .map(|(path, _)| path)
        .collect::<Vec<_>>();
        let rows = TABLE.iter().flat_map(|(service, methods)| {
            methods.iter().map(move |(method, access)| (*service, *method, *access))
        });
        let calls = rows
            .map(|(service, method, access)| {
                let path = format!("/{service}/{method}");
                let streams = streaming.contains(&path);
                (path, Call { service, method, access, streams })
            })
            .collect();
        AccessTable { calls }
    }
}

impl AccessTable {
    /// The call behind an HTTP path such as `/sanad.v1.ChatService/SendMessage`.
    pub fn call(&self, path: &str) -> Option<&Call> {
        self.calls.get(path)
    }
}

impl Call {
    /// Whether `principal` may make this call.
    pub fn permit(&self, principal: &Principal) -> Result<(), Refusal> {
        let refused = |role| {
            Err(Refusal::NotAllowed { role, call: format!("{}/{}", self.service, self.method) })
        };
        match (self.access, principal) {
            (Access::Open | Access::Begin, _) | (Access::Customer, Principal::Customer(_)) => {
                Ok(())
            }
            (Access::Customer | Access::Staff(_), Principal::Anonymous) => {
                Err(Refusal::NoCredentials)
            }
            (Access::Staff(roles), Principal::Staff(staff)) if roles.contains(&staff.role) => {
                Ok(())
            }
            (Access::Customer | Access::Staff(_), Principal::Staff(staff)) => {
                refused(staff.role.name())
            }
            (Access::Staff(_), Principal::Customer(_)) => refused("customer"),
        }
    }
}

/// Each method of a descriptor set: its path, and whether it answers with a stream.
fn methods(descriptors: &[u8]) -> Vec<(String, bool)> {
    let set = FileDescriptorSet::decode(descriptors)
        .expect("the descriptor set was written by the build of this very binary");
    let mut found = Vec::new();
    for file in &set.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                found.push((path, method.server_streaming()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ConversationId;
    use crate::domain::time::Timestamp;
    use crate::grpc::keys::Staff;
    use crate::grpc::tokens::CustomerClaim;
    use std::collections::BTreeSet;

    #[test]
    fn every_call_of_the_api_has_exactly_one_row() {
        let rows: Vec<&str> =
            TABLE.iter().flat_map(|(_, methods)| methods.iter().map(|m| m.0)).collect();
        let table = AccessTable::default();
        assert_eq!(table.calls.len(), rows.len(), "a call stands in the table twice");
        let ours: BTreeSet<String> =
            methods(pb::FILE_DESCRIPTOR_SET).into_iter().map(|(path, _)| path).collect();
        let listed: BTreeSet<String> =
            table.calls.keys().filter(|path| path.starts_with("/sanad.")).cloned().collect();
        assert_eq!(listed, ours, "the table and the definitions differ");
    }

    #[test]
    fn streams_are_told_from_unary_calls_by_the_definitions() {
        let table = AccessTable::default();
        let streams: Vec<&str> =
            table.calls.values().filter(|call| call.streams).map(|call| call.method).collect();
        assert_eq!(
            streams,
            [
                "Watch",
                "ServerReflectionInfo",
                "ServerReflectionInfo",
                "BackUpStore",
                "ExportCustomer",
                "SubscribeWork",
                "ExportMyData",
                "SubscribeEvents",
                "SubscribeOverview",
                "WatchConversation"
            ]
        );
    }

    /// The matrix, written out a second time on purpose: a slip in the table is seen here.
    #[test]
    fn each_role_may_make_its_own_calls_and_no_others() {
        let conversation = ConversationId::parse("c1").unwrap();
        let customer = CustomerClaim { conversation, expires: Timestamp::FAR, unbegun: None };
        let staff = |role: Role| Principal::Staff(Staff { role, subject: "main".into() });
        let principals = [
            ("-", Principal::Anonymous),
            ("c", Principal::Customer(customer)),
            ("a", staff(Agent)),
            ("p", staff(Platform)),
            ("s", staff(Supervisor)),
            ("o", staff(Admin)),
        ];
        let table = AccessTable::default();
        for (path, call) in &table.calls {
            let allowed: String = principals
                .iter()
                .filter(|(_, principal)| call.permit(principal).is_ok())
                .map(|(tag, _)| *tag)
                .collect();
            let expected = match call.method {
                "GetAvailability" | "StartConversation" | "AcknowledgeOnCall" => "-capso",
                "ListMyConversations" | "ResumeConversation" => "-capso",
                "ExportCustomer" | "EraseCustomer" | "BackUpStore" => "o",
                "RegisterAgent" | "UpdateAgent" | "RemoveAgent" => "po",
                "ListAgents" => "apso",
                "ListParkedEntries" | "UnparkEntry" | "Diagnose" => "o",
                _ if call.service.ends_with("ChatService") => "c",
                // Each for desks of their own: whose it is, the handlers ask.
                _ if call.service.ends_with("AgentService") => "apso",
                _ if call.service.ends_with("SupervisorService") => "so",
                _ if call.service.ends_with("AdminService") => "so",
                _ => "-capso",
            };
            assert_eq!(allowed, expected, "{path}");
        }
    }

    #[test]
    fn a_call_that_is_not_in_the_table_is_not_found() {
        assert_eq!(AccessTable::default().call("/sanad.v1.ChatService/EraseEverything"), None);
    }
}
