//! Running the benchmark.
//!
//! The benchmark needs a workspace of its own (the command line makes one): images of the demo or of a
//! folder are registered, fitted and inspected by the same jobs that users run.

use std::path::PathBuf;

use serde::Serialize;

use super::measurement::Measurement;
use super::scene::Scene;
use super::{networks, patchcore, search};
use crate::devices::Placement;
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{Language, Role};

/// Measures embedding, features, fit, nearest neighbours, search and a whole inspection.
#[derive(Debug, Clone)]
pub struct Bench {
    /// Folder of normal images; `None`: the castings of the demo.
    pub images: Option<PathBuf>,
    /// Maximum number of images.
    pub count: usize,
    /// Share of the patches that the bank keeps.
    pub ratio: f32,
    /// Repetitions of each short measurement.
    pub repeats: usize,
    /// Number of vectors in the largest searched index.
    pub largest_index: usize,
}

/// Result of [`Bench`].
#[derive(Debug, Clone, Serialize)]
pub struct Benchmark {
    /// Version of the program.
    pub version: &'static str,
    /// Name of the processor, where known.
    pub processor: Option<String>,
    /// Number of compute threads.
    pub threads: usize,
    /// Device of the vision networks.
    pub device: String,
    /// Measurements, in order.
    pub measurements: Vec<Measurement>,
    /// Skipped measurements.
    pub skipped: Vec<SkippedMeasurement>,
}

/// A measurement that could not be taken.
#[derive(Debug, Clone, Serialize)]
pub struct SkippedMeasurement {
    /// Name of the measurement.
    pub name: &'static str,
    /// Reason and what to do, in the language of messages.
    pub reason: String,
}

impl Request for Bench {
    type Answer = Benchmark;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "bench"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<Benchmark> {
        let scene = Scene::prepare(job, self.images.as_deref(), self.count)?;
        let mut benchmark = Benchmark {
            version: env!("CARGO_PKG_VERSION"),
            processor: raw_cpuid::CpuId::new()
                .get_processor_brand_string()
                .map(|name| name.as_str().trim().to_owned()),
            threads: rayon::current_num_threads(),
            device: Placement::describe(&job.shared.placement().vision),
            measurements: Vec::new(),
            skipped: Vec::new(),
        };
        let language = job.shared.report_language();
        benchmark.add("embed", language, networks::embed(job, &scene, self.repeats))?;
        benchmark.add("features", language, networks::features(job, &scene, self.repeats))?;
        benchmark.add(
            "patchcore",
            language,
            patchcore::fit_and_detect(job, &scene, self.ratio, self.repeats),
        )?;
        benchmark.add("search", language, search::search(job, self.largest_index, self.repeats))?;
        benchmark.add("inspect", language, patchcore::inspect(job, &scene, self.repeats))?;
        Ok(benchmark)
    }
}

impl Benchmark {
    /// Adds measurements; a failure other than cancellation is recorded as skipped.
    fn add(
        &mut self,
        name: &'static str,
        language: Language,
        measured: Result<Vec<Measurement>>,
    ) -> Result<()> {
        match measured {
            Ok(measurements) => self.measurements.extend(measurements),
            Err(EngineError::Cancelled) => return Err(EngineError::Cancelled),
            Err(error) => {
                self.skipped.push(SkippedMeasurement { name, reason: error.explain(language) })
            }
        }
        Ok(())
    }
}
