//! Whoever waits for a person may take that back in words; nobody in danger does so by mistake. And
//! what was told once is not asked again.

use super::world::{Story, receipt, start};
use crate::domain::conversation::command::{Command, Input};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::routing::delay::DelayReason;
use std::time::Duration;

fn queued(text: &str) -> Story {
    let asked = Story::new().then(&start()).says(text);
    let term = asked.token().term;
    asked.then(&receipt(term))
}

fn conversation(story: &Story) -> &Conversation {
    story.c.as_ref().unwrap()
}

/// What the customer is sent in answer to words, by the name of the text.
fn told(story: &Story, text: &str) -> Vec<String> {
    let decision = story.answer(&story.saying(text), story.at).unwrap();
    let texts = decision.events.iter().filter_map(|event| match event {
        Event::Notice { text, .. }
        | Event::BotSaid { text, .. }
        | Event::WaitOptionsOffered { text, .. } => text.split(' ').next().map(str::to_owned),
        _ => None,
    });
    texts.collect()
}

#[test]
fn clear_words_end_the_wait() {
    let waiting = queued("i want a human");
    assert_eq!(conversation(&waiting).state, State::Queued);
    assert_eq!(told(&waiting, "human no longer needed"), ["handoff_cancelled"]);
    let free = waiting.says("human no longer needed");
    assert_eq!(conversation(&free).state, State::Bot);
    assert_eq!(conversation(&free).handoff, None);
    let promised = queued("i want a human").then(&super::promises::call_back());
    assert_eq!(conversation(&promised.says("human no longer needed")).state, State::Bot);
}

#[test]
fn of_unclear_words_the_customer_is_asked_and_only_a_yes_ends_the_wait() {
    let waiting = queued("i want a human");
    assert_eq!(told(&waiting, "no need"), ["withdrawal_asked"]);
    let asked = waiting.clone().says("no need");
    assert_eq!(conversation(&asked).state, State::Queued);
    assert_eq!(told(&asked, "no"), ["withdrawal_refused"]);
    assert_eq!(conversation(&asked.clone().says("no")).state, State::Queued);
    assert_eq!(conversation(&asked.clone().says("yes")).state, State::Bot);
    let pressed = asked.clone().pressing(Input::Choice("wait:cancel".to_owned()));
    assert_eq!(conversation(&asked.then(&pressed)).state, State::Bot);
    let never_asked = waiting.says("yes");
    assert_eq!(conversation(&never_asked).state, State::Queued, "a yes to nothing is no yes");
}

#[test]
fn what_the_customer_chooses_instead_settles_the_question_and_a_later_ok_withdraws_nothing() {
    let asked = queued("i want a human").says("no need");
    let choices = [super::promises::call_back(), Command::ChooseWait(WaitChoice::LeaveQuestion)];
    for choice in choices {
        for yes in ["ok", "تمام", "yes"] {
            let chosen = asked.clone().then(&choice);
            let after = chosen.says(yes);
            let c = conversation(&after);
            assert!(c.handoff.is_some() && c.promise.is_some(), "{yes} after {choice:?}: {c:?}");
            assert_ne!(c.state, State::Bot);
        }
    }
    let stays = asked.then(&Command::ChooseWait(WaitChoice::Wait)).says("ok");
    assert_eq!(conversation(&stays).state, State::Queued);
}

#[test]
fn what_was_told_since_stands_between_the_question_and_a_yes() {
    let asked = queued("i want a human").says("no need");
    let told_since = asked.until_due();
    let spoke = told_since.says("ok");
    assert_eq!(conversation(&spoke).state, State::Queued, "the wait was told to be long meanwhile");
}

#[test]
fn a_yes_long_after_the_question_is_asked_about_again() {
    for yes in ["ok", "نعم"] {
        let mut asked = queued("i want a human").says("no need");
        asked.at = asked.at + Duration::from_secs(601);
        assert_eq!(told(&asked, yes), ["withdrawal_asked"], "{yes}");
        let again = asked.says(yes);
        assert_eq!(conversation(&again).state, State::Queued);
        assert_eq!(conversation(&again.says(yes)).state, State::Bot);
    }
}

#[test]
fn in_danger_clear_words_are_asked_about_too() {
    let waiting = queued("call an ambulance");
    assert_eq!(told(&waiting, "human no longer needed"), ["withdrawal_asked_in_danger"]);
    let asked = waiting.says("human no longer needed");
    assert_eq!(conversation(&asked).state, State::Queued);
    assert_eq!(conversation(&asked.clone().says("call an ambulance")).state, State::Queued);
    assert_eq!(conversation(&asked.says("yes")).state, State::Bot);
}

#[test]
fn whoever_asks_for_another_person_in_the_same_breath_still_wants_one() {
    let waiting = queued("i want a human");
    assert_eq!(told(&waiting, "human no longer needed. agent"), ["already_queued"]);
}

#[test]
fn a_number_told_before_is_used_after_the_end_and_another_one_replaces_it() {
    let answered = Story::new().then(&start()).says("where is my order").says("12345");
    let ended = answered.says("thanks!").then(&Command::Respond { resolved: true });
    assert!(matches!(conversation(&ended).state, State::Resolved { .. }));
    let again = ended.says("where is my order");
    let c = conversation(&again);
    assert_eq!(c.memory.asking, None, "nobody is asked twice");
    let said = c.memory.last_said.as_deref().unwrap_or_default();
    assert!(said.contains("12345"), "{said}: {c:?}");
    let other = again.says("54321");
    let slots = &conversation(&other).memory.slots;
    assert_eq!(slots.values().collect::<Vec<_>>(), ["54321"]);
    assert!(conversation(&other).memory.last_said.as_ref().unwrap().contains("54321"));
}

#[test]
fn a_stray_number_after_the_end_opens_nothing() {
    let ended = Story::new().then(&start()).then(&Command::Leave);
    assert_eq!(told(&ended, "4"), ["stray_after_end"]);
    assert!(conversation(&ended.clone().says("4")).has_ended().is_some());
    assert_eq!(conversation(&ended.says("how much is delivery")).has_ended(), None);
}

#[test]
fn what_was_said_last_can_be_heard_again_while_waiting() {
    let waiting = queued("i want a human");
    let again = waiting.pressing(Input::SayAgain);
    let decision = waiting.answer(&again, waiting.at).unwrap();
    let repeated = decision.events.iter().any(|event| matches!(event, Event::BotSaid { .. }));
    assert!(repeated, "{:?}", decision.events);
}

#[test]
fn a_number_that_comes_a_message_late_is_taken_and_used() {
    let asked = Story::new().then(&start()).says("where is my order");
    assert!(conversation(&asked).memory.asking.is_some());
    for late in ["12345", "found it: 12345"] {
        let other = asked.clone().says("how much is delivery");
        assert_eq!(conversation(&other).memory.asking, None, "it is not asked for any more");
        let given = other.says(late);
        let c = conversation(&given);
        assert_eq!(c.memory.slots.values().collect::<Vec<_>>(), ["12345"], "{late}");
        assert_eq!(c.memory.asked_last, None);
        assert!(c.memory.last_said.as_deref().unwrap_or_default().contains("12345"));
    }
    let never_asked = Story::new().then(&start()).says("found it: 12345");
    assert!(conversation(&never_asked).memory.slots.is_empty());
}

#[test]
fn whoever_says_that_it_is_not_solved_is_not_sent_away() {
    let begun = Story::new().then(&start());
    assert_eq!(told(&begun, "it is not solved."), ["resolution_denied_bot_first"]);
    assert_eq!(told(&begun, "no."), ["nothing_else"], "a bare no refuses what was offered");
    let ended = begun.says("how much is delivery").says("thanks!");
    let ended = ended.then(&Command::Respond { resolved: true });
    assert_eq!(told(&ended, "it is not solved."), ["resolution_denied_bot_first"]);
}

#[test]
fn ok_while_waiting_hears_that_the_place_is_kept() {
    assert_eq!(told(&queued("i want a human"), "ok"), ["already_queued"]);
}

#[test]
fn a_number_that_was_sent_before_its_question_is_not_asked_for() {
    let sent = Story::new().then(&start()).says("12345.");
    assert!(conversation(&sent).memory.slots.is_empty(), "what it is of is not known");
    let chosen = sent.says("where is my order");
    let c = conversation(&chosen);
    assert_eq!(c.memory.asking, None);
    assert_eq!(c.memory.slots.values().collect::<Vec<_>>(), ["12345"]);
}

/// A story, told where it stands in line.
fn asking(story: &Story, text: &str, wait: Option<(u32, DelayReason)>) -> Vec<Event> {
    let Command::CustomerSays { input, reading, .. } = story.saying(text) else { unreachable!() };
    let says = Command::CustomerSays { input, reading, wait };
    story.answer(&says, story.at).unwrap().events
}

fn notices(events: &[Event]) -> Vec<&str> {
    let texts = events.iter().filter_map(|event| match event {
        Event::Notice { text, .. } | Event::BotSaid { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn whoever_waits_and_says_that_they_are_there_is_told_where_they_stand_and_why() {
    let waiting = queued("i want a human");
    for text in ["still here", "are you there?", "لسه هنا", "انا موجود", "وينكم", "lissa hena"]
    {
        let events = asking(&waiting, text, Some((3, DelayReason::AllBusy)));
        let told = notices(&events);
        assert_eq!(told.len(), 1, "{text}: {told:?}");
        for part in ["still_waiting", "queue_position", "delay_all_busy"] {
            assert!(told[0].contains(part), "{text}: {told:?}");
        }
        let unknown = asking(&waiting, text, None);
        assert!(notices(&unknown)[0].starts_with("still_waiting"), "{unknown:?}");
    }
    // Every time: nobody who asks whether anybody is there gets no answer.
    let mut again = waiting.clone();
    for _ in 0..5 {
        assert_eq!(told(&again, "still here").len(), 1);
        again = again.says("still here");
    }
    let promised = waiting.clone().then(&super::promises::call_back());
    assert_eq!(told(&promised, "still here"), ["still_promised"]);
    let in_danger = queued("call an ambulance");
    assert_eq!(told(&in_danger, "still here"), ["heard_in_danger"]);
}

#[test]
fn whoever_is_with_a_person_or_with_the_machine_and_is_there_hears_no_answer_to_a_question() {
    let begun = Story::new().then(&start());
    assert_eq!(told(&begun, "still here?"), ["social_attention"]);
    let waiting = queued("i want a human");
    let token = waiting.token().next_attempt(waiting.at);
    let (agent, name) = (super::world::agent("agent0"), "Agent".to_owned());
    let bind =
        Command::Bind { token, agent, name, waited_ms: 0, claimed_over: None, taken_over: false };
    let owned = waiting.then(&bind);
    assert_eq!(told(&owned, "still here"), Vec::<String>::new());
}

#[test]
fn words_about_a_detail_that_was_asked_for_are_no_need_of_their_own() {
    let asked = Story::new().then(&start()).says("where is my order");
    let need = |story: &Story| conversation(story).memory.need.clone();
    let no_number = asked.clone().says("i cannot find it.");
    assert_eq!(need(&no_number).as_deref(), Some("where is my order"));
    let given = no_number.says("12345");
    assert_eq!(need(&given).as_deref(), Some("where is my order"));
    let handed = given.says("i want a human");
    let headline = &conversation(&handed).handoff.as_ref().unwrap().headline;
    assert!(headline.contains("where is my order, 12345"), "{headline}");
    let other = asked.clone().says("how much is delivery");
    let came_late = other.clone().says("12345");
    assert_eq!(need(&came_late).as_deref(), Some("where is my order"), "what it was asked for");
    assert_eq!(need(&other).as_deref(), Some("how much is delivery"), "another topic is a need");
    let long = asked.says("the man who brought it was rude and drove over my flower bed");
    assert!(need(&long).unwrap().contains("flower bed"), "much more than a detail");
}
