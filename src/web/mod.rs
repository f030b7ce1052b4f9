//! What the binary answers to a plain browser or probe: a small page that says what lives here,
//! liveness, readiness and metrics. No scripts and nothing from elsewhere.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, StatusCode, header};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::sync::Arc;

const PAGE: &str = include_str!("index.html");
/// What the page says where its own address belongs.
const ADDRESS: &str = "HOST:PORT";
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The page has one style of its own and nothing else; a browser may load nothing for it.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";

/// Says whether new work should come here; if not, why.
pub type Readiness = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The page at `/`.
pub fn page() -> Router {
    Router::new().route("/", get(show_page))
}

/// `/healthz`: this process lives. `/readyz`: new work may come.
pub fn probes(readiness: Readiness) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(readiness)
}

/// `/metrics`, as OpenMetrics text. Apart from the probes, so that it can be bound to an address
/// of its own.
pub fn metrics(registry: Arc<Registry>) -> Router {
    Router::new().route("/metrics", get(show_metrics)).with_state(registry)
}

/// Where the page was asked for, as far as it can stand in a command; else what is to be put there.
fn address(request: &Request) -> &str {
    let asked = request.uri().authority().map(http::uri::Authority::as_str);
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let can_stand = |host: &&str| !host.is_empty() && host.chars().all(plain);
    asked.or(host).filter(can_stand).unwrap_or(ADDRESS)
}

async fn show_page(request: Request) -> Response {
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, PAGE.replace(ADDRESS, address(&request))).into_response()
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    match readiness() {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

async fn show_metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, METRICS_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use prometheus_client::metrics::counter::Counter;
    use tower::ServiceExt;

    async fn fetch(router: Router, path: &str) -> (StatusCode, http::HeaderMap, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_page_speaks_both_languages_and_loads_nothing() {
        let (status, headers, text) = fetch(page(), "/").await;
        assert_eq!(status, StatusCode::OK);
        assert!(headers.contains_key(header::CONTENT_SECURITY_POLICY));
        assert!(text.contains(r#"lang="en" dir="ltr""#) && text.contains(r#"lang="ar" dir="rtl""#));
        for outside in ["<script", "src=", "@import", "url(", "http://", "https://"] {
            assert!(!text.contains(outside), "the page must not contain {outside}");
        }
    }

    #[tokio::test]
    async fn the_page_names_every_service_and_the_address_it_was_asked_under() {
        for (host, shown) in [
            ("127.0.0.1:50123", "-plaintext 127.0.0.1:50123 list"),
            ("[::1]:50123", "-plaintext [::1]:50123 list"),
            ("<b>:1", "-plaintext HOST:PORT list"),
        ] {
            let request = Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap();
            let answer = page().oneshot(request).await.unwrap();
            let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            assert_eq!(text.matches(shown).count(), 2, "in both languages: {text}");
            for service in ["Chat", "Agent", "Supervisor", "Admin"] {
                let name = format!("sanad.v1.{service}Service");
                assert_eq!(text.matches(&name).count(), 2, "{name}");
            }
        }
    }

    #[tokio::test]
    async fn an_instance_that_is_not_ready_lives_all_the_same_and_says_why() {
        let not_ready: Readiness = Arc::new(|| Err("draining".to_owned()));
        let (status, _, text) = fetch(probes(Arc::clone(&not_ready)), "/readyz").await;
        assert_eq!((status, text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "draining\n"));
        let (status, _, _) = fetch(probes(not_ready), "/healthz").await;
        assert_eq!(status, StatusCode::OK);
        let (status, _, _) = fetch(probes(Arc::new(|| Ok(()))), "/readyz").await;
        assert_eq!(status, StatusCode::OK);
    }

    #[tokio::test]
    async fn the_metrics_show_what_was_registered() {
        let mut registry = Registry::default();
        let counter: Counter = Counter::default();
        registry.register("sanad_tests", "Tests", counter.clone());
        counter.inc_by(3);
        let (_, headers, text) = fetch(metrics(Arc::new(registry)), "/metrics").await;
        assert_eq!(headers[header::CONTENT_TYPE], METRICS_TYPE);
        assert!(text.contains("sanad_tests_total 3"), "{text}");
    }
}
