//! The written parts of a report: causes and actions with sources, a model's description, notices.

use super::document::ReportDocument;
use super::manual_figures::FiguresToDraw;
use super::page::{Colour, LEFT, QUIET, Role, Style, WIDTH};
use super::reported_part::ReportedPart;
use crate::error::Result;
use crate::wording;
use fettle_domain::{Inspection, ReportPart, Stage, Support};

/// Colour of unsupported sentences of a model, with a contrast of 5 to 1 against white.
const DOUBT: Colour = [150, 84, 0];
/// Indentation of text after a bullet, in points.
const BULLET: f32 = 14.0;

/// Draws the parts of the report, each sentence with its source.
pub(super) fn draw_report(
    report: &mut ReportDocument<'_>,
    reported: &ReportedPart<'_>,
) -> Result<()> {
    let inspection = reported.inspection;
    let mut figures = FiguresToDraw::new(reported);
    let finding = inspection.manual.done();
    let Stage::Done(written) = &inspection.report else {
        if let Some(why) = wording::missing_reason(&inspection.report, report.translate) {
            report.layout.heading(&report.text("label-report"));
            report.layout.paragraph(Style::BODY, &why);
        }
        return Ok(());
    };
    for part in &written.sections {
        report.layout.heading(&report.text(wording::part_title(part.part)));
        // The manual is named under causes and actions, which quote it.
        let is_quoted = matches!(part.part, ReportPart::Causes | ReportPart::Actions);
        if let Some(finding) = inspection.manual.done().filter(|_| is_quoted) {
            let page = finding.section.page.to_string();
            let values = [
                ("path", finding.path.clone()),
                ("heading", finding.section.heading.clone()),
                ("place", wording::place_text(&finding.path, &page, report.translate)),
            ];
            let manual = (report.translate)("report-source", &values);
            report.layout.paragraph(Style::SMALL, &manual);
            report.layout.y += 2.0;
        }
        if part.lines.is_empty() {
            report.layout.paragraph(Style::BODY, &report.text("report-nothing"));
        }
        if part.part == ReportPart::Remarks {
            let note = Style { colour: DOUBT, bold: true, ..Style::SMALL };
            report.layout.paragraph(note, &report.text("report-remarks-note"));
            report.layout.y += 2.0;
        }
        // Above the causes: below them it would be the last one's.
        if part.part == ReportPart::Causes {
            figures.draw_of_section(report)?;
        }
        for (number, line) in (1..).zip(&part.lines) {
            // Actions can be ticked off on paper, and prevention refers to their numbers.
            let text = match part.part {
                ReportPart::Actions => format!("{number}. {}", line.text),
                _ => line.text.clone(),
            };
            let bullet = if part.part == ReportPart::Actions { "□" } else { "•" };
            let source = wording::line_source(written, line, finding, report.translate);
            let doubtful = line.support == Support::Unsupported;
            let style = Style {
                colour: if doubtful { DOUBT } else { QUIET },
                bold: doubtful,
                ..Style::SMALL
            };
            draw_item(report, bullet, &text, source.map(|source| (source, style)));
            figures.draw_of_line(report, line)?;
        }
    }
    Ok(())
}

/// Draws a model's description of the pictures, marked as such.
pub(super) fn draw_view(report: &mut ReportDocument<'_>, inspection: &Inspection) {
    let why_not = wording::missing_view_reason(&inspection.view, report.translate);
    if inspection.view.done().is_none() && why_not.is_none() {
        return;
    }
    report.layout.heading(&report.text("view-title"));
    if let Some(view) = inspection.view.done() {
        let whose = wording::view_source_text(view, report.translate);
        let doubtful = Style { colour: DOUBT, bold: true, ..Style::SMALL };
        report.layout.paragraph(doubtful, &whose);
        report.layout.y += 2.0;
        report.layout.paragraph(Style::BODY, &view.text);
    }
    if let Some(why) = why_not {
        report.layout.paragraph(Style::BODY, &why);
    }
}

/// Draws a list item and its source.
pub(super) fn draw_item(
    report: &mut ReportDocument<'_>,
    bullet: &str,
    text: &str,
    source: Option<(String, Style)>,
) {
    draw_item_at(report, LEFT, (bullet, text), source);
}

/// Draws an item of a list inside another.
pub(super) fn draw_inner_item(report: &mut ReportDocument<'_>, bullet: &str, text: &str) {
    draw_item_at(report, LEFT + BULLET, (bullet, text), None);
}

/// Draws a list item at `left`, in points.
fn draw_item_at(
    report: &mut ReportDocument<'_>,
    left: f32,
    (bullet, text): (&str, &str),
    source: Option<(String, Style)>,
) {
    let layout = &mut report.layout;
    let element = layout.add_element(Role::ListItem);
    // A short item and its source stay together.
    let room = LEFT + WIDTH - left - BULLET;
    let lines = layout.break_lines(text, Style::BODY, room).len().min(4);
    layout.reserve(lines as f32 * Style::BODY.line_height() + Style::SMALL.line_height());
    let y = layout.y;
    layout.draw_line((left + 1.0, y), Style::BODY, bullet.to_owned(), element);
    let x = left + BULLET;
    let end = layout.draw_text(x, Style::BODY, text, element);
    if let Some((source, style)) = source {
        layout.draw_remark(x, end, (Style::BODY, style), &source, element);
    }
    layout.y += 3.0;
}

/// Draws notices about missing results.
pub(super) fn draw_notices(report: &mut ReportDocument<'_>, part: &ReportedPart<'_>) {
    let mut all = part.inspection.notices.iter().map(String::as_str).chain(part.notice).peekable();
    if all.peek().is_none() {
        return;
    }
    report.layout.heading(&report.text("pdf-notices"));
    for notice in all {
        draw_item(report, "•", notice, None);
    }
}
