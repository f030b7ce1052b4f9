//! Turns of a story that matter most, each told through its words.

use super::world::{Story, agent, receipt, start};
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::State;
use crate::domain::handoff::{HandoffReason, Priority, Token};

/// Sara has joined and proposes that it is solved.
fn proposed() -> Story {
    let asked = Story::new().then(&start()).then(&Command::RequestHuman);
    let queued = asked.clone().then(&receipt(asked.token().term));
    let token = Token { attempt: 1, ..queued.token() };
    let (sara, name) = (agent("sara"), "Sara".to_owned());
    let joined = queued.then(&Command::Bind {
        token,
        agent: sara.clone(),
        name,
        waited_ms: 1_000,
        claimed_over: None,
        taken_over: false,
    });
    let disposition = "solved".to_owned();
    joined.then(&Command::AgentProposes { agent: sara, token, disposition })
}

#[test]
fn danger_is_danger_also_where_a_human_knew_the_matter() {
    let resolved = proposed().then(&Command::Respond { resolved: true });
    let left = proposed().then(&Command::Leave);
    let waiting = proposed().until_due();
    for story in [waiting, resolved, left] {
        let command = story.saying("call an ambulance");
        let decision = story.answer(&command, story.at).unwrap();
        let told =
            |event: &Event| matches!(event, Event::BotSaid { outcome: Outcome::Emergency, .. });
        assert!(decision.events.iter().any(told), "the customer is told what to do");
        let handoff = decision.next.handoff.unwrap().handoff;
        assert_eq!(handoff.reason, HandoffReason::EmergencyLife);
        assert_eq!(handoff.priority, Priority::Emergency);
        assert_eq!(decision.next.preferred, None, "nobody in particular is waited for");
    }
}

#[test]
fn who_waits_in_one_danger_is_told_what_to_do_in_another_and_keeps_the_place() {
    let waiting = Story::new().then(&start()).says("my stolen card");
    let token = waiting.token();
    assert_eq!(
        waiting.c.as_ref().unwrap().handoff.as_ref().unwrap().handoff.reason,
        HandoffReason::EmergencyMoney
    );
    let said_of = |story: &Story, text: &str| {
        let decision = story.answer(&story.saying(text), story.at).unwrap();
        assert_eq!(decision.next.token, token, "the place is kept");
        let emergency =
            |event: &Event| matches!(event, Event::BotSaid { outcome: Outcome::Emergency, .. });
        decision.events.iter().filter(|event| emergency(event)).count()
    };
    assert_eq!(said_of(&waiting, "call an ambulance"), 1);
    assert_eq!(said_of(&waiting, "my stolen card"), 0, "said already");
}

#[test]
fn whoever_proposed_an_end_owes_an_answer_to_what_the_customer_asks_instead() {
    let asked = proposed().says("where is my order");
    let since = asked.at;
    let c = asked.c.as_ref().unwrap();
    assert_eq!(c.state, State::Human { agent: agent("sara") });
    assert_eq!(c.unanswered_since, Some(since));
    let silence = asked.rules.routing.agent_silence;
    assert_eq!(asked.deadline(), Some(since + silence.nudge));
    let nudged = asked.until_due().until_due().until_due();
    assert_eq!(nudged.c.unwrap().state, State::Queued, "a silent agent does not keep it");
}
