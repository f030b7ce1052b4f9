//! The calls about what is the customer's own: their conversations on other devices, and their data.

use crate::cli::connect::{Secured, ask, reason_of};
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::{
    EraseMyDataRequest, ExportMyDataRequest, IdentifyCustomerRequest, ListMyConversationsRequest,
    MyConversation, ResumeConversationRequest,
};
use std::time::Duration;
use tonic::{Request, Status};

/// How long an export may take: it holds all that a customer ever wrote.
const EXPORT_TIME: Duration = Duration::from_secs(120);
/// What a conversation answers that is not there any more.
const NOT_KEPT: &str = "CONVERSATION_NOT_KEPT";

/// Whether a conversation is not there any more: erased, let go, or lost by the store.
pub fn is_gone(status: &Status) -> bool {
    reason_of(status) == NOT_KEPT
}

/// To be asked for the conversations of whom the host site names.
pub fn listing(identity_token: String, only_open: bool) -> ListMyConversationsRequest {
    ListMyConversationsRequest { identity_token, only_open, page_size: 0 }
}

/// To be asked for the secret of one of them.
pub fn resuming(conversation_id: String, identity_token: String) -> ResumeConversationRequest {
    ResumeConversationRequest { identity_token, conversation_id }
}

/// Which conversation a row of the list is about.
pub fn id_of(mine: &MyConversation) -> &str {
    mine.conversation.as_ref().map_or("", |it| it.conversation_id.as_str())
}

/// Makes the conversation theirs.
pub async fn identify(
    client: &mut ChatServiceClient<Secured>,
    conversation_id: String,
    request_id: String,
    identity_token: String,
) -> Result<(), Status> {
    let request = IdentifyCustomerRequest { conversation_id, request_id, identity_token };
    client.identify_customer(ask(request)).await.map(|_| ())
}

/// All that is kept, as JSON lines; without a token, of this conversation.
pub async fn export(
    client: &mut ChatServiceClient<Secured>,
    conversation_id: String,
    identity_token: String,
) -> Result<String, Status> {
    let mut request = Request::new(ExportMyDataRequest { conversation_id, identity_token });
    request.set_timeout(EXPORT_TIME);
    let mut pieces = client.export_my_data(request).await?.into_inner();
    let mut lines = String::new();
    while let Some(piece) = pieces.message().await? {
        lines += &piece.lines;
    }
    Ok(lines)
}

/// Erases it, and says how many conversations are gone. Asked again because the answer was lost, there
/// is nothing left to erase, and that is what was wanted.
pub async fn erase(
    client: &mut ChatServiceClient<Secured>,
    conversation_id: String,
    request_id: String,
    identity_token: String,
) -> Result<u32, Status> {
    let request = EraseMyDataRequest { conversation_id, request_id, identity_token };
    match client.erase_my_data(ask(request)).await {
        Ok(erased) => {
            let erased = erased.into_inner();
            Ok(erased.conversations.saturating_add(erased.archived_conversations))
        }
        Err(status) if is_gone(&status) => Ok(0),
        Err(status) => Err(status),
    }
}
