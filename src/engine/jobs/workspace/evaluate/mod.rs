//! Evaluation of the anomaly stage on a data set with ground truth.

mod class;
mod dataset;
mod evaluation;
mod mask_files;
mod picture_names;
mod plots;
mod quality;
mod scored_image;
mod truth;

pub use class::ClassEvaluation;
pub use evaluation::{Evaluate, Evaluation};
pub use quality::{DefectQuality, Quality, TestRates};
pub use scored_image::ScoredImage;
pub use truth::{MaskNotes, NotTwoLevel};
