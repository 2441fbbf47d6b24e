//! `fettle demo`.

use std::path::PathBuf;

use clap::Args;

/// `fettle demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The profile whose models are used, kept in the workspace's settings.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Where the three results go. Default: out/demo in the workspace.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Compose the reports from the manuals alone.
    #[arg(long)]
    pub(crate) no_llm: bool,
}
