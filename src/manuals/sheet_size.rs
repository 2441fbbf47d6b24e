//! How large a sheet is before it is read whole: calamine keeps a place for every cell between the first
//! and the last, and two cells far apart would take all memory.

use std::io::{Read, Seek};

use calamine::{DataRef, Xlsx, XlsxError};

/// Cells of the smallest rectangle around all that are filled.
pub(super) fn cell_count<R: Read + Seek>(
    book: &mut Xlsx<R>,
    name: &str,
) -> Result<usize, XlsxError> {
    let mut reader = match book.worksheet_cells_reader(name) {
        // A sheet that is one chart.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(0),
        reader => reader?,
    };
    // First and last row, first and last column.
    let mut bounds: Option<[u32; 4]> = None;
    while let Some(cell) = reader.next_cell()? {
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        let (row, column) = cell.get_position();
        let [top, bottom, left, right] = bounds.unwrap_or([row, row, column, column]);
        bounds = Some([top.min(row), bottom.max(row), left.min(column), right.max(column)]);
    }
    let Some([top, bottom, left, right]) = bounds else { return Ok(0) };
    let count = (u64::from(bottom - top) + 1).saturating_mul(u64::from(right - left) + 1);
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
