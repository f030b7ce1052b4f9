//! What an event or an answer says, as far as the customer's screen needs to know it.

use crate::cli::transcript::text_of;
use crate::grpc::pb::event::Body;
use crate::grpc::pb::{Event, Mode, Party, Promise, PromiseKind};

/// Whether it keeps the customer waiting.
pub fn waits(promise: &Promise) -> bool {
    promise.kind() == PromiseKind::Wait
}

/// Whose doing it is.
pub fn party(event: &Event) -> Party {
    event.author.as_ref().map_or(Party::Unspecified, |author| author.party())
}

/// Whether the store is out of reach.
pub fn away(mode: Mode) -> bool {
    match mode {
        Mode::Degraded | Mode::Isolated => true,
        Mode::Unspecified | Mode::Normal => false,
    }
}

/// Whether its words are the service's own. What people write, they mean by a clock of theirs.
pub fn is_of_the_service(event: &Event) -> bool {
    match (&event.body, party(event)) {
        (Some(Body::MessageSent(_)), Party::Customer | Party::Agent | Party::Unspecified) => false,
        (_, _) => true,
    }
}

/// Who said what, if somebody said something.
pub fn spoken(event: &Event) -> Option<(Party, String)> {
    let text = if let Some(Body::MessageSent(message)) = &event.body {
        &message.text
    } else if let Some(Body::Notice(notice)) = &event.body {
        &notice.text
    } else {
        return None;
    };
    Some((party(event), text_of(text)))
}
