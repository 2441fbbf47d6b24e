//! The warnings that are left after a person's corrections.

use std::collections::HashSet;

use fettle_domain::{
    DefectCode, ManualCorrections, ManualEdit, ManualText, ManualWarning, SectionPart,
    StatementKind, same_text,
};

use super::section_warnings::section_warnings;

/// The warnings of `text`, which was made of `read` by `corrections`: those about sections anew, those
/// about single lines as far as the line is still what they say.
pub(super) fn corrected_warnings(
    read: &ManualText,
    text: &ManualText,
    corrections: &ManualCorrections,
) -> Vec<ManualWarning> {
    let mut out = Vec::new();
    let mut defects: HashSet<&DefectCode> = HashSet::new();
    defects.extend(read.sections.iter().filter_map(|section| section.defect.as_ref()));
    // Where the warnings about sections stand.
    let mut at = None;
    for warning in &read.warnings {
        match warning {
            ManualWarning::NoSection { defect } => {
                defects.insert(defect);
                at = at.or(Some(out.len()));
            }
            ManualWarning::Incomplete { .. }
            | ManualWarning::LongPart { .. }
            | ManualWarning::RepeatedSection { .. }
            | ManualWarning::Disagreement { .. } => at = at.or(Some(out.len())),
            ManualWarning::Unplaced { text: line, .. } if is_placed(text, line) => {}
            ManualWarning::UnknownPart { heading, label, .. }
                if !is_open(text, (heading, label), corrections) => {}
            other => out.push(other.clone()),
        }
    }
    let mut sections = section_warnings(&text.sections, &[]);
    let mut without: Vec<&DefectCode> = defects
        .into_iter()
        .filter(|defect| !text.sections.iter().any(|one| one.defect.as_ref() == Some(*defect)))
        .collect();
    without.sort();
    sections.extend(
        without.into_iter().map(|defect| ManualWarning::NoSection { defect: defect.clone() }),
    );
    let at = at.unwrap_or(out.len());
    out.splice(at..at, sections);
    out
}

/// Whether a line became a statement, a part of one, or a heading.
fn is_placed(text: &ManualText, line: &str) -> bool {
    !text.passages.iter().any(|passage| same_text(&passage.text, line))
}

/// Whether nobody knows what stands below a label of the section with this heading.
fn is_open(
    text: &ManualText,
    (heading, label): (&str, &str),
    corrections: &ManualCorrections,
) -> bool {
    let named = corrections.edits.iter().filter_map(|edit| match edit {
        ManualEdit::NameLabel(rule) => Some(rule),
        _ => None,
    });
    let mut named = named.chain(&corrections.labels);
    let is_unknown =
        |part: &SectionPart| part.kind == StatementKind::Other && same_text(&part.label, label);
    let mut sections = text.sections.iter().filter(|one| one.parts.iter().any(is_unknown));
    // The part of a section that was joined to another one stands there.
    let is_there = text.sections.iter().any(|one| same_text(&one.heading, heading));
    !named.any(|rule| same_text(&rule.label, label))
        && sections.any(|section| !is_there || same_text(&section.heading, heading))
}
