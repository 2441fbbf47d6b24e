//! Lines that look like labels of parts but are none by their words.

use fettle_domain::{ManualWarning, StatementKind};

use super::document_look::{is_bracketed, is_sentence};
use super::headings::split_colon;
use super::label_forms::sub_heading;
use super::list_marker::{marker_style, split_marker};
use super::part_labels::{by_stem, ends_in_stem, is_group, negates};
use super::rows::Row;
use super::section_builder::StatementBuilder;
use super::section_parser::SectionParser;

impl SectionParser<'_> {
    /// Whether the row introduces the list right below a label: *Porosity is caused by:*
    pub(super) fn is_lead_in(&self, at: usize) -> bool {
        let (Some(row), Some(section)) = (self.rows.get(at), &self.section) else { return false };
        let ends_in_colon = |row: &Row| row.text.trim_end().ends_with([':', '：']);
        let label = self.rows.get(section.label_row);
        ends_in_colon(row)
            && section.kind.is_some()
            && section.label_row + 1 == at
            && row.segments.len() == 1
            && !self.look.stands_out(row)
            && sub_heading(&row.text).is_none()
            && label.is_some_and(|label| !ends_in_colon(label))
    }

    /// Whether the row is a sentence right below a label, above the items of a list: *X arises for
    /// the following reasons.*
    pub(super) fn is_sentence_above_list(&self, at: usize) -> bool {
        let (Some(row), Some(section)) = (self.rows.get(at), &self.section) else { return false };
        let has_marker = |row: &Row| split_marker(&row.text).0.is_some();
        section.kind.is_some()
            && section.last().is_none()
            && section.label_row + 1 == at
            && row.segments.len() == 1
            && is_sentence(&row.text)
            && !has_marker(row)
            && self.sub_heading_at(at + 1).is_none()
            && self
                .rows
                .get(at + 1)
                .is_some_and(|next| has_marker(next) && next.segments.len() == 1)
    }

    /// The text of a label and what follows it, if the row has the form of the label right above, which has
    /// its text on its line: `• 위치: 용접부 내부` below `• 원인: 보호가스 부족`.
    fn label_beside<'a>(&self, row: &'a Row) -> Option<(&'a str, Option<&'a str>)> {
        const MAX_LETTERS: usize = 24;
        let section = self.section.as_ref().filter(|section| section.label_has_text)?;
        let label = self.rows.get(section.label_row)?;
        let (head, rest) = split_colon(split_marker(&row.text).1)?;
        let is_alike = marker_style(&row.text) == marker_style(&label.text)
            && split_colon(split_marker(&label.text).1).is_some()
            && (row.left - label.left).abs() < row.size;
        let letters = head.chars().filter(|c| c.is_alphabetic()).count();
        let fits = (1..=MAX_LETTERS).contains(&letters) && !is_sentence(head) && !rest.is_empty();
        (is_alike && fits).then_some((head, Some(rest)))
    }

    /// Starts a part at a row that looks like a label but is none by its words.
    pub(super) fn start_unknown_part(&mut self, at: usize) -> bool {
        let Some(row) = self.rows.get(at).filter(|row| row.segments.len() == 1) else {
            return false;
        };
        let Some(section) = &self.section else { return false };
        let last = section.last();
        let in_list = last.is_some_and(|last| last.marker.is_some());
        let stands_out = self.look.stands_out(row);
        let (marker, text) = split_marker(&row.text);
        let is_heading = self.look.is_structural_heading(row);
        let wrapped = marker.is_none()
            && !stands_out
            && !is_bracketed(text)
            && !self.look.looks_like_labels(row)
            && self.continues(section, row);
        if wrapped {
            return false;
        }
        let same_list = last.is_some_and(|last| last.marker == marker_style(&row.text));
        let by_look = self.look.label_like(row, in_list && same_list);
        let by_look = by_look.or_else(|| self.label_beside(row));
        // In a list of items, a line with neither bullet nor indentation that more items follow.
        let next = self.rows.get(at + 1).map(|next| split_marker(&next.text).0.is_some());
        let by_place = in_list && marker.is_none() && next == Some(true) && !is_sentence(text);
        let (label, rest) = match by_look {
            Some(found) => found,
            None if is_heading => (text.trim_end_matches([':', '：']), None),
            None if by_place => (text, None),
            None => return false,
        };
        // 설비, 재료, 방법: groups within a part. So is what is set smaller than the part's label.
        let nested = stands_out && row.size + 0.4 < section.label_size && !negates(label);
        if section.kind.is_some() && (nested || is_group(label)) {
            self.keep_aside(row.clone());
            return true;
        }
        let kind = if ends_in_stem(label) { by_stem(label) } else { StatementKind::Other };
        let (heading, label, rest) =
            (section.heading.clone(), label.to_owned(), rest.map(str::to_owned));
        if kind == StatementKind::Other {
            let (label, page) = (label.clone(), row.page);
            self.warnings.push(ManualWarning::UnknownPart { heading, label, page });
        }
        if let Some(section) = &mut self.section {
            section.start_part(kind, &label, row.page);
            (section.label_row, section.label_size) = (at, row.size);
            section.label_has_text = rest.is_some();
            if let (Some(rest), Some(statements)) = (rest, section.statements_mut(kind)) {
                statements.push(StatementBuilder::new(row, &rest, None));
            }
        }
        true
    }
}
