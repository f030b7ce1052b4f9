//! Blocks: who may be blocked, what still reaches people, and that every block ends.

use super::world::{Story, agent, receipt, start};
use crate::domain::conversation::block::{Block, BlockEnd, Review, in_force};
use crate::domain::conversation::command::{Command, Decision, Rejection};
use crate::domain::conversation::event::{Alert, Event};
use crate::domain::conversation::state::State;
use crate::domain::handoff::{HandoffReason, Token};
use crate::domain::texts::TextKey;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn block(name: &str, token: Token) -> Command {
    Command::AgentBlocks { agent: agent(name), token, reason: "insults".to_owned() }
}

pub(super) fn for_no_reason(token: Token) -> Command {
    Command::AgentBlocks { agent: agent("sara"), token, reason: " ".to_owned() }
}

pub(super) fn review(upheld: bool) -> Command {
    Command::ReviewBlock { by: "one".to_owned(), upheld, reason: "I have read it".to_owned() }
}

/// The customer of what sara owns is blocked.
pub(super) fn begun(owned: Story) -> Story {
    let token = owned.token();
    owned.then(&block("sara", token))
}

/// How a block can stand.
pub(super) fn situations(owned: Story) -> Vec<(&'static str, Story)> {
    let begun = begun(owned);
    vec![
        ("nobody has looked at it", begun.clone()),
        ("a supervisor has upheld it", begun.clone().then(&review(true))),
        ("the customer has written", begun.says("you are idiots")),
    ]
}

/// Blocks in another conversation of the same customer.
pub(super) fn elsewhere(story: &Story) -> [(&'static str, Block); 2] {
    let open = Block {
        agent: agent("sara"),
        reason: "insults".to_owned(),
        since: story.at,
        until: story.at + Duration::from_secs(100),
        review_by: story.at + Duration::from_secs(50),
        review: Review::Awaited,
    };
    let lapsed = Block { review: Review::Lapsed, ..open.clone() };
    [("in force", open), ("lapsed", lapsed)]
}

fn owned() -> Story {
    let asked = Story::new().then(&start()).then(&Command::RequestHuman);
    let term = asked.token().term;
    let queued = asked.then(&receipt(term));
    let token = Token { attempt: 1, ..queued.token() };
    queued.then(&Command::Bind {
        token,
        agent: agent("sara"),
        name: "sara".to_owned(),
        waited_ms: 5_000,
        claimed_over: None,
        taken_over: false,
    })
}

impl Story {
    fn said(&self, command: &Command) -> Decision {
        self.answer(command, self.at + Duration::from_secs(1)).unwrap()
    }

    fn state(&self) -> &State {
        &self.c.as_ref().unwrap().state
    }
}

fn told(decision: &Decision, key: TextKey) -> bool {
    let is = |event: &Event| matches!(event, Event::Notice { key: said, .. } if said == key.name());
    decision.events.iter().any(is)
}

fn not_blockable(story: &Story, command: &Command) -> bool {
    matches!(story.answer(command, story.at), Err(Rejection::NotBlockable { .. }))
}

#[test]
fn the_customer_is_told_until_when_and_how_to_reach_somebody_otherwise() {
    let story = owned();
    let blocked = story.said(&block("sara", story.token()));
    let notice = blocked.events.iter().find_map(|event| match event {
        Event::Notice { text, .. } => Some(text.clone()),
        _ => None,
    });
    let notice = notice.unwrap();
    assert!(notice.contains("write to us") && !notice.contains('{'), "{notice}");
    assert!(blocked.events.contains(&Event::SupervisorAlerted { what: Alert::BlockAwaitsReview }));
    assert_eq!(blocked.next.state, State::Blocked);
}

#[test]
fn whoever_was_in_danger_is_never_blocked() {
    let mut from_the_bot = Story::new().then(&start()).says("call an ambulance");
    let term = from_the_bot.token().term;
    from_the_bot = from_the_bot.then(&receipt(term));
    let token = Token { attempt: 1, ..from_the_bot.token() };
    let bind = Command::Bind {
        token,
        agent: agent("sara"),
        name: "sara".to_owned(),
        waited_ms: 0,
        claimed_over: None,
        taken_over: false,
    };
    from_the_bot = from_the_bot.then(&bind);
    assert!(not_blockable(&from_the_bot, &block("sara", token)));
    let with_the_agent = owned().says("call an ambulance");
    assert!(not_blockable(&with_the_agent, &block("sara", with_the_agent.token())));
}

#[test]
fn rules_without_blocks_allow_none_and_a_block_needs_a_reason() {
    let mut story = owned();
    assert!(not_blockable(&story, &for_no_reason(story.token())));
    let mut rules = (*story.rules).clone();
    rules.routing.blocks = None;
    story.rules = Arc::new(rules);
    assert!(not_blockable(&story, &block("sara", story.token())));
}

#[test]
fn danger_ends_a_block_at_once_and_goes_before_everything() {
    let upheld = begun(owned()).then(&review(true));
    let left = begun(owned()).then(&Command::Leave);
    for story in [begun(owned()), upheld, left] {
        let said = story.said(&story.saying("call an ambulance"));
        assert!(said.events.contains(&Event::BlockEnded { why: BlockEnd::Danger }));
        assert_eq!(said.next.state, State::Queued);
        let asked = said.next.handoff.as_ref().unwrap();
        assert_eq!(asked.handoff.reason, HandoffReason::EmergencyLife);
        assert!(in_force(&said.next).is_none());
    }
}

#[test]
fn what_is_written_while_blocked_is_kept_and_questions_are_answered() {
    let story = begun(owned());
    let asked = story.said(&story.saying("when are you open"));
    assert!(asked.events.iter().any(|event| matches!(event, Event::BotSaid { .. })));
    let wished = story.said(&story.saying("i want a human"));
    assert!(told(&wished, TextKey::StillBlocked));
    assert_eq!(wished.next.state, State::Blocked);
    let wrote = story.says("you are idiots");
    assert_eq!(wrote.c.as_ref().unwrap().unanswered, 1);
    let button = wrote.said(&Command::RequestHuman);
    assert!(told(&button, TextKey::StillBlocked) && button.effects.is_empty());
}

#[test]
fn what_nobody_looks_at_is_over_and_the_customer_has_the_place_back() {
    let story = begun(owned());
    let due = story.deadline().unwrap();
    assert_eq!(due, story.c.as_ref().unwrap().block.as_ref().unwrap().review_by);
    let lapsed = story.answer(&story.tick(), due).unwrap();
    assert!(lapsed.events.contains(&Event::SupervisorAlerted { what: Alert::BlockLapsed }));
    assert!(told(&lapsed, TextKey::BlockLapsed));
    assert_eq!(lapsed.next.state, State::Queued);
    assert!(lapsed.next.avoided.contains(&agent("sara")), "others are asked first");
    assert_eq!(lapsed.next.preferred, None);
}

#[test]
fn what_is_upheld_runs_to_its_end_and_leads_back_to_people_only_who_has_written() {
    let upheld = begun(owned()).then(&review(true));
    let until = upheld.c.as_ref().unwrap().block.as_ref().unwrap().until;
    assert_eq!(upheld.deadline(), Some(until));
    let quiet = upheld.clone().until_due();
    assert_eq!(quiet.state(), &State::Bot);
    let wrote = upheld.says("are you there").until_due();
    assert_eq!(wrote.state(), &State::Queued);
}

#[test]
fn a_supervisor_may_lift_what_was_upheld_but_not_uphold_twice() {
    let upheld = begun(owned()).then(&review(true));
    let again = upheld.answer(&review(true), upheld.at);
    assert_eq!(again, Err(Rejection::NothingToReview));
    let lifted = upheld.said(&review(false));
    assert!(told(&lifted, TextKey::BlockLifted));
    assert_eq!(lifted.next.state, State::Queued);
    assert_eq!(owned().answer(&review(false), owned().at), Err(Rejection::NothingToReview));
}

#[test]
fn leaving_and_coming_back_does_not_end_a_block() {
    let left = begun(owned()).then(&Command::Leave);
    assert!(matches!(left.state(), State::Closed { .. }));
    for back in [Command::Reopen, Command::RequestHuman, left.saying("hello again, the order")] {
        let came = left.said(&back);
        assert_eq!(came.next.state, State::Blocked, "{back:?}");
        assert!(came.effects.is_empty());
    }
    // Nobody is called back who has left.
    let gone = left.until_due();
    assert!(
        matches!(gone.state(), State::Closed { .. })
            && in_force(gone.c.as_ref().unwrap()).is_none()
    );
}

#[test]
fn a_block_follows_into_a_new_conversation_with_its_own_times() {
    let fresh = Story::new().then(&start());
    let [(_, open), (_, lapsed)] = elsewhere(&fresh);
    let until = open.until;
    let followed = fresh.said(&Command::FollowBlock(Box::new(open)));
    assert_eq!(in_force(&followed.next).map(|block| block.until), Some(until));
    assert!(not_blockable(&fresh, &Command::FollowBlock(Box::new(lapsed))));
}

#[test]
fn a_block_that_follows_between_two_pieces_of_a_thought_leaves_no_reply_due() {
    let begun = Story::new().then(&start()).says("the blue one");
    assert!(begun.c.as_ref().unwrap().memory.reply_due.is_some());
    let [(_, open), _] = elsewhere(&begun);
    let followed = begun.said(&Command::FollowBlock(Box::new(open)));
    assert_eq!(followed.next.memory.reply_due, None);
    assert!(followed.next.memory.burst.is_empty());
}
