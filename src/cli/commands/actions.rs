//! `fettle actions`.

use std::path::Path;

use crate::args;
use crate::table;
use crate::terminal::Terminal;
use fettle_domain::{ActionFilter, CorrectiveActionId, ProductCode};
use fettle_engine::{
    Engine, ExportActions, ImportActions, ListActions, ReadActionFile, RemoveAction,
    UndoActionImport, explain_manual_warning,
};

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Actions,
) -> anyhow::Result<()> {
    match args {
        args::Actions::List { which, json } => list(engine, terminal, which.into(), *json),
        args::Actions::Import { file, product, dry_run, json } => {
            import(engine, terminal, file, product.clone(), (*dry_run, *json))
        }
        args::Actions::UndoImport { import } => {
            let count = terminal.run(engine, UndoActionImport(*import))?;
            terminal.print_message("actions-import-undone", &[("count", count.into())]);
            Ok(())
        }
        args::Actions::Export { file, which } => {
            let request = ExportActions { filter: which.into(), path: file.clone() };
            let written = terminal.run(engine, request)?;
            let path = written.path.display().to_string();
            let values = [("rows", written.rows.into()), ("path", path.into())];
            terminal.print_message("actions-exported", &values);
            Ok(())
        }
        args::Actions::Remove { id } => remove(engine, terminal, *id, true),
        args::Actions::Restore { id } => remove(engine, terminal, *id, false),
    }
}

fn list(
    engine: &Engine,
    terminal: &Terminal,
    filter: ActionFilter,
    json: bool,
) -> anyhow::Result<()> {
    let actions = terminal.run(engine, ListActions(filter))?;
    if json {
        return terminal.print_json(&actions);
    }
    if actions.is_empty() {
        terminal.print_message("actions-none", &[]);
        return Ok(());
    }
    let dash = || "–".to_owned();
    let rows: Vec<[String; 7]> = actions
        .iter()
        .map(|action| {
            let entry = &action.entry;
            let first_line = entry.action.lines().next().unwrap_or_default().to_owned();
            [
                action.mark(),
                action.product.to_string(),
                action.defect.as_ref().map_or_else(dash, ToString::to_string),
                terminal.text(entry.stage_message_id(), &[]),
                entry.newest_day().or(entry.due).map_or_else(dash, |day| day.to_string()),
                if entry.owner.is_empty() { dash() } else { entry.owner.replace('\n', ", ") },
                first_line,
            ]
        })
        .collect();
    table::print(terminal, &rows);
    terminal.print_message("actions-total", &[("total", actions.len().into())]);
    Ok(())
}

/// Reads the file and says what becomes of each record, then stores those that are new.
fn import(
    engine: &Engine,
    terminal: &Terminal,
    file: &Path,
    product: Option<ProductCode>,
    (dry_run, json): (bool, bool),
) -> anyhow::Result<()> {
    let read = terminal.run(engine, ReadActionFile { path: file.to_owned(), product })?;
    if dry_run && json {
        return terminal.print_json(&read);
    }
    if !json {
        for warning in &read.warnings {
            let name = file.display().to_string();
            let said = explain_manual_warning(warning, &name, terminal.language());
            terminal.print_line(&format!("  ⚠ {said}"));
        }
        for row in &read.rows {
            let subject = row.subject.as_ref();
            let product = subject.map_or("?", |subject| subject.product.as_str());
            let defect = subject.and_then(|subject| subject.defect.as_ref());
            let named = row.draft.defect.replace('\n', " ");
            let defect = defect.map_or(named, ToString::to_string);
            let state = terminal.text(row.state.message_id(), &[]);
            let action = row.draft.entry.action.lines().next().unwrap_or_default();
            terminal.print_line(&format!(
                "  {}: {product} / {defect} — {action} [{state}]",
                row.draft.place
            ));
            for warning in row.draft.warnings.iter().filter(|_| row.is_warned()) {
                terminal
                    .print_line(&format!("     ⚠ {}", terminal.text(warning.message_id(), &[])));
            }
        }
    }
    let (rows, stored, warned) = (read.rows.len(), read.stored(), read.warned());
    let print_warned = || {
        if warned > 0 {
            terminal.print_message("actions-warned", &[("count", warned.into())]);
        }
    };
    if dry_run || stored == 0 {
        let values = [("rows", rows.into()), ("stored", stored.into())];
        if !json {
            terminal.print_message("actions-would-import", &values);
            print_warned();
        }
        return if json { terminal.print_json(&read) } else { Ok(()) };
    }
    let imported = terminal.run(engine, ImportActions(read))?;
    if json {
        return terminal.print_json(&imported);
    }
    let values = [("stored", imported.stored.into()), ("left", imported.left_out.into())];
    terminal.print_message("actions-imported", &values);
    print_warned();
    terminal.print_message("actions-undo-hint", &[("import", imported.import.to_string().into())]);
    Ok(())
}

fn remove(
    engine: &Engine,
    terminal: &Terminal,
    id: CorrectiveActionId,
    removed: bool,
) -> anyhow::Result<()> {
    terminal.run(engine, RemoveAction { id, removed })?;
    let message = if removed { "action-removed" } else { "action-restored" };
    terminal.print_message(message, &[("mark", id.mark().into())]);
    Ok(())
}
