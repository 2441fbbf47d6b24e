//! Counts and durations for Prometheus.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[cfg(doc)]
use fettle_domain::Anomaly;
use fettle_domain::{Inspection, ModelId};

/// Upper ends of the buckets of durations, in seconds.
const BUCKETS_S: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Upper ends of the buckets of scores, on the scale of [`Anomaly::calibrated`]: 0.5 is the first limit, 1 the
/// second.
const SCORE_BUCKETS: [f64; 12] = [0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.75, 1.0, 1.5, 2.0, 4.0];

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
struct ProductLabels {
    product: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabels {
    stage: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelLabels {
    role: &'static str,
    model: String,
}

/// What is known at the time of asking.
#[derive(Debug, Clone)]
pub(crate) struct Now {
    /// Inspections that wait.
    pub(crate) waiting: usize,
    /// Inspections that run.
    pub(crate) running: usize,
    /// Jobs under way.
    pub(crate) jobs: usize,
    /// Bytes that the workspace's disk has left, where the system says it.
    pub(crate) disk_free_bytes: Option<u64>,
    /// The networks that are loaded, with their roles: one a role.
    pub(crate) models: Vec<(&'static str, ModelId)>,
}

/// The server's counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Histogram>,
    verdicts: Family<VerdictLabels, Counter>,
    scores: Family<ProductLabels, Histogram>,
    stages: Family<StageLabels, Histogram>,
    waiting: Gauge,
    running: Gauge,
    jobs: Gauge,
    resident_bytes: Gauge<f64, AtomicU64>,
    disk_free_bytes: Gauge,
    models: Family<ModelLabels, Gauge>,
    /// Held while somebody is told: what is known at the time of asking is one caller's.
    told: Mutex<()>,
}

impl Default for Metrics {
    fn default() -> Self {
        let durations = || Histogram::new(BUCKETS_S);
        let requests = Family::new_with_constructor(durations as fn() -> Histogram);
        let stages = Family::new_with_constructor(durations as fn() -> Histogram);
        let scores =
            Family::new_with_constructor((|| Histogram::new(SCORE_BUCKETS)) as fn() -> Histogram);
        let (verdicts, resident_bytes) = (Family::default(), Gauge::default());
        let (disk_free_bytes, models) = (Gauge::default(), Family::default());
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
        registry.register(
            "calibrated_score",
            "Scores by product: 0.5 is the limit of unsure, 1 that of NG",
            scores.clone(),
        );
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
        registry.register_with_unit(
            "disk_free",
            "Room on the disk of the workspace",
            Unit::Bytes,
            disk_free_bytes.clone(),
        );
        registry.register("model_resident", "Models in memory by role", models.clone());
        Self {
            registry,
            requests,
            verdicts,
            scores,
            stages,
            waiting,
            running,
            jobs,
            resident_bytes,
            disk_free_bytes,
            models,
            told: Mutex::default(),
        }
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
        let _told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.waiting.set(number(now.waiting));
        self.running.set(number(now.running));
        self.jobs.set(number(now.jobs));
        if let Some(bytes) = resident_bytes() {
            self.resident_bytes.set(bytes);
        }
        if let Some(bytes) = now.disk_free_bytes {
            self.disk_free_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
        self.models.clear();
        for (role, model) in now.models {
            self.models.get_or_create(&ModelLabels { role, model: model.0 }).set(1);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Counts an inspection.
    pub(crate) fn inspected(&self, inspection: &Inspection) {
        let product = inspection.product.as_ref().map_or_else(String::new, ToString::to_string);
        let verdict = inspection.verdict.name();
        if let Some(anomaly) = inspection.anomaly.done() {
            let labels = ProductLabels { product: product.clone() };
            self.scores.get_or_create(&labels).observe(f64::from(anomaly.calibrated()));
        }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The names of metrics in a text, without the endings that a histogram or a counter adds.
    fn names(text: &str) -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let names = words.filter(|word| word.starts_with("fettle_"));
        let base = |name: &str| {
            let endings = ["_bucket", "_count", "_sum", "_total"];
            endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
        };
        names.map(base).collect()
    }

    #[test]
    fn a_model_is_named_while_it_is_loaded() {
        let metrics = Metrics::default();
        let said = |models: &[(&'static str, &str)]| -> Vec<String> {
            let models = models.iter().map(|(role, model)| (*role, ModelId((*model).to_owned())));
            let models = models.collect();
            let now = Now { waiting: 0, running: 0, jobs: 0, disk_free_bytes: None, models };
            let text = metrics.text(now).unwrap();
            let lines = text.lines().filter(|line| line.starts_with("fettle_model_resident{"));
            lines.map(str::to_owned).collect()
        };
        assert!(said(&[]).is_empty());
        let line = |role: &str, model: &str| {
            format!("fettle_model_resident{{role=\"{role}\",model=\"{model}\"}} 1")
        };
        let mut both = said(&[("backbone", "b"), ("chat", "a")]);
        both.sort();
        assert_eq!(both, [line("backbone", "b"), line("chat", "a")]);
        // Another model of a role takes the place of the one before.
        assert_eq!(said(&[("chat", "c")]), [line("chat", "c")]);
    }

    #[test]
    fn the_dashboard_and_the_alerts_ask_for_metrics_that_exist() {
        let models = vec![("chat", ModelId("m".to_owned()))];
        let now = Now { waiting: 0, running: 0, jobs: 0, disk_free_bytes: Some(1), models };
        let metrics = Metrics::default();
        // Families are written once they have something to say.
        metrics.answered(("GET".to_owned(), "/".to_owned()), 200, Duration::from_millis(1));
        let (product, stage) = ("p".to_owned(), "anomaly".to_owned());
        metrics.scores.get_or_create(&ProductLabels { product: product.clone() }).observe(0.5);
        metrics.stages.get_or_create(&StageLabels { stage }).observe(0.1);
        metrics.verdicts.get_or_create(&VerdictLabels { product, verdict: "ok" }).inc();
        let known = names(&metrics.text(now).unwrap());
        let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/monitoring");
        for file in ["grafana.json", "alerts.yml"] {
            let text = std::fs::read_to_string(packaging.join(file)).unwrap();
            let asked = names(&text);
            assert!(asked.len() >= 4, "{file} asks for {asked:?}");
            let unknown: Vec<_> = asked.difference(&known).collect();
            assert!(unknown.is_empty(), "{file} asks for {unknown:?}, there are {known:?}");
        }
        let asked = |file: &str| names(&std::fs::read_to_string(packaging.join(file)).unwrap());
        let shown: BTreeSet<_> =
            asked("grafana.json").union(&asked("alerts.yml")).cloned().collect();
        assert_eq!(shown, known, "what is measured is shown");
        let board = std::fs::read_to_string(packaging.join("grafana.json")).unwrap();
        let board: serde_json::Value = serde_json::from_str(&board).unwrap();
        for panel in board["panels"].as_array().unwrap() {
            assert!(panel["targets"][0]["expr"].is_string(), "{panel}");
        }
    }
}
