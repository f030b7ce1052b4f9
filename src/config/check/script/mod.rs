//! Scripted conversations: each step is one thing, and everybody in it exists.

mod deeds;
mod expect;
mod given;
mod sent;
mod steps;

use super::names::Names;
use super::value::{self, duration, number};
use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::conversation::{Conversation, Step as RawStep};
use crate::config::raw::{Table, Text};
use crate::config::script::{OnCallAnswer, SURVEYS, Script};
use crate::config::source::Sources;
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::facts::{Fact, Facts};
use crate::domain::ids::{AgentId, EntryId, QueueId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use given::Files;
use std::collections::BTreeMap;
use steps::check_step;

/// The most steps of one script.
const STEPS_MAX: usize = 200;

/// A Monday, 10:00 in Riyadh: within everybody's hours.
const USUAL_START: Timestamp = Timestamp::from_millis(1_795_417_200_000);

/// Checks all scripts.
pub fn check(
    files: &[Conversation],
    sources: &Sources,
    names: &Names,
    problems: &mut Problems,
) -> Vec<Script> {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for name in files.iter().filter_map(|file| file.name.as_ref()) {
        if let Some(first) = seen.insert(&name.value, &name.place) {
            let problem = Problem::new(Code::DuplicateScript, &name.place).also(first);
            problems.add(problem.with("name", &name.value));
        }
    }
    let others = Files::new(sources);
    files.iter().filter_map(|file| check_script(file, &others, names, problems)).collect()
}

fn check_script(
    raw: &Conversation,
    files: &Files<'_>,
    names: &Names,
    problems: &mut Problems,
) -> Option<Script> {
    let name = raw.name.as_ref().and_then(|name| value::said(name, problems));
    let at = match &raw.at {
        Some(at) => value::instant(at, problems),
        None => Some(USUAL_START),
    };
    let agents = all(raw.agents.as_deref(), |id| check_agent(id, names, problems));
    let language = optional(raw.language.as_ref(), |tag| check_language(tag, problems));
    let given = given::check(raw, files, names, problems);
    let facts = check_facts(raw.facts.as_ref(), names, problems);
    let survey = optional(raw.survey.as_ref(), |text| value::one_of(text, &SURVEYS, problems));
    let others = optional(raw.others.as_ref(), |count| number(count, "others", 0..=100, problems));
    let recent =
        optional(raw.recent.as_ref(), |span| duration(span, "recent", "1s"..="8h", problems));
    let on_call = all(raw.on_call.as_deref(), |answer| check_on_call(answer, problems));
    let steps = raw.steps.as_deref().unwrap_or_default();
    if let Some(beyond) = steps.get(STEPS_MAX) {
        let problem = Problem::new(Code::TooMany, &beyond.place).with("count", steps.len());
        problems.add(problem.with("count_max", STEPS_MAX));
    }
    if raw.steps.is_some() && steps.iter().all(|step| step.expect.is_none()) {
        let name = raw.name.as_ref().map_or("?", |name| name.value.as_str());
        problems.add(Problem::new(Code::ExpectsNothing, &raw.place).with("name", name));
    }
    known_for_nps(raw, survey.as_ref().and_then(|survey| survey.flatten()), problems);
    let steps = all(Some(steps), |step| check_step(step, names, problems));
    Some(Script {
        name: name?,
        place: raw.name.as_ref().map_or(&raw.place, |name| &name.place).clone(),
        at: at?,
        given: given?,
        agents: agents?,
        language: language?,
        facts: facts?,
        survey: survey?.flatten(),
        others: others?.unwrap_or(0),
        recent: recent?,
        on_call: on_call?,
        steps: steps?,
    })
}

/// What the host site tells of the customer.
fn check_facts(raw: Option<&Table<Text>>, names: &Names, problems: &mut Problems) -> Option<Facts> {
    let told = raw.iter().flat_map(|facts| &facts.0);
    told.map(|(name, value)| {
        names.facts.expect(name, Code::UnknownFact, problems)?;
        let value = value::said(value, problems)?;
        Some((name.value.clone(), Fact::Text(value)))
    })
    .collect()
}

/// Only whom the host site knows is asked for a recommendation.
fn known_for_nps(raw: &Conversation, survey: Option<Measure>, problems: &mut Problems) {
    let logs_in =
        |steps: &Vec<_>| steps.iter().any(|step: &RawStep| step.customer_logs_in.is_some());
    let is_known = raw.facts.is_some() || raw.steps.as_ref().is_some_and(logs_in);
    if let (Some(Measure::Nps), false, Some(asked)) = (survey, is_known, &raw.survey) {
        let problem = Problem::new(Code::MissingKey, &asked.place).with("key", "facts");
        problems.add(problem.with("expected", "a map"));
    }
}

fn check_on_call(answer: &Text, problems: &mut Problems) -> Option<OnCallAnswer> {
    let known = OnCallAnswer::parse(&answer.value);
    if known.is_none() {
        let problem = Problem::new(Code::NotOneOf, &answer.place).with("value", &answer.value);
        problems.add(problem.with("known", "fails, silent, reached NAME"));
    }
    known
}

fn all<R, T>(list: Option<&[R]>, check: impl FnMut(&R) -> Option<T>) -> Option<Vec<T>> {
    let checked: Vec<Option<T>> = list.unwrap_or_default().iter().map(check).collect();
    checked.into_iter().collect()
}

/// `Some(None)` for what is absent; `None` for what is wrong.
fn optional<R, T>(raw: Option<&R>, check: impl FnOnce(&R) -> Option<T>) -> Option<Option<T>> {
    match raw {
        None => Some(None),
        Some(raw) => check(raw).map(Some),
    }
}

fn check_agent(id: &Text, names: &Names, problems: &mut Problems) -> Option<AgentId> {
    names.agents.expect(id, Code::UnknownAgent, problems)?;
    value::id(id, AgentId::parse, problems)
}

fn check_entry(id: &Text, names: &Names, problems: &mut Problems) -> Option<EntryId> {
    names.entries.expect(id, Code::UnknownEntry, problems)?;
    value::id(id, EntryId::parse, problems)
}

fn check_language(tag: &Text, problems: &mut Problems) -> Option<Language> {
    value::one_of(tag, &Language::ALL.map(|language| (language.tag(), language)), problems)
}

fn check_queue(id: &Text, names: &Names, problems: &mut Problems) -> Option<QueueId> {
    names.queues.expect(id, Code::UnknownQueue, problems)?;
    value::id(id, QueueId::parse, problems)
}

#[cfg(test)]
mod tests;
