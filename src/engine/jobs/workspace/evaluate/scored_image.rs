//! A test picture with its score.

use std::path::PathBuf;

use serde::Serialize;

/// A test picture with its score.
#[derive(Debug, Clone, Serialize)]
pub struct ScoredImage {
    /// Path of the picture in the class folder.
    pub path: PathBuf,
    /// Defect of the picture; `None`: good.
    pub defect: Option<String>,
    /// Image score.
    pub score: f32,
}
