//! The corrective-action report, each line with where it comes from.

use egui::RichText;

use super::steps::reason;
use crate::command::Command;
use crate::desk::Desk;
use crate::tabs::Citation;
use fettle_domain::{
    Author, Inspection, ManualFinding, ReportLine, ReportPart, SkipReason, Stage, Support,
};
use fettle_i18n::Value;

pub(in crate::tabs) fn show(ui: &mut egui::Ui, desk: &mut Desk<'_>, inspection: &Inspection) {
    ui.heading(desk.text("report-title"));
    let Some(report) = inspection.report.done() else {
        ui.label(reason(&inspection.report, desk).unwrap_or_default());
        if let Stage::Skipped(SkipReason::NoManual { product }) = &inspection.report
            && ui.button(desk.text("dialog-add-manual")).clicked()
        {
            desk.send(Command::AddManual(product.clone()));
        }
        return;
    };
    let author = match &report.author {
        Author::Evidence => desk.text("report-by-evidence"),
        Author::Model { model } => {
            desk.words.with("report-by-model", &[("model", model.to_string().into())])
        }
    };
    ui.small(author);
    for section in &report.sections {
        ui.add_space(8.0);
        ui.strong(desk.text(title(section.part)));
        if section.lines.is_empty() {
            ui.weak(desk.text("report-nothing"));
        }
        for line in &section.lines {
            line_of(ui, desk, line, inspection.manual.done());
        }
    }
    if let Some(finding) = inspection.manual.done() {
        ui.add_space(10.0);
        ui.separator();
        let values = [
            ("path", Value::from(finding.path.clone())),
            ("heading", finding.section.heading.clone().into()),
            ("place", desk.words.place(&finding.path, finding.section.page).into()),
        ];
        let source = RichText::new(desk.words.with("report-source", &values)).small();
        let version = [("version", finding.version().into())];
        let version = desk.words.with("manual-show-version", &version);
        if ui.link(source).on_hover_text(version).clicked() {
            desk.send(Command::ShowManual(Citation::section(finding)));
        }
        for other in &finding.others {
            let values = [
                ("path", Value::from(other.path.clone())),
                ("heading", other.heading.clone().into()),
                ("place", desk.words.place(&other.path, other.page).into()),
            ];
            let also = RichText::new(desk.words.with("report-also", &values)).small();
            if ui.link(also).on_hover_text(desk.text("manual-show")).clicked() {
                desk.send(Command::ShowManual(Citation::other(other)));
            }
        }
    }
}

/// What the language model has written so far, below the manual's own words; where it comes from
/// is known once it has ended.
pub(super) fn show_unfinished(ui: &mut egui::Ui, desk: &Desk<'_>, written: &str) {
    ui.add_space(10.0);
    ui.separator();
    ui.horizontal(|ui| {
        ui.spinner();
        ui.small(desk.text("report-being-written"));
    });
    ui.weak(written);
}

fn title(part: ReportPart) -> &'static str {
    match part {
        ReportPart::Situation => "report-situation",
        ReportPart::Causes => "report-causes",
        ReportPart::Actions => "report-actions",
        ReportPart::Prevention => "report-prevention",
    }
}

fn line_of(
    ui: &mut egui::Ui,
    desk: &mut Desk<'_>,
    line: &ReportLine,
    finding: Option<&ManualFinding>,
) {
    match &line.support {
        Support::Measured => {
            ui.label(format!("• {}", line.text));
        }
        Support::Manual { statements } | Support::Paraphrase { statements } => {
            ui.label(format!("• {}", line.text));
            if matches!(line.support, Support::Paraphrase { .. }) {
                let note = desk.text("report-paraphrase");
                ui.indent("paraphrase", |ui| ui.small(note));
            }
            let Some(finding) = finding else { return };
            for id in statements {
                let mut statements = finding.section.statements();
                let Some(statement) = statements.find(|statement| statement.id == *id) else {
                    continue;
                };
                let place = desk.words.place(&finding.path, statement.page());
                let values = [("place", Value::from(place))];
                let source = RichText::new(desk.words.with("report-page", &values)).small();
                ui.indent(id, |ui| {
                    if ui.link(source).on_hover_text(&statement.text).clicked() {
                        desk.send(Command::ShowManual(Citation::statement(finding, statement)));
                    }
                });
            }
        }
        Support::Unsupported => {
            let note = desk.text("source-unsupported");
            ui.label(RichText::new(format!("• {}", line.text)).italics().weak());
            ui.indent("unsupported", |ui| ui.small(note));
        }
    }
}
