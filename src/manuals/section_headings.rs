//! Which rows are headings of sections.

use fettle_domain::{DefectCode, StatementKind};

use super::document_look::is_sentence;
use super::headings::compact;
use super::label_forms::sub_heading;
use super::list_marker::{ListMarker, marker_style, split_marker};
use super::marks::{Mark, Origin};
use super::part_labels::covered_about;
use super::rows::Row;
use super::section_parser::{SAME_SIZE_PT, SectionParser};
use super::table_header::defect_field;

/// Ends of titles of documents, as [`compact`] gives them.
const TITLE_WORDS: [&str; 20] = [
    "매뉴얼",
    "메뉴얼",
    "대책서",
    "보고서",
    "지침서",
    "기준서",
    "표준서",
    "절차서",
    "안내서",
    "안내",
    "가이드",
    "가이드북",
    "핸드북",
    "자료집",
    "manual",
    "guide",
    "handbook",
    "report",
    "guidelines",
    "instructions",
];
/// A title is one of so many rows at the top.
const TITLE_WITHIN: usize = 3;
const MAX_HEADING_CHARS: usize = 80;
/// The most rows from a section's heading to its first label.
const HEADING_REACH: usize = 3;
/// The same where the heading stands out and says only the name of a defect.
const NAMED_HEADING_REACH: usize = 16;

fn is_question(row: &Row) -> bool {
    matches!(&row.mark, Some(Mark::Part(mark)) if mark.origin == Origin::Question)
}

/// Whether a text ends in what documents are called: 매뉴얼, *guide*.
pub(super) fn has_title_word(text: &str) -> bool {
    let title = compact(text);
    TITLE_WORDS.iter().any(|word| title.ends_with(word))
}

impl SectionParser<'_> {
    /// The text of the section heading at row `at` and the defect that the heading names.
    pub(super) fn heading_at(&self, at: usize) -> Option<(String, Option<DefectCode>)> {
        let row = self.rows.get(at)?;
        if row.mark.is_some() {
            return None;
        }
        // `불량명: 기공`, also side by side in a form.
        if let Some(name) = defect_field(row)
            && let Some(named) = self.names.find(name)
        {
            return Some((name.to_owned(), Some(named.code)));
        }
        let (marker, text) = split_marker(&row.text);
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !"([【".contains(c));
        if text.is_empty()
            || row.segments.len() >= 3
            || row.is_in_table() && row.is_unpaged()
            || text.chars().count() > MAX_HEADING_CHARS
            || sub_heading(text).is_some()
        {
            return None;
        }
        let stands_out = self.look.stands_out(row);
        let is_above_question =
            self.rows.get(at + 1).is_some_and(is_question) && self.names.find(text).is_none();
        if self.is_document_title(at) || is_above_question && !stands_out {
            return None;
        }
        let next = self.sub_heading_at(at + 1).map(|(kind, _)| kind);
        let is_sibling = self.is_beside_heading(row, text);
        // A heading may start with a square or the like, but not with the bullet of a list item.
        let is_item = match next {
            _ if is_sibling => false,
            Some(StatementKind::Cause) => {
                !stands_out && self.names.find(text).is_none() && !self.has_marker_of_its_own(row)
            }
            Some(_) => !stands_out,
            None => true,
        };
        if marker == Some(ListMarker::Bullet) && is_item {
            return None;
        }
        let section = self.section.as_ref();
        let wrapped = self.is_wrapped(row) && !stands_out;
        if let Some(named) = self.names.find(text) {
            let reach = if named.exact { NAMED_HEADING_REACH } else { HEADING_REACH };
            let by_look =
                stands_out && (self.look.is_larger(row) || self.has_label_within(at, reach));
            let by_name =
                !wrapped && (next.is_some() || (named.exact && (marker.is_none() || is_sibling)));
            if by_look || by_name {
                return Some((text.to_owned(), Some(named.code)));
            }
        }
        if !wrapped
            && (marker != Some(ListMarker::Bullet) || stands_out)
            && !self.names.find_several(text).is_empty()
        {
            return Some((text.to_owned(), None));
        }
        // A heading of the look of other headings, whose defect the product does not have.
        if stands_out
            && self.look.looks_like_headings(row)
            && self.has_label_within(at, NAMED_HEADING_REACH)
        {
            return Some((text.to_owned(), None));
        }
        // A heading of the level of the section's own, in a file that has levels.
        let is_level = section.is_some_and(|section| {
            let own = self.rows.get(section.heading_row);
            own.is_some_and(|own| {
                self.look.is_structural_heading(own) && (own.size - row.size).abs() < SAME_SIZE_PT
            })
        });
        if is_level
            && self.look.is_structural_heading(row)
            && self.has_label_within(at, NAMED_HEADING_REACH)
        {
            return Some((text.to_owned(), None));
        }
        // The same above a label that starts a section.
        let has = |kind| section.is_some_and(|section| section.has(kind));
        if !stands_out && is_sentence(text) {
            return None;
        }
        let is_new = stands_out || section.is_none();
        let starts = match next? {
            StatementKind::Cause => {
                is_new || has(StatementKind::Cause) || has(StatementKind::Action)
            }
            StatementKind::Action => {
                section.and_then(|section| section.kind) != Some(StatementKind::Cause)
                    && (is_new || has(StatementKind::Action))
            }
            // Behind its actions nothing of a section begins anew but the next one.
            StatementKind::Symptom => {
                is_new
                    || has(StatementKind::Symptom)
                    || has(StatementKind::Cause) && has(StatementKind::Action)
            }
            // What stands above a label of other things is rather the statement before it.
            StatementKind::Other => {
                stands_out && has(StatementKind::Other) && has(StatementKind::Cause)
            }
            other => has(other) && has(StatementKind::Cause),
        };
        let is_separate = stands_out || section.is_none_or(|section| !self.continues(section, row));
        (starts && !wrapped && is_separate).then(|| (text.to_owned(), None))
    }

    /// Starts the part that a heading names beside its defect: 긁힘 원인, above statements.
    pub(super) fn start_part_of_heading(&mut self, at: usize, row: &Row) {
        let is_above_text = self.rows.get(at + 1).is_some_and(|next| next.segments.len() == 1)
            && self.sub_heading_at(at + 1).is_none();
        let Some(section) = self.section.as_mut().filter(|_| is_above_text) else { return };
        let subject: Vec<String> =
            section.defect.iter().flat_map(|defect| self.names.words_of(defect)).collect();
        let kind = covered_about(split_marker(&row.text).1, &subject);
        if let Some(kind) = kind.filter(|kind| *kind != StatementKind::Other) {
            let label = section.heading.clone();
            section.start_part(kind, &label, row.page);
            (section.label_row, section.label_size) = (at, row.size);
        }
    }

    /// Whether the row is the name of a further defect, with the marker and at the place of the
    /// section's heading: the items of a list whose own items are the parts.
    fn is_beside_heading(&self, row: &Row, text: &str) -> bool {
        let Some(section) = &self.section else { return false };
        let own = self.rows.get(section.heading_row);
        let named = self.names.find(text).filter(|named| named.exact);
        section.defect.is_some()
            && named.is_some_and(|named| Some(named.code) != section.defect)
            && own.is_some_and(|own| {
                marker_style(&own.text) == marker_style(&row.text)
                    && (own.left - row.left).abs() < 0.5 * row.size
                    && own.bold == row.bold
            })
    }

    /// Whether the row's marker is another than that of the list above: `●` above a label, below `①`.
    fn has_marker_of_its_own(&self, row: &Row) -> bool {
        let last = self.section.as_ref().and_then(|section| section.last());
        let above = last.and_then(|last| last.marker.clone());
        above.is_some() && above != marker_style(&row.text)
    }

    /// Whether the row is the title of a document about several defects: 사출 불량 대책서.
    pub(super) fn is_document_title(&self, at: usize) -> bool {
        let is_title = |row: &Row| has_title_word(&row.text);
        let names_defect = |row: &Row| self.names.find(&row.text).is_some_and(|named| named.exact);
        at < TITLE_WITHIN
            && self
                .rows
                .get(at)
                .is_some_and(|row| is_title(row) && self.names.find(&row.text).is_none())
            && self.rows.iter().skip(at + 1).any(names_defect)
    }

    /// Whether a label follows row `at` within `reach` rows, before the next heading.
    fn has_label_within(&self, at: usize, reach: usize) -> bool {
        (at + 1..=at + reach)
            .take_while(|i| {
                *i <= at + HEADING_REACH
                    || self.rows.get(*i).is_some_and(|row| {
                        self.sub_heading_at(*i).is_some() || !self.look.looks_like_headings(row)
                    })
            })
            .any(|i| self.sub_heading_at(i).is_some_and(|(kind, _)| kind != StatementKind::Other))
    }
}
