//! Parser of a manual's rows: recognises headings, labels of parts, statements and tables.

use fettle_domain::{ManualWarning, StatementKind};

use super::defect_names::DefectNameIndex;
use super::document_look::{DocumentLook, is_sentence};
use super::headings::{compact, is_summary_title};
use super::line_joining::{Fragment, LineJoiner};
use super::list_marker::{list_number, marker_style, split_marker};
use super::part_order::split_defect;
use super::rows::Row;
use super::section_builder::{SectionBuilder, StatementBuilder};

/// The longest heading that is recognised only by what follows it.
pub(super) const MAX_LOOSE_HEADING_CHARS: usize = 60;
/// The most rows from a numbered heading to a label that begins anew.
const NUMBERED_REACH: usize = 4;
/// Lines of one heading differ in size by less than this.
pub(super) const SAME_SIZE_PT: f64 = 0.6;
/// A line that ends within this many ems of the right margin is full.
const FULL_LINE_EM: f64 = 2.0;
/// Lines further apart than this (in ems) belong to different paragraphs.
const MAX_LEADING_EM: f64 = 2.0;

/// Whether the current row belongs to the summary table.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum SummaryState {
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
    /// The label above the row, where it says that what stands under it is not to be done.
    pub(super) forbidden_by: Option<String>,
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
    pub(super) sections: Vec<SectionBuilder>,
    /// The section being read.
    pub(super) section: Option<SectionBuilder>,
    /// Rows of a table of causes and actions in that section.
    pub(super) cause_action_rows: Vec<Row>,
    /// Rows of a table with a column for each defect.
    pub(super) transposed_rows: Vec<Row>,
    pub(super) summary_state: SummaryState,
    pub(super) summary: Vec<Row>,
    pub(super) set_aside: Vec<SetAside>,
    pub(super) warnings: Vec<ManualWarning>,
    /// Index of the first row set aside since the last statement: perhaps a heading that looks like
    /// none.
    pub(super) loose: Option<usize>,
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
            transposed_rows: Vec::new(),
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
        self.finish_transposed_table();
        self.finish_section();
        let Self { sections, summary, set_aside, warnings, joiner, .. } = self;
        ParsedRows { sections, summary, set_aside, warnings, joiner }
    }

    fn read_row(&mut self, at: usize) {
        let Some(row) = self.rows.get(at) else { return };
        if self.is_in_transposed_table(at, row) {
            return;
        }
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
            self.finish_section();
            return;
        }
        if let Some(mark) = &row.mark {
            self.read_marked_row(at, row, mark);
        } else if self.is_lead_in(at) {
            self.keep_aside(row.clone());
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

    /// Ends the section being read.
    pub(super) fn finish_section(&mut self) {
        self.finish_cause_action_table();
        self.sections.extend(self.section.take());
    }

    /// Whether the row may be a title: it stands out, or is no wrapped line of a statement.
    fn is_title(&self, row: &Row) -> bool {
        self.look.stands_out(row) || !self.is_wrapped(row)
    }

    /// Whether the row is indented as wrapped lines of the statement before are.
    pub(super) fn is_wrapped(&self, row: &Row) -> bool {
        self.section.as_ref().is_some_and(|section| section.is_indented(row))
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
        if is_title
            && !self.is_document_title(at)
            && (is_name(at) || !self.loose.is_some_and(is_name))
        {
            self.loose = Some(at);
        }
    }

    /// Where a part begins outside of sections, or anew that the section has, after a line that
    /// belongs nowhere, that line was the heading of a section.
    pub(super) fn start_section_at_loose_row(&mut self, kind: StatementKind) {
        let Some(at) = self.loose else { return };
        let Some(row) = self.rows.get(at) else { return };
        let text = split_marker(&row.text).1;
        let starts = match &self.section {
            Some(section) => {
                // A label may be repeated in a part, below the names of groups, but not below empty lines.
                section.has(kind) && (section.kind != Some(kind) || self.is_below_gap(at))
            }
            None => kind != StatementKind::Other,
        };
        if self.section.is_some() || starts {
            self.loose = None;
        }
        if !starts {
            return;
        }
        self.take_back(row);
        self.finish_section();
        let defect = self.names.find(text).map(|named| named.code);
        let section = SectionBuilder::new(text.to_owned(), defect, row.page);
        self.section = Some(SectionBuilder { heading_row: at, ..section });
    }

    /// Takes back that a row belongs nowhere.
    pub(super) fn take_back(&mut self, row: &Row) {
        let is_it = |page: u32, other: &str| page == row.page && other == row.text;
        self.set_aside.retain(|one| !is_it(one.row.page, &one.row.text));
        self.warnings.retain(|warning| match warning {
            ManualWarning::Unplaced { page, text } => !is_it(*page, text),
            _ => true,
        });
    }

    /// Appends the row to the heading if it is the second line of a wrapped heading.
    fn extends_heading(&mut self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else { return false };
        let stands_out = self.look.stands_out(row);
        let next = self.sub_heading_at(at + 1).is_some();
        let previous = at.checked_sub(1).and_then(|i| self.rows.get(i));
        let Some(section) = &mut self.section else { return false };
        let is_line = !row.is_in_table()
            && previous.is_some_and(|above| (above.size - row.size).abs() < SAME_SIZE_PT);
        if !(section.is_empty() && section.heading_row + 1 == at && stands_out && next && is_line) {
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
        self.finish_section();
        self.loose = None;
        let several = self.names.find_several(&heading);
        let section = SectionBuilder::new(heading, defect, row.page).about_all(several);
        self.section = Some(SectionBuilder { heading_row: at, ..section });
        self.start_part_of_heading(at, row);
        true
    }
}

impl SectionParser<'_> {
    pub(super) fn start_or_continue_statement(&mut self, at: usize, row: &Row) {
        let (marker, text) = split_marker(&row.text);
        let continues = marker.is_none()
            && self.section.as_ref().is_some_and(|section| self.continues(section, row));
        let style = marker_style(&row.text);
        let is_heading = !continues
            && (self.is_named_below(at)
                || self.breaks_numbering(row)
                || self.is_of_next_section(at)
                || self.is_in_foreign_table(at));
        let kind = self.section.as_ref().and_then(|section| section.kind);
        // `찍힘 → …` below the actions of another defect is none of them.
        let is_of_another = split_defect(text, self.names).is_some_and(|(code, ..)| {
            self.section.as_ref().is_some_and(|section| section.defect.as_ref() != Some(&code))
        });
        let is_told_of_defect = |kind| {
            matches!(kind, StatementKind::Cause | StatementKind::Action | StatementKind::Prevention)
        };
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
            _ if kind.is_some_and(is_told_of_defect) && is_of_another => {
                self.set_aside(row.clone())
            }
            _ => {
                self.loose = None;
                statements.push(StatementBuilder::new(row, text, style));
            }
        }
    }

    /// Whether the row rather belongs to the next section, as its name or a line below its name: labels of
    /// parts that the section has follow, and an empty line stands above the row, or a label that has
    /// all of its text on its own line.
    fn is_of_next_section(&self, at: usize) -> bool {
        let (Some(row), Some(section)) = (self.rows.get(at), &self.section) else { return false };
        let begins_anew =
            |at: usize| self.sub_heading_at(at).is_some_and(|(kind, _)| section.has(kind));
        if row.segments.len() == 1 && self.has_marker_of_heading(row) {
            return (at + 1..=at + NUMBERED_REACH).any(begins_anew);
        }
        if row.segments.len() != 1 || split_marker(&row.text).0.is_some() {
            return false;
        }
        let is_name = |at: usize| self.heading_at(at).is_some();
        let follows = begins_anew(at + 1) || !is_name(at + 1) && begins_anew(at + 2);
        let is_apart = self.is_below_gap(at);
        let label = self.rows.get(section.label_row);
        let is_below_whole_part = section.label_has_text
            && self.look.labels_end_lines
            && label.is_some_and(|label| row.left < label.left + 0.5 * row.size);
        let is_below_name = at.checked_sub(1).is_some_and(|above| self.loose == Some(above));
        follows && (is_apart || is_below_whole_part || is_below_name)
    }

    /// Whether the row has a number as the section's heading has, and the list being read has not: `2. 냉납`
    /// below `1. 브릿지` and the items `- …`.
    fn has_marker_of_heading(&self, row: &Row) -> bool {
        let style = marker_style(&row.text).filter(|_| list_number(&row.text).is_some());
        let section = self.section.as_ref();
        let heading = section.and_then(|section| self.rows.get(section.heading_row));
        let list = section.and_then(SectionBuilder::last).and_then(|last| last.marker.clone());
        style.is_some()
            && heading.is_some_and(|heading| marker_style(&heading.text) == style)
            && list != style
    }

    /// Whether an empty line stands above a row, in a file that has such lines.
    fn is_below_gap(&self, at: usize) -> bool {
        let above = at.checked_sub(1).and_then(|above| self.rows.get(above));
        self.rows.get(at).zip(above).is_some_and(|(row, above)| {
            row.is_unpaged() && row.baseline - above.baseline > MAX_LEADING_EM * row.size
        })
    }

    /// Whether the row is of a table that stands in a part without being one of its labels:
    /// `부품 | 수량`.
    fn is_in_foreign_table(&self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else { return false };
        let cells = |row: &Row| row.segments.len() >= 2 && split_marker(&row.text).0.is_none();
        let beside = [at.checked_sub(1), at.checked_add(1)];
        let is_table = || beside.iter().flatten().any(|at| self.rows.get(*at).is_some_and(cells));
        cells(row) && (row.is_in_table() || is_table())
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
    pub(super) fn set_aside(&mut self, row: Row) {
        self.warnings.push(ManualWarning::Unplaced { page: row.page, text: row.text.clone() });
        self.keep_aside(row);
    }

    /// Notes a row that belongs to no statement.
    pub(super) fn keep_aside(&mut self, row: Row) {
        let heading = self.section.as_ref().map(|section| section.heading.clone());
        let forbidden_by = self.section.as_ref().and_then(SectionBuilder::forbidding_label);
        self.set_aside.push(SetAside { heading, forbidden_by, row });
    }
}
