//! A whole workspace in one file: a zip archive with a copy of the database, every file below
//! `data/` and `manual_store/`, the settings, and a list ([`BackupManifest`]) of all of them with
//! their SHA-256. Models are not in it: they can be fetched again.
//!
//! 1. Under the shared lock, so that no file is deleted meanwhile, the database is copied through
//!    SQLite's backup API and the other files are linked into a folder of the backup
//!    (`stage`): a matter of milliseconds, whatever they hold. No stored file is ever changed in
//!    place, so a link keeps what the file was.
//! 2. The linked files are written to the archive, which is then read back and compared
//!    (`write`).
//! 3. Restoring (`restore`) unpacks beside the new workspace, compares every file, and moves the
//!    database last: without one there is no workspace.

mod before_migration;
mod database_copy;
mod fault;
mod hashed_copy;
mod manifest;
mod read;
mod restore;
mod stage;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use before_migration::{back_up_database, sweep_copies};
pub use fault::BackupFault;
pub use manifest::{BackedUpFile, BackupManifest};
pub use read::verify_backup;
pub use restore::restore_backup;
pub use stage::StagedBackup;
