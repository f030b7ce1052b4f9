//! The lines to one conversation: its stream, the worker that makes its calls, and its read mark. All
//! end when this is dropped, so that a terminal can go on with another conversation.

use super::calls::{self, Asked, Report};
use super::saved::Saved;
use super::stream::Events;
use crate::cli::connect::{Bearer, Secured};
use crate::cli::follow::{Heard, follow};
use crate::grpc::pb::SubscribeEventsResponse;
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use tokio::sync::{mpsc, watch};
use tonic::transport::Channel;

/// The lines to one conversation.
pub struct Link {
    /// Its secret.
    pub bearer: Bearer,
    /// What is to be done in it.
    pub wants: mpsc::Sender<Asked>,
    /// What became of that.
    pub reports: mpsc::UnboundedReceiver<Report>,
    /// What its stream brings.
    pub heard: mpsc::Receiver<Heard<SubscribeEventsResponse>>,
    /// How far the customer has read.
    pub read: watch::Sender<u64>,
}

impl Link {
    /// Opens them; the stream begins at this token, or with the conversation if it is empty.
    pub fn open(channel: Channel, saved: &Saved, resume_token: String) -> anyhow::Result<Link> {
        let bearer = Bearer::new(&saved.customer_token).ok_or_else(|| {
            anyhow::anyhow!("the customer token is damaged; begin a new conversation")
        })?;
        let client: ChatServiceClient<Secured> =
            ChatServiceClient::with_interceptor(channel, bearer.clone());
        let id = saved.conversation_id.clone();
        let (wants, asked) = mpsc::channel(64);
        // One for each call, and for each repetition: whoever makes calls never waits for whoever asks.
        let (report, reports) = mpsc::unbounded_channel();
        tokio::spawn(calls::work(client.clone(), id.clone(), asked, report));
        let (read, marks) = watch::channel(0);
        tokio::spawn(calls::mark(client.clone(), id.clone(), marks));
        let (tell, heard) = mpsc::channel(64);
        tokio::spawn(follow(Events::new(client, id, resume_token), tell));
        Ok(Link { bearer, wants, reports, heard, read })
    }
}
