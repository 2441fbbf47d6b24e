//! `fettle import-seed`.

use std::path::PathBuf;

use clap::Args;

/// `fettle import-seed`.
#[derive(Debug, Args)]
pub(crate) struct ImportSeed {
    /// The folder that holds its data/ and manual_store/. It is only read.
    pub(crate) dir: PathBuf,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}
