//! To whom an agent writes, as conversations come and go.

use super::*;
use crate::cli::terminal::Look;
use crate::cli::transcript::{Reader, Transcript};
use crate::domain::language::Language;
use crate::grpc::pb::{Conversation, OwnershipToken};

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
