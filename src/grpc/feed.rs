//! Reading a conversation's log for a stream or a long poll. A reader pulls: a slow one costs a
//! place in a log, not a queue of messages.

use super::context::Context;
use super::encode::{self, Reader};
use super::pb;
use super::resume::Place;
use crate::app::conversations::Logged;
use crate::app::error::AppResult;
use crate::app::hub::Watch;
use crate::app::keys::{self, Topic};
use crate::domain::conversation::event::Event;
use crate::domain::ids::ConversationId;

/// Records read at once.
const PAGE: usize = 64;

/// A place in one conversation's log.
pub struct Feed {
    context: Context,
    id: ConversationId,
    reader: Reader,
    place: Place,
    /// The customer's last words, from which evidence is quoted.
    said: Option<String>,
    watch: Watch,
}

/// Whether a reader can go on where it stood.
pub enum Attach {
    /// It can.
    Attached(Feed),
    /// The log has no such place any more: it lost its tail after the reader saw it.
    Diverged(Feed),
}

/// What a look at the log shows.
pub enum Read {
    /// What has come; empty if nothing has.
    Part(Part),
    /// The log lost its tail, and what was read with it. The next look begins at its beginning.
    Diverged,
}

/// Part of the log, as the reader sees it.
pub struct Part {
    /// What is shown.
    pub events: Vec<(pb::Event, Place)>,
    /// The place after all of it, also after what is hidden.
    pub place: Place,
    /// The newest sequence of the log.
    pub head: u64,
}

impl Feed {
    /// Begins to read after `place`.
    pub async fn attach(
        context: Context,
        id: ConversationId,
        reader: Reader,
        place: Place,
    ) -> AppResult<Attach> {
        let bucket = keys::bucket_of(&id, context.app.settings().buckets);
        // Watched before the first read, so that nothing falls in between.
        let watch = context.app.hub().watch(keys::bucket(bucket), Topic::Log(id.clone()));
        let mut feed = Feed { context, id, reader, place: Place::default(), said: None, watch };
        if place.sequence == 0 {
            return Ok(Attach::Attached(feed));
        }
        let (before, _) = feed.context.app.read_log(&feed.id, place.sequence - 1, 1).await?;
        let same = before.first().is_some_and(|logged| {
            logged.seq == place.sequence && logged.event_id == place.event_id
        });
        if same {
            feed.place = place;
            Ok(Attach::Attached(feed))
        } else {
            Ok(Attach::Diverged(feed))
        }
    }

    /// What has come since the last call.
    pub async fn read(&mut self) -> AppResult<Read> {
        let app = &self.context.app;
        let Place { sequence, event_id } = self.place;
        let read = match event_id {
            0 => Some(app.read_log(&self.id, sequence, PAGE).await?),
            _ => app.read_log_on(&self.id, (sequence, event_id), PAGE).await?,
        };
        let Some((page, head)) = read else {
            (self.place, self.said) = (Place::default(), None);
            return Ok(Read::Diverged);
        };
        let mut events = Vec::new();
        for logged in &page {
            self.place = Place { sequence: logged.seq, event_id: logged.event_id };
            events.extend(self.encode(logged).map(|event| (event, self.place)));
            if let Event::CustomerSaid { text, .. } = &logged.logged.event {
                self.said = Some(text.clone());
            }
        }
        Ok(Read::Part(Part { events, place: self.place, head }))
    }

    /// All that the log holds from its beginning, for a reader whose place is gone.
    pub async fn read_anew(&mut self) -> AppResult<Vec<pb::Event>> {
        self.place = Place::default();
        let mut events = Vec::new();
        loop {
            match self.read().await? {
                Read::Part(part) => {
                    events.extend(part.events.into_iter().map(|(event, _)| event));
                    if part.place.sequence >= part.head {
                        return Ok(events);
                    }
                }
                Read::Diverged => events.clear(),
            }
        }
    }

    /// Goes on after a sequence whose event id is not known.
    pub fn skip_to(&mut self, place: Place) {
        self.place = place;
    }

    /// Waits until something may have come.
    pub async fn changed(&mut self) {
        self.watch.changed().await;
    }

    /// Where the reader stands.
    pub fn place(&self) -> Place {
        self.place
    }

    fn encode(&self, logged: &Logged) -> Option<pb::Event> {
        encode::event(&self.context.app, logged, self.said.as_deref(), self.reader)
    }
}
