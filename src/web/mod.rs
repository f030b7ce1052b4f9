//! What the binary answers to a plain browser or probe: a small page that says what lives here,
//! liveness, readiness and metrics. No scripts and nothing from elsewhere.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, StatusCode, header};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::sync::Arc;

const PAGE: &str = include_str!("index.html");
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The page has one style of its own and nothing else; a browser may load nothing for it.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";

/// Says whether new work should come here; if not, why.
pub type Readiness = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The page at `/`.
pub fn page() -> Router {
    Router::new().route("/", get(|| async { show_page() }))
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

fn show_page() -> Response {
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, PAGE).into_response()
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
    use axum::extract::Request;
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
