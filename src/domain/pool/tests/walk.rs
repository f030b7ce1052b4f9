//! Random lives of a pool: any command about any place and any agent, under any token, at any
//! time, followed as the application follows them.

use super::world::{Pool, agent, arrival, conversation, profile};
use crate::domain::handoff::{Priority, Token};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Held, Holding, Lease, Presence};
use crate::domain::pool::command::{
    AgentCommand, PoolDecision, PoolRefusal, ToConversation, Vanished, WorkCommand,
};
use crate::domain::pool::item::{Item, Place};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// A token as seen from the one that counts: how far its term and its attempt are from it.
type Shift = (i64, i64);

/// One thing that is tried.
#[derive(Debug, Clone)]
enum Step {
    Enqueue { place: u8, term: i64, cost: u32, emergency: bool, returned: bool, avoids: Option<u8> },
    Offer { place: u8, agent: u8 },
    TakeOver { place: u8, agent: u8 },
    Accept { place: u8, agent: Option<u8>, shift: Shift },
    Decline { place: u8, agent: Option<u8>, shift: Shift },
    Expire { place: u8 },
    Rescind { place: u8, agent: u8 },
    GiveWay { place: u8, agent: Option<u8> },
    Lose { place: u8, agent: u8 },
    Release { place: u8, term: i64 },
    Adopt { place: u8, agent: u8, shift: Shift },
    Regain { place: u8, shift: Shift },
    Forget { place: u8 },
    Agent { agent: u8, command: AgentStep },
    Pass { millis: u64 },
}

/// One thing that is tried with an agent; `this` says whether by the session that counts.
#[derive(Debug, Clone)]
enum AgentStep {
    Capacity(u32),
    SignIn,
    Choose { presence: u8, this: bool },
    Heartbeat { this: bool },
    Leave,
    LeaseEnded { ended: usize },
    GraceOver,
    WrapUpOver,
    EndWrapUp { place: u8, this: bool },
}

fn shifts() -> impl Strategy<Value = Shift> {
    prop_oneof![4 => Just((0, 0)), 1 => (-1..=1i64, -1..=1i64)]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (place, who) = (|| 0..3u8, || 0..3u8);
    // Mostly whoever holds it answers.
    let whoever = move || prop::option::weighted(0.2, who());
    let agent_step = prop_oneof![
        2 => (0..4u32).prop_map(AgentStep::Capacity),
        3 => Just(AgentStep::SignIn),
        6 => (0..4u8, any::<bool>())
            .prop_map(|(presence, this)| AgentStep::Choose { presence, this }),
        1 => any::<bool>().prop_map(|this| AgentStep::Heartbeat { this }),
        1 => (1..=2usize).prop_map(|ended| AgentStep::LeaseEnded { ended }),
        1 => Just(AgentStep::GraceOver),
        2 => Just(AgentStep::WrapUpOver),
        1 => Just(AgentStep::Leave),
        2 => (place(), any::<bool>())
            .prop_map(|(place, this)| AgentStep::EndWrapUp { place, this }),
    ];
    let enqueue =
        (place(), -1..=2i64, 1..3u32, any::<bool>(), any::<bool>(), prop::option::of(who()));
    let step = prop_oneof![
        6 => enqueue.prop_map(|(place, term, cost, emergency, returned, avoids)| {
            Step::Enqueue { place, term, cost, emergency, returned, avoids }
        }),
        8 => (place(), who()).prop_map(|(place, agent)| Step::Offer { place, agent }),
        3 => (place(), who()).prop_map(|(place, agent)| Step::TakeOver { place, agent }),
        6 => (place(), whoever(), shifts())
            .prop_map(|(place, agent, shift)| Step::Accept { place, agent, shift }),
        2 => (place(), whoever(), shifts())
            .prop_map(|(place, agent, shift)| Step::Decline { place, agent, shift }),
        2 => place().prop_map(|place| Step::Expire { place }),
        1 => (place(), who()).prop_map(|(place, agent)| Step::Rescind { place, agent }),
        2 => (place(), whoever()).prop_map(|(place, agent)| Step::GiveWay { place, agent }),
        2 => (place(), who()).prop_map(|(place, agent)| Step::Lose { place, agent }),
        3 => (place(), -1..=1i64).prop_map(|(place, term)| Step::Release { place, term }),
        2 => (place(), who(), shifts())
            .prop_map(|(place, agent, shift)| Step::Adopt { place, agent, shift }),
        1 => (place(), shifts()).prop_map(|(place, shift)| Step::Regain { place, shift }),
        1 => place().prop_map(|place| Step::Forget { place }),
        8 => (who(), agent_step).prop_map(|(agent, command)| Step::Agent { agent, command }),
        4 => prop_oneof![4 => 0..60_000u64, 1 => Just(3_600_000u64)]
            .prop_map(|millis| Step::Pass { millis }),
    ];
    prop::collection::vec(step, 1..80)
}

fn place_id(number: u8) -> ConversationId {
    conversation(&format!("c{number}"))
}

fn agent_id(number: u8) -> AgentId {
    agent(&format!("a{number}"))
}

fn shifted(token: Token, (term, attempt): Shift) -> Token {
    Token { term: token.term + term, attempt: token.attempt + attempt }
}

/// The place and the command a step stands for; `None` for what concerns no place.
fn command_of(pool: &Pool, step: &Step) -> Option<(ConversationId, WorkCommand)> {
    let token = |place: u8| pool.token(place_id(place).as_str());
    let holder = |place: u8, agent: Option<u8>| match (agent, pool.places.get(&place_id(place))) {
        (Some(agent), _) => agent_id(agent),
        (None, Some(Place::Here(item))) => item.holder().cloned().unwrap_or(agent_id(0)),
        (None, Some(Place::Gone { .. }) | None) => agent_id(0),
    };
    let (place, command) = match *step {
        Step::Enqueue { place, term, cost, emergency, returned, avoids } => {
            let mut arrival = arrival(token(place).term + term);
            (arrival.cost, arrival.returned) = (cost, returned);
            arrival.waiting_since = pool.at;
            arrival.avoided = avoids.map(agent_id).into_iter().collect();
            if emergency {
                arrival.handoff.priority = Priority::Emergency;
            }
            (place, WorkCommand::Enqueue { arrival, issued_at: pool.at })
        }
        Step::Offer { place, agent } => (place, WorkCommand::Offer { agent: agent_id(agent) }),
        Step::TakeOver { place, agent } => {
            (place, WorkCommand::TakeOver { agent: agent_id(agent) })
        }
        Step::Accept { place, agent, shift } => {
            let token = shifted(token(place), shift);
            (place, WorkCommand::Accept { agent: holder(place, agent), token })
        }
        Step::Decline { place, agent, shift } => {
            let token = shifted(token(place), shift);
            (place, WorkCommand::Decline { agent: holder(place, agent), token })
        }
        Step::Expire { place } => (place, WorkCommand::Expire),
        Step::Rescind { place, agent } => (place, WorkCommand::Rescind { agent: agent_id(agent) }),
        Step::GiveWay { place, agent } => {
            (place, WorkCommand::GiveWay { agent: holder(place, agent) })
        }
        Step::Lose { place, agent } => (place, WorkCommand::Lose { agent: agent_id(agent) }),
        Step::Release { place, term } => {
            (place, WorkCommand::Release { term: token(place).term + term })
        }
        Step::Adopt { place, agent, shift } => {
            let token = shifted(token(place), shift);
            let (arrival, agent) = (arrival(token.term), agent_id(agent));
            (place, WorkCommand::Adopt { arrival, agent, token })
        }
        Step::Regain { place, shift } => {
            (place, WorkCommand::Regain { token: shifted(token(place), shift) })
        }
        Step::Forget { place } => (place, WorkCommand::Forget),
        Step::Agent { .. } | Step::Pass { .. } => return None,
    };
    Some((place_id(place), command))
}

fn agent_command_of(known: Option<&Agent>, step: &AgentStep) -> AgentCommand {
    let current = known.map_or(0, |agent| agent.incarnation);
    let session = |this: bool| if this { current } else { current.saturating_sub(1) };
    match *step {
        AgentStep::Capacity(capacity) => AgentCommand::SetProfile(profile(capacity)),
        AgentStep::SignIn => AgentCommand::SignIn { lease_ms: 30_000 },
        AgentStep::Choose { presence, this } => {
            let presence = match presence {
                0 => Presence::Offline,
                1 => Presence::Away { reason: String::new() },
                2 => Presence::Draining,
                _ => Presence::Available,
            };
            AgentCommand::SetPresence { incarnation: session(this), presence }
        }
        AgentStep::Heartbeat { this } => AgentCommand::Heartbeat { incarnation: session(this) },
        AgentStep::Leave => AgentCommand::Leave,
        AgentStep::LeaseEnded { ended } => {
            AgentCommand::LeaseEnded { among: Vanished { ended, of: 5 } }
        }
        AgentStep::GraceOver => AgentCommand::GraceOver,
        AgentStep::WrapUpOver => AgentCommand::WrapUpOver,
        AgentStep::EndWrapUp { place, this } => {
            AgentCommand::EndWrapUp { incarnation: session(this), conversation: place_id(place) }
        }
    }
}

fn walk(steps: Vec<Step>) {
    let mut pool = Pool::new().with("a0", 1).with("a1", 2);
    for step in steps {
        if let Step::Pass { millis } = step {
            pool.at = pool.at + Duration::from_millis(millis);
        } else if let Step::Agent { agent, command } = &step {
            let id = agent_id(*agent);
            try_with_agent(&mut pool, &id, command);
        } else if let Some((id, command)) = command_of(&pool, &step) {
            try_with_place(&mut pool, &id, &command);
        }
        holds_together(&pool);
    }
}

fn try_with_agent(pool: &mut Pool, id: &AgentId, step: &AgentStep) {
    let before = pool.agents.get(id).cloned();
    let command = agent_command_of(before.as_ref(), step);
    let answer = pool.agent_work(id, &command, pool.at);
    assert_eq!(answer, pool.agent_work(id, &command, pool.at), "the same answer again");
    let Ok(decision) = answer else { return };
    assert_eq!((&decision.place, &decision.message), (&None, &None), "no place is touched");
    let after = &decision.agents[id];
    let session = before.as_ref().map_or(0, |agent| agent.incarnation);
    assert!(after.incarnation >= session, "a session is never reissued");
    if let AgentCommand::EndWrapUp { .. } = command {
        let ended = before.as_ref().map_or(0, |before| before.held.len() - after.held.len());
        assert_eq!(ended, 1, "one wrap-up ends");
    } else if command == AgentCommand::WrapUpOver {
        assert!(after.next_deadline().is_none_or(|next| next > pool.at), "due again at once");
    } else if let Some(before) = &before {
        assert_eq!(before.held, after.held, "only work changes what is held: {command:?}");
    }
    pool.agents.extend(decision.agents);
    // Whoever leaves gives back what they hold, one place at a time, as the application does.
    let after = &pool.agents[id];
    if after.lease == Lease::Lost {
        for held in crate::domain::pool::work::held_live(after) {
            try_with_place(pool, &held, &WorkCommand::Lose { agent: id.clone() });
        }
        let rest = crate::domain::pool::work::held_live(&pool.agents[id]);
        assert!(rest.is_empty(), "{id} still holds {rest:?}");
    }
}

fn try_with_place(pool: &mut Pool, id: &ConversationId, command: &WorkCommand) {
    let before = pool.places.get(id).cloned();
    let answer = pool.work(id, command, pool.at);
    assert_eq!(answer, pool.work(id, command, pool.at), "the same question has the same answer");
    match answer {
        Err(PoolRefusal::Stale { current }) => {
            assert_eq!(Some(current), before.map(|place| place.token()));
        }
        Err(_) => {}
        Ok(decision) => {
            let after = decision.place.clone().unwrap_or(before.clone());
            the_token_never_goes_back(before.as_ref(), after.as_ref());
            the_place_is_kept(before.as_ref(), after.as_ref(), command);
            the_conversation_is_told(&decision, after.as_ref());
            if let WorkCommand::Expire | WorkCommand::Forget = command {
                let next = after.as_ref().and_then(Place::next_deadline);
                assert!(next.is_none_or(|next| next > pool.at), "due again at once");
            }
            if let WorkCommand::Offer { agent }
            | WorkCommand::Claim { agent, .. }
            | WorkCommand::TakeOver { agent } = command
            {
                let agent = &decision.agents[agent];
                assert!(
                    agent.load() <= agent.profile.capacity && !agent.held[id].adopted,
                    "given beyond the capacity"
                );
            }
            pool.follow(id, decision);
        }
    }
}

fn the_token_never_goes_back(before: Option<&Place>, after: Option<&Place>) {
    // A place is forgotten only when nothing that was said of it can arrive any more.
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after.token() >= before.token(), "{before:?} became {after:?}");
    }
}

/// Within one stay an offer that ends without being taken leaves the place in line as it was, and
/// whatever happens, credit is bounded.
fn the_place_is_kept(before: Option<&Place>, after: Option<&Place>, command: &WorkCommand) {
    let Some(Place::Here(after)) = after else { return };
    let credit_max = Pool::new().rules.credit_max.as_millis() as i64;
    assert!((0..=credit_max).contains(&after.credit_ms), "credit {}", after.credit_ms);
    let Some(Place::Here(before)) = before else { return };
    match command {
        WorkCommand::Offer { .. }
        | WorkCommand::Decline { .. }
        | WorkCommand::Expire
        | WorkCommand::Rescind { .. }
        | WorkCommand::GiveWay { .. } => {
            assert_eq!(before.virtual_time(), after.virtual_time(), "{command:?}");
        }
        WorkCommand::Enqueue { .. }
        | WorkCommand::Claim { .. }
        | WorkCommand::TakeOver { .. }
        | WorkCommand::Accept { .. }
        | WorkCommand::Lose { .. }
        | WorkCommand::Release { .. }
        | WorkCommand::Adopt { .. }
        | WorkCommand::Regain { .. }
        | WorkCommand::Forget => {}
    }
}

fn the_conversation_is_told(decision: &PoolDecision, after: Option<&Place>) {
    let Some(message) = &decision.message else { return };
    let Some(Place::Here(item)) = after else { panic!("{message:?} without a place") };
    match message {
        ToConversation::Bind { token, agent, .. } => {
            assert_eq!((*token, Some(agent)), (item.token, item.holder()));
        }
        ToConversation::Unbind { token, .. } => {
            assert_eq!((*token, None), (item.token, item.holder()));
        }
    }
}

/// Both sides of what is held agree, and the load of each agent is the sum of it.
fn holds_together(pool: &Pool) {
    let mut loads: BTreeMap<&AgentId, u32> = BTreeMap::new();
    for (id, item) in pool.places.iter().filter_map(|(id, place)| Some((id, here(place)?))) {
        let Some(holder) = item.holder() else { continue };
        let held = pool.agents[holder].held.get(id);
        let how = held.map(|held| held.how.clone());
        assert!(
            matches!(how, Some(Holding::Offer | Holding::Owned)),
            "{holder} holds {id}: {how:?}"
        );
        let adopted = held.is_some_and(|held| held.adopted);
        let expected = Held { token: item.token, cost: item.cost, how: how.unwrap(), adopted };
        assert_eq!(held, Some(&expected), "{holder} holds {id}");
        *loads.entry(holder).or_default() += item.cost;
    }
    for agent in pool.agents.values() {
        for (id, held) in &agent.held {
            if let Holding::WrapUp { .. } = held.how {
                *loads.entry(&agent.id).or_default() += held.cost;
                continue;
            }
            let holder = pool.places.get(id).and_then(here).and_then(Item::holder);
            assert_eq!(holder, Some(&agent.id), "of {id}");
        }
        assert_eq!(agent.load(), loads.get(&agent.id).copied().unwrap_or(0), "{}", agent.id);
        assert_eq!(agent.presence == Presence::Offline, agent.lease == Lease::Lost);
    }
}

fn here(place: &Place) -> Option<&Item> {
    match place {
        Place::Here(item) => Some(item),
        Place::Gone { .. } => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_happens_places_and_agents_agree(steps in steps()) {
        walk(steps);
    }
}
