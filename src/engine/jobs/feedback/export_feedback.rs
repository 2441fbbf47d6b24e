//! Feedback as a file.

use std::path::{Path, PathBuf};

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_report::{feedback_csv, write_file};

/// Writes all feedback that counts: as JSON where the file's name ends so, otherwise as CSV for
/// spreadsheets.
#[derive(Debug, Clone)]
pub struct ExportFeedback(pub PathBuf);

/// Result of [`ExportFeedback`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedFeedback {
    /// Number of subjects.
    pub rows: usize,
    /// The written file.
    pub path: PathBuf,
}

impl Request for ExportFeedback {
    type Answer = ExportedFeedback;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "export-feedback"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<ExportedFeedback> {
        let path = self.0;
        let file_error = |source| EngineError::File { path: path.clone(), source };
        let feedback = job.library(|library| library.all_feedback())?;
        let bytes = if is_json(&path) {
            serde_json::to_vec_pretty(&feedback).map_err(|error| file_error(error.into()))?
        } else {
            feedback_csv(&feedback).map_err(file_error)?
        };
        job.check()?;
        write_file(&path, &bytes)?;
        Ok(ExportedFeedback { rows: feedback.len(), path })
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}
