//! Rows of tables: those about one section, summaries, and tables with a row or a column for each
//! defect.

use fettle_domain::{ManualWarning, StatementKind};

use super::cause_action_table::{self, CauseActionTable};
use super::disciplines::discipline_kind;
use super::headings::{is_summary_title, is_table_header};
use super::label_forms::sub_heading;
use super::list_marker::split_marker;
use super::part_labels::{covered, is_neither};
use super::rows::Row;
use super::section_builder::PartBuilder;
use super::section_parser::{SectionParser, SummaryState};
use super::table_header::{defect_field, is_defect_table_header, is_weak_header};
use super::transposed_table;

/// The most rows below the head of a table in which a defect is named, if any is.
const DEFECT_CELL_REACH: usize = 4;

/// Warnings of the parts of a table whose labels nobody knows.
fn unknown_parts(heading: &str, parts: &[PartBuilder]) -> Vec<ManualWarning> {
    let is_unknown = |label: &str| {
        is_neither(label) || covered(label).is_none() && discipline_kind(label).is_none()
    };
    let parts = parts.iter().filter(|part| is_unknown(&part.label));
    let warning = |part: &PartBuilder| ManualWarning::UnknownPart {
        heading: heading.to_owned(),
        label: part.label.clone(),
        page: part.page,
    };
    parts.map(warning).collect()
}

impl SectionParser<'_> {
    /// Whether the row belongs to a table with a column for each defect.
    pub(super) fn is_in_transposed_table(&mut self, at: usize, row: &Row) -> bool {
        if let Some(last) = self.transposed_rows.last() {
            let is_unpaged = row.is_unpaged();
            let left_table = row.is_outside_of_tables(last) || row.begins_another_table(last);
            // In print a line of its own may be the wrapped line of a cell.
            let ends = row.mark.is_some()
                || left_table
                || !is_unpaged && row.segments.len() == 1 && self.heading_at(at).is_some()
                || is_unpaged && row.segments.len() == 1 && row.is_outside_of_tables(row);
            if !ends {
                self.transposed_rows.push(row.clone());
                return true;
            }
            self.finish_transposed_table();
        }
        let rows = self.rows.get(at..).unwrap_or_default();
        let starts = row.mark.is_none()
            && row.segments.len() >= 2
            && self.cause_action_rows.is_empty()
            && transposed_table::is_head(rows, self.names);
        if starts {
            self.finish_section();
            self.transposed_rows.push(row.clone());
        }
        starts
    }

    pub(super) fn finish_transposed_table(&mut self) {
        let rows = std::mem::take(&mut self.transposed_rows);
        let (sections, unplaced) = transposed_table::read(&rows, self.names);
        for section in &sections {
            self.warnings.extend(unknown_parts(&section.heading, &section.parts));
        }
        self.sections.extend(sections);
        for row in unplaced {
            self.set_aside(row);
        }
    }

    /// Whether the row belongs to a table of causes and actions below the section's heading.
    pub(super) fn is_in_cause_action_table(&mut self, at: usize, row: &Row) -> bool {
        let Some(first) = self.cause_action_rows.first() else {
            let tells = |kind: &StatementKind| *kind != StatementKind::Other;
            let has_columns = cause_action_table::is_header(row)
                || row.is_unpaged()
                    && row.is_in_table()
                    && cause_action_table::label_kinds(row).iter().any(tells);
            let is_possible = self.summary_state == SummaryState::Outside
                && self.section.as_ref().is_some_and(|s| has_columns || s.is_empty());
            return is_possible
                && cause_action_table::starts_table(row)
                && !self.starts_defect_table(at, row);
        };
        let last = self.cause_action_rows.last().unwrap_or(first);
        let left_table = row.is_outside_of_tables(first) || row.begins_another_table(last);
        let ends = row.mark.is_some()
            || row.segments.len() == 1
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
    pub(super) fn starts_defect_table(&self, at: usize, row: &Row) -> bool {
        let names_defect =
            |row: &Row| row.segments.iter().any(|cell| self.names.find(&cell.line.text).is_some());
        let below = || self.rows.iter().skip(at + 1).take(DEFECT_CELL_REACH);
        is_defect_table_header(row)
            && (!is_weak_header(row)
                || self.section.as_ref().is_none_or(|section| !section.is_empty())
                || below().any(names_defect))
    }

    pub(super) fn finish_cause_action_table(&mut self) {
        let rows = std::mem::take(&mut self.cause_action_rows);
        let Some(section) = &mut self.section else { return };
        if rows.is_empty() {
            return;
        }
        let CauseActionTable { causes, actions, parts, unplaced } =
            cause_action_table::read_table(&rows);
        section.causes.extend(causes);
        section.actions.extend(actions);
        self.warnings.extend(unknown_parts(&section.heading, &parts));
        section.parts.extend(parts);
        section.kind = None;
        for row in unplaced {
            self.set_aside(row);
        }
    }

    /// Whether the row belongs to the summary table, or to a table with a row for each defect.
    pub(super) fn is_in_summary(&mut self, at: usize, row: &Row) -> bool {
        let cells = row.segments.len();
        // A form with fields side by side looks like a table with columns.
        if self.summary_state != SummaryState::Known
            && cells > 2
            && defect_field(row).is_some_and(|name| self.names.find(name).is_some())
        {
            self.summary_state = SummaryState::Outside;
            return false;
        }
        if self.summary_state != SummaryState::Outside {
            let section_starts = cells == 1
                && self.sub_heading_at(at + 1).is_some()
                && self.rows.get(at + 1).is_some_and(|next| next.segments.len() == 1)
                && self.heading_at(at).is_some();
            let text_resumes = self.summary_state == SummaryState::Guessed
                && cells == 1
                && (split_marker(&row.text).0.is_some() || sub_heading(&row.text).is_some());
            let left_table = self.summary.last().is_some_and(|last| {
                row.is_outside_of_tables(last) || row.begins_another_table(last)
            });
            if section_starts || text_resumes || left_table || row.mark.is_some() {
                self.summary_state = SummaryState::Outside;
            }
            if !left_table || row.mark.is_some() || !row.is_in_table() {
                return self.summary_state != SummaryState::Outside;
            }
        }
        if row.mark.is_some() {
            return false;
        }
        if self.starts_defect_table(at, row)
            || is_table_header(row.segments.iter().map(|s| s.line.text.as_str()))
        {
            self.summary_state = SummaryState::Known;
            let heads = || row.segments.iter().map(|segment| segment.line.text.clone());
            let heading = heads().next().unwrap_or_default();
            self.warnings.extend(heads().filter(|head| is_neither(head)).map(|label| {
                ManualWarning::UnknownPart { heading: heading.clone(), label, page: row.page }
            }));
        } else if cells >= 3 {
            self.summary_state = SummaryState::Guessed;
        }
        self.summary_state != SummaryState::Outside
    }
}
