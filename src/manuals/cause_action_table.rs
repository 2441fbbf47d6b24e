//! Tables about one defect: columns under `원인 | 조치`, or a column of labels with the statements at
//! their right.

use fettle_domain::StatementKind;

use super::disciplines::discipline_kind;
use super::headings::compact;
use super::label_forms::sub_heading;
use super::list_marker::{ListMarker, split_marker};
use super::part_labels::is_neither;
use super::printed_line::PrintedLine;
use super::rows::{Row, group_into_rows};
use super::section_builder::{PartBuilder, StatementBuilder};
use super::table_cells::RowSeparation;
use super::table_grid::{column_ranges, header_of_columns, sheets};

/// The longest text of a head that is no label, such as 번호, in letters.
const MAX_HEAD_LETTERS: usize = 10;

/// The statements of a table.
#[derive(Default)]
pub(super) struct CauseActionTable {
    pub(super) causes: Vec<StatementBuilder>,
    pub(super) actions: Vec<StatementBuilder>,
    pub(super) parts: Vec<PartBuilder>,
    /// Lines under no label.
    pub(super) unplaced: Vec<Row>,
}

/// The kind and the text of a label.
type Label = (StatementKind, String);

/// The labels of a row that starts a table: those of `원인 | 조치 | 예방`, or the one of
/// `원인 | a cause`. Empty for any other row.
pub(super) fn label_kinds(row: &Row) -> Vec<StatementKind> {
    let labels: Vec<Option<StatementKind>> = row.segments.iter().map(label_kind).collect();
    let kinds: Vec<StatementKind> = labels.iter().flatten().copied().collect();
    let is_head = |line: &PrintedLine| {
        label_kind(line).is_some() || compact(&line.line.text).chars().count() <= MAX_HEAD_LETTERS
    };
    let tells = |kind: &StatementKind| matches!(kind, StatementKind::Cause | StatementKind::Action);
    // 효과 없었던 조치 | 담당자: a table of neither, whose cells are no statements of the part above.
    let are_all_known = kinds.len() >= 2 && kinds.len() == labels.len();
    if (are_all_known || is_marked_head(row))
        && row.segments.iter().any(|line| is_neither(&line.line.text))
    {
        return kinds;
    }
    let (first, rest) = (kinds.first(), kinds.iter().skip(1));
    let differ = rest.clone().count() > 0 && rest.clone().all(|kind| Some(kind) != first);
    if differ && kinds.iter().any(tells) && row.segments.iter().all(is_head) {
        return kinds;
    }
    if is_marked_head(row) && kinds.iter().any(tells) {
        return kinds;
    }
    match (&kinds[..], labels.len()) {
        ([_], 2) if labels.first().is_some_and(Option::is_some) => kinds,
        _ => Vec::new(),
    }
}

/// Whether the format marks all cells of the row as heads.
fn is_marked_head(row: &Row) -> bool {
    row.segments.len() >= 2 && row.bold && row.segments.iter().all(|line| line.clip.is_some())
}

/// Whether the row is the head of columns.
pub(super) fn is_header(row: &Row) -> bool {
    let kinds = label_kinds(row);
    kinds.len() >= 2 || !kinds.is_empty() && is_marked_head(row)
}

/// Whether a table starts at `row`.
pub(super) fn starts_table(row: &Row) -> bool {
    !label_kinds(row).is_empty()
}

/// The kind of statements that a cell, if there is one, is the label of.
pub(super) fn label_of_cell(line: Option<&PrintedLine>) -> Option<StatementKind> {
    label_kind(line?)
}

/// The kind of statements that a cell is the label of.
fn label_kind(line: &PrintedLine) -> Option<StatementKind> {
    let (marker, text) = split_marker(&line.line.text);
    let is_plain = marker != Some(ListMarker::Bullet);
    let kind = sub_heading(text).filter(|(_, rest)| is_plain && rest.is_none());
    kind.map(|(kind, _)| kind).or_else(|| discipline_kind(&line.line.text))
}

/// The label that a cell is; of no known kind where its words are not those of a label.
fn label(line: &PrintedLine) -> Option<Label> {
    let text = split_marker(&line.line.text).1.trim_end_matches([':', '：']);
    let is_number = is_row_number_label(text) || !text.chars().any(char::is_alphabetic);
    let kind = label_kind(line).unwrap_or(StatementKind::Other);
    (!is_number).then(|| (kind, text.to_owned()))
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
    let under_header = rows.first().is_some_and(is_header);
    let mut labels: Vec<Option<Label>> = Vec::new();
    for sheet in sheets(rows) {
        let grid = RowSeparation::of(sheet);
        let is_header = |row: &&Row| under_header && is_header(row);
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
                Some(header) => {
                    let heads = header_of_columns(header, &columns);
                    labels = heads.into_iter().map(|head| label(head?)).collect();
                }
                None if labels.len() == columns.len() => {}
                None => labels = vec![None; columns.len()],
            }
            for ((lines, label), (_, right)) in cells.into_iter().zip(&labels).zip(&columns) {
                out.push_cells(label.as_ref(), &grid, *right, lines.into_iter());
            }
        } else if let ([labels, texts], [_, (_, right)]) = (&cells[..], &columns[..]) {
            for (label, lines) in lines_by_label(&grid, labels, texts) {
                out.push_cells(label.as_ref(), &grid, *right, lines.into_iter());
            }
        } else {
            out.push_cells(None, &grid, f64::INFINITY, lines.into_iter());
        }
    }
    out
}

impl CauseActionTable {
    /// Appends the lines of one column, from top to bottom.
    fn push_cells<'a>(
        &mut self,
        label: Option<&Label>,
        grid: &RowSeparation,
        right: f64,
        lines: impl Iterator<Item = &'a PrintedLine>,
    ) {
        let Some((kind, label)) = label else {
            // A column of row numbers has no statements.
            let said = lines.filter(|line| {
                line.line.text.chars().any(char::is_alphabetic)
                    && !is_row_number_label(&line.line.text)
            });
            self.unplaced.extend(group_into_rows(said.cloned().collect()));
            return;
        };
        let mut lines = lines.peekable();
        match kind {
            StatementKind::Cause => grid.push_statements(lines, right, &mut self.causes),
            StatementKind::Action => grid.push_statements(lines, right, &mut self.actions),
            kind => {
                let Some(page) = lines.peek().map(|line| line.line.page) else { return };
                let known = self.parts.iter().position(|part| part.label == *label);
                let at = known.unwrap_or(self.parts.len());
                if known.is_none() {
                    let (label, statements) = (label.clone(), Vec::new());
                    self.parts.push(PartBuilder { label, kind: *kind, page, statements });
                }
                if let Some(part) = self.parts.get_mut(at) {
                    grid.push_statements(lines, right, &mut part.statements);
                }
            }
        }
    }
}

fn is_row_number_label(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    ["no", "번호", "순번", "구분"].contains(&letters.to_lowercase().as_str())
}

/// The lines at the right of each label. A label may stand in the vertical middle of its cell, so the
/// second of two cells starts below the widest gap between the lines.
fn lines_by_label<'a>(
    grid: &RowSeparation,
    labels: &[&'a PrintedLine],
    texts: &[&'a PrintedLine],
) -> Vec<(Option<Label>, Vec<&'a PrintedLine>)> {
    let mut out: Vec<(Option<Label>, Vec<&PrintedLine>)> =
        labels.iter().map(|line| (label(line), Vec::new())).collect();
    let tops: Vec<f64> = std::iter::once(f64::NEG_INFINITY)
        .chain(labels.windows(2).map(|pair| match pair {
            [above, below] => top_of_cell(above.baseline, below.baseline, texts),
            _ => f64::INFINITY,
        }))
        .collect();
    for line in texts {
        let place = if grid.clipped {
            labels.iter().position(|label| grid.same_row(label, line))
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
