//! The two streams of a supervisor's screen, each with where it goes on after a break.

use crate::cli::connect::Secured;
use crate::cli::follow::{Next, Subscription};
use crate::cli::zone;
use crate::grpc::pb::supervisor_service_client::SupervisorServiceClient;
use crate::grpc::pb::{
    StreamMoved, SubscribeOverviewRequest, SubscribeOverviewResponse, WatchConversationRequest,
    WatchConversationResponse, subscribe_overview_response, watch_conversation_response,
};
use std::time::Duration;
use tonic::{Request, Response, Status, Streaming};

/// How everything stands. Each opening begins with everything, so that it needs no place.
pub struct OverviewStream {
    client: SupervisorServiceClient<Secured>,
}

impl OverviewStream {
    /// On this client.
    pub fn new(client: SupervisorServiceClient<Secured>) -> OverviewStream {
        OverviewStream { client }
    }
}

impl Subscription for OverviewStream {
    type Frame = SubscribeOverviewResponse;

    async fn open(&mut self) -> Result<Response<Streaming<SubscribeOverviewResponse>>, Status> {
        self.client.subscribe_overview(Request::new(SubscribeOverviewRequest {})).await
    }

    fn take(&mut self, frame: &SubscribeOverviewResponse) -> Next {
        match &frame.frame {
            Some(subscribe_overview_response::Frame::Moved(moved)) => reopen(moved),
            Some(subscribe_overview_response::Frame::Overview(all)) => {
                zone::shop_is_in(&all.time_zone);
                Next::Forward
            }
            Some(_) | None => Next::Forward,
        }
    }
}

/// A watched conversation.
pub struct WatchStream {
    client: SupervisorServiceClient<Secured>,
    conversation_id: String,
    resume_token: String,
}

impl WatchStream {
    /// From the conversation's beginning.
    pub fn new(client: SupervisorServiceClient<Secured>, conversation_id: String) -> WatchStream {
        WatchStream { client, conversation_id, resume_token: String::new() }
    }
}

impl Subscription for WatchStream {
    type Frame = WatchConversationResponse;

    async fn open(&mut self) -> Result<Response<Streaming<WatchConversationResponse>>, Status> {
        let (conversation_id, resume_token) =
            (self.conversation_id.clone(), self.resume_token.clone());
        let request = WatchConversationRequest { conversation_id, resume_token };
        self.client.watch_conversation(Request::new(request)).await
    }

    fn take(&mut self, frame: &WatchConversationResponse) -> Next {
        if !frame.resume_token.is_empty() {
            self.resume_token = frame.resume_token.clone();
        }
        match &frame.frame {
            Some(watch_conversation_response::Frame::Moved(moved)) => reopen(moved),
            Some(_) | None => Next::Forward,
        }
    }
}

fn reopen(moved: &StreamMoved) -> Next {
    let after = moved.reconnect_after.and_then(|after| after.try_into().ok());
    Next::ReopenAfter(after.unwrap_or(Duration::from_secs(1)))
}
