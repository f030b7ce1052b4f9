//! Who may see what has happened. Apart from the events themselves, because it is one decision about all
//! of them.

use super::event::Event;

/// Who may see an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Everyone in the conversation.
    Customer,
    /// Agents and supervisors.
    Agents,
    /// The agent to whom it was said, and supervisors.
    Owner,
    /// Sanad itself and those who examine it.
    Internal,
}

impl Event {
    /// Who may see it.
    pub fn audience(&self) -> Audience {
        match self {
            Event::Started { .. }
            | Event::CustomerSaid { .. }
            | Event::BotSaid { .. }
            | Event::Notice { .. }
            | Event::HandoffRequested { .. }
            | Event::Queued { .. }
            | Event::WaitOptionsOffered { .. }
            | Event::PromiseMade { .. }
            | Event::PromiseLate { .. }
            | Event::PromiseEnded { .. }
            | Event::HandoffCancelled
            | Event::AgentJoined { .. }
            | Event::AgentLeft { .. }
            | Event::AgentSaid { .. }
            | Event::ResolutionProposed { .. }
            | Event::ResolutionConfirmed
            | Event::ResolutionDenied
            | Event::Reminded
            | Event::Closed { .. }
            | Event::AnswerRated { .. }
            | Event::SurveyAsked { .. }
            | Event::ConversationRated { .. }
            | Event::Erased
            | Event::CustomerBlocked { .. }
            | Event::BlockEnded { .. }
            | Event::Reopened => Audience::Customer,
            Event::Noted { .. }
            | Event::BlockReviewed { .. }
            | Event::Claimed { .. }
            | Event::TakenOver { .. }
            | Event::AgentNudged { .. }
            | Event::SupervisorAlerted { .. }
            | Event::OtherLanguageAgreed { .. }
            | Event::ClosedFalsely { .. }
            | Event::OnCallRung { .. }
            | Event::OnCallFailed { .. }
            | Event::OnCallReached { .. }
            | Event::OnCallMissed { .. }
            | Event::CustomerIdentified { .. }
            | Event::FactsTold { .. }
            | Event::ProposalDropped
            | Event::HoldEnded => Audience::Agents,
            Event::Whispered { .. } => Audience::Owner,
            // Agents see what was noticed; what was merely understood is for those who examine.
            Event::Understood { signals, .. } if !signals.is_empty() => Audience::Agents,
            Event::Understood { .. }
            | Event::FragmentKept { .. }
            | Event::SlotFilled { .. }
            | Event::PositionTold { .. }
            | Event::LongWaitTold
            | Event::TokenAdvanced { .. } => Audience::Internal,
        }
    }
}
