//! Storing the records of a file, and taking that back.

use serde::Serialize;

use fettle_domain::{ManualWarning, Role};

use super::read_action_file::ActionFile;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};

/// Stores the records of a file that are new, all or none of them.
#[derive(Debug, Clone)]
pub struct ImportActions(pub ActionFile);

/// Result of [`ImportActions`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedActions {
    /// Number of the import, by which it is taken back.
    pub import: i64,
    /// Number of records that were stored.
    pub stored: usize,
    /// Number of records that were left out.
    pub left_out: usize,
    /// Number of stored records that a person should look at.
    pub warned: usize,
    /// What of the file was left out or may be read wrongly.
    pub warnings: Vec<ManualWarning>,
}

impl Request for ImportActions {
    type Answer = ImportedActions;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "import-actions"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<ImportedActions> {
        let warned = self.0.warned();
        let Self(ActionFile { path, rows, warnings }) = self;
        let total = rows.len();
        let actions: Vec<_> = rows
            .into_iter()
            .filter(|row| row.state.is_stored())
            .filter_map(|row| {
                let (subject, mut entry) = (row.subject?, row.draft.entry);
                // The name that no defect type has is not lost.
                if subject.defect.is_none() && !row.draft.defect.is_empty() {
                    entry.note = [row.draft.defect, entry.note]
                        .into_iter()
                        .filter(|text| !text.is_empty())
                        .collect::<Vec<_>>()
                        .join("\n");
                }
                Some((subject, entry, row.draft.place))
            })
            .collect();
        let stored = actions.len();
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let by = job.actor.name.clone();
        let import = job.library(move |library| library.import_actions(&file, &actions, &by))?;
        Ok(ImportedActions { import, stored, left_out: total - stored, warned, warnings })
    }
}

/// Removes the records of an import. The answer is their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndoActionImport(pub i64);

impl Request for UndoActionImport {
    type Answer = usize;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "undo-action-import"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<usize> {
        job.library(move |library| library.undo_action_import(self.0))
    }
}
