//! Where this customer stands in the stream of events, and what a frame asks for.

use crate::cli::connect::Secured;
use crate::cli::follow::{Next, Subscription};
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::subscribe_events_response::Frame;
use crate::grpc::pb::{SubscribeEventsRequest, SubscribeEventsResponse};
use std::time::Duration;
use tonic::{Request, Response, Status, Streaming};

/// The stream of one conversation.
pub struct Events {
    client: ChatServiceClient<Secured>,
    place: Place,
}

/// The last frame that was handed on.
struct Place {
    conversation_id: String,
    resume_token: String,
    /// Everything up to here was handed on.
    through: u64,
    /// Where a gap was met last: a server that shows the same gap twice has nothing else to give.
    gap: Option<u64>,
}

impl Events {
    /// From this token on.
    pub fn new(
        client: ChatServiceClient<Secured>,
        conversation_id: String,
        resume_token: String,
    ) -> Events {
        Events { client, place: Place { conversation_id, resume_token, through: 0, gap: None } }
    }
}

impl Subscription for Events {
    type Frame = SubscribeEventsResponse;

    async fn open(&mut self) -> Result<Response<Streaming<SubscribeEventsResponse>>, Status> {
        let request = SubscribeEventsRequest {
            conversation_id: self.place.conversation_id.clone(),
            resume_token: self.place.resume_token.clone(),
        };
        self.client.subscribe_events(Request::new(request)).await
    }

    fn take(&mut self, frame: &SubscribeEventsResponse) -> Next {
        self.place.take(frame)
    }
}

impl Place {
    fn take(&mut self, response: &SubscribeEventsResponse) -> Next {
        let next = match &response.frame {
            Some(Frame::Attached(attached)) => {
                self.through = attached.next_sequence.saturating_sub(1);
                Next::Forward
            }
            Some(Frame::Event(event)) => self.step(event.sequence),
            Some(Frame::Advanced(advanced)) => {
                self.through = self.through.max(advanced.through_sequence);
                Next::Forward
            }
            Some(Frame::Reset(reset)) => {
                self.through = reset.conversation.as_ref().map_or(0, |c| c.head_sequence);
                Next::Forward
            }
            Some(Frame::Heartbeat(beat)) if beat.head_sequence > self.through => {
                self.again(beat.head_sequence)
            }
            Some(Frame::Moved(moved)) => {
                let after = moved.reconnect_after.and_then(|after| after.try_into().ok());
                Next::ReopenAfter(after.unwrap_or(Duration::from_secs(1)))
            }
            Some(
                Frame::Heartbeat(_)
                | Frame::QueueStatus(_)
                | Frame::Typing(_)
                | Frame::ReadMarks(_),
            )
            | None => Next::Forward,
        };
        if next == Next::Forward && !response.resume_token.is_empty() {
            self.resume_token = response.resume_token.clone();
        }
        next
    }

    fn step(&mut self, sequence: u64) -> Next {
        if sequence > self.through + 1 && self.again(sequence) == Next::Reopen {
            return Next::Reopen;
        }
        self.through = self.through.max(sequence);
        Next::Forward
    }

    fn again(&mut self, sequence: u64) -> Next {
        if self.gap.replace(sequence) == Some(sequence) { Next::Forward } else { Next::Reopen }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::pb::{Advanced, Attached, Event, StreamHeartbeat, StreamMoved};

    fn place() -> Place {
        Place { conversation_id: "c".into(), resume_token: "t0".into(), through: 0, gap: None }
    }

    fn response(token: &str, frame: Frame) -> SubscribeEventsResponse {
        SubscribeEventsResponse { resume_token: token.to_owned(), frame: Some(frame) }
    }

    fn event(sequence: u64) -> Frame {
        Frame::Event(Event { sequence, ..Event::default() })
    }

    fn attached(next_sequence: u64) -> Frame {
        Frame::Attached(Attached { next_sequence, ..Attached::default() })
    }

    fn beat(head_sequence: u64) -> Frame {
        Frame::Heartbeat(StreamHeartbeat { head_sequence })
    }

    fn check(steps: Vec<(&str, Frame, Next, &str)>) {
        let mut place = place();
        for (number, (token, frame, next, kept)) in steps.into_iter().enumerate() {
            assert_eq!(place.take(&response(token, frame)), next, "step {number}");
            assert_eq!(place.resume_token, kept, "step {number}");
        }
    }

    #[test]
    fn the_token_follows_what_was_handed_on() {
        let advanced = Frame::Advanced(Advanced { through_sequence: 5 });
        check(vec![
            ("", attached(3), Next::Forward, "t0"),
            ("t3", event(3), Next::Forward, "t3"),
            ("t5", advanced, Next::Forward, "t5"),
            ("t6", event(6), Next::Forward, "t6"),
            ("", beat(6), Next::Forward, "t6"),
        ]);
    }

    #[test]
    fn a_gap_opens_the_stream_again_from_the_last_token_but_not_for_ever() {
        check(vec![
            ("", attached(1), Next::Forward, "t0"),
            ("t1", event(1), Next::Forward, "t1"),
            ("t3", event(3), Next::Reopen, "t1"),
            ("", attached(2), Next::Forward, "t1"),
            ("t3", event(3), Next::Forward, "t3"),
        ]);
    }

    #[test]
    fn a_heartbeat_that_is_ahead_tells_that_something_was_missed() {
        check(vec![
            ("", attached(1), Next::Forward, "t0"),
            ("", beat(2), Next::Reopen, "t0"),
            ("", attached(1), Next::Forward, "t0"),
            ("", beat(2), Next::Forward, "t0"),
        ]);
    }

    #[test]
    fn a_server_that_goes_away_says_when_to_come_back() {
        let reconnect_after = Some(prost_types::Duration { seconds: 2, nanos: 0 });
        let moved = Frame::Moved(StreamMoved { reconnect_after });
        check(vec![("", moved, Next::ReopenAfter(Duration::from_secs(2)), "t0")]);
    }
}
