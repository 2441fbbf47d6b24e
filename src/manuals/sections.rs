//! Lines of a manual → sections with causes and actions.

use std::collections::HashSet;
use std::path::Path;

use fettle_domain::{DefectType, ManualFormat, ManualText, ManualWarning, Section};

use super::defect_names::DefectNameIndex;
use super::document_lines::DocumentLines;
use super::error::Result;
use super::file::parse_document;
use super::headers_footers::strip_headers_footers;
use super::rows::group_into_rows;
use super::section_parser::{ParsedRows, SectionParser};
use super::summary_table::read_summary;

/// Version of the parser, raised when the same file would be parsed differently. Manuals stored
/// under an older version are parsed again.
pub const PARSER_VERSION: u32 = 4;

/// Parses a manual with content `bytes`. The name of `path` states the format; the names of the
/// product's `defects` identify the sections.
///
/// # Errors
/// See [`super::ManualsError`]. Lines that belong to no section are no error but
/// [`ManualText::warnings`].
pub fn parse(path: &Path, bytes: &[u8], defects: &[DefectType]) -> Result<ManualText> {
    Ok(parse_sections(parse_document(path, bytes)?, defects))
}

/// Recognises the sections and the summary table in the lines of a file.
pub(super) fn parse_sections(document: DocumentLines, defects: &[DefectType]) -> ManualText {
    let page_count = document.page_count;
    let findings = document.warnings;
    let printed: HashSet<u32> = document.lines.iter().map(|line| line.line.page).collect();
    let has_pages = document.format == ManualFormat::Pdf;
    let rows = group_into_rows(document.lines);
    let rows = if has_pages { strip_headers_footers(rows) } else { rows };
    let parser = SectionParser::new(&rows, DefectNameIndex::new(defects));
    let ParsedRows { sections, summary, mut warnings, joiner } = parser.parse();

    let mut taken = HashSet::new();
    let sections: Vec<Section> =
        sections.into_iter().map(|builder| builder.build(&mut taken, &joiner)).collect();
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
    warnings.extend(findings);
    let summary = read_summary(&summary, &joiner);
    ManualText { page_count, sections, summary, warnings }
}
