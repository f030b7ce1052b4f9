//! The yardstick of calls: a bare tonic service that takes the message of a bot turn and answers
//! with an answer of the size of a bot turn, and does nothing in between.

use super::child::LISTENS;
use super::load::{Caller, Pace, counted};
use super::meter::{Kind, Meter};
use crate::grpc::pb::send_message_request::Content;
use crate::grpc::pb::{
    Event, LocalizedText, MessageSent, SendMessageRequest, SendMessageResponse, event,
};
use http::uri::PathAndQuery;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

const PATH: &str = "/sanad.bench.Echo/Say";

/// Serves until it is killed.
pub async fn serve() -> anyhow::Result<()> {
    // As tonic itself listens when it is given an address: without this each answer waits 40 ms.
    let incoming =
        TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?.with_nodelay(Some(true));
    println!("{LISTENS}http://{}", incoming.local_addr()?);
    Ok(Server::builder().add_service(Echo).serve_with_incoming(incoming).await?)
}

#[derive(Debug, Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "sanad.bench.Echo";
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::default());
            Ok(grpc.unary(Echo, request).await)
        })
    }
}

impl UnaryService<SendMessageRequest> for Echo {
    type Response = SendMessageResponse;
    type Future = Ready<Result<Response<SendMessageResponse>, Status>>;

    fn call(&mut self, request: Request<SendMessageRequest>) -> Self::Future {
        let request = request.into_inner();
        let text = match request.content {
            Some(Content::Text(text)) => text,
            Some(Content::ChoiceId(_) | Content::SayAgain(_)) | None => String::new(),
        };
        // The customer's words come back, and an answer of an ordinary length with them.
        let said = |text: String| Event {
            sequence: 1,
            event_id: vec![7; 16],
            body: Some(event::Body::MessageSent(MessageSent {
                text: Some(LocalizedText { text, language: "en".to_owned(), direction: 1 }),
                ..MessageSent::default()
            })),
            ..Event::default()
        };
        ready(Ok(Response::new(SendMessageResponse {
            message: Some(said(text)),
            events: vec![said("It takes two to four working days. ".repeat(8))],
            ..SendMessageResponse::default()
        })))
    }
}

/// Calls the echo.
pub struct EchoCaller {
    grpc: tonic::client::Grpc<Channel>,
}

impl EchoCaller {
    /// On this connection.
    pub fn on(channel: Channel) -> EchoCaller {
        EchoCaller { grpc: tonic::client::Grpc::new(channel) }
    }
}

impl Caller for EchoCaller {
    fn calls(&self) -> f64 {
        1.0
    }

    async fn visit(&mut self, mut pace: Pace, meter: &mut Meter) {
        let begun = pace.next().await;
        let request = SendMessageRequest {
            conversation_id: "A".repeat(22),
            request_id: "0".repeat(32),
            content: Some(Content::Text("Where is my order, please?".to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        if let Err(error) = self.grpc.ready().await {
            return meter.fail(format!("echo: {error}"));
        }
        let codec = ProstCodec::<SendMessageRequest, SendMessageResponse>::default();
        let path = PathAndQuery::from_static(PATH);
        let answer = self.grpc.unary(Request::new(request), path, codec).await;
        counted(Kind::Echo, begun, answer, meter);
    }
}
