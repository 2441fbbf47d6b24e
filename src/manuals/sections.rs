//! Printed lines → sections with causes and actions.

use std::collections::HashSet;
use std::path::Path;

use fettle_domain::{
    DefectCode, DefectType, ManualFormat, ManualText, ManualWarning, Section, StatementKind,
};

use super::beside::{self, Beside};
use super::error::Result;
use super::file::{Pages, read_bytes, read_pages};
use super::headings::{is_summary_title, is_table_heading, sub_heading};
use super::marker::{self, Marker};
use super::names::Names;
use super::open_section::{Draft, Open};
use super::rows::{Row, rows, without_furniture};
use super::table;
use super::wrap::{Piece, Wraps};

/// Raised whenever the same file would be read differently; what was stored under an
/// older version is read again.
pub const PARSER_VERSION: u32 = 3;

/// Reads the manual at `path`. `defects` are the product's: their names find the
/// sections.
///
/// # Errors
/// See [`super::ManualsError`]. What can be read but not placed is no error; it is in
/// [`ManualText::warnings`].
pub fn read(path: &Path, defects: &[DefectType]) -> Result<ManualText> {
    Ok(structure(read_pages(path)?, defects))
}

/// As [`read`], of a file that was read already.
///
/// # Errors
/// See [`super::ManualsError`].
pub fn parse(path: &Path, bytes: &[u8], defects: &[DefectType]) -> Result<ManualText> {
    Ok(structure(read_bytes(path, bytes)?, defects))
}

/// A heading is larger than the text by this factor, if it is larger.
const HEADING_SCALE: f64 = 1.08;
const LONGEST_HEADING_CHARS: usize = 80;
/// How many rows may stand between a section's heading and its first sub-heading.
const HEADING_REACH: usize = 3;
/// A line that ends within this many ems of the right margin was full.
const FULL_LINE_EM: f64 = 2.0;
/// Lines further apart than this (ems) belong to different paragraphs.
const WIDEST_LEADING_EM: f64 = 2.0;

pub(super) fn structure(pages: Pages, defects: &[DefectType]) -> ManualText {
    let page_count = pages.page_count;
    let printed: HashSet<u32> = pages.lines.iter().map(|line| line.line.page).collect();
    let has_pages = pages.format == ManualFormat::Pdf;
    let rows = rows(pages.lines);
    let rows = if has_pages { without_furniture(rows) } else { rows };
    let mut reader = Reader::new(&rows, Names::new(defects));
    for at in 0..rows.len() {
        reader.take(at);
    }
    let Reader { sections, summary, mut warnings, wraps, .. } = reader.finished();

    let mut taken = HashSet::new();
    let sections: Vec<Section> =
        sections.into_iter().map(|open| open.close(&mut taken, &wraps)).collect();
    for section in &sections {
        if section.causes.is_empty() || section.actions.is_empty() {
            warnings.push(ManualWarning::Incomplete { heading: section.heading.clone() });
        }
    }
    for defect in defects {
        if !sections.iter().any(|section| section.defect.as_ref() == Some(&defect.code)) {
            warnings.push(ManualWarning::NoSection { defect: defect.code.clone() });
        }
    }
    warnings.extend(
        (1..=page_count)
            .filter(|page| has_pages && !printed.contains(page))
            .map(|page| ManualWarning::EmptyPage { page }),
    );
    let summary = table::read(&summary, &wraps);
    ManualText { page_count, sections, summary, warnings }
}

#[derive(Clone, Copy, PartialEq)]
enum Table {
    No,
    /// Under a title or a heading row that says so.
    Known,
    /// Guessed from rows of three cells and more.
    Guessed,
}

struct Reader<'a> {
    rows: &'a [Row],
    names: Names,
    body_size: f64,
    body_bold: bool,
    margin: f64,
    wraps: Wraps,
    sections: Vec<Open>,
    open: Option<Open>,
    /// Rows of a table of the open section's causes and actions.
    beside: Vec<Row>,
    table: Table,
    summary: Vec<Row>,
    warnings: Vec<ManualWarning>,
}

impl<'a> Reader<'a> {
    fn new(rows: &'a [Row], names: Names) -> Self {
        // The size and weight of most characters are the text's.
        let mut sizes: Vec<(f64, usize)> =
            rows.iter().map(|row| (row.size, row.text.chars().count())).collect();
        sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let all: usize = sizes.iter().map(|(_, n)| n).sum();
        let mut passed = 0;
        let median = sizes.iter().find(|(_, n)| {
            passed += n;
            passed * 2 >= all
        });
        let bold: usize =
            rows.iter().filter(|row| row.bold).map(|row| row.text.chars().count()).sum();
        Self {
            rows,
            names,
            body_size: median.map_or(10.0, |(size, _)| *size),
            body_bold: bold * 2 > all,
            margin: rows.iter().map(|row| row.right).fold(0.0, f64::max),
            wraps: Wraps::new(
                rows.iter().any(Row::ends_in_space),
                rows.iter().map(|row| row.text.as_str()),
            ),
            sections: Vec::new(),
            open: None,
            beside: Vec::new(),
            table: Table::No,
            summary: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn finished(mut self) -> Self {
        self.end_table_of_section();
        self.sections.extend(self.open.take());
        self
    }

    fn take(&mut self, at: usize) {
        let Some(row) = self.rows.get(at) else { return };
        if self.in_table_of_section(at, row) {
            self.beside.push(row.clone());
            return;
        }
        if self.in_table(at, row) {
            self.summary.push(row.clone());
            return;
        }
        if is_summary_title(marker::split(&row.text).1) && self.is_title(row) {
            self.table = Table::Known;
            self.sections.extend(self.open.take());
            return;
        }
        if let Some((kind, rest)) = self.sub_heading_at(at) {
            self.begin_part(row, kind, rest);
        } else if !self.extends_heading(at) && !self.begin_section(at) {
            self.begin_or_continue_statement(row);
        }
    }

    /// Causes beside actions, below the section's heading.
    fn in_table_of_section(&mut self, at: usize, row: &Row) -> bool {
        let Some(first) = self.beside.first() else {
            let empty = |open: &Open| open.causes.is_empty() && open.actions.is_empty();
            let may = self.table == Table::No && self.open.as_ref().is_some_and(empty);
            return may && beside::begins(row);
        };
        let ends = row.segments.len() == 1
            && !beside::is_label(row, first, self.rows.get(at + 1))
            && (sub_heading(&row.text).is_some_and(|(_, rest)| rest.is_none())
                || is_summary_title(&row.text)
                || self.heading_at(at).is_some());
        if ends || is_table_heading(row.segments.iter().map(|s| s.line.text.as_str())) {
            self.end_table_of_section();
            return self.in_table_of_section(at, row);
        }
        true
    }

    fn end_table_of_section(&mut self) {
        let rows = std::mem::take(&mut self.beside);
        let Some(open) = &mut self.open else { return };
        if rows.is_empty() {
            return;
        }
        let Beside { causes, actions, unplaced } = beside::read(&rows);
        open.causes.extend(causes);
        open.actions.extend(actions);
        open.part = None;
        self.warnings.extend(unplaced);
    }

    fn in_table(&mut self, at: usize, row: &Row) -> bool {
        let cells = row.segments.len();
        if self.table != Table::No {
            let section_begins = cells == 1
                && self.sub_heading_at(at + 1).is_some()
                && self.rows.get(at + 1).is_some_and(|next| next.segments.len() == 1)
                && self.heading_at(at).is_some();
            let text_resumes = self.table == Table::Guessed
                && cells == 1
                && (marker::split(&row.text).0.is_some() || sub_heading(&row.text).is_some());
            if section_begins || text_resumes {
                self.table = Table::No;
            }
        } else if cells >= 3 {
            let known = is_table_heading(row.segments.iter().map(|s| s.line.text.as_str()));
            self.table = if known { Table::Known } else { Table::Guessed };
        }
        self.table != Table::No
    }

    /// A title stands out, or at least is no wrapped line of a statement.
    fn is_title(&self, row: &Row) -> bool {
        self.stands_out(row) || !self.is_indented(row)
    }

    fn stands_out(&self, row: &Row) -> bool {
        row.size >= self.body_size * HEADING_SCALE || (row.bold && !self.body_bold)
    }

    /// Set in from the bullet of the statement before it: a wrapped line of it.
    fn is_indented(&self, row: &Row) -> bool {
        let last = self.open.as_ref().and_then(Open::last);
        last.is_some_and(|draft| draft.marked && row.left > draft.left + 0.5 * row.size)
    }

    fn sub_heading_at(&self, at: usize) -> Option<(StatementKind, Option<&'a str>)> {
        let row = self.rows.get(at)?;
        if let Some(kind) = beside::kinds(row).first() {
            return Some((*kind, None));
        }
        let (marker, text) = marker::split(&row.text);
        // `… 및 시정 | 조치`: a sub-heading's word may also end a wrapped line.
        let wrapped = marker.is_none() && self.is_indented(row) && !self.stands_out(row);
        if wrapped { None } else { sub_heading(text) }
    }

    fn begin_part(&mut self, row: &Row, kind: StatementKind, rest: Option<&str>) {
        let Some(open) = &mut self.open else {
            self.warnings.push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() });
            return;
        };
        open.part = Some(kind);
        if let Some(rest) = rest {
            open.drafts(kind).push(Draft::new(row, rest, false));
        }
    }

    /// The second line of a heading that wraps.
    fn extends_heading(&mut self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else { return false };
        let stands_out = self.stands_out(row);
        let next = self.sub_heading_at(at + 1).is_some();
        let previous = at.checked_sub(1).and_then(|i| self.rows.get(i));
        let Some(open) = &mut self.open else { return false };
        if !(open.part.is_none() && open.heading_row + 1 == at && stands_out && next) {
            return false;
        }
        let pieces = [
            Piece {
                text: open.heading.clone(),
                ends_in_space: previous.is_some_and(Row::ends_in_space),
            },
            Piece { text: row.text.clone(), ends_in_space: false },
        ];
        open.heading = self.wraps.join(&pieces);
        open.heading_row = at;
        if open.defect.is_none() {
            open.defect = self.names.find(&open.heading).map(|named| named.code);
        }
        true
    }

    fn begin_section(&mut self, at: usize) -> bool {
        let (Some(row), Some((heading, defect))) = (self.rows.get(at), self.heading_at(at)) else {
            return false;
        };
        // `hole (continued)` at the top of the next page goes on with the same section.
        if let Some(open) = &mut self.open
            && defect.is_some()
            && open.defect == defect
        {
            open.heading_row = at;
            return true;
        }
        self.sections.extend(self.open.take());
        self.open = Some(Open {
            heading,
            heading_row: at,
            defect,
            page: row.page,
            part: None,
            causes: Vec::new(),
            actions: Vec::new(),
        });
        true
    }

    fn heading_at(&self, at: usize) -> Option<(String, Option<DefectCode>)> {
        let row = self.rows.get(at)?;
        let (marker, text) = marker::split(&row.text);
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !"([【".contains(c));
        if text.is_empty()
            || row.segments.len() >= 3
            || text.chars().count() > LONGEST_HEADING_CHARS
            || sub_heading(text).is_some()
        {
            return None;
        }
        let stands_out = self.stands_out(row);
        let next = self.sub_heading_at(at + 1).map(|(kind, _)| kind);
        let soon = (at + 1..=at + HEADING_REACH).any(|i| self.sub_heading_at(i).is_some());
        // Only a square or the like may stand before a heading, never a list's bullet.
        let is_item = match next {
            Some(StatementKind::Cause) => !stands_out && self.names.find(text).is_none(),
            Some(StatementKind::Action) => !stands_out,
            None => true,
        };
        if marker == Some(Marker::Bullet) && is_item {
            return None;
        }
        let wrapped = self.is_indented(row) && !stands_out;
        if let Some(named) = self.names.find(text) {
            let larger = row.size >= self.body_size * HEADING_SCALE;
            let by_look = stands_out && (soon || larger);
            let by_name = !wrapped && (next.is_some() || (named.exact && marker.is_none()));
            if by_look || by_name {
                return Some((text.to_owned(), Some(named.code)));
            }
        }
        // A defect that the product does not know, above its causes.
        let reading = self.open.as_ref().and_then(|open| open.part);
        let begins = match next? {
            StatementKind::Cause => true,
            StatementKind::Action => reading != Some(StatementKind::Cause),
        };
        let apart = stands_out || self.open.as_ref().is_none_or(|open| !self.continues(open, row));
        (begins && !wrapped && apart).then(|| (text.to_owned(), None))
    }

    fn begin_or_continue_statement(&mut self, row: &Row) {
        let (marker, text) = marker::split(&row.text);
        let goes_on =
            marker.is_none() && self.open.as_ref().is_some_and(|open| self.continues(open, row));
        let kind = self.open.as_ref().and_then(|open| open.part);
        let (Some(open), Some(kind)) = (&mut self.open, kind) else {
            self.warnings.push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() });
            return;
        };
        let drafts = open.drafts(kind);
        match drafts.last_mut() {
            Some(last) if goes_on => last.take(row, text),
            // Under bullets, a line with neither bullet nor indentation is no item.
            Some(last) if last.marked && marker.is_none() => self
                .warnings
                .push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() }),
            _ => drafts.push(Draft::new(row, text, marker.is_some())),
        }
    }

    /// Whether `row` is a wrapped line of the statement being read.
    fn continues(&self, open: &Open, row: &Row) -> bool {
        let Some(last) = open.last() else { return false };
        if last.marked && row.left > last.left + 0.5 * row.size {
            return true;
        }
        let near =
            last.sheet != row.sheet || row.baseline - last.baseline <= WIDEST_LEADING_EM * row.size;
        let full = last.right >= last.margin.unwrap_or(self.margin) - FULL_LINE_EM * row.size;
        near && full
    }
}
