//! Steps: each is one thing, and what goes with it.

use super::{all, check_entry, check_facts, check_queue, deeds, expect, optional, sent};
use crate::config::check::names::Names;
use crate::config::check::value::{self, duration, number};
use crate::config::problem::{Code, Problem, Problems};
use crate::config::raw::conversation::{Ops, Step as RawStep};
use crate::config::raw::listed;
use crate::config::script::{Action, Step};
use crate::domain::directives::What;
use crate::domain::ids::CustomerId;
use std::collections::BTreeSet;

/// What a step may be.
const STEPS: [&str; 10] = [
    "customer",
    "customer_does",
    "customer_logs_in",
    "agent",
    "supervisor",
    "others",
    "others_write",
    "wait",
    "ops",
    "loses",
];

/// What ops may put in force.
const OPS: [&str; 3] = ["closes", "silences", "tells"];

pub(super) fn check_step(raw: &RawStep, names: &Names, problems: &mut Problems) -> Option<Step> {
    let action = check_action(raw, names, problems);
    let expect = optional(raw.expect.as_ref(), |expect| expect::check(expect, names, problems));
    Some(Step { place: raw.place.clone(), action: action?, expect: expect? })
}

fn check_action(raw: &RawStep, names: &Names, problems: &mut Problems) -> Option<Action> {
    let customer = raw.customer.is_some();
    let agent = deeds::of_agent(raw).iter().any(|(_, deed)| *deed);
    let supervisor = deeds::of_supervisor(raw).iter().any(|(_, deed)| *deed);
    let supervises = raw.supervisor.is_some() || supervisor;
    // `does` alone is an agent's, `with` alone a customer's: whoever forgot a name is told so.
    let is_agent = raw.agent.is_some() || agent || (raw.does.is_some() && !supervises);
    let sends = customer || (raw.with.is_some() && !is_agent);
    let found = [
        sends,
        raw.customer_does.is_some(),
        raw.customer_logs_in.is_some(),
        is_agent,
        supervises,
        raw.others.is_some(),
        raw.others_write.is_some(),
        raw.wait.is_some(),
        raw.ops.is_some(),
        raw.loses.is_some(),
    ];
    let here: Vec<&str> =
        STEPS.iter().zip(found).filter(|(_, found)| *found).map(|(name, _)| *name).collect();
    let [one] = here.as_slice() else {
        if here.is_empty() && raw.expect.is_some() {
            return lone(raw, None, problems).map(|()| Action::Look);
        }
        let found = if here.is_empty() { "—".to_owned() } else { listed(here) };
        problems.add(bad_step(raw, &STEPS, found));
        return None;
    };
    lone(raw, Some(one), problems)?;
    if sends {
        return customer_sends(raw, problems);
    }
    if let Some(deed) = &raw.customer_does {
        return deeds::customer(deed, problems).map(Action::Customer);
    }
    if let Some(key) = &raw.customer_logs_in {
        let facts = check_facts(raw.facts.as_ref(), names, problems);
        let digest = |key: &str| CustomerId::known(key).map(|_| key.to_owned());
        return Some(Action::CustomerLogsIn(value::id(key, digest, problems)?, facts?));
    }
    if let Some(wait) = &raw.wait {
        return duration(wait, "wait", "1ms"..="400d", problems).map(Action::Wait);
    }
    if let Some(ops) = &raw.ops {
        return ops_action(raw, ops, names, problems);
    }
    if let Some(others) = &raw.others {
        return number(others, "others", 1..=100, problems).map(Action::Others);
    }
    if let Some(texts) = &raw.others_write {
        let texts = all(Some(&texts.0), |text| value::said(text, problems));
        return texts.map(Action::OthersWrite);
    }
    if let Some(lost) = &raw.loses {
        return value::one_of(lost, &[("timer", ())], problems).map(|()| Action::LosesTimer);
    }
    if supervises {
        return deeds::supervisor_action(raw, names, problems);
    }
    deeds::agent_action(raw, names, problems)
}

/// What only goes with one kind of step does not stand at another.
fn lone(raw: &RawStep, step: Option<&str>, problems: &mut Problems) -> Option<()> {
    let strays = [
        ("facts", raw.facts.is_some(), &["customer_logs_in"][..]),
        ("with", raw.with.is_some(), &["customer", "agent"]),
        ("within", raw.within.is_some(), &["agent"]),
    ];
    for (key, found, at) in strays {
        if found && step.is_none_or(|step| !at.contains(&step)) {
            problems.add(bad_step(raw, at, listed(step.into_iter().chain([key]))));
            return None;
        }
    }
    Some(())
}

fn customer_sends(raw: &RawStep, problems: &mut Problems) -> Option<Action> {
    let texts = raw.customer.as_ref().map_or(&[][..], |texts| &texts.0);
    let said = all(Some(texts), |text| value::said(text, problems));
    let Some(with) = &raw.with else { return said.map(Action::CustomerWrites) };
    let parts = sent::check(raw, with, problems);
    if let [_, second, ..] = texts {
        // What is sent goes with one message.
        let problem = Problem::new(Code::TooMany, &second.place).with("count", texts.len());
        problems.add(problem.with("count_max", 1));
        return None;
    }
    Some(Action::CustomerSends(said?.pop().unwrap_or_default(), parts?))
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

pub(super) fn bad_step(raw: &RawStep, known: &[&str], found: String) -> Problem {
    Problem::new(Code::BadStep, &raw.place)
        .with("known", listed(known.iter().copied()))
        .with("found", found)
}
