//! A section's causes and actions as a table: side by side under `원인 | 조치`, or each
//! beside its name.

use fettle_domain::{ManualWarning, StatementKind};

use super::headings::sub_heading;
use super::lines::PrintedLine;
use super::marker;
use super::open_section::Draft;
use super::rows::Row;
use super::table::{cells_are_clipped, columns, line_pitch, sheets};

/// Lines further apart than this many of the table's own line pitches stand in different
/// rows of it.
const SAME_ROW_PITCHES: f64 = 1.35;
/// A line that ends within this many ems of its column's right end was full.
const FULL_LINE_EM: f64 = 2.0;
const SAME_EDGE_PT: f64 = 1.0;

/// What such a table says.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) causes: Vec<Draft>,
    pub(super) actions: Vec<Draft>,
    /// What is under neither.
    pub(super) unplaced: Vec<ManualWarning>,
}

/// What the cells of a row are the names of: the two of `원인 | 조치`, or the one of
/// `원인 | a cause`; nothing where it begins no such table.
pub(super) fn kinds(row: &Row) -> Vec<StatementKind> {
    let named: Vec<Option<StatementKind>> = row.segments.iter().map(name).collect();
    let kinds: Vec<StatementKind> = named.iter().flatten().copied().collect();
    match (&kinds[..], named.len()) {
        ([a, b], _) if a != b => kinds,
        ([_], 2) if named.first().is_some_and(Option::is_some) => kinds,
        _ => Vec::new(),
    }
}

/// Whether such a table begins at this row.
pub(super) fn begins(row: &Row) -> bool {
    !kinds(row).is_empty()
}

fn name(line: &PrintedLine) -> Option<StatementKind> {
    let (marker, text) = marker::split(&line.line.text);
    let plain = marker != Some(marker::Marker::Bullet);
    sub_heading(text).filter(|(_, rest)| plain && rest.is_none()).map(|(kind, _)| kind)
}

/// Whether `row` is a name that stands in the middle of its cell: the `next` row goes on
/// beside it, as `first` does beside the first name.
pub(super) fn is_label(row: &Row, first: &Row, next: Option<&Row>) -> bool {
    let [label, text] = &first.segments[..] else { return false };
    let slack = row.size;
    kinds(first).len() == 1
        && row.segments.iter().all(|line| name(line).is_some() && line.left < text.left - slack)
        && row.left <= label.left.max(label.right) + slack
        && next.is_some_and(|next| next.left >= text.left - slack)
}

/// Reads such a table; its first row is one at which it [`begins`].
pub(super) fn read(rows: &[Row]) -> Beside {
    let mut out = Beside::default();
    let under_names = rows.first().is_some_and(|row| kinds(row).len() == 2);
    let mut named: Vec<Option<StatementKind>> = Vec::new();
    for sheet in sheets(rows) {
        let grid = Grid { clipped: cells_are_clipped(sheet), pitch: line_pitch(sheet) };
        let is_head = |row: &&Row| under_names && kinds(row).len() == 2;
        let lines: Vec<&PrintedLine> =
            sheet.iter().filter(|row| !is_head(row)).flat_map(|row| &row.segments).collect();
        let columns = columns(&lines);
        let of_column = |(left, right): (f64, f64)| -> Vec<&PrintedLine> {
            let is_in = |line: &&&PrintedLine| {
                (left..=right).contains(&f64::midpoint(line.left, line.right))
            };
            lines.iter().filter(is_in).copied().collect()
        };
        let cells: Vec<Vec<&PrintedLine>> = columns.iter().map(|at| of_column(*at)).collect();
        if under_names {
            match sheet.iter().find(is_head) {
                Some(head) => named = names_of(head, &columns),
                None if named.len() == columns.len() => {}
                None => named = vec![None; columns.len()],
            }
            for ((lines, kind), (_, right)) in cells.into_iter().zip(&named).zip(&columns) {
                out.take(*kind, &grid, *right, lines.into_iter());
            }
        } else if let ([labels, texts], [_, (_, right)]) = (&cells[..], &columns[..]) {
            for (kind, lines) in grid.beside_labels(labels, texts) {
                out.take(kind, &grid, *right, lines.into_iter());
            }
        } else {
            out.take(None, &grid, f64::INFINITY, lines.into_iter());
        }
    }
    out
}

/// What each column is under: the name nearest to it. Where two names would be one column's,
/// nothing is.
fn names_of(head: &Row, columns: &[(f64, f64)]) -> Vec<Option<StatementKind>> {
    let mut out = vec![None; columns.len()];
    for line in &head.segments {
        let Some(kind) = name(line) else { continue };
        let away = |(left, right): &(f64, f64)| {
            let apart = (left - line.right).max(line.left - right).max(0.0);
            (apart, (f64::midpoint(*left, *right) - f64::midpoint(line.left, line.right)).abs())
        };
        let nearest = columns.iter().enumerate().min_by(|(_, a), (_, b)| {
            let ((a, a_mid), (b, b_mid)) = (away(a), away(b));
            a.total_cmp(&b).then(a_mid.total_cmp(&b_mid))
        });
        match nearest.and_then(|(place, _)| out.get_mut(place)) {
            Some(taken @ None) => *taken = Some(kind),
            _ => return vec![None; columns.len()],
        }
    }
    out
}

impl Beside {
    /// Takes the lines of one column, from top to bottom.
    fn take<'a>(
        &mut self,
        kind: Option<StatementKind>,
        grid: &Grid,
        right: f64,
        lines: impl Iterator<Item = &'a PrintedLine>,
    ) {
        let mut before: Option<&PrintedLine> = None;
        for line in lines {
            let (marker, text) = marker::split(&line.line.text);
            let Some(kind) = kind else {
                // The column that counts the rows says nothing.
                if line.line.text.chars().any(char::is_alphabetic) && !counts_rows(&line.line.text)
                {
                    let (page, text) = (line.line.page, line.line.text.clone());
                    self.unplaced.push(ManualWarning::Unplaced { page, text });
                }
                continue;
            };
            let drafts = match kind {
                StatementKind::Cause => &mut self.causes,
                StatementKind::Action => &mut self.actions,
            };
            let size = f64::from(line.line.font_size_pt);
            let wraps = before.is_some_and(|before| {
                let wraps = before.column.is_none_or(|column| column.right.is_finite());
                let full = wraps && before.right >= right - FULL_LINE_EM * size;
                let marked = drafts.last().is_some_and(|last| last.marked);
                let set_in = drafts.last().is_some_and(|last| line.left > last.left + 0.5 * size);
                grid.same_row(before, line) && (full || marked && set_in)
            });
            before = Some(line);
            let row = super::rows::rows(vec![line.clone()]);
            let Some(row) = row.first() else { continue };
            match drafts.last_mut() {
                Some(last) if wraps && marker.is_none() => last.take(row, text),
                _ => drafts.push(Draft::new(row, text, marker.is_some())),
            }
        }
    }
}

fn counts_rows(text: &str) -> bool {
    let said: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    ["no", "번호", "순번", "구분"].contains(&said.to_lowercase().as_str())
}

/// How the table's rows are told from each other.
struct Grid {
    /// By the rectangles that clip its cells; otherwise by gaps.
    clipped: bool,
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

    /// The lines beside each label. A label may stand in the middle of its cell: where the
    /// lines between two labels leave a wider gap, the second cell begins there.
    fn beside_labels<'a>(
        &self,
        labels: &[&'a PrintedLine],
        texts: &[&'a PrintedLine],
    ) -> Vec<(Option<StatementKind>, Vec<&'a PrintedLine>)> {
        let mut out: Vec<(Option<StatementKind>, Vec<&PrintedLine>)> =
            labels.iter().map(|label| (name(label), Vec::new())).collect();
        let begins: Vec<f64> = std::iter::once(f64::NEG_INFINITY)
            .chain(labels.windows(2).map(|pair| match pair {
                [above, below] => begin_of_cell(above.baseline, below.baseline, texts),
                _ => f64::INFINITY,
            }))
            .collect();
        for line in texts {
            let place = if self.clipped {
                labels.iter().position(|label| self.same_row(label, line))
            } else {
                begins.iter().rposition(|begin| line.baseline >= *begin)
            };
            match place.and_then(|place| out.get_mut(place)) {
                Some((_, lines)) => lines.push(line),
                None => out.push((None, vec![line])),
            }
        }
        out
    }
}

/// The height at which the cell of the label at `below` begins.
fn begin_of_cell(above: f64, below: f64, texts: &[&PrintedLine]) -> f64 {
    const WIDER: f64 = 1.25;
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
        Some((gap, y)) if gap >= WIDER * narrowest => y - 1.0,
        _ => own,
    }
}
