//! `fettle backup` and `fettle restore`.

use std::path::PathBuf;

use clap::Args;

/// `fettle backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write; one that exists is replaced once the new one is complete.
    #[arg(required_unless_present = "due")]
    pub(crate) file: Option<PathBuf>,
    /// Write nothing: read the file and compare it with its own list.
    #[arg(long, conflicts_with = "due")]
    pub(crate) check: bool,
    /// Make the backup that the settings plan, if one is due; for a scheduler.
    #[arg(long, conflicts_with = "file")]
    pub(crate) due: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `fettle restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The file that `fettle backup` wrote.
    pub(crate) file: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
