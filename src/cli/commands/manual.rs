//! `fettle manual`.

use super::inspect::{print_sections, print_source};
use super::manual_answer::{self, AnswerStatus};
use super::manual_versions;
use super::stage_result::done_or_print;
use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{ManualFormat, ManualWarning, ProductCode, Statement};
use fettle_engine::{
    DefectReport, EmbedManuals, Engine, EngineError, IngestManuals, ParsedManual, ReportDefects,
    SearchManual,
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
        eprint_warning(terminal, path, warning);
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

fn eprint_warning(terminal: &Terminal, path: &str, warning: &ManualWarning) {
    let place = |page: u32| terminal.position(path, page).into();
    match warning {
        ManualWarning::Unplaced { page, text } => {
            terminal.eprint_message(
                "warning-unplaced",
                &[("place", terminal.position(path, *page).into()), ("text", text.clone().into())],
            );
        }
        ManualWarning::Incomplete { heading, page, missing } => {
            let part = terminal.text(missing.message_id(), &[]).into();
            let values =
                [("heading", heading.clone().into()), ("place", place(*page)), ("part", part)];
            terminal.eprint_message("warning-incomplete", &values);
        }
        ManualWarning::UnknownPart { heading, label, page } => {
            let values = [
                ("heading", heading.clone().into()),
                ("label", label.clone().into()),
                ("place", place(*page)),
            ];
            terminal.eprint_message("warning-unknown-part", &values);
        }
        ManualWarning::LongPart { heading, part, page, count } => {
            let values = [
                ("heading", heading.clone().into()),
                ("part", terminal.text(part.message_id(), &[]).into()),
                ("place", place(*page)),
                ("count", (*count).into()),
            ];
            terminal.eprint_message("warning-long-part", &values);
        }
        ManualWarning::RepeatedSection { defect, first, page } => {
            let values = [
                ("defect", defect.to_string().into()),
                ("first", place(*first)),
                ("place", place(*page)),
            ];
            terminal.eprint_message("warning-repeated-section", &values);
        }
        ManualWarning::Disagreement { heading, subject, first, first_page, second, page } => {
            let values = [
                ("heading", heading.clone().into()),
                ("subject", subject.clone().into()),
                ("first", first.clone().into()),
                ("first_place", place(*first_page)),
                ("second", second.clone().into()),
                ("place", place(*page)),
            ];
            terminal.eprint_message("warning-disagreement", &values);
        }
        ManualWarning::NoSection { defect } => {
            terminal.eprint_message("warning-no-section", &[("defect", defect.to_string().into())]);
        }
        ManualWarning::Recognised { page } => {
            terminal.eprint_message("warning-recognised", &[("page", (*page).into())]);
        }
        ManualWarning::EmptyPage { page } => {
            terminal.eprint_message("warning-empty-page", &[("page", (*page).into())]);
        }
        ManualWarning::PartlyRead { page } => {
            terminal.eprint_message("warning-partly-read", &[("page", (*page).into())]);
        }
        ManualWarning::UnreadableLetters { page, letters } => {
            let values = [("page", (*page).into()), ("letters", (*letters).into())];
            terminal.eprint_message("warning-unreadable-letters", &values);
        }
        ManualWarning::HiddenText { page, text } => {
            let values = [("page", (*page).into()), ("text", text.clone().into())];
            terminal.eprint_message("warning-hidden-text", &values);
        }
        ManualWarning::Aside { page, text } => {
            let values = [("page", (*page).into()), ("text", text.clone().into())];
            terminal.eprint_message("warning-aside", &values);
        }
        ManualWarning::StruckOut { page, text } => {
            let values = [("page", (*page).into()), ("text", text.clone().into())];
            terminal.eprint_message("warning-struck-out", &values);
        }
        ManualWarning::PicturePage { page } => {
            terminal.eprint_message("warning-picture-page", &[("page", (*page).into())]);
        }
        ManualWarning::PagesMissing { read, stated } => {
            let values = [("read", (*read).into()), ("stated", (*stated).into())];
            terminal.eprint_message("warning-pages-missing", &values);
        }
        ManualWarning::CutShort => terminal.eprint_message("warning-cut-short", &[]),
        ManualWarning::Note { page, text } => {
            let values = [("page", (*page).into()), ("text", text.clone().into())];
            terminal.eprint_message("warning-note", &values);
        }
    }
}
