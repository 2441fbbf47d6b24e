//! The flag `--json` of commands without other arguments.

use clap::Args;

/// Only `--json`.
#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
