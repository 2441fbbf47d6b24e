//! Counts and durations for Prometheus.

use std::sync::atomic::AtomicU64;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::app_state::AppState;
use super::failure::Failure;
use fettle_domain::Inspection;

/// Upper ends of the buckets of durations, in seconds.
const BUCKETS_S: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// What a request is counted by. No label has values of a caller's: routes are patterns.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VerdictLabels {
    /// Registered products only, so that their number is bounded.
    product: String,
    verdict: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabels {
    stage: String,
}

/// The server's counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Histogram>,
    verdicts: Family<VerdictLabels, Counter>,
    stages: Family<StageLabels, Histogram>,
    waiting: Gauge,
    running: Gauge,
    jobs: Gauge,
    resident_bytes: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let durations = || Histogram::new(BUCKETS_S);
        let requests = Family::new_with_constructor(durations as fn() -> Histogram);
        let stages = Family::new_with_constructor(durations as fn() -> Histogram);
        let (verdicts, resident_bytes) = (Family::default(), Gauge::default());
        let (waiting, running, jobs) = (Gauge::default(), Gauge::default(), Gauge::default());
        let mut registry = Registry::with_prefix("fettle");
        let seconds = Unit::Seconds;
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request to its answer",
            seconds.clone(),
            requests.clone(),
        );
        registry.register("inspections", "Inspections by product and verdict", verdicts.clone());
        registry.register_with_unit(
            "stage_duration",
            "Time of a stage of an inspection",
            seconds,
            stages.clone(),
        );
        registry.register("inspections_waiting", "Inspections that wait", waiting.clone());
        registry.register("inspections_running", "Inspections that run", running.clone());
        registry.register("jobs_under_way", "Jobs that callers began", jobs.clone());
        registry.register_with_unit(
            "resident_memory",
            "Memory of the process",
            Unit::Bytes,
            resident_bytes.clone(),
        );
        Self { registry, requests, verdicts, stages, waiting, running, jobs, resident_bytes }
    }
}

impl Metrics {
    /// Counts an inspection.
    pub(crate) fn inspected(&self, inspection: &Inspection) {
        let product = inspection.product.as_ref().map_or_else(String::new, ToString::to_string);
        let verdict = inspection.verdict.name();
        self.verdicts.get_or_create(&VerdictLabels { product, verdict }).inc();
        for timing in &inspection.timings {
            let labels = StageLabels { stage: timing.name.clone() };
            self.stages.get_or_create(&labels).observe(timing.ms / 1000.0);
        }
    }
}

/// The layer that measures requests.
pub(crate) async fn measure(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("(none)", MatchedPath::as_str).to_owned();
    // Methods are a caller's words, too.
    let method = if method.len() > 7 { "(other)".to_owned() } else { method };
    let response = next.run(request).await;
    let labels = RequestLabels { method, route, status: response.status().as_u16() };
    state.metrics.requests.get_or_create(&labels).observe(begun.elapsed().as_secs_f64());
    response
}

/// `GET /metrics` in Prometheus' text format.
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<Response, Failure> {
    let metrics = &state.metrics;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    metrics.waiting.set(number(state.queue.waiting()));
    metrics.running.set(number(state.queue.running()));
    metrics.jobs.set(number(state.jobs.under_way()));
    if let Some(bytes) = resident_bytes() {
        metrics.resident_bytes.set(bytes);
    }
    let mut text = String::new();
    encode(&mut text, &metrics.registry)
        .map_err(|error| Failure::Storage(std::io::Error::other(error)))?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, content_type)], text).into_response())
}

/// The process's resident memory, where the system says it.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}
