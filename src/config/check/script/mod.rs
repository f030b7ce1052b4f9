//! Scripted conversations: each step is one thing, and everybody in it exists.

use super::names::Names;
use super::value::{self, PRIORITIES, duration, number};
use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::conversation::{Conversation, Expect, Ops, Step as RawStep};
use crate::config::raw::{At, OneOrMore, Text, listed};
use crate::config::script::{
    Action, AgentAction, CustomerAction, DELAY_REASONS, Expectation, ExpectedOutcome, OnCallAnswer,
    SURVEYS, Script, StateName, Step,
};
use crate::domain::conversation::state::CloseReason;
use crate::domain::conversation::transfer::Wanted;
use crate::domain::detectors::SignalKind;
use crate::domain::directives::What;
use crate::domain::facts::{Fact, Facts};
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::{AgentId, EntryId, QueueId, SkillId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The most steps of one script.
const STEPS_MAX: usize = 200;

/// A Monday, 10:00 in Riyadh: within everybody's hours.
const USUAL_START: Timestamp = Timestamp::from_millis(1_795_417_200_000);

/// What a step may be.
const STEPS: [&str; 5] = ["customer", "customer_does", "agent", "wait", "ops"];

/// What ops may put in force.
const OPS: [&str; 3] = ["closes", "silences", "tells"];

/// Checks all scripts.
pub fn check(files: &[Conversation], names: &Names, problems: &mut Problems) -> Vec<Script> {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for name in files.iter().filter_map(|file| file.name.as_ref()) {
        if let Some(first) = seen.insert(&name.value, &name.place) {
            let problem = Problem::new(Code::DuplicateScript, &name.place).also(first);
            problems.add(problem.with("name", &name.value));
        }
    }
    files.iter().filter_map(|file| check_script(file, names, problems)).collect()
}

fn check_script(raw: &Conversation, names: &Names, problems: &mut Problems) -> Option<Script> {
    let name = raw.name.as_ref().and_then(|name| value::said(name, problems));
    let at = match &raw.at {
        Some(at) => value::instant(at, problems),
        None => Some(USUAL_START),
    };
    let agents = all(raw.agents.as_deref(), |id| check_agent(id, names, problems));
    let language = optional(raw.language.as_ref(), |tag| check_language(tag, problems));
    let told = raw.facts.iter().flat_map(|facts| &facts.0);
    let facts: Option<Facts> = told
        .map(|(name, value)| {
            names.facts.expect(name, Code::UnknownFact, problems)?;
            let value = value::said(value, problems)?;
            Some((name.value.clone(), Fact::Text(value)))
        })
        .collect();
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
    let steps = all(Some(steps), |step| check_step(step, names, problems));
    Some(Script {
        name: name?,
        place: raw.name.as_ref().map_or(&raw.place, |name| &name.place).clone(),
        at: at?,
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

fn check_step(raw: &RawStep, names: &Names, problems: &mut Problems) -> Option<Step> {
    let action = check_action(raw, names, problems);
    let expect = optional(raw.expect.as_ref(), |expect| check_expectation(expect, names, problems));
    Some(Step { place: raw.place.clone(), action: action?, expect: expect? })
}

fn check_action(raw: &RawStep, names: &Names, problems: &mut Problems) -> Option<Action> {
    let deeds = [&raw.does, &raw.says, &raw.proposes, &raw.transfers, &raw.promises];
    let deeds = deeds.map(Option::is_some);
    let is_agent = raw.agent.is_some() || deeds.contains(&true);
    let (customer, does) = (raw.customer.is_some(), raw.customer_does.is_some());
    let found = [customer, does, is_agent, raw.wait.is_some(), raw.ops.is_some()];
    if found.iter().filter(|found| **found).count() > 1 {
        let here = STEPS.iter().zip(found).filter(|(_, found)| *found).map(|(name, _)| *name);
        problems.add(bad_step(raw, &STEPS, listed(here)));
        return None;
    }
    if let Some(texts) = &raw.customer {
        return all(Some(&texts.0), |text| value::said(text, problems)).map(Action::CustomerWrites);
    }
    if let Some(deed) = &raw.customer_does {
        return customer_action(deed, problems).map(Action::Customer);
    }
    if let Some(wait) = &raw.wait {
        return duration(wait, "wait", "1ms"..="400d", problems).map(Action::Wait);
    }
    if let Some(ops) = &raw.ops {
        return ops_action(raw, ops, names, problems);
    }
    if is_agent {
        return agent_action(raw, names, problems);
    }
    if raw.expect.is_none() {
        problems.add(bad_step(raw, &STEPS, "—".to_owned()));
        return None;
    }
    Some(Action::Look)
}

fn ops_action(step: &RawStep, raw: &Ops, names: &Names, problems: &mut Problems) -> Option<Action> {
    let lasts = raw.lasts.as_ref().and_then(|span| duration(span, "lasts", "1s"..="30d", problems));
    let topics = all(raw.topics.as_deref(), |topic| check_entry(topic, names, problems));
    let what = match (&raw.closes, &raw.silences, &raw.tells) {
        (Some(queue), None, None) => {
            let queue = check_queue(queue, names, problems);
            queue.map(|queue| What::QueueClosed { queue })
        }
        (None, Some(entry), None) => {
            check_entry(entry, names, problems).map(|entry| What::EntryOff { entry })
        }
        (None, None, Some(tells)) => {
            let said = value::both(tells, problems);
            let topics = topics.clone().map(BTreeSet::from_iter);
            said.zip(topics).map(|(said, topics)| What::Banner { ar: said.ar, en: said.en, topics })
        }
        (closes, silences, tells) => {
            let found = [closes.is_some(), silences.is_some(), tells.is_some()];
            let here = OPS.iter().zip(found).filter(|(_, found)| *found).map(|(name, _)| *name);
            problems.add(bad_step(step, &OPS, listed(here)));
            None
        }
    };
    topics?;
    Some(Action::Ops(what?, lasts?))
}

fn check_queue(id: &Text, names: &Names, problems: &mut Problems) -> Option<QueueId> {
    names.queues.expect(id, Code::UnknownQueue, problems)?;
    value::id(id, QueueId::parse, problems)
}

fn bad_step(raw: &RawStep, known: &[&str], found: String) -> Problem {
    Problem::new(Code::BadStep, &raw.place)
        .with("known", listed(known.iter().copied()))
        .with("found", found)
}

fn customer_action(deed: &Text, problems: &mut Problems) -> Option<CustomerAction> {
    let chosen = deed.value.strip_prefix("choose ").and_then(|number| number.trim().parse().ok());
    if let Some(chosen @ 1..=10) = chosen {
        return Some(CustomerAction::Choose(chosen));
    }
    let score = deed.value.strip_prefix("score ").and_then(|number| number.trim().parse().ok());
    if let Some(score @ 0..=10) = score {
        return Some(CustomerAction::Score(score));
    }
    // The list is for the problem's words only; `choose` never gets this far with a good number.
    let mut known = CustomerAction::NAMES.to_vec();
    known.push(("choose 1", CustomerAction::Choose(1)));
    known.push(("score 5", CustomerAction::Score(5)));
    value::one_of(deed, &known, problems)
}

fn agent_action(raw: &RawStep, names: &Names, problems: &mut Problems) -> Option<Action> {
    let deeds = [
        ("does", &raw.does),
        ("says", &raw.says),
        ("proposes", &raw.proposes),
        ("transfers", &raw.transfers),
        ("promises", &raw.promises),
    ];
    let known = ["agent", "does", "says", "proposes", "transfers", "promises"];
    let found: Vec<&str> =
        deeds.iter().filter(|(_, deed)| deed.is_some()).map(|(name, _)| *name).collect();
    let (Some(agent), [_]) = (&raw.agent, found.as_slice()) else {
        let agent = raw.agent.iter().map(|_| "agent");
        problems.add(bad_step(raw, &known, listed(agent.chain(found))));
        return None;
    };
    let agent = check_agent(agent, names, problems);
    let action = match (&raw.does, &raw.says, &raw.proposes, &raw.transfers) {
        (Some(does), _, _, _) => agent_deed(does, problems),
        (_, Some(says), _, _) => value::said(says, problems).map(AgentAction::Says),
        (_, _, Some(disposition), _) => {
            value::said(disposition, problems).map(AgentAction::Proposes)
        }
        (_, _, _, Some(to)) => transfer(to, names, problems),
        (_, _, _, None) => {
            raw.promises.as_ref().and_then(|what| agent_promise(what, raw, problems))
        }
    };
    Some(Action::Agent(agent?, action?))
}

/// What is promised goes with a time within which.
fn agent_promise(what: &Text, raw: &RawStep, problems: &mut Problems) -> Option<AgentAction> {
    let what = value::said(what, problems);
    let Some(within) = &raw.within else {
        problems.add(bad_step(raw, &["agent", "promises", "within"], "promises".to_owned()));
        return None;
    };
    let within = duration(within, "within", "1ms"..="400d", problems);
    Some(AgentAction::Promises(what?, within?))
}

fn agent_deed(does: &Text, problems: &mut Problems) -> Option<AgentAction> {
    let action = AgentAction::from_name(&does.value);
    if action.is_none() {
        problems.add(
            Problem::new(Code::NotOneOf, &does.place)
                .with("value", &does.value)
                .with("known", listed(AgentAction::NAMES))
                .suggest(&does.value, AgentAction::NAMES),
        );
    }
    action
}

/// `bot`, `agent omar`, `queue billing` or `skill billing`.
fn transfer(to: &Text, names: &Names, problems: &mut Problems) -> Option<AgentAction> {
    let (kind, name) = to.value.split_once(' ').unwrap_or((&to.value, ""));
    let name = At { value: name.trim().to_owned(), place: to.place.clone() };
    let wanted = match kind {
        "bot" if name.value.is_empty() => Wanted::Bot,
        "agent" => Wanted::Agent(check_agent(&name, names, problems)?),
        "queue" => {
            names.queues.expect(&name, Code::UnknownQueue, problems)?;
            Wanted::Queue(value::id(&name, QueueId::parse, problems)?)
        }
        "skill" => {
            names.skills.expect(&name, Code::UnknownSkill, problems)?;
            Wanted::Skill(value::id(&name, SkillId::parse, problems)?, 1)
        }
        _ => {
            let known = ["bot", "agent …", "queue …", "skill …"];
            let problem = Problem::new(Code::NotOneOf, &to.place).with("value", &to.value);
            problems.add(problem.with("known", listed(known)));
            return None;
        }
    };
    Some(AgentAction::Transfers(wanted))
}

/// A checked value at the place of the raw one; `Some(None)` for what is absent.
fn at<R, T>(raw: &Option<At<R>>, check: impl FnOnce(&At<R>) -> Option<T>) -> Option<Option<At<T>>> {
    optional(raw.as_ref(), |raw| check(raw).map(|value| At { value, place: raw.place.clone() }))
}

fn check_expectation(raw: &Expect, names: &Names, problems: &mut Problems) -> Option<Expectation> {
    let outcome = at(&raw.outcome, |text| value::one_of(text, &ExpectedOutcome::NAMES, problems));
    let entry = at(&raw.entry, |id| check_entry(id, names, problems));
    let language = at(&raw.language, |tag| check_language(tag, problems));
    let state = at(&raw.state, |text| value::one_of(text, &StateName::NAMES, problems));
    let closes = [CloseReason::Timeout, CloseReason::Left, CloseReason::Abandoned];
    let closes = closes.map(|reason| (reason.name(), reason));
    let close_reason = at(&raw.close_reason, |text| value::one_of(text, &closes, problems));
    let reasons = HandoffReason::ALL.map(|reason| (reason.name(), reason));
    let reason = at(&raw.reason, |text| value::one_of(text, &reasons, problems));
    let queue = at(&raw.queue, |id| {
        names.queues.expect(id, Code::UnknownQueue, problems)?;
        value::id(id, QueueId::parse, problems)
    });
    let priority = at(&raw.priority, |text| value::one_of(text, &PRIORITIES, problems));
    let position =
        at(&raw.position, |position| number(position, "position", 1..=1_000_000, problems));
    let signals = all(raw.signals.as_deref(), |text| {
        let kinds = SignalKind::ALL.map(|kind| (kind.name(), kind));
        value::one_of(text, &kinds, problems).map(|value| At { value, place: text.place.clone() })
    });
    let says = said(raw.says.as_ref(), problems);
    let says_not = said(raw.says_not.as_ref(), problems);
    let choices = optional(raw.choices.as_ref(), |ids| {
        all(Some(ids), |id| {
            check_entry(id, names, problems).map(|value| At { value, place: id.place.clone() })
        })
    });
    let owner = at(&raw.owner, |id| check_agent(id, names, problems));
    let delays = DELAY_REASONS.map(|reason| (reason, reason));
    let delay_reason = at(&raw.delay_reason, |text| value::one_of(text, &delays, problems));
    let surveys = SURVEYS.map(|(name, _)| (name, name));
    let survey = at(&raw.survey, |text| value::one_of(text, &surveys, problems));
    let closed_falsely = at(&raw.closed_falsely, |wanted| Some(wanted.value));
    Some(Expectation {
        place: raw.place.clone(),
        outcome: outcome?,
        entry: entry?,
        language: language?,
        state: state?,
        close_reason: close_reason?,
        reason: reason?,
        queue: queue?,
        priority: priority?,
        position: position?,
        signals: signals?,
        says: says?,
        says_not: says_not?,
        choices: choices?,
        owner: owner?,
        delay_reason: delay_reason?,
        survey: survey?,
        closed_falsely: closed_falsely?,
    })
}

fn said(raw: Option<&OneOrMore<Text>>, problems: &mut Problems) -> Option<Vec<At<String>>> {
    all(raw.map(|texts| texts.0.as_slice()), |text| {
        value::said(text, problems).map(|value| At { value, place: text.place.clone() })
    })
}
