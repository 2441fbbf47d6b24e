//! Rejected files, as JSON and as messages.

use std::path::PathBuf;

use serde::Serialize;

use crate::terminal::Terminal;
use fettle_engine::RejectedFile;

/// A rejected file, as `--json` prints it.
#[derive(Serialize)]
pub(super) struct RejectedFileJson {
    path: PathBuf,
    reason: String,
}

/// Rejected files with their reasons in the terminal's language.
pub(super) fn explain_rejected(
    terminal: &Terminal,
    rejected: &[RejectedFile],
) -> Vec<RejectedFileJson> {
    let of = |file: &RejectedFile| RejectedFileJson {
        path: file.path.clone(),
        reason: file.error.explain(terminal.language()),
    };
    rejected.iter().map(of).collect()
}

/// Prints rejected files and their reasons to stderr, each as `message` words it.
pub(super) fn eprint_rejected(terminal: &Terminal, message: &str, rejected: &[RejectedFile]) {
    for file in rejected {
        let reason = file.error.explain(terminal.language());
        let path = file.path.display().to_string();
        terminal.eprint_message(message, &[("path", path.into()), ("reason", reason.into())]);
    }
}
