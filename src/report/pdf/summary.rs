//! The first page of a report about several parts: how many of what, and which.

use std::collections::BTreeMap;

use super::sheet::{Area, Cell, Column, INK, LEFT, Mark, Role, Style, TOP, WHITE, WIDTH};
use super::{PdfReport, colour};
use fettle_domain::{InspectionRow, ProductCode, Verdict};

const TILE_HIGH: f32 = 50.0;
const GAP: f32 = 8.0;

pub(super) fn lay_out(report: &mut PdfReport<'_>, rows: &[InspectionRow]) {
    let title = report.word("pdf-summary");
    report.sheets.begin(&title);
    let element = report.sheets.element(Role::Heading { level: 1, text: title.clone() });
    let style = Style::of(20.0, true, INK);
    report.sheets.line((LEFT, TOP - 6.0), style, title, element);
    report.sheets.y = TOP + style.line();
    let times = (
        rows.iter().map(|row| &row.created_at).min(),
        rows.iter().map(|row| &row.created_at).max(),
    );
    if let (Some(first), Some(last)) = times {
        let values = [("from", minute(first)), ("to", minute(last))];
        let period = (report.words)("pdf-period", &values);
        report.sheets.paragraph(Style::BODY, &period);
    }
    report.sheets.y += 8.0;
    tiles(report, rows);
    let by_product = counted(rows, |row| Some(row.product.clone()));
    counts(report, "label-product", by_product, rows);
    let by_defect = counted(rows, |row| {
        (verdict(row) == Verdict::Ng).then(|| {
            let defect = row.defect.as_ref();
            defect.map(|defect| report.defect(row.product.as_ref(), defect))
        })
    });
    if !by_defect.is_empty() {
        let title = report.word("dashboard-pareto");
        report.sheets.heading(&title);
        defects(report, by_defect);
    }
    list(report, rows);
}

/// A time (RFC 3339) where it was, to the minute.
fn minute(time: &str) -> String {
    time.chars().take(16).collect::<String>().replace('T', " ")
}

/// A person's, where there is one.
fn verdict(row: &InspectionRow) -> Verdict {
    row.judged.unwrap_or(row.verdict)
}

fn count(rows: &[InspectionRow], wanted: Verdict) -> usize {
    rows.iter().filter(|row| verdict(row) == wanted).count()
}

/// All parts, then each verdict in its colour.
fn tiles(report: &mut PdfReport<'_>, rows: &[InspectionRow]) {
    let mut tiles = vec![(report.word("dashboard-parts"), rows.len(), INK)];
    for wanted in Verdict::ALL {
        let name = report.word(wanted.word());
        tiles.push((name, count(rows, wanted), colour(wanted)));
    }
    let wide = (WIDTH - GAP * (tiles.len() - 1) as f32) / tiles.len() as f32;
    let top = report.sheets.y;
    for (place, (name, count, colour)) in tiles.into_iter().enumerate() {
        let x = LEFT + place as f32 * (wide + GAP);
        let sheets = &mut report.sheets;
        let element = sheets.element(Role::Paragraph);
        let area = Area { x, y: top, width: wide, height: TILE_HIGH };
        sheets.put(Mark::Fill { area, colour }, None);
        sheets.line((x + 8.0, top + 4.0), Style::of(9.0, false, WHITE), name, element);
        sheets.line(
            (x + 8.0, top + 17.0),
            Style::of(20.0, true, WHITE),
            count.to_string(),
            element,
        );
    }
    report.sheets.y = top + TILE_HIGH;
}

/// How many rows have each key; `None` where a row is not counted at all.
fn counted<K: Ord>(
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

fn counts(
    report: &mut PdfReport<'_>,
    title: &str,
    products: Vec<(Option<ProductCode>, usize)>,
    rows: &[InspectionRow],
) {
    let title = report.word(title);
    report.sheets.heading(&title);
    let number = |title: String| Column { title, share: 0.15, numbers: true };
    let mut columns = vec![Column { title, share: 0.4, numbers: false }];
    columns.push(number(report.word("dashboard-parts")));
    columns.extend(Verdict::ALL.map(|verdict| number(report.word(verdict.word()))));
    let cells = products.into_iter().map(|(product, all)| {
        let of_product: Vec<InspectionRow> =
            rows.iter().filter(|row| row.product == product).cloned().collect();
        let product = product.map_or_else(|| "–".to_owned(), |product| report.product(&product));
        let mut cells = vec![Cell::plain(product)];
        cells.push(Cell::plain(all.to_string()));
        cells.extend(
            Verdict::ALL.map(|verdict| Cell::plain(count(&of_product, verdict).to_string())),
        );
        cells
    });
    let cells = cells.collect();
    report.sheets.table(WIDTH, &columns, cells);
}

fn defects(report: &mut PdfReport<'_>, defects: Vec<(Option<String>, usize)>) {
    let columns = [
        Column { title: report.word("judge-defect"), share: 0.7, numbers: false },
        Column { title: report.word("dashboard-parts"), share: 0.3, numbers: true },
    ];
    let unknown = report.word("dashboard-no-defect");
    let cells = defects.into_iter().map(|(defect, count)| {
        vec![Cell::plain(defect.unwrap_or_else(|| unknown.clone())), Cell::plain(count.to_string())]
    });
    report.sheets.table(WIDTH * 0.55, &columns, cells.collect());
}

fn list(report: &mut PdfReport<'_>, rows: &[InspectionRow]) {
    let title = report.word("pdf-list");
    report.sheets.heading(&title);
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
    let columns =
        columns.map(|(title, share, numbers)| Column { title: report.word(title), share, numbers });
    let dash = || "–".to_owned();
    let cells = rows.iter().enumerate().map(|(place, row)| {
        let said = report.word(verdict(row).word());
        let said = match row.judged {
            Some(_) => format!("{said} ({})", report.word("history-judged")),
            None => said,
        };
        let style = Style { colour: colour(verdict(row)), ..Style::STRONG };
        // What a good part resembles is no defect of it.
        let defect = row.defect.as_ref().filter(|_| verdict(row) != Verdict::Ok);
        let product = row.product.as_ref();
        vec![
            Cell::plain(row.id.to_string()),
            Cell::plain(minute(&row.created_at)),
            Cell::plain(row.file_name()),
            Cell::plain(product.map_or_else(dash, |product| report.product(product))),
            Cell::plain(defect.map_or_else(dash, |defect| report.defect(product, defect))),
            Cell::Text(said, style),
            Cell::plain(row.image_score.map_or_else(dash, |score| format!("{score:.2}"))),
            Cell::PageOf(place),
        ]
    });
    let cells = cells.collect();
    report.sheets.table(WIDTH, &columns, cells);
}
