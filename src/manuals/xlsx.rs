//! Excel's workbooks (ECMA-376, `SpreadsheetML`) → lines. calamine reads the cells.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, Reader, SheetVisible, Xlsx};

use fettle_domain::ManualFormat;

use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::headings::compact;
use super::package::Package;
use super::spreadsheet_rows::{MergedCell, push_rows};
use super::unpaged_lines::{LineStyle, Numbering, UnpagedLines};

/// The most cells of a workbook; larger ones are data, not a manual.
const MAX_CELLS: usize = 1_000_000;

/// The lines of a workbook, sheet by sheet. `path` is for messages only.
pub(super) fn parse_xlsx(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    Package::open(path, bytes)?.check_size()?;
    // A panic of the third-party parser means a damaged file.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(path, bytes)));
    parsed.unwrap_or_else(|_| Err(ManualsError::damaged(path, "its sheets contradict themselves")))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let damaged = |error: calamine::XlsxError| ManualsError::damaged(path, error);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut lines = UnpagedLines::new(Numbering::Given);
    let (mut before, mut cells) = (0_u32, 0_usize);
    for name in sheets {
        let range = book.worksheet_range(&name).map_err(damaged)?;
        let (height, width) = range.get_size();
        cells = cells.saturating_add(height.saturating_mul(width));
        if cells > MAX_CELLS {
            return Err(ManualsError::damaged(path, format!("more than {MAX_CELLS} cells")));
        }
        let Some((first_row, first_column)) = range.start() else { continue };
        lines.number = before + 1;
        if !is_default_name(&name) {
            lines.push(&name, LineStyle::heading(4));
        }
        let rows: Vec<(u32, Vec<String>)> = (1..)
            .zip(range.rows())
            .map(|(at, row)| (before + first_row + at, row.iter().map(text).collect()))
            .collect();
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
        before = rows.last().map_or(before, |(number, _)| *number);
    }
    Ok(DocumentLines::new(ManualFormat::Xlsx, before, lines.lines))
}

/// The text of a cell as it is shown, as far as its number format does not matter.
fn text(cell: &Data) -> String {
    match cell {
        Data::Error(_) | Data::Empty => String::new(),
        other => other.to_string(),
    }
}

/// Whether a sheet has the name that Excel gave it.
fn is_default_name(name: &str) -> bool {
    let name = compact(name);
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    word.len() < name.len() && ["sheet", "시트", "tabelle", "feuil"].contains(&word)
}
