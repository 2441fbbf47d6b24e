//! Deleting products and defect types, and bringing them back.

use crate::error::Result;
use crate::jobs::index::build_index::BuildIndex;
use crate::jobs::index::index_info::IndexInfo;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{CatalogueEntry, DeletionId, Dependents, Role};

/// Counts what hangs on a product or a defect type.
#[derive(Debug, Clone)]
pub struct CountDependents(pub CatalogueEntry);

impl Request for CountDependents {
    type Answer = Dependents;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "count-dependents"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Dependents> {
        job.library(move |library| library.dependents(&self.0))
    }
}

/// Deletes a product or a defect type with its images and manuals, and takes the images out of the
/// index of known defects. [`UndoDeletion`] brings all of it back.
#[derive(Debug, Clone)]
pub struct DeleteEntry(pub CatalogueEntry);

/// Result of [`DeleteEntry`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedEntry {
    /// What was deleted.
    pub entry: CatalogueEntry,
    /// What [`UndoDeletion`] is asked with.
    pub id: DeletionId,
    /// What hung on it.
    pub dependents: Dependents,
}

impl Request for DeleteEntry {
    type Answer = DeletedEntry;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "delete-entry"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<DeletedEntry> {
        let (entry, by) = (self.0, job.actor.name.clone());
        let deleted = entry.clone();
        let (dependents, id) = job.library(move |library| {
            let dependents = library.dependents(&deleted)?;
            Ok((dependents, library.delete_entry(&deleted, &by)?))
        })?;
        if dependents.defect_images > 0 {
            follow_index(job);
        }
        Ok(DeletedEntry { entry, id, dependents })
    }
}

/// Brings a deleted product or defect type back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndoDeletion(pub DeletionId);

impl Request for UndoDeletion {
    type Answer = CatalogueEntry;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "undo-deletion"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<CatalogueEntry> {
        let entry = job.library(move |library| library.undo_deletion(self.0))?;
        follow_index(job);
        Ok(entry)
    }
}

/// Brings the index of known defects in line with the library, where there is one. Where that fails or
/// is cancelled, [`IndexInfo`] says that it lags behind: what was done to the library stands, and its
/// answer is what undoes it.
pub(super) fn follow_index(job: &JobContext) {
    let followed = || -> Result<()> {
        if IndexInfo.run(job)?.is_some_and(|index| index.behind > 0) {
            BuildIndex { rebuild: false }.run(job)?;
        }
        Ok(())
    };
    if let Err(error) = followed() {
        tracing::warn!(%error, "the index of known defects lags behind the library");
    }
}
