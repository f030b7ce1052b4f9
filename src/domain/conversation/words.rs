//! Which system text says what: for receipts of the queue, and for social acts.

use super::command::Receipt;
use super::ledger::tell_time;
use super::on_call::Stage;
use super::state::Conversation;
use super::turn::Turn;
use crate::domain::language::social::SocialAct;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::{Eta, Told};
use crate::domain::texts::TextKey;

/// Why it takes time, as one sentence. An opening that is not known is never left blank.
pub(super) fn delay_sentence(turn: &Turn<'_>, delay: &DelayReason) -> String {
    let plain = |key: TextKey| turn.text(key, None, &[]);
    match delay {
        DelayReason::OutsideHours { opens: Some(opens) } => {
            let opens = tell_time(turn, *opens);
            turn.text(TextKey::DelayOutsideHours, None, &[("opens", opens)])
        }
        DelayReason::OutsideHours { opens: None } => plain(TextKey::DelayClosedUnknown),
        DelayReason::NobodySignedIn => plain(TextKey::DelayNobodySignedIn),
        DelayReason::AllBusy => plain(TextKey::DelayAllBusy),
        DelayReason::PreferredBusy => plain(TextKey::DelayPreferredBusy),
        DelayReason::AnotherNeeded => plain(TextKey::DelayAnotherNeeded),
        DelayReason::NoLanguage => plain(TextKey::DelayNoLanguage),
        DelayReason::NoSkill => plain(TextKey::DelayNoSkill),
        DelayReason::EmergenciesAhead => plain(TextKey::DelayEmergenciesAhead),
        DelayReason::OffersNotTaken => plain(TextKey::DelayOffersNotTaken),
        DelayReason::None => plain(TextKey::DelayNone),
    }
}

/// The words that go with a receipt: they are true because the receipt is durable.
pub(super) fn receipt_text(turn: &Turn<'_>, receipt: &Receipt) -> (TextKey, String) {
    if turn.c.is_in_danger() {
        return danger_text(turn, &receipt.delay);
    }
    let sentence = delay_sentence(turn, &receipt.delay);
    match &receipt.delay {
        DelayReason::NobodySignedIn => {
            let key = TextKey::HumanRequestNobody;
            (key, turn.text(key, None, &[]))
        }
        DelayReason::OutsideHours { opens: Some(_) } => (TextKey::DelayOutsideHours, sentence),
        DelayReason::OutsideHours { opens: None } => (TextKey::DelayClosedUnknown, sentence),
        DelayReason::None => {
            let key = TextKey::HandoffConfirmed;
            (key, turn.text(key, None, &[]))
        }
        DelayReason::AllBusy
        | DelayReason::PreferredBusy
        | DelayReason::AnotherNeeded
        | DelayReason::NoLanguage
        | DelayReason::NoSkill
        | DelayReason::EmergenciesAhead
        | DelayReason::OffersNotTaken => {
            // Whoever has to wait is not being connected.
            let first = TextKey::HandoffRegistered;
            let first_text = turn.text(first, None, &[]);
            let position = u64::from(receipt.position);
            let position = turn.text(TextKey::QueuePosition, Some(position), &[]);
            let wait = wait_sentence(turn, receipt).map(|wait| format!(" {wait}"));
            (first, format!("{first_text} {position} {sentence}{}", wait.unwrap_or_default()))
        }
    }
}

/// What somebody in danger is told while nobody has them: that they come first, who of us was
/// reached, and what helps meanwhile. No number in a line, no waiting time and no machine that will
/// not guess: there is nothing in these to hold on to.
pub(super) fn danger_text(turn: &Turn<'_>, delay: &DelayReason) -> (TextKey, String) {
    let reached = turn.c.on_call.as_ref().and_then(|open| match &open.stage {
        Stage::Reached { name } => Some(name.clone()),
        Stage::Ringing | Stage::Missed => None,
    });
    let key = match delay {
        DelayReason::None => TextKey::EmergencyConnecting,
        _ if reached.is_some() => TextKey::OnCallReached,
        DelayReason::NobodySignedIn => TextKey::EmergencyNobody,
        DelayReason::NoLanguage
        | DelayReason::NoSkill
        | DelayReason::AnotherNeeded
        | DelayReason::OutsideHours { .. } => TextKey::EmergencyNobodyAble,
        DelayReason::OffersNotTaken => TextKey::EmergencyNotTaken,
        DelayReason::AllBusy | DelayReason::PreferredBusy | DelayReason::EmergenciesAhead => {
            TextKey::EmergencyWaiting
        }
    };
    (key, turn.text(key, None, &[("name", reached.unwrap_or_default())]))
}

/// The range that the receipt's words tell, if they tell one. Whoever was promised something else
/// goes by that, and whoever is in danger is told none.
pub(super) fn told_wait(c: &Conversation, receipt: &Receipt) -> Option<Told> {
    if c.is_in_danger() {
        return None;
    }
    match receipt.delay {
        DelayReason::AllBusy
        | DelayReason::PreferredBusy
        | DelayReason::EmergenciesAhead
        | DelayReason::OffersNotTaken => receipt.eta.told().filter(|_| c.promise.is_none()),
        DelayReason::NoLanguage
        | DelayReason::NoSkill
        | DelayReason::AnotherNeeded
        | DelayReason::NobodySignedIn
        | DelayReason::OutsideHours { .. }
        | DelayReason::None => None,
    }
}

/// How long it takes, or that nobody can say.
fn wait_sentence(turn: &Turn<'_>, receipt: &Receipt) -> Option<String> {
    match (told_wait(&turn.c, receipt), &receipt.eta) {
        (Some(told), _) => Some(eta_sentence(turn, &told)),
        (None, Eta::Unknown { .. }) => Some(turn.text(TextKey::EtaUnknown, None, &[])),
        (None, Eta::Known { .. }) => None,
    }
}

/// A range in words: in minutes up to two hours, beyond in whole hours.
fn eta_sentence(turn: &Turn<'_>, told: &Told) -> String {
    let (low, high) = (told.low.as_secs() / 60, told.high.as_secs() / 60);
    let (low, high, within, between) = if high <= 120 {
        (low, high, TextKey::EtaWithinMinutes, TextKey::EtaMinutes)
    } else {
        (low / 60, high / 60, TextKey::EtaWithinHours, TextKey::EtaHours)
    };
    match low {
        0 => turn.text(within, Some(high), &[]),
        low => turn.text(between, Some(high), &[("low", low.to_string())]),
    }
}

/// The answer to a social act.
pub fn social_text(act: SocialAct) -> TextKey {
    match act {
        SocialAct::Greeting => TextKey::SocialGreeting,
        SocialAct::Thanks => TextKey::SocialThanks,
        SocialAct::Goodbye => TextKey::SocialGoodbye,
        SocialAct::Acknowledgement => TextKey::SocialAcknowledgement,
        SocialAct::Attention => TextKey::SocialAttention,
        SocialAct::Emoji => TextKey::SocialEmoji,
    }
}
