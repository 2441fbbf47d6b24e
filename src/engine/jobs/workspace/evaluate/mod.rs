//! Evaluation of the anomaly stage on a data set with ground truth.

mod class;
mod dataset;
mod evaluation;
mod plots;
mod quality;
mod scored_image;

pub use class::ClassEvaluation;
pub use evaluation::{Evaluate, Evaluation};
pub use quality::{DefectQuality, Quality, TestRates};
pub use scored_image::ScoredImage;
