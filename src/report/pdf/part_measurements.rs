//! Tables of what was measured in the picture of a part: its regions, and the lines that a person drew.

use super::document::ReportDocument;
use super::page::{Cell, Column, Style, WIDTH};
use crate::wording;
use fettle_domain::{Anomaly, Measurements, significant};

/// Draws the table of regions: sizes in millimetres where the picture has a scale.
pub(super) fn draw_regions(
    report: &mut ReportDocument<'_>,
    anomaly: &Anomaly,
    measured: &Measurements,
) {
    if anomaly.regions.is_empty() {
        return;
    }
    report.layout.heading(&report.text("label-regions"));
    report.layout.paragraph(Style::SMALL, &wording::mask_threshold_text(anomaly, report.translate));
    let scale = measured.scale.as_ref();
    let (area, longest) = match scale {
        Some(_) => ("pdf-area-mm", "pdf-longest-mm"),
        None => ("pdf-area", "pdf-longest-px"),
    };
    let columns = [
        ("pdf-number", 0.06, false),
        ("pdf-place", 0.16, false),
        ("pdf-size", 0.15, true),
        ("pdf-corner", 0.14, true),
        (area, 0.12, true),
        (longest, 0.13, true),
        ("pdf-share", 0.11, true),
        ("pdf-peak", 0.13, true),
    ];
    let columns = columns.map(|(title, share, right_aligned)| Column {
        title: report.text(title),
        share,
        right_aligned,
    });
    let rows = anomaly.regions.iter().enumerate().map(|(number, region)| {
        let rect = region.rect_in_image;
        let area = match scale {
            Some(scale) => significant(scale.area(region.area_px.into()).0),
            None => region.area_px.to_string(),
        };
        let longest = region.longest_px.map(f64::from);
        let longest = longest.map(|px| significant(scale.map_or(px, |scale| scale.length(px).0)));
        let cells = [
            (number + 1).to_string(),
            report.text(region.place.message_id()),
            format!("{} × {}", rect.width, rect.height),
            format!("{}, {}", rect.x, rect.y),
            area,
            longest.unwrap_or_else(|| "–".to_owned()),
            format!("{:.2}", region.share * 100.0),
            format!("{:.2}", region.peak_score),
        ];
        cells.into_iter().map(Cell::plain).collect()
    });
    let rows = rows.collect();
    report.layout.table(WIDTH, &columns, rows);
}

/// Draws the table of the lines that a person measured.
pub(super) fn draw_measurements(report: &mut ReportDocument<'_>, measured: &Measurements) {
    if measured.lines.is_empty() {
        return;
    }
    report.layout.heading(&report.text("label-measured"));
    report.layout.paragraph(Style::SMALL, &report.text("measured-by"));
    let columns =
        [("pdf-number", 0.07, false), ("pdf-length", 0.2, true), ("judge-note", 0.73, false)];
    let columns = columns.map(|(title, share, right_aligned)| Column {
        title: report.text(title),
        share,
        right_aligned,
    });
    let rows = measured.lines.iter().enumerate().map(|(number, line)| {
        let length = measured.length_text(line.length_px());
        let cells = [(number + 1).to_string(), length, line.note.clone()];
        cells.into_iter().map(Cell::plain).collect()
    });
    let rows = rows.collect();
    report.layout.table(WIDTH, &columns, rows);
}
