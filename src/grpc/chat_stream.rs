//! The stream of one conversation, for its customer or for a supervisor who watches: events in order,
//! the live place in line, a sign of life, and in the end the word to come back.

use super::context::Context;
use super::encode::{self, Reader};
use super::feed::{Attach, Feed, Part, Read};
use super::frames::{self, Frames, Sender};
use super::pb::subscribe_events_response::Frame;
use super::pb::{self, SubscribeEventsResponse};
use super::refusals;
use super::resume::Place;
use super::seen;
use super::typing;
use crate::app::error::AppError;
use crate::app::hub::Watch;
use crate::app::keys::{self, Topic};
use crate::domain::ids::ConversationId;
use crate::domain::routing::eta::Eta;
use std::time::Duration;
use tokio::time::Instant;
use tonic::Status;

/// A stream says at least this often that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The place in line is looked at this often while the customer waits.
const LINE_LOOK: Duration = Duration::from_secs(1);
/// Frames that may wait for a slow reader; beyond, reading pauses.
const FRAMES_AHEAD: usize = 16;

/// Opens the stream. The reader is a task of its own; it ends when the client goes.
pub async fn open(
    context: Context,
    id: ConversationId,
    reader: Reader,
    place: Place,
) -> Result<Frames<SubscribeEventsResponse>, Status> {
    let attach = Feed::attach(context.clone(), id.clone(), reader, place)
        .await
        .map_err(|error| status(reader, error))?;
    // Whoever merely watches is not the customer.
    let page = (reader == Reader::Customer).then(|| context.app.attach(&id));
    let (sender, frames) = frames::channel(FRAMES_AHEAD);
    let told = place.sequence;
    let stream = Stream { context, id, sender, line: None, waits: false, told, marks: None };
    // A client that goes away drops the receiver: then every send fails and the task ends.
    tokio::spawn(async move {
        let mut stream = stream;
        let _page = page;
        if let Err(Ended::Failed(error)) = stream.run(attach).await {
            stream.sender.send(Err(status(reader, *error))).await.ok();
        }
    });
    Ok(frames)
}

/// Only to the customer it says what no longer being kept means for them.
fn status(reader: Reader, error: AppError) -> Status {
    match reader {
        Reader::Customer => refusals::customer_status(error),
        Reader::Agent | Reader::Owner | Reader::Examiner => refusals::status(error),
    }
}

struct Stream {
    context: Context,
    id: ConversationId,
    sender: Sender<SubscribeEventsResponse>,
    /// The place in line that was sent last.
    line: Option<(pb::QueueStatus, Eta)>,
    /// Whether the customer waits, as far as was seen last.
    waits: bool,
    /// The sequence up to which the reader was told.
    told: u64,
    /// How far each side has read, as the reader was told.
    marks: Option<pb::ReadMarks>,
}

/// Why a stream ends early.
enum Ended {
    ClientGone,
    Failed(Box<AppError>),
}

impl From<AppError> for Ended {
    fn from(error: AppError) -> Self {
        Ended::Failed(Box::new(error))
    }
}

impl Stream {
    async fn run(&mut self, attach: Attach) -> Result<(), Ended> {
        // Watched before the reader is greeted: whoever types or reads from then on is seen.
        let mut typing = self.typing();
        let mut reading = self.context.app.watch_read_marks(&self.id);
        let mut feed = self.greet(attach).await?;
        self.told = feed.place().sequence;
        self.look_at_line(feed.place()).await?;
        let end = self.context.lifecycle.stream_end();
        tokio::pin!(end);
        let mut beat = Instant::now() + HEARTBEAT;
        loop {
            let part = match feed.read().await? {
                Read::Part(part) => part,
                Read::Diverged => {
                    self.reset(&mut feed).await?;
                    continue;
                }
            };
            let came = !part.events.is_empty();
            let head = part.head;
            let behind = feed.place().sequence < head;
            self.send_part(part).await?;
            if came {
                self.look_at_line(feed.place()).await?;
            }
            if behind {
                continue;
            }
            let look = Instant::now() + LINE_LOOK;
            tokio::select! {
                biased;
                after = &mut end => return self.move_on(feed.place(), after).await,
                () = feed.changed() => {}
                () = typing.changed() => {
                    let sign = typing::sign(pb::Party::Agent);
                    self.send(Frame::Typing(sign), feed.place()).await?;
                }
                () = reading.changed() => self.tell_marks(feed.place()).await?,
                () = tokio::time::sleep_until(look), if self.waits => {
                    self.look_at_line(feed.place()).await?;
                }
                () = tokio::time::sleep_until(beat) => {
                    let heartbeat = pb::StreamHeartbeat { head_sequence: head };
                    self.send(Frame::Heartbeat(heartbeat), feed.place()).await?;
                    beat = Instant::now() + HEARTBEAT;
                }
                () = self.sender.closed() => return Err(Ended::ClientGone),
            }
        }
    }

    /// The first frame: whether the reader can go on where it stood.
    async fn greet(&mut self, attach: Attach) -> Result<Feed, Ended> {
        match attach {
            Attach::Attached(feed) => {
                let attached = pb::Attached {
                    next_sequence: feed.place().sequence + 1,
                    conversation: Some(self.conversation().await?),
                    mode: self.context.mode().into(),
                };
                self.send(Frame::Attached(attached), feed.place()).await?;
                Ok(feed)
            }
            Attach::Diverged(mut feed) => {
                self.reset(&mut feed).await?;
                Ok(feed)
            }
        }
    }

    /// Tells all anew to a reader whose place is gone.
    async fn reset(&mut self, feed: &mut Feed) -> Result<(), Ended> {
        let conversation = self.conversation().await?;
        let events = feed.read_anew().await?;
        let reason = match encode::was_erased(&conversation) {
            true => pb::ResetReason::Erased,
            false => pb::ResetReason::Diverged,
        };
        let (reason, conversation) = (reason.into(), Some(conversation));
        self.told = feed.place().sequence;
        self.send(Frame::Reset(pb::Reset { reason, conversation, events }), feed.place()).await
    }

    /// The conversation as it stands, and how far each side has read.
    async fn conversation(&mut self) -> Result<pb::Conversation, Ended> {
        let c = self.context.app.conversation(&self.id).await?;
        self.marks = seen::of(&self.context.app, &self.id).await?;
        let read_marks = self.marks;
        Ok(pb::Conversation { read_marks, ..encode::conversation(&self.context.app, &c) })
    }

    /// Rings when the agent types.
    fn typing(&self) -> Watch {
        let app = &self.context.app;
        let slot = keys::bucket(keys::bucket_of(&self.id, app.settings().buckets));
        app.hub().watch(slot, Topic::AgentTypes(self.id.clone()))
    }

    async fn send_part(&mut self, part: Part) -> Result<(), Ended> {
        for (event, place) in part.events {
            self.told = event.sequence;
            self.send(Frame::Event(event), place).await?;
        }
        // What is hidden still counts, so that the reader can tell it from what was lost.
        if part.place.sequence > self.told {
            self.told = part.place.sequence;
            let advanced = pb::Advanced { through_sequence: self.told };
            self.send(Frame::Advanced(advanced), part.place).await?;
        }
        Ok(())
    }

    /// Tells that somebody has read on. What was erased is read by nobody: that is not told.
    async fn tell_marks(&mut self, place: Place) -> Result<(), Ended> {
        let marks = seen::of(&self.context.app, &self.id).await?;
        if marks != self.marks
            && let Some(moved) = marks.filter(|marks| *marks != pb::ReadMarks::default())
        {
            self.send(Frame::ReadMarks(moved), place).await?;
        }
        self.marks = marks;
        Ok(())
    }

    /// Sends the place in line when it has changed.
    async fn look_at_line(&mut self, place: Place) -> Result<(), Ended> {
        let c = self.context.app.conversation(&self.id).await?;
        let told = self.line.as_ref().map(|(_, eta)| eta);
        let line = encode::line(&self.context.app, &c, told);
        self.waits = line.is_some();
        if line != self.line {
            if let Some((status, _)) = &line {
                self.send(Frame::QueueStatus(status.clone()), place).await?;
            }
            self.line = line;
        }
        Ok(())
    }

    async fn move_on(&self, place: Place, after: Duration) -> Result<(), Ended> {
        let moved = pb::StreamMoved { reconnect_after: Some(encode::duration(after)) };
        self.send(Frame::Moved(moved), place).await
    }

    async fn send(&self, frame: Frame, place: Place) -> Result<(), Ended> {
        let response = SubscribeEventsResponse { resume_token: place.token(), frame: Some(frame) };
        self.sender.send(Ok(response)).await.map_err(|_| Ended::ClientGone)
    }
}
