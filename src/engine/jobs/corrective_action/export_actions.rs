//! Exporting records of corrective actions for spreadsheets and programs.

use std::path::PathBuf;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ActionFilter, Role};
use fettle_report::{action_csv, write_file};

/// Writes records as JSON where the file's name ends in `.json`, else as CSV, newest first.
#[derive(Debug, Clone)]
pub struct ExportActions {
    /// Which records.
    pub filter: ActionFilter,
    /// The file, replaced once the new one is complete.
    pub path: PathBuf,
}

/// Result of [`ExportActions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedActions {
    /// Number of records.
    pub rows: usize,
    /// The written file.
    pub path: PathBuf,
}

impl Request for ExportActions {
    type Answer = ExportedActions;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "export-actions"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<ExportedActions> {
        let Self { filter, path } = self;
        let actions =
            job.library(move |library| library.corrective_actions(&filter, usize::MAX))?;
        job.check()?;
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let bytes = if is_json {
            serde_json::to_vec_pretty(&actions).map_err(fettle_report::ReportError::from)?
        } else {
            action_csv(&actions)
                .map_err(|source| EngineError::File { path: path.clone(), source })?
        };
        write_file(&path, &bytes)?;
        Ok(ExportedActions { rows: actions.len(), path })
    }
}
