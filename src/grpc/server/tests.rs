//! The edge through real sockets: what a client meets when handlers are slow, broken or guarded.
//! The handlers here are stand-ins; what they would mean is tested elsewhere.

use super::*;
use crate::domain::time::Timestamp;
use crate::grpc::Now;
use crate::grpc::keys::{KeyRing, Role};
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::{GetAvailabilityRequest, GetStatsRequest, ListMessagesRequest};
use crate::grpc::tokens::CustomerTokens;
use axum::routing::{any, get};
use prometheus_client::registry::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

const CERTIFICATE: &str = include_str!("testdata/localhost.cert.pem");
const KEY: &str = include_str!("testdata/localhost.key.pem");

/// A running server; it stops when this is dropped.
struct World {
    address: SocketAddr,
    lifecycle: Arc<Lifecycle>,
    admin_key: String,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), ServeError>>,
    _folder: tempfile::TempDir,
}

fn options() -> ServeOptions {
    ServeOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        tls: None,
        plaintext_allowed: false,
        allowed_hosts: Vec::new(),
        allowed_origins: vec!["https://shop.test".to_owned()],
        limits: Limits::default(),
        drain_notice: Duration::ZERO,
        drain: Duration::from_millis(400),
    }
}

/// Stand-ins for handlers: a success without contents, one that never ends, one that panics, one
/// whose message was too large.
fn stand_ins() -> Routes {
    let chat = |method: &str| format!("/sanad.v1.ChatService/{method}");
    let admin = |method: &str| format!("/sanad.v1.AdminService/{method}");
    let answer = |status: fn() -> Status| {
        any(move || async move { status().into_http::<axum::body::Body>() })
    };
    Routes::from(
        Router::new()
            .route(&chat("ListMessages"), answer(|| Status::ok("")))
            .route(&chat("GetAvailability"), any(std::future::pending::<String>))
            .route(&admin("GetStats"), any(|| async { panicking() }))
            .route(&admin("ExplainMessage"), answer(|| Status::out_of_range("")))
            .fallback(any(|| async { StatusCode::IM_A_TEAPOT })),
    )
}

fn panicking() -> String {
    panic!("this handler is broken on purpose")
}

async fn world(options: ServeOptions) -> World {
    let folder = tempfile::tempdir().unwrap();
    let now: Now = Arc::new(|| Timestamp::from_millis(1_800_000_000_000));
    let keys = Arc::new(KeyRing::open(folder.path(), now.clone()).unwrap());
    let admin_key = std::fs::read_to_string(keys.mint(Role::Admin, "main").unwrap()).unwrap();
    let lifecycle = Arc::new(Lifecycle::default());
    lifecycle.enter(Phase::Serving);
    let tokens = Arc::new(CustomerTokens::new([1; 32]));
    let edge = Edge {
        authenticator: Authenticator::new(keys, tokens, now),
        metrics: EdgeMetrics::register(&mut Registry::default()),
        lifecycle: Arc::clone(&lifecycle),
        http: Router::new().route("/", get(|| async { "a page" })),
    };
    let bound = bind(options).await.unwrap();
    let address = bound.address();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(bound.serve_routes(edge, stand_ins(), async {
        let _ = stopped.await;
    }));
    let admin_key = admin_key.trim().to_owned();
    World { address, lifecycle, admin_key, stop: Some(stop), serving, _folder: folder }
}

impl World {
    async fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// One HTTP/1.1 request, and everything that comes back.
    async fn http(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let host = format!("Host: {}", self.address);
        let head = head.replace("Host: self", &host).replace('\n', "\r\n");
        stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).await.unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    async fn stop(mut self) -> Result<(), ServeError> {
        let _ = self.stop.take().unwrap().send(());
        self.serving.await.unwrap()
    }

    /// An empty request to any call of the admin's, with the admin's key.
    async fn admin(&self, channel: Channel, method: &str) -> Result<(), Status> {
        let mut grpc = tonic::client::Grpc::new(channel);
        grpc.ready().await.unwrap();
        let mut request = tonic::Request::new(GetStatsRequest {});
        let bearer = format!("Bearer {}", self.admin_key).parse().unwrap();
        request.metadata_mut().insert("authorization", bearer);
        let path = format!("/sanad.v1.AdminService/{method}").parse().unwrap();
        let codec = tonic_prost::ProstCodec::<GetStatsRequest, GetStatsRequest>::default();
        grpc.unary(request, path, codec).await.map(|_| ())
    }
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

#[tokio::test]
async fn a_page_a_probe_and_an_unknown_call_each_get_their_own_answer() {
    let world = world(options()).await;
    let page = world.http("GET / HTTP/1.1\nHost: self\n").await;
    assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("a page"), "{page}");
    let missing = world.http("GET /nothing HTTP/1.1\nHost: self\n").await;
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
    let call = "POST /other.v1.Service/Call HTTP/1.1\nHost: self\nContent-Type: \
                application/grpc-web+proto\n";
    let unknown = world.http(call).await;
    assert!(unknown.contains("grpc-status: 12"), "{unknown}");
}

#[tokio::test]
async fn a_page_of_another_name_reaches_nothing_on_loopback() {
    let world = world(options()).await;
    let foreign = world.http("GET / HTTP/1.1\nHost: evil.test\n").await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
}

#[tokio::test]
async fn browsers_may_call_only_from_origins_that_were_named() {
    let world = world(options()).await;
    let ask = |origin: &str| {
        format!(
            "OPTIONS /sanad.v1.ChatService/ListMessages HTTP/1.1\nHost: self\nOrigin: {origin}\n\
             Access-Control-Request-Method: POST\nAccess-Control-Request-Headers: \
             x-grpc-web,content-type,authorization\n"
        )
    };
    let named = world.http(&ask("https://shop.test")).await.to_lowercase();
    assert!(named.contains("access-control-allow-origin: https://shop.test"), "{named}");
    let foreign = world.http(&ask("https://evil.test")).await.to_lowercase();
    assert!(!foreign.contains("access-control-allow-origin"), "{foreign}");
}

#[tokio::test]
async fn a_call_without_credentials_is_refused_alike_over_grpc_and_grpc_web() {
    let world = world(options()).await;
    let mut client = ChatServiceClient::new(world.channel().await);
    let status = client.list_messages(ListMessagesRequest::default()).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "CREDENTIALS_MISSING")
    );
    let call = "POST /sanad.v1.ChatService/ListMessages HTTP/1.1\nHost: self\nContent-Type: \
                application/grpc-web+proto\nContent-Length: 0\n";
    let answer = world.http(call).await;
    assert!(answer.contains("200 OK") && answer.contains("grpc-status: 16"), "{answer}");
}

#[tokio::test]
async fn a_slow_call_ends_with_the_callers_deadline_or_the_servers() {
    let mut options = options();
    options.limits.unary_time_max = Duration::from_millis(50);
    let world = world(options).await;
    let mut client = ChatServiceClient::new(world.channel().await);
    let status = client.get_availability(GetAvailabilityRequest::default()).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
    );
    // Long enough that the server's answer comes first on a busy machine too.
    let mut patient = self::options();
    patient.limits.unary_time_max = Duration::from_secs(60);
    let world = self::world(patient).await;
    let mut client = ChatServiceClient::new(world.channel().await);
    let mut request = tonic::Request::new(GetAvailabilityRequest::default());
    // The client has no timer of its own here: it is the server that keeps the caller's time.
    request.metadata_mut().insert("grpc-timeout", "2000m".parse().unwrap());
    let status = client.get_availability(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert!(status.message().contains("1950 ms"), "{status}");
}

#[tokio::test]
async fn a_broken_handler_is_an_answer_and_the_connection_goes_on() {
    let world = world(options()).await;
    let channel = world.channel().await;
    let status = world.admin(channel.clone(), "GetStats").await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
    let check = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
    assert!(check.is_ok(), "{check:?}");
}

#[tokio::test]
async fn a_message_that_is_too_large_is_a_limit_like_any_other() {
    let world = world(options()).await;
    let status = world.admin(world.channel().await, "ExplainMessage").await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "TOO_LARGE"));
}

#[tokio::test]
async fn metadata_that_is_too_large_is_refused_before_anything_is_looked_at() {
    let world = world(options()).await;
    let mut client = ChatServiceClient::new(world.channel().await);
    // Also what is far beyond the limit gets the gate's answer, and not the transport's.
    for bytes in [20_000, 40_000, 70_000, 100_000] {
        let mut request = tonic::Request::new(ListMessagesRequest::default());
        request.metadata_mut().insert("x-large", "x".repeat(bytes).parse().unwrap());
        let status = client.list_messages(request).await.unwrap_err();
        let told = (status.code(), reason(&status));
        assert_eq!(told, (Code::ResourceExhausted, "TOO_LARGE".to_owned()), "{bytes}");
    }
}

#[tokio::test]
async fn an_address_that_calls_too_often_gets_a_time_to_come_back() {
    let mut options = options();
    options.limits.request_burst = 2;
    options.limits.requests_per_second_per_address = 1;
    let world = world(options).await;
    let mut client = ChatServiceClient::new(world.channel().await);
    for _ in 0..2 {
        let status = client.list_messages(ListMessagesRequest::default()).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
    }
    let status = client.list_messages(ListMessagesRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.get_error_details().retry_info().is_some());
}

#[tokio::test]
async fn one_caller_cannot_hold_more_streams_than_allowed() {
    let mut options = options();
    options.limits.streams_per_principal_max = 1;
    let world = world(options).await;
    let mut client = HealthClient::new(world.channel().await);
    let first = client.watch(HealthCheckRequest::default()).await.unwrap();
    let status = client.watch(HealthCheckRequest::default()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "TOO_MANY"));
    drop(first);
}

#[tokio::test]
async fn a_stop_is_told_to_watchers_and_does_not_wait_for_them() {
    let world = world(options()).await;
    let mut client = HealthClient::new(world.channel().await);
    let mut watch = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    let serving = watch.message().await.unwrap().unwrap().status;
    assert_eq!(serving, tonic_health::pb::health_check_response::ServingStatus::Serving as i32);
    let lifecycle = Arc::clone(&world.lifecycle);
    let stopped = tokio::spawn(world.stop());
    let told = watch.message().await.unwrap().unwrap().status;
    assert_eq!(told, tonic_health::pb::health_check_response::ServingStatus::NotServing as i32);
    let end = watch.message().await.unwrap_err();
    assert_eq!(end.code(), Code::Unavailable, "{end}");
    stopped.await.unwrap().unwrap();
    assert_eq!(lifecycle.phase(), Phase::Draining);
}

#[tokio::test]
async fn a_call_that_never_ends_holds_up_a_stop_only_until_the_hard_limit() {
    let world = world(options()).await;
    let mut client = ChatServiceClient::new(world.channel().await);
    let call =
        tokio::spawn(
            async move { client.get_availability(GetAvailabilityRequest::default()).await },
        );
    // A second call on its way through says that the first one has arrived.
    world.http("GET / HTTP/1.1\nHost: self\n").await;
    tokio::time::timeout(Duration::from_secs(5), world.stop()).await.unwrap().unwrap();
    call.abort();
}

#[tokio::test]
async fn plaintext_for_others_to_read_must_be_asked_for() {
    let mut options = options();
    options.listen = SocketAddr::from(([0, 0, 0, 0], 0));
    assert!(matches!(bind(options.clone()).await, Err(ServeError::PlaintextRefused { .. })));
    options.plaintext_allowed = true;
    assert!(bind(options).await.is_ok());
}

#[tokio::test]
async fn an_origin_that_no_browser_sends_is_named() {
    for wrong in ["*", "shop.test", "https://shop.test/", "https://*.shop.test", "https://"] {
        let mut options = options();
        options.allowed_origins = vec![wrong.to_owned()];
        assert!(matches!(bind(options).await, Err(ServeError::Origin { .. })), "{wrong}");
    }
}

#[tokio::test]
async fn with_a_certificate_the_port_speaks_tls() {
    let mut options = options();
    let (certificate, key) = (CERTIFICATE.into(), KEY.into());
    options.tls = Some(TlsPem { certificate, key });
    let world = world(options).await;
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(CERTIFICATE))
        .domain_name("localhost");
    let url = format!("https://localhost:{}", world.address.port());
    let endpoint = Endpoint::from_shared(url).unwrap();
    let channel = endpoint.tls_config(tls).unwrap().connect().await.unwrap();
    let check = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
    assert!(check.is_ok(), "{check:?}");
}

#[tokio::test]
async fn an_expired_token_does_not_keep_anyone_from_what_is_open_to_all() {
    let world = world(options()).await;
    let mut request = tonic::Request::new(HealthCheckRequest::default());
    request.metadata_mut().insert("authorization", "Bearer v1.c1.1.AAAA".parse().unwrap());
    let check = HealthClient::new(world.channel().await).check(request).await;
    assert!(check.is_ok(), "{check:?}");
}
