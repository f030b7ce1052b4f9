//! The stream of work: for each session what the inbox says, in order, and for each conversation
//! the agent owns what happens in it. One task a stream. It pulls: a slow reader costs places in
//! logs, not queues of messages, and what keeps agents' leases runs beside it.

use super::context::Context;
use super::encode_agent;
use super::frames::{self, Frames, Sender};
use super::pb::subscribe_work_response::Frame;
use super::pb::{self, SubscribeWorkResponse};
use super::refusals;
use super::resume::Place;
use super::seen;
use super::status::Refusal;
use super::work_line::Line;
use crate::app::error::AppError;
use crate::app::hub::Watch;
use crate::app::keys::{self, Topic};
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Holding, Presence};
use crate::domain::pool::command::{InboxEvent, PoolRefusal};
use crate::domain::pool::item::{self, Item, ItemState};
use crate::domain::time::Timestamp;
use futures::future::{pending, select_all};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use tonic::Status;

/// A stream says at least this often that it lives.
const HEARTBEAT: Duration = Duration::from_secs(12);
/// Frames that may wait for a slow reader; beyond, reading pauses.
const FRAMES_AHEAD: usize = 64;
/// Inbox records read at once.
const PAGE: usize = 64;
/// How often a desk is compared with the pool, should a record have been lost.
const LOOK: Duration = Duration::from_secs(15);
/// How often it is looked whose page was opened or closed; nothing is read for it.
const ATTENDANCE_LOOK: Duration = Duration::from_secs(1);
/// How long an assignment waits for its conversation to know of it.
const BIND_SPAN: Duration = Duration::from_secs(2);
/// Leases renewed at once.
const RENEWED_AT_ONCE: usize = 16;
/// When a stream that fell behind may come back.
const RETRY_AFTER: Duration = Duration::from_millis(500);

type Sessions = BTreeMap<AgentId, u64>;

/// Why a stream ends early.
pub(super) enum Ended {
    /// Nobody reads any more.
    ClientGone,
    /// Something went wrong; the reader is told.
    Failed(Box<Status>),
}

/// Where one agent's frames go.
pub(super) struct Out {
    sender: Sender<SubscribeWorkResponse>,
    agent: String,
}

impl Out {
    /// Sends a frame; waits while the reader is slow.
    pub(super) async fn send(&self, what: Frame) -> Result<(), Ended> {
        let sent = self.sender.send(Ok(frame(&self.agent, what))).await;
        sent.map_err(|_| Ended::ClientGone)
    }
}

impl From<AppError> for Ended {
    fn from(error: AppError) -> Self {
        Ended::Failed(Box::new(refusals::status(error)))
    }
}

/// Opens the stream. A single session that does not count refuses the call; among several it is
/// told by a frame, so that one agent does not end the stream of all others.
pub async fn open(
    context: Context,
    sessions: Sessions,
    places: BTreeMap<ConversationId, Place>,
) -> Result<Frames<SubscribeWorkResponse>, Status> {
    if let (1, Some((agent, incarnation))) = (sessions.len(), sessions.first_key_value()) {
        context.app.session(agent, *incarnation).await.map_err(refusals::status)?;
    }
    let (sender, frames) = frames::channel(FRAMES_AHEAD);
    // A client that goes away drops the receiver, and with it ends this task.
    tokio::spawn(run(context, sessions, places, sender));
    Ok(frames)
}

async fn run(
    context: Context,
    sessions: Sessions,
    places: BTreeMap<ConversationId, Place>,
    sender: Sender<SubscribeWorkResponse>,
) {
    let end = context.lifecycle.stream_end();
    let mut desks: FuturesUnordered<_> = sessions
        .iter()
        .map(|(agent, incarnation)| {
            Desk::new(&context, &sender, agent, *incarnation, places.clone()).run()
        })
        .collect();
    let desks = async {
        while let Some(ended) = desks.next().await {
            ended?;
        }
        Ok(())
    };
    tokio::select! {
        biased;
        () = sender.closed() => {}
        after = end => {
            let moved = pb::StreamMoved { reconnect_after: Some(super::encode::duration(after)) };
            sender.send(Ok(frame("", Frame::Moved(moved)))).await.ok();
        }
        ended = desks => {
            if let Err(Ended::Failed(status)) = ended {
                sender.send(Err(*status)).await.ok();
            }
        }
        () = keep_leases(&context, &sessions) => {}
        () = keep_beating(&sender) => {}
    }
}

/// A live stream renews the leases of its sessions, however slowly it is read.
async fn keep_leases(context: &Context, sessions: &Sessions) {
    loop {
        sleep(context.app.rules().routing.leases.heartbeat).await;
        let renew = |(agent, incarnation): (&AgentId, &u64)| {
            let (agent, incarnation) = (agent.clone(), *incarnation);
            async move {
                // A session that ended is told by its desk; a store that is away, by the next call.
                context.app.session(&agent, incarnation).await.ok();
            }
        };
        futures::stream::iter(sessions).for_each_concurrent(RENEWED_AT_ONCE, renew).await;
    }
}

async fn keep_beating(sender: &Sender<SubscribeWorkResponse>) {
    loop {
        sleep(HEARTBEAT).await;
        let beat = Frame::Heartbeat(pb::StreamHeartbeat { head_sequence: 0 });
        // Where no frame has room, the reader has signs of life enough to read.
        sender.send_if_room(frame("", beat));
    }
}

fn frame(agent: &str, frame: Frame) -> SubscribeWorkResponse {
    SubscribeWorkResponse { agent_id: agent.to_owned(), frame: Some(frame) }
}

/// Whether a desk goes on.
#[derive(PartialEq, Eq)]
enum Goes {
    On,
    Over,
}

/// One session's part of the stream.
struct Desk<'a> {
    context: &'a Context,
    out: Out,
    agent: AgentId,
    incarnation: u64,
    /// Where the reader stood; each is used once.
    places: BTreeMap<ConversationId, Place>,
    inbox: Watch,
    /// The last inbox record that was told.
    read: u64,
    /// The conversations the agent owns.
    lines: BTreeMap<ConversationId, Line>,
    /// Whether each customer is there, as the reader was told.
    attendance: BTreeMap<ConversationId, pb::Attendance>,
}

impl<'a> Desk<'a> {
    fn new(
        context: &'a Context,
        sender: &'a Sender<SubscribeWorkResponse>,
        agent: &AgentId,
        incarnation: u64,
        places: BTreeMap<ConversationId, Place>,
    ) -> Self {
        let pool = keys::pool(&context.app.rules().routing.pool);
        // Watched before the first read, so that nothing falls in between.
        let inbox = context.app.hub().watch(pool, Topic::Inbox(agent.clone()));
        let agent = agent.clone();
        let out = Out { sender: sender.clone(), agent: agent.to_string() };
        let (lines, attendance) = (BTreeMap::new(), BTreeMap::new());
        Desk { context, out, agent, incarnation, places, inbox, read: 0, lines, attendance }
    }

    async fn run(mut self) -> Result<(), Ended> {
        let Some(agent) = self.agent_of_session().await? else { return Ok(()) };
        self.attach(&agent).await?;
        let mut look = Instant::now() + LOOK;
        loop {
            if self.read_inbox().await? == Goes::Over {
                return Ok(());
            }
            if Instant::now() >= look {
                look = Instant::now() + LOOK;
                if self.look().await? == Goes::Over {
                    return Ok(());
                }
            }
            self.read_lines().await?;
            self.wait(look).await?;
        }
    }

    /// Waits until something may have come; meanwhile it tells whose page was opened or closed.
    async fn wait(&mut self, look: Instant) -> Result<(), Ended> {
        loop {
            self.tell_attendance().await?;
            let Desk { inbox, lines, .. } = &mut *self;
            tokio::select! {
                () = inbox.changed() => return Ok(()),
                () = any_changed(lines) => return Ok(()),
                () = sleep_until(look) => return Ok(()),
                () = sleep(ATTENDANCE_LOOK) => {}
            }
        }
    }

    async fn tell_attendance(&mut self) -> Result<(), Ended> {
        self.attendance.retain(|id, _| self.lines.contains_key(id));
        for id in self.lines.keys() {
            let now = encode_agent::attendance(&self.context.app, id);
            // What it was at first came with the assignment.
            if self.attendance.insert(id.clone(), now).is_some_and(|told| told != now) {
                let (conversation_id, attendance) = (id.to_string(), now.into());
                let changed = pb::AttendanceChanged { conversation_id, attendance };
                self.out.send(Frame::AttendanceChanged(changed)).await?;
            }
        }
        Ok(())
    }

    /// The agent; `None`, after telling why, if the session does not count.
    async fn agent_of_session(&self) -> Result<Option<Agent>, Ended> {
        match self.context.app.session(&self.agent, self.incarnation).await {
            Ok(agent) => Ok(Some(agent)),
            Err(AppError::Refused(PoolRefusal::Superseded)) => {
                let incarnation = self.context.app.agent(&self.agent).await?.incarnation;
                self.out.send(Frame::Superseded(pb::Superseded { incarnation })).await?;
                Ok(None)
            }
            Err(AppError::Refused(_) | AppError::NotFound { .. }) => {
                self.presence_changed(&Presence::Offline).await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The first frame: all that is held; what comes after it is in the inbox.
    async fn attach(&mut self, agent: &Agent) -> Result<(), Ended> {
        self.read = agent.inbox_head;
        let app = &self.context.app;
        let work = app.held_work(agent).await?;
        let (offers, mut assignments) = encode_agent::work(app, &work);
        seen::tell_in(app, &mut assignments).await?;
        let attached = pb::WorkAttached {
            agent: self.context.agent(agent),
            offers,
            assignments,
            mode: self.context.mode().into(),
        };
        self.out.send(Frame::Attached(attached)).await?;
        for (item, _) in work.owned {
            self.follow(&item.conversation, item.token).await?;
        }
        Ok(())
    }

    /// Tells what the inbox says since the last time.
    async fn read_inbox(&mut self) -> Result<Goes, Ended> {
        loop {
            let (records, head) = self.context.app.read_inbox(&self.agent, self.read, PAGE).await?;
            let is_gap = records.first().is_some_and(|record| record.seq != self.read + 1);
            if is_gap || head < self.read {
                return self.fell_behind().await;
            }
            if records.is_empty() {
                return Ok(Goes::On);
            }
            for record in records {
                self.read = record.seq;
                if self.tell(record.event).await? == Goes::Over {
                    return Ok(Goes::Over);
                }
            }
        }
    }

    /// Records were forgotten before they were read, or the agent was removed with them.
    async fn fell_behind(&self) -> Result<Goes, Ended> {
        match self.context.app.agent(&self.agent).await {
            Err(AppError::NotFound { .. }) => {
                self.presence_changed(&Presence::Offline).await?;
                Ok(Goes::Over)
            }
            Ok(_) | Err(_) => {
                let why = "this stream fell behind; open it again for a fresh start".to_owned();
                let refusal = Refusal::Unavailable { why, retry_after: RETRY_AFTER };
                Err(Ended::Failed(Box::new(refusal.into())))
            }
        }
    }

    async fn tell(&mut self, event: InboxEvent) -> Result<Goes, Ended> {
        match event {
            InboxEvent::Offered { conversation, token, until, .. } => {
                // An offer that ended meanwhile is told by its end alone.
                if let Some(item) = self.offered(&conversation, token).await? {
                    self.out
                        .send(Frame::Offer(encode_agent::offer(&self.context.app, &item, until)))
                        .await?;
                }
            }
            InboxEvent::OfferEnded { conversation, token, how } => {
                let ended = encode_agent::offer_ended(&conversation, token, how);
                self.out.send(Frame::OfferEnded(ended)).await?;
            }
            InboxEvent::Assigned { conversation, token } => {
                self.assigned(&conversation, token).await?;
            }
            InboxEvent::Unassigned { conversation, why } => {
                // What happened until then is still the agent's to see.
                if let Some(mut line) = self.lines.remove(&conversation) {
                    line.read(&self.out).await?;
                }
                let unassigned = encode_agent::unassigned(&conversation, why);
                self.out.send(Frame::Unassigned(unassigned)).await?;
            }
            InboxEvent::PresenceChanged { presence } => self.presence_changed(&presence).await?,
            InboxEvent::Superseded { incarnation } if incarnation > self.incarnation => {
                self.out.send(Frame::Superseded(pb::Superseded { incarnation })).await?;
                return Ok(Goes::Over);
            }
            // Our own session threw an older one out.
            InboxEvent::Superseded { .. } => {}
        }
        Ok(Goes::On)
    }

    async fn offered(
        &self,
        conversation: &ConversationId,
        token: Token,
    ) -> Result<Option<Item>, Ended> {
        Ok(match self.context.app.place(conversation).await? {
            Some(item::Place::Here(item)) if item.token == token => match item.state {
                ItemState::Offered { .. } | ItemState::Assigned { .. } => Some(item),
                ItemState::Waiting => None,
            },
            Some(item::Place::Here(_) | item::Place::Gone { .. }) | None => None,
        })
    }

    async fn assigned(&mut self, id: &ConversationId, token: Token) -> Result<(), Ended> {
        if self.lines.get(id).is_some_and(|line| line.token() == token) {
            return Ok(());
        }
        let c = self.bound(id, token).await?;
        let since = match self.context.app.place(id).await? {
            Some(item::Place::Here(item)) if item.token == token => Some(item.waiting_since),
            Some(item::Place::Here(_) | item::Place::Gone { .. }) | None => None,
        };
        self.send_assigned(&c, token, since).await?;
        self.follow(id, token).await
    }

    async fn send_assigned(
        &self,
        c: &Conversation,
        token: Token,
        since: Option<Timestamp>,
    ) -> Result<(), Ended> {
        let assignment = encode_agent::assignment(&self.context.app, c, token, since);
        self.out.send(Frame::Assigned(assignment)).await
    }

    /// The conversation as soon as it knows of the assignment: the pool knew it a moment earlier.
    async fn bound(&self, id: &ConversationId, token: Token) -> Result<Conversation, Ended> {
        let app = &self.context.app;
        let bucket = keys::bucket(keys::bucket_of(id, app.settings().buckets));
        let mut watch = app.hub().watch(bucket, Topic::Log(id.clone()));
        let until = Instant::now() + BIND_SPAN;
        loop {
            let c = app.conversation(id).await?;
            if c.token >= token || Instant::now() >= until {
                return Ok(c);
            }
            tokio::select! {
                () = watch.changed() => {}
                () = sleep_until(until) => {}
            }
        }
    }

    /// Begins to tell what happens in a conversation.
    async fn follow(&mut self, id: &ConversationId, token: Token) -> Result<(), Ended> {
        let place = self.places.remove(id);
        let line = Line::open(self.context, &self.agent, id, token, place, &self.out).await?;
        self.lines.insert(id.clone(), line);
        Ok(())
    }

    async fn read_lines(&mut self) -> Result<(), Ended> {
        for line in self.lines.values_mut() {
            line.read(&self.out).await?;
        }
        Ok(())
    }

    /// Compares with the pool, in case something became the agent's without a record, and ends
    /// when the session is over.
    async fn look(&mut self) -> Result<Goes, Ended> {
        let agent = match self.context.app.session(&self.agent, self.incarnation).await {
            Ok(agent) => agent,
            Err(AppError::Refused(_) | AppError::NotFound { .. }) => return Ok(Goes::Over),
            // The store is away for a moment: what it holds can be compared later.
            Err(_) => return Ok(Goes::On),
        };
        for (id, held) in &agent.held {
            match held.how {
                Holding::Owned => self.assigned(id, held.token).await?,
                Holding::Offer | Holding::WrapUp { .. } => {}
            }
        }
        Ok(Goes::On)
    }

    async fn presence_changed(&self, presence: &Presence) -> Result<(), Ended> {
        let changed = pb::PresenceChanged {
            presence: encode_agent::presence(presence).into(),
            away_reason: encode_agent::away_reason(presence),
        };
        self.out.send(Frame::PresenceChanged(changed)).await
    }
}

async fn any_changed(lines: &mut BTreeMap<ConversationId, Line>) {
    let changes: Vec<_> = lines.values_mut().filter_map(Line::changed).map(Box::pin).collect();
    if changes.is_empty() {
        pending::<()>().await;
    } else {
        select_all(changes).await;
    }
}
