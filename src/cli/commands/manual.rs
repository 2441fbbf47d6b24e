//! `fettle manual`.

use super::inspect::{done_or_say, print_sections, print_source};
use super::manual_versions;
use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{ManualFormat, ManualWarning, Statement, StatementKind};
use fettle_engine::{
    DefectReport, Engine, FoundPassage, IngestManuals, ManualAnswer, ReadManual, ReportDefects,
    SearchManual,
};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Manual) -> anyhow::Result<()> {
    match args {
        args::Manual::Ingest { product, json } => {
            let read = terminal.wait(engine, IngestManuals(product.clone()))?;
            if *json {
                return terminal.json(&read);
            }
            for manual in &read {
                print(terminal, manual);
            }
        }
        args::Manual::Report { product, defect, no_llm, json } => {
            let (product, defect) = (product.clone(), defect.clone());
            let request = ReportDefects { product, defect, with_llm: !no_llm };
            let reports = terminal.wait(engine, request)?;
            if *json {
                return terminal.json(&reports);
            }
            for written in &reports {
                print_report(terminal, written);
            }
        }
        args::Manual::Versions { product, json } => {
            return manual_versions::list(engine, terminal, product.as_ref(), *json);
        }
        args::Manual::Remove { id } => return manual_versions::remove(engine, terminal, *id),
        args::Manual::Ask { question, product, top, json } => {
            let request =
                SearchManual { question: question.clone(), product: product.clone(), top: *top };
            let found = terminal.wait(engine, request)?;
            if *json {
                return terminal.json(&found);
            }
            print_answer(terminal, &found);
        }
    }
    Ok(())
}

fn print_report(terminal: &Terminal, written: &DefectReport) {
    terminal.print(&format!("── {}", written.defect));
    let Some(report) = done_or_say(terminal, "label-report", &written.report) else { return };
    print_sections(terminal, report);
    if let Some(finding) = written.manual.done() {
        print_source(terminal, finding);
    }
    if let Some(notice) = &written.notice {
        terminal.print(notice);
    }
    terminal.print("");
}

/// Passages under their headings: what was found by meaning, by words, and by both.
fn print_answer(terminal: &Terminal, answer: &ManualAnswer) {
    if let Some(notice) = &answer.notice {
        terminal.print(notice);
    }
    if answer.passages.is_empty() {
        terminal.say("manual-nothing", &[]);
    }
    let mut heading = None;
    for FoundPassage { manual, chunk, vector_score, keyword_score, fused_score } in &answer.passages
    {
        if heading != Some((manual.id, &chunk.heading)) {
            heading = Some((manual.id, &chunk.heading));
            terminal.print(&format!("{}  ({})", chunk.heading, manual.path));
        }
        let kind = match chunk.kind {
            StatementKind::Cause => "manual-causes",
            StatementKind::Action => "manual-actions",
        };
        let score = |score: Option<f32>, digits| match score {
            Some(score) => format!("{score:.digits$}"),
            None => "–".to_owned(),
        };
        let values = [
            ("place", terminal.place(&manual.path, chunk.page).into()),
            ("meaning", score(*vector_score, 3).into()),
            ("words", score(*keyword_score, 1).into()),
            ("fused", format!("{fused_score:.4}").into()),
        ];
        let kind = terminal.word(kind, &[]);
        terminal.print(&format!("  [{}] {kind}: {}", chunk.statement, chunk.words));
        terminal.print(&format!("      {}", terminal.word("manual-scores", &values)));
    }
}

/// What was read from a manual, for a person to check.
pub(super) fn print(terminal: &Terminal, read: &ReadManual) {
    let text = &read.text;
    let path = &read.manual.path;
    let format = ManualFormat::stored(path);
    let extent = [("pages", text.page_count.into())];
    let values = [
        ("path", read.manual.path.clone().into()),
        ("extent", terminal.word(format.extent(), &extent).into()),
        ("sections", text.sections.len().into()),
    ];
    terminal.say("manual-read", &values);
    for section in &text.sections {
        let values = [
            ("heading", section.heading.clone().into()),
            ("place", terminal.place(path, section.page).into()),
            ("causes", section.causes.len().into()),
            ("actions", section.actions.len().into()),
        ];
        terminal.print("");
        terminal.say("manual-section", &values);
        statements(terminal, path, "manual-causes", &section.causes);
        statements(terminal, path, "manual-actions", &section.actions);
    }
    if !text.summary.is_empty() {
        terminal.print("");
        terminal.field("manual-summary", "");
        for row in &text.summary {
            terminal.print(&format!("  {}", row.cells.join(" | ")));
        }
    }
    for warning in &text.warnings {
        warn(terminal, path, warning);
    }
}

fn statements(terminal: &Terminal, path: &str, title: &str, statements: &[Statement]) {
    terminal.print(&format!("  {}", terminal.word(title, &[])));
    for statement in statements {
        terminal.print(&format!(
            "    [{}] {} ({})",
            statement.id,
            statement.text,
            terminal.place(path, statement.page())
        ));
    }
}

fn warn(terminal: &Terminal, path: &str, warning: &ManualWarning) {
    match warning {
        ManualWarning::Unplaced { page, text } => {
            terminal.complain(
                "warning-unplaced",
                &[("place", terminal.place(path, *page).into()), ("text", text.clone().into())],
            );
        }
        ManualWarning::Incomplete { heading } => {
            terminal.complain("warning-incomplete", &[("heading", heading.clone().into())]);
        }
        ManualWarning::NoSection { defect } => {
            terminal.complain("warning-no-section", &[("defect", defect.to_string().into())]);
        }
        ManualWarning::Recognised { page } => {
            terminal.complain("warning-recognised", &[("page", (*page).into())]);
        }
        ManualWarning::EmptyPage { page } => {
            terminal.complain("warning-empty-page", &[("page", (*page).into())]);
        }
    }
}
