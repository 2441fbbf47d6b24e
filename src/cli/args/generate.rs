//! `fettle generate`: what a package is made with.

use std::path::PathBuf;

use clap::Subcommand;

/// Files that are derived from the arguments themselves.
#[derive(Debug, Subcommand)]
pub(crate) enum Generate {
    /// Manual pages in roff, one a command: `fettle.1`, `fettle-inspect.1`, …
    Man {
        /// The folder for the pages, which exists.
        folder: PathBuf,
    },
    /// Completions for bash (`fettle.bash`), zsh (`_fettle`) and fish (`fettle.fish`).
    Completions {
        /// The folder for the completions, which exists.
        folder: PathBuf,
    },
}
