//! Those on call: who is rung for which danger, how, and how patiently. A list that is there and is
//! empty is a mistake: its kind of danger would ring nobody although somebody thought of it.

use super::value::{self, duration, number, said};
use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::Text;
use crate::config::raw::routing::{OnCall, Target as RawTarget};
use crate::domain::detectors::EmergencyKind;
use crate::domain::routing::on_call::{OnCallRules, Target, Way};
use std::collections::{BTreeMap, BTreeSet};

/// The most targets of one kind.
const TARGETS_MAX: usize = 20;

/// A secret that the environment must hold, and where it is named.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The name of the variable.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

impl Secret {
    /// The warning that it is not there.
    pub fn unset(&self) -> Problem {
        Problem::new(Code::SecretUnset, &self.place).with("name", &self.name)
    }

    /// The one that webhooks of these rules are signed with.
    pub fn of(raw: Option<&OnCall>) -> Option<Secret> {
        let named = raw?.secret_from.as_ref()?;
        Some(Secret { name: named.value.clone(), place: named.place.clone() })
    }
}

/// Checks the block.
pub fn check(raw: &OnCall, problems: &mut Problems) -> Option<OnCallRules> {
    let mut time = |text: &Option<Text>, key, limits| {
        text.as_ref().and_then(|text| duration(text, key, limits, problems))
    };
    let after = time(&raw.after, "after", "0s"..="1h");
    let answer_within = time(&raw.answer_within, "answer_within", "10s"..="1h");
    let rings_max = raw.rings_max.as_ref();
    let rings_max = rings_max.and_then(|most| number(most, "rings_max", 1..=100, problems));
    let secret_from = match &raw.secret_from {
        Some(named) => said(named, problems).map(Some),
        None => Some(None),
    };
    let mut targets = BTreeMap::new();
    let mut whole = true;
    for (kind, list) in lists(raw) {
        let checked = check_list(kind, list, &raw.place, problems);
        let count = list.len() as u32;
        let listed = (kind.name(), Some(count), count.to_string());
        let most = ("rings_max", rings_max, rings_max.unwrap_or_default().to_string());
        // Whoever is last in a list that is longer would never be rung.
        value::in_order(listed, most, &raw.place, problems);
        match checked {
            Some(checked) => drop(targets.insert(kind, checked)),
            None => whole = false,
        }
    }
    let (after, answer_within, rings_max) = (after?, answer_within?, rings_max?);
    let secret_from = secret_from?;
    whole.then_some(OnCallRules { after, answer_within, rings_max, secret_from, targets })
}

fn lists(raw: &OnCall) -> impl Iterator<Item = (EmergencyKind, &Vec<RawTarget>)> {
    let targets = raw.targets.as_ref();
    EmergencyKind::ALL.into_iter().filter_map(move |kind| {
        let list = match kind {
            EmergencyKind::Life => targets?.life.as_ref(),
            EmergencyKind::Money => targets?.money.as_ref(),
            EmergencyKind::Property => targets?.property.as_ref(),
        };
        Some((kind, list?))
    })
}

fn check_list(
    kind: EmergencyKind,
    list: &[RawTarget],
    place: &Place,
    problems: &mut Problems,
) -> Option<Vec<Target>> {
    if list.is_empty() {
        problems.add(Problem::new(Code::NobodyOnCall, place).with("kind", kind.name()));
        return None;
    }
    if list.len() > TARGETS_MAX {
        let problem = Problem::new(Code::TooMany, place).with("count", list.len());
        problems.add(problem.with("count_max", TARGETS_MAX));
    }
    let mut names = BTreeSet::new();
    let checked: Vec<Option<Target>> = list
        .iter()
        .map(|raw| {
            let target = check_target(raw, problems);
            if let Some(name) = raw.name.as_ref().filter(|name| !names.insert(&name.value)) {
                let problem = Problem::new(Code::DuplicateId, &name.place);
                problems.add(problem.with("id", &name.value));
            }
            target
        })
        .collect();
    checked.into_iter().collect()
}

fn check_target(raw: &RawTarget, problems: &mut Problems) -> Option<Target> {
    let name = raw.name.as_ref().and_then(|name| said(name, problems));
    let way = match (&raw.webhook, &raw.command) {
        (Some(address), None) => check_address(address, problems).map(Way::Webhook),
        (None, Some(command)) => check_command(command, &raw.place, problems).map(Way::Command),
        (Some(_), Some(_)) | (None, None) => {
            problems.add(Problem::new(Code::NoWayToRing, &raw.place));
            None
        }
    };
    Some(Target { name: name?, way: way? })
}

/// What travels unencrypted must not leave the machine, and a password belongs to the environment.
fn check_address(address: &Text, problems: &mut Problems) -> Option<String> {
    let fits = address.value.parse::<http::Uri>().is_ok_and(|uri| {
        let host = uri.host().unwrap_or_default();
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let has_user = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
        match uri.scheme_str() {
            Some("https") => !host.is_empty() && !has_user,
            Some("http") => is_here && !has_user,
            Some(_) | None => false,
        }
    });
    if !fits {
        problems.add(Problem::new(Code::BadWebhook, &address.place).with("value", &address.value));
        return None;
    }
    Some(address.value.clone())
}

/// Whoever runs Sanad must not decide by their search path which program rings.
fn check_command(command: &[Text], place: &Place, problems: &mut Problems) -> Option<Vec<String>> {
    let Some(program) = command.first() else {
        problems.add(Problem::new(Code::NoWayToRing, place));
        return None;
    };
    if !program.value.starts_with('/') {
        let problem = Problem::new(Code::BadProgram, &program.place);
        problems.add(problem.with("value", &program.value));
        return None;
    }
    Some(command.iter().map(|part| part.value.clone()).collect())
}
