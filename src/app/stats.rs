//! What this process has counted, for metrics and for tests. Counters only: never a text, a name
//! or an id.

use super::satisfaction::Count;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::event::Event;
use crate::domain::handoff::HandoffReason;
use crate::domain::routing::alerts::Raised;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the process began.
#[derive(Debug, Default)]
pub struct Stats {
    /// Changes that were tried again because of a conflict.
    pub retries: AtomicU64,
    /// Outbox entries delivered.
    pub delivered: AtomicU64,
    /// Outbox entries parked for a person.
    pub parked: AtomicU64,
    /// Times at which so many agents vanished at once that the line is more likely broken.
    pub outages: AtomicU64,
    /// Differences between conversation and pool that the audit has repaired.
    pub repairs: AtomicU64,
    /// Offers made.
    pub offers: AtomicU64,
    /// Offers that the store refused because the matcher's view was old.
    pub offers_refused: AtomicU64,
    /// Offers made in place of an ordinary one that was not answered yet, to somebody in danger.
    pub offers_gave_way: AtomicU64,
    outcomes: Mutex<BTreeMap<Outcome, u64>>,
    handoffs: Mutex<BTreeMap<HandoffReason, u64>>,
    ends: Mutex<BTreeMap<&'static str, u64>>,
    promises: Mutex<BTreeMap<&'static str, u64>>,
    alerts: Mutex<BTreeMap<&'static str, u64>>,
    alerts_standing: AtomicU64,
    satisfaction: Mutex<BTreeMap<Count, u64>>,
    on_call: Mutex<BTreeMap<&'static str, u64>>,
    blocks: Mutex<BTreeMap<&'static str, u64>>,
}

impl Stats {
    /// Adds one.
    pub fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// What customers said of how well it went.
    pub fn satisfaction(&self) -> BTreeMap<Count, u64> {
        self.satisfaction.lock().map(|map| map.clone()).unwrap_or_default()
    }

    /// Counts what an event stands for.
    pub fn event(&self, event: &Event) {
        let count = |map: &Mutex<BTreeMap<&'static str, u64>>, key| {
            if let Ok(mut map) = map.lock() {
                *map.entry(key).or_default() += 1;
            }
        };
        if let (Some(told), Ok(mut map)) = (Count::of(event), self.satisfaction.lock()) {
            *map.entry(told).or_default() += 1;
        }
        match event {
            Event::BotSaid { outcome, .. } => {
                if let Ok(mut outcomes) = self.outcomes.lock() {
                    *outcomes.entry(*outcome).or_default() += 1;
                }
            }
            Event::HandoffRequested { handoff, .. } => {
                if let Ok(mut handoffs) = self.handoffs.lock() {
                    *handoffs.entry(handoff.reason).or_default() += 1;
                }
            }
            Event::ResolutionConfirmed => count(&self.ends, "confirmed"),
            Event::ResolutionDenied => count(&self.ends, "denied"),
            Event::Closed { reason } => count(&self.ends, reason.name()),
            Event::Reopened => count(&self.ends, "reopened"),
            Event::PromiseEnded { fate, .. } => count(&self.promises, fate.name()),
            Event::OnCallRung { .. } => count(&self.on_call, "rung"),
            Event::OnCallFailed { .. } => count(&self.on_call, "failed"),
            Event::OnCallReached { .. } => count(&self.on_call, "reached"),
            Event::OnCallMissed { .. } => count(&self.on_call, "nobody_reached"),
            Event::CustomerBlocked { .. } => count(&self.blocks, "begun"),
            Event::BlockReviewed { upheld: true, .. } => count(&self.blocks, "upheld"),
            Event::BlockEnded { why } => count(&self.blocks, why.name()),
            // Counted above.
            Event::AnswerRated { .. }
            | Event::SurveyAsked { .. }
            | Event::ConversationRated { .. }
            | Event::ClosedFalsely { .. }
            | Event::CustomerIdentified { .. }
            | Event::FactsTold { .. }
            | Event::Erased => {}
            // Lifting is counted as an end.
            Event::BlockReviewed { upheld: false, .. }
            | Event::Started { .. }
            | Event::CustomerSaid { .. }
            | Event::Understood { .. }
            | Event::FragmentKept { .. }
            | Event::SlotFilled { .. }
            | Event::Notice { .. }
            | Event::Queued { .. }
            | Event::PositionTold { .. }
            | Event::LongWaitTold
            | Event::HandoffCancelled
            | Event::WaitOptionsOffered { .. }
            | Event::OtherLanguageAgreed { .. }
            | Event::PromiseMade { .. }
            | Event::PromiseLate { .. }
            | Event::AgentJoined { .. }
            | Event::Claimed { .. }
            | Event::TakenOver { .. }
            | Event::Whispered { .. }
            | Event::AgentLeft { .. }
            | Event::TokenAdvanced { .. }
            | Event::AgentSaid { .. }
            | Event::Noted { .. }
            | Event::AgentNudged { .. }
            | Event::SupervisorAlerted { .. }
            | Event::ResolutionProposed { .. }
            | Event::ProposalDropped
            | Event::HoldEnded
            | Event::Reminded => {}
        }
    }

    /// An alert was raised by this process.
    pub fn alert_raised(&self, kind: &'static str) {
        if let Ok(mut alerts) = self.alerts.lock() {
            *alerts.entry(kind).or_default() += 1;
        }
    }

    /// These alerts stand, as far as this process looks after them.
    pub fn alerts_stand(&self, raised: &[Raised]) {
        self.alerts_standing.store(raised.len() as u64, Ordering::Relaxed);
    }

    /// Alerts raised by this process, by kind.
    pub fn alerts(&self) -> BTreeMap<&'static str, u64> {
        self.alerts.lock().map(|map| map.clone()).unwrap_or_default()
    }

    /// How many alerts stand, if this process looks after them.
    pub fn alerts_standing(&self) -> u64 {
        self.alerts_standing.load(Ordering::Relaxed)
    }

    /// The bot's replies by outcome.
    pub fn outcomes(&self) -> BTreeMap<Outcome, u64> {
        self.outcomes.lock().map(|map| map.clone()).unwrap_or_default()
    }

    /// Handoffs by reason.
    pub fn handoffs(&self) -> BTreeMap<HandoffReason, u64> {
        self.handoffs.lock().map(|map| map.clone()).unwrap_or_default()
    }

    /// Rings of those on call, by what came of them: `rung`, `failed`, `reached`, `nobody_reached`.
    pub fn on_call(&self) -> BTreeMap<&'static str, u64> {
        self.on_call.lock().map(|map| map.clone()).unwrap_or_default()
    }

    /// Blocks of customers: `begun`, `upheld`, and how they ended: `served`, `lifted`, `lapsed`,
    /// `danger`, `overtaken`.
    pub fn blocks(&self) -> BTreeMap<&'static str, u64> {
        self.blocks.lock().map(|map| map.clone()).unwrap_or_default()
    }

    /// Ends of promises: `kept`, `kept_late`, `broken`, `withdrawn`.
    pub fn promises(&self) -> BTreeMap<&'static str, u64> {
        self.promises.lock().map(|map| map.clone()).unwrap_or_default()
    }

    /// Ends of conversations: `confirmed`, `denied`, `timeout`, `left`, `abandoned`, `reopened`.
    pub fn ends(&self) -> BTreeMap<&'static str, u64> {
        self.ends.lock().map(|map| map.clone()).unwrap_or_default()
    }
}
