//! What the edge counts. Labels are names of calls and codes, never ids or addresses.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    service: &'static str,
    method: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Method {
    service: &'static str,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    reason: &'static str,
}

/// The counters of the edge.
#[derive(Clone)]
pub struct EdgeMetrics {
    answered: Family<Answered, Counter>,
    seconds: Family<Method, Histogram, fn() -> Histogram>,
    streams: Family<Method, Gauge>,
    refused: Family<Refused, Counter>,
}

impl EdgeMetrics {
    /// Registers the counters.
    pub fn register(registry: &mut Registry) -> EdgeMetrics {
        // From 0.5 ms to 16 s.
        let histogram: fn() -> Histogram = || Histogram::new(exponential_buckets(0.0005, 2.0, 16));
        let metrics = EdgeMetrics {
            answered: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            streams: Family::default(),
            refused: Family::default(),
        };
        let calls = "Calls by method and code; a stream counts when it begins";
        registry.register("sanad_calls", calls, metrics.answered.clone());
        let duration = "Time until a call is answered; streams are left out";
        let seconds = metrics.seconds.clone();
        registry.register_with_unit("sanad_call_duration", duration, Unit::Seconds, seconds);
        registry.register("sanad_streams_open", "Open streams", metrics.streams.clone());
        let refused = "Calls refused before they reached a handler, by reason";
        registry.register("sanad_calls_refused", refused, metrics.refused.clone());
        metrics
    }

    /// Counts an answer, with its time unless it is a stream.
    pub fn answered(
        &self,
        service: &'static str,
        method: &'static str,
        code: &'static str,
        seconds: Option<f64>,
    ) {
        self.answered.get_or_create(&Answered { service, method, code }).inc();
        if let Some(seconds) = seconds {
            self.seconds.get_or_create(&Method { service, method }).observe(seconds);
        }
    }

    /// Counts a call that was refused at the gate.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Refused { reason }).inc();
    }

    /// The gauge of open streams of this method.
    pub fn streams(&self, service: &'static str, method: &'static str) -> Gauge {
        self.streams.get_or_create(&Method { service, method }).clone()
    }
}

/// The canonical name of a gRPC code, as a label.
pub fn code_name(code: tonic::Code) -> &'static str {
    match code {
        tonic::Code::Ok => "OK",
        tonic::Code::Cancelled => "CANCELLED",
        tonic::Code::Unknown => "UNKNOWN",
        tonic::Code::InvalidArgument => "INVALID_ARGUMENT",
        tonic::Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        tonic::Code::NotFound => "NOT_FOUND",
        tonic::Code::AlreadyExists => "ALREADY_EXISTS",
        tonic::Code::PermissionDenied => "PERMISSION_DENIED",
        tonic::Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        tonic::Code::FailedPrecondition => "FAILED_PRECONDITION",
        tonic::Code::Aborted => "ABORTED",
        tonic::Code::OutOfRange => "OUT_OF_RANGE",
        tonic::Code::Unimplemented => "UNIMPLEMENTED",
        tonic::Code::Internal => "INTERNAL",
        tonic::Code::Unavailable => "UNAVAILABLE",
        tonic::Code::DataLoss => "DATA_LOSS",
        tonic::Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
