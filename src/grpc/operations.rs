//! Examinations and repairs: what operators ask of a deployment and of one conversation. Handlers
//! of `AdminService`, here because they share the form of their findings.

use super::audit;
use super::auth::Principal;
use super::context::{Context, conversation_id};
use super::encode;
use super::pb;
use super::refusals::status;
use crate::app::error::AppError;
use crate::app::findings::{Finding, Severity};
use crate::domain::language::Language;
use std::collections::BTreeMap;
use tonic::{Request, Status};

/// Examines the deployment.
pub async fn diagnose(context: &Context) -> pb::DiagnoseResponse {
    let found = context.examiner.examine().await;
    pb::DiagnoseResponse { findings: findings(&found), mode: context.mode().into() }
}

/// Tells what is wrong with a conversation and mends it if asked to.
pub async fn repair(
    context: &Context,
    request: &Request<pb::RepairConversationRequest>,
) -> Result<pb::RepairConversationResponse, Status> {
    let asked = request.get_ref();
    let id = conversation_id(&asked.conversation_id)?;
    let done = context.app.repair(&id, asked.apply).await.map_err(status)?;
    if asked.apply && !done.found.is_empty() {
        audit::changed(&Principal::of(request), "RepairConversation", id.as_str());
    }
    let conversation = match context.app.conversation(&id).await {
        Ok(c) => Some(encode::conversation(&context.app, &c)),
        // Only the pool knew of it.
        Err(AppError::NotFound { .. }) => None,
        Err(error) => return Err(status(error)),
    };
    Ok(pb::RepairConversationResponse {
        found: findings(&done.found),
        left: findings(&done.left),
        failed: done.failed,
        conversation,
    })
}

fn findings(found: &[Finding]) -> Vec<pb::Finding> {
    found.iter().map(finding).collect()
}

fn finding(found: &Finding) -> pb::Finding {
    let severity = match found.severity {
        Severity::Fine => pb::FindingSeverity::Fine,
        Severity::Attention => pb::FindingSeverity::Attention,
        Severity::Trouble => pb::FindingSeverity::Trouble,
    };
    let facts: BTreeMap<String, String> =
        found.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    pb::Finding {
        severity: severity.into(),
        code: found.code.name().to_owned(),
        facts,
        says: found.says(Language::En),
        advice: found.advice(Language::En),
    }
}
