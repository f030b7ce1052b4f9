//! Those on call in a scripted conversation: as many as the script says, each answering as it says.
//! Whoever is really on call is never rung by a rehearsal.

use crate::config::script::OnCallAnswer;
use crate::domain::detectors::EmergencyKind;
use crate::domain::routing::on_call::{OnCallRules, Target, Way};
use crate::ports::ringer::{Ring, Ringer, Rung};
use async_trait::async_trait;

/// Puts those on call there whom the script has.
pub(super) fn with_those_of(on_call: &mut OnCallRules, answers: &[OnCallAnswer]) {
    let target = |number: usize| Target {
        name: number.to_string(),
        way: Way::Command(vec!["/of/the/script".to_owned()]),
    };
    let targets: Vec<Target> = (0..answers.len()).map(target).collect();
    on_call.targets.clear();
    if !targets.is_empty() {
        // Each is rung once.
        on_call.rings_max = answers.len() as u32;
        let each = EmergencyKind::ALL.into_iter().map(|kind| (kind, targets.clone()));
        on_call.targets.extend(each);
    }
}

/// The line to them.
pub(super) struct ScriptLine(pub(super) Vec<OnCallAnswer>);

#[async_trait]
impl Ringer for ScriptLine {
    async fn ring(&self, ring: &Ring) -> Rung {
        let number = ring.target.name.parse::<usize>().unwrap_or_default();
        match self.0.get(number) {
            Some(OnCallAnswer::Reached(name)) => Rung::Reached(name.clone()),
            Some(OnCallAnswer::Silent) => Rung::Delivered,
            Some(OnCallAnswer::Fails) | None => Rung::Failed("the script says so".to_owned()),
        }
    }
}
