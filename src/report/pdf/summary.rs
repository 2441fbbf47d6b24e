//! Summary of a report on several parts: counts and a list.

use std::collections::BTreeMap;

use super::document::ReportDocument;
use super::page::{Area, Cell, Column, INK, LEFT, Mark, Role, Style, TOP, WHITE, WIDTH};
use super::verdict_mark::{draw_mark, verdict_background};
use fettle_domain::{
    InspectionRow, JudgedCount, ProductCode, Rate, Verdict, escape, looked_at_again, overkill,
};

/// Height of a tile in points.
const TILE_HEIGHT: f32 = 50.0;
/// Distance between tiles in points.
const GAP: f32 = 8.0;

/// Lays out the summary of `rows`.
pub(super) fn lay_out_summary(report: &mut ReportDocument<'_>, rows: &[InspectionRow]) {
    let title = report.text("pdf-summary");
    report.layout.start_page(&title);
    let element = report.layout.add_element(Role::Heading { level: 1, text: title.clone() });
    let style = Style::of(20.0, true, INK);
    report.layout.draw_line((LEFT, TOP - 6.0), style, title, element);
    report.layout.y = TOP + style.line_height();
    let times = (
        rows.iter().map(|row| &row.created_at).min(),
        rows.iter().map(|row| &row.created_at).max(),
    );
    if let (Some(first), Some(last)) = times {
        let values = [("from", minute(first)), ("to", minute(last))];
        let period = (report.translate)("pdf-period", &values);
        report.layout.paragraph(Style::BODY, &period);
    }
    report.layout.y += 8.0;
    draw_tiles(report, rows);
    let by_product = count_by(rows, |row| Some(row.product.clone()));
    draw_product_counts(report, "label-product", by_product, rows);
    let by_defect = count_by(rows, |row| {
        (verdict(row) == Verdict::Ng).then(|| {
            let defect = row.defect.as_ref();
            defect.map(|defect| report.defect_name(row.product.as_ref(), defect))
        })
    });
    if !by_defect.is_empty() {
        let title = report.text("dashboard-pareto");
        report.layout.heading(&title);
        draw_defect_counts(report, by_defect);
    }
    draw_list(report, rows);
}

/// A time (RFC 3339) in its own zone, to the minute.
fn minute(time: &str) -> String {
    time.chars().take(16).collect::<String>().replace('T', " ")
}

/// The verdict of a person, else that of the inspection.
fn verdict(row: &InspectionRow) -> Verdict {
    row.judged.unwrap_or(row.verdict)
}

fn count(rows: &[InspectionRow], wanted: Verdict) -> usize {
    rows.iter().filter(|row| verdict(row) == wanted).count()
}

/// Draws a tile with the number of parts, and one for each verdict in its colour.
fn draw_tiles(report: &mut ReportDocument<'_>, rows: &[InspectionRow]) {
    let mut tiles = vec![(report.text("dashboard-parts"), rows.len(), None)];
    for wanted in Verdict::ALL {
        let name = report.text(wanted.message_id());
        tiles.push((name, count(rows, wanted), Some(wanted)));
    }
    let wide = (WIDTH - GAP * (tiles.len() - 1) as f32) / tiles.len() as f32;
    let top = report.layout.y;
    for (place, (name, count, verdict)) in tiles.into_iter().enumerate() {
        let x = LEFT + place as f32 * (wide + GAP);
        let (colour, ink) = verdict.map_or((INK, WHITE), verdict_background);
        let layout = &mut report.layout;
        let element = layout.add_element(Role::Paragraph);
        let area = Area { x, y: top, width: wide, height: TILE_HEIGHT };
        layout.put(Mark::Fill { area, colour }, None);
        if let Some(verdict) = verdict {
            let side = 0.5 * TILE_HEIGHT;
            draw_mark(layout, (x + wide - side - 8.0, top + 0.5 * side), side, verdict);
        }
        layout.draw_line((x + 8.0, top + 4.0), Style::of(9.0, false, ink), name, element);
        layout.draw_line(
            (x + 8.0, top + 17.0),
            Style::of(20.0, true, ink),
            count.to_string(),
            element,
        );
    }
    report.layout.y = top + TILE_HEIGHT;
}

/// The number of rows of each key, largest first. Rows with the key `None` are not counted.
fn count_by<K: Ord>(
    rows: &[InspectionRow],
    key: impl Fn(&InspectionRow) -> Option<K>,
) -> Vec<(K, usize)> {
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for key in rows.iter().filter_map(key) {
        *counts.entry(key).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// What people said of the parts, beside what the inspections said.
fn judged_counts(rows: &[InspectionRow]) -> Vec<JudgedCount> {
    let judged = rows.iter().filter_map(|row| {
        let (product, verdict) = (row.product.clone(), row.verdict);
        Some(JudgedCount { product, verdict, judged: row.judged?, count: 1 })
    });
    judged.collect()
}

fn draw_product_counts(
    report: &mut ReportDocument<'_>,
    title: &str,
    products: Vec<(Option<ProductCode>, usize)>,
    rows: &[InspectionRow],
) {
    let title = report.text(title);
    report.layout.heading(&title);
    let number = |title: String| Column { title, share: 0.11, right_aligned: true };
    let mut columns = vec![Column { title, share: 0.23, right_aligned: false }];
    columns.push(number(report.text("dashboard-parts")));
    columns.extend(Verdict::ALL.map(|verdict| number(report.text(verdict.message_id()))));
    let further = ["dashboard-looked-again", "dashboard-overkill", "dashboard-escape"];
    columns.extend(further.map(|id| number(report.text(id))));
    let cells = products.into_iter().map(|(product, all)| {
        let of_product: Vec<InspectionRow> =
            rows.iter().filter(|row| row.product == product).cloned().collect();
        let product =
            product.map_or_else(|| "–".to_owned(), |product| report.product_name(&product));
        let mut cells = vec![Cell::plain(product)];
        cells.push(Cell::plain(all.to_string()));
        cells.extend(
            Verdict::ALL.map(|verdict| Cell::plain(count(&of_product, verdict).to_string())),
        );
        let judged = judged_counts(&of_product);
        let percent = |rate: Option<Rate>| {
            rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.1} %", 100.0 * rate.share()))
        };
        let further = [
            looked_at_again(&judged).to_string(),
            percent(overkill(&judged)),
            percent(escape(&judged)),
        ];
        cells.extend(further.map(Cell::plain));
        cells
    });
    let cells = cells.collect();
    report.layout.table(WIDTH, &columns, cells);
}

fn draw_defect_counts(report: &mut ReportDocument<'_>, defects: Vec<(Option<String>, usize)>) {
    let columns = [
        Column { title: report.text("judge-defect"), share: 0.7, right_aligned: false },
        Column { title: report.text("dashboard-parts"), share: 0.3, right_aligned: true },
    ];
    let unknown = report.text("dashboard-no-defect");
    let cells = defects.into_iter().map(|(defect, count)| {
        vec![Cell::plain(defect.unwrap_or_else(|| unknown.clone())), Cell::plain(count.to_string())]
    });
    report.layout.table(WIDTH * 0.55, &columns, cells.collect());
}

fn draw_list(report: &mut ReportDocument<'_>, rows: &[InspectionRow]) {
    let title = report.text("pdf-list");
    report.layout.heading(&title);
    let columns = [
        ("pdf-number", 0.06, false),
        ("label-time", 0.18, false),
        ("history-file", 0.25, false),
        ("label-product", 0.12, false),
        ("judge-defect", 0.11, false),
        ("label-verdict", 0.15, false),
        ("pdf-score", 0.07, true),
        ("pdf-page", 0.06, true),
    ];
    let columns = columns.map(|(title, share, right_aligned)| Column {
        title: report.text(title),
        share,
        right_aligned,
    });
    let dash = || "–".to_owned();
    let cells = rows.iter().enumerate().map(|(place, row)| {
        let said = report.text(verdict(row).message_id());
        let said = match row.judged {
            Some(_) => format!("{said} ({})", report.text("history-judged")),
            None => said,
        };
        // A defect that an OK part resembles is not its own.
        let defect = row.defect.as_ref().filter(|_| verdict(row) != Verdict::Ok);
        let product = row.product.as_ref();
        vec![
            Cell::plain(row.id.to_string()),
            Cell::plain(minute(&row.created_at)),
            Cell::plain(row.file_name()),
            Cell::plain(product.map_or_else(dash, |product| report.product_name(product))),
            Cell::plain(defect.map_or_else(dash, |defect| report.defect_name(product, defect))),
            Cell::Verdict(verdict(row), said),
            Cell::plain(row.image_score.map_or_else(dash, |score| format!("{score:.2}"))),
            Cell::PageNumber(place),
        ]
    });
    let cells = cells.collect();
    report.layout.table(WIDTH, &columns, cells);
}
