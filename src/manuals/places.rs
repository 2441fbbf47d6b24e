//! Letters by their place on a page, so that those nearby are found without looking at all.

use std::collections::HashMap;

use super::text_device::DrawnGlyph;

/// Side of a cell in points.
const CELL_PT: f64 = 12.0;
/// The most cells to each side that are looked through, for a letter as large as a page.
const MAX_CELLS: f64 = 4.0;
/// The most letters of a cell that are looked at. A hostile page has all of its letters in one.
const MAX_OF_CELL: usize = 64;

/// Indices of letters by the cell in which they start.
pub(super) struct Places {
    cells: HashMap<(i64, i64), Vec<usize>>,
}

impl Places {
    pub(super) fn new(glyphs: &[DrawnGlyph]) -> Self {
        let mut cells: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, drawn) in glyphs.iter().enumerate() {
            cells.entry(cell(drawn.glyph.start)).or_default().push(at);
        }
        Self { cells }
    }

    /// Letters that start within `reach` points of a point or little farther, the last ones.
    pub(super) fn near(&self, point: (f64, f64), reach: f64) -> impl Iterator<Item = usize> + '_ {
        self.near_before(usize::MAX, point, reach)
    }

    /// As [`Self::near`], those with a smaller index than `end`.
    pub(super) fn near_before(
        &self,
        end: usize,
        (x, y): (f64, f64),
        reach: f64,
    ) -> impl Iterator<Item = usize> + '_ {
        let reach = reach.min(MAX_CELLS * CELL_PT);
        let ((left, top), (right, bottom)) =
            (cell((x - reach, y - reach)), cell((x + reach, y + reach)));
        (left..=right)
            .flat_map(move |column| (top..=bottom).map(move |row| (column, row)))
            .filter_map(|cell| self.cells.get(&cell))
            .flat_map(move |cell| {
                let before = cell.partition_point(|at| *at < end);
                cell.iter().take(before).rev().take(MAX_OF_CELL).copied()
            })
    }
}

fn cell((x, y): (f64, f64)) -> (i64, i64) {
    ((x / CELL_PT).floor() as i64, (y / CELL_PT).floor() as i64)
}
