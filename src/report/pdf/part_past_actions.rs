//! What was done last time, below the manual's parts and apart from them.

use super::document::ReportDocument;
use super::page::{Colour, Style};
use super::part_report::{draw_inner_item, draw_item};
use crate::past_actions::{detail_texts, facts_text};
use fettle_domain::Inspection;

/// Colour of the second source, with a contrast of 7 to 1 against white.
const RECORD: Colour = [0, 84, 112];

/// Draws the records of corrective actions; nothing where there are none.
pub(super) fn draw_past_actions(report: &mut ReportDocument<'_>, inspection: &Inspection) {
    if inspection.past_actions.is_empty() {
        return;
    }
    report.layout.heading(&report.text("past-actions-title"));
    let mark = Style { colour: RECORD, bold: true, ..Style::SMALL };
    report.layout.paragraph(mark, &report.text("past-actions-note"));
    report.layout.y += 2.0;
    let source = Style { colour: RECORD, ..Style::SMALL };
    for past in &inspection.past_actions {
        let facts = format!("{} · {}", past.action.mark(), facts_text(past, report.translate));
        draw_item(report, "◆", &past.action_line(), Some((facts, source)));
        for detail in detail_texts(past, report.translate) {
            draw_inner_item(report, "–", &detail);
        }
    }
}
