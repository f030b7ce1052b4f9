//! Pages of a conversation's log, for clients that poll; with a wait they are as good as a stream.

use super::context::Context;
use super::encode::{self, Reader};
use super::feed::{Attach, Feed, Part, Read};
use super::pb;
use super::resume::Place;
use crate::app::error::AppError;
use crate::domain::ids::ConversationId;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A page of the log, with the place after it.
pub struct Page {
    part: Part,
    diverged: bool,
}

impl Page {
    /// The page as its reader gets it: at most `limit` events, and where to go on.
    pub(super) fn response(
        self,
        limit: usize,
        current: Option<pb::Conversation>,
        mode: i32,
    ) -> pb::ListMessagesResponse {
        let cut = self.part.events.len() > limit;
        let shown: Vec<(pb::Event, Place)> = self.part.events.into_iter().take(limit).collect();
        let place = match shown.last() {
            Some((_, place)) if cut => *place,
            Some(_) | None => self.part.place,
        };
        let events: Vec<pb::Event> = shown.into_iter().map(|(event, _)| event).collect();
        let erased = current.as_ref().is_some_and(encode::was_erased);
        let reason = if erased { pb::ResetReason::Erased } else { pb::ResetReason::Diverged };
        let reset = self.diverged.then(|| pb::Reset {
            reason: reason.into(),
            conversation: current.clone(),
            events: events.clone(),
        });
        pb::ListMessagesResponse {
            events: if reset.is_some() { Vec::new() } else { events },
            through_sequence: place.sequence,
            resume_token: place.token(),
            reset,
            conversation: current,
            mode,
        }
    }
}

impl Context {
    /// Reads on from a place; if nothing is there, waits a while for something to come or for
    /// somebody to read on.
    pub async fn read_page(
        &self,
        conversation: &ConversationId,
        reader: Reader,
        place: Place,
        checked: bool,
        wait: Duration,
    ) -> Result<Page, AppError> {
        let checked_place = if checked { place } else { Place::default() };
        let attach =
            Feed::attach(self.clone(), conversation.clone(), reader, checked_place).await?;
        let (mut feed, mut diverged) = match attach {
            Attach::Attached(feed) => (feed, false),
            Attach::Diverged(feed) => (feed, true),
        };
        if !checked {
            feed.skip_to(place);
        }
        let until = Instant::now() + wait;
        let mut reading = self.app.watch_read_marks(conversation);
        let mut known = None;
        loop {
            let Read::Part(part) = feed.read().await? else {
                diverged = true;
                continue;
            };
            if !part.events.is_empty() || Instant::now() >= until {
                return Ok(Page { part, diverged });
            }
            let marks = self.app.read_marks(conversation).await?;
            if *known.get_or_insert(marks) != marks {
                return Ok(Page { part, diverged });
            }
            tokio::select! {
                () = feed.changed() => {}
                () = reading.changed() => {}
                () = sleep_until(until) => {}
            }
        }
    }
}
