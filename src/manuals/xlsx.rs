//! Excel's workbooks (ECMA-376, `SpreadsheetML`) → lines. calamine reads the cells.

use std::collections::HashSet;
use std::io::Cursor;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Color, Data, ExcelDateTime, Reader, SheetVisible, Style, Xlsx};
use roxmltree::Node;

use fettle_domain::{ManualFormat, ManualWarning};

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::drawing::{SheetDrawing, pictures_of_sheet};
use super::error::{ManualsError, Result};
use super::found_figures::PartFigures;
use super::headings::compact;
use super::number_format::NumberFormat;
use super::package::{LocalName, Package};
use super::sheet_size::cell_count;
use super::spreadsheet_rows::{MergedCell, push_rows};
use super::unpaged_lines::{LeftOut, LineStyle, Numbering, UnpagedLines};
use super::workbook_parts::WorkbookParts;

/// The most cells of a workbook; larger ones are data, not a manual.
const MAX_CELLS: usize = 1_000_000;

/// The lines of a workbook, sheet by sheet. `path` is for messages only.
pub(super) fn parse_xlsx(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let mut package = Package::open(path, bytes)?;
    package.check_size()?;
    // A panic of the third-party parser means a damaged file.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(path, bytes, &mut package)));
    parsed.unwrap_or_else(|_| Err(ManualsError::damaged(path, ManualDamage::structure("panic"))))
}

fn parse(path: &Path, bytes: &[u8], package: &mut Package<'_>) -> Result<DocumentLines> {
    let damaged =
        |error: calamine::XlsxError| ManualsError::damaged(path, ManualDamage::structure(error));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let parts = WorkbookParts::read(package)?;
    let mut lines = UnpagedLines::new(Numbering::Given);
    let mut figures = PartFigures::default();
    for sheet in book.sheets_metadata() {
        if sheet.visible != SheetVisible::Visible {
            lines.leave_out(LeftOut::Hidden, &sheet.name);
        }
    }
    let (mut before, mut cells) = (0_u32, 0_usize);
    for name in sheets {
        cells = cells.saturating_add(cell_count(&mut book, &name).map_err(damaged)?);
        if cells > MAX_CELLS {
            return Err(ManualsError::damaged(path, ManualDamage::TooMany(MAX_CELLS)));
        }
        let range = book.worksheet_range(&name).map_err(damaged)?;
        let Some((first_row, first_column)) = range.start() else { continue };
        lines.number = before + 1;
        if !is_default_name(&name) {
            lines.push(&name, LineStyle::heading(4));
        }
        let styles = book.worksheet_style(&name).ok();
        let folded = match parts.of_sheet(&name) {
            Some(part) => Folded::of_part(package, part)?,
            None => None,
        };
        // What is hidden or struck out may then stand among the rest.
        if styles.is_none() || folded.is_none() {
            lines.warnings.push(ManualWarning::FormatUnread { page: lines.number });
        }
        let folded = folded.unwrap_or_default();
        let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
        for (row, cells) in (first_row..).zip(range.rows()) {
            let number = before + row + 1;
            let mut texts = Vec::new();
            for (column, cell) in (first_column..).zip(cells) {
                let style = styles.as_ref().and_then(|styles| styles.get((row, column)));
                let text = text(cell, style);
                let hidden = folded.contains(row, column).then_some(LeftOut::Hidden);
                match hidden.or_else(|| style.and_then(left_out)) {
                    Some(reason) => {
                        lines.warnings.extend(reason.warning(number, &text));
                        texts.push(String::new());
                    }
                    None => texts.push(text),
                }
            }
            rows.push((number, texts));
        }
        let merged: Vec<MergedCell> = book
            .merge_cells_by_sheet_name(&name)
            .map_err(damaged)?
            .into_iter()
            .filter_map(|region| {
                let (top, left) = region.start;
                let (bottom, right) = region.end;
                let size = |from: u32, to: u32| usize::try_from(to.saturating_sub(from) + 1).ok();
                Some(MergedCell {
                    row: usize::try_from(top.checked_sub(first_row)?).ok()?,
                    column: usize::try_from(left.checked_sub(first_column)?).ok()?,
                    rows: size(top, bottom)?,
                    columns: size(left, right)?,
                })
            })
            .collect();
        push_rows(&mut lines, &rows, &merged);
        if let Some(part) = parts.of_sheet(&name) {
            for SheetDrawing { relations, pictures } in pictures_of_sheet(package, part)? {
                for (row, id) in pictures.iter().filter(|(row, _)| !folded.rows.contains(row)) {
                    let number = before.saturating_add(*row).saturating_add(1);
                    figures.push(&relations, id, Some(number..=number), number);
                }
            }
        }
        before = rows.last().map_or(before, |(number, _)| *number);
    }
    let UnpagedLines { lines, warnings, .. } = lines;
    let figures = figures.looked_at(package);
    let document = DocumentLines::new(ManualFormat::Xlsx, before, lines);
    Ok(DocumentLines { warnings, figures, ..document })
}

/// Rows and columns that are folded away, from 0.
#[derive(Default)]
struct Folded {
    rows: HashSet<u32>,
    columns: Vec<RangeInclusive<u32>>,
}

impl Folded {
    /// Those of a sheet, from its part of the file: calamine does not tell. `None` where there is no such
    /// part.
    fn of_part(package: &mut Package<'_>, part: &str) -> Result<Option<Self>> {
        let mut folded = Self::default();
        let Some(text) = package.read(part)? else { return Ok(None) };
        if !text.contains("hidden") {
            return Ok(Some(folded));
        }
        let sheet = package.parse(&text)?;
        let is_hidden =
            |node: &Node<'_, '_>| matches!(node.local_attribute("hidden"), Some("1" | "true"));
        let number = |node: Node<'_, '_>, name: &str| -> Option<u32> {
            node.local_attribute(name)?.parse::<u32>().ok()?.checked_sub(1)
        };
        let mut next = 0;
        for node in sheet.descendants() {
            if node.has_local_name("row") {
                // A row without a number follows the one above.
                let row = number(node, "r").unwrap_or(next);
                next = row.saturating_add(1);
                if is_hidden(&node) {
                    folded.rows.insert(row);
                }
            } else if node.has_local_name("col") && is_hidden(&node) {
                let ends = number(node, "min").zip(number(node, "max"));
                folded.columns.extend(ends.map(|(first, last)| first..=last));
            }
        }
        Ok(Some(folded))
    }

    fn contains(&self, row: u32, column: u32) -> bool {
        self.rows.contains(&row) || self.columns.iter().any(|columns| columns.contains(&column))
    }
}

/// Why a cell of this style is no statement, if it is none.
fn left_out(style: &Style) -> Option<LeftOut> {
    /// The smallest size that is seen, in points.
    const MIN_SIZE: f64 = 2.0;
    let is_white = |color: Option<Color>| color.is_some_and(|color| color.is_white());
    let filled =
        style.fill.as_ref().is_some_and(|fill| fill.is_visible() && !is_white(fill.get_color()));
    let font = style.font.as_ref();
    let is_unseen = font.is_some_and(|font| {
        is_white(font.color) && !filled || font.size.is_some_and(|size| size <= MIN_SIZE)
    });
    // A format with nothing for numbers of any sign, nor for text.
    let format = style.number_format.as_ref();
    if is_unseen || format.is_some_and(|format| format.format_code == ";;;") {
        return Some(LeftOut::Hidden);
    }
    font.is_some_and(|font| font.has_strikethrough()).then_some(LeftOut::Struck)
}

/// The text of a cell as it is shown: dates, shares and numbers with words by their formats, other numbers
/// whole.
fn text(cell: &Data, style: Option<&Style>) -> String {
    let format = style.and_then(|style| style.number_format.as_ref());
    let format = format.and_then(|format| NumberFormat::of(&format.format_code));
    let number = match cell {
        Data::Float(number) => Some(*number),
        Data::Int(number) => Some(*number as f64),
        _ => None,
    };
    let shown = number.zip(format).and_then(|(number, format)| format.show(number));
    match (cell, shown) {
        (_, Some(shown)) => shown,
        (Data::Error(_) | Data::Empty, _) => String::new(),
        (Data::DateTime(time), _) => date_text(*time),
        (other, _) => other.to_string(),
    }
}

/// A date, time or duration (ISO 8601), as far as it has those parts.
fn date_text(time: ExcelDateTime) -> String {
    let serial = time.as_f64();
    if time.is_duration() || !serial.is_finite() || serial < 0.0 {
        let seconds = (serial * 86_400.0).round();
        let sign = if seconds < 0.0 { "-" } else { "" };
        let seconds = seconds.abs() as u64;
        return format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let clock = match (hour, minute, second) {
        (hour, minute, 0) => format!("{hour:02}:{minute:02}"),
        (hour, minute, second) => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    if serial < 1.0 {
        return clock;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {clock}") }
}

/// Whether a sheet has the name that Excel gave it.
fn is_default_name(name: &str) -> bool {
    let name = compact(name);
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    word.len() < name.len() && ["sheet", "시트", "tabelle", "feuil"].contains(&word)
}
