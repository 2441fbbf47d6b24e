//! The corrective-action report: actions as a checklist, then causes and the rest, each section with
//! its sources.

use egui::{CollapsingHeader, RichText};

use super::skip_reason::skip_reason;
use crate::command::{Citation, Command};
use crate::tab_context::TabContext;
use crate::widgets::manual_figures;
use fettle_domain::{
    Author, Inspection, InspectionId, ManualFinding, Report, ReportLine, ReportPart, ReportSection,
    SkipReason, Stage, Statement, Support,
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
    for section in in_order(&report.sections) {
        section_view(ui, cx, inspection, report, section);
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

/// Whether there is something to say of the report: also that it should have quoted a section where it found
/// none.
pub(crate) fn can_be_judged(inspection: &Inspection) -> bool {
    matches!(inspection.report, Stage::Done(_) | Stage::Skipped(SkipReason::NoSection { .. }))
}

/// Says that the language model still orders the report.
pub(crate) fn show_unfinished(ui: &mut egui::Ui, cx: &TabContext<'_>) {
    ui.horizontal(|ui| {
        ui.spinner();
        ui.small(cx.text("report-being-written"));
    });
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

/// The sections in the order in which they are needed: what to do, then why.
fn in_order(sections: &[ReportSection]) -> impl Iterator<Item = &ReportSection> {
    let order = [
        ReportPart::Actions,
        ReportPart::Causes,
        ReportPart::Situation,
        ReportPart::Prevention,
        ReportPart::Remarks,
    ];
    order.into_iter().flat_map(move |part| sections.iter().filter(move |one| one.part == part))
}

/// A section under a title that folds it: its lines, and one line that names their sources.
fn section_view(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    inspection: &Inspection,
    report: &Report,
    section: &ReportSection,
) {
    ui.add_space(6.0);
    let title = RichText::new(cx.text(title(section.part))).strong();
    CollapsingHeader::new(title).default_open(true).show(ui, |ui| {
        if section.lines.is_empty() {
            ui.weak(cx.text("report-nothing"));
            return;
        }
        if section.part == ReportPart::Remarks {
            // Not the manual's words: set apart in a frame.
            egui::Frame::group(ui.style()).show(ui, |ui| {
                ui.small(cx.text("report-remarks-note"));
                lines(ui, cx, inspection, report, section);
            });
        } else {
            lines(ui, cx, inspection, report, section);
        }
    });
}

/// The lines of a section and their sources.
fn lines(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    inspection: &Inspection,
    report: &Report,
    section: &ReportSection,
) {
    if let Some(finding) = inspection.manual.done().filter(|_| section.part == ReportPart::Causes) {
        let manual = (finding.manual, finding.path.as_str());
        manual_figures::show(ui, cx, manual, &finding.section.figures);
    }
    for (number, line) in (1..).zip(&section.lines) {
        match (section.part, inspection.id) {
            (ReportPart::Actions, Some(id)) if line.support != Support::Unsupported => {
                action_line(ui, id, number, &line.text);
                paraphrase_note(ui, cx, line);
            }
            // Prevention refers to these numbers.
            (ReportPart::Actions, _) => report_line(ui, cx, &format!("{number}."), line),
            _ => report_line(ui, cx, "•", line),
        }
        if let Some(text) = report.translation(line) {
            let text = cx.localizer.with("machine-translation", &[("text", text.into())]);
            ui.indent("translation", |ui| ui.weak(text));
        }
        if let Some(finding) = inspection.manual.done() {
            figures_of(ui, cx, finding, line);
        }
    }
    if let Some(finding) = inspection.manual.done() {
        sources(ui, cx, finding, section);
    }
}

/// The pictures of the statements that a line quotes, where it is not one that only refers to them.
fn figures_of(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    finding: &ManualFinding,
    line: &ReportLine,
) {
    if !matches!(line.support, Support::Manual { .. } | Support::Composed { .. }) {
        return;
    }
    let cited = line.support.statements();
    let manual = (finding.manual, finding.path.as_str());
    for statement in finding.section.all_statements().filter(|one| cited.contains(&one.id)) {
        manual_figures::show(ui, cx, manual, &statement.figures);
    }
}

/// An action with a box to tick while it is done. The tick is a help on this screen, as long as the
/// window is open, and no record. It belongs to the statement, whose number changes when a model orders the
/// report.
fn action_line(ui: &mut egui::Ui, id: InspectionId, number: usize, text: &str) {
    let tick = egui::Id::unique(("action_tick", id.0, text));
    let mut is_done = ui.data(|data| data.get_temp::<bool>(tick)).unwrap_or_default();
    let text = RichText::new(format!("{number}. {text}"));
    let text = if is_done { text.weak() } else { text };
    if ui.checkbox(&mut is_done, text).changed() {
        ui.data_mut(|data| data.insert_temp(tick, is_done));
    }
}

/// One line that names where the manual says what a section says, a link a place.
fn sources(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    finding: &ManualFinding,
    section: &ReportSection,
) {
    let mut places: Vec<(String, Vec<&Statement>)> = Vec::new();
    for id in section.lines.iter().flat_map(|line| line.support.statements()) {
        let mut statements = finding.section.all_statements();
        let Some(statement) = statements.find(|statement| statement.id == *id) else { continue };
        let place = cx.localizer.place(&finding.path, statement.page());
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, cited)) => cited.push(statement),
            None => places.push((place, vec![statement])),
        }
    }
    ui.horizontal_wrapped(|ui| {
        for (place, cited) in places {
            let values = [("place", Value::from(place))];
            let source = cx.localizer.with("report-page", &values);
            let link = ui.link(RichText::new(&source).small());
            // Another section may cite the same page.
            let name = format!("{source} · {}", cx.text(title(section.part)));
            link.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &name));
            let texts: Vec<&str> = cited.iter().map(|one| one.text.as_str()).collect();
            if link.on_hover_text(texts.join("\n")).clicked()
                && let Some(first) = cited.first()
            {
                cx.send(Command::ShowManual(Citation::statement(finding, first)));
            }
        }
    });
}

/// One line of the report, and a note where it is not the manual's own.
fn report_line(ui: &mut egui::Ui, cx: &TabContext<'_>, mark: &str, line: &ReportLine) {
    match &line.support {
        Support::Unsupported => {
            let note = cx.text("source-unsupported");
            ui.label(RichText::new(format!("{mark} {}", line.text)).italics().weak());
            ui.indent("unsupported", |ui| ui.small(note));
        }
        _ => {
            ui.label(format!("{mark} {}", line.text));
            paraphrase_note(ui, cx, line);
        }
    }
}

/// Says that a line is the model's sentence, where it is.
fn paraphrase_note(ui: &mut egui::Ui, cx: &TabContext<'_>, line: &ReportLine) {
    if matches!(line.support, Support::Paraphrase { .. }) {
        let note = cx.text("report-paraphrase");
        ui.indent("paraphrase", |ui| ui.small(note));
    }
}

#[cfg(test)]
mod tests {
    use egui::Role;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    #[test]
    fn a_tick_stays_with_its_action_when_the_report_is_ordered_anew() {
        let mut harness = Harness::new_ui_state(
            |ui, actions: &mut Vec<&str>| {
                for (number, action) in (1..).zip(actions) {
                    action_line(ui, InspectionId(1), number, action);
                }
            },
            vec!["Clean the mould", "Lower the speed"],
        );
        harness.get_by_role_and_label(Role::CheckBox, "1. Clean the mould").click();
        harness.run_steps(2);
        harness.state_mut().reverse();
        harness.run_steps(2);
        let is_ticked = |label| {
            let node = harness.get_by_role_and_label(Role::CheckBox, label);
            node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
        };
        assert!(is_ticked("2. Clean the mould") && !is_ticked("1. Lower the speed"));
    }
}
