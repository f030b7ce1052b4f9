//! Who is asked after a conversation was passed on, what is one wait and what another, and an agent
//! who is gone before the customer has said yes.

use super::world::{Story, agent, receipt, start};
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::conversation::handle::arrival;
use crate::domain::conversation::state::State;
use crate::domain::conversation::transfer::{Destination, Transfer};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, SkillId};
use crate::domain::pool::agent::{Agent, Lease, Presence};
use crate::domain::pool::command::Arrival;
use std::time::Duration;

fn came(story: &Story) -> Arrival {
    arrival(&story.rules, story.c.as_ref().unwrap()).unwrap()
}

/// Its place is confirmed, and the agent comes after ten seconds.
fn joined(story: Story, name: &str) -> Story {
    let term = story.token().term;
    let mut story = story.then(&receipt(term));
    story.at = story.at + Duration::from_secs(8);
    let (place, at) = (came(&story), story.at + Duration::from_secs(1));
    let waited_ms = place.waited_ms + at.since(place.waiting_since).as_millis() as i64;
    let token = Token { attempt: story.token().attempt + 1, ..story.token() };
    let (agent, name) = (agent(name), name.to_owned());
    let bind =
        Command::Bind { token, agent, name, waited_ms, claimed_over: None, taken_over: false };
    story.then(&bind)
}

fn with_sara(asks: &str) -> Story {
    joined(Story::new().then(&start()).says(asks), "sara")
}

fn passes(story: Story, from: &str, to: Destination) -> Story {
    let (agent, token) = (agent(from), story.token());
    story.then(&Command::AgentTransfers(Transfer { agent, token, to, note: String::new() }))
}

fn to_billing() -> Destination {
    Destination::Skill { skill: SkillId::parse("billing").unwrap(), level: 1 }
}

fn omar(story: &Story) -> Destination {
    let profile = crate::domain::pool::tests::world::profile(2);
    let mut colleague = Agent::new(agent("omar"), profile, story.at);
    (colleague.presence, colleague.lease) = (Presence::Available, Lease::Live);
    Destination::Agent(Box::new(colleague))
}

const ASKS: &str = "human please";

#[test]
fn whoever_passes_it_on_to_a_queue_or_a_skill_is_not_asked_before_nobody_has_come_for_long() {
    let with_sara = with_sara(ASKS);
    let queue = Destination::Queue(with_sara.rules.routing.queues.first().id.clone());
    let kept_out = |story: &Story| came(story).excluded.into_iter().collect::<Vec<AgentId>>();
    for to in [to_billing(), queue] {
        let passed = passes(with_sara.clone(), "sara", to);
        assert_eq!(kept_out(&passed), [agent("sara")]);
        // Another colleague may give it back by name, and what comes back from them is anyone's.
        let with_huda = joined(passed.clone(), "huda");
        let back = with_huda.then(&Command::Requeue { note: String::new() });
        assert!(kept_out(&back).is_empty());
        let term = passed.token().term;
        let waited = passed.then(&receipt(term)).until_due();
        assert!(kept_out(&waited).is_empty(), "better sara than nobody");
        assert!(waited.token().term > term, "and the pool learns of it");
    }
    let named = omar(&with_sara);
    assert!(kept_out(&passes(with_sara, "sara", named)).is_empty(), "omar is asked first");
}

#[test]
fn nobody_in_danger_waits_because_somebody_passed_them_on() {
    let passed = passes(with_sara("my stolen card"), "sara", to_billing());
    let came = came(&passed);
    assert!(came.excluded.is_empty() && came.avoided.contains(&agent("sara")), "{came:?}");
}

#[test]
fn the_wait_after_an_agent_is_another_and_one_that_moves_is_the_same() {
    let with_sara = with_sara(ASKS);
    let before = with_sara.c.as_ref().unwrap().waited_ms;
    assert!(before >= 10_000);
    let passed = passes(with_sara, "sara", to_billing());
    assert_eq!((came(&passed).waited_ms, came(&passed).waited_before_ms), (before, before));
    let term = passed.token().term;
    let moved = passed.then(&receipt(term)).says("my stolen card");
    assert!(moved.token().term > term, "it waits elsewhere now");
    assert_eq!((came(&moved).waited_ms, came(&moved).waited_before_ms), (before + 2_000, before));
}

#[test]
fn an_agent_who_proposed_and_is_gone_leaves_the_question_with_the_customer() {
    let with_sara = with_sara(ASKS);
    let gone = |name: &str| Command::HolderGone { agent: agent(name) };
    let refused = with_sara.answer(&gone("sara"), with_sara.at).unwrap_err();
    assert!(matches!(refused, Rejection::WrongState { .. }));
    let (token, disposition) = (with_sara.token(), "solved".to_owned());
    let proposes = Command::AgentProposes { agent: agent("sara"), token, disposition };
    let proposed = with_sara.then(&proposes);
    assert!(proposed.answer(&gone("omar"), proposed.at).is_err());
    let c = proposed.then(&gone("sara")).then(&Command::Respond { resolved: true }).c.unwrap();
    assert!(matches!(c.state, State::Resolved { .. }));
}

#[test]
fn the_least_that_can_be_promised_may_have_been_a_moment_on_its_way() {
    let story = with_sara(ASKS);
    let least = story.rules.routing.promises.follow_up_min;
    let promise = |late: u64| {
        let (agent, token, what) = (agent("sara"), story.token(), "to look".to_owned());
        let due = story.at + least;
        let command = Command::AgentPromises { agent, token, what, due };
        story.answer(&command, story.at + Duration::from_secs(late)).is_ok()
    };
    let slack = least.as_secs().min(60) / 2;
    assert!(promise(0) && promise(1) && promise(slack));
    assert!(!promise(slack + 1), "that was less than can be promised");
}
