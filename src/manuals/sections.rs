//! Lines of a manual → sections with causes and actions.

use std::collections::HashSet;
use std::path::Path;

use fettle_domain::{
    DefectType, LineSpan, ManualFormat, ManualLine, ManualText, ManualWarning, Passage, RectPt,
    Section,
};

use super::defect_names::DefectNameIndex;
use super::defect_table::read_defect_tables;
use super::document_lines::DocumentLines;
use super::error::Result;
use super::figure_places::place_figures;
use super::figures::attach_figures;
use super::file::parse_document;
use super::furniture::without_furniture;
use super::headers_footers::strip_headers_footers;
use super::marks::Mark;
use super::passages::collect_passages;
use super::row_marks::mark_rows;
use super::rows::{Row, group_into_rows};
use super::section_builder::SectionBuilder;
use super::section_parser::{ParsedRows, SectionParser};
use super::section_warnings::section_warnings;
use super::statement_ids::StatementIds;
use super::summary_table::read_summary;
use super::words::words;

/// Version of the parser, raised when the same file would be parsed differently. Manuals stored
/// under an older version are parsed again.
pub const PARSER_VERSION: u32 = 8;

/// Parses a manual with content `bytes`. The name of `path` states the format; the names of the
/// product's `defects` identify the sections.
///
/// # Errors
/// See [`super::ManualsError`]. Lines that belong to no section are no error but
/// [`ManualText::warnings`].
pub fn parse(path: &Path, bytes: &[u8], defects: &[DefectType]) -> Result<ManualText> {
    Ok(parse_sections(parse_document(path, bytes)?, defects))
}

/// Recognises the sections and the tables in the lines of a file.
pub(super) fn parse_sections(document: DocumentLines, defects: &[DefectType]) -> ManualText {
    let page_count = document.page_count;
    let findings = document.warnings;
    let notes = document.notes;
    let printed: HashSet<u32> = document.lines.iter().map(|line| line.line.page).collect();
    let has_pages = document.format == ManualFormat::Pdf;
    let all_rows = group_into_rows(document.lines);
    let mut rows =
        if has_pages { strip_headers_footers(all_rows.clone()) } else { all_rows.clone() };
    let figures = place_figures(document.figures, &mut rows);
    let printed_rows = if figures.is_empty() { Vec::new() } else { rows.clone() };
    let names = DefectNameIndex::new(defects);
    let rows = mark_rows(rows, &names);
    let parser = SectionParser::new(&rows, &names);
    let ParsedRows { mut sections, summary, set_aside, mut warnings, joiner } = parser.parse();
    let tabled = read_defect_tables(&summary, &names, &joiner);
    let new = tabled.into_iter().filter(|tabled| {
        !tabled.is_empty() && !sections.iter().any(|section| is_about_the_same(section, tabled))
    });
    let new: Vec<SectionBuilder> = new.collect();
    warnings.extend(unregistered(&rows, &new, &names));
    sections.extend(new);
    // A heading with nothing under it and of no defect, such as a title, is a line of its own.
    let (sections, titles): (Vec<_>, Vec<_>) =
        sections.into_iter().partition(|section| section.defect.is_some() || !section.is_empty());
    warnings.extend(
        titles
            .into_iter()
            .map(|title| ManualWarning::Unplaced { page: title.page, text: title.heading }),
    );

    let mut ids = StatementIds::default();
    let mut sections: Vec<Section> = sections
        .into_iter()
        .flat_map(SectionBuilder::for_each_defect)
        .map(|builder| builder.build(&mut ids, &joiner))
        .collect();
    let lines: Vec<&ManualLine> =
        printed_rows.iter().flat_map(|row| &row.segments).map(|segment| &segment.line).collect();
    let unshown = attach_figures(&mut sections, &lines, figures);
    let mut warnings = without_furniture(warnings, &rows, &sections);
    warnings.extend(section_warnings(&sections, defects));
    warnings.extend(
        (1..=page_count)
            .filter(|page| has_pages && !printed.contains(page))
            .map(|page| ManualWarning::EmptyPage { page }),
    );
    warnings.extend(unshown);
    warnings.extend(findings);
    let summary = read_summary(&summary, &joiner);
    let mut manual = ManualText { page_count, sections, summary, passages: Vec::new(), warnings };
    manual.passages = collect_passages(&all_rows, set_aside, &manual);
    manual.passages.extend(notes.into_iter().map(|(page, text)| {
        let rect = RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
        Passage { heading: None, text, span: LineSpan { page, rect } }
    }));
    manual.passages.sort_by_key(|passage| passage.span.page);
    manual
}

/// The names in lists and tables of defects that are none of the product's, where it has defects at all.
fn unregistered(
    rows: &[Row],
    tabled: &[SectionBuilder],
    names: &DefectNameIndex,
) -> Vec<ManualWarning> {
    let listed = rows.iter().filter(|row| row.mark == Some(Mark::DefectName));
    let listed = listed.map(|row| (row.text.as_str(), row.page));
    let tabled = tabled.iter().map(|section| (section.heading.as_str(), section.page));
    let is_unknown = |(name, _): &(&str, u32)| {
        !names.is_empty() && names.find(name).is_none() && names.find_several(name).is_empty()
    };
    let unknown = listed.chain(tabled).filter(is_unknown);
    let warn = |(name, page): (&str, u32)| ManualWarning::UnregisteredDefect {
        name: name.trim().to_owned(),
        page,
    };
    unknown.map(warn).collect()
}

/// Whether the row of a table, `tabled`, sums up a section.
fn is_about_the_same(section: &SectionBuilder, tabled: &SectionBuilder) -> bool {
    if tabled.defect.is_some() {
        return section.defect == tabled.defect;
    }
    let (heading, name) = (words(&section.heading).concat(), words(&tabled.heading).concat());
    !name.is_empty() && (heading.contains(&name) || name.contains(&heading))
}
