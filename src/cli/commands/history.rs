//! `fettle history`.

use std::path::Path;

use super::bank_learn::learn_changed;
use crate::args;
use crate::table;
use crate::terminal::Terminal;
use fettle_domain::{HistoryFilter, Opinion, Verdict};
use fettle_engine::{
    Engine, ExportInspections, ExportPdf, InspectionSelection, JudgeInspection, ListInspections,
    TidyPictures,
};
use fettle_i18n::Value;

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::History,
) -> anyhow::Result<()> {
    match &args.command {
        None => list(engine, terminal, &args.list),
        Some(args::HistoryCommand::Judge { id, verdict, defect, note }) => {
            let verdict: Option<Verdict> = (*verdict).into();
            let opinion = verdict.map(|verdict| Opinion {
                verdict,
                defect: defect.clone(),
                note: note.clone(),
            });
            let judged = terminal.run(engine, JudgeInspection { inspection: *id, opinion })?;
            let id = ("id", judged.inspection.to_string().into());
            let changed = judged.product.clone().filter(|_| judged.changes_known_defects());
            match judged.now {
                None => terminal.print_message("judged-none", &[id]),
                Some(now) => {
                    let verdict = terminal.text(now.opinion.verdict.message_id(), &[]);
                    let values = [id, ("verdict", verdict.into()), ("by", now.by.into())];
                    terminal.print_message("judged-as", &values);
                }
            }
            match changed {
                Some(product) => learn_changed(engine, terminal, &product, false),
                None => Ok(()),
            }
        }
        Some(args::HistoryCommand::Tidy { days, dry_run, json }) => {
            let request = TidyPictures { days: *days, dry_run: *dry_run };
            let tidied = terminal.run(engine, request)?;
            if *json {
                return terminal.print_json(&tidied);
            }
            let Some(days) = tidied.days else {
                terminal.print_message("tidy-never", &[]);
                return Ok(());
            };
            let megabytes = Value::Number { value: tidied.bytes as f64 / 1e6, digits: 1 };
            let values =
                [("days", days.into()), ("count", tidied.inspections.into()), ("size", megabytes)];
            terminal.print_message(if *dry_run { "tidy-would" } else { "tidy-done" }, &values);
            Ok(())
        }
    }
}

fn list(engine: &Engine, terminal: &Terminal, args: &args::HistoryList) -> anyhow::Result<()> {
    let filter = HistoryFilter {
        product: args.product.clone(),
        defect: args.defect.clone(),
        verdict: args.verdict.map(Verdict::from),
        text: args.text.clone(),
        since: args.since,
        until: args.until,
        hours: None,
        action: args.action.map(Into::into),
        review: args.review.map(Into::into),
        repeated: args.repeated,
    };
    if let Some(path) = args.pdf.clone() {
        let these = InspectionSelection::Ids(args.id.clone());
        let which = if args.id.is_empty() { InspectionSelection::Filtered(filter) } else { these };
        let written = terminal.run(engine, ExportPdf { which, path })?;
        print_exported(terminal, written.parts, &written.path);
        if !written.missing_letters.is_empty() {
            let letters = [("letters", written.missing_letters.into())];
            terminal.eprint_message("pdf-missing-letters", &letters);
        }
        return Ok(());
    }
    if let Some(path) = args.csv.clone() {
        let written = terminal.run(engine, ExportInspections { filter, path })?;
        print_exported(terminal, written.rows, &written.path);
        return Ok(());
    }
    let page = terminal
        .run(engine, ListInspections { filter, limit: args.top, ..ListInspections::default() })?;
    if args.json {
        return terminal.print_json(&page);
    }
    if page.rows.is_empty() {
        terminal.print_message("history-none", &[]);
        return Ok(());
    }
    let rows: Vec<[String; 7]> = page
        .rows
        .iter()
        .map(|row| {
            let verdict = |verdict: Verdict| terminal.text(verdict.message_id(), &[]);
            [
                row.id.to_string(),
                row.created_at.clone(),
                row.product.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string),
                row.defect.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string),
                match row.judged {
                    None => verdict(row.verdict),
                    Some(judged) => format!("{} → {}", verdict(row.verdict), verdict(judged)),
                },
                row.image_score.map_or_else(|| "–".to_owned(), |score| format!("{score:.2}")),
                row.file_name().to_owned(),
            ]
        })
        .collect();
    table::print(terminal, &rows);
    let values = [("shown", page.rows.len().into()), ("total", page.total.into())];
    terminal.print_message("history-shown", &values);
    Ok(())
}

fn print_exported(terminal: &Terminal, rows: usize, path: &Path) {
    let values = [("rows", rows.into()), ("path", path.display().to_string().into())];
    terminal.print_message("history-exported", &values);
}
