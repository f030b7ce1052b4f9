//! Closed lists, from our words to those of the wire.

use super::pb;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::event::{Alert, LeaveReason};
use crate::domain::conversation::state::CloseReason;
use crate::domain::detectors::{EmergencyKind, SignalKind};
use crate::domain::handoff::{HandoffReason, Priority};
use crate::domain::language::Variety;

/// The kind of a signal.
pub fn signal_kind(kind: SignalKind) -> pb::SignalKind {
    match kind {
        SignalKind::HumanRequest => pb::SignalKind::HumanRequest,
        SignalKind::Frustration => pb::SignalKind::Frustration,
        SignalKind::Confusion => pb::SignalKind::Confusion,
        SignalKind::Repetition => pb::SignalKind::Repetition,
        SignalKind::Emergency => pb::SignalKind::Emergency,
        SignalKind::Abuse => pb::SignalKind::Abuse,
    }
}

pub(super) fn emergency(kind: EmergencyKind) -> pb::EmergencyKind {
    match kind {
        EmergencyKind::Life => pb::EmergencyKind::Life,
        EmergencyKind::Money => pb::EmergencyKind::Money,
        EmergencyKind::Property => pb::EmergencyKind::Property,
    }
}

/// The outcome of the ladder.
pub fn outcome(outcome: Outcome) -> pb::Outcome {
    match outcome {
        Outcome::Greeting => pb::Outcome::Greeting,
        Outcome::Social => pb::Outcome::Social,
        Outcome::Answer => pb::Outcome::Answer,
        Outcome::Clarify => pb::Outcome::Clarify,
        Outcome::AskSlot => pb::Outcome::AskSlot,
        Outcome::NotKnown => pb::Outcome::NotKnown,
        Outcome::Handoff => pb::Outcome::Handoff,
        Outcome::Emergency => pb::Outcome::Emergency,
        Outcome::SayAgain => pb::Outcome::SayAgain,
    }
}

/// Why humans were asked.
pub fn reason(reason: HandoffReason) -> pb::HandoffReason {
    match reason {
        HandoffReason::HumanRequest => pb::HandoffReason::HumanRequest,
        HandoffReason::Frustration => pb::HandoffReason::Frustration,
        HandoffReason::Confusion => pb::HandoffReason::Confusion,
        HandoffReason::NotUnderstood => pb::HandoffReason::NotUnderstood,
        HandoffReason::Repetition => pb::HandoffReason::Repetition,
        HandoffReason::Abuse => pb::HandoffReason::Abuse,
        HandoffReason::EmergencyLife => pb::HandoffReason::EmergencyLife,
        HandoffReason::EmergencyMoney => pb::HandoffReason::EmergencyMoney,
        HandoffReason::EmergencyProperty => pb::HandoffReason::EmergencyProperty,
        HandoffReason::DeniedTwice => pb::HandoffReason::DeniedTwice,
        HandoffReason::HumanFirst => pb::HandoffReason::HumanFirst,
        HandoffReason::Reopened => pb::HandoffReason::Reopened,
        HandoffReason::BotFailed => pb::HandoffReason::BotFailed,
    }
}

/// How urgent it is.
pub fn priority(priority: Priority) -> pb::Priority {
    match priority {
        Priority::Low => pb::Priority::Low,
        Priority::Normal => pb::Priority::Normal,
        Priority::High => pb::Priority::High,
        Priority::Emergency => pb::Priority::Emergency,
    }
}

/// What a message is written in.
pub fn variety(variety: Variety) -> pb::Variety {
    match variety {
        Variety::Arabic => pb::Variety::Arabic,
        Variety::English => pb::Variety::English,
        Variety::Arabizi => pb::Variety::Arabizi,
        Variety::Mixed => pb::Variety::Mixed,
        Variety::Unknown => pb::Variety::Unknown,
    }
}

pub(super) fn close_reason(reason: CloseReason) -> pb::CloseReason {
    match reason {
        CloseReason::Timeout => pb::CloseReason::Timeout,
        CloseReason::Left => pb::CloseReason::Left,
        CloseReason::Abandoned => pb::CloseReason::Abandoned,
        CloseReason::Erased => pb::CloseReason::Erased,
    }
}

pub(super) fn left(why: LeaveReason) -> pb::AgentLeftReason {
    match why {
        LeaveReason::Lost => pb::AgentLeftReason::Lost,
        LeaveReason::Released => pb::AgentLeftReason::Released,
        LeaveReason::Silent => pb::AgentLeftReason::Silent,
        LeaveReason::DeniedTwice => pb::AgentLeftReason::DeniedTwice,
        LeaveReason::Requeued => pb::AgentLeftReason::Requeued,
        LeaveReason::Ended => pb::AgentLeftReason::Ended,
        LeaveReason::Transferred => pb::AgentLeftReason::Transferred,
        LeaveReason::ToBot => pb::AgentLeftReason::ToBot,
        LeaveReason::Promised => pb::AgentLeftReason::Promised,
        LeaveReason::TakenOver => pb::AgentLeftReason::TakenOver,
        LeaveReason::Blocked => pb::AgentLeftReason::Blocked,
    }
}

pub(super) fn alert(what: Alert) -> pb::Alert {
    match what {
        Alert::AgentSilent => pb::Alert::AgentSilent,
        Alert::Emergency(_) => pb::Alert::Emergency,
        Alert::LongWait => pb::Alert::LongWait,
        Alert::PromiseBroken => pb::Alert::PromiseBroken,
        Alert::AbuseReported => pb::Alert::AbuseReported,
        Alert::NobodyReached => pb::Alert::NobodyReached,
        Alert::BlockAwaitsReview => pb::Alert::BlockAwaitsReview,
        Alert::BlockLapsed => pb::Alert::BlockLapsed,
    }
}
