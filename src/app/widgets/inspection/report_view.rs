//! The corrective-action report, each line with its source.

use egui::RichText;

use super::skip_reason::skip_reason;
use crate::command::{Citation, Command};
use crate::tab_context::TabContext;
use fettle_domain::{
    Author, Inspection, ManualFinding, ReportLine, ReportPart, SkipReason, Stage, Support,
};
use fettle_i18n::Value;

/// Shows the report of an inspection, or why there is none.
pub(crate) fn show(ui: &mut egui::Ui, cx: &mut TabContext<'_>, inspection: &Inspection) {
    ui.heading(cx.text("report-title"));
    let Some(report) = inspection.report.done() else {
        ui.label(skip_reason(&inspection.report, cx).unwrap_or_default());
        if let Stage::Skipped(SkipReason::NoManual { product }) = &inspection.report
            && ui.button(cx.text("dialog-add-manual")).clicked()
        {
            cx.send(Command::AddManual(product.clone()));
        }
        return;
    };
    let author = match &report.author {
        Author::Evidence => cx.text("report-by-evidence"),
        Author::Model { model } => {
            cx.localizer.with("report-by-model", &[("model", model.to_string().into())])
        }
    };
    ui.small(author);
    for section in &report.sections {
        ui.add_space(8.0);
        ui.strong(cx.text(title(section.part)));
        if section.lines.is_empty() {
            ui.weak(cx.text("report-nothing"));
        }
        let lines = |ui: &mut egui::Ui, cx: &mut TabContext<'_>| {
            for (number, line) in (1..).zip(&section.lines) {
                let mark = match section.part {
                    // Prevention refers to these numbers.
                    ReportPart::Actions => format!("{number}."),
                    _ => "•".to_owned(),
                };
                report_line(ui, cx, &mark, line, inspection.manual.done());
                if let Some(text) = report.translation(line) {
                    let text = cx.localizer.with("machine-translation", &[("text", text.into())]);
                    ui.indent("translation", |ui| ui.weak(text));
                }
            }
        };
        if section.part == ReportPart::Remarks {
            // Not the manual's words: set apart in a frame.
            egui::Frame::group(ui.style()).show(ui, |ui| {
                ui.small(cx.text("report-remarks-note"));
                lines(ui, cx);
            });
        } else {
            lines(ui, cx);
        }
    }
    if let Some(finding) = inspection.manual.done() {
        ui.add_space(10.0);
        ui.separator();
        let values = [
            ("path", Value::from(finding.path.clone())),
            ("heading", finding.section.heading.clone().into()),
            ("place", cx.localizer.place(&finding.path, finding.section.page).into()),
        ];
        let source = RichText::new(cx.localizer.with("report-source", &values)).small();
        let version = [("version", finding.version().into())];
        let version = cx.localizer.with("manual-show-version", &version);
        if ui.link(source).on_hover_text(version).clicked() {
            cx.send(Command::ShowManual(Citation::section(finding)));
        }
        for other in &finding.others {
            let values = [
                ("path", Value::from(other.path.clone())),
                ("heading", other.heading.clone().into()),
                ("place", cx.localizer.place(&other.path, other.page).into()),
            ];
            let also = RichText::new(cx.localizer.with("report-also", &values)).small();
            if ui.link(also).on_hover_text(cx.text("manual-show")).clicked() {
                cx.send(Command::ShowManual(Citation::other(other)));
            }
        }
    }
}

/// Shows the text that the language model has written so far. Its sources are known once it is
/// complete.
pub(crate) fn show_unfinished(ui: &mut egui::Ui, cx: &TabContext<'_>, written: &str) {
    ui.add_space(10.0);
    ui.separator();
    ui.horizontal(|ui| {
        ui.spinner();
        ui.small(cx.text("report-being-written"));
    });
    ui.weak(written);
}

/// Locale id of the title of a part of the report.
fn title(part: ReportPart) -> &'static str {
    match part {
        ReportPart::Situation => "report-situation",
        ReportPart::Causes => "report-causes",
        ReportPart::Actions => "report-actions",
        ReportPart::Prevention => "report-prevention",
        ReportPart::Remarks => "report-remarks",
    }
}

/// One line of the report and its sources: statements of the manual, cited by page.
fn report_line(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    mark: &str,
    line: &ReportLine,
    finding: Option<&ManualFinding>,
) {
    match &line.support {
        Support::Measured => {
            ui.label(format!("{mark} {}", line.text));
        }
        Support::Manual { statements }
        | Support::Composed { statements }
        | Support::Reference { statements }
        | Support::Paraphrase { statements } => {
            ui.label(format!("{mark} {}", line.text));
            if matches!(line.support, Support::Paraphrase { .. }) {
                let note = cx.text("report-paraphrase");
                ui.indent("paraphrase", |ui| ui.small(note));
            }
            let Some(finding) = finding else { return };
            for id in statements {
                let mut statements = finding.section.all_statements();
                let Some(statement) = statements.find(|statement| statement.id == *id) else {
                    continue;
                };
                let place = cx.localizer.place(&finding.path, statement.page());
                let values = [("place", Value::from(place))];
                let source = RichText::new(cx.localizer.with("report-page", &values)).small();
                ui.indent(id, |ui| {
                    if ui.link(source).on_hover_text(&statement.text).clicked() {
                        cx.send(Command::ShowManual(Citation::statement(finding, statement)));
                    }
                });
            }
        }
        Support::Unsupported => {
            let note = cx.text("source-unsupported");
            ui.label(RichText::new(format!("{mark} {}", line.text)).italics().weak());
            ui.indent("unsupported", |ui| ui.small(note));
        }
    }
}
