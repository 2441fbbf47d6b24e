//! Corrections of a manual as a file: to be kept beside the manual, and taken over into another workspace.

use std::path::PathBuf;

use serde::Serialize;

use super::manual_corrections::{SaveManualCorrections, Uncorrected};
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ManualCorrections, ManualId, RegisteredManual, Role};
use fettle_manuals::{apply_corrections, read_file};
use fettle_report::write_file;

/// The corrections of a manual that are in force.
#[derive(Debug, Clone, Copy)]
pub struct ListManualCorrections(pub ManualId);

/// Corrections of a manual, and which of them find nothing in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedCorrections {
    /// The manual.
    pub manual: RegisteredManual,
    /// Its edits, and those labels of the workspace that it has.
    pub corrections: ManualCorrections,
    /// The texts of edits that find nothing in this version of the manual.
    pub missed: Vec<String>,
}

impl Request for ListManualCorrections {
    type Answer = ListedCorrections;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-manual-corrections"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<ListedCorrections> {
        let Uncorrected { manual, read, corrections, .. } = Uncorrected::open(job, self.0)?;
        let missed = apply_corrections(&read, &corrections).missed;
        let missed = missed.iter().map(|edit| edit.subject().to_owned()).collect();
        Ok(ListedCorrections { manual, corrections, missed })
    }
}

/// Writes the corrections of a manual as JSON.
#[derive(Debug, Clone)]
pub struct ExportManualCorrections {
    /// The manual.
    pub manual: ManualId,
    /// The file, replaced once the new one is complete.
    pub path: PathBuf,
}

impl Request for ExportManualCorrections {
    /// What was written.
    type Answer = ListedCorrections;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "export-manual-corrections"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<ListedCorrections> {
        let listed = ListManualCorrections(self.manual).run(job)?;
        let json = serde_json::to_vec_pretty(&listed.corrections)
            .map_err(fettle_report::ReportError::from)?;
        job.check()?;
        write_file(&self.path, &json)?;
        Ok(listed)
    }
}

/// Takes the corrections of a file over: its edits replace those of the manual, its labels are added to
/// those of the workspace.
#[derive(Debug, Clone)]
pub struct ApplyManualCorrections {
    /// The manual.
    pub manual: ManualId,
    /// A file as [`ExportManualCorrections`] writes it.
    pub path: PathBuf,
}

impl Request for ApplyManualCorrections {
    type Answer = ListedCorrections;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "apply-manual-corrections"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<ListedCorrections> {
        let Self { manual, path } = self;
        let bytes = read_file(&path)?;
        let corrections: ManualCorrections = serde_json::from_slice(&bytes)
            .map_err(|source| EngineError::NotCorrections { path, source })?;
        job.check()?;
        SaveManualCorrections { manual, corrections, forgotten: Vec::new() }.run(job)?;
        ListManualCorrections(manual).run(job)
    }
}
