//! What an operator does with one customer's data: export it to the standard output, or erase it.

use super::Secured;
use crate::cli::connect::{ask, fresh_id};
use crate::cli::words::pick;
use crate::domain::language::Language;
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::grpc::pb::customer_selector::By;
use crate::grpc::pb::{CustomerSelector, EraseCustomerRequest, ExportCustomerRequest};
use clap::Args;
use tonic::Status;

/// Whose data it is about.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Whose {
    /// The host site's key of the customer.
    #[arg(long, value_name = "KEY")]
    customer: Option<String>,
    /// One conversation, of a customer who is not known.
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
}

impl Whose {
    fn selector(&self) -> Option<CustomerSelector> {
        let by = match (&self.customer, &self.conversation) {
            (Some(key), _) => Some(By::CustomerKey(key.clone())),
            (None, Some(id)) => Some(By::ConversationId(id.clone())),
            (None, None) => None,
        };
        Some(CustomerSelector { by })
    }
}

/// All that is kept, as JSON lines.
pub async fn export(
    mut client: AdminServiceClient<Secured>,
    whose: &Whose,
) -> Result<Vec<String>, Status> {
    let request = ExportCustomerRequest { customer: whose.selector() };
    let mut pieces = client.export_customer(ask(request)).await?.into_inner();
    let mut lines = Vec::new();
    while let Some(piece) = pieces.message().await? {
        lines.extend(piece.lines.lines().map(str::to_owned));
    }
    Ok(lines)
}

/// Erases it.
pub async fn erase(
    mut client: AdminServiceClient<Secured>,
    whose: &Whose,
    language: Language,
) -> Result<Vec<String>, Status> {
    let request = EraseCustomerRequest { request_id: fresh_id(), customer: whose.selector() };
    let erased = client.erase_customer(ask(request)).await?.into_inner();
    let what = pick(language, "conversations erased", "المحادثات التي مُحيت");
    let archived = pick(language, "in this server's archive", "في أرشيف هذا الخادم");
    let (kept, left) = (erased.conversations, erased.archived_conversations);
    Ok(vec![format!("{what}: {kept}"), format!("{archived}: {left}")])
}
