//! Why somebody stands where they stand in line, in the form of the API.

use super::encode;
use super::pb;
use crate::app::App;
use crate::domain::ids::{EntryId, QueueId};
use crate::domain::language::Language;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::line::Rise;

/// Why a number in line rose.
pub(super) fn rise(why: Rise) -> pb::PositionRise {
    match why {
        Rise::Rejoined => pb::PositionRise::Rejoined,
        Rise::Emergencies => pb::PositionRise::Emergencies,
        Rise::TeamChanged => pb::PositionRise::TeamChanged,
        Rise::EarlierClaim => pb::PositionRise::EarlierClaim,
    }
}

/// Why it takes time.
pub fn delay(reason: &DelayReason) -> pb::Delay {
    let (reason, opens) = match reason {
        DelayReason::None => (pb::DelayReason::BeingOffered, None),
        DelayReason::AllBusy => (pb::DelayReason::AgentsBusy, None),
        DelayReason::OthersAsked => (pb::DelayReason::OthersAsked, None),
        DelayReason::PreferredBusy => (pb::DelayReason::PreferredBusy, None),
        DelayReason::NoLanguage => (pb::DelayReason::NoAgentForLanguage, None),
        DelayReason::NoSkill => (pb::DelayReason::NoAgentForSkill, None),
        DelayReason::OutsideHours { opens } => (pb::DelayReason::OutsideHours, *opens),
        DelayReason::EmergenciesAhead => (pb::DelayReason::EmergenciesAhead, None),
        DelayReason::NobodySignedIn => (pb::DelayReason::NoAgents, None),
        DelayReason::OffersNotTaken => (pb::DelayReason::OffersNotTaken, None),
        DelayReason::AnotherNeeded => (pb::DelayReason::AnotherNeeded, None),
    };
    pb::Delay { reason: reason.into(), opens_at: opens.map(encode::timestamp), opens_text: None }
}

/// What a queue is called, in each language; nothing if the rules know it no more.
pub fn queue_title(app: &App, id: &QueueId) -> Vec<pb::LocalizedText> {
    let rules = app.rules();
    let declared = rules.routing.queues.get(id);
    let title = |of: Language| declared.map(|queue| encode::text(queue.title.get(of).clone(), of));
    Language::ALL.into_iter().filter_map(title).collect()
}

/// What an entry is called, in each language; nothing if the rules know it no more.
pub fn entry_title(app: &App, id: &EntryId) -> Vec<pb::LocalizedText> {
    let rules = app.rules();
    let known = rules.bot.entries.get(id);
    let title = |of: Language| known.map(|entry| encode::text(entry.title.get(of).clone(), of));
    Language::ALL.into_iter().filter_map(title).collect()
}

/// Nobody can be asked yet, because something of ours does not work.
pub fn degraded() -> pb::Delay {
    let reason = pb::DelayReason::SystemDegraded.into();
    pb::Delay { reason, opens_at: None, opens_text: None }
}
