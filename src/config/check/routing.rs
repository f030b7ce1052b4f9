//! Routing: queues with their hours, the way from a reason to a queue, and the agents of the file.

use super::names::Names;
use super::on_call;
use super::times;
use super::value::{self, PRIORITIES, duration, number};
use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::routing::{Agent, Cost, Hours as RawHours, Queue, Reason, Routing, Weekly};
use crate::config::raw::{At, OneOrMore, Table, Text, listed};
use crate::domain::handoff::{HandoffReason, Priority};
use crate::domain::ids::{PoolId, QueueId, SkillId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Profile, ordinary_id};
use crate::domain::routing::alerts::AlertRules;
use crate::domain::routing::attendance::AttendanceRules;
use crate::domain::routing::hours::{Day, Hours, HoursError, Span};
use crate::domain::routing::on_call::OnCallRules;
use crate::domain::routing::policies;
use crate::domain::routing::settings::{
    Costs, DeclaredAgent, QueueRules, Queues, Route, RoutingRules,
};
use std::collections::{BTreeMap, BTreeSet};

/// The most queues.
const QUEUES_MAX: usize = 200;
/// The most agents declared in the file.
const AGENTS_MAX: usize = 5_000;

/// Checks the routing file.
pub fn check(raw: &Routing, names: &Names, problems: &mut Problems) -> Option<RoutingRules> {
    let pool = raw.pool.as_ref().and_then(|pool| value::id(pool, PoolId::parse, problems));
    let known: Vec<_> = policies::ALL.iter().map(|policy| (policy.name(), *policy)).collect();
    let policy = raw.policy.as_ref().and_then(|name| value::one_of(name, &known, problems));
    let skills = all(raw.skills.as_deref(), |skill| value::id(skill, SkillId::parse, problems));
    let queues = check_queues(raw, names, problems);
    let reasons = raw.reasons.as_ref().and_then(|reasons| {
        let place = &raw.place;
        check_reasons(reasons, place, names, problems)
    });
    let times = times::check(raw, problems);
    let costs = raw.cost.as_ref().and_then(|cost| check_costs(cost, problems));
    let wrap_up = raw
        .wrap_up
        .as_ref()
        .and_then(|wrap_up| duration(wrap_up, "wrap_up", "0s"..="1h", problems));
    let agents = check_agents(raw, names, problems);
    let alerts = match &raw.alerts {
        Some(alerts) => times::alerts(alerts, problems),
        None => Some(AlertRules::default()),
    };
    let blocks = match &raw.blocks {
        Some(raw) => times::blocks(raw, problems).map(Some),
        None => Some(None),
    };
    let attendance = match &raw.attendance {
        Some(raw) => times::attendance(raw, problems),
        None => Some(AttendanceRules::default()),
    };
    let on_call = match &raw.on_call {
        Some(raw) => on_call::check(raw, problems),
        None => Some(OnCallRules::default()),
    };
    let (Some(queues), Some(agents), Some(times)) = (queues, agents, times) else { return None };
    nobody_serves(raw, &queues, &agents, problems);
    nobody_has_room(raw.cost.as_ref(), &agents, problems);
    Some(RoutingRules {
        pool: pool?,
        policy: policy?,
        skills: BTreeSet::from_iter(skills?),
        queues: Queues::from_list(queues)?,
        reasons: reasons?,
        credits: times.credits,
        credit_returned: times.credit_returned,
        credit_max: times.credit_max,
        offers: times.offers,
        leases: times.leases,
        agent_silence: times.agent_silence,
        promises: times.promises,
        wrap_up: wrap_up?,
        costs: costs?,
        agents,
        alerts: alerts?,
        on_call: on_call?,
        blocks: blocks?,
        attendance: attendance?,
    })
}

/// Checks each of a list, so that all their problems are found, before one that failed fails all.
fn all<R, T>(list: Option<&[R]>, check: impl FnMut(&R) -> Option<T>) -> Option<Vec<T>> {
    let checked: Vec<Option<T>> = list.unwrap_or_default().iter().map(check).collect();
    checked.into_iter().collect()
}

fn limited<T>(list: Option<&Vec<T>>, count_max: usize, place: &Place, problems: &mut Problems) {
    let count = list.map_or(0, Vec::len);
    if count > count_max {
        let problem = Problem::new(Code::TooMany, place).with("count", count);
        problems.add(problem.with("count_max", count_max));
    }
}

fn check_queues(raw: &Routing, names: &Names, problems: &mut Problems) -> Option<Vec<QueueRules>> {
    limited(raw.queues.as_ref(), QUEUES_MAX, &raw.place, problems);
    if raw.queues.as_ref().is_some_and(Vec::is_empty) {
        let problem = Problem::new(Code::MissingKey, &raw.place).with("key", "queues");
        problems.add(problem.with("expected", "a list"));
        return None;
    }
    fallback_circles(raw.queues.as_deref().unwrap_or_default(), problems);
    raw.queues.as_ref()?;
    all(raw.queues.as_deref(), |queue| check_queue(queue, names, problems))
}

fn check_queue(raw: &Queue, names: &Names, problems: &mut Problems) -> Option<QueueRules> {
    let id = raw.id.as_ref().and_then(|id| value::id(id, QueueId::parse, problems));
    let title = raw.title.as_ref().and_then(|title| value::both(title, problems));
    let skills = check_skills(raw.skills.as_ref(), names, problems);
    let hours = match &raw.hours {
        Some(hours) => check_hours(hours, problems).map(Some),
        None => Some(None),
    };
    let fallback = match &raw.fallback {
        Some(fallback) => names
            .queues
            .expect(fallback, Code::UnknownQueue, problems)
            .and_then(|()| value::id(fallback, QueueId::parse, problems))
            .map(Some),
        None => Some(None),
    };
    let human_first = raw.human_first.unwrap_or(false);
    let (id, title, skills, hours) = (id?, title?, skills?, hours?);
    Some(QueueRules { id, title, skills, hours, fallback: fallback?, human_first })
}

fn check_skills(
    raw: Option<&Table<At<u32>>>,
    names: &Names,
    problems: &mut Problems,
) -> Option<BTreeMap<SkillId, u8>> {
    let pairs = raw.map(|table| table.0.as_slice());
    let levels = all(pairs, |(name, level)| {
        let known = names.skills.expect(name, Code::UnknownSkill, problems);
        let level = check_level(level, problems);
        known?;
        Some((value::id(name, SkillId::parse, problems)?, level?))
    });
    levels.map(BTreeMap::from_iter)
}

fn check_level(level: &At<u32>, problems: &mut Problems) -> Option<u8> {
    number(level, "level", 1..=5, problems).map(|level| level as u8)
}

fn check_hours(raw: &RawHours, problems: &mut Problems) -> Option<Hours> {
    let weekly = raw.weekly.as_ref().and_then(|weekly| check_weekly(weekly, problems));
    let closed =
        all(raw.closed.as_deref(), |date| value::date(date, problems).map(|_| date.value.clone()));
    let zone = raw.zone.as_ref()?;
    // The zone alone first, so that it is told also when a span is wrong.
    if let Err(HoursError::UnknownZone(_)) = Hours::new(&zone.value, BTreeMap::new(), &[]) {
        problems.add(Problem::new(Code::UnknownZone, &zone.place).with("zone", &zone.value));
        return None;
    }
    Hours::new(&zone.value, weekly?, &closed?).ok()
}

fn check_weekly(raw: &Weekly, problems: &mut Problems) -> Option<BTreeMap<Day, Vec<Span>>> {
    let days = [
        (Day::Mon, &raw.mon),
        (Day::Tue, &raw.tue),
        (Day::Wed, &raw.wed),
        (Day::Thu, &raw.thu),
        (Day::Fri, &raw.fri),
        (Day::Sat, &raw.sat),
        (Day::Sun, &raw.sun),
    ];
    let open: Vec<(Day, &OneOrMore<Text>)> =
        days.into_iter().filter_map(|(day, spans)| Some((day, spans.as_ref()?))).collect();
    let checked = all(Some(&open), |(day, spans)| {
        let spans = all(Some(&spans.0), |span| check_span(span, problems));
        spans.map(|spans| (*day, spans))
    });
    checked.map(BTreeMap::from_iter)
}

fn check_span(text: &Text, problems: &mut Problems) -> Option<Span> {
    match text.value.parse() {
        Ok(span) => Some(span),
        Err(error) => {
            let error: HoursError = error;
            let problem = Problem::new(Code::BadHours, &text.place).with("value", &text.value);
            problems.add(problem.with("reason", error));
            None
        }
    }
}

/// Follows each fallback; whoever comes back to where they began has gone in a circle.
fn fallback_circles(queues: &[Queue], problems: &mut Problems) {
    let next: BTreeMap<&str, &Text> = queues
        .iter()
        .filter_map(|queue| Some((queue.id.as_ref()?.value.as_str(), queue.fallback.as_ref()?)))
        .collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (&start, first) in &next {
        let mut circle = vec![start];
        let mut fallback = Some(first);
        while let Some(to) = fallback.map(|text| text.value.as_str()) {
            if to == start && !told.contains(start) {
                told.extend(&circle);
                circle.push(start);
                let problem = Problem::new(Code::FallbackCircle, &first.place);
                problems.add(problem.with("circle", circle.join(" → ")));
                break;
            }
            if circle.contains(&to) {
                break;
            }
            circle.push(to);
            fallback = next.get(to);
        }
    }
}

fn check_reasons(
    raw: &Table<Reason>,
    place: &Place,
    names: &Names,
    problems: &mut Problems,
) -> Option<BTreeMap<HandoffReason, Route>> {
    let known = || HandoffReason::ALL.iter().map(|reason| reason.name());
    let named = |name: &str| HandoffReason::ALL.into_iter().find(|reason| reason.name() == name);
    for reason in HandoffReason::ALL {
        if !raw.0.iter().any(|(name, _)| name.value == reason.name()) {
            problems.add(Problem::new(Code::MissingReason, place).with("reason", reason.name()));
        }
    }
    let checked = all(Some(&raw.0), |(name, route)| {
        let reason = named(&name.value);
        if reason.is_none() {
            problems.add(
                Problem::new(Code::UnknownKey, &name.place)
                    .with("key", &name.value)
                    .with("known", listed(known()))
                    .suggest(&name.value, known()),
            );
        }
        let route = check_route(reason, route, names, problems);
        Some((reason?, route?))
    });
    checked.map(BTreeMap::from_iter)
}

fn check_route(
    reason: Option<HandoffReason>,
    raw: &Reason,
    names: &Names,
    problems: &mut Problems,
) -> Option<Route> {
    let queue = raw.queue.as_ref().and_then(|queue| {
        names.queues.expect(queue, Code::UnknownQueue, problems)?;
        value::id(queue, QueueId::parse, problems)
    });
    let priority = raw.priority.as_ref().and_then(|name| {
        let priority = value::one_of(name, &PRIORITIES, problems)?;
        let matches =
            reason.is_none_or(|reason| reason.is_emergency() == (priority == Priority::Emergency));
        if !matches {
            problems.add(
                Problem::new(Code::EmergencyPriority, &name.place)
                    .with("reason", reason.map_or("?", |reason| reason.name()))
                    .with("priority", &name.value),
            );
        }
        Some(priority)
    });
    Some(Route { queue: queue?, priority: priority? })
}

fn check_costs(raw: &Cost, problems: &mut Problems) -> Option<Costs> {
    let mut units = |units: &Option<At<u32>>, key| {
        units.as_ref().and_then(|units| number(units, key, 1..=100, problems))
    };
    let default = units(&raw.default, "default");
    let abusive = units(&raw.abusive, "abusive");
    let shown = |units: Option<u32>| units.map(|units| units.to_string()).unwrap_or_default();
    value::in_order(
        ("default", default, shown(default)),
        ("abusive", abusive, shown(abusive)),
        &raw.place,
        problems,
    );
    Some(Costs { default: default?, abusive: abusive? })
}

fn check_agents(
    raw: &Routing,
    names: &Names,
    problems: &mut Problems,
) -> Option<Vec<DeclaredAgent>> {
    limited(raw.agents.as_ref(), AGENTS_MAX, &raw.place, problems);
    all(raw.agents.as_deref(), |agent| check_agent(agent, names, problems))
}

fn check_agent(raw: &Agent, names: &Names, problems: &mut Problems) -> Option<DeclaredAgent> {
    let id = raw.id.as_ref().and_then(|id| value::id(id, ordinary_id, problems));
    let names_shown = raw.name.as_ref().and_then(|name| value::both(&name.0, problems));
    let spoken = raw.languages.as_ref().map(|table| table.0.as_slice());
    let tags = Language::ALL.map(|language| (language.tag(), language));
    let languages = all(spoken, |(tag, level)| {
        let language = value::one_of(tag, &tags, problems);
        let level = check_level(level, problems);
        Some((language?, level?))
    });
    raw.languages.as_ref()?;
    let skills = check_skills(raw.skills.as_ref(), names, problems);
    let capacity =
        raw.capacity.as_ref().and_then(|capacity| number(capacity, "capacity", 1..=100, problems));
    let names = names_shown?;
    Some(DeclaredAgent {
        id: id?,
        profile: Profile {
            // At the desk and in reports everybody has one name.
            name: names.en.clone(),
            languages: BTreeMap::from_iter(languages?),
            skills: skills?,
            capacity: capacity?,
            declared: true,
        },
        names,
    })
}

/// A queue that nobody of this file can serve, where the file declares agents at all.
fn nobody_serves(
    raw: &Routing,
    queues: &[QueueRules],
    agents: &[DeclaredAgent],
    problems: &mut Problems,
) {
    if agents.is_empty() {
        return;
    }
    for (queue, raw) in queues.iter().zip(raw.queues.iter().flatten()) {
        for language in Language::ALL {
            let serves = |agent: &&DeclaredAgent| {
                let skilled = |(skill, least): (&SkillId, &u8)| {
                    agent.profile.skills.get(skill).is_some_and(|level| level >= least)
                };
                agent.profile.languages.contains_key(&language) && queue.skills.iter().all(skilled)
            };
            if !agents.iter().any(|agent| serves(&agent)) {
                let problem = Problem::new(Code::NobodyServes, place_of(raw));
                problems.add(problem.with("id", &queue.id).with("language", language.tag()));
            }
        }
    }
}

/// A cost above every capacity, where the file declares agents at all: such work would wait for ever.
fn nobody_has_room(raw: Option<&Cost>, agents: &[DeclaredAgent], problems: &mut Problems) {
    let Some(capacity) = agents.iter().map(|agent| agent.profile.capacity).max() else { return };
    let Some(raw) = raw else { return };
    for (key, units) in [("default", &raw.default), ("abusive", &raw.abusive)] {
        if let Some(units) = units.as_ref().filter(|units| units.value > capacity) {
            let problem = Problem::new(Code::CostAboveCapacity, &units.place).with("key", key);
            problems.add(problem.with("cost", units.value).with("capacity", capacity));
        }
    }
}

fn place_of(queue: &Queue) -> &Place {
    queue.id.as_ref().map_or(&queue.place, |id| &id.place)
}
