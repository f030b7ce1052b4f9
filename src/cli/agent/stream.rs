//! Where this desk stands in the stream of work: one place for each conversation it holds.

use crate::cli::connect::Secured;
use crate::cli::follow::{Next, Subscription};
use crate::grpc::pb::agent_service_client::AgentServiceClient;
use crate::grpc::pb::subscribe_work_response::Frame;
use crate::grpc::pb::{
    AgentSession, ConversationEvent, SubscribeWorkRequest, SubscribeWorkResponse,
};
use std::collections::BTreeMap;
use std::time::Duration;
use tonic::{Request, Response, Status, Streaming};

/// The stream of one agent's work.
pub struct WorkStream {
    client: AgentServiceClient<Secured>,
    session: AgentSession,
    places: BTreeMap<String, Place>,
}

/// Where one conversation stands.
#[derive(Debug, Default)]
struct Place {
    resume_token: String,
    /// Everything up to here was handed on; 0 before the first event.
    through: u64,
    /// Where a gap was met last: a server that shows the same gap twice has nothing else to give.
    gap: Option<u64>,
}

impl WorkStream {
    /// For this session, with nothing seen yet.
    pub fn new(client: AgentServiceClient<Secured>, session: AgentSession) -> WorkStream {
        WorkStream { client, session, places: BTreeMap::new() }
    }
}

impl Subscription for WorkStream {
    type Frame = SubscribeWorkResponse;

    async fn open(&mut self) -> Result<Response<Streaming<SubscribeWorkResponse>>, Status> {
        let seen = self.places.iter().filter(|(_, place)| !place.resume_token.is_empty());
        let request = SubscribeWorkRequest {
            sessions: vec![self.session.clone()],
            resume_tokens: seen
                .map(|(id, place)| (id.clone(), place.resume_token.clone()))
                .collect(),
        };
        self.client.subscribe_work(Request::new(request)).await
    }

    fn take(&mut self, response: &SubscribeWorkResponse) -> Next {
        take(&mut self.places, response)
    }
}

fn take(places: &mut BTreeMap<String, Place>, response: &SubscribeWorkResponse) -> Next {
    match &response.frame {
        Some(Frame::ConversationEvent(event)) => {
            places.entry(event.conversation_id.clone()).or_default().take(event)
        }
        Some(Frame::Unassigned(gone)) => {
            places.remove(&gone.conversation_id);
            Next::Forward
        }
        Some(Frame::Attached(all)) => {
            let held = |id: &String| {
                let mut held = all.assignments.iter().filter_map(|a| a.conversation.as_ref());
                held.any(|conversation| conversation.conversation_id == *id)
            };
            places.retain(|id, _| held(id));
            Next::Forward
        }
        Some(Frame::Moved(moved)) => {
            let after = moved.reconnect_after.and_then(|after| after.try_into().ok());
            Next::ReopenAfter(after.unwrap_or(Duration::from_secs(1)))
        }
        Some(
            Frame::Offer(_)
            | Frame::OfferEnded(_)
            | Frame::Assigned(_)
            | Frame::PresenceChanged(_)
            | Frame::Superseded(_)
            | Frame::CustomerTyping(_)
            | Frame::AttendanceChanged(_)
            | Frame::ConversationRead(_)
            | Frame::Heartbeat(_),
        )
        | None => Next::Forward,
    }
}

impl Place {
    fn take(&mut self, event: &ConversationEvent) -> Next {
        let sequence = event.event.as_ref().map(|event| event.sequence);
        if let Some(sequence) = sequence {
            let missed = self.through > 0 && sequence > self.through + 1;
            if missed && self.gap.replace(sequence) != Some(sequence) {
                return Next::Reopen;
            }
        }
        let reset = event.reset.as_ref().and_then(|reset| reset.conversation.as_ref());
        self.through = match reset {
            Some(conversation) => conversation.head_sequence,
            None => self.through.max(sequence.unwrap_or(0)).max(event.through_sequence),
        };
        if !event.resume_token.is_empty() {
            self.resume_token = event.resume_token.clone();
        }
        Next::Forward
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::pb::{Event, Unassigned, WorkAttached};

    fn happened(sequence: u64, through_sequence: u64) -> SubscribeWorkResponse {
        let event = (sequence > 0).then(|| Event { sequence, ..Event::default() });
        let event = ConversationEvent {
            conversation_id: "c".into(),
            event,
            resume_token: format!("t{through_sequence}"),
            through_sequence,
            ..ConversationEvent::default()
        };
        SubscribeWorkResponse {
            frame: Some(Frame::ConversationEvent(event)),
            ..SubscribeWorkResponse::default()
        }
    }

    #[test]
    fn a_gap_opens_the_stream_again_and_hidden_events_are_none() {
        let mut places = BTreeMap::new();
        assert_eq!(take(&mut places, &happened(7, 7)), Next::Forward, "the first may be any");
        assert_eq!(take(&mut places, &happened(0, 8)), Next::Forward);
        assert_eq!(take(&mut places, &happened(9, 9)), Next::Forward);
        assert_eq!(take(&mut places, &happened(11, 11)), Next::Reopen);
        assert_eq!(places["c"].resume_token, "t9");
        assert_eq!(take(&mut places, &happened(11, 11)), Next::Forward, "it has nothing else");
        assert_eq!(places["c"].resume_token, "t11");
    }

    #[test]
    fn a_conversation_that_went_is_not_asked_for_again() {
        let mut places = BTreeMap::new();
        take(&mut places, &happened(7, 7));
        let frame = Frame::Unassigned(Unassigned { conversation_id: "c".into(), reason: 0 });
        take(&mut places, &SubscribeWorkResponse { frame: Some(frame), ..Default::default() });
        assert!(places.is_empty());
        take(&mut places, &happened(7, 7));
        let frame = Frame::Attached(WorkAttached::default());
        take(&mut places, &SubscribeWorkResponse { frame: Some(frame), ..Default::default() });
        assert!(places.is_empty());
    }
}
