//! What an operator does with one customer's data on their wish: hand it out, or erase it. Both
//! leave a line in the audit trail, with the id the customer is kept under and never their key.

use super::audit;
use super::auth::Principal;
use super::context::{Context, conversation_id, id};
use super::decode::wrong;
use super::encode_customer::CUSTOMER_KEY_BYTES_MAX;
use super::frames::Frames;
use super::pb;
use super::pb::customer_selector::By;
use super::pieces;
use super::refusals::status;
use crate::domain::ids::{ConversationId, CustomerId, RequestId};
use tonic::{Request, Response, Status};

/// Whose data it is about.
enum Whose {
    Customer(CustomerId),
    Conversation(ConversationId),
}

impl Whose {
    fn of(context: &Context, selector: Option<&pb::CustomerSelector>) -> Result<Whose, Status> {
        match selector.and_then(|selector| selector.by.as_ref()) {
            Some(By::CustomerKey(key)) if key.is_empty() || key.len() > CUSTOMER_KEY_BYTES_MAX => {
                Err(wrong("customer.customer_key", "1 to 256 bytes"))
            }
            Some(By::CustomerKey(key)) => Ok(Whose::Customer(context.tokens.customer_id(key))),
            Some(By::ConversationId(id)) => conversation_id(id).map(Whose::Conversation),
            None => Err(wrong("customer", "say whose: a customer_key or a conversation_id")),
        }
    }

    fn id(&self) -> &str {
        match self {
            Whose::Customer(id) => id.as_str(),
            Whose::Conversation(id) => id.as_str(),
        }
    }
}

/// Hands out all that is kept.
pub async fn export(
    context: &Context,
    request: Request<pb::ExportCustomerRequest>,
) -> Result<Response<Frames<pb::ExportCustomerResponse>>, Status> {
    let whose = Whose::of(context, request.get_ref().customer.as_ref())?;
    let app = context.app.clone();
    let archive = context.archive.as_deref();
    let export = match &whose {
        Whose::Customer(customer) => app.export(Some(customer), None, archive).await,
        Whose::Conversation(id) => app.export(None, Some(id.clone()), archive).await,
    };
    let export = export.map_err(status)?;
    audit::changed(&Principal::of(&request), "ExportCustomer", whose.id());
    let message = |lines| pb::ExportCustomerResponse { lines };
    Ok(Response::new(pieces::send(app, export, message)))
}

/// Erases all that is kept.
pub async fn erase(
    context: &Context,
    request: Request<pb::EraseCustomerRequest>,
) -> Result<Response<pb::EraseCustomerResponse>, Status> {
    let asked = request.get_ref();
    // Erasing twice is erasing once: the id is asked for like everywhere, and not kept.
    id("request_id", &asked.request_id, RequestId::parse)?;
    let whose = Whose::of(context, asked.customer.as_ref())?;
    let (app, archive) = (&context.app, context.archive.as_deref());
    let erased = match &whose {
        Whose::Customer(customer) => app.erase_customer(customer, archive).await,
        Whose::Conversation(id) => app.erase_conversation(id, archive).await,
    };
    let erased = erased.map_err(status)?;
    audit::changed(&Principal::of(&request), "EraseCustomer", whose.id());
    Ok(Response::new(pb::EraseCustomerResponse {
        conversations: erased.conversations as u32,
        archived_conversations: erased.archived as u32,
    }))
}
