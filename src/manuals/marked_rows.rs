//! Rows that were marked before sections are read → headings and parts.

use fettle_domain::{ManualWarning, StatementKind};

use super::list_marker::{split_items, split_marker};
use super::marks::{Mark, Origin, PartMark};
use super::part_labels::{covered, is_neither};
use super::rows::Row;
use super::section_builder::{SectionBuilder, StatementBuilder};
use super::section_parser::SectionParser;

/// The longest name of a section before a dash, in letters.
const MAX_NAME_CHARS: usize = 60;

impl SectionParser<'_> {
    /// Reads a row that is marked.
    pub(super) fn read_marked_row(&mut self, at: usize, row: &Row, mark: &Mark) {
        match mark {
            Mark::Answer => self.start_or_continue_statement(at, row),
            Mark::Heading => self.read_inline_heading(at, row),
            Mark::DefectName => self.start_section_of_name(at, row),
            Mark::BehindList => {
                self.finish_section();
                self.set_aside(row.clone());
            }
            Mark::Part(mark) => self.read_part_mark(at, row, mark),
        }
    }

    /// A name of a list of defects begins its section, whether or not the product has the defect.
    fn start_section_of_name(&mut self, at: usize, row: &Row) {
        self.finish_section();
        let defect = self.names.find(&row.text).map(|named| named.code);
        let section = SectionBuilder::new(row.text.trim().to_owned(), defect, row.page);
        self.section = Some(SectionBuilder { heading_row: at, ..section });
    }

    /// `긁힘 - 원인: …`, `긁힘 — 표면의 선. 원인: …`.
    fn read_inline_heading(&mut self, at: usize, row: &Row) {
        let text = split_marker(&row.text).1;
        let parts = [" — ", " – ", " - ", ": ", "："].iter().find_map(|dash| text.split_once(dash));
        let (name, description) = parts.map_or((text, None), |(name, rest)| (name, Some(rest)));
        let defect = self.names.find(name).map(|named| named.code);
        let next = self.sub_heading_at(at + 1).map(|(kind, _)| kind);
        let begins_anew = match &self.section {
            None => true,
            Some(section) => {
                let has_part =
                    section.has(StatementKind::Cause) || section.has(StatementKind::Action);
                !has_part || next.is_some_and(|kind| section.has(kind))
            }
        };
        if name.chars().count() > MAX_NAME_CHARS || defect.is_none() && !begins_anew {
            return self.set_aside(row.clone());
        }
        self.finish_section();
        let mut section = SectionBuilder::new(name.trim().to_owned(), defect, row.page);
        section.heading_row = at;
        if let Some(description) = description.filter(|text| !text.trim().is_empty()) {
            section.start_part(StatementKind::Symptom, name, row.page);
            if let Some(statements) = section.statements_mut(StatementKind::Symptom) {
                statements.push(StatementBuilder::new(row, description.trim(), None));
            }
        }
        self.section = Some(section);
    }

    fn read_part_mark(&mut self, at: usize, row: &Row, mark: &PartMark) {
        self.open_section_of(at, row, mark);
        let Some(section) = &mut self.section else {
            self.set_aside(row.clone());
            return;
        };
        section.start_part(mark.kind, &mark.label, row.page);
        (section.label_row, section.label_size) = (at, row.size);
        section.label_has_text = mark.rest.is_some();
        let is_unknown = match mark.origin {
            Origin::Question => mark.kind == StatementKind::Other,
            Origin::Line => is_neither(&mark.label) || covered(&mark.label).is_none(),
            Origin::Discipline(_) => is_neither(&mark.label),
        };
        if is_unknown {
            let (heading, label) = (section.heading.clone(), mark.label.clone());
            self.warnings.push(ManualWarning::UnknownPart { heading, label, page: row.page });
        }
        if let (Some(rest), Some(statements)) = (&mark.rest, section.statements_mut(mark.kind)) {
            let items = split_items(rest).into_iter().map(|item| split_marker(item).1);
            statements.extend(items.map(|item| StatementBuilder::new(row, item, None)));
        }
    }

    /// Opens the section that a marked label belongs to, where it is not the one being read.
    fn open_section_of(&mut self, at: usize, row: &Row, mark: &PartMark) {
        let named = match &mut self.section {
            None => mark.defect.clone(),
            Some(section) => {
                if section.defect.is_none() && section.is_of_one_report() {
                    section.defect.clone_from(&mark.defect);
                }
                mark.defect.clone().filter(|defect| section.defect.as_ref() != Some(defect))
            }
        };
        match (mark.origin, named) {
            (Origin::Question, Some(defect)) => {
                self.finish_section();
                self.loose = None;
                let section = SectionBuilder::new(mark.label.clone(), Some(defect), row.page);
                self.section = Some(SectionBuilder { heading_row: at, ..section });
            }
            (Origin::Discipline(number), named) => {
                let begins_anew = self
                    .section
                    .as_ref()
                    .is_none_or(|section| section.discipline.is_some_and(|before| number < before));
                if begins_anew {
                    self.open_report(at, row, mark, named);
                }
                if let Some(section) = &mut self.section {
                    section.discipline = Some(number);
                }
            }
            (Origin::Line | Origin::Question, _) => self.start_section_at_loose_row(mark.kind),
        }
    }

    /// Opens the section of an 8D report that has no heading with a defect's name.
    fn open_report(
        &mut self,
        at: usize,
        row: &Row,
        mark: &PartMark,
        defect: Option<fettle_domain::DefectCode>,
    ) {
        let title = self.loose.take().and_then(|at| self.rows.get(at));
        let text = title.map_or(mark.label.as_str(), |row| split_marker(&row.text).1);
        let defect = defect.or_else(|| self.names.find(text).map(|named| named.code));
        let heading = text.to_owned();
        if let Some(title) = title {
            self.take_back(title);
        }
        self.finish_section();
        let page = title.map_or(row.page, |title| title.page);
        self.section =
            Some(SectionBuilder { heading_row: at, ..SectionBuilder::new(heading, defect, page) });
    }
}
