//! The machine of one agent: what they choose to be, and whether they are really there.
//!
//! What an agent *holds* is changed by [`super::work`] only; when an agent leaves, the caller goes
//! through [`super::work::held_live`], one conversation a transaction.

use super::agent::{Agent, Holding, Lease, Presence};
use super::command::{AgentCommand, InboxEvent, PoolDecision, PoolRefusal, Vanished};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::time::Timestamp;

/// Decides what a command does to an agent; `agent` is `None` while the pool does not know them.
pub fn handle(
    rules: &RoutingRules,
    id: &AgentId,
    agent: Option<&Agent>,
    command: &AgentCommand,
    at: Timestamp,
) -> Result<PoolDecision, PoolRefusal> {
    let known = || agent.cloned().ok_or(PoolRefusal::NoSuchAgent);
    match command {
        AgentCommand::SetProfile(profile) => {
            let mut agent =
                agent.cloned().unwrap_or_else(|| Agent::new(id.clone(), profile.clone(), at));
            agent.profile = profile.clone();
            Ok(changed(agent, None))
        }
        AgentCommand::SignIn { lease_ms } => Ok(sign_in(known()?, *lease_ms, at)),
        AgentCommand::SetPresence { incarnation, presence } => {
            set_presence(known()?, *incarnation, presence, at)
        }
        AgentCommand::Heartbeat { incarnation } => heartbeat(known()?, *incarnation),
        AgentCommand::Leave => leave(known()?),
        AgentCommand::LeaseEnded { among } => lease_ended(rules, known()?, *among, at),
        AgentCommand::GraceOver => grace_over(known()?, at),
        AgentCommand::WrapUpOver => wrap_up_over(known()?, at),
        AgentCommand::EndWrapUp { incarnation, conversation } => {
            end_wrap_up(known()?, *incarnation, conversation)
        }
    }
}

fn sign_in(mut agent: Agent, lease_ms: i64, at: Timestamp) -> PoolDecision {
    let superseded = agent.is_signed_in();
    agent.incarnation = (agent.incarnation + 1).max(at.as_millis() as u64);
    agent.lease = Lease::Live;
    agent.lease_ms = lease_ms;
    agent.unanswered = 0;
    agent.paused_until = Timestamp::ZERO;
    match agent.presence {
        // A new session starts away: the agent says when they are ready.
        Presence::Offline => agent.presence = Presence::Away { reason: "signed_in".to_owned() },
        Presence::Available | Presence::Away { .. } | Presence::Draining => {}
    }
    if !superseded {
        agent.idle_since = at;
    }
    let event = InboxEvent::Superseded { incarnation: agent.incarnation };
    changed(agent, superseded.then_some(event))
}

fn set_presence(
    mut agent: Agent,
    incarnation: u64,
    presence: &Presence,
    at: Timestamp,
) -> Result<PoolDecision, PoolRefusal> {
    check_session(&agent, incarnation)?;
    if agent.presence == *presence && agent.lease == Lease::Live {
        return Err(PoolRefusal::Duplicate);
    }
    match presence {
        Presence::Offline => agent.lease = Lease::Lost,
        // Nothing new for someone who goes as soon as their work is done.
        Presence::Available if agent.leaving => {
            return Err(PoolRefusal::Leaving);
        }
        Presence::Available => {
            agent.lease = Lease::Live;
            agent.unanswered = 0;
            if agent.presence != Presence::Available {
                agent.idle_since = at;
            }
        }
        Presence::Away { .. } | Presence::Draining => agent.lease = Lease::Live,
    }
    agent.presence = presence.clone();
    let event = InboxEvent::PresenceChanged { presence: presence.clone() };
    Ok(changed(agent, Some(event)))
}

fn leave(mut agent: Agent) -> Result<PoolDecision, PoolRefusal> {
    if agent.leaving {
        return Err(PoolRefusal::Duplicate);
    }
    agent.leaving = true;
    let event = match agent.presence {
        Presence::Available | Presence::Away { .. } => {
            agent.presence = Presence::Draining;
            Some(InboxEvent::PresenceChanged { presence: Presence::Draining })
        }
        Presence::Draining | Presence::Offline => None,
    };
    Ok(changed(agent, event))
}

fn heartbeat(mut agent: Agent, incarnation: u64) -> Result<PoolDecision, PoolRefusal> {
    check_session(&agent, incarnation)?;
    match agent.lease {
        // The usual case: only the lease's score moves, the agent does not change.
        Lease::Live => Err(PoolRefusal::Duplicate),
        Lease::Suspect { .. } => {
            agent.lease = Lease::Live;
            Ok(changed(agent, None))
        }
        Lease::Lost => Err(PoolRefusal::NotSignedIn),
    }
}

fn lease_ended(
    rules: &RoutingRules,
    mut agent: Agent,
    among: Vanished,
    at: Timestamp,
) -> Result<PoolDecision, PoolRefusal> {
    match agent.lease {
        Lease::Live => {
            let leases = &rules.leases;
            let grace = if among.is_outage() { leases.outage_grace } else { leases.grace };
            agent.lease = Lease::Suspect { until: at + grace };
            Ok(changed(agent, None))
        }
        Lease::Suspect { .. } | Lease::Lost => Err(PoolRefusal::Duplicate),
    }
}

fn grace_over(mut agent: Agent, at: Timestamp) -> Result<PoolDecision, PoolRefusal> {
    match agent.lease {
        Lease::Live | Lease::Lost => Err(PoolRefusal::Duplicate),
        Lease::Suspect { until } if at < until => Err(PoolRefusal::NotDue),
        Lease::Suspect { .. } => {
            agent.lease = Lease::Lost;
            agent.presence = Presence::Offline;
            let event = InboxEvent::PresenceChanged { presence: Presence::Offline };
            Ok(changed(agent, Some(event)))
        }
    }
}

fn wrap_up_over(mut agent: Agent, at: Timestamp) -> Result<PoolDecision, PoolRefusal> {
    let before = agent.held.len();
    agent.held.retain(|_, held| match held.how {
        Holding::WrapUp { until } => at < until,
        Holding::Offer | Holding::Owned => true,
    });
    if agent.held.len() == before {
        return Err(PoolRefusal::NotDue);
    }
    Ok(changed(agent, None))
}

/// Nobody has to sit out the time for writing up.
fn end_wrap_up(
    mut agent: Agent,
    incarnation: u64,
    conversation: &ConversationId,
) -> Result<PoolDecision, PoolRefusal> {
    check_session(&agent, incarnation)?;
    match agent.held.get(conversation).map(|held| &held.how) {
        None => return Err(PoolRefusal::Duplicate),
        Some(Holding::Offer | Holding::Owned) => {
            return Err(PoolRefusal::WrongState { state: "not_written_up" });
        }
        Some(Holding::WrapUp { .. }) => agent.held.remove(conversation),
    };
    Ok(changed(agent, None))
}

/// Refuses what an older session, or nobody, says. A session that is newer than any that is known was
/// begun in a tail that is lost: nobody has taken its place, and the agent is to sign in again.
pub fn check_session(agent: &Agent, incarnation: u64) -> Result<(), PoolRefusal> {
    if agent.incarnation < incarnation {
        Err(PoolRefusal::NotSignedIn)
    } else if agent.incarnation > incarnation {
        Err(PoolRefusal::Superseded)
    } else if agent.lease == Lease::Lost {
        Err(PoolRefusal::NotSignedIn)
    } else {
        Ok(())
    }
}

fn changed(agent: Agent, event: Option<InboxEvent>) -> PoolDecision {
    let mut decision = PoolDecision::default();
    if let Some(event) = event {
        decision.inbox.push((agent.id.clone(), event));
    }
    decision.agents.insert(agent.id.clone(), agent);
    decision
}
