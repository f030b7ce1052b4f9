//! What supervisors are shown of queues and agents. One direction, one place.

use super::encode;
use super::encode_agent;
use super::encode_promise;
use super::pb;
use crate::app::App;
use crate::app::board::Board;
use crate::domain::ids::ConversationId;
use crate::domain::pool::agent::{Agent, Held, Holding};
use crate::domain::pool::item::ItemState;
use crate::domain::routing::alerts::{AlertKind, Raised};
use crate::domain::routing::overview::QueueOverview;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// So many agents are shown.
const AGENTS_MAX: usize = 1_000;

/// All queues.
pub fn queues(app: &App, board: &Board) -> Vec<pb::QueueView> {
    board.overview.queues.iter().map(|of| queue(app, board, of)).collect()
}

fn queue(app: &App, board: &Board, of: &QueueOverview) -> pb::QueueView {
    let (rules, at) = (app.rules(), board.at);
    let here = board.waiting.iter().filter(|item| item.handoff.needs.queue == of.id);
    let absent = here.filter(|item| app.attendance(&item.conversation).is_absent()).count();
    let declared = rules.routing.queues.get(&of.id);
    let hours = declared.and_then(|queue| queue.hours.as_ref());
    let closed = hours.filter(|hours| !hours.is_open(at));
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    pb::QueueView {
        queue_id: of.id.to_string(),
        title: encode::queue_title(app, &of.id),
        open: closed.is_none(),
        opens_at: closed.and_then(|hours| hours.next_opening(at)).map(encode::timestamp),
        waiting: count(of.stats.waiting),
        offers_out: count(of.stats.offered),
        owned: count(of.stats.assigned),
        oldest_since: of.stats.oldest.map(encode::timestamp),
        oldest_conversation_id: of.oldest.as_ref().map(ToString::to_string).unwrap_or_default(),
        delay: of.delay.as_ref().map(encode::delay),
        emergencies: of.emergencies.0,
        absent: count(absent as u64),
    }
}

/// The agents by id; where there are too many, those who are signed in.
pub fn agents(app: &App, board: &Board) -> Vec<pb::AgentView> {
    let mut shown: Vec<&Agent> = board.agents.iter().collect();
    shown.sort_by_key(|agent| !agent.is_signed_in());
    shown.truncate(AGENTS_MAX);
    shown.sort_by(|one, other| one.id.cmp(&other.id));
    shown.into_iter().map(|of| agent(app, board, of)).collect()
}

fn agent(app: &App, board: &Board, of: &Agent) -> pb::AgentView {
    let held = of.held.iter().map(|(id, how)| held(app, board, id, how));
    pb::AgentView { agent: Some(encode_agent::agent(app, of)), held: held.collect() }
}

fn held(app: &App, board: &Board, id: &ConversationId, how: &Held) -> pb::HeldView {
    let (hold, until) = match &how.how {
        Holding::Offer => (pb::Hold::Offer, offered_until(board, id)),
        Holding::Owned => (pb::Hold::Owned, None),
        Holding::WrapUp { until } => (pb::Hold::WrapUp, Some(*until)),
    };
    let c = board.owned.get(id).filter(|_| hold == pb::Hold::Owned);
    let promise = c.and_then(|c| c.promise.as_ref());
    pb::HeldView {
        conversation_id: id.to_string(),
        hold: hold.into(),
        cost: how.cost,
        standing: c.and_then(|c| encode_agent::standing(app, c)),
        promise: promise.map(|open| encode_promise::promise(app, open)),
        until: until.map(encode::timestamp),
        adopted: how.adopted,
    }
}

fn offered_until(board: &Board, id: &ConversationId) -> Option<Timestamp> {
    match board.held.get(id)?.state {
        ItemState::Offered { until, .. } => Some(until),
        ItemState::Waiting | ItemState::Assigned { .. } => None,
    }
}

/// The sums.
pub fn totals(board: &Board) -> pb::OverviewTotals {
    let totals = board.overview.totals;
    pb::OverviewTotals {
        waiting: totals.waiting,
        offers_out: totals.offered,
        owned: totals.owned,
        agents_available: totals.available,
        agents_away: totals.away,
        agents_draining: totals.draining,
        agents_suspect: totals.suspect,
        units_free: totals.units_free,
        cut: board.cut,
    }
}

/// An alert.
pub fn alert(raised: &Raised) -> pb::RaisedAlert {
    let kind = match raised.key.kind {
        AlertKind::EmergencyWaiting => pb::AlertKind::EmergencyWaiting,
        AlertKind::NobodyThere => pb::AlertKind::NobodyThere,
        AlertKind::LongestWait => pb::AlertKind::LongestWait,
        AlertKind::QueueLength => pb::AlertKind::QueueLength,
        AlertKind::BrokenPromises => pb::AlertKind::BrokenPromises,
        AlertKind::AgentSilent => pb::AlertKind::AgentSilent,
        AlertKind::AbuseReported => pb::AlertKind::AbuseReported,
        AlertKind::NobodyReached => pb::AlertKind::NobodyReached,
        AlertKind::BlockAwaitsReview => pb::AlertKind::BlockAwaitsReview,
        AlertKind::BlockLapsed => pb::AlertKind::BlockLapsed,
    };
    let value = raised.value.max(0) as u64;
    let is_span = raised.key.kind.is_span();
    pb::RaisedAlert {
        kind: kind.into(),
        queue_id: raised.key.queue.as_ref().map(ToString::to_string).unwrap_or_default(),
        conversation_id: raised
            .key
            .conversation
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        raised_at: Some(encode::timestamp(raised.since)),
        waited: is_span.then(|| encode::duration(Duration::from_millis(value))),
        count: if is_span { 0 } else { u32::try_from(value).unwrap_or(u32::MAX) },
    }
}
