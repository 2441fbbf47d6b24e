//! Restoring a backup into the engine's workspace, and checking one.

use std::path::PathBuf;

use super::BackedUp;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_library::BackupManifest;

/// Restores a backup into the workspace of the engine, which must not have a catalogue yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreBackup {
    /// The backup.
    pub from: PathBuf,
}

impl Request for RestoreBackup {
    type Answer = BackedUp;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "restore-backup"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<BackedUp> {
        // Not on the library's lane, which would open the workspace and so make a catalogue.
        let root = job.shared.workspace.root().as_path();
        let manifest = fettle_library::restore_backup(&self.from, root, &*job.sink)?;
        Ok(answer(self.from, manifest))
    }
}

/// Reads a backup from its first to its last byte and compares it with its own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyBackup {
    /// The backup.
    pub path: PathBuf,
}

impl Request for VerifyBackup {
    type Answer = BackedUp;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "verify-backup"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<BackedUp> {
        let manifest = fettle_library::verify_backup(&self.path, &*job.sink)?;
        Ok(answer(self.path, manifest))
    }
}

fn answer(path: PathBuf, manifest: BackupManifest) -> BackedUp {
    BackedUp {
        path,
        files: manifest.files.len(),
        bytes: manifest.bytes(),
        missing: manifest.missing,
    }
}
