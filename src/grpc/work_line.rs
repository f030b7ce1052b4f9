//! One conversation in an agent's stream of work: from the event by which the agent joined, or from
//! where the reader stood, to the one by which the agent is no longer in it.

use super::context::Context;
use super::encode::{self, Reader};
use super::encode_agent;
use super::feed::{Attach, Feed, Read};
use super::pb::subscribe_work_response::Frame;
use super::pb::{self, event::Body};
use super::resume::Place;
use super::seen;
use super::typing;
use super::work_stream::{Ended, Out};
use crate::app::App;
use crate::app::hub::Watch;
use crate::app::keys::{self, Topic};
use crate::domain::conversation::event::Event;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};

/// Events looked at at once when the beginning is sought.
const PAGE: u64 = 64;

/// One conversation in the stream.
pub(super) struct Line {
    agent: AgentId,
    id: ConversationId,
    token: Token,
    feed: Feed,
    context: Context,
    /// The agent's time begins after this sequence; a reader may stand before it.
    begins: u64,
    /// The sequence up to which the reader was told.
    told: u64,
    /// The agent is no longer in it: what comes now is not theirs to see.
    over: bool,
    /// Rings when the customer types.
    typing: Watch,
    /// It has rung and was not told yet.
    types: bool,
    /// Rings when somebody has read on.
    reading: Watch,
    /// It has rung and was not looked at yet.
    reads: bool,
    /// How far each side has read, as the reader was told.
    marks: pb::ReadMarks,
}

/// What an event is in an agent's time with a conversation.
enum Stint {
    Within,
    Last,
    After,
}

impl Line {
    /// Begins where the reader stood, else with the event by which the agent joined. Where the
    /// reader's place no longer exists, all that happened is told anew.
    pub(super) async fn open(
        context: &Context,
        agent: &AgentId,
        id: &ConversationId,
        token: Token,
        place: Option<Place>,
        out: &Out,
    ) -> Result<Line, Ended> {
        let known = place.unwrap_or_default();
        let attach = Feed::attach(context.clone(), id.clone(), Reader::Owner, known).await?;
        let joined = joined(&context.app, id, token).await?;
        let line = |feed: Feed| {
            let (begins, told) = (joined.sequence, feed.place().sequence);
            let (agent, id, context) = (agent.clone(), id.clone(), context.clone());
            let slot = keys::bucket(keys::bucket_of(&id, context.app.settings().buckets));
            let typing = context.app.hub().watch(slot, Topic::CustomerTypes(id.clone()));
            let reading = context.app.watch_read_marks(&id);
            // How far it was read so far comes first.
            let (over, types, reads, marks) = (false, false, true, pb::ReadMarks::default());
            Line {
                agent,
                id,
                token,
                feed,
                context,
                begins,
                told,
                over,
                typing,
                types,
                reading,
                reads,
                marks,
            }
        };
        match (attach, place) {
            (Attach::Attached(feed), Some(_)) => Ok(line(feed)),
            (Attach::Attached(mut feed), None) => {
                feed.skip_to(joined);
                Ok(line(feed))
            }
            (Attach::Diverged(feed), _) => {
                let mut line = line(feed);
                line.reset(out).await?;
                Ok(line)
            }
        }
    }

    /// The token the agent owns it by.
    pub(super) fn token(&self) -> Token {
        self.token
    }

    /// Tells what has come since the last time.
    pub(super) async fn read(&mut self, out: &Out) -> Result<(), Ended> {
        if std::mem::take(&mut self.types) && !self.over {
            let (conversation_id, sign) = (self.id.to_string(), typing::sign(pb::Party::Customer));
            let typing = pb::CustomerTyping { conversation_id, typing: Some(sign) };
            out.send(Frame::CustomerTyping(typing)).await?;
        }
        if std::mem::take(&mut self.reads) && !self.over {
            self.tell_marks(out).await?;
        }
        while !self.over {
            let part = match self.feed.read().await? {
                Read::Part(part) => part,
                Read::Diverged => {
                    self.reset(out).await?;
                    continue;
                }
            };
            let mut frames = Vec::new();
            for (event, place) in part.events {
                let is_before = event.sequence <= self.begins;
                // What was whispered to somebody else is not theirs, whenever it was.
                if is_for_another(&self.agent, &event) {
                    continue;
                }
                match stint(&self.agent, &event) {
                    _ if is_before => {}
                    Stint::Within => {}
                    Stint::Last => self.over = true,
                    Stint::After => {
                        self.over = true;
                        break;
                    }
                }
                self.told = event.sequence;
                frames.push(self.frame(Some(event), None, place));
                if self.over {
                    break;
                }
            }
            // What is hidden still counts, so that the reader can tell it from what was lost.
            if !self.over && part.place.sequence > self.told {
                self.told = part.place.sequence;
                frames.push(self.frame(None, None, part.place));
            }
            let is_newest = !self.over && part.place.sequence >= part.head;
            if let (true, Some(newest)) = (is_newest, frames.last_mut()) {
                newest.standing = self.standing().await?;
            }
            for frame in frames {
                out.send(Frame::ConversationEvent(frame)).await?;
            }
            if part.place.sequence >= part.head {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Waits until something may have come; `None` if nothing will be told any more.
    pub(super) fn changed(&mut self) -> Option<impl Future<Output = ()> + Send + '_> {
        if self.over {
            return None;
        }
        let Line { feed, typing, types, reading, reads, .. } = self;
        Some(async {
            tokio::select! {
                () = feed.changed() => {}
                () = typing.changed() => *types = true,
                () = reading.changed() => *reads = true,
            }
        })
    }

    /// How the conversation stands, as long as it is still the agent's under this token.
    async fn standing(&self) -> Result<Option<pb::Standing>, Ended> {
        let c = self.context.app.conversation(&self.id).await?;
        let is_theirs = c.owner() == Some(&self.agent) && c.token == self.token;
        Ok(is_theirs.then(|| encode_agent::standing(&self.context.app, &c)).flatten())
    }

    async fn tell_marks(&mut self, out: &Out) -> Result<(), Ended> {
        let Some(marks) = seen::of(&self.context.app, &self.id).await? else { return Ok(()) };
        if std::mem::replace(&mut self.marks, marks) == marks {
            return Ok(());
        }
        let (conversation_id, read_marks) = (self.id.to_string(), Some(marks));
        let read = pb::ConversationRead { conversation_id, read_marks };
        out.send(Frame::ConversationRead(read)).await
    }

    async fn reset(&mut self, out: &Out) -> Result<(), Ended> {
        let c = self.context.app.conversation(&self.id).await?;
        let mut events = self.feed.read_anew().await?;
        events.retain(|event| !is_for_another(&self.agent, event));
        let place = self.feed.place();
        self.told = place.sequence;
        let reset = pb::Reset {
            reason: pb::ResetReason::Diverged.into(),
            conversation: Some(encode::conversation(&self.context.app, &c)),
            events,
        };
        let mut frame = self.frame(None, Some(reset), place);
        frame.standing = self.standing().await?;
        out.send(Frame::ConversationEvent(frame)).await
    }

    fn frame(
        &self,
        event: Option<pb::Event>,
        reset: Option<pb::Reset>,
        place: Place,
    ) -> pb::ConversationEvent {
        pb::ConversationEvent {
            conversation_id: self.id.to_string(),
            event,
            resume_token: place.token(),
            through_sequence: place.sequence,
            reset,
            standing: None,
        }
    }
}

/// The place before the event by which the owner of this token joined; the newest place if the
/// event is still to come.
async fn joined(app: &App, id: &ConversationId, token: Token) -> Result<Place, Ended> {
    let newest = app.conversation(id).await?.seq;
    let mut before = newest;
    while before > 0 {
        let from = before.saturating_sub(PAGE);
        let (page, _) = app.read_log(id, from, (before - from) as usize).await?;
        let joined = page.iter().rev().find(|logged| {
            matches!(&logged.logged.event, Event::AgentJoined { token: under, .. } if *under == token)
        });
        if let Some(joined) = joined {
            return Ok(Place { sequence: joined.seq - 1, event_id: 0 });
        }
        before = from;
    }
    Ok(Place { sequence: newest, event_id: 0 })
}

fn is_for_another(agent: &AgentId, event: &pb::Event) -> bool {
    matches!(&event.body, Some(Body::Whispered(whisper)) if whisper.agent_id != agent.as_str())
}

fn stint(agent: &AgentId, event: &pb::Event) -> Stint {
    let author = event.author.as_ref().map_or("", |author| author.agent_id.as_str());
    match &event.body {
        Some(Body::AgentLeft(_)) if author == agent.as_str() => Stint::Last,
        Some(Body::Internal(internal)) if internal.name == "hold_ended" => Stint::Last,
        Some(Body::AgentJoined(_)) if author != agent.as_str() => Stint::After,
        Some(Body::Reopened(_)) => Stint::After,
        _ => Stint::Within,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whisper_is_for_its_addressee_alone() {
        let whispered = |to: &str| pb::Event {
            body: Some(Body::Whispered(pb::Whispered {
                agent_id: to.to_owned(),
                ..pb::Whispered::default()
            })),
            ..pb::Event::default()
        };
        let omar = AgentId::parse("omar").unwrap();
        assert!(!is_for_another(&omar, &whispered("omar")));
        assert!(is_for_another(&omar, &whispered("sara")));
        assert!(!is_for_another(&omar, &pb::Event::default()), "all else is for whoever owns it");
    }
}
