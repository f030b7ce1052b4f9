//! Examinations and repairs: what operators ask of a deployment and of one conversation. Handlers
//! of `AdminService`, here because they share the form of their findings.

use super::audit;
use super::auth::Principal;
use super::context::{Context, conversation_id};
use super::encode;
use super::pb;
use super::refusals::status;
use super::status::Refusal;
use crate::app::error::AppError;
use crate::app::findings::{Finding, Severity};
use crate::app::replay::{Turn, TurnOutcome, decide_again};
use crate::domain::ids::RulesVersion;
use crate::domain::language::Language;
use crate::domain::rules::Rules;
use crate::ports::store::StoreError;
use std::collections::BTreeMap;
use std::sync::Arc;
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
        // Only the pool knew of it, or nobody can read it: that was found.
        Err(AppError::NotFound { .. } | AppError::Store(StoreError::Damaged { .. })) => None,
        Err(error) => return Err(status(error)),
    };
    Ok(pb::RepairConversationResponse {
        found: findings(&done.found),
        left: findings(&done.left),
        failed: done.failed,
        conversation,
    })
}

/// Decides a conversation again.
pub async fn replay(
    context: &Context,
    asked: &pb::ReplayConversationRequest,
) -> Result<pb::ReplayConversationResponse, Status> {
    let id = conversation_id(&asked.conversation_id)?;
    let events = context.app.recorded(&id).await.map_err(status)?;
    let live = asked.by_live_rules.then(|| context.app.rules());
    let report = Arc::clone(&context.rules_report);
    // Each version once: to take it up again takes as long as training takes, and nobody else is
    // to wait for it.
    let mut known: BTreeMap<RulesVersion, Option<Arc<Rules>>> = BTreeMap::new();
    let rules_of = move |version: &RulesVersion| {
        let current = report.current();
        if current.version == *version {
            return Some(current);
        }
        known.entry(version.clone()).or_insert_with(|| report.kept(version)).clone()
    };
    let deciding = tokio::task::spawn_blocking(move || decide_again(&events, rules_of, live));
    let turns = deciding.await.map_err(|_| Refusal::Internal)?;
    Ok(pb::ReplayConversationResponse { turns: turns.into_iter().map(turn).collect() })
}

fn turn(turn: Turn) -> pb::ReplayedTurn {
    let mut told = pb::ReplayedTurn {
        sequence: turn.seq,
        said: turn.said,
        recorded_rules: turn.recorded_by.to_string(),
        ..Default::default()
    };
    match turn.outcome {
        TurnOutcome::Decided { by, differs } => {
            told.replayed_rules = by.to_string();
            let (was, would_be) =
                differs.into_iter().partition::<Vec<_>, _>(|(sign, _)| *sign == '-');
            told.was = was.into_iter().map(|(_, line)| line).collect();
            told.would_be = would_be.into_iter().map(|(_, line)| line).collect();
        }
        TurnOutcome::Missing { what } => told.missing = what,
    }
    told
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
