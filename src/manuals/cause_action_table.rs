//! Tables of causes and actions: two columns under `원인 | 조치`, or a column of labels with the
//! statements at their right.

use fettle_domain::{ManualWarning, StatementKind};

use super::headings::sub_heading;
use super::list_marker::{ListMarker, split_marker};
use super::printed_line::PrintedLine;
use super::rows::{Row, group_into_rows};
use super::section_builder::StatementBuilder;
use super::table_grid::{are_cells_clipped, column_ranges, line_pitch, sheets};

/// Lines further apart than this many line pitches are in different rows of the table.
const SAME_ROW_PITCHES: f64 = 1.35;
/// A line that ends within this many ems of the column's right end is full.
const FULL_LINE_EM: f64 = 2.0;
/// Cells whose tops differ by less than this are in the same row.
const SAME_EDGE_PT: f64 = 1.0;

/// The statements of a table.
#[derive(Default)]
pub(super) struct CauseActionTable {
    pub(super) causes: Vec<StatementBuilder>,
    pub(super) actions: Vec<StatementBuilder>,
    /// Lines under neither label.
    pub(super) unplaced: Vec<ManualWarning>,
}

/// The labels of a row that starts a table: both of `원인 | 조치`, or the one of `원인 | a cause`.
/// Empty for any other row.
pub(super) fn label_kinds(row: &Row) -> Vec<StatementKind> {
    let labels: Vec<Option<StatementKind>> = row.segments.iter().map(label_kind).collect();
    let kinds: Vec<StatementKind> = labels.iter().flatten().copied().collect();
    match (&kinds[..], labels.len()) {
        ([a, b], _) if a != b => kinds,
        ([_], 2) if labels.first().is_some_and(Option::is_some) => kinds,
        _ => Vec::new(),
    }
}

/// Whether a table starts at `row`.
pub(super) fn starts_table(row: &Row) -> bool {
    !label_kinds(row).is_empty()
}

/// The kind of statements that a cell is the label of.
fn label_kind(line: &PrintedLine) -> Option<StatementKind> {
    let (marker, text) = split_marker(&line.line.text);
    let is_plain = marker != Some(ListMarker::Bullet);
    sub_heading(text).filter(|(_, rest)| is_plain && rest.is_none()).map(|(kind, _)| kind)
}

/// Whether `row` is a label in the vertical middle of its cell: the text of the `next` row stands at
/// its right, as in the `first` row of the table.
pub(super) fn is_label(row: &Row, first: &Row, next: Option<&Row>) -> bool {
    let [label, text] = &first.segments[..] else { return false };
    let slack = row.size;
    label_kinds(first).len() == 1
        && row
            .segments
            .iter()
            .all(|line| label_kind(line).is_some() && line.left < text.left - slack)
        && row.left <= label.left.max(label.right) + slack
        && next.is_some_and(|next| next.left >= text.left - slack)
}

/// Reads a table. The first of `rows` is one at which a table starts ([`starts_table`]).
pub(super) fn read_table(rows: &[Row]) -> CauseActionTable {
    let mut out = CauseActionTable::default();
    let under_header = rows.first().is_some_and(|row| label_kinds(row).len() == 2);
    let mut kinds: Vec<Option<StatementKind>> = Vec::new();
    for sheet in sheets(rows) {
        let grid = Grid { clipped: are_cells_clipped(sheet), pitch: line_pitch(sheet) };
        let is_header = |row: &&Row| under_header && label_kinds(row).len() == 2;
        let lines: Vec<&PrintedLine> =
            sheet.iter().filter(|row| !is_header(row)).flat_map(|row| &row.segments).collect();
        let columns = column_ranges(&lines);
        let of_column = |(left, right): (f64, f64)| -> Vec<&PrintedLine> {
            let is_in = |line: &&&PrintedLine| {
                (left..=right).contains(&f64::midpoint(line.left, line.right))
            };
            lines.iter().filter(is_in).copied().collect()
        };
        let cells: Vec<Vec<&PrintedLine>> = columns.iter().map(|at| of_column(*at)).collect();
        if under_header {
            match sheet.iter().find(is_header) {
                Some(header) => kinds = column_kinds(header, &columns),
                None if kinds.len() == columns.len() => {}
                None => kinds = vec![None; columns.len()],
            }
            for ((lines, kind), (_, right)) in cells.into_iter().zip(&kinds).zip(&columns) {
                out.push_cells(*kind, &grid, *right, lines.into_iter());
            }
        } else if let ([labels, texts], [_, (_, right)]) = (&cells[..], &columns[..]) {
            for (kind, lines) in grid.lines_by_label(labels, texts) {
                out.push_cells(kind, &grid, *right, lines.into_iter());
            }
        } else {
            out.push_cells(None, &grid, f64::INFINITY, lines.into_iter());
        }
    }
    out
}

/// The kind of each column, by the nearest label of the header. All `None` where two labels are
/// nearest to the same column.
fn column_kinds(header: &Row, columns: &[(f64, f64)]) -> Vec<Option<StatementKind>> {
    let mut out = vec![None; columns.len()];
    for line in &header.segments {
        let Some(kind) = label_kind(line) else { continue };
        let distance = |(left, right): &(f64, f64)| {
            let apart = (left - line.right).max(line.left - right).max(0.0);
            (apart, (f64::midpoint(*left, *right) - f64::midpoint(line.left, line.right)).abs())
        };
        let nearest = columns.iter().enumerate().min_by(|(_, a), (_, b)| {
            let ((a, a_mid), (b, b_mid)) = (distance(a), distance(b));
            a.total_cmp(&b).then(a_mid.total_cmp(&b_mid))
        });
        match nearest.and_then(|(place, _)| out.get_mut(place)) {
            Some(taken @ None) => *taken = Some(kind),
            _ => return vec![None; columns.len()],
        }
    }
    out
}

impl CauseActionTable {
    /// Appends the lines of one column, from top to bottom.
    fn push_cells<'a>(
        &mut self,
        kind: Option<StatementKind>,
        grid: &Grid,
        right: f64,
        lines: impl Iterator<Item = &'a PrintedLine>,
    ) {
        let mut before: Option<&PrintedLine> = None;
        for line in lines {
            let (marker, text) = split_marker(&line.line.text);
            let Some(kind) = kind else {
                // A column of row numbers has no statements.
                if line.line.text.chars().any(char::is_alphabetic)
                    && !is_row_number_label(&line.line.text)
                {
                    let (page, text) = (line.line.page, line.line.text.clone());
                    self.unplaced.push(ManualWarning::Unplaced { page, text });
                }
                continue;
            };
            let statements = match kind {
                StatementKind::Cause => &mut self.causes,
                StatementKind::Action => &mut self.actions,
            };
            let size = f64::from(line.line.font_size_pt);
            let continues = before.is_some_and(|before| {
                let has_margin = before.column.is_none_or(|column| column.right.is_finite());
                let full = has_margin && before.right >= right - FULL_LINE_EM * size;
                let has_marker = statements.last().is_some_and(|last| last.has_marker);
                let indented =
                    statements.last().is_some_and(|last| line.left > last.left + 0.5 * size);
                grid.same_row(before, line) && (full || has_marker && indented)
            });
            before = Some(line);
            let row = group_into_rows(vec![line.clone()]);
            let Some(row) = row.first() else { continue };
            match statements.last_mut() {
                Some(last) if continues && marker.is_none() => last.push_line(row, text),
                _ => statements.push(StatementBuilder::new(row, text, marker.is_some())),
            }
        }
    }
}

fn is_row_number_label(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    ["no", "번호", "순번", "구분"].contains(&letters.to_lowercase().as_str())
}

/// How the rows of a table are separated.
struct Grid {
    /// By the clipping rectangles of cells; otherwise by vertical gaps.
    clipped: bool,
    /// Line pitch in points.
    pitch: f64,
}

impl Grid {
    fn same_row(&self, above: &PrintedLine, below: &PrintedLine) -> bool {
        if self.clipped {
            let top = |line: &PrintedLine| line.clip.map_or(line.baseline, |clip| clip.top);
            above.sheet == below.sheet && (top(above) - top(below)).abs() < SAME_EDGE_PT
        } else {
            below.baseline - above.baseline <= SAME_ROW_PITCHES * self.pitch
        }
    }

    /// The lines at the right of each label. A label may stand in the vertical middle of its cell,
    /// so the second of two cells starts below the widest gap between the lines.
    fn lines_by_label<'a>(
        &self,
        labels: &[&'a PrintedLine],
        texts: &[&'a PrintedLine],
    ) -> Vec<(Option<StatementKind>, Vec<&'a PrintedLine>)> {
        let mut out: Vec<(Option<StatementKind>, Vec<&PrintedLine>)> =
            labels.iter().map(|label| (label_kind(label), Vec::new())).collect();
        let tops: Vec<f64> = std::iter::once(f64::NEG_INFINITY)
            .chain(labels.windows(2).map(|pair| match pair {
                [above, below] => top_of_cell(above.baseline, below.baseline, texts),
                _ => f64::INFINITY,
            }))
            .collect();
        for line in texts {
            let place = if self.clipped {
                labels.iter().position(|label| self.same_row(label, line))
            } else {
                tops.iter().rposition(|top| line.baseline >= *top)
            };
            match place.and_then(|place| out.get_mut(place)) {
                Some((_, lines)) => lines.push(line),
                None => out.push((None, vec![line])),
            }
        }
        out
    }
}

/// Top of the cell with the label at baseline `below`; the label before has baseline `above`.
fn top_of_cell(above: f64, below: f64, texts: &[&PrintedLine]) -> f64 {
    /// Ratio of the widest to the narrowest gap from which the widest separates cells.
    const MIN_GAP_RATIO: f64 = 1.25;
    let own = below - 1.0;
    let mut between: Vec<f64> = texts
        .iter()
        .map(|line| line.baseline)
        .filter(|y| (above - 1.0..=below + 1.0).contains(y))
        .collect();
    between.sort_by(f64::total_cmp);
    let gaps =
        between.windows(2).filter_map(|pair| Some((pair.last()? - pair.first()?, *pair.last()?)));
    let gaps: Vec<(f64, f64)> = gaps.collect();
    let narrowest = gaps.iter().map(|(gap, _)| *gap).fold(f64::INFINITY, f64::min);
    let widest = gaps.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
    match widest {
        Some((gap, y)) if gap >= MIN_GAP_RATIO * narrowest => y - 1.0,
        _ => own,
    }
}
