//! The machines of those who wait, each without one of its guards.

use super::machines::{Decided, Worked};
use crate::domain::conversation::command::{Command, Receipt};
use crate::domain::conversation::handle::handle;
use crate::domain::conversation::state::Conversation;
use crate::domain::pool::command::{Case, PoolDecision, WorkCommand};
use crate::domain::pool::hindrance::offer_hindrance;
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::pool::work;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::plan::{Offer, plan};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::routing::view::PoolView;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use std::time::Duration;

pub(in crate::sim) fn reason_guessed(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let Command::ConfirmQueued(receipt) = command else { return handle(rules, c, command, at) };
    let receipt = Receipt { delay: DelayReason::AllBusy, ..receipt.clone() };
    handle(rules, c, &Command::ConfirmQueued(receipt), at)
}

pub(in crate::sim) fn place_guessed(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let Command::ConfirmQueued(receipt) = command else { return handle(rules, c, command, at) };
    let receipt = Receipt { position: 1, ..receipt.clone() };
    handle(rules, c, &Command::ConfirmQueued(receipt), at)
}

pub(in crate::sim) fn place_lost(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if let (WorkCommand::Decline { .. } | WorkCommand::Expire, Some(Some(Place::Here(item)))) =
        (command, &mut decision.place)
    {
        item.waiting_since = at;
    }
    Ok(decision)
}

pub(in crate::sim) fn leaver_uncounted(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let decision = work::handle(rules, case, command, at)?;
    let waited = decision.waited.clone().filter(|waited| waited.met);
    Ok(PoolDecision { waited, ..decision })
}

pub(in crate::sim) fn credit_unbounded(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    const DAY: Duration = Duration::from_secs(24 * 3_600);
    let unbounded = RoutingRules { credit_max: DAY, ..rules.clone() };
    work::handle(&unbounded, case, command, at)
}

pub(in crate::sim) fn order_ignored(
    view: &mut PoolView,
    rules: &RoutingRules,
    at: Timestamp,
) -> Vec<Offer> {
    let offers = plan(view, rules, at);
    let mut taken = Vec::new();
    let last = |offer: Offer| {
        let agent = view.agent(&offer.agent)?;
        let open = view.items().filter(|item| {
            item.state == ItemState::Waiting
                && !taken.contains(&item.conversation)
                && offer_hindrance(item, agent, at).is_none()
        });
        let last = open.max_by_key(|item| (item.waiting_since, item.conversation.clone()))?;
        taken.push(last.conversation.clone());
        let (conversation, basis) = (last.conversation.clone(), last.token);
        Some(Offer { conversation, basis, instead_of: None, ..offer })
    };
    offers.into_iter().filter_map(last).collect()
}
