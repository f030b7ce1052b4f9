//! The gate: everything that can be refused without knowing what a call means. It stands inside
//! gRPC-Web, so that a browser reads its refusals like any other answer.
//!
//! In this order: metadata, address, is there such a call, who is calling, may they, how often,
//! how many streams; then the deadline runs while the handler works.

use super::access::{AccessTable, Call};
use super::auth::{Authenticator, Principal};
use super::lifecycle::Lifecycle;
use super::limits::{Limits, Rates, StreamPermit, Streams};
use super::listener::Peer;
use super::metrics::{EdgeMetrics, code_name};
use super::status::Refusal;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use http_body::Frame;
use prometheus_client::metrics::gauge::Gauge;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tonic::transport::server::TlsConnectInfo;
use tonic::{Code, Status};

/// The transport has a timer of its own for the caller's timeout, which answers CANCELLED and
/// outside of gRPC-Web. Ours fires this much earlier, so that it is the one that answers.
const HEAD_START: Duration = Duration::from_millis(50);

/// What the gate needs to know.
pub struct Gate {
    /// Who may call what.
    pub access: AccessTable,
    /// Who is calling.
    pub authenticator: Authenticator,
    /// How often they called.
    pub rates: Rates,
    /// How many streams they have.
    pub streams: Arc<Streams>,
    /// The other limits.
    pub limits: Limits,
    /// What is counted.
    pub metrics: EdgeMetrics,
    /// Whether this instance is going away.
    pub lifecycle: Arc<Lifecycle>,
    /// How long a stream may go on after it should have said `Moved`.
    pub moved_grace: Duration,
}

/// A call that may go on to its handler.
struct Admitted {
    call: Call,
    principal: Principal,
    permit: Option<StreamPermit>,
}

/// Lets a call through to its handler or answers in its place.
pub async fn pass(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let began = tokio::time::Instant::now();
    let admitted = match gate.admit(&request) {
        Ok(admitted) => admitted,
        Err(refusal) => {
            gate.metrics.refused(refusal.reason());
            return Status::from(refusal).into_http();
        }
    };
    let Admitted { call, principal, permit } = admitted;
    let given = time_given(request.headers(), gate.limits.unary_time_max);
    request.extensions_mut().insert(principal);
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    let outcome =
        if call.streams { Ok(handled.await) } else { tokio::time::timeout(given, handled).await };
    let response = match outcome {
        Ok(Ok(response)) => gate.tidy(response),
        Ok(Err(_)) => {
            // The panic itself was logged by the panic hook; here it becomes an answer, and the
            // other calls on the same connection go on.
            tracing::error!(call.service, call.method, "a handler panicked");
            Status::from(Refusal::Internal).into_http()
        }
        Err(_) => Status::from(Refusal::DeadlineExceeded { given }).into_http(),
    };
    let seconds = (!call.streams).then(|| began.elapsed().as_secs_f64());
    let code = code_name(code_of(response.headers()));
    gate.metrics.answered(call.service, call.method, code, seconds);
    if call.streams { gate.keep_count(response, &call, permit) } else { response }
}

impl Gate {
    fn admit(&self, request: &Request) -> Result<Admitted, Refusal> {
        let headers = request.headers();
        if metadata_bytes(headers) > self.limits.metadata_bytes_max {
            let bytes_max = self.limits.metadata_bytes_max;
            return Err(Refusal::TooLarge { what: "metadata", bytes_max });
        }
        let peer = peer(request);
        if let Some(peer) = peer {
            self.rates.address(peer.address.ip())?;
        }
        let path = request.uri().path();
        let call = self.access.call(path).ok_or_else(|| Refusal::NoSuchCall {
            call: path.trim_start_matches('/').chars().take(200).collect(),
        })?;
        let principal = match call.access {
            // An open call does not look at what came with it: a widget with an expired token
            // must be able to begin a new conversation.
            super::access::Access::Open => Principal::Anonymous,
            super::access::Access::Begin => self.authenticator.staff_or_nobody(headers)?,
            super::access::Access::Customer | super::access::Access::Staff(_) => {
                self.authenticator.authenticate(headers)?
            }
        };
        call.permit(&principal)?;
        let key = principal.limit_key();
        if let Some(key) = &key {
            self.rates.principal(key)?;
        }
        let permit = if call.streams {
            let by_address = || peer.map(|peer| format!("address/{}", peer.address.ip()));
            let key = key.or_else(by_address).unwrap_or_default();
            Some(self.streams.open(&key)?)
        } else {
            None
        };
        Ok(Admitted { call: *call, principal, permit })
    }

    /// The transport refuses a message that is too large with OUT_OF_RANGE, which none of our
    /// handlers uses; callers get the code and the facts of any other limit instead.
    fn tidy(&self, response: Response) -> Response {
        if code_of(response.headers()) != Code::OutOfRange {
            return response;
        }
        let bytes_max = self.limits.message_bytes_max;
        Status::from(Refusal::TooLarge { what: "message", bytes_max }).into_http()
    }

    /// Holds the stream's place until its last frame, or until the reader goes away.
    fn keep_count(
        &self,
        response: Response,
        call: &Call,
        permit: Option<StreamPermit>,
    ) -> Response {
        let gauge = self.metrics.streams(call.service, call.method);
        gauge.inc();
        let open = OpenStream { gauge, _permit: permit };
        let (end, moved_grace) = (self.lifecycle.stream_end(), self.moved_grace);
        let end = Box::pin(async move {
            end.await;
            tokio::time::sleep(moved_grace).await;
        });
        response.map(|body| Body::new(StreamBody { body, end: Some(end), _open: open }))
    }
}

/// How long this call may take: what its caller allows, but not longer than we do.
fn time_given(headers: &HeaderMap, max: Duration) -> Duration {
    let asked = headers.get("grpc-timeout").and_then(parse_timeout);
    let asked = asked.map(|asked| asked.saturating_sub(HEAD_START.min(asked / 4)));
    asked.map_or(max, |asked| asked.min(max))
}

/// `grpc-timeout`: at most eight digits and a unit.
fn parse_timeout(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// As HTTP/2 counts: 32 bytes for each header beside its text.
fn metadata_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
}

/// The other end of the connection, with and without TLS.
fn peer(request: &Request) -> Option<Peer> {
    let tls = || request.extensions().get::<TlsConnectInfo<Peer>>().map(|tls| *tls.get_ref());
    request.extensions().get::<Peer>().copied().or_else(tls)
}

/// The code of an answer that is known when it begins; a success tells it at its end.
fn code_of(headers: &HeaderMap) -> Code {
    headers.get("grpc-status").map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
}

/// What is given back when a stream ends.
struct OpenStream {
    gauge: Gauge,
    _permit: Option<StreamPermit>,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

/// The body of a stream. It holds the stream's place for as long as it lives, and ends streams
/// that did not end by themselves when this instance goes away: a health watcher, for one, would
/// otherwise hold up every stop.
struct StreamBody {
    body: Body,
    /// `None` once the stream was ended from here.
    end: Option<BoxFuture<'static, ()>>,
    _open: OpenStream,
}

impl HttpBody for StreamBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(end) = &mut self.end else { return Poll::Ready(None) };
        if end.as_mut().poll(context).is_ready() {
            self.end = None;
            return Poll::Ready(Some(Ok(Frame::trailers(moved()))));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() || self.body.is_end_stream()
    }
}

/// The end of a stream whose instance goes away.
fn moved() -> HeaderMap {
    let why = "this instance is going away; open the stream again".to_owned();
    let refusal = Refusal::Unavailable { why, retry_after: Duration::from_secs(1) };
    let mut headers = Status::from(refusal).into_http::<()>().into_parts().0.headers;
    headers.remove(CONTENT_TYPE);
    headers
}
