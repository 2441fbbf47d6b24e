//! A benchmark of Fettle on this computer.

mod measurement;
mod networks;
mod patchcore;
mod run;
mod scene;
mod search;

pub use measurement::Measurement;
pub use run::{Bench, Benchmark, SkippedMeasurement};
