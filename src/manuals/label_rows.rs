//! Rows that are labels of parts by their words.

use fettle_domain::{ManualWarning, StatementKind};

use super::cause_action_table;
use super::label_forms::{names_part, sub_heading};
use super::list_marker::{ListMarker, marker_style, split_items, split_marker};
use super::marks::Mark;
use super::part_labels::{covered_about, is_neither, is_plain};
use super::rows::Row;
use super::section_builder::{SectionBuilder, StatementBuilder};
use super::section_parser::{MAX_LOOSE_HEADING_CHARS, SectionParser};
use super::words::words;

/// The most rows from a heading to a label that repeats its words.
const NAMED_BELOW_REACH: usize = 4;

impl<'a> SectionParser<'a> {
    /// The kind of the label at row `at`, known by its words, and the text after its colon.
    pub(super) fn sub_heading_at(&self, at: usize) -> Option<(StatementKind, Option<&'a str>)> {
        let row = self.rows.get(at)?;
        match &row.mark {
            Some(Mark::Part(mark)) => return Some((mark.kind, mark.rest.as_deref())),
            Some(Mark::Heading | Mark::DefectName | Mark::BehindList | Mark::Answer) => {
                return None;
            }
            None => {}
        }
        if self.starts_defect_table(at, row) {
            return None;
        }
        let kinds = cause_action_table::label_kinds(row);
        // `부품 | 수량` heads a table of other things.
        let is_foreign = kinds.iter().all(|kind| *kind == StatementKind::Other)
            && self.section.as_ref().is_some_and(|section| !section.is_empty())
            && !row.segments.iter().any(|cell| is_neither(&cell.line.text));
        if let Some(kind) = kinds.first().filter(|_| !is_foreign) {
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
        let rest = sub_heading(text).and_then(|(_, rest)| rest);
        let head = rest.and_then(|rest| text.strip_suffix(rest)).unwrap_or(text);
        let head = head.trim_end_matches([':', '：', ' ']);
        let last = self.section.as_ref().and_then(SectionBuilder::last);
        let same = marker.is_some()
            && last.is_some_and(|last| {
                last.marker == marker_style(&row.text) && (last.left - row.left).abs() < row.size
            });
        let is_first = marker == Some(ListMarker::Bullet) && last.is_none();
        (same || is_first)
            && !self.look.looks_like_labels(row)
            && !self.look.stands_out(row)
            && !is_plain(head)
            && !(is_first && rest.is_some() && names_part(head))
    }

    pub(super) fn start_part(
        &mut self,
        (at, row): (usize, &Row),
        kind: StatementKind,
        rest: Option<&str>,
    ) {
        self.start_section_at_loose_row(kind);
        let Some(section) = &mut self.section else {
            self.set_aside(row.clone());
            return;
        };
        let (_, text) = split_marker(&row.text);
        let label = text.strip_suffix(rest.unwrap_or_default()).unwrap_or(text);
        let is_sign = |c: char| !c.is_alphanumeric() && !"?？!)]】>』\"”".contains(c);
        let mut label = label.trim_matches(is_sign);
        if rest.is_some() {
            label = label.trim_matches(|c: char| !c.is_alphanumeric());
        }
        section.label_has_text = rest.is_some();
        section.start_part(kind, label, row.page);
        if kind == StatementKind::Other && is_neither(label) {
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
    pub(super) fn is_named_below(&self, at: usize) -> bool {
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
}
