//! `fettle manual`.

use super::inspect::{print_sections, print_source};
use super::manual_answer::{self, AnswerStatus};
use super::manual_corrections;
use super::manual_versions;
use super::stage_result::done_or_print;
use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{ManualFormat, ProductCode, Statement};
use fettle_engine::{
    DefectReport, EmbedManuals, Engine, EngineError, IngestManuals, ParsedManual, ReportDefects,
    SearchManual, explain_manual_warning,
};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Manual) -> anyhow::Result<()> {
    match args {
        args::Manual::Ingest { product, json } => {
            let read = terminal.run(engine, IngestManuals(product.clone()))?;
            embed(engine, terminal, product.clone())?;
            if *json {
                return terminal.print_json(&read);
            }
            for manual in &read {
                print(terminal, manual);
            }
        }
        args::Manual::Report { product, defect, no_llm, model_text, json } => {
            let (product, defect) = (product.clone(), defect.clone());
            let model_text = model_text.then_some(true);
            let request = ReportDefects { product, defect, with_llm: !no_llm, model_text };
            let reports = terminal.run(engine, request)?;
            if *json {
                return terminal.print_json(&reports);
            }
            for written in &reports {
                print_report(terminal, written);
            }
        }
        args::Manual::Versions { product, json } => {
            return manual_versions::list(engine, terminal, product.as_ref(), *json);
        }
        args::Manual::Corrections(args) => return manual_corrections::run(engine, terminal, args),
        args::Manual::Remove { id } => return manual_versions::remove(engine, terminal, *id),
        args::Manual::Ask { question, product, defect, top, now, json } => {
            let request = SearchManual {
                question: question.clone(),
                product: product.clone(),
                defect: defect.clone(),
                top: *top,
                embed: !now,
            };
            let found = terminal.run(engine, request)?;
            if *json {
                terminal.print_json(&found)?;
            } else {
                manual_answer::print(terminal, &found);
            }
            return AnswerStatus::of(&found.reply).map_or(Ok(()), |status| Err(status.into()));
        }
    }
    Ok(())
}

fn print_report(terminal: &Terminal, written: &DefectReport) {
    terminal.print_line(&format!("── {}", written.defect));
    let Some(report) = done_or_print(terminal, "label-report", &written.report) else { return };
    print_sections(terminal, report);
    if let Some(finding) = written.manual.done() {
        print_source(terminal, finding);
    }
    if let Some(notice) = &written.notice {
        terminal.print_line(notice);
    }
    terminal.print_line("");
}

/// Embeds the manuals of a product, or of all, so that questions are answered by meaning; without a
/// text encoder nothing is done.
pub(super) fn embed(
    engine: &Engine,
    terminal: &Terminal,
    product: Option<ProductCode>,
) -> anyhow::Result<()> {
    match terminal.run(engine, EmbedManuals(product)) {
        Ok(_) | Err(EngineError::Models(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Prints a manual's parsed text, for a person to check.
pub(super) fn print(terminal: &Terminal, read: &ParsedManual) {
    let text = &read.text;
    let path = &read.manual.path;
    let format = ManualFormat::of_stored(path);
    let extent = [("pages", text.page_count.into())];
    let values = [
        ("path", read.manual.path.clone().into()),
        ("extent", terminal.text(format.length_message_id(), &extent).into()),
        ("sections", text.sections.len().into()),
    ];
    terminal.print_message("manual-read", &values);
    for section in &text.sections {
        let values = [
            ("heading", section.heading.clone().into()),
            ("place", terminal.position(path, section.page).into()),
            ("causes", section.causes.len().into()),
            ("actions", section.actions.len().into()),
        ];
        terminal.print_line("");
        terminal.print_message("manual-section", &values);
        print_statements(terminal, path, "manual-causes", &section.causes);
        print_statements(terminal, path, "manual-actions", &section.actions);
        for part in &section.parts {
            terminal.print_line(&format!(
                "  {}: {}",
                terminal.text(part.kind.message_id(), &[]),
                part.label
            ));
            print_each(terminal, path, &part.statements);
        }
    }
    if !text.summary.is_empty() {
        terminal.print_line("");
        terminal.print_field("manual-summary", "");
        for row in &text.summary {
            terminal.print_line(&format!("  {}", row.cells.join(" | ")));
        }
    }
    for warning in &text.warnings {
        terminal.eprint_line(&explain_manual_warning(warning, path, terminal.language()));
    }
}

fn print_statements(terminal: &Terminal, path: &str, title: &str, statements: &[Statement]) {
    terminal.print_line(&format!("  {}", terminal.text(title, &[])));
    print_each(terminal, path, statements);
}

fn print_each(terminal: &Terminal, path: &str, statements: &[Statement]) {
    for statement in statements {
        terminal.print_line(&format!(
            "    [{}] {} ({})",
            statement.id,
            statement.text,
            terminal.position(path, statement.page())
        ));
    }
}
