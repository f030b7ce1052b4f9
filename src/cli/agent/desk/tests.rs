//! To whom an agent writes, as conversations come and go.

use super::*;
use crate::cli::terminal::Look;
use crate::cli::transcript::{Reader, Transcript};
use crate::domain::language::Language;
use crate::grpc::pb::{Conversation, OwnershipToken, Unassigned, WorkAttached};
use tonic::Status;

fn desk() -> Desk {
    let look = Look::PLAIN;
    let transcript = Transcript { look, language: Language::En, reader: Reader::Staff };
    Desk::new(Show { transcript }, "sara".to_owned(), true, false)
}

fn offer(id: &str) -> Offer {
    let token = Some(OwnershipToken { term: 1, attempt: 1 });
    Offer { conversation_id: id.to_owned(), token, ..Offer::default() }
}

fn assignment(id: &str) -> Assignment {
    let conversation = Conversation { conversation_id: id.to_owned(), ..Default::default() };
    let token = Some(OwnershipToken { term: 1, attempt: 1 });
    Assignment { conversation: Some(conversation), token, ..Assignment::default() }
}

fn written_to(desk: &Desk) -> Option<&str> {
    desk.work.current().map(|target| target.conversation_id.as_str())
}

#[test]
fn whoever_is_taken_is_written_to_and_whoever_just_comes_is_not() {
    let mut desk = desk();
    desk.assigned(&assignment("a"));
    assert_eq!(written_to(&desk), Some("a"));
    // Comes back by itself, while something is being written to the first.
    let told = desk.assigned(&assignment("b")).lines.join("\n");
    assert_eq!(written_to(&desk), Some("a"));
    assert!(told.contains("you still write to 1; /to 2"), "{told}");

    desk.offered(offer("c"), 0);
    desk.line(Line::Accept(None), 0);
    assert_eq!(written_to(&desk), Some("a"), "not before it is theirs");
    let told = desk.assigned(&assignment("c")).lines.join("\n");
    assert_eq!(written_to(&desk), Some("c"));
    assert!(!told.contains("you still write"), "{told}");

    desk.waiting = vec!["d".to_owned()];
    desk.line(Line::Claim(1), 0);
    desk.assigned(&assignment("d"));
    assert_eq!(written_to(&desk), Some("d"));
}

#[test]
fn when_a_conversation_goes_it_is_said_who_is_written_to_now() {
    let mut desk = desk();
    desk.assigned(&assignment("a"));
    desk.assigned(&assignment("b"));
    let gone = |id: &str| Unassigned { conversation_id: id.to_owned(), ..Unassigned::default() };
    let told = desk.unassigned(&gone("a")).lines.join("\n");
    assert!(told.contains("you write to 2 now"), "{told}");
    let told = desk.unassigned(&gone("b")).lines.join("\n");
    assert!(!told.contains("you write to"), "{told}");
}

#[test]
fn a_stream_that_begins_anew_without_it_says_who_is_written_to_now() {
    let mut desk = desk();
    let all = |ids: &[&str]| WorkAttached {
        assignments: ids.iter().map(|id| assignment(id)).collect(),
        ..WorkAttached::default()
    };
    let told = desk.attached(all(&["a", "b"]), 0).lines.join("\n");
    assert!(!told.contains("you write to"), "nobody was written to before: {told}");
    let told = desk.attached(all(&["a", "b"]), 0).lines.join("\n");
    assert!(!told.contains("you write to"), "nothing has changed: {told}");
    let told = desk.attached(all(&["b"]), 0).lines.join("\n");
    assert!(told.contains("1: no longer yours\n* you write to 2 now"), "{told}");
    // Even to one that was not there before.
    let told = desk.attached(all(&["c"]), 0).lines.join("\n");
    assert!(told.contains("you write to 3 now"), "{told}");
    let told = desk.attached(all(&[]), 0).lines.join("\n");
    assert!(!told.contains("you write to"), "{told}");
}

#[test]
fn a_refusal_that_takes_a_conversation_away_says_who_is_written_to_now() {
    for (status, lost) in [
        (Status::aborted("not yours"), true),
        (Status::not_found("gone"), true),
        (Status::invalid_argument("too long"), false),
    ] {
        let mut desk = desk();
        desk.assigned(&assignment("a"));
        desk.assigned(&assignment("b"));
        let says = |desk: &Desk| Deed::Say(desk.work.current().unwrap().clone(), "hi".to_owned());
        let deed = says(&desk);
        let told = desk.refused(&deed, &status).lines.join("\n");
        assert_eq!(told.contains("you write to 2 now"), lost, "{told}");
        // About the other one: what is written goes on to whom it went.
        let mut desk = self::desk();
        desk.assigned(&assignment("a"));
        desk.assigned(&assignment("b"));
        desk.work.turn_to(2);
        let deed = says(&desk);
        desk.work.turn_to(1);
        let told = desk.refused(&deed, &status).lines.join("\n");
        assert!(!told.contains("you write to"), "{told}");
    }
}

#[test]
fn what_was_asked_for_and_refused_is_not_turned_to_when_it_comes_later() {
    let mut desk = desk();
    desk.assigned(&assignment("a"));
    desk.offered(offer("b"), 0);
    let accepts = desk.line(Line::Accept(None), 0).deeds.remove(0);
    desk.refused(&accepts, &Status::aborted("too late"));
    let told = desk.assigned(&assignment("b")).lines.join("\n");
    assert_eq!(written_to(&desk), Some("a"));
    assert!(told.contains("you still write to 1"), "{told}");

    desk.waiting = vec!["c".to_owned(), "d".to_owned()];
    let claims = desk.line(Line::Claim(1), 0).deeds.remove(0);
    desk.refused(&claims, &Status::failed_precondition("no longer waits"));
    desk.assigned(&assignment("c"));
    assert_eq!(written_to(&desk), Some("a"));
    // The refusal of one leaves another that is asked for.
    desk.line(Line::Claim(2), 0);
    desk.refused(&claims, &Status::failed_precondition("no longer waits"));
    desk.assigned(&assignment("d"));
    assert_eq!(written_to(&desk), Some("d"));
}

#[test]
fn who_answers_an_offer_a_moment_too_late_is_told_how_it_ended() {
    let mut desk = desk();
    let accepts = |desk: &mut Desk, number| desk.line(Line::Accept(number), 0).lines.join("\n");
    assert!(accepts(&mut desk, None).contains("there is none"));
    for (id, how) in [("a", OfferEnd::Expired), ("b", OfferEnd::Rescinded)] {
        desk.offered(offer(id), 0);
        let token = Some(OwnershipToken { term: 1, attempt: 1 });
        let conversation_id = id.to_owned();
        desk.offer_ended(&OfferEnded { conversation_id, token, how: how.into() });
    }
    assert_eq!(accepts(&mut desk, Some(1)), "* 1: it was not answered in time");
    assert_eq!(accepts(&mut desk, None), "* 2: it was taken back");
    assert!(accepts(&mut desk, Some(3)).contains("there is none"));
    // What is there is accepted, whatever ended before.
    desk.offered(offer("c"), 0);
    assert!(matches!(desk.line(Line::Accept(None), 0).deeds[..], [Deed::Accept(_)]));
}

#[test]
fn a_line_about_an_offer_that_lapsed_is_answered_and_the_next_one_waits_for_another() {
    let mut desk = desk();
    let ends = |desk: &mut Desk, id: &str, how: OfferEnd| {
        desk.offered(offer(id), 0);
        let token = Some(OwnershipToken { term: 1, attempt: 1 });
        let conversation_id = id.to_owned();
        desk.offer_ended(&OfferEnded { conversation_id, token, how: how.into() });
    };
    assert!(!desk.is_late(&Line::Accept(None)), "nothing was there");
    ends(&mut desk, "a", OfferEnd::Declined);
    assert!(!desk.is_late(&Line::Accept(None)), "it was answered");
    ends(&mut desk, "b", OfferEnd::Expired);
    assert!(desk.is_late(&Line::Accept(None)) && desk.is_late(&Line::Decline(Some(2), "".into())));
    assert!(!desk.is_late(&Line::Accept(Some(3))) && !desk.is_late(&Line::Note("".into())));
    desk.line(Line::Accept(None), 0);
    assert!(!desk.is_late(&Line::Accept(None)), "it was told");
    ends(&mut desk, "c", OfferEnd::Rescinded);
    desk.offered(offer("d"), 0);
    assert!(!desk.is_late(&Line::Accept(None)), "another one is there");
}

#[test]
fn what_a_script_writes_to_whom_it_did_not_get_goes_to_nobody_else() {
    let desk = |interactive| {
        let mut desk = Desk { interactive, ..desk() };
        desk.assigned(&assignment("a"));
        desk.waiting = vec!["b".to_owned()];
        let claims = desk.line(Line::Claim(1), 0).deeds.remove(0);
        desk.refused(&claims, &Status::failed_precondition("no longer waits"));
        desk
    };
    let says = |desk: &mut Desk| !desk.line(Line::Say("hello b".to_owned()), 0).deeds.is_empty();
    assert!(says(&mut desk(true)), "a person has read to whom it goes");
    let mut script = desk(false);
    let told = script.line(Line::Say("hello b".to_owned()), 0);
    assert!(told.deeds.is_empty() && told.lines[0].contains("not sent"), "{told:?}");
    assert!(script.line(Line::Propose(String::new()), 0).deeds.is_empty());
    script.line(Line::To(1), 0);
    assert!(says(&mut script), "it has said who is meant");
    for asks in [Line::Accept(None), Line::Claim(7)] {
        assert!(script.line(asks, 0).deeds.is_empty());
        assert!(!says(&mut script));
        script.offered(offer("c"), 0);
        script.line(Line::Accept(None), 0);
        script.assigned(&assignment("c"));
        assert!(says(&mut script), "what is got is written to");
        script.work.unassign("c");
    }
}
