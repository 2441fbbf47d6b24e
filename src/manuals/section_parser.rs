//! Parser of a manual's rows: recognises headings, labels of parts, statements and tables.

use fettle_domain::{ManualWarning, StatementKind};

use super::cause_action_table::{self, CauseActionTable};
use super::defect_names::DefectNameIndex;
use super::document_look::{DocumentLook, is_sentence};
use super::headings::{compact, is_summary_title, is_table_header, split_colon, sub_heading};
use super::line_joining::{Fragment, LineJoiner};
use super::list_marker::{ListMarker, list_number, marker_style, split_items, split_marker};
use super::part_labels::{covered, covered_about, is_denied, is_plain};
use super::rows::Row;
use super::section_builder::{SectionBuilder, StatementBuilder};
use super::table_header::{defect_field, is_defect_table_header, is_weak_header};
use super::words::words;

/// The longest heading that is recognised only by what follows it.
const MAX_LOOSE_HEADING_CHARS: usize = 60;
/// The most rows from a heading to a label that repeats its words.
const NAMED_BELOW_REACH: usize = 4;
/// The most rows below the head of a table in which a defect is named, if any is.
const DEFECT_CELL_REACH: usize = 4;
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

/// A row that belongs to no statement.
pub(super) struct SetAside {
    /// Heading of the section in which the row stands.
    pub(super) heading: Option<String>,
    pub(super) row: Row,
}

/// The parts of a manual that the parser recognised.
pub(super) struct ParsedRows {
    pub(super) sections: Vec<SectionBuilder>,
    /// Rows of the summary table and of tables with a row for each defect.
    pub(super) summary: Vec<Row>,
    pub(super) set_aside: Vec<SetAside>,
    pub(super) warnings: Vec<ManualWarning>,
    pub(super) joiner: LineJoiner,
}

/// Reads rows from top to bottom.
pub(super) struct SectionParser<'a> {
    pub(super) rows: &'a [Row],
    pub(super) names: &'a DefectNameIndex,
    pub(super) look: DocumentLook,
    /// Right end of the longest row in points.
    pub(super) margin: f64,
    joiner: LineJoiner,
    /// Finished sections.
    sections: Vec<SectionBuilder>,
    /// The section being read.
    pub(super) section: Option<SectionBuilder>,
    /// Rows of a table of causes and actions in that section.
    cause_action_rows: Vec<Row>,
    summary_state: SummaryState,
    summary: Vec<Row>,
    pub(super) set_aside: Vec<SetAside>,
    pub(super) warnings: Vec<ManualWarning>,
    /// Index of the first row set aside since the last statement: perhaps a heading that looks like
    /// none.
    loose: Option<usize>,
}

impl<'a> SectionParser<'a> {
    pub(super) fn new(rows: &'a [Row], names: &'a DefectNameIndex) -> Self {
        Self {
            rows,
            names,
            look: DocumentLook::new(rows, names),
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
            set_aside: Vec::new(),
            warnings: Vec::new(),
            loose: None,
        }
    }

    /// Parses all rows.
    pub(super) fn parse(mut self) -> ParsedRows {
        for at in 0..self.rows.len() {
            self.read_row(at);
        }
        self.finish_cause_action_table();
        self.sections.extend(self.section.take());
        let Self { sections, summary, set_aside, warnings, joiner, .. } = self;
        ParsedRows { sections, summary, set_aside, warnings, joiner }
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
        if self.is_lead_in(at) {
            let heading = self.section.as_ref().map(|section| section.heading.clone());
            self.set_aside.push(SetAside { heading, row: row.clone() });
        } else if let Some((kind, rest)) = self.sub_heading_at(at) {
            self.start_part((at, row), kind, rest);
        } else if !self.extends_heading(at)
            && !self.start_section(at)
            && !self.start_unknown_part(at)
        {
            if self.is_sentence_above_list(at) {
                return self.set_aside(row.clone());
            }
            self.start_or_continue_statement(at, row);
        }
    }

    /// Whether the row belongs to a table of causes and actions below the section's heading.
    fn is_in_cause_action_table(&mut self, at: usize, row: &Row) -> bool {
        let Some(first) = self.cause_action_rows.first() else {
            let has_columns = cause_action_table::is_header(row);
            let is_possible = self.summary_state == SummaryState::Outside
                && self.section.as_ref().is_some_and(|s| has_columns || s.is_empty());
            return is_possible
                && cause_action_table::starts_table(row)
                && !self.starts_defect_table(at, row);
        };
        let left_table = row.is_outside_of_tables(first);
        let ends = row.segments.len() == 1
            && !cause_action_table::is_label(row, first, self.rows.get(at + 1))
            && (sub_heading(&row.text).is_some_and(|(_, rest)| rest.is_none())
                || is_summary_title(&row.text)
                || self.heading_at(at).is_some());
        let is_next = defect_field(row).is_some_and(|name| self.names.find(name).is_some());
        if left_table || ends || is_next || self.starts_defect_table(at, row) {
            self.finish_cause_action_table();
            return self.is_in_cause_action_table(at, row);
        }
        true
    }

    /// Whether the row is the head of a table with a row for each defect. Below the heading of a
    /// section, 현상 heads symptoms of its defect unless the cells below name defects.
    fn starts_defect_table(&self, at: usize, row: &Row) -> bool {
        let names_defect =
            |row: &Row| row.segments.iter().any(|cell| self.names.find(&cell.line.text).is_some());
        let below = || self.rows.iter().skip(at + 1).take(DEFECT_CELL_REACH);
        is_defect_table_header(row)
            && (!is_weak_header(row)
                || self.section.as_ref().is_none_or(|section| !section.is_empty())
                || below().any(names_defect))
    }

    fn finish_cause_action_table(&mut self) {
        let rows = std::mem::take(&mut self.cause_action_rows);
        let Some(section) = &mut self.section else { return };
        if rows.is_empty() {
            return;
        }
        let CauseActionTable { causes, actions, parts, unplaced } =
            cause_action_table::read_table(&rows);
        section.causes.extend(causes);
        section.actions.extend(actions);
        let is_unknown = |label: &str| covered(label).is_none() || is_denied(label);
        for part in parts.iter().filter(|part| is_unknown(&part.label)) {
            self.warnings.push(ManualWarning::UnknownPart {
                heading: section.heading.clone(),
                label: part.label.clone(),
                page: part.page,
            });
        }
        section.parts.extend(parts);
        section.kind = None;
        for row in unplaced {
            self.set_aside(row);
        }
    }

    /// Whether the row belongs to the summary table, or to a table with a row for each defect.
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
            let left_table = self.summary.last().is_some_and(|last| row.is_outside_of_tables(last));
            if section_starts || text_resumes || left_table {
                self.summary_state = SummaryState::Outside;
            }
        } else if self.starts_defect_table(at, row)
            || is_table_header(row.segments.iter().map(|s| s.line.text.as_str()))
        {
            self.summary_state = SummaryState::Known;
            let heads = || row.segments.iter().map(|segment| segment.line.text.clone());
            let heading = heads().next().unwrap_or_default();
            self.warnings.extend(heads().filter(|head| is_denied(head)).map(|label| {
                ManualWarning::UnknownPart { heading: heading.clone(), label, page: row.page }
            }));
        } else if cells >= 3 {
            self.summary_state = SummaryState::Guessed;
        }
        self.summary_state != SummaryState::Outside
    }

    /// Whether the row may be a title: it stands out, or is no wrapped line of a statement.
    fn is_title(&self, row: &Row) -> bool {
        self.look.stands_out(row) || !self.is_wrapped(row)
    }

    /// Whether the row is indented as wrapped lines of the statement before are.
    pub(super) fn is_wrapped(&self, row: &Row) -> bool {
        self.section.as_ref().is_some_and(|section| section.is_indented(row))
    }

    /// The kind of the label at row `at`, known by its words, and the text after its colon.
    pub(super) fn sub_heading_at(&self, at: usize) -> Option<(StatementKind, Option<&'a str>)> {
        let row = self.rows.get(at)?;
        if self.starts_defect_table(at, row) {
            return None;
        }
        if let Some(kind) = cause_action_table::label_kinds(row).first() {
            return Some((*kind, None));
        }
        let (marker, text) = split_marker(&row.text);
        // In `… 및 시정 | 조치` the last word of a wrapped line looks like a label.
        let wrapped = marker.is_none() && self.is_wrapped(row) && !self.look.stands_out(row);
        if wrapped || self.is_item_of_list(row) {
            return None;
        }
        // A whole line may name the section's defect, too: *Causes of porosity*.
        sub_heading(text).or_else(|| Some((covered_about(text, &self.subject())?, None)))
    }

    /// The words of the section's heading and of the names of its defect.
    fn subject(&self) -> Vec<String> {
        let mut subject = Vec::new();
        if let Some(section) = &self.section {
            subject.extend(words(&section.heading));
            subject.extend(section.defect.iter().flat_map(|defect| self.names.words_of(defect)));
        }
        // Perhaps the heading of the next section.
        let loose = self.loose.and_then(|at| self.rows.get(at));
        subject.extend(loose.into_iter().flat_map(|row| words(&row.text)));
        subject
    }

    /// Whether the row is an item of the list being read, as `• 재작업 실시` is, although its words are
    /// those of labels.
    fn is_item_of_list(&self, row: &Row) -> bool {
        let (marker, text) = split_marker(&row.text);
        let last = self.section.as_ref().and_then(SectionBuilder::last);
        let same = marker.is_some()
            && last.is_some_and(|last| {
                last.marker == marker_style(&row.text) && (last.left - row.left).abs() < row.size
            });
        let is_first = marker == Some(ListMarker::Bullet) && last.is_none();
        (same || is_first)
            && !self.look.looks_like_labels(row)
            && !self.look.stands_out(row)
            && !is_plain(split_colon(text).map_or(text, |(head, _)| head))
    }

    fn start_part(&mut self, (at, row): (usize, &Row), kind: StatementKind, rest: Option<&str>) {
        self.start_section_at_loose_row(kind);
        let Some(section) = &mut self.section else {
            self.set_aside(row.clone());
            return;
        };
        let (_, text) = split_marker(&row.text);
        let label = match rest {
            Some(_) => split_colon(text).map_or(text, |(head, _)| head),
            None => text,
        };
        let label = label.trim_end_matches([':', '：']);
        section.start_part(kind, label, row.page);
        if kind == StatementKind::Other && is_denied(label) {
            let (heading, label) = (section.heading.clone(), label.to_owned());
            self.warnings.push(ManualWarning::UnknownPart { heading, label, page: row.page });
        }
        (section.label_row, section.label_size) = (at, row.size);
        if let (Some(rest), Some(statements)) = (rest, section.statements_mut(kind)) {
            let items = split_items(rest).into_iter().map(|item| split_marker(item).1);
            statements.extend(items.map(|item| StatementBuilder::new(row, item, None)));
        }
    }

    /// Whether a label soon below names what the row says, as a heading: `흑줄` above `흑줄의 원인`.
    fn is_named_below(&self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else { return false };
        let own = words(split_marker(&row.text).1);
        row.segments.len() == 1
            && row.text.chars().count() <= MAX_LOOSE_HEADING_CHARS
            && self.rows.iter().skip(at + 1).take(NAMED_BELOW_REACH).any(|below| {
                let (marker, text) = split_marker(&below.text);
                marker != Some(ListMarker::Bullet)
                    && sub_heading(text).is_none()
                    && covered_about(text, &own).is_some()
            })
    }

    /// Whether the row has a number that the list being read is past: `2.` after `3.`
    fn breaks_numbering(&self, row: &Row) -> bool {
        let last = self.section.as_ref().and_then(SectionBuilder::last);
        let number = list_number(&row.text).filter(|number| *number > 1);
        last.is_some_and(|last| {
            last.marker.is_some()
                && last.marker == marker_style(&row.text)
                && number.zip(last.number).is_some_and(|(number, before)| number <= before)
        })
    }

    /// Notes a row that belongs to no statement: the last that is no sentence, or that names a defect.
    fn note_loose_row(&mut self, at: usize, text: &str) {
        let is_name =
            |at: usize| self.rows.get(at).is_some_and(|row| self.names.find(&row.text).is_some());
        let is_title = !is_sentence(text)
            && !text.trim_end().ends_with(['?', '？'])
            && text.chars().count() <= MAX_LOOSE_HEADING_CHARS;
        if is_title && (is_name(at) || !self.loose.is_some_and(is_name)) {
            self.loose = Some(at);
        }
    }

    /// Where a part begins outside of sections, or anew that the section has, after a line that
    /// belongs nowhere, that line was the heading of a section.
    fn start_section_at_loose_row(&mut self, kind: StatementKind) {
        let Some(row) = self.loose.take().and_then(|at| self.rows.get(at)) else { return };
        let text = split_marker(&row.text).1;
        let starts = match &self.section {
            Some(section) => section.kind != Some(kind) && section.has(kind),
            None => kind != StatementKind::Other,
        };
        if !starts {
            return;
        }
        let is_it = |page: u32, other: &str| page == row.page && other == row.text;
        self.set_aside.retain(|one| !is_it(one.row.page, &one.row.text));
        self.warnings.retain(|warning| match warning {
            ManualWarning::Unplaced { page, text } => !is_it(*page, text),
            _ => true,
        });
        self.sections.extend(self.section.take());
        let defect = self.names.find(text).map(|named| named.code);
        self.section = Some(SectionBuilder::new(text.to_owned(), defect, row.page));
    }

    /// Appends the row to the heading if it is the second line of a wrapped heading.
    fn extends_heading(&mut self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else { return false };
        let stands_out = self.look.stands_out(row);
        let next = self.sub_heading_at(at + 1).is_some();
        let previous = at.checked_sub(1).and_then(|i| self.rows.get(i));
        let Some(section) = &mut self.section else { return false };
        if !(section.is_empty() && section.heading_row + 1 == at && stands_out && next) {
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
            let is_top = at.checked_sub(1).and_then(|i| self.rows.get(i));
            let is_top = is_top.is_none_or(|before| before.sheet != row.sheet);
            // Elsewhere `기공이란?` is a label; the same heading once more is a further section.
            let goes_on = ["계속", "continued"].iter().any(|word| compact(&heading).contains(word));
            if is_top
                || goes_on
                || section.is_empty() && self.names.find(&row.text).is_some_and(|n| n.exact)
            {
                section.heading_row = at;
                return true;
            }
            if !self.names.find(&heading).is_some_and(|named| named.exact) {
                return false;
            }
        }
        self.sections.extend(self.section.take());
        self.loose = None;
        let section = SectionBuilder::new(heading, defect, row.page);
        self.section = Some(SectionBuilder { heading_row: at, ..section });
        true
    }
}

impl SectionParser<'_> {
    fn start_or_continue_statement(&mut self, at: usize, row: &Row) {
        let (marker, text) = split_marker(&row.text);
        let continues = marker.is_none()
            && self.section.as_ref().is_some_and(|section| self.continues(section, row));
        let style = marker_style(&row.text);
        let is_heading = !continues && (self.is_named_below(at) || self.breaks_numbering(row));
        let kind = self.section.as_ref().and_then(|section| section.kind);
        let statements = self
            .section
            .as_mut()
            .zip(kind)
            .and_then(|(section, kind)| section.statements_mut(kind));
        let statements = statements.filter(|_| !is_heading);
        let Some(statements) = statements else {
            self.note_loose_row(at, text);
            self.set_aside(row.clone());
            return;
        };
        match statements.last_mut() {
            Some(last) if continues => last.push_line(row, text),
            // In a bulleted list, a line with neither bullet nor indentation is no statement.
            Some(last) if last.marker.is_some() && marker.is_none() => {
                self.note_loose_row(at, text);
                self.set_aside(row.clone());
            }
            _ => {
                self.loose = None;
                statements.push(StatementBuilder::new(row, text, style));
            }
        }
    }

    /// Whether `row` is a wrapped line of the statement being read.
    pub(super) fn continues(&self, section: &SectionBuilder, row: &Row) -> bool {
        let Some(last) = section.last() else { return false };
        if section.is_indented(row) {
            return true;
        }
        let near =
            last.sheet != row.sheet || row.baseline - last.baseline <= MAX_LEADING_EM * row.size;
        let full = last.right >= last.margin.unwrap_or(self.margin) - FULL_LINE_EM * row.size;
        near && full
    }

    /// Notes a row that belongs to no statement, and warns.
    fn set_aside(&mut self, row: Row) {
        self.warnings.push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() });
        let heading = self.section.as_ref().map(|section| section.heading.clone());
        self.set_aside.push(SetAside { heading, row });
    }
}
