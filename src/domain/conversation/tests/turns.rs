//! Turns of a story that matter most, each told through its words.

use super::world::{Story, agent, receipt, start};
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::State;
use crate::domain::handoff::{HandoffReason, Priority, Token};
use crate::domain::language::Language;
use crate::domain::routing::hours::{Day, Hours};
use crate::domain::routing::settings::{QueueRules, Queues};
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use std::sync::Arc;

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
fn the_headline_tells_the_need_and_not_the_wish_for_a_person() {
    let asked = Story::new().then(&start()).says("the vase came in pieces.");
    let asked = asked.says("human").then(&Command::RequestHuman);
    let c = asked.c.unwrap();
    assert_eq!(c.memory.need.as_deref(), Some("the vase came in pieces."));
    assert!(c.handoff.unwrap().headline.contains("the vase came in pieces."));
    let bare = Story::new().then(&start()).says("hello").says("human");
    let headline = bare.c.unwrap().handoff.unwrap().headline;
    assert!(headline.starts_with("packet_headline_no_need"), "{headline}");
}

#[test]
fn what_the_machine_answers_while_they_wait_is_not_what_they_wait_for() {
    let waiting = || Story::new().then(&start()).says("the vase came in pieces.").says("human");
    let memory = |story: Story| story.c.unwrap().memory;
    let asked = memory(waiting().says("how much is delivery"));
    assert_eq!(asked.last_outcome, Some(Outcome::Answer));
    assert_eq!(asked.need.as_deref(), Some("the vase came in pieces."));
    assert!(!asked.need_answered);
    let nothing = Story::new().then(&start()).says("human").says("how much is delivery");
    assert_eq!(memory(nothing).need, None);
    // What the bot answered before is still what it is about, and is open again once it is denied.
    let answered = Story::new().then(&start()).says("how much is delivery");
    let c = answered.c.clone().unwrap();
    assert_eq!(c.memory.need.as_deref(), Some("how much is delivery"));
    assert!(c.memory.need_answered);
    assert!(!memory(answered.says("that did not help")).need_answered);
}

#[test]
fn whoever_is_in_danger_needs_that_and_nothing_they_ask_later_stands_before_it() {
    for danger in ["حريق في بيتي", "حريق", "call an ambulance"] {
        let waiting = Story::new().then(&start()).says("human").says("how much is delivery");
        let c = waiting.says(danger).says("what does shipping cost").says("the vase broke");
        let c = c.c.unwrap();
        assert!(c.is_in_danger(), "{danger}");
        assert_eq!(c.memory.need.as_deref(), Some(danger));
        assert!(c.handoff.unwrap().headline.contains(danger));
    }
}

#[test]
fn lines_of_one_thought_are_one_need() {
    let story = Story::new().then(&start()).says("the vase").says("came broken");
    assert_eq!(story.c.as_ref().unwrap().memory.need.as_deref(), Some("the vase\ncame broken"));
    let read = story.until_due();
    assert_eq!(read.c.unwrap().memory.need.as_deref(), Some("the vase\ncame broken"));
}

#[test]
fn a_typed_no_counts_like_the_button_however_often_it_is_said() {
    let first = proposed().says("no it's not solved");
    assert_eq!(first.c.as_ref().unwrap().denied_agent, 1);
    let (agent, token) = (agent("sara"), first.token());
    let disposition = "solved".to_owned();
    let again = first.then(&Command::AgentProposes { agent, token, disposition });
    let second = again.says("no it's not solved");
    let c = second.c.unwrap();
    assert_eq!((c.denied_agent, &c.state), (2, &State::Queued));
    assert_eq!(c.handoff.unwrap().handoff.reason, HandoffReason::DeniedTwice);
}

#[test]
fn no_thanks_to_is_it_solved_is_neither_a_yes_nor_a_no() {
    for words in ["no thanks", "لا شكرا", "thanks"] {
        let c = proposed().says(words).c.unwrap();
        assert!(matches!(c.state, State::Confirming(_)), "{words}: {:?}", c.state);
        assert_eq!(c.denied_agent, 0);
    }
}

#[test]
fn a_kind_word_after_the_end_is_returned_and_calls_nobody_back() {
    let by_sara = proposed().then(&Command::Respond { resolved: true });
    let answered = Story::new().then(&start()).says("when are you open");
    let by_bot = answered.says("thanks").until_due().then(&Command::Respond { resolved: true });
    let left = proposed().then(&Command::Leave);
    for ended in [by_sara, by_bot, left] {
        let state = ended.c.as_ref().unwrap().state.clone();
        assert!(ended.c.as_ref().unwrap().has_ended().is_some(), "{state:?}");
        let check = |words: &str, is_kind: bool| {
            let after = ended.clone().says(words);
            let c = after.c.as_ref().unwrap();
            assert_eq!(c.state == state, is_kind, "{words} after {state:?}: {:?}", c.state);
            let rest = after.deadline().is_none();
            assert_eq!(rest, is_kind, "{words}: what has ended rests");
        };
        for words in ["thanks", "شكرا", "bye", "ok", "👍", "no thanks", "yes"] {
            check(words, true);
        }
        for words in ["hello", "??", "no", "where is my order", "thanks but when are you open"] {
            check(words, false);
        }
    }
}

#[test]
fn kind_words_without_end_are_not_returned_without_end() {
    let mut story = proposed().then(&Command::Respond { resolved: true });
    let mut returned = 0;
    for _ in 0..10 {
        let decision = story.answer(&story.saying("thanks"), story.at).unwrap();
        returned += decision.events.iter().filter(|it| matches!(it, Event::Notice { .. })).count();
        story = story.says("thanks");
    }
    let wordings = story.rules.texts.wordings(Language::En, TextKey::NothingElse, None, &[]);
    assert_eq!(returned, wordings.len(), "each wording once, then nothing more");
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

/// A story under rules that are changed for it.
fn under(change: impl FnOnce(&mut Rules)) -> Story {
    let mut rules = crate::sim::rules::make(2);
    change(&mut rules);
    Story { rules: Arc::new(rules), ..Story::new() }
}

#[test]
fn arabic_in_latin_letters_is_answered_in_arabic_letters_unless_ops_want_english() {
    for language in Language::ALL {
        let story = under(|rules| rules.bot.arabizi = language);
        let c = story.then(&start()).says("wen talabi").c.unwrap();
        assert_eq!(c.language, language);
    }
}

#[test]
fn nobody_is_told_of_a_long_wait_while_nobody_can_be_there() {
    // A queue that opens for an hour each night: two hours of waiting end when it is closed.
    let nights = Day::ALL.map(|day| (day, vec!["23:00-24:00".parse().unwrap()]));
    let hours = Hours::new("UTC", nights.into(), &[]).unwrap();
    let story = under(|rules| {
        let open = |queue: &QueueRules| QueueRules { hours: Some(hours.clone()), ..queue.clone() };
        let queues: Vec<QueueRules> = rules.routing.queues.iter().map(open).collect();
        rules.routing.queues = Queues::from_list(queues).unwrap();
    });
    let asked = story.then(&start()).then(&Command::RequestHuman);
    let opens = hours.next_opening(asked.at).unwrap();
    let next = hours.next_opening(opens + asked.rules.bot.ends.queue_wait_max).unwrap();
    assert!(next > opens);
    assert_eq!(asked.deadline(), Some(next));
}

#[test]
fn an_agent_who_leaves_is_named_as_the_customer_knew_them() {
    let denied = proposed().then(&Command::Respond { resolved: false });
    let decision = denied.answer(&Command::Leave, denied.at).unwrap();
    let is_named = |event: &Event| matches!(event, Event::AgentLeft { name: Some(name), .. } if name == "Sara");
    assert!(decision.events.iter().any(is_named), "{:?}", decision.events);
}

#[test]
fn an_entry_that_was_answered_twice_is_remembered_once() {
    let question = "when are you open";
    let story = Story::new().then(&start()).says(question);
    let decision = story.answer(&story.saying(question), story.at).unwrap();
    let answers = |event: &Event| {
        matches!(event, Event::BotSaid { outcome: Outcome::Answer, entry: Some(_), .. })
    };
    assert!(decision.events.iter().any(answers), "in other words: {:?}", decision.events);
    let c = story.says(question).c.unwrap();
    assert_eq!(c.memory.answered.len(), 1, "{:?}", c.memory.answered);
}

#[test]
fn who_waits_already_is_told_nothing_twice_when_a_supervisor_puts_them_back() {
    let asked = Story::new().then(&start()).says("i want a human");
    let term = asked.token().term;
    let waits = asked.then(&receipt(term));
    let back = |note: &str| waits.answer(&Command::Requeue { note: note.to_owned() }, waits.at);
    assert_eq!(back(""), Err(Rejection::WaitsAlready));
    // What the next agent should know is kept, and nothing else changes: no new stay, no new receipt.
    let noted = back("bring the file").unwrap();
    assert!(matches!(&noted.events[..], [Event::Noted { agent: None, .. }]), "{:?}", noted.events);
    let before = waits.c.as_ref().unwrap();
    assert_eq!((noted.next.token, &noted.next.handoff), (before.token, &before.handoff));
    assert_eq!(noted.effects, []);
}
