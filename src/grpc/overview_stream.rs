//! The supervisors' stream: how queues and agents stand, first everything, then what has changed.
//! It looks at the store once a second and at once when the pool rings; a slow reader gets the newest
//! state, never a backlog.

use super::context::Context;
use super::encode;
use super::encode_overview;
use super::frames::{self, Frames, Sender};
use super::pb::subscribe_overview_response::Frame;
use super::pb::{self, SubscribeOverviewResponse};
use super::refusals;
use crate::app::board::Board;
use crate::app::keys::{self, Topic};
use crate::domain::routing::alerts::Raised;
use crate::domain::routing::opening;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use tonic::Status;

/// A stream says at least this often that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is looked at when nothing rings.
const LOOK: Duration = Duration::from_secs(1);
/// And how often at most.
const LOOK_LEAST: Duration = Duration::from_millis(250);
/// Frames that may wait for a slow reader; beyond, looking pauses.
const FRAMES_AHEAD: usize = 16;
/// With more changes than this at once, everything is sent anew.
const CHANGES_MAX: usize = 200;

/// Opens the stream. A task of its own looks; it ends when the client goes.
pub async fn open(context: Context) -> Result<Frames<SubscribeOverviewResponse>, Status> {
    let board = context.app.board().await.map_err(refusals::status)?;
    let (sender, frames) = frames::channel(FRAMES_AHEAD);
    tokio::spawn(async move {
        let mut stream = Stream { context, sender, told: Told::default() };
        if let Err(Ended::Failed(status)) = stream.run(board).await {
            stream.sender.send(Err(*status)).await.ok();
        }
    });
    Ok(frames)
}

struct Stream {
    context: Context,
    sender: Sender<SubscribeOverviewResponse>,
    told: Told,
}

/// What the reader knows.
#[derive(Default)]
struct Told {
    queues: BTreeMap<String, pb::QueueView>,
    agents: BTreeMap<String, pb::AgentView>,
    totals: pb::OverviewTotals,
    alerts: Vec<Raised>,
}

/// Why a stream ends early.
enum Ended {
    ClientGone,
    Failed(Box<Status>),
}

impl Stream {
    async fn run(&mut self, board: Arc<Board>) -> Result<(), Ended> {
        let app = Arc::clone(&self.context.app);
        let pool = keys::pool(&app.rules().routing.pool);
        let mut changed = app.hub().watch(pool, Topic::Any);
        self.tell_everything(&board).await?;
        let end = self.context.lifecycle.stream_end();
        tokio::pin!(end);
        let mut beat = Instant::now() + HEARTBEAT;
        loop {
            tokio::select! {
                biased;
                after = &mut end => {
                    let reconnect_after = Some(encode::duration(after));
                    return self.send(Frame::Moved(pb::StreamMoved { reconnect_after })).await;
                }
                () = self.sender.closed() => return Err(Ended::ClientGone),
                () = sleep_until(beat) => {
                    self.send(Frame::Heartbeat(pb::StreamHeartbeat { head_sequence: 0 })).await?;
                    beat = Instant::now() + HEARTBEAT;
                    continue;
                }
                () = changed.changed() => sleep(LOOK_LEAST).await,
                () = sleep(LOOK) => {}
            }
            let failed = |error| Ended::Failed(Box::new(refusals::status(error)));
            let board = app.board().await.map_err(failed)?;
            self.tell_changes(&board).await?;
        }
    }

    async fn tell_everything(&mut self, board: &Board) -> Result<(), Ended> {
        let app = &self.context.app;
        let queues = encode_overview::queues(app, board);
        let agents = encode_overview::agents(app, board);
        let totals = encode_overview::totals(board);
        let overview = pb::Overview {
            queues: queues.clone(),
            agents: agents.clone(),
            totals: Some(totals),
            mode: self.context.mode().into(),
            alerts: board.alerts.iter().map(encode_overview::alert).collect(),
            time_zone: opening::zone(&app.rules().routing, None),
        };
        let (queues, agents) = (by_queue(queues), by_agent(agents));
        self.told = Told { queues, agents, totals, alerts: board.alerts.clone() };
        self.send(Frame::Overview(overview)).await
    }

    async fn tell_changes(&mut self, board: &Board) -> Result<(), Ended> {
        let app = &self.context.app;
        let queues = by_queue(encode_overview::queues(app, board));
        let agents = by_agent(encode_overview::agents(app, board));
        let totals = encode_overview::totals(board);
        let mut frames = Vec::new();
        for (id, queue) in &queues {
            if self.told.queues.get(id) != Some(queue) {
                frames.push(Frame::Queue(queue.clone()));
            }
        }
        for (id, agent) in &agents {
            if self.told.agents.get(id) != Some(agent) {
                frames.push(Frame::Agent(agent.clone()));
            }
        }
        for id in self.told.agents.keys().filter(|id| !agents.contains_key(*id)) {
            frames.push(Frame::AgentRemoved(pb::AgentRemoved { agent_id: id.clone() }));
        }
        // A queue that the rules no longer name can only be told by telling everything.
        let fewer = self.told.queues.keys().any(|id| !queues.contains_key(id));
        if fewer || frames.len() > CHANGES_MAX {
            return self.tell_everything(board).await;
        }
        if totals != self.told.totals {
            frames.push(Frame::Totals(totals));
        }
        for raised in board.alerts.iter().filter(|raised| !self.told.alerts.contains(raised)) {
            frames.push(Frame::AlertRaised(encode_overview::alert(raised)));
        }
        for gone in self.told.alerts.iter().filter(|gone| !board.alerts.contains(gone)) {
            frames.push(Frame::AlertCleared(encode_overview::alert(gone)));
        }
        self.told = Told { queues, agents, totals, alerts: board.alerts.clone() };
        for frame in frames {
            self.send(frame).await?;
        }
        Ok(())
    }

    async fn send(&self, frame: Frame) -> Result<(), Ended> {
        let response = SubscribeOverviewResponse { frame: Some(frame) };
        self.sender.send(Ok(response)).await.map_err(|_| Ended::ClientGone)
    }
}

fn by_queue(queues: Vec<pb::QueueView>) -> BTreeMap<String, pb::QueueView> {
    queues.into_iter().map(|queue| (queue.queue_id.clone(), queue)).collect()
}

fn by_agent(agents: Vec<pb::AgentView>) -> BTreeMap<String, pb::AgentView> {
    let id = |agent: &pb::AgentView| {
        let profile = agent.agent.as_ref().and_then(|agent| agent.profile.as_ref());
        profile.map(|profile| profile.agent_id.clone()).unwrap_or_default()
    };
    agents.into_iter().map(|agent| (id(&agent), agent)).collect()
}
