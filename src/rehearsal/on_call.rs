//! Those on call in a scripted conversation: as many as the script says, each answering as it says.
//! Whoever is really on call is never rung by a rehearsal.

use crate::config::script::OnCallAnswer;
use crate::domain::detectors::EmergencyKind;
use crate::domain::routing::on_call::{Target, Way};
use crate::domain::rules::Rules;
use crate::ports::ringer::{Ring, Ringer, Rung};
use async_trait::async_trait;
use std::sync::Arc;

/// The rules with those on call whom the script has.
pub(super) fn with_those_of(rules: &Arc<Rules>, answers: &[OnCallAnswer]) -> Arc<Rules> {
    let none = rules.routing.on_call.targets.is_empty();
    if answers.is_empty() && none {
        return Arc::clone(rules);
    }
    let mut rules = Rules::clone(rules);
    let on_call = &mut rules.routing.on_call;
    let target = |number: usize| Target {
        name: number.to_string(),
        way: Way::Command(vec!["/of/the/script".to_owned()]),
    };
    let targets: Vec<Target> = (0..answers.len()).map(target).collect();
    on_call.targets.clear();
    if !targets.is_empty() {
        on_call.rings_max = answers.len() as u32;
        let each = EmergencyKind::ALL.into_iter().map(|kind| (kind, targets.clone()));
        on_call.targets.extend(each);
    }
    Arc::new(rules)
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
