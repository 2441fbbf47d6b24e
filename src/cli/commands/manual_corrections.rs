//! `fettle manual corrections`.

use crate::args::Corrections;
use crate::terminal::Terminal;
use fettle_domain::{ManualCorrections, ManualEdit, ManualId, StatementKind};
use fettle_engine::{
    ApplyManualCorrections, Engine, ExportManualCorrections, ListManualCorrections,
    ListedCorrections, SaveManualCorrections, UndoManualCorrections,
};

pub(super) fn run(engine: &Engine, terminal: &Terminal, args: &Corrections) -> anyhow::Result<()> {
    match args {
        Corrections::List { manual, json } => {
            let listed = terminal.run(engine, ListManualCorrections(ManualId(*manual)))?;
            show(terminal, &listed, *json)
        }
        Corrections::Export { manual, file } => {
            let request = ExportManualCorrections { manual: ManualId(*manual), path: file.clone() };
            let written = terminal.run(engine, request)?;
            let path = file.display().to_string();
            let count = ("count", written.corrections.edits.len().into());
            terminal.print_message("corrections-exported", &[count, ("path", path.into())]);
            Ok(())
        }
        Corrections::Apply { manual, file, json } => {
            let request = ApplyManualCorrections { manual: ManualId(*manual), path: file.clone() };
            let listed = terminal.run(engine, request)?;
            show(terminal, &listed, *json)
        }
        Corrections::Remove { manual } => {
            let request = SaveManualCorrections {
                manual: ManualId(*manual),
                corrections: ManualCorrections::default(),
                forgotten: Vec::new(),
            };
            let read = terminal.run(engine, request)?;
            let id = ("id", (*manual).to_string().into());
            let path = ("path", read.manual.path.into());
            terminal.print_message("corrections-removed", &[path, id]);
            Ok(())
        }
        Corrections::Undo { manual } => {
            let read = terminal.run(engine, UndoManualCorrections(ManualId(*manual)))?;
            let path = ("path", read.manual.path.into());
            terminal.print_message("corrections-undone", &[path]);
            Ok(())
        }
    }
}

/// Prints the corrections of a manual, and those that find nothing.
fn show(terminal: &Terminal, listed: &ListedCorrections, json: bool) -> anyhow::Result<()> {
    if json {
        return terminal.print_json(listed);
    }
    let ManualCorrections { labels, edits } = &listed.corrections;
    if labels.is_empty() && edits.is_empty() {
        terminal.print_message("corrections-none", &[("path", listed.manual.path.clone().into())]);
    }
    let kind = |kind: StatementKind| terminal.text(kind.message_id(), &[]);
    for rule in labels {
        let values = [("label", rule.label.clone().into()), ("kind", kind(rule.kind).into())];
        terminal.print_message("corrections-label-of-all", &values);
    }
    for edit in edits {
        let text = ("text", edit.subject().to_owned().into());
        let (message, other) = match edit {
            ManualEdit::NameLabel(rule) => ("corrections-label", Some(("kind", kind(rule.kind)))),
            ManualEdit::NameHeading { defect, .. } => {
                ("corrections-heading", defect.as_ref().map(|code| ("defect", code.to_string())))
            }
            ManualEdit::Place { kind: to, .. } => ("corrections-place", Some(("kind", kind(*to)))),
            ManualEdit::Dismiss { .. } => ("corrections-dismiss", None),
            ManualEdit::Merge { into, .. } => {
                ("corrections-merge", Some(("into", into.text.clone())))
            }
            ManualEdit::Split { pieces, .. } => {
                ("corrections-split", Some(("count", pieces.len().to_string())))
            }
            ManualEdit::StartPart { kind: to, .. } => {
                ("corrections-start-part", Some(("kind", kind(*to))))
            }
            ManualEdit::StartSection { .. } => ("corrections-start-section", None),
            ManualEdit::JoinSection { .. } => ("corrections-join-section", None),
        };
        // A heading that names no defect has a message of its own.
        let message = match (edit, &other) {
            (ManualEdit::NameHeading { .. }, None) => "corrections-heading-none",
            _ => message,
        };
        let values: Vec<_> =
            std::iter::once(text).chain(other.map(|(name, value)| (name, value.into()))).collect();
        terminal.print_message(message, &values);
    }
    for missed in &listed.missed {
        let text = [("text", missed.clone().into())];
        terminal.print_line(&format!("⚠ {}", terminal.text("warning-correction-missed", &text)));
    }
    Ok(())
}
