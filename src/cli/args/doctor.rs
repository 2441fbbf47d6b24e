//! `fettle doctor`.

use std::path::PathBuf;

use clap::Args;

/// `fettle doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write what somebody who is to help needs to know into a new zip file: versions, settings without
    /// secrets, this report, the log. No picture and no manual.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub(crate) bundle: Option<PathBuf>,
}
