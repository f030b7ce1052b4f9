//! Ringing whoever is on call while somebody in danger waits and no colleague has them. A ring is an
//! event first and is performed by whoever has committed it; what came of it comes back as a command.
//! The customer hears that somebody is being rung, who was reached, or that nobody was: never more
//! than what is in the log.

use super::command::{Decision, Rejection};
use super::event::{Alert, Event};
use super::ledger::tell_time;
use super::state::{Conversation, State};
use super::turn::Turn;
use crate::domain::detectors::EmergencyKind;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One round of ringing: it ends when somebody is reached, when all were rung in vain, or when a
/// colleague takes the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCall {
    /// What is in danger.
    pub kind: EmergencyKind,
    /// Who was rung last.
    pub target: String,
    /// The first ring of the round.
    pub first: i64,
    /// The latest one. It contains the time, so that a store that lost its tail cannot issue it again.
    pub last: i64,
    /// How many there were.
    pub attempts: u32,
    /// When the latest one was decided.
    pub rung_at: Timestamp,
    /// How far it is.
    pub stage: Stage,
}

/// How far a round of ringing is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// Somebody is being rung.
    Ringing,
    /// Somebody said that they are there.
    Reached {
        /// Who.
        name: String,
    },
    /// All were rung and nobody has answered.
    Missed,
}

/// What came of a ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RingAnswer {
    /// The target could not be rung.
    Failed {
        /// Why, for colleagues.
        why: String,
    },
    /// Somebody says that they are there; also long after the ring, and when others were rung since.
    Reached {
        /// Who.
        name: String,
    },
}

/// The danger in which it waits for a colleague, if it does.
pub fn waits_in_danger(c: &Conversation) -> Option<EmergencyKind> {
    match &c.state {
        State::Queued => c.handoff.as_ref()?.handoff.reason.emergency(),
        State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => None,
    }
}

/// Whether this ring is to be performed: it is the latest one, and it still waits for somebody.
pub fn is_ringing(c: &Conversation, ring: i64) -> bool {
    let open = c.on_call.as_ref().filter(|_| waits_in_danger(c).is_some());
    open.is_some_and(|open| open.last == ring && open.stage == Stage::Ringing)
}

/// When the next ring is due, or the end of the ringing.
pub(super) fn deadline(rules: &Rules, c: &Conversation) -> Option<Timestamp> {
    let kind = waits_in_danger(c)?;
    let on_call = &rules.routing.on_call;
    match &c.on_call {
        None => {
            on_call.after_rings(kind, 0)?;
            let asked = c.handoff.as_ref()?;
            let patience = if asked.nobody_there { Default::default() } else { on_call.after };
            Some(asked.waiting_since + patience)
        }
        Some(open) => match open.stage {
            Stage::Ringing => Some(open.rung_at + on_call.answer_within),
            Stage::Reached { .. } | Stage::Missed => None,
        },
    }
}

/// Does what is due; the caller has compared the time.
pub(super) fn due(turn: &mut Turn<'_>) {
    let Some(kind) = waits_in_danger(&turn.c) else { return };
    let rings = turn.c.on_call.as_ref().map_or(0, |open| open.attempts);
    let Some(target) = turn.rules.routing.on_call.after_rings(kind, rings) else {
        return miss(turn, kind, rings);
    };
    let before = turn.c.on_call.as_ref().map_or(turn.c.rung, |open| open.last);
    let ring = (before + 1).max(turn.at.as_millis());
    let (target, attempt) = (target.name.clone(), rings + 1);
    turn.happen(Event::OnCallRung { kind, target, ring, attempt });
    let told = if rings == 0 { TextKey::OnCallRinging } else { TextKey::OnCallRingingNext };
    turn.notice(told, &[]);
}

fn miss(turn: &mut Turn<'_>, kind: EmergencyKind, attempts: u32) {
    turn.happen(Event::OnCallMissed { attempts });
    turn.happen(Event::SupervisorAlerted { what: Alert::NobodyReached });
    let contacts = turn.contacts(kind);
    turn.notice(TextKey::OnCallMissed, &[("contacts", contacts)]);
}

/// What somebody in danger is told who writes and gets no other answer: whether anybody was reached, as
/// far as it is known now. They may be asking just that.
pub(super) fn hear(turn: &mut Turn<'_>) {
    let Some(open) = turn.c.on_call.clone() else {
        return turn.notice(TextKey::HeardInDanger, &[]);
    };
    match open.stage {
        Stage::Ringing => {
            // The first ring contains its time.
            let since = tell_time(turn, Timestamp::from_millis(open.first));
            turn.notice(TextKey::HeardWhileRinging, &[("since", since)]);
        }
        Stage::Reached { name } => turn.notice(TextKey::HeardWhenReached, &[("name", name)]),
        Stage::Missed => {
            let contacts = turn.contacts(open.kind);
            turn.notice(TextKey::HeardWhenMissed, &[("contacts", contacts)]);
        }
    }
}

/// What came of a ring. It may be told late or twice: only what belongs to this round counts.
pub(super) fn answered(
    rules: &Rules,
    c: &Conversation,
    ring: i64,
    answer: &RingAnswer,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    if waits_in_danger(c).is_none() {
        return Err(Rejection::WrongState { state: c.state.name() });
    }
    let stale = || Rejection::Stale { current: c.token };
    let open = c.on_call.as_ref().filter(|open| (open.first..=open.last).contains(&ring));
    let open = open.ok_or_else(stale)?;
    let mut turn = Turn::new(rules, c, at);
    match answer {
        RingAnswer::Reached { name } => match open.stage {
            Stage::Ringing | Stage::Missed => {
                turn.happen(Event::OnCallReached { ring, name: name.clone() });
                turn.notice(TextKey::OnCallReached, &[("name", name.clone())]);
            }
            // Somebody is there already; it is as it was asked to be.
            Stage::Reached { .. } => {}
        },
        RingAnswer::Failed { why } => {
            if !is_ringing(c, ring) {
                return Err(stale());
            }
            turn.happen(Event::OnCallFailed { ring, why: why.clone() });
            // Once round the list at once; what fails again and again is tried again in its time.
            let targets = rules.routing.on_call.targets(open.kind).len();
            if targets > 0 && !(open.attempts as usize).is_multiple_of(targets) {
                due(&mut turn);
            }
        }
    }
    Ok(turn.done())
}

/// Folds what concerns ringing into the conversation.
pub(super) fn fold(c: &mut Conversation, event: &Event, at: Timestamp) {
    match event {
        Event::OnCallRung { kind, target, ring, attempt } => {
            let first = c.on_call.as_ref().map_or(*ring, |open| open.first);
            let (kind, target) = (*kind, target.clone());
            let (last, attempts, stage) = (*ring, *attempt, Stage::Ringing);
            c.rung = last;
            c.on_call = Some(OnCall { kind, target, first, last, attempts, rung_at: at, stage });
        }
        Event::OnCallReached { name, .. } => set_stage(c, Stage::Reached { name: name.clone() }),
        Event::OnCallMissed { .. } => set_stage(c, Stage::Missed),
        // The place may be given anew; as long as the danger is the same, so is the round.
        Event::HandoffRequested { handoff, .. } => {
            let kind = handoff.reason.emergency();
            c.on_call = c.on_call.take().filter(|open| Some(open.kind) == kind);
        }
        Event::AgentJoined { .. }
        | Event::HandoffCancelled
        | Event::Closed { .. }
        | Event::Erased
        | Event::Reopened => c.on_call = None,
        Event::OnCallFailed { .. }
        | Event::Started { .. }
        | Event::CustomerSaid { .. }
        | Event::Understood { .. }
        | Event::FragmentKept { .. }
        | Event::BotSaid { .. }
        | Event::SlotFilled { .. }
        | Event::Notice { .. }
        | Event::Queued { .. }
        | Event::PositionTold { .. }
        | Event::LongWaitTold
        | Event::AgentLeft { .. }
        | Event::Claimed { .. }
        | Event::TakenOver { .. }
        | Event::Whispered { .. }
        | Event::TokenAdvanced { .. }
        | Event::AgentSaid { .. }
        | Event::Noted { .. }
        | Event::AgentNudged { .. }
        | Event::SupervisorAlerted { .. }
        | Event::ResolutionProposed { .. }
        | Event::ProposalDropped
        | Event::HoldEnded
        | Event::Reminded
        | Event::ResolutionConfirmed
        | Event::ResolutionDenied
        | Event::WaitOptionsOffered { .. }
        | Event::OtherLanguageAgreed { .. }
        | Event::PromiseMade { .. }
        | Event::PromiseLate { .. }
        | Event::PromiseEnded { .. }
        | Event::AnswerRated { .. }
        | Event::SurveyAsked { .. }
        | Event::ConversationRated { .. }
        | Event::CustomerIdentified { .. }
        | Event::FactsTold { .. }
        | Event::CustomerBlocked { .. }
        | Event::BlockReviewed { .. }
        | Event::BlockEnded { .. }
        | Event::ClosedFalsely { .. } => {}
    }
}

fn set_stage(c: &mut Conversation, stage: Stage) {
    if let Some(open) = &mut c.on_call {
        open.stage = stage;
    }
}
