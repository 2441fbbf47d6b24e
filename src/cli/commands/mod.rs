//! One file a command: arguments to a request, an answer to words.

pub(super) mod bank;
pub(super) mod bank_limits;
mod bank_versions;
pub(super) mod bench;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod eval;
pub(super) mod history;
pub(super) mod import_seed;
pub(super) mod index;
pub(super) mod inspect;
pub(super) mod library;
pub(super) mod manual;
mod manual_versions;
pub(super) mod models;
pub(super) mod roi;
pub(super) mod search;

use std::path::PathBuf;

use serde::Serialize;

use super::terminal::Terminal;
use fettle_domain::Stage;
use fettle_engine::Refusal;
use fettle_i18n::Value;

/// The stage's result, or else why there is none.
fn done_or_why<'a, T>(terminal: &Terminal, stage: &'a Stage<T>) -> Result<&'a T, String> {
    match stage {
        Stage::Done(result) => Ok(result),
        Stage::Skipped(reason) => {
            let values: Vec<(&str, Value)> =
                reason.values().into_iter().map(|(name, value)| (name, value.into())).collect();
            Err(terminal.word(&format!("skip-{}", reason.key()), &values))
        }
        Stage::Failed { message } => Err(message.clone()),
    }
}

/// A file that was refused, as `--json` prints it.
#[derive(Serialize)]
struct Refused {
    path: PathBuf,
    reason: String,
}

fn refused(terminal: &Terminal, refused: &[Refusal]) -> Vec<Refused> {
    let of = |refusal: &Refusal| Refused {
        path: refusal.path.clone(),
        reason: refusal.error.explain(terminal.language()),
    };
    refused.iter().map(of).collect()
}

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
