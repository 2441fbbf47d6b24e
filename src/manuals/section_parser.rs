//! Parser of a manual's rows: recognises headings, sub-headings, statements and tables.

use fettle_domain::{DefectCode, ManualWarning, StatementKind};

use super::cause_action_table::{self, CauseActionTable};
use super::defect_names::DefectNameIndex;
use super::headings::{is_summary_title, is_table_header, sub_heading};
use super::line_joining::{Fragment, LineJoiner};
use super::list_marker::{ListMarker, split_marker};
use super::rows::Row;
use super::section_builder::{SectionBuilder, StatementBuilder};

/// The least ratio of a heading's font size to that of body text, where headings are larger.
const HEADING_SCALE: f64 = 1.08;
const MAX_HEADING_CHARS: usize = 80;
/// The most rows from a section's heading to its first sub-heading.
const HEADING_REACH: usize = 3;
/// A line that ends within this many ems of the right margin is full.
const FULL_LINE_EM: f64 = 2.0;
/// Lines further apart than this (in ems) belong to different paragraphs.
const MAX_LEADING_EM: f64 = 2.0;

/// Whether the current row belongs to the summary table.
#[derive(Clone, Copy, PartialEq)]
enum SummaryState {
    Outside,
    /// Below the title or the header row of the table.
    Known,
    /// Assumed because of rows with three cells or more.
    Guessed,
}

/// The parts of a manual that the parser recognised.
pub(super) struct ParsedRows {
    pub(super) sections: Vec<SectionBuilder>,
    /// Rows of the summary table.
    pub(super) summary: Vec<Row>,
    pub(super) warnings: Vec<ManualWarning>,
    pub(super) joiner: LineJoiner,
}

/// Reads rows from top to bottom.
pub(super) struct SectionParser<'a> {
    rows: &'a [Row],
    names: DefectNameIndex,
    /// Font size of body text in points.
    body_size: f64,
    body_bold: bool,
    /// Right end of the longest row in points.
    margin: f64,
    joiner: LineJoiner,
    /// Finished sections.
    sections: Vec<SectionBuilder>,
    /// The section being read.
    section: Option<SectionBuilder>,
    /// Rows of a table of causes and actions in that section.
    cause_action_rows: Vec<Row>,
    summary_state: SummaryState,
    summary: Vec<Row>,
    warnings: Vec<ManualWarning>,
}

impl<'a> SectionParser<'a> {
    pub(super) fn new(rows: &'a [Row], names: DefectNameIndex) -> Self {
        // Size and weight of body text are those of most characters.
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
            joiner: LineJoiner::new(
                rows.iter().any(Row::ends_in_space),
                rows.iter().map(|row| row.text.as_str()),
            ),
            sections: Vec::new(),
            section: None,
            cause_action_rows: Vec::new(),
            summary_state: SummaryState::Outside,
            summary: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Parses all rows.
    pub(super) fn parse(mut self) -> ParsedRows {
        for at in 0..self.rows.len() {
            self.read_row(at);
        }
        self.finish_cause_action_table();
        self.sections.extend(self.section.take());
        let Self { sections, summary, warnings, joiner, .. } = self;
        ParsedRows { sections, summary, warnings, joiner }
    }

    fn read_row(&mut self, at: usize) {
        let Some(row) = self.rows.get(at) else { return };
        if self.is_in_cause_action_table(at, row) {
            self.cause_action_rows.push(row.clone());
            return;
        }
        if self.is_in_summary(at, row) {
            self.summary.push(row.clone());
            return;
        }
        if is_summary_title(split_marker(&row.text).1) && self.is_title(row) {
            self.summary_state = SummaryState::Known;
            self.sections.extend(self.section.take());
            return;
        }
        if let Some((kind, rest)) = self.sub_heading_at(at) {
            self.start_kind(row, kind, rest);
        } else if !self.extends_heading(at) && !self.start_section(at) {
            self.start_or_continue_statement(row);
        }
    }

    /// Whether the row belongs to a table of causes and actions below the section's heading.
    fn is_in_cause_action_table(&mut self, at: usize, row: &Row) -> bool {
        let Some(first) = self.cause_action_rows.first() else {
            let is_empty =
                |section: &SectionBuilder| section.causes.is_empty() && section.actions.is_empty();
            let is_possible = self.summary_state == SummaryState::Outside
                && self.section.as_ref().is_some_and(is_empty);
            return is_possible && cause_action_table::starts_table(row);
        };
        let ends = row.segments.len() == 1
            && !cause_action_table::is_label(row, first, self.rows.get(at + 1))
            && (sub_heading(&row.text).is_some_and(|(_, rest)| rest.is_none())
                || is_summary_title(&row.text)
                || self.heading_at(at).is_some());
        if ends || is_table_header(row.segments.iter().map(|s| s.line.text.as_str())) {
            self.finish_cause_action_table();
            return self.is_in_cause_action_table(at, row);
        }
        true
    }

    fn finish_cause_action_table(&mut self) {
        let rows = std::mem::take(&mut self.cause_action_rows);
        let Some(section) = &mut self.section else { return };
        if rows.is_empty() {
            return;
        }
        let CauseActionTable { causes, actions, unplaced } = cause_action_table::read_table(&rows);
        section.causes.extend(causes);
        section.actions.extend(actions);
        section.kind = None;
        self.warnings.extend(unplaced);
    }

    /// Whether the row belongs to the summary table.
    fn is_in_summary(&mut self, at: usize, row: &Row) -> bool {
        let cells = row.segments.len();
        if self.summary_state != SummaryState::Outside {
            let section_starts = cells == 1
                && self.sub_heading_at(at + 1).is_some()
                && self.rows.get(at + 1).is_some_and(|next| next.segments.len() == 1)
                && self.heading_at(at).is_some();
            let text_resumes = self.summary_state == SummaryState::Guessed
                && cells == 1
                && (split_marker(&row.text).0.is_some() || sub_heading(&row.text).is_some());
            if section_starts || text_resumes {
                self.summary_state = SummaryState::Outside;
            }
        } else if cells >= 3 {
            let has_header = is_table_header(row.segments.iter().map(|s| s.line.text.as_str()));
            self.summary_state =
                if has_header { SummaryState::Known } else { SummaryState::Guessed };
        }
        self.summary_state != SummaryState::Outside
    }

    /// Whether the row may be a title: it stands out, or is no wrapped line of a statement.
    fn is_title(&self, row: &Row) -> bool {
        self.stands_out(row) || !self.is_indented(row)
    }

    /// Whether the row is larger than body text, or bold among regular text.
    fn stands_out(&self, row: &Row) -> bool {
        row.size >= self.body_size * HEADING_SCALE || (row.bold && !self.body_bold)
    }

    /// Whether the row is indented from the marker of the statement before, as wrapped lines are.
    fn is_indented(&self, row: &Row) -> bool {
        let last = self.section.as_ref().and_then(SectionBuilder::last);
        last.is_some_and(|statement| {
            statement.has_marker && row.left > statement.left + 0.5 * row.size
        })
    }

    /// The kind of the sub-heading at row `at`, and the text after its colon.
    fn sub_heading_at(&self, at: usize) -> Option<(StatementKind, Option<&'a str>)> {
        let row = self.rows.get(at)?;
        if let Some(kind) = cause_action_table::label_kinds(row).first() {
            return Some((*kind, None));
        }
        let (marker, text) = split_marker(&row.text);
        // In `… 및 시정 | 조치` the last word of a wrapped line looks like a sub-heading.
        let wrapped = marker.is_none() && self.is_indented(row) && !self.stands_out(row);
        if wrapped { None } else { sub_heading(text) }
    }

    fn start_kind(&mut self, row: &Row, kind: StatementKind, rest: Option<&str>) {
        let Some(section) = &mut self.section else {
            self.warnings.push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() });
            return;
        };
        section.kind = Some(kind);
        if let Some(rest) = rest {
            section.statements_mut(kind).push(StatementBuilder::new(row, rest, false));
        }
    }

    /// Appends the row to the heading if it is the second line of a wrapped heading.
    fn extends_heading(&mut self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else { return false };
        let stands_out = self.stands_out(row);
        let next = self.sub_heading_at(at + 1).is_some();
        let previous = at.checked_sub(1).and_then(|i| self.rows.get(i));
        let Some(section) = &mut self.section else { return false };
        if !(section.kind.is_none() && section.heading_row + 1 == at && stands_out && next) {
            return false;
        }
        let fragments = [
            Fragment {
                text: section.heading.clone(),
                ends_in_space: previous.is_some_and(Row::ends_in_space),
            },
            Fragment { text: row.text.clone(), ends_in_space: false },
        ];
        section.heading = self.joiner.join(&fragments);
        section.heading_row = at;
        if section.defect.is_none() {
            section.defect = self.names.find(&section.heading).map(|named| named.code);
        }
        true
    }

    /// Starts a section if row `at` is a heading.
    fn start_section(&mut self, at: usize) -> bool {
        let (Some(row), Some((heading, defect))) = (self.rows.get(at), self.heading_at(at)) else {
            return false;
        };
        // `hole (continued)` at the top of the next page continues the section.
        if let Some(section) = &mut self.section
            && defect.is_some()
            && section.defect == defect
        {
            section.heading_row = at;
            return true;
        }
        self.sections.extend(self.section.take());
        self.section = Some(SectionBuilder {
            heading,
            heading_row: at,
            defect,
            page: row.page,
            kind: None,
            causes: Vec::new(),
            actions: Vec::new(),
        });
        true
    }

    /// The text of the section heading at row `at` and the defect that the heading names.
    fn heading_at(&self, at: usize) -> Option<(String, Option<DefectCode>)> {
        let row = self.rows.get(at)?;
        let (marker, text) = split_marker(&row.text);
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !"([【".contains(c));
        if text.is_empty()
            || row.segments.len() >= 3
            || text.chars().count() > MAX_HEADING_CHARS
            || sub_heading(text).is_some()
        {
            return None;
        }
        let stands_out = self.stands_out(row);
        let next = self.sub_heading_at(at + 1).map(|(kind, _)| kind);
        let soon = (at + 1..=at + HEADING_REACH).any(|i| self.sub_heading_at(i).is_some());
        // A heading may start with a square or the like, but not with the bullet of a list item.
        let is_item = match next {
            Some(StatementKind::Cause) => !stands_out && self.names.find(text).is_none(),
            Some(StatementKind::Action) => !stands_out,
            None => true,
        };
        if marker == Some(ListMarker::Bullet) && is_item {
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
        // A heading above causes whose defect the product does not have.
        let kind = self.section.as_ref().and_then(|section| section.kind);
        let starts = match next? {
            StatementKind::Cause => true,
            StatementKind::Action => kind != Some(StatementKind::Cause),
        };
        let is_separate =
            stands_out || self.section.as_ref().is_none_or(|section| !self.continues(section, row));
        (starts && !wrapped && is_separate).then(|| (text.to_owned(), None))
    }

    fn start_or_continue_statement(&mut self, row: &Row) {
        let (marker, text) = split_marker(&row.text);
        let continues = marker.is_none()
            && self.section.as_ref().is_some_and(|section| self.continues(section, row));
        let kind = self.section.as_ref().and_then(|section| section.kind);
        let (Some(section), Some(kind)) = (&mut self.section, kind) else {
            self.warnings.push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() });
            return;
        };
        let statements = section.statements_mut(kind);
        match statements.last_mut() {
            Some(last) if continues => last.push_line(row, text),
            // In a bulleted list, a line with neither bullet nor indentation is no statement.
            Some(last) if last.has_marker && marker.is_none() => self
                .warnings
                .push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() }),
            _ => statements.push(StatementBuilder::new(row, text, marker.is_some())),
        }
    }

    /// Whether `row` is a wrapped line of the statement being read.
    fn continues(&self, section: &SectionBuilder, row: &Row) -> bool {
        let Some(last) = section.last() else { return false };
        if last.has_marker && row.left > last.left + 0.5 * row.size {
            return true;
        }
        let near =
            last.sheet != row.sheet || row.baseline - last.baseline <= MAX_LEADING_EM * row.size;
        let full = last.right >= last.margin.unwrap_or(self.margin) - FULL_LINE_EM * row.size;
        near && full
    }
}
