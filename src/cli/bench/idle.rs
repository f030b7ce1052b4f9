//! What an open stream costs while nothing happens: memory of the server, before and after.

use super::child::Child;
use crate::cli::connect::{Bearer, ask, fresh_id};
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::{StartConversationRequest, SubscribeEventsRequest};
use anyhow::Context;
use std::time::Duration;

/// Streams that share a connection: pages have one each, platforms thousands.
const STREAMS_A_CONNECTION: u32 = 100;
/// After this the server has put away what it used while the streams were opened.
const SETTLING: Duration = Duration::from_secs(3);

/// Bytes of the server's memory for each open stream, with its conversation.
#[derive(Debug, Clone, Copy)]
pub struct Idle {
    /// How many were open.
    pub streams: u32,
    /// Bytes for each conversation before its stream was opened.
    pub conversation_bytes: u64,
    /// Bytes for each stream.
    pub stream_bytes: u64,
}

/// Opens the streams and looks.
pub async fn measure(child: &Child, streams: u32) -> anyhow::Result<Idle> {
    let memory = || child.memory().context("this system does not tell what a process uses");
    let mut channels = Vec::new();
    for _ in 0..streams.div_ceil(STREAMS_A_CONNECTION) {
        channels.push(child.connection().await?);
    }
    let empty = memory()?;
    let mut talks = Vec::new();
    for number in 0..streams {
        let channel = channels[(number / STREAMS_A_CONNECTION) as usize].clone();
        let request = StartConversationRequest {
            request_id: fresh_id(),
            device_id: fresh_id(),
            language: "ar".to_owned(),
            ..Default::default()
        };
        let mut chat = ChatServiceClient::new(channel.clone());
        let started = chat.start_conversation(ask(request)).await?.into_inner();
        let bearer = Bearer::new(&started.customer_token).context("a token cannot be sent")?;
        let id = started.conversation.context("no conversation was given")?.conversation_id;
        talks.push((ChatServiceClient::with_interceptor(channel, bearer), id));
    }
    tokio::time::sleep(SETTLING).await;
    let begun = memory()?;
    let mut open = Vec::new();
    for (chat, conversation_id) in &mut talks {
        let request = SubscribeEventsRequest {
            conversation_id: conversation_id.clone(),
            resume_token: String::new(),
        };
        let mut stream = chat.subscribe_events(request).await?.into_inner();
        // Attached, and all that was.
        stream.message().await?;
        stream.message().await?;
        open.push(stream);
    }
    tokio::time::sleep(SETTLING).await;
    let of_each = |bytes: u64| bytes / u64::from(streams);
    Ok(Idle {
        streams,
        conversation_bytes: of_each(begun.saturating_sub(empty)),
        stream_bytes: of_each(memory()?.saturating_sub(begun)),
    })
}
