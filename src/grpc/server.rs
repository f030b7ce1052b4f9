//! One port for everything: gRPC, gRPC-Web, health, reflection, and the pages and probes that the
//! composition root brings. And how it ends: told to stop, it says NOT_SERVING, tells open
//! streams to move, finishes what it has, and goes at the latest when its time is up.

use super::access::AccessTable;
use super::auth::Authenticator;
use super::gate::{self, Gate};
use super::host::HostCheck;
use super::lifecycle::{Lifecycle, Phase};
use super::limits::{Limits, Rates, Streams};
use super::listener::{self, BindError};
use super::metrics::EdgeMetrics;
use super::pb;
use super::pb::admin_service_server::{AdminService, AdminServiceServer};
use super::pb::agent_service_server::{AgentService, AgentServiceServer};
use super::pb::chat_service_server::{ChatService, ChatServiceServer};
use super::pb::supervisor_service_server::{SupervisorService, SupervisorServiceServer};
use super::status::Refusal;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tonic::Status;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic_health::ServingStatus;
use tonic_web::GrpcWebLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How often quiet callers are forgotten and the folder of keys is read again.
const HOUSEKEEPING: Duration = Duration::from_secs(30);
/// A connection on which nothing was heard for so long is asked for a sign of life.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// And is closed if none comes within this.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Browsers may remember the answer to a CORS question for so long.
const CORS_MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// A certificate chain and its key, as PEM.
#[derive(Clone)]
pub struct TlsPem {
    /// The chain, the server's own certificate first.
    pub certificate: Vec<u8>,
    /// The private key.
    pub key: Vec<u8>,
}

/// How to serve.
#[derive(Clone)]
pub struct ServeOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Encrypts, if given.
    pub tls: Option<TlsPem>,
    /// Allows to listen without TLS on an address that others can reach.
    pub plaintext_allowed: bool,
    /// Host names this server answers to, beside loopback's own.
    pub allowed_hosts: Vec<String>,
    /// Web origins whose pages may call this server; none = only its own pages.
    pub allowed_origins: Vec<String>,
    /// The limits.
    pub limits: Limits,
    /// For so long a graceful stop only says that it comes: whoever asks whether new work may come is told
    /// that it may not, and what comes all the same is served.
    pub drain_notice: Duration,
    /// How long a graceful stop may take at most, after the notice.
    pub drain: Duration,
}

/// Why the server cannot begin or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Others could read what customers write.
    #[error(
        "{address} can be reached from other machines, and without TLS they can read along: give \
         a certificate and a key (--tls-cert FILE --tls-key FILE), or say with --plaintext that it \
         is meant, for example behind a proxy that does TLS"
    )]
    PlaintextRefused {
        /// The address.
        address: SocketAddr,
    },
    /// An origin that no browser sends.
    #[error("{origin:?} is not a web origin; write for example https://shop.example")]
    Origin {
        /// What was given.
        origin: String,
    },
    /// The certificate or the key cannot be used, or the transport failed.
    #[error("the transport failed: {0}; if TLS is on, look at the certificate and its key")]
    Transport(#[from] tonic::transport::Error),
}

/// What the edge needs from the composition root.
pub struct Edge {
    /// Who is calling.
    pub authenticator: Authenticator,
    /// What is counted.
    pub metrics: EdgeMetrics,
    /// What this instance is doing; shared with the handlers' streams.
    pub lifecycle: Arc<Lifecycle>,
    /// Pages and probes on the same port, without a fallback of their own.
    pub http: Router,
}

/// A server that has its port and has not begun to answer.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    options: ServeOptions,
}

/// Takes the port.
pub async fn bind(options: ServeOptions) -> Result<Bound, ServeError> {
    let loopback = options.listen.ip().is_loopback();
    if options.tls.is_none() && !loopback && !options.plaintext_allowed {
        return Err(ServeError::PlaintextRefused { address: options.listen });
    }
    // A wrong origin should be told before the port is taken.
    origins(&options.allowed_origins)?;
    let listener = listener::bind(options.listen).await?;
    let address = listener.local_addr().unwrap_or(options.listen);
    Ok(Bound { listener, address, options })
}

impl Bound {
    /// The address, with the port that was taken if any free one was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` comes and then until everything is finished, at the latest until
    /// the notice and the drain's time are over.
    pub async fn serve<C, A, D, S>(
        self,
        edge: Edge,
        handlers: (C, A, D, S),
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError>
    where
        C: ChatService,
        A: AgentService,
        D: AdminService,
        S: SupervisorService,
    {
        let services = services(handlers, self.options.limits.message_bytes_max);
        self.serve_routes(edge, services, shutdown).await
    }

    async fn serve_routes(
        self,
        edge: Edge,
        services: Routes,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        let limits = &self.options.limits;
        let (notice, drain) = (self.options.drain_notice, self.options.drain);
        let (health, health_service) = tonic_health::server::health_reporter();
        let services = services
            .add_service(health_service)
            .add_service(reflection_v1())
            .add_service(reflection_v1alpha());
        let gate = Arc::new(Gate {
            access: AccessTable::default(),
            authenticator: edge.authenticator,
            rates: Rates::new(limits),
            streams: Streams::new(limits.streams_per_principal_max),
            limits: limits.clone(),
            metrics: edge.metrics,
            lifecycle: Arc::clone(&edge.lifecycle),
            moved_grace: drain / 4,
        });
        let grpc = grpc_router(services, Arc::clone(&gate), &self.options)?;
        let hosts = HostCheck::new(self.address.ip(), &self.options.allowed_hosts);
        let router = grpc
            .merge(edge.http)
            .fallback(nothing_here)
            .layer(middleware::from_fn_with_state(Arc::new(hosts), check_host));
        let server = transport(&self.options)?.add_routes(Routes::from(router));
        let incoming = listener::connections(self.listener, limits.connections_max);

        let lifecycle = edge.lifecycle;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        // An error here says that the sender is gone, which is a stop as well.
        let serving = server.serve_with_incoming_shutdown(incoming, async {
            let _ = stopped.await;
        });
        let end = async {
            shutdown.await;
            lifecycle.enter(Phase::Draining);
            // Those who ask for the health should hear it before the door closes.
            publish(&health, Phase::Draining).await;
            tokio::time::sleep(notice).await;
            let _ = stop.send(());
            tokio::time::sleep(drain).await;
        };
        tokio::select! {
            biased;
            served = serving => served?,
            () = end => tracing::warn!(
                drain.seconds = drain.as_secs_f64(),
                "the time for a graceful stop is up; what is still open is cut off"
            ),
            () = follow(&lifecycle, &health) => {}
            () = keep_house(&gate) => {}
        }
        Ok(())
    }
}

/// The services, with the limits on their messages.
fn services<C, A, D, S>(handlers: (C, A, D, S), message_bytes_max: usize) -> Routes
where
    C: ChatService,
    A: AgentService,
    D: AdminService,
    S: SupervisorService,
{
    let (chat, agent, admin, supervisor) = handlers;
    let gzip = CompressionEncoding::Gzip;
    // The limit holds for what is unpacked, so that a small message cannot become a large one.
    let chat = ChatServiceServer::new(chat).max_decoding_message_size(message_bytes_max);
    let agent = AgentServiceServer::new(agent).max_decoding_message_size(message_bytes_max);
    let admin = AdminServiceServer::new(admin).max_decoding_message_size(message_bytes_max);
    let supervisor =
        SupervisorServiceServer::new(supervisor).max_decoding_message_size(message_bytes_max);
    Routes::new(chat.accept_compressed(gzip).send_compressed(gzip))
        .add_service(agent.accept_compressed(gzip).send_compressed(gzip))
        .add_service(admin.accept_compressed(gzip).send_compressed(gzip))
        .add_service(supervisor.accept_compressed(gzip).send_compressed(gzip))
}

fn reflection_v1() -> tonic_reflection::server::v1::ServerReflectionServer<
    impl tonic_reflection::server::v1::ServerReflection,
> {
    reflection().build_v1().expect("the descriptor set was written by the build of this binary")
}

fn reflection_v1alpha() -> tonic_reflection::server::v1alpha::ServerReflectionServer<
    impl tonic_reflection::server::v1alpha::ServerReflection,
> {
    reflection()
        .build_v1alpha()
        .expect("the descriptor set was written by the build of this binary")
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

/// From outside in: CORS, gRPC-Web, the gate, the services. Only this router speaks gRPC-Web: the
/// layer would answer a plain `GET /` with 400.
fn grpc_router(
    services: Routes,
    gate: Arc<Gate>,
    options: &ServeOptions,
) -> Result<Router, ServeError> {
    Ok(services
        .into_axum_router()
        .reset_fallback()
        .layer(middleware::from_fn_with_state(gate, gate::pass))
        .layer(GrpcWebLayer::new())
        .layer(cors(origins(&options.allowed_origins)?)))
}

fn origins(allowed: &[String]) -> Result<Vec<HeaderValue>, ServeError> {
    let origin = |text: &String| {
        let error = || ServeError::Origin { origin: text.clone() };
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.filter(|host| !host.is_empty() && !host.contains(['/', '*', ' ']));
        host.ok_or_else(error)?;
        HeaderValue::from_str(&text.to_ascii_lowercase()).map_err(|_| error())
    };
    allowed.iter().map(origin).collect()
}

/// With no origins this allows nothing: a browser then keeps the answer from the page.
fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    let grpc = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
    let asked = ["content-type", "authorization", "x-grpc-web", "x-user-agent", "grpc-timeout"];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers(asked.map(HeaderName::from_static))
        .expose_headers(grpc.map(HeaderName::from_static))
        .max_age(CORS_MAX_AGE)
}

fn transport(options: &ServeOptions) -> Result<Server, ServeError> {
    let limits = &options.limits;
    // More than the gate allows, so that it is the gate that answers, with a reason.
    let header_bytes_max = u32::try_from(limits.metadata_bytes_max * 8).unwrap_or(u32::MAX);
    let server = Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .http2_max_header_list_size(header_bytes_max)
        .max_concurrent_streams(limits.calls_per_connection_max);
    match &options.tls {
        None => Ok(server),
        Some(pem) => {
            let identity = Identity::from_pem(&pem.certificate, &pem.key);
            Ok(server.tls_config(ServerTlsConfig::new().identity(identity))?)
        }
    }
}

async fn check_host(State(hosts): State<Arc<HostCheck>>, request: Request, next: Next) -> Response {
    match hosts.permit(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse_outside(&request, refusal, StatusCode::FORBIDDEN).into_response(),
    }
}

/// An unknown service is told as one, an unknown page as a page.
async fn nothing_here(request: Request) -> Response {
    let call = request.uri().path().trim_start_matches('/').chars().take(200).collect();
    refuse_outside(&request, Refusal::NoSuchCall { call }, StatusCode::NOT_FOUND)
}

/// A refusal outside of the gRPC router: in gRPC's own form for its clients, else as plain text.
fn refuse_outside(request: &Request, refusal: Refusal, status: StatusCode) -> Response {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.filter(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    match content_type {
        None => (status, format!("{refusal}\n")).into_response(),
        Some(content_type) => {
            let mut response: Response = Status::from(refusal).into_http();
            response.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
            response
        }
    }
}

/// Says in `grpc.health.v1` what this instance is doing, for as long as it lives.
async fn follow(lifecycle: &Lifecycle, health: &tonic_health::server::HealthReporter) {
    let mut phase = lifecycle.watch();
    loop {
        let now = *phase.borrow_and_update();
        publish(health, now).await;
        if phase.changed().await.is_err() {
            // The lifecycle is borrowed by this very future, so this cannot be; waiting for ever
            // is what "no more changes" means.
            std::future::pending::<()>().await;
        }
    }
}

async fn publish(health: &tonic_health::server::HealthReporter, phase: Phase) {
    let status = match phase {
        Phase::Serving | Phase::Degraded => ServingStatus::Serving,
        Phase::Starting | Phase::Isolated | Phase::Draining => ServingStatus::NotServing,
    };
    let names = [
        "",
        "sanad.v1.ChatService",
        "sanad.v1.AgentService",
        "sanad.v1.AdminService",
        "sanad.v1.SupervisorService",
    ];
    for name in names {
        health.set_service_status(name, status).await;
    }
}

async fn keep_house(gate: &Gate) {
    loop {
        tokio::time::sleep(HOUSEKEEPING).await;
        gate.rates.forget_quiet();
        if let Err(error) = gate.authenticator.keys().reload() {
            tracing::warn!(%error, "the folder of keys could not be read again");
        }
    }
}

#[cfg(test)]
mod tests;
