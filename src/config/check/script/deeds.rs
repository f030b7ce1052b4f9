//! What customers, agents and supervisors do in a step.

use super::steps::bad_step;
use super::{check_agent, check_queue, sent};
use crate::config::check::names::Names;
use crate::config::check::value::{self, duration};
use crate::config::problem::{Code, Problem, Problems};
use crate::config::raw::conversation::Step as RawStep;
use crate::config::raw::{At, Text, listed};
use crate::config::script::{Action, AgentAction, CustomerAction, Moment, SupervisorAction};
use crate::domain::conversation::transfer::Wanted;
use crate::domain::ids::SkillId;

/// What an agent may do in words of the step, and whether this one says so. `does` may be a
/// supervisor's as well.
pub(super) fn of_agent(raw: &RawStep) -> [(&'static str, bool); 7] {
    [
        ("says", raw.says.is_some()),
        ("proposes", raw.proposes.is_some()),
        ("transfers", raw.transfers.is_some()),
        ("promises", raw.promises.is_some()),
        ("notes", raw.notes.is_some()),
        ("reports_abuse", raw.reports_abuse.is_some()),
        ("looks_up", raw.looks_up.is_some()),
    ]
}

/// The same of a supervisor.
pub(super) fn of_supervisor(raw: &RawStep) -> [(&'static str, bool); 2] {
    [("whispers", raw.whispers.is_some()), ("reassigns", raw.reassigns.is_some())]
}

pub(super) fn customer(deed: &Text, problems: &mut Problems) -> Option<CustomerAction> {
    let after = |word: &str| deed.value.strip_prefix(word).map(str::trim);
    let chosen = after("choose ").and_then(|number| number.parse().ok());
    if let Some(chosen @ 1..=12) = chosen {
        return Some(CustomerAction::Choose(chosen));
    }
    let score = after("score ").and_then(|number| number.parse().ok());
    if let Some(score @ 0..=10) = score {
        return Some(CustomerAction::Score(score));
    }
    let text = |value: &str| At { value: value.to_owned(), place: deed.place.clone() };
    if let Some(span) = after("callback in ") {
        let span = duration(&text(span), "callback in", "1m"..="400d", problems)?;
        return Some(CustomerAction::CallbackAt(Moment::In(span)));
    }
    if let Some(at) = after("callback at ") {
        let at = value::instant(&text(at), problems)?;
        return Some(CustomerAction::CallbackAt(Moment::At(at)));
    }
    // The list is for the problem's words only: with a good number none of these gets this far.
    let mut known = CustomerAction::NAMES.to_vec();
    known.push(("choose 1", CustomerAction::Choose(1)));
    known.push(("score 5", CustomerAction::Score(5)));
    known.push(("callback in 3h", CustomerAction::Callback));
    known.push(("callback at 2026-11-23T16:00:00+03:00", CustomerAction::Callback));
    value::one_of(deed, &known, problems)
}

pub(super) fn agent_action(
    raw: &RawStep,
    names: &Names,
    problems: &mut Problems,
) -> Option<Action> {
    let known = [
        "agent",
        "does",
        "says",
        "proposes",
        "transfers",
        "promises",
        "notes",
        "reports_abuse",
        "looks_up",
    ];
    let deeds = [("does", raw.does.is_some())].into_iter().chain(of_agent(raw));
    let found: Vec<&str> = deeds.filter(|(_, deed)| *deed).map(|(name, _)| name).collect();
    let (Some(agent), [one]) = (&raw.agent, found.as_slice()) else {
        let agent = raw.agent.iter().map(|_| "agent");
        problems.add(bad_step(raw, &known, listed(agent.chain(found))));
        return None;
    };
    if let (Some(_), true) = (&raw.with, *one != "says") {
        problems.add(bad_step(raw, &["agent", "says", "with"], listed([*one, "with"])));
        return None;
    }
    if let (Some(_), true) = (&raw.within, *one != "promises") {
        problems.add(bad_step(raw, &["agent", "promises", "within"], listed([*one, "within"])));
        return None;
    }
    let agent = check_agent(agent, names, problems);
    let words = |text: &Text, problems: &mut Problems| value::said(text, problems);
    let action = if let Some(does) = &raw.does {
        agent_deed(does, problems)
    } else if let Some(says) = &raw.says {
        let parts = match &raw.with {
            Some(with) => sent::check(raw, with, problems),
            None => Some(Vec::new()),
        };
        words(says, problems).zip(parts).map(|(says, parts)| AgentAction::Says(says, parts))
    } else if let Some(disposition) = &raw.proposes {
        words(disposition, problems).map(AgentAction::Proposes)
    } else if let Some(to) = &raw.transfers {
        transfer(to, names, problems)
    } else if let Some(note) = &raw.notes {
        words(note, problems).map(AgentAction::Notes)
    } else if let Some(note) = &raw.reports_abuse {
        words(note, problems).map(AgentAction::ReportsAbuse)
    } else if let Some(about) = &raw.looks_up {
        words(about, problems).map(AgentAction::LooksUp)
    } else {
        raw.promises.as_ref().and_then(|what| agent_promise(what, raw, problems))
    };
    Some(Action::Agent(agent?, action?))
}

pub(super) fn supervisor_action(
    raw: &RawStep,
    names: &Names,
    problems: &mut Problems,
) -> Option<Action> {
    let deeds = [("does", raw.does.is_some())].into_iter().chain(of_supervisor(raw));
    let found: Vec<&str> = deeds.filter(|(_, deed)| *deed).map(|(name, _)| name).collect();
    let (Some(supervisor), [_]) = (&raw.supervisor, found.as_slice()) else {
        let known = ["supervisor", "does", "whispers", "reassigns"];
        let supervisor = raw.supervisor.iter().map(|_| "supervisor");
        problems.add(bad_step(raw, &known, listed(supervisor.chain(found))));
        return None;
    };
    let supervisor = check_agent(supervisor, names, problems);
    let action = if let Some(does) = &raw.does {
        named(does, &SupervisorAction::NAMES, problems)
    } else if let Some(to) = &raw.reassigns {
        check_agent(to, names, problems).map(SupervisorAction::Reassigns)
    } else {
        let whisper = raw.whispers.as_ref();
        whisper.and_then(|text| value::said(text, problems)).map(SupervisorAction::Whispers)
    };
    Some(Action::Supervisor(supervisor?, action?))
}

/// One of those without words.
fn named<T: Clone>(does: &Text, known: &[(&'static str, T)], problems: &mut Problems) -> Option<T> {
    let numbers: Vec<_> =
        known.iter().enumerate().map(|(number, (name, _))| (*name, number)).collect();
    let number = value::one_of(does, &numbers, problems)?;
    known.get(number).map(|(_, action)| action.clone())
}

fn agent_deed(does: &Text, problems: &mut Problems) -> Option<AgentAction> {
    let of_supervisors = SupervisorAction::NAMES.iter().any(|(name, _)| *name == does.value);
    if of_supervisors {
        let problem = Problem::new(Code::BadStep, &does.place);
        let problem = problem.with("known", listed(["supervisor", "does"]));
        problems.add(problem.with("found", listed(["agent", "does"])));
        return None;
    }
    named(does, &AgentAction::NAMES, problems)
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

/// `bot`, `agent omar`, `queue billing` or `skill billing`.
fn transfer(to: &Text, names: &Names, problems: &mut Problems) -> Option<AgentAction> {
    let (kind, name) = to.value.split_once(' ').unwrap_or((&to.value, ""));
    let name = At { value: name.trim().to_owned(), place: to.place.clone() };
    let wanted = match kind {
        "bot" if name.value.is_empty() => Wanted::Bot,
        "agent" => Wanted::Agent(check_agent(&name, names, problems)?),
        "queue" => Wanted::Queue(check_queue(&name, names, problems)?),
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
