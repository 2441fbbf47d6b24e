//! Tables with a row for each defect, whose columns are its parts → sections.

use std::collections::{HashMap, HashSet};

use fettle_domain::{DefectCode, StatementKind};

use super::defect_names::DefectNameIndex;
use super::ditto::is_ditto;
use super::line_joining::{Fragment, LineJoiner};
use super::list_marker::split_marker;
use super::printed_line::PrintedLine;
use super::rows::Row;
use super::section_builder::{PartBuilder, SectionBuilder};
use super::table_cells::RowSeparation;
use super::table_grid::{column_ranges, header_of_columns, line_pitch, sheets};
use super::table_header::{Role, is_defect_table_header, role};
use super::words::words;

/// Lines of a name further apart than this many line pitches are two names.
const SAME_NAME_PITCHES: f64 = 1.35;
/// The least part of a cell that lies beside a defect's cell, in points.
const MIN_OVERLAP_PT: f64 = 1.0;

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
enum Column {
    Defect,
    /// The kind and the text of its head.
    Part(StatementKind, String),
    Ignored,
}

/// The cell with a defect's name, and the range beside it.
struct Anchor {
    name: String,
    page: u32,
    top: f64,
    bottom: f64,
}

/// Where the rows of a sheet stand in their table.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The header above them.
    header: Option<&'a Row>,
    /// Whether they go on with the table of the sheet before.
    goes_on: bool,
}

/// The sections that the rows of tables with a row for each defect make.
pub(super) fn read_defect_tables(
    rows: &[Row],
    names: &DefectNameIndex,
    joiner: &LineJoiner,
) -> Vec<SectionBuilder> {
    let mut out = Sections::default();
    let mut columns: Vec<Column> = Vec::new();
    let mut head: Option<&str> = None;
    // A table starts at each head; one that is repeated on the next sheet goes on.
    for table in rows.chunk_by(|_, next| !is_defect_table_header(next)) {
        for sheet in sheets(table) {
            let header = sheet.first().filter(|row| is_defect_table_header(row));
            let body: &[Row] =
                if header.is_some() { sheet.get(1..).unwrap_or_default() } else { sheet };
            let lines: Vec<&PrintedLine> = body.iter().flat_map(|row| &row.segments).collect();
            let ranges = column_ranges(&lines);
            let goes_on = header.is_none_or(|header| head == Some(&header.text));
            if let Some(header) = header {
                head = Some(&header.text);
                columns = header_of_columns(header, &ranges).into_iter().map(column).collect();
                choose_defect_column(&mut columns, header, &ranges);
            }
            if columns.len() != ranges.len() {
                columns.clear();
                continue;
            }
            let place = Place { header, goes_on };
            read_sheet(&mut out, (body, place), &columns, &ranges, (names, joiner));
        }
    }
    out.sections
}

fn column(head: Option<&PrintedLine>) -> Column {
    let Some(head) = head else { return Column::Ignored };
    let text = split_marker(&head.line.text).1.to_owned();
    match role(&head.line.text) {
        Some(Role::Defect) => Column::Defect,
        Some(Role::Part(kind)) => Column::Part(kind, text),
        Some(Role::MaybeDefect) => Column::Part(StatementKind::Symptom, text),
        None => Column::Ignored,
    }
}

/// Where no column surely names defects, the first that may does.
fn choose_defect_column(columns: &mut [Column], header: &Row, ranges: &[(f64, f64)]) {
    if columns.contains(&Column::Defect) {
        return;
    }
    let heads = header_of_columns(header, ranges);
    let may = |head: &Option<&PrintedLine>| {
        head.is_some_and(|head| role(&head.line.text) == Some(Role::MaybeDefect))
    };
    if let Some(column) = heads.iter().position(may).and_then(|at| columns.get_mut(at)) {
        *column = Column::Defect;
    }
}

fn read_sheet(
    out: &mut Sections,
    (body, place): (&[Row], Place<'_>),
    columns: &[Column],
    ranges: &[(f64, f64)],
    (names, joiner): (&DefectNameIndex, &LineJoiner),
) {
    let mut cells = Cells::new(body, columns, ranges);
    let of_kind = |wanted: fn(&Column) -> bool| -> Vec<&PrintedLine> {
        let columns = cells.columns.iter().filter(|cells| wanted(cells.column));
        columns.flat_map(|cells| cells.lines.iter().copied()).collect()
    };
    // 〃 goes on with the defect above, as an empty cell does.
    let mut named = of_kind(|column| *column == Column::Defect);
    named.retain(|line| !is_ditto(&line.line.text));
    let texts = of_kind(|column| matches!(column, Column::Part(..)));
    let anchors = if cells.separation.clipped {
        clipped_anchors(&named, joiner)
    } else {
        printed_anchors(&named, &texts, (line_pitch(body), place), (names, joiner))
    };
    // What stands above the first name goes on from the sheet before.
    let first = anchors.first().map_or(f64::INFINITY, |anchor| anchor.top);
    if let Some(last) = out.sections.last_mut()
        && place.goes_on
    {
        cells.push(last, (f64::NEG_INFINITY, first));
    }
    for anchor in &anchors {
        let defect = names.find(&anchor.name).map(|named| named.code);
        let several = names.find_several(&anchor.name);
        if defect.is_none() && !several.is_empty() {
            let mut section = SectionBuilder::new(anchor.name.clone(), None, anchor.page);
            cells.push(&mut section, (anchor.top, anchor.bottom));
            out.push_for_each(&section, several);
            continue;
        }
        if let Some(section) = out.section_of(&anchor.name, defect, anchor.page) {
            cells.push(section, (anchor.top, anchor.bottom));
        }
    }
}

/// The sections read so far.
#[derive(Default)]
struct Sections {
    sections: Vec<SectionBuilder>,
    /// Place of a section by the code of its defect, or by its name without spaces.
    places: HashMap<String, usize>,
}

impl Sections {
    /// The section of a defect, a new one where there is none.
    fn section_of(
        &mut self,
        name: &str,
        defect: Option<DefectCode>,
        page: u32,
    ) -> Option<&mut SectionBuilder> {
        let key = defect.as_ref().map_or_else(|| words(name).concat(), |code| format!("{code} "));
        let at = *self.places.entry(key).or_insert(self.sections.len());
        if at == self.sections.len() {
            self.sections.push(SectionBuilder::new(name.to_owned(), defect, page));
        }
        self.sections.get_mut(at)
    }

    /// Adds the statements of `section` to those of each of the `defects` that its name lists.
    fn push_for_each(&mut self, section: &SectionBuilder, defects: Vec<DefectCode>) {
        for defect in defects {
            let own = self.section_of(&section.heading, Some(defect), section.page);
            if let Some(own) = own {
                own.causes.extend(section.causes.iter().cloned());
                own.actions.extend(section.actions.iter().cloned());
                own.parts.extend(section.parts.iter().cloned());
            }
        }
    }
}

/// The lines of each column of a sheet.
struct Cells<'a> {
    columns: Vec<ColumnCells<'a>>,
    separation: RowSeparation,
}

/// The lines of a column, from top to bottom.
struct ColumnCells<'a> {
    column: &'a Column,
    /// Right end in points.
    right: f64,
    lines: Vec<&'a PrintedLine>,
    /// The lines before this one stand above the defect being read.
    from: usize,
}

impl<'a> Cells<'a> {
    fn new(body: &'a [Row], columns: &'a [Column], ranges: &[(f64, f64)]) -> Self {
        let cells = |(column, (left, right)): (&'a Column, &(f64, f64))| {
            let lines = body.iter().flat_map(|row| &row.segments);
            let is_in = |line: &&PrintedLine| {
                (*left..=*right).contains(&f64::midpoint(line.left, line.right))
            };
            ColumnCells { column, right: *right, lines: lines.filter(is_in).collect(), from: 0 }
        };
        let columns = columns.iter().zip(ranges).map(cells).collect();
        Self { columns, separation: RowSeparation::of(body) }
    }

    /// Appends the cells beside a defect's name to its section. Names come from top to bottom.
    fn push(&mut self, section: &mut SectionBuilder, (top, bottom): (f64, f64)) {
        let Self { columns, separation } = self;
        let range = |line: &PrintedLine| match line.clip.filter(|_| separation.clipped) {
            Some(clip) => (clip.top, clip.bottom),
            None => (line.baseline, line.baseline),
        };
        for cells in columns {
            let Column::Part(kind, label) = cells.column else { continue };
            let is_above = |line: &&PrintedLine| {
                let (_, end) = range(line);
                end < top || separation.clipped && end < top + MIN_OVERLAP_PT
            };
            let above = cells.lines.iter().skip(cells.from).take_while(|line| is_above(line));
            cells.from += above.count();
            let beside = cells
                .lines
                .iter()
                .skip(cells.from)
                .copied()
                .take_while(|line| range(line).0 < bottom)
                .filter(|line| !is_above(line));
            match kind {
                StatementKind::Cause => {
                    separation.push_statements(beside, cells.right, &mut section.causes);
                }
                StatementKind::Action => {
                    separation.push_statements(beside, cells.right, &mut section.actions);
                }
                kind => {
                    let mut beside = beside.peekable();
                    let Some(page) = beside.peek().map(|line| line.line.page) else { continue };
                    let known = section.parts.iter().position(|part| part.label == *label);
                    let at = known.unwrap_or(section.parts.len());
                    if known.is_none() {
                        let (label, statements) = (label.clone(), Vec::new());
                        section.parts.push(PartBuilder { label, kind: *kind, page, statements });
                    }
                    if let Some(part) = section.parts.get_mut(at) {
                        separation.push_statements(beside, cells.right, &mut part.statements);
                    }
                }
            }
        }
    }
}

/// The names in cells with rectangles. A row without a name continues the defect above.
fn clipped_anchors(lines: &[&PrintedLine], joiner: &LineJoiner) -> Vec<Anchor> {
    let mut tops: Vec<(f64, f64, Vec<&PrintedLine>)> = Vec::new();
    for line in lines {
        let Some(clip) = line.clip else { continue };
        let last = tops.last_mut();
        match last.filter(|(top, ..)| (*top - clip.top).abs() < MIN_OVERLAP_PT) {
            Some((_, bottom, lines)) => {
                *bottom = bottom.max(clip.bottom);
                lines.push(line);
            }
            None => tops.push((clip.top, clip.bottom, vec![line])),
        }
    }
    tops.sort_by(|a, b| a.0.total_cmp(&b.0));
    let next: Vec<f64> = tops.iter().skip(1).map(|(top, ..)| *top).chain([f64::INFINITY]).collect();
    let anchor = |((top, _, lines), bottom): ((f64, f64, Vec<&PrintedLine>), f64)| Anchor {
        name: joined(&lines, joiner),
        page: lines.first().map_or(1, |line| line.line.page),
        top,
        bottom,
    };
    tops.into_iter().zip(next).map(anchor).collect()
}

fn joined(lines: &[&PrintedLine], joiner: &LineJoiner) -> String {
    let fragment = |line: &&PrintedLine| Fragment {
        text: split_marker(&line.line.text).1.to_owned(),
        ends_in_space: line.ends_in_space,
    };
    joiner.join(&lines.iter().map(fragment).collect::<Vec<_>>())
}

/// The names in printed cells without rectangles: at the top of their cells, or in the vertical
/// middle.
fn printed_anchors(
    lines: &[&PrintedLine],
    texts: &[&PrintedLine],
    (pitch, place): (f64, Place<'_>),
    (names, joiner): (&DefectNameIndex, &LineJoiner),
) -> Vec<Anchor> {
    let mut groups: Vec<Vec<&PrintedLine>> = Vec::new();
    for line in lines {
        let before = groups.last().and_then(|group| group.last());
        let near = before.is_some_and(|above| {
            line.baseline - above.baseline
                <= SAME_NAME_PITCHES * pitch.max(f64::from(line.line.font_size_pt))
        });
        let beside = texts.iter().any(|text| (text.baseline - line.baseline).abs() < 1.0);
        let starts = names.find(&line.line.text).is_some() && !line.line.text.starts_with('(')
            || before.is_some() && beside && names.find(&line.line.text).is_some();
        match groups.last_mut() {
            Some(group) if near && !starts => group.push(line),
            _ => groups.push(vec![line]),
        }
    }
    let middle = |group: &Vec<&PrintedLine>| {
        let first = group.first().map_or(0.0, |line| line.baseline);
        f64::midpoint(first, group.last().map_or(first, |line| line.baseline))
    };
    let first_of = |group: &Vec<&PrintedLine>| group.first().map_or(0.0, |line| line.baseline);
    let tops: HashSet<i64> = texts.iter().map(|text| text.baseline.round() as i64).collect();
    let at_top = groups.iter().all(|group| tops.contains(&(first_of(group).round() as i64)))
        && (place.goes_on
            || texts
                .iter()
                .all(|t| groups.first().is_none_or(|g| t.baseline >= first_of(g) - 1.0)));
    let mut edges: Vec<f64> = Vec::new();
    if at_top {
        edges.extend(groups.iter().map(|group| first_of(group) - 1.0));
    } else {
        // Cells are as high above the middle as below it.
        let highest = texts.iter().map(|t| t.baseline).fold(f64::INFINITY, f64::min);
        let mut edge = place.header.map_or(highest, |header| {
            let top = header.baseline;
            f64::midpoint(top, highest.max(top))
        });
        for pair in groups.windows(2) {
            edges.push(edge);
            let [above, below] = pair else { continue };
            let own = 2.0 * middle(above) - edge;
            let between = texts.iter().map(|t| t.baseline);
            edge = nearest_gap(own, (middle(above), middle(below)), between.collect());
        }
        edges.push(edge);
    }
    let ends = edges.iter().skip(1).copied().chain([f64::INFINITY]).collect::<Vec<_>>();
    let anchor = |((group, top), bottom): ((&Vec<&PrintedLine>, f64), f64)| Anchor {
        name: joined(group, joiner),
        page: group.first().map_or(1, |line| line.line.page),
        top,
        bottom,
    };
    groups.iter().zip(edges).zip(ends).map(anchor).collect()
}

/// The edge between two cells: the middle of the gap between lines that is nearest to `expected`, and
/// between the middles of both cells.
fn nearest_gap(expected: f64, (above, below): (f64, f64), mut lines: Vec<f64>) -> f64 {
    lines.retain(|y| (above - 1.0..=below + 1.0).contains(y));
    lines.extend([above, below]);
    lines.sort_by(f64::total_cmp);
    let gaps = lines.windows(2).filter_map(|pair| {
        let (a, b) = (*pair.first()?, *pair.last()?);
        (b - a > 1.0).then_some(f64::midpoint(a, b))
    });
    gaps.min_by(|a, b| (a - expected).abs().total_cmp(&(b - expected).abs())).unwrap_or(expected)
}
