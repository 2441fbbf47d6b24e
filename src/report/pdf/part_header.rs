//! Header of a part: what was inspected, and the verdict.

use super::document::ReportDocument;
use super::line_breaking::break_lines;
use super::page::{Area, Cell, INK, LEFT, Mark, RIGHT, Role, Style, TOP, WIDTH};
use super::reported_part::ReportedPart;
use super::verdict_mark::{draw_mark, verdict_background};
use crate::wording;
use fettle_domain::Verdict;

/// The box of the verdict, at the upper right.
const VERDICT: Area = Area { x: RIGHT - 172.0, y: TOP, width: 172.0, height: 78.0 };
/// Width of the text in the verdict's box.
const VERDICT_TEXT: f32 = VERDICT.width - 3.0 * GAP - MARK_SHARE * VERDICT.height;
/// Side of a verdict's mark as a share of its box's height.
const MARK_SHARE: f32 = 0.45;
/// Size of the limits in points.
const LIMITS_PT: f32 = 8.5;
/// Distance of the mark and of the text from the edges of a box, and from each other.
const GAP: f32 = 8.0;

/// Draws what was inspected, with the verdict at the right.
pub(super) fn draw_header(report: &mut ReportDocument<'_>, part: &ReportedPart<'_>) {
    let inspection = part.inspection;
    let width = WIDTH - VERDICT.width - 16.0;
    let text = report.text("pdf-title");
    let element =
        report.layout.add_element(Role::Heading { level: 1, text: report_title(report, &text) });
    let style = Style::of(20.0, true, INK);
    report.layout.draw_line((LEFT, TOP - 6.0), style, text, element);
    let verdict = draw_verdict(report, part);
    let layout = &mut report.layout;
    layout.y = TOP + style.line_height();
    let page = layout.pages.len();

    let dash = || "–".to_owned();
    let strong = |text: String| Cell::Text(text, Style::STRONG);
    let mut rows = vec![(
        report.text("label-product"),
        strong(inspection.product.as_ref().map_or_else(dash, |product| {
            let name = report.product_name(product);
            if name == product.as_str() { name } else { format!("{name} ({product})") }
        })),
    )];
    rows.push((report.text("label-image"), strong(inspection.file_name().to_owned())));
    rows.push((report.text("label-time"), Cell::plain(inspection.created_at.replace('T', " "))));
    if let Some(id) = inspection.id {
        rows.push((report.text("label-record"), Cell::plain(id.to_string())));
    }
    if let Some(defect) = defect_name(report, part) {
        rows.push((report.text("judge-defect"), strong(defect)));
    }
    if let Some(said) = part.judgement.filter(|said| !said.opinion.note.is_empty()) {
        rows.push((report.text("judge-note"), Cell::plain(said.opinion.note.clone())));
    }
    if let Some(action) = part.action {
        let values = [
            ("state", report.text(action.state.message_id())),
            ("by", action.by.clone()),
            ("time", report.local_time(&action.at)),
        ];
        let text = (report.translate)("history-action-by", &values);
        rows.push((report.text("history-action"), Cell::plain(text)));
    }
    let layout = &mut report.layout;
    layout.pairs(width, 0.26, rows);
    if layout.pages.len() == page {
        layout.y = layout.y.max(verdict.y + verdict.height);
    }
    let mut remarks = wording::unsure_texts(inspection, report.translate);
    if let Some(anomaly) = inspection.anomaly.done() {
        let name = |defect: &_| report.defect_name(inspection.product.as_ref(), defect);
        remarks.extend(wording::known_defect_texts(anomaly, report.translate, name));
    }
    for remark in remarks {
        report.layout.y += 3.0;
        report.layout.paragraph(Style::BODY, &remark);
    }
    if let Some(why) = wording::missing_reason(&inspection.anomaly, report.translate) {
        report.layout.y += 6.0;
        report.layout.paragraph(Style::BODY, &why);
    }
}

/// Heading of a part in the structure tree, which may have several parts.
fn report_title(report: &ReportDocument<'_>, text: &str) -> String {
    let part = report.parts.last().map_or("", |(title, _)| title.as_str());
    format!("{text}: {part}")
}

/// The defect named in the judgement, else the defect looked up in the manual, else the defect
/// suggested for a part that is not OK.
fn defect_name(report: &ReportDocument<'_>, part: &ReportedPart<'_>) -> Option<String> {
    let named = part.judgement.and_then(|said| said.opinion.defect.as_ref());
    let asked = || part.inspection.manual.done().map(|finding| &finding.defect);
    let suggested = || {
        let found = part.inspection.similarity.done()?;
        let suggestion = found.suggestion.as_ref()?;
        suggestion.defect.as_ref().filter(|_| part.inspection.verdict != Verdict::Ok)
    };
    let defect = named.or_else(asked).or_else(suggested)?;
    Some(report.defect_name(part.inspection.product.as_ref(), defect))
}

/// Draws the verdict with its score, and the judgement below, each in its colour. Returns the area.
fn draw_verdict(report: &mut ReportDocument<'_>, part: &ReportedPart<'_>) -> Area {
    let inspection = part.inspection;
    let name = report.text(inspection.verdict.message_id());
    let mut lines = vec![(name, 24.0, true)];
    match inspection.anomaly.done() {
        Some(anomaly) => {
            let score = wording::score_text(anomaly, report.translate);
            lines.push((format!("{} {score}", report.text("label-score")), 9.0, false));
            // Reduced to one line, two limits would be too small to read.
            let limits = wording::limits_text(anomaly, report.translate);
            let fonts = &report.layout.fonts;
            let broken =
                break_lines(&limits, VERDICT_TEXT, |text| fonts.width(text, false, LIMITS_PT));
            lines.extend(broken.into_iter().map(|line| (line, LIMITS_PT, false)));
        }
        None => lines.push((report.text("label-verdict"), 9.0, false)),
    }
    draw_box(report, VERDICT, inspection.verdict, lines);
    let Some(judgement) = part.judgement else { return VERDICT };
    let verdict = judgement.opinion.verdict;
    let name = report.text(verdict.message_id());
    let values = [("by", judgement.by.clone()), ("time", report.local_time(&judgement.at))];
    let by = (report.translate)("judge-by", &values);
    let area = Area { y: VERDICT.y + VERDICT.height + 4.0, height: 44.0, ..VERDICT };
    draw_box(report, area, verdict, vec![(name, 14.0, true), (by, 8.5, false)]);
    area
}

/// Draws the mark of a verdict at the left of a box, and lines of text, reduced to fit, in the
/// middle of the rest.
fn draw_box(
    report: &mut ReportDocument<'_>,
    area: Area,
    verdict: Verdict,
    lines: Vec<(String, f32, bool)>,
) {
    let layout = &mut report.layout;
    let element = layout.add_element(Role::Paragraph);
    let (colour, ink) = verdict_background(verdict);
    layout.put(Mark::Fill { area, colour }, None);
    let side = MARK_SHARE * area.height;
    draw_mark(layout, (area.x + GAP, area.y + (area.height - side) / 2.0), side, verdict);
    let left = area.x + 2.0 * GAP + side;
    let room = area.x + area.width - GAP - left;
    let high: f32 =
        lines.iter().map(|(_, size, bold)| Style::of(*size, *bold, ink).line_height()).sum();
    let mut y = area.y + (area.height - high) / 2.0;
    for (text, size, bold) in lines {
        let text = layout.fonts.printable(&text);
        let wide = layout.fonts.width(&text, bold, size);
        let style = Style::of((size * room / wide).min(size), bold, ink);
        let wide = layout.fonts.width(&text, bold, style.size);
        layout.draw_line((left + (room - wide) / 2.0, y), style, text, element);
        y += Style { size, ..style }.line_height();
    }
}
