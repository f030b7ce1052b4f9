//! Which system text says what: for receipts of the queue, and for social acts.

use super::command::Receipt;
use super::turn::Turn;
use crate::domain::handoff::Priority;
use crate::domain::language::social::SocialAct;
use crate::domain::routing::delay::DelayReason;
use crate::domain::texts::TextKey;

/// The words that go with a receipt: they are true because the receipt is durable.
pub(super) fn receipt_text(turn: &Turn<'_>, receipt: &Receipt) -> (TextKey, String) {
    let opens = receipt.opens.clone().unwrap_or_default();
    let plain = |key: TextKey| turn.text(key, None, &[("opens", opens.clone())]);
    let urgent =
        turn.c.handoff.as_ref().is_some_and(|asked| asked.handoff.priority == Priority::Emergency);
    let first = if urgent { TextKey::EmergencyConnecting } else { TextKey::HandoffConfirmed };
    let delay = match &receipt.delay {
        DelayReason::NobodySignedIn => {
            return (TextKey::HumanRequestNobody, plain(TextKey::HumanRequestNobody));
        }
        DelayReason::OutsideHours { .. } => {
            return (TextKey::DelayOutsideHours, plain(TextKey::DelayOutsideHours));
        }
        DelayReason::AllBusy => Some(TextKey::DelayAllBusy),
        DelayReason::NoLanguage => Some(TextKey::DelayNoLanguage),
        DelayReason::NoSkill => Some(TextKey::DelayNoSkill),
        DelayReason::EmergenciesAhead => Some(TextKey::DelayEmergenciesAhead),
        DelayReason::OffersNotTaken => Some(TextKey::DelayOffersNotTaken),
        DelayReason::None => None,
    };
    let mut text = plain(first);
    if let Some(delay) = delay {
        let position = turn.text(TextKey::QueuePosition, Some(u64::from(receipt.position)), &[]);
        text = format!("{text} {position} {}", plain(delay));
    }
    (first, text)
}

/// The answer to a social act.
pub(super) fn social_text(act: SocialAct) -> TextKey {
    match act {
        SocialAct::Greeting => TextKey::SocialGreeting,
        SocialAct::Thanks => TextKey::SocialThanks,
        SocialAct::Goodbye => TextKey::SocialGoodbye,
        SocialAct::Acknowledgement => TextKey::SocialAcknowledgement,
        SocialAct::Attention => TextKey::SocialAttention,
        SocialAct::Emoji => TextKey::SocialEmoji,
    }
}
