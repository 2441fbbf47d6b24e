//! Counts and durations for Prometheus.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

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

/// What is known at the time of asking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Inspections that wait.
    pub(crate) waiting: usize,
    /// Inspections that run.
    pub(crate) running: usize,
    /// Jobs under way.
    pub(crate) jobs: usize,
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
    /// Counts a request by its method, the pattern of its route, and the status of its answer.
    pub(crate) fn answered(&self, (method, route): (String, String), status: u16, took: Duration) {
        let labels = RequestLabels { method, route, status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Sets what is known at the time of asking, and encodes everything as OpenMetrics text.
    ///
    /// # Errors
    /// A metric that cannot be written as text.
    pub(crate) fn text(&self, now: Now) -> Result<String, std::fmt::Error> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.waiting.set(number(now.waiting));
        self.running.set(number(now.running));
        self.jobs.set(number(now.jobs));
        if let Some(bytes) = resident_bytes() {
            self.resident_bytes.set(bytes);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

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

/// The process's resident memory, where the system says it.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}
