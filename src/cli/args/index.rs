//! `fettle index`.

use clap::Subcommand;

use super::json::Json;

/// `fettle index`.
#[derive(Debug, Subcommand)]
pub(crate) enum Index {
    /// Embed what is new and drop what is gone.
    Build {
        /// Embed everything anew.
        #[arg(long)]
        rebuild: bool,
    },
    /// How many images, which model, whether it is up to date.
    Info(Json),
}
