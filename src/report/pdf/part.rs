//! Pages of one part: header, pictures, regions, similar defects, report, provenance, signatures.

use super::document::ReportDocument;
use super::page::{Area, BOTTOM, Cell, Column, LEFT, Mark, RULE, Role, SHADE, Style, WIDTH};
use super::part_header::draw_header;
use super::part_measurements::{draw_measurements, draw_regions};
use super::part_past_actions::draw_past_actions;
use super::part_pictures::draw_pictures;
use super::part_report::{draw_notices, draw_report, draw_view};
use super::reported_part::ReportedPart;
use crate::error::Result;
use crate::wording;
use fettle_domain::{Author, Inspection, Verdict};

/// The most similar defects that are listed.
const MAX_HITS: usize = 3;
/// Height of the signature fields in points.
const SIGNATURE_HEIGHT: f32 = 54.0;

/// Lays out the pages of one part.
pub(super) fn lay_out_part(report: &mut ReportDocument<'_>, part: &ReportedPart<'_>) -> Result<()> {
    let inspection = part.inspection;
    let title = title(report, inspection);
    let page = report.layout.start_page(&title);
    report.parts.push((title, page));
    draw_header(report, part);
    draw_pictures(report, part)?;
    if let Some(anomaly) = inspection.anomaly.done() {
        draw_regions(report, anomaly, &inspection.measurements);
    }
    draw_measurements(report, &inspection.measurements);
    draw_similar(report, inspection);
    draw_report(report, part)?;
    draw_past_actions(report, inspection);
    draw_view(report, inspection);
    draw_notices(report, part);
    draw_provenance(report, inspection);
    draw_signatures(report);
    Ok(())
}

/// Title of a part: `No. 12 · prod1 · part.png`.
fn title(report: &ReportDocument<'_>, inspection: &Inspection) -> String {
    let number =
        inspection.id.map(|id| (report.translate)("pdf-record", &[("id", id.to_string())]));
    let product = inspection.product.as_ref().map(|product| report.product_name(product));
    let all = [number, product, Some(inspection.file_name().to_owned())];
    all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Lists similar known defects, unless the part is OK.
fn draw_similar(report: &mut ReportDocument<'_>, inspection: &Inspection) {
    let Some(found) = inspection.similarity.done() else { return };
    if inspection.verdict == Verdict::Ok || found.hits.is_empty() {
        return;
    }
    report.layout.heading(&report.text("label-similar"));
    let columns = [
        ("label-product", 0.18, false),
        ("judge-defect", 0.18, false),
        ("history-file", 0.5, false),
        ("pdf-similarity", 0.14, true),
    ];
    let columns = columns.map(|(title, share, right_aligned)| Column {
        title: report.text(title),
        share,
        right_aligned,
    });
    let rows = found.hits.iter().take(MAX_HITS).map(|hit| {
        let cells = [
            report.product_name(&hit.product),
            report.defect_name(Some(&hit.product), &hit.defect),
            hit.path.clone(),
            format!("{:.3}", hit.score),
        ];
        cells.into_iter().map(Cell::plain).collect()
    });
    let rows = rows.collect();
    report.layout.table(WIDTH, &columns, rows);
}

/// Draws manual, bank, models, thresholds and the source file.
fn draw_provenance(report: &mut ReportDocument<'_>, inspection: &Inspection) {
    report.layout.heading(&report.text("pdf-made-with"));
    let mut rows: Vec<(String, Cell)> = wording::provenance(inspection)
        .into_iter()
        .map(|(label, value)| (report.text(label), Cell::plain(value)))
        .collect();
    if let Some(scale) = &inspection.measurements.scale {
        let scale = wording::scale_text(scale, report.translate);
        rows.push((report.text("label-scale"), Cell::plain(scale)));
    }
    if let Some(anomaly) = inspection.anomaly.done() {
        let limits = anomaly.thresholds;
        let values = [
            ("unsure", format!("{:.2}", limits.unsure)),
            ("image", format!("{:.2}", limits.image)),
            ("pixel", format!("{:.2}", limits.pixel)),
        ];
        let limits = (report.translate)("pdf-thresholds-are", &values);
        rows.push((report.text("pdf-thresholds"), Cell::plain(limits)));
    }
    if let Some(written) = inspection.report.done() {
        let by = match &written.author {
            Author::Evidence => report.text("report-by-evidence"),
            Author::Model { model } => {
                (report.translate)("report-by-model", &[("model", model.to_string())])
            }
        };
        rows.push((report.text("label-report"), Cell::plain(by)));
    }
    if let Some(reference) = inspection.anomaly.done().and_then(|found| found.reference.as_ref()) {
        rows.push((report.text("label-reference"), Cell::plain(reference.path.clone())));
    }
    let size =
        format!("{} ({} × {} px)", inspection.source, inspection.width_px, inspection.height_px);
    rows.push((report.text("label-image"), Cell::plain(size)));
    rows.push(("SHA-256".to_owned(), Cell::plain(inspection.image_hash.to_string())));
    report.layout.pairs(WIDTH, 0.2, rows);
}

/// Draws the signature fields of inspector and supervisor.
fn draw_signatures(report: &mut ReportDocument<'_>) {
    report.layout.y += 12.0;
    // At the bottom of the last page.
    report.layout.reserve(SIGNATURE_HEIGHT);
    let top = BOTTOM - SIGNATURE_HEIGHT;
    let ids = ["pdf-inspector", "pdf-supervisor", "pdf-date"];
    let wide = WIDTH / ids.len() as f32;
    for (place, id) in ids.into_iter().enumerate() {
        let text = report.text(id);
        let layout = &mut report.layout;
        let x = LEFT + place as f32 * wide;
        let label = Area { x, y: top, width: wide, height: 17.0 };
        layout.put(Mark::Fill { area: label, colour: SHADE }, None);
        let points = vec![
            (x, top),
            (x + wide, top),
            (x + wide, top + SIGNATURE_HEIGHT),
            (x, top + SIGNATURE_HEIGHT),
        ];
        layout.put(Mark::Line { points, closed: true, width: 0.6, colour: RULE }, None);
        let element = layout.add_element(Role::Paragraph);
        layout.draw_line((x + 6.0, top + 2.5), Style::SMALL, text, element);
    }
    report.layout.y = BOTTOM;
}
