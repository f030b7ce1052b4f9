//! What the stream has told of queues and agents, put together, and the numbers by which a person
//! names conversations. No I/O.

use crate::grpc::pb::subscribe_overview_response::Frame;
use crate::grpc::pb::{
    AgentView, Mode, OverviewTotals, QueueView, RaisedAlert, SubscribeOverviewResponse,
};
use std::collections::BTreeMap;

/// How everything stands, as far as it was told.
#[derive(Debug, Default)]
pub struct Floor {
    /// The queues, in the server's order.
    pub queues: Vec<QueueView>,
    /// The agents by id.
    pub agents: BTreeMap<String, AgentView>,
    /// The sums.
    pub totals: OverviewTotals,
    /// How well the deployment works.
    pub mode: Mode,
    /// The alerts that stand.
    pub alerts: Vec<RaisedAlert>,
    /// Conversations by the number they have had since they were first seen, from 1.
    numbered: Vec<String>,
}

/// What a frame means to whoever looks.
#[derive(Debug, PartialEq)]
pub enum News {
    /// Everything came, for the first time or anew.
    Everything,
    /// Something moved.
    Moved,
    /// An alert was raised.
    Alerted(RaisedAlert),
    /// An alert no longer stands.
    Cleared(RaisedAlert),
    /// Nothing that need be shown.
    Nothing,
}

impl Floor {
    /// Takes a frame.
    pub fn frame(&mut self, response: SubscribeOverviewResponse) -> News {
        match response.frame {
            Some(Frame::Overview(all)) => {
                self.mode = all.mode();
                self.queues = all.queues;
                self.agents = all.agents.into_iter().map(|view| (id_of(&view), view)).collect();
                self.totals = all.totals.unwrap_or_default();
                self.alerts = all.alerts;
                self.number();
                return News::Everything;
            }
            Some(Frame::Queue(queue)) => {
                match self.queues.iter_mut().find(|known| known.queue_id == queue.queue_id) {
                    Some(known) => *known = queue,
                    None => self.queues.push(queue),
                }
            }
            Some(Frame::Agent(view)) => drop(self.agents.insert(id_of(&view), view)),
            Some(Frame::AgentRemoved(gone)) => drop(self.agents.remove(&gone.agent_id)),
            Some(Frame::Totals(totals)) => self.totals = totals,
            Some(Frame::AlertRaised(alert)) => {
                self.alerts.push(alert.clone());
                self.number();
                return News::Alerted(alert);
            }
            Some(Frame::AlertCleared(alert)) => {
                self.alerts.retain(|known| *known != alert);
                return News::Cleared(alert);
            }
            Some(Frame::Heartbeat(_) | Frame::Moved(_)) | None => return News::Nothing,
        }
        self.number();
        News::Moved
    }

    /// The number of a conversation, which it has from now on.
    pub fn give_number(&mut self, conversation: &str) -> usize {
        self.number_of(conversation).unwrap_or_else(|| {
            self.numbered.push(conversation.to_owned());
            self.numbered.len()
        })
    }

    /// The number of a conversation; `None` if it was not seen.
    pub fn number_of(&self, conversation: &str) -> Option<usize> {
        self.numbered.iter().position(|known| known == conversation).map(|at| at + 1)
    }

    /// The conversation of a number.
    pub fn numbered(&self, number: usize) -> Option<&str> {
        number.checked_sub(1).and_then(|at| self.numbered.get(at)).map(String::as_str)
    }

    /// The agent who owns a conversation.
    pub fn owner(&self, conversation: &str) -> Option<&str> {
        let owns = |view: &&AgentView| {
            let agent = view.agent.as_ref();
            agent.is_some_and(|agent| agent.conversation_ids.iter().any(|id| id == conversation))
        };
        self.agents
            .values()
            .find(owns)
            .and_then(|view| view.agent.as_ref()?.profile.as_ref())
            .map(|profile| profile.agent_id.as_str())
    }

    /// A number that was given stays: what a person has read must go on being true.
    fn number(&mut self) {
        let waiting = self.queues.iter().map(|queue| &queue.oldest_conversation_id);
        let held = self.agents.values().flat_map(|view| &view.held);
        let alerts = self.alerts.iter().map(|alert| &alert.conversation_id);
        let seen = waiting.chain(held.map(|held| &held.conversation_id)).chain(alerts);
        let seen: Vec<String> = seen.cloned().collect();
        for id in seen.iter().filter(|id| !id.is_empty()) {
            self.give_number(id);
        }
    }
}

fn id_of(view: &AgentView) -> String {
    let profile = view.agent.as_ref().and_then(|agent| agent.profile.as_ref());
    profile.map(|profile| profile.agent_id.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::pb::{Agent, AgentProfile, HeldView, Overview};

    fn frame(frame: Frame) -> SubscribeOverviewResponse {
        SubscribeOverviewResponse { frame: Some(frame) }
    }

    fn agent(id: &str, held: &[&str]) -> AgentView {
        let profile = Some(AgentProfile { agent_id: id.to_owned(), ..Default::default() });
        let conversation_ids = held.iter().map(ToString::to_string).collect();
        let agent = Some(Agent { profile, conversation_ids, ..Default::default() });
        let one = |id: &&str| HeldView { conversation_id: id.to_string(), ..Default::default() };
        AgentView { agent, held: held.iter().map(one).collect() }
    }

    #[test]
    fn changes_are_put_together_and_a_number_once_given_stays() {
        let mut floor = Floor::default();
        let queue = QueueView {
            queue_id: "care".into(),
            oldest_conversation_id: "c1".into(),
            waiting: 1,
            ..Default::default()
        };
        let all = Overview { queues: vec![queue.clone()], ..Default::default() };
        assert_eq!(floor.frame(frame(Frame::Overview(all))), News::Everything);
        let held = frame(Frame::Agent(agent("sara", &["c2"])));
        assert_eq!(floor.frame(held), News::Moved);
        assert_eq!((floor.number_of("c1"), floor.number_of("c2")), (Some(1), Some(2)));
        assert_eq!(floor.owner("c2"), Some("sara"));
        let empty = QueueView { oldest_conversation_id: String::new(), waiting: 0, ..queue };
        floor.frame(frame(Frame::Queue(empty)));
        floor.frame(frame(Frame::Agent(agent("sara", &["c1"]))));
        assert_eq!(floor.queues.len(), 1);
        assert_eq!((floor.numbered(1), floor.numbered(2)), (Some("c1"), Some("c2")));
        assert_eq!(floor.numbered(0), None);
        let gone = crate::grpc::pb::AgentRemoved { agent_id: "sara".into() };
        floor.frame(frame(Frame::AgentRemoved(gone)));
        assert_eq!(floor.owner("c1"), None);
    }
}
