//! The life of a promise, from the choice to its end, and one wait clock for everything that may
//! happen meanwhile.

use crate::domain::conversation::command::{Command, Decision, Receipt, Rejection, Start};
use crate::domain::conversation::deadline::next_deadline;
use crate::domain::conversation::event::{Alert, Event};
use crate::domain::conversation::handle::{arrival, handle};
use crate::domain::conversation::promise::{Fate, PromiseKind};
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::ids::{AgentId, ConversationId, CustomerId};
use crate::domain::language::Language;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::time::Timestamp;
use crate::sim::rules::rules;
use proptest::prelude::*;
use std::time::Duration;

const BEGIN: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn after(seconds: u64) -> Timestamp {
    BEGIN + Duration::from_secs(seconds)
}

fn agent() -> AgentId {
    AgentId::parse("agent0").unwrap()
}

fn decide(
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    handle(&rules(2), c, command, at)
}

fn next(c: &Conversation, command: &Command, at: Timestamp) -> Conversation {
    decide(Some(c), command, at).unwrap().next
}

fn started() -> Conversation {
    let start = Start {
        conversation: ConversationId::parse("c1").unwrap(),
        bucket: 0,
        pool: rules(2).routing.pool.clone(),
        customer: CustomerId::parse("someone").unwrap(),
        language: Some(Language::En),
        channel: None,
    };
    decide(None, &Command::Start(start), BEGIN).unwrap().next
}

fn receipt(c: &Conversation) -> Command {
    Command::ConfirmQueued(Receipt {
        term: c.token.term,
        queue: c.handoff.as_ref().unwrap().handoff.needs.queue.clone(),
        position: 1,
        delay: DelayReason::AllBusy,
        other_language: false,
        eta: Eta::of_old(),
    })
}

fn bind(c: &Conversation, at: Timestamp) -> Command {
    let place = arrival(&rules(2), c).unwrap();
    let waited_ms = place.waited_ms + at.since(place.waiting_since).as_millis() as i64;
    let token = c.token.next_attempt(at);
    Command::Bind {
        token,
        agent: agent(),
        name: "Agent".to_owned(),
        waited_ms,
        claimed_over: None,
        taken_over: false,
    }
}

/// How many promises were broken, and how often supervisors were alerted to it.
fn broken_and_alerted(decision: &Decision) -> (usize, usize) {
    let is_broken =
        |event: &&Event| matches!(event, Event::PromiseEnded { fate: Fate::Broken, .. });
    let is_alert =
        |event: &&Event| **event == Event::SupervisorAlerted { what: Alert::PromiseBroken };
    let events = || decision.events.iter();
    (events().filter(is_broken).count(), events().filter(is_alert).count())
}

pub(super) fn call_back() -> Command {
    Command::ChooseWait(WaitChoice::Callback { at: None })
}

fn queued() -> Conversation {
    let c = next(&started(), &Command::RequestHuman, after(1));
    next(&c, &receipt(&c), after(1))
}

fn human() -> Conversation {
    let c = queued();
    next(&c, &bind(&c, after(3)), after(3))
}

#[test]
fn a_promise_comes_back_by_itself_warns_before_it_is_late_and_credits_what_was_broken() {
    let queued = queued();
    let c = next(&queued, &call_back(), after(11));
    let waited = c.waited_ms;
    assert_eq!(waited, 10_000, "the wait until then counts");
    let promise = c.promise.clone().unwrap();
    let tick = Command::Tick { reading: None, wait: Some((DelayReason::AllBusy, Eta::of_old())) };
    assert_eq!(next_deadline(&rules(2), &c), Some(promise.returns_at));

    let c = next(&c, &tick, promise.returns_at);
    assert_eq!((&c.state, c.waited_ms), (&State::Queued, waited), "back, with the wait so far");

    let warned = next_deadline(&rules(2), &c).unwrap();
    assert!(warned < promise.due, "told before it is late");
    let decision = decide(Some(&c), &tick, warned).unwrap();
    let told = |event: &Event| matches!(event, Event::Notice { key, .. } if key == "promise_late");
    assert!(decision.events.iter().any(told));
    let c = decision.next;
    let late = c.promise.clone().unwrap();
    assert!(late.late && late.due > promise.due);
    assert_eq!(arrival(&rules(2), &c).unwrap().broken, 0);

    // Other deadlines of the queue may come first.
    let mut c = c;
    while c.broken == 0 {
        let at = next_deadline(&rules(2), &c).unwrap();
        assert!(at <= late.due);
        c = next(&c, &tick, at);
    }
    assert_eq!((c.promise.is_none(), arrival(&rules(2), &c).unwrap().broken), (true, 1));
}

#[test]
fn a_wait_that_is_told_is_a_promise_that_ends_with_a_persons_coming() {
    let known = Eta::Known {
        low_ms: 240_000,
        high_ms: 540_000,
        basis: crate::domain::routing::pace::Basis::Class,
        samples: 12,
    };
    let asked = next(&started(), &Command::RequestHuman, after(1));
    let Command::ConfirmQueued(receipt) = receipt(&asked) else { unreachable!() };
    let command = Command::ConfirmQueued(Receipt { eta: known, ..receipt });
    let decision = decide(Some(&asked), &command, after(1)).unwrap();
    let said = |text: &str| {
        let has =
            |event: &Event| matches!(event, Event::Notice { text: t, .. } if t.contains(text));
        decision.events.iter().any(has)
    };
    assert!(said("eta_minutes"), "{:?}", decision.events);
    let c = decision.next;
    let promise = c.promise.clone().unwrap();
    // Rounded outwards, as it was said.
    assert_eq!((promise.kind, promise.due), (PromiseKind::Wait, after(601)));
    assert_eq!(c.state, State::Queued, "the place is not given up for it");
    let bound = decide(Some(&c), &bind(&c, after(300)), after(300)).unwrap();
    let ended = |event: &Event| matches!(event, Event::PromiseEnded { fate: Fate::Kept, .. });
    assert!(bound.events.iter().any(ended));
    let too_late = decide(Some(&c), &bind(&c, after(602)), after(602)).unwrap();
    assert_eq!(broken_and_alerted(&too_late), (1, 1), "nobody has looked at the clock before");

    let tick = Command::Tick { reading: None, wait: Some((DelayReason::AllBusy, known)) };
    let mut c = c;
    while c.promise.as_ref().is_some_and(|open| !open.late) {
        let due = next_deadline(&rules(2), &c).unwrap();
        assert!(due < promise.due, "told before it is over");
        c = next(&c, &tick, due);
    }
    let late = c.promise.clone().unwrap();
    assert_eq!(late.due, promise.due + Duration::from_secs(600), "what is known by then");
    // Something else that was promised is not overwritten by a figure.
    let back = next(&c, &call_back(), after(700));
    assert_eq!(back.promise.unwrap().kind, PromiseKind::Callback);
}

#[test]
fn an_agents_promise_is_kept_by_their_words_and_not_by_their_coming() {
    let human = human();
    let (token, what, due) = (human.token, "to look".to_owned(), after(600));
    let c = next(&human, &Command::AgentPromises { agent: agent(), token, what, due }, after(7));
    let back = c.promise.clone().unwrap().returns_at;
    let c = next(&c, &Command::Tick { reading: None, wait: None }, back);
    assert_eq!(c.preferred, Some(agent()), "who promised it is asked first");
    let c = next(&c, &bind(&c, back), back);
    assert!(c.promise.is_some(), "coming is not yet an answer");
    let (agent, token, text, parts) = (agent(), c.token, "done".to_owned(), Vec::new());
    let says = Command::AgentSays { agent, token, text, parts };
    let kept = Event::PromiseEnded { number: 1, fate: Fate::Kept };
    assert!(decide(Some(&c), &says, back).unwrap().events.contains(&kept));
    let too_late = decide(Some(&c), &says, due + Duration::from_secs(1)).unwrap();
    assert_eq!(broken_and_alerted(&too_late), (1, 1), "nobody has looked at the clock before");
}

/// What becomes of the open promise when the agent says this.
fn fate_of_saying(c: &Conversation, text: &str) -> Option<Fate> {
    let (agent, token, text, parts) = (agent(), c.token, text.to_owned(), Vec::new());
    let says = Command::AgentSays { agent, token, text, parts };
    decide(Some(c), &says, after(20)).unwrap().events.iter().find_map(|event| match event {
        Event::PromiseEnded { fate, .. } => Some(*fate),
        _ => None,
    })
}

#[test]
fn a_left_question_is_answered_by_more_than_a_greeting() {
    let left = next(&queued(), &Command::ChooseWait(WaitChoice::LeaveQuestion), after(2));
    let c = next(&left, &bind(&left, after(10)), after(10));
    assert_eq!(c.promise.as_ref().map(|open| open.kind), Some(PromiseKind::Answer));
    for courtesy in [
        "hello",
        "السلام عليكم",
        "مرحبا كيف حالك",
        "one moment please",
        "لحظة",
        "🙏",
        "good morning",
    ] {
        assert_eq!(fate_of_saying(&c, courtesy), None, "{courtesy}");
    }
    let (agent, token, text, parts) = (agent(), c.token, "hello".to_owned(), Vec::new());
    let greeted = next(&c, &Command::AgentSays { agent, token, text, parts }, after(20));
    assert_eq!(greeted.unanswered_since, Some(after(20)), "the answer is still owed");
    for answer in [
        "hello, the refund is on its way",
        "السلام عليكم، المبلغ رجع لحسابك",
        "done",
        "تم",
        "no",
        "لا",
    ] {
        assert_eq!(fate_of_saying(&c, answer), Some(Fate::Kept), "{answer}");
    }
}

#[derive(Debug, Clone, Copy)]
enum Turn {
    AskForHuman,
    Cancel,
    CallBack,
    OtherLanguage,
    Receipt,
    Bind,
    Lose,
    Release,
    Requeue,
    Promise,
    Due,
}

fn turns() -> impl Strategy<Value = Vec<(Turn, u64)>> {
    use Turn::*;
    let all = [
        AskForHuman,
        Cancel,
        CallBack,
        OtherLanguage,
        Receipt,
        Bind,
        Lose,
        Release,
        Requeue,
        Promise,
        Due,
    ];
    proptest::collection::vec((proptest::sample::select(all.to_vec()), 1_u64..40), 1..40)
}

fn command_of(turn: Turn, c: &Conversation, at: Timestamp) -> Option<Command> {
    let (agent, token) = (agent(), c.token);
    Some(match turn {
        Turn::AskForHuman => Command::RequestHuman,
        Turn::Cancel => Command::CancelHumanRequest,
        Turn::CallBack => call_back(),
        Turn::OtherLanguage => Command::ChooseWait(WaitChoice::OtherLanguage),
        Turn::Receipt if c.handoff.is_some() => receipt(c),
        Turn::Bind if c.state == State::Queued => bind(c, at),
        Turn::Receipt | Turn::Bind => return None,
        Turn::Lose => Command::Unbind { token: token.next_attempt(at), agent },
        Turn::Release => Command::AgentReleases { agent, token, note: String::new() },
        Turn::Requeue => Command::Requeue { note: String::new() },
        Turn::Promise => {
            let (what, due) = ("to look".to_owned(), at + Duration::from_secs(300));
            Command::AgentPromises { agent, token, what, due }
        }
        Turn::Due => {
            Command::Tick { reading: None, wait: Some((DelayReason::AllBusy, Eta::of_old())) }
        }
    })
}

/// What the pool would be told the customer has waited.
fn clock(c: &Conversation, at: Timestamp) -> u64 {
    let since = c.handoff.as_ref().filter(|_| c.state == State::Queued).map(|it| it.waiting_since);
    let running = since.map_or(0, |since| at.since(since).as_millis() as u64);
    c.waited_ms as u64 + running
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever happens between, transfer, loss, release, a promise, the bot and back, all the time
    /// spent waiting for a person counts, once, and no other time does.
    #[test]
    fn one_wait_clock_runs_through_everything(turns in turns()) {
        let (mut c, mut at, mut waited) = (started(), BEGIN, 0_u64);
        for (turn, seconds) in turns {
            let later = at + Duration::from_secs(seconds);
            if c.state == State::Queued {
                waited += later.since(at).as_millis() as u64;
            }
            at = later;
            prop_assert_eq!(clock(&c, at), waited, "before {:?} while {}", turn, c.state.name());
            let episode = c.episode;
            if let Some(command) = command_of(turn, &c, at)
                && let Ok(decision) = decide(Some(&c), &command, at)
            {
                c = decision.next;
            }
            if c.episode != episode {
                waited = 0;
            }
            prop_assert_eq!(clock(&c, at), waited, "after {:?} while {}", turn, c.state.name());
        }
    }
}
