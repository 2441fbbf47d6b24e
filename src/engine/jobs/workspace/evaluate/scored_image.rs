//! A test picture with its score.

use std::path::PathBuf;

use serde::Serialize;

use fettle_domain::Verdict;

/// A test picture with its score.
#[derive(Debug, Clone, Serialize)]
pub struct ScoredImage {
    /// Path of the picture in the class folder.
    pub path: PathBuf,
    /// Defect of the picture; `None`: good.
    pub defect: Option<String>,
    /// Image score.
    pub score: f32,
    /// The same with 0.5 at the first limit and 1 at the second.
    pub calibrated_score: f32,
    /// The verdict of an inspection.
    pub verdict: Verdict,
}
