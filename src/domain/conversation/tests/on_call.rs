//! Ringing whoever is on call: when it begins, how it goes on, what counts as an answer, and what ends it.

use super::world::{Story, agent, receipt, start};
use crate::domain::conversation::command::{Command, Decision, Receipt, Rejection};
use crate::domain::conversation::event::{Alert, Event};
use crate::domain::conversation::on_call::{RingAnswer, Stage, is_ringing};
use crate::domain::conversation::state::State;
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::detectors::EmergencyKind;
use crate::domain::handoff::Token;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Somebody in danger, for whom two are on call.
fn in_danger() -> Story {
    Story::new().then(&start()).says("call an ambulance")
}

/// The same when the pool has said why it takes time.
fn waiting(delay: DelayReason) -> Story {
    let story = in_danger();
    let Command::ConfirmQueued(usual) = receipt(story.token().term) else { unreachable!() };
    story.then(&Command::ConfirmQueued(Receipt { delay, eta: Eta::of_old(), ..usual }))
}

fn alone() -> Story {
    waiting(DelayReason::NobodySignedIn)
}

/// Somebody is being rung.
pub(super) fn rung() -> Story {
    alone().ticked()
}

/// All were rung in vain.
pub(super) fn missed() -> Story {
    let rings = rung().rules.routing.on_call.rings_max;
    (1..rings).fold(rung(), |story, _| story.until_due()).until_due()
}

/// Somebody has answered.
pub(super) fn reached() -> Story {
    let story = rung();
    let answer = story.answering(0, "Khalid");
    story.then(&answer)
}

/// What may come of a ring, for the table.
pub(super) fn samples(story: &Story) -> Vec<(String, Command, Timestamp)> {
    let failed = RingAnswer::Failed { why: "no line".to_owned() };
    let now = |name: &str, command| (name.to_owned(), command, story.at);
    let ring = story.ring();
    vec![
        now("somebody is there", story.answering(0, "Khalid")),
        now("somebody is there, of an older round", story.answering(-1_000_000, "Khalid")),
        now("it could not be rung", Command::OnCallAnswered { ring, answer: failed }),
    ]
}

impl Story {
    fn ring(&self) -> i64 {
        self.c.as_ref().map_or(0, |c| c.rung)
    }

    /// Somebody says that they are there, by the latest ring or one that many before it.
    fn answering(&self, before: i64, name: &str) -> Command {
        let answer = RingAnswer::Reached { name: name.to_owned() };
        Command::OnCallAnswered { ring: self.ring() + before, answer }
    }

    /// What is due at once is done.
    fn ticked(mut self) -> Self {
        let decision = self.answer(&self.tick(), self.at).unwrap();
        self.c = Some(decision.next);
        self
    }

    fn stage(&self) -> Option<&Stage> {
        self.c.as_ref()?.on_call.as_ref().map(|open| &open.stage)
    }

    fn tick_events(&self) -> (Vec<Event>, Timestamp) {
        let due = self.deadline().unwrap().max(self.at);
        (self.answer(&self.tick(), due).unwrap().events, due)
    }

    fn taken(self) -> Self {
        let token = self.token();
        let token = Token { attempt: token.attempt + 1, ..token };
        let bind = Command::Bind {
            token,
            agent: agent("sara"),
            name: "Sara".to_owned(),
            waited_ms: 0,
            claimed_over: None,
            taken_over: false,
        };
        self.then(&bind)
    }
}

fn targets(events: &[Event]) -> Vec<&str> {
    let rung = events.iter().filter_map(|event| match event {
        Event::OnCallRung { target, .. } => Some(target.as_str()),
        _ => None,
    });
    rung.collect()
}

fn notices(events: &[Event]) -> Vec<&str> {
    let told = events.iter().filter_map(|event| match event {
        Event::Notice { key, .. } => Some(key.as_str()),
        _ => None,
    });
    told.collect()
}

fn notice(events: &[Event]) -> String {
    let text = events.iter().find_map(|event| match event {
        Event::Notice { text, .. } => Some(text.clone()),
        _ => None,
    });
    text.unwrap_or_default()
}

#[test]
fn whoever_asks_in_danger_whether_anybody_came_hears_how_the_ringing_stands() {
    for words in
        ["did anyone come?", "is anybody coming?", "هل وصلكم احد؟", "I want a human", "I see smoke"]
    {
        let told = |story: &Story| {
            notices(&story.answer(&story.saying(words), story.at).unwrap().events).concat()
        };
        assert_eq!(told(&in_danger()), "heard_in_danger", "{words}");
        assert_eq!(told(&rung()), "heard_while_ringing", "{words}");
        assert_eq!(told(&reached()), "heard_when_reached", "{words}");
        assert_eq!(told(&missed()), "heard_when_missed", "{words}");
    }
}

#[test]
fn it_rings_at_once_where_nobody_is_there_and_after_a_while_where_somebody_is() {
    let after = in_danger().rules.routing.on_call.after;
    for (delay, at_once) in [
        (DelayReason::NobodySignedIn, true),
        (DelayReason::NoLanguage, true),
        (DelayReason::NoSkill, true),
        (DelayReason::OutsideHours { opens: None }, true),
        (DelayReason::AllBusy, false),
        (DelayReason::PreferredBusy, false),
        (DelayReason::OffersNotTaken, false),
        (DelayReason::EmergenciesAhead, false),
        (DelayReason::None, false),
    ] {
        let story = waiting(delay);
        let since = story.c.as_ref().unwrap().handoff.as_ref().unwrap().waiting_since;
        let expected = if at_once { since } else { since + after };
        assert_eq!(story.deadline(), Some(expected), "{delay:?}");
        assert_eq!(targets(&story.tick_events().0), ["guard"], "{delay:?}");
    }
    // While the pool has not answered, nobody can know who is there.
    let story = in_danger();
    let since = story.c.as_ref().unwrap().handoff.as_ref().unwrap().waiting_since;
    assert_eq!(story.deadline(), Some(since + after));
}

#[test]
fn who_is_not_in_danger_rings_nobody_and_where_nobody_is_on_call_nobody_is_rung() {
    let ordinary = Story::new().then(&start()).then(&Command::RequestHuman);
    let mut story = ordinary.clone().then(&receipt(ordinary.token().term));
    while let Some(due) = story.deadline().filter(|due| *due < story.at + Duration::from_secs(600))
    {
        let decision = story.answer(&story.tick(), due).unwrap();
        assert_eq!(targets(&decision.events), Vec::<&str>::new());
        (story.c, story.at) = (Some(decision.next), due);
    }
    let mut story = alone();
    let wait = story.rules.bot.ends.queue_wait_max;
    let mut rules = crate::sim::rules::make(2);
    rules.routing.on_call.targets.remove(&EmergencyKind::Life);
    story.rules = Arc::new(rules);
    assert!(story.deadline().unwrap() >= story.at + wait - Duration::from_secs(5));
}

#[test]
fn each_ring_has_its_time_then_the_next_is_rung_and_at_last_the_truth_is_told() {
    let mut story = alone();
    let on_call = story.rules.routing.on_call.clone();
    let mut told = Vec::new();
    for number in 1..=on_call.rings_max {
        let (events, at) = story.tick_events();
        told.extend(targets(&events).into_iter().map(str::to_owned));
        let key = if number == 1 { "on_call_ringing" } else { "on_call_ringing_next" };
        assert_eq!(notices(&events), [key]);
        story.at = at;
        story = story.ticked();
        assert_eq!(story.deadline(), Some(at + on_call.answer_within));
        assert!(is_ringing(story.c.as_ref().unwrap(), story.ring()));
    }
    assert_eq!(told, ["guard", "doctor", "guard", "doctor"]);
    let (events, at) = story.tick_events();
    assert_eq!(notices(&events), ["on_call_missed"]);
    assert!(notice(&events).contains("Call 911"), "the contacts again: {}", notice(&events));
    let alert = Event::SupervisorAlerted { what: Alert::NobodyReached };
    assert!(events.contains(&alert));
    story.at = at;
    let story = story.ticked();
    assert_eq!(story.stage(), Some(&Stage::Missed));
    assert!(story.deadline().is_none_or(|due| due > at + on_call.answer_within), "it is over");
}

#[test]
fn rings_are_numbered_so_that_none_is_issued_twice_even_if_the_store_forgot_some() {
    let first = rung();
    let second = first.clone().until_due();
    assert!(second.ring() > first.ring());
    // The store lost the second ring; the next one is another all the same.
    let mut rewound = first.clone();
    rewound.at = second.at + Duration::from_millis(1);
    assert!(rewound.ticked().ring() > second.ring());
}

#[test]
fn who_answers_is_told_to_the_customer_also_late_and_by_an_older_ring_but_once() {
    let late = {
        let story = rung();
        let (first, again) = (story.ring(), story.until_due());
        let answer = RingAnswer::Reached { name: "Khalid".to_owned() };
        again.then(&Command::OnCallAnswered { ring: first, answer })
    };
    let after_all = {
        let story = missed();
        let answer = story.answering(0, "Khalid");
        story.then(&answer)
    };
    for story in [reached(), late, after_all] {
        assert_eq!(story.stage(), Some(&Stage::Reached { name: "Khalid".to_owned() }));
        let due = story.deadline();
        assert!(due.is_none_or(|due| {
            targets(&story.answer(&story.tick(), due).unwrap().events).is_empty()
        }));
        let again = story.answer(&story.answering(0, "Huda"), story.at).unwrap();
        assert_eq!(again.events, [], "somebody is there already");
    }
    let story = rung();
    let decision = story.answer(&story.answering(0, "Khalid"), story.at).unwrap();
    assert_eq!(notices(&decision.events), ["on_call_reached"]);
    assert!(notice(&decision.events).contains("Khalid"));
}

#[test]
fn an_answer_to_a_ring_that_was_never_made_here_says_nothing() {
    let story = rung();
    for before in [-1, 1] {
        let refused = story.answer(&story.answering(before, "Mallory"), story.at);
        assert_eq!(refused, Err(Rejection::Stale { current: story.token() }), "{before}");
    }
    let quiet = alone();
    let refused = quiet.answer(&quiet.answering(0, "Mallory"), quiet.at);
    assert_eq!(refused, Err(Rejection::Stale { current: quiet.token() }), "nobody was rung");
}

#[test]
fn who_cannot_be_rung_is_followed_at_once_by_the_next_but_not_in_a_circle() {
    let fails = |story: &Story| -> Decision {
        let answer = RingAnswer::Failed { why: "no line".to_owned() };
        let command = Command::OnCallAnswered { ring: story.ring(), answer };
        story.answer(&command, story.at).unwrap()
    };
    let first = rung();
    let decision = fails(&first);
    assert_eq!(targets(&decision.events), ["doctor"]);
    let mut story = Story { c: Some(decision.next), ..first.clone() };
    let stale = Command::OnCallAnswered {
        ring: first.ring(),
        answer: RingAnswer::Failed { why: "again".to_owned() },
    };
    assert!(matches!(story.answer(&stale, story.at), Err(Rejection::Stale { .. })));
    // The list is through: what is broken everywhere is tried again in its time.
    let decision = fails(&story);
    assert_eq!(targets(&decision.events), Vec::<&str>::new());
    story.c = Some(decision.next);
    let within = story.rules.routing.on_call.answer_within;
    assert_eq!(story.deadline(), Some(story.at + within));
    assert_eq!(targets(&story.tick_events().0), ["guard"]);
}

#[test]
fn ringing_stops_when_a_colleague_takes_it_or_the_customer_no_longer_waits() {
    let stops =
        [rung().taken(), rung().then(&Command::CancelHumanRequest), rung().then(&Command::Leave)];
    for story in stops {
        let c = story.c.as_ref().unwrap();
        assert_eq!(c.on_call, None, "{:?}", c.state);
        assert!(!is_ringing(c, c.rung));
        let state = c.state.name();
        let refused = story.answer(&story.answering(0, "Khalid"), story.at);
        assert_eq!(refused, Err(Rejection::WrongState { state }));
        if let Some(due) = story.deadline() {
            let events = story.answer(&story.tick(), due).unwrap().events;
            assert_eq!(targets(&events), Vec::<&str>::new());
        }
    }
}

#[test]
fn a_place_that_is_given_anew_keeps_its_round_and_who_was_left_by_a_colleague_begins_another() {
    let again = missed().then(&Command::ChooseWait(WaitChoice::OtherLanguage));
    assert_ne!(again.token(), missed().token(), "another place");
    assert_eq!(again.stage(), Some(&Stage::Missed), "nobody is rung all over again");
    let taken = rung().taken();
    let token = taken.token();
    let release = Command::AgentReleases { agent: agent("sara"), token, note: String::new() };
    let left = taken.then(&release);
    assert_eq!((left.stage(), &left.c.as_ref().unwrap().state), (None, &State::Queued));
    let after = left.rules.routing.on_call.after;
    assert_eq!(left.deadline(), Some(left.at + after), "whoever is there comes first");
    let (events, _) = left.tick_events();
    assert_eq!(notices(&events), ["on_call_ringing"]);
}
