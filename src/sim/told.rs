//! The checker of what waiting customers are told: why it takes time, their number in line, and whether
//! anything is known of how long it will be. Each is compared with the pool as it was at that moment, by
//! what the words mean and not by the code that chose them. A picture may be a little old, and each
//! thing in it by itself: so what is told must be true of some mixture of what was lately so. While
//! things go wrong a picture may be old; what never was true may not be told then either.

use super::model::{Invariant, Model};
use super::scene::{Scene, able, helps, is_waiting, speaks, there};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::ConversationId;
use crate::domain::pool::agent::Agent;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::texts::TextKey;

/// What a customer was told of their wait.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub(super) position: Option<u32>,
    pub(super) delay: DelayReason,
    pub(super) eta: Eta,
}

/// What some words mean; of an opening nothing is said.
enum Meaning {
    One(DelayReason),
    /// One of these.
    OneOf(&'static [DelayReason]),
}

const ABLE_ARE_MISSING: [DelayReason; 4] = [
    DelayReason::NoLanguage,
    DelayReason::NoSkill,
    DelayReason::AnotherNeeded,
    DelayReason::OutsideHours { opens: None },
];
const BUSY: [DelayReason; 3] =
    [DelayReason::AllBusy, DelayReason::PreferredBusy, DelayReason::EmergenciesAhead];

/// What a notice says of the wait. The simulated texts say their keys.
fn meaning(key: &str, text: &str) -> Option<Meaning> {
    let says = |key: TextKey| text.contains(key.name());
    let reasons = [
        (TextKey::DelayAllBusy, DelayReason::AllBusy),
        (TextKey::DelayAnotherNeeded, DelayReason::AnotherNeeded),
        (TextKey::DelayPreferredBusy, DelayReason::PreferredBusy),
        (TextKey::DelayNoLanguage, DelayReason::NoLanguage),
        (TextKey::DelayNoSkill, DelayReason::NoSkill),
        (TextKey::DelayEmergenciesAhead, DelayReason::EmergenciesAhead),
        (TextKey::DelayNobodySignedIn, DelayReason::NobodySignedIn),
        (TextKey::HumanRequestNobody, DelayReason::NobodySignedIn),
        (TextKey::DelayOffersNotTaken, DelayReason::OffersNotTaken),
        (TextKey::DelayNone, DelayReason::None),
        (TextKey::EmergencyConnecting, DelayReason::None),
        (TextKey::EmergencyNotTaken, DelayReason::OffersNotTaken),
    ];
    if let Some((_, reason)) = reasons.into_iter().find(|(key, _)| says(*key)) {
        Some(Meaning::One(reason))
    } else if says(TextKey::EmergencyNobodyAble) {
        Some(Meaning::OneOf(&ABLE_ARE_MISSING))
    } else if says(TextKey::EmergencyWaiting) {
        Some(Meaning::OneOf(&BUSY))
    } else if key == TextKey::EmergencyNobody.name() {
        Some(Meaning::One(DelayReason::NobodySignedIn))
    } else if says(TextKey::DelayOutsideHours) || says(TextKey::DelayClosedUnknown) {
        Some(Meaning::One(DelayReason::OutsideHours { opens: None }))
    } else {
        None
    }
}

impl Model {
    /// A conversation's log says something of its wait. `c` is the conversation before it.
    pub(super) fn judge_told(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        event: &Event,
    ) {
        let Some(scene) = self.scene_of(c) else { return };
        match event {
            Event::Queued { position, delay, eta, .. } => {
                let wait = Wait { position: Some(*position), delay: *delay, eta: *eta };
                let what = scene.judge("in the log", id, &wait);
                self.told.count(name(&wait.delay));
                self.check(Invariant::Told, what.is_none(), || what.unwrap_or_default());
            }
            Event::Notice { key, text, .. } => {
                let Some(meaning) = meaning(key, text) else { return };
                let holds = match meaning {
                    Meaning::One(reason) => scene.is_true(id, &reason),
                    Meaning::OneOf(reasons) => {
                        reasons.iter().any(|reason| scene.is_true(id, reason))
                    }
                };
                let shown = (!holds).then(|| scene.shown(id));
                self.check(Invariant::Told, holds, || format!("{id}: {text:?}, but {shown:?}"));
            }
            _ => {}
        }
    }

    /// A customer looked and was told this.
    pub(super) fn judge_shown(&mut self, id: &ConversationId, seen: &Conversation, wait: &Wait) {
        let Some(scene) = self.scene_of(Some(seen)) else { return };
        let what = scene.judge("on a look", id, wait);
        self.told.count(name(&wait.delay));
        self.check(Invariant::Told, what.is_none(), || what.unwrap_or_default());
    }

    /// What is told of a wait must have been true in this; `None` if nobody can say.
    fn scene_of(&self, c: Option<&Conversation>) -> Option<Scene<'_>> {
        let waits = c.is_some_and(|c| c.state == State::Queued);
        // What was lost with a tail may still be told for a while.
        let scene = (waits && !self.disturbed).then(|| Scene::new(self));
        scene.filter(Scene::is_whole)
    }
}

/// Its name in the report.
fn name(reason: &DelayReason) -> &'static str {
    match reason {
        DelayReason::None => "being offered",
        DelayReason::AllBusy => "all busy",
        DelayReason::AnotherNeeded => "another needed",
        DelayReason::PreferredBusy => "preferred busy",
        DelayReason::NoLanguage => "no language",
        DelayReason::NoSkill => "no skill",
        DelayReason::OutsideHours { .. } => "outside hours",
        DelayReason::EmergenciesAhead => "danger ahead",
        DelayReason::NobodySignedIn => "nobody there",
        DelayReason::OffersNotTaken => "not taken",
    }
}

impl Scene<'_> {
    /// What of this was never true.
    fn judge(&self, when: &str, id: &ConversationId, wait: &Wait) -> Option<String> {
        let (delay, eta) = (self.is_true(id, &wait.delay), self.may_be_known(id, &wait.eta));
        let places = self.positions(id);
        let place = wait.position.is_none_or(|told| {
            places.is_empty() || places.iter().any(|(low, high)| (*low..=*high).contains(&told))
        });
        let lies = [(delay, "reason"), (place, "place"), (eta, "estimate")];
        let lies: Vec<_> = lies.iter().filter(|(holds, _)| !holds).map(|(_, of)| of).collect();
        let shown = || self.shown(id);
        (!lies.is_empty()).then(|| {
            format!("{id} {when}: the {lies:?} of {wait:?} was never true; {places:?} {}", shown())
        })
    }

    /// Whether this is why it waits, or was lately.
    fn is_true(&self, id: &ConversationId, reason: &DelayReason) -> bool {
        let of = self.items(id);
        if *reason == DelayReason::None && of.iter().any(|item| !item.is_some_and(is_waiting)) {
            return true;
        }
        let mut waiting = of.into_iter().flatten().filter(|item| is_waiting(item));
        waiting.any(|item| {
            let needs = &item.handoff.needs;
            match reason {
                DelayReason::None => self.somebody_is_free(item),
                DelayReason::AllBusy => {
                    self.somebody(|agent| there(agent) && able(agent, needs))
                        && self.nobody_is_free(item)
                }
                DelayReason::AnotherNeeded => {
                    let is_out = |agent: &Agent| item.excluded.contains(&agent.id);
                    self.somebody(|agent| there(agent) && able(agent, needs) && is_out(agent))
                        && self.nobody(|agent| helps(agent, item))
                }
                DelayReason::PreferredBusy => self.preferred_is_busy(item),
                DelayReason::NoLanguage => {
                    self.somebody(there)
                        && self.nobody(|agent| there(agent) && speaks(agent, needs))
                }
                DelayReason::NoSkill => {
                    self.somebody(|agent| there(agent) && speaks(agent, needs))
                        && self.nobody(|agent| there(agent) && able(agent, needs))
                }
                DelayReason::OutsideHours { opens } => {
                    self.may_be_closed(&needs.queue)
                        && opens.is_none_or(|opens| self.may_open(&needs.queue, opens))
                        && self.nobody(|agent| helps(agent, item))
                }
                DelayReason::EmergenciesAhead => self.danger_is_ahead(id, item),
                DelayReason::NobodySignedIn => self.nobody(there),
                DelayReason::OffersNotTaken => item.untaken > 0 && self.nobody_is_free(item),
            }
        })
    }
}
