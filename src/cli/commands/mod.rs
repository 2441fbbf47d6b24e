//! One file a command: arguments to a request, an answer to words.

pub(super) mod bank;
mod bank_versions;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod eval;
pub(super) mod index;
pub(super) mod inspect;
pub(super) mod library;
pub(super) mod manual;
pub(super) mod models;

use super::terminal::Terminal;
use crate::engine::Refusal;

/// Says which files were refused and why; whether there were any.
fn say_refused(terminal: &Terminal, refused: &[Refusal]) -> bool {
    for refusal in refused {
        let reason = refusal.error.explain(terminal.language());
        let path = refusal.path.display().to_string();
        terminal
            .complain("registered-refused", &[("path", path.into()), ("reason", reason.into())]);
    }
    !refused.is_empty()
}
