//! The machines, each without one of its guards.

use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::apply::apply;
use crate::domain::conversation::command::{Command, Decision, Rejection};
use crate::domain::conversation::event::{Alert, Event};
use crate::domain::conversation::handle::handle;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::AgentId;
use crate::domain::pool::agent::{Agent, Lease, Presence};
use crate::domain::pool::command::{AgentCommand, Case, PoolDecision, PoolRefusal, WorkCommand};
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::pool::{presence, work};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;

pub(super) type Decided = Result<Decision, Rejection>;
pub(super) type Worked = Result<PoolDecision, PoolRefusal>;

pub(super) fn bind_ignores_token(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let (Some(known), Command::Bind { agent, name, waited_ms, token, claimed_over, taken_over }) =
        (c, command)
    else {
        return handle(rules, c, command, at);
    };
    let (claimed_over, taken_over) = (claimed_over.clone(), *taken_over);
    let token = if *token > known.token { *token } else { known.token.next_attempt(at) };
    let (agent, name, waited_ms) = (agent.clone(), name.clone(), *waited_ms);
    handle(rules, c, &Command::Bind { token, agent, name, waited_ms, claimed_over, taken_over }, at)
}

pub(super) fn agent_speaks_with_old_token(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let (Some(known), Command::AgentSays { agent, text, parts, .. }) = (c, command) else {
        return handle(rules, c, command, at);
    };
    let (agent, token) = (agent.clone(), known.token);
    let (text, parts) = (text.clone(), parts.clone());
    handle(rules, c, &Command::AgentSays { agent, token, text, parts }, at)
}

pub(super) fn rung_is_reached(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let decision = handle(rules, c, command, at)?;
    let rung = decision.events.iter().find_map(|event| match event {
        Event::OnCallRung { ring, target, .. } => Some((*ring, target.clone())),
        _ => None,
    });
    Ok(match rung {
        Some((ring, name)) => with_event(decision, Event::OnCallReached { ring, name }, at),
        None => decision,
    })
}

pub(super) fn bot_speaks_over_humans(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let decision = handle(rules, c, command, at)?;
    let human = matches!(decision.next.state, State::Human { .. });
    let spoken = matches!(command, Command::CustomerSays { .. });
    Ok(if human && spoken { with_event(decision, bot_says(rules), at) } else { decision })
}

fn bot_says(rules: &Rules) -> Event {
    Event::BotSaid {
        outcome: Outcome::Social,
        text: "I know better".to_owned(),
        language: crate::domain::language::Language::En,
        entry: None,
        choices: Vec::new(),
        rules: rules.version.clone(),
        slot: None,
    }
}

pub(super) fn silence_resolves(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let mut decision = handle(rules, c, command, at)?;
    let confirming = c.is_some_and(|c| matches!(c.state, State::Confirming(_)));
    if confirming && matches!(command, Command::Tick { .. }) {
        for event in &mut decision.events {
            if let Event::Closed { .. } = event {
                *event = Event::ResolutionConfirmed;
            }
        }
    }
    Ok(folded_anew(c, decision, at))
}

pub(super) fn fragments_forgotten(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let kept = c.is_some_and(|c| c.memory.reply_due.is_some());
    if kept && matches!(command, Command::Tick { .. }) {
        return Err(Rejection::NotDue);
    }
    handle(rules, c, command, at)
}

pub(super) fn promise_forgotten(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let promised = c.is_some_and(|c| c.promise.is_some());
    if promised && matches!(command, Command::Tick { .. }) {
        return Err(Rejection::NotDue);
    }
    handle(rules, c, command, at)
}

pub(super) fn broken_unalerted(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let mut decision = handle(rules, c, command, at)?;
    let broken = Event::SupervisorAlerted { what: Alert::PromiseBroken };
    decision.events.retain(|event| *event != broken);
    Ok(folded_anew(c, decision, at))
}

pub(super) fn block_ignores_danger(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let mut blind = c.cloned();
    let blocked = c.is_some_and(|c| c.state == State::Blocked);
    let command = match command {
        Command::AgentBlocks { .. } => {
            blind.iter_mut().for_each(|c| c.endangered = false);
            command.clone()
        }
        Command::CustomerSays { input, reading, wait } if blocked => {
            let mut reading = reading.clone();
            reading.assessment.fired = None;
            Command::CustomerSays { input: input.clone(), reading, wait: *wait }
        }
        other => other.clone(),
    };
    let decision = handle(rules, blind.as_ref(), &command, at)?;
    Ok(folded_anew(c, decision, at))
}

pub(super) fn answers_repeat(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let mut forgetful = c.cloned();
    if let Some(forgetful) = &mut forgetful {
        forgetful.memory.sent.clear();
    }
    let decision = handle(rules, forgetful.as_ref(), command, at)?;
    Ok(folded_anew(c, decision, at))
}

fn with_event(mut decision: Decision, event: Event, at: Timestamp) -> Decision {
    if let Some(next) = apply(Some(decision.next.clone()), &event, at) {
        decision.next = next;
    }
    decision.events.push(event);
    decision
}

/// What the events make of the conversation as it was.
fn folded_anew(c: Option<&Conversation>, mut decision: Decision, at: Timestamp) -> Decision {
    let events = decision.events.iter();
    if let Some(next) = events.fold(c.cloned(), |c, event| apply(c, event, at)) {
        decision.next = next;
    }
    decision
}

pub(super) fn enqueue_ignores_tombstone(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut case = case.clone();
    let gone = matches!(case.place, Some(Place::Gone { .. }));
    if gone && matches!(command, WorkCommand::Enqueue { .. }) {
        case.place = None;
    }
    work::handle(rules, &case, command, at)
}

pub(super) fn enqueue_forgets_holder(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if matches!(command, WorkCommand::Enqueue { .. }) {
        decision.agents.clear();
        decision.inbox.clear();
    }
    Ok(decision)
}

pub(super) fn release_forgets_load(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if matches!(command, WorkCommand::Release { .. }) {
        decision.agents.clear();
        decision.inbox.clear();
    }
    Ok(decision)
}

pub(super) fn accept_ignores_deadline(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let until = match (&case.place, command) {
        (Some(Place::Here(item)), WorkCommand::Accept { .. }) => match item.state {
            ItemState::Offered { until, .. } => until,
            ItemState::Waiting | ItemState::Assigned { .. } => at,
        },
        _ => at,
    };
    work::handle(rules, case, command, at.min(until))
}

pub(super) fn lose_keeps_attempt(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if let (WorkCommand::Lose { .. }, Some(Some(Place::Here(item)))) =
        (command, &mut decision.place)
        && let Some(Place::Here(old)) = &case.place
    {
        item.token = old.token;
    }
    Ok(decision)
}

pub(super) fn offer_ignores_presence(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    if !matches!(command, WorkCommand::Offer { .. }) {
        return work::handle(rules, case, command, at);
    }
    let mut willing = case.clone();
    for agent in willing.agents.values_mut() {
        agent.presence = Presence::Available;
        agent.lease = Lease::Live;
    }
    let mut decision = work::handle(rules, &willing, command, at)?;
    for (id, agent) in &mut decision.agents {
        if let Some(before) = case.agents.get(id) {
            agent.presence = before.presence.clone();
            agent.lease = before.lease.clone();
        }
    }
    Ok(decision)
}

pub(super) fn offer_costs_nothing(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if matches!(command, WorkCommand::Offer { .. }) {
        let held = decision.agents.values_mut();
        held.filter_map(|agent| agent.held.get_mut(&case.conversation))
            .for_each(|held| held.cost = 0);
    }
    Ok(decision)
}

pub(super) fn given_way_is_untaken(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if let (WorkCommand::GiveWay { .. }, Some(Some(Place::Here(item)))) =
        (command, &mut decision.place)
    {
        item.untaken += 1;
    }
    Ok(decision)
}

pub(super) fn session_ignored(
    rules: &RoutingRules,
    id: &AgentId,
    agent: Option<&Agent>,
    command: &AgentCommand,
    at: Timestamp,
) -> Worked {
    let current = agent.map_or(0, |agent| agent.incarnation);
    let command = match command {
        AgentCommand::SetPresence { presence, .. } => {
            AgentCommand::SetPresence { incarnation: current, presence: presence.clone() }
        }
        other => other.clone(),
    };
    presence::handle(rules, id, agent, &command, at)
}
